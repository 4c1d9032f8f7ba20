//! The mailboxes of each user.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::annotations::{self, Annotations};
use super::journal::{replace, sync_dir};
use super::mailbox::Mailbox;

/// What separates the levels of a mailbox name.
pub(crate) const SEPARATOR: char = '/';

/// Mailboxes that every account has, with their special use (RFC 6154).
const BUILT_IN: [(&str, Option<&str>); 6] = [
    ("INBOX", None),
    ("Archive", Some("\\Archive")),
    ("Drafts", Some("\\Drafts")),
    ("Junk", Some("\\Junk")),
    ("Sent", Some("\\Sent")),
    ("Trash", Some("\\Trash")),
];

/// All accounts below one folder.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    accounts: Mutex<HashMap<String, Arc<Account>>>,
}

impl Store {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        Ok(Self { root, accounts: Mutex::default() })
    }

    /// The account of a user, made at the first call.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn account(&self, user: &str) -> io::Result<Arc<Account>> {
        let mut accounts = lock(&self.accounts);
        if let Some(account) = accounts.get(user) {
            return Ok(Arc::clone(account));
        }
        let account = Arc::new(Account::open(self.root.join(encode(user)))?);
        accounts.insert(user.to_owned(), Arc::clone(&account));
        Ok(account)
    }
}

/// A mailbox as LIST shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name, UTF-8, levels separated by `/`.
    pub name: String,
    /// Whether it can be selected; a name that only has children cannot.
    pub exists: bool,
    /// Whether other names lie below it.
    pub has_children: bool,
    /// Whether it is in the list of subscriptions.
    pub subscribed: bool,
    /// Its special use, as an attribute of LIST.
    pub special_use: Option<&'static str>,
}

/// The mailboxes of one user.
#[derive(Debug)]
pub struct Account {
    dir: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Every mailbox; open ones with their state.
    mailboxes: BTreeMap<String, Option<Arc<Mailbox>>>,
    subscriptions: BTreeSet<String>,
}

