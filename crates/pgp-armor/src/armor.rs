use core::ops::Range;

use crate::{Limits, Note, Policy};

mod block;
mod body;
mod checksum;
mod decoder;
mod encoder;
mod label;
mod line;
mod machine;
mod text;

pub use block::{Block, Header, decode, decode_all, decode_with};
pub(crate) use block::{Item, Items, SignedText};
pub use decoder::Decoder;
pub use encoder::{
    Checksum, EncodeConfig, Encoder, HeaderError, HeaderLine, LineEnd, encode, encode_with,
};
pub use label::{Label, OtherLabel};

/// How text with blocks is read.
///
/// # Example
///
/// ```
/// use pgp_armor::{Config, Policy, decode_with};
///
/// let text = b"> -----BEGIN PGP MESSAGE-----\n>\n> yAAA\n> -----END PGP MESSAGE-----\n";
/// let mut config = Config::default();
/// assert!(decode_with(text, &config).is_err());
/// config.quoted = true;
/// config.policy = Policy::Strict;
/// assert_eq!(decode_with(text, &config)?.data, [0xC8, 0, 0]);
/// # Ok::<(), pgp_armor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much is held in memory.
    pub limits: Limits,
    /// Which deviations end the reading. Default: those after which the data may be wrong.
    pub policy: Policy,
    /// Whether blocks in quoted mail are read: each line starts with the same prefix, such as
    /// `> `. Default false, since RFC 9580, section 6.2, wants BEGIN at the start of a line; who
    /// reads what people forward needs it.
    pub quoted: bool,
    /// Whether checksums are computed. Default true. The data are handed out either way.
    pub check_crc: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            limits: Limits::default(),
            policy: Policy::default(),
            quoted: false,
            check_crc: true,
        }
    }
}

/// What the checksum of a block says.
///
/// [RFC 9580, section 6.1](https://www.rfc-editor.org/rfc/rfc9580#section-6.1): it may be absent,
/// wrong or malformed, and the block must be taken all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Crc {
    /// There is none.
    Absent,
    /// There is one, and nobody asked for a check ([`Config::check_crc`]).
    Unchecked(u32),
    /// It is that of the data.
    Match,
    /// It is that of other data.
    Mismatch {
        /// As the block has it.
        written: u32,
        /// As the data have it.
        computed: u32,
    },
    /// It is not four base64 characters.
    Malformed,
}

/// Why the signatures of a cleartext message must be declined, and where.
///
/// [RFC 9580, section 7.1](https://www.rfc-editor.org/rfc/rfc9580#section-7.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} before the signed text at offset {at}")]
#[non_exhaustive]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where, in bytes from the start of the input.
    pub at: u64,
}

/// What must not stand between the first line of a cleartext message and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// A `Hash` header that is no list of hash names.
    #[error("malformed hash header")]
    Hash,
    /// Another header.
    #[error("header")]
    Header,
    /// A line that is no header and not empty.
    #[error("line")]
    Line,
}

/// What a [`Decoder`] met. Places are counted in bytes from the start of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Text around blocks. Nothing protects it: whoever shows it shows it as unsigned. Where it
    /// is cut has no meaning.
    Outside {
        /// Where the bytes start.
        at: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// A block begins.
    Begin {
        /// What the block is said to hold.
        label: Label,
        /// Where the line starts.
        at: u64,
        /// What stands before the block on each line; empty unless [`Config::quoted`].
        quote: &'a [u8],
    },
    /// A header line. Keys are open; the same key may come again.
    Header {
        /// Where the line starts, the quote not counted.
        at: u64,
        /// The bytes before the colon: visible ASCII.
        key: &'a [u8],
        /// The bytes after the colon and the space.
        value: &'a [u8],
    },
    /// The signatures of this cleartext message must be declined. What is signed in the
    /// [`Text`](Self::Text) that follows is empty, so that nothing can be verified by mistake.
    Declined(Fault),
    /// Decoded bytes of a block. Where they are cut has no meaning.
    Data(&'a [u8]),
    /// The text of a cleartext message: both forms of one piece. Where it is cut has no meaning.
    Text {
        /// What the signature is over: line ends are CR LF, spaces and tabs at line ends are gone,
        /// as is the last line end. Empty after [`Declined`](Self::Declined).
        signed: &'a [u8],
        /// What may be shown: the same with line ends as they came.
        shown: &'a [u8],
    },
    /// A deviation that was tolerated.
    Note(Note),
    /// A block ends. For a cleartext message that is the end of its text; the signature is the
    /// block that begins here.
    End {
        /// As the block began.
        label: Label,
        /// What the checksum says.
        crc: Crc,
        /// From the start of the first line to the end of the last one.
        span: Range<u64>,
    },
}
