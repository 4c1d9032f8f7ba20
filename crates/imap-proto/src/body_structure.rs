use alloc::vec::Vec;

use crate::lists::{Parameters, Strings, loose_nstring};
use crate::literal::Encoder;
use crate::own::{own_by_method, own_enum, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Deviation, DeviationKind, LazyEnvelope, Limits, ParseError, PartNumber, Raw, Str};

/// The parts of a message, as the server parsed them.
///
/// The parts stand in one list in document order, each with the index of the part around it, so a
/// message of any depth is read and dropped without recursion.
///
/// ```abnf
/// body = "(" (body-type-1part / body-type-mpart) ")"
/// ```
///
/// [RFC 9051, section 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2)
///
/// # Example
///
/// ```
/// use imap_proto::{BodyStructure, PartNumber};
///
/// let text = br#"(("text" "plain" NIL NIL NIL "7bit" 12 1)("image" "png" NIL NIL NIL "base64" 99) "mixed")"#;
/// let body = BodyStructure::parse(text)?;
/// assert_eq!(body.parts().len(), 3);
/// let image = body.find(&PartNumber::try_from("2")?).ok_or("no such part")?;
/// assert_eq!(image.subtype, "png");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BodyStructure<'a> {
    parts: Vec<BodyPart<'a>>,
}

own_struct! { BodyStructure { parts } }

/// One part of a [`BodyStructure`].
///
/// ```abnf
/// body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]
/// body-type-basic = media-basic SP body-fields
/// body-type-msg   = media-message SP body-fields SP envelope SP body SP body-fld-lines
/// body-type-text  = media-text SP body-fields SP body-fld-lines
/// body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
/// body-fields     = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP body-fld-octets
/// body-ext-1part  = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]
/// body-ext-mpart  = body-fld-param [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BodyPart<'a> {
    parent: Option<usize>,
    end: usize,
    /// What comes with this kind of part.
    pub kind: BodyKind<'a>,
    /// The media type, such as `text`; empty for a multipart, and where the server has none.
    pub media_type: Str<'a>,
    /// The subtype, such as `plain`.
    pub subtype: Str<'a>,
    /// Parameters of the type, such as `charset`.
    pub parameters: Parameters<'a>,
    /// `Content-ID`.
    pub id: Option<Str<'a>>,
    /// `Content-Description`.
    pub description: Option<Str<'a>>,
    /// `Content-Transfer-Encoding`; empty for a multipart.
    pub encoding: Str<'a>,
    /// Octets of the body as it is encoded; 0 for a multipart.
    pub size: u64,
    /// `Content-MD5`.
    pub md5: Option<Str<'a>>,
    /// `Content-Disposition`.
    pub disposition: Option<Disposition<'a>>,
    /// `Content-Language`.
    pub language: Strings<'a>,
    /// `Content-Location`.
    pub location: Option<Str<'a>>,
    /// Values that future versions may add, as they came.
    pub extension: Option<Raw<'a>>,
}

own_struct! {
    BodyPart {
        parent, end, kind, media_type, subtype, parameters, id, description, encoding, size, md5,
        disposition, language, location, extension,
    }
}

/// The kinds of [`BodyPart`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyKind<'a> {
    /// A part without more.
    #[default]
    Basic,
    /// `text`.
    Text {
        /// Lines of the body as it is encoded.
        lines: u64,
    },
    /// `message/rfc822` or `message/global`, with one part in it.
    Message {
        /// The envelope of the message.
        envelope: LazyEnvelope<'a>,
        /// Lines of the body as it is encoded.
        lines: u64,
    },
    /// A multipart, with the parts in it.
    Multipart,
}

own_enum! { BodyKind { Basic, Text { lines }, Message { envelope, lines }, Multipart } }

/// `Content-Disposition`.
///
/// ```abnf
/// body-fld-dsp = "(" string SP body-fld-param ")" / nil
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Disposition<'a> {
    /// `inline`, `attachment` or another word.
    pub kind: Str<'a>,
    /// Parameters such as `filename`.
    pub parameters: Parameters<'a>,
}

own_struct! { Disposition { kind, parameters } }

impl<'a> BodyPart<'a> {
    /// Index of the part around this one in [`BodyStructure::parts`].
    #[must_use]
    pub const fn parent(&self) -> Option<usize> {
        self.parent
    }

