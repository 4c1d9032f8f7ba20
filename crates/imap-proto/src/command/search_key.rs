//! What a message must be like to be found.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_plain, own_struct};
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{Date, Flag, ParseError, SequenceSet, Str};

/// A condition of SEARCH, SORT and THREAD.
///
/// ```abnf
/// search-key = "ALL" / "ANSWERED" / "BCC" SP astring / "BEFORE" SP date / "BODY" SP astring /
///              "CC" SP astring / "DELETED" / "FLAGGED" / "FROM" SP astring /
///              "KEYWORD" SP flag-keyword / "ON" SP date / "SEEN" / "SINCE" SP date /
///              "SUBJECT" SP astring / "TEXT" SP astring / "TO" SP astring / "UNANSWERED" /
///              "UNDELETED" / "UNFLAGGED" / "UNKEYWORD" SP flag-keyword / "UNSEEN" / "DRAFT" /
///              "HEADER" SP header-fld-name SP astring / "LARGER" SP number64 /
///              "NOT" SP search-key / "OR" SP search-key SP search-key / "SENTBEFORE" SP date /
///              "SENTON" SP date / "SENTSINCE" SP date / "SMALLER" SP number64 /
///              "UID" SP sequence-set / "UNDRAFT" / sequence-set /
///              "(" search-key *(SP search-key) ")"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9), and the keys of the
/// extensions as said at each.
///
/// # Example
///
/// ```
/// use imap_proto::SearchKey;
///
/// let key = SearchKey::parse(b"OR FROM bob NOT SEEN")?;
/// let SearchKey::Or(from, not_seen) = &key else { panic!() };
/// assert!(matches!(**from, SearchKey::From(_)));
/// assert_eq!(**not_seen, SearchKey::Not(Box::new(SearchKey::Seen)));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchKey<'a> {
    /// Every message.
    All,
    /// Has `\Answered`.
    Answered,
    /// A blind copy went to an address with this text.
    Bcc(Str<'a>),
    /// Arrived before this day.
    Before(Date),
    /// Has this text in its body.
    Body(Str<'a>),
    /// A copy went to an address with this text.
    Cc(Str<'a>),
    /// Has `\Deleted`.
    Deleted,
    /// Has `\Flagged`.
    Flagged,
    /// Comes from an address with this text.
    From(Str<'a>),
    /// Has this keyword.
    Keyword(Flag<'a>),
    /// `\Recent` and not seen (IMAP4rev1).
    New,
    /// Not `\Recent` (IMAP4rev1).
    Old,
    /// Arrived on this day.
    On(Date),
    /// `\Recent` (IMAP4rev1).
    Recent,
    /// Has `\Seen`.
    Seen,
    /// Arrived on this day or later.
    Since(Date),
    /// Has this text in its subject.
    Subject(Str<'a>),
    /// Has this text in its header or body.
    Text(Str<'a>),
    /// Went to an address with this text.
    To(Str<'a>),
    /// Has no `\Answered`.
    Unanswered,
    /// Has no `\Deleted`.
    Undeleted,
    /// Has no `\Flagged`.
    Unflagged,
    /// Has not this keyword.
    Unkeyword(Flag<'a>),
    /// Has no `\Seen`.
    Unseen,
    /// Has `\Draft`.
    Draft,
    /// Has a header field of this name with this text in it; all with the field for an empty text.
    Header(Str<'a>, Str<'a>),
    /// Is larger than this many octets.
    Larger(u64),
    /// Does not match.
    Not(Box<SearchKey<'a>>),
    /// Matches one of the two.
    Or(Box<SearchKey<'a>>, Box<SearchKey<'a>>),
    /// Its `Date` field is before this day.
    SentBefore(Date),
    /// Its `Date` field is on this day.
    SentOn(Date),
    /// Its `Date` field is on this day or later.
    SentSince(Date),
    /// Is smaller than this many octets.
    Smaller(u64),
    /// Has one of these UIDs.
    Uid(SequenceSet<'a>),
    /// Has no `\Draft`.
    Undraft,
    /// Has one of these message numbers.
    Sequence(SequenceSet<'a>),
    /// Matches all of them.
    And(Vec<SearchKey<'a>>),
    /// Arrived longer ago than this many seconds
    /// ([RFC 5032](https://www.rfc-editor.org/rfc/rfc5032)).
    Older(u32),
    /// Arrived within this many seconds ([RFC 5032](https://www.rfc-editor.org/rfc/rfc5032)).
    Younger(u32),
    /// Changed at this mod-sequence or later
    /// ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162)).
    ModSeq(ModSeqKey<'a>),
    /// Matches roughly ([RFC 6203](https://www.rfc-editor.org/rfc/rfc6203)).
    Fuzzy(Box<SearchKey<'a>>),
    /// Matches a filter that is stored on the server
    /// ([RFC 5466](https://www.rfc-editor.org/rfc/rfc5466)).
    Filter(Str<'a>),
    /// Has this identifier ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474)).
    EmailId(Str<'a>),
    /// Belongs to this thread ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474)).
    ThreadId(Str<'a>),
    /// Was saved before this day ([RFC 8514](https://www.rfc-editor.org/rfc/rfc8514)).
    SavedBefore(Date),
    /// Was saved on this day ([RFC 8514](https://www.rfc-editor.org/rfc/rfc8514)).
    SavedOn(Date),
    /// Was saved on this day or later ([RFC 8514](https://www.rfc-editor.org/rfc/rfc8514)).
    SavedSince(Date),
    /// The mailbox knows when messages were saved
    /// ([RFC 8514](https://www.rfc-editor.org/rfc/rfc8514)).
    SaveDateSupported,
    /// Has a UID above this one ([RFC 9738](https://www.rfc-editor.org/rfc/rfc9738)).
    UidAfter(u32),
    /// Has a UID below this one ([RFC 9738](https://www.rfc-editor.org/rfc/rfc9738)).
    UidBefore(u32),
    /// Has this message number of Gmail (`X-GM-EXT-1`).
    GmailMessageId(u64),
    /// Has this thread number of Gmail (`X-GM-EXT-1`).
    GmailThreadId(u64),
    /// Has this label of Gmail (`X-GM-EXT-1`).
    GmailLabel(Str<'a>),
    /// Matches a query in Gmail's own syntax (`X-GM-EXT-1`).
    GmailRaw(Str<'a>),
}

own_enum! {
    SearchKey {
        All, Answered, Bcc(s), Before(d), Body(s), Cc(s), Deleted, Flagged, From(s), Keyword(f),
        New, Old, On(d), Recent, Seen, Since(d), Subject(s), Text(s), To(s), Unanswered,
        Undeleted, Unflagged, Unkeyword(f), Unseen, Draft, Header(n, v), Larger(n), Not(k),
        Or(a, b), SentBefore(d), SentOn(d), SentSince(d), Smaller(n), Uid(set), Undraft,
        Sequence(set), And(keys), Older(n), Younger(n), ModSeq(k), Fuzzy(k), Filter(s),
        EmailId(s), ThreadId(s), SavedBefore(d), SavedOn(d), SavedSince(d), SaveDateSupported,
        UidAfter(n), UidBefore(n), GmailMessageId(n), GmailThreadId(n), GmailLabel(s), GmailRaw(s),
    }
}

/// The search key `MODSEQ`.
///
/// ```abnf
/// search-modsequence = "MODSEQ" [search-modseq-ext] SP mod-sequence-valzer
/// search-modseq-ext  = SP entry-name SP entry-type-req
/// ```
///
/// [RFC 7162, section 7](https://www.rfc-editor.org/rfc/rfc7162#section-7)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModSeqKey<'a> {
    /// The metadata item that is meant, such as `/flags/\\seen`, and of whom.
    pub entry: Option<(Str<'a>, EntryType)>,
    /// The lowest mod-sequence that matches.
    pub value: u64,
}

own_struct! { ModSeqKey { entry, value } }

/// Whose metadata is meant.
///
/// ```abnf
/// entry-type-req = "priv" / "shared" / "all"
/// ```
///
/// [RFC 7162, section 7](https://www.rfc-editor.org/rfc/rfc7162#section-7)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryType {
    /// The user's own.
    Private,
    /// Everybody's.
    Shared,
    /// Both.
    All,
}

own_plain!(EntryType);

impl<'a> SearchKey<'a> {
    /// Reads one key.
    ///
    /// # Errors
    ///
    /// It is not a search key, or it is nested too deeply.
    pub fn parse(input: &'a [u8]) -> Result<Self, ParseError> {
        let mut c = Cursor::new(input);
        let key = Self::read(&mut c)?;
        c.end()?;
        Ok(key)
    }

    /// Reads one or more keys, separated by spaces, up to the end or a closing parenthesis.
    pub(crate) fn read_all(c: &mut Cursor<'a>) -> Parsed<Vec<Self>> {
        let mut keys = Vec::with_capacity(1);
        loop {
            keys.push(Self::read(c)?);
            match c.peek() {
                Some(b' ') => {
                    c.sp()?;
                    if c.at_end() || c.peek() == Some(b')') {
                        c.tolerate(crate::DeviationKind::TrailingSpace);
                        return Ok(keys);
                    }
                }
                _ => return Ok(keys),
            }
        }
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.enter()?;
        let key = Self::read_one(c);
        c.leave();
        key
    }

    fn read_one(c: &mut Cursor<'a>) -> Parsed<Self> {
        match c.peek() {
            Some(b'(') => {
                c.skip(1);
                c.no_sp();
                let keys = Self::read_all(c)?;
                c.no_sp();
                c.byte(b')', "a closing parenthesis")?;
                return Ok(Self::And(keys));
            }
            Some(b'0'..=b'9' | b'*' | b'$') => return Ok(Self::Sequence(SequenceSet::read(c)?)),
            _ => {}
        }
        let start = c.offset();
        let word = c.take1(ATOM, "a search key")?.as_bytes();
        let mut upper = [0u8; 18];
        let Some(name) = upper.get_mut(..word.len()) else {
            return Err(ParseError::new(start, "a search key"));
        };
        name.copy_from_slice(word);
        name.make_ascii_uppercase();
        let key = match &*name {
            b"ALL" => Self::All,
            b"ANSWERED" => Self::Answered,
            b"BCC" => Self::Bcc(argument(c)?),
            b"BEFORE" => Self::Before(date(c)?),
            b"BODY" => Self::Body(argument(c)?),
            b"CC" => Self::Cc(argument(c)?),
            b"DELETED" => Self::Deleted,
            b"FLAGGED" => Self::Flagged,
            b"FROM" => Self::From(argument(c)?),
            b"KEYWORD" => Self::Keyword(keyword(c)?),
            b"NEW" => Self::New,
            b"OLD" => Self::Old,
            b"ON" => Self::On(date(c)?),
            b"RECENT" => Self::Recent,
            b"SEEN" => Self::Seen,
            b"SINCE" => Self::Since(date(c)?),
            b"SUBJECT" => Self::Subject(argument(c)?),
            b"TEXT" => Self::Text(argument(c)?),
            b"TO" => Self::To(argument(c)?),
            b"UNANSWERED" => Self::Unanswered,
            b"UNDELETED" => Self::Undeleted,
            b"UNFLAGGED" => Self::Unflagged,
            b"UNKEYWORD" => Self::Unkeyword(keyword(c)?),
            b"UNSEEN" => Self::Unseen,
            b"DRAFT" => Self::Draft,
            b"HEADER" => Self::Header(argument(c)?, argument(c)?),
            b"LARGER" => Self::Larger(number64(c)?),
            b"NOT" => Self::Not(inner(c)?),
            b"OR" => Self::Or(inner(c)?, inner(c)?),
            b"SENTBEFORE" => Self::SentBefore(date(c)?),
            b"SENTON" => Self::SentOn(date(c)?),
            b"SENTSINCE" => Self::SentSince(date(c)?),
            b"SMALLER" => Self::Smaller(number64(c)?),
            b"UID" => {
                c.sp()?;
                Self::Uid(SequenceSet::read(c)?)
            }
            b"UNDRAFT" => Self::Undraft,
            b"OLDER" => Self::Older(nz_number(c)?),
            b"YOUNGER" => Self::Younger(nz_number(c)?),
            b"MODSEQ" => Self::ModSeq(ModSeqKey::read(c)?),
            b"FUZZY" => Self::Fuzzy(inner(c)?),
            b"FILTER" => Self::Filter(argument(c)?),
            b"EMAILID" => Self::EmailId(argument(c)?),
            b"THREADID" => Self::ThreadId(argument(c)?),
            b"SAVEDBEFORE" => Self::SavedBefore(date(c)?),
            b"SAVEDON" => Self::SavedOn(date(c)?),
            b"SAVEDSINCE" => Self::SavedSince(date(c)?),
            b"SAVEDATESUPPORTED" => Self::SaveDateSupported,
            b"UIDAFTER" => Self::UidAfter(nz_number(c)?),
            b"UIDBEFORE" => Self::UidBefore(nz_number(c)?),
            b"X-GM-MSGID" => Self::GmailMessageId(number64(c)?),
            b"X-GM-THRID" => Self::GmailThreadId(number64(c)?),
            b"X-GM-LABELS" => Self::GmailLabel(argument(c)?),
            b"X-GM-RAW" => Self::GmailRaw(argument(c)?),
            _ => return Err(ParseError::new(start, "a search key")),
        };
        Ok(key)
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::All => e.text("ALL"),
            Self::Answered => e.text("ANSWERED"),
            Self::Bcc(s) => with(e, "BCC", s),
            Self::Before(d) => day(e, "BEFORE", *d),
            Self::Body(s) => with(e, "BODY", s),
            Self::Cc(s) => with(e, "CC", s),
            Self::Deleted => e.text("DELETED"),
            Self::Flagged => e.text("FLAGGED"),
            Self::From(s) => with(e, "FROM", s),
            Self::Keyword(f) => {
                e.text("KEYWORD ");
                f.write(e);
            }
            Self::New => e.text("NEW"),
            Self::Old => e.text("OLD"),
            Self::On(d) => day(e, "ON", *d),
            Self::Recent => e.text("RECENT"),
            Self::Seen => e.text("SEEN"),
            Self::Since(d) => day(e, "SINCE", *d),
            Self::Subject(s) => with(e, "SUBJECT", s),
            Self::Text(s) => with(e, "TEXT", s),
            Self::To(s) => with(e, "TO", s),
            Self::Unanswered => e.text("UNANSWERED"),
            Self::Undeleted => e.text("UNDELETED"),
            Self::Unflagged => e.text("UNFLAGGED"),
            Self::Unkeyword(f) => {
                e.text("UNKEYWORD ");
                f.write(e);
            }
            Self::Unseen => e.text("UNSEEN"),
            Self::Draft => e.text("DRAFT"),
            Self::Header(name, value) => {
                with(e, "HEADER", name);
                e.sp();
                e.astring(value);
            }
            Self::Larger(n) => count(e, "LARGER", *n),
            Self::Not(key) => {
                e.text("NOT ");
                key.write(e);
            }
            Self::Or(a, b) => {
                e.text("OR ");
                a.write(e);
                e.sp();
                b.write(e);
            }
            Self::SentBefore(d) => day(e, "SENTBEFORE", *d),
            Self::SentOn(d) => day(e, "SENTON", *d),
            Self::SentSince(d) => day(e, "SENTSINCE", *d),
            Self::Smaller(n) => count(e, "SMALLER", *n),
            Self::Uid(set) => {
                e.text("UID ");
                set.write(e);
            }
            Self::Undraft => e.text("UNDRAFT"),
            Self::Sequence(set) => set.write(e),
            // An empty conjunction is true and has no form of its own.
            Self::And(keys) if keys.is_empty() => e.text("ALL"),
            Self::And(keys) => e.list(keys, |e, key| key.write(e)),
            Self::Older(n) => count(e, "OLDER", *n),
            Self::Younger(n) => count(e, "YOUNGER", *n),
            Self::ModSeq(key) => key.write(e),
            Self::Fuzzy(key) => {
                e.text("FUZZY ");
                key.write(e);
            }
            Self::Filter(s) => with(e, "FILTER", s),
            Self::EmailId(s) => with(e, "EMAILID", s),
            Self::ThreadId(s) => with(e, "THREADID", s),
            Self::SavedBefore(d) => day(e, "SAVEDBEFORE", *d),
            Self::SavedOn(d) => day(e, "SAVEDON", *d),
            Self::SavedSince(d) => day(e, "SAVEDSINCE", *d),
            Self::SaveDateSupported => e.text("SAVEDATESUPPORTED"),
            Self::UidAfter(n) => count(e, "UIDAFTER", *n),
            Self::UidBefore(n) => count(e, "UIDBEFORE", *n),
            Self::GmailMessageId(n) => count(e, "X-GM-MSGID", *n),
            Self::GmailThreadId(n) => count(e, "X-GM-THRID", *n),
            Self::GmailLabel(s) => with(e, "X-GM-LABELS", s),
            Self::GmailRaw(s) => with(e, "X-GM-RAW", s),
        }
    }

    /// Whether it names messages by their number, which UIDONLY forbids
    /// ([RFC 9586](https://www.rfc-editor.org/rfc/rfc9586)) and which is ambiguous while others may
    /// remove messages.
    #[must_use]
    pub fn uses_message_numbers(&self) -> bool {
        match self {
            Self::Sequence(set) => !set.is_saved(),
            Self::Not(key) | Self::Fuzzy(key) => key.uses_message_numbers(),
            Self::Or(a, b) => a.uses_message_numbers() || b.uses_message_numbers(),
            Self::And(keys) => keys.iter().any(Self::uses_message_numbers),
            _ => false,
        }
    }
}

impl<'a> ModSeqKey<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let entry = if c.peek() == Some(b'"') {
            let name = c.string()?;
            c.sp()?;
            let kind = if c.eat_word(b"priv") {
                EntryType::Private
            } else if c.eat_word(b"shared") {
                EntryType::Shared
            } else if c.eat_word(b"all") {
                EntryType::All
            } else {
                return c.error("priv, shared or all");
            };
            c.sp()?;
            Some((name, kind))
        } else {
            None
        };
        Ok(Self { entry, value: c.number64()? })
    }

    fn write(&self, e: &mut Encoder<'_>) {
        e.text("MODSEQ ");
        if let Some((name, kind)) = &self.entry {
            e.string(name);
            e.text(match kind {
                EntryType::Private => " priv ",
                EntryType::Shared => " shared ",
                EntryType::All => " all ",
            });
        }
        e.number(self.value);
    }
}

fn argument<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    c.sp()?;
    c.astring()
}

fn date(c: &mut Cursor<'_>) -> Parsed<Date> {
    c.sp()?;
    Date::read(c)
}

fn keyword<'a>(c: &mut Cursor<'a>) -> Parsed<Flag<'a>> {
    c.sp()?;
    Flag::read(c)
}

fn number64(c: &mut Cursor<'_>) -> Parsed<u64> {
    c.sp()?;
    c.number64()
}

fn nz_number(c: &mut Cursor<'_>) -> Parsed<u32> {
    c.sp()?;
    c.nz_number()
}

fn inner<'a>(c: &mut Cursor<'a>) -> Parsed<Box<SearchKey<'a>>> {
    c.sp()?;
    SearchKey::read(c).map(Box::new)
}

fn with(e: &mut Encoder<'_>, name: &str, argument: &Str<'_>) {
    e.text(name);
    e.sp();
    e.astring(argument);
}

fn day(e: &mut Encoder<'_>, name: &str, date: Date) {
    e.text(name);
    e.sp();
    date.write(e);
}

fn count(e: &mut Encoder<'_>, name: &str, n: impl Into<u64>) {
    e.text(name);
    e.sp();
    e.number(n);
}
