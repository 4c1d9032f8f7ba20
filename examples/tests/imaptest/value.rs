//! Answers as trees of words, and how patterns match them.

use std::collections::HashMap;
use std::fmt;

/// A word of an answer, or of a pattern.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Atom(Vec<u8>),
    /// Quoted or a literal.
    Text(Vec<u8>),
    List(Vec<Value>),
    /// In brackets.
    Code(Vec<Value>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Atom(word) => f.write_str(&String::from_utf8_lossy(word)),
            Self::Text(text) => write!(f, "{:?}", String::from_utf8_lossy(text)),
            Self::List(list) => f.debug_set().entries(list).finish(),
            Self::Code(list) => f.debug_list().entries(list).finish(),
        }
    }
}

/// The words of a line.
pub fn words(line: &[u8]) -> Vec<Value> {
    let mut reader = Reader { rest: line };
    let mut words = Vec::new();
    while let Some(value) = reader.value(None) {
        words.push(value);
    }
    assert!(reader.rest.is_empty(), "{}", String::from_utf8_lossy(line));
    words
}

/// The words of a response; what a status says to people is left out.
pub fn response(line: &[u8]) -> Vec<Value> {
    let mut reader = Reader { rest: line };
    let first = reader.value(None);
    let status = [&b"ok"[..], b"no", b"bad", b"bye", b"preauth"];
    match first {
        Some(Value::Atom(word)) if status.iter().any(|s| word.eq_ignore_ascii_case(s)) => {
            let code = reader.rest.starts_with(b" [").then(|| reader.value(None));
            [Some(Value::Atom(word)), code.flatten()].into_iter().flatten().collect()
        }
        _ => words(line),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    /// The next word, unless the line or the list that `end` closes is at its end.
    fn value(&mut self, end: Option<u8>) -> Option<Value> {
        while let Some(rest) = self.rest.strip_prefix(b" ") {
            self.rest = rest;
        }
        let first = *self.rest.first()?;
        if end == Some(first) {
            self.rest = &self.rest[1..];
            return None;
        }
        match first {
            b'(' => Some(Value::List(self.list(b')'))),
            b'[' => Some(Value::Code(self.list(b']'))),
            b'"' => Some(Value::Text(self.quoted())),
            _ => self.literal().map(Value::Text).or_else(|| Some(Value::Atom(self.atom(end)))),
        }
    }

    fn list(&mut self, end: u8) -> Vec<Value> {
        self.rest = &self.rest[1..];
        let mut list = Vec::new();
        while let Some(value) = self.value(Some(end)) {
            list.push(value);
        }
        list
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut at = 1;
        while let Some(byte) = self.rest.get(at).filter(|byte| **byte != b'"') {
            at += usize::from(*byte == b'\\');
            text.extend(self.rest.get(at));
            at += 1;
        }
        self.rest = self.rest.get(at + 1..).unwrap_or_default();
        text
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        let rest = self.rest.strip_prefix(b"~").unwrap_or(self.rest).strip_prefix(b"{")?;
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let len: usize = String::from_utf8_lossy(&rest[..end]).parse().ok()?;
        let rest = rest[end..].strip_prefix(b"}\r\n")?;
        let (text, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        Some(text.to_vec())
    }

    /// A word; what is in brackets belongs to it: `BODY[HEADER.FIELDS (FROM)]<0>`.
    fn atom(&mut self, end: Option<u8>) -> Vec<u8> {
        let mut at = 0;
        let mut depth = 0;
        while let Some(byte) = self.rest.get(at) {
            match byte {
                b'[' if self.rest[at..].contains(&b']') => depth += 1,
                b']' if depth > 0 => depth -= 1,
                b' ' | b'(' | b')' if depth == 0 => break,
                b']' if end == Some(b']') => break,
                _ => {}
            }
            at += 1;
        }
        let (atom, rest) = self.rest.split_at(at.max(1));
        self.rest = rest;
        atom.to_vec()
    }
}

fn before_nul(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The values of variables.
pub type Variables = HashMap<Vec<u8>, Vec<u8>>;

/// A piece of a word of a script.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a [u8]),
    Variable(&'a [u8]),
    /// `$3`: the message that had this number when the command was sent.
    Message(u32),
    /// `$`: anything.
    Any,
}

fn pieces(word: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
        }
        let after = &rest[at + 1..];
        let name = after.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        rest = match after.first() {
            Some(b'$') => {
                pieces.push(Piece::Text(b"$"));
                &after[1..]
            }
            Some(b'{') => {
                let end = after.iter().position(|byte| *byte == b'}').expect("} ends a name");
                pieces.push(Piece::Variable(&after[1..end]));
                &after[end + 1..]
            }
            Some(byte) if byte.is_ascii_digit() => {
                let digits = String::from_utf8_lossy(&after[..name]);
                pieces.push(Piece::Message(digits.parse().expect("a number")));
                &after[name..]
            }
            _ if name > 0 => {
                pieces.push(Piece::Variable(&after[..name]));
                &after[name..]
            }
            _ => {
                pieces.push(Piece::Any);
                after
            }
        };
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Puts the values of the variables into the text of a command.
pub fn expand(text: &[u8], variables: &Variables) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.extend(text),
            Piece::Variable(name) => {
                let unknown = || format!("${} has no value", String::from_utf8_lossy(name));
                out.extend(variables.get(name).ok_or_else(unknown)?);
            }
            Piece::Message(_) | Piece::Any => return Err("$ in a command".to_owned()),
        }
    }
    Ok(out)
}

