//! The index as bytes.
//!
//! ```text
//! magic, version, flags | length | number of parts, fields, defects | parts | fields | defects | lines | sum
//! ```
//!
//! All numbers are little-endian and of fixed size. The sum catches accidents; the checks behind
//! it make sure that no bytes whatever lead to a place outside of the message or to a tree that
//! does not end.

use alloc::vec::Vec;

use super::{FieldRecord, Index, NO_PARENT, PartLines, PartRecord};
use crate::codec::TransferEncoding;
use crate::header::Known;
use crate::{Defect, DefectKind, Lines, PartId, PartKind, Pick, Span};

const MAGIC: &[u8; 7] = b"mimeidx";
const VERSION: u8 = 1;
const PART_LEN: usize = 8 * 5 + 4 * 5 + 2;
const LINES_LEN: usize = 8 * 4;
const FIELD_LEN: usize = 8 + 4 + 2 + 1;
const DEFECT_LEN: usize = 1 + 4 + 8 + 8;

const ENCODINGS: [TransferEncoding; 8] = [
    TransferEncoding::SevenBit,
    TransferEncoding::EightBit,
    TransferEncoding::Binary,
    TransferEncoding::QuotedPrintable,
    TransferEncoding::Base64,
    TransferEncoding::Uuencode,
    TransferEncoding::Yenc,
    TransferEncoding::Unknown,
];
const KINDS: [PartKind; 3] = [PartKind::Leaf, PartKind::Multipart, PartKind::Message];

/// Why bytes are no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The bytes do not begin as an index does.
    #[error("not an index")]
    NotAnIndex,
    /// The index was written by another version.
    #[error("index of version {0}")]
    Version(u8),
    /// Bytes are missing or left over.
    #[error("index of the wrong length")]
    Length,
    /// The bytes were changed.
    #[error("index with a wrong sum")]
    Sum,
    /// The numbers contradict each other.
    #[error("index that contradicts itself")]
    Inconsistent,
    /// The message has another length than the index says.
    #[error("index of another message")]
    OtherMessage,
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn span(&mut self) -> Option<Span> {
        Some(Span::new(self.u64()?, self.u64()?))
    }

    fn lines(&mut self) -> Option<Lines> {
        Some(Lines::from_counts(self.u64()?, self.u64()?))
    }
}

fn sum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        sum = (sum.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    for &byte in chunks.remainder() {
        sum = (sum.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    sum
}

impl Index {
    /// Appends the index as bytes, to be read by [`from_bytes`](Self::from_bytes).
    ///
    /// They take 62 bytes for a part, 32 more if lines were counted, and 15 for a field.
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.push(
            u8::from(self.lines_counted)
                | u8::from(self.pick == Pick::Last) << 1
                | u8::from(self.pick_parameter == Pick::Last) << 2,
        );
        out.extend_from_slice(&self.len.to_le_bytes());
        for count in [self.parts.len(), self.fields.len(), self.defects.len()] {
            out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        }
        for part in &self.parts {
            for number in
                [part.start, part.body, part.end, part.delimiters.start, part.delimiters.end]
            {
                out.extend_from_slice(&number.to_le_bytes());
            }
            for number in [part.parent, part.next, part.first_field, part.end_field, part.depth] {
                out.extend_from_slice(&number.to_le_bytes());
            }
            let encoding = ENCODINGS.iter().position(|&known| known == part.encoding);
            out.push(part.kind as u8);
            out.push(encoding.and_then(|place| u8::try_from(place).ok()).unwrap_or(0));
        }
        for field in &self.fields {
            out.extend_from_slice(&field.start.to_le_bytes());
            out.extend_from_slice(&field.len.to_le_bytes());
            out.extend_from_slice(&field.name_len.to_le_bytes());
            out.push(field.known as u8);
        }
        for defect in &self.defects {
            out.push(defect.kind as u8);
            out.extend_from_slice(&defect.part.0.to_le_bytes());
            out.extend_from_slice(&defect.at.start.to_le_bytes());
            out.extend_from_slice(&defect.at.end.to_le_bytes());
        }
        for lines in &self.lines {
            for lines in [lines.header, lines.body] {
                out.extend_from_slice(&lines.count().to_le_bytes());
                out.extend_from_slice(&lines.bare().to_le_bytes());
            }
        }
        let sum = sum(out.get(start..).unwrap_or_default());
        out.extend_from_slice(&sum.to_le_bytes());
    }

    /// Reads an index from bytes.
    ///
    /// # Errors
    ///
    /// Any bytes that `to_bytes` did not write are an error; never do they give a place outside of
    /// a message of the length that the index has.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Config, Index, IndexError};
    ///
    /// let index = Index::scan(b"Subject: hi\r\n\r\nbody", &Config::default()).unwrap();
    /// let mut stored = Vec::new();
    /// index.to_bytes(&mut stored);
    /// assert_eq!(Index::from_bytes(&stored), Ok(index));
    /// stored[20] ^= 1;
    /// assert_eq!(Index::from_bytes(&stored), Err(IndexError::Sum));
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IndexError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(IndexError::NotAnIndex)?;
        match rest.first() {
            Some(&VERSION) => {}
            Some(&other) => return Err(IndexError::Version(other)),
            None => return Err(IndexError::Length),
        }
        let (content, stored_sum) = bytes.split_last_chunk::<8>().ok_or(IndexError::Length)?;
        if u64::from_le_bytes(*stored_sum) != sum(content) {
            return Err(IndexError::Sum);
        }
        let mut reader = Reader(content.get(MAGIC.len() + 1..).ok_or(IndexError::Length)?);
        let index = read(&mut reader)?;
        if !reader.0.is_empty() {
            return Err(IndexError::Length);
        }
        index.check().ok_or(IndexError::Inconsistent)?;
        Ok(index)
    }

    /// Makes sure that all places are inside of what encloses them, and that the tree is one.
    pub(super) fn check(&self) -> Option<()> {
        let root = self.parts.first()?;
        let count = u32::try_from(self.parts.len()).ok()?;
        sure(root.parent == NO_PARENT && root.start == 0 && root.end == self.len)?;
        sure(root.next == count && root.depth == 0)?;
        // The containers around the part that is looked at, and where their last part ended.
        let mut around: Vec<(u32, u64)> = Vec::new();
        let mut fields = 0;
        for (number, part) in (0u32..).zip(&self.parts) {
            while let Some(&(container, _)) = around.last()
                && self.after(PartId(container)) <= number
            {
                around.pop();
            }
            if number > 0 {
                let (container, end) = around.last_mut()?;
                let parent = self.record(PartId(*container))?;
                sure(part.parent == *container && part.depth == parent.depth + 1)?;
                sure(part.start >= *end && part.start >= parent.body && part.end <= parent.end)?;
                sure(part.next > number && part.next <= parent.next)?;
                sure(parent.kind != PartKind::Leaf)?;
                *end = part.end;
            }
            sure(part.start <= part.body && part.body <= part.end)?;
            let delimiters = part.delimiters;
            sure(part.body <= delimiters.start && delimiters.start <= delimiters.end)?;
            sure(delimiters.end <= part.end)?;
            // The fields of the parts follow each other, each inside of its header section.
            sure(part.first_field == fields && part.end_field >= fields)?;
            fields = part.end_field;
            let own = self.fields.get(part.first_field as usize..part.end_field as usize)?;
            let mut at = part.start;
            for field in own {
                let end = field.start.checked_add(u64::from(field.len))?;
                sure(field.start >= at && end <= part.body)?;
                sure(u32::from(field.name_len) <= field.len)?;
                at = end;
            }
            around.push((number, part.body));
        }
        sure(fields as usize == self.fields.len())?;
        for defect in &self.defects {
            sure(defect.part.0 < count)?;
            sure(defect.at.start <= defect.at.end && defect.at.end <= self.len)?;
        }
        Some(())
    }
}

