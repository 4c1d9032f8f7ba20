//! [RFC 2045](https://www.rfc-editor.org/rfc/rfc2045) and
//! [RFC 2046](https://www.rfc-editor.org/rfc/rfc2046), clause by clause.

use mime::codec::{TransferEncoding, base64, quoted_printable};
use mime::header::ContentType;
use mime::{DefectKind, Message, Part, PartKind, Section};

fn types(message: &Message<'_>) -> Vec<String> {
    message.parts().map(|part| part.content_type().essence().into_owned()).collect()
}

/// RFC 2045, section 5: types and parameters.
#[test]
fn rfc2045_section_5_content_type() {
    for value in [
        "text/plain; charset=us-ascii (Plain text)",
        "text/plain; charset=\"us-ascii\"",
        "Text/Plain; CHARSET=us-ascii",
    ] {
        let content_type = ContentType::parse(value.as_bytes());
        assert!(content_type.is("text", "plain"), "{value}");
        assert_eq!(content_type.parameters().text("charset").unwrap(), "us-ascii", "{value}");
    }
    // Section 5.2: the default, also for what does not parse.
    for bytes in
        [&b"\n"[..], b"Content-Type: text\n\n", b"Content-Type: \n\n", b"Content-Type: /\n\n"]
    {
        let message = Message::parse(bytes);
        assert!(message.root().content_type().is("text", "plain"));
        assert!(message.root().text().is_some());
    }
}

/// RFC 2045, section 6.1: names of encodings in any letter case, 7bit without.
#[test]
fn rfc2045_section_6_1_encodings() {
    for (name, encoding) in [
        ("7bit", TransferEncoding::SevenBit),
        ("8Bit", TransferEncoding::EightBit),
        ("BINARY", TransferEncoding::Binary),
        ("Quoted-Printable", TransferEncoding::QuotedPrintable),
        ("base64", TransferEncoding::Base64),
    ] {
        let bytes = format!("Content-Transfer-Encoding: {name}\n\n");
        assert_eq!(Message::parse(bytes.as_bytes()).root().encoding(), encoding);
    }
    assert_eq!(Message::parse(b"\n").root().encoding(), TransferEncoding::SevenBit);
}

/// RFC 2045, section 6.4: an unknown encoding makes it application/octet-stream; composite types
/// have none.
#[test]
fn rfc2045_section_6_4_interpretation() {
    let message = Message::parse(b"Content-Type: text/plain\nContent-Transfer-Encoding: x-y\n\nab");
    assert_eq!(message.root().encoding(), TransferEncoding::Unknown);
    assert_eq!(message.root().decoded().bytes.as_ref(), b"ab");
    assert!(message.audit().iter().any(|defect| defect.kind == DefectKind::UnknownEncoding));
}

