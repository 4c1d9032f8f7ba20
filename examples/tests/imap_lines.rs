//! IMAP extensions of `mail_server`, line by line, as a person with a terminal would try them.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use support::{Folder, Server};

struct Session {
    stream: BufReader<TcpStream>,
    /// So that a failure shows what was said before.
    log: String,
}

impl Session {
    fn login(port: u16, user: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut session = Self { stream: BufReader::new(stream), log: String::new() };
        session.line();
        session.ask(&format!("LOGIN {user} sesame"));
        session
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let n = self.stream.read_line(&mut line).unwrap();
        self.log += &line;
        assert!(n > 0, "the server closed the connection:\n{}", self.log);
        line
    }

    /// Says a command; all lines of the answer.
    fn ask(&mut self, command: &str) -> String {
        self.log += &format!("{command}\n");
        self.stream.get_mut().write_all(format!("x {command}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        loop {
            let line = self.line();
            answer += &line;
            if line.starts_with("x ") {
                return answer;
            }
        }
    }

    /// Says a command; the answer has each of these in it.
    #[track_caller]
    fn gives(&mut self, command: &str, expected: &[&str]) {
        let answer = self.ask(command);
        for expected in expected {
            assert!(answer.contains(expected), "{command}: {expected} is not in\n{answer}");
        }
    }
}

fn start(name: &str) -> (Folder, Server, u16) {
    let folder = Folder::new(name);
    let options = ["--allow-plaintext", "--imap", "0"];
    let mut server = Server::start(&folder, &["alice", "bob"], &options);
    let port = server.port();
    (folder, server, port)
}

#[test]
fn metadata() {
    let (folder, mut server, port) = start("metadata");
    let mut alice = Session::login(port, "alice");
    alice.gives("CAPABILITY", &[" METADATA"]);
    alice.gives("GETMETADATA INBOX /private/comment", &["(/private/comment NIL)", "x OK"]);
    let set = "SETMETADATA INBOX (/private/Comment \"My own\" /shared/comment {5+}\r\nt\r\nwo)";
    alice.gives(set, &["x OK"]);
    alice.gives(
        "GETMETADATA INBOX (/private/comment /shared/comment)",
        &["* METADATA INBOX (/private/comment \"My own\" /shared/comment {5}\r\nt\r\nwo)\r\n"],
    );
    // The account has its own.
    alice.gives("GETMETADATA \"\" /shared/comment", &["* METADATA \"\" (/shared/comment NIL)"]);
    alice.gives("SETMETADATA \"\" (/shared/comment \"here\")", &["x OK"]);
    alice.gives("GETMETADATA \"\" /shared/comment", &["(/shared/comment \"here\")"]);

    let filters = r#"SETMETADATA INBOX (/private/f/a "1" /private/f/b "22" /private/f/b/c "333")"#;
    alice.gives(filters, &["x OK"]);
    alice.gives(
        "GETMETADATA (DEPTH 1) INBOX /private/f",
        &[r#"(/private/f/a "1" /private/f/b "22")"#],
    );
    alice.gives("GETMETADATA (DEPTH infinity) INBOX /private/f", &[r#"/private/f/b/c "333")"#]);
    alice.gives(
        "GETMETADATA (MAXSIZE 2 DEPTH infinity) INBOX /private/f",
        &["(/private/f/a \"1\" /private/f/b \"22\")\r\n", "x OK [METADATA LONGENTRIES 3]"],
    );
    alice.gives("SETMETADATA INBOX (/private/f/a NIL)", &["x OK"]);
    alice.gives("GETMETADATA (DEPTH 1) INBOX /private/f", &["(/private/f/b \"22\")"]);

    // All of a command or nothing.
    let long = "y".repeat(20_000);
    let too_long =
        format!("SETMETADATA INBOX (/private/new \"1\" /private/long {{20000+}}\r\n{long})");
    alice.gives(&too_long, &["x NO [METADATA MAXSIZE 16384]"]);
    alice.gives("GETMETADATA INBOX /private/new", &["(/private/new NIL)"]);
    let many: String = (0..101).map(|n| format!(" /private/many/{n} \"x\"")).collect();
    let too_many = format!("SETMETADATA INBOX ({})", many.trim_start());
    alice.gives(&too_many, &["x NO [METADATA TOOMANY]"]);
    for bad in ["comment", "/private", "/private//x", "/private/x/", "/private/*", "/other/x"] {
        alice.gives(&format!("SETMETADATA INBOX (\"{bad}\" \"x\")"), &["x BAD"]);
    }
    alice.gives("SETMETADATA nowhere (/private/x \"y\")", &["x NO [NONEXISTENT]"]);

    // They go with the mailbox, and those of INBOX stay, too.
    alice.gives("CREATE Work", &["x OK"]);
    alice.gives("SETMETADATA Work (/private/comment \"w\")", &["x OK"]);
    alice.gives("RENAME Work Play", &["x OK"]);
    alice.gives("GETMETADATA Play /private/comment", &["(/private/comment \"w\")"]);
    alice.gives("DELETE Play", &["x OK"]);
    alice.gives("CREATE Play", &["x OK"]);
    alice.gives("GETMETADATA Play /private/comment", &["(/private/comment NIL)"]);
    alice.gives("RENAME INBOX Old", &["x OK"]);
    for name in ["INBOX", "Old"] {
        alice.gives(&format!("GETMETADATA {name} /private/comment"), &["\"My own\""]);
    }
    Session::login(port, "bob").gives("GETMETADATA \"\" /shared/comment", &["NIL"]);

    // They outlive the server.
    server.kill();
    let options = ["--allow-plaintext", "--imap", "0"];
    let mut server = Server::start(&folder, &["alice"], &options);
    let mut alice = Session::login(server.port(), "alice");
    alice.gives("GETMETADATA Old /private/comment", &["\"My own\""]);
}

#[test]
fn quota_is_told() {
    let (_folder, _server, port) = start("quota");
    let mut alice = Session::login(port, "alice");
    alice.gives("CAPABILITY", &[" QUOTA ", " QUOTA=RES-STORAGE"]);
    alice.gives("GETQUOTA \"\"", &["* QUOTA \"\" (STORAGE 0 "]);
    let mail = "z".repeat(3000);
    alice.gives(&format!("APPEND Sent {{3000+}}\r\n{mail}"), &["x OK"]);
    alice.gives("GETQUOTAROOT INBOX", &["* QUOTAROOT INBOX \"\"\r\n* QUOTA \"\" (STORAGE 3 "]);
    alice.gives("GETQUOTA other", &["x NO"]);
    alice.gives("SETQUOTA \"\" (STORAGE 1)", &["x NO"]);
}
