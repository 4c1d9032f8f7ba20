//! A message on its way out.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{BuildError, SourceId, Target};
use crate::codec::base64;

/// Bytes of content encoded for one chunk: whole lines of base64.
const STEP: usize = 57 * 1024;

#[derive(Clone, Debug)]
pub(super) enum Segment<'a> {
    Bytes(Cow<'a, [u8]>),
    Base64(Cow<'a, [u8]>),
    Source { id: SourceId, len: u64, base64: bool },
}

impl Segment<'_> {
    fn len(&self) -> u64 {
        match self {
            Segment::Bytes(bytes) => bytes.len() as u64,
            Segment::Base64(bytes) => base64::encoded_len(bytes.len() as u64),
            Segment::Source { len, base64: true, .. } => base64::encoded_len(*len),
            Segment::Source { len, .. } => *len,
        }
    }
}

/// A built message, and the envelope that it wants.
///
/// The bytes come by [`Self::to_vec`], or in chunks by [`Self::poll_chunk`].
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    sender: String,
    recipients: Vec<String>,
    needs: Target,
    segments: Vec<Segment<'a>>,
    /// The segment that is being written, and how many of its own bytes were taken.
    index: usize,
    taken: u64,
    encoder: base64::Encoder,
    /// Encoded bytes that are handed out next.
    buffer: Vec<u8>,
    /// The buffer was handed out.
    stale: bool,
}

