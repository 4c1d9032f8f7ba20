//! Messages in pieces, and bodies that are elsewhere.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Message, Part, Section};

/// One piece of a message: a `message/partial`.
///
/// [RFC 2046, section 5.2.2](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.2)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partial<'m> {
    /// What all pieces of one message have in common.
    pub id: Cow<'m, str>,
    /// The number of this piece, from 1 on.
    pub number: u32,
    /// How many pieces there are; only the last one must say so.
    pub total: Option<u32>,
}

/// Why pieces make no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// There is no piece.
    #[error("no pieces")]
    Empty,
    /// One of the messages is no piece.
    #[error("message {0} is no piece of a message")]
    NotPartial(usize),
    /// The pieces are of different messages.
    #[error("message {0} is a piece of another message")]
    OtherId(usize),
    /// A piece is missing.
    #[error("piece {0} is missing")]
    Missing(u32),
    /// A piece is there twice, with different content.
    #[error("piece {0} is there twice")]
    Twice(u32),
}

impl<'m> Part<'m> {
    /// Returns what the part says about itself as a piece of a message, if it is one.
    pub fn partial(self) -> Option<Partial<'m>> {
        let content_type = self.content_type();
        if !content_type.is("message", "partial") {
            return None;
        }
        let parameters = content_type.parameters();
        let number = |name: &str| parameters.text(name).and_then(|n| n.trim().parse::<u32>().ok());
        Some(Partial {
            id: parameters.text("id")?,
            number: number("number").filter(|&number| number > 0)?,
            total: number("total"),
        })
    }
}

/// Fields that the message inside has for itself, not its envelope.
///
/// [RFC 2046, section 5.2.2.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.2.1)
fn is_inner(name: &[u8]) -> bool {
    name.get(..8).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"content-"))
        || [&b"subject"[..], b"message-id", b"encrypted", b"mime-version"]
            .iter()
            .any(|inner| name.eq_ignore_ascii_case(inner))
}

/// Puts the pieces of a message together, given in any order.
///
/// The header section is made of that of the first piece and of that of the message inside, as
/// [RFC 2046, section 5.2.2.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.2.1) says.
///
/// # Errors
///
/// See [`JoinError`]. A piece that is there twice with the same content is taken once.
///
/// # Example
///
/// ```
/// use mime::{Message, join_partial, split_partial};
///
/// let message = b"From: a@b.c\r\nSubject: long\r\n\r\none\r\ntwo\r\nthree\r\n";
/// let pieces = split_partial(message, "id@b.c", 40);
/// assert_eq!(pieces.len(), 2);
/// let pieces: Vec<_> = pieces.iter().map(|piece| Message::parse(piece)).collect();
/// assert_eq!(join_partial(&pieces).unwrap(), message);
/// ```
pub fn join_partial(pieces: &[Message<'_>]) -> Result<Vec<u8>, JoinError> {
    let mut sorted: Vec<(Partial<'_>, &Message<'_>)> = Vec::with_capacity(pieces.len());
    for (number, message) in pieces.iter().enumerate() {
        let partial = message.root().partial().ok_or(JoinError::NotPartial(number))?;
        if sorted.first().is_some_and(|(first, _)| first.id != partial.id) {
            return Err(JoinError::OtherId(number));
        }
        sorted.push((partial, message));
    }
    sorted.sort_by_key(|(partial, _)| partial.number);
    let body = |message: &Message<'_>| message.root().raw(Section::Body).to_vec();
    let mut joined: Vec<u8> = Vec::new();
    let mut count = 0;
    let mut last: Option<&Message<'_>> = None;
    for (partial, message) in &sorted {
        if partial.number == count {
            if last.is_some_and(|last| body(last) != body(message)) {
                return Err(JoinError::Twice(count));
            }
            continue;
        }
        if partial.number != count.saturating_add(1) {
            return Err(JoinError::Missing(count.saturating_add(1)));
        }
        joined.extend_from_slice(message.root().raw(Section::Body));
        count = partial.number;
        last = Some(message);
    }
    let (_, first) = sorted.first().ok_or(JoinError::Empty)?;
    let total = sorted.iter().rev().find_map(|(partial, _)| partial.total);
    if let Some(missing) = total.filter(|&total| total > count).map(|_| count.saturating_add(1)) {
        return Err(JoinError::Missing(missing));
    }
    let inner = Message::parse(&joined);
    let mut out = Vec::with_capacity(joined.len());
    for field in first.fields().filter(|field| !is_inner(field.name())) {
        out.extend_from_slice(field.raw());
    }
    for field in inner.fields().filter(|field| is_inner(field.name())) {
        out.extend_from_slice(field.raw());
    }
    let header = inner.root().raw(Section::Header);
    let blank: &[u8] = if header.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
    out.extend_from_slice(blank);
    out.extend_from_slice(inner.root().raw(Section::Body));
    Ok(out)
}

/// Cuts a message into pieces whose bodies have at most `max` bytes, or one line if that is longer.
///
/// Each piece has the fields of the message, except for those about its content, and is 7bit or
/// 8bit as the message is ([RFC 2046, section
/// 5.2.2.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.2.1)). Characters that cannot stand
/// in the parameter `id` are written as `_`. One piece is enough for a short message.
pub fn split_partial(message: &[u8], id: &str, max: usize) -> Vec<Vec<u8>> {
    let parsed = Message::parse(message);
    let line_end: &[u8] = match memchr::memchr(b'\n', message) {
        Some(lf) if lf == 0 || message.get(lf - 1) != Some(&b'\r') => b"\n",
        _ => b"\r\n",
    };
    let mut bodies: Vec<&[u8]> = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let mut len = 0;
        for lf in memchr::memchr_iter(b'\n', rest).chain([rest.len() - 1]) {
            if lf >= max && len > 0 {
                break;
            }
            len = lf + 1;
        }
        let (body, next) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        bodies.push(body);
        rest = next;
    }
    let id: String = id
        .chars()
        .map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' })
        .collect();
    let total = bodies.len();
    let piece = |(number, body): (usize, &&[u8])| {
        let mut piece = Vec::new();
        for field in parsed.fields().filter(|field| !field.name().is_empty()) {
            if !is_inner(field.name()) {
                piece.extend_from_slice(field.raw());
            }
        }
        let number = number + 1;
        let content_type = alloc::format!(
            "Content-Type: message/partial; id=\"{id}\"; number={number}; total={total}"
        );
        for field in ["MIME-Version: 1.0", &content_type] {
            piece.extend_from_slice(field.as_bytes());
            piece.extend_from_slice(line_end);
        }
        piece.extend_from_slice(line_end);
        piece.extend_from_slice(body);
        piece
    };
    bodies.iter().enumerate().map(piece).collect()
}

