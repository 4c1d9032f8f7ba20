//! What others make of a message: bodies and attachments by RFC 8621, values for IMAP.

use mime::imap::{BodyFields, Envelope, EnvelopeAddress, SectionText, partial};
use mime::{Message, Part, Span};

/// Writes a multipart of a kind.
fn multipart(kind: &str, boundary: &str, parts: &[String]) -> String {
    let mut text = format!("Content-Type: multipart/{kind}; boundary={boundary}\n\n");
    for part in parts {
        text += &format!("--{boundary}\n{part}\n");
    }
    text + &format!("--{boundary}--\n")
}

fn leaf(content_type: &str, disposition: &str, body: &str) -> String {
    let disposition = match disposition {
        "" => String::new(),
        other => format!("Content-Disposition: {other}\n"),
    };
    format!("Content-Type: {content_type}\n{disposition}\n{body}")
}

fn letters<'m>(parts: impl Iterator<Item = Part<'m>>) -> String {
    parts.map(|part| part.message().subject().map(|_| ()).map_or('?', |()| letter(part))).collect()
}

fn letter(part: Part<'_>) -> char {
    let bytes = part.decoded().bytes;
    bytes.last().map_or('?', |&byte| char::from(byte))
}

/// [RFC 8621, section 4.1.4](https://www.rfc-editor.org/rfc/rfc8621#section-4.1.4): the example.
#[test]
fn rfc8621_section_4_1_4() {
    let inner = multipart(
        "mixed",
        "b4",
        &[
            leaf("text/plain", "inline", "B"),
            leaf("image/jpeg", "inline", "C"),
            leaf("text/plain", "inline", "D"),
        ],
    );
    let related =
        multipart("related", "b5", &[leaf("text/html", "", "E"), leaf("image/jpeg", "", "F")]);
    let alternative = multipart("alternative", "b3", &[inner, related]);
    let middle = multipart(
        "mixed",
        "b2",
        &[
            alternative,
            leaf("image/jpeg", "attachment", "G"),
            leaf("application/x-excel", "", "H"),
            leaf("message/rfc822", "", "\nJ"),
        ],
    );
    let text = String::from("Subject: x\n")
        + &multipart(
            "mixed",
            "b1",
            &[leaf("text/plain", "inline", "A"), middle, leaf("text/plain", "inline", "K")],
        );
    let message = Message::parse(text.as_bytes());
    assert!(message.defects().iter().all(|defect| !defect.kind.name().contains("Delimiter")));
    let bodies = message.bodies();
    assert_eq!(letters(bodies.text()), "ABCDK");
    assert_eq!(letters(bodies.html()), "AEK");
    assert_eq!(letters(bodies.attachments()), "CFGHJ");
    assert!(bodies.has_attachment());
}