/// How the elements of a list are compared.
#[derive(Clone, Debug)]
struct Rule {
    /// So many elements belong together, in any order; in the order of the pattern if 0.
    unordered: usize,
    /// Whether there may be more than the pattern has.
    extra: bool,
    ignored: Vec<Vec<u8>>,
    banned: Vec<Vec<u8>>,
}

impl Rule {
    const fn ordered() -> Self {
        Self { unordered: 0, extra: false, ignored: Vec::new(), banned: Vec::new() }
    }

    const fn unordered(chain: usize) -> Self {
        Self { unordered: chain, extra: true, ignored: Vec::new(), banned: Vec::new() }
    }

    fn flags() -> Self {
        Self { extra: false, ignored: vec![b"\\recent".to_vec()], ..Self::unordered(1) }
    }

    /// The rule of a list and the pattern without the directives that made it.
    fn of(list: &[Value], default: Self) -> (Self, Vec<&Value>) {
        let is_directive = |value: &Value| match value {
            Value::Atom(word) => word.strip_prefix(b"$!").map(<[u8]>::to_vec),
            _ => None,
        };
        let directives: Vec<Vec<u8>> = list.iter().filter_map(is_directive).collect();
        let pattern = list.iter().filter(|value| is_directive(value).is_none()).collect();
        if directives.is_empty() {
            return (default, pattern);
        }
        let mut rule = Self::ordered();
        for directive in directives {
            let directive = String::from_utf8(directive).unwrap();
            match directive.split_once('=').unwrap_or((&directive, "")) {
                ("ordered", "") => rule.unordered = 0,
                ("unordered", "") => (rule.unordered, rule.extra) = (1, true),
                ("unordered", n) => (rule.unordered, rule.extra) = (n.parse().unwrap(), true),
                ("noextra", "") => rule.extra = false,
                ("extra", "") => rule.extra = true,
                ("ignore", word) => rule.ignored.push(word.as_bytes().to_vec()),
                ("ban", word) => rule.banned.push(word.as_bytes().to_vec()),
                _ => panic!("unknown directive {directive}"),
            }
        }
        (rule, pattern)
    }
}

/// A comparison under way: what is bound to variables on the way counts only if all of it matches.
pub struct Match<'a> {
    pub variables: &'a mut Variables,
    /// The messages when the response came, each with its number when the command was sent.
    pub numbers: &'a [Option<u32>],
}

