//! FETCH (RFC 9051, section 6.4.5).

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use imap_proto::{
    Capability, Content, DateTime, Fetch, FetchAttribute, FetchItem, FetchModifier,
    LazyBodyStructure, MessageData, ObjectId, Partial, PartialRange, Response, ResponseCode,
    Section, SectionText, SequenceSet, Status, Str, Text,
};
use mime::codec::TransferEncoding;
use mime::imap::SectionText as MimeSection;
use mime::{Message as Mail, PartKind};

use super::selected::{Selected, number};
use super::structure::{body_structure, envelope};
use super::{Outcome, Session, no, ok, trouble};
use crate::maildir::{FlagChange, Message};
use crate::server::drain;

/// Characters of a preview (RFC 8970, section 3.1).
const PREVIEW: usize = 200;

/// Longer values stream, in bytes.
const INLINE: usize = 4096;

/// What is said of a message, and the octets that follow it.
type Made = (Vec<FetchItem<'static>>, Vec<Stream>);

/// The octets of one item that stream.
struct Stream {
    source: Octets,
    range: Range<usize>,
}

/// Where octets are. A message as a whole need not be in memory.
enum Octets {
    Memory(Bytes),
    File(File),
}

impl Octets {
    fn read(&mut self, range: Range<usize>) -> io::Result<Bytes> {
        match self {
            Self::Memory(octets) => Ok(octets.slice(range)),
            Self::File(file) => {
                let mut octets = vec![0; range.len()];
                file.seek(SeekFrom::Start(range.start as u64))?;
                file.read_exact(&mut octets)?;
                Ok(octets.into())
            }
        }
    }
}

impl Session {
    pub(super) async fn fetch(&mut self, fetch: &Fetch<'_>) -> io::Result<Outcome> {
        let mut places = match self.places(&fetch.messages, fetch.uid) {
            Ok(places) => places,
            Err(status) => return Ok(Err(status)),
        };
        let mut attributes = fetch.attributes.to_list();
        if let Err(status) = self.modify(fetch, &mut places, &mut attributes) {
            return Ok(Err(status));
        }
        if attributes.contains(&FetchAttribute::ModSeq) {
            self.want_modseqs();
        }
        if fetch.uid && !attributes.contains(&FetchAttribute::Uid) {
            attributes.insert(0, FetchAttribute::Uid);
        }
        if let Err(status) = tokio::task::block_in_place(|| self.see(&attributes, &places)) {
            return Ok(Err(status));
        }
        let mut missing = false;
        for place in places {
            let made = tokio::task::block_in_place(|| self.items(place, &attributes));
            let (items, streams) = match made {
                Ok(Some(made)) => made,
                Ok(None) => continue,
                Err(status) if status.code == Some(ResponseCode::ExpungeIssued) => {
                    missing = true;
                    continue;
                }
                Err(status) => return Ok(Err(status)),
            };
            self.say(&Response::Fetch(MessageData { number: number(place + 1), items }));
            for stream in streams {
                self.send(stream).await?;
            }
            drain(&self.server, &mut self.imap, &mut self.stream, &mut self.buf, 256 << 10).await?;
        }
        Ok(if missing {
            Err(no("some messages are gone", ResponseCode::ExpungeIssued))
        } else {
            ok("FETCH done")
        })
    }

    async fn send(&mut self, mut stream: Stream) -> io::Result<()> {
        let mut at = stream.range.start;
        while at < stream.range.end {
            let end = stream.range.end.min(at.saturating_add(64 << 10));
            let octets = tokio::task::block_in_place(|| stream.source.read(at..end))?;
            self.imap.send_body(octets).map_err(io::Error::other)?;
            drain(&self.server, &mut self.imap, &mut self.stream, &mut self.buf, 256 << 10).await?;
            at = end;
        }
        self.imap.finish_body().map_err(io::Error::other)
    }

    /// Applies CHANGEDSINCE, VANISHED and PARTIAL.
    fn modify(
        &mut self,
        fetch: &Fetch<'_>,
        places: &mut Vec<usize>,
        attributes: &mut Vec<FetchAttribute<'_>>,
    ) -> Result<(), Status<'static>> {
        let vanished = fetch.modifiers.contains(&FetchModifier::Vanished);
        for modifier in &fetch.modifiers {
            match modifier {
                FetchModifier::ChangedSince(since) => {
                    self.want_modseqs();
                    if vanished && fetch.uid && self.enabled(&Capability::QResync) {
                        self.tell_vanished(&fetch.messages, *since);
                    }
                    let selected = self.selected()?;
                    places.retain(|place| selected.view[*place].modseq > *since);
                    if !attributes.contains(&FetchAttribute::ModSeq) {
                        attributes.push(FetchAttribute::ModSeq);
                    }
                }
                FetchModifier::Partial(range) if fetch.uid => *places = part_of(places, *range),
                FetchModifier::Vanished => {}
                _ => return Err(Status::bad(Text::from_static("unknown modifier"))),
            }
        }
        Ok(())
    }

    fn tell_vanished(&mut self, set: &SequenceSet<'_>, since: u64) {
        let Ok(selected) = self.selected() else { return };
        let largest = selected.mailbox.status().uid_next.saturating_sub(1);
        let (_, expunged) = selected.mailbox.changes_since(since);
        let mut uids: Vec<u32> =
            expunged.iter().map(|e| e.uid).filter(|uid| set.contains(*uid, largest)).collect();
        uids.sort_unstable();
        if let Ok(uids) = SequenceSet::from_numbers(uids) {
            self.say(&Response::Vanished { earlier: true, uids });
        }
    }

    /// Sets `\Seen` where a body is read. What changes is told with the command's answer.
    fn see(
        &mut self,
        attributes: &[FetchAttribute<'_>],
        places: &[usize],
    ) -> Result<(), Status<'static>> {
        let reads = attributes.iter().any(|attribute| match attribute {
            FetchAttribute::Body { peek, .. } | FetchAttribute::Binary { peek, .. } => !peek,
            FetchAttribute::Rfc822 | FetchAttribute::Rfc822Text => true,
            _ => false,
        });
        let selected = self.selected()?;
        if !reads || selected.read_only {
            return Ok(());
        }
        let uids: Vec<u32> = places.iter().map(|place| selected.view[*place].uid).collect();
        let seen = ["\\Seen".to_owned()];
        let stored = selected.mailbox.store(&uids, FlagChange::Add, &seen, None);
        stored.map(|_| ()).map_err(|e| trouble(&e))
    }

    /// The items of a message, and the octets that stream; nothing for a message that is gone.
    fn items(
        &self,
        place: usize,
        attributes: &[FetchAttribute<'_>],
    ) -> Result<Option<Made>, Status<'static>> {
        let selected = self.selected()?;
        let Some(message) = selected.view.get(place) else { return Ok(None) };
        let mut source = Source { message, selected, octets: None };
        let mut items = Vec::with_capacity(attributes.len());
        let mut streams = Vec::new();
        for attribute in attributes {
            items.push(source.item(attribute, &mut streams)?);
        }
        Ok(Some((items, streams)))
    }
}

