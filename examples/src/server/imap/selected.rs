//! The selected mailbox as the client knows it.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use imap_proto::{
    Capability, FetchItem, Flag, Flags, MessageData, ObjectId, QResync, Response, ResponseCode,
    Select, SelectParameter, SequenceSet, Status, Text,
};
use tokio::sync::watch;

use super::context::Context;
use super::{Outcome, Session, no, ok, trouble};
use crate::maildir::{Mailbox, Message};

/// A mailbox, and what the client was told of it.
pub(super) struct Selected {
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) read_only: bool,
    /// The messages by the numbers that the client knows.
    pub(super) view: Vec<Arc<Message>>,
    /// The UIDs that the last saved search found (RFC 5182).
    pub(super) saved: Vec<u32>,
    /// Results that are kept up to date.
    pub(super) contexts: Vec<Context>,
    /// The UIDs of the messages that this session saw first; none in IMAP4rev2.
    recent: Vec<Range<u32>>,
    /// Up to which modification sequence new messages and flags were told, and removals.
    seen: u64,
    seen_removals: u64,
    changes: watch::Receiver<u64>,
}

impl Selected {
    /// Waits for a change; never comes back if there will be none.
    pub(super) fn changed(&self) -> impl Future<Output = ()> + use<> {
        let mut changes = self.changes.clone();
        async move {
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The places in `view` of the messages in a set, ascending.
    pub(super) fn resolve(&self, set: &SequenceSet<'_>, uid: bool) -> Vec<usize> {
        if set.is_saved() {
            let place = |uid: &u32| self.view.binary_search_by_key(uid, |m| m.uid).ok();
            return self.saved.iter().filter_map(place).collect();
        }
        let mut places = Vec::new();
        if uid {
            let largest = self.view.last().map_or(0, |m| m.uid);
            for range in set.resolve(largest) {
                let from = self.view.partition_point(|m| m.uid < *range.start());
                let to = self.view.partition_point(|m| m.uid <= *range.end());
                places.extend(from..to);
            }
        } else {
            for range in set.resolve(number(self.view.len())) {
                let from = (*range.start() as usize).saturating_sub(1);
                places.extend(from..(*range.end() as usize).min(self.view.len()));
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether this session saw a message first.
    pub(super) fn is_recent(&self, message: &Message) -> bool {
        self.recent.iter().any(|range| range.contains(&message.uid))
    }

    /// The flags of a message as this session sees them.
    pub(super) fn flags(&self, message: &Message) -> Flags<'static> {
        let mut flags = flags(&message.flags);
        if self.is_recent(message) {
            flags.push(&Flag::Recent);
        }
        flags
    }

    /// Looks for messages that no session saw before.
    fn find_recent(&mut self) {
        // What cannot be written down now is recent for another session too.
        let Ok(range) = self.mailbox.recent(!self.read_only) else { return };
        match self.recent.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ if range.is_empty() => {}
            _ => self.recent.push(range),
        }
    }

    fn recent_count(&self) -> u32 {
        let below = |uid: u32| self.view.partition_point(|message| message.uid < uid);
        let count = |range: &Range<u32>| below(range.end).saturating_sub(below(range.start));
        number(self.recent.iter().map(count).sum())
    }

    /// Whether every number of a set is that of a message; UIDs need not be.
    pub(super) fn in_range(&self, set: &SequenceSet<'_>) -> bool {
        let count = number(self.view.len());
        set.is_saved()
            || set.resolve(count).all(|range| *range.start() >= 1 && *range.end() <= count)
    }
}

/// A length as IMAP counts.
pub(super) fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Flags as they go over the wire.
pub(super) fn flags(names: &[String]) -> Flags<'static> {
    names.iter().filter_map(|name| Flag::try_from(name.as_str()).ok()).collect()
}

impl Session {
    pub(super) fn selected(&self) -> Result<&Selected, Status<'static>> {
        self.selected
            .as_ref()
            .ok_or_else(|| Status::bad(Text::from_static("select a mailbox first")))
    }

    /// The places of the messages in a set; `BAD` if a number is beyond the end.
    pub(super) fn places(
        &self,
        set: &SequenceSet<'_>,
        uid: bool,
    ) -> Result<Vec<usize>, Status<'static>> {
        let selected = self.selected()?;
        if !uid && !selected.in_range(set) {
            return Err(Status::bad(Text::from_static("no such message number")));
        }
        Ok(selected.resolve(set, uid))
    }

