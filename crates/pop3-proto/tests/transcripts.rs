//! Each transcript through the client, and through both machines facing each other.

mod support;

use support::{Application, client_config, essence, run_client, run_pair, sent_by_client};

#[test]
fn our_client_says_the_same() {
    for (name, items) in support::transcripts() {
        let run = run_client(client_config(), &items, <[u8]>::len);
        assert_eq!(run.error, None, "{name}");
        let (sent, recorded) = (run.sent, sent_by_client(&items));
        assert_eq!(String::from_utf8_lossy(&sent), String::from_utf8_lossy(&recorded), "{name}");
    }
}

#[test]
fn every_cut_gives_the_same_events() {
    for (name, items) in support::transcripts() {
        let whole = run_client(client_config(), &items, <[u8]>::len);
        let one = run_client(client_config(), &items, |_| 1);
        assert_eq!(one.events, whole.events, "{name}");
        let longest = items.iter().map(|item| match item {
            support::Item::Server(line) => line.len(),
            _ => 0,
        });
        let longest = longest.sum::<usize>().min(600);
        for first in 1..longest {
            let mut cut = Some(first);
            let run = run_client(client_config(), &items, |rest| match cut.take() {
                Some(n) if n < rest.len() => n,
                Some(n) => {
                    cut = Some(n - rest.len());
                    rest.len()
                }
                None => rest.len(),
            });
            assert_eq!(run.events, whole.events, "{name} cut at {first}");
            assert_eq!(run.sent, whole.sent, "{name} cut at {first}");
        }
    }
}

#[test]
fn both_machines_agree() {
    for (name, items) in support::transcripts() {
        let recorded = run_client(client_config(), &items, <[u8]>::len);
        for cut in [1, 2, 3, 5, 8, 4096] {
            let mut app = Application::learn(&recorded);
            let run = run_pair(&items, &mut app, cut);
            assert_eq!(essence(&run.events), essence(&recorded.events), "{name}");
        }
    }
}
