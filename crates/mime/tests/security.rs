//! The ways in which mail has been used against programs that read it. Each case gives a
//! documented choice and, where programs differ, a defect that is an ambiguity.
//!
//! Cases 15 to 21, 24 and 27 are in `addresses.rs`, 26 in `encoded_words.rs`, 32 to 37 in
//! `build.rs`, 30 also in `html.rs` and `tnef.rs`, 31 also in `cuts.rs`.

use core::time::Duration;
use std::time::Instant;

use mime::codec::{TransferEncoding, base64};
use mime::header::{ContentType, Parameters};
use mime::{
    Config, DefectKind, Error, Index, Limits, Message, Part, PartId, PartKind, Pick, Policy,
    Scanner, Section, encoded_word,
};
use proptest::prelude::*;

fn kinds(message: &Message<'_>) -> Vec<DefectKind> {
    message.audit().iter().map(|defect| defect.kind).collect()
}

/// Checks that the gateway policy refuses a message, and why.
fn ambiguous(bytes: &[u8], kind: DefectKind) {
    assert!(kind.is_ambiguity(), "{kind:?}");
    let message = Message::parse(bytes);
    assert!(kinds(&message).contains(&kind), "no {kind:?} in {:?}", kinds(&message));
    assert!(message.check(&Policy::gateway()).is_err());
}

/// Checks that a defect is there, and that the gateway policy minds it if it is an ambiguity.
fn reported(bytes: &[u8], kind: DefectKind) {
    let message = Message::parse(bytes);
    assert!(kinds(&message).contains(&kind), "no {kind:?} in {:?}", kinds(&message));
}

fn texts(bytes: &[u8]) -> Vec<String> {
    let message = Message::parse(bytes);
    let leaf = |part: &Part<'_>| part.kind() == PartKind::Leaf;
    message.parts().filter(leaf).filter_map(|p| Some(p.text()?.text.into_owned())).collect()
}

/// Two multiparts in one: which parts there are depends on the boundary.
fn two_boundaries(header: &str) -> Vec<u8> {
    format!("{header}\n--a\n\nfirst\n--a--\n\n--b\n\nsecond\n--b--\n").into_bytes()
}

/// Runs `f` on `n` and on four times as many units, which must take no more than about four times
/// as long.
fn linear(name: &str, n: usize, f: impl Fn(usize)) {
    let time = |n| {
        let start = Instant::now();
        f(n);
        start.elapsed()
    };
    time(n / 4);
    let (small, large) = (time(n), time(4 * n));
    assert!(
        large < small * 16 + Duration::from_millis(50),
        "{name}: {small:?}, four times as much: {large:?}"
    );
}

#[test]
fn case_1_duplicate_boundary_parameters() {
    let bytes = two_boundaries("Content-Type: multipart/mixed; boundary=a; boundary=b\n");
    ambiguous(&bytes, DefectKind::DuplicateBoundary);
    assert_eq!(texts(&bytes), ["first"]);
    let mut config = Config::default();
    config.policy.duplicate_parameter = Pick::Last;
    let message = Message::parse_with(&bytes, &config).unwrap();
    let last = message.parts().last().unwrap();
    assert_eq!(last.text().unwrap().text, "second");
    config.policy = Policy::gateway();
    assert!(matches!(Message::parse_with(&bytes, &config), Err(Error::Refused(_))));
}

#[test]
fn case_2_duplicate_fields() {
    let bytes = two_boundaries(
        "Content-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b\n",
    );
    ambiguous(&bytes, DefectKind::DuplicateField);
    assert_eq!(texts(&bytes), ["first"]);
    let mut config = Config::default();
    config.policy.duplicate_field = Pick::Last;
    let message = Message::parse_with(&bytes, &config).unwrap();
    assert_eq!(message.parts().last().unwrap().text().unwrap().text, "second");

    for (name, one, two) in [
        ("Content-Transfer-Encoding", "base64", "7bit"),
        ("Content-Disposition", "inline", "attachment"),
        ("From", "a@b.c", "d@e.f"),
        ("Subject", "one", "two"),
        ("Message-ID", "<a@b>", "<c@d>"),
        ("Date", "1 Jan 2020 00:00 +0000", "2 Jan 2020 00:00 +0000"),
    ] {
        let bytes = format!("{name}: {one}\n{name}: {two}\n\nx");
        ambiguous(bytes.as_bytes(), DefectKind::DuplicateField);
        let message = Message::parse(bytes.as_bytes());
        assert_eq!(&*message.field(name).unwrap().unfolded(), one.as_bytes());
        let message = Message::parse_with(bytes.as_bytes(), &config).unwrap();
        assert_eq!(&*message.field(name).unwrap().unfolded(), two.as_bytes());
    }
}

