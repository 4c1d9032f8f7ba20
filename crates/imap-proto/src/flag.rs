use alloc::borrow::Cow;
use core::fmt;

use crate::literal::Encoder;
use crate::own::{own_by_method, own_enum};
use crate::syntax::{Cursor, LOOSE, Parsed, announces, is_class};
use crate::words::Words;
use crate::{ParseError, Word};

/// A flag of a message.
///
/// Names are the same in any case of their letters; the case of keywords is kept.
///
/// ```abnf
/// flag           = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" /
///                  flag-keyword / flag-extension
/// flag-extension = "\" atom
/// flag-keyword   = "$MDNSent" / "$Forwarded" / "$Junk" / "$NotJunk" / "$Phishing" / atom
/// flag-perm      = flag / "\*"
/// flag-fetch     = flag / "\Recent"
/// ```
///
/// [RFC 9051, section 2.3.2](https://www.rfc-editor.org/rfc/rfc9051#section-2.3.2)
///
/// # Example
///
/// ```
/// use imap_proto::Flag;
///
/// assert_eq!(Flag::try_from("\\seen")?, Flag::Seen);
/// assert_eq!(Flag::try_from("$Forwarded")?.to_string(), "$Forwarded");
/// assert!(Flag::try_from("two words").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Flag<'a> {
    /// `\Seen`: read.
    Seen,
    /// `\Answered`.
    Answered,
    /// `\Flagged`: for attention.
    Flagged,
    /// `\Deleted`: removed by the next EXPUNGE.
    Deleted,
    /// `\Draft`: not finished.
    Draft,
    /// `\Recent`: this session is the first to see the message (IMAP4rev1).
    Recent,
    /// `\*`, in `PERMANENTFLAGS` and some FLAGS responses: new keywords can be made.
    Any,
    /// A keyword: a word of the user's or of another RFC.
    Keyword(Word<'a>),
    /// `\` and another name, given without the backslash.
    Extension(Word<'a>),
}

own_enum! {
    Flag {
        Seen, Answered, Flagged, Deleted, Draft, Recent, Any, Keyword(word), Extension(word),
    }
}

impl<'a> Flag<'a> {
    /// `$MDNSent` ([RFC 3503](https://www.rfc-editor.org/rfc/rfc3503)).
    pub const MDN_SENT: Flag<'static> = Flag::Keyword(Word::new(Cow::Borrowed("$MDNSent")));
    /// `$Forwarded` ([RFC 5550](https://www.rfc-editor.org/rfc/rfc5550)).
    pub const FORWARDED: Flag<'static> = Flag::Keyword(Word::new(Cow::Borrowed("$Forwarded")));
    /// `$Junk`.
    pub const JUNK: Flag<'static> = Flag::Keyword(Word::new(Cow::Borrowed("$Junk")));
    /// `$NotJunk`.
    pub const NOT_JUNK: Flag<'static> = Flag::Keyword(Word::new(Cow::Borrowed("$NotJunk")));
    /// `$Phishing`.
    pub const PHISHING: Flag<'static> = Flag::Keyword(Word::new(Cow::Borrowed("$Phishing")));

    fn from_word(text: &'a str) -> Self {
        let Some(name) = text.strip_prefix('\\') else {
            return Self::Keyword(Word::new(Cow::Borrowed(text)));
        };
        let known = match name.len() {
            1 if name == "*" => Some(Self::Any),
            4 if name.eq_ignore_ascii_case("Seen") => Some(Self::Seen),
            5 if name.eq_ignore_ascii_case("Draft") => Some(Self::Draft),
            6 if name.eq_ignore_ascii_case("Recent") => Some(Self::Recent),
            7 if name.eq_ignore_ascii_case("Flagged") => Some(Self::Flagged),
            7 if name.eq_ignore_ascii_case("Deleted") => Some(Self::Deleted),
            8 if name.eq_ignore_ascii_case("Answered") => Some(Self::Answered),
            _ => None,
        };
        known.unwrap_or_else(|| match name {
            // A lone backslash is no name, and is kept as it is.
            "" => Self::Keyword(Word::new(Cow::Borrowed(text))),
            name => Self::Extension(Word::new(Cow::Borrowed(name))),
        })
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.loose("a flag").map(Self::from_word)
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        use fmt::Write;
        let _ = write!(e, "{self}");
    }

    /// The name without the backslash.
    fn name(&self) -> (&str, bool) {
        match self {
            Self::Seen => ("Seen", true),
            Self::Answered => ("Answered", true),
            Self::Flagged => ("Flagged", true),
            Self::Deleted => ("Deleted", true),
            Self::Draft => ("Draft", true),
            Self::Recent => ("Recent", true),
            Self::Any => ("*", true),
            Self::Extension(word) => (word.as_str(), true),
            Self::Keyword(word) => (word.as_str(), false),
        }
    }
}

impl PartialEq for Flag<'_> {
    fn eq(&self, other: &Self) -> bool {
        let ((a, a_slash), (b, b_slash)) = (self.name(), other.name());
        a_slash == b_slash && a.eq_ignore_ascii_case(b)
    }
}

impl Eq for Flag<'_> {}

