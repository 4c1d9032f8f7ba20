//! FETCH.

use alloc::vec::Vec;

use super::search::{PartialRange, extension, write_extension};
use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::section::{read_binary, write_binary};
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{ParseError, PartNumber, Partial, Raw, Section, SequenceSet, Word};

/// The arguments of FETCH.
///
/// ```abnf
/// fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att /
///         "(" fetch-att *(SP fetch-att) ")") [fetch-modifiers]
/// ```
///
/// [RFC 9051, section 6.4.5](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5),
/// [RFC 4466, section 2.4](https://www.rfc-editor.org/rfc/rfc4466#section-2.4)
///
/// # Example
///
/// ```
/// use imap_proto::{Command, Fetch, FetchAttribute, SequenceSet};
///
/// let set = SequenceSet::try_from("1:*")?;
/// let fetch = Fetch::new(true, set, vec![FetchAttribute::Flags, FetchAttribute::Envelope]);
/// let mut out = Vec::new();
/// Command::Fetch(fetch).encode(&mut out);
/// assert_eq!(out, b"UID FETCH 1:* (FLAGS ENVELOPE)");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch<'a> {
    /// Whether the set has UIDs.
    pub uid: bool,
    /// The messages.
    pub messages: SequenceSet<'a>,
    /// What is wanted of each.
    pub attributes: FetchAttributes<'a>,
    /// Conditions.
    pub modifiers: Vec<FetchModifier<'a>>,
}

own_struct! { Fetch { uid, messages, attributes, modifiers } }

/// What is wanted of each message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchAttributes<'a> {
    /// `ALL`: flags, internal date, size and envelope.
    All,
    /// `FAST`: flags, internal date and size.
    Fast,
    /// `FULL`: flags, internal date, size, envelope and body structure without extensions.
    Full,
    /// This one, without parentheses.
    One(FetchAttribute<'a>),
    /// These, in parentheses; at least one.
    List(Vec<FetchAttribute<'a>>),
}

own_enum! { FetchAttributes { All, Fast, Full, One(attribute), List(attributes) } }

impl<'a> FetchAttributes<'a> {
    /// The attributes one by one; those that `ALL`, `FAST` and `FULL` stand for.
    #[must_use]
    pub fn to_list(&self) -> Vec<FetchAttribute<'a>> {
        use FetchAttribute::{BodyStructureBase, Envelope, Flags, InternalDate, Size};
        match self {
            Self::Fast => alloc::vec![Flags, InternalDate, Size],
            Self::All => alloc::vec![Flags, InternalDate, Size, Envelope],
            Self::Full => alloc::vec![Flags, InternalDate, Size, Envelope, BodyStructureBase],
            Self::One(one) => alloc::vec![one.clone()],
            Self::List(list) => list.clone(),
        }
    }
}

/// A thing to fetch.
///
/// ```abnf
/// fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" / "RFC822.SIZE" / "BODY" ["STRUCTURE"] /
///             "UID" / "BODY" section [partial] / "BODY.PEEK" section [partial] /
///             "BINARY" [".PEEK"] section-binary [partial] / "BINARY.SIZE" section-binary
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9), and the attributes of
/// the extensions as said at each.
///
/// # Example
///
/// ```
/// use imap_proto::{FetchAttribute, Partial};
///
/// let first = FetchAttribute::parse(b"BODY.PEEK[1.2]<0.4096>")?;
/// let FetchAttribute::Body { peek, partial, .. } = first else { panic!() };
/// assert!(peek);
/// assert_eq!(partial, Partial::new(0, 4096));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchAttribute<'a> {
    /// The envelope, made of header fields.
    Envelope,
    /// The flags.
    Flags,
    /// When it arrived.
    InternalDate,
    /// The whole message (IMAP4rev1): `RFC822`.
    Rfc822,
    /// Its header (IMAP4rev1), without setting `\Seen`: `RFC822.HEADER`.
    Rfc822Header,
    /// Its body (IMAP4rev1): `RFC822.TEXT`.
    Rfc822Text,
    /// Its size in octets: `RFC822.SIZE`.
    Size,
    /// The body structure with extension data.
    BodyStructure,
    /// The body structure without extension data: `BODY`.
    BodyStructureBase,
    /// The UID.
    Uid,
    /// A section of the message.
    Body {
        /// Whether `\Seen` is left alone.
        peek: bool,
        /// Which section.
        section: Section<'a>,
        /// Which octets of it; all if there is none.
        partial: Option<Partial>,
    },
    /// A section, decoded ([RFC 3516](https://www.rfc-editor.org/rfc/rfc3516)).
    Binary {
        /// Whether `\Seen` is left alone.
        peek: bool,
        /// The part; the whole message if there is none.
        part: Option<PartNumber<'a>>,
        /// Which octets of it; all if there is none.
        partial: Option<Partial>,
    },
    /// The size of a decoded section ([RFC 3516](https://www.rfc-editor.org/rfc/rfc3516)).
    BinarySize(Option<PartNumber<'a>>),
    /// The mod-sequence ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162)).
    ModSeq,
    /// The identifier ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474)).
    EmailId,
    /// The thread's identifier ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474)).
    ThreadId,
    /// When it was saved ([RFC 8514](https://www.rfc-editor.org/rfc/rfc8514)).
    SaveDate,
    /// The first words of the text ([RFC 8970](https://www.rfc-editor.org/rfc/rfc8970)).
    Preview {
        /// Only if it costs the server nothing.
        lazy: bool,
    },
    /// Gmail's number of the message (`X-GM-EXT-1`).
    GmailMessageId,
    /// Gmail's number of the thread (`X-GM-EXT-1`).
    GmailThreadId,
    /// Gmail's labels (`X-GM-EXT-1`).
    GmailLabels,
    /// Another one, with what stands in parentheses after it.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! {
    FetchAttribute {
        Envelope, Flags, InternalDate, Rfc822, Rfc822Header, Rfc822Text, Size, BodyStructure,
        BodyStructureBase, Uid, Body { peek, section, partial }, Binary { peek, part, partial },
        BinarySize(part), ModSeq, EmailId, ThreadId, SaveDate, Preview { lazy }, GmailMessageId,
        GmailThreadId, GmailLabels, Other(name, value),
    }
}

