//! Where everything is in a message, apart from its bytes.

use alloc::vec::Vec;

use crate::codec::TransferEncoding;
use crate::header::Known;
use crate::scanner::core::{Core, Sink};
use crate::{Config, Defect, Error, Event, Lines, PartId, PartKind, Pick, Span};

#[cfg(feature = "serde")]
mod serial;
mod store;

pub use store::IndexError;

/// The places of all parts and fields of a message: numbers only.
///
/// A server makes it once, when a message arrives (from the events of a
/// [`Scanner`](crate::Scanner) while the bytes go by, or from a slice), stores it beside the
/// message ([`to_bytes`](Self::to_bytes)), and later finds any part, field or size without reading
/// the message again.
///
/// # Example
///
/// ```
/// use mime::{Config, Index, Section};
///
/// let bytes = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n";
/// let index = Index::scan(bytes, &Config::default())?;
/// let second = index.part_at(&[2]).unwrap();
/// assert_eq!(index.span(second, Section::Body).of(bytes), Some(&b"two"[..]));
/// assert_eq!(index.part_path(second), [2]);
/// # Ok::<(), mime::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Index {
    parts: Vec<PartRecord>,
    fields: Vec<FieldRecord>,
    defects: Vec<Defect>,
    /// As many as there are parts, or none.
    lines: Vec<PartLines>,
    len: u64,
    lines_counted: bool,
    pick: Pick,
    pick_parameter: Pick,
}

/// What of a part is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Section {
    /// The header section, with the blank line behind it.
    Header,
    /// The body.
    Body,
    /// Header section and body.
    All,
    /// Of a multipart: what stands before the first delimiter. Otherwise empty.
    Preamble,
    /// Of a multipart: what stands behind the closing delimiter. Otherwise empty.
    Epilogue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct PartRecord {
    start: u64,
    body: u64,
    end: u64,
    /// Where the first delimiter starts, and the last one ends.
    delimiters: Span,
    parent: u32,
    /// The number of the first part behind this one and all parts in it.
    next: u32,
    first_field: u32,
    end_field: u32,
    depth: u32,
    kind: PartKind,
    encoding: TransferEncoding,
}

/// The lines of a part, if they were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct PartLines {
    header: Lines,
    body: Lines,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct FieldRecord {
    start: u64,
    len: u32,
    name_len: u16,
    known: Known,
}

/// A field as the index has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldPlace {
    pub(crate) span: Span,
    pub(crate) name_len: u16,
}

const NO_PARENT: u32 = u32::MAX;

impl Sink for Index {
    #[inline]
    fn part_start(&mut self, part: PartId, parent: Option<PartId>, at: u64, _: u64) {
        if part.0 as usize != self.parts.len() {
            return;
        }
        let parent = parent.map_or(NO_PARENT, |parent| parent.0);
        let depth = self.record(PartId(parent)).map_or(0, |parent| parent.depth + 1);
        let field = u32::try_from(self.fields.len()).unwrap_or(u32::MAX);
        self.parts.push(PartRecord {
            start: at,
            body: at,
            end: at,
            delimiters: Span::new(at, at),
            parent,
            next: part.0 + 1,
            first_field: field,
            end_field: field,
            depth,
            kind: PartKind::Leaf,
            encoding: TransferEncoding::SevenBit,
        });
        if self.lines_counted {
            self.lines.push(PartLines::default());
        }
    }

    #[inline]
    fn field(&mut self, _: PartId, span: Span, name_len: u16, known: Known) {
        let Ok(len) = u32::try_from(span.len()) else { return };
        self.fields.push(FieldRecord { start: span.start, len, name_len, known });
    }

