//! Transfer encodings and charsets: chunks give what the whole gives, and what was encoded comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::codec::{TransferDecoder, TransferEncoding};

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (kind, cut, bytes) = input;
    let encoding = [
        TransferEncoding::Base64,
        TransferEncoding::QuotedPrintable,
        TransferEncoding::Uuencode,
        TransferEncoding::Yenc,
    ][usize::from(kind % 4)];

    let whole = encoding.decode(bytes);
    let mut decoder = TransferDecoder::new(encoding);
    let mut out = Vec::new();
    for chunk in bytes.chunks(usize::from(cut).max(1)) {
        decoder.decode(chunk, &mut out);
    }
    decoder.finish(&mut out);
    assert_eq!(out, whole.bytes);
    assert_eq!(decoder.problems(), &whole.problems);

    if encoding == TransferEncoding::Base64 {
        let encoded = mime::codec::base64::encode(bytes);
        assert_eq!(mime::codec::base64::decode(&encoded).bytes, bytes);
    }
});
