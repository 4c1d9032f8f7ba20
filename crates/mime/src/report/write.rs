//! Writing reports.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use super::{
    Action, DeliveryReport, DispositionReport, DispositionType, FeedbackReport, RecipientStatus,
    Report, ReportFields, TypedValue,
};
use crate::build::Entity;
use crate::header::DateTime;

/// Preferred length of a line.
const LINE: usize = 76;

/// Fields that are being written. A name is written once.
#[derive(Default)]
struct Writer {
    out: String,
    written: Vec<String>,
}

impl Writer {
    /// Writes a field, folded at its blanks. Control characters become blanks, so that a value
    /// stays one field.
    fn field(&mut self, name: &str, value: &str) {
        self.out.push_str(name);
        self.out.push(':');
        let mut column = name.len() + 1;
        let clean = |c: char| if c.is_control() { ' ' } else { c };
        let value: String = value.chars().map(clean).collect();
        for word in value.split(' ').filter(|word| !word.is_empty()) {
            let len = word.chars().count();
            if column + 1 + len > LINE && column > name.len() + 1 {
                self.out.push_str("\r\n");
                column = 0;
            }
            self.out.push(' ');
            self.out.push_str(word);
            column += 1 + len;
        }
        self.out.push_str("\r\n");
        self.written.push(name.to_ascii_lowercase());
    }

    fn one(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.field(name, &value.to_string());
        }
    }

    fn date(&mut self, name: &str, date: Option<DateTime>) {
        self.one(name, date.map(|date| date.to_rfc5322()));
    }

    fn typed(&mut self, name: &str, value: Option<&TypedValue>) {
        if let Some(TypedValue { kind, value }) = value {
            let text = match kind.is_empty() {
                true => value.clone(),
                false => alloc::format!("{kind}; {value}"),
            };
            self.field(name, &text);
        }
    }

    fn all(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.field(name, value);
        }
    }

    /// Writes the fields that have not been written.
    fn rest(&mut self, fields: &ReportFields) {
        let known = core::mem::take(&mut self.written);
        for (name, value) in fields.iter() {
            if !known.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                self.field(name, value);
            }
        }
        self.written.clear();
    }
}

impl ReportFields {
    /// Adds a field that the report has no place for. A name with anything else than printable
    /// ASCII, or with a colon, is no name: such a field is left out.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::report::DeliveryReport;
    ///
    /// let mut report = DeliveryReport::default();
    /// report.fields.push("X-Queue-ID", "4711");
    /// assert_eq!(report.encode(), "X-Queue-ID: 4711\r\n");
    /// ```
    pub fn push(&mut self, name: &str, value: &str) {
        let is_name = |byte: u8| matches!(byte, 33..=57 | 59..=126);
        if !name.is_empty() && name.bytes().all(is_name) {
            self.0.push((name.to_string(), value.to_string()));
        }
    }
}

impl TypedValue {
    /// Creates a value, such as `rfc822` and an address.
    pub fn new(kind: &str, value: &str) -> Self {
        TypedValue { kind: kind.to_string(), value: value.to_string() }
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Action::Failed => "failed",
            Action::Delayed => "delayed",
            Action::Delivered => "delivered",
            Action::Relayed => "relayed",
            Action::Expanded => "expanded",
        })
    }
}

impl DeliveryReport {
    /// Writes the body of a `message/delivery-status`, with CRLF.
    ///
    /// A value cannot get out of its field: line breaks in it become blanks. The RFC wants
    /// `reporting_mta`, and for each recipient `final_recipient`, `action` and `status`.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::report::{Action, DeliveryReport, RecipientStatus, TypedValue};
    ///
    /// let mut recipient = RecipientStatus::default();
    /// recipient.final_recipient = Some(TypedValue::new("rfc822", "a@example.net"));
    /// recipient.action = Some(Action::Failed);
    /// recipient.status = Some("5.1.1".parse()?);
    /// let mut report = DeliveryReport::default();
    /// report.reporting_mta = Some(TypedValue::new("dns", "mx.example.com"));
    /// report.recipients.push(recipient);
    /// assert_eq!(
    ///     report.encode(),
    ///     "Reporting-MTA: dns; mx.example.com\r\n\r\n\
    ///      Final-Recipient: rfc822; a@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    /// );
    /// # Ok::<(), mime::ParseError>(())
    /// ```
    pub fn encode(&self) -> String {
        let mut writer = Writer::default();
        writer.typed("Reporting-MTA", self.reporting_mta.as_ref());
        writer.typed("Received-From-MTA", self.received_from_mta.as_ref());
        writer.date("Arrival-Date", self.arrival_date);
        writer.rest(&self.fields);
        for recipient in &self.recipients {
            writer.out.push_str("\r\n");
            recipient.encode(&mut writer);
        }
        writer.out
    }
}