/// The messages of a PARTIAL range (RFC 9394), counted from the first or from the last.
pub(super) fn part_of<T: Copy>(all: &[T], range: PartialRange) -> Vec<T> {
    let (from, to) = range.bounds();
    let (from, to) = (from.min(to) as usize, from.max(to) as usize);
    let (start, end) = if range.is_from_end() {
        (all.len().saturating_sub(to), all.len().saturating_sub(from.saturating_sub(1)))
    } else {
        (from.saturating_sub(1).min(all.len()), to.min(all.len()))
    };
    all.get(start..end).unwrap_or_default().to_vec()
}

/// A message whose file is read when something of it is wanted.
struct Source<'s> {
    message: &'s Message,
    selected: &'s Selected,
    octets: Option<Bytes>,
}

impl Source<'_> {
    fn octets(&mut self) -> Result<Bytes, Status<'static>> {
        if let Some(octets) = &self.octets {
            return Ok(octets.clone());
        }
        let octets = self.selected.mailbox.read(self.message).map(Bytes::from);
        let octets = octets.map_err(|_| no("the message is gone", ResponseCode::ExpungeIssued))?;
        self.octets = Some(octets.clone());
        Ok(octets)
    }

    fn item(
        &mut self,
        attribute: &FetchAttribute<'_>,
        streams: &mut Vec<Stream>,
    ) -> Result<FetchItem<'static>, Status<'static>> {
        let whole = Section { part: None, text: None };
        Ok(match attribute {
            FetchAttribute::Flags => FetchItem::Flags(self.selected.flags(self.message)),
            FetchAttribute::Uid => FetchItem::Uid(self.message.uid),
            FetchAttribute::Size => FetchItem::Size(self.message.size),
            FetchAttribute::ModSeq => FetchItem::ModSeq(self.message.modseq),
            FetchAttribute::InternalDate => FetchItem::InternalDate(date(self.message.received)),
            FetchAttribute::SaveDate => {
                FetchItem::SaveDate(self.selected.mailbox.saved(self.message).ok().map(date))
            }
            FetchAttribute::EmailId => FetchItem::EmailId(email_id(&self.octets()?)?),
            FetchAttribute::ThreadId => FetchItem::ThreadId(None),
            FetchAttribute::Envelope => {
                let octets = self.octets()?;
                FetchItem::Envelope(envelope(Mail::parse(&octets).root()))
            }
            FetchAttribute::BodyStructure => {
                let octets = self.octets()?;
                let body = body_structure(Mail::parse(&octets).root());
                FetchItem::BodyStructure(LazyBodyStructure::extended(&body))
            }
            FetchAttribute::BodyStructureBase => {
                let octets = self.octets()?;
                let body = body_structure(Mail::parse(&octets).root());
                FetchItem::Body(LazyBodyStructure::basic(&body))
            }
            FetchAttribute::Preview { .. } => {
                let octets = self.octets()?;
                let preview = Mail::parse(&octets).preview(PREVIEW);
                FetchItem::Preview(Str::try_from(preview.replace('\0', "")).ok())
            }
            FetchAttribute::Body { section, partial, .. } => {
                let content = self.section(section, *partial, streams)?;
                let origin = partial.map(|partial| partial.offset());
                FetchItem::Section { section: section.clone().into_owned(), origin, content }
            }
            FetchAttribute::Rfc822 => FetchItem::Rfc822(self.section(&whole, None, streams)?),
            FetchAttribute::Rfc822Header => {
                let section = Section { part: None, text: Some(SectionText::Header) };
                FetchItem::Rfc822Header(self.section(&section, None, streams)?)
            }
            FetchAttribute::Rfc822Text => {
                let section = Section { part: None, text: Some(SectionText::Text) };
                FetchItem::Rfc822Text(self.section(&section, None, streams)?)
            }
            FetchAttribute::Binary { part, partial, .. } => {
                let numbers: Vec<u32> = part.iter().flat_map(|part| part.numbers()).collect();
                let content = self.binary(&numbers)?.map(|octets| {
                    let range = cut(0..octets.len(), *partial);
                    stream(octets, range, streams)
                });
                let origin = partial.map(|partial| partial.offset());
                FetchItem::Binary { part: part.clone().map(|p| p.into_owned()), origin, content }
            }
            FetchAttribute::BinarySize(part) => {
                let numbers: Vec<u32> = part.iter().flat_map(|part| part.numbers()).collect();
                let size = self.binary(&numbers)?.map_or(0, |octets| octets.len() as u64);
                FetchItem::BinarySize { part: part.clone().map(|p| p.into_owned()), size }
            }
            _ => return Err(Status::bad(Text::from_static("unknown fetch attribute"))),
        })
    }

    /// What `BODY[section]` asks for; `None` if there is no such part.
    fn section(
        &mut self,
        section: &Section<'_>,
        partial: Option<Partial>,
        streams: &mut Vec<Stream>,
    ) -> Result<Option<Content<'static>>, Status<'static>> {
        let is_whole = section.part.is_none() && section.text.is_none();
        if is_whole && self.octets.is_none() {
            let gone = || no("the message is gone", ResponseCode::ExpungeIssued);
            let path = self.selected.mailbox.path(self.message);
            let file = File::open(path).map_err(|_| gone())?;
            let len = file.metadata().map_err(|_| gone())?.len();
            let len = usize::try_from(len).map_err(|_| gone())?;
            let range = cut(0..len, partial);
            if range.len() > INLINE {
                let len = range.len() as u64;
                streams.push(Stream { source: Octets::File(file), range });
                return Ok(Some(Content::Streamed { len }));
            }
        }
        let octets = self.octets()?;
        if is_whole {
            let range = cut(0..octets.len(), partial);
            return Ok(Some(stream(octets, range, streams)));
        }
        let mail = Mail::parse(&octets);
        let path: Vec<u32> = section.part.iter().flat_map(|part| part.numbers()).collect();
        let (text, names) = match &section.text {
            None => (MimeSection::Whole, None),
            Some(SectionText::Header) => (MimeSection::Header, None),
            Some(SectionText::HeaderFields(names)) => (MimeSection::Header, Some((names, true))),
            Some(SectionText::HeaderFieldsNot(names)) => {
                (MimeSection::Header, Some((names, false)))
            }
            Some(SectionText::Text) => (MimeSection::Text, None),
            Some(SectionText::Mime) => (MimeSection::Mime, None),
            Some(_) => return Err(Status::bad(Text::from_static("unknown section"))),
        };
        let Some(span) = mail.index().imap_span(&path, text) else { return Ok(None) };
        let (start, end) = (span.start as usize, span.end as usize);
        let Some((names, wanted)) = names else {
            let range = cut(start..end, partial);
            return Ok(Some(stream(octets.clone(), range, streams)));
        };
        let part = mail.part_at(&path).unwrap_or_else(|| mail.root());
        let part = if path.is_empty() { Some(part) } else { part.children().next() };
        let mut header = Vec::new();
        for field in part.into_iter().flat_map(|part| part.fields()) {
            let named = names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(field.name()));
            if named == wanted {
                header.extend_from_slice(field.raw());
            }
        }
        header.extend_from_slice(b"\r\n");
        let range = cut(0..header.len(), partial);
        Ok(Some(stream(Bytes::from(header), range, streams)))
    }

    /// A part without its transfer encoding.
    fn binary(&mut self, path: &[u32]) -> Result<Option<Bytes>, Status<'static>> {
        let octets = self.octets()?;
        if path.is_empty() {
            return Ok(Some(octets));
        }
        let mail = Mail::parse(&octets);
        let Some(part) = mail.part_at(path) else { return Ok(None) };
        if part.kind() == PartKind::Leaf && matches!(part.encoding(), TransferEncoding::Unknown) {
            return Err(no("unknown transfer encoding", ResponseCode::UnknownCte));
        }
        Ok(Some(Bytes::from(part.decoded().bytes.into_owned())))
    }
}

