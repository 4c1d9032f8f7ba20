//! The values that stand for one word on the wire: strings, atoms, tags, human-readable text, and
//! the content of bodies.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::ParseError;
use crate::literal::Announcement;
use crate::syntax::{ATOM, LOOSE, TAG, announces, is_class};

/// A string: any octets but NUL.
///
/// On the wire it takes the form that its place and its octets allow: an atom, a quoted string or a
/// literal. So it can never end a line or begin another command.
///
/// # Example
///
/// ```
/// use imap_proto::Str;
///
/// let subject = Str::try_from("Gr\u{fc}\u{df}e")?;
/// assert_eq!(subject.to_str(), Some("Gr\u{fc}\u{df}e"));
/// assert!(Str::try_from("no \0 please").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str<'a>(Cow<'a, [u8]>);

impl<'a> Str<'a> {
    pub(crate) const fn new(octets: Cow<'a, [u8]>) -> Self {
        Self(octets)
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The octets as text, if they are UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// The octets as text, with U+FFFD in the place of what is not UTF-8.
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The octets, borrowed for as long as the input they came from where nothing had to be
    /// unescaped.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.0
    }

    /// The same string, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Str<'static> {
        Str(Cow::Owned(self.0.into_owned()))
    }

    /// The same string, borrowing this one.
    #[must_use]
    pub fn as_ref(&self) -> Str<'_> {
        Str(Cow::Borrowed(&self.0))
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string_lossy(), f)
    }
}

impl PartialEq<str> for Str<'_> {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

fn no_nul(octets: &[u8]) -> Result<(), ParseError> {
    match memchr::memchr(0, octets) {
        Some(at) => Err(ParseError::new(at, "an octet other than NUL")),
        None => Ok(()),
    }
}

impl<'a> TryFrom<&'a [u8]> for Str<'a> {
    type Error = ParseError;

    fn try_from(octets: &'a [u8]) -> Result<Self, ParseError> {
        no_nul(octets)?;
        Ok(Self(Cow::Borrowed(octets)))
    }
}

impl<'a> TryFrom<&'a str> for Str<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}

impl TryFrom<Vec<u8>> for Str<'_> {
    type Error = ParseError;

    fn try_from(octets: Vec<u8>) -> Result<Self, ParseError> {
        no_nul(&octets)?;
        Ok(Self(Cow::Owned(octets)))
    }
}

impl TryFrom<String> for Str<'_> {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::try_from(text.into_bytes())
    }
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $class:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name<'a>(Cow<'a, str>);

        impl<'a> $name<'a> {
            pub(crate) const fn new(text: Cow<'a, str>) -> Self {
                Self(text)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The same, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name(Cow::Owned(self.0.into_owned()))
            }

            fn check(text: &str) -> Result<(), ParseError> {
                match text.bytes().position(|b| !is_class(b, $class)) {
                    Some(at) => Err(ParseError::new(at, $expected)),
                    None if text.is_empty() || announces(text.as_bytes()) => {
                        Err(ParseError::new(0, $expected))
                    }
                    None => Ok(()),
                }
            }
        }

        impl<'a> TryFrom<&'a str> for $name<'a> {
            type Error = ParseError;

            fn try_from(text: &'a str) -> Result<Self, ParseError> {
                Self::check(text)?;
                Ok(Self(Cow::Borrowed(text)))
            }
        }

        impl TryFrom<String> for $name<'_> {
            type Error = ParseError;

            fn try_from(text: String) -> Result<Self, ParseError> {
                Self::check(&text)?;
                Ok(Self(Cow::Owned(text)))
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl PartialEq<str> for $name<'_> {
            fn eq(&self, other: &str) -> bool {
                *self.0 == *other
            }
        }

        impl PartialEq<&str> for $name<'_> {
            fn eq(&self, other: &&str) -> bool {
                *self.0 == **other
            }
        }
    };
}

