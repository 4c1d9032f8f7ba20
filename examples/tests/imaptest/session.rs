//! Plays a script over real connections.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::script::{Script, State, Step, Wanted, first_word};
use crate::value::{Match, Value, Variables, expand, response};

/// The mailbox that the scripts work in.
const MAILBOX: &str = "imaptest";

/// What goes wrong is said in a sentence.
type Result<T> = std::result::Result<T, String>;

/// A connection and what it knows of the selected mailbox.
struct Connection {
    stream: BufReader<TcpStream>,
    tags: u32,
    /// Messages in the mailbox; each with its number when the last command was sent.
    numbers: Vec<Option<u32>>,
}

/// An untagged response, and the messages before it.
struct Heard {
    words: Vec<Value>,
    numbers: Vec<Option<u32>>,
    shown: String,
}

/// What answered commands: the untagged responses, and the tagged ones by tag.
#[derive(Default)]
struct Answers {
    heard: Vec<Heard>,
    tagged: Vec<(Vec<u8>, Vec<Value>)>,
}

impl Connection {
    fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).map_err(|e| e.to_string())?;
        let mut this = Self { stream: BufReader::new(stream), tags: 0, numbers: Vec::new() };
        this.line()?;
        Ok(this)
    }

    /// A response with its literals.
    fn line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let n = self.stream.read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
            let Some(end) = line.strip_suffix(b"\r\n").filter(|_| n > 0) else {
                return Err("the server closed the connection".to_owned());
            };
            let Some(len) = literal(end) else {
                line.truncate(line.len() - 2);
                return Ok(line);
            };
            let at = line.len();
            line.resize(at + len, 0);
            self.stream.read_exact(&mut line[at..]).map_err(|e| e.to_string())?;
        }
    }

    /// Sends commands, the tag and the text of each with its literals, and hears what comes until
    /// all are answered.
    fn run(&mut self, commands: &[(Vec<u8>, Vec<u8>)]) -> Result<Answers> {
        for (at, number) in self.numbers.iter_mut().enumerate() {
            *number = u32::try_from(at + 1).ok();
        }
        let mut answers = Answers::default();
        for (tag, text) in commands {
            let (name, _) = first_word(text);
            if name.eq_ignore_ascii_case(b"select") || name.eq_ignore_ascii_case(b"examine") {
                self.numbers.clear();
            }
            let mut parts = split_literals(text);
            let first = parts.pop_front().unwrap_or_default();
            self.write(&[tag, &b" "[..], &first].concat())?;
            // Each literal when the server asks for it, unless it answers the command first.
            for part in parts {
                if !self.is_asked(tag, &mut answers)? {
                    break;
                }
                self.write(&part)?;
            }
        }
        while answers.tagged.len() < commands.len() {
            let line = self.line()?;
            self.hear(&line, &mut answers);
        }
        Ok(answers)
    }

    /// Hears responses until the server asks for a literal; `false` if it answers the command
    /// instead.
    fn is_asked(&mut self, tag: &[u8], answers: &mut Answers) -> Result<bool> {
        loop {
            let line = self.line()?;
            let (first, _) = first_word(&line);
            if first == b"+" {
                return Ok(true);
            }
            self.hear(&line, answers);
            if first == tag {
                return Ok(false);
            }
        }
    }

    fn hear(&mut self, line: &[u8], answers: &mut Answers) {
        let (first, rest) = first_word(line);
        if first == b"*" {
            let heard = self.untagged(rest);
            answers.heard.push(heard);
        } else {
            answers.tagged.push((first.to_vec(), response(rest)));
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.get_mut().write_all(bytes).map_err(|e| e.to_string())
    }

    fn untagged(&mut self, line: &[u8]) -> Heard {
        let words = response(line);
        let numbers = self.numbers.clone();
        if let [Value::Atom(number), Value::Atom(kind), ..] = &words[..]
            && let Ok(number) = String::from_utf8_lossy(number).parse::<usize>()
        {
            let place = number.saturating_sub(1);
            match &kind.to_ascii_lowercase()[..] {
                b"exists" => self.numbers.resize(number, None),
                b"expunge" if place < self.numbers.len() => {
                    self.numbers.remove(place);
                }
                _ => {}
            }
        }
        let shown = String::from_utf8_lossy(line).replace("\r\n", "\\r\\n");
        Heard { words, numbers, shown }
    }

    /// Runs a command that has to succeed.
    fn must(&mut self, command: &[u8]) -> Result<Vec<Heard>> {
        self.tags += 1;
        let tag = format!("x{}", self.tags).into_bytes();
        let answers = self.run(&[(tag, command.to_vec())])?;
        match answers.tagged.first() {
            Some((_, words)) if is_word(words.first(), b"ok") => Ok(answers.heard),
            other => Err(format!("{}: {other:?}", String::from_utf8_lossy(command))),
        }
    }
}

