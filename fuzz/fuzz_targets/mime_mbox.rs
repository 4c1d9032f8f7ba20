//! Mailboxes: any cuts give the same messages, and what is written is read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::header::DateTime;
use mime::mbox::{Dialect, Event, Splitter, append};

const DIALECTS: [Dialect; 4] = [Dialect::Mboxo, Dialect::Mboxrd, Dialect::Mboxcl, Dialect::Mboxcl2];

fn split(bytes: &[u8], size: usize, dialect: Dialect) -> Vec<Vec<u8>> {
    let mut splitter = Splitter::new(dialect);
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut drain = |splitter: &mut Splitter| {
        while let Some(event) = splitter.poll_event() {
            match event {
                Event::Start { .. } => messages.push(Vec::new()),
                Event::Chunk(bytes) => messages.last_mut().expect("a start").extend_from_slice(bytes),
                _ => {}
            }
        }
    };
    for chunk in bytes.chunks(size) {
        splitter.receive(chunk);
        drain(&mut splitter);
    }
    splitter.receive_eof();
    drain(&mut splitter);
    messages
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    for dialect in DIALECTS {
        let whole = split(bytes, bytes.len().max(1), dialect);
        assert_eq!(split(bytes, usize::from(size).max(1), dialect), whole);
    }
    let date = DateTime::from_timestamp(1_700_000_000, 0).expect("a date");
    let message = [b"X: y\n\n", bytes, b"\n"].concat();
    let mut mailbox = Vec::new();
    append(Dialect::Mboxrd, "a@b", &date, &message, &mut mailbox);
    append(Dialect::Mboxrd, "a@b", &date, &message, &mut mailbox);
    assert_eq!(split(&mailbox, usize::from(size).max(1), Dialect::Mboxrd), [message.clone(), message]);
});
