//! TNEF: any stream is read, with all of its properties and what they expand to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::tnef::{Content, Tnef, decapsulate_rtf, decompress_rtf};

fn read(bytes: &[u8], depth: u32) {
    let Ok(tnef) = Tnef::parse(bytes) else { return };
    let _ = (tnef.message_class(), tnef.subject(), tnef.text(), tnef.html(), tnef.properties().count());
    assert!(tnef.rtf().unwrap_or_default().len() <= 9 * bytes.len());
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

fuzz_target!(|bytes: &[u8]| {
    read(bytes, 0);
    let _ = decapsulate_rtf(bytes);
    if let Some(expanded) = decompress_rtf(bytes) {
        assert!(expanded.len() <= 9 * bytes.len());
    }
});
