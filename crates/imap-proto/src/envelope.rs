use alloc::vec::Vec;

use crate::lists::{Addresses, loose_nstring};
use crate::literal::Encoder;
use crate::own::{own_by_method, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Deviation, DeviationKind, ParseError, Raw, Str};

/// The header fields that a list of messages shows, as the server parsed them.
///
/// ```abnf
/// envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP
///            env-cc SP env-bcc SP env-in-reply-to SP env-message-id ")"
/// ```
///
/// [RFC 9051, section 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2). Strings are as
/// they stand in the message: encoded words are not decoded.
///
/// # Example
///
/// ```
/// use imap_proto::Envelope;
///
/// let text = br#"(NIL "hi" (("A" NIL "a" "x.test")) NIL NIL NIL NIL NIL NIL "<1@x.test>")"#;
/// let envelope = Envelope::parse(text)?;
/// let from = envelope.from.iter().next().and_then(|address| address.mailbox);
/// assert_eq!(from.unwrap_or_default(), "a");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Envelope<'a> {
    /// `Date`, as it stands in the message.
    pub date: Option<Str<'a>>,
    /// `Subject`.
    pub subject: Option<Str<'a>>,
    /// `From`.
    pub from: Addresses<'a>,
    /// `Sender`; the server repeats `From` where there is none.
    pub sender: Addresses<'a>,
    /// `Reply-To`; the server repeats `From` where there is none.
    pub reply_to: Addresses<'a>,
    /// `To`.
    pub to: Addresses<'a>,
    /// `Cc`.
    pub cc: Addresses<'a>,
    /// `Bcc`.
    pub bcc: Addresses<'a>,
    /// `In-Reply-To`.
    pub in_reply_to: Option<Str<'a>>,
    /// `Message-ID`.
    pub message_id: Option<Str<'a>>,
}

own_struct! {
    Envelope { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id }
}

impl<'a> Envelope<'a> {
    /// Reads the value of an ENVELOPE item, from its first to its last parenthesis.
    ///
    /// Missing fields at the end are `None`.
    ///
    /// # Errors
    ///
    /// It is not an envelope, whatever is tolerated.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value);
        let envelope = Self::read(&mut c)?;
        c.end()?;
        Ok(envelope)
    }

    /// The same, with what was tolerated.
    ///
    /// # Errors
    ///
    /// It is not an envelope, whatever is tolerated.
    pub fn parse_noting(value: &'a [u8]) -> Result<(Self, Vec<Deviation>), ParseError> {
        let mut c = Cursor::new(value);
        let envelope = Self::read(&mut c)?;
        c.end()?;
        Ok((envelope, c.into_deviations()))
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'(', "an envelope")?;
        let mut envelope = Self::default();
        let mut field = 0u8;
        loop {
            match field {
                0 => envelope.date = loose_nstring(c)?,
                1 => envelope.subject = loose_nstring(c)?,
                2 => envelope.from = addresses(c)?,
                3 => envelope.sender = addresses(c)?,
                4 => envelope.reply_to = addresses(c)?,
                5 => envelope.to = addresses(c)?,
                6 => envelope.cc = addresses(c)?,
                7 => envelope.bcc = addresses(c)?,
                8 => envelope.in_reply_to = loose_nstring(c)?,
                9 => envelope.message_id = loose_nstring(c)?,
                _ => {
                    c.no_sp();
                    c.byte(b')', "the end of an envelope")?;
                    return Ok(envelope);
                }
            }
            field += 1;
            if field < 10 {
                if c.peek() == Some(b')') {
                    c.tolerate(DeviationKind::Missing);
                    field = 10;
                } else {
                    c.sp()?;
                }
            }
        }
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        e.nstring(self.date.as_ref());
        e.sp();
        e.nstring(self.subject.as_ref());
        e.sp();
        for list in [&self.from, &self.sender, &self.reply_to, &self.to, &self.cc, &self.bcc] {
            list.write(e);
            e.sp();
        }
        e.nstring(self.in_reply_to.as_ref());
        e.sp();
        e.nstring(self.message_id.as_ref());
        e.byte(b')');
    }
}

/// An envelope as it stands in a FETCH response: read by [`parse`](Self::parse), so one that nobody
/// looks at costs nothing, and one that cannot be read harms nothing else.
///
/// # Example
///
/// ```
/// use imap_proto::{Envelope, LazyEnvelope};
///
/// let lazy = LazyEnvelope::from(&Envelope::default());
/// assert_eq!(lazy.as_bytes(), b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
/// assert_eq!(lazy.parse()?, Envelope::default());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LazyEnvelope<'a>(Raw<'a>);

impl<'a> LazyEnvelope<'a> {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// It is not an envelope, whatever is tolerated.
    pub fn parse(&self) -> Result<Envelope<'_>, ParseError> {
        Envelope::parse(self.as_bytes())
    }

    /// The text as on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> LazyEnvelope<'static> {
        LazyEnvelope(self.0.into_owned())
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.peek() != Some(b'(') {
            return c.error("an envelope");
        }
        c.raw_value().map(Self)
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.verbatim(&self.0);
    }
}

impl From<&Envelope<'_>> for LazyEnvelope<'static> {
    fn from(envelope: &Envelope<'_>) -> Self {
        let mut out = Vec::new();
        envelope.write(&mut Encoder::response(&mut out, false));
        Self(Raw::from_encoded(out))
    }
}

own_by_method!(LazyEnvelope);

/// `env-from` and the like: a list in parentheses, or NIL. An empty list and an empty string stand
/// for NIL.
fn addresses<'a>(c: &mut Cursor<'a>) -> Parsed<Addresses<'a>> {
    match c.peek() {
        Some(b'"') => {
            let start = c.offset();
            if !c.quoted()?.is_empty() {
                return Err(ParseError::new(start, "a list of addresses"));
            }
            c.tolerate_at(DeviationKind::BadCharacter, start);
            Ok(Addresses::default())
        }
        Some(b'(') if c.peek2() == Some(b')') => {
            c.tolerate(DeviationKind::Missing);
            c.skip(2);
            Ok(Addresses::default())
        }
        _ => Addresses::read(c),
    }
}
