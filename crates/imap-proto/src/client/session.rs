//! What a client knows of the session from what the server has said.

use crate::{Capabilities, Flags, Mailbox, Response, ResponseCode, SequenceSet, Status};

/// The selected mailbox, as far as the server has told.
///
/// # Example
///
/// ```
/// use imap_proto::client::{Config, Connection};
/// use imap_proto::{Command, Mailbox};
///
/// let mut client = Connection::new(Config::default());
/// client.receive(b"* PREAUTH hello\r\n");
/// client.poll_event()?;
/// client.send(&Command::Select(Mailbox::INBOX.into()))?;
/// client.receive(b"* 172 EXISTS\r\n* OK [UIDVALIDITY 3857529045] ok\r\nA1 OK [READ-WRITE] done\r\n");
/// while client.poll_event()?.is_some() {}
/// let inbox = client.selected().ok_or("not selected")?;
/// assert_eq!((inbox.exists, inbox.uid_validity), (172, Some(3857529045)));
/// assert!(!inbox.read_only);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selected {
    /// Its name, as it was asked for.
    pub mailbox: Mailbox<'static>,
    /// Whether it cannot be changed.
    pub read_only: bool,
    /// How many messages it has.
    pub exists: u32,
    /// How many of them are `\Recent` (IMAP4rev1).
    pub recent: u32,
    /// The validity of its UIDs.
    pub uid_validity: Option<u32>,
    /// The UID that comes next.
    pub uid_next: Option<u32>,
    /// Whether UIDs do not survive the session.
    pub uid_not_sticky: bool,
    /// The number of the first message without `\Seen`, as it was when the mailbox was selected
    /// (IMAP4rev1).
    pub unseen: Option<u32>,
    /// The highest mod-sequence, if the mailbox keeps them.
    pub highest_mod_seq: Option<u64>,
    /// The flags that are in use.
    pub flags: Flags<'static>,
    /// The flags that can be changed for good; `None` if all of `flags` can.
    pub permanent_flags: Option<Flags<'static>>,
}

impl Selected {
    pub(super) fn new(mailbox: Mailbox<'static>, read_only: bool) -> Self {
        Self {
            mailbox,
            read_only,
            exists: 0,
            recent: 0,
            uid_validity: None,
            uid_next: None,
            uid_not_sticky: false,
            unseen: None,
            highest_mod_seq: None,
            flags: Flags::NONE,
            permanent_flags: None,
        }
    }

    fn learn(&mut self, response: &Response<'_>) {
        match response {
            Response::Exists(n) => self.exists = *n,
            Response::Recent(n) => self.recent = *n,
            Response::Flags(flags) => self.flags = flags.clone().into_owned(),
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::Vanished { earlier: false, uids } => {
                self.exists = self.exists.saturating_sub(count(uids));
            }
            Response::Status(status) => self.learn_code(status),
            _ => {}
        }
    }

    pub(super) fn learn_code(&mut self, status: &Status<'_>) {
        match &status.code {
            Some(ResponseCode::ReadOnly) => self.read_only = true,
            Some(ResponseCode::ReadWrite) => self.read_only = false,
            Some(ResponseCode::UidValidity(n)) => self.uid_validity = Some(*n),
            Some(ResponseCode::UidNext(n)) => self.uid_next = Some(*n),
            Some(ResponseCode::UidNotSticky) => self.uid_not_sticky = true,
            Some(ResponseCode::Unseen(n)) => self.unseen = (*n > 0).then_some(*n),
            Some(ResponseCode::HighestModSeq(n)) => self.highest_mod_seq = Some(*n),
            Some(ResponseCode::NoModSeq) => self.highest_mod_seq = None,
            Some(ResponseCode::PermanentFlags(flags)) => {
                self.permanent_flags = Some(flags.clone().into_owned());
            }
            _ => {}
        }
    }
}

fn count(uids: &SequenceSet<'_>) -> u32 {
    u32::try_from(uids.count(u32::MAX)).unwrap_or(u32::MAX)
}

/// What was said, in one place.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) capabilities: Option<Capabilities<'static>>,
    pub(super) enabled: Capabilities<'static>,
    pub(super) selected: Option<Selected>,
    /// The mailbox that a SELECT in flight is about.
    pub(super) selecting: Option<Selected>,
    /// Whether what comes now is about that one.
    pub(super) switched: bool,
}

impl Session {
    /// Takes note of untagged data.
    pub(super) fn learn(&mut self, response: &Response<'_>, limit: usize) {
        match response {
            Response::Capability(names) => self.learn_capabilities(names, limit),
            Response::Enabled(names) => {
                for name in names.iter() {
                    if !self.enabled.contains(name) && self.enabled.len() < limit {
                        self.enabled.push(name.clone().into_owned());
                    }
                }
            }
            Response::Status(status) => {
                self.learn_status(status, limit);
                if matches!(status.code, Some(ResponseCode::Closed)) {
                    self.selected = None;
                    self.switched = true;
                    return;
                }
            }
            _ => {}
        }
        let current = match &mut self.selecting {
            Some(selecting) if self.switched || self.selected.is_none() => Some(selecting),
            _ => self.selected.as_mut(),
        };
        if let Some(current) = current {
            current.learn(response);
        }
    }

    pub(super) fn learn_status(&mut self, status: &Status<'_>, limit: usize) {
        if let Some(ResponseCode::Capability(names)) = &status.code {
            self.learn_capabilities(names, limit);
        }
    }

    fn learn_capabilities(&mut self, names: &Capabilities<'_>, limit: usize) {
        let mut names = names.clone();
        names.truncate(limit);
        self.capabilities = Some(names.into_owned());
    }

    /// The mailbox is not selected any more.
    pub(super) fn deselect(&mut self) {
        self.selected = None;
        self.selecting = None;
        self.switched = false;
    }
}
