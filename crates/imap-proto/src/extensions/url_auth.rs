//! URLAUTH, [RFC 4467](https://www.rfc-editor.org/rfc/rfc4467), and URLAUTH=BINARY,
//! [RFC 5524](https://www.rfc-editor.org/rfc/rfc5524).

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{Content, LazyBodyStructure, Str};

/// What URLFETCH found behind one URL.
///
/// ```abnf
/// urlfetch-data   = "URLFETCH" 1*(SP (urldata-simple / urldata-ext / urldata-error))
/// urldata-error   = url-full SP nil
/// urldata-simple  = url-full SP nstring
/// urldata-ext     = url-full 1*(SP url-metadata-el)
/// url-metadata-el = "(" url-fetch-param SP data ")"
/// ```
///
/// [RFC 4467, section 8](https://www.rfc-editor.org/rfc/rfc4467#section-8),
/// [RFC 5524, section 3.4](https://www.rfc-editor.org/rfc/rfc5524#section-3.4)
///
/// # Example
///
/// ```
/// use imap_proto::{Response, UrlData};
///
/// let unit = b"* URLFETCH \"imap://example.org/INBOX/;uid=1\" {4}\r\ntext\r\n";
/// let Response::UrlFetch(found) = Response::parse(unit)? else { panic!() };
/// assert_eq!(found[0].data, UrlData::Text(Some(b"text"[..].into())));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlFetchData<'a> {
    /// The URL.
    pub url: Str<'a>,
    /// What is behind it.
    pub data: UrlData<'a>,
}

own_struct! { UrlFetchData { url, data } }

/// What is behind a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlData<'a> {
    /// Its text; `None` if the URL is not good.
    Text(Option<Content<'a>>),
    /// What was asked for.
    Items(Vec<UrlItem<'a>>),
}

own_enum! { UrlData { Text(content), Items(items) } }

/// One item of [`UrlData`].
///
/// [RFC 5524, section 3](https://www.rfc-editor.org/rfc/rfc5524#section-3)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlItem<'a> {
    /// `BODY`: the text as it is.
    Body(Option<Content<'a>>),
    /// `BINARY`: without the transfer encoding.
    Binary(Option<Content<'a>>),
    /// `BODYPARTSTRUCTURE`: the structure of the part.
    BodyPartStructure(LazyBodyStructure<'a>),
}

own_enum! { UrlItem { Body(content), Binary(content), BodyPartStructure(body) } }

/// Reads what follows the word URLFETCH.
pub(crate) fn read_fetched<'a>(c: &mut Cursor<'a>) -> Parsed<Vec<UrlFetchData<'a>>> {
    super::read_more(c, |c| {
        let url = c.astring()?;
        let mut items = Vec::new();
        while c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            items.push(UrlItem::read(c)?);
        }
        if !items.is_empty() {
            return Ok(UrlFetchData { url, data: UrlData::Items(items) });
        }
        c.sp()?;
        Ok(UrlFetchData { url, data: UrlData::Text(c.ncontent()?) })
    })
}

pub(crate) fn write_fetched(list: &[UrlFetchData<'_>], e: &mut Encoder<'_>) {
    for fetched in list {
        e.sp();
        e.astring(&fetched.url);
        match &fetched.data {
            UrlData::Text(content) => {
                e.sp();
                e.ncontent(content.as_ref(), false);
            }
            UrlData::Items(items) => {
                for item in items {
                    e.sp();
                    item.write(e);
                }
            }
        }
    }
}

impl<'a> UrlItem<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'(', "an item in parentheses")?;
        let name = c.take(ATOM);
        c.sp()?;
        let item = if name.eq_ignore_ascii_case(b"BODY") {
            Self::Body(c.ncontent()?)
        } else if name.eq_ignore_ascii_case(b"BINARY") {
            Self::Binary(c.ncontent()?)
        } else if name.eq_ignore_ascii_case(b"BODYPARTSTRUCTURE") {
            Self::BodyPartStructure(LazyBodyStructure::read(c)?)
        } else {
            return c.error("BODY, BINARY or BODYPARTSTRUCTURE");
        };
        c.byte(b')', "a closing parenthesis")?;
        Ok(item)
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Body(content) => {
                e.raw(b"(BODY ");
                e.ncontent(content.as_ref(), false);
            }
            Self::Binary(content) => {
                e.raw(b"(BINARY ");
                e.ncontent(content.as_ref(), true);
            }
            Self::BodyPartStructure(body) => {
                e.raw(b"(BODYPARTSTRUCTURE ");
                body.write(e);
            }
        }
        e.byte(b')');
    }
}
