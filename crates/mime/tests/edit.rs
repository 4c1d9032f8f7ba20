//! Editing: what is not named stays byte for byte as it is.

use mime::build::{FieldName, FieldText};
use mime::{Edit, EditError, Message, PartId, PartKind, Section};
use proptest::prelude::*;

fn name(text: &str) -> FieldName<'_> {
    FieldName::try_from(text).unwrap()
}

fn value(text: &str) -> FieldText<'_> {
    FieldText::try_from(text).unwrap()
}

/// A multipart with the given parts, with one kind of line end.
fn multipart(parts: &[String], preamble: &str, end: &str) -> Vec<u8> {
    let mut text = format!("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n{preamble}");
    for part in parts {
        text += &format!("--b\n\n{part}\n");
    }
    text += "--b--\nepilogue\n";
    text.replace('\n', end).into_bytes()
}

fn bodies(message: &Message<'_>) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    message.root().children().map(|part| text(part.raw(Section::Body))).collect()
}

#[test]
fn fields() {
    let bytes = b"Received: 1\r\nSUBJECT : old\r\n value\r\nX: y\r\n\r\nbody";
    let message = Message::parse(bytes);
    let mut edit = Edit::new(&message);
    edit.prepend_field(PartId::ROOT, name("Received"), value("2"))
        .append_field(PartId::ROOT, name("Z"), value("z"))
        .replace_field(message.field("subject").unwrap(), value("new"))
        .remove_field(message.field("x").unwrap());
    assert_eq!(
        String::from_utf8(edit.to_vec().unwrap()).unwrap(),
        "Received: 2\r\nReceived: 1\r\nSUBJECT : new\r\nZ: z\r\n\r\nbody"
    );
    // The line ends are those of the message.
    let message = Message::parse(b"A: b\n\nbody");
    let mut edit = Edit::new(&message);
    edit.prepend_field(PartId::ROOT, name("C"), value("d"));
    assert_eq!(edit.to_vec().unwrap(), b"C: d\nA: b\n\nbody");
    // A message without header, and one whose header has no end.
    for (bytes, first, last) in [
        (&b"\nbody"[..], &b"C: d\n\nbody"[..], &b"C: d\n\nbody"[..]),
        (b"A: b", b"C: d\r\nA: b", b"A: b\r\nC: d\r\n"),
    ] {
        let message = Message::parse(bytes);
        let mut edit = Edit::new(&message);
        edit.prepend_field(PartId::ROOT, name("C"), value("d"));
        assert_eq!(edit.to_vec().unwrap(), first, "{bytes:?}");
        let mut edit = Edit::new(&message);
        edit.append_field(PartId::ROOT, name("C"), value("d"));
        assert_eq!(edit.to_vec().unwrap(), last, "{bytes:?}");
    }
}

#[test]
fn nothing_changes_without_changes() {
    for bytes in [&b""[..], b"\n", b"A: b\n\n\0\xff\r", b"From x\n\nContent-Type: multipart/mixed"]
    {
        let message = Message::parse(bytes);
        let edit = Edit::new(&message);
        assert_eq!(edit.to_vec().unwrap(), bytes);
        assert!(edit.segments().unwrap().len() <= 1);
    }
}

#[test]
fn overlaps_are_refused() {
    let message = Message::parse(b"A: b\n\nbody");
    let field = message.field("a").unwrap();
    let mut edit = Edit::new(&message);
    edit.remove_field(field).replace_field(field, value("c"));
    assert!(matches!(edit.to_vec(), Err(EditError::Overlap(_))));
}

#[test]
fn only_parts_of_multiparts_come_and_go() {
    let message = Message::parse(b"A: b\n\nbody");
    let mut edit = Edit::new(&message);
    assert_eq!(edit.remove_part(PartId::ROOT).err(), Some(EditError::NotInMultipart));
    assert_eq!(edit.append_part(PartId::ROOT, &b"\nx"[..]).err(), Some(EditError::NotInMultipart));
    let message = Message::parse(b"Content-Type: message/rfc822\n\nA: b\n\nbody");
    let mut edit = Edit::new(&message);
    assert_eq!(edit.remove_part(PartId(1)).err(), Some(EditError::NotInMultipart));
}