#[test]
fn bodies_of_small_messages() {
    for (text, expected) in [
        (leaf("text/plain", "", "A"), ["A", "A", ""]),
        (leaf("text/html", "", "A"), ["A", "A", ""]),
        (leaf("image/png", "", "A"), ["A", "A", ""]),
        (leaf("text/plain", "attachment", "A"), ["", "", "A"]),
        (leaf("application/pdf", "", "A"), ["", "", "A"]),
        (
            multipart(
                "alternative",
                "b",
                &[leaf("text/plain", "", "A"), leaf("text/html", "", "B")],
            ),
            ["A", "B", ""],
        ),
        (multipart("alternative", "b", &[leaf("text/html", "", "B")]), ["B", "B", ""]),
        (
            multipart(
                "mixed",
                "b",
                &[leaf("text/plain", "", "A"), leaf("text/plain; name=x", "", "B")],
            ),
            ["A", "A", "B"],
        ),
    ] {
        let text = format!("Subject: x\n{text}");
        let message = Message::parse(text.as_bytes());
        let bodies = message.bodies();
        let found = [letters(bodies.text()), letters(bodies.html()), letters(bodies.attachments())];
        // The delimiter of a message that is one leaf ends nothing.
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn previews() {
    for (body, max, expected) in [
        ("  Hello \n\n world  ", 256, "Hello world"),
        ("> quoted\nanswer", 256, "answer"),
        ("> only quoted", 256, "> only quoted"),
        ("日本語 text", 3, "日本語"),
        ("abc def", 0, ""),
        ("", 10, ""),
    ] {
        let text = format!("Content-Type: text/plain; charset=utf-8\n\n{body}");
        assert_eq!(Message::parse(text.as_bytes()).preview(max), expected, "{body}");
    }
}

/// [RFC 9051, section 6.4.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5.1): the parts
/// of a complex message.
#[test]
fn rfc9051_section_6_4_5_1() {
    let rfc822 = |subject: &str, inner: String| {
        format!("Content-Type: message/rfc822\n\nSubject: {subject}\n{inner}")
    };
    let part_4 = multipart(
        "mixed",
        "b4",
        &[
            leaf("image/gif", "", "4.1"),
            rfc822(
                "four",
                multipart(
                    "mixed",
                    "b42",
                    &[
                        leaf("text/plain", "", "4.2.1"),
                        multipart(
                            "alternative",
                            "b422",
                            &[
                                leaf("text/plain", "", "4.2.2.1"),
                                leaf("text/richtext", "", "4.2.2.2"),
                            ],
                        ),
                    ],
                ),
            ),
        ],
    );
    let part_3 = rfc822(
        "three",
        multipart(
            "mixed",
            "b3",
            &[leaf("text/plain", "", "3.1"), leaf("application/octet-stream", "", "3.2")],
        ),
    );
    let text = String::from("Subject: outer\n")
        + &multipart(
            "mixed",
            "b",
            &[
                leaf("text/plain", "", "1"),
                leaf("application/octet-stream", "", "2"),
                part_3,
                part_4,
            ],
        );
    let message = Message::parse(text.as_bytes());
    let find = |path: &[u32], text| {
        let span = message.index().imap_span(path, text)?;
        Some(String::from_utf8(span.of(message.bytes())?.to_vec()).unwrap())
    };
    for path in ["1", "2", "3.1", "3.2", "4.1", "4.2.1", "4.2.2.1", "4.2.2.2"] {
        let numbers: Vec<u32> = path.split('.').map(|number| number.parse().unwrap()).collect();
        assert_eq!(find(&numbers, SectionText::Whole).as_deref(), Some(path));
        let part = message.part_at(&numbers).unwrap();
        assert_eq!(part.path(), numbers);
        let mime = find(&numbers, SectionText::Mime).unwrap();
        assert!(mime.starts_with("Content-Type: ") && mime.ends_with("\n\n"), "{path}: {mime}");
    }
    let header = find(&[3], SectionText::Header).unwrap();
    assert!(header.starts_with("Subject: three\n") && header.ends_with("\n\n"));
    assert!(find(&[3], SectionText::Text).unwrap().starts_with("--b3\n"));
    assert_eq!(find(&[3], SectionText::Mime).unwrap(), "Content-Type: message/rfc822\n\n");
    assert!(find(&[4], SectionText::Whole).unwrap().starts_with("--b4\n"));
    assert!(find(&[4, 2], SectionText::Header).unwrap().starts_with("Subject: four\n"));
    assert!(find(&[4, 2], SectionText::Text).unwrap().starts_with("--b42\n"));
    assert_eq!(find(&[4], SectionText::Header), None);
    assert!(find(&[], SectionText::Header).unwrap().starts_with("Subject: outer\n"));
    assert_eq!(find(&[1], SectionText::Header), None);
    assert_eq!(find(&[], SectionText::Mime), None);
    for path in [&[5][..], &[1, 2], &[3, 3], &[0], &[4, 2, 2, 3]] {
        assert_eq!(find(path, SectionText::Whole), None, "{path:?}");
    }
    assert_eq!(partial(Span::new(100, 300), 0, 50), Span::new(100, 150));
}

/// [RFC 9051, section 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2): ENVELOPE.
#[test]
fn envelopes() {
    let message = Message::parse(
        b"Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n\
          Subject: IMAP4rev2 WG mtg summary\r\n and minutes\r\n\
          From: Terry Gray <gray@cac.washington.edu>\r\nReply-To:\r\n\
          To: imap@cac.washington.edu, \"Caf\xc3\xa9\" <c@d.e>\r\n\
          Cc: A Group: minutes@cnri.reston.va.us (John Klensin);, x@y\r\n\
          Message-ID: <B27397-0100000@cac.washington.edu>\r\n\r\n",
    );
    let envelope = Envelope::of(message.root());
    let address = |name: Option<&str>, mailbox: Option<&str>, host: Option<&str>| {
        let mut address = EnvelopeAddress::default();
        address.name = name.map(String::from);
        address.mailbox = mailbox.map(String::from);
        address.host = host.map(String::from);
        address
    };
    let gray = address(Some("Terry Gray"), Some("gray"), Some("cac.washington.edu"));
    assert_eq!(envelope.date.as_deref(), Some(&b"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)"[..]));
    assert_eq!(envelope.subject.as_deref(), Some(&b"IMAP4rev2 WG mtg summary and minutes"[..]));
    assert_eq!(envelope.from, core::slice::from_ref(&gray));
    // What is not there is as From.
    assert_eq!(envelope.sender, envelope.from);
    assert_eq!(envelope.reply_to, envelope.from);
    assert_eq!(envelope.to.len(), 2);
    assert_eq!(envelope.to[1].name.as_deref(), Some("=?utf-8?B?Q2Fmw6k=?="));
    assert_eq!(
        envelope.cc,
        [
            address(None, Some("A Group"), None),
            address(Some("John Klensin"), Some("minutes"), Some("cnri.reston.va.us")),
            address(None, None, None),
            address(None, Some("x"), Some("y")),
        ]
    );
    assert!(envelope.bcc.is_empty() && envelope.in_reply_to.is_none());
    assert_eq!(envelope.message_id.as_deref(), Some(&b"<B27397-0100000@cac.washington.edu>"[..]));
}

/// The values of BODYSTRUCTURE.
#[test]
fn body_structures() {
    let message = Message::parse(
        b"Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME*=utf-8''%C3%A9\nContent-ID: <a@b>\n\
          Content-Description: Compiler diff\nContent-Transfer-Encoding: BASE64\n\
          Content-MD5: Q2hlY2s=\nContent-Disposition: attachment; filename=x.txt\n\
          Content-Language: en, de\nContent-Location: http://a.test/\n\none\ntwo\nthree",
    );
    let fields = BodyFields::of(message.root());
    assert_eq!((fields.kind, fields.subtype), ("TEXT", "PLAIN"));
    let parameters: Vec<_> = fields
        .parameters
        .iter()
        .map(|p| (p.name.to_ascii_lowercase(), p.value.to_string()))
        .collect();
    assert_eq!(
        parameters,
        [("charset".into(), "US-ASCII".into()), ("name".into(), "é".to_string())]
    );
    assert_eq!(fields.id.as_deref(), Some(&b"<a@b>"[..]));
    assert_eq!(fields.description.as_deref(), Some(&b"Compiler diff"[..]));
    assert_eq!(fields.encoding, "BASE64");
    assert_eq!((fields.octets, fields.lines, fields.bare_lines), (13, 2, 2));
    assert_eq!(fields.md5.as_deref(), Some(&b"Q2hlY2s="[..]));
    let (kind, parameters) = fields.disposition.unwrap();
    assert_eq!((kind, parameters.len()), ("attachment", 1));
    assert_eq!(fields.language, ["en", "de"]);
    assert_eq!(fields.location.as_deref(), Some(&b"http://a.test/"[..]));
    let fields = Message::parse(b"\nx");
    let fields = BodyFields::of(fields.root());
    assert_eq!((fields.kind, fields.subtype, &*fields.encoding), ("text", "plain", "7bit"));
}
