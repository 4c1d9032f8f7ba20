use crate::literal::Encoder;
use crate::own::{own_plain, own_struct};
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{DeviationKind, ResponseCode, Text};

/// How a command ended, or what else the server reports.
///
/// ```abnf
/// resp-cond-state = ("OK" / "NO" / "BAD") SP resp-text
/// resp-cond-auth  = ("OK" / "PREAUTH") SP resp-text
/// resp-cond-bye   = "BYE" SP resp-text
/// ```
///
/// [RFC 9051, section 7.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// It worked; in the greeting: log in now.
    Ok,
    /// It did not work.
    No,
    /// It was wrong to ask.
    Bad,
    /// The greeting of a server that knows the user already.
    PreAuth,
    /// The connection ends.
    Bye,
}

own_plain!(Condition);

impl Condition {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::No => "NO",
            Self::Bad => "BAD",
            Self::PreAuth => "PREAUTH",
            Self::Bye => "BYE",
        }
    }

    #[inline]
    pub(crate) fn find(word: &[u8]) -> Option<Self> {
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        match word.len() {
            2 if is(b"OK") => Some(Self::Ok),
            2 if is(b"NO") => Some(Self::No),
            3 if is(b"BAD") => Some(Self::Bad),
            3 if is(b"BYE") => Some(Self::Bye),
            7 if is(b"PREAUTH") => Some(Self::PreAuth),
            _ => None,
        }
    }
}

/// A status response, tagged or not: a condition, a code for programs, and text for people.
///
/// ```abnf
/// resp-text = ["[" resp-text-code "]" SP] [text]
/// ```
///
/// [RFC 9051, section 7.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.1)
///
/// # Example
///
/// ```
/// use imap_proto::{Response, ResponseCode, Status, Text};
///
/// let status = Status::no(Text::from_static("no such mailbox")).with_code(ResponseCode::NonExistent);
/// let mut out = Vec::new();
/// Response::Status(status).encode(&mut out);
/// assert_eq!(out, b"* NO [NONEXISTENT] no such mailbox\r\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status<'a> {
    /// The condition.
    pub condition: Condition,
    /// For programs.
    pub code: Option<ResponseCode<'a>>,
    /// For people.
    pub text: Text<'a>,
}

own_struct! { Status { condition, code, text } }

impl<'a> Status<'a> {
    /// A status without a code.
    #[must_use]
    pub const fn new(condition: Condition, text: Text<'a>) -> Self {
        Self { condition, code: None, text }
    }

    /// `OK`.
    #[must_use]
    pub const fn ok(text: Text<'a>) -> Self {
        Self::new(Condition::Ok, text)
    }

    /// `NO`.
    #[must_use]
    pub const fn no(text: Text<'a>) -> Self {
        Self::new(Condition::No, text)
    }

    /// `BAD`.
    #[must_use]
    pub const fn bad(text: Text<'a>) -> Self {
        Self::new(Condition::Bad, text)
    }

    /// `PREAUTH`.
    #[must_use]
    pub const fn pre_auth(text: Text<'a>) -> Self {
        Self::new(Condition::PreAuth, text)
    }

    /// `BYE`.
    #[must_use]
    pub const fn bye(text: Text<'a>) -> Self {
        Self::new(Condition::Bye, text)
    }

    /// The same status with a code.
    #[must_use]
    pub fn with_code(self, code: ResponseCode<'a>) -> Self {
        Self { code: Some(code), ..self }
    }

    /// Whether the condition is `OK`.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.condition == Condition::Ok
    }

    /// Reads a status, with the end of its line still to come.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let Some(condition) = Condition::find(c.take(ATOM)) else {
            c.rewind(start);
            return c.error("OK, NO, BAD, PREAUTH or BYE");
        };
        let (code, text) = read_text(c)?;
        Ok(Self { condition, code, text })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(self.condition.as_str());
        e.sp();
        write_text(self.code.as_ref(), &self.text, e);
    }
}

/// Reads SP and `resp-text`; both may be missing.
pub(crate) fn read_text<'a>(c: &mut Cursor<'a>) -> Parsed<(Option<ResponseCode<'a>>, Text<'a>)> {
    if c.at_end() {
        c.tolerate(DeviationKind::Missing);
        return Ok((None, Text::default()));
    }
    if !c.eat(b' ') {
        return c.error("a space");
    }
    if c.peek_after_sp() == Some(b'[') {
        c.tolerate(DeviationKind::ExtraSpace);
        c.skip(1);
        return Ok((None, read_line(c)));
    }
    let start = c.offset();
    if c.eat(b'[') {
        match ResponseCode::read(c) {
            Ok(code) => {
                if !c.eat(b' ') {
                    c.tolerate(DeviationKind::MissingSpace);
                }
                return Ok((Some(code), read_line(c)));
            }
            Err(_) => {
                // No bracket closes: text that happens to begin so.
                c.rewind(start);
                c.tolerate(DeviationKind::BadCharacter);
            }
        }
    }
    Ok((None, read_line(c)))
}

fn read_line<'a>(c: &mut Cursor<'a>) -> Text<'a> {
    let start = c.offset();
    let mut line = c.line();
    if !matches!(c.rest(), b"" | b"\r\n" | b"\n") {
        // A lone CR or LF in the text.
        c.rewind(start);
        c.tolerate(DeviationKind::BadCharacter);
        line = c.remainder();
    }
    if !line.is_ascii() && core::str::from_utf8(line).is_err() {
        c.tolerate_at(DeviationKind::EightBit, start);
    }
    Text::from_line(line)
}

/// Writes `resp-text`.
pub(crate) fn write_text(code: Option<&ResponseCode<'_>>, text: &Text<'_>, e: &mut Encoder<'_>) {
    if let Some(code) = code {
        e.byte(b'[');
        code.write(e);
        e.raw(b"] ");
    } else if text.as_bytes().iter().find(|b| **b != b' ') == Some(&b'[') {
        // Without a code, this would become one. The space is not read again.
        e.sp();
    }
    e.raw(text.as_bytes());
}
