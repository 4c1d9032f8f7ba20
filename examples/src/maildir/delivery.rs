//! A message on its way to disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::mailbox::{Mailbox, seconds};

/// A message that is being written to `tmp`. Dropped without [`commit`](Self::commit), it leaves
/// nothing behind.
#[derive(Debug)]
pub struct Delivery {
    mailbox: Arc<Mailbox>,
    file: Option<File>,
    path: PathBuf,
    name: String,
    size: u64,
}

impl Delivery {
    /// Begins a message.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn begin(mailbox: &Arc<Mailbox>) -> io::Result<Self> {
        let name = unique_name();
        let path = mailbox.tmp().join(&name);
        let file = File::create_new(&path)?;
        Ok(Self { mailbox: Arc::clone(mailbox), file: Some(file), path, name, size: 0 })
    }

    /// Appends to the message.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.open_file()?.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Appends a file to the message.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write_file(&mut self, path: &Path) -> io::Result<()> {
        self.size += io::copy(&mut File::open(path)?, self.open_file()?)?;
        Ok(())
    }

    fn open_file(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the message has ended"))
    }

    /// Ends the message: it is on disk, though in no mailbox, and no file is open for it any more.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn end(&mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => file.sync_all(),
            None => Ok(()),
        }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes written so far.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn contents(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.path)
    }

    /// Makes the message part of its mailbox; when this returns, it is on disk. Returns its UID.
    ///
    /// # Errors
    ///
    /// What the file system says; the message is not in the mailbox then.
    pub fn commit(mut self, flags: &[String], received: Option<i64>) -> io::Result<u32> {
        self.end()?;
        let received = received.unwrap_or_else(|| seconds(SystemTime::now()));
        self.mailbox.add(&self.path, &self.name, self.size, received, flags)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        // After a commit the file has moved and there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}

/// A name that no other delivery has: time, process, a counter.
fn unique_name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!(
        "{}.M{:06}P{}Q{count}.localhost",
        now.as_secs(),
        now.subsec_micros(),
        std::process::id()
    )
}
