//! TNEF streams, whole, damaged and hostile.
#![cfg(feature = "tnef")]

use core::time::Duration;
use std::time::Instant;

use mime::tnef::{Content, PropertyName, Tnef, Value, decompress_rtf};
use mime::{DefectKind, Message};
use proptest::prelude::*;

/// A message with properties of many types, a file and a message inside.
const SAMPLE: &[u8] = include_bytes!("tnef/winmail.dat");

const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const ATTACH_START: u32 = 0x0006_9002;

fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = vec![level];
    out.extend(id.to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out.extend(data.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b))).to_le_bytes());
    out
}

fn stream(attributes: &[u8]) -> Vec<u8> {
    [&0x223e_9f78u32.to_le_bytes()[..], &[1, 0], attributes].concat()
}

/// Asks for everything.
fn read(bytes: &[u8], depth: u32) {
    let Ok(tnef) = Tnef::parse(bytes) else { return };
    let _ = (tnef.message_class(), tnef.subject(), tnef.text(), tnef.html());
    assert!(tnef.rtf().unwrap_or_default().len() <= 9 * bytes.len());
    let _ = tnef.properties().count();
    for attachment in tnef.attachments() {
        let _ = (attachment.filename(), attachment.media_type(), attachment.content_id());
        let _ = (attachment.created(), attachment.modified(), attachment.properties().count());
        if let Content::Message(inner) = attachment.content()
            && depth < 3
        {
            read(inner, depth + 1);
        }
    }
}

