//! Results of SEARCH and SORT that are kept up to date (RFC 5267, section 4.3).

use imap_proto::{
    ESearch, ESearchItem, Response, ResponseCode, SearchKey, SequenceSet, SortCriterion, Status,
    Str, Tag, Text,
};

use super::Session;
use super::selected::number;

/// How many results are kept for a session; each is found anew at every change.
const CONTEXTS: usize = 10;

/// A result that the client wants to hear of.
pub(super) struct Context {
    tag: Str<'static>,
    uid: bool,
    keys: Vec<SearchKey<'static>>,
    /// What a SORT sorts by; the order matters then.
    criteria: Option<Vec<SortCriterion<'static>>>,
    /// The UIDs of the messages.
    found: Vec<u32>,
}

/// Numbers that came to a result or left it, each with its position.
type Changes = Vec<(u32, SequenceSet<'static>)>;

impl Session {
    /// Keeps a result up to date from now on, unless there are too many already.
    pub(super) fn keep(
        &mut self,
        tag: &Tag<'static>,
        uid: bool,
        keys: &[SearchKey<'_>],
        criteria: Option<&[SortCriterion<'_>]>,
        places: &[usize],
    ) {
        let found = self.numbers(places, true);
        let Ok(tag) = Str::try_from(tag.as_str().to_owned()) else { return };
        let Some(selected) = &mut self.selected else { return };
        if selected.contexts.len() >= CONTEXTS {
            let status = Status::no(Text::from_static("too many searches are kept up to date"));
            let status = status.with_code(ResponseCode::NoUpdate(tag));
            return self.say(&Response::Status(status));
        }
        let criteria = criteria.map(|criteria| criteria.iter().map(|c| c.clone().into_owned()));
        selected.contexts.push(Context {
            tag,
            uid,
            keys: keys.iter().map(|key| key.clone().into_owned()).collect(),
            criteria: criteria.map(Iterator::collect),
            found,
        });
    }

    pub(super) fn cancel_update(&mut self, tags: &[Str<'_>]) {
        if let Some(selected) = &mut self.selected {
            selected.contexts.retain(|context| !tags.contains(&context.tag));
        }
    }

    /// Tells which messages that are about to go were in results. The numbers are those from before.
    pub(super) fn update_removed(&mut self, gone: &[u32]) {
        let stays = |uid: &u32| gone.binary_search(uid).is_err();
        self.update(|_, context| context.found.iter().copied().filter(stays).collect());
    }

    /// Tells which messages came to results or left them.
    pub(super) fn update_results(&mut self) {
        self.update(|session, context| {
            let places = match &context.criteria {
                Some(criteria) => session.find_sorted(&context.keys, criteria),
                None => session.find(&context.keys),
            };
            session.numbers(&places.unwrap_or_default(), true)
        });
    }

    fn update(&mut self, find: impl Fn(&Self, &Context) -> Vec<u32>) {
        let Some(selected) = &mut self.selected else { return };
        let mut contexts = std::mem::take(&mut selected.contexts);
        for context in &mut contexts {
            let found = find(self, context);
            let (removed, added) = (self.removed(context, &found), self.added(context, &found));
            context.found = found;
            let mut items = Vec::new();
            if !removed.is_empty() {
                items.push(ESearchItem::RemoveFrom(removed));
            }
            if !added.is_empty() {
                items.push(ESearchItem::AddTo(added));
            }
            for item in items {
                let (tag, uid, items) = (Some(context.tag.clone()), context.uid, vec![item]);
                self.say(&Response::ESearch(ESearch { tag, uid, items, ..ESearch::default() }));
            }
        }
        if let Some(selected) = &mut self.selected {
            selected.contexts = contexts;
        }
    }

    /// What left a result. Where the order matters, each with the place it had when those before it
    /// in this list were gone.
    fn removed(&self, context: &Context, found: &[u32]) -> Changes {
        let gone = context.found.iter().enumerate().filter(|(_, uid)| !found.contains(uid));
        self.changes(context, gone.rev().map(|(at, uid)| (at, *uid)))
    }

    /// What came to a result; where the order matters, each with its place.
    fn added(&self, context: &Context, found: &[u32]) -> Changes {
        let new = found.iter().enumerate().filter(|(_, uid)| !context.found.contains(uid));
        self.changes(context, new.map(|(at, uid)| (at, *uid)))
    }

    fn changes(&self, context: &Context, list: impl Iterator<Item = (usize, u32)>) -> Changes {
        let Some(selected) = &self.selected else { return Vec::new() };
        let name = |uid: u32| {
            let place = selected.view.binary_search_by_key(&uid, |message| message.uid).ok()?;
            Some(if context.uid { uid } else { number(place + 1) })
        };
        let named = list.filter_map(|(at, uid)| Some((number(at + 1), name(uid)?)));
        if context.criteria.is_some() {
            let one = |(at, name)| Some((at, SequenceSet::from_numbers([name]).ok()?));
            return named.filter_map(one).collect();
        }
        // Without an order one set says it all; its position is 0.
        let mut numbers: Vec<u32> = named.map(|(_, name)| name).collect();
        numbers.sort_unstable();
        SequenceSet::from_numbers(numbers).map(|set| vec![(0, set)]).unwrap_or_default()
    }
}
