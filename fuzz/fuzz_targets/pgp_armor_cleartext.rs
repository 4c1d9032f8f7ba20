//! Cleartext messages: what is written is read back, and what is read stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pgp_armor::cleartext::{self, Hash, Writer};
use pgp_armor::{Config, LineEnd, Policy};

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (crlf, cut, bytes) = input;
    let line_end = if crlf { LineEnd::CrLf } else { LineEnd::Lf };
    let mut strict = Config::default();
    strict.policy = Policy::Strict;

    let mut wanted = Vec::new();
    let written = cleartext::write(bytes, &[Hash::Sha256], line_end, |signed| {
        wanted = signed.to_vec();
        Ok::<_, ()>(vec![0xC2, 1, 4])
    })
    .unwrap();
    let read = cleartext::read_with(&written, &strict).expect("what was written");
    assert_eq!(read.signed(), Ok(&wanted[..]));
    assert_eq!(read.span, 0..written.len());

    let (mut out, mut signed) = (Vec::new(), Vec::new());
    let mut writer = Writer::new(&[Hash::Sha256], line_end, &mut out);
    for piece in bytes.chunks(usize::from(cut).max(1)) {
        writer.text(piece, &mut out, &mut signed);
    }
    writer.finish(&mut out, &mut signed);
    assert_eq!(signed, wanted);
    assert!(written.starts_with(&out));

    let mut lenient = Config::default();
    lenient.policy = Policy::Lenient;
    lenient.quoted = cut & 1 != 0;
    for message in cleartext::read_all(bytes, &lenient).unwrap_or_default() {
        assert!(bytes.get(message.span.clone()).is_some());
        if let Ok(signed) = message.signed() {
            // Both are the same lines.
            let lines = |text: &[u8]| {
                text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>()
            };
            assert_eq!(lines(signed), lines(&message.shown));
        }
    }
});