#[test]
fn case_3_disguised_boundaries() {
    for (value, kind) in [
        ("multipart/mixed; boundary=\"a \"", Some(DefectKind::BoundaryTrailingBlank)),
        ("multipart/mixed; boundary=\"a\\\\\\\"\"", Some(DefectKind::InvalidBoundary)),
        ("multipart/mixed; boundary*0=a; boundary*1=\"\"", Some(DefectKind::ExtendedBoundary)),
        ("multipart/mixed; boundary*=us-ascii''%61", Some(DefectKind::ExtendedBoundary)),
        ("multipart/mixed; boundary=b; boundary*=us-ascii''a", Some(DefectKind::ParameterForms)),
        ("multipart/mixed; boundary=a (comment)", Some(DefectKind::CommentInField)),
        ("multipart/(x)mixed; boundary=a", Some(DefectKind::CommentInField)),
        ("multipart/mixed; boundary=\"\\a\"", None),
    ] {
        let bytes = two_boundaries(&format!("Content-Type: {value}\n"));
        if let Some(kind) = kind {
            ambiguous(&bytes, kind);
        }
        if kind != Some(DefectKind::InvalidBoundary) {
            assert_eq!(texts(&bytes), ["first"], "{value}");
        }
    }
    // Blanks before and in a boundary belong to it.
    for (value, boundary, kind) in [
        ("\" a\"", " a", DefectKind::InvalidBoundary),
        ("a b", "a b", DefectKind::UnquotedBoundary),
    ] {
        let bytes = format!(
            "Content-Type: multipart/mixed; boundary={value}\n\n--a\n\nx\n--{boundary}\n\nfirst\n--{boundary}--\n"
        );
        ambiguous(bytes.as_bytes(), kind);
        assert_eq!(texts(bytes.as_bytes()), ["first"], "{value}");
    }
    // The boundary of another field is none.
    let bytes =
        two_boundaries("Content-Disposition: x; boundary=a\nContent-Type: multipart/mixed\n");
    ambiguous(&bytes, DefectKind::MissingBoundary);
    assert_eq!(Message::parse(&bytes).parts().len(), 1);
    // A comment in the name of the field: it is another name.
    let bytes = two_boundaries("Content-Type(x): multipart/mixed; boundary=a\n");
    reported(&bytes, DefectKind::InvalidName);
    assert_eq!(Message::parse(&bytes).parts().len(), 1);
}

#[test]
fn case_4_a_boundary_used_twice() {
    let bytes = b"Content-Type: multipart/mixed; boundary=a\n\n\
        --a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a\n\ny\n--a--\n";
    ambiguous(bytes, DefectKind::ReusedBoundary);
    assert_eq!(texts(bytes), ["x", "y"]);
    let bytes = b"Content-Type: multipart/mixed; boundary=a\n\n\
        --a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\nx\n--ab--\n--a--\n";
    ambiguous(bytes, DefectKind::PrefixBoundary);
    assert_eq!(texts(bytes), ["x"]);
}

