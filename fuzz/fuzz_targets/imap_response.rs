//! IMAP responses: what parses is written as one unit, that parses to the same, and what is read
//! only when it is looked at does likewise.
#![no_main]

use imap_proto::{
    BodyStructure, Envelope, FetchItem, LazyBodyStructure, LazyEnvelope, Raw, Response,
};
use libfuzzer_sys::fuzz_target;

/// What is kept verbatim keeps the form of its literals until it is written.
fn has_other_literals(bytes: &[u8]) -> bool {
    [&b"+}"[..], b"-}", b"}\n", b"{0"]
        .iter()
        .any(|form| bytes.windows(form.len()).any(|w| w == *form))
}

/// What was read may have NULs; they do not change where it ends.
fn is_unit(bytes: &[u8]) -> bool {
    let visible: Vec<u8> = bytes.iter().map(|b| (*b).max(1)).collect();
    Raw::try_from(&visible[..]).is_ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok((response, _)) = Response::parse_noting(bytes, 20) else { return };
    let mut encoded = Vec::new();
    response.encode(&mut encoded);
    let text = String::from_utf8_lossy(&encoded);
    let line = encoded.strip_suffix(b"\r\n").expect("a line's end");
    match &response {
        // Text that looks like the announcement of a literal is none.
        Response::Tagged { .. } | Response::Status(_) | Response::Continuation(_) => {
            assert!(!line.iter().any(|b| matches!(b, b'\r' | b'\n')), "{text:?}");
        }
        _ => assert!(is_unit(line), "{text:?}"),
    }
    let again = Response::parse(&encoded).expect("what was written");
    assert!(again == response || has_other_literals(bytes), "{again:?}, {response:?}, {text}");
    let mut twice = Vec::new();
    again.encode(&mut twice);
    assert_eq!(twice, encoded, "{text}");
    assert_eq!(response.clone().into_owned(), response);
    let _ = format!("{response:?}");
    match &response {
        Response::Fetch(message) | Response::UidFetch(message) => {
            message.items.iter().for_each(look);
        }
        Response::Search(found) | Response::Sort(found) => {
            let _ = found.numbers.iter().count();
        }
        Response::List(list) | Response::Lsub(list) | Response::XList(list) => {
            let _ = (list.attributes.iter().count(), list.mailbox.decode(Default::default()));
        }
        _ => {}
    }
});

fn look(item: &FetchItem<'_>) {
    match item {
        FetchItem::Envelope(lazy) => {
            let Ok(envelope) = lazy.parse() else { return };
            for address in envelope.from.iter().chain(envelope.to.iter()) {
                let _ = format!("{address:?}");
            }
            let again = LazyEnvelope::from(&envelope);
            assert_eq!(Envelope::parse(again.as_bytes()).as_ref(), Ok(&envelope));
        }
        FetchItem::BodyStructure(lazy) | FetchItem::Body(lazy) => {
            let Ok(body) = lazy.parse() else { return };
            let again = LazyBodyStructure::extended(&body);
            let text = String::from_utf8_lossy(again.as_bytes());
            assert_eq!(BodyStructure::parse(again.as_bytes()).as_ref(), Ok(&body), "{text}");
        }
        FetchItem::Flags(flags) => {
            assert_eq!(flags.iter().collect::<imap_proto::Flags<'_>>(), *flags)
        }
        FetchItem::GmailLabels(labels) => drop(labels.iter().collect::<Vec<_>>()),
        _ => {}
    }
}
