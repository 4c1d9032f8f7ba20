//! What is assembled comes apart again, whatever is in it, and wherever the line ends were changed.

use pgp_armor::mail::{
    self, Encrypted, Finding, HeaderSets, Micalg, Mode, NotSignable, Protection, Signable, Signed,
};
use proptest::prelude::*;

fn entity() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[ -~]{0,90}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("--=-pgp-0000000000000000".to_owned()),
        Just("\n--=-pgp-0000000000000000--\n".to_owned()),
        Just("\nFrom me \n".to_owned()),
        Just("grüße\t\n".to_owned()),
        Just("=\n".to_owned()),
    ];
    let head = prop_oneof![
        Just("\n"),
        Just("Content-Type: text/plain; charset=utf-8\n\n"),
        Just("Content-Type: application/pdf\nContent-Transfer-Encoding: binary\n\n"),
        Just("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"),
    ];
    (head, proptest::collection::vec(piece, 0..12))
        .prop_map(|(head, pieces)| (head.to_owned() + &pieces.concat()).into_bytes())
}

fn body(entity: &[u8]) -> Vec<u8> {
    // Read back what was encoded, by the function for encrypted data.
    let mut message = b"Content-Type: multipart/encrypted; boundary=\"x-x-x\"\r\n\r\n--x-x-x\r\n\
        Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--x-x-x\r\n"
        .to_vec();
    let entity = String::from_utf8_lossy(entity)
        .replacen("Content-Type: text/plain", "Content-Type: application/octet-stream", 1)
        .replacen("Content-Type: application/pdf", "Content-Type: application/octet-stream", 1);
    if !entity.contains("Content-Type: ") {
        message.extend_from_slice(b"Content-Type: application/octet-stream\r\n");
    }
    message.extend_from_slice(entity.as_bytes());
    message.extend_from_slice(b"\r\n--x-x-x--\r\n");
    Encrypted::parse(&message).unwrap().data().into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_prepared_entity_survives_and_says_the_same(entity in entity()) {
        let signable = match Signable::prepare(&entity) {
            Ok(signable) => signable,
            Err(NotSignable::EightBit) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let bytes = signable.as_bytes();
        prop_assert!(bytes.is_ascii());
        for line in bytes.split(|byte| *byte == b'\n') {
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            prop_assert!(!text.ends_with(b" ") && !text.ends_with(b"\t"));
            prop_assert!(!text.starts_with(b"From ") && text.len() <= 998);
        }
        prop_assert_eq!(&Signable::prepare(bytes).unwrap(), &signable, "prepared once is enough");
        let binary = entity.starts_with(b"Content-Type: application/pdf");
        let quoted = entity.windows(16).any(|window| window == b"quoted-printable");
        if !quoted {
            let crlf = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
            let start = entity.windows(2).position(|w| w == b"\n\n").map_or(1, |at| at + 2);
            let start = if entity.starts_with(b"\n") { 1 } else { start };
            let (before, after) = (entity[start..].to_vec(), body(bytes));
            if binary {
                prop_assert_eq!(before, after);
            } else {
                prop_assert_eq!(crlf(before), crlf(after));
            }
        }
    }

    #[test]
    fn signed_comes_back(entity in entity(), signature in "[ -~\n]{0,200}") {
        let Ok(content) = Signable::prepare(&entity) else { return Ok(()) };
        let mut message = b"From: a@example.org\r\nMIME-Version: 1.0\r\n".to_vec();
        mail::encode_signed(&content, signature.as_bytes(), Micalg::SHA512, &mut message);
        let signed = Signed::parse(&message).unwrap();
        prop_assert_eq!(signed.content(), content.as_bytes());
        prop_assert_eq!(signed.signature().to_vec(), signature.replace('\n', "\r\n").into_bytes());
        prop_assert_eq!(signed.micalg().unwrap(), b"pgp-sha512");
        let found = mail::classify(&message);
        prop_assert!(found.as_ref().is_some_and(Finding::is_whole));

        // Stored with bare line feeds, as a local mail store does.
        let local = String::from_utf8(message.clone()).unwrap().replace("\r\n", "\n");
        let signed = Signed::parse(local.as_bytes()).unwrap();
        prop_assert_eq!(signed.canonical().to_vec(), content.as_bytes());
    }

    #[test]
    fn encrypted_comes_back(armored in "[ -~\n]{0,400}") {
        let mut message = b"From: a@example.org\r\n".to_vec();
        mail::encode_encrypted(armored.as_bytes(), &mut message);
        let encrypted = Encrypted::parse(&message).unwrap();
        prop_assert!(encrypted.is_version_1());
        let expected = armored.replace('\n', "\r\n").into_bytes();
        prop_assert_eq!(encrypted.data().to_vec(), expected.clone());
        prop_assert_eq!(&message[encrypted.data_range()], &expected);
        let found = mail::classify(&message).unwrap();
        prop_assert!(found.is_whole() && matches!(found.protection, Protection::Encrypted(_)));
    }

    #[test]
    fn protected_fields_come_back(
        fields in proptest::collection::vec(("[A-Z][a-z]{1,8}", "[!-~]{1,20}( [!-~]{1,20}){0,2}"), 0..6),
        cipher: bool,
    ) {
        let mut message = String::new();
        for (name, value) in &fields {
            message += &format!("{name}: {}\n", value.replace(' ', "\n "));
        }
        message += "Subject: secret\n\nHello\n";
        let mode = if cipher { Mode::Cipher } else { Mode::Clear };
        let (outer, payload) = mail::protect(message.as_bytes(), mode);
        let sets = HeaderSets::parse(&payload);
        prop_assert_eq!(sets.mode, Some(mode));
        let seen: Vec<_> = sets.protected.iter()
            .map(|field| (field.name.to_vec(), field.value.to_vec())).collect();
        let mut expected: Vec<_> = fields.iter()
            .map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes())).collect();
        expected.push((b"Subject".to_vec(), b"secret".to_vec()));
        prop_assert_eq!(seen, expected);
        prop_assert_eq!(outer.windows(6).any(|w| w == b"secret"), !cipher);
        // What the payload says was outside was outside.
        for field in &sets.outer {
            let line = [&field.name[..], b": ", &field.value[..]].concat();
            let unfolded = String::from_utf8(outer.clone()).unwrap().replace("\r\n ", " ");
            prop_assert!(unfolded.contains(String::from_utf8_lossy(&line).as_ref()));
        }
    }

    #[test]
    fn odd_messages_are_protected_too(
        pieces in proptest::collection::vec(prop_oneof![
            Just("Content-Type: "), Just("text/plain"), Just("multipart/mixed"), Just("; boundary=b"),
            Just(" (x"), Just(";"), Just("\""), Just("hp=clear"), Just("\n"), Just("\r\n"), Just("\r"),
            Just(" "), Just("\t"), Just("--b"), Just("--b--"), Just("HP-Outer: "), Just("Subject: x"),
            Just("a"), Just("\n\n"), Just("Content-Transfer-Encoding: "), Just("quoted-printable"),
            Just("base64"), Just("8bit"), Just("é"), Just("="), Just("message/rfc822"), Just("\0"),
        ], 0..24),
    ) {
        let message = pieces.concat().into_bytes();
        for mode in [Mode::Clear, Mode::Cipher, Mode::V1] {
            let (_, payload) = mail::protect(&message, mode);
            prop_assert_eq!(HeaderSets::parse(&payload).mode, Some(mode));
        }
        let (_, entity) = mail::split_message(&message);
        if let Ok(content) = Signable::prepare(&entity) {
            prop_assert!(content.as_bytes().is_ascii());
            prop_assert_eq!(&Signable::prepare(content.as_bytes()).unwrap(), &content);
            let mut sent = Vec::new();
            mail::encode_signed(&content, &message, Micalg::SHA256, &mut sent);
            let signed = Signed::parse(&sent).unwrap();
            prop_assert_eq!(signed.content(), content.as_bytes());
        }
        if let Some(found) = mail::classify(&message) {
            for range in found.outside {
                prop_assert!(message.get(range).is_some());
            }
        }
    }

    #[test]
    fn any_bytes_are_harmless(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = mail::classify(&bytes);
        let _ = Signable::prepare(&bytes);
        let _ = mail::protect(&bytes, Mode::Cipher);
        let _ = HeaderSets::parse(&bytes);
        let _ = pgp_armor::autocrypt::Autocrypt::parse(&bytes);
    }
}
