//! The fields of DKIM signatures.

use alloc::string::String;
use alloc::vec::Vec;

use super::{FieldValue, TagList};
use crate::{DefectKind, Problems};

/// How the signed content was brought into canonical form.
///
/// [RFC 6376, section 3.4](https://www.rfc-editor.org/rfc/rfc6376#section-3.4)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Canonicalization {
    /// Tolerates almost no change.
    #[default]
    Simple,
    /// Tolerates changes of blanks and of letter case in field names.
    Relaxed,
}

/// A DKIM signature, without any check of it.
///
/// [RFC 6376, section 3.5](https://www.rfc-editor.org/rfc/rfc6376#section-3.5)
///
/// # Example
///
/// ```
/// use mime::header::{Canonicalization, DkimSignature};
///
/// let value = b"v=1; a=ed25519-sha256; c=relaxed/simple; d=football.example.com;\r\n\
///     i=@football.example.com; q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n\
///     subject; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA";
/// let signature = DkimSignature::parse(value).unwrap();
/// assert_eq!(signature.domain, "football.example.com");
/// assert_eq!(signature.body, Canonicalization::Simple);
/// assert_eq!(signature.signed_fields, ["from", "to", "subject"]);
/// assert_eq!(signature.timestamp, Some(1_528_637_909));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DkimSignature<'a> {
    /// `a`: the algorithm, such as `rsa-sha256`.
    pub algorithm: String,
    /// `b`: the signature.
    pub signature: Vec<u8>,
    /// `bh`: the hash of the canonical body.
    pub body_hash: Vec<u8>,
    /// `c`, before the slash: the form of the header.
    pub header: Canonicalization,
    /// `c`, behind the slash: the form of the body.
    pub body: Canonicalization,
    /// `d`: the domain that signs.
    pub domain: String,
    /// `s`: the selector of the key.
    pub selector: String,
    /// `h`: the names of the signed fields, in their order and with repetitions.
    pub signed_fields: Vec<&'a str>,
    /// `i`: the identity on whose behalf it was signed; `@` and the domain if it is not given.
    pub identity: String,
    /// `l`: how many bytes of the canonical body are signed; all of them if it is not given.
    pub body_length: Option<u64>,
    /// `t`: when it was signed, in seconds since 1970.
    pub timestamp: Option<u64>,
    /// `x`: when it expires, in seconds since 1970.
    pub expiration: Option<u64>,
    /// All tags.
    pub tags: TagList<'a>,
}

impl<'a> DkimSignature<'a> {
    /// Reads the value of `DKIM-Signature`; `None` if a tag that must be there is missing or
    /// damaged.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of the field and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        let tags = TagList::parse_with(value, problems);
        let signature = Self::from_tags(tags);
        if signature.is_none() {
            problems.add(DefectKind::InvalidValue, 0, value.len() as u64);
        }
        signature
    }

    fn from_tags(tags: TagList<'a>) -> Option<Self> {
        if tags.text("v").is_some_and(|version| version != "1") {
            return None;
        }
        let forms = tags.text("c").unwrap_or_default();
        let (header, body) = forms.split_once('/').unwrap_or((&forms, ""));
        let form = |name: &str| match name {
            "" | "simple" => Some(Canonicalization::Simple),
            "relaxed" => Some(Canonicalization::Relaxed),
            _ => None,
        };
        // A value that is there but no number makes the signature void.
        let number = |name: &str| match tags.get(name) {
            Some(_) => tags.number(name).map(Some),
            None => Some(None),
        };
        let domain = tags.text("d")?;
        Some(DkimSignature {
            algorithm: tags.text("a")?,
            signature: tags.base64("b")?,
            body_hash: tags.base64("bh")?,
            header: form(header)?,
            body: form(body)?,
            selector: tags.text("s")?,
            signed_fields: Some(tags.names("h").collect::<Vec<_>>())
                .filter(|names| !names.is_empty())?,
            identity: tags.text("i").unwrap_or_else(|| alloc::format!("@{domain}")),
            body_length: number("l")?,
            timestamp: number("t")?,
            expiration: number("x")?,
            domain,
            tags,
        })
    }
}

impl<'a> FieldValue<'a> for DkimSignature<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        DkimSignature::parse_with(value, problems)
    }
}
