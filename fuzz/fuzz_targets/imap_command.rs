//! IMAP commands: what parses is written as one unit, and that parses to the same.
#![no_main]

use imap_proto::{Command, Raw, TaggedCommand};
use libfuzzer_sys::fuzz_target;

/// What is kept verbatim keeps the form of its literals until it is written.
fn has_other_literals(bytes: &[u8]) -> bool {
    [&b"+}"[..], b"-}", b"}\n", b"{0"]
        .iter()
        .any(|form| bytes.windows(form.len()).any(|w| w == *form))
}

/// What was read may have NULs; they do not change where it ends.
fn is_unit(bytes: &[u8]) -> bool {
    let visible: Vec<u8> = bytes.iter().map(|b| (*b).max(1)).collect();
    Raw::try_from(&visible[..]).is_ok()
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(tagged) = TaggedCommand::parse(bytes) {
        let mut encoded = Vec::new();
        tagged.encode(&mut encoded);
        let text = String::from_utf8_lossy(&encoded);
        let again = TaggedCommand::parse(&encoded).expect("what was written");
        assert!(again == tagged || has_other_literals(bytes), "{again:?}, {tagged:?}, {text}");
    }
    let Ok(command) = Command::parse(bytes) else { return };
    let mut encoded = Vec::new();
    command.encode(&mut encoded);
    let text = String::from_utf8_lossy(&encoded);
    assert!(is_unit(&encoded), "{text:?}");
    let again = Command::parse(&encoded).expect("what was written");
    assert!(again == command || has_other_literals(bytes), "{again:?}, {command:?}, {text}");
    let mut twice = Vec::new();
    again.encode(&mut twice);
    assert_eq!(twice, encoded, "{text}");
    assert_eq!(command.clone().into_owned(), command);
    let _ = format!("{command:?}");
});
