//! Commands typed at a server, and what it answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A session of IMAP.
pub struct Session {
    stream: BufReader<TcpStream>,
    /// So that a failure shows what was said before.
    log: String,
}

impl Session {
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut session = Self { stream: BufReader::new(stream), log: String::new() };
        session.line();
        session
    }

    pub fn login(port: u16, user: &str) -> Self {
        let mut session = Self::connect(port);
        session.gives(&format!("LOGIN {user} sesame"), &["x OK"]);
        session
    }

    /// The connection, when nothing that was said is unread.
    pub fn into_stream(self) -> TcpStream {
        assert!(self.stream.buffer().is_empty());
        self.stream.into_inner()
    }

    pub fn say(&mut self, text: &str) {
        self.log += text;
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let n = self.stream.read_line(&mut line).unwrap();
        self.log += &line;
        assert!(n > 0, "the server closed the connection:\n{}", self.log);
        line
    }

    /// Says a command; all lines of the answer.
    pub fn ask(&mut self, command: &str) -> String {
        self.say(&format!("x {command}\r\n"));
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
    pub fn gives(&mut self, command: &str, expected: &[&str]) {
        let answer = self.ask(command);
        for expected in expected {
            assert!(answer.contains(expected), "{command}: {expected} is not in\n{answer}");
        }
    }
}
