//! Input that real programs wrote and that other libraries were found to read wrongly.
//!
//! Each test is one failure that users of mail libraries reported, with what is to come out.

use mime::build::{Draft, Env, Options};
use mime::codec::TransferEncoding;
#[cfg(feature = "charset")]
use mime::encoded_word;
use mime::header::{AddressList, ContentType, DateTime, Mailbox, MessageId};
use mime::{DefectKind, Message, Part, PartKind, Section};

fn kinds(message: &Message<'_>) -> Vec<DefectKind> {
    message.audit().iter().map(|defect| defect.kind).collect()
}

fn has(message: &Message<'_>, kind: DefectKind) -> bool {
    kinds(message).contains(&kind)
}

fn texts(message: &Message<'_>) -> Vec<String> {
    let leaf = |part: &Part<'_>| part.kind() == PartKind::Leaf;
    message.parts().filter(leaf).filter_map(|p| Some(p.text()?.text.into_owned())).collect()
}

fn address(value: &str) -> Vec<String> {
    AddressList::parse(value.as_bytes()).mailboxes().map(Mailbox::address).collect()
}

/// A message with one field and an empty body.
fn field(line: &str) -> Vec<u8> {
    format!("{line}\r\n\r\n").into_bytes()
}

// Boundaries.

#[test]
fn one_boundary_is_the_start_of_another() {
    for (outer, inner) in [("B", "--B"), ("B", "BB"), ("BB", "B"), ("----", "------")] {
        let bytes = format!(
            "Content-Type: multipart/mixed; boundary=\"{outer}\"\r\n\r\n\
             --{outer}\r\nContent-Type: multipart/mixed; boundary=\"{inner}\"\r\n\r\n\
             --{inner}\r\n\r\none\r\n--{inner}\r\n\r\ntwo\r\n--{inner}--\r\n\
             --{outer}\r\n\r\nthree\r\n--{outer}--\r\n"
        );
        let message = Message::parse(bytes.as_bytes());
        assert_eq!(texts(&message), ["one", "two", "three"], "{outer} {inner}");
    }
}

#[test]
fn a_boundary_counts_at_the_start_of_a_line_only() {
    let bytes =
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na --x b\n --x\n--xy\n-x\n--x--\n";
    let message = Message::parse(bytes);
    assert_eq!(texts(&message), ["a --x b\n --x\n--xy\n-x"]);
}

#[test]
fn a_missing_end_boundary_ends_with_what_encloses_it() {
    let bytes = b"Content-Type: multipart/mixed; boundary=o\n\n\
        --o\nContent-Type: message/rfc822\n\n\
        Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n\
        --o\n\ntwo\n";
    let message = Message::parse(bytes);
    assert_eq!(texts(&message), ["one", "two\n"]);
    assert!(has(&message, DefectKind::MissingCloseDelimiter));

    // The closing delimiter lacks its last two hyphens: an empty part follows.
    let message = Message::parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n");
    assert_eq!(texts(&message), ["one", ""]);

    let message = Message::parse(b"Content-Type: multipart/mixed; boundary=b\n\nno parts\n");
    assert_eq!(texts(&message), ["no parts\n"]);
    assert_eq!(message.root().kind(), PartKind::Leaf);
    assert!(has(&message, DefectKind::MissingStartDelimiter));
    assert_eq!(message.bodies().text().count(), 1);
}

// Content-Type.

#[test]
fn separators_of_content_type() {
    for (value, essence, boundary) in [
        ("multipart/mixed boundary=a", "multipart/mixed", "a"),
        ("multipart/mixed; boundary=a;", "multipart/mixed", "a"),
        ("multipart/mixed;; boundary=a", "multipart/mixed", "a"),
        ("multipart/mixed; boundary=\"-\"", "multipart/mixed", "-"),
        ("multipart/mixed; boundary=<a>", "multipart/mixed", "<a>"),
        ("multipart/mixed; boundary==_a=b", "multipart/mixed", "=_a=b"),
        ("multipart/mixed; boundary=a:b?c/d", "multipart/mixed", "a:b?c/d"),
        ("multipart/mixed ; boundary = a", "multipart/mixed", "a"),
        ("multipart/mixed; boundary=\r\n a", "multipart/mixed", "a"),
        ("multipart/mixed; boundary=\r\n\t\"a\"", "multipart/mixed", "a"),
        ("multipart/mixed;\r\n \r\n boundary=a", "multipart/mixed", "a"),
        ("MULTIPART/Mixed; Boundary=a; charset=x", "multipart/mixed", "a"),
    ] {
        let content_type = ContentType::parse(value.as_bytes());
        assert_eq!(content_type.essence(), essence, "{value}");
        let found = content_type.parameters().text("boundary");
        assert_eq!(found.as_deref(), Some(boundary), "{value}");
    }
    let message = Message::parse(b"Content-Type: multipart/mixed boundary=a\n\n--a\n\nx\n--a--\n");
    assert_eq!(message.parts().len(), 2);
    assert!(has(&message, DefectKind::MissingSemicolon));
}

