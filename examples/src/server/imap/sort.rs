//! SORT and THREAD (RFC 5256).

use std::cmp::Ordering;
use std::collections::HashMap;

use imap_proto::{Response, SearchResult, Sort, SortKey, Status, Tag, Text, Thread, Threads};
use mime::Message as Mail;
use mime::header::{AddressList, MessageIdList};
use mime::subject::base_subject;

use super::search::{check_charset, fold};
use super::{Outcome, Session, ok};

/// What messages are sorted and threaded by.
#[derive(Default)]
struct Keys {
    place: usize,
    received: i64,
    size: u64,
    sent: i64,
    cc: String,
    from: String,
    to: String,
    subject: String,
    display_from: String,
    display_to: String,
    id: Option<String>,
    references: Vec<String>,
}

impl Session {
    pub(super) fn sort(&mut self, tag: &Tag<'static>, sort: &Sort<'_>) -> Outcome {
        check_charset(Some(&sort.charset))?;
        let found = self.find(&sort.keys)?;
        let mut keys = self.keys(&found)?;
        keys.sort_by(|a, b| {
            let mut order = Ordering::Equal;
            for criterion in &sort.criteria {
                let next = compare(a, b, &criterion.key);
                order = order.then(if criterion.reverse { next.reverse() } else { next });
            }
            order.then(a.place.cmp(&b.place))
        });
        let sorted: Vec<usize> = keys.iter().map(|key| key.place).collect();
        match &sort.returns {
            None => {
                let numbers = self.numbers(&sorted, sort.uid).into_iter().collect();
                self.say(&Response::Sort(SearchResult { numbers, mod_seq: None }));
            }
            Some(returns) => self.extended(tag, sort.uid, returns, &sorted, false)?,
        }
        ok("SORT done")
    }

    pub(super) fn thread(&mut self, thread: &Thread<'_>) -> Outcome {
        check_charset(Some(&thread.charset))?;
        let found = self.find(&thread.keys)?;
        let mut keys = self.keys(&found)?;
        keys.sort_by(|a, b| a.sent.cmp(&b.sent).then(a.place.cmp(&b.place)));
        let parents = match thread.algorithm.as_str().to_ascii_uppercase().as_str() {
            "ORDEREDSUBJECT" => by_subject(&keys),
            "REFERENCES" => by_references(&keys),
            _ => return Err(Status::bad(Text::from_static("unknown algorithm"))),
        };
        let numbers: Vec<u32> =
            keys.iter().flat_map(|key| self.numbers(&[key.place], thread.uid)).collect();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); keys.len()];
        let mut todo: Vec<(usize, Option<usize>)> = Vec::new();
        for (at, parent) in parents.iter().enumerate() {
            match parent {
                Some(parent) => children[*parent].push(at),
                None => todo.push((at, None)),
            }
        }
        todo.reverse();
        let mut threads = Threads::new();
        while let Some((at, above)) = todo.pop() {
            let index = threads.push(numbers.get(at).copied(), above);
            todo.extend(children[at].iter().rev().map(|child| (*child, Some(index))));
        }
        self.say(&Response::Thread(threads));
        ok("THREAD done")
    }

    fn keys(&self, places: &[usize]) -> Result<Vec<Keys>, Status<'static>> {
        let selected = self.selected()?;
        let read = |place: &usize| {
            let message = &selected.view[*place];
            let octets = selected.mailbox.read(message).unwrap_or_default();
            let mail = Mail::parse(&octets);
            let subject = mail.subject().unwrap_or_default();
            let mailbox = |list: Option<AddressList<'_>>| {
                let list = list.unwrap_or_default();
                let first =
                    list.mailboxes().next().map(|m| (fold(m.local_part()), fold(&m.label())));
                first.unwrap_or_default()
            };
            let ((from, display_from), (to, display_to)) =
                (mailbox(mail.from()), mailbox(mail.to()));
            let ids = |list: Option<MessageIdList<'_>>| -> Vec<String> {
                list.iter().flat_map(|list| list.iter()).map(|id| id.as_str().to_owned()).collect()
            };
            let mut references = ids(mail.references());
            if references.is_empty() {
                references.extend(ids(mail.in_reply_to()).into_iter().next());
            }
            Keys {
                place: *place,
                received: message.received,
                size: message.size,
                sent: mail.date().map_or(message.received, |date| date.timestamp()),
                cc: mailbox(mail.cc()).0,
                from,
                to,
                subject: fold(&base_subject(&subject)),
                display_from,
                display_to,
                id: mail.message_id().map(|id| id.as_str().to_owned()),
                references,
            }
        };
        Ok(places.iter().map(read).collect())
    }
}

fn compare(a: &Keys, b: &Keys, key: &SortKey<'_>) -> Ordering {
    match key {
        SortKey::Arrival => a.received.cmp(&b.received),
        SortKey::Cc => a.cc.cmp(&b.cc),
        SortKey::Date => a.sent.cmp(&b.sent),
        SortKey::From => a.from.cmp(&b.from),
        SortKey::Size => a.size.cmp(&b.size),
        SortKey::Subject => a.subject.cmp(&b.subject),
        SortKey::To => a.to.cmp(&b.to),
        SortKey::DisplayFrom => a.display_from.cmp(&b.display_from),
        SortKey::DisplayTo => a.display_to.cmp(&b.display_to),
        _ => Ordering::Equal,
    }
}

/// The message above each message: those of a subject lie below the first one.
fn by_subject(keys: &[Keys]) -> Vec<Option<usize>> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut parents = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        let root = *first.entry(key.subject.as_str()).or_insert(at);
        parents.push((root != at).then_some(root));
    }
    parents
}

/// The message above each message: the nearest one it refers to that is there; otherwise the first
/// one of its subject, if that is not an answer of its own.
fn by_references(keys: &[Keys]) -> Vec<Option<usize>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, key) in keys.iter().enumerate() {
        if let Some(id) = &key.id {
            places.entry(id).or_insert(at);
        }
    }
    let mut parents: Vec<Option<usize>> = vec![None; keys.len()];
    for (at, key) in keys.iter().enumerate() {
        let mut candidates = key.references.iter().rev().filter_map(|id| places.get(id.as_str()));
        parents[at] = candidates.find(|parent| !reaches(&parents, **parent, at)).copied();
    }
    let mut roots: HashMap<&str, usize> = HashMap::new();
    for (at, key) in keys.iter().enumerate() {
        if parents[at].is_none() && !key.subject.is_empty() {
            roots.entry(&key.subject).or_insert(at);
        }
    }
    for (at, key) in keys.iter().enumerate() {
        if parents[at].is_none()
            && let Some(root) = roots.get(key.subject.as_str())
            && *root != at
            && !reaches(&parents, *root, at)
        {
            parents[at] = Some(*root);
        }
    }
    parents
}

/// Whether the way up from one message leads to another.
fn reaches(parents: &[Option<usize>], from: usize, to: usize) -> bool {
    let mut at = Some(from);
    // There are no rings, so the way ends.
    while let Some(here) = at {
        if here == to {
            return true;
        }
        at = parents.get(here).copied().flatten();
    }
    false
}
