//! Names of mailboxes, and modified UTF-7.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::literal::Encoder;
use crate::own::own_by_method;
use crate::syntax::{Cursor, Parsed};
use crate::{DeviationKind, ParseError, Str};

/// The name of a mailbox, as it goes over the wire.
///
/// In IMAP4rev1 a name is modified UTF-7, in IMAP4rev2 and after `ENABLE UTF8=ACCEPT` it is UTF-8;
/// the octets alone do not say which, so [`decode`](Self::decode) and [`encode`](Self::encode) ask.
/// `INBOX` is the same name in any case of its letters; all other names are compared by octets.
///
/// ```abnf
/// mailbox = "INBOX" / astring
/// ```
///
/// [RFC 9051, section 5.1](https://www.rfc-editor.org/rfc/rfc9051#section-5.1)
///
/// # Example
///
/// ```
/// use imap_proto::{Mailbox, NameEncoding};
///
/// let sent = Mailbox::encode("Envoy\u{e9}s", NameEncoding::ModifiedUtf7)?;
/// assert_eq!(sent.as_bytes(), b"Envoy&AOk-s");
/// assert_eq!(sent.decode(NameEncoding::ModifiedUtf7), "Envoy\u{e9}s");
/// assert_eq!(Mailbox::try_from("inbox")?, Mailbox::INBOX);
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Mailbox<'a>(Str<'a>);

/// What the octets of a mailbox name mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameEncoding {
    /// Modified UTF-7: IMAP4rev1.
    #[default]
    ModifiedUtf7,
    /// UTF-8: IMAP4rev2, or `UTF8=ACCEPT` is enabled.
    Utf8,
}

impl<'a> Mailbox<'a> {
    /// The primary mailbox of the user.
    pub const INBOX: Mailbox<'static> = Mailbox(Str::new(Cow::Borrowed(b"INBOX")));

    /// A name from the octets of the wire.
    #[must_use]
    pub const fn from_wire(octets: Str<'a>) -> Self {
        Self(octets)
    }

    /// A name from text.
    ///
    /// # Errors
    ///
    /// The text has a NUL.
    pub fn encode(name: &'a str, encoding: NameEncoding) -> Result<Self, ParseError> {
        let name = match encoding {
            NameEncoding::ModifiedUtf7 => encode_utf7(name),
            NameEncoding::Utf8 => Cow::Borrowed(name),
        };
        match name {
            Cow::Borrowed(name) => Str::try_from(name),
            Cow::Owned(name) => Str::try_from(name),
        }
        .map(Self)
    }

    /// The name as text.
    ///
    /// What is not valid in the encoding is shown as it is, with U+FFFD for what is not UTF-8: show
    /// such a name, but never make a name to send from it.
    #[must_use]
    pub fn decode(&self, encoding: NameEncoding) -> Cow<'_, str> {
        let lossy = self.0.to_string_lossy();
        match encoding {
            NameEncoding::Utf8 => lossy,
            NameEncoding::ModifiedUtf7 => match decode_utf7(&lossy) {
                Ok(Cow::Owned(name)) => Cow::Owned(name),
                _ => lossy,
            },
        }
    }

    /// The octets as on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The octets as text, without decoding, if they are UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        self.0.to_str()
    }

    /// Whether it is the primary mailbox.
    #[must_use]
    pub fn is_inbox(&self) -> bool {
        self.0.as_bytes().eq_ignore_ascii_case(b"INBOX")
    }

    /// The same name, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Mailbox<'static> {
        Mailbox(self.0.into_owned())
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.astring().map(Self)
    }

    /// The name at the end of a LIST line: servers forget to quote it.
    pub(crate) fn read_tolerantly(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        if let Ok(name) = c.astring() {
            let after = c.rest().trim_ascii_start();
            if after.is_empty() || c.rest().starts_with(b" (") {
                return Ok(Self(name));
            }
        }
        c.rewind(start);
        if matches!(c.peek(), Some(b'"' | b'{')) {
            // As bad as it is, the string says what is wrong with it.
            c.string()?;
            return c.error("the end of a mailbox name");
        }
        c.tolerate(DeviationKind::BadCharacter);
        let line = c.line();
        let len = match memchr::memmem::find(line, b" (") {
            Some(at) => at,
            None => line.len(),
        };
        let name = line.get(..len).unwrap_or_default().trim_ascii_end();
        c.rewind(start.saturating_add(name.len()));
        if name.is_empty() || name.contains(&0) {
            c.rewind(start);
            return c.error("a mailbox name");
        }
        Ok(Self(Str::new(Cow::Borrowed(name))))
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.astring(&self.0);
    }

    fn folded(&self) -> &[u8] {
        if self.is_inbox() { b"INBOX" } else { self.0.as_bytes() }
    }
}