#[test]
fn a_continuation_line_of_blanks_does_not_end_the_header() {
    let message = Message::parse(b"Subject: a\r\n \r\n b\r\nFrom: x@y.z\r\n\r\nbody");
    assert_eq!(message.fields().count(), 2);
    assert!(has(&message, DefectKind::BlankContinuation));
}

// Encoded words.

#[cfg(feature = "charset")]
#[test]
fn encoded_words_that_break_the_rules() {
    for (value, expected) in [
        ("a=?utf-8?q?b?=c", "abc"),
        ("=?utf-8?q??=", ""),
        ("=?utf-8?q?a b?= c", "a b c"),
        ("=?utf-8?q?a", "a"),
        ("=?utf-8?b?5pel5pys?= x", "日本 x"),
        // A character cut in two.
        ("=?utf-8?q?=E6=97?= =?utf-8?q?=A5?=", "日"),
        ("=?utf-8?b?5pc=?=\r\n =?utf-8?b?pQ==?=", "日"),
        // A label in another letter case, with a language (RFC 2231, section 5).
        ("=?UTF-8*en?Q?x=C3=A9?=", "xé"),
        // What GBK calls itself in Chinese mail.
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?iso-8859-1?q?=93x=94?=", "\u{201c}x\u{201d}"),
    ] {
        assert_eq!(encoded_word::decode(value.as_bytes()).text, expected, "{value}");
    }
}

#[test]
fn encoded_words_in_quotes_and_parameters() {
    let list = AddressList::parse("\"=?utf-8?Q?J=C3=BCrgen?=\" <j@d>".as_bytes());
    assert_eq!(list.mailboxes().next().unwrap().name(), Some("Jürgen"));
    for line in [
        "Content-Type: image/png; name=\"=?utf-8?Q?=C3=BC.png?=\"",
        "Content-Type: image/png; name==?utf-8?Q?=C3=BC.png?=",
        "Content-Type: image/png; name=\"=?utf-8?Q?=C3?=\r\n =?utf-8?Q?=BC.png?=\"",
        "Content-Type: image/png; name*=utf-8''%C3%BC.png",
        "Content-Type: image/png; name*0*=utf-8''%C3; name*1*=%BC; name*2=.png",
        "Content-Disposition: attachment; filename=\"=?utf-8?B?w7wucG5n?=\"",
    ] {
        let bytes = field(line);
        assert_eq!(Message::parse(&bytes).root().filename().as_deref(), Some("ü.png"), "{line}");
    }
}

#[test]
fn a_list_is_split_before_it_is_decoded() {
    let bytes = "=?utf-8?Q?Doe,_John_=3Cx=40evil.test=3E?= <j@d.test>";
    let list = AddressList::parse(bytes.as_bytes());
    let mailbox = list.mailboxes().next().unwrap();
    assert_eq!(list.mailboxes().count(), 1);
    assert_eq!(mailbox.address(), "j@d.test");
    assert_eq!(mailbox.name(), Some("Doe, John <x@evil.test>"));
}

#[test]
fn bytes_without_a_label() {
    // windows-1252 that calls itself ISO-8859-1.
    let message = Message::parse(b"Content-Type: text/plain; charset=iso-8859-1\n\n\x80 \x96 \x93");
    assert_eq!(message.root().text().unwrap().text, "\u{20ac} \u{2013} \u{201c}");
    // A header in some old encoding stays one line of readable text.
    let message = Message::parse(b"Subject: caf\xe9\n\n");
    assert_eq!(message.subject().unwrap(), "café");
    assert!(has(&message, DefectKind::EightBitHeader));
    let message = Message::parse("Subject: café 日本\n\n".as_bytes());
    assert_eq!(message.subject().unwrap(), "café 日本");
}

#[cfg(feature = "charset")]
#[test]
fn labels_as_programs_write_them() {
    for (label, byte, character) in [
        ("WE8MSWIN1252", b"\x80", '\u{20ac}'),
        ("\"windows-1252\"", b"\x80", '\u{20ac}'),
        ("'iso-8859-15'", b"\xa4", '\u{20ac}'),
        ("cp1251", b"\xc0", 'А'),
        ("ISO_8859-2", b"\xb1", 'ą'),
        ("latin1", b"\xe9", 'é'),
    ] {
        let mut bytes = format!("Content-Type: text/plain; charset={label}\n\n").into_bytes();
        bytes.extend_from_slice(byte);
        let message = Message::parse(&bytes);
        assert_eq!(message.root().text().unwrap().text, character.to_string(), "{label}");
    }
}

// Messages in messages.

