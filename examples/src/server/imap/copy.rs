//! STORE, COPY and MOVE (RFC 9051, sections 6.4.6 to 6.4.8; RFC 7162 for conditions).

use std::io;
use std::sync::Arc;

use imap_proto::{
    Mailbox as Name, Response, ResponseCode, SequenceSet, Status, Store, StoreAction,
    StoreModifier, StoreValues, Text,
};

use super::selected::read_only;
use super::{Outcome, Session, no, trouble};
use crate::maildir::{Delivery, FlagChange, Mailbox, Message};

impl Session {
    pub(super) fn store(&mut self, store: &Store<'_>) -> Outcome {
        let places = self.places(&store.messages, store.uid)?;
        let mut unchanged_since = None;
        for modifier in &store.modifiers {
            let StoreModifier::UnchangedSince(since) = modifier else {
                return Err(Status::bad(Text::from_static("unknown modifier")));
            };
            unchanged_since = Some(*since);
            self.want_modseqs();
        }
        let StoreValues::Flags(values) = &store.values else {
            return Err(Status::bad(Text::from_static("only flags can be stored")));
        };
        let selected = self.selected()?;
        if selected.read_only {
            return Err(read_only());
        }
        let change = match store.action {
            StoreAction::Replace => FlagChange::Replace,
            StoreAction::Add => FlagChange::Add,
            StoreAction::Remove => FlagChange::Remove,
        };
        let names: Vec<String> = values
            .iter()
            .map(|flag| flag.to_string())
            .filter(|flag| !flag.eq_ignore_ascii_case("\\Recent"))
            .collect();
        let uids: Vec<u32> = places.iter().map(|place| selected.view[*place].uid).collect();
        let stored = selected.mailbox.store(&uids, change, &names, unchanged_since);
        let (done, refused) = stored.map_err(|e| trouble(&e))?;

        // The client knows what it did, or is told at once.
        let mut told = Vec::new();
        let mut numbers = Vec::new();
        if let Some(selected) = &mut self.selected {
            for message in done {
                if let Ok(place) = selected.view.binary_search_by_key(&message.uid, |m| m.uid) {
                    let changed = selected.view[place].modseq != message.modseq;
                    selected.view[place] = message;
                    told.push((place, changed));
                }
            }
            for uid in &refused {
                let place = selected.view.binary_search_by_key(uid, |m| m.uid);
                numbers.extend(place.ok().and_then(|place| u32::try_from(place + 1).ok()));
            }
        }
        for (place, changed) in told {
            // With modification sequences even a silent STORE tells the new ones.
            if !store.silent || (self.condstore && changed) {
                self.tell_stored(place, store.uid, store.silent);
            }
        }
        let refused = if store.uid { refused } else { numbers };
        let status = Status::ok(Text::from_static("STORE done"));
        Ok(match SequenceSet::from_numbers(refused) {
            Ok(set) => status.with_code(ResponseCode::Modified(set)),
            Err(_) => status,
        })
    }

    fn tell_stored(&mut self, place: usize, uid: bool, silent: bool) {
        if !silent {
            return self.tell_flags(place, uid);
        }
        let Some(message) = self.selected.as_ref().and_then(|s| s.view.get(place)) else { return };
        let mut items = Vec::with_capacity(2);
        if uid {
            items.push(imap_proto::FetchItem::Uid(message.uid));
        }
        items.push(imap_proto::FetchItem::ModSeq(message.modseq));
        let number = super::selected::number(place + 1);
        self.say(&Response::Fetch(imap_proto::MessageData { number, items }));
    }

    pub(super) fn copy(
        &mut self,
        uid: bool,
        set: &SequenceSet<'_>,
        name: &Name<'_>,
        and_remove: bool,
    ) -> Outcome {
        let places = self.places(set, uid)?;
        let name = self.name(name);
        let selected = self.selected()?;
        if and_remove && selected.read_only {
            return Err(read_only());
        }
        let target = self.account()?.mailbox(&name).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => no("no such mailbox", ResponseCode::TryCreate),
            _ => trouble(&e),
        })?;
        let source = Arc::clone(&selected.mailbox);
        let messages: Vec<Arc<Message>> =
            places.iter().map(|place| Arc::clone(&selected.view[*place])).collect();
        let copied = copy_all(&source, &messages, &target).map_err(|e| trouble(&e))?;
        let from: Vec<u32> = messages.iter().map(|message| message.uid).collect();
        let status = Status::ok(Text::from_static("done"));
        let code =
            match (SequenceSet::from_numbers(from.clone()), SequenceSet::from_numbers(copied)) {
                (Ok(source), Ok(destination)) => {
                    let uid_validity = target.uid_validity();
                    Some(ResponseCode::CopyUid { uid_validity, source, destination })
                }
                _ => None,
            };
        if !and_remove {
            return Ok(match code {
                Some(code) => status.with_code(code),
                None => status,
            });
        }
        // The numbers come before the removals (RFC 6851, section 4.3).
        if let Some(code) = code {
            let moved = Status::ok(Text::from_static("moved"));
            self.say(&Response::Status(moved.with_code(code)));
        }
        source.expunge(&from).map_err(|e| trouble(&e))?;
        self.announce();
        Ok(status)
    }
}

/// Copies messages: all of them or none.
fn copy_all(from: &Mailbox, messages: &[Arc<Message>], to: &Arc<Mailbox>) -> io::Result<Vec<u32>> {
    let mut copies = Vec::with_capacity(messages.len());
    for message in messages {
        let mut copy = Delivery::begin(to)?;
        copy.write_file(&from.path(message))?;
        // There may be more of them than files that can be open.
        copy.end()?;
        copies.push((copy, message));
    }
    let mut uids = Vec::with_capacity(copies.len());
    for (copy, message) in copies {
        match copy.commit(&message.flags, Some(message.received)) {
            Ok(uid) => uids.push(uid),
            Err(error) => {
                let _ = to.expunge(&uids);
                return Err(error);
            }
        }
    }
    Ok(uids)
}
