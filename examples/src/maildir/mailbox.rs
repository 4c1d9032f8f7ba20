//! One mailbox: its messages, their UIDs and flags, and who waits for a change.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::journal::{Entry, Journal, Replay, sync_dir};

/// How many removals are remembered for clients that come back.
const REMEMBERED_REMOVALS: usize = 10_000;

/// A message in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its unique identifier, ascending in the mailbox.
    pub uid: u32,
    /// Its modification sequence (RFC 7162).
    pub modseq: u64,
    /// When it came, in seconds since 1970.
    pub received: i64,
    /// Its size in bytes.
    pub size: u64,
    /// The name of its file in `cur`.
    pub file: String,
    /// Flags and keywords as IMAP writes them, sorted.
    pub flags: Vec<String>,
}

/// A message that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expunged {
    /// Its unique identifier.
    pub uid: u32,
    /// The modification sequence of the removal.
    pub modseq: u64,
}

/// The numbers of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Changes when UIDs of an earlier life of this name no longer hold.
    pub uid_validity: u32,
    /// The UID of the next message.
    pub uid_next: u32,
    /// The highest modification sequence.
    pub highest_modseq: u64,
    /// Removals up to this sequence were forgotten.
    pub floor: u64,
    /// Messages.
    pub messages: u32,
    /// Messages that no session was told of.
    pub recent: u32,
    /// Messages without `\Seen`.
    pub unseen: u32,
    /// Messages with `\Deleted`.
    pub deleted: u32,
    /// Bytes of all messages.
    pub size: u64,
}

/// What to do with the flags of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagChange {
    /// These and no others.
    Replace,
    /// These too.
    Add,
    /// Not these.
    Remove,
}

#[derive(Debug)]
struct Inner {
    journal: Journal,
    uid_validity: u32,
    uid_next: u32,
    modseq: u64,
    floor: u64,
    /// No session was told of the messages from this UID on.
    recent: u32,
    /// By ascending UID. Shared with the sessions that know them.
    messages: Vec<Arc<Message>>,
    /// The modification sequence and the UID of each.
    changes: BTreeSet<(u64, u32)>,
    /// By ascending modification sequence.
    expunged: Vec<Expunged>,
    /// When `new` was last looked into.
    scanned: Option<SystemTime>,
}

/// A mailbox that is open. Shared by all sessions that look at it.
#[derive(Debug)]
pub struct Mailbox {
    dir: PathBuf,
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
}

/// A number that no mailbox had before: the time, or one more than the last.
fn new_validity() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let now = u32::try_from(seconds(SystemTime::now())).unwrap_or(u32::MAX).max(1);
    let next = |last: u32| Some(now.max(last.saturating_add(1)));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
    now.max(last.saturating_add(1))
}

