//! Protected messages: whatever is read is harmless, whatever is written comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pgp_armor::autocrypt::{Autocrypt, SetupMessage};
use pgp_armor::mail::{
    Encrypted, HeaderSets, Micalg, Mode, Signable, Signed, classify, encode_encrypted,
    encode_signed, protect, split_message,
};

fuzz_target!(|bytes: &[u8]| {
    if let Some(found) = classify(bytes) {
        for range in found.outside {
            assert!(bytes.get(range).is_some());
        }
    }
    let _ = SetupMessage::parse(bytes);
    if let Ok(field) = Autocrypt::parse(bytes) {
        let mut out = Vec::new();
        field.encode(&mut out);
        assert!(out.ends_with(b"\r\n"));
    }
    for mode in [Mode::Clear, Mode::Cipher] {
        let (_, payload) = protect(bytes, mode);
        assert_eq!(HeaderSets::parse(&payload).mode, Some(mode));
    }

    let (_, entity) = split_message(bytes);
    if let Ok(content) = Signable::prepare(&entity) {
        assert!(content.as_bytes().is_ascii());
        let mut message = Vec::new();
        encode_signed(&content, bytes, Micalg::SHA256, &mut message);
        assert_eq!(Signed::parse(&message).unwrap().content(), content.as_bytes());
    }
    let mut message = Vec::new();
    encode_encrypted(bytes, &mut message);
    assert!(Encrypted::parse(&message).unwrap().is_version_1());
});
