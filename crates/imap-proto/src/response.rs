//! What a server says.

use alloc::vec::Vec;

use crate::extensions::comparator::{read_languages, write_languages};
use crate::extensions::url_auth::{read_fetched, write_fetched};
use crate::extensions::{id, read_more};
use crate::literal::Encoder;
use crate::own::own_enum;
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{
    Acl, Capabilities, ComparatorData, Deviation, DeviationKind, ESearch, Flags, ListRights,
    MessageData, Metadata, MyRights, Namespaces, ParseError, Quota, QuotaRoot, Raw, SequenceSet,
    Str, Tag, Text, Threads, UidBatches, UrlFetchData,
};

mod code;
mod continuation;
mod list;
mod mailbox_status;
mod numbers;
mod status;

pub use code::{CodeText, MetadataCode, ResponseCode};
pub use continuation::Continuation;
pub use list::{Delimiter, ListExtended, MailboxAttribute, MailboxAttributes, MailboxList};
pub use mailbox_status::{MailboxStatus, StatusItem};
pub use numbers::{NumberIter, Numbers, SearchResult};
pub use status::{Condition, Status};

/// One response of a server.
///
/// ```abnf
/// response        = *(continue-req / response-data) response-done
/// response-data   = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data /
///                   capability-data / enable-data) CRLF
/// response-tagged = tag SP resp-cond-state CRLF
/// ```
///
/// [RFC 9051, section 7](https://www.rfc-editor.org/rfc/rfc9051#section-7), and the extensions as
/// said at each.
///
/// # Example
///
/// ```
/// use imap_proto::{Response, Status, Text};
///
/// assert_eq!(Response::parse(b"* 23 EXISTS\r\n")?, Response::Exists(23));
///
/// let mut out = Vec::new();
/// Response::Status(Status::bye(Text::from_static("see you"))).encode(&mut out);
/// assert_eq!(out, b"* BYE see you\r\n");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response<'a> {
    /// The end of a command.
    Tagged {
        /// The tag of the command.
        tag: Tag<'a>,
        /// How it ended.
        status: Status<'a>,
    },
    /// `+`: the client goes on with its command.
    Continuation(Continuation<'a>),
    /// `OK`, `NO`, `BAD`, `PREAUTH` or `BYE` without a tag; the greeting is one of them.
    Status(Status<'a>),
    /// `CAPABILITY`.
    Capability(Capabilities<'a>),
    /// `ENABLED`: the capabilities that ENABLE has switched on.
    Enabled(Capabilities<'a>),
    /// `FLAGS`: the flags that the mailbox knows.
    Flags(Flags<'a>),
    /// `LIST`.
    List(MailboxList<'a>),
    /// `LSUB` (IMAP4rev1).
    Lsub(MailboxList<'a>),
    /// `XLIST`, of servers before SPECIAL-USE.
    XList(MailboxList<'a>),
    /// `STATUS`.
    MailboxStatus(MailboxStatus<'a>),
    /// `SEARCH` (IMAP4rev1).
    Search(SearchResult<'a>),
    /// `SORT` ([RFC 5256](https://www.rfc-editor.org/rfc/rfc5256)).
    Sort(SearchResult<'a>),
    /// `THREAD` ([RFC 5256](https://www.rfc-editor.org/rfc/rfc5256)).
    Thread(Threads),
    /// `ESEARCH`.
    ESearch(ESearch<'a>),
    /// `EXISTS`: how many messages the mailbox has.
    Exists(u32),
    /// `RECENT`: how many messages are recent (IMAP4rev1).
    Recent(u32),
    /// `EXPUNGE`: the message with this sequence number is gone, and those above it have a number
    /// less.
    Expunge(u32),
    /// `FETCH`: data of a message.
    Fetch(MessageData<'a>),
    /// `UIDFETCH`: data of a message that is named by its UID
    /// ([RFC 9586](https://www.rfc-editor.org/rfc/rfc9586)).
    UidFetch(MessageData<'a>),
    /// `VANISHED`: messages are gone
    /// ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162#section-3.2.10)).
    Vanished {
        /// Whether they were gone before: then the sequence numbers stay as they are.
        earlier: bool,
        /// Their UIDs, and perhaps others that nobody has.
        uids: SequenceSet<'a>,
    },
    /// `NAMESPACE`.
    Namespace(Namespaces<'a>),
    /// `ID` ([RFC 2971](https://www.rfc-editor.org/rfc/rfc2971)).
    Id(Option<Vec<(Str<'a>, Option<Str<'a>>)>>),
    /// `QUOTA`.
    Quota(Quota<'a>),
    /// `QUOTAROOT`.
    QuotaRoot(QuotaRoot<'a>),
    /// `ACL`.
    Acl(Acl<'a>),
    /// `LISTRIGHTS`.
    ListRights(ListRights<'a>),
    /// `MYRIGHTS`.
    MyRights(MyRights<'a>),
    /// `METADATA`.
    Metadata(Metadata<'a>),
    /// `LANGUAGE`: the languages of texts, or the one that is used now
    /// ([RFC 5255](https://www.rfc-editor.org/rfc/rfc5255#section-3.3)).
    Language(Vec<Str<'a>>),
    /// `COMPARATOR`.
    Comparator(ComparatorData<'a>),
    /// `GENURLAUTH`: URLs that are authorized
    /// ([RFC 4467](https://www.rfc-editor.org/rfc/rfc4467#section-7)).
    GenUrlAuth(Vec<Str<'a>>),
    /// `URLFETCH`.
    UrlFetch(Vec<UrlFetchData<'a>>),
    /// `JMAPACCESS`: the URL of the same mail over JMAP
    /// ([RFC 9698](https://www.rfc-editor.org/rfc/rfc9698)).
    JmapAccess(Str<'a>),
    /// `UIDBATCHES`.
    UidBatches(UidBatches<'a>),
    /// Another untagged response, or one that is not what it should be: all that follows the star.
    Other(Raw<'a>),
    /// A line that is no response at all, as it came.
    Unrecognized(Raw<'a>),
}

own_enum! {
    Response {
        Tagged { tag, status }, Continuation(continuation), Status(status), Capability(list),
        Enabled(list), Flags(flags), List(list), Lsub(list), XList(list), MailboxStatus(status),
        Search(found), Sort(found), Thread(threads), ESearch(found), Exists(n), Recent(n),
        Expunge(n), Fetch(message), UidFetch(message), Vanished { earlier, uids },
        Namespace(spaces), Id(fields), Quota(quota), QuotaRoot(roots), Acl(acl),
        ListRights(rights), MyRights(rights), Metadata(metadata), Language(languages),
        Comparator(comparator), GenUrlAuth(urls), UrlFetch(urls), JmapAccess(url),
        UidBatches(batches), Other(raw), Unrecognized(raw),
    }
}

impl<'a> Response<'a> {
    /// The greeting of a server that wants a login.
    #[must_use]
    pub const fn greeting(text: Text<'a>) -> Self {
        Self::Status(Status::ok(text))
    }

    /// Reads one response: a line with the literals in it.
    ///
    /// An untagged response that cannot be understood is [`Other`](Self::Other), and a line that is
    /// nothing else is [`Unrecognized`](Self::Unrecognized).
    ///
    /// # Errors
    ///
    /// It is not one line with complete literals in it.
    pub fn parse(unit: &'a [u8]) -> Result<Self, ParseError> {
        Self::read(&mut Cursor::new(unit))
    }

    /// The same, with what was tolerated. `depth` is the limit of nested parentheses.
    ///
    /// # Errors
    ///
    /// It is not one line with complete literals in it.
    pub fn parse_noting(
        unit: &'a [u8],
        depth: usize,
    ) -> Result<(Self, Vec<Deviation>), ParseError> {
        let mut c = Cursor::with(unit, &[], depth);
        let response = Self::read(&mut c)?;
        Ok((response, c.into_deviations()))
    }

    /// Appends the response to `out`.
    ///
    /// Content that streams has its size only: its octets belong behind the size.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.write(&mut Encoder::response(out, false));
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.peek() == Some(0) {
            c.tolerate(DeviationKind::BadCharacter);
            while c.eat(0) {}
        }
        let start = c.offset();
        let response = match c.peek() {
            Some(b'*') if c.peek2() == Some(b' ') => {
                c.skip(1);
                c.sp()?;
                return Self::read_untagged(c);
            }
            Some(b'+') => Self::read_continuation(c),
            _ => Self::read_tagged(c),
        };
        if let Ok(response) = response {
            return Ok(response);
        }
        c.rewind(start);
        c.tolerate(DeviationKind::Unknown);
        read_rest(c).map(Self::Unrecognized)
    }

    fn read_continuation(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.skip(1);
        let continuation = Continuation::read(c)?;
        c.end()?;
        Ok(Self::Continuation(continuation))
    }

    fn read_tagged(c: &mut Cursor<'a>) -> Parsed<Self> {
        let tag = c.tag()?;
        c.sp()?;
        let status = Status::read(c)?;
        c.end()?;
        Ok(Self::Tagged { tag, status })
    }

    fn read_untagged(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        match Self::read_data(c) {
            Ok(Some(response)) if c.end().is_ok() => return Ok(response),
            Ok(None) => c.rewind(start),
            _ => {
                c.rewind(start);
                c.tolerate(DeviationKind::Unknown);
            }
        }
        read_rest(c).map(Self::Other)
    }

    /// What follows the star; nothing if the word is not known.
    fn read_data(c: &mut Cursor<'a>) -> Parsed<Option<Self>> {
        if c.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Self::read_numbered(c);
        }
        let start = c.offset();
        let word = c.take(ATOM);
        if Condition::find(word).is_some() {
            c.rewind(start);
            return Status::read(c).map(|status| Some(Self::Status(status)));
        }
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        Ok(Some(match word.len() {
            2 if is(b"ID") => Self::Id(id::read(c)?),
            3 if is(b"ACL") => Self::Acl(Acl::read(c)?),
            4 if is(b"LIST") => Self::List(read_after_space(c, MailboxList::read)?),
            4 if is(b"LSUB") => Self::Lsub(read_after_space(c, MailboxList::read)?),
            4 if is(b"SORT") => Self::Sort(SearchResult::read(c)?),
            5 if is(b"FLAGS") => Self::Flags(read_after_space(c, Flags::read)?),
            5 if is(b"XLIST") => Self::XList(read_after_space(c, MailboxList::read)?),
            5 if is(b"QUOTA") => Self::Quota(Quota::read(c)?),
            6 if is(b"SEARCH") => Self::Search(SearchResult::read(c)?),
            6 if is(b"STATUS") => Self::MailboxStatus(read_after_space(c, MailboxStatus::read)?),
            6 if is(b"THREAD") => Self::Thread(Threads::read(c)?),
            7 if is(b"ESEARCH") => Self::ESearch(ESearch::read(c)?),
            7 if is(b"ENABLED") => Self::Enabled(read_capabilities(c)?),
            8 if is(b"VANISHED") => {
                c.sp()?;
                let earlier = c.eat_text(b"(EARLIER)");
                if earlier {
                    c.sp()?;
                }
                Self::Vanished { earlier, uids: SequenceSet::read(c)? }
            }
            8 if is(b"METADATA") => Self::Metadata(Metadata::read(c)?),
            8 if is(b"MYRIGHTS") => Self::MyRights(MyRights::read(c)?),
            8 if is(b"LANGUAGE") => Self::Language(read_languages(c)?),
            8 if is(b"URLFETCH") => Self::UrlFetch(read_fetched(c)?),
            9 if is(b"NAMESPACE") => Self::Namespace(Namespaces::read(c)?),
            9 if is(b"QUOTAROOT") => Self::QuotaRoot(QuotaRoot::read(c)?),
            10 if is(b"CAPABILITY") => Self::Capability(read_capabilities(c)?),
            10 if is(b"LISTRIGHTS") => Self::ListRights(ListRights::read(c)?),
            10 if is(b"COMPARATOR") => Self::Comparator(ComparatorData::read(c)?),
            10 if is(b"GENURLAUTH") => Self::GenUrlAuth(read_more(c, Cursor::astring)?),
            10 if is(b"JMAPACCESS") => Self::JmapAccess(read_after_space(c, Cursor::string)?),
            10 if is(b"UIDBATCHES") => Self::UidBatches(UidBatches::read(c)?),
            _ => return Ok(None),
        }))
    }

    /// What begins with a number.
    fn read_numbered(c: &mut Cursor<'a>) -> Parsed<Option<Self>> {
        let start = c.offset();
        let number = c.number()?;
        c.sp()?;
        let word = c.take(ATOM);
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        let response = match word.len() {
            5 if is(b"FETCH") => {
                c.sp()?;
                Self::Fetch(MessageData::read(c, number)?)
            }
            8 if is(b"UIDFETCH") => {
                c.sp()?;
                Self::UidFetch(MessageData::read(c, number)?)
            }
            6 if is(b"EXISTS") => return Ok(Some(Self::Exists(number))),
            6 if is(b"RECENT") => return Ok(Some(Self::Recent(number))),
            7 if is(b"EXPUNGE") => Self::Expunge(number),
            _ => return Ok(None),
        };
        if number == 0 {
            c.tolerate_at(DeviationKind::BadNumber, start);
        }
        Ok(Some(response))
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Tagged { tag, status } => {
                e.text(tag.as_str());
                e.sp();
                status.write(e);
            }
            Self::Continuation(continuation) => {
                e.raw(b"+ ");
                continuation.write(e);
            }
            Self::Unrecognized(raw) => e.verbatim(raw),
            _ => {
                e.raw(b"* ");
                self.write_untagged(e);
            }
        }
        e.crlf();
    }

    fn write_untagged(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Tagged { .. } | Self::Continuation(_) | Self::Unrecognized(_) => {}
            Self::Status(status) => status.write(e),
            Self::Capability(list) => {
                e.raw(b"CAPABILITY ");
                list.write(e);
            }
            Self::Enabled(list) => {
                e.raw(b"ENABLED");
                if list.iter().next().is_some() {
                    e.sp();
                    list.write(e);
                }
            }
            Self::Flags(flags) => {
                e.raw(b"FLAGS ");
                flags.write(e);
            }
            Self::List(list) => {
                e.raw(b"LIST ");
                list.write(e);
            }
            Self::Lsub(list) => {
                e.raw(b"LSUB ");
                list.write(e);
            }
            Self::XList(list) => {
                e.raw(b"XLIST ");
                list.write(e);
            }
            Self::MailboxStatus(status) => {
                e.raw(b"STATUS ");
                status.write(e);
            }
            Self::Search(found) => {
                e.raw(b"SEARCH");
                found.write(e);
            }
            Self::Sort(found) => {
                e.raw(b"SORT");
                found.write(e);
            }
            Self::Thread(threads) => {
                e.raw(b"THREAD");
                threads.write(e);
            }
            Self::ESearch(found) => {
                e.raw(b"ESEARCH");
                found.write(e);
            }
            Self::Exists(n) => write_numbered(*n, b" EXISTS", e),
            Self::Recent(n) => write_numbered(*n, b" RECENT", e),
            Self::Expunge(n) => write_numbered(*n, b" EXPUNGE", e),
            Self::Fetch(message) => {
                write_numbered(message.number, b" FETCH ", e);
                message.write(e);
            }
            Self::UidFetch(message) => {
                write_numbered(message.number, b" UIDFETCH ", e);
                message.write(e);
            }
            Self::Vanished { earlier, uids } => {
                e.raw(if *earlier { b"VANISHED (EARLIER) " } else { b"VANISHED " });
                uids.write(e);
            }
            Self::Namespace(spaces) => {
                e.raw(b"NAMESPACE");
                spaces.write(e);
            }
            Self::Id(fields) => {
                e.raw(b"ID");
                id::write(fields, e);
            }
            Self::Quota(quota) => {
                e.raw(b"QUOTA");
                quota.write(e);
            }
            Self::QuotaRoot(roots) => {
                e.raw(b"QUOTAROOT");
                roots.write(e);
            }
            Self::Acl(acl) => {
                e.raw(b"ACL");
                acl.write(e);
            }
            Self::ListRights(rights) => {
                e.raw(b"LISTRIGHTS");
                rights.write(e);
            }
            Self::MyRights(rights) => {
                e.raw(b"MYRIGHTS");
                rights.write(e);
            }
            Self::Metadata(metadata) => {
                e.raw(b"METADATA");
                metadata.write(e);
            }
            Self::Language(languages) => {
                e.raw(b"LANGUAGE");
                write_languages(languages, e);
            }
            Self::Comparator(comparator) => {
                e.raw(b"COMPARATOR");
                comparator.write(e);
            }
            Self::GenUrlAuth(urls) => {
                e.raw(b"GENURLAUTH");
                for url in urls {
                    e.sp();
                    e.astring(url);
                }
            }
            Self::UrlFetch(urls) => {
                e.raw(b"URLFETCH");
                write_fetched(urls, e);
            }
            Self::JmapAccess(url) => {
                e.raw(b"JMAPACCESS ");
                e.string(url);
            }
            Self::UidBatches(batches) => {
                e.raw(b"UIDBATCHES");
                batches.write(e);
            }
            Self::Other(raw) => e.verbatim(raw),
        }
    }
}

/// Takes the rest of the unit as it is.
fn read_rest<'a>(c: &mut Cursor<'a>) -> Parsed<Raw<'a>> {
    let start = c.offset();
    let rest = c.remainder();
    if c.has_streamed(start) {
        // The octets have passed by: what remains cannot be sent again as it is.
        return Ok(Raw::from_unit(rest.split(|b| *b == b' ').next().unwrap_or_default()));
    }
    c.rewind(start);
    c.raw_remainder()
}

fn read_after_space<'a, T>(
    c: &mut Cursor<'a>,
    read: impl FnOnce(&mut Cursor<'a>) -> Parsed<T>,
) -> Parsed<T> {
    c.sp()?;
    read(c)
}

fn read_capabilities<'a>(c: &mut Cursor<'a>) -> Parsed<Capabilities<'a>> {
    if c.at_end() {
        return Ok(Capabilities::default());
    }
    c.sp()?;
    Capabilities::read(c)
}

fn write_numbered(number: u32, word: &[u8], e: &mut Encoder<'_>) {
    e.number(number);
    e.raw(word);
}
