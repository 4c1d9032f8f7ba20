//! Parameters of MIME fields: plain, continued and with a charset.
//!
//! ```abnf
//! parameter        := attribute "=" value
//! value            := token / quoted-string
//! parameter        := regular-parameter / extended-parameter
//! extended-parameter := (extended-initial-name "=" extended-value) /
//!                       (extended-other-names "=" extended-other-values)
//! section          := initial-section / other-sections
//! ```
//!
//! [RFC 2045, section 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1),
//! [RFC 2231, section 7](https://www.rfc-editor.org/rfc/rfc2231#section-7)

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::syntax::{Cursor, is_blank, is_token, trim};
use crate::{DefectKind, Limits, Pick, Problems};

/// The parameters of a field, read when asked for.
///
/// # Example
///
/// ```
/// use mime::header::Parameters;
///
/// let parameters = Parameters::new(b"; name*0*=utf-8''%e2%82; name*1*=%ac.pdf; x=\"a b\"");
/// assert_eq!(parameters.text("NAME").unwrap(), "\u{20ac}.pdf");
/// assert_eq!(parameters.text("x").unwrap(), "a b");
/// assert_eq!(parameters.text("y"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    bytes: &'a [u8],
    pick: Pick,
    limit: u16,
}

/// One parameter, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Parameter<'a> {
    /// The name as it stands there, without what RFC 2231 adds to it.
    pub name: Cow<'a, str>,
    /// The value as text.
    pub value: Cow<'a, str>,
    /// The language tag of an extended value; mostly absent.
    pub language: Option<Cow<'a, str>>,
}

impl<'a> Parameters<'a> {
    /// Takes what follows the media type or the disposition.
    pub fn new(bytes: &'a [u8]) -> Self {
        Parameters { bytes, pick: Pick::First, limit: Limits::default().parameters }
    }

    /// Returns the same parameters, read under another rule for equal names and another limit.
    pub fn with(self, pick: Pick, limit: u16) -> Self {
        Parameters { pick, limit, ..self }
    }

    pub(crate) fn with_pick(self, pick: Pick) -> Self {
        Parameters { pick, ..self }
    }

    /// Returns the value of a parameter as bytes, extended forms put together, nothing decoded
    /// from its charset.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::Parameters;
    ///
    /// let parameters = Parameters::new(br#"; boundary="a\"b""#);
    /// assert_eq!(parameters.bytes("boundary").unwrap(), &b"a\"b"[..]);
    /// ```
    pub fn bytes(self, name: &str) -> Option<Cow<'a, [u8]>> {
        Some(self.find(name, &mut Problems::new())?.bytes)
    }

    /// Returns the value of a parameter as text.
    ///
    /// An extended value is decoded by its charset; another one is UTF-8, or else windows-1252.
    pub fn text(self, name: &str) -> Option<Cow<'a, str>> {
        Some(self.find(name, &mut Problems::new())?.into_text(&mut Problems::new()))
    }

    /// Returns all parameters in the order of their first occurrence, and what is wrong with them.
    ///
    /// Of several parameters with one name the one is given that `text` gives.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{DefectKind, header::Parameters};
    ///
    /// let (list, problems) = Parameters::new(b"; a=1; B*=iso-8859-1'de'%fc; a=2").list();
    /// assert_eq!(list.len(), 2);
    /// assert_eq!((&*list[1].name, &*list[1].value), ("B", "\u{fc}"));
    /// assert!(problems.find(DefectKind::DuplicateParameter).is_some());
    /// ```
    pub fn list(self) -> (Vec<Parameter<'a>>, Problems) {
        let mut problems = Problems::new();
        let mut raw: Vec<(usize, RawParameter<'a>)> =
            RawParameters::new(self, &mut problems).enumerate().collect();
        // Equal names together, in their order; then the groups by their first member.
        raw.sort_by(|(i, a), (j, b)| cmp_ignore_case(a.name, b.name).then(i.cmp(j)));
        let mut groups = Vec::new();
        for group in raw.chunk_by(|a, b| a.1.name.eq_ignore_ascii_case(b.1.name)) {
            let Some(&(first, head)) = group.first() else { continue };
            let members = group.iter().map(|&(_, parameter)| parameter);
            if let Some(joined) = join(members, self.pick, &mut problems) {
                groups.push((first, head.name, joined));
            }
        }
        groups.sort_by_key(|group| group.0);
        let list = groups
            .into_iter()
            .map(|(_, name, joined)| {
                let language = joined.language.map(super::text);
                let value = joined.into_text(&mut problems);
                Parameter { name: super::text(name), value, language }
            })
            .collect();
        (list, problems)
    }

    pub(crate) fn find(self, name: &str, problems: &mut Problems) -> Option<Joined<'a>> {
        let members = RawParameters::new(self, problems)
            .filter(|parameter| parameter.name.eq_ignore_ascii_case(name.as_bytes()))
            .collect::<Vec<_>>();
        join(members.into_iter(), self.pick, problems)
    }
}

