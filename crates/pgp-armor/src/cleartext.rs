//! Cleartext messages: text that stays readable, and signatures below it.
//!
//! [RFC 9580, section 7](https://www.rfc-editor.org/rfc/rfc9580#section-7)
//!
//! ```text
//! -----BEGIN PGP SIGNED MESSAGE-----
//! Hash: SHA256
//!
//! text, lines with a dash escaped
//! -----BEGIN PGP SIGNATURE-----
//!
//! base64
//! -----END PGP SIGNATURE-----
//! ```
//!
//! What is shown and what is signed are kept apart: [`Message::shown`] has the lines as they came,
//! [`Message::signed`] the bytes that the signature is over. Where the RFC forbids to verify,
//! there are no such bytes. The push form is [`Decoder`](crate::Decoder) with its
//! [`Event::Text`](crate::Event::Text).

use alloc::vec::Vec;
use core::ops::Range;

use crate::armor::{Item, Items, SignedText};
use crate::{Block, Config, Error, Fault, Header, Label, Note};

mod canonical;
mod writer;

pub use canonical::Canonical;
pub use writer::{Hash, Writer, write};

/// A cleartext message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// The text without dash escapes, without spaces and tabs at line ends and without the last
    /// line end. Other line ends are as they came.
    pub shown: Vec<u8>,
    signed: Vec<u8>,
    fault: Option<Fault>,
    /// The header lines: `Hash` only, and of no meaning (RFC 9580, section 6.2.2.3).
    pub headers: Vec<Header>,
    /// The signature blocks, one or more. Each may hold several signature packets.
    pub signatures: Vec<Block>,
    /// What was tolerated in head and text. Blocks have notes of their own.
    pub notes: Vec<Note>,
    /// From the start of the first line to the end of the last signature. What is outside is not
    /// signed.
    pub span: Range<usize>,
}

impl Message {
    /// Returns the bytes that the signatures are over: lines end with CR LF.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the signatures must be declined.
    pub fn signed(&self) -> Result<&[u8], Fault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(&self.signed),
        }
    }
}

/// Reads the first cleartext message of a text.
///
/// # Errors
///
/// [`Error::NoBlock`] if there is none, [`Error::Refused`] if it has no signature or something in
/// it is damaged.
///
/// # Example
///
/// ```
/// let text = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- - item  \nbye\n\
///     -----BEGIN PGP SIGNATURE-----\n\nwgEE\n-----END PGP SIGNATURE-----\n";
/// let message = pgp_armor::cleartext::read(text)?;
/// assert_eq!(message.shown, b"- item\nbye");
/// assert_eq!(message.signed(), Ok(&b"- item\r\nbye"[..]));
/// assert_eq!(message.signatures[0].data, [0xC2, 1, 4]);
/// # Ok::<(), pgp_armor::Error>(())
/// ```
pub fn read(text: &[u8]) -> Result<Message, Error> {
    read_with(text, &Config::default())
}

/// Reads the first cleartext message of a text as configured.
///
/// # Errors
///
/// As [`read`], with the policy and the limits of `config`.
pub fn read_with(text: &[u8], config: &Config) -> Result<Message, Error> {
    match Messages::new(text, config).next() {
        Some(message) => message,
        None => Err(Error::NoBlock),
    }
}

/// Reads all cleartext messages of a text.
///
/// # Errors
///
/// As [`read_with`], but no message gives an empty list.
pub fn read_all(text: &[u8], config: &Config) -> Result<Vec<Message>, Error> {
    Messages::new(text, config).collect()
}

struct Messages<'a> {
    text: &'a [u8],
    items: Items<'a>,
    /// A text that followed another without a signature, or an error behind a message.
    next: Option<Result<Item, Error>>,
}

impl<'a> Messages<'a> {
    fn new(text: &'a [u8], config: &Config) -> Self {
        Messages { text, items: Items::new(text, config), next: None }
    }

    /// Adds the signature blocks between which there is only white space.
    fn with_signatures(&mut self, text: SignedText) -> Message {
        let SignedText { headers, signed, shown, fault, notes, span } = text;
        let mut message =
            Message { shown, signed, fault, headers, signatures: Vec::new(), notes, span };
        while let Some(item) = self.items.next() {
            match item {
                Ok(Item::Block(block)) if self.follows(&message, &block) => {
                    message.span.end = block.span.end;
                    message.signatures.push(block);
                }
                other => {
                    self.next = Some(other);
                    break;
                }
            }
        }
        message
    }

    fn follows(&self, message: &Message, block: &Block) -> bool {
        let between = self.text.get(message.span.end..block.span.start).unwrap_or_default();
        block.label == Label::Signature && between.trim_ascii().is_empty()
    }
}

impl Iterator for Messages<'_> {
    type Item = Result<Message, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next.take().or_else(|| self.items.next())? {
                Ok(Item::Text(text)) => {
                    let message = self.with_signatures(text);
                    // An error in its signature is the message's own.
                    if message.signatures.is_empty()
                        && let Some(Err(error)) = &self.next
                    {
                        return Some(Err(error.clone()));
                    }
                    return Some(Ok(message));
                }
                Ok(Item::Block(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