#[test]
fn case_5_lengths_of_boundaries() {
    let message = |boundary: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n--{boundary}\n\nx\n--{boundary}--\n"
        )
    };
    ambiguous(message("").as_bytes(), DefectKind::EmptyBoundary);
    assert_eq!(texts(message("a").as_bytes()), ["x"]);
    let seventy = message(&"a".repeat(70));
    assert!(Message::parse(seventy.as_bytes()).defects().is_empty());
    let long = message(&"a".repeat(71));
    reported(long.as_bytes(), DefectKind::LongBoundary);
    assert_eq!(texts(long.as_bytes()), ["x"]);
    assert_eq!(texts(message(&"a".repeat(8000)).as_bytes()), ["x"]);
    let _ = texts(message(&"a".repeat(100_000)).as_bytes());
}

#[test]
fn case_6_damaged_transfer_encodings() {
    for (value, text, kind) in [
        ("base64 (comment)", "hi", DefectKind::InvalidEncoding),
        ("base64;", "hi", DefectKind::InvalidEncoding),
        ("\"base64\"", "hi", DefectKind::InvalidEncoding),
        ("", "aGk=\n", DefectKind::UnknownEncoding),
        ("rot13", "aGk=\n", DefectKind::UnknownEncoding),
    ] {
        let bytes = format!("Content-Transfer-Encoding: {value}\n\naGk=\n");
        ambiguous(bytes.as_bytes(), kind);
        let message = Message::parse(bytes.as_bytes());
        assert_eq!(message.root().decoded().bytes.as_ref(), text.as_bytes(), "{value}");
    }
    let bytes = b"Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n\
        --a\n\nx\n--a--\n";
    ambiguous(bytes, DefectKind::EncodedMultipart);
    assert_eq!(texts(bytes), ["x"]);
    let bytes = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nCgo=\n";
    reported(bytes, DefectKind::EncodedMessage);
}

#[test]
fn case_7_damaged_base64() {
    for (input, output, kind) in [
        ("QUI=QUJD", "ABABC", DefectKind::Base64DataAfterPadding),
        ("Q=UJD", "ABC", DefectKind::Base64MisplacedPadding),
        ("QR==", "A", DefectKind::Base64TrailingBits),
        ("QUI", "AB", DefectKind::Base64MissingPadding),
        ("QUJDR", "ABC", DefectKind::Base64Truncated),
        ("Q*U#J(D", "ABC", DefectKind::Base64Junk),
        ("QUJD\n--\n", "ABC", DefectKind::Base64Junk),
    ] {
        let decoded = TransferEncoding::Base64.decode(input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&decoded.bytes), output, "{input}");
        assert!(decoded.problems.find(kind).is_some(), "{input}: {:?}", decoded.problems);
        let bytes = format!("Content-Transfer-Encoding: base64\n\n{input}");
        reported(bytes.as_bytes(), kind);
    }
    // Both readings of what follows padding can be had.
    let mut decoder = base64::Decoder::with_after_padding(base64::AfterPadding::Stop);
    let mut out = Vec::new();
    decoder.decode(b"QUI=QUJD", &mut out);
    decoder.finish(&mut out);
    assert_eq!(out, b"AB");
}

#[test]
fn case_8_damaged_quoted_printable() {
    for (input, output, kind) in [
        ("a=", "a", DefectKind::QuotedPrintableTruncated),
        ("a=4", "a=4", DefectKind::QuotedPrintableTruncated),
        ("=c3=a9", "é", DefectKind::QuotedPrintableLowerCase),
        ("a= \t\nb", "ab", DefectKind::QuotedPrintableBlanksInSoftBreak),
        ("a \t\nb", "a\nb", DefectKind::QuotedPrintableTrailingBlanks),
        ("a=XYb", "a=XYb", DefectKind::QuotedPrintableMalformed),
        ("é", "é", DefectKind::QuotedPrintableEightBit),
    ] {
        let decoded = TransferEncoding::QuotedPrintable.decode(input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&decoded.bytes), output, "{input}");
        assert!(decoded.problems.find(kind).is_some(), "{input}: {:?}", decoded.problems);
    }
    let decoded = TransferEncoding::QuotedPrintable.decode(b"a=\nb=\r\nc");
    assert_eq!((decoded.bytes.as_slice(), decoded.problems.is_empty()), (&b"abc"[..], true));
}

