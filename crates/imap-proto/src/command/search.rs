//! SEARCH, SORT, THREAD and the ESEARCH command.

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_plain, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Atom, FetchAttribute, Mailbox, ParseError, Raw, SearchKey, Str, Word};

/// The arguments of SEARCH.
///
/// ```abnf
/// search         = "SEARCH" [search-return-opts] SP search-program
/// search-program = ["CHARSET" SP charset SP] search-key *(SP search-key)
/// ```
///
/// [RFC 9051, section 6.4.4](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.4)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search<'a> {
    /// Whether the answer has UIDs.
    pub uid: bool,
    /// What to return. `None` asks for the SEARCH response of IMAP4rev1, an empty list is the same
    /// as `ALL`.
    pub returns: Option<Vec<SearchReturn<'a>>>,
    /// The character set of the strings.
    pub charset: Option<Str<'a>>,
    /// All of them have to match; at least one.
    pub keys: Vec<SearchKey<'a>>,
}

own_struct! { Search { uid, returns, charset, keys } }

impl<'a> Search<'a> {
    /// Asks for the messages that match a key.
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::{Command, Search, SearchKey};
    ///
    /// let mut out = Vec::new();
    /// Command::Search(Search::new(true, SearchKey::Unseen)).encode(&mut out);
    /// assert_eq!(out, b"UID SEARCH UNSEEN");
    /// ```
    #[must_use]
    pub fn new(uid: bool, key: SearchKey<'a>) -> Self {
        Self { uid, returns: None, charset: None, keys: alloc::vec![key] }
    }