impl core::hash::Hash for Flag<'_> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        let (name, slash) = self.name();
        slash.hash(state);
        for b in name.bytes() {
            b.to_ascii_lowercase().hash(state);
        }
    }
}

impl fmt::Display for Flag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, slash) = self.name();
        if slash {
            f.write_str("\\")?;
        }
        f.write_str(name)
    }
}

impl<'a> TryFrom<&'a str> for Flag<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        match text.bytes().position(|b| !is_class(b, LOOSE)) {
            Some(at) => Err(ParseError::new(at, "a flag")),
            None if text.is_empty() || announces(text.as_bytes()) => {
                Err(ParseError::new(0, "a flag"))
            }
            None => Ok(Self::from_word(text)),
        }
    }
}

/// The flags of a message or of a mailbox, in their order.
///
/// They are kept as text and read by [`iter`](Self::iter).
///
/// ```abnf
/// flag-list = "(" [flag *(SP flag)] ")"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use imap_proto::{Flag, Flags};
///
/// let flags: Flags<'_> = [Flag::Seen, Flag::FORWARDED].into_iter().collect();
/// assert!(flags.contains(&Flag::Seen));
/// assert_eq!(flags.to_string(), "(\\Seen $Forwarded)");
/// ```
#[derive(Clone, Default)]
pub struct Flags<'a>(Words<'a>);

impl<'a> Flags<'a> {
    /// No flags.
    pub const NONE: Flags<'static> = Flags(Words::new(""));

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        Words::read(c, "flags").map(Self)
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        e.text(self.0.as_str());
        e.byte(b')');
    }

    /// One flag after the other.
    pub fn iter(&self) -> impl Iterator<Item = Flag<'_>> + Clone {
        self.0.iter().map(Flag::from_word)
    }

    /// Whether a flag is there.
    #[must_use]
    pub fn contains(&self, flag: &Flag<'_>) -> bool {
        self.iter().any(|f| f == *flag)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a flag at the end.
    pub fn push(&mut self, flag: &Flag<'_>) {
        let (name, slash) = flag.name();
        if slash {
            let mut text = alloc::string::String::with_capacity(name.len().saturating_add(1));
            text.push('\\');
            text.push_str(name);
            self.0.push(&text);
        } else {
            self.0.push(name);
        }
    }

    /// The same flags, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Flags<'static> {
        Flags(self.0.into_owned())
    }
}

impl PartialEq for Flags<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Flags<'_> {}

impl fmt::Display for Flags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.0.as_str())
    }
}

impl fmt::Debug for Flags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'b> FromIterator<Flag<'b>> for Flags<'static> {
    fn from_iter<I: IntoIterator<Item = Flag<'b>>>(flags: I) -> Self {
        let mut list = Self::NONE;
        for flag in flags {
            list.push(&flag);
        }
        list
    }
}

own_by_method!(Flags);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn lists_as_servers_send_them() {
        let read = |line: &'static [u8]| {
            let mut c = Cursor::new(line);
            let flags = Flags::read(&mut c).map(|f| f.to_string());
            (flags, c.into_deviations().len())
        };
        assert_eq!(read(b"()"), (Ok("()".into()), 0));
        assert_eq!(read(b"(\\Seen)"), (Ok("(\\Seen)".into()), 0));
        assert_eq!(read(b"(\\Seen $X )"), (Ok("(\\Seen $X)".into()), 1));
        assert_eq!(read(b"( \\Seen  \\*)"), (Ok("(\\Seen \\*)".into()), 1));
        assert_eq!(read(b"(OIB-Seen-[Gmail]/All)"), (Ok("(OIB-Seen-[Gmail]/All)".into()), 0));
        for bad in [&b"(\\Seen"[..], b"\\Seen", b"(a (b))", b"(\"a\")", b"(\xff)", b"(a\r\n)"] {
            assert!(Flags::read(&mut Cursor::new(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_in_any_case() {
        for (text, flag) in [
            ("\\SEEN", Flag::Seen),
            ("\\answered", Flag::Answered),
            ("\\fLAGGED", Flag::Flagged),
            ("\\deleted", Flag::Deleted),
            ("\\draft", Flag::Draft),
            ("\\recent", Flag::Recent),
            ("\\*", Flag::Any),
            ("$junk", Flag::JUNK),
        ] {
            assert_eq!(Flag::try_from(text), Ok(flag));
        }
        assert_eq!(Flag::try_from("\\XFoo").unwrap().to_string(), "\\XFoo");
        assert_eq!(Flag::try_from("\\").unwrap().to_string(), "\\");
        assert_ne!(Flag::try_from("Seen").unwrap(), Flag::Seen);
        for bad in ["", "a b", "a)", "a\r\nb", "a\0"] {
            assert!(Flag::try_from(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn made_and_read_again() {
        let flags: Flags<'_> =
            [Flag::Seen, Flag::Any, Flag::Extension(Word::try_from("X").unwrap())]
                .into_iter()
                .collect();
        let text = flags.to_string();
        assert_eq!(text, "(\\Seen \\* \\X)");
        assert_eq!(Flags::read(&mut Cursor::new(text.as_bytes())), Ok(flags.clone()));
        assert_eq!(flags.iter().collect::<Vec<_>>().len(), 3);
    }
}