/// The length that `{12}` at the end of a line announces.
fn literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    String::from_utf8_lossy(&line[open + 1..]).parse().ok()
}

/// A command as it is sent: a piece, the piece after the first continuation, and so on.
fn split_literals(text: &[u8]) -> VecDeque<Vec<u8>> {
    let mut parts = VecDeque::new();
    let mut rest = text;
    let mut part = Vec::new();
    while let Some(at) = rest.windows(2).position(|two| two == b"\r\n") {
        part.extend(&rest[..at + 2]);
        let len = literal(&rest[..at]).expect("only literals have line ends");
        parts.push_back(std::mem::take(&mut part));
        let (content, after) = rest[at + 2..].split_at(len);
        part.extend(content);
        rest = after;
    }
    part.extend(rest);
    part.extend(b"\r\n");
    parts.push_back(part);
    parts
}

fn is_word(value: Option<&Value>, word: &[u8]) -> bool {
    matches!(value, Some(Value::Atom(text)) if text.eq_ignore_ascii_case(word))
}

/// Where a script is played, and with what.
pub struct Player {
    port: u16,
    user: &'static str,
    password: &'static str,
    messages: Vec<(String, Vec<u8>)>,
    next_message: usize,
    variables: Variables,
}

impl Player {
    pub fn new(
        port: u16,
        user: &'static str,
        password: &'static str,
        messages: Vec<(String, Vec<u8>)>,
    ) -> Self {
        let variables = [
            ("mailbox", MAILBOX),
            ("mailbox_url", MAILBOX),
            ("user", user),
            ("username", user),
            ("domain", "localhost"),
            ("password", password),
        ];
        let variables = variables.map(|(name, value)| (name.into(), value.into())).into();
        Self { port, user, password, messages, next_message: 0, variables }
    }

    /// The capabilities of the server after login.
    pub fn capabilities(&self) -> Result<Vec<String>> {
        let mut connection = self.logged_in()?;
        let heard = connection.must(b"capability")?;
        let words = heard.iter().find(|heard| is_word(heard.words.first(), b"capability"));
        let words = words.into_iter().flat_map(|heard| &heard.words).skip(1);
        Ok(words
            .filter_map(|word| match word {
                Value::Atom(word) => Some(String::from_utf8_lossy(word).to_ascii_uppercase()),
                _ => None,
            })
            .collect())
    }

    fn logged_in(&self) -> Result<Connection> {
        let mut connection = Connection::open(self.port)?;
        connection.must(format!("login {} {}", self.user, self.password).as_bytes())?;
        Ok(connection)
    }

    /// Plays a script to its end, or to what first differs.
    pub fn play(&mut self, script: &Script) -> Result<usize> {
        let mut connections = Vec::new();
        for _ in 0..script.connections {
            connections.push(if script.state == State::Nonauth {
                Connection::open(self.port)?
            } else {
                self.logged_in()?
            });
        }
        let first = connections.first_mut().ok_or("no connection")?;
        if script.state >= State::Created {
            first.must(format!("create {MAILBOX}").as_bytes())?;
        }
        if script.state >= State::Appended {
            for _ in 0..script.messages.unwrap_or(self.messages.len()) {
                let append = self.append_next(b"append");
                first.must(&append)?;
            }
        }
        if script.state >= State::Selected {
            for connection in &mut connections {
                connection.must(format!("select {MAILBOX}").as_bytes())?;
            }
        }
        let mut count = 0;
        for step in &script.steps {
            let connection =
                connections.get_mut(step.connection - 1).ok_or("no such connection")?;
            self.step(connection, step, script.ignore_extra)?;
            count += step.commands.len();
        }
        Ok(count)
    }