impl Mailbox {
    /// Opens a mailbox, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn open(dir: &Path) -> io::Result<Self> {
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(dir.join(sub))?;
        }
        let mut state = Replay::default();
        let mut journal = Journal::open(dir, |entry| state.apply(entry))?;
        let uid_validity = match state.validity {
            Some(validity) => validity,
            None => {
                let validity = new_validity();
                journal.append(&[Entry::Validity(validity)], true)?;
                validity
            }
        };
        let mut messages: Vec<Arc<Message>> = state.messages.into_values().map(Arc::new).collect();
        messages.sort_unstable_by_key(|m| m.uid);
        let mut inner = Inner {
            journal,
            uid_validity,
            uid_next: state.uid_next.max(1),
            modseq: state.modseq.max(1),
            floor: state.floor,
            recent: state.recent,
            changes: messages.iter().map(|m| (m.modseq, m.uid)).collect(),
            messages,
            expunged: state.expunged,
            scanned: None,
        };
        inner.recover(dir, &state.removed_files)?;
        inner.take_in(dir, "new")?;
        inner.compact(dir)?;
        let (changed, _) = watch::channel(inner.modseq);
        Ok(Self { dir: dir.to_owned(), inner: Mutex::new(inner), changed })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic of another session leaves the state as the journal has it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A value that changes whenever the mailbox does.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Takes in what other programs delivered to `new` since the last look.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn refresh(&self) -> io::Result<()> {
        let mut inner = self.lock();
        let modified = fs::metadata(self.dir.join("new"))?.modified().ok();
        if modified.is_some() && inner.scanned == modified {
            return Ok(());
        }
        inner.take_in(&self.dir, "new")?;
        inner.scanned = modified;
        self.notify(&inner);
        Ok(())
    }

    /// Changes when UIDs of an earlier life of this name no longer hold.
    #[must_use]
    pub fn uid_validity(&self) -> u32 {
        self.lock().uid_validity
    }

    /// The numbers of the mailbox.
    #[must_use]
    pub fn status(&self) -> Status {
        let inner = self.lock();
        let without = |flag: &str| {
            inner.messages.iter().filter(|m| !m.flags.iter().any(|f| f == flag)).count()
        };
        let count = inner.messages.len();
        Status {
            uid_validity: inner.uid_validity,
            uid_next: inner.uid_next,
            highest_modseq: inner.modseq,
            floor: inner.floor,
            messages: number(count),
            recent: number(inner.messages.iter().filter(|m| m.uid >= inner.recent).count()),
            unseen: number(without("\\Seen")),
            deleted: number(count - without("\\Deleted")),
            size: inner.messages.iter().map(|m| m.size).sum(),
        }
    }

    /// The messages, by ascending UID.
    #[must_use]
    pub fn messages(&self) -> Vec<Arc<Message>> {
        self.lock().messages.clone()
    }

    /// What changed after a modification sequence: messages that are new or have other flags, by
    /// UID, and removals.
    #[must_use]
    pub fn changes_since(&self, modseq: u64) -> (Vec<Arc<Message>>, Vec<Expunged>) {
        let inner = self.lock();
        let changed = inner.changes.range((modseq.saturating_add(1), 0)..);
        let mut changed: Vec<Arc<Message>> =
            changed.filter_map(|(_, uid)| inner.message(*uid)).map(Arc::clone).collect();
        changed.sort_unstable_by_key(|message| message.uid);
        let known = inner.expunged.partition_point(|e| e.modseq <= modseq);
        (changed, inner.expunged.get(known..).unwrap_or_default().to_vec())
    }

    /// The UIDs of the messages that no session was told of (`\Recent`, RFC 3501, section 2.3.2).
    /// With `claim`, the caller is that session.
    ///
    /// # Errors
    ///
    /// What the file system says; nothing is claimed then.
    pub fn recent(&self, claim: bool) -> io::Result<Range<u32>> {
        let mut inner = self.lock();
        let range = inner.recent..inner.uid_next;
        if claim && !range.is_empty() {
            inner.journal.append(&[Entry::Recent(range.end)], false)?;
            inner.recent = range.end;
        }
        Ok(range)
    }

    /// Where the file of a message is.
    #[must_use]
    pub fn path(&self, message: &Message) -> PathBuf {
        self.dir.join("cur").join(&message.file)
    }

    /// When the message came into this mailbox, in seconds since 1970; a copy of it has another
    /// date.
    ///
    /// # Errors
    ///
    /// `NotFound` if it was removed meanwhile, and what else the file system says.
    pub fn saved(&self, message: &Message) -> io::Result<i64> {
        fs::metadata(self.path(message))?.modified().map(seconds)
    }

    /// The bytes of a message.
    ///
    /// # Errors
    ///
    /// `NotFound` if it was removed meanwhile, and what else the file system says.
    pub fn read(&self, message: &Message) -> io::Result<Vec<u8>> {
        fs::read(self.path(message))
    }

    /// The folder where a message for this mailbox is to be written.
    pub(super) fn tmp(&self) -> PathBuf {
        self.dir.join("tmp")
    }

    /// Takes a synced file of `tmp` into the mailbox; returns its UID.
    pub(super) fn add(
        &self,
        tmp: &Path,
        file: &str,
        size: u64,
        received: i64,
        flags: &[String],
    ) -> io::Result<u32> {
        let cur = self.dir.join("cur");
        fs::rename(tmp, cur.join(file))?;
        sync_dir(&cur)?;
        let mut inner = self.lock();
        let uid = inner.enter(file, size, received, flags)?;
        self.notify(&inner);
        Ok(uid)
    }

    /// Changes the flags of messages, and returns them as they are now. With `unchanged_since`,
    /// messages with a higher modification sequence stay as they are and are returned second, by
    /// UID (RFC 7162, section 3.1.3).
    ///
    /// # Errors
    ///
    /// What the file system says; nothing was changed then.
    pub fn store(
        &self,
        uids: &[u32],
        change: FlagChange,
        flags: &[String],
        unchanged_since: Option<u64>,
    ) -> io::Result<(Vec<Arc<Message>>, Vec<u32>)> {
        let mut inner = self.lock();
        let modseq = inner.modseq + 1;
        let (mut done, mut refused, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        let mut updates = Vec::new();
        for &uid in uids {
            let Ok(index) = inner.messages.binary_search_by_key(&uid, |m| m.uid) else { continue };
            let message = &inner.messages[index];
            if unchanged_since.is_some_and(|since| message.modseq > since) {
                refused.push(uid);
                continue;
            }
            let mut next = match change {
                FlagChange::Replace => flags.to_vec(),
                FlagChange::Add => message.flags.iter().chain(flags).cloned().collect(),
                FlagChange::Remove => {
                    message.flags.iter().filter(|f| !holds(flags, f)).cloned().collect()
                }
            };
            tidy(&mut next);
            if next == message.flags {
                done.push(Arc::clone(message));
                continue;
            }
            entries.push(Entry::Flagged { uid, modseq, flags: next.clone() });
            let changed = Arc::new(Message { flags: next, modseq, ..(**message).clone() });
            done.push(Arc::clone(&changed));
            updates.push((index, changed));
        }
        if !entries.is_empty() {
            inner.journal.append(&entries, false)?;
            inner.modseq = modseq;
            for (index, changed) in updates {
                let before = inner.messages[index].modseq;
                inner.changes.remove(&(before, changed.uid));
                inner.changes.insert((modseq, changed.uid));
                inner.messages[index] = changed;
            }
            self.notify(&inner);
        }
        Ok((done, refused))
    }

    /// Removes messages; returns those that were there.
    ///
    /// # Errors
    ///
    /// What the file system says; the messages are still there then.
    pub fn expunge(&self, uids: &[u32]) -> io::Result<Vec<Expunged>> {
        let mut inner = self.lock();
        let modseq = inner.modseq + 1;
        let wanted: HashSet<u32> = uids.iter().copied().collect();
        let gone: Vec<Arc<Message>> =
            inner.messages.iter().filter(|m| wanted.contains(&m.uid)).cloned().collect();
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let entries: Vec<Entry> = gone
            .iter()
            .map(|m| Entry::Removed { uid: m.uid, modseq, file: m.file.clone() })
            .collect();
        inner.journal.append(&entries, true)?;
        inner.modseq = modseq;
        inner.messages.retain(|m| !wanted.contains(&m.uid));
        for message in &gone {
            inner.changes.remove(&(message.modseq, message.uid));
        }
        let expunged: Vec<Expunged> =
            gone.iter().map(|m| Expunged { uid: m.uid, modseq }).collect();
        inner.expunged.extend(&expunged);
        inner.forget_old_removals();
        for message in &gone {
            // The journal says that it is gone; a file that stays is removed at the next start.
            let _ = fs::remove_file(self.path(message));
        }
        self.notify(&inner);
        Ok(expunged)
    }

    fn notify(&self, inner: &Inner) {
        self.changed.send_if_modified(|seen| {
            let new = *seen != inner.modseq;
            *seen = inner.modseq;
            new
        });
    }
}

