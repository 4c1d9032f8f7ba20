//! `mail_server` killed at any moment: what it acknowledged is there afterwards, and it serves.

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use support::{Folder, Server};

/// Rounds of starting, filling and killing.
const ROUNDS: u64 = 8;

fn start(folder: &Folder) -> (Server, u16, u16) {
    let options = ["--allow-plaintext", "--smtp", "0", "--imap", "0"];
    let mut server = Server::start(folder, &["alice"], &options);
    let (smtp, imap) = (server.port(), server.port());
    (server, smtp, imap)
}

/// A connection on which lines are said and awaited; `None` when the other side is gone.
struct Wire(BufReader<TcpStream>);

impl Wire {
    fn connect(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Some(Self(BufReader::new(stream)))
    }

    fn say(&mut self, bytes: &[u8]) -> Option<()> {
        self.0.get_mut().write_all(bytes).ok()
    }

    /// The first line that begins with one of these.
    fn hear(&mut self, beginnings: &[&str]) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 || !line.ends_with('\n') {
                return None;
            }
            if beginnings.iter().any(|beginning| line.starts_with(beginning)) {
                return Some(line);
            }
        }
    }
}

/// A message that can be told from all others, and of which every octet is known.
fn message(id: u64) -> String {
    let lines = 1 + id * 37 % 400;
    let body: String = (0..lines).map(|n| format!("{id} line {n} of {lines}\r\n")).collect();
    format!("Message-ID: <{id}@example.org>\r\nSubject: {id}\r\n\r\n{body}")
}

/// Sends mails until the server is gone; the ids of those that it took.
fn send(port: u16, ids: impl Iterator<Item = u64>, taken: &mut BTreeSet<u64>) -> Option<()> {
    let mut wire = Wire::connect(port)?;
    wire.hear(&["220 "])?;
    wire.say(b"EHLO localhost\r\n")?;
    wire.hear(&["250 "])?;
    for id in ids {
        wire.say(b"MAIL FROM:<a@example.org>\r\n")?;
        wire.hear(&["250 "])?;
        wire.say(b"RCPT TO:<alice@example.org>\r\n")?;
        wire.hear(&["250 "])?;
        wire.say(b"DATA\r\n")?;
        wire.hear(&["354 "])?;
        wire.say(message(id).as_bytes())?;
        wire.say(b".\r\n")?;
        wire.hear(&["250 "])?;
        taken.insert(id);
    }
    Some(())
}

fn imap(port: u16) -> Option<Wire> {
    let mut wire = Wire::connect(port)?;
    wire.hear(&["* OK"])?;
    wire.say(b"a LOGIN alice sesame\r\n")?;
    wire.hear(&["a OK"])?;
    Some(wire)
}

/// The same over IMAP, and marks each message as seen.
fn append(
    port: u16,
    ids: impl Iterator<Item = u64>,
    taken: &mut BTreeSet<u64>,
    seen: &mut BTreeSet<u64>,
) -> Option<()> {
    let mut wire = imap(port)?;
    wire.say(b"b SELECT INBOX\r\n")?;
    wire.hear(&["b OK"])?;
    for id in ids {
        let text = message(id);
        wire.say(format!("c APPEND INBOX (\\Flagged) {{{}}}\r\n", text.len()).as_bytes())?;
        wire.hear(&["+ "])?;
        wire.say(text.as_bytes())?;
        wire.say(b"\r\n")?;
        let line = wire.hear(&["c OK [APPENDUID "])?;
        taken.insert(id);
        let uid = line.split([' ', ']']).nth(4).unwrap();
        wire.say(format!("d UID STORE {uid} +FLAGS.SILENT (\\Seen)\r\n").as_bytes())?;
        wire.hear(&["d OK"])?;
        seen.insert(id);
    }
    Some(())
}

/// Puts away what was seen, until the server is gone; how many.
fn put_away(port: u16, count: &mut usize) -> Option<()> {
    let mut wire = imap(port)?;
    wire.say(b"b SELECT INBOX\r\n")?;
    wire.hear(&["b OK"])?;
    loop {
        wire.say(b"c UID SEARCH SEEN\r\n")?;
        let found = wire.hear(&["* SEARCH"])?;
        wire.hear(&["c OK"])?;
        let Some(uid) = found.split_whitespace().nth(2) else { continue };
        wire.say(format!("d UID MOVE {uid} Archive\r\n").as_bytes())?;
        wire.hear(&["d OK"])?;
        *count += 1;
    }
}

