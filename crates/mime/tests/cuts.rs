//! The same bytes in any pieces give the same events, and those of the slice driver.

use mime::{Config, Error, Event, Index, Message, Scanner, Section};
use proptest::prelude::*;

/// Events, with the body chunks of one stretch joined.
fn events(
    bytes: &[u8],
    cuts: &[usize],
    config: &Config,
    in_place: bool,
) -> Result<Vec<String>, Error> {
    let mut scanner = Scanner::new(config.clone());
    let mut events: Vec<String> = Vec::new();
    let mut body: Option<(String, Vec<u8>)> = None;
    let mut drain = |scanner: &mut Scanner, mut input: &[u8]| -> Result<(), Error> {
        while let Some(event) = scanner.poll_event_in(&mut input)? {
            if let Event::BodyChunk { part, at, bytes } = event {
                let (_, joined) = body.get_or_insert((format!("{part:?} {at}"), Vec::new()));
                joined.extend_from_slice(bytes);
                continue;
            }
            // A defect may lie between two chunks of one stretch, or before it, by the cuts.
            if matches!(event, Event::Defect(_)) {
                events.push(format!("{event:?}"));
                continue;
            }
            if let Some((at, joined)) = body.take() {
                events.push(format!("Body {at} {:?}", String::from_utf8_lossy(&joined)));
            }
            events.push(format!("{event:?}"));
        }
        Ok(())
    };
    let mut at = 0;
    for &cut in cuts.iter().chain([&bytes.len()]) {
        let cut = cut.clamp(at, bytes.len());
        if in_place {
            drain(&mut scanner, &bytes[at..cut])?;
        } else {
            scanner.receive(&bytes[at..cut]);
            drain(&mut scanner, b"")?;
        }
        at = cut;
    }
    scanner.receive_eof();
    drain(&mut scanner, b"")?;
    if let Some((at, joined)) = body.take() {
        events.push(format!("Body {at} {:?}", String::from_utf8_lossy(&joined)));
    }
    Ok(events)
}

fn pushed_index(bytes: &[u8], cuts: &[usize], config: &Config) -> Result<Index, Error> {
    let mut scanner = Scanner::new(config.clone());
    let mut index = Index::new(config);
    let mut at = 0;
    for &cut in cuts.iter().chain([&bytes.len()]) {
        let cut = cut.clamp(at, bytes.len());
        scanner.receive(&bytes[at..cut]);
        while let Some(event) = scanner.poll_event()? {
            index.apply(&event);
        }
        at = cut;
    }
    scanner.receive_eof();
    while let Some(event) = scanner.poll_event()? {
        index.apply(&event);
    }
    Ok(index)
}

fn small_limits() -> Config {
    let mut config = Config::default();
    config.count_lines = true;
    config.limits.field_bytes = 40;
    config.limits.header_bytes = 120;
    config.limits.depth = 3;
    config.limits.parts = 6;
    config.limits.defects = 8;
    config
}

fn agree(bytes: &[u8], cuts: &[usize], config: &Config) {
    let whole = Index::scan(bytes, config);
    assert_eq!(pushed_index(bytes, cuts, config), whole, "{:?}", String::from_utf8_lossy(bytes));
    let once = events(bytes, &[], config, false);
    for in_place in [false, true] {
        let pieces = events(bytes, cuts, config, in_place);
        assert_eq!(pieces, once, "{in_place} {:?}", String::from_utf8_lossy(bytes));
    }
    let Ok(index) = whole else { return };
    tiles(bytes, &index);
    let mut stored = Vec::new();
    index.to_bytes(&mut stored);
    assert_eq!(Index::from_bytes(&stored).as_ref(), Ok(&index));
    let message = Message::with_index(bytes, index).unwrap();
    for part in message.parts() {
        assert!(message.part_at(&part.path()).is_some());
        if config.count_lines {
            let lines = part.message().index().lines(part.id(), Section::All).unwrap();
            let slow = mime::Lines::of(part.raw(Section::All));
            assert_eq!((lines.count(), lines.bare()), (slow.count(), slow.bare()));
        }
    }
}

#[test]
fn parts_have_line_numbers() {
    let bytes = b"Content-Type: multipart/mixed; boundary=b\r\n\r\nbefore\r\n--b\r\n\r\none\r\n\
        two\r\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\n--b--\n";
    for count_lines in [false, true] {
        let mut config = Config::default();
        config.count_lines = count_lines;
        let mut scanner = Scanner::new(config);
        scanner.receive(bytes);
        scanner.receive_eof();
        let mut found = Vec::new();
        while let Some(event) = scanner.poll_event().unwrap() {
            if let Event::PartStart { at, line, .. } = event {
                let before = bytes[..at as usize].iter().filter(|&&byte| byte == b'\n').count();
                assert_eq!(line, if count_lines { before as u64 + 1 } else { 0 });
                found.push(line);
            }
        }
        assert_eq!(found, if count_lines { [1, 5, 9, 11] } else { [0; 4] });
    }
}

