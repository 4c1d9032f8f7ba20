//! Messages: the two drivers agree however the bytes are cut, a stored index is the same index,
//! and no view panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::{Config, Index, Message, Scanner, Section};

fuzz_target!(|input: (u8, &[u8])| {
    let (cut, bytes) = input;
    let config = Config::default();
    let index = Index::scan(bytes, &config).expect("the lenient policy refuses nothing");

    let (mut scanner, mut pushed) = (Scanner::new(config.clone()), Index::new(&config));
    for chunk in bytes.chunks(usize::from(cut).max(1)) {
        scanner.receive(chunk);
        while let Some(event) = scanner.poll_event().unwrap() {
            pushed.apply(&event);
        }
    }
    scanner.receive_eof();
    while let Some(event) = scanner.poll_event().unwrap() {
        pushed.apply(&event);
    }
    assert_eq!(pushed, index);

    let mut stored = Vec::new();
    index.to_bytes(&mut stored);
    assert_eq!(Index::from_bytes(&stored).as_ref(), Ok(&index));
    let _ = Index::from_bytes(bytes);

    let message = Message::parse(bytes);
    assert_eq!(message.root().raw(Section::All), bytes);
    for part in message.parts() {
        let _ = (part.decoded(), part.text(), part.disposition(), part.lines(Section::All));
        for field in part.fields() {
            let value = field.value();
            let _ = mime::header::AddressList::parse(value);
            let _ = mime::header::DateTime::parse(value);
            let _ = mime::header::MessageIdList::parse(value);
            let _ = mime::header::ContentType::parse(value).parameters().list();
            let _ = mime::encoded_word::decode(value);
        }
    }
});
