//! Packets in memory and in pieces: the same bodies, the same error; headers come back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pgp_armor::packet::{Config, Event, Header, Walker, guess, packets};

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (cut, criticality, bytes) = input;
    let mut config = Config::default();
    config.criticality = criticality;
    let _ = guess(bytes);

    let (mut whole, mut count, mut error) = (Vec::new(), 0, None);
    for packet in packets(bytes, &config) {
        match packet {
            Ok(packet) => {
                let mut out = Vec::new();
                packet.header.encode(&mut out);
                assert_eq!(Header::parse(&out), Ok(Some((packet.header, out.len()))));
                let _ = packet.peek();
                whole.extend_from_slice(&packet.body);
                count += 1;
            }
            Err(found) => error = Some(found),
        }
    }

    let mut walker = Walker::new(config.clone());
    let (mut walked, mut ends, mut failed) = (Vec::new(), 0, None);
    for chunk in bytes.chunks(usize::from(cut).max(1)).map(Some).chain([None]) {
        match chunk {
            Some(chunk) => walker.receive(chunk),
            None => walker.receive_eof(),
        }
        while failed.is_none() {
            match walker.poll_event() {
                Ok(Some(Event::Body(bytes))) => walked.extend_from_slice(bytes),
                Ok(Some(Event::End)) => ends += 1,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(found) => failed = Some(found),
            }
        }
    }
    assert_eq!((failed, ends), (error, count));
    assert!(walked.starts_with(&whole));
});
