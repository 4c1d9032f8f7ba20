//! SEARCH (RFC 9051, section 6.4.4), with the returns of RFC 4731, RFC 5182 and RFC 9394.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use imap_proto::{
    Capability, Date, ESearch, ESearchItem, Flag, PartialRange, Response, ResponseCode, Search,
    SearchKey, SearchResult, SearchReturn, SequenceSet, Status, Str, Tag, Text,
};
use mime::Message as Mail;
use mime::encoded_word;
use mime::header::AddressList;

use super::fetch::part_of;
use super::selected::{Selected, number};
use super::{Outcome, Session, ok};
use crate::maildir::Message;

/// Seconds of a day.
const DAY: i64 = 86_400;

impl Session {
    pub(super) fn search(&mut self, tag: &Tag<'static>, search: &Search<'_>) -> Outcome {
        check_charset(search.charset.as_ref())?;
        let saves = search.returns.iter().flatten().any(|r| *r == SearchReturn::Save);
        let found = match self.find(&search.keys) {
            Ok(found) => found,
            Err(status) => {
                if saves && let Some(selected) = &mut self.selected {
                    selected.saved.clear();
                }
                return Err(status);
            }
        };
        let uses_modseq = search.keys.iter().any(has_modseq);
        if uses_modseq {
            self.want_modseqs();
        }
        // IMAP4rev2 has no other answer than ESEARCH (RFC 9051, section 6.4.4).
        let rev2 = self.enabled(&Capability::Imap4Rev2);
        match &search.returns {
            None if rev2 => self.extended(tag, search.uid, &[], &found, uses_modseq)?,
            None => {
                let mod_seq = if uses_modseq { self.highest(&found) } else { None };
                let numbers = self.numbers(&found, search.uid).into_iter().collect();
                self.say(&Response::Search(SearchResult { numbers, mod_seq }));
            }
            Some(returns) => {
                self.extended(tag, search.uid, returns, &found, uses_modseq)?;
                if wants_updates(returns) {
                    self.keep(tag, search.uid, &search.keys, None, &found);
                }
            }
        }
        ok("SEARCH done")
    }

    /// The places of the messages that match all keys, ascending.
    pub(super) fn find(&self, keys: &[SearchKey<'_>]) -> Result<Vec<usize>, Status<'static>> {
        let selected = self.selected()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let mut found = Vec::new();
        for (place, message) in selected.view.iter().enumerate() {
            let mut candidate = Candidate { selected, message, place, now, octets: None };
            if keys.iter().all(|key| candidate.matches(key)) {
                found.push(place);
            }
        }
        Ok(found)
    }

    /// Sequence numbers or UIDs.
    pub(super) fn numbers(&self, places: &[usize], uid: bool) -> Vec<u32> {
        let Some(selected) = &self.selected else { return Vec::new() };
        let name = |place: &usize| if uid { selected.view[*place].uid } else { number(place + 1) };
        places.iter().map(name).collect()
    }

    fn highest(&self, places: &[usize]) -> Option<u64> {
        let selected = self.selected.as_ref()?;
        places.iter().map(|place| selected.view[*place].modseq).max()
    }

    /// Answers with ESEARCH.
    pub(super) fn extended(
        &mut self,
        tag: &Tag<'static>,
        uid: bool,
        returns: &[SearchReturn<'_>],
        places: &[usize],
        with_modseq: bool,
    ) -> Result<(), Status<'static>> {
        let numbers = self.numbers(places, uid);
        let all = [SearchReturn::All];
        let returns = if returns.iter().all(is_later) { &all } else { returns };
        let mut items = Vec::new();
        let mut save = None;
        for wanted in returns {
            match wanted {
                SearchReturn::Min => {
                    items.extend(numbers.iter().min().copied().map(ESearchItem::Min))
                }
                SearchReturn::Max => {
                    items.extend(numbers.iter().max().copied().map(ESearchItem::Max))
                }
                SearchReturn::Count => items.push(ESearchItem::Count(number(numbers.len()))),
                SearchReturn::All => {
                    items.extend(in_order(&numbers).map(ESearchItem::All));
                }
                SearchReturn::Partial(range) => items.push(partial(&numbers, *range)),
                later if is_later(later) => {}
                SearchReturn::Save => save = Some(told_of(returns, places)),
                _ => return Err(Status::bad(Text::from_static("unknown return option"))),
            }
        }
        if with_modseq && let Some(highest) = self.highest(&told_of(returns, places)) {
            items.push(ESearchItem::ModSeq(highest));
        }
        let only_saves = save.is_some() && returns.len() == 1;
        if let Some(places) = save {
            let uids = self.numbers(&places, true);
            if let Some(selected) = &mut self.selected {
                selected.saved = uids;
                selected.saved.sort_unstable();
            }
        }
        if !only_saves {
            let tag = Str::try_from(tag.as_str().to_owned()).ok();
            self.say(&Response::ESearch(ESearch { tag, uid, items, ..ESearch::default() }));
        }
        Ok(())
    }
}

/// Whether a return option is about what happens later on (RFC 5267, section 4).
fn is_later(wanted: &SearchReturn<'_>) -> bool {
    match wanted {
        SearchReturn::Update(items) => items.is_empty(),
        SearchReturn::Context => true,
        _ => false,
    }
}

pub(super) fn wants_updates(returns: &[SearchReturn<'_>]) -> bool {
    returns.iter().any(|wanted| matches!(wanted, SearchReturn::Update(_)))
}

/// A set in the order of the numbers: a SORT means it (RFC 5267, section 3).
fn in_order(numbers: &[u32]) -> Option<SequenceSet<'static>> {
    let mut text = String::new();
    for run in numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match run {
            [first, .., last] => write!(text, "{comma}{first}:{last}"),
            [only] => write!(text, "{comma}{only}"),
            [] => Ok(()),
        };
    }
    SequenceSet::try_from(text.as_str()).map(SequenceSet::into_owned).ok()
}

fn partial(numbers: &[u32], range: PartialRange) -> ESearchItem<'static> {
    let numbers = in_order(&part_of(numbers, range));
    // The answer has the lower number first, however the client asked.
    let (from, to) = range.bounds();
    let (low, high) = (from.min(to), from.max(to));
    let ordered = if range.is_from_end() {
        PartialRange::last(low, high)
    } else {
        PartialRange::first(low, high)
    };
    let range = ordered.unwrap_or(range);
    ESearchItem::Partial { range, numbers }
}