#[test]
fn message_in_a_message() {
    let bytes = b"Subject: outer\nContent-Type: multipart/mixed; boundary=b\n\n\
        --b\nContent-Type: message/rfc822\nContent-Transfer-Encoding:\n\n\
        Subject: inner\n\ntext\n--b\nContent-Type: message/rfc822\nContent-Disposition: inline\n\n\
        Subject: second\n\nmore\n--b--\n";
    let message = Message::parse(bytes);
    let inner = message.part_at(&[1]).unwrap();
    assert_eq!(inner.raw(Section::Body), b"Subject: inner\n\ntext");
    let subjects: Vec<_> = message
        .parts()
        .filter_map(|part| part.field("subject"))
        .map(|field| field.unfolded().into_owned())
        .collect();
    assert_eq!(subjects, [&b"outer"[..], b"inner", b"second"]);
    assert_eq!(message.bodies().attachments().len(), 2);
}

#[test]
fn an_encoded_message_in_a_message() {
    let bytes = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n\
        Subject: =3D=3Futf-8=3Fq=3F=3DC3=3DA9=3F=3D\n\nx\n";
    let message = Message::parse(bytes);
    assert!(has(&message, DefectKind::EncodedMessage));
    assert_eq!(message.root().embedded_message().unwrap().subject().unwrap(), "é");
}

// Damaged headers.

#[test]
fn a_line_without_a_colon_does_not_end_the_header() {
    let message = Message::parse(b"From: a@b.c\r\n*** SPAM ***\r\nSubject: x\r\n\r\nbody");
    assert_eq!(message.subject().unwrap(), "x");
    assert_eq!(message.root().raw(Section::Body), b"body");
    assert!(has(&message, DefectKind::NotAField));
}

#[test]
fn doubled_cr_and_mbox_lines() {
    let message = Message::parse(b"From: a@b.c\r\r\nSubject: x\r\r\n\r\r\nbody\r\r\n");
    assert_eq!(message.subject().unwrap(), "x");
    assert!(has(&message, DefectKind::DoubledCr));

    let message = Message::parse(b"From a@b.c Fri Nov 21 09:55:06 1997\nSubject: x\n\nbody\n");
    assert_eq!(message.subject().unwrap(), "x");
    assert!(has(&message, DefectKind::MboxLine));
}

#[test]
fn no_blank_line_before_the_body() {
    let message = Message::parse(
        b"Content-Type: multipart/mixed; boundary=b\n--b\nContent-Type: text/plain\n\none\n--b--\n",
    );
    assert_eq!(texts(&message), ["one"]);
    assert!(has(&message, DefectKind::MissingBlankLine));
}

// Bodies.

#[test]
fn malformed_quoted_printable_is_kept() {
    for (input, output) in [
        ("a=b,b", "a=b,b"),
        ("100=%", "100=%"),
        ("=ZZ=41", "=ZZA"),
        ("x=\r\ny", "xy"),
        ("x= \t\r\ny", "xy"),
        ("end=", "end"),
        ("=c3=a9", "é"),
        ("a  \r\nb", "a\r\nb"),
    ] {
        let decoded = TransferEncoding::QuotedPrintable.decode(input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&decoded.bytes), output, "{input}");
        assert_eq!(decoded.problems.is_empty(), input == "x=\r\ny", "{input}");
    }
}

#[test]
fn base64_with_a_second_stream() {
    let decoded = TransferEncoding::Base64.decode(b"QUI=QUJD");
    assert_eq!(decoded.bytes, b"ABABC");
    assert!(decoded.problems.find(DefectKind::Base64DataAfterPadding).is_some());
    for (input, output) in
        [("QUJD\r\n\r\n", "ABC"), ("QUI", "AB"), ("Q!U?J-D", "ABC"), ("QQ==\0", "A")]
    {
        assert_eq!(TransferEncoding::Base64.decode(input.as_bytes()).bytes, output.as_bytes());
    }
}

#[test]
fn uuencode_and_yenc_bodies() {
    let message = Message::parse(
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a.txt\n#0V%T\n`\nend\n",
    );
    assert_eq!(message.root().decoded().bytes.as_ref(), b"Cat");
    let mut bytes = b"Content-Transfer-Encoding: yenc\n\n".to_vec();
    bytes.extend_from_slice(&mime::codec::yenc::encode(b"Cat", "a.txt"));
    assert_eq!(Message::parse(&bytes).root().decoded().bytes.as_ref(), b"Cat");
}

#[test]
fn a_multipart_with_an_encoding_has_parts() {
    let message = Message::parse(
        b"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n\
          --b\n\none\n--b--\n",
    );
    assert_eq!(texts(&message), ["one"]);
    assert!(has(&message, DefectKind::EncodedMultipart));
}

