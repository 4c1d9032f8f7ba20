//! Which of the known structures a message has, those that gateways make included.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::entity::Entity;
use super::{Encrypted, Inline, InlineKind, Signed, inline_blocks};

/// Multiparts inside each other that are looked into.
const DEPTH: u8 = 8;
/// Parts of one multipart that are looked at.
const PARTS: usize = 100;

/// What OpenPGP does in a message, and where.
///
/// Only what is in [`protection`](Finding::protection) is encrypted or signed. Show nothing else as
/// if it were: the parts in [`outside`](Finding::outside), and the text around an inline block,
/// could come from anybody.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding<'a> {
    /// What is protected.
    pub protection: Protection<'a>,
    /// In which structure it was found.
    pub shape: Shape,
    /// The parts of the message beside it that are not empty, as ranges of the message.
    pub outside: Vec<Range<usize>>,
    around: bool,
}

impl Finding<'_> {
    /// Returns whether the message has no content beside what is protected. (Its header is never
    /// protected, unless the payload repeats it: see [`HeaderSets`](super::HeaderSets).)
    pub fn is_whole(&self) -> bool {
        self.outside.is_empty() && !self.around
    }
}

/// Something encrypted or signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Protection<'a> {
    /// Encrypted data with, or instead of, a control part.
    Encrypted(Encrypted<'a>),
    /// Content and a detached signature.
    Signed(Signed<'a>),
    /// A block in a text.
    Inline {
        /// The text, transfer encoding undone.
        text: Cow<'a, [u8]>,
        /// The block in it.
        block: Inline,
    },
}

/// A structure in which something protected is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// The one of RFC 3156, as the whole message.
    Standard,
    /// The one of RFC 3156, as a part beside others: a gateway or mailing list has added a footer.
    Nested,
    /// `multipart/mixed` with a text part, `application/pgp-encrypted` and
    /// `application/octet-stream`: Microsoft Exchange and Proton Mail Bridge make it from
    /// `multipart/encrypted`.
    MixedUp,
    /// An armored message as an attachment, without a control part.
    Attached,
    /// In the text itself.
    Inline,
}

/// Finds what is encrypted or signed in a message, or in any entity that begins with its header
/// section.
///
/// `None` if there is nothing, or if there are several things side by side that do not belong
/// together; each part can then be asked for itself.
///
/// # Example
///
/// ```
/// use pgp_armor::mail::{Protection, Shape, classify};
///
/// let message = b"Content-Type: multipart/mixed; boundary=b\n\n\
///     --b\nContent-Type: text/plain\n\n\n\
///     --b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\
///     --b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\
///     --b--\n";
/// let found = classify(message).unwrap();
/// assert_eq!(found.shape, Shape::MixedUp);
/// assert!(found.is_whole());
/// let Protection::Encrypted(encrypted) = found.protection else { panic!() };
/// assert_eq!(encrypted.data().as_ref(), b"-----BEGIN PGP MESSAGE-----");
/// ```
pub fn classify(message: &[u8]) -> Option<Finding<'_>> {
    find(Entity::new(message), 0)
}

fn find(entity: Entity<'_>, depth: u8) -> Option<Finding<'_>> {
    if let Some(protection) = standard(entity) {
        let (outside, shape) = (Vec::new(), Shape::Standard);
        return Some(Finding { protection, shape, outside, around: false });
    }
    let Some(parts) = entity.parts(PARTS) else { return leaf(entity) };
    if depth >= DEPTH || entity.content_type().is("multipart/signed") {
        return None;
    }
    let parts = parts.parts;
    let is = |part: &Entity<'_>, essence: &str| part.content_type().is(essence);
    for (index, pair) in parts.windows(2).enumerate() {
        let [control, data] = *pair else { continue };
        if is(&control, "application/pgp-encrypted") && is(&data, "application/octet-stream") {
            let protection = Protection::Encrypted(Encrypted::from_parts(control, data));
            let shape = Shape::MixedUp;
            let others = |other: usize| other != index && other != index + 1;
            let outside = outside(&parts, others);
            return Some(Finding { protection, shape, outside, around: false });
        }
    }
    let mut found: Option<(usize, Finding<'_>)> = None;
    for (index, part) in parts.iter().enumerate() {
        let Some(next) = find(*part, depth + 1) else { continue };
        if found.is_some() {
            return None;
        }
        found = Some((index, next));
    }
    let (index, mut finding) = found?;
    finding.outside.extend(outside(&parts, |other| other != index));
    if finding.shape == Shape::Standard {
        finding.shape = Shape::Nested;
    }
    Some(finding)
}

fn standard(entity: Entity<'_>) -> Option<Protection<'_>> {
    let signed = || Signed::of(entity).map(Protection::Signed);
    Encrypted::of(entity).map(Protection::Encrypted).or_else(|_| signed()).ok()
}

fn leaf(entity: Entity<'_>) -> Option<Finding<'_>> {
    let content_type = entity.content_type();
    let attachment = content_type.is("application/octet-stream")
        || content_type.is("application/pgp-encrypted")
        || content_type.is("application/x-pgp-message");
    if !attachment && !content_type.main_is("text") && !content_type.is("application/pgp") {
        return None;
    }
    let text = entity.decoded();
    let mut blocks = inline_blocks(&text);
    blocks.retain(|block| block.kind != InlineKind::PublicKey);
    let block = blocks.first()?.clone();
    let before = text.get(..block.range.start).unwrap_or_default();
    let after = text.get(block.range.end..).unwrap_or_default();
    let around = !before.trim_ascii().is_empty() || !after.trim_ascii().is_empty();
    let outside = Vec::new();
    if attachment && block.kind == InlineKind::Message && !around {
        let protection = Protection::Encrypted(Encrypted::from_parts(entity, entity));
        return Some(Finding { protection, shape: Shape::Attached, outside, around });
    }
    let protection = Protection::Inline { text, block };
    Some(Finding { protection, shape: Shape::Inline, outside, around })
}

/// The ranges of the other parts, those without content left out.
fn outside(parts: &[Entity<'_>], other: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let parts = parts.iter().enumerate();
    parts
        .filter(|(index, part)| other(*index) && !part.body().trim_ascii().is_empty())
        .map(|(_, part)| part.range())
        .collect()
}
