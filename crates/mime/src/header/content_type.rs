use alloc::borrow::Cow;
use alloc::string::String;

use super::parameter::Parameters;
use super::syntax::{Cursor, is_blank, is_token};
use crate::{DefectKind, Pick, Problems};

/// The value of `Content-Type`: what a body is.
///
/// ```abnf
/// content := "Content-Type" ":" type "/" subtype *(";" parameter)
/// ```
///
/// [RFC 2045, section 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1)
///
/// A value that does not parse is read as `text/plain` ([section
/// 5.2](https://www.rfc-editor.org/rfc/rfc2045#section-5.2)), with its parameters.
///
/// # Example
///
/// ```
/// use mime::header::ContentType;
///
/// let value = ContentType::parse(b" Text/HTML (comment);\r\n charset=utf-8");
/// assert!(value.is("text", "html"));
/// assert_eq!(value.essence(), "text/html");
/// assert_eq!(value.parameters().text("charset").unwrap(), "utf-8");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: Parameters<'a>,
    /// Where the parameters begin in the value.
    offset: usize,
}

impl ContentType<'static> {
    /// What holds where nothing is said: `text/plain`.
    pub fn text_plain() -> Self {
        ContentType { kind: "text", subtype: "plain", parameters: Parameters::new(b""), offset: 0 }
    }

    /// What holds in a `multipart/digest` where nothing is said: `message/rfc822`.
    pub fn message_rfc822() -> Self {
        ContentType { kind: "message", subtype: "rfc822", ..ContentType::text_plain() }
    }
}

impl<'a> ContentType<'a> {
    /// Parses the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        ContentType::parse_with(value, &mut Problems::new())
    }

    /// Parses the value of a field and tells what is wrong with the media type.
    ///
    /// What is wrong with the parameters tells [`Parameters::list`].
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let mut cursor = Cursor::new(value);
        if cursor.skip_blanks_and_comments() {
            problems.add(DefectKind::CommentInField, 0, cursor.offset() as u64);
        }
        let start = cursor.offset();
        let kind = token(&mut cursor);
        let mut comment = cursor.skip_blanks_and_comments();
        let subtype = if cursor.take(b'/') {
            comment |= cursor.skip_blanks_and_comments();
            token(&mut cursor)
        } else {
            ""
        };
        if comment {
            problems.add(DefectKind::CommentInField, start as u64, cursor.offset() as u64);
        }
        if kind.is_empty() || subtype.is_empty() {
            problems.add(DefectKind::InvalidContentType, start as u64, cursor.offset() as u64);
            // What follows may still be parameters; without a semicolon nothing tells.
            let at = value.iter().position(|&byte| byte == b';').unwrap_or(value.len());
            let parameters = Parameters::new(value.get(at..).unwrap_or_default());
            return ContentType { parameters, offset: at, ..ContentType::text_plain() };
        }
        if !matches!(cursor.peek(), None | Some(b';' | b'('))
            && !cursor.peek().is_some_and(is_blank)
        {
            // "text/plain,charset=x", "text/html>": the junk goes to the parameters' parser.
            let at = cursor.offset() as u64;
            problems.add(DefectKind::InvalidContentType, at, at + 1);
            if matches!(cursor.peek(), Some(b',' | b':')) {
                cursor.advance(1);
            }
        }
        let offset = cursor.offset();
        ContentType { kind, subtype, parameters: Parameters::new(cursor.rest()), offset }
    }

    /// Returns the type, in the letter case it has in the message.
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// Returns the subtype, in the letter case it has in the message.
    pub fn subtype(&self) -> &'a str {
        self.subtype
    }

    /// Returns whether this is the type `kind/subtype`, in any letter case.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.is_kind(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    /// Returns whether the type is `kind`, in any letter case.
    pub fn is_kind(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// Returns `type/subtype` in lower case.
    pub fn essence(&self) -> Cow<'static, str> {
        if self.is("text", "plain") {
            return Cow::Borrowed("text/plain");
        }
        let mut essence = String::with_capacity(self.kind.len() + 1 + self.subtype.len());
        essence.extend(self.kind.chars().map(|c| c.to_ascii_lowercase()));
        essence.push('/');
        essence.extend(self.subtype.chars().map(|c| c.to_ascii_lowercase()));
        Cow::Owned(essence)
    }

    /// Returns the parameters.
    pub fn parameters(&self) -> Parameters<'a> {
        self.parameters
    }

    pub(crate) fn with(self, pick: Pick) -> Self {
        ContentType { parameters: self.parameters.with_pick(pick), ..self }
    }

    pub(crate) fn parameters_offset(&self) -> usize {
        self.offset
    }
}

fn token<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    core::str::from_utf8(cursor.take_while(is_token)).unwrap_or_default()
}
