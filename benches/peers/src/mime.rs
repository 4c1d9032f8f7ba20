//! Messages and their transfer encodings.

use crate::harness::{Table, competitor};
use crate::inputs;

/// Measures the rows of the `mime` crate.
pub fn rows(table: &mut Table) {
    base64(table);
    quoted_printable(table);
}

/// The usual way with the `base64` crate: line breaks out, then one call.
fn strip_and_decode(text: &[u8]) -> usize {
    use base64::Engine as _;
    let compact: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(compact).unwrap().len()
}

fn base64(table: &mut Table) {
    for (row, len) in [("base64 decode, 1 KiB", 1 << 10), ("base64 decode, 64 KiB", 64 << 10)] {
        let data = inputs::bytes(len / 78 * 57);
        let text = mime::codec::base64::encode(&data);
        assert_eq!(mime::codec::base64::decode(&text).bytes, data);
        assert_eq!(encodify::base64::MIME.decode(&text).unwrap(), data);
        table.row(
            row,
            text.len(),
            vec![
                competitor("mime", || mime::codec::base64::decode(&text).bytes.len()),
                competitor("encodify 1.0", || encodify::base64::MIME.decode(&text).unwrap().len()),
                competitor("base64 0.23, stripped", || strip_and_decode(&text)),
            ],
        );
    }
    let data = inputs::bytes(48 << 10);
    table.row(
        "base64 encode, 64 KiB",
        data.len(),
        vec![
            competitor("mime", || mime::codec::base64::encode(&data).len()),
            competitor("encodify 1.0", || encodify::base64::MIME.encode(&data).len()),
        ],
    );
}

fn quoted_printable(table: &mut Table) {
    for (row, rare) in
        [("quoted-printable decode, plain", 10_000), ("quoted-printable decode, escapes", 12)]
    {
        let data = inputs::prose(64 << 10, rare);
        let text = mime::codec::quoted_printable::encode(data.as_bytes());
        assert_eq!(mime::codec::quoted_printable::decode(&text).bytes, data.as_bytes());
        table.row(
            row,
            text.len(),
            vec![
                competitor("mime", || mime::codec::quoted_printable::decode(&text).bytes.len()),
                competitor("encodify 1.0", || encodify::qp::BODY.decode(&text).unwrap().len()),
                competitor("quoted_printable 0.5", || {
                    quoted_printable::decode(&text, quoted_printable::ParseMode::Robust)
                        .unwrap()
                        .len()
                }),
            ],
        );
    }
}