#[test]
fn a_message_of_outlook() {
    let tnef = Tnef::parse(SAMPLE).unwrap();
    assert!(tnef.problems().is_empty());
    assert_eq!(tnef.message_class().unwrap(), "IPM.Microsoft Mail.Note");
    assert_eq!(tnef.subject().unwrap(), "Grüße");
    assert_eq!(tnef.text().unwrap(), "See attachment");
    assert_eq!(tnef.html().unwrap(), "<p>Grüße");
    let rtf = tnef.rtf().unwrap();
    assert_eq!(rtf, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");

    let attachments: Vec<_> = tnef.attachments().collect();
    assert_eq!(attachments.len(), 2);
    assert_eq!(attachments[0].filename().unwrap(), "Grüße.txt");
    assert_eq!(attachments[0].media_type().unwrap(), "text/plain");
    assert_eq!(attachments[0].content_id().unwrap(), "a@b.c");
    assert_eq!(attachments[0].modified().unwrap().timestamp(), 1_700_000_000);
    assert_eq!(attachments[0].content(), Content::Bytes(b"Hallo"));
    assert_eq!(attachments[1].filename().unwrap(), "inner.msg");
    let Content::Message(inner) = attachments[1].content() else { panic!() };
    assert_eq!(Tnef::parse(inner).unwrap().subject().unwrap(), "inner");
}

#[test]
fn properties() {
    let tnef = Tnef::parse(SAMPLE).unwrap();
    let all: Vec<_> = tnef.properties().collect();
    let values = |id| all.iter().filter(move |p| p.id == id).map(|p| p.value.clone());
    assert_eq!(values(0x39).collect::<Vec<_>>(), [Value::Time(1_700_000_000)]);
    assert_eq!(
        values(0x8001).collect::<Vec<_>>(),
        [Value::Integer(1), Value::Integer(-2), Value::Integer(3)]
    );
    let named = all.iter().find(|p| p.id == 0x8002).unwrap();
    assert_eq!(named.name, Some(PropertyName::Text([0; 16], "key".into())));
    assert_eq!(named.value, Value::Text("wert".into()));
    assert_eq!(all.last().unwrap().value, Value::Bool(true));
}

#[test]
fn parts_say_that_they_are_one() {
    let sample = core::str::from_utf8(include_bytes!("tnef/winmail.eml")).unwrap();
    for (content_type, found) in [
        ("application/ms-tnef; name=winmail.dat", true),
        ("application/vnd.ms-tnef", true),
        ("application/octet-stream; name=WINMAIL.DAT", true),
        ("application/octet-stream; name=other.dat", false),
    ] {
        let text = sample.replace("application/ms-tnef; name=winmail.dat", content_type);
        let message = Message::parse(text.as_bytes());
        assert_eq!(message.part_at(&[1]).unwrap().tnef().is_some(), found, "{content_type}");
    }
    let message = Message::parse(b"Content-Type: application/ms-tnef\n\nno such stream");
    assert!(message.root().tnef().is_none());
}

#[test]
fn every_end_is_read_up_to_there() {
    for end in 0..SAMPLE.len() {
        let bytes = &SAMPLE[..end];
        read(bytes, 0);
        match Tnef::parse(bytes) {
            Ok(tnef) => {
                let whole = Tnef::parse(SAMPLE).unwrap();
                assert!(tnef.attachments().len() <= whole.attachments().len());
            }
            Err(_) => assert!(end < 6),
        }
    }
    let tnef = Tnef::parse(&SAMPLE[..SAMPLE.len() - 1]).unwrap();
    assert!(tnef.problems().find(DefectKind::TnefTruncated).is_some());
    assert_eq!(tnef.subject().unwrap(), "Grüße");
}

#[test]
fn a_wrong_checksum_is_reported() {
    let mut bytes = SAMPLE.to_vec();
    let at = bytes.windows(5).position(|window| window == b"Hallo").unwrap();
    bytes[at] = b'h';
    let tnef = Tnef::parse(&bytes).unwrap();
    assert!(tnef.problems().find(DefectKind::TnefChecksumMismatch).is_some());
    assert_eq!(tnef.attachments().next().unwrap().content(), Content::Bytes(b"hallo"));
}

/// Security case 30: counts that lie, floods, and what expands.
#[test]
fn case_30_time_and_memory_follow_the_input() {
    let many = |what: &[u8], n: usize| stream(&what.repeat(n));
    let start = attribute(2, ATTACH_START, &[]);
    let flood = many(&start, 200_000);
    let tnef = Tnef::parse(&flood).unwrap();
    assert_eq!(tnef.attachments().len(), 10_000);
    assert!(tnef.problems().find(DefectKind::TooManyParts).is_some());

    // A count of four thousand million, with nothing behind it.
    for properties in [
        &b"\xff\xff\xff\xff"[..],
        b"\xff\xff\xff\xff\x03\x10\x00\x30\xff\xff\xff\xff",
        b"\xff\xff\xff\xff\x1f\x00\x00\x30\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xff\xff\xff\xff\x02\x01\x00\x30\0\0\0\0",
    ] {
        let bytes = stream(&attribute(1, MESSAGE_PROPERTIES, properties));
        assert_eq!(Tnef::parse(&bytes).unwrap().properties().count(), 0);
    }

    // Properties without values.
    let time = |n: usize| {
        let mut properties = u32::MAX.to_le_bytes().to_vec();
        for _ in 0..n {
            properties.extend(b"\x02\x01\x00\x30\0\0\0\0");
        }
        let bytes = stream(&attribute(1, MESSAGE_PROPERTIES, &properties));
        let start = Instant::now();
        read(&bytes, 0);
        start.elapsed()
    };
    let (small, large) = (time(50_000), time(200_000));
    assert!(large < small * 16 + Duration::from_millis(50), "{small:?} {large:?}");

    // References to what is before, as long as they can be.
    let mut rtf = b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0".to_vec();
    let mut write: u16 = 207;
    for _ in 0..20_000 {
        rtf.extend([0xff]);
        for _ in 0..8 {
            rtf.extend((((write + 1) % 4096) << 4 | 15).to_be_bytes());
            write = (write + 17) % 4096;
        }
    }
    let expanded = decompress_rtf(&rtf).unwrap();
    assert!(expanded.len() > 7 * rtf.len() && expanded.len() < 9 * rtf.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_change_is_harmless(changes in prop::collection::vec((0..SAMPLE.len(), any::<u8>()), 1..8)) {
        let mut bytes = SAMPLE.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        read(&bytes, 0);
    }

    #[test]
    fn any_bytes_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&stream(&bytes), 0);
        read(&stream(&attribute(1, MESSAGE_PROPERTIES, &bytes)), 0);
        let _ = decompress_rtf(&[b"\x10\0\0\0\xff\xff\0\0LZFu\0\0\0\0", &bytes[..]].concat());
    }
}
