use alloc::string::String;
use alloc::vec::Vec;

use super::{ReportFields, TypedValue, groups};

/// What a mail program says about what became of a message.
///
/// ```abnf
/// disposition-notification-content = [reporting-ua-field CRLF] [mdn-gateway-field CRLF]
///     [original-recipient-field CRLF] final-recipient-field CRLF
///     [original-message-id-field CRLF] disposition-field CRLF *(error-field CRLF) ...
/// ```
///
/// [RFC 8098, section 3.1](https://www.rfc-editor.org/rfc/rfc8098#section-3.1)
///
/// # Example
///
/// ```
/// use mime::report::{DispositionReport, DispositionType};
///
/// let report = DispositionReport::parse(
///     b"Final-Recipient: rfc822; joe@example.com\n\
///       Disposition: manual-action/MDN-sent-manually; displayed\n",
/// );
/// assert_eq!(report.disposition, Some(DispositionType::Displayed));
/// assert!(!report.automatic_action);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DispositionReport {
    /// The program: its host, and behind a semicolon its name.
    pub reporting_ua: Option<TypedValue>,
    /// The address that the sender gave.
    pub original_recipient: Option<TypedValue>,
    /// The address for which the report is.
    pub final_recipient: Option<TypedValue>,
    /// The identifier of the message, without angle brackets.
    pub original_message_id: Option<String>,
    /// What became of the message.
    pub disposition: Option<DispositionType>,
    /// Words behind the type, such as `error`.
    pub modifiers: Vec<String>,
    /// Whether it was done by a rule, not by a person.
    pub automatic_action: bool,
    /// Whether the report was sent without a person's word.
    pub sent_automatically: bool,
    /// What went wrong.
    pub errors: Vec<String>,
    /// All fields, as they are.
    pub fields: ReportFields,
}

/// What became of a message.
///
/// [RFC 8098, section 3.2.6.2](https://www.rfc-editor.org/rfc/rfc8098#section-3.2.6.2)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DispositionType {
    /// It was shown to somebody.
    Displayed,
    /// It was deleted, perhaps unseen.
    Deleted,
    /// It was sent on without being shown.
    Dispatched,
    /// It was dealt with by a program without being shown.
    Processed,
    /// The person does not want to tell, of RFC 2298.
    Denied,
    /// It could not be dealt with, of RFC 2298.
    Failed,
    /// Another word.
    Other,
}

impl DispositionReport {
    /// Reads the body of a `message/disposition-notification`.
    ///
    /// ```abnf
    /// disposition-field = "Disposition" ":" OWS disposition-mode OWS ";" OWS disposition-type
    ///                     [OWS "/" OWS disposition-modifier *(OWS "," OWS disposition-modifier)] OWS
    /// disposition-mode = action-mode OWS "/" OWS sending-mode
    /// ```
    pub fn parse(body: &[u8]) -> Self {
        let mut fields = ReportFields::default();
        for group in groups(body) {
            fields.0.extend(group.0);
        }
        let mut report = DispositionReport {
            reporting_ua: fields.find("reporting-ua").map(|value| {
                let (host, name) = value.split_once(';').unwrap_or((value, ""));
                TypedValue { kind: String::from(host.trim()), value: String::from(name.trim()) }
            }),
            original_recipient: fields.typed("original-recipient"),
            final_recipient: fields.typed("final-recipient"),
            original_message_id: fields
                .find("original-message-id")
                .map(|id| String::from(id.trim().trim_start_matches('<').trim_end_matches('>'))),
            errors: fields.all("error").map(String::from).collect(),
            ..DispositionReport::default()
        };
        if let Some(value) = fields.find("disposition") {
            let (mode, rest) = value.split_once(';').unwrap_or(("", value));
            let (action, sending) = mode.split_once('/').unwrap_or((mode, ""));
            report.automatic_action = action.trim().eq_ignore_ascii_case("automatic-action");
            report.sent_automatically =
                sending.trim().eq_ignore_ascii_case("mdn-sent-automatically");
            let (word, modifiers) = rest.split_once('/').unwrap_or((rest, ""));
            report.disposition = Some(DispositionType::of(word.trim()));
            let modifiers = modifiers.split(',').map(str::trim).filter(|word| !word.is_empty());
            report.modifiers = modifiers.map(String::from).collect();
        }
        report.fields = fields;
        report
    }
}

impl DispositionType {
    fn of(word: &str) -> Self {
        [
            ("displayed", DispositionType::Displayed),
            ("deleted", DispositionType::Deleted),
            ("dispatched", DispositionType::Dispatched),
            ("processed", DispositionType::Processed),
            ("denied", DispositionType::Denied),
            ("failed", DispositionType::Failed),
        ]
        .into_iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .map_or(DispositionType::Other, |(_, kind)| kind)
    }
}
