use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::{ReportFields, TypedValue, groups};
use crate::ParseError;
use crate::header::DateTime;

/// What a mail server says about the delivery of a message.
///
/// ```abnf
/// delivery-status-content = per-message-fields 1*(CRLF per-recipient-fields)
/// ```
///
/// [RFC 3464, section 2.1](https://www.rfc-editor.org/rfc/rfc3464#section-2.1)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryReport {
    /// The server that tried to deliver.
    pub reporting_mta: Option<TypedValue>,
    /// The server from which the message came.
    pub received_from_mta: Option<TypedValue>,
    /// When the message arrived there.
    pub arrival_date: Option<DateTime>,
    /// All fields about the message, as they are.
    pub fields: ReportFields,
    /// What happened, for each recipient.
    pub recipients: Vec<RecipientStatus>,
}

/// What happened for one recipient.
///
/// ```abnf
/// per-recipient-fields = [original-recipient-field CRLF] final-recipient-field CRLF
///                        action-field CRLF status-field CRLF ...
/// ```
///
/// [RFC 3464, section 2.3](https://www.rfc-editor.org/rfc/rfc3464#section-2.3)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecipientStatus {
    /// The address that the sender gave.
    pub original_recipient: Option<TypedValue>,
    /// The address that was tried.
    pub final_recipient: Option<TypedValue>,
    /// What was done.
    pub action: Option<Action>,
    /// Why.
    pub status: Option<Status>,
    /// The server that said so.
    pub remote_mta: Option<TypedValue>,
    /// What that server said.
    pub diagnostic_code: Option<TypedValue>,
    /// When it was tried for the last time.
    pub last_attempt_date: Option<DateTime>,
    /// Until when it will be tried.
    pub will_retry_until: Option<DateTime>,
    /// All fields about the recipient, as they are.
    pub fields: ReportFields,
}

/// What was done with a message.
///
/// ```abnf
/// action-value = "failed" / "delayed" / "delivered" / "relayed" / "expanded"
/// ```
///
/// [RFC 3464, section 2.3.3](https://www.rfc-editor.org/rfc/rfc3464#section-2.3.3)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// It could not be delivered, and will not be tried again.
    Failed,
    /// It could not yet be delivered.
    Delayed,
    /// It was delivered.
    Delivered,
    /// It was passed on to a server that sends no reports.
    Relayed,
    /// It was delivered and passed on to several recipients.
    Expanded,
}

/// A status code.
///
/// ```abnf
/// status-code = DIGIT "." 1*3DIGIT "." 1*3DIGIT
/// ```
///
/// [RFC 3463, section 2](https://www.rfc-editor.org/rfc/rfc3463#section-2)
///
/// # Example
///
/// ```
/// use mime::report::Status;
///
/// let status: Status = "4.2.2 (mailbox full)".parse()?;
/// assert_eq!(status.to_string(), "4.2.2");
/// assert!(!status.is_permanent());
/// # Ok::<(), mime::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// 2 for success, 4 for a failure that may pass, 5 for one that stays.
    pub class: u8,
    /// What it is about.
    pub subject: u16,
    /// What it is.
    pub detail: u16,
}

impl Status {
    /// Returns whether it is useless to try again.
    pub const fn is_permanent(self) -> bool {
        self.class == 5
    }
}

impl FromStr for Status {
    type Err = ParseError;

    /// Reads the code; a comment may follow it.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let code = text.trim_start();
        let blanks = text.len() - code.len();
        let end = code.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(code.len());
        let error = ParseError::new(blanks, "status code");
        let mut numbers = code.get(..end).unwrap_or_default().split('.');
        let mut number = |longest: usize| {
            let digits = numbers.next().filter(|digits| (1..=longest).contains(&digits.len()));
            digits.and_then(|digits| digits.parse::<u16>().ok()).ok_or(error)
        };
        let class = u8::try_from(number(1)?).map_err(|_| error)?;
        let (subject, detail) = (number(3)?, number(3)?);
        if numbers.next().is_some() {
            return Err(error);
        }
        Ok(Status { class, subject, detail })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Action {
    fn of(text: &str) -> Option<Self> {
        // A comment may follow.
        let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        [
            ("failed", Action::Failed),
            ("delayed", Action::Delayed),
            ("delivered", Action::Delivered),
            ("relayed", Action::Relayed),
            ("expanded", Action::Expanded),
        ]
        .into_iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .map(|(_, action)| action)
    }
}

impl DeliveryReport {
    /// Reads the body of a `message/delivery-status`.
    ///
    /// Groups of fields that name a recipient are about recipients, wherever they stand; all
    /// others are about the message.
    pub fn parse(body: &[u8]) -> Self {
        let mut report = DeliveryReport::default();
        for group in groups(body) {
            let is_recipient = ["final-recipient", "original-recipient", "action", "status"]
                .iter()
                .any(|name| group.find(name).is_some());
            if is_recipient {
                report.recipients.push(RecipientStatus::of(group));
            } else {
                report.fields.0.extend(group.0);
            }
        }
        report.reporting_mta = report.fields.typed("reporting-mta");
        report.received_from_mta = report.fields.typed("received-from-mta");
        report.arrival_date = date(&report.fields, "arrival-date");
        report
    }
}

fn date(fields: &ReportFields, name: &str) -> Option<DateTime> {
    DateTime::parse(fields.find(name)?.as_bytes())
}

impl RecipientStatus {
    fn of(fields: ReportFields) -> Self {
        RecipientStatus {
            original_recipient: fields.typed("original-recipient"),
            final_recipient: fields.typed("final-recipient"),
            action: fields.find("action").and_then(Action::of),
            status: fields.find("status").and_then(|status| status.parse().ok()),
            remote_mta: fields.typed("remote-mta"),
            diagnostic_code: fields.typed("diagnostic-code"),
            last_attempt_date: date(&fields, "last-attempt-date"),
            will_retry_until: date(&fields, "will-retry-until"),
            fields,
        }
    }
}
