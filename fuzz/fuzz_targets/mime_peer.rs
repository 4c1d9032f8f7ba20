//! What we build is read by another crate as it was meant.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailparse::MailHeaderMap as _;
use mime::build::{Draft, Entity, Env, Options, Target};
use mime::header::DateTime;

fuzz_target!(|input: (&str, &str, &str, &[u8], u8, u64)| {
    let (subject, text, html, content, choice, seed) = input;
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a date");
    let env = Env { now, seed: u128::from(seed), domain: "example.org" };
    let mut options = Options::default();
    options.target = [Target::SevenBit, Target::EightBit, Target::Binary][usize::from(choice) % 3];
    let built = Draft::new()
        .from("Jürgen <j@example.org>")
        .to("k@example.org")
        .subject(subject)
        .text(text)
        .html(html)
        .attach(Entity::new("application/octet-stream", content).attachment("naïve file.bin"))
        .build(&env, &options);
    // A subject with CR, LF or NUL is refused.
    let Ok(outgoing) = built else { return };
    let bytes = outgoing.to_vec().expect("no source is missing");

    let mail = mailparse::parse_mail(&bytes).expect("a message");
    let read = mail.headers.get_first_value("Subject").unwrap_or_default();
    // Control characters that are blanks in Unicode are kept by one and folded by the other.
    if subject.chars().all(|c| !c.is_control() && (c == ' ' || !c.is_whitespace())) {
        assert!(read.split(' ').filter(|w| !w.is_empty()).eq(subject.split(' ').filter(|w| !w.is_empty())));
    }
    let from = mailparse::addrparse_header(mail.headers.get_first_header("From").expect("an author"))
        .expect("an address");
    let from = from.extract_single_info().expect("one address");
    assert_eq!((from.display_name.as_deref(), &*from.addr), (Some("Jürgen"), "j@example.org"));

    let ours = mime::Message::parse(&bytes);
    let leaves: Vec<_> = mail.parts().filter(|part| part.subparts.is_empty()).collect();
    let our_leaves: Vec<_> =
        ours.parts().filter(|part| part.kind() == mime::PartKind::Leaf).collect();
    assert_eq!(leaves.len(), our_leaves.len());
    for (theirs, ours) in leaves.iter().zip(&our_leaves) {
        assert_eq!(theirs.ctype.mimetype, &*ours.content_type().essence());
    }
    let attached = leaves.last().expect("an attachment");
    let name = attached.get_content_disposition().params.get("filename").cloned();
    assert_eq!(name.as_deref(), Some("naïve file.bin"));
    assert_eq!(attached.get_body_raw().expect("bytes"), content);
});
