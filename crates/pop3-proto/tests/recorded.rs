//! Sessions of real clients with real servers, recorded on the wire, through both machines.
#![allow(clippy::print_stderr)]

mod support;

use std::path::PathBuf;

use pop3_proto::Command;
use support::{Application, Item, client_config, essence, run_client, run_pair, sent_by_client};

fn sessions() -> Vec<(String, Vec<Item>)> {
    let Some(folder) = std::env::var_os("MAIL_TRANSCRIPTS").map(PathBuf::from) else {
        eprintln!("recorded sessions skipped: MAIL_TRANSCRIPTS not set");
        return Vec::new();
    };
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let folders =
        support::files(&folder).into_iter().filter(|path| name(path).starts_with("pop3-"));
    let sessions: Vec<_> = folders.map(|path| (name(&path), support::recorded(&path))).collect();
    assert!(!sessions.is_empty(), "no recorded POP3 session in {}", folder.display());
    sessions
}

/// Command lines with keywords in one case, since clients differ there.
fn canonical(sent: &[u8]) -> String {
    let text = String::from_utf8_lossy(sent);
    let line = |line: &str| match line.split_once(' ') {
        Some((keyword, rest)) => format!("{} {rest}\n", keyword.to_uppercase()),
        None if Command::parse(line.as_bytes()).is_ok() => format!("{}\n", line.to_uppercase()),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn our_client_sends_the_same_and_understands_everything() {
    for (name, items) in sessions() {
        let run = run_client(client_config(), &items, <[u8]>::len);
        assert_eq!(run.error, None, "{name}");
        assert_eq!(canonical(&run.sent), canonical(&sent_by_client(&items)), "{name}");
        for event in &run.events {
            let text = format!("{event:?}");
            assert!(!text.starts_with("Unreadable") && !text.starts_with("Deviation"), "{text}");
        }
    }
}

#[test]
fn any_chunking_gives_the_same() {
    for (name, items) in sessions() {
        let whole = run_client(client_config(), &items, <[u8]>::len);
        for size in [1, 2, 3, 7, 16, 61, 1000] {
            let run = run_client(client_config(), &items, |_| size);
            assert_eq!(run.events, whole.events, "{name} in chunks of {size}");
            assert_eq!(run.sent, whole.sent, "{name} in chunks of {size}");
        }
        for seed in 0..8 {
            let mut random = support::random(seed);
            let run = run_client(client_config(), &items, |_| 1 + random(90));
            assert_eq!(run.events, whole.events, "{name}, seed {seed}");
        }
    }
}

#[test]
fn our_server_answers_the_same() {
    for (name, items) in sessions() {
        let recorded = run_client(client_config(), &items, <[u8]>::len);
        for cut in [1, 2, 7, 100, 65536] {
            let mut app = Application::learn(&recorded);
            let run = run_pair(&items, &mut app, cut);
            let (ours, theirs) = (essence(&run.events), essence(&recorded.events));
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert_eq!(ours, theirs, "{name}");
            }
            assert_eq!(ours.len(), theirs.len(), "{name}");
        }
    }
}
