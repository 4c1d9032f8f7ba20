//! What is reported does not depend on how the content was cut.

use mime::codec::{TransferDecoder, TransferEncoding};

#[test]
fn eight_bit_before_trailing_blanks() {
    let input = [0, 255, 225, 183, 165, 225, 32, 10, 255, 3];
    let whole = TransferEncoding::QuotedPrintable.decode(&input);
    for size in 1..=input.len() {
        let mut decoder = TransferDecoder::new(TransferEncoding::QuotedPrintable);
        let mut out = Vec::new();
        for chunk in input.chunks(size) {
            decoder.decode(chunk, &mut out);
        }
        decoder.finish(&mut out);
        assert_eq!(out, whole.bytes);
        assert_eq!(decoder.problems(), &whole.problems, "chunks of {size}");
    }
}
