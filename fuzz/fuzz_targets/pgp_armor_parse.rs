//! Armor: the events do not depend on cuts, the whole form agrees with the pushed one, and what
//! was read is written so that the strictest reader reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pgp_armor::{Config, Crc, Decoder, EncodeConfig, Error, Event, Label, Note, Policy};

#[derive(Debug, Default, PartialEq)]
struct Seen {
    outside: Vec<u8>,
    blocks: Vec<(Label, Vec<u8>, Crc)>,
    data: Vec<u8>,
    texts: (Vec<u8>, Vec<u8>),
    notes: Vec<Note>,
    error: Option<Error>,
}

fn push<'a>(config: &Config, pieces: impl Iterator<Item = &'a [u8]>) -> Seen {
    let (mut decoder, mut seen, mut pieces) =
        (Decoder::new(config.clone()), Seen::default(), pieces);
    loop {
        let piece = pieces.next();
        match piece {
            Some(piece) => decoder.receive(piece),
            None => decoder.receive_eof(),
        }
        loop {
            match decoder.poll_event() {
                Ok(Some(Event::Outside { bytes, .. })) => seen.outside.extend_from_slice(bytes),
                Ok(Some(Event::Data(bytes))) => seen.data.extend_from_slice(bytes),
                Ok(Some(Event::Text { signed, shown })) => {
                    seen.texts.0.extend_from_slice(signed);
                    seen.texts.1.extend_from_slice(shown);
                }
                Ok(Some(Event::Note(note))) => seen.notes.push(note),
                Ok(Some(Event::End { label, crc, .. })) => {
                    let data = std::mem::take(&mut seen.data);
                    seen.blocks.push((label, data, crc));
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    seen.error = Some(error);
                    return seen;
                }
            }
        }
        if piece.is_none() {
            return seen;
        }
    }
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (kind, cut, bytes) = input;
    let mut config = Config::default();
    config.policy = [Policy::Lenient, Policy::Intact, Policy::Strict][usize::from(kind % 3)];
    config.quoted = kind & 0x10 != 0;
    config.check_crc = kind & 0x20 == 0;
    if kind & 0x40 != 0 {
        config.limits.line = 100;
        config.limits.headers = 2;
    }
    let whole = push(&config, std::iter::once(bytes));
    assert_eq!(push(&config, bytes.chunks(usize::from(cut).max(1))), whole);

    match pgp_armor::decode_all(bytes, &config) {
        Ok(blocks) => {
            let pushed = whole.blocks.iter().filter(|(label, ..)| *label != Label::SignedMessage);
            assert!(
                pushed.eq(blocks
                    .iter()
                    .map(|b| (b.label.clone(), b.data.clone(), b.crc))
                    .collect::<Vec<_>>()
                    .iter())
            );
            for block in blocks {
                let mut strict = Config::default();
                strict.policy = Policy::Strict;
                let text = pgp_armor::encode_with(
                    block.label.clone(),
                    &block.data,
                    EncodeConfig::default(),
                );
                let again =
                    pgp_armor::decode_with(text.as_bytes(), &strict).expect("what was written");
                assert_eq!((again.label, again.data), (block.label, block.data));
            }
        }
        Err(error) => assert_eq!(Some(error), whole.error),
    }
});