/// Case 33 for edits: a new part must not delimit anything around it.
#[test]
fn case_33_new_parts_have_no_delimiters() {
    let bytes = b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\
        Content-Type: multipart/mixed; boundary=i\n\n--i\n\n1\n--i--\n--o--\n";
    let message = Message::parse(bytes);
    for entity in ["\nx\n--i\n\ny", "\nx\n--o--", "--i\n", "\n--ix"] {
        let mut edit = Edit::new(&message);
        let result = edit.append_part(PartId(1), entity.as_bytes()).err();
        assert_eq!(result, Some(EditError::ContainsDelimiter), "{entity:?}");
        assert!(edit.replace_part(PartId(2), entity.as_bytes()).is_err());
    }
    let mut edit = Edit::new(&message);
    edit.append_part(PartId(1), &b"\nx --i\n -- i"[..]).unwrap();
    let bytes = edit.to_vec().unwrap();
    assert_eq!(Message::parse(&bytes).parts().len(), 4);
}

/// A footer in one part leaves the bytes of all others as they are.
#[test]
fn other_parts_stay_signed() {
    let bytes = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nhello\r\n\
        --m\r\nContent-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type:  text/plain\r\n\
        \r\nsigned \r\n\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--s--\r\n\
        --m--\r\n";
    let message = Message::parse(bytes);
    let signed = message.parts().find_map(|part| part.signed()).unwrap();
    let before = signed.raw();
    let first = message.part_at(&[1]).unwrap();
    let mut edit = Edit::new(&message);
    edit.replace_body(first.id(), [first.raw(Section::Body), b"\r\n-- \r\nfooter"].concat());
    edit.append_part(PartId::ROOT, &b"\r\nlast"[..]).unwrap();
    assert!(edit.broken_signatures().is_empty());
    let after = edit.to_vec().unwrap();
    let after = Message::parse(&after);
    assert_eq!(after.defects(), []);
    assert_eq!(after.parts().find_map(|part| part.signed()).unwrap().raw(), before);
    assert_eq!(after.root().children().count(), 3);
    // Unchanged pieces are those of the old message, not copies.
    let inside = |piece: &&[u8]| bytes.as_ptr_range().contains(&piece.as_ptr());
    let kept: usize =
        edit.segments().unwrap().iter().filter(|piece| inside(piece)).map(|p| p.len()).sum();
    assert_eq!(kept, bytes.len() - first.raw(Section::Body).len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_come_and_go(
        parts in prop::collection::vec("[a-z\n]{0,12}", 1..6),
        preamble in prop::sample::select(vec!["", "preamble\n", "\n"]),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        at in any::<prop::sample::Index>(),
        new in "[a-z\n]{0,12}",
    ) {
        let bytes = multipart(&parts, preamble, end);
        let message = Message::parse(&bytes);
        prop_assert_eq!(bodies(&message), parts.clone());
        let at = at.index(parts.len());
        let part = message.root().children().nth(at).unwrap().id();

        let mut edit = Edit::new(&message);
        edit.remove_part(part).unwrap();
        let removed = edit.to_vec().unwrap();
        let mut expected = parts.clone();
        expected.remove(at);
        let read = Message::parse(&removed);
        if !expected.is_empty() {
            prop_assert_eq!(bodies(&read), expected);
            prop_assert_eq!(read.root().kind(), PartKind::Multipart);
        }
        let tail = format!("--b--{end}epilogue{end}");
        prop_assert!(removed.ends_with(tail.as_bytes()));

        let mut edit = Edit::new(&message);
        edit.append_part(PartId::ROOT, format!("{end}{}", new.replace('\n', end)).into_bytes()).unwrap();
        let appended = edit.to_vec().unwrap();
        let mut expected = parts.clone();
        expected.push(new.clone());
        prop_assert_eq!(bodies(&Message::parse(&appended)), expected);

        let mut edit = Edit::new(&message);
        edit.replace_body(part, new.replace('\n', end).into_bytes());
        let replaced = edit.to_vec().unwrap();
        let mut expected = parts;
        expected[at] = new;
        prop_assert_eq!(bodies(&Message::parse(&replaced)), expected);
    }
}
