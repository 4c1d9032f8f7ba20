//! Reads the scripts: a header of `key: value` lines, an empty line, commands and expected answers.

use std::path::Path;

use crate::value::{Value, words};

/// How far a script wants the connections to be before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Nonauth,
    Auth,
    Created,
    Appended,
    Selected,
}

/// Whether an untagged answer has to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Must,
    MustNot,
    May,
}

/// An untagged answer that is looked for.
#[derive(Debug)]
pub struct Untagged {
    pub wanted: Wanted,
    pub pattern: Vec<Value>,
    pub line: usize,
}

/// A tagged answer: its status (any if empty) and what follows.
#[derive(Debug)]
pub struct Tagged {
    pub tag: Option<Vec<u8>>,
    pub status: Vec<u8>,
    pub prefix: Vec<Value>,
    pub line: usize,
}

/// Commands that are sent at once, and what answers them.
#[derive(Debug, Default)]
pub struct Step {
    pub connection: usize,
    /// Tag and text; literals as they go over the wire, variables as they are in the script.
    pub commands: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    pub untagged: Vec<Untagged>,
    pub tagged: Vec<Tagged>,
}

#[derive(Debug)]
pub struct Script {
    pub capabilities: Vec<String>,
    pub connections: usize,
    pub state: State,
    /// How many messages to append; all of the file if `None`.
    pub messages: Option<usize>,
    pub ignore_extra: bool,
    /// Whether some connection has a user of its own.
    pub users: bool,
    pub steps: Vec<Step>,
}

impl Script {
    pub fn read(path: &Path) -> Self {
        Self::parse(&std::fs::read(path).unwrap())
    }

    pub fn parse(text: &[u8]) -> Self {
        let mut script = Self {
            capabilities: Vec::new(),
            connections: 1,
            state: State::Selected,
            messages: None,
            ignore_extra: true,
            users: false,
            steps: Vec::new(),
        };
        let lines = Lines { rest: text, number: 0 };
        let mut in_header = true;
        // A file may begin with an empty line, or with remarks: then it has no header.
        for (number, line) in lines {
            let text = String::from_utf8_lossy(&line).into_owned();
            if in_header && !script.header(&text) {
                in_header = text.starts_with('#');
                if !text.is_empty() && !in_header {
                    script.line(number, &line);
                }
            } else if !in_header && !line.is_empty() && line[0] != b'#' {
                script.line(number, &line);
            }
        }
        script
    }

    /// Takes a line of the header; `false` if it is none.
    fn header(&mut self, line: &str) -> bool {
        let Some((key, value)) = line.split_once(':') else { return false };
        let value = value.trim();
        match key {
            "capabilities" => {
                self.capabilities = value.split(' ').map(str::to_ascii_uppercase).collect();
            }
            "connections" => self.connections = value.parse().unwrap(),
            "messages" => self.messages = value.parse().ok(),
            "ignore_extra_untagged" => self.ignore_extra = value != "no",
            "state" => {
                self.state = match value {
                    "nonauth" => State::Nonauth,
                    "auth" => State::Auth,
                    "created" => State::Created,
                    "appended" => State::Appended,
                    "selected" => State::Selected,
                    _ => panic!("unknown state {value}"),
                };
            }
            _ if key.starts_with("user ") => self.users = true,
            _ => return false,
        }
        true
    }

    fn line(&mut self, number: usize, line: &[u8]) {
        let wanted = match line.get(..2) {
            Some(b"* ") => Some(Wanted::Must),
            Some(b"! ") => Some(Wanted::MustNot),
            Some(b"? ") => Some(Wanted::May),
            _ => None,
        };
        if let Some(wanted) = wanted {
            let pattern = words(&line[2..]);
            let step = self.steps.last_mut().expect("an answer follows a command");
            return step.untagged.push(Untagged { wanted, pattern, line: number });
        }
        let mut rest = line;
        let mut connection = 1;
        if self.connections > 1 {
            let (first, after) = first_word(rest);
            connection =
                String::from_utf8_lossy(first).parse().expect("the number of a connection");
            rest = after;
        }
        let (first, after) = first_word(rest);
        let tag = (first.starts_with(b"tag")).then(|| first.to_vec());
        if tag.is_some() {
            rest = after;
        }
        let (first, after) = first_word(rest);
        let status: &[u8] = if first == b"\"\"" { b"" } else { first };
        let is_status = [&b""[..], b"ok", b"no", b"bad"].contains(&status);
        let open = self.steps.last_mut().filter(|step| step.tagged.len() < step.commands.len());
        match (open, is_status) {
            // The answer to a command that was written before.
            (Some(step), true) => {
                assert_eq!(step.connection, connection, "line {number}");
                let prefix = words(after);
                step.tagged.push(Tagged { tag, status: status.to_vec(), prefix, line: number });
            }
            (Some(step), false) if tag.is_some() => {
                step.commands.push((tag, rest.to_vec()));
            }
            (Some(_), false) => panic!("line {number}: a command before the answer of the last"),
            (None, true) => {
                let answer =
                    Tagged { tag: None, status: status.to_vec(), prefix: Vec::new(), line: number };
                self.steps.push(Step {
                    connection,
                    commands: vec![(None, after.to_vec())],
                    untagged: Vec::new(),
                    tagged: vec![answer],
                });
            }
            (None, false) => {
                let commands = vec![(tag, rest.to_vec())];
                self.steps.push(Step { connection, commands, ..Step::default() });
            }
        }
    }
}

pub fn first_word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    (&line[..end], line.get(end + 1..).unwrap_or_default())
}

/// The lines of a script. A line that ends in `{{{` goes on after the line with `}}}`; what is
/// between becomes a literal of IMAP. With `~{{{` it is taken as it is, otherwise its line ends
/// become CRLF.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn raw(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = self.rest.iter().position(|byte| *byte == b'\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(line)
    }
}

impl Iterator for Lines<'_> {
    type Item = (usize, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = self.raw()?.to_vec();
        let number = self.number;
        while line.ends_with(b"{{{") {
            line.truncate(line.len() - 3);
            let raw = line.ends_with(b"~");
            let mut content = Vec::new();
            let after = loop {
                let next = self.raw().expect("}}} ends a literal");
                if let Some(after) = next.strip_prefix(b"}}}") {
                    break after;
                }
                content.push(next);
            };
            let content = content.join(if raw { &b"\n"[..] } else { b"\r\n" });
            line.extend(format!("{{{}}}\r\n", content.len()).as_bytes());
            line.extend(content);
            line.extend(after);
        }
        Some((number, line))
    }
}

/// The messages of an mbox file with the date of each, for INTERNALDATE.
pub fn mbox(path: &Path) -> Vec<(String, Vec<u8>)> {
    let text = std::fs::read(path).unwrap();
    let mut messages: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"From ") {
            let line = String::from_utf8_lossy(line).into_owned();
            messages.push((date(&line), Vec::new()));
        } else if let Some((_, message)) = messages.last_mut() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            message.extend(line.strip_suffix(b"\r").unwrap_or(line));
            message.extend(b"\r\n");
        }
    }
    messages
}

/// `From user@domain  Fri Feb 22 17:06:23 2008 +0200` as IMAP writes it.
fn date(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, _, month, day, time, year, zone @ ..] = &words[..] else {
        panic!("not the first line of a message: {line}")
    };
    let zone = zone.first().copied().unwrap_or("+0000");
    format!("{day:>2}-{month}-{year} {time} {zone}")
}
