//! Several sessions change one mailbox at the same time; each keeps count of what it is told. In the
//! end all of them know the same.

mod support;

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use support::session::Session;
use support::{Folder, Server};

const SESSIONS: u64 = 4;
const COMMANDS: usize = 250;
const FLAGS: [&str; 4] = ["\\Seen", "\\Flagged", "\\Deleted", "$Work"];

/// What a session was told of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    uid: Option<u32>,
    flags: Option<BTreeSet<String>>,
}

/// A session, and its mailbox as it was told.
struct Client {
    session: Session,
    view: Vec<Seen>,
}

impl Client {
    fn new(port: u16, enable: &str) -> Self {
        let mut session = Session::login(port, "alice");
        if !enable.is_empty() {
            session.gives(&format!("ENABLE {enable}"), &["x OK"]);
        }
        let mut client = Self { session, view: Vec::new() };
        client.run("SELECT INBOX");
        client
    }

    /// Says a command and takes note of all that comes; the last line.
    fn run(&mut self, command: &str) -> String {
        let answer = self.session.ask(command);
        let may_expunge = !["FETCH", "STORE", "SEARCH"].iter().any(|c| command.starts_with(c));
        let mut last = String::new();
        for line in answer.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = words.get(1).and_then(|word| word.parse::<usize>().ok());
            match (number, words.get(2).copied()) {
                (Some(count), Some("EXISTS")) => {
                    assert!(count >= self.view.len(), "{command}: fewer than before: {answer}");
                    self.view.resize(count, Seen::default());
                }
                (Some(number), Some("EXPUNGE")) => {
                    assert!(may_expunge, "{command} shifts numbers: {answer}");
                    assert!((1..=self.view.len()).contains(&number), "{command}: {answer}");
                    self.view.remove(number - 1);
                }
                (Some(number), Some("FETCH")) => self.fetched(number, line),
                _ if line.starts_with("* VANISHED ") => self.vanished(words[2]),
                _ => last = line.to_owned(),
            }
        }
        last
    }

    fn fetched(&mut self, number: usize, line: &str) {
        let count = self.view.len();
        let seen = self.view.get_mut(number - 1);
        let seen = seen.unwrap_or_else(|| panic!("{line} of {count}"));
        if let Some((_, rest)) = line.split_once("UID ") {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
            let uid = rest[..digits].parse().unwrap();
            // A number stands for the same message until a removal is told.
            assert!(seen.uid.is_none_or(|known| known == uid), "{line}, known as {seen:?}");
            seen.uid = Some(uid);
        }
        if let Some((_, rest)) = line.split_once("FLAGS (") {
            let (flags, _) = rest.split_once(')').unwrap();
            let flags = flags.split_whitespace().filter(|flag| *flag != "\\Recent");
            seen.flags = Some(flags.map(str::to_owned).collect());
        }
    }

    /// Each UID is one message less, also if the client was told only that there is one more.
    fn vanished(&mut self, set: &str) {
        for range in set.split(',') {
            let (from, to) = range.split_once(':').unwrap_or((range, range));
            let (from, to): (u32, u32) = (from.parse().unwrap(), to.parse().unwrap());
            for uid in from..=to {
                // One that is not known is before the first one with a higher UID.
                let known = self.view.iter().position(|seen| seen.uid == Some(uid));
                let above = self.view.iter().position(|seen| seen.uid.is_some_and(|u| u > uid));
                let place = known.unwrap_or(above.unwrap_or(self.view.len()).saturating_sub(1));
                let gone = self.view.remove(place);
                assert!(gone.uid.is_none_or(|u| u == uid), "{uid} was never told of");
            }
        }
    }

    /// One command, any that makes sense now.
    fn step(&mut self, rng: &mut StdRng, id: usize) {
        let flag = FLAGS[rng.gen_range(0..FLAGS.len())];
        let sign = ["+", "-", ""][rng.gen_range(0..3)];
        let silent = if rng.gen_bool(0.3) { ".SILENT" } else { "" };
        let count = self.view.len();
        if count == 0 || rng.gen_bool(0.3) {
            let mail = format!("Subject: {id}\r\n\r\n{id}\r\n");
            let answer = self.run(&format!("APPEND INBOX ({flag}) {{{}+}}\r\n{mail}", mail.len()));
            assert!(answer.starts_with("x OK"), "{answer}");
            return;
        }
        let number = rng.gen_range(1..=count);
        let command = match rng.gen_range(0..8) {
            0 => "NOOP".to_owned(),
            1 => "EXPUNGE".to_owned(),
            2 => format!("FETCH {number}:* (UID FLAGS)"),
            3 => format!("COPY {number} INBOX"),
            4 => format!("MOVE {number} INBOX"),
            5 => "SEARCH DELETED".to_owned(),
            _ => {
                let stored = format!("STORE {number}:{count} {sign}FLAGS{silent} ({flag})");
                if !silent.is_empty() {
                    // What is not told is not known.
                    self.view.iter_mut().skip(number - 1).for_each(|seen| seen.flags = None);
                }
                stored
            }
        };
        let answer = self.run(&command);
        // A message may be gone already; more than that may not go wrong.
        assert!(!answer.starts_with("x BAD"), "{command}: {answer}");
    }

    /// All that it was told, and all that it is told when it asks.
    fn settle(&mut self) -> (Vec<Seen>, Vec<Seen>) {
        self.run("NOOP");
        let told = self.view.clone();
        if !self.view.is_empty() {
            self.run("FETCH 1:* (UID FLAGS)");
        }
        (told, self.view.clone())
    }
}

#[test]
fn all_sessions_know_the_same_in_the_end() {
    let folder = Folder::new("views");
    let options = ["--allow-plaintext", "--imap", "0"];
    let mut server = Server::start(&folder, &["alice"], &options);
    let port = server.port();
    for round in 0..3 {
        let clients: Vec<_> = (0..SESSIONS)
            .map(|n| {
                std::thread::spawn(move || {
                    let mut rng = StdRng::seed_from_u64(round * SESSIONS + n);
                    let enable = ["", "CONDSTORE", "QRESYNC", "IMAP4rev2"][n as usize % 4];
                    let mut client = Client::new(port, enable);
                    for id in 0..COMMANDS {
                        client.step(&mut rng, id);
                    }
                    client
                })
            })
            .collect();
        let clients: Vec<Client> = clients.into_iter().map(|one| one.join().unwrap()).collect();
        let fresh = Client::new(port, "").settle().1;
        println!("round {round}: {} messages", fresh.len());
        for (n, mut client) in clients.into_iter().enumerate() {
            let (told, asked) = client.settle();
            assert_eq!(asked, fresh, "session {n}");
            assert_eq!(told.len(), asked.len(), "session {n}");
            for (told, asked) in told.iter().zip(&asked) {
                let agrees = told.uid.is_none_or(|uid| Some(uid) == asked.uid)
                    && (told.flags.is_none() || told.flags == asked.flags);
                assert!(agrees, "session {n} was told {told:?} of {asked:?}");
            }
        }
    }
}