#[test]
fn case_9_file_names() {
    let name = |header: &str| {
        let bytes = format!("{header}\n\n");
        let message = Message::parse(bytes.as_bytes());
        let part = message.root();
        (part.filename().map(|name| name.into_owned()), part.safe_filename())
    };
    let same = |name: &str| (Some(name.to_owned()), Some(name.to_owned()));
    assert_eq!(
        name("Content-Type: a/b; name=x.exe\nContent-Disposition: attachment; filename=y.txt"),
        same("y.txt")
    );
    ambiguous(
        b"Content-Type: a/b; name=x.exe\nContent-Disposition: attachment; filename=y.txt\n\n",
        DefectKind::FilenameConflict,
    );
    let forms = "Content-Disposition: attachment; filename=x.exe; filename*=utf-8''y.txt";
    assert_eq!(name(forms), same("y.txt"));
    ambiguous(format!("{forms}\n\n").as_bytes(), DefectKind::ParameterForms);
    // An encoded word where none may be, beside the form that may.
    let forms =
        "Content-Disposition: attachment; filename=\"=?utf-8?q?x.exe?=\"; filename*=utf-8''y.txt";
    assert_eq!(name(forms), same("y.txt"));
    ambiguous(format!("{forms}\n\n").as_bytes(), DefectKind::ParameterForms);
    let word = "Content-Disposition: attachment; filename=\"=?utf-8?q?x.exe?=\"";
    assert_eq!(name(word), same("x.exe"));
    reported(format!("{word}\n\n").as_bytes(), DefectKind::EncodedWordParameter);
    for (header, safe) in [
        ("filename=\"../../etc/passwd\"", Some("passwd")),
        ("filename=\"C:\\\\dir\\\\x.txt\"", Some("x.txt")),
        ("filename=\"a\u{202e}txt.exe\"", Some("atxt.exe")),
        ("filename*=utf-8''a%00b%0Ac.txt", Some("abc.txt")),
        ("filename=\"..\"", None),
        ("filename=\".\"", None),
        ("filename=\"/\"", None),
        ("filename=\".htaccess\"", Some("htaccess")),
        ("filename=\"a<b>|c?.txt\"", Some("a_b__c_.txt")),
    ] {
        let header = format!("Content-Disposition: attachment; {header}");
        assert_eq!(name(&header).1.as_deref(), safe, "{header}");
    }
    for value in ["../x", "x\u{202e}y", "a\\\\b"] {
        let bytes = format!("Content-Disposition: attachment; filename=\"{value}\"\n\n");
        ambiguous(bytes.as_bytes(), DefectKind::UnsafeFilename);
    }
    let long = format!("Content-Disposition: attachment; filename=\"{}.txt\"", "é".repeat(1000));
    let (_, safe) = name(&long);
    let safe = safe.unwrap();
    assert!(safe.len() <= 255 && safe.ends_with(".txt"));
}

#[test]
fn case_10_damaged_header_lines() {
    for (bytes, kind) in [
        (&b"Subject : x\n\n"[..], DefectKind::BlankBeforeColon),
        (b"Sub\x01ject: x\n\n", DefectKind::InvalidName),
        (b"Sub\xe9ject: x\n\n", DefectKind::InvalidName),
        (b"Sub ject: x\nFrom: a@b.c\n\n", DefectKind::MissingBlankLine),
        (b"From: a@b.c\nSub ject: x\nTo: d@e.f\n\n", DefectKind::NotAField),
        (b": x\nSubject: y\n\n", DefectKind::EmptyName),
        (b"Subject: x\nno colon\nFrom: a@b.c\n\n", DefectKind::NotAField),
        (b"Subject: x\n \n y\n\n", DefectKind::BlankContinuation),
        (b" x\nSubject: x\n\n", DefectKind::LeadingContinuation),
    ] {
        ambiguous(bytes, kind);
    }
    assert_eq!(Message::parse(b"Subject : x\n\n").subject().unwrap(), "x");
    let message = Message::parse(b"Subject: x\nno colon\nFrom: a@b.c\n\nbody");
    assert!(message.from().is_some());
    assert_eq!(message.root().raw(Section::Body), b"body");
}

