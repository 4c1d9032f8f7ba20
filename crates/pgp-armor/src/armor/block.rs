use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::machine::{Core, Step};
use super::{Config, Crc, Fault, Label};
use crate::{Error, Note};

/// A decoded block.
///
/// # Example
///
/// ```
/// use pgp_armor::{Crc, Label, decode};
///
/// let text = b"Hi,\n\n-----BEGIN PGP SIGNATURE-----\nComment: short\n\nwgM=\n-----END PGP SIGNATURE-----\n";
/// let block = decode(text)?;
/// assert_eq!(block.label, Label::Signature);
/// assert_eq!(block.header("Comment").next(), Some(&b"short"[..]));
/// assert_eq!(block.data, [0xC2, 0x03]);
/// assert_eq!(block.crc, Crc::Absent);
/// assert_eq!(block.span, 5..text.len());
/// assert!(block.notes.is_empty());
/// # Ok::<(), pgp_armor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block {
    /// What it is said to hold.
    pub label: Label,
    /// The header lines in order.
    pub headers: Vec<Header>,
    /// The decoded bytes.
    pub data: Vec<u8>,
    /// What the checksum says.
    pub crc: Crc,
    /// What was tolerated.
    pub notes: Vec<Note>,
    /// From the start of the BEGIN line to the end of the END line.
    pub span: Range<usize>,
    /// What stands before the block on each line; empty unless [`Config::quoted`].
    pub quote: Vec<u8>,
}

/// A header line of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The key: visible ASCII.
    pub key: String,
    /// The value. UTF-8 is meant, but nothing makes sure.
    pub value: Vec<u8>,
}

impl Block {
    /// Returns the values of the headers with this key, in order. Upper and lower case differ.
    pub fn header<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |header| header.key == key).map(|h| h.value.as_slice())
    }

    /// Returns whether the data may differ from what was written
    /// ([`NoteKind::is_damage`](crate::NoteKind::is_damage)). False unless the policy is lenient,
    /// since another refuses such a block.
    pub fn is_damaged(&self) -> bool {
        self.notes.iter().any(|note| note.kind.is_damage())
    }
}

/// Decodes the first block of a text.
///
/// # Errors
///
/// [`Error::NoBlock`] if there is none, [`Error::Cleartext`] if the first one is a cleartext
/// message (read it with [`cleartext::read`](crate::cleartext::read)), [`Error::Refused`] if its
/// data may be wrong, and what is beyond the default [`Limits`](crate::Limits).
///
/// # Example
///
/// ```
/// use pgp_armor::{Label, decode, encode};
///
/// assert_eq!(decode(encode(Label::Message, b"\xCB\x01x").as_bytes())?.data, b"\xCB\x01x");
/// # Ok::<(), pgp_armor::Error>(())
/// ```
pub fn decode(text: &[u8]) -> Result<Block, Error> {
    decode_with(text, &Config::default())
}

/// Decodes the first block of a text as configured.
///
/// # Errors
///
/// As [`decode`], with the policy and the limits of `config`.
pub fn decode_with(text: &[u8], config: &Config) -> Result<Block, Error> {
    match Items::new(text, config).next() {
        Some(Ok(Item::Block(block))) => Ok(block),
        Some(Ok(Item::Text(_))) => Err(Error::Cleartext),
        Some(Err(error)) => Err(error),
        None => Err(Error::NoBlock),
    }
}

