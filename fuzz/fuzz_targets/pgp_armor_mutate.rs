//! A block that was changed gives the same bytes, an error, or a note.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pgp_armor::{Checksum, Config, Crc, EncodeConfig, Label, Policy};

fuzz_target!(|input: (&[u8], u8, Vec<(u16, u8, u8)>)| {
    let (data, width, changes) = input;
    let mut config = EncodeConfig::default();
    config.width = width;
    config.checksum = Checksum::Always;
    let mut text = pgp_armor::encode_with(Label::File, data, config).into_bytes();
    for (at, kind, byte) in changes.into_iter().take(4) {
        let at = usize::from(at) % text.len().max(1);
        match kind % 3 {
            0 if at < text.len() => text[at] = byte,
            1 if at < text.len() => {
                text.remove(at);
            }
            _ => text.insert(at.min(text.len()), byte),
        }
    }
    for policy in [Policy::Lenient, Policy::Intact] {
        let mut config = Config::default();
        config.policy = policy;
        if let Ok(block) = pgp_armor::decode_with(&text, &config) {
            // Without a checksum one character cannot be told from another.
            let certain = block.notes.is_empty() && block.crc != Crc::Absent;
            assert!(block.data == data || !certain, "{block:?}");
        }
    }
});