    #[inline]
    fn header_end(
        &mut self,
        part: PartId,
        at: u64,
        kind: PartKind,
        encoding: TransferEncoding,
        lines: Lines,
    ) {
        let fields = u32::try_from(self.fields.len()).unwrap_or(u32::MAX);
        if let Some(record) = self.parts.get_mut(part.0 as usize) {
            record.body = at;
            record.delimiters = Span::new(at, at);
            record.kind = kind;
            record.encoding = encoding;
            record.end_field = fields;
        }
        if let Some(counted) = self.lines.get_mut(part.0 as usize) {
            counted.header = lines;
        }
    }

    #[inline]
    fn body(&mut self, _: PartId, _: Span) {}

    #[inline]
    fn delimiter(&mut self, part: PartId, span: Span, _: bool) {
        if let Some(record) = self.parts.get_mut(part.0 as usize) {
            if record.delimiters.end == record.body {
                record.delimiters.start = span.start;
            }
            record.delimiters.end = span.end;
        }
    }

    #[inline]
    fn part_end(&mut self, part: PartId, at: u64, lines: Lines) {
        let next = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        if let Some(record) = self.parts.get_mut(part.0 as usize) {
            record.end = at;
            record.next = next;
            if record.delimiters.end == record.body {
                record.delimiters = Span::new(at, at);
                // No delimiter, no parts: what is there is text.
                if record.kind == PartKind::Multipart {
                    record.kind = PartKind::Leaf;
                }
            }
        }
        if let Some(counted) = self.lines.get_mut(part.0 as usize) {
            counted.body = lines;
        }
        if part == PartId::ROOT {
            self.len = at;
        }
    }

    fn defect(&mut self, defect: Defect) {
        self.defects.push(defect);
    }
}

impl Index {
    /// Creates an index to which the events of a scanner with this configuration are applied.
    pub fn new(config: &Config) -> Self {
        Index {
            lines_counted: config.count_lines,
            pick: config.policy.duplicate_field,
            pick_parameter: config.policy.duplicate_parameter,
            ..Index::default()
        }
    }

    /// Reads a whole message.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the policy refuses a defect. The lenient one refuses none.
    pub fn scan(bytes: &[u8], config: &Config) -> Result<Self, Error> {
        let mut index = Index::default();
        index.rescan(bytes, config)?;
        Ok(index)
    }

    /// Reads a whole message into this index, whose memory is used again.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the policy refuses a defect. The lenient one refuses none. The index
    /// is then empty.
    pub fn rescan(&mut self, bytes: &[u8], config: &Config) -> Result<(), Error> {
        self.clear(config);
        if self.fields.capacity() == 0 {
            self.fields.reserve((bytes.len() / 64).clamp(8, 64));
        }
        let mut core = Core::new(config.clone());
        let mut at = 0;
        while !core.is_done() {
            let window = bytes.get(at..).unwrap_or_default();
            at += core.advance(window, true, self).unwrap_or(window.len());
            if let Some(defect) = core.refused() {
                self.clear(config);
                return Err(Error::Refused(defect));
            }
        }
        Ok(())
    }

    fn clear(&mut self, config: &Config) {
        self.parts.clear();
        self.fields.clear();
        self.defects.clear();
        self.lines.clear();
        self.len = 0;
        self.lines_counted = config.count_lines;
        self.pick = config.policy.duplicate_field;
        self.pick_parameter = config.policy.duplicate_parameter;
    }

    /// Adds what an event of a [`Scanner`](crate::Scanner) says.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Config, Index, Scanner};
    ///
    /// let config = Config::default();
    /// let (mut scanner, mut index) = (Scanner::new(config.clone()), Index::new(&config));
    /// scanner.receive(b"Subject: hi\r\n\r\nbody");
    /// scanner.receive_eof();
    /// while let Some(event) = scanner.poll_event()? {
    ///     index.apply(&event);
    /// }
    /// assert_eq!(index, Index::scan(b"Subject: hi\r\n\r\nbody", &config)?);
    /// # Ok::<(), mime::Error>(())
    /// ```
    pub fn apply(&mut self, event: &Event<'_>) {
        match *event {
            Event::PartStart { part, parent, at, line } => self.part_start(part, parent, at, line),
            Event::Field { part, field } => {
                let name_len = u16::try_from(field.name().len()).unwrap_or(0);
                self.field(part, field.span(), name_len, Known::of(field.name()));
            }
            Event::HeaderEnd { part, at, kind, encoding, lines } => {
                self.header_end(part, at, kind, encoding, lines);
            }
            Event::BodyChunk { .. } => {}
            Event::Delimiter { part, span, close } => self.delimiter(part, span, close),
            Event::PartEnd { part, at, lines } => self.part_end(part, at, lines),
            Event::Defect(defect) => self.defect(defect),
        }
    }