impl Inner {
    fn message(&self, uid: u32) -> Option<&Arc<Message>> {
        let index = self.messages.binary_search_by_key(&uid, |m| m.uid).ok()?;
        self.messages.get(index)
    }

    fn enter(&mut self, file: &str, size: u64, received: i64, flags: &[String]) -> io::Result<u32> {
        let uid = self.uid_next;
        let next = uid.checked_add(1).ok_or_else(|| io::Error::other("no UID left"))?;
        let mut flags = flags.to_vec();
        tidy(&mut flags);
        let message =
            Message { uid, modseq: self.modseq + 1, received, size, file: file.to_owned(), flags };
        self.journal.append(&[Entry::Added(message.clone())], true)?;
        self.modseq = message.modseq;
        self.uid_next = next;
        self.changes.insert((message.modseq, uid));
        self.messages.push(Arc::new(message));
        Ok(uid)
    }

    /// Brings the journal and the files together after a crash: files that no entry names come
    /// in, files that were removed go, entries without a file go.
    fn recover(&mut self, dir: &Path, removed: &HashSet<String>) -> io::Result<()> {
        let cur = dir.join("cur");
        let mut there = HashSet::new();
        for entry in fs::read_dir(&cur)? {
            if let Ok(name) = entry?.file_name().into_string() {
                there.insert(name);
            }
        }
        for name in there.iter().filter(|name| removed.contains(*name)) {
            fs::remove_file(cur.join(name))?;
        }
        let missing: Vec<(u32, String)> = self
            .messages
            .iter()
            .filter(|m| !there.contains(&m.file))
            .map(|m| (m.uid, m.file.clone()))
            .collect();
        if !missing.is_empty() {
            let modseq = self.modseq + 1;
            let entries: Vec<Entry> = missing
                .into_iter()
                .map(|(uid, file)| Entry::Removed { uid, modseq, file })
                .collect();
            self.journal.append(&entries, true)?;
            self.modseq = modseq;
            self.messages.retain(|m| there.contains(&m.file));
            self.changes = self.messages.iter().map(|m| (m.modseq, m.uid)).collect();
            self.expunged.extend(entries.iter().filter_map(|entry| match entry {
                Entry::Removed { uid, modseq, .. } => Some(Expunged { uid: *uid, modseq: *modseq }),
                _ => None,
            }));
        }
        self.take_in(dir, "cur")
    }

