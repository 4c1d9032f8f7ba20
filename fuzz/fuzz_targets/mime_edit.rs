//! Edits: any changes either contradict each other or give a message in which the changes are and
//! everything else is as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::build::{FieldName, FieldText};
use mime::{Edit, Message, PartId};

fuzz_target!(|input: (Vec<(u8, u8)>, &[u8])| {
    let (steps, bytes) = input;
    let message = Message::parse(bytes);
    let name = || FieldName::try_from("X-Fuzz").expect("a name");
    let text = || FieldText::try_from("value").expect("a text");

    let mut edit = Edit::new(&message);
    assert_eq!(edit.to_vec().as_deref(), Ok(bytes));
    for &(what, which) in steps.iter().take(8) {
        let part = PartId(u32::from(which) % message.parts().len() as u32);
        let field = message.part(part).and_then(|part| part.fields().next());
        match (what % 7, field) {
            (0, _) => drop(edit.prepend_field(part, name(), text())),
            (1, _) => drop(edit.append_field(part, name(), text())),
            (2, Some(field)) => drop(edit.replace_field(field, text())),
            (3, Some(field)) => drop(edit.remove_field(field)),
            (4, _) => drop(edit.replace_body(part, &b"new body"[..])),
            (5, _) => drop(edit.remove_part(part)),
            _ => drop(edit.append_part(part, &b"\r\nnew part"[..])),
        }
    }
    if let Ok(segments) = edit.segments() {
        let whole = segments.concat();
        assert_eq!(edit.to_vec().as_deref(), Ok(&whole[..]));
        let _ = (edit.broken_signatures(), Message::parse(&whole));
    }

    let mut edit = Edit::new(&message);
    edit.prepend_field(PartId::ROOT, name(), text());
    let changed = edit.to_vec().expect("one change contradicts nothing");
    let changed = Message::parse(&changed);
    assert!(changed.field("x-fuzz").is_some());
    assert!(changed.bytes().len() > bytes.len());
});