    fn record(&self, part: PartId) -> Option<&PartRecord> {
        self.parts.get(part.0 as usize)
    }

    /// Returns the length of the message in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether the message has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the number of parts, containers and the message itself included.
    pub fn part_count(&self) -> usize {
        self.parts.len()
    }

    /// Iterates over all parts in document order.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = PartId> + use<> {
        (0..u32::try_from(self.parts.len()).unwrap_or(u32::MAX)).map(PartId)
    }

    /// Returns the container of a part; `None` for the message itself.
    pub fn parent(&self, part: PartId) -> Option<PartId> {
        let parent = self.record(part)?.parent;
        (parent != NO_PARENT).then_some(PartId(parent))
    }

    /// Iterates over the parts of a container: several for a multipart, one for a message.
    pub fn children(&self, part: PartId) -> impl Iterator<Item = PartId> + '_ {
        let end = self.after(part);
        let first = Some(part.0.saturating_add(1)).filter(|&child| child < end);
        core::iter::successors(first, move |&child| {
            Some(self.after(PartId(child))).filter(|&next| next < end && next > child)
        })
        .map(PartId)
    }

    fn after(&self, part: PartId) -> u32 {
        self.record(part).map_or(0, |record| record.next)
    }

    pub(crate) fn next_sibling(&self, part: PartId) -> Option<PartId> {
        let next = PartId(self.after(part));
        (self.parent(next)? == self.parent(part)?).then_some(next)
    }

    /// Iterates over a part and all parts inside of it, in document order.
    pub fn descendants(&self, part: PartId) -> impl Iterator<Item = PartId> + use<> {
        (part.0..self.after(part)).map(PartId)
    }

    /// Returns how many containers are around a part.
    pub fn depth(&self, part: PartId) -> usize {
        self.record(part).map_or(0, |record| record.depth as usize)
    }

    /// Returns what the body of a part is.
    ///
    /// A multipart without any delimiter is a leaf, with the defect
    /// [`MissingStartDelimiter`](crate::DefectKind::MissingStartDelimiter).
    pub fn kind(&self, part: PartId) -> PartKind {
        self.record(part).map_or(PartKind::Leaf, |record| record.kind)
    }

    /// Returns how the body of a part is encoded.
    pub fn encoding(&self, part: PartId) -> TransferEncoding {
        self.record(part).map_or(TransferEncoding::SevenBit, |record| record.encoding)
    }

    /// Returns where a section of a part is; empty if there is no such part.
    pub fn span(&self, part: PartId, section: Section) -> Span {
        let Some(record) = self.record(part) else { return Span::default() };
        match section {
            Section::Header => Span::new(record.start, record.body),
            Section::Body => Span::new(record.body, record.end),
            Section::All => Span::new(record.start, record.end),
            Section::Preamble if record.kind == PartKind::Multipart => {
                Span::new(record.body, record.delimiters.start)
            }
            Section::Epilogue if record.kind == PartKind::Multipart => {
                Span::new(self.last_end(part, record), record.end)
            }
            Section::Preamble | Section::Epilogue => Span::new(record.end, record.end),
        }
    }

    /// Returns where the last part of a multipart or the delimiter behind it ends.
    fn last_end(&self, part: PartId, record: &PartRecord) -> u64 {
        let last = self.children(part).last().and_then(|child| self.record(child));
        last.map_or(0, |child| child.end).max(record.delimiters.end)
    }

    /// Returns the lines of a section of a part, `None` if they were not counted.
    ///
    /// Only the header, the body and both together are counted. A line is what an LF ends.
    pub fn lines(&self, part: PartId, section: Section) -> Option<Lines> {
        let counted = self.lines.get(part.0 as usize)?;
        match section {
            Section::Header => Some(counted.header),
            Section::Body => Some(counted.body),
            Section::All => Some(Lines::from_counts(
                counted.header.count() + counted.body.count(),
                counted.header.bare() + counted.body.bare(),
            )),
            Section::Preamble | Section::Epilogue => None,
        }
    }

    /// Returns the size of a section in bytes after all its line ends are made CRLF, `None` if
    /// lines were not counted. IMAP calls it the size of a message.
    pub fn crlf_len(&self, part: PartId, section: Section) -> Option<u64> {
        let lines = self.lines(part, section)?;
        Some(self.span(part, section).len().saturating_add(lines.bare()))
    }

    /// Finds a part by the numbers that IMAP uses.
    ///
    /// ```abnf
    /// section-part = nz-number *("." nz-number)
    /// ```
    ///
    /// [RFC 9051, section 6.4.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5.1)
    ///
    /// The empty path is the message. Part 1 of a message that is no multipart is its body; here
    /// it is the message's own number, too, since a part and its body have one. The parts of a
    /// message inside are numbered below the number of the part that contains it.
    pub fn part_at(&self, path: &[u32]) -> Option<PartId> {
        let mut part = PartId::ROOT;
        // Whether the number that comes counts parts of this part, or is the part itself.
        let mut entered = true;
        for &number in path {
            if number == 0 {
                return None;
            }
            if !entered {
                match self.kind(part) {
                    PartKind::Leaf => return None,
                    PartKind::Message => part = self.children(part).next()?,
                    PartKind::Multipart => {}
                }
            }
            if self.kind(part) == PartKind::Multipart {
                part = self.children(part).nth(number as usize - 1)?;
            } else if number != 1 {
                return None;
            }
            entered = false;
        }
        self.record(part).map(|_| part)
    }

    /// Returns the numbers by which IMAP finds a part.
    ///
    /// They are empty for the message itself. A message inside that is a multipart has those of the
    /// part that contains it; another one has one more, which is that of its body.
    pub fn part_path(&self, part: PartId) -> Vec<u32> {
        let mut path = Vec::new();
        let mut here = part;
        while let Some(parent) = self.parent(here) {
            if self.kind(parent) == PartKind::Multipart {
                let before = self.children(parent).take_while(|&child| child != here).count();
                path.push(u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1));
            } else if self.kind(here) != PartKind::Multipart {
                path.push(1);
            }
            here = parent;
        }
        path.reverse();
        path
    }

    /// Returns what the scanner found wrong, in the order in which it met it.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    pub(crate) fn pick_parameter(&self) -> Pick {
        self.pick_parameter
    }

    pub(crate) fn field_places(&self, part: PartId) -> impl ExactSizeIterator<Item = FieldPlace> {
        let fields = self.record(part).and_then(|record| {
            self.fields.get(record.first_field as usize..record.end_field as usize)
        });
        fields.unwrap_or_default().iter().map(FieldRecord::place)
    }

    /// The field that counts of those with one name.
    pub(crate) fn known_field(&self, part: PartId, known: Known) -> Option<FieldPlace> {
        let record = self.record(part)?;
        let fields = self.fields.get(record.first_field as usize..record.end_field as usize)?;
        let found = match self.pick {
            Pick::First => fields.iter().find(|field| field.known == known),
            Pick::Last => fields.iter().rfind(|field| field.known == known),
        };
        found.map(FieldRecord::place)
    }
}

impl FieldRecord {
    fn place(&self) -> FieldPlace {
        FieldPlace {
            span: Span::new(self.start, self.start.saturating_add(u64::from(self.len))),
            name_len: self.name_len,
        }
    }
}