    pub(super) fn select(&mut self, select: &Select<'_>, read_only: bool) -> Outcome {
        if self.selected.take().is_some() {
            let closed = Status::ok(Text::from_static("the mailbox before is closed"));
            self.say(&Response::Status(closed.with_code(ResponseCode::Closed)));
        }
        let name = self.name(&select.mailbox);
        let mailbox = self.account()?.mailbox(&name).map_err(|e| trouble(&e))?;
        mailbox.refresh().map_err(|e| trouble(&e))?;
        let mut qresync = None;
        for parameter in &select.parameters {
            match parameter {
                SelectParameter::CondStore => self.condstore = true,
                SelectParameter::QResync(known) if self.enabled(&Capability::QResync) => {
                    self.condstore = true;
                    qresync = Some(known);
                }
                _ => return Err(Status::bad(Text::from_static("unknown parameter"))),
            }
        }
        let mut changes = mailbox.watch();
        let seen = *changes.borrow_and_update();
        let view = mailbox.messages();
        let status = mailbox.status();

        let mut known: Vec<String> = SYSTEM_FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        for flag in view.iter().flat_map(|message| &message.flags) {
            if !known.contains(flag) {
                known.push(flag.clone());
            }
        }
        let known = flags(&known);
        let mut permanent = known.clone();
        permanent.push(&Flag::Any);
        let permanent = if read_only { Flags::default() } else { permanent };
        let mut selected = Selected {
            mailbox,
            read_only,
            view,
            saved: Vec::new(),
            contexts: Vec::new(),
            recent: Vec::new(),
            seen,
            seen_removals: seen,
            changes,
        };
        self.say(&Response::Flags(known));
        self.say(&Response::Exists(number(selected.view.len())));
        if !self.enabled(&Capability::Imap4Rev2) {
            selected.find_recent();
            self.say(&Response::Recent(selected.recent_count()));
            let unseen =
                selected.view.iter().position(|m| !m.flags.iter().any(|flag| flag == "\\Seen"));
            if let Some(place) = unseen {
                self.code(ResponseCode::Unseen(number(place + 1)), "first unseen");
            }
        }
        self.code(ResponseCode::PermanentFlags(permanent), "flags that last");
        self.code(ResponseCode::UidValidity(status.uid_validity), "UIDs valid");
        self.code(ResponseCode::UidNext(status.uid_next), "next UID");
        self.code(ResponseCode::HighestModSeq(status.highest_modseq), "modification sequence");
        if let Some(id) = mailbox_id(status.uid_validity) {
            self.code(ResponseCode::MailboxId(id), "mailbox");
        }
        if self.enabled(&Capability::Imap4Rev2) {
            self.list_one(&name);
        }
        self.selected = Some(selected);
        if let Some(known) = qresync.filter(|known| known.uid_validity == status.uid_validity) {
            self.resynchronize(known, status.floor);
        }
        let code = if read_only { ResponseCode::ReadOnly } else { ResponseCode::ReadWrite };
        Ok(Status::ok(Text::from_static("selected")).with_code(code))
    }

    /// The client wants modification sequences from now on; it is told the highest one
    /// (RFC 7162, section 3.1.2.1).
    pub(super) fn want_modseqs(&mut self) {
        if self.condstore {
            return;
        }
        self.condstore = true;
        if let Some(selected) = &self.selected {
            let highest = selected.mailbox.status().highest_modseq;
            self.code(ResponseCode::HighestModSeq(highest), "modification sequence");
        }
    }

    fn code(&mut self, code: ResponseCode<'static>, text: &'static str) {
        self.say(&Response::Status(Status::ok(Text::from_static(text)).with_code(code)));
    }

    /// Tells a client that comes back what happened meanwhile (RFC 7162, section 3.2.5).
    fn resynchronize(&mut self, known: &QResync<'_>, floor: u64) {
        let Some(selected) = &self.selected else { return };
        let all = || 1..=selected.view.last().map_or(0, |m| m.uid).max(1);
        let in_known =
            |uid: u32| known.known_uids.as_ref().is_none_or(|set| set.contains(uid, *all().end()));
        let vanished: Vec<u32> = if known.mod_seq < floor {
            // Some removals are forgotten: everything that is not there counts as removed.
            let there = |uid: &u32| selected.view.binary_search_by_key(uid, |m| m.uid).is_ok();
            let next = selected.mailbox.status().uid_next;
            (1..next).filter(|uid| !there(uid) && in_known(*uid)).collect()
        } else {
            let (_, expunged) = selected.mailbox.changes_since(known.mod_seq);
            let mut uids: Vec<u32> =
                expunged.iter().map(|e| e.uid).filter(|uid| in_known(*uid)).collect();
            uids.sort_unstable();
            uids
        };
        let changed: Vec<usize> = (0..selected.view.len())
            .filter(|place| selected.view[*place].modseq > known.mod_seq)
            .filter(|place| in_known(selected.view[*place].uid))
            .collect();
        if let Ok(uids) = SequenceSet::from_numbers(vanished) {
            self.say(&Response::Vanished { earlier: true, uids });
        }
        for place in changed {
            self.tell_flags(place, true);
        }
    }