#[test]
fn case_11_line_ends() {
    for (bytes, kind) in [
        (&b"Subject: a\rBcc: b\r\n\r\nx\r\n"[..], DefectKind::BareCr),
        (b"Subject: a\r\n\r\nx\n.\r\nQUIT\r\n", DefectKind::MixedLineEnds),
        (b"Subject: a\r\r\n\r\r\nx", DefectKind::DoubledCr),
        (b"Subject: a\0b\n\nx", DefectKind::Nul),
        (b"Subject: a\n\nx\0y", DefectKind::Nul),
    ] {
        ambiguous(bytes, kind);
    }
    assert_eq!(Message::parse(b"Subject: a\rBcc: b\r\n\r\n").fields().count(), 1);
    // The form of the line ends makes no difference.
    let parts = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a\n\ny\n--a--\n";
    let crlf = String::from_utf8_lossy(parts).replace('\n', "\r\n");
    assert_eq!(texts(parts), texts(crlf.as_bytes()));
    let mixed =
        b"Content-Type: multipart/mixed; boundary=a\r\n\n--a\n\r\nx\r\n--a\r\n\r\ny\n--a--\n";
    assert_eq!(texts(mixed), ["x", "y"]);
}

#[test]
fn case_12_what_stands_before_the_header() {
    reported(b"From a@b Sat Jan  3 01:05:34 1996\nSubject: x\n\n", DefectKind::MboxLine);
    let message = Message::parse(b"From a@b Sat Jan  3 01:05:34 1996\nSubject: x\n\n");
    assert_eq!(message.subject().unwrap(), "x");
    // The header is empty.
    let bytes = b"\r\nSubject: x\r\n\r\nbody";
    ambiguous(bytes, DefectKind::LeadingBlankLine);
    let message = Message::parse(bytes);
    assert!(message.subject().is_none());
    assert_eq!(message.root().raw(Section::Body), b"Subject: x\r\n\r\nbody");
}

#[test]
fn case_13_no_mime_version() {
    let bytes = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n";
    ambiguous(bytes, DefectKind::MissingMimeVersion);
    assert_eq!(texts(bytes), ["x"]);
    reported(b"MIME-Version: 2.0\nContent-Type: text/html\n\nx", DefectKind::InvalidMimeVersion);
}

#[test]
fn case_14_charsets_that_lie() {
    ambiguous(
        b"Content-Type: text/html; charset=us-ascii\n\n\xc3\xa9",
        DefectKind::UndeclaredCharset,
    );
    ambiguous(b"Content-Type: text/html\n\n\xe9", DefectKind::UndeclaredCharset);
    // Overlong forms are no characters.
    let message = Message::parse(b"Content-Type: text/plain; charset=utf-8\n\n\xc0\xbcb\xc0\xbe");
    let text = message.root().text().unwrap();
    assert!(!text.text.contains(['<', '>']) && text.text.contains('\u{fffd}'));
    assert!(text.problems.find(DefectKind::InvalidCharacters).is_some());
    #[cfg(feature = "charset")]
    {
        // Little endian without a mark, as the WHATWG Encoding Standard and mail programs have it, not
        // big endian, as RFC 2781, section 4.3, wants it.
        let bytes = b"Content-Type: text/plain; charset=utf-16\n\na\0b\0";
        assert_eq!(Message::parse(bytes).root().text().unwrap().text, "ab");
        let bytes = b"Content-Type: text/plain; charset=utf-16\n\n\xfe\xff\0a\0b";
        assert_eq!(Message::parse(bytes).root().text().unwrap().text, "ab");
    }
    // UTF-7 hides markup from who does not know it.
    let bytes = b"Content-Type: text/html; charset=utf-7\n\n+ADw-script+AD4-";
    ambiguous(bytes, DefectKind::HiddenCharset);
}

