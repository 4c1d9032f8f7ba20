//! A message as plain values, for people and for JSON.

use std::collections::BTreeMap;
use std::fmt;

use mime::header::{Address as HeaderAddress, AddressList, DateTime, Mailbox, MessageIdList};
use mime::{Message, PartKind, Section, encoded_word};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What a message says about itself, and its parts in document order.
#[derive(Clone, Debug, Serialize)]
pub struct Inspected {
    /// The name of the file.
    pub file: String,
    /// The subject, decoded.
    pub subject: Option<String>,
    /// The authors.
    pub from: Vec<Address>,
    /// The recipients.
    pub to: Vec<Address>,
    /// Those who get a copy.
    pub cc: Vec<Address>,
    /// The date as RFC 3339 has it.
    pub date: Option<String>,
    /// The message identifier, without angle brackets.
    pub message_id: Option<String>,
    /// The parts, containers included.
    pub parts: Vec<Part>,
    /// The names of the attachments.
    pub attachments: Vec<String>,
    /// What is wrong.
    pub defects: Vec<Defect>,
}

/// One address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The display name, decoded.
    pub name: Option<String>,
    /// Local part and domain.
    pub address: String,
}

/// One part; `None` in the decoded fields of a container.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// The number by which IMAP finds it; empty for the message itself.
    pub section: String,
    /// How many containers it is in.
    #[serde(skip)]
    pub depth: usize,
    /// Type and subtype, in lower case.
    #[serde(rename = "type")]
    pub media_type: String,
    /// The parameters of the type.
    pub params: BTreeMap<String, String>,
    /// The charset that the part names.
    pub charset: Option<String>,
    /// The transfer encoding, in lower case.
    pub encoding: Option<String>,
    /// How it is to be shown, in lower case.
    pub disposition: Option<String>,
    /// The name of the file in it.
    pub filename: Option<String>,
    /// Where its header is in the message.
    pub header: [u64; 2],
    /// Where its body is in the message.
    pub body: [u64; 2],
    /// Bytes after transfer decoding.
    pub decoded_len: Option<u64>,
    /// SHA-256 of them, hexadecimal.
    pub decoded_sha256: Option<String>,
    /// SHA-256 of the text as UTF-8 with LF line ends, hexadecimal.
    pub text_sha256: Option<String>,
    /// The text, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Defect {
    /// What.
    pub kind: String,
    /// The part in which it is.
    pub section: String,
    /// Where it is in the message.
    pub at: [u64; 2],
    /// The section of the RFC that it offends.
    pub rfc: String,
    /// Whether programs are known to read it in different ways.
    pub ambiguous: bool,
}

impl Inspected {
    /// Looks at a message. With `text`, the text parts carry their text.
    #[must_use]
    pub fn new(file: &str, message: &Message<'_>, text: bool) -> Self {
        let root = message.root();
        let parts: Vec<Part> =
            root.descendants().map(|part| Part::new(message, part, text)).collect();
        let section = |id| message.part(id).map(|part| section_number(part)).unwrap_or_default();
        Self {
            file: file.to_owned(),
            subject: root.field("Subject").map(|field| decode(field.value())),
            from: addresses(message, "From"),
            to: addresses(message, "To"),
            cc: addresses(message, "Cc"),
            date: root.value::<DateTime>("Date").map(|date| rfc3339(&date)),
            message_id: root
                .value::<MessageIdList<'_>>("Message-ID")
                .and_then(|ids| ids.iter().next().map(|id| id.as_str().to_owned())),
            attachments: message.parts().filter_map(attachment).collect(),
            defects: message
                .defects()
                .iter()
                .map(|defect| Defect {
                    kind: defect.kind.name().to_owned(),
                    section: section(defect.part),
                    at: [defect.at.start, defect.at.end],
                    rfc: defect.kind.rfc().to_owned(),
                    ambiguous: defect.kind.is_ambiguity(),
                })
                .collect(),
            parts,
        }
    }
}

