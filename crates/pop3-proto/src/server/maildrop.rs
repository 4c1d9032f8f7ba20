use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::DropListing;

/// What the machine knows of an open maildrop: sizes, and what is marked as deleted.
#[derive(Debug, Default)]
pub(super) struct Maildrop {
    sizes: Vec<u64>,
    /// One bit for each message.
    deleted: Vec<u64>,
    /// What is left.
    total: DropListing,
    /// The highest message number accessed.
    last: u32,
}

/// A message that a command may not refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoMessage {
    Missing,
    Deleted,
}

const EMPTY: DropListing = DropListing { messages: 0, octets: 0 };

impl Default for DropListing {
    fn default() -> Self {
        EMPTY
    }
}

impl Maildrop {
    pub(super) fn new(sizes: Vec<u64>) -> Self {
        let words = sizes.len().div_ceil(64);
        let mut maildrop = Self { sizes, deleted: alloc::vec![0; words], total: EMPTY, last: 0 };
        maildrop.reset();
        maildrop
    }

    /// Takes all marks back.
    pub(super) fn reset(&mut self) {
        self.deleted.fill(0);
        self.last = 0;
        self.total = DropListing {
            messages: u32::try_from(self.sizes.len()).unwrap_or(u32::MAX),
            octets: self.sizes.iter().fold(0, |sum, &size| sum.saturating_add(size)),
        };
    }

    /// The size of a message that may be referred to.
    pub(super) fn size(&self, message: u32) -> Result<u64, NoMessage> {
        let Some((word, bit)) = place(message) else { return Err(NoMessage::Missing) };
        let index = usize::try_from(message).ok().and_then(|n| n.checked_sub(1));
        match index.and_then(|index| self.sizes.get(index)) {
            None => Err(NoMessage::Missing),
            Some(_) if self.deleted.get(word).is_some_and(|word| word & bit != 0) => {
                Err(NoMessage::Deleted)
            }
            Some(&size) => Ok(size),
        }
    }

    /// Marks a message as deleted.
    pub(super) fn delete(&mut self, message: u32) -> Result<(), NoMessage> {
        let size = self.size(message)?;
        if let Some((word, bit)) = place(message)
            && let Some(word) = self.deleted.get_mut(word)
        {
            *word |= bit;
            self.total.messages = self.total.messages.saturating_sub(1);
            self.total.octets = self.total.octets.saturating_sub(size);
        }
        Ok(())
    }

    pub(super) fn access(&mut self, message: u32) {
        self.last = self.last.max(message);
    }

    pub(super) fn last(&self) -> u32 {
        self.last
    }

    pub(super) fn total(&self) -> DropListing {
        self.total
    }

    /// The first message from this one on that is not deleted, with its size.
    pub(super) fn from(&self, message: u32) -> Option<(u32, u64)> {
        let end = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
        (message.max(1)..=end).find_map(|n| self.size(n).ok().map(|size| (n, size)))
    }

    pub(super) fn deleted(&self) -> Deleted<'_> {
        Deleted(Cow::Borrowed(&self.deleted))
    }
}

/// Where the bit of a message is.
fn place(message: u32) -> Option<(usize, u64)> {
    let index = message.checked_sub(1)?;
    Some((usize::try_from(index / 64).ok()?, 1_u64.wrapping_shl(index % 64)))
}

/// The messages marked as deleted, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted<'a>(Cow<'a, [u64]>);

impl Deleted<'_> {
    /// The numbers of the messages.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().zip(0_u32..).flat_map(|(&word, nth)| {
            let bits = (0_u32..64).filter(move |&bit| word & 1_u64.wrapping_shl(bit) != 0);
            bits.map(move |bit| nth.saturating_mul(64).saturating_add(bit).saturating_add(1))
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether this message is one of them.
    #[must_use]
    pub fn contains(&self, message: u32) -> bool {
        place(message)
            .is_some_and(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }

    /// The same messages, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Deleted<'static> {
        Deleted(Cow::Owned(self.0.into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        let mut maildrop = Maildrop::new((1..=130).collect());
        assert_eq!(maildrop.size(0), Err(NoMessage::Missing));
        assert_eq!(maildrop.size(131), Err(NoMessage::Missing));
        assert_eq!(maildrop.size(u32::MAX), Err(NoMessage::Missing));
        for message in [1, 64, 65, 130] {
            assert_eq!(maildrop.delete(message), Ok(()));
            assert_eq!(maildrop.delete(message), Err(NoMessage::Deleted));
            assert!(maildrop.deleted().contains(message));
        }
        let left = 130 * 131 / 2 - 1 - 64 - 65 - 130;
        assert_eq!(maildrop.total(), DropListing { messages: 126, octets: left });
        assert_eq!(maildrop.deleted().iter().collect::<Vec<_>>(), [1, 64, 65, 130]);
        assert_eq!(maildrop.deleted().count(), 4);
        assert_eq!(maildrop.from(1), Some((2, 2)));
        assert_eq!(maildrop.from(64), Some((66, 66)));
        assert_eq!(maildrop.from(130), None);
        maildrop.reset();
        assert_eq!(maildrop.from(130), Some((130, 130)));
        assert_eq!(maildrop.deleted().count(), 0);
    }
}