/// Every message in a mailbox, by its id, and whether it was seen; each is whole.
fn mailbox(port: u16, name: &str) -> Vec<(u64, bool)> {
    let mut wire = imap(port).expect("the server serves");
    wire.say(format!("b SELECT {name}\r\n").as_bytes()).unwrap();
    wire.hear(&["b OK"]).unwrap();
    wire.say(b"c UID FETCH 1:* (FLAGS BODY.PEEK[])\r\n").unwrap();
    let mut found = Vec::new();
    while let Some(line) = wire.hear(&["* ", "c "]) {
        if line.starts_with("c ") {
            assert!(line.starts_with("c OK"), "{line}");
            return found;
        }
        let Some((_, size)) = line.trim_end().rsplit_once('{') else { continue };
        let size: usize = size.trim_end_matches('}').parse().unwrap();
        let mut octets = vec![0; size];
        wire.0.read_exact(&mut octets).unwrap();
        let text = String::from_utf8(octets).unwrap();
        // SMTP puts a trace in front.
        let start = text.find("Message-ID: <").unwrap();
        let id = text[start + 13..].split('@').next().unwrap().parse().unwrap();
        assert_eq!(&text[start..], message(id), "message {id} is not as it was sent");
        found.push((id, line.contains("\\Seen")));
    }
    panic!("the server closed the connection");
}

/// What was acknowledged, and how many moves were under way at most when the server was killed.
#[derive(Default)]
struct Acknowledged {
    taken: BTreeSet<u64>,
    seen: BTreeSet<u64>,
    moved: usize,
    kills: usize,
}

impl Acknowledged {
    /// All of it is there, once; a message that was being moved may be in both places.
    fn check(&self, imap: u16) {
        let all = [mailbox(imap, "INBOX"), mailbox(imap, "Archive")].concat();
        let there: BTreeSet<u64> = all.iter().map(|(id, _)| *id).collect();
        let seen: BTreeSet<u64> = all.iter().filter(|(_, seen)| *seen).map(|(id, _)| *id).collect();
        let twice = all.len() - there.len();
        assert!(twice <= self.kills, "{twice} messages are there twice after {} kills", self.kills);
        let lost: Vec<&u64> = self.taken.difference(&there).collect();
        assert!(lost.is_empty(), "{lost:?} of {} are lost", self.taken.len());
        let unseen: Vec<&u64> = self.seen.difference(&seen).collect();
        assert!(unseen.is_empty(), "{unseen:?} of {} were marked as seen", self.seen.len());
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = Folder::new("kill");
    let mut acknowledged = Acknowledged::default();
    let mut rng = StdRng::seed_from_u64(1);
    for round in 0..ROUNDS {
        let (mut server, smtp, imap) = start(&folder);
        acknowledged.check(imap);
        let ids = move |side: u64| (0..).map(move |n| (round * 2 + side) * 100_000 + n);
        let sender = std::thread::spawn(move || {
            let mut taken = BTreeSet::new();
            let _ = send(smtp, ids(0), &mut taken);
            taken
        });
        let appender = std::thread::spawn(move || {
            let (mut taken, mut seen) = Default::default();
            let _ = append(imap, ids(1), &mut taken, &mut seen);
            (taken, seen)
        });
        let mover = std::thread::spawn(move || {
            let mut count = 0;
            let _ = put_away(imap, &mut count);
            count
        });
        std::thread::sleep(Duration::from_millis(rng.gen_range(50..300)));
        server.kill();
        acknowledged.kills += 1;
        acknowledged.taken.extend(sender.join().unwrap());
        let (taken, seen) = appender.join().unwrap();
        acknowledged.taken.extend(taken);
        acknowledged.seen.extend(seen);
        acknowledged.moved += mover.join().unwrap();
    }
    let (_server, _, imap) = start(&folder);
    acknowledged.check(imap);
    let Acknowledged { taken, seen, moved, .. } = acknowledged;
    println!("{} messages taken, {} seen, {moved} moved", taken.len(), seen.len());
    assert!(taken.len() >= 10 && moved >= 1, "too little was done: {}, {moved}", taken.len());
}
