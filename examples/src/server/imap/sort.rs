//! SORT (RFC 5256, RFC 5957), and what messages are sorted and threaded by.

use std::cmp::Ordering;

use imap_proto::{
    Response, SearchKey, SearchResult, Sort, SortCriterion, SortKey, Status, Tag, Text, Thread,
};
use mime::header::MessageIdList;
use mime::imap::{Envelope, EnvelopeAddress};
use mime::subject::base_subject;
use mime::{Message as Mail, encoded_word};

use super::search::{check_charset, fold, wants_updates};
use super::thread::Forest;
use super::{Outcome, Session, ok};

/// What messages are sorted and threaded by.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) place: usize,
    pub(super) received: i64,
    pub(super) size: u64,
    pub(super) sent: i64,
    pub(super) cc: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Without what answering and passing on put there.
    pub(super) subject: String,
    pub(super) is_reply: bool,
    pub(super) display_from: String,
    pub(super) display_to: String,
    pub(super) id: Option<String>,
    pub(super) references: Vec<String>,
}

impl Session {
    pub(super) fn sort(&mut self, tag: &Tag<'static>, sort: &Sort<'_>) -> Outcome {
        check_charset(Some(&sort.charset))?;
        let sorted = self.find_sorted(&sort.keys, &sort.criteria)?;
        match &sort.returns {
            None => {
                let numbers = self.numbers(&sorted, sort.uid).into_iter().collect();
                self.say(&Response::Sort(SearchResult { numbers, mod_seq: None }));
            }
            Some(returns) => {
                self.extended(tag, sort.uid, returns, &sorted, false)?;
                if wants_updates(returns) {
                    self.keep(tag, sort.uid, &sort.keys, Some(&sort.criteria), &sorted);
                }
            }
        }
        ok("SORT done")
    }

    /// The places of the messages that match all keys, in this order.
    pub(super) fn find_sorted(
        &self,
        keys: &[SearchKey<'_>],
        criteria: &[SortCriterion<'_>],
    ) -> Result<Vec<usize>, Status<'static>> {
        let found = self.find(keys)?;
        let mut keys = self.keys(&found)?;
        keys.sort_by(|a, b| {
            let mut order = Ordering::Equal;
            for criterion in criteria {
                let next = compare(a, b, &criterion.key);
                order = order.then(if criterion.reverse { next.reverse() } else { next });
            }
            order.then(a.place.cmp(&b.place))
        });
        Ok(keys.iter().map(|key| key.place).collect())
    }

    pub(super) fn thread(&mut self, thread: &Thread<'_>) -> Outcome {
        check_charset(Some(&thread.charset))?;
        let found = self.find(&thread.keys)?;
        let keys = self.keys(&found)?;
        let forest = match thread.algorithm.as_str().to_ascii_uppercase().as_str() {
            "ORDEREDSUBJECT" => Forest::by_subject(&keys),
            "REFERENCES" => Forest::by_references(&keys),
            _ => return Err(Status::bad(Text::from_static("unknown algorithm"))),
        };
        let threads = forest.threads(&self.numbers(&found, thread.uid));
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
            let base = base_subject(&subject);
            let envelope = Envelope::of(mail.root());
            let (from, display_from) = first(&envelope.from);
            let (to, display_to) = first(&envelope.to);
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
                cc: first(&envelope.cc).0,
                from,
                to,
                subject: fold(&base),
                is_reply: is_reply(&subject, &base),
                display_from,
                display_to,
                id: mail.message_id().map(|id| id.as_str().to_owned()),
                references,
            }
        };
        Ok(places.iter().map(read).collect())
    }
}

/// What a list of addresses is sorted by: the local part of its first one, or the name of a group
/// that comes first; and what people see of it (RFC 5957, section 3).
fn first(list: &[EnvelopeAddress]) -> (String, String) {
    let Some(first) = list.first() else { return Default::default() };
    let mailbox = first.mailbox.as_deref().unwrap_or_default();
    let display = match (&first.name, first.host.as_deref()) {
        (Some(name), _) => encoded_word::decode(name.as_bytes()).text.into_owned(),
        (None, None | Some("")) => mailbox.to_owned(),
        (None, Some(host)) => format!("{mailbox}@{host}"),
    };
    (fold(mailbox), fold(&display))
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

/// Whether a subject is that of an answer or of something passed on: more than tags in brackets was
/// taken away from it.
fn is_reply(subject: &str, base: &str) -> bool {
    let words: Vec<&str> = subject.split_whitespace().collect();
    let subject = words.join(" ");
    let mut rest = subject.as_str();
    while rest != base {
        let tag = rest.starts_with('[') && rest.get(..5).is_none_or(|tag| fold(tag) != "[FWD:");
        match rest.split_once(']').filter(|_| tag) {
            Some((_, after)) => rest = after.trim_start(),
            None => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies() {
        for (subject, expected) in [
            ("b", false),
            ("[list] b", false),
            ("[list]", false),
            ("[a] [b]", false),
            ("Re: b", true),
            ("[list] Re: b", true),
            ("b (fwd)", true),
            ("[fwd: b]", true),
        ] {
            assert_eq!(is_reply(subject, &base_subject(subject)), expected, "{subject}");
        }
    }
}
