//! Fields of trace, lists, authentication and reports; pieces; mbox files; edits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::header::{
    AuthenticationResults, Autocrypt, DkimSignature, ListId, ListUris, Received, TagList,
};
use mime::{Message, join_partial, mbox, split_partial};

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let _ = Received::parse(bytes).address();
    let _ = (AuthenticationResults::parse(bytes), Autocrypt::parse(bytes));
    let _ = (DkimSignature::parse(bytes), TagList::parse(bytes));
    let _ = (ListId::parse(bytes), ListUris::parse(bytes).https().is_some());

    let message = Message::parse(bytes);
    let _ = (message.audit(), message.bodies().has_attachment(), message.preview(256));
    for part in message.parts() {
        let _ = (part.report(), part.partial(), part.external_body(), part.signed());
    }

    let pieces = split_partial(bytes, "a@b.c", usize::from(size).max(1));
    let pieces: Vec<_> = pieces.iter().map(|piece| Message::parse(piece)).collect();
    let _ = join_partial(&pieces);

    for dialect in [mbox::Dialect::Mboxo, mbox::Dialect::Mboxrd, mbox::Dialect::Mboxcl] {
        let mut splitter = mbox::Splitter::new(dialect);
        for chunk in bytes.chunks(usize::from(size).max(1)) {
            splitter.receive(chunk);
            while splitter.poll_event().is_some() {}
        }
        splitter.receive_eof();
        while splitter.poll_event().is_some() {}
    }
});
