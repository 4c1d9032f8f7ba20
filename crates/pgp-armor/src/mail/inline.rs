//! OpenPGP in the text of a message, without MIME.

use alloc::vec::Vec;
use core::ops::Range;

use super::entity::{lines, text_len, trim_blanks};

/// What kind of block stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InlineKind {
    /// `BEGIN PGP MESSAGE`: encrypted, signed or both.
    Message,
    /// `BEGIN PGP SIGNED MESSAGE`: readable text with a signature.
    SignedMessage,
    /// `BEGIN PGP PUBLIC KEY BLOCK`
    PublicKey,
}

/// A block in a text, from its first line to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inline {
    /// What kind of block it is.
    pub kind: InlineKind,
    /// Where in the text. What is outside is protected by nothing.
    pub range: Range<usize>,
}

/// Finds the blocks that stand in a text, transfer encoding undone.
///
/// A block begins with a line that is exactly its `BEGIN` line, and ends with its `END` line; one
/// that has no end is none. Text inside is not looked at: whether it decodes, the armor decoder
/// says.
///
/// # Example
///
/// ```
/// use pgp_armor::mail::{InlineKind, inline_blocks};
///
/// let text = b"Hi,\n-----BEGIN PGP MESSAGE-----\n\nwsBc\n-----END PGP MESSAGE-----\nBye\n";
/// let blocks = inline_blocks(text);
/// assert_eq!(blocks[0].kind, InlineKind::Message);
/// assert_eq!(&text[..blocks[0].range.start], b"Hi,\n");
/// assert_eq!(&text[blocks[0].range.end..], b"Bye\n");
/// ```
pub fn inline_blocks(text: &[u8]) -> Vec<Inline> {
    let mut blocks = Vec::new();
    let mut open: Option<(InlineKind, &[u8], usize)> = None;
    for line in lines(text) {
        let bytes = text.get(line.clone()).unwrap_or_default();
        let bytes = trim_blanks(bytes.get(..text_len(bytes)).unwrap_or_default());
        if !bytes.starts_with(b"-----") {
            continue;
        }
        if let Some((kind, end, start)) = open {
            if bytes == end {
                blocks.push(Inline { kind, range: start..line.end });
                open = None;
                continue;
            }
            // In the signed text such a line would be escaped with a hyphen and a space.
            if kind != InlineKind::SignedMessage || bytes != b"-----BEGIN PGP SIGNATURE-----" {
                open = None;
            }
        }
        let begun: Option<(InlineKind, &[u8])> = match bytes {
            b"-----BEGIN PGP MESSAGE-----" => {
                Some((InlineKind::Message, b"-----END PGP MESSAGE-----"))
            }
            b"-----BEGIN PGP SIGNED MESSAGE-----" => {
                Some((InlineKind::SignedMessage, b"-----END PGP SIGNATURE-----"))
            }
            b"-----BEGIN PGP PUBLIC KEY BLOCK-----" => {
                Some((InlineKind::PublicKey, b"-----END PGP PUBLIC KEY BLOCK-----"))
            }
            _ => None,
        };
        if let Some((kind, end)) = begun {
            open = Some((kind, end, line.start));
        }
    }
    blocks
}