    /// Index behind the last part inside of this one.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end
    }

    /// Whether the media type is this one, in any case of the letters.
    #[must_use]
    pub fn is_type(&self, media_type: &str, subtype: &str) -> bool {
        self.media_type.as_bytes().eq_ignore_ascii_case(media_type.as_bytes())
            && self.subtype.as_bytes().eq_ignore_ascii_case(subtype.as_bytes())
    }
}

impl<'a> BodyStructure<'a> {
    /// Reads the value of a BODYSTRUCTURE or BODY item, from its first to its last parenthesis.
    ///
    /// What servers are known to get wrong is understood: parts without a type, multiparts without
    /// parts, negative sizes, dispositions without parentheses, missing fields at the end.
    ///
    /// # Errors
    ///
    /// It is not a body structure, whatever is tolerated, or it is nested deeper than 64 levels.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_noting(value, Limits::DEPTH).map(|(body, _)| body)
    }

    /// The same with another limit of levels, and with what was tolerated.
    ///
    /// # Errors
    ///
    /// It is not a body structure, whatever is tolerated, or it is nested too deep.
    pub fn parse_noting(
        value: &'a [u8],
        depth: usize,
    ) -> Result<(Self, Vec<Deviation>), ParseError> {
        let mut c = Cursor::with(value, &[], depth);
        let body = Self::read(&mut c)?;
        c.end()?;
        Ok((body, c.into_deviations()))
    }

    /// A message of one part.
    #[must_use]
    pub fn single(part: BodyPart<'a>) -> Self {
        let part = BodyPart { parent: None, end: 1, ..part };
        Self { parts: alloc::vec![part] }
    }

    /// A part with others in it: a multipart, or a message with one part.
    ///
    /// The kind of the part decides what is written: for one that is neither, the others are not.
    #[must_use]
    pub fn nested(part: BodyPart<'a>, inner: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = alloc::vec![BodyPart { parent: None, ..part }];
        for body in inner {
            let base = parts.len();
            parts.extend(body.parts.into_iter().map(|mut part| {
                part.parent = Some(part.parent.map_or(0, |at| at.saturating_add(base)));
                part.end = part.end.saturating_add(base);
                part
            }));
        }
        let end = parts.len();
        if let Some(first) = parts.first_mut() {
            first.end = end;
        }
        Self { parts }
    }

    /// All parts in document order, the outermost first.
    #[must_use]
    pub fn parts(&self) -> &[BodyPart<'a>] {
        &self.parts
    }

    /// The indices of the parts directly inside of the one with this index.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.parts.get(index).map_or(0, |part| part.end);
        let mut next = index.saturating_add(1);
        core::iter::from_fn(move || {
            let child = next;
            if child >= end {
                return None;
            }
            next = self.parts.get(child).map_or(end, |part| part.end.max(child.saturating_add(1)));
            Some(child)
        })
    }

    /// The part with this number, as `BODY[number]` means it.
    #[must_use]
    pub fn find(&self, number: &PartNumber<'_>) -> Option<&BodyPart<'a>> {
        let mut found: Option<usize> = None;
        for n in number.numbers() {
            found = Some(match found {
                None => self.in_message(0, n)?,
                Some(at) => match self.parts.get(at)?.kind {
                    BodyKind::Multipart => self.child(at, n)?,
                    BodyKind::Message { .. } => self.in_message(self.child(at, 1)?, n)?,
                    _ => return None,
                },
            });
        }
        self.parts.get(found?)
    }

    /// The number of the part with this index.
    ///
    /// The outermost multipart has none. A multipart that is the body of a message inside has the
    /// number of that message.
    #[must_use]
    pub fn number(&self, index: usize) -> Option<PartNumber<'static>> {
        let mut numbers = Vec::new();
        let mut at = index;
        loop {
            let part = self.parts.get(at)?;
            let around = part.parent.and_then(|parent| self.parts.get(parent));
            match (around.map(|around| &around.kind), part.parent) {
                (Some(BodyKind::Multipart), Some(parent)) => {
                    let before = self.children(parent).position(|child| child == at)?;
                    numbers.push(u32::try_from(before).ok()?.checked_add(1)?);
                }
                _ if part.kind == BodyKind::Multipart => {}
                _ => numbers.push(1),
            }
            match part.parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        numbers.reverse();
        PartNumber::from_numbers(&numbers).ok()
    }

    fn child(&self, at: usize, n: u32) -> Option<usize> {
        self.children(at).nth(usize::try_from(n).ok()?.checked_sub(1)?)
    }

    /// Part `n` of a message whose body has this index.
    fn in_message(&self, body: usize, n: u32) -> Option<usize> {
        match self.parts.get(body)?.kind {
            BodyKind::Multipart => self.child(body, n),
            _ if n == 1 => Some(body),
            _ => None,
        }
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let mut body = Self { parts: Vec::with_capacity(4) };
        let mut open: Option<usize> = None;
        loop {
            // A part begins here.
            c.byte(b'(', "a body part")?;
            c.no_sp();
            let index = body.parts.len();
            body.parts.push(BodyPart {
                parent: open,
                end: index.saturating_add(1),
                ..BodyPart::default()
            });
            let Some(part) = body.parts.last_mut() else { return c.error("a body part") };
            let inside = if c.peek() == Some(b'(') {
                part.kind = BodyKind::Multipart;
                true
            } else {
                part.read_single(c)?
            };
            if inside {
                c.enter()?;
                open = Some(index);
                continue;
            }
            c.byte(b')', "the end of a body part")?;
            // As many parts around it as possible end here.
            loop {
                let end = body.parts.len();
                let Some(around) = open else { return Ok(body) };
                let Some(part) = body.parts.get_mut(around) else {
                    return c.error("a body part");
                };
                part.end = end;
                if part.kind == BodyKind::Multipart {
                    if c.peek_after_sp() == Some(b'(') {
                        c.no_sp();
                    }
                    if c.peek() == Some(b'(') {
                        break;
                    }
                    part.read_multipart(c)?;
                } else {
                    part.read_after_message(c)?;
                }
                c.byte(b')', "the end of a body part")?;
                c.leave();
                open = part.parent;
            }
        }
    }

    /// Writes the value, with the fields of BODYSTRUCTURE or only those of BODY.
    pub(crate) fn write(&self, e: &mut Encoder<'_>, extended: bool) {
        let mut open: Option<usize> = None;
        let mut index = 0usize;
        loop {
            // Everything that ends before this part.
            while let Some(around) = open {
                let Some(part) = self.parts.get(around) else { return };
                if index < part.end {
                    break;
                }
                if part.kind == BodyKind::Multipart {
                    e.sp();
                }
                part.write_after_parts(e, extended);
                open = part.parent;
            }
            let Some(part) = self.parts.get(index) else { return };
            e.byte(b'(');
            index = index.saturating_add(1);
            if part.kind == BodyKind::Multipart {
                if part.end > index {
                    open = Some(index.saturating_sub(1));
                } else {
                    // One without parts begins with its subtype.
                    part.write_after_parts(e, extended);
                }
                continue;
            }
            part.write_fields(e);
            match &part.kind {
                BodyKind::Message { envelope, .. } if part.end > index => {
                    e.sp();
                    envelope.write(e);
                    e.sp();
                    open = Some(index.saturating_sub(1));
                }
                _ => {
                    if let BodyKind::Text { lines } = part.kind {
                        e.sp();
                        e.number(lines);
                    }
                    if extended {
                        e.sp();
                        e.nstring(part.md5.as_ref());
                        part.write_extension(e);
                    }
                    e.byte(b')');
                    index = part.end.max(index);
                }
            }
        }
    }
}