fn cmp_ignore_case(a: &[u8], b: &[u8]) -> core::cmp::Ordering {
    a.iter().map(u8::to_ascii_lowercase).cmp(b.iter().map(u8::to_ascii_lowercase))
}

/// A value before its charset is applied.
#[derive(Debug)]
pub(crate) struct Joined<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    pub(crate) charset: Option<&'a [u8]>,
    pub(crate) language: Option<&'a [u8]>,
    /// Whether it came in a form of RFC 2231.
    pub(crate) extended: bool,
    /// Where it stands in the bytes of the parameters.
    pub(crate) at: (usize, usize),
}

impl<'a> Joined<'a> {
    pub(crate) fn into_text(self, problems: &mut Problems) -> Cow<'a, str> {
        let Some(label) = self.charset.filter(|label| !label.is_empty()) else {
            return super::text_cow(self.bytes);
        };
        super::text_in(label, self.bytes, problems)
    }
}

/// One parameter as it stands there.
#[derive(Clone, Copy, Debug)]
struct RawParameter<'a> {
    name: &'a [u8],
    /// The number behind the first `*`.
    section: Option<u32>,
    /// Whether there is a `*` at the end.
    extended: bool,
    value: &'a [u8],
    quoted: bool,
    at: (usize, usize),
}

struct RawParameters<'a, 'p> {
    cursor: Cursor<'a>,
    left: u16,
    problems: &'p mut Problems,
}

impl<'a, 'p> RawParameters<'a, 'p> {
    fn new(parameters: Parameters<'a>, problems: &'p mut Problems) -> Self {
        RawParameters { cursor: Cursor::new(parameters.bytes), left: parameters.limit, problems }
    }

    fn problem(&mut self, kind: DefectKind, start: usize, end: usize) {
        self.problems.add(kind, start as u64, end as u64);
    }

    /// Skips up to the next name. Returns whether a semicolon was there.
    fn separator(&mut self) -> bool {
        let mut semicolon = false;
        loop {
            let before = self.cursor.offset();
            if self.cursor.skip_blanks_and_comments() {
                self.problem(DefectKind::CommentInField, before, self.cursor.offset());
            }
            if self.cursor.take(b';') {
                semicolon = true;
            } else {
                return semicolon;
            }
        }
    }

    /// Reads a value that has no quotes around it.
    ///
    /// It ends at a semicolon; at a blank, if a comment or what looks like the next parameter
    /// follows it; at a comment that ends it.
    fn unquoted(&mut self) -> &'a [u8] {
        let start = self.cursor.offset();
        let rest = self.cursor.rest();
        let mut end = 0;
        while let Some(&byte) = rest.get(end) {
            if byte == b';' {
                break;
            }
            if is_blank(byte) || byte == b'(' {
                let mut ahead = Cursor::new(rest.get(end..).unwrap_or_default());
                let comment = ahead.skip_blanks_and_comments();
                let next = ahead.peek();
                if matches!(next, None | Some(b';')) {
                    break;
                }
                if byte != b'(' && (comment || looks_like_parameter(ahead.rest())) {
                    break;
                }
                end += ahead.offset().max(1);
                continue;
            }
            end += 1;
        }
        self.cursor.advance(end);
        let value = trim(rest.get(..end).unwrap_or_default());
        if !value.iter().copied().all(is_token) {
            self.problem(DefectKind::UnquotedValue, start, start + end);
        }
        value
    }
}

/// Returns whether a token and `=` follow.
fn looks_like_parameter(bytes: &[u8]) -> bool {
    let len = bytes.iter().take_while(|&&byte| is_token(byte)).count();
    len > 0 && bytes.get(len) == Some(&b'=')
}

