//! [RFC 2231](https://www.rfc-editor.org/rfc/rfc2231), clause by clause, and
//! [RFC 2183](https://www.rfc-editor.org/rfc/rfc2183).

use mime::build::{Draft, Entity, Env, NameForm, Options};
use mime::header::{ContentDisposition, ContentType, DateTime, Parameters};
use mime::{DefectKind, Message, encoded_word};
use proptest::prelude::*;

fn parameter(value: &str, name: &str) -> Option<String> {
    ContentType::parse(value.as_bytes()).parameters().text(name).map(|text| text.into_owned())
}

fn kinds(value: &str) -> Vec<DefectKind> {
    let (_, problems) = ContentType::parse(value.as_bytes()).parameters().list();
    problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn section_3_continuations() {
    let url = "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar";
    for value in [
        "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n \
         URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
        "message/external-body; access-type=URL;\r\n  \
         URL=\"ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
        // In any order, quoted or not.
        "message/external-body; URL*1=\"cs.utk.edu/pub/moore/\"; access-type=URL;\r\n \
         URL*2=bulk-mailer; URL*3=\"/bulk-mailer.tar\"; url*0=\"ftp://\"",
    ] {
        assert_eq!(parameter(value, "url").as_deref(), Some(url), "{value}");
        assert_eq!(parameter(value, "access-type").as_deref(), Some("URL"), "{value}");
        assert!(kinds(value).is_empty(), "{value}: {:?}", kinds(value));
    }
    // More than ten sections are in the order of numbers.
    let many: String = (0..12).rev().map(|n| format!("; a*{n}={n}.")).collect();
    assert_eq!(parameter(&format!("a/b{many}"), "a").unwrap(), "0.1.2.3.4.5.6.7.8.9.10.11.");
    // A gap, a section that is there twice, a leading zero.
    for (value, expected) in [
        ("a/b; a*0=x; a*2=z", "x"),
        ("a/b; a*0=x; a*0=y; a*1=z", "xz"),
        ("a/b; a*0=x; a*01=y", "xy"),
    ] {
        assert_eq!(parameter(value, "a").as_deref(), Some(expected), "{value}");
        assert!(!kinds(value).is_empty(), "{value}");
    }
}

#[test]
fn section_4_charset_and_language() {
    let value = "application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A";
    assert_eq!(parameter(value, "title").unwrap(), "This is ***fun***");
    assert!(kinds(value).is_empty());
    for (value, expected) in [
        ("a/b; t*=utf-8''%C3%A9", "é"),
        ("a/b; t*=iso-8859-1'fr'%e9", "é"),
        ("a/b; t*=''x%20y", "x y"),
        // Quotes do not belong there, but are common.
        ("a/b; t*=\"utf-8''%C3%A9\"", "é"),
        ("a/b; t*=utf-8'en'", ""),
    ] {
        assert_eq!(parameter(value, "t").as_deref(), Some(expected), "{value}");
    }
}

#[test]
fn section_4_1_both() {
    // The RFC forgets semicolons in its example.
    let value = "application/x-stuff\r\n title*0*=us-ascii'en'This%20is%20even%20more%20\r\n \
        title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n title*2=\"isn't it!\"";
    assert_eq!(parameter(value, "title").unwrap(), "This is even more ***fun*** isn't it!");
    assert!(kinds(value).contains(&DefectKind::MissingSemicolon));
    let value = value.replace("\r\n", ";\r\n");
    assert_eq!(parameter(&value, "title").unwrap(), "This is even more ***fun*** isn't it!");
    assert!(kinds(&value).is_empty());
    // A percent sign in a section without asterisk is one; a character may be cut in two.
    assert_eq!(parameter("a/b; t*0*=utf-8''a%20; t*1=%20", "t").unwrap(), "a %20");
    assert_eq!(parameter("a/b; t*0*=utf-8''%E6%97; t*1*=%A5", "t").unwrap(), "日");
    // The extended form counts, wherever it stands.
    for value in ["a/b; t=x; t*=utf-8''%C3%A9", "a/b; t*=utf-8''%C3%A9; t=x"] {
        assert_eq!(parameter(value, "t").unwrap(), "é");
        assert!(kinds(value).contains(&DefectKind::ParameterForms));
    }
}

#[test]
fn section_4_damage() {
    for (value, expected) in [
        ("a/b; t*=x", "x"),
        ("a/b; t*=utf-8'x", "utf-8'x"),
        ("a/b; t*=utf-8''%zz%4", "%zz%4"),
        ("a/b; t*=nonesuch''%C3%A9", "é"),
    ] {
        assert_eq!(parameter(value, "t").as_deref(), Some(expected), "{value}");
        assert!(!kinds(value).is_empty(), "{value}");
    }
}

#[test]
fn section_5_language_in_encoded_words() {
    let decoded = encoded_word::decode(b"=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>");
    assert_eq!(decoded.text, "Keith Moore <moore@cs.utk.edu>");
    assert!(decoded.problems.is_empty());
}

/// RFC 2183, section 3: the examples.
#[test]
fn rfc2183_section_3() {
    let value = ContentDisposition::parse(b"inline");
    assert!(value.is_inline());
    let value = ContentDisposition::parse(
        b"attachment; filename=genome.jpeg;\r\n modification-date=\"Wed, 12 Feb 1997 16:29:51 -0500\";",
    );
    assert!(value.is_attachment());
    assert_eq!(value.parameters().text("filename").unwrap(), "genome.jpeg");
    let date = value.parameters().text("modification-date").unwrap();
    assert_eq!(DateTime::parse(date.as_bytes()).unwrap().timestamp(), 855_782_991);
    // Section 2.8: what is not known is an attachment.
    assert!(ContentDisposition::parse(b"x-other").is_attachment());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What the builder writes is read, in both forms.
    #[test]
    fn names_come_back(name in "[ -~é日😀'%*\"\\\\]{1,150}") {
        let name = name.trim();
        prop_assume!(!name.is_empty() && !name.contains("=?"));
        let now = DateTime::from_timestamp(0, 0).unwrap();
        let env = Env { now, seed: 1, domain: "a.test" };
        for form in [NameForm::Extended, NameForm::EncodedWord] {
            let mut options = Options::default();
            options.name_form = form;
            let entity = Entity::new("image/png", &b""[..]).attachment(name);
            let draft = Draft::new().from("a@b.test").to("c@d.test").body(entity);
            let bytes = draft.build(&env, &options).unwrap().to_vec().unwrap();
            let message = Message::parse(&bytes);
            prop_assert_eq!(message.root().filename().unwrap(), name);
            prop_assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 79));
        }
    }

    #[test]
    fn any_value_is_read(value in "[a-z*0-9='\"%; \\\\é()\r\n-]{0,60}") {
        let (list, _) = Parameters::new(value.as_bytes()).list();
        for parameter in &list {
            let _ = Parameters::new(value.as_bytes()).text(&parameter.name);
        }
    }
}