/// The messages that an answer is about: MIN and MAX without ALL and COUNT are about those that they
/// return. `$` means these afterwards (RFC 5182, section 2.4), and of these the highest modification
/// sequence is told (RFC 4731, section 3.2).
fn told_of(returns: &[SearchReturn<'_>], places: &[usize]) -> Vec<usize> {
    let has = |wanted: &SearchReturn<'_>| returns.contains(wanted);
    if has(&SearchReturn::All) || has(&SearchReturn::Count) {
        return places.to_vec();
    }
    if !has(&SearchReturn::Min) && !has(&SearchReturn::Max) {
        return places.to_vec();
    }
    let mut kept = Vec::new();
    if has(&SearchReturn::Min) {
        kept.extend(places.iter().min());
    }
    if has(&SearchReturn::Max) {
        kept.extend(places.iter().max());
    }
    kept.dedup();
    kept
}

pub(super) fn check_charset(charset: Option<&Str<'_>>) -> Result<(), Status<'static>> {
    let known = ["UTF-8", "US-ASCII"];
    match charset {
        Some(name) if !known.iter().any(|k| name.as_bytes().eq_ignore_ascii_case(k.as_bytes())) => {
            let known = known.iter().filter_map(|k| Str::try_from(*k).ok()).collect();
            let status = Status::no(Text::from_static("unknown charset"));
            Err(status.with_code(ResponseCode::BadCharset(known)))
        }
        _ => Ok(()),
    }
}

fn has_modseq(key: &SearchKey<'_>) -> bool {
    match key {
        SearchKey::ModSeq(_) => true,
        SearchKey::Not(key) | SearchKey::Fuzzy(key) => has_modseq(key),
        SearchKey::Or(a, b) => has_modseq(a) || has_modseq(b),
        SearchKey::And(keys) => keys.iter().any(has_modseq),
        _ => false,
    }
}

/// A message that is looked at; its file is read when a key asks for its text.
struct Candidate<'s> {
    selected: &'s Selected,
    message: &'s Message,
    place: usize,
    now: i64,
    octets: Option<Vec<u8>>,
}

impl Candidate<'_> {
    fn has(&self, flag: &str) -> bool {
        self.message.flags.iter().any(|f| f.eq_ignore_ascii_case(flag))
    }

    fn keyword(&self, flag: &Flag<'_>) -> bool {
        self.has(&flag.to_string())
    }

    fn octets(&mut self) -> &[u8] {
        let read = || self.selected.mailbox.read(self.message).unwrap_or_default();
        if self.octets.is_none() {
            self.octets = Some(read());
        }
        self.octets.as_deref().unwrap_or_default()
    }

    fn matches(&mut self, key: &SearchKey<'_>) -> bool {
        let day = self.message.received.div_euclid(DAY);
        match key {
            SearchKey::All | SearchKey::SaveDateSupported => true,
            SearchKey::Recent => self.selected.is_recent(self.message),
            SearchKey::Old => !self.selected.is_recent(self.message),
            SearchKey::New => self.selected.is_recent(self.message) && !self.has("\\Seen"),
            SearchKey::Answered => self.has("\\Answered"),
            SearchKey::Deleted => self.has("\\Deleted"),
            SearchKey::Draft => self.has("\\Draft"),
            SearchKey::Flagged => self.has("\\Flagged"),
            SearchKey::Seen => self.has("\\Seen"),
            SearchKey::Unanswered => !self.has("\\Answered"),
            SearchKey::Undeleted => !self.has("\\Deleted"),
            SearchKey::Undraft => !self.has("\\Draft"),
            SearchKey::Unflagged => !self.has("\\Flagged"),
            SearchKey::Unseen => !self.has("\\Seen"),
            SearchKey::Keyword(flag) => self.keyword(flag),
            SearchKey::Unkeyword(flag) => !self.keyword(flag),
            SearchKey::Larger(n) => self.message.size > *n,
            SearchKey::Smaller(n) => self.message.size < *n,
            SearchKey::Before(date) => day < date.days(),
            SearchKey::On(date) => day == date.days(),
            SearchKey::Since(date) => day >= date.days(),
            SearchKey::SavedBefore(date) => self.saved().is_some_and(|day| day < date.days()),
            SearchKey::SavedOn(date) => self.saved().is_some_and(|day| day == date.days()),
            SearchKey::SavedSince(date) => self.saved().is_some_and(|day| day >= date.days()),
            SearchKey::SentBefore(date) => self.sent().is_some_and(|sent| sent < date.days()),
            SearchKey::SentOn(date) => self.sent().is_some_and(|sent| sent == date.days()),
            SearchKey::SentSince(date) => self.sent().is_some_and(|sent| sent >= date.days()),
            SearchKey::Older(seconds) => self.now - self.message.received >= i64::from(*seconds),
            SearchKey::Younger(seconds) => self.now - self.message.received <= i64::from(*seconds),
            SearchKey::ModSeq(key) => self.message.modseq >= key.value,
            SearchKey::UidAfter(uid) => self.message.uid > *uid,
            SearchKey::UidBefore(uid) => self.message.uid < *uid,
            SearchKey::Uid(set) => self.in_set(set, true),
            SearchKey::Sequence(set) => self.in_set(set, false),
            SearchKey::And(keys) => keys.iter().all(|key| self.matches(key)),
            SearchKey::Or(a, b) => self.matches(a) || self.matches(b),
            SearchKey::Not(key) => !self.matches(key),
            SearchKey::Fuzzy(key) => self.matches(key),
            SearchKey::From(text) => self.header("from", text),
            SearchKey::To(text) => self.header("to", text),
            SearchKey::Cc(text) => self.header("cc", text),
            SearchKey::Bcc(text) => self.header("bcc", text),
            SearchKey::Subject(text) => self.header("subject", text),
            SearchKey::Header(name, text) => {
                let name = name.to_string_lossy().into_owned();
                self.header(&name, text)
            }
            SearchKey::Body(text) => self.body(text, false),
            SearchKey::Text(text) => self.body(text, true),
            _ => false,
        }
    }

    fn in_set(&self, set: &SequenceSet<'_>, uid: bool) -> bool {
        let view = &self.selected.view;
        if set.is_saved() {
            self.selected.saved.binary_search(&self.message.uid).is_ok()
        } else if uid {
            set.contains(self.message.uid, view.last().map_or(0, |m| m.uid))
        } else {
            set.contains(number(self.place + 1), number(view.len()))
        }
    }

    /// The day on which the message came into this mailbox.
    fn saved(&self) -> Option<i64> {
        let saved = self.selected.mailbox.saved(self.message).ok()?;
        Some(saved.div_euclid(DAY))
    }

    /// The day of the Date field, as it was where the message was written.
    fn sent(&mut self) -> Option<i64> {
        let date = Mail::parse(self.octets()).date()?;
        Date::new(date.year, date.month, date.day).map(Date::days)
    }

    /// Whether a field of this name contains the text; any field will do for an empty text.
    fn header(&mut self, name: &str, text: &Str<'_>) -> bool {
        let wanted = fold(&text.to_string_lossy());
        let name = name.to_ascii_lowercase();
        let name = name.as_str();
        let mail = Mail::parse(self.octets());
        let addresses = ["from", "to", "cc", "bcc", "sender", "reply-to"].contains(&name);
        mail.fields().filter(|field| field.is(name)).any(|field| {
            let value = encoded_word::decode(&field.unfolded()).text.into_owned();
            // An address is found however it is written, with comments inside too.
            fold(&value).contains(&wanted)
                || (addresses
                    && field.parse::<AddressList<'_>>().is_some_and(|list| {
                        list.mailboxes().any(|one| fold(&one.address()).contains(&wanted))
                    }))
        })
    }

    fn body(&mut self, text: &Str<'_>, header_too: bool) -> bool {
        let wanted = fold(&text.to_string_lossy());
        let mail = Mail::parse(self.octets());
        let in_header = header_too
            && mail.parts().flat_map(|part| part.fields()).any(|field| {
                let value = encoded_word::decode(&field.unfolded()).text.into_owned();
                let name = String::from_utf8_lossy(field.name()).into_owned();
                fold(&format!("{name}: {value}")).contains(&wanted)
            });
        let in_text =
            |part: mime::Part<'_>| part.text().is_some_and(|t| fold(&t.text).contains(&wanted));
        in_header || mail.parts().any(in_text)
    }
}

/// Text without letter case, for comparing: nearly as i;unicode-casemap has it, which orders
/// capitals (RFC 5051, section 2).
pub(super) fn fold(text: &str) -> String {
    text.to_uppercase()
}
