//! Building: what is written reads back as what was given, and nothing else gets in.

use mime::build::{
    BuildError, Chunk, Draft, Entity, Env, FieldText, MediaType, NameForm, Options, SourceId,
    Target,
};
use mime::header::{AddressList, DateTime, Mailbox, MessageId, Unstructured};
use mime::{Defect, DefectKind, Message, Part};
use proptest::prelude::*;

fn env() -> Env<'static> {
    Env {
        now: DateTime::from_timestamp(1_700_000_000, 60).unwrap(),
        seed: 7,
        domain: "example.org",
    }
}

fn options(target: Target) -> Options {
    let mut options = Options::default();
    options.target = target;
    options
}

fn draft() -> Draft<'static> {
    Draft::new().from("Jürgen <j@example.org>").to("李雷 <lilei@example.cn>").subject("你好 😀")
}

fn built(draft: Draft<'_>, options: &Options) -> Vec<u8> {
    let mut outgoing = draft.build(&env(), options).unwrap();
    let whole = outgoing.to_vec().unwrap();
    assert_eq!(outgoing.len(), whole.len() as u64);
    let mut chunks = Vec::new();
    while let Chunk::Bytes(bytes) = outgoing.poll_chunk() {
        chunks.extend_from_slice(bytes);
    }
    assert!(chunks == whole, "chunks differ from the whole");
    check_lines(&whole, options);
    whole
}

/// Nothing that a mail system may stumble over.
fn check_lines(bytes: &[u8], options: &Options) {
    if options.target == Target::Binary {
        return;
    }
    assert!(bytes.ends_with(b"\r\n"));
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").expect("lines end with CRLF");
        assert!(line.len() <= 998, "{}", line.len());
        assert!(!line.contains(&b'\r') && !line.contains(&0));
    }
    let ascii = options.target == Target::SevenBit && !options.utf8_headers;
    assert!(!ascii || bytes.is_ascii());
}

fn defects(message: &Message<'_>) -> Vec<Defect> {
    message.defects().to_vec()
}

fn types(message: &Message<'_>) -> Vec<String> {
    let name = |part: Part<'_>| part.content_type().essence().into_owned();
    message.root().descendants().map(name).collect()
}

fn file_name(part: Part<'_>) -> String {
    let name = part.disposition().unwrap().parameters().text("filename").unwrap().into_owned();
    match name.starts_with("=?utf-8?") {
        true => mime::encoded_word::decode(name.as_bytes()).text.into_owned(),
        false => name,
    }
}

