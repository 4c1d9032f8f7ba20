//! What `mail_server` takes from its clients, and for how long; and logging in by shared secrets.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_examples::sasl::shared_secret::{apop, cram_md5};
use support::session::Session;
use support::{Folder, Server};

/// A connection on which lines are said and heard.
struct Lines(BufReader<TcpStream>);

impl Lines {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self(BufReader::new(stream))
    }

    /// The next line; empty at the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    fn say(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// Says a line; the answer, all lines of it.
    fn ask(&mut self, line: &str) -> String {
        self.say(&format!("{line}\r\n"));
        let mut answer = String::new();
        loop {
            let line = self.hear();
            answer += &line;
            if line.as_bytes().get(3) != Some(&b'-') {
                return answer;
            }
        }
    }

    /// Whether the server closes the connection; what it says before does not matter.
    fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        // Reset, if something that was sent is unread there.
        self.0.read_to_end(&mut rest).is_ok_and(|n| n < 1000)
    }
}

fn start(folder: &Folder, options: &[&str]) -> (Server, u16, u16, u16) {
    let ports = ["--allow-plaintext", "--submission", "0", "--pop3", "0", "--imap", "0"];
    let options: Vec<&str> = ports.iter().chain(options).copied().collect();
    let mut server = Server::start(folder, &["alice"], &options);
    let (submission, pop3, imap) = (server.port(), server.port(), server.port());
    (server, submission, pop3, imap)
}

#[test]
fn messages_have_a_largest_size() {
    let folder = Folder::new("size");
    let (_server, submission, _, imap) = start(&folder, &["--max-message", "1000"]);
    let mut smtp = Lines::connect(submission);
    assert!(smtp.hear().starts_with("220 "));
    let offer = smtp.ask("EHLO client");
    assert!(offer.contains("SIZE 1000"), "{offer}");
    assert!(smtp.ask("AUTH PLAIN AGFsaWNlAHNlc2FtZQ==").starts_with("235 "));
    assert!(smtp.ask("MAIL FROM:<a@b> SIZE=1001").starts_with("552 "));
    assert!(smtp.ask("MAIL FROM:<a@b>").starts_with("250 "));
    assert!(smtp.ask("RCPT TO:<alice@b>").starts_with("250 "));
    assert!(smtp.ask("DATA").starts_with("354 "));
    let long = "A line that is not short.\r\n".repeat(100);
    assert!(smtp.ask(&format!("Subject: x\r\n\r\n{long}.")).starts_with("552 "));

    let mut session = Session::login(imap, "alice");
    session.gives("CAPABILITY", &[" APPENDLIMIT=1000"]);
    session.gives("APPEND INBOX {1001}", &["x NO [TOOBIG]"]);
    session.gives("SELECT INBOX", &["* 0 EXISTS"]);
}

#[test]
fn more_connections_than_allowed_wait() {
    let folder = Folder::new("many");
    let (_server, _, pop3, imap) = start(&folder, &["--max-connections", "3"]);
    let mut first = Session::login(imap, "alice");
    let mut waiting: Vec<Lines> = (0..4).map(|_| Lines::connect(pop3)).collect();
    let short = Some(Duration::from_millis(200));
    let mut greeted = 0;
    for lines in &mut waiting {
        lines.0.get_ref().set_read_timeout(short).unwrap();
        let mut line = String::new();
        greeted += usize::from(lines.0.read_line(&mut line).is_ok());
        lines.0.get_ref().set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    }
    assert_eq!(greeted, 2);
    first.gives("NOOP", &["x OK"]);
    first.gives("LOGOUT", &["x OK"]);
    // Each gets its turn when those before it have gone.
    for mut lines in waiting {
        lines.say("QUIT\r\n");
        assert!(lines.is_closed());
    }
    Session::login(imap, "alice").gives("NOOP", &["x OK"]);
}

#[test]
#[cfg(unix)]
fn more_messages_than_files_may_be_open() {
    let folder = Folder::new("files");
    let options = ["--allow-plaintext", "--imap", "0"];
    let mut server = Server::start_with_files(&folder, &["alice"], &options, 60);
    let mut session = Session::login(server.port(), "alice");
    // Some are part of the command, some stream.
    for (count, size, uids) in [(100, 20, "1:100"), (100, 40_000, "101:200")] {
        let text = "y".repeat(size);
        let mail = format!(" {{{}+}}\r\nSubject: x\r\n\r\n{text}", size + 14);
        let append = format!("APPEND INBOX{}", mail.repeat(count));
        session.gives(&append, &["x OK [APPENDUID ", &format!(" {uids}]")]);
    }
    session.gives("SELECT INBOX", &["* 200 EXISTS"]);
    session.gives("COPY 1:* Archive", &["x OK [COPYUID "]);
    session.gives("SELECT Archive", &["* 200 EXISTS"]);
}