/// Header sections, bodies, delimiters: every byte belongs to exactly one of them.
fn tiles(bytes: &[u8], index: &Index) {
    let root = index.parts().next().unwrap();
    assert_eq!(index.span(root, Section::All), (0..bytes.len() as u64).into());
    for part in index.parts() {
        let (header, body) = (index.span(part, Section::Header), index.span(part, Section::Body));
        assert_eq!(header.end, body.start);
        let mut at = body.start;
        for child in index.children(part) {
            let span = index.span(child, Section::All);
            assert!(span.start >= at && span.end <= body.end);
            at = span.end;
        }
        let (pre, post) =
            (index.span(part, Section::Preamble), index.span(part, Section::Epilogue));
        assert!(pre.start >= body.start && pre.end <= post.start && post.end <= body.end);
    }
}

const SEEDS: &[&str] = &[
    "",
    "\r\n",
    "\n",
    "Subject: a\r\n b\r\n\r\nbody\r\n",
    "Subject: a",
    "Subject: a\r\n",
    "Subject: a\r\r\n\r\r\nbody",
    "From x@y Mon Jan 1 00:00:00 2024\nFrom: x\n\nbody\n",
    "\u{feff}From: x\n\nbody\n",
    " \nFrom: x\n\nbody\n",
    " From: x\nTo: y\n\nbody\n",
    "From: x\nnot a field\nTo: y\n\nbody\n",
    "From: x\nnot a field\nnor this\n\nbody\n",
    "From: x\n \nbody\n",
    "no header at all\n\nbody\n",
    "A : b\n: c\n\u{e4}: d\nlong-name-long-name-long-name-long-name-long-name: value\n\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\n\r\none\r\n--b\r\nA: b\r\n\r\ntwo\r\n--b--\r\npost\r\n",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\n\n\n--b--",
    "Content-Type: multipart/mixed; boundary=b\n--b\nA: b\n--b--\n--b\nagain\n",
    "Content-Type: multipart/mixed; boundary=b\n\nno delimiter\n",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\n\n--b2x\n--b\n\n--b--\n",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b--\n--b\n\n2\n--b--\n",
    "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nx\n--b\n\nSubject: two\n\ny\n--b--\n",
    "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nA: b\n\n",
    "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b \t\n\n-\n--\n---\n--a b-- \n",
    "Content-Type: multipart/mixed; boundary=b\nContent-Type: text/plain\n\n--b\n\n--b\n\n--b\n\n--b\n\n--b\n\n--b\n\n--b--\n",
    "Content-Transfer-Encoding: base64\nContent-Type: message/rfc822\n\nQUJD\n",
    "Subject: 12345678901234567890123456789012345678901234567890\n folded 1234567890\nTo: x\n\nbody",
];

#[test]
fn every_single_cut_of_the_seeds() {
    for config in [Config::default(), small_limits()] {
        for seed in SEEDS {
            for bytes in [seed.to_string(), seed.replace("\r\n", "\n").replace('\n', "\r\n")] {
                for cut in 0..=bytes.len() {
                    agree(bytes.as_bytes(), &[cut], &config);
                }
                let all: Vec<_> = (0..bytes.len()).collect();
                agree(bytes.as_bytes(), &all, &config);
            }
        }
    }
}

/// Messages made of what the scanner looks at.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "-",
        "--",
        "--b",
        "--b--",
        "--c",
        "\n--b\n",
        "\n--c\n",
        "\n--c--\n",
        "\r\n--b--\r\n",
        "x",
        ":",
        "A: b\n",
        "A:b\r\n c\r\n",
        "\n\n",
        "From ",
        "Content-Type: multipart/mixed; boundary=b\n\n",
        "Content-Type: multipart/digest; boundary=c\n\n",
        "Content-Type: message/rfc822\n\n",
        "Content-Type: text/plain\n",
        "boundary=\"b\"; ",
        "Content-Transfer-Encoding: base64\n",
        "Subject: x\n",
        "no field\n",
        "(",
        "\"",
        "\u{e9}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_cuts_of_any_message(
        bytes in soup(),
        mut cuts in prop::collection::vec(0usize..300, 0..6),
        small in any::<bool>(),
    ) {
        cuts.sort_unstable();
        let config = if small { small_limits() } else { Config::default() };
        agree(&bytes, &cuts, &config);
        let all: Vec<_> = (0..bytes.len()).collect();
        agree(&bytes, &all, &config);
    }

    #[test]
    fn a_changed_index_is_an_error_or_harmless(
        bytes in soup(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut stored = Vec::new();
        Index::scan(&bytes, &Config::default()).unwrap().to_bytes(&mut stored);
        let before = stored.clone();
        for (place, value) in changes {
            let place = place.index(stored.len());
            stored[place] = value;
        }
        prop_assert!(stored == before || Index::from_bytes(&stored).is_err());
    }
}