#[test]
fn text_html_and_attachment() {
    let image: Vec<u8> = (0..=255).cycle().take(3000).collect();
    let message = draft()
        .text("Grüße 😀\nzwei\n")
        .html("<p>你好</p>\n")
        .attach(Entity::new("image/png", image.clone()).attachment("图.png"));
    let bytes = built(message, &Options::default());
    let read = Message::parse(&bytes);
    assert_eq!(defects(&read), []);
    assert_eq!(
        types(&read),
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png"]
    );
    let parts: Vec<_> = read.root().descendants().collect();
    assert_eq!(parts[2].text().unwrap().text, "Grüße 😀\r\nzwei\r\n");
    assert_eq!(parts[3].text().unwrap().text, "<p>你好</p>\r\n");
    assert_eq!(parts[4].decoded().bytes, image);
    assert_eq!(file_name(parts[4]), "图.png");
    let root = read.root();
    assert_eq!(&*root.value::<Unstructured<'_>>("subject").unwrap(), "你好 😀");
    let to = root.value::<AddressList<'_>>("to").unwrap();
    let to = to.mailboxes().next().unwrap();
    assert_eq!((to.name(), &*to.address()), (Some("李雷"), "lilei@example.cn"));
    assert_eq!(root.value::<DateTime>("date").unwrap().timestamp(), 1_700_000_000);
}

#[test]
fn structures() {
    let image =
        || Entity::new("image/gif", &b"GIF"[..]).content_id("i1@example.org").inline("i.gif");
    let cases: [(Draft<'_>, &[&str]); 6] = [
        (draft(), &["text/plain"]),
        (draft().text("a"), &["text/plain"]),
        (draft().html("a"), &["text/html"]),
        (draft().text("a").html("b"), &["multipart/alternative", "text/plain", "text/html"]),
        (
            draft().text("a").html("b").related(image()),
            &["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/gif"],
        ),
        (draft().attach(image()), &["multipart/mixed", "image/gif"]),
    ];
    for (draft, expected) in cases {
        let bytes = built(draft, &Options::default());
        let read = Message::parse(&bytes);
        assert_eq!(types(&read), expected);
        assert_eq!(defects(&read), []);
    }
}

#[test]
fn the_encoding_follows_from_the_content() {
    let long = "x".repeat(1200);
    let cases = [
        ("plain\n", Target::SevenBit, "7bit"),
        ("Grüße aus Köln, immer mit Umlaut\n", Target::SevenBit, "quoted-printable"),
        ("Grüße\n", Target::EightBit, "8bit"),
        ("你好，世界\n", Target::SevenBit, "base64"),
        (&long, Target::SevenBit, "quoted-printable"),
        (&long, Target::EightBit, "quoted-printable"),
        ("some more text with a\0b\n", Target::EightBit, "quoted-printable"),
    ];
    for (text, target, encoding) in cases {
        let bytes = built(draft().text(text), &options(target));
        let read = Message::parse(&bytes);
        assert_eq!(read.root().encoding().as_str(), encoding, "{text}");
        let decoded = read.root().decoded();
        assert_eq!(
            String::from_utf8_lossy(&decoded.bytes).trim_end(),
            text.trim_end().replace('\n', "\r\n")
        );
    }
    let bytes = built(
        draft().attach(Entity::new("application/x-x", &b"a\0\n"[..])),
        &options(Target::Binary),
    );
    assert_eq!(
        Message::parse(&bytes).root().children().next().unwrap().encoding().as_str(),
        "binary"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let one = || built(draft().text("a").html("b"), &Options::default());
    assert_eq!(one(), one());
    let other = Env { seed: 8, ..env() };
    let two =
        draft().text("a").html("b").build(&other, &Options::default()).unwrap().to_vec().unwrap();
    assert_ne!(one(), two);
}

#[test]
fn sources_are_streamed() {
    let content: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let source =
        Entity::source("application/zip", SourceId(3), content.len() as u64).attachment("a.zip");
    let mut message =
        draft().text("see\n").attach(source).build(&env(), &Options::default()).unwrap();
    assert_eq!(message.to_vec(), Err(BuildError::MissingSource));
    let mut written = Vec::new();
    let mut largest = 0;
    loop {
        match message.poll_chunk() {
            Chunk::Bytes(bytes) => {
                largest = largest.max(bytes.len());
                written.extend_from_slice(bytes);
            }
            Chunk::Source { id, offset, left } => {
                assert_eq!(id, SourceId(3));
                assert_eq!(offset + left, content.len() as u64);
                let from = offset as usize;
                let to = content.len().min(from + 7777);
                message.supply(&content[from..to]).unwrap();
            }
            Chunk::End => break,
        }
    }
    assert_eq!(written.len() as u64, message.len());
    assert!(largest < 100_000);
    assert_eq!(message.supply(b"x"), Err(BuildError::SourceTooLong));
    let read = Message::parse(&written);
    assert!(read.root().descendants().last().unwrap().decoded().bytes == content);
}

#[test]
fn outlook_names() {
    let mut options = Options::default();
    options.name_form = NameForm::EncodedWord;
    let bytes =
        built(draft().attach(Entity::new("a/b", &b""[..]).attachment("Übung 图.txt")), &options);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("filename=\"=?utf-8?"), "{text}");
    let read = Message::parse(&bytes);
    let part = read.root().children().next().unwrap();
    assert_eq!(file_name(part), "Übung 图.txt");
}

#[test]
fn utf8_headers() {
    let mut options = options(Target::EightBit);
    options.utf8_headers = true;
    let message = || draft().to("用户@例え.test");
    assert_eq!(message().build(&env(), &Options::default()).err(), Some(BuildError::Utf8Address));
    let bytes = built(message().text("ü\n"), &options);
    let text = core::str::from_utf8(&bytes).unwrap();
    assert!(text.contains("Subject: 你好 😀\r\n") && !text.contains("=?"), "{text}");
    assert!(text.contains("用户@例え.test"));
}

#[test]
fn signed_parts_stay_as_they_are() {
    let options = Options::default();
    let content = Entity::text("signed ü\n").to_vec(1, &options).unwrap();
    let signature = Entity::new("application/pgp-signature", &b"sig"[..]).description("OpenPGP");
    let body =
        Entity::multipart("multipart/signed", vec![Entity::ready(content.clone()), signature])
            .parameter("micalg", "pgp-sha512")
            .parameter("protocol", "application/pgp-signature");
    let bytes = built(draft().body(body), &options);
    assert!(bytes.windows(content.len()).any(|window| window == content));
    assert_eq!(defects(&Message::parse(&bytes)), []);
}

#[test]
fn replies() {
    let bytes = built(
        draft().in_reply_to("a@x").reference("r@x").reference("a@x").field("X-Thing", "some text"),
        &Options::default(),
    );
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("In-Reply-To: <a@x>\r\nReferences: <r@x> <a@x>\r\n"), "{text}");
    assert!(text.contains("X-Thing: some text\r\n"));
}

/// Section 5, cases 32 to 37.
mod security {
    use super::*;

    #[test]
    fn case_32_no_line_break_in_any_value() {
        for bad in [
            "x\r\nBcc: q@r",
            "x\nBcc: q@r",
            "x\rBcc: q@r",
            "x\0",
            "a@b\r\nBcc: q@r",
            "text/plain\r\nX: 1",
        ] {
            assert!(Mailbox::new(bad, "a@b").is_err());
            assert!(Mailbox::new("", bad).is_err());
            assert!(Mailbox::try_from(bad).is_err());
            assert!(MessageId::new(bad).is_err());
            assert!(FieldText::try_from(bad).is_err());
            assert!(MediaType::try_from(bad).is_err());
            let drafts: [Draft<'_>; 11] = [
                draft().to(bad),
                draft().bcc(bad),
                draft().subject(bad),
                draft().message_id(bad),
                draft().in_reply_to(bad),
                draft().field("X-A", bad),
                draft().field(bad, "x"),
                draft().attach(Entity::new(bad, &b""[..])),
                draft().attach(Entity::text("").attachment(bad)),
                draft().attach(Entity::text("").parameter("a", bad)),
                draft().attach(Entity::text("").parameter(bad, "a")),
            ];
            for draft in drafts {
                let result = draft.build(&env(), &Options::default());
                assert!(matches!(result, Err(BuildError::Invalid(_))), "{bad:?}");
            }
        }
        let bad = Env { domain: "x\r\nY: 1", ..env() };
        assert_eq!(draft().build(&bad, &Options::default()).err(), Some(BuildError::InvalidDomain));
    }

    #[test]
    fn case_32_a_name_that_was_read_is_encoded_again() {
        let list = AddressList::parse(b"=?utf-8?Q?a=0D=0ABcc:_q@r?= <a@b.c>");
        let mailbox = list.mailboxes().next().unwrap().clone();
        let bytes = built(draft().to(mailbox), &Options::default());
        assert!(!String::from_utf8_lossy(&bytes).contains("\r\nBcc"));
    }

    #[test]
    fn case_32_a_damaged_address_is_not_written() {
        for value in ["F@W\\\\\x08\x02", "a@b\\,c", "\"\x01\"@b.c", "a@[b\\]c]", "a"] {
            let Some(mailbox) = Mailbox::parse(value.as_bytes()) else { continue };
            let built = Draft::new().from(mailbox).text("x").build(&env(), &Options::default());
            assert_eq!(built.unwrap_err(), BuildError::IncompleteAddress, "{value:?}");
        }
        let mailbox = Mailbox::parse(b"\"a b\"@[192.0.2.1]").unwrap();
        assert!(Draft::new().from(mailbox).text("x").build(&env(), &Options::default()).is_ok());
    }

    #[test]
    fn case_33_a_boundary_occurs_in_no_body() {
        let first = built(draft().text("a").html("b"), &Options::default());
        let read = Message::parse(&first);
        let boundary =
            read.root().content_type().parameters().text("boundary").unwrap().into_owned();
        // The same seed, and a body that has this very boundary.
        let text = format!("--{boundary}\n\n--{boundary}--\n");
        let second = built(draft().text(&*text).html("b"), &Options::default());
        let read = Message::parse(&second);
        assert_eq!(types(&read), ["multipart/alternative", "text/plain", "text/html"]);
        assert_ne!(read.root().content_type().parameters().text("boundary").unwrap(), boundary);
        assert_eq!(defects(&read), []);
    }

    #[test]
    fn case_34_fragile_lines_are_encoded() {
        for text in ["From me\n", "a\n.\nb\n", "a\n..\nFrom x\n"] {
            let bytes = built(draft().text(text), &Options::default());
            let body = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            let body = String::from_utf8_lossy(&bytes[body..]);
            assert!(!body.contains("\nFrom ") && !body.contains("\n.\r"), "{body}");
        }
    }

    #[test]
    fn case_35_labels_do_not_lie() {
        let eight = "Subject: ü\r\n\r\nü\r\n".as_bytes();
        let result = draft().attach(Entity::message(eight)).build(&env(), &Options::default());
        assert_eq!(result.err(), Some(BuildError::EightBitContent));
        let bytes = built(draft().attach(Entity::message(eight)), &options(Target::EightBit));
        assert!(String::from_utf8_lossy(&bytes).contains("Content-Transfer-Encoding: 8bit"));
        for bad in [&b"A: b\n\nc"[..], b"A: b\r\n\r\nc\rd", b"a\0"] {
            let result =
                draft().attach(Entity::ready(bad)).build(&env(), &options(Target::EightBit));
            assert_eq!(result.err(), Some(BuildError::BinaryContent));
        }
        let long = "y".repeat(999);
        let result =
            draft().attach(Entity::message(long.as_bytes())).build(&env(), &Options::default());
        assert_eq!(result.err(), Some(BuildError::BinaryContent));
    }

    #[test]
    fn case_36_bcc_is_nowhere_in_the_message() {
        let outgoing =
            draft().bcc("Secret <hidden@example.net>").build(&env(), &Options::default()).unwrap();
        assert_eq!(outgoing.recipients(), ["lilei@example.cn", "hidden@example.net"]);
        assert_eq!(outgoing.sender(), "j@example.org");
        let text = String::from_utf8_lossy(&outgoing.to_vec().unwrap()).to_ascii_lowercase();
        assert!(!text.contains("hidden") && !text.contains("bcc"));
        assert_eq!(
            draft().field("bcc", "x@y").build(&env(), &Options::default()).err(),
            Some(BuildError::ReservedField)
        );
    }

    #[test]
    fn case_37_the_identifier_has_the_given_domain_only() {
        let bytes = built(draft(), &Options::default());
        let read = Message::parse(&bytes);
        let id = read.root().value::<MessageId<'_>>("message-id").unwrap();
        let (left, right) = id.as_str().split_once('@').unwrap();
        assert_eq!(right, "example.org");
        assert!(left.len() == 26 && left.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}

#[test]
fn deep_nesting_is_refused() {
    let mut entity = Entity::text("x");
    for _ in 0..10_000 {
        entity = Entity::multipart("multipart/mixed", vec![entity]);
    }
    assert_eq!(
        draft().body(entity).build(&env(), &Options::default()).err(),
        Some(BuildError::TooDeep)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn fields_read_back(
        subject in "[ -~é日😀\t]{0,200}",
        name in "[ -~é日\t]{0,100}",
        file in "[ -~é日]{1,250}",
        local in "[ -~é]{1,20}",
        utf8: bool,
        outlook: bool,
    ) {
        let mut options = Options::default();
        options.utf8_headers = utf8;
        if outlook {
            options.name_form = NameForm::EncodedWord;
        }
        let quoted = format!("\"{}\"@example.org", local.replace('\\', "\\\\").replace('"', "\\\""));
        let mailbox = Mailbox::new(&name, &quoted).unwrap();
        let draft = draft().to(mailbox.clone()).subject(&*subject).attach(Entity::text("t").attachment(&*file));
        if !utf8 && !local.is_ascii() {
            prop_assert_eq!(draft.build(&env(), &options).err(), Some(BuildError::Utf8Address));
            return Ok(());
        }
        let bytes = built(draft, &options);
        let read = Message::parse(&bytes);
        let root = read.root();
        let trimmed = |text: &str| text.trim_matches([' ', '\t']).to_owned();
        prop_assert_eq!(trimmed(&root.value::<Unstructured<'_>>("subject").unwrap()), trimmed(&subject));
        let list = root.value::<AddressList<'_>>("to").unwrap();
        let last = list.mailboxes().last().unwrap();
        prop_assert_eq!(last.local_part(), &*local);
        prop_assert_eq!(trimmed(last.name().unwrap_or_default()), trimmed(&name));
        let part = root.children().last().unwrap();
        prop_assert_eq!(file_name(part), &*file);
    }

    #[test]
    fn texts_read_back(text in "[ -~é日😀.\n\r\0]{0,300}", eight: bool) {
        let target = if eight { Target::EightBit } else { Target::SevenBit };
        let bytes = built(draft().text(&*text).html(&*text), &options(target));
        let read = Message::parse(&bytes);
        let expected = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
        for part in read.root().children() {
            prop_assert_eq!(&*part.text().unwrap().text, &*expected);
        }
        let wrong = |defect: &Defect| defect.kind != DefectKind::EncodedWordControl;
        prop_assert!(!defects(&read).iter().any(wrong), "{:?}", defects(&read));
    }
}
