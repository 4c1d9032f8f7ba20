//! ESEARCH, [RFC 4731](https://www.rfc-editor.org/rfc/rfc4731) and IMAP4rev2, with what CONTEXT
//! ([RFC 5267](https://www.rfc-editor.org/rfc/rfc5267)), FUZZY
//! ([RFC 6203](https://www.rfc-editor.org/rfc/rfc6203)), MULTISEARCH
//! ([RFC 7377](https://www.rfc-editor.org/rfc/rfc7377)) and PARTIAL
//! ([RFC 9394](https://www.rfc-editor.org/rfc/rfc9394)) add to it.

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{Atom, DeviationKind, Mailbox, PartialRange, Raw, SequenceSet, Str};

/// The answer to a search that asked for more or less than all numbers.
///
/// ```abnf
/// esearch-response  = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
/// search-correlator = SP "(" one-correlator *(SP one-correlator) ")"
/// one-correlator    = ("TAG" SP tag-string) / ("MAILBOX" SP astring) / ("UIDVALIDITY" SP nz-number)
/// ```
///
/// [RFC 9051, section 7.3.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.2),
/// [RFC 7377, section 4](https://www.rfc-editor.org/rfc/rfc7377#section-4)
///
/// # Example
///
/// ```
/// use imap_proto::{ESearchItem, Response};
///
/// let unit = b"* ESEARCH (TAG \"A285\") UID MIN 7 MAX 3800\r\n";
/// let Response::ESearch(found) = Response::parse(unit)? else { panic!() };
/// assert!(found.uid);
/// assert_eq!(found.items, [ESearchItem::Min(7), ESearchItem::Max(3800)]);
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ESearch<'a> {
    /// The tag of the command.
    pub tag: Option<Str<'a>>,
    /// The mailbox, in answers to a search over several.
    pub mailbox: Option<Mailbox<'a>>,
    /// The validity of that mailbox's UIDs.
    pub uid_validity: Option<u32>,
    /// Whether the numbers are UIDs.
    pub uid: bool,
    /// What was found, in the server's order.
    pub items: Vec<ESearchItem<'a>>,
}

own_struct! { ESearch { tag, mailbox, uid_validity, uid, items } }

