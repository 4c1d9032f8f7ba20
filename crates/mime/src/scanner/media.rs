//! What `Content-Type` says about structure, where it is written as nearly everybody does.

use crate::header::syntax::{is_blank, is_name, is_token};

/// A media type as far as structure goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media<'a> {
    Leaf,
    Multipart {
        is_digest: bool,
        boundary: &'a [u8],
        /// Where the value of the parameter stands, with its quotes.
        at: (usize, usize),
    },
}

/// Reads the value of a `Content-Type` that has nothing unusual about it.
///
/// `None` is for everything else: comments, messages, other junk, a second boundary, a boundary
/// with backslashes or in pieces. [`ContentType`](crate::header::ContentType) reads those.
pub(super) fn plain_media(value: &[u8], limit: u16) -> Option<Media<'_>> {
    let start = skip(value, 0, is_blank);
    let slash = skip(value, start, is_token);
    let end = skip(value, slash + 1, is_token);
    if slash == start || value.get(slash) != Some(&b'/') || end == slash + 1 {
        return None;
    }
    let kind = value.get(start..slash)?;
    if kind.first()? | 0x20 != b'm' {
        let next = value.get(end).copied().unwrap_or(b';');
        return (next == b';' || is_blank(next)).then_some(Media::Leaf);
    }
    if !is_name(kind, b"multipart") {
        return None;
    }
    let is_digest = is_name(value.get(slash + 1..end)?, b"digest");
    let mut boundary = None;
    let mut at = skip(value, end, is_blank);
    for _ in 0..limit {
        if at == value.len() {
            break;
        }
        if value.get(at) != Some(&b';') {
            return None;
        }
        let start = skip(value, at, |byte| byte == b';' || is_blank(byte));
        if start == value.len() {
            at = start;
            break;
        }
        let end = skip(value, start, |byte| is_token(byte) && byte != b'*');
        if value.get(end) != Some(&b'=') || start == end {
            return None;
        }
        let name = value.get(start..end)?;
        let start = end + 1;
        let (text, end) = if value.get(start) == Some(&b'"') {
            let close =
                skip(value, start + 1, |byte| !matches!(byte, b'"' | b'\\' | b'\r' | b'\n'));
            if value.get(close) != Some(&b'"') {
                return None;
            }
            (value.get(start + 1..close)?, close + 1)
        } else {
            let end = skip(value, start, is_token);
            if end == start {
                return None;
            }
            (value.get(start..end)?, end)
        };
        if is_name(name, b"boundary") && boundary.replace((text, (start, end))).is_some() {
            return None;
        }
        at = skip(value, end, is_blank);
    }
    let (boundary, place) = boundary.filter(|_| at == value.len())?;
    Some(Media::Multipart { is_digest, boundary, at: place })
}

/// Where the bytes of a kind from a place on end.
#[inline]
fn skip(value: &[u8], from: usize, kind: impl Fn(u8) -> bool) -> usize {
    let rest = value.get(from..).unwrap_or_default();
    from + rest.iter().position(|&byte| !kind(byte)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problems;
    use crate::header::ContentType;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const LIMIT: u16 = 4;

    fn agrees(value: &[u8]) -> Result<(), TestCaseError> {
        let Some(media) = plain_media(value, LIMIT) else { return Ok(()) };
        let mut problems = Problems::new();
        let content_type = ContentType::parse_with(value, &mut problems);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        match media {
            Media::Leaf => {
                prop_assert!(!content_type.is_kind("multipart"));
                prop_assert!(!content_type.is_kind("message"));
            }
            Media::Multipart { is_digest, boundary, at } => {
                prop_assert!(content_type.is_kind("multipart"));
                prop_assert_eq!(is_digest, content_type.subtype().eq_ignore_ascii_case("digest"));
                let parameters = content_type.parameters().with(crate::Pick::First, LIMIT);
                let found = parameters.find("boundary", &mut problems);
                prop_assert!(problems.is_empty(), "{:?}", problems);
                let found = found.ok_or_else(|| TestCaseError::fail("no boundary"))?;
                prop_assert_eq!(&*found.bytes, boundary);
                prop_assert!(!found.extended);
                let base = content_type.parameters_offset();
                prop_assert_eq!(at, (base + found.at.0, base + found.at.1));
            }
        }
        Ok(())
    }

    #[test]
    fn usual_values_are_read() {
        assert_eq!(plain_media(b" text/plain; charset=utf-8", LIMIT), Some(Media::Leaf));
        assert_eq!(plain_media(b" image/png", LIMIT), Some(Media::Leaf));
        assert_eq!(plain_media(b" message/rfc822", LIMIT), None);
        let usual = b" Multipart/Digest;\r\n\tcharset=x; boundary=\"a b\" ;";
        assert_eq!(
            plain_media(usual, LIMIT),
            Some(Media::Multipart { is_digest: true, boundary: b"a b", at: (41, 46) })
        );
        for unusual in [
            " multipart/mixed",
            " multipart/mixed boundary=a",
            " multipart/mixed; boundary=a b",
            " multipart/mixed; boundary=a; boundary=b",
            " multipart/mixed; boundary*=a",
            " multipart/mixed; boundary=\"a\\b\"",
            " multipart/mixed; boundary=(c) a",
            " multipart/mixed; a=1; b=2; c=3; d=4; boundary=a",
            " text; a=b",
            " text/plain,a=b",
        ] {
            assert_eq!(plain_media(unusual.as_bytes(), LIMIT), None, "{unusual}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_grammar_reads(
            kind in prop::sample::select(vec!["multipart/mixed", "MULTIPART/digest", "text/html",
                "message/rfc822", "model/x", "multipart/", "a /b", "multipart/x y"]),
            pieces in prop::collection::vec(prop::sample::select(vec![";", " ", "boundary", "=",
                "a", "\"", "b c", "\\", "(x)", "*", "*0", "\r\n ", "; boundary=", "; x=y", ",",
                "/", "Boundary=\"q r\""]), 0..9),
        ) {
            let value: String = core::iter::once(" ").chain([kind]).chain(pieces).collect();
            agrees(value.as_bytes())?;
        }

        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let bytes: Vec<u8> = bytes;
            agrees(&bytes)?;
        }
    }
}