    pub(crate) fn read(c: &mut Cursor<'a>, uid: bool) -> Parsed<Self> {
        c.sp()?;
        let returns = SearchReturn::read_options(c)?;
        let charset = if c.eat_word(b"CHARSET") {
            c.sp()?;
            let charset = c.astring()?;
            c.sp()?;
            Some(charset)
        } else {
            None
        };
        Ok(Self { uid, returns, charset, keys: SearchKey::read_all(c)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(if self.uid { "UID SEARCH " } else { "SEARCH " });
        SearchReturn::write_options(self.returns.as_deref(), e);
        self.write_program(e);
    }

    fn write_program(&self, e: &mut Encoder<'_>) {
        if let Some(charset) = &self.charset {
            e.text("CHARSET ");
            e.astring(charset);
            e.sp();
        }
        write_keys(&self.keys, e);
    }
}

fn write_keys(keys: &[SearchKey<'_>], e: &mut Encoder<'_>) {
    if keys.is_empty() {
        e.text("ALL");
    }
    e.spaced(keys, |e, key| key.write(e));
}

/// What a SEARCH or SORT is to return.
///
/// ```abnf
/// search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
/// search-return-opt  = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE" / search-ret-opt-ext
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchReturn<'a> {
    /// The lowest number.
    Min,
    /// The highest number.
    Max,
    /// All numbers.
    All,
    /// How many.
    Count,
    /// Nothing; the server remembers the result as `$`
    /// ([RFC 5182](https://www.rfc-editor.org/rfc/rfc5182)).
    Save,
    /// A page of the numbers ([RFC 9394](https://www.rfc-editor.org/rfc/rfc9394),
    /// [RFC 5267](https://www.rfc-editor.org/rfc/rfc5267)).
    Partial(PartialRange),
    /// Word of changes later on ([RFC 5267](https://www.rfc-editor.org/rfc/rfc5267)); with the
    /// FETCH items that new messages are to be announced with
    /// ([RFC 5465](https://www.rfc-editor.org/rfc/rfc5465)).
    Update(Vec<FetchAttribute<'a>>),
    /// A hint that the search will be repeated
    /// ([RFC 5267](https://www.rfc-editor.org/rfc/rfc5267)).
    Context,
    /// How well each message matches ([RFC 6203](https://www.rfc-editor.org/rfc/rfc6203)).
    Relevancy,
    /// Something else, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! {
    SearchReturn {
        Min, Max, All, Count, Save, Partial(range), Update(items), Context, Relevancy,
        Other(name, value),
    }
}

impl<'a> SearchReturn<'a> {
    fn read_options(c: &mut Cursor<'a>) -> Parsed<Option<Vec<Self>>> {
        if !c.eat_word(b"RETURN") {
            return Ok(None);
        }
        c.sp()?;
        let options = c.list(Self::read)?;
        c.sp()?;
        Ok(Some(options))
    }

    fn write_options(options: Option<&[Self]>, e: &mut Encoder<'_>) {
        if let Some(options) = options {
            e.text("RETURN ");
            e.list(options, |e, option| option.write(e));
            e.sp();
        }
    }

    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        Ok(if c.eat_word(b"MIN") {
            Self::Min
        } else if c.eat_word(b"MAX") {
            Self::Max
        } else if c.eat_word(b"ALL") {
            Self::All
        } else if c.eat_word(b"COUNT") {
            Self::Count
        } else if c.eat_word(b"SAVE") {
            Self::Save
        } else if c.eat_word(b"PARTIAL") {
            c.sp()?;
            Self::Partial(PartialRange::read(c)?)
        } else if c.eat_word(b"UPDATE") {
            if c.peek_after_sp() == Some(b'(') {
                c.sp()?;
                Self::Update(c.list(FetchAttribute::read)?)
            } else {
                Self::Update(Vec::new())
            }
        } else if c.eat_word(b"CONTEXT") {
            Self::Context
        } else if c.eat_word(b"RELEVANCY") {
            Self::Relevancy
        } else {
            let (name, value) = extension(c)?;
            Self::Other(name, value)
        })
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Min => e.text("MIN"),
            Self::Max => e.text("MAX"),
            Self::All => e.text("ALL"),
            Self::Count => e.text("COUNT"),
            Self::Save => e.text("SAVE"),
            Self::Partial(range) => {
                e.text("PARTIAL ");
                range.write(e);
            }
            Self::Update(items) => {
                e.text("UPDATE");
                if !items.is_empty() {
                    e.sp();
                    e.list(items, |e, item| item.write(e));
                }
            }
            Self::Context => e.text("CONTEXT"),
            Self::Relevancy => e.text("RELEVANCY"),
            Self::Other(name, value) => write_extension(name, value.as_ref(), e),
        }
    }
}

/// Reads a parameter that this crate does not know: a label, and what follows it if that is a
/// number, a set or a list.
///
/// ```abnf
/// tagged-ext     = tagged-ext-label SP tagged-ext-val
/// tagged-ext-val = tagged-ext-simple / "(" [tagged-ext-comp] ")"
/// ```
///
/// [RFC 4466, section 3](https://www.rfc-editor.org/rfc/rfc4466#section-3)
pub(crate) fn extension<'a>(c: &mut Cursor<'a>) -> Parsed<(Word<'a>, Option<Raw<'a>>)> {
    let label = c.atom()?;
    let name = Word::from_atom(label);
    if matches!(c.peek_after_sp(), Some(b'(' | b'0'..=b'9' | b'*' | b'$')) {
        c.sp()?;
        return Ok((name, Some(c.raw_value()?)));
    }
    Ok((name, None))
}

pub(crate) fn write_extension(name: &Word<'_>, value: Option<&Raw<'_>>, e: &mut Encoder<'_>) {
    e.text(name.as_str());
    if let Some(value) = value {
        e.sp();
        e.verbatim(value);
    }
}

/// A page of results: from the first to the last, counted from the lowest number or, negative, from
/// the highest.
///
/// ```abnf
/// partial-range       = partial-range-first / partial-range-last
/// partial-range-first = nz-number ":" nz-number
/// partial-range-last  = MINUS nz-number ":" MINUS nz-number
/// ```
///
/// [RFC 9394, section 4](https://www.rfc-editor.org/rfc/rfc9394#section-4)
///
/// # Example
///
/// ```
/// use imap_proto::PartialRange;
///
/// assert_eq!(PartialRange::first(1, 500)?.to_string(), "1:500");
/// assert_eq!(PartialRange::last(1, 100)?.to_string(), "-1:-100");
/// assert!(PartialRange::first(0, 5).is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialRange {
    from_end: bool,
    from: u32,
    to: u32,
}

own_plain!(PartialRange);

impl PartialRange {
    /// Counted from the lowest number, which is 1.
    ///
    /// # Errors
    ///
    /// A zero.
    pub fn first(from: u32, to: u32) -> Result<Self, ParseError> {
        Self::new(false, from, to)
    }

