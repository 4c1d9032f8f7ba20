//! What was recorded, and how it is told.

use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    Client,
    Server,
}

/// What one side said before the other did.
pub(super) struct Turn {
    pub(super) side: Side,
    pub(super) bytes: Vec<u8>,
}

/// A recorded session.
pub(super) struct Session {
    pub(super) turns: Vec<Turn>,
}

impl Session {
    /// Reads a session: the order from the text, the bytes from the other two files.
    pub(super) fn load(folder: &Path) -> io::Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|e| io::Error::new(e.kind(), format!("{name}: {e}")))
        };
        let (text, client, server) = (read("session.txt")?, read("c2s.bin")?, read("s2c.bin")?);
        let (mut client, mut server) = (&client[..], &server[..]);
        let mut turns: Vec<Turn> = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let (side, rest) = match line {
                [b'C', b':', ..] => (Side::Client, &mut client),
                [b'S', b':', ..] => (Side::Server, &mut server),
                _ => continue,
            };
            let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            let (bytes, after) = rest.split_at(end);
            *rest = after;
            match turns.last_mut() {
                Some(turn) if turn.side == side => turn.bytes.extend_from_slice(bytes),
                _ => turns.push(Turn { side, bytes: bytes.to_vec() }),
            }
        }
        if turns.is_empty() {
            let what = "session.txt has no line that begins with C: or S:";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        for (side, rest) in [(Side::Client, client), (Side::Server, server)] {
            if !rest.is_empty() {
                turns.push(Turn { side, bytes: rest.to_vec() });
            }
        }
        Ok(Self { turns })
    }
}

/// How bytes are cut into chunks.
pub(super) struct Cuts {
    size: Option<usize>,
    random: u64,
}

impl Cuts {
    pub(super) fn new(size: Option<usize>) -> Self {
        Self { size, random: 0x9E37_79B9_7F4A_7C15 }
    }

    /// The next chunk of `bytes`, and what follows it.
    pub(super) fn next<'b>(&mut self, bytes: &'b [u8]) -> (&'b [u8], &'b [u8]) {
        let size = match self.size {
            None => bytes.len(),
            Some(0) => {
                self.random ^= self.random << 13;
                self.random ^= self.random >> 7;
                self.random ^= self.random << 17;
                usize::try_from(self.random % 100).unwrap_or(0) + 1
            }
            Some(size) => size,
        };
        bytes.split_at(size.min(bytes.len()))
    }
}

/// Tells what was understood.
pub(super) struct Printer {
    folder: String,
    json: bool,
    quiet: bool,
    good: bool,
}

#[derive(Serialize)]
struct Unit<'u> {
    session: &'u str,
    from: Side,
    kind: &'u str,
    unit: &'u str,
}

impl Printer {
    pub(super) fn new(folder: &Path, json: bool, quiet: bool) -> Self {
        Self { folder: folder.display().to_string(), json, quiet, good: true }
    }

    /// A unit as a machine understood it.
    pub(super) fn unit(&self, from: Side, unit: &impl Debug) {
        if !self.quiet {
            self.print(from, "unit", &format!("{unit:?}"));
        }
    }

    /// Something that is tolerated.
    pub(super) fn deviation(&self, from: Side, what: &impl Debug) {
        if !self.quiet {
            self.print(from, "deviation", &format!("{what:?}"));
        }
    }

    /// Something that must not be.
    pub(super) fn wrong(&mut self, from: Side, what: &str) {
        self.good = false;
        self.print(from, "wrong", what);
    }

    /// Compares what our client sent with what was recorded.
    pub(super) fn compare(&mut self, ours: &[String], recorded: &[String]) {
        for (at, recorded) in recorded.iter().enumerate() {
            match ours.get(at) {
                Some(ours) if ours == recorded => {}
                Some(ours) => {
                    let what = format!("our client sends {ours:?}, recorded is {recorded:?}");
                    return self.wrong(Side::Client, &what);
                }
                None => {
                    let what = format!("our client does not send {recorded:?}");
                    return self.wrong(Side::Client, &what);
                }
            }
        }
        if let Some(more) = ours.get(recorded.len()) {
            self.wrong(Side::Client, &format!("our client sends {more:?} too"));
        }
    }

    pub(super) fn is_good(&self) -> bool {
        self.good
    }

    fn print(&self, from: Side, kind: &str, unit: &str) {
        if self.json {
            let unit = Unit { session: &self.folder, from, kind, unit };
            println!("{}", serde_json::to_string(&unit).unwrap_or_default());
            return;
        }
        let side = if from == Side::Client { 'C' } else { 'S' };
        let mark = if kind == "unit" { "" } else { kind };
        println!(
            "{}: {side}: {mark}{} {unit}",
            self.folder,
            if mark.is_empty() { "" } else { ":" }
        );
    }
}