impl Part {
    fn new(message: &Message<'_>, part: mime::Part<'_>, with_text: bool) -> Self {
        let content_type = part.content_type();
        let (parameters, _) = content_type.parameters().list();
        let params: BTreeMap<String, String> = parameters
            .into_iter()
            .map(|p| (p.name.to_ascii_lowercase(), p.value.into_owned()))
            .collect();
        let leaf = part.kind() == PartKind::Leaf;
        let decoded = leaf.then(|| part.decoded());
        let text = part.text().filter(|_| leaf).map(|text| unix_lines(&text.text));
        let (header, body) = (part.span(Section::Header), part.span(Section::Body));
        Self {
            section: section_number(part),
            depth: message.index().depth(part.id()),
            media_type: content_type.essence().to_ascii_lowercase(),
            charset: params.get("charset").cloned(),
            encoding: part
                .field("Content-Transfer-Encoding")
                .map(|field| decode(field.value()).trim().to_ascii_lowercase()),
            disposition: part.disposition().map(|d| d.kind().to_ascii_lowercase()),
            filename: file_name(part),
            header: [header.start, header.end],
            body: [body.start, body.end],
            decoded_len: decoded.as_ref().map(|body| body.bytes.len() as u64),
            decoded_sha256: decoded.as_ref().map(|body| sha256(&body.bytes)),
            text_sha256: text.as_ref().map(|text| sha256(text.as_bytes())),
            text: text.filter(|_| with_text),
            params,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

impl From<&Mailbox<'_>> for Address {
    fn from(mailbox: &Mailbox<'_>) -> Self {
        Self { name: mailbox.name().map(str::to_owned), address: mailbox.address() }
    }
}

/// The addresses of all fields with a name, those in groups too.
fn addresses(message: &Message<'_>, name: &str) -> Vec<Address> {
    let mut out = Vec::new();
    for field in message.root().fields().filter(|field| field.is(name)) {
        for member in &AddressList::parse(field.value()).members {
            match member {
                HeaderAddress::Mailbox(mailbox) => out.push(mailbox.into()),
                HeaderAddress::Group(group) => out.extend(group.members.iter().map(Address::from)),
            }
        }
    }
    out
}

/// The name of the file in a part: of its disposition, or else of its type.
fn file_name(part: mime::Part<'_>) -> Option<String> {
    let disposition = part.disposition();
    let name = disposition
        .and_then(|d| d.parameters().text("filename").map(std::borrow::Cow::into_owned))
        .or_else(|| {
            part.content_type().parameters().text("name").map(std::borrow::Cow::into_owned)
        })?;
    // Outlook and others put an encoded word where RFC 2231 has another form.
    Some(if name.contains("=?") { decode(name.as_bytes()) } else { name })
}

/// The name of an attachment; its number, if it has none.
fn attachment(part: mime::Part<'_>) -> Option<String> {
    let attached = part.disposition().is_some_and(|d| d.is_attachment());
    let name = file_name(part);
    let leaf = part.kind() == PartKind::Leaf;
    if !attached && (name.is_none() || !leaf) {
        return None;
    }
    Some(name.unwrap_or_else(|| section_number(part)))
}

fn section_number(part: mime::Part<'_>) -> String {
    if part.parent().is_none() {
        return String::new();
    }
    part.path().iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

fn decode(value: &[u8]) -> String {
    encoded_word::decode(value).text.trim().to_owned()
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The date as RFC 3339 has it.
fn rfc3339(date: &DateTime) -> String {
    let zone = match date.offset {
        0 => "Z".to_owned(),
        offset => {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.unsigned_abs();
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
        date.year, date.month, date.day, date.hour, date.minute, date.second
    )
}

/// Text for a terminal: control characters, and those that turn its direction around, escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let hostile = (c.is_control() && c != '\t')
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let (plain, escaped) = if hostile {
                (None, Some(c.escape_default()))
            } else {
                (Some(c), None)
            };
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect()
}
