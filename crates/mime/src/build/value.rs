//! Values that can be written as they are: none can carry CR, LF or NUL.

use alloc::borrow::Cow;

use crate::ParseError;
use crate::header::syntax::is_token;

/// The name of a header field.
///
/// ```abnf
/// field-name = 1*ftext
/// ftext = %d33-57 / %d59-126
/// ```
///
/// [RFC 5322, section 3.6.8](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.8)
///
/// # Example
///
/// ```
/// use mime::build::FieldName;
///
/// assert!(FieldName::try_from("X-Mailer").is_ok());
/// assert!(FieldName::try_from("X: 1\r\nBcc").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldName<'a>(&'a str);

impl<'a> FieldName<'a> {
    /// Returns the name.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for FieldName<'a> {
    type Error = ParseError;

    fn try_from(name: &'a str) -> Result<Self, ParseError> {
        let bad = name.bytes().position(|byte| !byte.is_ascii_graphic() || byte == b':');
        match bad {
            Some(offset) => Err(ParseError::new(offset, "a character of a field name")),
            None if name.is_empty() || name.len() > 70 => {
                Err(ParseError::new(0, "a field name of 1 to 70 characters"))
            }
            None => Ok(FieldName(name)),
        }
    }
}

/// Text for a field or a parameter: anything but CR, LF and NUL.
///
/// # Example
///
/// ```
/// use mime::build::FieldText;
///
/// assert!(FieldText::try_from("你好").is_ok());
/// assert!(FieldText::try_from("hi\r\nBcc: x@y").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldText<'a>(Cow<'a, str>);

impl FieldText<'_> {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes the text independent of where it came from.
    pub fn into_owned(self) -> FieldText<'static> {
        FieldText(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> TryFrom<Cow<'a, str>> for FieldText<'a> {
    type Error = ParseError;

    fn try_from(text: Cow<'a, str>) -> Result<Self, ParseError> {
        match text.find(['\r', '\n', '\0']) {
            Some(offset) => Err(ParseError::new(offset, "text without line breaks and NUL")),
            None => Ok(FieldText(text)),
        }
    }
}

impl<'a> TryFrom<&'a str> for FieldText<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        FieldText::try_from(Cow::Borrowed(text))
    }
}

impl<'a> TryFrom<alloc::string::String> for FieldText<'a> {
    type Error = ParseError;

    fn try_from(text: alloc::string::String) -> Result<Self, ParseError> {
        FieldText::try_from(Cow::Owned(text))
    }
}

/// A media type without parameters, such as `image/png`.
///
/// ```abnf
/// content := "Content-Type" ":" type "/" subtype *(";" parameter)
/// ```
///
/// [RFC 2045, section 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1)
///
/// # Example
///
/// ```
/// use mime::build::MediaType;
///
/// assert!(MediaType::try_from("image/png").is_ok());
/// assert!(MediaType::try_from("text/plain\r\nX: 1").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a>(&'a str);

impl<'a> MediaType<'a> {
    /// `text/plain`
    pub const TEXT_PLAIN: MediaType<'static> = MediaType("text/plain");
    /// `text/html`
    pub const TEXT_HTML: MediaType<'static> = MediaType("text/html");
    /// `message/rfc822`
    pub const MESSAGE: MediaType<'static> = MediaType("message/rfc822");
    /// `application/octet-stream`
    pub const OCTET_STREAM: MediaType<'static> = MediaType("application/octet-stream");

    /// Returns `type/subtype`.
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// Returns whether the type, without the subtype, is this one.
    pub fn is_type(&self, name: &str) -> bool {
        self.0.split('/').next().is_some_and(|type_| type_.eq_ignore_ascii_case(name))
    }
}

impl<'a> TryFrom<&'a str> for MediaType<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        let error = |offset| Err(ParseError::new(offset, "type/subtype"));
        let Some((type_, subtype)) = text.split_once('/') else { return error(0) };
        let part = |part: &str| !part.is_empty() && part.len() <= 127 && part.bytes().all(is_token);
        if !part(type_) {
            return error(0);
        }
        if !part(subtype) {
            return error(type_.len() + 1);
        }
        Ok(MediaType(text))
    }
}

/// The name of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterName<'a>(&'a str);

impl<'a> ParameterName<'a> {
    pub(super) const fn constant(name: &'static str) -> ParameterName<'static> {
        ParameterName(name)
    }

    /// Returns the name.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for ParameterName<'a> {
    type Error = ParseError;

    fn try_from(name: &'a str) -> Result<Self, ParseError> {
        let attribute = |byte: u8| is_token(byte) && !matches!(byte, b'*' | b'\'' | b'%');
        match name.bytes().position(|byte| !attribute(byte)) {
            Some(offset) => Err(ParseError::new(offset, "a character of a parameter name")),
            None if name.is_empty() || name.len() > 40 => {
                Err(ParseError::new(0, "a parameter name of 1 to 40 characters"))
            }
            None => Ok(ParameterName(name)),
        }
    }
}
