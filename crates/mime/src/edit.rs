//! Changing a message without touching the rest of it.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use memchr::memmem;

use crate::build::{FieldName, FieldText};
use crate::header::Field;
use crate::{Message, PartId, PartKind, Section, Span};

/// Changes to a message, as a list of splices: what is not named stays byte for byte as it is.
///
/// # Example
///
/// ```
/// use mime::{Edit, Message, PartId, build::{FieldName, FieldText}};
///
/// let message = Message::parse(b"Subject: hi\r\nX-Spam: no\r\n\r\nbody");
/// let mut edit = Edit::new(&message);
/// edit.prepend_field(PartId::ROOT, FieldName::try_from("X-Seen")?, FieldText::try_from("yes")?);
/// edit.remove_field(message.field("x-spam").unwrap());
/// assert_eq!(edit.to_vec()?, b"X-Seen: yes\r\nSubject: hi\r\n\r\nbody");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Edit<'m> {
    message: &'m Message<'m>,
    splices: Vec<Splice<'m>>,
}

#[derive(Clone, Debug)]
struct Splice<'m> {
    at: Span,
    bytes: Cow<'m, [u8]>,
}

/// Why changes cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// Two changes are about the same bytes.
    #[error("changes overlap at byte {0}")]
    Overlap(u64),
    /// A part is to be put into something that is no multipart, or the message itself is to be
    /// removed.
    #[error("no part of a multipart")]
    NotInMultipart,
    /// The new part contains a line that is a delimiter of the multipart.
    #[error("new part contains a delimiter line")]
    ContainsDelimiter,
}

impl<'m> Edit<'m> {
    /// Creates an empty list of changes.
    pub fn new(message: &'m Message<'_>) -> Self {
        Edit { message, splices: Vec::new() }
    }