    /// Sends the flags of a message.
    pub(super) fn tell_flags(&mut self, place: usize, with_uid: bool) {
        let Some(selected) = &self.selected else { return };
        let Some(message) = selected.view.get(place) else { return };
        let mut items = Vec::with_capacity(3);
        if with_uid || self.enabled(&Capability::QResync) {
            items.push(FetchItem::Uid(message.uid));
        }
        items.push(FetchItem::Flags(selected.flags(message)));
        if self.condstore {
            items.push(FetchItem::ModSeq(message.modseq));
        }
        self.say(&Response::Fetch(MessageData { number: number(place + 1), items }));
    }

    /// Tells what happened to the mailbox since the last time: what is gone, then what is new.
    pub(super) fn announce(&mut self) {
        let may_expunge = self.imap.may_expunge();
        let tells_recent = !self.enabled(&Capability::Imap4Rev2);
        let Some(selected) = &mut self.selected else { return };
        // What cannot be read now is told later.
        let _ = selected.mailbox.refresh();
        let now = *selected.changes.borrow_and_update();
        if now == selected.seen && now == selected.seen_removals {
            return;
        }
        if may_expunge {
            let (_, expunged) = selected.mailbox.changes_since(selected.seen_removals);
            selected.seen_removals = now;
            self.tell_removals(expunged.iter().map(|e| e.uid).collect());
        }
        let Some(selected) = &mut self.selected else { return };
        let (changed, _) = selected.mailbox.changes_since(selected.seen);
        selected.seen = now;
        let mut told = Vec::new();
        let mut exists = false;
        for message in changed {
            match selected.view.binary_search_by_key(&message.uid, |m| m.uid) {
                Ok(place) if selected.view[place].modseq < message.modseq => {
                    selected.view[place] = message;
                    told.push(place);
                }
                Ok(_) => {}
                Err(place) if place == selected.view.len() => {
                    selected.view.push(message);
                    exists = true;
                }
                // Told as removed already.
                Err(_) => {}
            }
        }
        if exists {
            if tells_recent {
                selected.find_recent();
            }
            let (count, recent) = (number(selected.view.len()), selected.recent_count());
            self.say(&Response::Exists(count));
            if tells_recent {
                self.say(&Response::Recent(recent));
            }
        }
        for place in told {
            self.tell_flags(place, true);
        }
        self.update_results();
    }

    fn tell_removals(&mut self, mut gone: Vec<u32>) {
        let qresync = self.enabled(&Capability::QResync);
        gone.sort_unstable();
        self.update_removed(&gone);
        let Some(selected) = &mut self.selected else { return };
        let mut places = Vec::new();
        for uid in &gone {
            if let Ok(place) = selected.view.binary_search_by_key(uid, |m| m.uid) {
                selected.view.remove(place);
                places.push((place, *uid));
            }
        }
        selected.saved.retain(|uid| gone.binary_search(uid).is_err());
        if qresync {
            if let Ok(uids) = SequenceSet::from_numbers(places.iter().map(|(_, uid)| *uid)) {
                self.say(&Response::Vanished { earlier: false, uids });
            }
            return;
        }
        for (place, _) in places {
            self.say(&Response::Expunge(number(place + 1)));
        }
    }

    /// Removes the messages with `\Deleted`: all, or those with these UIDs.
    pub(super) fn expunge(&mut self, uids: Option<&SequenceSet<'_>>, quiet: bool) -> Outcome {
        let selected = self.selected()?;
        if selected.read_only {
            return if quiet { ok("closed") } else { Err(read_only()) };
        }
        let places = match uids {
            Some(set) => selected.resolve(set, true),
            None => (0..selected.view.len()).collect(),
        };
        let marked: Vec<u32> = places
            .iter()
            .map(|place| &selected.view[*place])
            .filter(|message| message.flags.iter().any(|flag| flag == "\\Deleted"))
            .map(|message| message.uid)
            .collect();
        let mailbox = Arc::clone(&selected.mailbox);
        remove(&mailbox, &marked).map_err(|e| trouble(&e))?;
        if !quiet {
            self.announce();
        }
        let done = Status::ok(Text::from_static("EXPUNGE done"));
        let modseq = mailbox.status().highest_modseq;
        Ok(if self.condstore && !marked.is_empty() {
            done.with_code(ResponseCode::HighestModSeq(modseq))
        } else {
            done
        })
    }
}

fn remove(mailbox: &Mailbox, uids: &[u32]) -> io::Result<()> {
    if !uids.is_empty() {
        mailbox.expunge(uids)?;
    }
    Ok(())
}

pub(super) fn read_only() -> Status<'static> {
    no("the mailbox is open for reading only", ResponseCode::ReadOnly)
}

/// The flags that every mailbox has.
pub(super) const SYSTEM_FLAGS: [&str; 5] =
    ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

/// An identifier of a mailbox (RFC 8474). No two lives of mailboxes have the same validity.
pub(super) fn mailbox_id(uid_validity: u32) -> Option<ObjectId<'static>> {
    ObjectId::try_from(format!("F{uid_validity}").as_str()).ok().map(ObjectId::into_owned)
}
