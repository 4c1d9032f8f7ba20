//! APPEND, with several messages and with parts of others, and REPLACE (RFC 9051, section 6.3.12;
//! RFC 3502, RFC 4469, RFC 8508).

use std::io;
use std::ops::Range;
use std::sync::Arc;

use imap_proto::{
    Append, AppendData, AppendMessage, CatenatePart, CodeText, Command, Content, Mailbox as Name,
    PartNumber, Replace, Response, ResponseCode, SequenceSet, Status, Text,
};
use mime::build::{FieldName, FieldText};
use mime::imap::SectionText;
use mime::{Edit, Message as Mail, PartKind, Section};

use super::{Outcome, Session, no, trouble};
use crate::maildir::{Delivery, Mailbox};

/// A piece of a message that arrived in chunks, on disk but not in its mailbox.
pub(super) struct Upload {
    delivery: Delivery,
    failed: Option<io::Error>,
}

impl Session {
    /// Prepares for a piece of a message, unless it cannot be taken.
    pub(super) fn upload(&mut self, command: &Command<'_>) -> Result<(), Status<'static>> {
        let name = match command {
            Command::Append(append) => &append.mailbox,
            Command::Replace(replace) => &replace.mailbox,
            _ => return Err(Status::bad(Text::from_static("unexpected literal"))),
        };
        let prepared = self
            .target(name)
            .and_then(|mailbox| Delivery::begin(&mailbox).map_err(|e| trouble(&e)));
        match prepared {
            Ok(delivery) => {
                self.uploads.push(Upload { delivery, failed: None });
                Ok(())
            }
            Err(status) => {
                self.uploads.clear();
                Err(status)
            }
        }
    }

    pub(super) fn upload_chunk(&mut self, bytes: &[u8]) {
        if let Some(upload) = self.uploads.last_mut()
            && upload.failed.is_none()
        {
            upload.failed = upload.delivery.write(bytes).err();
        }
    }

    /// A piece has arrived. There may be more of them than files that can be open.
    pub(super) fn upload_end(&mut self) {
        if let Some(upload) = self.uploads.last_mut()
            && upload.failed.is_none()
        {
            upload.failed = upload.delivery.end().err();
        }
    }

    fn target(&self, name: &Name<'_>) -> Result<Arc<Mailbox>, Status<'static>> {
        let name = self.name(name);
        self.account()?.mailbox(&name).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => no("no such mailbox", ResponseCode::TryCreate),
            _ => trouble(&e),
        })
    }

    pub(super) fn append(&mut self, append: &Append<'_>) -> Outcome {
        let uploads = std::mem::take(&mut self.uploads);
        let mailbox = self.target(&append.mailbox)?;
        let uids = self.deliver(&mailbox, &append.messages, uploads)?;
        let status = Status::ok(Text::from_static("APPEND done"));
        let uid_validity = mailbox.uid_validity();
        Ok(match SequenceSet::from_numbers(uids) {
            Ok(uids) => status.with_code(ResponseCode::AppendUid { uid_validity, uids }),
            Err(_) => status,
        })
    }

    pub(super) fn replace(&mut self, replace: &Replace<'_>) -> Outcome {
        let uploads = std::mem::take(&mut self.uploads);
        let selected = self.selected()?;
        let old = match (replace.old, replace.uid) {
            (None, _) => selected.view.last(),
            (Some(uid), true) => {
                let place = selected.view.binary_search_by_key(&uid, |m| m.uid);
                place.ok().and_then(|place| selected.view.get(place))
            }
            (Some(number), false) => selected.view.get((number as usize).saturating_sub(1)),
        };
        let old = old.map(|message| message.uid);
        let old = old.ok_or_else(|| Status::bad(Text::from_static("no such message")))?;
        if selected.read_only {
            return Err(super::selected::read_only());
        }
        let source = Arc::clone(&selected.mailbox);
        let mailbox = self.target(&replace.mailbox)?;
        let uids = self.deliver(&mailbox, std::slice::from_ref(&replace.message), uploads)?;
        if let Ok(uids) = SequenceSet::from_numbers(uids) {
            let uid_validity = mailbox.uid_validity();
            let code = ResponseCode::AppendUid { uid_validity, uids };
            let status = Status::ok(Text::from_static("replacement stored")).with_code(code);
            self.say(&Response::Status(status));
        }
        source.expunge(&[old]).map_err(|e| trouble(&e))?;
        self.announce();
        Ok(Status::ok(Text::from_static("REPLACE done")))
    }

