//! The journal of a mailbox: one line for each change, appended, replayed when the mailbox opens.
//!
//! ```text
//! validity 1764000000
//! + UID MODSEQ SECONDS SIZE FILE FLAG...
//! = UID MODSEQ FLAG...
//! - UID MODSEQ FILE
//! recent UID
//! next UID MODSEQ FLOOR
//! ```
//!
//! `recent`: no session was told of the messages from here on as the first one. `next` stands in a compacted journal: the next UID, the highest modification sequence, and the
//! sequence below which removals were forgotten.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::mailbox::{Expunged, Message};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Validity(u32),
    Added(Message),
    Flagged { uid: u32, modseq: u64, flags: Vec<String> },
    Removed { uid: u32, modseq: u64, file: String },
    Recent(u32),
    Next { uid: u32, modseq: u64, floor: u64 },
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let kind = words.next()?;
        let entry = match kind {
            "validity" => Self::Validity(words.next()?.parse().ok()?),
            "recent" => Self::Recent(words.next()?.parse().ok()?),
            "+" => Self::Added(Message {
                uid: words.next()?.parse().ok()?,
                modseq: words.next()?.parse().ok()?,
                received: words.next()?.parse().ok()?,
                size: words.next()?.parse().ok()?,
                file: words.next()?.to_owned(),
                flags: words.by_ref().map(str::to_owned).collect(),
            }),
            "=" => Self::Flagged {
                uid: words.next()?.parse().ok()?,
                modseq: words.next()?.parse().ok()?,
                flags: words.by_ref().map(str::to_owned).collect(),
            },
            "-" => Self::Removed {
                uid: words.next()?.parse().ok()?,
                modseq: words.next()?.parse().ok()?,
                file: words.next()?.to_owned(),
            },
            "next" => Self::Next {
                uid: words.next()?.parse().ok()?,
                modseq: words.next()?.parse().ok()?,
                floor: words.next()?.parse().ok()?,
            },
            _ => return None,
        };
        words.next().is_none().then_some(entry)
    }

    fn write(&self, out: &mut String) {
        use std::fmt::Write as _;
        let flags = match self {
            Self::Validity(value) => {
                let _ = write!(out, "validity {value}");
                &[][..]
            }
            Self::Recent(uid) => {
                let _ = write!(out, "recent {uid}");
                &[]
            }
            Self::Added(m) => {
                let _ =
                    write!(out, "+ {} {} {} {} {}", m.uid, m.modseq, m.received, m.size, m.file);
                &m.flags
            }
            Self::Flagged { uid, modseq, flags } => {
                let _ = write!(out, "= {uid} {modseq}");
                flags
            }
            Self::Removed { uid, modseq, file } => {
                let _ = write!(out, "- {uid} {modseq} {file}");
                &[]
            }
            Self::Next { uid, modseq, floor } => {
                let _ = write!(out, "next {uid} {modseq} {floor}");
                &[]
            }
        };
        for flag in flags {
            out.push(' ');
            out.push_str(flag);
        }
        out.push('\n');
    }
}

/// The open journal of one mailbox.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// Lines in the file.
    pub(super) entries: usize,
}

impl Journal {
    /// Opens the journal of a mailbox and hands each entry to `replay`. A last line without its
    /// end was cut short by a crash and is taken away; a line that cannot be read is skipped.
    pub(super) fn open(dir: &Path, mut replay: impl FnMut(Entry)) -> io::Result<Self> {
        let path = dir.join("journal");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut entries = 0;
        for entry in text[..whole].lines().filter_map(Entry::parse) {
            entries += 1;
            replay(entry);
        }
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        if whole < text.len() {
            file.set_len(whole as u64)?;
        }
        Ok(Self { file, entries })
    }

    /// Appends entries in one write, and waits for the disk if `sync`.
    pub(super) fn append(&mut self, entries: &[Entry], sync: bool) -> io::Result<()> {
        let mut text = String::new();
        for entry in entries {
            entry.write(&mut text);
        }
        self.file.write_all(text.as_bytes())?;
        self.entries += entries.len();
        if sync { self.file.sync_data() } else { Ok(()) }
    }

    /// Replaces the journal by a shorter one of the same meaning.
    pub(super) fn compact(
        &mut self,
        dir: &Path,
        entries: impl Iterator<Item = Entry>,
    ) -> io::Result<()> {
        let mut text = String::new();
        let mut count = 0;
        for entry in entries {
            entry.write(&mut text);
            count += 1;
        }
        replace(dir, "journal", &text)?;
        self.file = OpenOptions::new().append(true).open(dir.join("journal"))?;
        self.entries = count;
        Ok(())
    }
}

/// Replaces a file at one blow: whoever looks sees the old one or the new one, and when this
/// returns, the new one is on disk.
pub(super) fn replace(dir: &Path, name: &str, text: &str) -> io::Result<()> {
    let fresh = dir.join(format!("{name}.new"));
    let mut file = File::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(fresh, dir.join(name))?;
    sync_dir(dir)
}

/// The state that a journal describes.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) validity: Option<u32>,
    pub(super) uid_next: u32,
    pub(super) modseq: u64,
    pub(super) floor: u64,
    pub(super) recent: u32,
    pub(super) messages: HashMap<u32, Message>,
    pub(super) expunged: Vec<Expunged>,
    pub(super) removed_files: HashSet<String>,
}

impl Replay {
    pub(super) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Validity(value) => self.validity = Some(value),
            Entry::Recent(uid) => self.recent = uid,
            Entry::Added(message) => {
                self.uid_next = self.uid_next.max(message.uid.saturating_add(1));
                self.modseq = self.modseq.max(message.modseq);
                self.messages.insert(message.uid, message);
            }
            Entry::Flagged { uid, modseq, flags } => {
                self.modseq = self.modseq.max(modseq);
                if let Some(message) = self.messages.get_mut(&uid) {
                    message.flags = flags;
                    message.modseq = modseq;
                }
            }
            Entry::Removed { uid, modseq, file } => {
                self.modseq = self.modseq.max(modseq);
                self.messages.remove(&uid);
                self.expunged.push(Expunged { uid, modseq });
                self.removed_files.insert(file);
            }
            Entry::Next { uid, modseq, floor } => {
                self.uid_next = self.uid_next.max(uid);
                self.modseq = self.modseq.max(modseq);
                self.floor = floor;
            }
        }
    }
}

/// Waits until the names in a folder are on disk.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
