use super::parameter::Parameters;
use super::syntax::{Cursor, is_token};
use crate::{DefectKind, Pick, Problems};

/// The value of `Content-Disposition`: how a part is to be shown.
///
/// ```abnf
/// disposition := "Content-Disposition" ":" disposition-type *(";" disposition-parm)
/// disposition-type := "inline" / "attachment" / extension-token
/// ```
///
/// [RFC 2183, section 2](https://www.rfc-editor.org/rfc/rfc2183#section-2)
///
/// # Example
///
/// ```
/// use mime::header::ContentDisposition;
///
/// let value = ContentDisposition::parse(b"attachment; filename=\"a.txt\"; size=12");
/// assert!(value.is_attachment());
/// assert_eq!(value.parameters().text("filename").unwrap(), "a.txt");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentDisposition<'a> {
    kind: &'a str,
    parameters: Parameters<'a>,
}

impl<'a> ContentDisposition<'a> {
    /// Parses the value of a field. One without a type is an attachment.
    pub fn parse(value: &'a [u8]) -> Self {
        ContentDisposition::parse_with(value, &mut Problems::new())
    }

    /// Parses the value of a field and tells what is wrong with the type.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let mut cursor = Cursor::new(value);
        cursor.skip_blanks_and_comments();
        let start = cursor.offset();
        let kind = core::str::from_utf8(cursor.take_while(is_token)).unwrap_or_default();
        cursor.skip_blanks_and_comments();
        if kind.is_empty() || cursor.peek() == Some(b'=') {
            problems.add(DefectKind::InvalidDisposition, start as u64, cursor.offset() as u64);
            let parameters = Parameters::new(value.get(start..).unwrap_or_default());
            return ContentDisposition { kind: "attachment", parameters };
        }
        ContentDisposition { kind, parameters: Parameters::new(cursor.rest()) }
    }

    /// Returns the type, in the letter case it has in the message.
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// Returns whether the part is to be shown with the text around it.
    pub fn is_inline(&self) -> bool {
        self.kind.eq_ignore_ascii_case("inline")
    }

    /// Returns whether the part is to be kept apart. That holds for all types but `inline`
    /// ([RFC 2183, section 2.8](https://www.rfc-editor.org/rfc/rfc2183#section-2.8)).
    pub fn is_attachment(&self) -> bool {
        !self.is_inline()
    }

    /// Returns the parameters.
    pub fn parameters(&self) -> Parameters<'a> {
        self.parameters
    }

    pub(crate) fn with(self, pick: Pick) -> Self {
        ContentDisposition { parameters: self.parameters.with_pick(pick), ..self }
    }
}
