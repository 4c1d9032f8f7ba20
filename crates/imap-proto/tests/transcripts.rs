//! Sessions, through both machines facing each other, cut everywhere.

mod support;

use support::{Cut, Session, Side, Turn, bytes_of, normal, transcript};

const TRANSCRIPTS: &[(&str, &str)] = &[
    ("rfc9051_session", include_str!("transcripts/rfc9051_session.txt")),
    ("append", include_str!("transcripts/append.txt")),
    ("authenticate", include_str!("transcripts/authenticate.txt")),
    ("idle", include_str!("transcripts/idle.txt")),
    ("qresync", include_str!("transcripts/qresync.txt")),
    ("extensions", include_str!("transcripts/extensions.txt")),
];

fn run(turns: &[Turn], cut: Cut) -> support::Outcome {
    Session::new().run(turns, cut)
}

#[test]
fn both_machines_say_what_the_transcript_says() {
    for (name, text) in TRANSCRIPTS {
        let turns = transcript(text);
        let outcome = run(&turns, Cut::Whole);
        assert_eq!(outcome.errors, [""; 0], "{name}: {:#?}", outcome.server_events);
        assert_eq!(outcome.rejected, [""; 0], "{name}");
        let client = bytes_of(&turns, Side::Client);
        assert_eq!(normal(&outcome.client_sent), normal(&client), "{name}");
        let server = bytes_of(&turns, Side::Server);
        assert_eq!(normal(&outcome.server_sent), normal(&server), "{name}");
        assert_eq!(outcome.server_events.last().unwrap(), "Closed", "{name}");
        assert_eq!(outcome.client_events.last().unwrap(), "Closed", "{name}");
    }
}

#[test]
fn a_cut_anywhere_changes_nothing() {
    for (name, text) in TRANSCRIPTS {
        let turns = transcript(text);
        let whole = run(&turns, Cut::Whole);
        let len: usize = turns.iter().map(|turn| turn.bytes.len()).sum();
        for at in 0..=len {
            assert_eq!(run(&turns, Cut::At(at)), whole, "{name} cut at {at}");
        }
        for size in [1, 2, 3, 5, 7, 64] {
            assert_eq!(run(&turns, Cut::Every(size)), whole, "{name} in pieces of {size}");
        }
        for seed in 1..20 {
            assert_eq!(run(&turns, Cut::Random(seed)), whole, "{name} with seed {seed}");
        }
    }
}