    /// Counted from the highest number, which is 1.
    ///
    /// # Errors
    ///
    /// A zero.
    pub fn last(from: u32, to: u32) -> Result<Self, ParseError> {
        Self::new(true, from, to)
    }

    fn new(from_end: bool, from: u32, to: u32) -> Result<Self, ParseError> {
        if from == 0 || to == 0 {
            return Err(ParseError::new(0, "a number above 0"));
        }
        Ok(Self { from_end, from, to })
    }

    /// Whether it counts from the highest number down.
    #[must_use]
    pub fn is_from_end(&self) -> bool {
        self.from_end
    }

    /// The two ends, the lower first.
    #[must_use]
    pub fn bounds(&self) -> (u32, u32) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    pub(crate) fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let from_end = c.eat(b'-');
        let from = c.nz_number()?;
        c.byte(b':', "a colon")?;
        if from_end {
            c.byte(b'-', "a minus sign")?;
        }
        Ok(Self { from_end, from, to: c.nz_number()? })
    }

    pub(crate) fn write(self, e: &mut Encoder<'_>) {
        let sign = if self.from_end { "-" } else { "" };
        e.text(sign);
        e.number(self.from);
        e.byte(b':');
        e.text(sign);
        e.number(self.to);
    }
}

impl core::fmt::Display for PartialRange {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sign = if self.from_end { "-" } else { "" };
        write!(f, "{sign}{}:{sign}{}", self.from, self.to)
    }
}

/// The arguments of SORT.
///
/// ```abnf
/// sort            = ["UID" SP] "SORT" SP sort-criteria SP search-criteria
/// sort-criteria   = "(" sort-criterion *(SP sort-criterion) ")"
/// search-criteria = charset 1*(SP search-key)
/// ```
///
/// [RFC 5256, section 5](https://www.rfc-editor.org/rfc/rfc5256#section-5), with the return options
/// of [RFC 5267](https://www.rfc-editor.org/rfc/rfc5267).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort<'a> {
    /// Whether the answer has UIDs.
    pub uid: bool,
    /// What to return; `None` asks for a SORT response.
    pub returns: Option<Vec<SearchReturn<'a>>>,
    /// What to sort by, the most important first; at least one.
    pub criteria: Vec<SortCriterion<'a>>,
    /// The character set of the strings.
    pub charset: Str<'a>,
    /// All of them have to match; at least one.
    pub keys: Vec<SearchKey<'a>>,
}

own_struct! { Sort { uid, returns, criteria, charset, keys } }

impl<'a> Sort<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>, uid: bool) -> Parsed<Self> {
        c.sp()?;
        let returns = SearchReturn::read_options(c)?;
        let criteria = c.list(SortCriterion::read)?;
        if criteria.is_empty() {
            return c.error("a sort criterion");
        }
        c.sp()?;
        let charset = c.astring()?;
        c.sp()?;
        Ok(Self { uid, returns, criteria, charset, keys: SearchKey::read_all(c)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(if self.uid { "UID SORT " } else { "SORT " });
        SearchReturn::write_options(self.returns.as_deref(), e);
        e.list(&self.criteria, |e, criterion| {
            if criterion.reverse {
                e.text("REVERSE ");
            }
            e.text(criterion.key.as_str());
        });
        e.sp();
        e.astring(&self.charset);
        e.sp();
        write_keys(&self.keys, e);
    }
}

/// One thing to sort by.
///
/// ```abnf
/// sort-criterion = ["REVERSE" SP] sort-key
/// ```
///
/// [RFC 5256, section 5](https://www.rfc-editor.org/rfc/rfc5256#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortCriterion<'a> {
    /// Whether the order is turned around.
    pub reverse: bool,
    /// What to sort by.
    pub key: SortKey<'a>,
}

own_struct! { SortCriterion { reverse, key } }

impl<'a> SortCriterion<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let reverse = c.eat_word(b"REVERSE");
        if reverse {
            c.sp()?;
        }
        Ok(Self { reverse, key: SortKey::from_atom(c.atom()?) })
    }
}