word! {
    /// A word without spaces and specials, such as the name of an extension or of a mechanism.
    ///
    /// Comparison is by octets; most places of the protocol ignore the case of letters, for which
    /// there is `as_str().eq_ignore_ascii_case(..)`.
    ///
    /// ```abnf
    /// atom = 1*ATOM-CHAR
    /// ```
    ///
    /// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::Atom;
    ///
    /// assert!(Atom::try_from("SCRAM-SHA-256").is_ok());
    /// assert!(Atom::try_from("two words").is_err());
    /// ```
    Atom, ATOM, "an atom"
}

word! {
    /// The word in front of a command, by which its answer is known.
    ///
    /// ```abnf
    /// tag = 1*<any ASTRING-CHAR except "+">
    /// ```
    ///
    /// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::Tag;
    ///
    /// assert!(Tag::try_from("a001").is_ok());
    /// assert!(Tag::try_from("+").is_err());
    /// ```
    Tag, TAG, "a tag"
}

word! {
    /// A word that this crate gives no meaning to, kept as it came: anything without spaces,
    /// control characters at the ends of lines, parentheses and double quotes.
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::Word;
    ///
    /// assert!(Word::try_from("X[1]*\\").is_ok());
    /// assert!(Word::try_from("a\r\nb").is_err());
    /// ```
    Word, LOOSE, "a word"
}

impl<'a> Word<'a> {
    /// An atom is a word.
    pub(crate) fn from_atom(atom: Atom<'a>) -> Self {
        Self(atom.0)
    }
}

/// Human-readable text up to the end of a line: no CR, LF or NUL.
///
/// ```abnf
/// text = 1*TEXT-CHAR
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9). Octets above 127 are
/// kept, whatever they mean.
///
/// # Example
///
/// ```
/// use imap_proto::Text;
///
/// assert_eq!(Text::try_from("LOGIN completed")?.to_string_lossy(), "LOGIN completed");
/// assert!(Text::try_from("two\r\nlines").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    /// Text that is known to be good: a literal in the program. Everything from the first CR, LF or
    /// NUL on is left out.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Text<'static> {
        let mut rest = text.as_bytes();
        let mut len = 0;
        while let [first, tail @ ..] = rest {
            if matches!(*first, b'\r' | b'\n' | 0) {
                break;
            }
            len += 1;
            rest = tail;
        }
        let (good, _) = text.as_bytes().split_at(len);
        Text(Cow::Borrowed(good))
    }

    /// Takes octets of a line that was framed, leaving out what `text` may not have.
    pub(crate) fn from_line(octets: &'a [u8]) -> Self {
        if octets.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            let good = octets.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n' | 0)).collect();
            return Self(Cow::Owned(good));
        }
        Self(Cow::Borrowed(octets))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// The text, with U+FFFD in the place of what is not UTF-8.
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same text, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string_lossy(), f)
    }
}

fn one_line(octets: &[u8]) -> Result<(), ParseError> {
    match octets.iter().position(|b| matches!(b, b'\r' | b'\n' | 0)) {
        Some(at) => Err(ParseError::new(at, "text without CR, LF or NUL")),
        None => Ok(()),
    }
}

impl<'a> TryFrom<&'a [u8]> for Text<'a> {
    type Error = ParseError;

    fn try_from(octets: &'a [u8]) -> Result<Self, ParseError> {
        one_line(octets)?;
        Ok(Self(Cow::Borrowed(octets)))
    }
}

impl<'a> TryFrom<&'a str> for Text<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}

impl TryFrom<String> for Text<'_> {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        one_line(text.as_bytes())?;
        Ok(Self(Cow::Owned(text.into_bytes())))
    }
}

/// The octets of a body: here, or on their way past as chunks.
///
/// A connection hands large bodies out as `Event::BodyChunk`s and takes them in with `send_body`;
/// the unit they belong to then has their size in their place.
///
/// # Example
///
/// ```
/// use imap_proto::Content;
///
/// let here = Content::from(&b"From: a@example.org\r\n"[..]);
/// assert_eq!(here.len(), 21);
/// let streamed = Content::Streamed { len: 100_000_000 };
/// assert_eq!(streamed.octets(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Content<'a> {
    /// The octets.
    Inline(Cow<'a, [u8]>),
    /// Octets that stream.
    Streamed {
        /// How many.
        len: u64,
    },
}