impl<'a> BodyPart<'a> {
    /// Reads a part that is no multipart, without its parentheses. Gives back whether there is a
    /// part inside, which comes next.
    fn read_single(&mut self, c: &mut Cursor<'a>) -> Parsed<bool> {
        let media_type = loose_nstring(c)?;
        if !c.at_end() && c.peek() != Some(b')') {
            c.sp()?;
        }
        // A multipart without parts has its subtype first, and parameters next. A part without a
        // type has NIL twice.
        let next_is_list = c.peek() == Some(b'(');
        if media_type.is_some() && (next_is_list || is_nil(c)) || c.peek() == Some(b')') {
            c.tolerate(DeviationKind::Missing);
            self.kind = BodyKind::Multipart;
            self.subtype = media_type.unwrap_or_default();
            if c.peek() != Some(b')') {
                self.parameters = parameters(c)?;
                self.read_extension(c)?;
            }
            return Ok(false);
        }
        self.media_type = required(c, media_type);
        let subtype = loose_nstring(c)?;
        self.subtype = required(c, subtype);
        c.sp()?;
        self.parameters = parameters(c)?;
        c.sp()?;
        self.id = loose_nstring(c)?;
        c.sp()?;
        self.description = loose_nstring(c)?;
        c.sp()?;
        let encoding = loose_nstring(c)?;
        self.encoding = required(c, encoding);
        c.sp()?;
        self.size = count(c)?;
        let text = self.media_type.as_bytes().eq_ignore_ascii_case(b"text");
        let message = self.is_type("message", "rfc822") || self.is_type("message", "global");
        if message && c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            let envelope = LazyEnvelope::read(c)?;
            c.sp()?;
            self.kind = BodyKind::Message { envelope, lines: 0 };
            return Ok(true);
        }
        let number_follows = matches!(c.peek_after_sp(), Some(b'0'..=b'9' | b'-'));
        if text {
            let mut lines = 0;
            if number_follows {
                c.sp()?;
                lines = count(c)?;
            } else {
                c.tolerate(DeviationKind::Missing);
            }
            self.kind = BodyKind::Text { lines };
        } else if number_follows {
            // Lines where the grammar has none.
            c.sp()?;
            c.tolerate(DeviationKind::Unknown);
            count(c)?;
        }
        if c.eat(b' ') && c.peek() != Some(b')') {
            self.md5 = loose_nstring(c)?;
            self.read_extension(c)?;
        }
        Ok(false)
    }

    /// Reads what follows the parts of a multipart.
    fn read_multipart(&mut self, c: &mut Cursor<'a>) -> Parsed<()> {
        c.sp()?;
        let subtype = loose_nstring(c)?;
        self.subtype = required(c, subtype);
        if c.eat(b' ') && c.peek() != Some(b')') {
            self.parameters = parameters(c)?;
            self.read_extension(c)?;
        }
        Ok(())
    }

    /// Reads what follows the body of a message.
    fn read_after_message(&mut self, c: &mut Cursor<'a>) -> Parsed<()> {
        if matches!(c.peek_after_sp(), Some(b'0'..=b'9' | b'-')) {
            c.sp()?;
            let n = count(c)?;
            if let BodyKind::Message { lines, .. } = &mut self.kind {
                *lines = n;
            }
        } else {
            c.tolerate(DeviationKind::Missing);
        }
        if c.eat(b' ') && c.peek() != Some(b')') {
            self.md5 = loose_nstring(c)?;
            self.read_extension(c)?;
        }
        Ok(())
    }

    /// ```abnf
    /// [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]
    /// ```
    fn read_extension(&mut self, c: &mut Cursor<'a>) -> Parsed<()> {
        if !another(c)? {
            return Ok(());
        }
        self.disposition = disposition(c)?;
        if !another(c)? {
            return Ok(());
        }
        self.language = match c.peek() {
            Some(b'(') => Strings::read(c)?,
            _ => loose_nstring(c)?.into_iter().collect(),
        };
        if !another(c)? {
            return Ok(());
        }
        self.location = match c.peek() {
            // A list is not allowed here, and says nothing of use.
            Some(b'(') => {
                c.tolerate(DeviationKind::Unknown);
                c.value()?;
                None
            }
            _ => loose_nstring(c)?,
        };
        let start = c.offset();
        while another(c)? {
            c.value()?;
        }
        let extension = c.since(start).trim_ascii();
        if !extension.is_empty() {
            self.extension = Some(Raw::from_unit(extension));
        }
        Ok(())
    }

    fn write_fields(&self, e: &mut Encoder<'_>) {
        e.string(&self.media_type);
        e.sp();
        e.string(&self.subtype);
        e.sp();
        self.parameters.write(e);
        e.sp();
        e.nstring(self.id.as_ref());
        e.sp();
        e.nstring(self.description.as_ref());
        e.sp();
        e.string(&self.encoding);
        e.sp();
        e.number(self.size);
    }

    fn write_after_parts(&self, e: &mut Encoder<'_>, extended: bool) {
        match self.kind {
            BodyKind::Multipart => {
                e.string(&self.subtype);
                if extended {
                    e.sp();
                    self.parameters.write(e);
                    self.write_extension(e);
                }
            }
            BodyKind::Message { lines, .. } => {
                e.sp();
                e.number(lines);
                if extended {
                    e.sp();
                    e.nstring(self.md5.as_ref());
                    self.write_extension(e);
                }
            }
            BodyKind::Basic | BodyKind::Text { .. } => {}
        }
        e.byte(b')');
    }

    fn write_extension(&self, e: &mut Encoder<'_>) {
        e.sp();
        match &self.disposition {
            Some(disposition) => {
                e.byte(b'(');
                e.string(&disposition.kind);
                e.sp();
                disposition.parameters.write(e);
                e.byte(b')');
            }
            None => e.raw(b"NIL"),
        }
        e.sp();
        self.language.write(e);
        e.sp();
        e.nstring(self.location.as_ref());
        if let Some(extension) = &self.extension {
            e.sp();
            e.verbatim(extension);
        }
    }
}