impl<'a> Iterator for RawParameters<'a, '_> {
    type Item = RawParameter<'a>;

    fn next(&mut self) -> Option<RawParameter<'a>> {
        loop {
            let semicolon = self.separator();
            let start = self.cursor.offset();
            if self.cursor.is_empty() {
                return None;
            }
            if self.left == 0 {
                self.problem(DefectKind::TooManyParameters, start, start);
                return None;
            }
            let name = self.cursor.take_while(|byte| !matches!(byte, b'=' | b';' | b'"'));
            if !self.cursor.take(b'=') {
                // No parameter: skip to the next semicolon, over quotes.
                if self.cursor.peek() == Some(b'"') {
                    self.cursor.quoted();
                }
                self.cursor.take_while(|byte| byte != b';');
                self.problem(DefectKind::InvalidParameter, start, self.cursor.offset());
                continue;
            }
            // What stands before the last blank is junk, unless the blank is before the `=`.
            let name = trim(name);
            let name = match name.iter().rposition(|&byte| is_blank(byte)) {
                Some(at) => {
                    self.problem(DefectKind::InvalidParameter, start, start + at);
                    name.get(at + 1..).unwrap_or_default()
                }
                None => name,
            };
            if !semicolon {
                self.problem(DefectKind::MissingSemicolon, start, start);
            }
            let before = self.cursor.offset();
            if self.cursor.skip_blanks_and_comments() {
                self.problem(DefectKind::CommentInField, before, self.cursor.offset());
            }
            let quoted = self.cursor.peek() == Some(b'"');
            let value_at = self.cursor.offset();
            let value = if quoted {
                let (value, closed) = self.cursor.quoted();
                if !closed {
                    self.problem(DefectKind::UnterminatedQuote, value_at, self.cursor.offset());
                }
                value
            } else {
                self.unquoted()
            };
            self.left -= 1;
            let at = (value_at, self.cursor.offset());
            let digits = name.split(|&byte| byte == b'*').nth(1).unwrap_or_default();
            let (name, section, extended) = split_name(name);
            if section.is_some() && digits.len() > 1 && digits.starts_with(b"0") {
                self.problem(DefectKind::ParameterSections, at.0, at.1);
            }
            return Some(RawParameter { name, section, extended, value, quoted, at });
        }
    }
}

/// Splits a name into the attribute, the section number and whether the value is extended.
///
/// ```abnf
/// section := initial-section / other-sections
/// initial-section := "*0"
/// other-sections := "*" ("1" / ... / "9") *DIGIT
/// ```
///
/// [RFC 2231, section 7](https://www.rfc-editor.org/rfc/rfc2231#section-7)
fn split_name(name: &[u8]) -> (&[u8], Option<u32>, bool) {
    let (body, extended) = match name.split_last() {
        Some((b'*', body)) => (body, true),
        _ => (name, false),
    };
    if let Some(star) = body.iter().position(|&byte| byte == b'*')
        && let (Some(attribute), Some(digits)) = (body.get(..star), body.get(star + 1..))
        && (1..=9).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
    {
        let number = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        return (attribute, Some(number), extended);
    }
    (body, None, extended)
}

/// Puts together the parameters of one name.
///
/// A continued or extended value counts more than a plain one: programs that write both write the
/// plain one for those that do not know RFC 2231.
fn join<'a>(
    members: impl Iterator<Item = RawParameter<'a>>,
    pick: Pick,
    problems: &mut Problems,
) -> Option<Joined<'a>> {
    let mut plain: Option<RawParameter<'a>> = None;
    let mut single: Option<RawParameter<'a>> = None;
    let mut sections: Vec<(u32, RawParameter<'a>)> = Vec::new();
    for member in members {
        let place = match (member.section, member.extended) {
            (Some(number), _) => {
                sections.push((number, member));
                continue;
            }
            (None, true) => &mut single,
            (None, false) => &mut plain,
        };
        if place.is_some() {
            let (start, end) = member.at;
            problems.add(DefectKind::DuplicateParameter, start as u64, end as u64);
        }
        if place.is_none() || pick == Pick::Last {
            *place = Some(member);
        }
    }
    if (plain.is_some() as u8) + (single.is_some() as u8) + (!sections.is_empty() as u8) > 1 {
        let (start, end) = plain.or(single).map_or((0, 0), |member| member.at);
        problems.add(DefectKind::ParameterForms, start as u64, end as u64);
    }
    if let Some(member) = single {
        return Some(extended(member, problems));
    }
    join_sections(sections, problems).or_else(|| plain.map(|member| unquoted_value(&member)))
}