impl Content<'_> {
    /// How many octets.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Inline(octets) => octets.len() as u64,
            Self::Streamed { len } => *len,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The octets, if they are here.
    #[must_use]
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Inline(octets) => Some(octets),
            Self::Streamed { .. } => None,
        }
    }

    /// The same content, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Content<'static> {
        match self {
            Self::Inline(octets) => Content::Inline(Cow::Owned(octets.into_owned())),
            Self::Streamed { len } => Content::Streamed { len },
        }
    }
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(octets) => fmt::Debug::fmt(&String::from_utf8_lossy(octets), f),
            Self::Streamed { len } => write!(f, "<{len} bytes streamed>"),
        }
    }
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self::Inline(Cow::Borrowed(octets))
    }
}

impl From<Vec<u8>> for Content<'_> {
    fn from(octets: Vec<u8>) -> Self {
        Self::Inline(Cow::Owned(octets))
    }
}

/// A piece of a unit verbatim, with the literals in it: what this crate gives no meaning to and can
/// send again.
///
/// It is checked when it is made: no line ends in it but those that belong to a literal, and each
/// literal is complete. So it cannot end a unit early.
///
/// # Example
///
/// ```
/// use imap_proto::Raw;
///
/// assert!(Raw::try_from(&b"(\"x\" {2}\r\nhi)"[..]).is_ok());
/// assert!(Raw::try_from(&b"x\r\nA1 LOGOUT"[..]).is_err());
/// assert!(Raw::try_from(&b"x {9}\r\nhi"[..]).is_err());
/// assert!(Raw::try_from(&b"x {9}"[..]).is_err());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Raw<'a>(Cow<'a, [u8]>);

impl<'a> Raw<'a> {
    /// Takes values that a cursor went over, which are checked by that.
    pub(crate) fn from_unit(octets: &'a [u8]) -> Self {
        debug_assert!(Self::check(octets, true).is_ok(), "a cursor goes over whole literals only");
        Self(Cow::Borrowed(octets))
    }

    /// Checks that no line ends in a piece of a unit but those that belong to a literal. NUL, outside
    /// of literals, does no harm to the framing.
    pub(crate) fn check(octets: &[u8], nul: bool) -> Result<(), ParseError> {
        let mut at = 0usize;
        loop {
            let rest = octets.get(at..).unwrap_or_default();
            let Some(end) =
                rest.iter().position(|b| matches!(b, b'\r' | b'\n') || (*b == 0 && !nul))
            else {
                return match Announcement::at_end(rest) {
                    Some(_) => Err(ParseError::new(octets.len(), "the octets of a literal")),
                    None => Ok(()),
                };
            };
            let line = rest.get(..end).unwrap_or_default();
            let after = rest.get(end..).unwrap_or_default();
            let after = after.strip_prefix(b"\r").unwrap_or(after).strip_prefix(b"\n");
            let size = Announcement::at_end(line).and_then(|a| usize::try_from(a.size).ok());
            match (after, size) {
                (Some(after), Some(size)) if size <= after.len() => {
                    let skipped = after.len().saturating_sub(size);
                    at = octets.len().saturating_sub(skipped);
                }
                _ => return Err(ParseError::new(at.saturating_add(end), "one unit")),
            }
        }
    }

    /// Takes what an encoder wrote.
    pub(crate) const fn from_encoded(octets: Vec<u8>) -> Self {
        Self(Cow::Owned(octets))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Raw<'static> {
        Raw(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> TryFrom<&'a [u8]> for Raw<'a> {
    type Error = ParseError;

    fn try_from(octets: &'a [u8]) -> Result<Self, ParseError> {
        Self::check(octets, false)?;
        Ok(Self(Cow::Borrowed(octets)))
    }
}

impl<'a> TryFrom<&'a str> for Raw<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}
