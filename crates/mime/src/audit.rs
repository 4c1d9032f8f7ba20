//! Looking at everything in a message, for what is wrong with it.

use alloc::vec::Vec;

use memchr::{memchr, memchr_iter};

use crate::codec::TransferEncoding;
use crate::header::{
    AddressList, ContentDisposition, ContentType, DateTime, Field, FieldValue, Known,
    MessageIdList, Unstructured,
};
use crate::part::is_unsafe_filename;
use crate::{
    Config, Defect, DefectKind, Error, Limits, Message, Part, PartId, PartKind, Policy, Problems,
    Section, Span,
};

/// Longest line without its line break.
///
/// [RFC 5322, section 2.1.1](https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1)
const LONGEST_LINE: usize = 998;

impl Message<'_> {
    /// Returns everything that is wrong with the message: its structure as in
    /// [`defects`](Self::defects), its bytes and lines, the values of its fields, the content of
    /// its bodies.
    ///
    /// Each kind is given once for a part, at its first place, except for those of the structure.
    /// There are at most [`Limits::defects`] of them. This reads and decodes the whole message.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{DefectKind, Message};
    ///
    /// let message = Message::parse(b"From: a@b.c\r\nDate: tomorrow\r\n\r\nbare\rCR\r\n");
    /// assert!(message.defects().is_empty());
    /// let kinds: Vec<_> = message.audit().iter().map(|defect| defect.kind).collect();
    /// assert_eq!(kinds, [DefectKind::BareCr, DefectKind::InvalidDate]);
    /// ```
    pub fn audit(&self) -> Vec<Defect> {
        self.audit_with(&Limits::default())
    }

    /// Does the same with other limits.
    pub fn audit_with(&self, limits: &Limits) -> Vec<Defect> {
        let mut audit =
            Audit { found: self.defects().to_vec(), part: PartId::ROOT, seen: [0; 4], limits };
        audit.message(self);
        audit.found
    }

    /// Returns the first defect of the whole message that a policy refuses.
    ///
    /// Reading with the policy looks at the structure only; this looks at everything.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the defect.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Message, Policy};
    ///
    /// let message = Message::parse(b"From: \"a@b\" <c@d>\r\nSubject: x\0y\r\n\r\n");
    /// assert!(message.check(&Policy::lenient()).is_ok());
    /// assert!(message.check(&Policy::gateway()).is_err());
    /// ```
    pub fn check(&self, policy: &Policy) -> Result<(), Error> {
        if *policy == Policy::lenient() {
            return Ok(());
        }
        match self.audit().into_iter().find(|defect| policy.refuses(defect)) {
            Some(defect) => Err(Error::Refused(defect)),
            None => Ok(()),
        }
    }
}

struct Audit<'l> {
    found: Vec<Defect>,
    part: PartId,
    /// The kinds that this part has already: a set.
    seen: [u64; 4],
    limits: &'l Limits,
}