/// One value of an [`ESearch`].
///
/// ```abnf
/// search-return-data = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set /
///                      "COUNT" SP number / search-ret-data-ext
/// ```
///
/// [RFC 9051, section 7.3.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.2)
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ESearchItem<'a> {
    /// The lowest number.
    Min(u32),
    /// The highest number.
    Max(u32),
    /// All numbers.
    All(SequenceSet<'a>),
    /// How many there are.
    Count(u32),
    /// The highest mod-sequence of the messages
    /// ([RFC 4731](https://www.rfc-editor.org/rfc/rfc4731#section-3.2)).
    ModSeq(u64),
    /// Some of the numbers ([RFC 9394](https://www.rfc-editor.org/rfc/rfc9394#section-3.1)).
    Partial {
        /// Which were asked for.
        range: PartialRange,
        /// Those that there are; `None` if there are none.
        numbers: Option<SequenceSet<'a>>,
    },
    /// Numbers to put into a result that is kept up to date, each set before the position that
    /// stands with it ([RFC 5267](https://www.rfc-editor.org/rfc/rfc5267#section-4.3)).
    AddTo(Vec<(u32, SequenceSet<'a>)>),
    /// Numbers to take out of it.
    RemoveFrom(Vec<(u32, SequenceSet<'a>)>),
    /// How well each message fits, from 1 to 100
    /// ([RFC 6203](https://www.rfc-editor.org/rfc/rfc6203#section-4)).
    Relevancy(Vec<u32>),
    /// Another value.
    Other(Atom<'a>, Raw<'a>),
}

own_enum! {
    ESearchItem {
        Min(n), Max(n), All(set), Count(n), ModSeq(n), Partial { range, numbers }, AddTo(changes),
        RemoveFrom(changes), Relevancy(scores), Other(name, value),
    }
}

impl<'a> ESearch<'a> {
    /// All numbers that were found, if the answer has them.
    #[must_use]
    pub fn all(&self) -> Option<&SequenceSet<'a>> {
        self.items.iter().find_map(|item| match item {
            ESearchItem::All(set) => Some(set),
            _ => None,
        })
    }

    /// Reads what follows the word ESEARCH.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let mut found = Self::default();
        if c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            c.each(|c| found.read_correlator(c))?;
        }
        while c.peek() == Some(b' ') {
            c.sp()?;
            if c.at_end() {
                c.tolerate(DeviationKind::TrailingSpace);
                break;
            }
            if found.items.is_empty() && !found.uid && c.eat_word(b"UID") {
                found.uid = true;
                continue;
            }
            found.items.push(ESearchItem::read(c)?);
        }
        Ok(found)
    }

    fn read_correlator(&mut self, c: &mut Cursor<'a>) -> Parsed<()> {
        let name = c.take(ATOM);
        c.sp()?;
        if name.eq_ignore_ascii_case(b"TAG") {
            self.tag = Some(c.astring()?);
        } else if name.eq_ignore_ascii_case(b"MAILBOX") {
            self.mailbox = Some(Mailbox::read(c)?);
        } else if name.eq_ignore_ascii_case(b"UIDVALIDITY") {
            self.uid_validity = Some(c.nz_number()?);
        } else {
            return c.error("TAG, MAILBOX or UIDVALIDITY");
        }
        Ok(())
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        let mut before: &[u8] = b" (";
        if let Some(tag) = &self.tag {
            e.raw(before);
            e.raw(b"TAG ");
            e.string(tag);
            before = b" ";
        }
        if let Some(mailbox) = &self.mailbox {
            e.raw(before);
            e.raw(b"MAILBOX ");
            mailbox.write(e);
            before = b" ";
        }
        if let Some(uid_validity) = self.uid_validity {
            e.raw(before);
            e.raw(b"UIDVALIDITY ");
            e.number(uid_validity);
            before = b" ";
        }
        if before == b" " {
            e.byte(b')');
        }
        if self.uid {
            e.raw(b" UID");
        }
        for item in &self.items {
            e.sp();
            item.write(e);
        }
    }
}

impl<'a> ESearchItem<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let name = c.atom()?;
        c.sp()?;
        let start = c.offset();
        match Self::read_known(c, name.as_str()) {
            Ok(Some(item)) if c.at_end() || c.peek() == Some(b' ') => return Ok(item),
            Ok(None) => c.rewind(start),
            _ => {
                c.rewind(start);
                c.tolerate(DeviationKind::Unknown);
            }
        }
        c.raw_value().map(|value| Self::Other(name, value))
    }

    fn read_known(c: &mut Cursor<'a>, name: &str) -> Parsed<Option<Self>> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        Ok(Some(match name.len() {
            3 if is("MIN") => Self::Min(c.nz_number()?),
            3 if is("MAX") => Self::Max(c.nz_number()?),
            3 if is("ALL") => Self::All(SequenceSet::read(c)?),
            5 if is("COUNT") => Self::Count(c.number()?),
            6 if is("MODSEQ") => Self::ModSeq(c.number64()?),
            7 if is("PARTIAL") => {
                c.byte(b'(', "a list in parentheses")?;
                let range = PartialRange::read(c)?;
                c.sp()?;
                let numbers = if matches!(c.peek(), Some(b'N' | b'n')) {
                    c.nil()?;
                    None
                } else {
                    Some(SequenceSet::read(c)?)
                };
                c.byte(b')', "a closing parenthesis")?;
                Self::Partial { range, numbers }
            }
            5 if is("ADDTO") => Self::AddTo(c.list(read_change)?),
            10 if is("REMOVEFROM") => Self::RemoveFrom(c.list(read_change)?),
            9 if is("RELEVANCY") => Self::Relevancy(c.list(Cursor::number)?),
            _ => return Ok(None),
        }))
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Min(n) => {
                e.raw(b"MIN ");
                e.number(*n);
            }
            Self::Max(n) => {
                e.raw(b"MAX ");
                e.number(*n);
            }
            Self::All(set) => {
                e.raw(b"ALL ");
                set.write(e);
            }
            Self::Count(n) => {
                e.raw(b"COUNT ");
                e.number(*n);
            }
            Self::ModSeq(n) => {
                e.raw(b"MODSEQ ");
                e.number(*n);
            }
            Self::Partial { range, numbers } => {
                e.raw(b"PARTIAL (");
                range.write(e);
                e.sp();
                match numbers {
                    Some(set) => set.write(e),
                    None => e.raw(b"NIL"),
                }
                e.byte(b')');
            }
            Self::AddTo(changes) => {
                e.raw(b"ADDTO ");
                e.list(changes, write_change);
            }
            Self::RemoveFrom(changes) => {
                e.raw(b"REMOVEFROM ");
                e.list(changes, write_change);
            }
            Self::Relevancy(scores) => {
                e.raw(b"RELEVANCY ");
                e.list(scores, |e, score| e.number(*score));
            }
            Self::Other(name, value) => {
                e.text(name.as_str());
                e.sp();
                e.verbatim(value);
            }
        }
    }
}

fn read_change<'a>(c: &mut Cursor<'a>) -> Parsed<(u32, SequenceSet<'a>)> {
    let position = c.number()?;
    c.sp()?;
    Ok((position, SequenceSet::read(c)?))
}

fn write_change(e: &mut Encoder<'_>, (position, set): &(u32, SequenceSet<'_>)) {
    e.number(*position);
    e.sp();
    set.write(e);
}