impl Account {
    fn open(dir: PathBuf) -> io::Result<Self> {
        let root = dir.join("mailboxes");
        fs::create_dir_all(&root)?;
        let mut inner = Inner::default();
        for (name, _) in BUILT_IN {
            inner.mailboxes.insert(name.to_owned(), None);
        }
        for entry in fs::read_dir(&root)? {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().and_then(|name| decode(&name));
            if let Some(name) = name.filter(|_| entry.path().is_dir()) {
                inner.mailboxes.insert(name, None);
            }
        }
        match fs::read_to_string(dir.join("subscriptions")) {
            Ok(text) => inner.subscriptions = text.lines().filter_map(decode).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                inner.subscriptions = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
            }
            Err(error) => return Err(error),
        }
        Ok(Self { dir, inner: Mutex::new(inner) })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join("mailboxes").join(encode(name))
    }

    /// A mailbox by its name; `INBOX` in any letter case.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is none, and what else the file system says.
    pub fn mailbox(&self, name: &str) -> io::Result<Arc<Mailbox>> {
        let name = canonical(name);
        let mut inner = lock(&self.inner);
        let Some(slot) = inner.mailboxes.get_mut(name.as_str()) else {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such mailbox"));
        };
        if let Some(open) = slot {
            return Ok(Arc::clone(open));
        }
        let mailbox = Arc::new(Mailbox::open(&self.path(&name))?);
        *slot = Some(Arc::clone(&mailbox));
        Ok(mailbox)
    }

    /// All mailboxes and the names above them, sorted.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let inner = lock(&self.inner);
        let mut names: BTreeMap<&str, bool> = BTreeMap::new();
        for name in inner.mailboxes.keys() {
            for (at, _) in name.match_indices(SEPARATOR) {
                names.entry(&name[..at]).or_insert(false);
            }
            names.insert(name, true);
        }
        for name in &inner.subscriptions {
            names.entry(name).or_insert(false);
        }
        let below = |name: &str| {
            inner
                .mailboxes
                .keys()
                .any(|other| other.strip_prefix(name).is_some_and(|r| r.starts_with(SEPARATOR)))
        };
        names
            .iter()
            .map(|(&name, &exists)| Listed {
                name: name.to_owned(),
                exists,
                has_children: below(name),
                subscribed: inner.subscriptions.contains(name),
                special_use: BUILT_IN.iter().find(|(n, _)| *n == name).and_then(|(_, use_)| *use_),
            })
            .collect()
    }

    /// Makes a mailbox.
    ///
    /// # Errors
    ///
    /// `AlreadyExists`, `InvalidInput` for a name that cannot be one, and what the file system
    /// says.
    pub fn create(&self, name: &str) -> io::Result<()> {
        let name = canonical(name.strip_suffix(SEPARATOR).unwrap_or(name));
        check(&name)?;
        let mut inner = lock(&self.inner);
        if inner.mailboxes.contains_key(&name) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the mailbox exists"));
        }
        let mailbox = Arc::new(Mailbox::open(&self.path(&name))?);
        sync_dir(&self.dir.join("mailboxes"))?;
        inner.mailboxes.insert(name, Some(mailbox));
        Ok(())
    }

    /// Removes a mailbox with its messages. Those below it stay.
    ///
    /// # Errors
    ///
    /// `NotFound`, `PermissionDenied` for INBOX, and what the file system says.
    pub fn delete(&self, name: &str) -> io::Result<()> {
        let name = canonical(name);
        if BUILT_IN.iter().any(|(built_in, _)| *built_in == name) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "this mailbox stays"));
        }
        let mut inner = lock(&self.inner);
        if inner.mailboxes.remove(&name).is_none() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such mailbox"));
        }
        fs::remove_dir_all(self.path(&name))
    }

    /// Gives a mailbox and those below it another name. INBOX keeps existing, empty (RFC 9051,
    /// section 6.3.6).
    ///
    /// # Errors
    ///
    /// `NotFound`, `AlreadyExists`, `InvalidInput`, and what the file system says.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (canonical(from), canonical(to));
        check(&to)?;
        let mut inner = lock(&self.inner);
        if !inner.mailboxes.contains_key(&from) {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such mailbox"));
        }
        let below = format!("{from}{SEPARATOR}");
        let moved: Vec<(String, String)> = inner
            .mailboxes
            .keys()
            .filter(|name| **name == from || (from != "INBOX" && name.starts_with(&below)))
            .map(|name| (name.clone(), format!("{to}{}", &name[from.len()..])))
            .collect();
        if to == from || moved.iter().any(|(_, new)| inner.mailboxes.contains_key(new)) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the mailbox exists"));
        }
        for (old, new) in moved {
            if self.path(&old).exists() {
                fs::rename(self.path(&old), self.path(&new))?;
            }
            inner.mailboxes.remove(&old);
            inner.mailboxes.insert(new, None);
        }
        if from == "INBOX" {
            // What is known of INBOX stays with it, too (RFC 5464, section 4.1).
            let kept = annotations::read(&self.path(&to))?;
            if !kept.is_empty() {
                fs::create_dir_all(self.path(&from))?;
                annotations::write(&self.path(&from), &kept)?;
            }
            inner.mailboxes.insert(from, None);
        }
        sync_dir(&self.dir.join("mailboxes"))
    }

    /// Enters a name in the list of subscriptions, or takes it out.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn subscribe(&self, name: &str, wanted: bool) -> io::Result<()> {
        let name = canonical(name);
        let mut inner = lock(&self.inner);
        let changed = if wanted {
            inner.subscriptions.insert(name)
        } else {
            inner.subscriptions.remove(&name)
        };
        if !changed {
            return Ok(());
        }
        let text: String = inner.subscriptions.iter().map(|n| encode(n) + "\n").collect();
        replace(&self.dir, "subscriptions", &text)
    }

    /// The annotations of a mailbox, or of the account.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such mailbox, and what the file system says.
    pub fn annotations(&self, mailbox: Option<&str>) -> io::Result<Annotations> {
        annotations::read(&self.annotated(mailbox)?)
    }

    /// Changes the annotations of a mailbox, or of the account, or none if the change is refused.
    ///
    /// # Errors
    ///
    /// As for `annotations`. Inside, what `change` says.
    pub fn annotate<E>(
        &self,
        mailbox: Option<&str>,
        change: impl FnOnce(&mut Annotations) -> Result<(), E>,
    ) -> io::Result<Result<(), E>> {
        let dir = self.annotated(mailbox)?;
        let _one_at_a_time = lock(&self.inner);
        let mut all = annotations::read(&dir)?;
        Ok(match change(&mut all) {
            Ok(()) => Ok(annotations::write(&dir, &all)?),
            Err(refused) => Err(refused),
        })
    }

    /// Where annotations lie.
    fn annotated(&self, mailbox: Option<&str>) -> io::Result<PathBuf> {
        let Some(name) = mailbox else { return Ok(self.dir.clone()) };
        self.mailbox(name)?;
        Ok(self.path(&canonical(name)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn canonical(name: &str) -> String {
    match name.get(..5) {
        Some(first)
            if first.eq_ignore_ascii_case("INBOX")
                && name.get(5..).is_some_and(|r| r.is_empty() || r.starts_with(SEPARATOR)) =>
        {
            format!("INBOX{}", &name[5..])
        }
        _ => name.to_owned(),
    }
}

fn check(name: &str) -> io::Result<()> {
    let fine = !name.is_empty()
        && name.split(SEPARATOR).all(|level| !level.is_empty())
        && !name.contains(['%', '*'])
        && !name.chars().any(char::is_control)
        && encode(name).len() <= 255;
    if fine {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a name for a mailbox"))
    }
}

/// A name as a file name: letters, digits and `-_.@` as they are, but no leading dot; every other
/// byte as `%XX`.
pub(super) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'@')
            || (byte == b'.' && at > 0);
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

pub(super) fn decode(name: &str) -> Option<String> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('%') {
        out.extend_from_slice(before.as_bytes());
        out.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = after.get(2..)?;
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::maildir::{Delivery, FlagChange};

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("mail-examples-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        dir
    }

    fn deliver(mailbox: &Arc<Mailbox>, text: &str) -> u32 {
        let mut delivery = Delivery::begin(mailbox).unwrap();
        delivery.write(text.as_bytes()).unwrap();
        delivery.commit(&[], Some(1)).unwrap()
    }

    #[test]
    fn what_was_acknowledged_is_there_after_a_restart() {
        let root = scratch("restart");
        let (first, second);
        {
            let store = Store::open(&root).unwrap();
            let inbox = store.account("alice").unwrap().mailbox("inbox").unwrap();
            first = deliver(&inbox, "one");
            second = deliver(&inbox, "two");
            let third = deliver(&inbox, "three");
            inbox.store(&[second], FlagChange::Add, &["\\Seen".into(), "$x".into()], None).unwrap();
            inbox.expunge(&[third]).unwrap();
            // Never committed, so never there.
            let mut delivery = Delivery::begin(&inbox).unwrap();
            delivery.write(b"half").unwrap();
            std::mem::forget(delivery);
        }
        // Torn journal line, and a file that no entry names.
        let dir = root.join("alice/mailboxes/INBOX");
        let mut journal = fs::OpenOptions::new().append(true).open(dir.join("journal")).unwrap();
        journal.write_all(b"+ 99 1").unwrap();
        fs::write(dir.join("cur/stray:2,FS"), "stray").unwrap();
        fs::write(dir.join("new/foreign"), "foreign").unwrap();

        let store = Store::open(&root).unwrap();
        let inbox = store.account("alice").unwrap().mailbox("INBOX").unwrap();
        let messages = inbox.messages();
        let uids: Vec<u32> = messages.iter().map(|m| m.uid).collect();
        assert_eq!(uids, [first, second, 4, 5]);
        assert_eq!(messages[1].flags, ["$x", "\\Seen"]);
        assert_eq!(messages[2].flags, ["\\Flagged", "\\Seen"]);
        assert_eq!(inbox.read(&messages[0]).unwrap(), b"one");
        assert_eq!(inbox.read(&messages[3]).unwrap(), b"foreign");
        assert_eq!(inbox.status().uid_next, 6);
        assert_eq!(inbox.changes_since(1).1.len(), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn conditional_store_leaves_newer_messages_alone() {
        let root = scratch("condstore");
        let store = Store::open(&root).unwrap();
        let inbox = store.account("a").unwrap().mailbox("INBOX").unwrap();
        let uid = deliver(&inbox, "x");
        let seen = ["\\Seen".to_owned()];
        let before = inbox.status().highest_modseq;
        let watch = inbox.watch();
        let (done, refused) = inbox.store(&[uid], FlagChange::Add, &seen, Some(before)).unwrap();
        assert_eq!((done.len(), refused.len()), (1, 0));
        assert!(watch.has_changed().unwrap());
        let (done, refused) =
            inbox.store(&[uid, 77], FlagChange::Remove, &seen, Some(before)).unwrap();
        assert_eq!((done.len(), refused), (0, vec![uid]));
        let (done, _) =
            inbox.store(&[uid], FlagChange::Remove, &["\\SEEN".to_owned()], None).unwrap();
        assert!(done[0].flags.is_empty());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn names_of_mailboxes_survive() {
        let root = scratch("names");
        for name in ["Entwürfe/2026", "a b", "..", "日本", "x/../../y"] {
            assert_eq!(decode(&encode(name)).as_deref(), Some(name));
            assert!(!encode(name).contains('/') && !encode(name).starts_with('.'));
        }
        let store = Store::open(&root).unwrap();
        let account = store.account("../alice").unwrap();
        account.create("Work/2026").unwrap();
        assert!(account.create("Work/2026/").is_err());
        assert!(account.create("a//b").is_err());
        assert!(account.delete("INBOX").is_err());
        account.subscribe("Work/2026", true).unwrap();
        let listed = account.list();
        let work = listed.iter().find(|m| m.name == "Work").unwrap();
        assert!(!work.exists && work.has_children);
        account.create("Work").unwrap();
        account.rename("Work", "Play").unwrap();
        let inbox = account.mailbox("INBOX").unwrap();
        deliver(&inbox, "kept");
        account.rename("INBOX", "Old").unwrap();
        assert_eq!(account.mailbox("INBOX").unwrap().status().messages, 0);

        let store = Store::open(&root).unwrap();
        let account = store.account("../alice").unwrap();
        assert_eq!(account.mailbox("Old").unwrap().status().messages, 1);
        let names: Vec<String> =
            account.list().into_iter().filter(|m| m.exists).map(|m| m.name).collect();
        assert!(
            names.contains(&"Play/2026".to_owned()) && !names.contains(&"Work/2026".to_owned())
        );
        account.delete("Play").unwrap();
        assert!(account.mailbox("Play").is_err());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_long_journal_becomes_short_and_keeps_its_meaning() {
        let root = scratch("compact");
        let uid;
        {
            let store = Store::open(&root).unwrap();
            let inbox = store.account("a").unwrap().mailbox("INBOX").unwrap();
            uid = deliver(&inbox, "x");
            let gone = deliver(&inbox, "y");
            inbox.expunge(&[gone]).unwrap();
            for n in 0..1100 {
                let change = if n % 2 == 0 { FlagChange::Add } else { FlagChange::Remove };
                inbox.store(&[uid], change, &["\\Seen".to_owned()], None).unwrap();
            }
        }
        let journal = root.join("a/mailboxes/INBOX/journal");
        let long = fs::metadata(&journal).unwrap().len();
        let open = || Store::open(&root).unwrap().account("a").unwrap().mailbox("INBOX").unwrap();
        let before = open().status();
        assert!(fs::metadata(&journal).unwrap().len() < long / 10);
        let inbox = open();
        assert_eq!(inbox.status(), before);
        assert_eq!(inbox.messages()[0].uid, uid);
        assert_eq!(inbox.changes_since(0).1.len(), 1);
        assert_eq!(deliver(&inbox, "z"), 3);
        fs::remove_dir_all(root).unwrap();
    }
}