/// A property of messages that has an order.
///
/// ```abnf
/// sort-key = "ARRIVAL" / "CC" / "DATE" / "FROM" / "SIZE" / "SUBJECT" / "TO"
/// ```
///
/// [RFC 5256, section 5](https://www.rfc-editor.org/rfc/rfc5256#section-5),
/// [RFC 5957](https://www.rfc-editor.org/rfc/rfc5957),
/// [RFC 6203](https://www.rfc-editor.org/rfc/rfc6203)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortKey<'a> {
    /// When it arrived.
    Arrival,
    /// The mailbox part of the first `Cc` address.
    Cc,
    /// When it was sent.
    Date,
    /// The mailbox part of the first `From` address.
    From,
    /// Its size.
    Size,
    /// Its base subject.
    Subject,
    /// The mailbox part of the first `To` address.
    To,
    /// The name shown for the sender.
    DisplayFrom,
    /// The name shown for the first recipient.
    DisplayTo,
    /// How well it matches a fuzzy search.
    Relevancy,
    /// Another one.
    Other(Atom<'a>),
}

own_enum! {
    SortKey {
        Arrival, Cc, Date, From, Size, Subject, To, DisplayFrom, DisplayTo, Relevancy, Other(name),
    }
}

impl<'a> SortKey<'a> {
    const KNOWN: [SortKey<'static>; 10] = [
        SortKey::Arrival,
        SortKey::Cc,
        SortKey::Date,
        SortKey::From,
        SortKey::Size,
        SortKey::Subject,
        SortKey::To,
        SortKey::DisplayFrom,
        SortKey::DisplayTo,
        SortKey::Relevancy,
    ];

    fn from_atom(name: Atom<'a>) -> Self {
        Self::KNOWN
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name.as_str()))
            .unwrap_or(Self::Other(name))
    }

    /// The key's name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Arrival => "ARRIVAL",
            Self::Cc => "CC",
            Self::Date => "DATE",
            Self::From => "FROM",
            Self::Size => "SIZE",
            Self::Subject => "SUBJECT",
            Self::To => "TO",
            Self::DisplayFrom => "DISPLAYFROM",
            Self::DisplayTo => "DISPLAYTO",
            Self::Relevancy => "RELEVANCY",
            Self::Other(name) => name.as_str(),
        }
    }
}

/// The arguments of THREAD.
///
/// ```abnf
/// thread = ["UID" SP] "THREAD" SP thread-alg SP search-criteria
/// ```
///
/// [RFC 5256, section 5](https://www.rfc-editor.org/rfc/rfc5256#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread<'a> {
    /// Whether the answer has UIDs.
    pub uid: bool,
    /// How threads are found: `ORDEREDSUBJECT`, `REFERENCES` or another one that the server has.
    pub algorithm: Atom<'a>,
    /// The character set of the strings.
    pub charset: Str<'a>,
    /// All of them have to match; at least one.
    pub keys: Vec<SearchKey<'a>>,
}

own_struct! { Thread { uid, algorithm, charset, keys } }

impl<'a> Thread<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>, uid: bool) -> Parsed<Self> {
        c.sp()?;
        let algorithm = c.atom()?;
        c.sp()?;
        let charset = c.astring()?;
        c.sp()?;
        Ok(Self { uid, algorithm, charset, keys: SearchKey::read_all(c)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(if self.uid { "UID THREAD " } else { "THREAD " });
        e.text(self.algorithm.as_str());
        e.sp();
        e.astring(&self.charset);
        e.sp();
        write_keys(&self.keys, e);
    }
}

/// The arguments of the ESEARCH command, a search in more than one mailbox.
///
/// ```abnf
/// esearch             = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts]
///                       SP search-program
/// esearch-source-opts = "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")"
/// source-mbox         = filter-mailboxes *(SP filter-mailboxes)
/// ```
///
/// [RFC 7377, section 4](https://www.rfc-editor.org/rfc/rfc7377#section-4)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiSearch<'a> {
    /// Where to search; empty for the selected mailbox.
    pub sources: Vec<MailboxFilter<'a>>,
    /// Options of the sources; none are defined yet.
    pub scope: Vec<(Word<'a>, Option<Raw<'a>>)>,
    /// What is searched for; `uid` has no meaning here.
    pub search: Search<'a>,
}

own_struct! { MultiSearch { sources, scope, search } }

