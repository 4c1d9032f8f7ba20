use alloc::string::{String, ToString};
use core::fmt;

/// What a block is said to hold: the text between `-----BEGIN PGP ` and the dashes.
///
/// ```abnf
/// ; RFC 9580, section 6.2.1, has four; the others are from before
/// label = "MESSAGE" / "PUBLIC KEY BLOCK" / "PRIVATE KEY BLOCK" / "SIGNATURE"
/// ```
///
/// [RFC 9580, section 6.2.1](https://www.rfc-editor.org/rfc/rfc9580#section-6.2.1)
///
/// # Example
///
/// ```
/// use pgp_armor::Label;
///
/// assert_eq!(Label::parse(b"PUBLIC KEY BLOCK"), Some(Label::PublicKey));
/// assert_eq!(Label::parse(b"MESSAGE, PART 2/3"), Some(Label::MessagePart { part: 2, of: Some(3) }));
/// assert_eq!(Label::parse(b"RECIPE").map(|l| l.to_string()).as_deref(), Some("RECIPE"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Label {
    /// `MESSAGE`: something encrypted, signed or compressed.
    Message,
    /// `PUBLIC KEY BLOCK`
    PublicKey,
    /// `PRIVATE KEY BLOCK`
    PrivateKey,
    /// `SIGNATURE`: detached, or that of a cleartext message.
    Signature,
    /// `SIGNED MESSAGE`: the start of a cleartext message.
    SignedMessage,
    /// `ARMORED FILE`: anything, written by GnuPG.
    File,
    /// `SECRET KEY BLOCK`, written by PGP 2.
    SecretKey,
    /// `MESSAGE, PART X/Y` or `MESSAGE, PART X`, known to RFC 4880 only.
    MessagePart {
        /// The number of the part.
        part: u32,
        /// The number of parts.
        of: Option<u32>,
    },
    /// Any other: printable ASCII.
    Other(OtherLabel),
}

/// The text of an unknown label: printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OtherLabel(String);

impl OtherLabel {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Label {
    /// Reads the text between the dashes. `None` if it is empty, or not printable ASCII, or has
    /// spaces at its ends or five dashes in it.
    pub fn parse(text: &[u8]) -> Option<Label> {
        Some(match text {
            b"MESSAGE" => Label::Message,
            b"PUBLIC KEY BLOCK" => Label::PublicKey,
            b"PRIVATE KEY BLOCK" => Label::PrivateKey,
            b"SIGNATURE" => Label::Signature,
            b"SIGNED MESSAGE" => Label::SignedMessage,
            b"ARMORED FILE" => Label::File,
            b"SECRET KEY BLOCK" => Label::SecretKey,
            _ => {
                let printable = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
                if text.is_empty() || text.trim_ascii() != text || !printable {
                    return None;
                }
                let text = str::from_utf8(text).ok()?;
                if text.contains("-----") {
                    return None;
                }
                message_part(text).unwrap_or_else(|| Label::Other(OtherLabel(text.to_string())))
            }
        })
    }
}

/// Reads `MESSAGE, PART X/Y` where writing gives the same text again.
fn message_part(text: &str) -> Option<Label> {
    let numbers = text.strip_prefix("MESSAGE, PART ")?;
    let (part, of) = match numbers.split_once('/') {
        Some((part, of)) => (part.parse().ok()?, Some(of.parse().ok()?)),
        None => (numbers.parse().ok()?, None),
    };
    let label = Label::MessagePart { part, of };
    (label.to_string() == text).then_some(label)
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Label::Message => "MESSAGE",
            Label::PublicKey => "PUBLIC KEY BLOCK",
            Label::PrivateKey => "PRIVATE KEY BLOCK",
            Label::Signature => "SIGNATURE",
            Label::SignedMessage => "SIGNED MESSAGE",
            Label::File => "ARMORED FILE",
            Label::SecretKey => "SECRET KEY BLOCK",
            Label::MessagePart { part, of: Some(of) } => {
                return write!(f, "MESSAGE, PART {part}/{of}");
            }
            Label::MessagePart { part, of: None } => return write!(f, "MESSAGE, PART {part}"),
            Label::Other(OtherLabel(text)) => text,
        })
    }
}
