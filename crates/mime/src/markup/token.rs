//! Tags and text, found in one pass.

use alloc::borrow::Cow;

use super::entity;

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Text, with its character references.
    Text(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag, by its name as it is written.
    End(&'a str),
}

/// A start tag: its name, and the bytes of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    attributes: &'a str,
}

/// Iterates over the tokens. Comments, declarations, scripts and styles are none.
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

/// Elements with content that is no HTML and not shown.
const HIDDEN: [&str; 7] = ["script", "style", "title", "iframe", "noembed", "noframes", "xml"];

impl<'a> Tokens<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Tokens { rest: html }
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Skips up to and with a string, or everything if it does not occur.
    fn skip_past(&mut self, end: &str) {
        self.rest = self.rest.split_once(end).map_or("", |(_, rest)| rest);
    }

    /// Skips the content of an element whose only tag is its own end tag.
    fn skip_raw(&mut self, name: &str) {
        while let Some(at) = memchr::memmem::find(self.rest.as_bytes(), b"</") {
            let tag = self.rest.get(at + 2..).unwrap_or_default();
            if tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                self.rest = self.rest.get(at..).unwrap_or_default();
                return;
            }
            self.rest = tag;
        }
        self.rest = "";
    }

    /// Takes what stands up to the `>` that ends a tag: one outside of quotes around a value.
    ///
    /// `None` if there is none; then the rest is no content, either.
    fn attributes(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        loop {
            at += memchr::memchr2(b'>', b'=', bytes.get(at..)?)?;
            if bytes.get(at) == Some(&b'>') {
                let attributes = self.take(at);
                self.take(1);
                return Some(attributes);
            }
            at += 1;
            at += bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                at += 1;
                at += memchr::memchr(*quote, bytes.get(at..)?)? + 1;
            }
        }
    }
}

/// The length of the name of a tag.
fn name_len(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>'))
        .count()
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let Some(after) = self.rest.strip_prefix('<') else {
                let len = memchr::memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
                return (len > 0).then(|| Token::Text(self.take(len)));
            };
            match after.as_bytes() {
                [b'!', b'-', b'-', ..] => {
                    // A comment may end with its own beginning: `<!-->`.
                    self.take(4);
                    match self.rest.strip_prefix('>').or_else(|| self.rest.strip_prefix("->")) {
                        Some(rest) => self.rest = rest,
                        None => self.skip_past("-->"),
                    }
                }
                [b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    self.take(2);
                    let name = self.take(name_len(self.rest));
                    self.attributes().or_else(|| {
                        self.rest = "";
                        None
                    })?;
                    return Some(Token::End(name));
                }
                [b'!' | b'?' | b'/', ..] => self.skip_past(">"),
                [b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    self.take(1);
                    let name = self.take(name_len(self.rest));
                    let Some(attributes) = self.attributes() else {
                        self.rest = "";
                        return None;
                    };
                    if HIDDEN.iter().any(|hidden| name.eq_ignore_ascii_case(hidden)) {
                        self.skip_raw(name);
                    }
                    return Some(Token::Start(Tag { name, attributes }));
                }
                _ => return Some(Token::Text(self.take(1))),
            }
        }
    }
}

impl<'a> Tag<'a> {
    /// Returns the value of an attribute, with its character references resolved.
    pub(crate) fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            // A name may begin with `=`.
            let end = rest
                .char_indices()
                .find(|&(at, c)| c.is_ascii_whitespace() || c == '/' || (c == '=' && at > 0))
                .map_or(rest.len(), |(at, _)| at);
            let (key, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let (value, tail) = match tail.trim_ascii_start().strip_prefix('=') {
                None => ("", tail),
                Some(tail) => value(tail.trim_ascii_start()),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(entity::decode(value, true));
            }
            rest = tail;
        }
    }
}

/// Splits off the value of an attribute.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(text) = text.strip_prefix(quote) {
            return text.split_once(quote).unwrap_or((text, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
