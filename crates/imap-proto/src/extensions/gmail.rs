//! X-GM-EXT-1, the extension of Gmail.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::Str;
use crate::lists::{lazy_list, read_list};
use crate::literal::Encoder;
use crate::own::own_by_method;
use crate::syntax::{ATOM, Cursor, Parsed, is_class};

lazy_list! {
    /// The labels of a message, read when they are looked at. Those of the system begin with a
    /// backslash, as `\Inbox`.
    ///
    /// ```abnf
    /// "X-GM-LABELS" SP "(" [astring *(SP astring)] ")"
    /// ```
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::{GmailLabels, Str};
    ///
    /// let labels: GmailLabels<'_> =
    ///     [Str::try_from("\\Inbox")?, Str::try_from("my label")?].into_iter().collect();
    /// assert!(labels.iter().any(|label| label == "\\Inbox"));
    /// # Ok::<(), imap_proto::ParseError>(())
    /// ```
    GmailLabels, GmailLabelIter, Str<'l>, Str<'b>, read_label, skip_label, write_label, true, b"()"
}

fn read_label<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    if matches!(c.peek(), Some(b'"' | b'{')) {
        return c.string();
    }
    let text = c.loose("a label")?;
    Ok(Str::new(Cow::Borrowed(text.as_bytes())))
}

fn skip_label(c: &mut Cursor<'_>) -> Parsed<()> {
    read_label(c).map(|_| ())
}

fn write_label(label: &Str<'_>, e: &mut Encoder<'_>) {
    match label.as_bytes().strip_prefix(b"\\") {
        Some(name) if !name.is_empty() && name.iter().all(|b| is_class(*b, ATOM)) => {
            e.raw(label.as_bytes());
        }
        _ => e.astring(label),
    }
}