#[test]
fn cr_alone_is_no_line_end() {
    // It is said that no line ends, and no field is guessed.
    let message = Message::parse(b"From: a@b.c\rSubject: x\r\rbody\r");
    assert!(has(&message, DefectKind::BareCr));
    assert!(message.subject().is_none());
    assert_eq!(message.root().raw(Section::All), message.bytes());
    assert!(message.check(&mime::Policy::gateway()).is_err());
}

// Values.

#[test]
fn addresses() {
    assert_eq!(address("\"a b\"@c.d"), ["\"a b\"@c.d"]);
    assert_eq!(address("\"x@evil y\"@int.dom"), ["\"x@evil y\"@int.dom"]);
    assert_eq!(address("a@[IPv6:::1]"), ["a@[IPv6:::1]"]);
    assert_eq!(
        address("Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example"),
        ["mary@example.net", "jdoe@test.example"]
    );
    let value = b"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>";
    let pete = Mailbox::parse(value).unwrap();
    assert_eq!((pete.name(), &*pete.address()), (Some("Pete"), "pete@silly.test"));
}

#[test]
fn dates() {
    for (value, expected) in [
        ("20 Nov 21 14:22 PST", "2021-11-20T14:22:00-08:00"),
        ("Sat Nov 20 14:22:01 2021", "2021-11-20T14:22:01Z"),
        ("20-Nov-2021 14:22:01 +0000", "2021-11-20T14:22:01Z"),
        ("2021-11-20T14:22:01Z", "2021-11-20T14:22:01Z"),
        ("20 Nov 2021 2:22:01 PM +0000", "2021-11-20T14:22:01Z"),
        ("Sat, 20 Nov 2021 14.22.01 +0000", "2021-11-20T14:22:01Z"),
    ] {
        let date = DateTime::parse(value.as_bytes()).unwrap();
        let bytes = field(&format!("Date: {value}"));
        assert_eq!(
            date.timestamp(),
            DateTime::parse(expected.as_bytes()).unwrap().timestamp(),
            "{value}"
        );
        let strange = [DefectKind::ObsoleteDate, DefectKind::NonstandardDate];
        assert!(kinds(&Message::parse(&bytes)).iter().any(|k| strange.contains(k)), "{value}");
    }
}

#[test]
fn duplicates_are_ambiguous() {
    for (header, kind) in [
        ("Content-Type: text/html\nContent-Type: text/plain\n", DefectKind::DuplicateField),
        (
            "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n",
            DefectKind::DuplicateField,
        ),
        ("Content-Type: multipart/mixed; boundary=a; boundary=b\n", DefectKind::DuplicateBoundary),
    ] {
        let bytes = format!("{header}\n--a\n\nx\n--a--\n");
        let message = Message::parse(bytes.as_bytes());
        assert!(kind.is_ambiguity() && has(&message, kind), "{header}");
    }
}

#[test]
fn a_line_break_in_an_encoded_word_is_reported() {
    let message = Message::parse(b"Subject: =?utf-8?q?=0D=0ABcc:x?=\n\n");
    assert!(has(&message, DefectKind::EncodedWordControl));
    // It is never written as it is.
    let subject = message.subject().unwrap();
    assert!(
        Draft::new().from("a@b.c").subject(subject).build(&env(), &Options::default()).is_err()
    );
}

// Building.

fn env() -> Env<'static> {
    Env { now: DateTime::parse(b"1 Jan 2026 00:00 +0000").unwrap(), seed: 1, domain: "a.test" }
}

#[test]
fn nothing_is_injected() {
    assert!(MessageId::new("id\r\nX: 1@y").is_err());
    assert!(Mailbox::new("", "d@e.f\r\nBcc: q@r").is_err());
    assert!(Mailbox::new("a\r\nBcc: q@r", "d@e.f").is_err());
    let env = env();
    let options = Options::default();
    let draft = || Draft::new().from("a@b.test").to("c@d.test").text("x");
    assert!(draft().build(&env, &options).is_ok());
    assert!(draft().message_id("id\r\nX: 1@y").build(&env, &options).is_err());
    assert!(draft().in_reply_to("id\r\nX: 1@y").build(&env, &options).is_err());
    assert!(draft().to("d@e.f\r\nBcc: q@r").build(&env, &options).is_err());
    assert!(draft().subject("x\r\nBcc: q@r").build(&env, &options).is_err());
    assert!(draft().field("X-A\r\nBcc", "q@r").build(&env, &options).is_err());
    assert!(draft().field("X-A", "b\nBcc: q@r").build(&env, &options).is_err());
    let part = mime::build::Entity::new("text/plain\r\nX: 1", &b"x"[..]);
    assert!(draft().attach(part).build(&env, &options).is_err());
    let part = mime::build::Entity::new("text/plain", &b"x"[..]).attachment("a\r\nX: 1");
    assert!(draft().attach(part).build(&env, &options).is_err());
}