fn sure(condition: bool) -> Option<()> {
    condition.then_some(())
}

fn read(reader: &mut Reader<'_>) -> Result<Index, IndexError> {
    let flags = reader.u8().ok_or(IndexError::Length)?;
    let (len, counts) = read_counts(reader).ok_or(IndexError::Length)?;
    let [parts, fields, defects] = counts.map(|count| count as usize);
    // The counts must fit the bytes before any memory is taken for them.
    let lines = if flags & 1 != 0 { parts } else { 0 };
    let wanted =
        [(parts, PART_LEN), (fields, FIELD_LEN), (defects, DEFECT_LEN), (lines, LINES_LEN)]
            .into_iter()
            .try_fold(0usize, |sum, (count, len)| sum.checked_add(count.checked_mul(len)?));
    if wanted != Some(reader.0.len()) {
        return Err(IndexError::Length);
    }
    let mut index = Index {
        parts: Vec::with_capacity(parts),
        fields: Vec::with_capacity(fields),
        defects: Vec::with_capacity(defects),
        lines: Vec::with_capacity(lines),
        len,
        lines_counted: flags & 1 != 0,
        pick: if flags & 2 != 0 { Pick::Last } else { Pick::First },
        pick_parameter: if flags & 4 != 0 { Pick::Last } else { Pick::First },
    };
    for _ in 0..parts {
        index.parts.push(read_part(reader).ok_or(IndexError::Inconsistent)?);
    }
    for _ in 0..fields {
        index.fields.push(read_field(reader).ok_or(IndexError::Inconsistent)?);
    }
    for _ in 0..defects {
        index.defects.push(read_defect(reader).ok_or(IndexError::Inconsistent)?);
    }
    for _ in 0..lines {
        index.lines.push(read_lines(reader).ok_or(IndexError::Inconsistent)?);
    }
    Ok(index)
}

fn read_counts(reader: &mut Reader<'_>) -> Option<(u64, [u32; 3])> {
    Some((reader.u64()?, [reader.u32()?, reader.u32()?, reader.u32()?]))
}

fn read_part(reader: &mut Reader<'_>) -> Option<PartRecord> {
    Some(PartRecord {
        start: reader.u64()?,
        body: reader.u64()?,
        end: reader.u64()?,
        delimiters: reader.span()?,
        parent: reader.u32()?,
        next: reader.u32()?,
        first_field: reader.u32()?,
        end_field: reader.u32()?,
        depth: reader.u32()?,
        kind: KINDS.get(usize::from(reader.u8()?)).copied()?,
        encoding: ENCODINGS.get(usize::from(reader.u8()?)).copied()?,
    })
}

fn read_lines(reader: &mut Reader<'_>) -> Option<PartLines> {
    Some(PartLines { header: reader.lines()?, body: reader.lines()? })
}

fn read_field(reader: &mut Reader<'_>) -> Option<FieldRecord> {
    Some(FieldRecord {
        start: reader.u64()?,
        len: reader.u32()?,
        name_len: reader.u16()?,
        known: Known::from_byte(reader.u8()?)?,
    })
}

fn read_defect(reader: &mut Reader<'_>) -> Option<Defect> {
    let kind = DefectKind::ALL.get(usize::from(reader.u8()?)).copied()?;
    Some(Defect::new(kind, PartId(reader.u32()?), reader.span()?))
}
