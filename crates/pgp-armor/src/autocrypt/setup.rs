//! The Autocrypt Setup Message.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::ParseError;
use crate::mail::{Entity, InlineKind, boundary, inline_blocks, push_close, push_crlf};

/// The message by which a mail program hands the secret key of its user to another one.
///
/// [Autocrypt level 1, section 4.4](https://docs.autocrypt.org/level1.html#autocrypt-setup-message)
///
/// # Example
///
/// ```
/// use pgp_armor::autocrypt::{SetupCode, SetupMessage};
///
/// let code = SetupCode::try_from("1234-5678-9012-3456-7890-1234-5678-9012-3456").unwrap();
/// let mut message = b"From: a@example.org\r\nTo: a@example.org\r\nMIME-Version: 1.0\r\n".to_vec();
/// let armored = b"-----BEGIN PGP MESSAGE-----\r\n\
///     Passphrase-Format: numeric9x4\r\nPassphrase-Begin: 12\r\n\r\nwsBc\r\n\
///     -----END PGP MESSAGE-----\r\n";
/// SetupMessage::encode(armored, &mut message);
///
/// let setup = SetupMessage::parse(&message)?;
/// assert_eq!(setup.passphrase_format().as_deref(), Some("numeric9x4"));
/// assert_eq!(setup.passphrase_begin().as_deref(), Some(code.begin()));
/// assert!(setup.armored().starts_with(b"-----BEGIN PGP MESSAGE-----"));
/// # Ok::<(), pgp_armor::ParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SetupMessage<'a> {
    text: Cow<'a, [u8]>,
    block: core::ops::Range<usize>,
}

impl<'a> SetupMessage<'a> {
    /// Finds the encrypted key in a message.
    ///
    /// What is above and below the block in its part is ignored; it may be HTML.
    ///
    /// # Errors
    ///
    /// If the message has no `Autocrypt-Setup-Message: v1` field, no part
    /// `application/autocrypt-setup`, or no armored message in it.
    pub fn parse(message: &'a [u8]) -> Result<Self, ParseError> {
        let message = Entity::new(message);
        if message.field("autocrypt-setup-message").as_deref() != Some(b"v1") {
            return Err(ParseError::new(0, "Autocrypt-Setup-Message: v1"));
        }
        let is_setup =
            |entity: &Entity<'_>| entity.content_type().is("application/autocrypt-setup");
        let parts = message.parts(10).map(|parts| parts.parts).unwrap_or_default();
        let missing = ParseError::new(message.body_offset(), "application/autocrypt-setup");
        let part = parts.into_iter().chain([message]).find(is_setup).ok_or(missing)?;
        let text = part.decoded();
        let block = inline_blocks(&text)
            .into_iter()
            .chain(block_in_html(&text))
            .find(|block| block.kind == InlineKind::Message)
            .ok_or(ParseError::new(part.body_offset(), "an armored message"))?;
        Ok(SetupMessage { text, block: block.range })
    }

    /// Writes a setup message around an encrypted key: the fields that make it one, an empty line
    /// and the body. `From` and `To`, both the address of the user, and `MIME-Version` are to be
    /// written before.
    ///
    /// The armor should have the headers `Passphrase-Format: numeric9x4` and `Passphrase-Begin`
    /// with the first two digits of the [`SetupCode`].
    pub fn encode(armored: &[u8], out: &mut Vec<u8>) {
        let boundary = boundary::choose(&[armored]);
        let mut text = |text: &str| out.extend_from_slice(text.as_bytes());
        text("Autocrypt-Setup-Message: v1\r\nContent-Type: multipart/mixed; boundary=\"");
        text(&boundary);
        text("\"\r\n\r\n--");
        text(&boundary);
        text("\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n");
        text("This message contains all information to transfer your Autocrypt settings and\r\n");
        text("your secret key to another device. To set it up, open this message there, and\r\n");
        text("enter the setup code that was shown when it was made.\r\n--");
        text(&boundary);
        text("\r\nContent-Type: application/autocrypt-setup\r\n");
        text("Content-Disposition: attachment; filename=\"autocrypt-setup-message.asc\"\r\n\r\n");
        push_crlf(armored, out);
        push_close(&boundary, out);
    }

    /// Returns the armored message with the key, encrypted for the setup code.
    pub fn armored(&self) -> &[u8] {
        self.text.get(self.block.clone()).unwrap_or_default()
    }

    /// Returns the form of the setup code, such as `numeric9x4`.
    pub fn passphrase_format(&self) -> Option<String> {
        self.header("passphrase-format")
    }

    /// Returns the first digits of the setup code, to show to the user.
    pub fn passphrase_begin(&self) -> Option<String> {
        self.header("passphrase-begin")
    }

    fn header(&self, name: &str) -> Option<String> {
        let start = memchr::memchr(b'\n', self.armored())?;
        let value = Entity::new(self.armored().get(start + 1..)?).field(name)?;
        core::str::from_utf8(&value).ok().map(String::from)
    }
}

/// A block whose first or last line has HTML around it, as `<pre>-----BEGIN PGP MESSAGE-----`.
fn block_in_html(text: &[u8]) -> Option<crate::mail::Inline> {
    let start = memchr::memmem::find(text, b"-----BEGIN PGP MESSAGE-----")?;
    let rest = text.get(start..)?;
    let mark = b"-----END PGP MESSAGE-----";
    let end = start + memchr::memmem::find(rest, mark)? + mark.len();
    Some(crate::mail::Inline { kind: InlineKind::Message, range: start..end })
}

/// The code that a setup message is encrypted with: nine times four digits.
///
/// [Autocrypt level 1, section 4.4.2](https://docs.autocrypt.org/level1.html#setup-code)
///
/// # Example
///
/// ```
/// use pgp_armor::autocrypt::SetupCode;
///
/// let code = SetupCode::try_from("123456789012345678901234567890123456").unwrap();
/// assert_eq!(code.as_str(), "1234-5678-9012-3456-7890-1234-5678-9012-3456");
/// assert_eq!(code.begin(), "12");
/// assert_eq!(format!("{code:?}"), "SetupCode([redacted])");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SetupCode(String);

impl SetupCode {
    /// Returns the code with hyphens, which is the passphrase.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first two digits.
    pub fn begin(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

/// Text that is no [`SetupCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 36 digits")]
pub struct InvalidSetupCode;

impl TryFrom<&str> for SetupCode {
    type Error = InvalidSetupCode;

    fn try_from(text: &str) -> Result<Self, InvalidSetupCode> {
        let mut code = String::with_capacity(44);
        let mut digits = 0;
        for c in text.chars().filter(|c| *c != '-' && !c.is_whitespace()) {
            if !c.is_ascii_digit() || digits == 36 {
                return Err(InvalidSetupCode);
            }
            if digits > 0 && digits % 4 == 0 {
                code.push('-');
            }
            code.push(c);
            digits += 1;
        }
        if digits == 36 { Ok(SetupCode(code)) } else { Err(InvalidSetupCode) }
    }
}

impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode([redacted])")
    }
}