/// A condition of FETCH.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchModifier<'a> {
    /// Only messages that changed after this mod-sequence
    /// ([RFC 7162, section 3.1.4](https://www.rfc-editor.org/rfc/rfc7162#section-3.1.4)).
    ChangedSince(u64),
    /// Also the UIDs that are gone
    /// ([RFC 7162, section 3.2.6](https://www.rfc-editor.org/rfc/rfc7162#section-3.2.6)).
    Vanished,
    /// Only a page of the messages ([RFC 9394](https://www.rfc-editor.org/rfc/rfc9394)).
    Partial(PartialRange),
    /// Another one, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! { FetchModifier { ChangedSince(n), Vanished, Partial(range), Other(name, value) } }

impl<'a> Fetch<'a> {
    /// Asks for these attributes.
    #[must_use]
    pub fn new(uid: bool, messages: SequenceSet<'a>, attributes: Vec<FetchAttribute<'a>>) -> Self {
        let attributes = FetchAttributes::List(attributes);
        Self { uid, messages, attributes, modifiers: Vec::new() }
    }

    pub(crate) fn read(c: &mut Cursor<'a>, uid: bool) -> Parsed<Self> {
        c.sp()?;
        let messages = SequenceSet::read(c)?;
        c.sp()?;
        let attributes = if c.peek() == Some(b'(') {
            let list = c.list(FetchAttribute::read)?;
            if list.is_empty() {
                return c.error("something to fetch");
            }
            FetchAttributes::List(list)
        } else if c.eat_word(b"ALL") {
            FetchAttributes::All
        } else if c.eat_word(b"FAST") {
            FetchAttributes::Fast
        } else if c.eat_word(b"FULL") {
            FetchAttributes::Full
        } else {
            FetchAttributes::One(FetchAttribute::read(c)?)
        };
        let modifiers = super::select::parameters(c, FetchModifier::read)?;
        Ok(Self { uid, messages, attributes, modifiers })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(if self.uid { "UID FETCH " } else { "FETCH " });
        self.messages.write(e);
        match &self.attributes {
            FetchAttributes::All => e.text(" ALL"),
            FetchAttributes::Fast => e.text(" FAST"),
            FetchAttributes::Full => e.text(" FULL"),
            FetchAttributes::List(list) => {
                e.sp();
                match list.as_slice() {
                    [] => e.text("UID"),
                    many => e.list(many, |e, attribute| attribute.write(e)),
                }
            }
            FetchAttributes::One(one) => {
                e.sp();
                one.write(e);
            }
        }
        if !self.modifiers.is_empty() {
            e.sp();
            e.list(&self.modifiers, |e, modifier| modifier.write(e));
        }
    }
}

