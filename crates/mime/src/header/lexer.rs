//! The tokens of structured fields, found in one pass without recursion.
//!
//! ```abnf
//! word = atom / quoted-string
//! CFWS = (1*([FWS] comment) [FWS]) / FWS
//! specials = "(" / ")" / "<" / ">" / "[" / "]" / ":" / ";" / "@" / "\" / "," / "." / DQUOTE
//! ```
//!
//! [RFC 5322, section 3.2](https://www.rfc-editor.org/rfc/rfc5322#section-3.2)

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::encoded_word::{self, NextEnd, Word};
use crate::{DefectKind, Problems};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A run of ordinary characters; also a whole encoded word.
    Atom,
    /// A quoted string, with its quotes.
    Quoted,
    /// A domain literal, with its brackets.
    Literal,
    /// A comment, with its parentheses.
    Comment,
    Dot,
    At,
    /// One of `,;:<>`.
    Special(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Blanks or comments stand before it.
    pub(crate) gap: bool,
}

/// Cuts a value into tokens.
///
/// Unbalanced quotes and parentheses are treated as
/// [RFC 7103, sections 7.1.4 and 7.1.6](https://www.rfc-editor.org/rfc/rfc7103#section-7.1.4)
/// say: a quote without its end is dropped, a comment without its end reaches to the next `<`.
pub(crate) struct Lexer<'a, 'p> {
    pub(crate) input: &'a [u8],
    pub(crate) offset: usize,
    pub(crate) problems: &'p mut Problems,
    gap: bool,
    /// The last token was `@`, so that `[` begins a literal.
    after_at: bool,
    /// There is no closing quote any more.
    no_quotes: bool,
    /// A comment had no end: the next ones do not nest.
    flat_comments: bool,
    next_end: NextEnd,
}

const ATEXT: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0x21;
    while i < 256 {
        table[i] = i != 0x7f;
        i += 1;
    }
    let specials = b"()<>[]:;@\\,.\"";
    let mut i = 0;
    while i < specials.len() {
        table[specials[i] as usize] = false;
        i += 1;
    }
    table
};

/// ```abnf
/// atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" / "=" / "?" /
///         "^" / "_" / "`" / "{" / "|" / "}" / "~" / UTF8-non-ascii
/// ```
pub(crate) fn is_atext(byte: u8) -> bool {
    ATEXT[usize::from(byte)]
}

impl<'a, 'p> Lexer<'a, 'p> {
    pub(crate) fn new(input: &'a [u8], problems: &'p mut Problems) -> Self {
        Lexer {
            input,
            offset: 0,
            problems,
            gap: false,
            after_at: false,
            no_quotes: false,
            flat_comments: false,
            next_end: NextEnd::default(),
        }
    }