/// Whether another field follows; goes to it.
fn another(c: &mut Cursor<'_>) -> Parsed<bool> {
    if c.peek() == Some(b')') {
        return Ok(false);
    }
    c.sp()?;
    if c.peek() == Some(b')') {
        c.tolerate(DeviationKind::TrailingSpace);
        return Ok(false);
    }
    Ok(true)
}

fn is_nil(c: &mut Cursor<'_>) -> bool {
    let start = c.offset();
    let found = c.nil().is_ok();
    c.rewind(start);
    found
}

/// A string where NIL is not allowed.
fn required<'a>(c: &mut Cursor<'_>, string: Option<Str<'a>>) -> Str<'a> {
    if string.is_none() {
        c.tolerate(DeviationKind::Missing);
    }
    string.unwrap_or_default()
}

/// A count of octets or lines. One below zero and NIL are read as 0.
fn count(c: &mut Cursor<'_>) -> Parsed<u64> {
    if c.peek() == Some(b'-') {
        c.tolerate(DeviationKind::BadNumber);
        c.skip(1);
        c.number64()?;
        return Ok(0);
    }
    if is_nil(c) {
        c.tolerate(DeviationKind::BadNumber);
        c.nil()?;
        return Ok(0);
    }
    c.number64()
}

/// ```abnf
/// body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
/// ```
fn parameters<'a>(c: &mut Cursor<'a>) -> Parsed<Parameters<'a>> {
    if c.peek() == Some(b'"') {
        // A lone string where a list should be.
        c.tolerate(DeviationKind::BadCharacter);
        c.quoted()?;
        return Ok(Parameters::default());
    }
    Parameters::read(c)
}

