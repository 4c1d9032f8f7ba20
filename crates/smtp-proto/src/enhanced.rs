use core::fmt;

use crate::ParseError;

/// What a reply says to programs, finer than its code.
///
/// ```abnf
/// status-code = class "." subject "." detail
/// class       = "2"/"4"/"5"
/// subject     = 1*3digit
/// detail      = 1*3digit
/// ```
///
/// [RFC 3463, section 2](https://www.rfc-editor.org/rfc/rfc3463#section-2); the registered ones are
/// in [RFC 5248](https://www.rfc-editor.org/rfc/rfc5248)'s registry, others are kept as they are.
///
/// # Example
///
/// ```
/// use smtp_proto::EnhancedCode;
///
/// let code = EnhancedCode::try_from("5.1.1")?;
/// assert_eq!(code, EnhancedCode::BAD_MAILBOX);
/// assert_eq!((code.class(), code.subject(), code.detail()), (5, 1, 1));
/// assert_eq!(code.to_string(), "5.1.1");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedCode {
    class: u8,
    subject: u16,
    detail: u16,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $class:literal $subject:literal $detail:literal,)*) => {
        impl EnhancedCode {
            $($(#[$doc])* pub const $name: Self =
                Self { class: $class, subject: $subject, detail: $detail };)*
        }
    };
}

codes! {
    /// 2.0.0: done.
    OK 2 0 0,
    /// 2.1.0: the sender is fine.
    SENDER_OK 2 1 0,
    /// 2.1.5: the recipient is fine.
    RECIPIENT_OK 2 1 5,
    /// 2.6.0: the message is accepted.
    MESSAGE_OK 2 6 0,
    /// 2.7.0: logged in.
    AUTHENTICATED 2 7 0,
    /// 4.2.2: the mailbox is full.
    MAILBOX_FULL 4 2 2,
    /// 4.3.0: some trouble of the mail system, for now.
    SYSTEM_TROUBLE 4 3 0,
    /// 4.3.1: the mail system is full.
    SYSTEM_FULL 4 3 1,
    /// 4.3.2: the system takes no messages now.
    NOT_ACCEPTING 4 3 2,
    /// 4.5.3: too many recipients; the rest may be sent later.
    TOO_MANY_RECIPIENTS 4 5 3,
    /// 4.7.0: not allowed now.
    TRY_LATER 4 7 0,
    /// 5.1.1: no such mailbox.
    BAD_MAILBOX 5 1 1,
    /// 5.1.2: no such system.
    BAD_SYSTEM 5 1 2,
    /// 5.1.3: the recipient's address is malformed.
    BAD_SYNTAX_OF_RECIPIENT 5 1 3,
    /// 5.1.7: the sender's address is malformed.
    BAD_SYNTAX_OF_SENDER 5 1 7,
    /// 5.2.3: the message is too large for this mailbox.
    TOO_LARGE_FOR_MAILBOX 5 2 3,
    /// 5.3.4: the message is too large for this system.
    TOO_LARGE 5 3 4,
    /// 5.5.0: some trouble with the protocol.
    PROTOCOL 5 5 0,
    /// 5.5.1: the command cannot be here, or is not known.
    INVALID_COMMAND 5 5 1,
    /// 5.5.2: the syntax is wrong.
    SYNTAX_ERROR 5 5 2,
    /// 5.5.4: the arguments are wrong.
    INVALID_ARGUMENTS 5 5 4,
    /// 5.5.6: a line of an exchange is too long.
    EXCHANGE_TOO_LONG 5 5 6,
    /// 5.6.0: something about the content.
    CONTENT 5 6 0,
    /// 5.6.1: this kind of content is not supported.
    CONTENT_UNSUPPORTED 5 6 1,
    /// 5.6.7: addresses outside of ASCII are not possible here.
    UTF8_UNSUPPORTED 5 6 7,
    /// 5.7.0: not allowed.
    NOT_ALLOWED 5 7 0,
    /// 5.7.1: not allowed to send this.
    NOT_AUTHORIZED 5 7 1,
    /// 5.7.8: the credentials are wrong.
    BAD_CREDENTIALS 5 7 8,
    /// 5.7.11: TLS is needed for this mechanism.
    ENCRYPTION_NEEDED 5 7 11,
}

