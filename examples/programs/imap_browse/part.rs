//! One message: shown, or fetched as a whole or in part.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use imap_proto::{
    BodyKind, BodyPart, Capability, Command, Fetch, FetchAttribute, FetchItem, LazyBodyStructure,
    PartNumber, Response, Section, SectionText, SequenceSet, Str,
};
use mail_examples::client::imap::Client;
use mail_examples::inspect::{Inspected, printable};
use mime::charset::{Charset, decode_unlabelled};
use mime::codec::{TransferDecoder, TransferEncoding};
use mime::{Message, encoded_word};

use crate::table;

/// The longest text part that is shown.
const LONGEST: u64 = 1 << 20;

pub(super) async fn show(client: &mut Client, uid: u32) -> io::Result<()> {
    let header = Section { part: None, text: Some(SectionText::Header) };
    let header = client.section(uid, header, None).await?;
    let message = Message::parse(&header);
    let seen = Inspected::new("", &message, false);
    let line = |name: &str, value: &str| {
        if !value.is_empty() {
            println!("{name:<9}{}", printable(value));
        }
    };
    let people = |list: &[mail_examples::inspect::Address]| {
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    line("From:", &people(&seen.from));
    line("To:", &people(&seen.to));
    line("Cc:", &people(&seen.cc));
    line("Date:", seen.date.as_deref().unwrap_or_default());
    line("Subject:", seen.subject.as_deref().unwrap_or_default());
    println!();

    let structure = structure(client, uid).await?;
    let body = structure.parse().map_err(io::Error::other)?;
    let mut parts = table::table(&["Part", "Type", "File", ">Size"]);
    let mut text = None;
    for (index, part) in body.parts().iter().enumerate() {
        if matches!(part.kind, BodyKind::Multipart) {
            continue;
        }
        let number = body.number(index).map(PartNumber::into_owned);
        let name = number.as_ref().map(|number| number.as_str().to_owned()).unwrap_or_default();
        parts.add_row([name, media_type(part), file_name(part), table::octets(part.size)]);
        if text.is_none() && part.is_type("text", "plain") && part.size <= LONGEST {
            text = number.map(|number| (number, part));
        }
    }
    table::print(&parts);
    if let Some((number, part)) = text {
        let charset =
            part.parameters.value("charset").map(|name| name.to_string_lossy().into_owned());
        let encoding = part.encoding.to_string_lossy().into_owned();
        let octets = client.section(uid, Section { part: Some(number), text: None }, None).await?;
        let octets = TransferEncoding::from_name(&encoding).decode(&octets).bytes;
        let charset = charset.as_deref().and_then(Charset::from_label);
        let text = match charset {
            Some(charset) => charset.decode(&octets).text,
            None => decode_unlabelled(&octets),
        };
        println!();
        for line in text.lines() {
            println!("{}", printable(line));
        }
    }
    Ok(())
}

/// Streams a message or a part of it.
pub(super) async fn fetch(
    client: &mut Client,
    uid: u32,
    part: Option<&str>,
    raw: bool,
    output: Option<&Path>,
) -> io::Result<()> {
    let number = part.map(number).transpose()?;
    let binary = Capability::Binary;
    let server_decodes = client.machine().capabilities().is_some_and(|list| list.contains(&binary));
    let mut decoder = TransferDecoder::new(TransferEncoding::from_name("binary"));
    let section = || Section { part: number.clone(), text: None };
    let attribute = if raw || number.is_none() {
        FetchAttribute::Body { peek: true, section: section(), partial: None }
    } else if server_decodes {
        FetchAttribute::Binary { peek: true, part: number.clone(), partial: None }
    } else {
        decoder = TransferDecoder::new(encoding(client, uid, number.as_ref()).await?);
        FetchAttribute::Body { peek: true, section: section(), partial: None }
    };
    let mut sink = Sink::open(output)?;
    let mut decoded = Vec::new();
    client
        .stream(uid, attribute, |chunk| {
            decoded.clear();
            decoder.decode(chunk, &mut decoded);
            sink.write_all(&decoded)
        })
        .await?;
    decoded.clear();
    decoder.finish(&mut decoded);
    sink.write_all(&decoded)?;
    sink.finish()
}

fn number(text: &str) -> io::Result<PartNumber<'static>> {
    let wrong = || io::Error::other(format!("{text}: not the number of a part, such as 2 or 1.3"));
    let numbers: Option<Vec<u32>> = text.split('.').map(|one| one.parse().ok()).collect();
    PartNumber::from_numbers(&numbers.ok_or_else(wrong)?).map_err(|_| wrong())
}

async fn structure(client: &mut Client, uid: u32) -> io::Result<LazyBodyStructure<'static>> {
    let set = SequenceSet::try_from(uid).map_err(io::Error::other)?;
    let fetch = Fetch::new(true, set, vec![FetchAttribute::BodyStructure]);
    for response in client.run(&Command::Fetch(fetch)).await?.data {
        let Response::Fetch(message) = response else { continue };
        for item in message.items {
            if let FetchItem::BodyStructure(structure) = item {
                return Ok(structure.into_owned());
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no message {uid}")))
}

async fn encoding(
    client: &mut Client,
    uid: u32,
    number: Option<&PartNumber<'_>>,
) -> io::Result<TransferEncoding> {
    let structure = structure(client, uid).await?;
    let body = structure.parse().map_err(io::Error::other)?;
    let part = number.and_then(|number| body.find(number));
    let part =
        part.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such part"))?;
    Ok(TransferEncoding::from_name(&part.encoding.to_string_lossy()))
}

fn media_type(part: &BodyPart<'_>) -> String {
    let (media_type, subtype) = (&part.media_type, &part.subtype);
    printable(&format!("{}/{}", media_type.to_string_lossy(), subtype.to_string_lossy()))
        .to_lowercase()
}

fn file_name(part: &BodyPart<'_>) -> String {
    let disposition = part.disposition.as_ref();
    let name: Option<Str<'_>> = disposition
        .and_then(|disposition| disposition.parameters.value("filename"))
        .or_else(|| part.parameters.value("name"));
    let name = name.map(|name| encoded_word::decode(name.as_bytes()).text.into_owned());
    printable(&name.unwrap_or_default())
}

/// Where octets go: a new file, which goes away again if not all of them came, or standard output.
enum Sink<'p> {
    File(File, &'p Path, bool),
    Standard(io::Stdout),
}

impl<'p> Sink<'p> {
    fn open(path: Option<&'p Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self::Standard(io::stdout())) };
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        File::create_new(path).map(|file| Self::File(file, path, false)).map_err(named)
    }

    fn write_all(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file, ..) => file.write_all(octets),
            Self::Standard(out) => out.write_all(octets),
        }
    }

    fn finish(mut self) -> io::Result<()> {
        match &mut self {
            Self::File(file, _, complete) => {
                file.sync_all()?;
                *complete = true;
                Ok(())
            }
            Self::Standard(out) => out.flush(),
        }
    }
}

impl Drop for Sink<'_> {
    fn drop(&mut self) {
        if let Self::File(_, path, false) = self {
            let _ = fs::remove_file(path);
        }
    }
}
