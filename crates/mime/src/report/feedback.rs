use alloc::string::String;
use alloc::vec::Vec;

use super::{ReportFields, TypedValue, groups};
use crate::header::DateTime;

/// What a mailbox provider says about an unwanted message.
///
/// ```abnf
/// feedback-report = *( feedback-type / user-agent / version ) opt-fields-once ...
/// ```
///
/// [RFC 5965, section 3](https://www.rfc-editor.org/rfc/rfc5965#section-3)
///
/// # Example
///
/// ```
/// use mime::report::FeedbackReport;
///
/// let report = FeedbackReport::parse(
///     b"Feedback-Type: abuse\nVersion: 1\nUser-Agent: x/1\n\
///       Original-Rcpt-To: <a@example.com>\nSource-IP: 192.0.2.1\n",
/// );
/// assert_eq!(report.feedback_type.as_deref(), Some("abuse"));
/// assert_eq!(report.source_ip.as_deref(), Some("192.0.2.1"));
/// assert_eq!(report.original_rcpt_to, ["<a@example.com>"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedbackReport {
    /// `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure`, `other`, ...
    pub feedback_type: Option<String>,
    /// The program that wrote the report.
    pub user_agent: Option<String>,
    /// The version of the format.
    pub version: Option<String>,
    /// When the message arrived.
    pub arrival_date: Option<DateTime>,
    /// How many such messages there were; 1 if nothing is said.
    pub incidents: u64,
    /// The envelope sender of the message.
    pub original_mail_from: Option<String>,
    /// The envelope recipients of the message.
    pub original_rcpt_to: Vec<String>,
    /// The server that received the message.
    pub reporting_mta: Option<TypedValue>,
    /// The address of the server that the message came from.
    pub source_ip: Option<String>,
    /// Results of authentication.
    pub authentication_results: Vec<String>,
    /// Domains that are thought to have to do with the message.
    pub reported_domains: Vec<String>,
    /// URIs that are thought to have to do with the message.
    pub reported_uris: Vec<String>,
    /// All fields, as they are.
    pub fields: ReportFields,
}

impl FeedbackReport {
    /// Reads the body of a `message/feedback-report`.
    pub fn parse(body: &[u8]) -> Self {
        let mut fields = ReportFields::default();
        for group in groups(body) {
            fields.0.extend(group.0);
        }
        let one = |name: &str| fields.find(name).map(String::from);
        let all = |name: &str| fields.all(name).map(String::from).collect();
        let date = fields.find("arrival-date").or_else(|| fields.find("received-date"));
        FeedbackReport {
            feedback_type: one("feedback-type"),
            user_agent: one("user-agent"),
            version: one("version"),
            arrival_date: date.and_then(|date| DateTime::parse(date.as_bytes())),
            incidents: fields.find("incidents").and_then(|n| n.trim().parse().ok()).unwrap_or(1),
            original_mail_from: one("original-mail-from"),
            original_rcpt_to: all("original-rcpt-to"),
            reporting_mta: fields.typed("reporting-mta"),
            source_ip: one("source-ip"),
            authentication_results: all("authentication-results"),
            reported_domains: all("reported-domain"),
            reported_uris: all("reported-uri"),
            fields,
        }
    }
}