impl Match<'_> {
    /// Whether a response is what a pattern says; binds variables if it is.
    pub fn response(&mut self, pattern: &[Value], actual: &[Value]) -> bool {
        let word = |at: usize| match pattern.get(at) {
            Some(Value::Atom(word)) => word.to_ascii_lowercase(),
            _ => Vec::new(),
        };
        let rule = |at: usize| match (at, &word(0)[..], &word(1)[..]) {
            (2, _, b"fetch") | (2, b"status", _) => Rule::unordered(2),
            (1, b"list" | b"lsub", _) => Rule::unordered(1),
            _ => Rule::ordered(),
        };
        let status = [&b"ok"[..], b"no", b"bad", b"bye", b"preauth"].contains(&&word(0)[..]);
        if pattern.len() > actual.len() || (!status && pattern.len() < actual.len()) {
            return false;
        }
        self.tentatively(|this| {
            pattern.iter().zip(actual).enumerate().all(|(at, (p, a))| this.value(p, a, rule(at)))
        })
    }

    /// Whether the words of a pattern are those that a status begins with.
    pub fn prefix(&mut self, pattern: &[Value], actual: &[Value]) -> bool {
        pattern.len() <= actual.len()
            && pattern.iter().zip(actual).all(|(p, a)| self.value(p, a, Rule::ordered()))
    }

    fn tentatively(&mut self, compare: impl FnOnce(&mut Match<'_>) -> bool) -> bool {
        let mut variables = self.variables.clone();
        let hit = compare(&mut Match { variables: &mut variables, numbers: self.numbers });
        if hit {
            *self.variables = variables;
        }
        hit
    }

    fn value(&mut self, pattern: &Value, actual: &Value, rule: Rule) -> bool {
        match (pattern, actual) {
            (Value::Atom(word), _) if word == b"$" => true,
            // A NUL ends a text there: `append-binary` expects 6 octets of 7, after saying 7.
            (Value::Text(word), Value::Text(text)) if word.contains(&0) => {
                before_nul(word) == before_nul(text)
            }
            (Value::List(pattern), Value::List(actual)) => self.list(pattern, actual, rule),
            (Value::Code(pattern), Value::Code(actual)) => self.prefix(pattern, actual),
            (Value::Atom(word), Value::Atom(text) | Value::Text(text))
            | (Value::Text(word), Value::Text(text)) => {
                let nil = word.eq_ignore_ascii_case(b"nil");
                (!nil || matches!(actual, Value::Atom(_)) == matches!(pattern, Value::Atom(_)))
                    && self.text(&pieces(word), text)
            }
            (Value::Text(word), Value::Atom(text)) => {
                !text.eq_ignore_ascii_case(b"nil") && self.text(&pieces(word), text)
            }
            _ => false,
        }
    }

    fn list(&mut self, pattern: &[Value], actual: &[Value], default: Rule) -> bool {
        let (rule, pattern) = Rule::of(pattern, default);
        let inner = |key: Option<&Value>| match key {
            Some(Value::Atom(key)) if key.eq_ignore_ascii_case(b"flags") => Rule::flags(),
            _ => Rule::ordered(),
        };
        if rule.unordered == 0 {
            return pattern.len() == actual.len()
                && pattern.iter().zip(actual).all(|(p, a)| self.value(p, a, Rule::ordered()));
        }
        let mut left: Vec<&[Value]> = actual.chunks(rule.unordered).collect();
        for wanted in pattern.chunks(rule.unordered) {
            let found = left.iter().position(|have| {
                wanted.len() == have.len()
                    && self.tentatively(|this| {
                        wanted.iter().zip(*have).enumerate().all(|(at, (p, a))| {
                            let key = at.checked_sub(1).and_then(|at| have.get(at));
                            this.value(p, a, inner(key))
                        })
                    })
            });
            match found {
                Some(at) => left.remove(at),
                None => return false,
            };
        }
        left.iter().all(|more| {
            let is = |word: &Vec<u8>| match more.first() {
                Some(Value::Atom(text)) => text.eq_ignore_ascii_case(word),
                _ => false,
            };
            if rule.extra { !rule.banned.iter().any(is) } else { rule.ignored.iter().any(is) }
        })
    }

    fn text(&mut self, pieces: &[Piece<'_>], text: &[u8]) -> bool {
        let Some((first, rest)) = pieces.split_first() else { return text.is_empty() };
        let known = match first {
            Piece::Text(known) => *known,
            Piece::Message(number) => {
                let now = self.numbers.iter().position(|before| *before == Some(*number));
                let now = now.map(|at| (at + 1).to_string());
                return rest.is_empty() && now.is_some_and(|now| now.as_bytes() == text);
            }
            Piece::Any => return (0..=text.len()).any(|at| self.text(rest, &text[at..])),
            Piece::Variable(name) => match self.variables.get(*name) {
                Some(value) => &value.clone()[..],
                None if rest.is_empty() => {
                    self.variables.insert(name.to_vec(), text.to_vec());
                    return true;
                }
                None => {
                    return (1..=text.len()).any(|at| {
                        self.text(rest, &text[at..])
                            && self.variables.insert(name.to_vec(), text[..at].to_vec()).is_none()
                    });
                }
            },
        };
        match text.split_at_checked(known.len()) {
            Some((begin, after)) => begin.eq_ignore_ascii_case(known) && self.text(rest, after),
            None => false,
        }
    }
}