    /// The line end of the message: that of its first line.
    fn line_end(&self) -> &'static [u8] {
        match memchr::memchr(b'\n', self.message.bytes()) {
            Some(0) => b"\n",
            Some(lf) if self.message.bytes().get(lf - 1) != Some(&b'\r') => b"\n",
            _ => b"\r\n",
        }
    }

    fn line(&self, name: FieldName<'_>, value: &FieldText<'_>) -> Vec<u8> {
        let mut line = Vec::new();
        line.extend_from_slice(name.as_str().as_bytes());
        line.extend_from_slice(b": ");
        line.extend_from_slice(value.as_str().as_bytes());
        line.extend_from_slice(self.line_end());
        line
    }

    fn splice(&mut self, at: Span, bytes: Cow<'m, [u8]>) -> &mut Self {
        self.splices.push(Splice { at, bytes });
        self
    }

    /// Inserts a field before all others of a part.
    ///
    /// Trace fields belong there: what was signed below stays as it is. The value is written on one
    /// line, as it is given.
    pub fn prepend_field(
        &mut self,
        part: PartId,
        name: FieldName<'_>,
        value: FieldText<'_>,
    ) -> &mut Self {
        let header = self.message.index().span(part, Section::Header);
        let first = self.message.part(part).and_then(|part| part.fields().next());
        let at = first.map_or(header.start, |field| field.span().start);
        let mut line = self.line(name, &value);
        if header.is_empty() {
            line.extend_from_slice(self.line_end());
        }
        self.splice(Span::new(at, at), Cow::Owned(line))
    }

    /// Inserts a field behind all others of a part.
    pub fn append_field(
        &mut self,
        part: PartId,
        name: FieldName<'_>,
        value: FieldText<'_>,
    ) -> &mut Self {
        let Some(last) = self.message.part(part).and_then(|part| part.fields().last()) else {
            return self.prepend_field(part, name, value);
        };
        let mut line = Vec::new();
        if !last.raw().ends_with(b"\n") {
            line.extend_from_slice(self.line_end());
        }
        line.extend_from_slice(&self.line(name, &value));
        let at = last.span().end;
        self.splice(Span::new(at, at), Cow::Owned(line))
    }

    /// Replaces the value of a field; its name stays as it is written.
    pub fn replace_field(&mut self, field: Field<'m>, value: FieldText<'_>) -> &mut Self {
        let start = field.value_at();
        let end = start.saturating_add(field.value().len() as u64);
        let mut bytes = Vec::from(*b" ");
        bytes.extend_from_slice(value.as_str().as_bytes());
        self.splice(Span::new(start, end), Cow::Owned(bytes))
    }

    /// Removes a field with its line end.
    pub fn remove_field(&mut self, field: Field<'m>) -> &mut Self {
        self.splice(field.span(), Cow::Borrowed(&[]))
    }

    /// Replaces the body of a part, by bytes that are encoded as its header says.
    pub fn replace_body(&mut self, part: PartId, body: impl Into<Cow<'m, [u8]>>) -> &mut Self {
        let at = self.message.index().span(part, Section::Body);
        self.splice(at, body.into())
    }

    /// Replaces a part, header section and body, by another entity.
    ///
    /// # Errors
    ///
    /// [`EditError::ContainsDelimiter`] if the entity contains a delimiter of the multipart that
    /// it is put into.
    pub fn replace_part(
        &mut self,
        part: PartId,
        entity: impl Into<Cow<'m, [u8]>>,
    ) -> Result<&mut Self, EditError> {
        let entity = entity.into();
        if let Some(parent) = self.message.index().parent(part) {
            self.check_delimiters(parent, &entity)?;
        }
        let at = self.message.index().span(part, Section::All);
        Ok(self.splice(at, entity))
    }

    /// Removes a part of a multipart, with the delimiter before it.
    ///
    /// # Errors
    ///
    /// [`EditError::NotInMultipart`] if it is in none.
    pub fn remove_part(&mut self, part: PartId) -> Result<&mut Self, EditError> {
        let index = self.message.index();
        let parent = index.parent(part).ok_or(EditError::NotInMultipart)?;
        if index.kind(parent) != PartKind::Multipart {
            return Err(EditError::NotInMultipart);
        }
        // What is before: the part before, or the preamble. Its delimiter goes; the line break
        // before the next delimiter stays with that.
        let before = index.children(parent).take_while(|&child| child != part).last();
        let start = match before {
            Some(before) => index.span(before, Section::All).end,
            None => index.span(parent, Section::Preamble).end,
        };
        let mut end = index.span(part, Section::All).end;
        if start == index.span(parent, Section::Body).start {
            // Nothing is before the delimiter; neither may a line break be.
            let rest = self.message.slice(Span::new(end, index.len()));
            let line_end =
                if rest.starts_with(b"\r\n") { 2 } else { u64::from(rest.first() == Some(&b'\n')) };
            end = end.saturating_add(line_end);
        }
        Ok(self.splice(Span::new(start, end), Cow::Borrowed(&[])))
    }

    /// Puts an entity behind the other parts of a multipart.
    ///
    /// # Errors
    ///
    /// [`EditError::NotInMultipart`] if the container is no multipart,
    /// [`EditError::ContainsDelimiter`] if the entity contains one of its delimiters.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Edit, Message, PartId};
    ///
    /// let message = Message::parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n");
    /// let mut edit = Edit::new(&message);
    /// edit.append_part(PartId::ROOT, &b"\ntwo"[..])?;
    /// assert!(edit.to_vec()?.ends_with(b"--b\n\none\n--b\n\ntwo\n--b--\n"));
    /// # Ok::<(), mime::EditError>(())
    /// ```
    pub fn append_part(
        &mut self,
        multipart: PartId,
        entity: impl Into<Cow<'m, [u8]>>,
    ) -> Result<&mut Self, EditError> {
        let entity = entity.into();
        let boundary = self.boundary(multipart).ok_or(EditError::NotInMultipart)?;
        self.check_delimiters(multipart, &entity)?;
        let index = self.message.index();
        let last = index.children(multipart).last();
        let at = match last {
            Some(last) => index.span(last, Section::All).end,
            None => index.span(multipart, Section::Preamble).end,
        };
        let mut bytes = Vec::new();
        if last.is_some() || !index.span(multipart, Section::Preamble).is_empty() {
            bytes.extend_from_slice(self.line_end());
        }
        bytes.extend_from_slice(b"--");
        bytes.extend_from_slice(&boundary);
        bytes.extend_from_slice(self.line_end());
        bytes.extend_from_slice(&entity);
        // Without a closing delimiter behind it, what follows must not run into the new part.
        if index.span(multipart, Section::Body).end == at {
            bytes.extend_from_slice(self.line_end());
            bytes.extend_from_slice(b"--");
            bytes.extend_from_slice(&boundary);
            bytes.extend_from_slice(b"--");
        }
        Ok(self.splice(Span::new(at, at), Cow::Owned(bytes)))
    }

    fn boundary(&self, multipart: PartId) -> Option<Cow<'m, [u8]>> {
        let part = self.message.part(multipart)?;
        if part.kind() != PartKind::Multipart {
            return None;
        }
        let boundary = part.content_type().parameters().bytes("boundary")?;
        let len = boundary.trim_ascii_end().len();
        Some(match boundary {
            Cow::Borrowed(boundary) => Cow::Borrowed(boundary.get(..len).unwrap_or_default()),
            Cow::Owned(mut boundary) => {
                boundary.truncate(len);
                Cow::Owned(boundary)
            }
        })
    }

    /// Makes sure that no line of an entity delimits anything in the multiparts around it.
    fn check_delimiters(&self, container: PartId, entity: &[u8]) -> Result<(), EditError> {
        let index = self.message.index();
        let mut around = Some(container);
        while let Some(part) = around {
            if let Some(boundary) = self.boundary(part) {
                let mut delimiter = Vec::from(*b"--");
                delimiter.extend_from_slice(&boundary);
                let at_line_start = |at: usize| {
                    at == 0 || at.checked_sub(1).and_then(|at| entity.get(at)) == Some(&b'\n')
                };
                if memmem::find_iter(entity, &delimiter).any(at_line_start) {
                    return Err(EditError::ContainsDelimiter);
                }
            }
            around = index.parent(part);
        }
        Ok(())
    }

    /// Returns the signed parts that the changes touch: the first parts of `multipart/signed`,
    /// whose signature is then no longer good.
    pub fn broken_signatures(&self) -> Vec<PartId> {
        let signed = self.message.parts().filter_map(|part| part.signed()).map(|signed| {
            let part = signed.content();
            (part.id(), part.span(Section::All))
        });
        signed
            .filter(|&(_, span)| {
                self.splices.iter().any(|splice| {
                    let at = splice.at;
                    // An insertion at the very start or end changes the signed bytes, too.
                    at.start <= span.end && at.end >= span.start
                })
            })
            .map(|(part, _)| part)
            .collect()
    }

    /// Returns the changed message in pieces, in order: those of the old message and the new ones.
    ///
    /// They can be handed to a vectored write as they are.
    ///
    /// # Errors
    ///
    /// [`EditError::Overlap`] if two changes are about the same bytes.
    pub fn segments(&self) -> Result<Vec<&[u8]>, EditError> {
        let mut splices: Vec<&Splice<'_>> = self.splices.iter().collect();
        // The sort is stable: insertions at one place stay in their order.
        splices.sort_by_key(|splice| (splice.at.start, splice.at.end));
        let mut segments = Vec::with_capacity(splices.len() * 2 + 1);
        let mut at = 0;
        for splice in splices {
            if splice.at.start < at {
                return Err(EditError::Overlap(splice.at.start));
            }
            segments.push(self.message.slice(Span::new(at, splice.at.start)));
            segments.push(&*splice.bytes);
            at = splice.at.end.max(splice.at.start);
        }
        segments.push(self.message.slice(Span::new(at, self.message.index().len())));
        segments.retain(|segment| !segment.is_empty());
        Ok(segments)
    }

    /// Returns the changed message.
    ///
    /// # Errors
    ///
    /// [`EditError::Overlap`] if two changes are about the same bytes.
    pub fn to_vec(&self) -> Result<Vec<u8>, EditError> {
        Ok(self.segments()?.concat())
    }
}
