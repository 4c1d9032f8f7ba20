//! Bob's side: what POP3 and IMAP give him.

use std::io;

use imap_proto::{
    BodyKind, Command, Fetch, FetchAttribute, FetchItem, List, Response, Section, Select,
    SequenceSet,
};
use mail_examples::client::{imap, pop3};
use mime::encoded_word;

use crate::{Office, RECIPIENT};

/// Fetches all messages, headers first.
pub(super) fn over_pop3(office: &Office) -> io::Result<Vec<Vec<u8>>> {
    let mut client = pop3::Client::connect(office.target(office.pop3)?, office.log())?;
    client.login(RECIPIENT, &office.passwords[1])?;
    let sizes = client.sizes()?;
    client.unique_ids()?;
    let mut messages = Vec::with_capacity(sizes.len());
    for (number, _) in sizes {
        client.retrieve(number, Some(0), &mut io::sink())?;
        let mut message = Vec::new();
        client.retrieve(number, None, &mut message)?;
        messages.push(message);
    }
    client.quit()?;
    Ok(messages)
}

/// What IMAP gave.
pub(super) struct Collected {
    pub(super) messages: Vec<Vec<u8>>,
    /// The part that was fetched alone: the last one of the first message, if it has parts.
    pub(super) part: Option<Part>,
}

/// A part of a message.
pub(super) struct Part {
    pub(super) path: Vec<u32>,
    pub(super) section: String,
    /// With its transfer encoding.
    pub(super) octets: Vec<u8>,
}

/// Looks at the headers and structures, fetches one part, then all.
pub(super) async fn over_imap(office: &Office) -> io::Result<Collected> {
    let mut client = imap::Client::connect(office.target(office.imap)?, office.log()).await?;
    client.login(RECIPIENT, &office.passwords[1]).await?;
    client.run(&Command::List(List::all())).await?;
    let inbox = client.mailbox("INBOX")?.into_owned();
    client.run(&Command::Select(Select::from(inbox))).await?;

    let wanted =
        vec![FetchAttribute::Envelope, FetchAttribute::Size, FetchAttribute::BodyStructure];
    let fetch = Command::Fetch(Fetch::new(true, SequenceSet::ALL, wanted));
    let mut uids = Vec::new();
    let mut part = None;
    for response in client.run(&fetch).await?.data {
        let Response::Fetch(message) = response else { continue };
        uids.extend(message.uid());
        for item in &message.items {
            match item {
                FetchItem::Envelope(envelope) => {
                    let envelope = envelope.parse().map_err(io::Error::other)?;
                    let subject = envelope.subject.unwrap_or_default();
                    let subject = encoded_word::decode(subject.as_bytes()).text.into_owned();
                    office.narrate(&format!("  Message {}: {subject}", message.number));
                }
                FetchItem::BodyStructure(body) if message.number == 1 => {
                    let body = body.parse().map_err(io::Error::other)?;
                    let parts = body.parts();
                    let leaf = |at: &usize| !matches!(parts[*at].kind, BodyKind::Multipart);
                    part = (0..parts.len()).rev().find(leaf).and_then(|at| body.number(at));
                }
                _ => {}
            }
        }
    }
    let mut wanted = None;
    if let (Some(part), Some(uid)) = (part, uids.first()) {
        let (path, section) = (part.numbers().collect(), part.as_str().to_owned());
        let octets = client.section(*uid, Section { part: Some(part), text: None }, None).await?;
        wanted = Some(Part { path, section, octets });
    }

    let mut messages = Vec::with_capacity(uids.len());
    for uid in uids {
        messages.push(client.section(uid, Section::default(), None).await?);
    }
    client.logout().await?;
    Ok(Collected { messages, part: wanted })
}