    /// Puts messages into a mailbox: all of them or none.
    fn deliver(
        &self,
        mailbox: &Arc<Mailbox>,
        messages: &[AppendMessage<'_>],
        uploads: Vec<Upload>,
    ) -> Result<Vec<u32>, Status<'static>> {
        let mut uploads = uploads.into_iter();
        let mut ready = Vec::with_capacity(messages.len());
        for message in messages {
            let delivery = match &message.data {
                AppendData::Message(content) | AppendData::Utf8(content) => {
                    one(content, mailbox, &mut uploads)?
                }
                AppendData::Binary(content) => {
                    without_nul(one(content, mailbox, &mut uploads)?, mailbox)?
                }
                AppendData::Catenate(parts) => self.catenate(parts, mailbox, &mut uploads)?,
                _ => return Err(Status::bad(Text::from_static("unknown kind of message"))),
            };
            if delivery.size() == 0 {
                return Err(Status::no(Text::from_static("an empty message")));
            }
            let flags: Vec<String> = message
                .flags
                .iter()
                .flat_map(|flags| flags.iter())
                .map(|flag| flag.to_string())
                .filter(|flag| !flag.eq_ignore_ascii_case("\\Recent"))
                .collect();
            ready.push((delivery, flags, message.date.map(|date| date.unix())));
        }
        let mut uids = Vec::with_capacity(ready.len());
        for (delivery, flags, received) in ready {
            match delivery.commit(&flags, received) {
                Ok(uid) => uids.push(uid),
                Err(error) => {
                    let _ = mailbox.expunge(&uids);
                    return Err(trouble(&error));
                }
            }
        }
        Ok(uids)
    }

    fn catenate(
        &self,
        parts: &[CatenatePart<'_>],
        mailbox: &Arc<Mailbox>,
        uploads: &mut impl Iterator<Item = Upload>,
    ) -> Result<Delivery, Status<'static>> {
        let mut whole = Delivery::begin(mailbox).map_err(|e| trouble(&e))?;
        for part in parts {
            let octets = match part {
                CatenatePart::Text(content) => {
                    let piece = one(content, mailbox, uploads)?;
                    piece.contents().map_err(|e| trouble(&e))?
                }
                CatenatePart::Url(url) => self.url(&url.to_string_lossy())?,
                _ => return Err(Status::bad(Text::from_static("unknown part"))),
            };
            if whole.size().saturating_add(octets.len() as u64) > self.server.settings.max_message {
                return Err(no("the message is too large", ResponseCode::TooBig));
            }
            whole.write(&octets).map_err(|e| trouble(&e))?;
        }
        whole.end().map_err(|e| trouble(&e))?;
        Ok(whole)
    }

    /// The octets that a URL of this server stands for: `/mailbox;UIDVALIDITY=1/;UID=2/;SECTION=3`
    /// (RFC 5092).
    fn url(&self, url: &str) -> Result<Vec<u8>, Status<'static>> {
        let bad = || {
            let code = CodeText::try_from(url)
                .map_or(ResponseCode::Cannot, |url| ResponseCode::BadUrl(url.into_owned()));
            Status::no(Text::from_static("no such part")).with_code(code)
        };
        let (name, rest) = url.trim_start_matches('/').split_once("/;").ok_or_else(bad)?;
        let lower = name.to_ascii_lowercase();
        let (name, validity) = match lower.find(";uidvalidity=") {
            Some(at) => (&name[..at], name[at + 13..].parse::<u32>().ok()),
            None => (name, None),
        };
        let mailbox = if name.is_empty() {
            Arc::clone(&self.selected()?.mailbox)
        } else {
            let name = Name::try_from(percent_decode(name)).map_err(|_| bad())?;
            self.account()?.mailbox(&self.name(&name)).map_err(|_| bad())?
        };
        if validity.is_some_and(|wanted| wanted != mailbox.uid_validity()) {
            return Err(bad());
        }
        let mut uid = None;
        let mut section = None;
        let mut range = 0..usize::MAX;
        for piece in rest.split("/;") {
            match piece.split_once('=') {
                Some((key, value)) if key.eq_ignore_ascii_case("uid") => uid = value.parse().ok(),
                Some((key, value)) if key.eq_ignore_ascii_case("section") => {
                    section = Some(percent_decode(value));
                }
                Some((key, value)) if key.eq_ignore_ascii_case("partial") => {
                    range = read_range(value).ok_or_else(bad)?;
                }
                _ => return Err(bad()),
            }
        }
        let uid: u32 = uid.ok_or_else(bad)?;
        let messages = mailbox.messages();
        let place = messages.binary_search_by_key(&uid, |m| m.uid).map_err(|_| bad())?;
        let octets = mailbox.read(&messages[place]).map_err(|_| bad())?;
        let (path, text) = match &section {
            Some(section) => read_section(section).ok_or_else(bad)?,
            None => (Vec::new(), SectionText::Whole),
        };
        let mail = Mail::parse(&octets);
        let span = mail.index().imap_span(&path, text).ok_or_else(bad)?;
        let octets = span.of(&octets).ok_or_else(bad)?;
        let end = range.end.min(octets.len());
        Ok(octets.get(range.start..end).unwrap_or_default().to_vec())
    }
}