/// A piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'c> {
    /// The next bytes.
    Bytes(&'c [u8]),
    /// Content of a source is wanted: up to `left` bytes from `offset` on, for
    /// [`Outgoing::supply`].
    Source {
        /// The source.
        id: SourceId,
        /// How many bytes of it were supplied.
        offset: u64,
        /// How many are missing.
        left: u64,
    },
    /// The message is complete.
    End,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(sender: String, recipients: Vec<String>) -> Self {
        Outgoing {
            sender,
            recipients,
            needs: Target::SevenBit,
            segments: Vec::new(),
            index: 0,
            taken: 0,
            encoder: base64::Encoder::new(),
            buffer: Vec::new(),
            stale: false,
        }
    }

    pub(super) fn push(&mut self, segment: Segment<'a>) {
        self.segments.push(segment);
    }

    /// Adds bytes; neighbours are joined.
    pub(super) fn push_owned(&mut self, mut bytes: Vec<u8>) {
        match self.segments.last_mut() {
            Some(Segment::Bytes(Cow::Owned(last))) => last.append(&mut bytes),
            _ => self.segments.push(Segment::Bytes(Cow::Owned(bytes))),
        }
    }

    pub(super) fn widen(&mut self, target: Target) {
        self.needs = self.needs.max(target);
    }

    /// Returns the exact length of the whole message, in bytes: for `SIZE`, `BDAT` and IMAP's
    /// literals.
    pub fn len(&self) -> u64 {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Returns whether the message has no bytes, which does not happen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the address for `MAIL FROM`: that of the sender, or of the first author.
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// Returns the addresses for `RCPT TO`, each once: `To`, `Cc` and `Bcc`.
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }

    /// Returns what the way must be able to carry; at most the target of the options.
    pub fn needs(&self) -> Target {
        self.needs
    }

    /// Returns the whole message.
    ///
    /// # Errors
    ///
    /// [`BuildError::MissingSource`] if there is a source in it.
    pub fn to_vec(&self) -> Result<Vec<u8>, BuildError> {
        let mut out = Vec::with_capacity(usize::try_from(self.len()).unwrap_or_default());
        for segment in &self.segments {
            match segment {
                Segment::Bytes(bytes) => out.extend_from_slice(bytes),
                Segment::Base64(bytes) => {
                    let mut encoder = base64::Encoder::new();
                    encoder.encode(bytes, &mut out);
                    encoder.finish(&mut out);
                }
                Segment::Source { .. } => return Err(BuildError::MissingSource),
            }
        }
        Ok(out)
    }

    /// Takes the next piece of the message.
    ///
    /// Where a source is wanted, the same [`Chunk::Source`] comes again until
    /// [`Self::supply`] was called.
    ///
    /// # Example: a source in pieces
    ///
    /// ```
    /// use mime::build::{Chunk, Draft, Entity, Env, Options, SourceId};
    /// # let now = mime::header::DateTime::from_timestamp(0, 0).unwrap();
    /// # let env = Env { now, seed: 1, domain: "example.org" };
    /// let file = b"a file that need not be in memory";
    /// let big = Entity::source("application/zip", SourceId(7), file.len() as u64);
    /// let mut message = Draft::new()
    ///     .from("a@example.org")
    ///     .attach(big.attachment("big.zip"))
    ///     .build(&env, &Options::default())
    ///     .unwrap();
    /// let mut written = Vec::new();
    /// loop {
    ///     match message.poll_chunk() {
    ///         Chunk::Bytes(bytes) => written.extend_from_slice(bytes),
    ///         Chunk::Source { offset, .. } => {
    ///             let from = offset as usize;
    ///             message.supply(&file[from..file.len().min(from + 10)]).unwrap();
    ///         }
    ///         Chunk::End => break,
    ///     }
    /// }
    /// assert_eq!(written.len() as u64, message.len());
    /// ```
    pub fn poll_chunk(&mut self) -> Chunk<'_> {
        if self.stale {
            self.buffer.clear();
            self.stale = false;
        }
        // Find what to do first, and borrow afterwards.
        loop {
            if !self.buffer.is_empty() {
                self.stale = true;
                return Chunk::Bytes(&self.buffer);
            }
            let at = usize::try_from(self.taken).unwrap_or(usize::MAX);
            match self.segments.get(self.index) {
                None => return Chunk::End,
                Some(Segment::Bytes(bytes)) => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    if !rest.is_empty() {
                        let len = rest.len().min(STEP);
                        self.taken += len as u64;
                        // Looked up again, since the compiler does not see that the loop ends here.
                        let again = match self.segments.get(self.index) {
                            Some(Segment::Bytes(bytes)) => bytes.get(at..at + len),
                            _ => None,
                        };
                        return Chunk::Bytes(again.unwrap_or_default());
                    }
                }
                Some(Segment::Base64(bytes)) => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let (now, left) = rest.split_at_checked(STEP).unwrap_or((rest, &[]));
                    self.encoder.encode(now, &mut self.buffer);
                    self.taken += now.len() as u64;
                    if !left.is_empty() {
                        continue;
                    }
                    self.encoder.finish(&mut self.buffer);
                }
                Some(&Segment::Source { id, len, base64 }) => {
                    let left = len.saturating_sub(self.taken);
                    if left > 0 {
                        return Chunk::Source { id, offset: self.taken, left };
                    }
                    if base64 {
                        self.encoder.finish(&mut self.buffer);
                    }
                }
            }
            self.index += 1;
            self.taken = 0;
        }
    }

    /// Supplies the next bytes of the source that was last asked for.
    ///
    /// # Errors
    ///
    /// [`BuildError::SourceTooLong`] if these are more than are missing, or if none is wanted;
    /// nothing is taken then.
    pub fn supply(&mut self, bytes: &[u8]) -> Result<(), BuildError> {
        let Some(Segment::Source { len, base64, .. }) = self.segments.get(self.index) else {
            return Err(BuildError::SourceTooLong);
        };
        let count = bytes.len() as u64;
        if count > len.saturating_sub(self.taken) {
            return Err(BuildError::SourceTooLong);
        }
        if self.stale {
            self.buffer.clear();
            self.stale = false;
        }
        if *base64 {
            self.encoder.encode(bytes, &mut self.buffer);
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.taken += count;
        Ok(())
    }
}
