//! Reports that machines write: delivery status, disposition, feedback.
//!
//! [RFC 6522](https://www.rfc-editor.org/rfc/rfc6522): a `multipart/report` has a text for people,
//! the report itself, and mostly the message that it is about, or its header.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Message, Part, PartKind};

mod delivery;
mod disposition;
mod feedback;
mod write;

pub use delivery::{Action, DeliveryReport, RecipientStatus, Status};
pub use disposition::{DispositionReport, DispositionType};
pub use feedback::FeedbackReport;

/// A report, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// `message/delivery-status`: whether a message was delivered.
    Delivery(DeliveryReport),
    /// `message/disposition-notification`: whether a message was read.
    Disposition(DispositionReport),
    /// `message/feedback-report`: that a message is unwanted.
    Feedback(FeedbackReport),
}

/// The fields of a report, or of one of its groups, with their values unfolded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFields(Vec<(String, String)>);

impl ReportFields {
    /// Returns the value of the first field with a name, in any letter case.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Iterates over the values of all fields with a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Iterates over names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns a value of the form `type; value`, split.
    ///
    /// ```abnf
    /// typed-value = type ";" *WSP value
    /// ```
    fn typed(&self, name: &str) -> Option<TypedValue> {
        let value = self.find(name)?;
        let (kind, value) = value.split_once(';').unwrap_or(("", value));
        Some(TypedValue { kind: String::from(kind.trim()), value: String::from(value.trim()) })
    }
}

/// An address, a host name or a diagnostic text, with the kind that it is of.
///
/// [RFC 3464, section 2.1.2](https://www.rfc-editor.org/rfc/rfc3464#section-2.1.2)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypedValue {
    /// `rfc822`, `utf-8`, `dns`, `smtp`, ...; empty if it is missing.
    pub kind: String,
    /// The value.
    pub value: String,
}

/// Splits a body into groups of fields with blank lines between them.
fn groups(body: &[u8]) -> Vec<ReportFields> {
    let mut groups = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (group, next) = rest.split_at_checked(group_len(rest)).unwrap_or((rest, &[]));
        rest = next;
        // A group has the form of a header section.
        let message = Message::parse(group);
        let fields = message
            .fields()
            .filter(|field| !field.name().is_empty())
            .map(|field| {
                let name = String::from_utf8_lossy(field.name()).into_owned();
                (name, crate::header::text_cow(field.unfolded()).into_owned())
            })
            .collect::<Vec<_>>();
        if !fields.is_empty() {
            groups.push(ReportFields(fields));
        }
    }
    groups
}

/// The length of what comes up to and with the next blank line.
fn group_len(bytes: &[u8]) -> usize {
    let mut start = 0;
    for lf in memchr::memchr_iter(b'\n', bytes) {
        if bytes.get(start..lf).is_some_and(|line| line.trim_ascii().is_empty()) {
            return lf + 1;
        }
        start = lf + 1;
    }
    bytes.len()
}

impl<'m> Part<'m> {
    /// Reads the report that this part is or contains.
    ///
    /// `None` if it is neither a report nor a multipart with one.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Message, report::{Action, Report}};
    ///
    /// let message = Message::parse(
    ///     b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
    ///       --b\n\nCould not be delivered.\n\
    ///       --b\nContent-Type: message/delivery-status\n\n\
    ///       Reporting-MTA: dns; mx.example.com\n\n\
    ///       Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n\
    ///       --b--\n",
    /// );
    /// let Some(Report::Delivery(report)) = message.root().report() else { panic!() };
    /// let recipient = &report.recipients[0];
    /// assert_eq!(recipient.action, Some(Action::Failed));
    /// assert_eq!(recipient.final_recipient.as_ref().unwrap().value, "a@example.net");
    /// assert!(recipient.status.unwrap().is_permanent());
    /// ```
    pub fn report(self) -> Option<Report> {
        if self.kind() == PartKind::Multipart {
            return self.children().filter(|p| p.kind() == PartKind::Leaf).find_map(Part::report);
        }
        let content_type = self.content_type();
        if self.kind() != PartKind::Leaf || !content_type.is_kind("message") {
            return None;
        }
        let is = |subtype: &str| content_type.subtype().eq_ignore_ascii_case(subtype);
        if is("delivery-status") || is("global-delivery-status") {
            Some(Report::Delivery(DeliveryReport::parse(&self.decoded().bytes)))
        } else if is("disposition-notification") || is("global-disposition-notification") {
            Some(Report::Disposition(DispositionReport::parse(&self.decoded().bytes)))
        } else if is("feedback-report") {
            Some(Report::Feedback(FeedbackReport::parse(&self.decoded().bytes)))
        } else {
            None
        }
    }

    /// Returns the message that the report in this multipart is about, or its header alone.
    ///
    /// It is the part behind the report: a `message/rfc822`, or `text/rfc822-headers`.
    pub fn reported_message(self) -> Option<Message<'m>> {
        let original = self.children().skip(1).find(|part| {
            let content_type = part.content_type();
            part.kind() == PartKind::Message
                || content_type.is("text", "rfc822-headers")
                || content_type.is("message", "rfc822")
                || content_type.is("message", "rfc822-headers")
                || content_type.is("message", "global-headers")
        })?;
        Some(match original.decoded().bytes {
            Cow::Borrowed(bytes) => Message::parse(bytes),
            Cow::Owned(bytes) => Message::parse_owned(bytes),
        })
    }
}
