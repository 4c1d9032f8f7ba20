//! What a message consists of: parts, and how each of them is encoded.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use memchr::memmem;

use super::fold::FieldWriter;
use super::outgoing::{Outgoing, Segment};
use super::{
    BuildError, FieldName, FieldText, MediaType, NameForm, Options, ParameterName, Target,
};
use crate::codec::{TransferEncoding, quoted_printable};
use crate::header::MessageId;

/// Deepest nesting of multiparts.
const MAX_DEPTH: u8 = 100;
/// Longest line of a message, without its end.
const MAX_LINE: usize = 998;

/// The caller's name for content that is supplied while the message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceId(pub u32);

/// A part of a message in the making: a header of its own, and content.
#[derive(Clone, Debug)]
pub struct Entity<'a> {
    media_type: Option<MediaType<'a>>,
    parameters: Vec<(ParameterName<'a>, FieldText<'a>)>,
    disposition: Option<&'static str>,
    file_name: Option<FieldText<'a>>,
    content_id: Option<MessageId<'a>>,
    description: Option<FieldText<'a>>,
    fields: Vec<(FieldName<'a>, FieldText<'a>)>,
    content: Content<'a>,
    depth: u8,
    error: Option<BuildError>,
}

#[derive(Clone, Debug)]
enum Content<'a> {
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    Source {
        id: SourceId,
        len: u64,
    },
    Parts(Vec<Entity<'a>>),
    /// A message; it must not be encoded.
    Message(Cow<'a, [u8]>),
    /// A whole entity with its header.
    Ready(Cow<'a, [u8]>),
}

impl<'a> Entity<'a> {
    fn with(media_type: Option<MediaType<'a>>, content: Content<'a>) -> Self {
        Entity {
            media_type,
            parameters: Vec::new(),
            disposition: None,
            file_name: None,
            content_id: None,
            description: None,
            fields: Vec::new(),
            content,
            depth: 0,
            error: None,
        }
    }

    fn typed<V>(media_type: V, content: Content<'a>) -> Self
    where
        V: TryInto<MediaType<'a>>,
        V::Error: Into<BuildError>,
    {
        let mut entity = Entity::with(None, content);
        entity.media_type = entity.convert(media_type);
        entity
    }

    /// Creates a plain text. Its line breaks (CRLF, LF or CR) become CRLF.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Entity::with(Some(MediaType::TEXT_PLAIN), Content::Text(text.into()))
    }

    /// Creates an HTML text. Its line breaks (CRLF, LF or CR) become CRLF.
    pub fn html(html: impl Into<Cow<'a, str>>) -> Self {
        Entity::with(Some(MediaType::TEXT_HTML), Content::Text(html.into()))
    }

    /// Creates a part with any bytes.
    pub fn new<V>(media_type: V, content: impl Into<Cow<'a, [u8]>>) -> Self
    where
        V: TryInto<MediaType<'a>>,
        V::Error: Into<BuildError>,
    {
        Entity::typed(media_type, Content::Bytes(content.into()))
    }

    /// Creates a text of another type than plain and HTML, such as `text/calendar`.
    pub fn typed_text<V>(media_type: V, text: impl Into<Cow<'a, str>>) -> Self
    where
        V: TryInto<MediaType<'a>>,
        V::Error: Into<BuildError>,
    {
        Entity::typed(media_type, Content::Text(text.into()))
    }

    /// Creates a part whose content, of exactly `len` bytes, is supplied while the message is
    /// written ([`Chunk::Source`](super::Chunk::Source), [`Outgoing::supply`]).
    pub fn source<V>(media_type: V, id: SourceId, len: u64) -> Self
    where
        V: TryInto<MediaType<'a>>,
        V::Error: Into<BuildError>,
    {
        Entity::typed(media_type, Content::Source { id, len })
    }

    /// Creates a multipart, such as `multipart/mixed`.
    pub fn multipart<V>(media_type: V, parts: Vec<Entity<'a>>) -> Self
    where
        V: TryInto<MediaType<'a>>,
        V::Error: Into<BuildError>,
    {
        let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0).saturating_add(1);
        if depth > MAX_DEPTH {
            let mut entity = Entity::with(None, Content::Parts(Vec::new()));
            entity.error = Some(BuildError::TooDeep);
            return entity;
        }
        let mut entity = Entity::typed(media_type, Content::Parts(parts));
        entity.depth = depth;
        entity
    }

    /// Creates a part that is a whole message: `message/rfc822`.
    ///
    /// A message inside a message must not be encoded
    /// ([RFC 2046, section 5.2.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.1)); one that
    /// the target cannot carry is an error of `build`.
    pub fn message(message: impl Into<Cow<'a, [u8]>>) -> Self {
        Entity::with(Some(MediaType::MESSAGE), Content::Message(message.into()))
    }

    /// Takes an entity that was written before, header included, as it is: what a signature was
    /// made over.
    ///
    /// Setters have no effect on it.
    pub fn ready(entity: impl Into<Cow<'a, [u8]>>) -> Self {
        Entity::with(None, Content::Ready(entity.into()))
    }

    fn convert<T, V>(&mut self, value: V) -> Option<T>
    where
        V: TryInto<T>,
        V::Error: Into<BuildError>,
    {
        match value.try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                self.error.get_or_insert(error.into());
                None
            }
        }
    }

    /// Makes it an attachment with a file name.
    pub fn attachment<V>(mut self, file_name: V) -> Self
    where
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        self.disposition = Some("attachment");
        self.file_name = self.convert(file_name);
        self
    }

    /// Makes it a part that is shown where it stands, with a file name.
    pub fn inline<V>(mut self, file_name: V) -> Self
    where
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        self.disposition = Some("inline");
        self.file_name = self.convert(file_name);
        self
    }

    /// Sets the identifier by which HTML refers to it.
    pub fn content_id<V>(mut self, id: V) -> Self
    where
        V: TryInto<MessageId<'a>>,
        V::Error: Into<BuildError>,
    {
        self.content_id = self.convert(id);
        self
    }

    /// Sets the description.
    pub fn description<V>(mut self, text: V) -> Self
    where
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        self.description = self.convert(text);
        self
    }

    /// Adds a parameter of the media type; `boundary` and `charset` are set by the builder.
    pub fn parameter<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<ParameterName<'a>>,
        N::Error: Into<BuildError>,
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        let name: Option<ParameterName<'a>> = self.convert(name);
        let value = self.convert(value);
        if let (Some(name), Some(value)) = (name, value) {
            let lower = name.as_str().to_ascii_lowercase();
            let own = lower == "boundary"
                || (lower == "charset" && matches!(self.content, Content::Text(_)));
            if own {
                self.error.get_or_insert(BuildError::ReservedField);
            }
            self.parameters.push((name, value));
        }
        self
    }

    /// Adds a field with unstructured text to the part's header. `Content-Type`,
    /// `Content-Transfer-Encoding` and the others that have a method are refused.
    pub fn field<N, V>(mut self, name: N, text: V) -> Self
    where
        N: TryInto<FieldName<'a>>,
        N::Error: Into<BuildError>,
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        const RESERVED: [&str; 6] = [
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "content-id",
            "content-description",
            "bcc",
        ];
        let name: Option<FieldName<'a>> = self.convert(name);
        let text = self.convert(text);
        if let (Some(name), Some(text)) = (name, text) {
            if RESERVED.iter().any(|reserved| name.as_str().eq_ignore_ascii_case(reserved)) {
                self.error.get_or_insert(BuildError::ReservedField);
            }
            self.fields.push((name, text));
        }
        self
    }

    /// Writes the entity alone, with its header: what is to be signed or encrypted.
    ///
    /// `seed` is the source of boundaries.
    ///
    /// # Errors
    ///
    /// As [`Draft::build`](super::Draft::build), and if there is a source in it.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::build::{Entity, Options};
    ///
    /// let bytes = Entity::text("hi\n").to_vec(1, &Options::default()).unwrap();
    /// let text = String::from_utf8(bytes).unwrap();
    /// assert!(text.starts_with("Content-Type: text/plain; charset=utf-8\r\n"));
    /// assert!(text.ends_with("\r\n\r\nhi\r\n"));
    /// ```
    pub fn to_vec(self, seed: u128, options: &Options) -> Result<Vec<u8>, BuildError> {
        let mut outgoing = Outgoing::new(String::new(), Vec::new());
        self.write(&mut outgoing, &mut Boundaries::new(seed), options)?;
        outgoing.to_vec()
    }

    /// Writes the entity at the end of a message's header.
    pub(super) fn write(
        self,
        out: &mut Outgoing<'a>,
        boundaries: &mut Boundaries,
        options: &Options,
    ) -> Result<(), BuildError> {
        let ready = self.prepare(options)?;
        let mut plain = Vec::new();
        ready.collect(&mut plain);
        // What was chosen so far must not be found in any part that stands there as it is.
        let labels = boundaries.take(ready.multiparts(), &plain)?;
        ready.write(out, &mut labels.into_iter(), options, true);
        Ok(())
    }

    /// Chooses the encoding of each part.
    fn prepare(mut self, options: &Options) -> Result<Ready<'a>, BuildError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let content = core::mem::replace(&mut self.content, Content::Parts(Vec::new()));
        let (encoding, body) = match content {
            Content::Text(text) => {
                if self.media_type.is_some_and(|media_type| media_type.is_type("text")) {
                    let charset =
                        (ParameterName::constant("charset"), FieldText::try_from("utf-8")?);
                    self.parameters.insert(0, charset);
                }
                encode_text(text, options.target)
            }
            Content::Bytes(bytes) => match options.target {
                Target::Binary => (TransferEncoding::Binary, Body::Bytes(bytes)),
                _ => (TransferEncoding::Base64, Body::Base64(bytes)),
            },
            Content::Source { id, len } => match options.target {
                Target::Binary => (TransferEncoding::Binary, Body::Source { id, len }),
                _ => (TransferEncoding::Base64, Body::Source { id, len }),
            },
            Content::Message(bytes) => (unencoded(&bytes, options.target)?, Body::Bytes(bytes)),
            Content::Ready(bytes) => (unencoded(&bytes, options.target)?, Body::Whole(bytes)),
            Content::Parts(parts) => {
                if parts.is_empty() {
                    return Err(BuildError::NoParts);
                }
                // Bounded by MAX_DEPTH.
                let parts: Result<Vec<_>, _> =
                    parts.into_iter().map(|part| part.prepare(options)).collect();
                let parts = parts?;
                let widest =
                    parts.iter().map(|part| width(part.encoding)).max().unwrap_or_default();
                let encoding = match widest {
                    Target::SevenBit => TransferEncoding::SevenBit,
                    Target::EightBit => TransferEncoding::EightBit,
                    Target::Binary => TransferEncoding::Binary,
                };
                (encoding, Body::Parts(parts))
            }
        };
        Ok(Ready { entity: self, encoding, body })
    }

    fn write_header(
        &self,
        out: &mut Vec<u8>,
        encoding: TransferEncoding,
        boundary: Option<&str>,
        options: &Options,
    ) {
        let form = options.name_form;
        if let Some(media_type) = self.media_type {
            let mut field = FieldWriter::new(out, "Content-Type", options);
            field.token(media_type.as_str());
            for (name, value) in &self.parameters {
                field.parameter(name.as_str(), value.as_str(), form);
            }
            if let Some(boundary) = boundary {
                field.parameter("boundary", boundary, form);
            }
            // Old programs look for the name here.
            if let Some(name) = self.file_name.as_ref().filter(|_| form == NameForm::EncodedWord) {
                field.parameter("name", name.as_str(), form);
            }
            field.finish();
        }
        if encoding != TransferEncoding::SevenBit {
            let mut field = FieldWriter::new(out, "Content-Transfer-Encoding", options);
            field.token(encoding.as_str());
            field.finish();
        }
        if let Some(disposition) = self.disposition {
            let mut field = FieldWriter::new(out, "Content-Disposition", options);
            field.token(disposition);
            if let Some(name) = &self.file_name {
                field.parameter("filename", name.as_str(), form);
            }
            field.finish();
        }
        if let Some(id) = &self.content_id {
            let mut field = FieldWriter::new(out, "Content-ID", options);
            field.token(&alloc::format!("{id}"));
            field.finish();
        }
        let description = self.description.iter().map(|text| ("Content-Description", text));
        for (name, text) in
            description.chain(self.fields.iter().map(|(name, text)| (name.as_str(), text)))
        {
            let mut field = FieldWriter::new(out, name, options);
            field.text(text.as_str());
            field.finish();
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// An entity whose encoding is chosen.
struct Ready<'a> {
    entity: Entity<'a>,
    encoding: TransferEncoding,
    body: Body<'a>,
}

enum Body<'a> {
    /// To be written as it is.
    Bytes(Cow<'a, [u8]>),
    /// The same, with its header.
    Whole(Cow<'a, [u8]>),
    /// To be encoded on the way.
    Base64(Cow<'a, [u8]>),
    Source {
        id: SourceId,
        len: u64,
    },
    Parts(Vec<Ready<'a>>),
}

impl<'a> Ready<'a> {
    /// Counts the boundaries that are needed.
    fn multiparts(&self) -> usize {
        match &self.body {
            Body::Parts(parts) => 1 + parts.iter().map(Ready::multiparts).sum::<usize>(),
            _ => 0,
        }
    }

    /// Collects the bodies in which a boundary could occur.
    fn collect<'r>(&'r self, plain: &mut Vec<&'r [u8]>) {
        match &self.body {
            Body::Bytes(bytes) | Body::Whole(bytes) => plain.push(bytes),
            Body::Parts(parts) => parts.iter().for_each(|part| part.collect(plain)),
            Body::Base64(_) | Body::Source { .. } => {}
        }
    }

    fn write(
        self,
        out: &mut Outgoing<'a>,
        boundaries: &mut alloc::vec::IntoIter<String>,
        options: &Options,
        last: bool,
    ) {
        let Ready { entity, encoding, body } = self;
        out.widen(width(encoding));
        let boundary = match &body {
            Body::Parts(_) => boundaries.next(),
            _ => None,
        };
        if !matches!(body, Body::Whole(_)) {
            let mut header = Vec::new();
            entity.write_header(&mut header, encoding, boundary.as_deref(), options);
            out.push_owned(header);
        }
        match body {
            Body::Bytes(bytes) | Body::Whole(bytes) => {
                // A message ends with a line end; a part's last one belongs to its boundary.
                let open =
                    last && encoding != TransferEncoding::Binary && !bytes.ends_with(b"\r\n");
                let soft = encoding == TransferEncoding::QuotedPrintable;
                let empty = bytes.is_empty();
                out.push(Segment::Bytes(bytes));
                if open && !empty {
                    out.push_owned(if soft { b"=\r\n".to_vec() } else { b"\r\n".to_vec() });
                }
            }
            Body::Base64(bytes) => out.push(Segment::Base64(bytes)),
            Body::Source { id, len } => {
                let base64 = encoding == TransferEncoding::Base64;
                out.push(Segment::Source { id, len, base64 });
            }
            Body::Parts(parts) => {
                let boundary = boundary.unwrap_or_default();
                for (i, part) in parts.into_iter().enumerate() {
                    let lead = if i == 0 { "" } else { "\r\n" };
                    out.push_owned(alloc::format!("{lead}--{boundary}\r\n").into_bytes());
                    part.write(out, boundaries, options, false);
                }
                out.push_owned(alloc::format!("\r\n--{boundary}--\r\n").into_bytes());
            }
        }
    }
}

/// Returns what a message with such a part needs from its way.
fn width(encoding: TransferEncoding) -> Target {
    match encoding {
        TransferEncoding::Binary => Target::Binary,
        TransferEncoding::EightBit => Target::EightBit,
        _ => Target::SevenBit,
    }
}

/// What there is in content.
#[derive(Default)]
struct Survey {
    eight_bit: bool,
    /// NUL, or CR or LF alone.
    binary: bool,
    longest_line: usize,
    /// A line that mail systems are known to change: `From ` and a lone dot.
    fragile: bool,
}

impl Survey {
    fn of(bytes: &[u8]) -> Survey {
        let mut survey = Survey { eight_bit: !bytes.is_ascii(), ..Survey::default() };
        survey.binary = memchr::memchr(0, bytes).is_some();
        let mut breaks = 0;
        let mut rest = bytes;
        while !rest.is_empty() {
            let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, tail) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            survey.binary |= !tail.is_empty() && text.len() == line.len();
            survey.binary |= tail.is_empty() && text.len() != line.len();
            breaks += line.len() - text.len();
            survey.longest_line = survey.longest_line.max(text.len());
            survey.fragile |= text == b"." || text.starts_with(b"From ");
            rest = tail.get(1..).unwrap_or_default();
        }
        survey.binary |= memchr::memchr_iter(b'\r', bytes).count() != breaks;
        survey
    }
}

/// Chooses how text is written: as it is where that is safe, else in the shorter of the encodings.
fn encode_text(text: Cow<'_, str>, target: Target) -> (TransferEncoding, Body<'_>) {
    let text = with_crlf(text);
    let survey = Survey::of(text.as_bytes());
    let bytes = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    let lines = !survey.binary && survey.longest_line <= MAX_LINE;
    if lines && !survey.fragile {
        if !survey.eight_bit {
            return (TransferEncoding::SevenBit, Body::Bytes(bytes));
        }
        if target >= Target::EightBit {
            return (TransferEncoding::EightBit, Body::Bytes(bytes));
        }
    }
    let escapes =
        bytes.iter().filter(|byte| !(0x20..0x7f).contains(*byte) && !matches!(byte, b'\r' | b'\n'));
    // An escape costs two more characters; base64 costs a third more.
    if escapes.count().saturating_mul(2) > bytes.len() / 3 {
        return (TransferEncoding::Base64, Body::Base64(bytes));
    }
    let encoded = quoted_printable::encode(&bytes);
    (TransferEncoding::QuotedPrintable, Body::Bytes(Cow::Owned(encoded)))
}

/// Returns the label for content that must stay as it is.
fn unencoded(bytes: &[u8], target: Target) -> Result<TransferEncoding, BuildError> {
    let survey = Survey::of(bytes);
    if survey.binary || survey.longest_line > MAX_LINE {
        return match target {
            Target::Binary => Ok(TransferEncoding::Binary),
            _ => Err(BuildError::BinaryContent),
        };
    }
    match (survey.eight_bit, target) {
        (false, _) => Ok(TransferEncoding::SevenBit),
        (true, Target::SevenBit) => Err(BuildError::EightBitContent),
        (true, _) => Ok(TransferEncoding::EightBit),
    }
}

/// Turns all line breaks into CRLF.
fn with_crlf(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let breaks = memchr::memchr2_iter(b'\r', b'\n', bytes);
    let mut proper = true;
    let mut expected_lf = None;
    for at in breaks {
        let cr = bytes.get(at) == Some(&b'\r');
        proper &= cr == (expected_lf != Some(at));
        expected_lf = (cr && bytes.get(at + 1) == Some(&b'\n')).then_some(at + 1);
        proper &= !cr || expected_lf.is_some();
    }
    if proper {
        return text;
    }
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() == Some(&'\n') {
                    characters.next();
                }
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Makes boundaries and identifiers from a seed.
pub(super) struct Boundaries {
    state: [u64; 2],
}

impl Boundaries {
    pub(super) fn new(seed: u128) -> Self {
        let (high, low) = ((seed >> 64) as u64, seed as u64);
        let mut this = Boundaries { state: [low, high] };
        // Similar seeds must not give similar first values.
        for _ in 0..4 {
            this.next();
        }
        this
    }

    /// The generator xoroshiro128+, of Blackman and Vigna, seeded through splitmix64.
    fn next(&mut self) -> u64 {
        let mix = |mut z: u64| {
            z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let [a, b] = self.state;
        let b = b ^ a;
        self.state = [mix(a.rotate_left(24) ^ b ^ (b << 16)), b.rotate_left(37).wrapping_add(1)];
        let [a, b] = self.state;
        mix(a.wrapping_add(b))
    }

    /// Returns 26 characters of about 128 random bits.
    pub(super) fn random(&mut self) -> String {
        const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut out = String::with_capacity(26);
        for _ in 0..2 {
            let bits = self.next();
            out.extend((0..13).map(|i| {
                let index = (bits >> (5 * i).min(59)) as usize & 31;
                char::from(DIGITS.get(index).copied().unwrap_or(b'a'))
            }));
        }
        out
    }

    /// Returns boundaries of which none occurs in the given bodies.
    ///
    /// They begin with `=_`, which occurs in no quoted-printable and no base64 text.
    fn take(&mut self, count: usize, bodies: &[&[u8]]) -> Result<Vec<String>, BuildError> {
        const TRIES: usize = 16;
        let mut labels: Vec<String> = Vec::with_capacity(count);
        for _ in 0..count {
            let label = (0..TRIES).find_map(|_| {
                let label = alloc::format!("=_{}", self.random());
                let finder = memmem::Finder::new(label.as_bytes());
                let clash = labels.contains(&label)
                    || bodies.iter().any(|body| finder.find(body).is_some());
                (!clash).then_some(label)
            });
            labels.push(label.ok_or(BuildError::NoBoundary)?);
        }
        Ok(labels)
    }
}