/// A `message/external-body`: a part whose body is elsewhere.
///
/// [RFC 2046, section 5.2.3](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.3), and for
/// `url` [RFC 2017](https://www.rfc-editor.org/rfc/rfc2017).
///
/// # Example
///
/// ```
/// use mime::Message;
///
/// let message = Message::parse(
///     b"Content-Type: message/external-body; access-type=URL;\n URL=\"ftp://a.test/b\"\n\n\
///       Content-Type: image/gif\nContent-ID: <1@a.test>\n\n",
/// );
/// let external = message.root().external_body().unwrap();
/// assert_eq!(external.url().unwrap(), "ftp://a.test/b");
/// assert_eq!(external.phantom().root().content_type().essence(), "image/gif");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ExternalBody<'m> {
    part: Part<'m>,
}

impl<'m> Part<'m> {
    /// Returns the part as a pointer to a body that is elsewhere, if it is one.
    pub fn external_body(self) -> Option<ExternalBody<'m>> {
        self.content_type().is("message", "external-body").then_some(ExternalBody { part: self })
    }
}

impl<'m> ExternalBody<'m> {
    /// Returns a parameter: `access-type`, `name`, `site`, `directory`, `mode`, `server`,
    /// `subject`, `expiration`, `size`, `permission`, ...
    pub fn parameter(self, name: &str) -> Option<Cow<'m, str>> {
        self.part.content_type().parameters().text(name)
    }

    /// Returns how the body is to be had: `ftp`, `mail-server`, `local-file`, `url`, ...
    pub fn access_type(self) -> Option<Cow<'m, str>> {
        self.parameter("access-type")
    }

    /// Returns the URL, without the blanks that were put in to fold it ([RFC 2017, section
    /// 3.1](https://www.rfc-editor.org/rfc/rfc2017#section-3.1)).
    pub fn url(self) -> Option<String> {
        Some(self.parameter("url")?.chars().filter(|c| !c.is_whitespace()).collect())
    }

    /// Returns the length of the body in bytes, if it is said.
    pub fn size(self) -> Option<u64> {
        self.parameter("size")?.trim().parse().ok()
    }

    /// Returns the header of the body, and for `mail-server` the text of the request.
    pub fn phantom(self) -> Message<'m> {
        match self.part.decoded().bytes {
            Cow::Borrowed(bytes) => Message::parse(bytes),
            Cow::Owned(bytes) => Message::parse_owned(bytes),
        }
    }
}