/// The delivery of a content: the upload that it was, or a new one with its octets.
fn one(
    content: &Content<'_>,
    mailbox: &Arc<Mailbox>,
    uploads: &mut impl Iterator<Item = Upload>,
) -> Result<Delivery, Status<'static>> {
    match content.octets() {
        Some(octets) => {
            let mut delivery = Delivery::begin(mailbox).map_err(|e| trouble(&e))?;
            delivery.write(octets).and_then(|()| delivery.end()).map_err(|e| trouble(&e))?;
            Ok(delivery)
        }
        None => {
            let upload = uploads.next();
            let upload = upload.ok_or_else(|| Status::bad(Text::from_static("no such literal")))?;
            match upload.failed {
                Some(error) => Err(trouble(&error)),
                None => Ok(upload.delivery),
            }
        }
    }
}

/// A message that came as a literal8, with base64 for parts that have NULs: nothing but BINARY can
/// carry them later (RFC 3516, section 4.4).
fn without_nul(delivery: Delivery, mailbox: &Arc<Mailbox>) -> Result<Delivery, Status<'static>> {
    let octets = delivery.contents().map_err(|e| trouble(&e))?;
    if !octets.contains(&0) {
        return Ok(delivery);
    }
    let unknown = || no("NUL where no encoding helps", ResponseCode::UnknownCte);
    let mail = Mail::parse(&octets);
    let name = FieldName::try_from("Content-Transfer-Encoding").map_err(|_| unknown())?;
    let base64 = FieldText::try_from("base64").map_err(|_| unknown())?;
    let mut edit = Edit::new(&mail);
    for part in mail.parts().filter(|part| part.kind() == PartKind::Leaf) {
        if !part.raw(Section::Body).contains(&0) {
            continue;
        }
        match part.fields().find(|field| field.is("content-transfer-encoding")) {
            Some(field) => edit.replace_field(field, base64.clone()),
            None => edit.append_field(part.id(), name, base64.clone()),
        };
        edit.replace_body(part.id(), mime::codec::base64::encode(part.raw(Section::Body)));
    }
    let octets = edit.to_vec().map_err(|_| unknown())?;
    if octets.contains(&0) {
        return Err(unknown());
    }
    let mut encoded = Delivery::begin(mailbox).map_err(|e| trouble(&e))?;
    encoded.write(&octets).map_err(|e| trouble(&e))?;
    Ok(encoded)
}

/// `1.2.MIME`, `HEADER`, `1.TEXT`, `2`.
fn read_section(text: &str) -> Option<(Vec<u32>, SectionText)> {
    let upper = text.to_ascii_uppercase();
    let (numbers, kind) = match upper.rsplit_once('.').map_or(("", &*upper), |(a, b)| (a, b)) {
        (numbers, "HEADER") => (numbers, SectionText::Header),
        (numbers, "TEXT") => (numbers, SectionText::Text),
        (numbers, "MIME") => (numbers, SectionText::Mime),
        _ => (&*upper, SectionText::Whole),
    };
    if numbers.is_empty() {
        return Some((Vec::new(), kind));
    }
    let part = PartNumber::try_from(numbers).ok()?;
    Some((part.numbers().collect(), kind))
}

/// `10.5`: from the octet 10 on, 5 of them; `10`: all from there on.
fn read_range(text: &str) -> Option<Range<usize>> {
    let (start, count) = match text.split_once('.') {
        Some((start, count)) => (start.parse().ok()?, count.parse().ok()?),
        None => (text.parse().ok()?, usize::MAX),
    };
    Some(start..count.saturating_add(start))
}

/// Undoes `%41`.
fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| first == b'%') {
            Some(octet) => {
                out.push(octet);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