#[test]
fn case_22_deep_nesting() {
    for depth in [50, 1000, 100_000] {
        let mut bytes = Vec::new();
        for n in 0..depth {
            bytes.extend(
                format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n").bytes(),
            );
        }
        let message = Message::parse(&bytes);
        let deepest = message.parts().map(|part| message.index().depth(part.id())).max().unwrap();
        assert!(deepest <= 101);
        assert_eq!(message.defects().iter().any(|d| d.kind == DefectKind::TooDeep), depth > 100);
        assert_eq!(message.root().raw(Section::All), &bytes[..]);
    }
    // With a higher limit the cost of a level stays what it is, in whole and in pieces.
    let mut config = Config::default();
    config.limits.depth = u16::MAX;
    linear("levels", 1000, |n| {
        let mut bytes = Vec::new();
        for n in 0..n {
            let boundary = format!("boundary-{n}");
            bytes.extend(
                format!("Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n")
                    .bytes(),
            );
        }
        bytes.extend(b"\nbody");
        for n in (0..n).rev() {
            bytes.extend(format!("\n--boundary-{n}--").bytes());
        }
        let message = Message::parse_with(&bytes, &config).unwrap();
        assert_eq!(message.parts().len(), n + 1);
        assert_eq!(scanned(&bytes, &[bytes.len() / 2], &config), *message.index());
        let _ = (message.bodies(), message.preview(100), message.audit());
    });
    let bytes = b"Content-Type: message/rfc822\n\n".repeat(100_000);
    let message = Message::parse(&bytes);
    assert!(message.defects().iter().any(|defect| defect.kind == DefectKind::TooDeep));
    assert!(message.parts().len() <= 102);
    let _ = (message.audit(), message.bodies(), message.preview(100), message.root().report());
}

#[test]
fn case_23_millions_of_parts() {
    let build = |n: usize| {
        let mut bytes = b"Content-Type: multipart/mixed; boundary=a\n\n".to_vec();
        bytes.extend(b"--a\n\n".repeat(n));
        bytes
    };
    let bytes = build(1_000_000);
    let message = Message::parse(&bytes);
    assert_eq!(message.parts().len(), Limits::default().parts as usize);
    assert!(message.defects().iter().any(|defect| defect.kind == DefectKind::TooManyParts));
    // What follows is still there.
    assert_eq!(message.root().raw(Section::All).len(), bytes.len());
    linear("parts", 200_000, |n| {
        let bytes = build(n);
        let _ = Message::parse(&bytes).bodies();
    });
}

#[test]
fn case_25_parameters_in_thousands_of_sections() {
    linear("sections", 20_000, |n| {
        let mut value = String::from("attachment");
        for i in 0..n {
            value.push_str(&format!("; filename*{i}=x"));
        }
        let parameters = Parameters::new(value.as_bytes());
        let _ = (parameters.list(), parameters.text("filename"));
    });
    linear("parameters", 50_000, |n| {
        let value = format!("text/plain{}", "; a=b".repeat(n));
        let _ = ContentType::parse(value.as_bytes()).parameters().text("charset");
    });
}

#[test]
fn case_28_large_and_many_fields() {
    let bytes = format!("Subject: {}\nFrom: a@b.c\n\nx", "y".repeat(8 << 20));
    let message = Message::parse(bytes.as_bytes());
    assert!(message.defects().iter().any(|defect| defect.kind == DefectKind::FieldTooLong));
    assert_eq!(message.root().raw(Section::Body), b"x");

    let bytes = "a: b\n".repeat(1_000_000) + "\nx";
    let message = Message::parse(bytes.as_bytes());
    assert!(message.fields().count() <= Limits::default().fields as usize);
    assert!(message.defects().iter().any(|defect| {
        matches!(defect.kind, DefectKind::TooManyFields | DefectKind::HeaderTooLong)
    }));
    assert_eq!(message.root().raw(Section::Body), b"x");

    linear("fields", 50_000, |n| {
        let bytes = "Content-Type: text/plain\n".repeat(n) + "\n";
        let _ = Message::parse(bytes.as_bytes()).audit();
    });
}