impl<'a> MultiSearch<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let mut sources = Vec::new();
        let mut scope = Vec::new();
        let start = c.offset();
        c.sp()?;
        if c.eat_word(b"IN") {
            c.sp()?;
            c.byte(b'(', "a list in parentheses")?;
            loop {
                sources.push(MailboxFilter::read(c)?);
                if c.eat(b')') {
                    break;
                }
                c.sp()?;
                if c.peek() == Some(b'(') {
                    scope = c.list(extension)?;
                    c.byte(b')', "a closing parenthesis")?;
                    break;
                }
            }
        } else {
            c.rewind(start);
        }
        Ok(Self { sources, scope, search: Search::read(c, true)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text("ESEARCH ");
        if !self.sources.is_empty() {
            e.text("IN (");
            e.spaced(&self.sources, |e, source| source.write(e));
            if !self.scope.is_empty() {
                e.sp();
                e.list(&self.scope, |e, (name, value)| write_extension(name, value.as_ref(), e));
            }
            e.text(") ");
        }
        SearchReturn::write_options(self.search.returns.as_deref(), e);
        self.search.write_program(e);
    }
}

/// Mailboxes that are meant by their names or their place: of NOTIFY and of the ESEARCH command.
///
/// ```abnf
/// filter-mailboxes          = filter-mailboxes-selected / filter-mailboxes-other
/// filter-mailboxes-selected = "selected" / "selected-delayed"
/// filter-mailboxes-other    = "inboxes" / "personal" / "subscribed" /
///                             ("subtree" SP one-or-more-mailbox) /
///                             ("mailboxes" SP one-or-more-mailbox)
/// one-or-more-mailbox       = mailbox / many-mailboxes
/// many-mailboxes            = "(" mailbox *(SP mailbox) ")"
/// ```
///
/// [RFC 5465, section 8](https://www.rfc-editor.org/rfc/rfc5465#section-8),
/// [RFC 7377, section 4](https://www.rfc-editor.org/rfc/rfc7377#section-4)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailboxFilter<'a> {
    /// The selected mailbox.
    Selected,
    /// The selected mailbox; EXPUNGE waits as it does without NOTIFY.
    SelectedDelayed,
    /// Mailboxes that new mail may be delivered to.
    Inboxes,
    /// The user's own mailboxes.
    Personal,
    /// Subscribed mailboxes.
    Subscribed,
    /// These mailboxes and those below them.
    Subtree(Vec<Mailbox<'a>>),
    /// These mailboxes and those one level below them.
    SubtreeOne(Vec<Mailbox<'a>>),
    /// These mailboxes.
    Mailboxes(Vec<Mailbox<'a>>),
}

own_enum! {
    MailboxFilter {
        Selected, SelectedDelayed, Inboxes, Personal, Subscribed, Subtree(names),
        SubtreeOne(names), Mailboxes(names),
    }
}

impl<'a> MailboxFilter<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        Ok(if c.eat_word(b"selected") {
            Self::Selected
        } else if c.eat_word(b"selected-delayed") {
            Self::SelectedDelayed
        } else if c.eat_word(b"inboxes") {
            Self::Inboxes
        } else if c.eat_word(b"personal") {
            Self::Personal
        } else if c.eat_word(b"subscribed") {
            Self::Subscribed
        } else if c.eat_word(b"subtree") {
            Self::Subtree(mailboxes(c)?)
        } else if c.eat_word(b"subtree-one") {
            Self::SubtreeOne(mailboxes(c)?)
        } else if c.eat_word(b"mailboxes") {
            Self::Mailboxes(mailboxes(c)?)
        } else {
            return c.error("a choice of mailboxes");
        })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        let (name, mailboxes) = match self {
            Self::Selected => return e.text("selected"),
            Self::SelectedDelayed => return e.text("selected-delayed"),
            Self::Inboxes => return e.text("inboxes"),
            Self::Personal => return e.text("personal"),
            Self::Subscribed => return e.text("subscribed"),
            Self::Subtree(mailboxes) => ("subtree ", mailboxes),
            Self::SubtreeOne(mailboxes) => ("subtree-one ", mailboxes),
            Self::Mailboxes(mailboxes) => ("mailboxes ", mailboxes),
        };
        e.text(name);
        match mailboxes.as_slice() {
            [one] => one.write(e),
            many => e.list(many, |e, mailbox| mailbox.write(e)),
        }
    }
}

fn mailboxes<'a>(c: &mut Cursor<'a>) -> Parsed<Vec<Mailbox<'a>>> {
    c.sp()?;
    if c.peek() == Some(b'(') { c.list(Mailbox::read) } else { Ok(alloc::vec![Mailbox::read(c)?]) }
}