    pub(crate) fn text(&self, token: Token) -> &'a [u8] {
        self.input.get(token.start..token.end).unwrap_or_default()
    }

    fn problem(&mut self, kind: DefectKind, start: usize, end: usize) {
        self.problems.add(kind, start as u64, end as u64);
    }

    /// Returns the next token.
    pub(crate) fn next(&mut self) -> Option<Token> {
        loop {
            let start = self.offset;
            let byte = *self.input.get(start)?;
            let kind = match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.offset += 1;
                    self.gap = true;
                    continue;
                }
                b'"' => match self.quoted_end(start) {
                    Some(end) => {
                        self.offset = end;
                        Kind::Quoted
                    }
                    None => {
                        self.offset += 1;
                        self.gap = true;
                        continue;
                    }
                },
                b'(' => {
                    self.offset = self.comment_end(start);
                    let token =
                        Token { kind: Kind::Comment, start, end: self.offset, gap: self.gap };
                    self.gap = true;
                    return Some(token);
                }
                b'[' if self.after_at => match self.literal_end(start) {
                    Some(end) => {
                        self.offset = end;
                        Kind::Literal
                    }
                    None => self.atom(),
                },
                b'.' => {
                    self.offset += 1;
                    Kind::Dot
                }
                b'@' => {
                    self.offset += 1;
                    Kind::At
                }
                b',' | b';' | b':' | b'<' | b'>' => {
                    self.offset += 1;
                    Kind::Special(byte)
                }
                _ => self.atom(),
            };
            let token = Token { kind, start, end: self.offset, gap: self.gap };
            self.gap = false;
            self.after_at = kind == Kind::At;
            return Some(token);
        }
    }

    fn atom(&mut self) -> Kind {
        let start = self.offset;
        // Most atoms are plain.
        let rest = self.input.get(start..).unwrap_or_default();
        let plain = |byte: u8| byte == b'=' || !is_atext(byte);
        self.offset += rest.iter().position(|&byte| plain(byte)).unwrap_or(rest.len());
        while let Some(&byte) = self.input.get(self.offset) {
            if byte == b'=' && self.input.get(self.offset + 1) == Some(&b'?') {
                // Commas and the like are common in encoded words, although they may not be there.
                let rest = self.input.get(self.offset..).unwrap_or_default();
                if let Some(word) = Word::parse(rest, &mut self.next_end).filter(Word::is_tight) {
                    let end = self.offset + word.len;
                    let text = rest.get(..word.len).unwrap_or_default();
                    if text
                        .iter()
                        .any(|byte| matches!(byte, b',' | b';' | b'<' | b'>' | b'@' | b'"'))
                    {
                        self.problem(DefectKind::EncodedWordMisplaced, self.offset, end);
                    }
                    self.offset = end;
                    continue;
                }
            }
            if is_atext(byte) {
                self.offset += 1;
                continue;
            }
            match byte {
                b'\\' => {
                    self.problem(DefectKind::InvalidAddress, self.offset, self.offset + 1);
                    self.offset = (self.offset + 2).min(self.input.len());
                }
                b')' => {
                    self.problem(DefectKind::UnbalancedComment, self.offset, self.offset + 1);
                    self.offset += 1;
                }
                b'[' | b']' => {
                    self.problem(DefectKind::InvalidAddress, self.offset, self.offset + 1);
                    self.offset += 1;
                }
                0..=8 | 11 | 12 | 14..=31 | 127 => self.offset += 1,
                _ => break,
            }
        }
        if self.offset == start {
            // Nothing takes this byte; never stand still.
            self.offset += 1;
        }
        Kind::Atom
    }

    /// ```abnf
    /// quoted-string = [CFWS] DQUOTE *([FWS] qcontent) [FWS] DQUOTE [CFWS]
    /// ```
    fn quoted_end(&mut self, start: usize) -> Option<usize> {
        if !self.no_quotes {
            let mut at = start + 1;
            while let Some(found) =
                self.input.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
            {
                at += found;
                if self.input.get(at) == Some(&b'"') {
                    return Some(at + 1);
                }
                at += 2;
            }
            self.no_quotes = true;
        }
        self.problem(DefectKind::UnterminatedQuote, start, start + 1);
        None
    }

    /// ```abnf
    /// comment = "(" *([FWS] ccontent) [FWS] ")"
    /// ccontent = ctext / quoted-pair / comment
    /// ```
    fn comment_end(&mut self, start: usize) -> usize {
        let rest = self.input.get(start..).unwrap_or_default();
        if !self.flat_comments {
            let mut depth = 0usize;
            let mut at = 0;
            while let Some(found) =
                rest.get(at..).and_then(|r| memchr::memchr3(b'(', b')', b'\\', r))
            {
                at += found;
                match rest.get(at) {
                    Some(b'(') => depth += 1,
                    Some(b')') => {
                        depth -= 1;
                        if depth == 0 {
                            return start + at + 1;
                        }
                    }
                    _ => at += 1,
                }
                at += 1;
            }
            self.flat_comments = true;
        }
        self.problem(DefectKind::UnbalancedComment, start, start + 1);
        let end = memchr::memchr2(b'<', b')', rest);
        match end {
            Some(at) if rest.get(at) == Some(&b')') => start + at + 1,
            Some(at) => start + at,
            None => self.input.len(),
        }
    }

    /// ```abnf
    /// domain-literal = [CFWS] "[" *([FWS] dtext) [FWS] "]" [CFWS]
    /// ```
    fn literal_end(&mut self, start: usize) -> Option<usize> {
        let mut at = start + 1;
        loop {
            match self.input.get(at)? {
                b']' => return Some(at + 1),
                b'\\' => at += 2,
                b'[' | b'<' | b'>' | b',' | b'"' => return None,
                _ => at += 1,
            }
        }
    }

    /// Returns what stands between the quotes of a quoted string.
    pub(crate) fn quoted_content(&self, token: Token) -> &'a [u8] {
        self.input.get(token.start + 1..token.end.saturating_sub(1)).unwrap_or_default()
    }

    /// Appends the content of a quoted string, unfolded and without backslashes.
    pub(crate) fn unquote(&self, token: Token, out: &mut Vec<u8>) {
        unescape(self.quoted_content(token), out);
    }

    /// Decodes a comment, without its parentheses.
    pub(crate) fn comment_text(&mut self, token: Token) -> Cow<'a, str> {
        let inner = self.text(token);
        let inner = inner.strip_prefix(b"(").unwrap_or(inner);
        let inner = inner.strip_suffix(b")").unwrap_or(inner);
        if memchr::memchr(b'\\', inner).is_none() {
            return encoded_word::decode_with(inner, self.problems);
        }
        let mut plain = Vec::new();
        unescape(inner, &mut plain);
        Cow::Owned(encoded_word::decode_with(&plain, self.problems).into_owned())
    }
}

/// Appends text with its quoted pairs resolved and its folding removed.
///
/// ```abnf
/// quoted-pair = ("\" (VCHAR / WSP)) / obs-qp
/// ```
pub(crate) fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    loop {
        rest = match rest {
            [b'\\', byte, tail @ ..] => {
                out.push(*byte);
                tail
            }
            [b'\r', b'\n', tail @ ..] => tail,
            [b'\r' | b'\n', tail @ ..] => tail,
            [byte, tail @ ..] => {
                out.push(*byte);
                tail
            }
            [] => return,
        };
    }
}

/// Returns what follows the comment at the start of `rest`.
pub(crate) fn skip_comment(rest: &[u8]) -> &[u8] {
    let mut depth = 0usize;
    let mut left = rest;
    while let Some(at) = memchr::memchr3(b'\\', b'(', b')', left) {
        let used = match left.get(at) {
            Some(b'\\') => 2,
            Some(b'(') => {
                depth += 1;
                1
            }
            _ => {
                depth = depth.saturating_sub(1);
                1
            }
        };
        left = left.get(at + used..).unwrap_or_default();
        if depth == 0 {
            return left;
        }
    }
    &[]
}
