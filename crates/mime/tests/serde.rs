//! Indexes, messages and values through serde.
#![cfg(feature = "serde")]

use mime::header::{AddressList, AuthenticationResults, DateTime, Received};
use mime::imap::{BodyFields, Envelope};
use mime::{Config, Defect, DefectKind, Index, Message, PartId, Span};
use proptest::prelude::*;
use serde_json::{Value, from_value, json, to_value};

const MESSAGE: &[u8] = b"From: =?utf-8?q?J=C3=BCrgen?= <j@a.test>, team:b@c.test;\r\n\
    Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n\
    --b\r\n\r\nHello\r\n\
    --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext\r\n\
    --b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n";

fn config(count_lines: bool) -> Config {
    let mut config = Config::default();
    config.count_lines = count_lines;
    config
}

#[test]
fn an_index_comes_back_as_it_was() {
    for count_lines in [false, true] {
        let index = Index::scan(MESSAGE, &config(count_lines)).unwrap();
        let text = serde_json::to_string(&index).unwrap();
        let back: Index = serde_json::from_str(&text).unwrap();
        assert_eq!(back, index);
        let message = Message::with_index(MESSAGE, back).unwrap();
        assert_eq!(message.part_at(&[3]).unwrap().decoded().bytes.as_ref(), [0; 3]);
    }
}

/// The places of all numbers, in all depths.
fn numbers(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Number(_) => places.push(at.into()),
        Value::Array(list) => {
            for (i, inner) in list.iter().enumerate() {
                numbers(inner, &format!("{at}/{i}"), places);
            }
        }
        Value::Object(map) => {
            for (key, inner) in map {
                numbers(inner, &format!("{at}/{key}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn an_index_that_contradicts_itself_is_an_error_or_harmless() {
    let index = Index::scan(MESSAGE, &config(true)).unwrap();
    let value = to_value(&index).unwrap();
    let mut refused = 0;
    let mut places = Vec::new();
    numbers(&value, "", &mut places);
    for place in places {
        for number in [0u64, 1, 7, 1 << 20, u64::from(u32::MAX), u64::MAX] {
            let mut value = value.clone();
            *value.pointer_mut(&place).unwrap() = json!(number);
            let Ok(index) = from_value::<Index>(value) else {
                refused += 1;
                continue;
            };
            let Ok(message) = Message::with_index(MESSAGE, index) else { continue };
            for part in message.parts() {
                let _ = (part.path(), part.fields().count(), part.text(), part.decoded());
            }
        }
    }
    assert!(refused > 100, "{refused}");

    let without = |key: &str| {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove(key);
        from_value::<Index>(value)
    };
    for key in ["parts", "fields", "defects", "lines", "len"] {
        assert!(without(key).is_err(), "{key}");
    }
    let mut no_lines = value.clone();
    no_lines["lines"] = json!([]);
    let error = from_value::<Index>(no_lines).unwrap_err();
    assert_eq!(error.to_string(), "index of the wrong length");
}

#[test]
fn a_message_is_a_list_of_parts() {
    let value = to_value(Message::parse(MESSAGE)).unwrap();
    assert_eq!(value["len"], MESSAGE.len());
    let paths: Vec<_> = value["parts"].as_array().unwrap().iter().map(|p| &p["path"]).collect();
    assert_eq!(paths, [&json!([]), &json!([1]), &json!([2]), &json!([2, 1]), &json!([3])]);
    let root = &value["parts"][0];
    assert_eq!(root["kind"], "Multipart");
    assert_eq!(root["fields"][1], json!({"name": "Subject", "value": "Grüße"}));
    assert_eq!(root["parameters"][0]["value"], "b");
    let text = &value["parts"][1];
    assert_eq!((&text["type"], &text["text"]), (&json!("text/plain"), &json!("Hello")));
    let image = &value["parts"][4];
    assert_eq!((&image["filename"], &image["encoding"]), (&json!("a.png"), &json!("Base64")));
    assert_eq!(image["text"], Value::Null);
    assert_eq!(value["defects"][0]["kind"], "MissingCloseDelimiter");
}

#[test]
fn nesting_does_not_recur() {
    let mut bytes = Vec::new();
    for _ in 0..20_000 {
        bytes.extend_from_slice(b"Content-Type: message/rfc822\n\n");
    }
    let mut config = Config::default();
    config.limits.depth = u16::MAX;
    config.limits.parts = u32::MAX;
    let message = Message::parse_with(&bytes, &config).unwrap();
    // Paths grow with the depth, so only the numbers are written.
    let mut out = Vec::new();
    serde_json::to_writer(&mut out, message.index()).unwrap();
    let index: Index = serde_json::from_slice(&out).unwrap();
    assert_eq!(&index, message.index());
}

#[test]
fn values() {
    let message = Message::parse(MESSAGE);
    let envelope = to_value(Envelope::of(message.root())).unwrap();
    assert_eq!(envelope["from"][0]["host"], "a.test");
    let fields = to_value(BodyFields::of(message.part_at(&[3]).unwrap())).unwrap();
    assert_eq!(fields["octets"], 6);

    let from = to_value(AddressList::parse(b"J <j@a.test>")).unwrap();
    assert_eq!(from["members"][0]["Mailbox"]["local_part"], "j");
    let date = to_value(DateTime::parse(b"Fri, 21 Nov 1997 09:55:06 -0600")).unwrap();
    assert_eq!((&date["year"], &date["offset"]), (&json!(1997), &json!(-360)));
    let hop = to_value(Received::parse(b"from a by b; 21 Nov 1997 10:05:43 -0600")).unwrap();
    assert_eq!(hop["by"], "b");
    let results = AuthenticationResults::parse(b"a.test; spf=pass").unwrap();
    assert_eq!(to_value(results).unwrap()["results"][0]["method"], "spf");

    let defect = Defect::new(DefectKind::EmptyBoundary, PartId(3), Span::new(1, 2));
    assert_eq!(from_value::<Defect>(to_value(defect).unwrap()).unwrap(), defect);
    for kind in DefectKind::ALL {
        assert_eq!(to_value(kind).unwrap(), format!("{kind:?}"));
        assert_eq!(from_value::<DefectKind>(to_value(kind).unwrap()).unwrap(), *kind);
    }
    // A configuration may name what it changes and nothing else.
    let config: Config = serde_json::from_str(r#"{"limits": {"depth": 7}}"#).unwrap();
    assert_eq!((config.limits.depth, config.limits.parts), (7, 10_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_index_comes_back(bytes in "(Content-Type: multipart/mixed; boundary=b\n|Subject: a\n|\n|--b\n|--b--\n|text\n){0,20}") {
        let index = Index::scan(bytes.as_bytes(), &config(true)).unwrap();
        prop_assert_eq!(&from_value::<Index>(to_value(&index).unwrap()).unwrap(), &index);
    }
}
