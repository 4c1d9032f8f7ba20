//! Protected header fields.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::entity::{Entity, parameter_texts, starts_with_ignore_case};
use super::signed::push_crlf;
use super::split::push_field;

/// How a payload protects header fields: the `hp` parameter of its Content-Type.
///
/// [RFC 9788, section 2.1](https://www.rfc-editor.org/rfc/rfc9788#section-2.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// `hp="clear"`: signed only, no field is hidden.
    Clear,
    /// `hp="cipher"`: the sender encrypts.
    Cipher,
    /// `protected-headers="v1"`, the form that mail programs wrote before the RFC. It does not say
    /// which fields were hidden.
    V1,
}

/// One header field of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field<'a> {
    /// Name as it stands.
    pub name: Cow<'a, [u8]>,
    /// Value, unfolded, without white space around it.
    pub value: Cow<'a, [u8]>,
}

/// What is known about one field.
///
/// [RFC 9788, section 4.3](https://www.rfc-editor.org/rfc/rfc9788#section-4.3)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldState {
    /// Anybody could have read and changed it.
    Unprotected,
    /// Anybody could have read it.
    SignedOnly,
    /// Nobody else could have read it, the sender is not proven.
    EncryptedOnly,
    /// Nobody else could have read it, the sender is proven.
    SignedAndEncrypted,
}

/// The fields that a payload protects, and those that its sender put outside.
///
/// The payload is the first entity below all encryption and signature layers. This depends on the
/// payload alone, not on the fields that the message had outside when it came.
///
/// [RFC 9788, section 4.2.1](https://www.rfc-editor.org/rfc/rfc9788#section-4.2.1)
///
/// # Example
///
/// ```
/// use pgp_armor::mail::{FieldState, HeaderSets, Mode};
///
/// let payload = b"Subject: Secret\r\nFrom: a@example.org\r\n\
///     HP-Outer: Subject: [...]\r\nHP-Outer: From: a@example.org\r\n\
///     Content-Type: text/plain; hp=\"cipher\"\r\n\r\nHello\r\n";
/// let sets = HeaderSets::parse(payload);
/// assert_eq!(sets.mode, Some(Mode::Cipher));
/// let states: Vec<_> = sets.protected.iter().map(|f| sets.state(f, true, true)).collect();
/// assert_eq!(states, [FieldState::SignedAndEncrypted, FieldState::SignedOnly]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeaderSets<'a> {
    /// How the fields are protected; `None`: they are not, and the outer ones count.
    pub mode: Option<Mode>,
    /// The fields of the payload, but not those that describe its structure; empty without a mode.
    pub protected: Vec<Field<'a>>,
    /// What the sender put outside; empty in other modes than [`Mode::Cipher`].
    pub outer: Vec<Field<'a>>,
}

impl<'a> HeaderSets<'a> {
    /// Reads the header section of a payload.
    pub fn parse(payload: &'a [u8]) -> Self {
        let entity = Entity::new(payload);
        let content_type = entity.content_type();
        let parameter = |name: &str| content_type.parameter(name).unwrap_or_default();
        let mode = match parameter("hp").as_slice() {
            hp if hp.eq_ignore_ascii_case(b"cipher") => Some(Mode::Cipher),
            hp if hp.eq_ignore_ascii_case(b"clear") => Some(Mode::Clear),
            _ if parameter("protected-headers").eq_ignore_ascii_case(b"v1") => Some(Mode::V1),
            _ => None,
        };
        let mut sets = HeaderSets { mode, protected: Vec::new(), outer: Vec::new() };
        for field in entity.fields().filter(|_| mode.is_some()) {
            if field.is("hp-outer") {
                if mode == Some(Mode::Cipher) {
                    sets.outer.extend(outer_field(&field.value()));
                }
            } else if !is_structural(field.name()) && !field.name().is_empty() {
                let name = Cow::Borrowed(field.name());
                sets.protected.push(Field { name, value: field.value() });
            }
        }
        sets
    }

    /// Returns the state of a protected field, given whether the payload was encrypted and whether
    /// a signature over it is good.
    pub fn state(&self, field: &Field<'_>, encrypted: bool, signed: bool) -> FieldState {
        let same = |outer: &Field<'_>| {
            outer.name.eq_ignore_ascii_case(&field.name) && outer.value == field.value
        };
        let hidden = encrypted && self.mode == Some(Mode::Cipher) && !self.outer.iter().any(same);
        match (hidden, signed && self.mode.is_some()) {
            (true, true) => FieldState::SignedAndEncrypted,
            (true, false) => FieldState::EncryptedOnly,
            (false, true) => FieldState::SignedOnly,
            (false, false) => FieldState::Unprotected,
        }
    }
}

/// ```abnf
/// hp-outer = "HP-Outer:" [FWS] field-name ":" *( [FWS] VCHAR ) *WSP CRLF
/// ```
///
/// [RFC 9788, section 2.2](https://www.rfc-editor.org/rfc/rfc9788#section-2.2)
fn outer_field(value: &[u8]) -> Option<Field<'static>> {
    let colon = memchr::memchr(b':', value)?;
    let (name, value) = value.split_at_checked(colon)?;
    let value = value.get(1..)?.trim_ascii().to_vec();
    Some(Field { name: Cow::Owned(name.trim_ascii().to_vec()), value: Cow::Owned(value) })
}