impl<'a> FetchAttribute<'a> {
    /// Reads one attribute.
    ///
    /// # Errors
    ///
    /// It is not one.
    pub fn parse(input: &'a [u8]) -> Result<Self, ParseError> {
        let mut c = Cursor::new(input);
        let attribute = Self::read(&mut c)?;
        c.end()?;
        Ok(attribute)
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let word = name(c)?;
        let mut upper = [0u8; 16];
        let Some(known) = upper.get_mut(..word.len()) else { return Self::other(c, start) };
        known.copy_from_slice(word.as_bytes());
        known.make_ascii_uppercase();
        let bracket = c.peek() == Some(b'[');
        Ok(match &*known {
            b"ENVELOPE" => Self::Envelope,
            b"FLAGS" => Self::Flags,
            b"INTERNALDATE" => Self::InternalDate,
            b"RFC822" => Self::Rfc822,
            b"RFC822.HEADER" => Self::Rfc822Header,
            b"RFC822.TEXT" => Self::Rfc822Text,
            b"RFC822.SIZE" => Self::Size,
            b"BODYSTRUCTURE" => Self::BodyStructure,
            b"BODY" if !bracket => Self::BodyStructureBase,
            b"UID" => Self::Uid,
            b"BODY" | b"BODY.PEEK" if bracket => Self::Body {
                peek: word.len() > 4,
                section: Section::read(c)?,
                partial: Partial::read(c)?,
            },
            b"BINARY" | b"BINARY.PEEK" if bracket => Self::Binary {
                peek: word.len() > 6,
                part: read_binary(c)?,
                partial: Partial::read(c)?,
            },
            b"BINARY.SIZE" if bracket => Self::BinarySize(read_binary(c)?),
            b"MODSEQ" => Self::ModSeq,
            b"EMAILID" => Self::EmailId,
            b"THREADID" => Self::ThreadId,
            b"SAVEDATE" => Self::SaveDate,
            b"PREVIEW" => {
                let lazy = c.eat_text(b" (LAZY)");
                if lazy || c.peek_after_sp() != Some(b'(') {
                    Self::Preview { lazy }
                } else {
                    return Self::other(c, start);
                }
            }
            b"X-GM-MSGID" => Self::GmailMessageId,
            b"X-GM-THRID" => Self::GmailThreadId,
            b"X-GM-LABELS" => Self::GmailLabels,
            _ => return Self::other(c, start),
        })
    }

    fn other(c: &mut Cursor<'a>, start: usize) -> Parsed<Self> {
        c.rewind(start);
        let word = Word::from_atom(c.atom()?);
        if c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            return Ok(Self::Other(word, Some(c.raw_value()?)));
        }
        Ok(Self::Other(word, None))
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Envelope => e.text("ENVELOPE"),
            Self::Flags => e.text("FLAGS"),
            Self::InternalDate => e.text("INTERNALDATE"),
            Self::Rfc822 => e.text("RFC822"),
            Self::Rfc822Header => e.text("RFC822.HEADER"),
            Self::Rfc822Text => e.text("RFC822.TEXT"),
            Self::Size => e.text("RFC822.SIZE"),
            Self::BodyStructure => e.text("BODYSTRUCTURE"),
            Self::BodyStructureBase => e.text("BODY"),
            Self::Uid => e.text("UID"),
            Self::Body { peek, section, partial } => {
                e.text(if *peek { "BODY.PEEK" } else { "BODY" });
                section.write(e);
                if let Some(partial) = partial {
                    partial.write(e);
                }
            }
            Self::Binary { peek, part, partial } => {
                e.text(if *peek { "BINARY.PEEK" } else { "BINARY" });
                write_binary(part.as_ref(), e);
                if let Some(partial) = partial {
                    partial.write(e);
                }
            }
            Self::BinarySize(part) => {
                e.text("BINARY.SIZE");
                write_binary(part.as_ref(), e);
            }
            Self::ModSeq => e.text("MODSEQ"),
            Self::EmailId => e.text("EMAILID"),
            Self::ThreadId => e.text("THREADID"),
            Self::SaveDate => e.text("SAVEDATE"),
            Self::Preview { lazy: false } => e.text("PREVIEW"),
            Self::Preview { lazy: true } => e.text("PREVIEW (LAZY)"),
            Self::GmailMessageId => e.text("X-GM-MSGID"),
            Self::GmailThreadId => e.text("X-GM-THRID"),
            Self::GmailLabels => e.text("X-GM-LABELS"),
            Self::Other(name, value) => write_extension(name, value.as_ref(), e),
        }
    }
}

/// The name in front of a section, or the whole name.
fn name<'a>(c: &mut Cursor<'a>) -> Parsed<&'a str> {
    let start = c.offset();
    let word = c.take1(ATOM, "something to fetch")?;
    match memchr::memchr(b'[', word.as_bytes()) {
        Some(at) => {
            c.rewind(start.saturating_add(at));
            Ok(word.get(..at).unwrap_or_default())
        }
        None => Ok(word),
    }
}

impl<'a> FetchModifier<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.eat_word(b"CHANGEDSINCE") {
            c.sp()?;
            return Ok(Self::ChangedSince(c.number64()?));
        }
        if c.eat_word(b"VANISHED") {
            return Ok(Self::Vanished);
        }
        if c.eat_word(b"PARTIAL") {
            c.sp()?;
            return Ok(Self::Partial(PartialRange::read(c)?));
        }
        let (name, value) = extension(c)?;
        Ok(Self::Other(name, value))
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::ChangedSince(n) => {
                e.text("CHANGEDSINCE ");
                e.number(*n);
            }
            Self::Vanished => e.text("VANISHED"),
            Self::Partial(range) => {
                e.text("PARTIAL ");
                range.write(e);
            }
            Self::Other(name, value) => write_extension(name, value.as_ref(), e),
        }
    }
}