    /// `append`, with or without mailbox and flags, of the next message of the file.
    fn append_next(&mut self, command: &[u8]) -> Vec<u8> {
        let (date, message) = &self.messages[self.next_message % self.messages.len()];
        self.next_message += 1;
        let mailbox = if command.contains(&b' ') { "" } else { " imaptest" };
        let begin = format!("{mailbox} \"{date}\" {{{}}}\r\n", message.len());
        [command, begin.as_bytes(), message].concat()
    }

    fn step(&mut self, connection: &mut Connection, step: &Step, ignore_extra: bool) -> Result<()> {
        let mut commands = Vec::new();
        for (tag, text) in &step.commands {
            let mut text = self.expand(text)?;
            let (name, _) = first_word(&text);
            let has_content = text.ends_with(b")") && text.windows(9).any(|w| w == b"catenate ");
            let literal = text.windows(2).any(|two| two == b"\r\n");
            if name.eq_ignore_ascii_case(b"append") && !literal && !has_content {
                text = self.append_next(&text);
            }
            connection.tags += 1;
            let tag = tag.clone().unwrap_or_else(|| format!("c{}", connection.tags).into_bytes());
            commands.push((tag, text));
        }
        if let Some((tag, _)) = commands.last() {
            self.variables.insert(b"tag".to_vec(), tag.clone());
        }
        let Answers { heard, tagged: answers } = connection.run(&commands)?;
        let told = || {
            let lines: Vec<&str> = heard.iter().map(|heard| &heard.shown[..]).collect();
            let answers: Vec<&Vec<Value>> = answers.iter().map(|(_, words)| words).collect();
            format!("{answers:?} {lines:#?}")
        };
        for (at, expected) in step.tagged.iter().enumerate() {
            let tag = expected.tag.as_ref().or(commands.get(at).map(|(tag, _)| tag));
            let answer = answers.iter().find(|(have, _)| Some(have) == tag);
            let words = answer.map(|(_, words)| &words[..]).unwrap_or_default();
            let mut compare = Match { variables: &mut self.variables, numbers: &[] };
            let status = expected.status.is_empty() || is_word(words.first(), &expected.status);
            if !status || !compare.prefix(&expected.prefix, words.get(1..).unwrap_or_default()) {
                return Err(format!(
                    "line {}: {:?} {:?}, got {}",
                    expected.line,
                    String::from_utf8_lossy(&expected.status),
                    expected.prefix,
                    told()
                ));
            }
        }
        let mut used = vec![false; heard.len()];
        for expected in &step.untagged {
            let mut hit = false;
            for (heard, used) in heard.iter().zip(&mut used) {
                let mut compare = Match { variables: &mut self.variables, numbers: &heard.numbers };
                if compare.response(&expected.pattern, &heard.words) {
                    (hit, *used) = (true, true);
                    break;
                }
            }
            let fine = match expected.wanted {
                Wanted::Must => hit,
                Wanted::MustNot => !hit,
                Wanted::May => true,
            };
            if !fine {
                let (line, wanted, pattern) = (expected.line, expected.wanted, &expected.pattern);
                return Err(format!("line {line}: {wanted:?} {pattern:?}, got {}", told()));
            }
        }
        if !ignore_extra && used.contains(&false) {
            return Err(format!("more than expected: {}", told()));
        }
        Ok(())
    }

    /// The text of a command with the values of its variables; literals stay as they are.
    fn expand(&self, text: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.windows(2).position(|two| two == b"\r\n") {
            out.extend(expand(&rest[..at], &self.variables)?);
            let len = literal(&rest[..at]).ok_or("a line end without literal")?;
            let (content, after) = rest[at..].split_at(len + 2);
            out.extend(content);
            rest = after;
        }
        out.extend(expand(rest, &self.variables)?);
        Ok(out)
    }
}