fn unquoted_value<'a>(member: &RawParameter<'a>) -> Joined<'a> {
    let bytes = if member.quoted { unescape(member.value) } else { unfold(member.value) };
    Joined { bytes, charset: None, language: None, extended: false, at: member.at }
}

/// Reads `charset'language'text`.
fn extended<'a>(member: RawParameter<'a>, problems: &mut Problems) -> Joined<'a> {
    let mut fields = member.value.splitn(3, |&byte| byte == b'\'');
    let (charset, language, text) = match (fields.next(), fields.next(), fields.next()) {
        (Some(charset), Some(language), Some(text)) => (Some(charset), Some(language), text),
        _ => {
            let (start, end) = member.at;
            problems.add(DefectKind::InvalidExtendedValue, start as u64, end as u64);
            (None, None, member.value)
        }
    };
    Joined {
        bytes: percent_decode(text, member.at, problems),
        charset,
        language: language.filter(|language| !language.is_empty()),
        extended: true,
        at: member.at,
    }
}

fn join_sections<'a>(
    mut sections: Vec<(u32, RawParameter<'a>)>,
    problems: &mut Problems,
) -> Option<Joined<'a>> {
    sections.sort_by_key(|section| section.0);
    let &(first, head) = sections.first()?;
    let mut damaged = first != 0;
    let mut joined = Joined {
        bytes: Cow::Borrowed(&[]),
        charset: None,
        language: None,
        extended: true,
        at: head.at,
    };
    let mut bytes = Vec::new();
    let mut expected = first;
    for (number, section) in &sections {
        if *number != expected {
            damaged = true;
            if *number > expected {
                break;
            }
            continue;
        }
        if section.extended && *number == first {
            let start = extended(*section, problems);
            joined.charset = start.charset;
            joined.language = start.language;
            bytes.extend_from_slice(&start.bytes);
        } else if section.extended {
            bytes.extend_from_slice(&percent_decode(section.value, section.at, problems));
        } else {
            bytes.extend_from_slice(&unquoted_value(section).bytes);
        }
        expected = expected.saturating_add(1);
    }
    if damaged {
        problems.add(DefectKind::ParameterSections, head.at.0 as u64, head.at.1 as u64);
    }
    joined.bytes = Cow::Owned(bytes);
    Some(joined)
}

/// Decodes `%` and two hexadecimal digits; anything else stays.
fn percent_decode<'a>(
    text: &'a [u8],
    at: (usize, usize),
    problems: &mut Problems,
) -> Cow<'a, [u8]> {
    if !text.iter().any(|&byte| matches!(byte, b'%' | b'\r' | b'\n')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, tail @ ..]) => {
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) {
                    out.push(high << 4 | low);
                    rest = tail;
                    continue;
                }
                problems.add(DefectKind::InvalidExtendedValue, at.0 as u64, at.1 as u64);
                out.push(byte);
            }
            (b'%', _) => {
                problems.add(DefectKind::InvalidExtendedValue, at.0 as u64, at.1 as u64);
                out.push(byte);
            }
            (b'\r' | b'\n', _) => {}
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Removes the backslashes of quoted pairs, and line breaks.
pub(crate) fn unescape(quoted: &[u8]) -> Cow<'_, [u8]> {
    if !quoted.iter().any(|&byte| matches!(byte, b'\\' | b'\r' | b'\n')) {
        return Cow::Borrowed(quoted);
    }
    let mut out = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next()),
            b'\r' | b'\n' => {}
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

/// Removes line breaks.
pub(crate) fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.iter().any(|&byte| matches!(byte, b'\r' | b'\n')) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect())
}

impl Parameter<'_> {
    /// Copies what is borrowed.
    pub fn into_owned(self) -> Parameter<'static> {
        Parameter {
            name: Cow::Owned(self.name.into_owned()),
            value: Cow::Owned(self.value.into_owned()),
            language: self.language.map(|language| Cow::Owned(String::from(language))),
        }
    }
}