impl PartialEq for Mailbox<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for Mailbox<'_> {}

impl PartialOrd for Mailbox<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Mailbox<'_> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Mailbox<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl fmt::Debug for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'a> TryFrom<&'a str> for Mailbox<'a> {
    type Error = ParseError;

    /// Takes the octets of the wire.
    fn try_from(name: &'a str) -> Result<Self, ParseError> {
        Str::try_from(name).map(Self)
    }
}

impl<'a> TryFrom<&'a [u8]> for Mailbox<'a> {
    type Error = ParseError;

    /// Takes the octets of the wire.
    fn try_from(name: &'a [u8]) -> Result<Self, ParseError> {
        Str::try_from(name).map(Self)
    }
}

impl TryFrom<String> for Mailbox<'_> {
    type Error = ParseError;

    /// Takes the octets of the wire.
    fn try_from(name: String) -> Result<Self, ParseError> {
        Str::try_from(name).map(Self)
    }
}

own_by_method!(Mailbox);

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Writes text in modified UTF-7: printable ASCII stands for itself but `&`, which is `&-`; the rest
/// is UTF-16 in base64 with `,` for `/`, between `&` and `-`.
///
/// [RFC 3501, section 5.1.3](https://www.rfc-editor.org/rfc/rfc3501#section-5.1.3)
///
/// # Example
///
/// ```
/// assert_eq!(imap_proto::encode_utf7("Tom & J\u{e9}r\u{f4}me"), "Tom &- J&AOk-r&APQ-me");
/// ```
#[must_use]
pub fn encode_utf7(text: &str) -> Cow<'_, str> {
    let direct = |ch: char| matches!(ch, ' '..='~') && ch != '&';
    if text.chars().all(direct) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    let mut bits = 0u32;
    let mut count = 0u32;
    let mut shifted = false;
    let put = |out: &mut String, index: u32| {
        let letter = BASE64.get((index & 63) as usize).copied().unwrap_or(b'A');
        out.push(char::from(letter));
    };
    for ch in text.chars() {
        if direct(ch) || ch == '&' {
            if shifted {
                if count > 0 {
                    put(&mut out, bits << (6 - count));
                }
                (bits, count, shifted) = (0, 0, false);
                out.push('-');
            }
            out.push(ch);
            if ch == '&' {
                out.push('-');
            }
            continue;
        }
        if !shifted {
            out.push('&');
            shifted = true;
        }
        for unit in ch.encode_utf16(&mut [0; 2]) {
            bits = ((bits & 0x3f) << 16) | u32::from(*unit);
            count += 16;
            while count >= 6 {
                count -= 6;
                put(&mut out, bits >> count);
            }
        }
    }
    if shifted {
        if count > 0 {
            put(&mut out, bits << (6 - count));
        }
        out.push('-');
    }
    Cow::Owned(out)
}

/// Reads modified UTF-7.
///
/// Encoded text that need not be encoded, and bits left over that are not 0, are taken: only the
/// letters count.
///
/// # Errors
///
/// A shift that does not end, a character that is not of base64, half a character of UTF-16, or
/// something other than printable ASCII outside of shifts.
///
/// # Example
///
/// ```
/// assert_eq!(imap_proto::decode_utf7("&U,BTFw-/&- more")?, "\u{53f0}\u{5317}/& more");
/// assert!(imap_proto::decode_utf7("&Jjo").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
pub fn decode_utf7(text: &str) -> Result<Cow<'_, str>, ParseError> {
    if let Some(at) = text.bytes().position(|b| !matches!(b, b' '..=b'~')) {
        return Err(ParseError::new(at, "printable ASCII"));
    }
    let Some((plain, mut rest)) = text.split_once('&') else { return Ok(Cow::Borrowed(text)) };
    let mut out = String::with_capacity(text.len());
    out.push_str(plain);
    loop {
        let at = text.len().saturating_sub(rest.len());
        let Some((shifted, after)) = rest.split_once('-') else {
            return Err(ParseError::new(text.len(), "the end of a shift"));
        };
        if shifted.is_empty() {
            out.push('&');
        } else {
            decode_shift(shifted, &mut out)
                .map_err(|offset| ParseError::new(at.saturating_add(offset), "UTF-16 in base64"))?;
        }
        match after.split_once('&') {
            Some((plain, more)) => {
                out.push_str(plain);
                rest = more;
            }
            None => {
                out.push_str(after);
                return Ok(Cow::Owned(out));
            }
        }
    }
}

