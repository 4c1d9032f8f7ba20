//! `mail_server` with much to do: many mails, many sessions that watch, readers and a writer that
//! take their time. Nothing is lost, and memory stays bounded.
//!
//! `MAIL_LOAD=10000,200` asks for so many mails and sessions.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use support::session::Session;
use support::{Folder, Server};

/// Connections that send.
const SENDERS: usize = 4;

/// The memory that the server may have had at most, in MiB: less than what many readers of the large
/// mail would take, were it in memory for each.
const MEMORY: u64 = 64;

/// The size of the large mail.
const LARGE: usize = 30 << 20;

fn amount() -> (usize, usize) {
    let asked = std::env::var("MAIL_LOAD").ok();
    let numbers = asked.as_deref().and_then(|text| text.split_once(','));
    numbers
        .map_or((600, 60), |(mails, sessions)| (mails.parse().unwrap(), sessions.parse().unwrap()))
}

struct Smtp(BufReader<TcpStream>);

impl Smtp {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut smtp = Self(BufReader::new(stream));
        smtp.hear("220 ");
        smtp.say(b"HELO client\r\n");
        smtp.hear("250 ");
        smtp
    }

    fn say(&mut self, octets: &[u8]) {
        self.0.get_mut().write_all(octets).unwrap();
    }

    fn hear(&mut self, expected: &str) {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        assert!(line.starts_with(expected), "{line}");
    }

    /// A mail up to its last octet.
    fn begin(&mut self, subject: &str) {
        for command in ["MAIL FROM:<a@example.org>", "RCPT TO:<alice@example.org>"] {
            self.say(format!("{command}\r\n").as_bytes());
            self.hear("250 ");
        }
        self.say(b"DATA\r\n");
        self.hear("354 ");
        self.say(format!("Subject: {subject}\r\n\r\n").as_bytes());
    }

    fn end(&mut self) {
        self.say(b".\r\n");
        self.hear("250 ");
    }
}

/// The memory that a process had at most, in MiB; 0 where the system does not tell.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0_u64) / 1024
}

#[test]
fn many_mails_and_many_sessions() {
    let (mails, sessions) = amount();
    let folder = Folder::new("load");
    let options = ["--allow-plaintext", "--smtp", "0", "--imap", "0"];
    let mut server = Server::start(&folder, &["alice"], &options);
    let (smtp, imap) = (server.port(), server.port());

    // Readers who ask for a large mail several times and read nothing yet.
    let mut reader = Session::login(imap, "alice");
    let line = "A line of a large mail, which is none too short.\r\n";
    let large = line.repeat(LARGE / line.len());
    reader.gives(&format!("APPEND Archive {{{}+}}\r\n{large}", large.len()), &["x OK"]);
    let others = [(); 3].map(|()| Session::login(imap, "alice"));
    let readers: Vec<Session> = [reader].into_iter().chain(others).collect();
    let readers = readers.into_iter().map(|mut reader| {
        reader.gives("SELECT Archive", &["* 1 EXISTS"]);
        reader.say("r1 FETCH 1 BODY.PEEK[]\r\nr2 FETCH 1 RFC822\r\n");
        reader.into_stream()
    });
    let readers: Vec<TcpStream> = readers.collect();

    let watching: Vec<_> = (0..sessions)
        .map(|_| {
            let mut session = Session::login(imap, "alice");
            session.gives("SELECT INBOX", &["* 0 EXISTS"]);
            session.say("i IDLE\r\n");
            assert!(session.line().starts_with("+ "));
            std::thread::spawn(move || {
                let last = format!("* {} EXISTS\r\n", mails + 1);
                while session.line() != last {}
            })
        })
        .collect();

    let begun = Instant::now();
    // A writer who sends a little at a time.
    let writer = std::thread::spawn(move || {
        let mut smtp = Smtp::connect(smtp);
        smtp.begin("slow");
        for octet in b"one octet at a time\r\n".repeat(10) {
            smtp.say(&[octet]);
            std::thread::sleep(Duration::from_millis(2));
        }
        smtp.end();
    });
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            std::thread::spawn(move || {
                let mut smtp = Smtp::connect(smtp);
                for n in (sender..mails).step_by(SENDERS) {
                    smtp.begin(&format!("mail {n}."));
                    smtp.say(&b"The same line in all of them.\r\n".repeat(n % 100));
                    smtp.end();
                }
            })
        })
        .collect();
    senders.into_iter().chain([writer]).for_each(|one| one.join().unwrap());
    let sent = begun.elapsed();
    watching.into_iter().for_each(|one| one.join().unwrap());
    let told = begun.elapsed();

    // Everything is there once.
    let mut session = Session::login(imap, "alice");
    session.gives("SELECT INBOX", &[&format!("* {} EXISTS", mails + 1)]);
    let subjects = session.ask("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]");
    for n in 0..mails {
        assert_eq!(subjects.matches(&format!("Subject: mail {n}.\r\n")).count(), 1, "mail {n}");
    }
    assert_eq!(subjects.matches("Subject: slow\r\n").count(), 1);

    // The readers read at last.
    let mut some = vec![0; 1 << 20];
    for mut stream in readers {
        let mut rest = 2 * large.len();
        while rest > 0 {
            let n = stream.read(&mut some).unwrap();
            assert!(n > 0, "the server closed the connection");
            rest = rest.saturating_sub(n);
        }
    }
    let peak = peak(server.process());
    println!(
        "{mails} mails to {sessions} sessions: taken in {sent:.1?}, told in {told:.1?}, at most \
         {peak} MiB"
    );
    // A session costs some, and every mail, too.
    let room = (sessions / 4 + mails / 200) as u64;
    assert!(peak < MEMORY + room, "{peak} MiB");
}