impl RecipientStatus {
    fn encode(&self, writer: &mut Writer) {
        writer.typed("Original-Recipient", self.original_recipient.as_ref());
        writer.typed("Final-Recipient", self.final_recipient.as_ref());
        writer.one("Action", self.action);
        writer.one("Status", self.status);
        writer.typed("Remote-MTA", self.remote_mta.as_ref());
        writer.typed("Diagnostic-Code", self.diagnostic_code.as_ref());
        writer.date("Last-Attempt-Date", self.last_attempt_date);
        writer.date("Will-Retry-Until", self.will_retry_until);
        writer.rest(&self.fields);
    }
}

impl DispositionReport {
    /// Writes the body of a `message/disposition-notification`, with CRLF.
    ///
    /// A value cannot get out of its field: line breaks in it become blanks. The RFC wants
    /// `final_recipient` and `disposition`. [`DispositionType::Other`] is written only if its field
    /// was read.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::report::{DispositionReport, DispositionType, TypedValue};
    ///
    /// let mut report = DispositionReport::default();
    /// report.final_recipient = Some(TypedValue::new("rfc822", "joe@example.com"));
    /// report.original_message_id = Some("199509192301.23456@example.org".into());
    /// report.disposition = Some(DispositionType::Displayed);
    /// assert_eq!(
    ///     report.encode(),
    ///     "Final-Recipient: rfc822; joe@example.com\r\n\
    ///      Original-Message-ID: <199509192301.23456@example.org>\r\n\
    ///      Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    /// );
    /// ```
    pub fn encode(&self) -> String {
        let mut writer = Writer::default();
        if let Some(agent) = &self.reporting_ua {
            let name = if agent.value.is_empty() { "" } else { "; " };
            let text = alloc::format!("{}{name}{}", agent.kind, agent.value);
            writer.field("Reporting-UA", &text);
        }
        writer.typed("Original-Recipient", self.original_recipient.as_ref());
        writer.typed("Final-Recipient", self.final_recipient.as_ref());
        if let Some(id) = &self.original_message_id {
            writer.field("Original-Message-ID", &alloc::format!("<{id}>"));
        }
        let word = match self.disposition {
            Some(DispositionType::Displayed) => Some("displayed"),
            Some(DispositionType::Deleted) => Some("deleted"),
            Some(DispositionType::Dispatched) => Some("dispatched"),
            Some(DispositionType::Processed) => Some("processed"),
            Some(DispositionType::Denied) => Some("denied"),
            Some(DispositionType::Failed) => Some("failed"),
            Some(DispositionType::Other) | None => None,
        };
        if let Some(word) = word {
            let action = if self.automatic_action { "automatic-action" } else { "manual-action" };
            let sending = match self.sent_automatically {
                true => "MDN-sent-automatically",
                false => "MDN-sent-manually",
            };
            let mut text = alloc::format!("{action}/{sending}; {word}");
            if !self.modifiers.is_empty() {
                text.push('/');
                text.push_str(&self.modifiers.join(","));
            }
            writer.field("Disposition", &text);
        }
        writer.all("Error", &self.errors);
        writer.rest(&self.fields);
        writer.out
    }
}