impl EnhancedCode {
    /// A code of three numbers: the class is 2, 4 or 5, the others are below 1000.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        if !matches!(class, 2 | 4 | 5) || subject > 999 || detail > 999 {
            return None;
        }
        Some(Self { class, subject, detail })
    }

    /// 2 for success, 4 for a failure that may pass, 5 for one that stays.
    #[must_use]
    pub const fn class(self) -> u8 {
        self.class
    }

    /// What it is about: 1 addresses, 2 mailboxes, 3 the system, 4 the network, 5 the protocol, 6
    /// the content, 7 policy.
    #[must_use]
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// What exactly.
    #[must_use]
    pub const fn detail(self) -> u16 {
        self.detail
    }

    pub(crate) fn encode(self, out: &mut alloc::vec::Vec<u8>) {
        crate::syntax::push_number(u64::from(self.class), out);
        for number in [self.subject, self.detail] {
            out.push(b'.');
            crate::syntax::push_number(u64::from(number), out);
        }
    }

    /// The code that a text begins with, if it has one digit in each part and a space behind it, as
    /// nearly all have.
    #[inline]
    pub(crate) fn read_short(text: &[u8]) -> Option<Self> {
        let [class @ (b'2' | b'4' | b'5'), b'.', subject, b'.', detail, b' ', ..] = text else {
            return None;
        };
        let digit = |byte: u8| byte.wrapping_sub(b'0');
        let (class, subject, detail) = (digit(*class), digit(*subject), digit(*detail));
        (subject <= 9 && detail <= 9).then_some(Self {
            class,
            subject: u16::from(subject),
            detail: u16::from(detail),
        })
    }

    /// The code that a text begins with, and what follows it.
    pub(crate) fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        if let Some(code) = Self::read_short(text) {
            return Some((code, text.get(6..).unwrap_or_default()));
        }
        let (class, rest) = part(text, 1)?;
        let (subject, rest) = part(rest.strip_prefix(b".")?, 3)?;
        let (detail, rest) = part(rest.strip_prefix(b".")?, 3)?;
        let code = Self::new(u8::try_from(class).ok()?, subject, detail)?;
        match rest.split_first() {
            None => Some((code, rest)),
            Some((b' ' | b'\t', rest)) => Some((code, rest)),
            Some(_) => None,
        }
    }
}

/// A number of at most so many digits.
fn part(text: &[u8], digits: usize) -> Option<(u16, &[u8])> {
    let len = text.iter().take(digits).take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(len)?;
    if number.is_empty() {
        return None;
    }
    let digit =
        |n: u16, b: &u8| n.saturating_mul(10).saturating_add(u16::from(b.saturating_sub(b'0')));
    Some((number.iter().fold(0, digit), rest))
}

impl TryFrom<&str> for EnhancedCode {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        match Self::read(text.as_bytes()) {
            Some((code, [])) if !text.ends_with([' ', '\t']) => Ok(code),
            _ => Err(ParseError::new(0, "an enhanced status code")),
        }
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn codes() {
        for text in ["2.0.0", "4.999.1", "5.7.26"] {
            assert_eq!(EnhancedCode::try_from(text).unwrap().to_string(), text);
        }
        for bad in ["", "3.0.0", "22.1.0", "2.1", "2.1.", "2.1.0x", "2.1000.0", "2.1.0 ", " 2.1.0"]
        {
            assert!(EnhancedCode::try_from(bad).is_err(), "{bad:?}");
        }
        let (code, rest) = EnhancedCode::read(b"2.1.0 Ok").unwrap();
        assert_eq!((code, rest), (EnhancedCode::SENDER_OK, &b"Ok"[..]));
    }
}