/// Whether a field tells of the structure of the entity and not of the message.
fn is_structural(name: &[u8]) -> bool {
    starts_with_ignore_case(name, "content-") || name.eq_ignore_ascii_case(b"mime-version")
}

/// Splits a message like [`split_message`](super::split_message), and protects its header fields.
///
/// The entity gets a copy of each field and says so with `hp`. With [`Mode::Cipher`] the outer
/// fields follow the baseline policy: the subject becomes `[...]`, `Keywords` and `Comments` are
/// left out, and the entity says for each other one that it was outside. Encrypt it, or the
/// protection is none. With [`Mode::V1`] the same is done in the older form.
///
/// [RFC 9788, section 3](https://www.rfc-editor.org/rfc/rfc9788#section-3)
///
/// # Example
///
/// ```
/// use pgp_armor::mail::{HeaderSets, Mode, protect};
///
/// let message = b"From: a@example.org\nSubject: Secret\n\nHello\n";
/// let (outer, payload) = protect(message, Mode::Cipher);
/// assert!(outer.starts_with(b"From: a@example.org\r\nSubject: [...]\r\n"));
/// let sets = HeaderSets::parse(&payload);
/// assert_eq!(sets.protected[1].value.as_ref(), b"Secret");
/// assert_eq!(sets.outer[1].value.as_ref(), b"[...]");
/// ```
pub fn protect(message: &[u8], mode: Mode) -> (Vec<u8>, Vec<u8>) {
    let message = Entity::new(message);
    let (mut outer, mut entity, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    let mut content: Vec<u8> = Vec::new();
    let mut typed = false;
    for field in message.fields() {
        if field.is("content-type") && !typed {
            typed = true;
            content.extend_from_slice(&content_type(&field.value(), mode));
        } else if starts_with_ignore_case(field.name(), "content-") {
            push_field(field.raw, &mut content);
        } else if !is_structural(field.name()) && !field.is("hp-outer") {
            push_field(field.raw, &mut entity);
            let seen = match mode {
                Mode::Cipher | Mode::V1 if field.is("subject") => Some(&b"Subject: [...]\r\n"[..]),
                Mode::Cipher | Mode::V1 if field.is("keywords") || field.is("comments") => None,
                _ => Some(field.raw),
            };
            if let Some(seen) = seen {
                push_field(seen, &mut outer);
                if mode == Mode::Cipher && !field.name().is_empty() {
                    listed.extend_from_slice(b"HP-Outer: ");
                    push_field(seen, &mut listed);
                }
            }
        }
    }
    if !typed {
        content.extend_from_slice(&content_type(b"text/plain; charset=us-ascii", mode));
    }
    outer.extend_from_slice(b"MIME-Version: 1.0\r\n");
    entity.append(&mut listed);
    entity.append(&mut content);
    entity.extend_from_slice(b"\r\n");
    push_crlf(message.body(), &mut entity);
    (outer, entity)
}

/// Writes a Content-Type field with the parameter of a mode, and with that of no other mode.
fn content_type(value: &[u8], mode: Mode) -> Vec<u8> {
    let parameter = match mode {
        Mode::Clear => "hp=\"clear\"",
        Mode::Cipher => "hp=\"cipher\"",
        Mode::V1 => "protected-headers=\"v1\"",
    };
    let mut texts = parameter_texts(value);
    // First, so that no unclosed quotation mark or comment can swallow it.
    let essence = texts.next().filter(|text| is_essence(text)).unwrap_or(b"text/plain");
    let mut out = b"Content-Type: ".to_vec();
    out.extend_from_slice(essence);
    out.extend_from_slice(b"; ");
    out.extend_from_slice(parameter.as_bytes());
    for text in texts {
        let key = text.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        let other = [&b"hp"[..], b"protected-headers"].iter().any(|n| key.eq_ignore_ascii_case(n));
        if !text.is_empty() && !other {
            out.extend_from_slice(b";\r\n ");
            out.extend_from_slice(text);
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// Whether text is a type and a subtype, and nothing else.
fn is_essence(text: &[u8]) -> bool {
    let token = |byte: &u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'(' | b')' | b';' | b',' | b'\\' | b':')
    };
    !text.is_empty() && text.iter().all(token)
}

/// Returns the body of a text leaf without the lines that repeat header fields for old readers,
/// if its Content-Type says `hp-legacy-display="1"`: all up to the first empty line.
///
/// `None` for a leaf that says nothing of the kind, and for HTML, where the element to leave out
/// is `div` of class `header-protection-legacy-display`.
///
/// [RFC 9788, section 4.5.3](https://www.rfc-editor.org/rfc/rfc9788#section-4.5.3)
///
/// # Example
///
/// ```
/// let leaf = b"Content-Type: text/plain; hp-legacy-display=1\n\nSubject: Secret\n\nHello\n";
/// assert_eq!(pgp_armor::mail::without_legacy_display(leaf), Some(&b"Hello\n"[..]));
/// ```
pub fn without_legacy_display(leaf: &[u8]) -> Option<&[u8]> {
    let entity = Entity::new(leaf);
    let content_type = entity.content_type();
    let wanted = content_type.is("text/plain")
        && content_type.parameter("hp-legacy-display").as_deref() == Some(b"1");
    // The lines are such a header section themselves.
    wanted
        .then(|| leaf.get(Entity::within(leaf, entity.body_offset()..leaf.len()).body_offset()..))?
}
