//! Annotations (RFC 5464): of each mailbox, and of the account as a whole. A text file, one line for
//! each: its name, and its value in base64.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::account::{decode, encode};
use super::journal::replace;

/// Values by their names, which are in small letters.
pub type Annotations = BTreeMap<String, Vec<u8>>;

const FILE: &str = "annotations";

/// The annotations that lie in a folder.
pub(super) fn read(dir: &Path) -> io::Result<Annotations> {
    let text = match fs::read_to_string(dir.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Annotations::new()),
        Err(error) => return Err(error),
    };
    let entry = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((decode(name)?, STANDARD.decode(value).ok()?))
    };
    Ok(text.lines().filter_map(entry).collect())
}

/// Replaces them; when this returns, they are on disk.
pub(super) fn write(dir: &Path, annotations: &Annotations) -> io::Result<()> {
    let line = |(name, value): (&String, &Vec<u8>)| {
        format!("{} {}\n", encode(name), STANDARD.encode(value))
    };
    let text: String = annotations.iter().map(line).collect();
    replace(dir, FILE, &text)
}