impl Audit<'_> {
    fn add(&mut self, kind: DefectKind, at: Span) {
        if !self.is_known(kind) && self.found.len() < self.limits.defects as usize {
            self.found.push(Defect::new(kind, self.part, at));
        }
    }

    /// Returns whether the part has this kind already, and takes note of it.
    fn is_known(&mut self, kind: DefectKind) -> bool {
        let (word, bit) = (kind as usize / 64, 1 << (kind as usize % 64));
        let Some(word) = self.seen.get_mut(word) else { return true };
        let known = *word & bit != 0;
        *word |= bit;
        known
    }

    fn problems(&mut self, problems: &Problems, base: u64) {
        for problem in problems {
            let start = base.saturating_add(problem.at.start);
            self.add(problem.kind, Span::new(start, base.saturating_add(problem.at.end)));
        }
    }

    fn message(&mut self, message: &Message<'_>) {
        let windows_lines = memchr(b'\n', message.bytes())
            .is_some_and(|lf| lf > 0 && message.bytes().get(lf - 1) == Some(&b'\r'));
        for part in message.parts() {
            self.part = part.id();
            self.seen = [0; 4];
            for defect in message.defects().iter().filter(|defect| defect.part == part.id()) {
                self.is_known(defect.kind);
            }
            self.bytes(part.raw(Section::Header), part.span(Section::Header), windows_lines, true);
            let inner =
                if part.kind() == PartKind::Leaf { Section::Body } else { Section::Preamble };
            self.bytes(part.raw(inner), part.span(inner), windows_lines, false);
            self.bytes(
                part.raw(Section::Epilogue),
                part.span(Section::Epilogue),
                windows_lines,
                false,
            );
            for field in part.fields() {
                self.field(&field);
            }
            self.missing(part);
            self.filename(part);
            if part.kind() == PartKind::Leaf {
                self.body(part);
            }
        }
    }

    /// Looks at the bytes as they are.
    fn bytes(&mut self, bytes: &[u8], span: Span, windows_lines: bool, header: bool) {
        let at = |start: usize, end: usize| {
            Span::new(
                span.start.saturating_add(start as u64),
                span.start.saturating_add(end as u64),
            )
        };
        let mut start = 0;
        for lf in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            let line = bytes.get(start..lf).unwrap_or_default();
            let ended = lf < bytes.len();
            match line {
                [.., b'\r', b'\r'] if ended => self.add(DefectKind::DoubledCr, at(lf - 2, lf + 1)),
                [.., b'\r'] => {}
                _ if ended && windows_lines => self.add(DefectKind::MixedLineEnds, at(lf, lf + 1)),
                _ => {}
            }
            let content = line.strip_suffix(b"\r").filter(|_| ended).unwrap_or(line);
            let content = content.strip_suffix(b"\r").filter(|_| ended).unwrap_or(content);
            if let Some(cr) = memchr(b'\r', content) {
                self.add(DefectKind::BareCr, at(start + cr, start + cr + 1));
            }
            if let Some(nul) = memchr(0, content) {
                self.add(DefectKind::Nul, at(start + nul, start + nul + 1));
            }
            if content.len() > LONGEST_LINE {
                self.add(DefectKind::LineTooLong, at(start, lf));
            }
            start = lf + 1;
        }
        if header && core::str::from_utf8(bytes).is_err() {
            self.add(DefectKind::EightBitHeader, span);
        }
    }

    /// Reads the value of a field as its type.
    fn field(&mut self, field: &Field<'_>) {
        let mut problems = Problems::new();
        match Known::of(field.name()) {
            Known::From | Known::Sender | Known::ReplyTo | Known::To | Known::Cc | Known::Bcc => {
                field.parse_with::<AddressList<'_>>(&mut problems);
            }
            Known::MessageId | Known::InReplyTo | Known::References | Known::ContentId => {
                field.parse_with::<MessageIdList<'_>>(&mut problems);
            }
            Known::Date => {
                field.parse_with::<DateTime>(&mut problems);
            }
            Known::Subject | Known::ContentDescription => {
                field.parse_with::<Unstructured<'_>>(&mut problems);
            }
            Known::MimeVersion => mime_version(field.value(), &mut problems),
            Known::ContentType => {
                let value = ContentType::parse_with(field.value(), &mut problems);
                let (list, found) = value.parameters().list();
                let base = field.value_at().saturating_add(value.parameters_offset() as u64);
                self.problems(&found, base);
                if list.iter().any(|parameter| parameter.value.contains("=?")) {
                    self.add(DefectKind::EncodedWordParameter, field.span());
                }
            }
            Known::ContentDisposition => {
                if let Some(value) = ContentDisposition::read(field.value(), &mut problems) {
                    let (list, found) = value.parameters().list();
                    self.problems(&found, field.value_at());
                    if list.iter().any(|parameter| parameter.value.contains("=?")) {
                        self.add(DefectKind::EncodedWordParameter, field.span());
                    }
                }
            }
            Known::ContentTransferEncoding | Known::Other => {}
        }
        self.problems(&problems, field.value_at());
    }

    /// Looks for fields that a message must have.
    fn missing(&mut self, part: Part<'_>) {
        let starts_message = part.parent().is_none_or(|parent| parent.kind() == PartKind::Message);
        if !starts_message {
            return;
        }
        let at = part.span(Section::Header);
        let at = Span::new(at.start, at.start);
        if part.known(Known::From).is_none() {
            self.add(DefectKind::MissingFrom, at);
        }
        if part.known(Known::Date).is_none() {
            self.add(DefectKind::MissingDate, at);
        }
        let mime = [Known::ContentType, Known::ContentTransferEncoding, Known::ContentDisposition];
        let mime = mime.into_iter().find_map(|known| part.known(known));
        if let (Some(field), None) = (mime, part.known(Known::MimeVersion)) {
            self.add(DefectKind::MissingMimeVersion, field.span());
        }
    }

    fn filename(&mut self, part: Part<'_>) {
        let Some(name) = part.filename() else { return };
        let at = part.known(Known::ContentDisposition).or_else(|| part.known(Known::ContentType));
        let at = at.map(|field| field.span()).unwrap_or_default();
        if is_unsafe_filename(&name) {
            self.add(DefectKind::UnsafeFilename, at);
        }
        let other = part.content_type_filename();
        if other.is_some_and(|other| other != name) {
            self.add(DefectKind::FilenameConflict, at);
        }
    }

    fn body(&mut self, part: Part<'_>) {
        let span = part.span(Section::Body);
        if part.encoding() == TransferEncoding::SevenBit && !part.raw(Section::Body).is_ascii() {
            self.add(DefectKind::EightBitBody, span);
        }
        if let Some(text) = part.text() {
            self.problems(&text.problems, span.start);
            let charset = part.content_type().parameters().text("charset");
            if charset.is_some_and(|label| {
                let label = label.trim();
                label.eq_ignore_ascii_case("utf-7")
                    || label.eq_ignore_ascii_case("unicode-1-1-utf-7")
            }) {
                self.add(DefectKind::HiddenCharset, span);
            }
        } else if !part.encoding().is_identity() {
            self.problems(&part.decoded().problems, span.start);
        }
        if self.nests_too_deep(part) {
            self.add(DefectKind::TooManyEncodings, span);
        }
    }

    /// Returns whether more encoded messages are inside of each other than the limit allows.
    fn nests_too_deep(&self, part: Part<'_>) -> bool {
        let mut inner = part.embedded_message();
        for _ in 0..self.limits.encoded_nesting {
            let Some(message) = inner else { return false };
            inner = message.parts().find_map(Part::embedded_message);
        }
        inner.is_some()
    }
}

/// Reads the version of MIME.
///
/// ```abnf
/// version := "MIME-Version" ":" 1*DIGIT "." 1*DIGIT
/// ```
///
/// [RFC 2045, section 4](https://www.rfc-editor.org/rfc/rfc2045#section-4)
fn mime_version(value: &[u8], problems: &mut Problems) {
    use crate::header::syntax::Cursor;

    let mut cursor = Cursor::new(value);
    let mut is_one = true;
    for wanted in [b'1', b'.', b'0'] {
        cursor.skip_blanks_and_comments();
        is_one &= cursor.take(wanted);
    }
    cursor.skip_blanks_and_comments();
    if !is_one || !cursor.is_empty() {
        problems.add(DefectKind::InvalidMimeVersion, 0, value.len() as u64);
    }
}

impl<'a> Message<'a> {
    /// Reads a message, and refuses it if the policy refuses anything in it: its structure while
    /// reading, then its values and bodies.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the first defect that the policy refuses.
    pub fn parse_checked(bytes: &'a [u8], config: &Config) -> Result<Self, Error> {
        let message = Message::parse_with(bytes, config)?;
        message.check(&config.policy)?;
        Ok(message)
    }
}