#[test]
fn who_says_nothing_is_sent_away() {
    let folder = Folder::new("idle-limit");
    let (_server, submission, pop3, imap) = start(&folder, &["--max-idle", "1"]);
    let mut idling = Session::login(imap, "alice");
    idling.gives("SELECT INBOX", &["x OK"]);
    idling.say("i IDLE\r\n");
    assert!(idling.line().starts_with("+ "));
    let begun = Instant::now();
    for port in [submission, pop3, imap] {
        assert!(Lines::connect(port).is_closed());
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let mut stream = idling.into_stream();
    assert_eq!(stream.read(&mut [0; 100]).unwrap(), 0);
}

#[test]
fn guessing_ends() {
    let folder = Folder::new("guess");
    let (_server, submission, pop3, imap) = start(&folder, &[]);
    let mut smtp = Lines::connect(submission);
    smtp.hear();
    smtp.ask("EHLO client");
    let mut pop = Lines::connect(pop3);
    pop.hear();
    let mut session = Session::connect(imap);
    for _ in 0..3 {
        let refused = smtp.ask("AUTH PLAIN AGFsaWNlAGd1ZXNz");
        assert!(refused.starts_with("535 "), "{refused}");
        assert!(pop.ask("USER alice").starts_with("+OK"));
        assert!(pop.ask("PASS guess").starts_with("-ERR"));
        session.gives("LOGIN alice guess", &["x NO [AUTHENTICATIONFAILED]"]);
    }
    assert!(smtp.is_closed() && pop.is_closed());
    assert!(session.line().starts_with("* BYE"));
}

#[test]
fn shared_secrets() {
    let folder = Folder::new("secrets");
    let (_server, submission, pop3, imap) = start(&folder, &["--shared-secrets"]);
    let hex = |octets: [u8; 16]| octets.map(|octet| format!("{octet:02x}")).concat();
    let answer = |challenge: &str, password: &str| {
        let challenge = STANDARD.decode(challenge.trim()).unwrap();
        STANDARD.encode(format!("alice {}", cram_md5(password.as_bytes(), &challenge)))
    };

    for (password, expected) in [("sesame", "+OK"), ("guess", "-ERR")] {
        let mut pop = Lines::connect(pop3);
        let greeting = pop.hear();
        let stamp = &greeting[greeting.find('<').unwrap()..=greeting.find('>').unwrap()];
        let digest = hex(apop(password.as_bytes(), stamp.as_bytes()));
        assert!(pop.ask(&format!("APOP alice {digest}")).starts_with(expected));
    }
    for (password, expected) in [("sesame", "235 "), ("guess", "535 ")] {
        let mut smtp = Lines::connect(submission);
        smtp.hear();
        smtp.ask("EHLO client");
        let challenge = smtp.ask("AUTH CRAM-MD5");
        let challenge = challenge.strip_prefix("334 ").unwrap();
        assert!(smtp.ask(&answer(challenge, password)).starts_with(expected));
    }
    for (password, expected) in [("sesame", "x OK"), ("guess", "x NO")] {
        let mut session = Session::connect(imap);
        session.gives("CAPABILITY", &[" AUTH=CRAM-MD5"]);
        session.say("x AUTHENTICATE CRAM-MD5\r\n");
        let challenge = session.line();
        session.say(&format!("{}\r\n", answer(challenge.strip_prefix("+ ").unwrap(), password)));
        assert!(session.line().starts_with(expected));
    }

    // Without the option there is neither.
    let folder = Folder::new("no-secrets");
    let (_server, _, pop3, imap) = start(&folder, &[]);
    let mut pop = Lines::connect(pop3);
    assert!(!pop.hear().contains('<'));
    assert!(pop.ask("AUTH CRAM-MD5").starts_with("-ERR"));
    Session::connect(imap).gives("AUTHENTICATE CRAM-MD5", &["x NO"]);
}