fn disposition<'a>(c: &mut Cursor<'a>) -> Parsed<Option<Disposition<'a>>> {
    if !c.eat(b'(') {
        let kind = loose_nstring(c)?;
        if kind.is_some() {
            c.tolerate(DeviationKind::BadCharacter);
        }
        return Ok(kind.map(|kind| Disposition { kind, parameters: Parameters::default() }));
    }
    if c.eat(b')') {
        c.tolerate(DeviationKind::Missing);
        return Ok(None);
    }
    let kind = loose_nstring(c)?;
    let kind = required(c, kind);
    let parameters = if another(c)? { parameters(c)? } else { Parameters::default() };
    c.no_sp();
    c.byte(b')', "the end of a disposition")?;
    Ok(Some(Disposition { kind, parameters }))
}

/// A body structure as it stands in a FETCH response: read by [`parse`](Self::parse), so one that
/// nobody looks at costs nothing, and one that cannot be read harms nothing else.
///
/// # Example
///
/// ```
/// use imap_proto::{BodyPart, BodyStructure, LazyBodyStructure};
///
/// let body = BodyStructure::single(BodyPart::default());
/// let lazy = LazyBodyStructure::extended(&body);
/// assert_eq!(lazy.as_bytes(), br#"("" "" NIL NIL NIL "" 0 NIL NIL NIL NIL)"#);
/// assert_eq!(LazyBodyStructure::basic(&body).as_bytes(), br#"("" "" NIL NIL NIL "" 0)"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LazyBodyStructure<'a>(Raw<'a>);

impl<'a> LazyBodyStructure<'a> {
    /// The value of BODYSTRUCTURE.
    #[must_use]
    pub fn extended(body: &BodyStructure<'_>) -> LazyBodyStructure<'static> {
        Self::encode(body, true)
    }

    /// The value of BODY, which leaves out what BODYSTRUCTURE has more.
    #[must_use]
    pub fn basic(body: &BodyStructure<'_>) -> LazyBodyStructure<'static> {
        Self::encode(body, false)
    }

    fn encode(body: &BodyStructure<'_>, extended: bool) -> LazyBodyStructure<'static> {
        let mut out = Vec::new();
        body.write(&mut Encoder::response(&mut out, false), extended);
        LazyBodyStructure(Raw::from_encoded(out))
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// It is not a body structure, whatever is tolerated, or it is nested too deep.
    pub fn parse(&self) -> Result<BodyStructure<'_>, ParseError> {
        BodyStructure::parse(self.as_bytes())
    }

    /// The text as on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> LazyBodyStructure<'static> {
        LazyBodyStructure(self.0.into_owned())
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.peek() != Some(b'(') {
            return c.error("a body structure");
        }
        c.raw_value().map(Self)
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.verbatim(&self.0);
    }
}

own_by_method!(LazyBodyStructure);
