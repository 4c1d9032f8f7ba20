//! LANGUAGE and COMPARATOR, [RFC 5255](https://www.rfc-editor.org/rfc/rfc5255).

use alloc::vec::Vec;

use crate::Str;
use crate::literal::Encoder;
use crate::own::own_struct;
use crate::syntax::{Cursor, Parsed};

/// How strings are compared now, and how they could be.
///
/// ```abnf
/// comparator-data = "COMPARATOR" SP comp-sel-quoted [SP "(" comp-id-quoted *(SP comp-id-quoted) ")"]
/// ```
///
/// [RFC 5255, section 4.8](https://www.rfc-editor.org/rfc/rfc5255#section-4.8)
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let Response::Comparator(now) = Response::parse(b"* COMPARATOR i;unicode-casemap\r\n")? else {
///     panic!()
/// };
/// assert_eq!(now.active, "i;unicode-casemap");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparatorData<'a> {
    /// The comparator that is used now.
    pub active: Str<'a>,
    /// Those that fit what was asked for.
    pub matching: Vec<Str<'a>>,
}

own_struct! { ComparatorData { active, matching } }

impl<'a> ComparatorData<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let active = c.astring()?;
        let mut matching = Vec::new();
        if c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            matching = c.list(Cursor::astring)?;
        }
        Ok(Self { active, matching })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        e.astring(&self.active);
        if !self.matching.is_empty() {
            e.sp();
            e.list(&self.matching, |e, name| e.astring(name));
        }
    }
}

/// ```abnf
/// language-data = "LANGUAGE" SP "(" lang-tag-quoted *(SP lang-tag-quoted) ")"
/// ```
///
/// [RFC 5255, section 3.6](https://www.rfc-editor.org/rfc/rfc5255#section-3.6)
pub(crate) fn read_languages<'a>(c: &mut Cursor<'a>) -> Parsed<Vec<Str<'a>>> {
    c.sp()?;
    c.list(Cursor::astring)
}

pub(crate) fn write_languages(languages: &[Str<'_>], e: &mut Encoder<'_>) {
    e.sp();
    e.list(languages, |e, language| e.string(language));
}