/// Decodes all blocks of a text, the signatures of cleartext messages among them.
///
/// # Errors
///
/// As [`decode_with`], but no block gives an empty list. With a lenient policy one bad block does
/// not hide the others: ask each whether it [is damaged](Block::is_damaged).
///
/// # Example
///
/// ```
/// use pgp_armor::{Config, Label, decode_all, encode};
///
/// let text = encode(Label::PublicKey, b"a") + "and\n" + &encode(Label::PublicKey, b"b");
/// let blocks = decode_all(text.as_bytes(), &Config::default())?;
/// assert_eq!(blocks.iter().map(|b| b.data[0]).collect::<Vec<_>>(), b"ab");
/// # Ok::<(), pgp_armor::Error>(())
/// ```
pub fn decode_all(text: &[u8], config: &Config) -> Result<Vec<Block>, Error> {
    let blocks = Items::new(text, config).filter_map(|item| match item {
        Ok(Item::Block(block)) => Some(Ok(block)),
        Ok(Item::Text(_)) => None,
        Err(error) => Some(Err(error)),
    });
    blocks.collect()
}

/// A block, or the text of a cleartext message.
#[derive(Debug)]
pub(crate) enum Item {
    Block(Block),
    Text(SignedText),
}

/// The text of a cleartext message.
#[derive(Debug)]
pub(crate) struct SignedText {
    pub(crate) headers: Vec<Header>,
    pub(crate) signed: Vec<u8>,
    pub(crate) shown: Vec<u8>,
    pub(crate) fault: Option<Fault>,
    pub(crate) notes: Vec<Note>,
    pub(crate) span: Range<usize>,
}

/// What is in a text, one after the other.
#[derive(Debug)]
pub(crate) struct Items<'a> {
    input: &'a [u8],
    core: Core,
    used: usize,
    failed: bool,
}

impl<'a> Items<'a> {
    pub(crate) fn new(input: &'a [u8], config: &Config) -> Self {
        Items { input, core: Core::new(config.clone()), used: 0, failed: false }
    }

    fn bytes(&self, range: Range<u64>) -> &'a [u8] {
        self.input.get(index(range)).unwrap_or_default()
    }

    fn next_step(&mut self) -> Option<Result<Step, Error>> {
        loop {
            if let Some(step) = self.core.steps.pop_front() {
                return Some(Ok(step));
            }
            if let Some(error) = &self.core.error {
                return Some(Err(error.clone()));
            }
            if self.core.is_done() {
                return None;
            }
            let window = self.input.get(self.used..).unwrap_or_default();
            self.used += self.core.advance(window, true).unwrap_or_default();
        }
    }

    /// Makes room for the data of a block that ends where the next END line is.
    fn reserve(&mut self) {
        let rest = self.input.get(self.used..).unwrap_or_default();
        let len = memchr::memmem::find(rest, b"-----END").unwrap_or(rest.len());
        self.core.data.reserve(len / 4 * 3);
    }
}

fn index(range: Range<u64>) -> Range<usize> {
    let index = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    index(range.start)..index(range.end)
}

impl Iterator for Items<'_> {
    type Item = Result<Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let (mut headers, mut notes, mut fault, mut prefix) =
            (Vec::new(), Vec::new(), None, &b""[..]);
        loop {
            match self.next_step()? {
                Ok(Step::Begin { label, quote, .. }) => {
                    prefix = self.bytes(quote);
                    if label != Label::SignedMessage {
                        self.reserve();
                    }
                }
                Ok(Step::Header { key, value, .. }) => headers.push(Header {
                    key: String::from_utf8_lossy(self.bytes(key)).into_owned(),
                    value: self.bytes(value).to_vec(),
                }),
                Ok(Step::Declined(found)) => fault = Some(found),
                Ok(Step::Note(note)) => notes.push(note),
                Ok(Step::Outside(_) | Step::Data(_) | Step::Text { .. }) => {}
                Ok(Step::End { label, crc, span }) => {
                    let data = core::mem::take(&mut self.core.data);
                    let shown = core::mem::take(&mut self.core.shown);
                    let span = index(span);
                    return Some(Ok(if label == Label::SignedMessage {
                        Item::Text(SignedText { headers, signed: data, shown, fault, notes, span })
                    } else {
                        let quote = prefix.to_vec();
                        Item::Block(Block { label, headers, data, crc, notes, span, quote })
                    }));
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}