/// RFC 2045, section 6.7: the five rules of quoted-printable.
#[test]
fn rfc2045_section_6_7_quoted_printable() {
    let example = b"Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.";
    let decoded = quoted_printable::decode(example);
    assert_eq!(decoded.bytes, b"Now's the time for all folk to come to the aid of their country.");
    assert!(decoded.problems.is_empty());
    let encoded = quoted_printable::encode(b"a=b\r\ntab\t\r\nblank \r\n\xe9\r\n");
    assert_eq!(encoded, b"a=3Db\r\ntab=09\r\nblank=20\r\n=E9\r\n");
    let long = quoted_printable::encode("x".repeat(1000).as_bytes());
    assert!(long.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
    assert_eq!(quoted_printable::decode(&long).bytes, "x".repeat(1000).as_bytes());
}

/// RFC 2045, section 6.8: lines of 76 characters; characters outside of the alphabet are ignored.
#[test]
fn rfc2045_section_6_8_base64() {
    let bytes: Vec<u8> = (0..=255).collect();
    let encoded = base64::encode(&bytes);
    assert!(encoded.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
    assert_eq!(base64::decode(&encoded).bytes, bytes);
    assert_eq!(base64::decode(b"Q U\r\nJ!D").bytes, b"ABC");
}

/// RFC 2045, sections 7 and 8: Content-ID and Content-Description.
#[test]
fn rfc2045_sections_7_and_8() {
    let message =
        Message::parse(b"Content-ID: <a.b@c.d>\nContent-Description: =?utf-8?q?=C3=A9?= x\n\n");
    assert_eq!(message.root().content_id().unwrap().as_str(), "a.b@c.d");
    assert_eq!(message.root().description().unwrap(), "é x");
}

/// RFC 2046, section 4.1.2: charsets of text; without one it is US-ASCII.
#[test]
fn rfc2046_section_4_1_2_charset() {
    let message = Message::parse(b"Content-Type: text/plain; charset=ISO-8859-1\n\n\xe9");
    assert_eq!(message.root().text().unwrap().text, "é");
    assert!(message.root().text().unwrap().problems.is_empty());
    let message = Message::parse(b"Content-Type: text/plain\n\n\xe9");
    assert!(!message.root().text().unwrap().problems.is_empty());
    assert!(Message::parse(b"Content-Type: image/png\n\nx").root().text().is_none());
}

/// RFC 2046, section 5.1.1: the example, with a part that ends without and one that ends with a
/// line break.
#[test]
fn rfc2046_section_5_1_1_multipart() {
    let text = "From: Nathaniel Borenstein <nsb@bellcore.com>\nTo: Ned Freed <ned@innosoft.com>\n\
        Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)\nSubject: Sample message\nMIME-Version: 1.0\n\
        Content-type: multipart/mixed; boundary=\"simple boundary\"\n\n\
        This is the preamble.  It is to be ignored, though it\n\
        is a handy place for composition agents to include an\n\
        explanatory note to non-MIME conformant readers.\n\n--simple boundary\n\n\
        This is implicitly typed plain US-ASCII text.\nIt does NOT end with a linebreak.\n\
        --simple boundary\nContent-type: text/plain; charset=us-ascii\n\n\
        This is explicitly typed plain US-ASCII text.\nIt DOES end with a linebreak.\n\n\
        --simple boundary--\n\nThis is the epilogue.  It is also to be ignored.\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let message = Message::parse(text.as_bytes());
        assert!(message.defects().is_empty());
        let line_end = if text.contains('\r') { "\r\n" } else { "\n" };
        let bodies: Vec<_> =
            message.root().children().map(|part| part.raw(Section::Body)).collect();
        assert_eq!(
            bodies,
            [
                format!(
                    "This is implicitly typed plain US-ASCII text.{line_end}\
                     It does NOT end with a linebreak."
                )
                .as_bytes(),
                format!(
                    "This is explicitly typed plain US-ASCII text.{line_end}\
                     It DOES end with a linebreak.{line_end}"
                )
                .as_bytes()
            ]
        );
    }
    // Blanks behind a delimiter are padding.
    let message =
        Message::parse(b"Content-Type: multipart/mixed; boundary=a\n\n--a \t\n\nx\n--a-- \n");
    assert_eq!(message.part_at(&[1]).unwrap().raw(Section::Body), b"x");
    // A part without header begins with a blank line; one without body ends with its header.
    let message = Message::parse(
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\n--a\nContent-Type: image/png\n--a--\n",
    );
    assert_eq!(types(&message), ["multipart/mixed", "text/plain", "image/png"]);
}

/// RFC 2046, section 5.1.2: boundaries of inner multiparts, and what ends them.
#[test]
fn rfc2046_section_5_1_2_nesting() {
    let message = Message::parse(
        b"Content-Type: multipart/mixed; boundary=outer\n\n--outer\n\
          Content-Type: multipart/alternative; boundary=inner\n\n--inner\n\n1\n--inner\n\n2\n\
          --inner--\n--outer\n\n3\n--outer--\n",
    );
    let paths: Vec<_> = message.parts().map(Part::path).collect();
    assert_eq!(paths, [&[][..], &[1], &[1, 1], &[1, 2], &[2]]);
}

/// RFC 2046, section 5.1.5: parts of a digest are messages.
#[test]
fn rfc2046_section_5_1_5_digest() {
    let message = Message::parse(
        b"From: Moderator-Address\nTo: Recipient-List\nDate: Mon, 22 Mar 1994 13:34:51 +0000\n\
          Subject: Internet Digest, volume 42\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n              \
          boundary=\"---- main boundary ----\"\n\n------ main boundary ----\n\n  \
          ...Introductory text or table of contents...\n\n------ main boundary ----\n\
          Content-Type: multipart/digest;\n              boundary=\"---- next message ----\"\n\n\
          ------ next message ----\n\nFrom: someone-else\nDate: Fri, 26 Mar 1993 11:13:32 +0200\n\
          Subject: my opinion\n\n  ...body goes here ...\n\n------ next message ----\n\n\
          From: someone-else-again\nDate: Fri, 26 Mar 1993 10:07:13 -0500\n\
          Subject: my different opinion\n\n  ... another body goes here ...\n\n\
          ------ next message ------\n\n------ main boundary ------\n",
    );
    assert_eq!(
        types(&message),
        [
            "multipart/mixed",
            "text/plain",
            "multipart/digest",
            "message/rfc822",
            "text/plain",
            "message/rfc822",
            "text/plain"
        ]
    );
    let subjects: Vec<_> = message
        .parts()
        .filter(|part| part.parent().is_some_and(|parent| parent.kind() == PartKind::Message))
        .filter_map(|part| Some(part.field("subject")?.unfolded().into_owned()))
        .collect();
    assert_eq!(subjects, [&b"my opinion"[..], b"my different opinion"]);
}

/// RFC 2046, section 5.2.3: bodies that are elsewhere.
#[test]
fn rfc2046_section_5_2_3_external_body() {
    let message = Message::parse(
        b"Content-type: message/external-body;\n         access-type=local-file;\n         \
          name=\"/u/nsb/Me.jpeg\"\n\nContent-type: image/jpeg\n\
          Content-ID: <id42@guppylake.bellcore.com>\nContent-Transfer-Encoding: binary\n\n\
          THIS IS NOT REALLY THE BODY!\n",
    );
    let external = message.root().external_body().unwrap();
    assert_eq!(external.access_type().unwrap(), "local-file");
    assert_eq!(external.parameter("name").unwrap(), "/u/nsb/Me.jpeg");
    let phantom = external.phantom();
    assert_eq!(phantom.root().content_id().unwrap().as_str(), "id42@guppylake.bellcore.com");
    assert_eq!(phantom.root().encoding(), TransferEncoding::Binary);

    let message = Message::parse(
        b"Content-Type: message/external-body; access-type=mail-server\n     \
          server=\"listserv@bogus.bitnet\";\n      expiration=\"Fri, 14 Jun 1991 19:13:14 -0400 (EDT)\";\n      \
          size=1234\n\nContent-type: application/postscript\nContent-ID: <id42@x>\n\nget RFC-MIME.DOC\n",
    );
    let external = message.root().external_body().unwrap();
    assert_eq!(external.parameter("server").unwrap(), "listserv@bogus.bitnet");
    assert_eq!(external.size(), Some(1234));
    assert_eq!(external.phantom().root().raw(Section::Body), b"get RFC-MIME.DOC\n");
}
