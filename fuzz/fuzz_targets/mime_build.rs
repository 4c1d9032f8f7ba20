//! Building: what was built has the length that was announced, and reads as what was put in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::Message;
use mime::build::{Draft, Entity, Env, Options, Target};
use mime::header::DateTime;

fuzz_target!(|input: (&str, &str, &str, &[u8], u8, u64)| {
    let (subject, text, file_name, content, choice, seed) = input;
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a date");
    let env = Env { now, seed: u128::from(seed), domain: "example.org" };
    let mut options = Options::default();
    options.target = [Target::SevenBit, Target::EightBit, Target::Binary][usize::from(choice) % 3];
    options.utf8_headers = choice & 4 != 0;
    let built = Draft::new()
        .from("Jürgen <j@example.org>")
        .to("k@example.org")
        .subject(subject)
        .text(text)
        .attach(Entity::new("application/octet-stream", content).attachment(file_name))
        .build(&env, &options);
    // A subject or a name with CR, LF or NUL is refused.
    let Ok(outgoing) = built else { return };
    let bytes = outgoing.to_vec().expect("no source is missing");
    assert_eq!(bytes.len() as u64, outgoing.len());
    if options.target == Target::SevenBit && !options.utf8_headers {
        assert!(bytes.is_ascii());
    }
    if options.target != Target::Binary {
        let lines = bytes.split(|&byte| byte == b'\n');
        assert!(lines.into_iter().all(|line| line.len() <= 999));
    }

    let message = Message::parse(&bytes);
    assert!(message.defects().is_empty(), "{:?}", message.defects());
    let read = message.subject().unwrap_or_default();
    assert!(read.split_whitespace().eq(subject.split_whitespace()));
    let attached = message.parts().last().expect("an attachment");
    assert_eq!(attached.decoded().bytes, content);
    assert_eq!(message.parts().count(), 3);
});