#[test]
fn case_29_false_delimiters_under_many_open_boundaries() {
    let build = |lines: usize, line: &str| {
        let mut bytes = String::new();
        for n in 0..60 {
            bytes += &format!("Content-Type: multipart/mixed; boundary=b{n}x\n\n--b{n}x\n");
        }
        bytes += "\n";
        bytes + &line.repeat(lines)
    };
    for line in ["--\n", "--b\n", "--b1\n", "--b1y\n", "----\n", "--b59\n"] {
        linear(line.trim_end(), 50_000, |n| {
            let bytes = build(n, line);
            assert_eq!(Message::parse(bytes.as_bytes()).parts().len(), 61);
        });
    }
}

#[test]
fn case_30_messages_encoded_in_messages() {
    let mut bytes = b"Subject: innermost\n\n".to_vec();
    for _ in 0..8 {
        let header = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n";
        bytes = [&header[..], &base64::encode(&bytes)].concat();
    }
    // Nothing is decoded that nobody asks for; who asks counts.
    let mut message = Message::parse_owned(bytes);
    let mut levels = 0;
    while let Some(inner) = message.root().embedded_message() {
        levels += 1;
        if levels == Limits::default().encoded_nesting {
            break;
        }
        message = inner;
    }
    assert_eq!(levels, 3);
    let bytes = b"Content-Type: message/partial; id=x; number=4294967295; total=4294967295\n\n";
    let flood = vec![Message::parse(bytes); 1000];
    assert!(mime::join_partial(&flood).is_err());
}

#[test]
fn case_14_and_18_controls_in_encoded_words() {
    for value in ["=?utf-8?q?a=0D=0AB:_c?=", "=?utf-8?b?AA==?=", "=?utf-8?q?=1B[31m?="] {
        let decoded = encoded_word::decode(value.as_bytes());
        assert!(decoded.problems.find(DefectKind::EncodedWordControl).is_some(), "{value}");
        ambiguous(format!("Subject: {value}\n\n").as_bytes(), DefectKind::EncodedWordControl);
    }
}

fn scanned(bytes: &[u8], cuts: &[usize], config: &Config) -> Index {
    let mut scanner = Scanner::new(config.clone());
    let mut index = Index::new(config);
    let mut from = 0;
    for &to in cuts.iter().chain([&bytes.len()]) {
        let to = to.clamp(from, bytes.len());
        scanner.receive(&bytes[from..to]);
        from = to;
        while let Some(event) = scanner.poll_event().unwrap() {
            index.apply(&event);
        }
    }
    scanner.receive_eof();
    while let Some(event) = scanner.poll_event().unwrap() {
        index.apply(&event);
    }
    index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the bytes and however they are cut, the structure is the same, every byte is
    /// reachable, and nothing panics.
    #[test]
    fn case_31_cuts_change_nothing(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "Content-Type: multipart/mixed; boundary=a\n", "Content-Type: multipart/x; boundary=\"ab\"\r\n",
            "Content-Type: message/rfc822\n", "Content-Transfer-Encoding: base64\n", "\n", "\r\n", "\r",
            "--a\n", "--a--\r\n", "--ab\n", "--ab--", "-", "--", "x", "Subject: =?utf-8?q?=41?=\n",
            " folded\n", ":", "\0", "é", "From a\n", "--a \t\n", "--a-\n",
        ]), 0..40),
        cuts in prop::collection::vec(0usize..600, 0..6),
    ) {
        let bytes = pieces.concat().into_bytes();
        let mut cuts = cuts;
        cuts.sort_unstable();
        let config = Config::default();
        let whole = Index::scan(&bytes, &config).unwrap();
        prop_assert_eq!(&scanned(&bytes, &cuts, &config), &whole);
        let message = Message::parse(&bytes);
        prop_assert_eq!(message.root().raw(Section::All), &bytes[..]);
        prop_assert!(message.part(PartId(message.parts().len() as u32)).is_none());
        for part in message.parts() {
            let _ = (part.decoded(), part.text(), part.filename(), part.report(), part.partial());
            let _ = (part.external_body().map(|b| b.url()), part.signed().map(|s| s.bytes().count()));
        }
        let _ = (message.audit(), message.bodies().has_attachment(), message.preview(80));
    }
}
