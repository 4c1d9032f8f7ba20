//! What signatures are about: signed parts, DKIM's canonical forms, protected fields.

use mime::dkim::{BodyCanonicalizer, Canonicalization, canonical_field, signed_fields};
use mime::header::DkimSignature;
use mime::{CrlfChunks, Message};
use proptest::prelude::*;

fn header(bytes: &[u8], method: Canonicalization) -> String {
    let message = Message::parse(bytes);
    let mut out = Vec::new();
    for field in message.fields() {
        canonical_field(&field, method, &mut out);
    }
    String::from_utf8(out).unwrap()
}

fn body(bytes: &[u8], method: Canonicalization, limit: Option<u64>) -> Vec<u8> {
    let mut canonicalizer = BodyCanonicalizer::new(method, limit);
    let mut out = Vec::new();
    canonicalizer.update(bytes, &mut out);
    canonicalizer.finish(&mut out);
    out
}

/// The same, slowly: RFC 6376, sections 3.4.3 and 3.4.4, step by step.
fn naive(bytes: &[u8], method: Canonicalization) -> Vec<u8> {
    let crlf = CrlfChunks::new(bytes).collect::<Vec<_>>().concat();
    let text: String = crlf.iter().map(|byte| char::from(*byte)).collect();
    let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
    if method == Canonicalization::Relaxed {
        for line in &mut lines {
            let mut joined = String::new();
            for c in line.chars() {
                match c {
                    ' ' | '\t' if joined.ends_with(' ') => {}
                    ' ' | '\t' => joined.push(' '),
                    c => joined.push(c),
                }
            }
            *line = joined.trim_end_matches(' ').to_owned();
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let mut out: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    if out.is_empty() && method == Canonicalization::Simple {
        out = "\r\n".to_owned();
    }
    out.chars().map(|c| c as u8).collect()
}

/// [RFC 6376, section 3.4.5](https://www.rfc-editor.org/rfc/rfc6376#section-3.4.5)
#[test]
fn rfc6376_section_3_4_5() {
    let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
    let text = b" C \r\nD \t E\r\n\r\n\r\n";
    assert_eq!(header(message, Canonicalization::Relaxed), "a:X\r\nb:Y Z\r\n");
    assert_eq!(body(text, Canonicalization::Relaxed, None), b" C\r\nD E\r\n");
    assert_eq!(header(message, Canonicalization::Simple), "A: X\r\nB : Y\t\r\n\tZ  \r\n");
    assert_eq!(body(text, Canonicalization::Simple, None), b" C \r\nD \t E\r\n");
    // Sections 3.4.3 and 3.4.4: empty bodies; section 3.4.5: what l= counts.
    for bytes in [&b""[..], b"\r\n", b"\r\n\r\n"] {
        assert_eq!(body(bytes, Canonicalization::Simple, None), b"\r\n");
        assert_eq!(body(bytes, Canonicalization::Relaxed, None), b"");
    }
    assert_eq!(body(text, Canonicalization::Relaxed, Some(5)), b" C\r\nD"[..5].to_vec());
    assert_eq!(body(text, Canonicalization::Simple, Some(0)), b"");
}

/// [RFC 6376, section 3.5](https://www.rfc-editor.org/rfc/rfc6376#section-3.5): the example.
#[test]
fn rfc6376_section_3_5() {
    let bytes = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=brisbane;\r\n   \
        c=simple; q=dns/txt; i=@eng.example.net;\r\n   t=1117574938; x=1118006938;\r\n   \
        h=from:to:subject:date;\r\n   z=From:foo@eng.example.net|To:joe@example.com|\r\n    \
        Subject:demo=20run|Date:July=205,=202005=203:44:08=20PM=20-0700;\r\n   \
        bh=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=;\r\n   \
        b=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR\r\n\
        Subject: demo run\r\nFrom: foo@eng.example.net\r\nTo: joe@example.com\r\n\r\n";
    let message = Message::parse(bytes);
    let signature = message.root().value::<DkimSignature<'_>>("dkim-signature").unwrap();
    let fields = signed_fields(&message, ["from", "to", "subject", "date"]);
    let names: Vec<_> = fields.iter().map(|field| field.name()).collect();
    assert_eq!(names, [&b"From"[..], b"To", b"Subject"]);
    assert!(format!("{signature:?}").contains("brisbane"));
}

/// The content of a signed part, whatever stands around it.
#[test]
fn signed_bytes_are_exact() {
    for end in ["\r\n", "\n"] {
        // The line break before the delimiter is never part of it, also behind a closing delimiter.
        for content in [
            "Content-Type: text/plain\n\ntext",
            "\n",
            "A:  b \n\n line \n\n",
            "\n--b \n",
            "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--",
            "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--\n",
            "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--  \nepilogue",
        ] {
            let text = format!(
                "Content-Type: multipart/signed; boundary=s\n\npreamble\n--s\n{content}\n--s\t\n\
                 Content-Type: application/pkcs7-signature\n\nsig\n--s--\nepilogue\n"
            )
            .replace('\n', end);
            let message = Message::parse(text.as_bytes());
            let signed = message.root().signed().unwrap();
            assert_eq!(signed.raw(), content.replace('\n', end).as_bytes());
            let canonical = content.replace('\n', "\r\n");
            assert_eq!(signed.bytes().collect::<Vec<_>>().concat(), canonical.as_bytes());
            assert_eq!(signed.signature().unwrap().decoded().bytes.as_ref(), b"sig");
        }
    }
    assert!(
        Message::parse(b"Content-Type: multipart/signed; boundary=s\n\nx")
            .root()
            .signed()
            .is_none()
    );
}

/// Fields that were signed count, not those outside.
#[test]
fn protected_fields() {
    let bytes = b"Subject: [...]\nContent-Type: multipart/signed; boundary=s\n\n--s\n\
        Subject: real\nFrom: a@b.c\nMIME-Version: 1.0\nContent-Type: text/plain; hp=\"clear\"\n\nx\n\
        --s\nContent-Type: application/pgp-signature\n\nsig\n--s--\n";
    let message = Message::parse(bytes);
    let signed = message.root().signed().unwrap();
    let protected = signed.content().protected().unwrap();
    assert!(!protected.is_encrypted());
    let fields: Vec<_> = protected.fields().map(|field| field.raw()).collect();
    assert_eq!(fields, [&b"Subject: real\n"[..], b"From: a@b.c\n"]);
    assert!(message.root().protected().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn bodies_as_the_rfc_says(
        pieces in prop::collection::vec(prop::sample::select(
            vec![" ", "\t", "\r\n", "\n", "a", "bc", "  d", "\r\n\r\n"]), 0..24),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = pieces.concat().into_bytes();
        let cut = cut.index(bytes.len() + 1);
        for method in [Canonicalization::Simple, Canonicalization::Relaxed] {
            let whole = body(&bytes, method, None);
            prop_assert_eq!(&whole, &naive(&bytes, method));
            let mut canonicalizer = BodyCanonicalizer::new(method, None);
            let mut out = Vec::new();
            canonicalizer.update(&bytes[..cut], &mut out);
            canonicalizer.update(&bytes[cut..], &mut out);
            canonicalizer.finish(&mut out);
            prop_assert_eq!(&out, &whole);
            for limit in 0..=whole.len() {
                prop_assert_eq!(&body(&bytes, method, Some(limit as u64)), &whole[..limit]);
            }
        }
    }
}