fn date(seconds: i64) -> DateTime {
    let epoch = || DateTime::from_unix(0, 0);
    match DateTime::from_unix(seconds, 0).or_else(epoch) {
        Some(date) => date,
        None => unreachable!("the epoch is a date"),
    }
}

/// The octets of a range that a client asked for.
fn cut(range: Range<usize>, partial: Option<Partial>) -> Range<usize> {
    let Some(partial) = partial else { return range };
    let clamp = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let start = range.start.saturating_add(clamp(partial.offset())).min(range.end);
    start..start.saturating_add(clamp(partial.len())).min(range.end)
}

fn stream(octets: Bytes, range: Range<usize>, streams: &mut Vec<Stream>) -> Content<'static> {
    let len = range.len() as u64;
    if range.len() <= INLINE {
        return Content::from(octets.slice(range).to_vec());
    }
    streams.push(Stream { source: Octets::Memory(octets), range });
    Content::Streamed { len }
}

/// An identifier of a message (RFC 8474): the same for the same bytes, wherever they are.
fn email_id(octets: &[u8]) -> Result<ObjectId<'static>, Status<'static>> {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(octets);
    let id: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let id = ObjectId::try_from(format!("M{id}").as_str()).map(ObjectId::into_owned);
    id.map_err(|_| Status::no(Text::from_static("no identifier")))
}
