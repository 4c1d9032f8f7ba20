//! Subjects and flowed text.

use mime::flowed::{self, Paragraph};
use mime::subject::{base_subject, thread_key};
use proptest::prelude::*;

#[test]
fn base_subjects() {
    let cases = [
        ("", ""),
        ("Re: hello", "hello"),
        ("Re: Re: Fwd: hello", "hello"),
        ("RE[2]: hello", "hello"),
        ("Re [a] : hello", "hello"),
        ("[list] Re: hello", "hello"),
        ("[one] [two] hello", "hello"),
        ("[hello]", "[hello]"),
        ("[fwd: hello]", "hello"),
        ("[FWD: Re: hello] (fwd)", "hello"),
        ("hello (fwd) (fwd) ", "hello"),
        ("hello\t \r\n world", "hello world"),
        ("AW: hello", "AW: hello"),
        ("Re:", ""),
        ("rehearsal: now", "rehearsal: now"),
    ];
    for (subject, expected) in cases {
        assert_eq!(base_subject(subject), expected, "{subject}");
    }
    assert_eq!(thread_key("Antw: [x] SV: Hello"), "hello");
    assert_eq!(thread_key("回复：你好"), "你好");
    // Long ones end.
    base_subject(&"re: ".repeat(100_000));
    thread_key(&"[a]".repeat(100_000));
    base_subject(&"[fwd:".repeat(100_000));
    thread_key(&" (fwd)".repeat(100_000));
}

#[test]
fn flowed_text() {
    let decode = |text: &'static str, del_sp| {
        flowed::decode(text, del_sp).map(|p| format!("{}|{}", p.quote, p.text)).collect::<Vec<_>>()
    };
    // RFC 3676, section 4.1 to 4.5.
    assert_eq!(decode("a \r\nb\r\n", false), ["0|a b"]);
    assert_eq!(decode("a \r\nb\r\n", true), ["0|ab"]);
    assert_eq!(decode("> a \r\n> b\r\nc\r\n", false), ["1|a b", "0|c"]);
    assert_eq!(decode("> a \r\n>> b\r\n", false), ["1|a ", "2|b"]);
    assert_eq!(decode(" >a\r\n", false), ["0|>a"]);
    assert_eq!(decode("a\r\n-- \r\nme\r\n", false), ["0|a", "0|-- ", "0|me"]);
    assert_eq!(decode("a \r\n-- \r\nme\r\n", false), ["0|a ", "0|-- ", "0|me"]);
    let long = "word ".repeat(40);
    let encoded = flowed::encode([Paragraph::new(2, long.as_str())], false);
    assert!(encoded.lines().all(|line| line.len() <= 79 && line.starts_with(">> ")));
    assert_eq!(flowed::to_text(&encoded, false), format!(">> {}\n", long.trim_end()));
    let chinese = "你好世界".repeat(60);
    let encoded = flowed::encode([Paragraph::new(0, chinese.as_str())], true);
    assert!(encoded.lines().count() > 2);
    assert_eq!(flowed::to_text(&encoded, true), format!("{chinese}\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn flowed_round_trips(
        paragraphs in prop::collection::vec((0u32..4, "([a-zé>-]{0,9} {0,2}){0,30}"), 0..6),
        del_sp: bool,
    ) {
        let given: Vec<_> = paragraphs
            .iter()
            .map(|(quote, text)| {
                let text = if text == "-- " { text } else { text.trim_end_matches(' ') };
                Paragraph::new(*quote, text)
            })
            .collect();
        let encoded = flowed::encode(given.clone(), del_sp);
        let decoded: Vec<_> = flowed::decode(&encoded, del_sp).collect();
        prop_assert_eq!(decoded, given, "{:?}", encoded);
    }

    #[test]
    fn a_base_subject_is_its_own(subject in "([Rr]e|fwd|[\\[\\]():]|aw| |x){0,12}") {
        let base = base_subject(&subject).into_owned();
        prop_assert_eq!(base_subject(&base), &*base);
        let key = thread_key(&subject);
        prop_assert_eq!(thread_key(&key), key);
    }
}