    /// Enters files of `cur` or `new` that have no UID yet, oldest name first.
    fn take_in(&mut self, dir: &Path, from: &str) -> io::Result<()> {
        let known: HashSet<String> = self.messages.iter().map(|m| m.file.clone()).collect();
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(dir.join(from))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let usable = !name.starts_with('.') && !name.contains([' ', '\n']);
            if usable && !known.contains(&name) && entry.file_type()?.is_file() {
                names.push(name);
            }
        }
        names.sort_unstable();
        for name in names {
            let mut path = dir.join(from).join(&name);
            if from == "new" {
                let target = dir.join("cur").join(&name);
                fs::rename(&path, &target)?;
                path = target;
            }
            let meta = fs::metadata(&path)?;
            let received = meta.modified().map_or(0, seconds);
            let flags = flags_of_name(&name);
            self.enter(&name, meta.len(), received, &flags)?;
        }
        Ok(())
    }

    fn forget_old_removals(&mut self) {
        let excess = self.expunged.len().saturating_sub(REMEMBERED_REMOVALS);
        if let Some(last) = excess.checked_sub(1).and_then(|last| self.expunged.get(last)) {
            self.floor = last.modseq;
            let floor = self.floor;
            self.expunged.retain(|e| e.modseq > floor);
        }
    }

    /// Rewrites a journal in which most lines no longer matter.
    fn compact(&mut self, dir: &Path) -> io::Result<()> {
        self.forget_old_removals();
        if self.journal.entries < 1000 + 2 * (self.messages.len() + self.expunged.len()) {
            return Ok(());
        }
        let next = Entry::Next { uid: self.uid_next, modseq: self.modseq, floor: self.floor };
        let entries = [Entry::Validity(self.uid_validity), next, Entry::Recent(self.recent)]
            .into_iter()
            .chain(self.messages.iter().map(|m| Entry::Added((**m).clone())))
            .chain(self.expunged.iter().map(|e| Entry::Removed {
                uid: e.uid,
                modseq: e.modseq,
                file: "-".to_owned(),
            }))
            .collect::<Vec<_>>();
        self.journal.compact(dir, entries.into_iter())
    }
}

/// The flags in the name of a Maildir file: `NAME:2,FS`.
fn flags_of_name(name: &str) -> Vec<String> {
    let Some((_, letters)) = name.rsplit_once(":2,") else { return Vec::new() };
    letters
        .chars()
        .filter_map(|letter| match letter {
            'D' => Some("\\Draft"),
            'F' => Some("\\Flagged"),
            'R' => Some("\\Answered"),
            'S' => Some("\\Seen"),
            'T' => Some("\\Deleted"),
            _ => None,
        })
        .map(str::to_owned)
        .collect()
}

/// Sorts flags and drops repeated ones; letter case makes no difference.
fn tidy(flags: &mut Vec<String>) {
    flags.sort_by_key(|flag| flag.to_ascii_lowercase());
    flags.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
}

fn holds(flags: &[String], flag: &str) -> bool {
    flags.iter().any(|f| f.eq_ignore_ascii_case(flag))
}

pub(super) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