fn decode_shift(text: &str, out: &mut String) -> Result<(), usize> {
    let mut bits = 0u32;
    let mut count = 0u32;
    let mut high: Option<u16> = None;
    for (i, b) in text.bytes().enumerate() {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return Err(i),
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count < 16 {
            continue;
        }
        count -= 16;
        let unit = (bits >> count) as u16;
        bits &= (1 << count) - 1;
        let decoded = match high.take() {
            Some(first) => char::decode_utf16([first, unit]).next(),
            None if (0xd800..0xdc00).contains(&unit) => {
                high = Some(unit);
                continue;
            }
            None => char::decode_utf16([unit]).next(),
        };
        match decoded {
            Some(Ok(ch)) => out.push(ch),
            _ => return Err(i),
        }
    }
    if high.is_some() || count >= 6 { Err(text.len()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc_3501_examples() {
        let name = "~peter/mail/&U,BTFw-/&ZeVnLIqe-";
        assert_eq!(decode_utf7(name).unwrap(), "~peter/mail/台北/日本語");
        assert_eq!(encode_utf7("~peter/mail/台北/日本語"), name);
        assert_eq!(decode_utf7("&Jjo-!").unwrap(), "☺!");
        assert!(decode_utf7("&Jjo!").is_err());
        assert_eq!(decode_utf7("&U,BTF2XlZyyKng-").unwrap(), "台北日本語");
        assert_eq!(encode_utf7("台北日本語"), "&U,BTF2XlZyyKng-");
    }

    #[test]
    fn what_is_not_utf7() {
        for (bad, offset) in [
            ("&", 1),
            ("a&AOk", 5),
            ("&AO/-", 3),
            ("&2AA-", 4),
            ("&3AA-", 3),
            ("é", 0),
            ("\t", 0),
            ("&A-", 2),
        ] {
            assert_eq!(decode_utf7(bad).unwrap_err().offset, offset, "{bad}");
        }
    }

    #[test]
    fn names_that_cannot_be_decoded_are_shown_as_they_are() {
        let show = |octets: &'static [u8]| {
            Mailbox::try_from(octets).unwrap().decode(NameEncoding::ModifiedUtf7).into_owned()
        };
        assert_eq!(show(b"A&B"), "A&B");
        assert_eq!(show("Entwürfe".as_bytes()), "Entwürfe");
        assert_eq!(show(b"Entw\xfcrfe"), "Entw\u{fffd}rfe");
    }

    #[test]
    fn list_lines_with_names_that_should_be_quoted() {
        let read = |line: &'static [u8]| {
            let mut c = Cursor::new(line);
            let name = Mailbox::read_tolerantly(&mut c);
            (name.map(|n| n.as_bytes().to_vec()), c.rest())
        };
        assert_eq!(read(b"INBOX/\tF\r\n"), (Ok(b"INBOX/\tF".to_vec()), &b"\r\n"[..]));
        assert_eq!(read(b"50% off (x)\r\n"), (Ok(b"50% off".to_vec()), &b" (x)\r\n"[..]));
        assert_eq!(read(b"plain (x)\r\n"), (Ok(b"plain".to_vec()), &b" (x)\r\n"[..]));
        assert!(read(b"\"open\r\n").0.is_err());
        assert!(read(b"\r\n").0.is_err());
    }

    proptest! {
        #[test]
        fn utf7_round_trip(text in "\\PC{0,20}") {
            let encoded = encode_utf7(&text);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(&*decode_utf7(&encoded).unwrap(), &text);
        }

        #[test]
        fn any_name_decodes(octets in proptest::collection::vec(1..=255u8, 0..20)) {
            let name = Mailbox::try_from(&octets[..]).unwrap();
            let _ = name.decode(NameEncoding::ModifiedUtf7);
            let _ = name.decode(NameEncoding::Utf8);
        }
    }
}