impl FeedbackReport {
    /// Writes the body of a `message/feedback-report`, with CRLF.
    ///
    /// A value cannot get out of its field: line breaks in it become blanks. The RFC wants
    /// `feedback_type`, `user_agent` and `version`.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::report::FeedbackReport;
    ///
    /// let mut report = FeedbackReport::default();
    /// report.feedback_type = Some("abuse".into());
    /// report.user_agent = Some("SomeGenerator/1.0".into());
    /// report.version = Some("1".into());
    /// assert_eq!(
    ///     report.encode(),
    ///     "Feedback-Type: abuse\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n"
    /// );
    /// ```
    pub fn encode(&self) -> String {
        let mut writer = Writer::default();
        writer.one("Feedback-Type", self.feedback_type.as_deref());
        writer.one("User-Agent", self.user_agent.as_deref());
        writer.one("Version", self.version.as_deref());
        writer.one("Original-Mail-From", self.original_mail_from.as_deref());
        writer.all("Original-Rcpt-To", &self.original_rcpt_to);
        // An old name of the date is kept.
        if self.fields.find("received-date").is_none() {
            writer.date("Arrival-Date", self.arrival_date);
        }
        writer.typed("Reporting-MTA", self.reporting_mta.as_ref());
        writer.one("Source-IP", self.source_ip.as_deref());
        writer.one("Incidents", Some(self.incidents).filter(|&incidents| incidents > 1));
        writer.all("Authentication-Results", &self.authentication_results);
        writer.all("Reported-Domain", &self.reported_domains);
        writer.all("Reported-URI", &self.reported_uris);
        writer.rest(&self.fields);
        writer.out
    }
}

impl Report {
    /// Writes the body of the report itself.
    pub fn encode(&self) -> String {
        match self {
            Report::Delivery(report) => report.encode(),
            Report::Disposition(report) => report.encode(),
            Report::Feedback(report) => report.encode(),
        }
    }

    /// Makes the `multipart/report` of it: a text for people, the report, and what it is about:
    /// [`Entity::message`], or the header alone as `text/rfc822-headers`.
    ///
    /// A report with characters outside of ASCII gets the type that [RFC
    /// 6533](https://www.rfc-editor.org/rfc/rfc6533) has for it; there is none for feedback.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    /// use mime::build::{Draft, Entity, Env, Options};
    /// use mime::header::DateTime;
    /// use mime::report::{DeliveryReport, Report, TypedValue};
    ///
    /// let mut report = DeliveryReport::default();
    /// report.reporting_mta = Some(TypedValue::new("dns", "mx.example.com"));
    /// let original = Entity::message(&b"Subject: lost\r\n\r\n"[..]);
    /// let entity = Report::Delivery(report).to_entity("It did not arrive.\n", Some(original));
    ///
    /// let now = DateTime::parse(b"21 Nov 1997 09:55:06 -0600").unwrap();
    /// let env = Env { now, seed: 1, domain: "mx.example.com" };
    /// let draft = Draft::new().from("postmaster@mx.example.com").to("a@b.test").body(entity);
    /// let bytes = draft.build(&env, &Options::default())?.to_vec()?;
    /// let message = Message::parse(&bytes);
    /// assert!(matches!(message.root().report(), Some(Report::Delivery(_))));
    /// assert_eq!(message.root().reported_message().unwrap().subject().unwrap(), "lost");
    /// # Ok::<(), mime::build::BuildError>(())
    /// ```
    pub fn to_entity<'a>(
        &self,
        text: impl Into<Cow<'a, str>>,
        about: Option<Entity<'a>>,
    ) -> Entity<'a> {
        let body = self.encode();
        let (report_type, media_type) = match (self, body.is_ascii()) {
            (Report::Delivery(_), true) => ("delivery-status", "message/delivery-status"),
            (Report::Delivery(_), false) => ("delivery-status", "message/global-delivery-status"),
            (Report::Disposition(_), true) => {
                ("disposition-notification", "message/disposition-notification")
            }
            (Report::Disposition(_), false) => {
                ("disposition-notification", "message/global-disposition-notification")
            }
            (Report::Feedback(_), _) => ("feedback-report", "message/feedback-report"),
        };
        let mut parts = Vec::from([Entity::text(text), Entity::typed_text(media_type, body)]);
        parts.extend(about);
        Entity::multipart("multipart/report", parts).parameter("report-type", report_type)
    }
}
