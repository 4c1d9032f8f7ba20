//! Encoded words: RFC 2047 with its examples, and the broken ones of real mail.

use mime::DefectKind::{self, *};
use mime::encoded_word::{decode, encode};
use proptest::prelude::*;

fn kinds(value: &[u8]) -> Vec<DefectKind> {
    decode(value).problems.iter().map(|p| p.kind).collect()
}

#[cfg(feature = "charset")]
#[test]
fn rfc2047_section_8() {
    let cases = [
        ("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
        ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        (
            "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example.",
        ),
        ("=?ISO-8859-1?Q?a?=", "a"),
        ("=?ISO-8859-1?Q?a?= b", "a b"),
        ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a_b?=", "a b"),
        ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
    ];
    for (value, expected) in cases {
        let decoded = decode(value.as_bytes());
        assert_eq!(decoded.text, expected, "{value}");
        assert!(decoded.problems.is_empty(), "{value}: {:?}", decoded.problems);
    }
}

#[test]
fn broken_words() {
    let cases: &[(&str, &str, &[DefectKind])] = &[
        ("a=?utf-8?Q?b?=c", "abc", &[EncodedWordGlued]),
        ("=?utf-8?Q?b?==?utf-8?Q?c?=", "bc", &[EncodedWordGlued]),
        ("=?utf-8?Q?hello world?=", "hello world", &[EncodedWordBlank]),
        ("=?utf-8?Q?what??=", "what?", &[]),
        ("=?utf-8?B?SGVsbG8", "Hello", &[EncodedWordUnterminated, EncodedWordMalformed]),
        ("=?utf-8?Q?Hello", "Hello", &[EncodedWordUnterminated]),
        ("=?utf-8?Q?Hello? you", "Hello you", &[EncodedWordUnterminated]),
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café", &[EncodedWordSplitCharacter]),
        ("=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=", "café", &[EncodedWordSplitCharacter]),
        ("=?utf-8?Q??=", "", &[]),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?=", &[EncodedWordMalformed]),
        ("=??Q?abc?=", "=??Q?abc?=", &[EncodedWordMalformed]),
        ("=?utf-8?Q?a=ZZ?=", "a=ZZ", &[EncodedWordMalformed]),
        ("=?no-such?Q?a=E9?=", "aé", &[UnknownCharset]),
        ("=?utf-8*en?Q?a?=", "a", &[]),
        ("=?utf-8?q?=0D=0ABcc:x?=", "\r\nBcc:x", &[EncodedWordControl]),
        ("a =? b", "a =? b", &[EncodedWordMalformed]),
        ("=?utf-8?Q?=FF?=", "\u{fffd}", &[InvalidCharacters]),
    ];
    for (value, expected, found) in cases {
        assert_eq!(decode(value.as_bytes()).text, *expected, "{value}");
        assert_eq!(kinds(value.as_bytes()), *found, "{value}");
    }
}

#[test]
fn folding_and_raw_bytes() {
    assert_eq!(decode(b"a\r\n b\n\tc ").text, "a b c");
    assert_eq!(decode(b"  ").text, "");
    assert_eq!(decode("naïve 日本".as_bytes()).text, "naïve 日本");
    let latin = decode(b"na\xefve");
    assert_eq!(latin.text, "naïve");
    assert_eq!(kinds(b"na\xefve"), [EightBitHeader]);
    assert_eq!(latin.problems.find(EightBitHeader).unwrap().at, 2..3);
}

/// Section 5, case 26: unterminated words.
#[test]
fn case_26_unterminated_words_are_linear() {
    for piece in [
        "=?utf-8?q?a",
        "=?utf-8?q?a ",
        "=?a?b?",
        "=?",
        "=?utf-8?q??",
        "=?utf-8?q?==?=41 ",
        "=?a?q?x?= ",
    ] {
        let value = piece.repeat((2 << 20) / piece.len());
        decode(value.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_encoded_is_decoded(text in "[ -~é日😀\r\n\0]{1,120}", room in 0usize..90) {
        let encoded = encode(&text, room);
        let words: Vec<_> = encoded.split(' ').collect();
        prop_assert!(words.iter().all(|word| word.len() <= 75), "{}", encoded);
        prop_assert!(encoded.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        let folded = encoded.replace(' ', "\r\n ");
        let decoded = decode(folded.as_bytes());
        prop_assert_eq!(&*decoded.text, &*text);
        let wrong = decoded.problems.iter().any(|p| p.kind != EncodedWordControl);
        prop_assert!(!wrong, "{:?}", decoded.problems);
    }

    #[test]
    fn never_panics(value in prop::collection::vec(prop_oneof![
        Just(b"=?".to_vec()), Just(b"?=".to_vec()), Just(b"?q?".to_vec()), Just(b"?B?".to_vec()),
        Just(b"utf-8".to_vec()), Just(b" \r\n".to_vec()), prop::collection::vec(any::<u8>(), 0..4),
    ], 0..30)) {
        decode(&value.concat());
    }
}
