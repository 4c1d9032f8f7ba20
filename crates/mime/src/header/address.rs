//! Addresses: mailboxes and groups.
//!
//! ```abnf
//! address-list = (address *("," address)) / obs-addr-list
//! address      = mailbox / group
//! mailbox      = name-addr / addr-spec
//! name-addr    = [display-name] angle-addr
//! angle-addr   = [CFWS] "<" addr-spec ">" [CFWS] / obs-angle-addr
//! group        = display-name ":" [group-list] ";" [CFWS]
//! ```
//!
//! [RFC 5322, section 3.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.4), the obsolete forms
//! of section 4.4, UTF-8 by [RFC 6532](https://www.rfc-editor.org/rfc/rfc6532), and what
//! [RFC 7103, section 7.1](https://www.rfc-editor.org/rfc/rfc7103#section-7.1) says about damage.
//!
//! The list is split before anything is decoded, so that nothing in a name or in an encoded word
//! can become an address.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::FieldValue;
use super::lexer::{Kind, Lexer, Token};
use crate::charset::decode_unlabelled;
use crate::encoded_word::{Joiner, find_pair};
use crate::{DefectKind, Limits, ParseError, Problems};

/// The addresses of a field such as `To`.
///
/// # Example
///
/// ```
/// use mime::header::{Address, AddressList};
///
/// let list = AddressList::parse(b"Pete <pete@silly.test>, A Group:joe@where.test;, \"a b\"@c.d");
/// let all: Vec<_> = list.mailboxes().map(|m| m.address()).collect();
/// assert_eq!(all, ["pete@silly.test", "joe@where.test", "\"a b\"@c.d"]);
/// assert!(matches!(&list.members[1], Address::Group(group) if group.name == "A Group"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AddressList<'a> {
    /// The members in their order.
    pub members: Vec<Address<'a>>,
}

/// A member of an address list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Address<'a> {
    /// One mailbox.
    Mailbox(Mailbox<'a>),
    /// A named group of mailboxes.
    Group(Group<'a>),
}

/// A mailbox: an address and perhaps the name of who it belongs to.
///
/// It is either read from a message or made by [`Self::new`]; in both cases the address never
/// contains CR, LF or NUL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Mailbox<'a> {
    name: Option<Cow<'a, str>>,
    comment: Option<Cow<'a, str>>,
    local_part: Cow<'a, str>,
    domain: Cow<'a, str>,
    route: Option<Cow<'a, str>>,
}

/// A named group of mailboxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Group<'a> {
    /// The display name, decoded.
    pub name: Cow<'a, str>,
    /// The mailboxes; often none.
    pub members: Vec<Mailbox<'a>>,
}

impl<'a> AddressList<'a> {
    /// Reads the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    ///
    /// At most the default of [`Limits::members`] mailboxes are read.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let mut parser = Parser::new(value, problems);
        parser.list();
        AddressList { members: parser.members }
    }

    /// Iterates over all mailboxes, those in groups included.
    pub fn mailboxes(&self) -> impl Iterator<Item = &Mailbox<'a>> {
        self.members.iter().flat_map(|address| match address {
            Address::Mailbox(mailbox) => core::slice::from_ref(mailbox),
            Address::Group(group) => &group.members,
        })
    }
}

impl<'a> FieldValue<'a> for AddressList<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(AddressList::parse_with(value, problems))
    }
}

impl<'a> Mailbox<'a> {
    /// Reads the value of a field that has one mailbox, such as `Sender`: the first one.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::Mailbox;
    ///
    /// let mailbox = Mailbox::parse(b"=?utf-8?Q?J=C3=BCrgen?= <j@example.de> (home)").unwrap();
    /// assert_eq!(mailbox.name(), Some("Jürgen"));
    /// assert_eq!(mailbox.address(), "j@example.de");
    /// ```
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the first mailbox of a value and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        let list = AddressList::parse_with(value, problems);
        list.members.into_iter().find_map(|address| match address {
            Address::Mailbox(mailbox) => Some(mailbox),
            Address::Group(group) => group.members.into_iter().next(),
        })
    }

    /// Makes a mailbox for a message that is to be written. An empty name is no name.
    ///
    /// # Errors
    ///
    /// If the address is not exactly one well-formed `addr-spec` with a domain, is longer than 900
    /// bytes, or if the name contains CR, LF or NUL.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::Mailbox;
    ///
    /// assert!(Mailbox::new("Jürgen", "j@example.de").is_ok());
    /// assert!(Mailbox::new("", "d@e.f\r\nBcc: q@r").is_err());
    /// ```
    pub fn new(name: &'a str, address: &'a str) -> Result<Self, ParseError> {
        if let Some(offset) = name.find(['\r', '\n', '\0']) {
            return Err(ParseError::new(offset, "a name without line breaks"));
        }
        let mut mailbox = Mailbox::try_from(address)?;
        if mailbox.name.is_some()
            || mailbox.comment.is_some()
            || address.trim_start().starts_with('<')
        {
            return Err(ParseError::new(0, "an address without a name"));
        }
        mailbox.name = Some(name).filter(|name| !name.is_empty()).map(Cow::Borrowed);
        Ok(mailbox)
    }

    /// Returns the display name, decoded.
    ///
    /// It is for display only: read from a message it can contain anything, also line breaks that
    /// an encoded word hid (reported as [`DefectKind::EncodedWordControl`]).
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the first comment beside the address, decoded. Old programs put the name there.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    /// Returns what stands before the `@`, without quotes.
    pub fn local_part(&self) -> &str {
        &self.local_part
    }

    /// Returns what stands after the `@`, a literal with its brackets; empty if there is nothing.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Returns the source route of old mail, as in `<@a.example,@b.example:joe@c.example>`, without
    /// its colon. It is no part of the address, and is to be ignored.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::Mailbox;
    ///
    /// let mailbox = Mailbox::parse(b"Joe <@a.example, @b.example : joe@c.example>").unwrap();
    /// assert_eq!(mailbox.route(), Some("@a.example,@b.example"));
    /// assert_eq!(mailbox.address(), "joe@c.example");
    /// ```
    pub fn route(&self) -> Option<&str> {
        self.route.as_deref()
    }

    /// Returns the address: `local-part@domain`, the local part quoted if it must be.
    pub fn address(&self) -> String {
        let mut out = String::with_capacity(self.local_part.len() + self.domain.len() + 3);
        // Writing to a string does not fail.
        let _ = self.write_address(&mut out);
        out
    }

    /// Returns the name, or else the comment, or else the address: what to show.
    pub fn label(&self) -> Cow<'_, str> {
        match (&self.name, &self.comment) {
            (Some(name), _) if !name.is_empty() => Cow::Borrowed(name),
            (_, Some(comment)) if !comment.is_empty() => Cow::Borrowed(comment),
            _ => Cow::Owned(self.address()),
        }
    }

    /// Makes the mailbox independent of the bytes it was read from.
    pub fn into_owned(self) -> Mailbox<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Mailbox {
            name: self.name.map(owned),
            comment: self.comment.map(owned),
            local_part: owned(self.local_part),
            domain: owned(self.domain),
            route: self.route.map(owned),
        }
    }

    /// Returns whether the address can stand in a message that we write: whether it is read there
    /// as the same address. What was read from a damaged field may be anything.
    ///
    /// ```abnf
    /// addr-spec = local-part "@" domain
    /// domain = dot-atom / domain-literal
    /// domain-literal = "[" *dtext "]"
    /// dtext = %d33-90 / %d94-126
    /// ```
    ///
    /// [RFC 5322, section 3.4.1](https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1)
    pub(crate) fn is_writable(&self) -> bool {
        let domain: &str = &self.domain;
        let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let domain = match literal {
            Some(text) => text.bytes().all(|b| matches!(b, 33..=90 | 94..=126 | 128..)),
            None => is_dot_atom(domain),
        };
        domain && !self.local_part.is_empty() && !self.local_part.contains(char::is_control)
    }

    fn write_address(&self, out: &mut impl fmt::Write) -> fmt::Result {
        if is_dot_atom(&self.local_part) || (self.local_part.is_empty() && self.domain.is_empty()) {
            out.write_str(&self.local_part)?;
        } else {
            out.write_char('"')?;
            for character in self.local_part.chars() {
                if matches!(character, '"' | '\\') {
                    out.write_char('\\')?;
                }
                out.write_char(character)?;
            }
            out.write_char('"')?;
        }
        if !self.domain.is_empty() {
            out.write_char('@')?;
            out.write_str(&self.domain)?;
        }
        Ok(())
    }
}

/// Writes the address alone.
impl fmt::Display for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_address(f)
    }
}

/// Reads one mailbox, strictly: `Joe <joe@example.org>` or `joe@example.org`.
impl<'a> TryFrom<&'a str> for Mailbox<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        if let Some(offset) = text.find(['\r', '\n', '\0']) {
            return Err(ParseError::new(offset, "a mailbox without line breaks"));
        }
        let mut problems = Problems::new();
        let mut list = AddressList::parse_with(text.as_bytes(), &mut problems);
        // A name may look like an address, if its owner wants that.
        let serious = |kind| kind != DefectKind::AddressAsName;
        if let Some(problem) = problems.iter().find(|problem| serious(problem.kind)) {
            let offset = usize::try_from(problem.at.start).unwrap_or_default();
            return Err(ParseError::new(offset, "a well-formed mailbox"));
        }
        match (list.members.pop(), list.members.is_empty()) {
            (Some(Address::Mailbox(mailbox)), true) if text.len() <= 900 => Ok(mailbox),
            _ => Err(ParseError::new(0, "exactly one mailbox")),
        }
    }
}

impl<'a> FieldValue<'a> for Mailbox<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Mailbox::parse_with(value, problems)
    }
}

/// ```abnf
/// dot-atom-text = 1*atext *("." 1*atext)
/// ```
///
/// [RFC 5322, section 3.2.3](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3), with UTF-8 by
/// RFC 6532.
pub(crate) fn is_dot_atom(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(super::lexer::is_atext))
}

/// What ends a run of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Comma,
    Semicolon,
    Colon,
    Open,
    Close,
    End,
}

struct Parser<'a, 'p> {
    lexer: Lexer<'a, 'p>,
    /// Words, dots and ats of the current member.
    tokens: Vec<Token>,
    comment: Option<Token>,
    /// The group that is open.
    group: Option<Group<'a>>,
    members: Vec<Address<'a>>,
    /// Mailboxes that may still be read.
    left: u32,
}

impl<'a, 'p> Parser<'a, 'p> {
    fn new(value: &'a [u8], problems: &'p mut Problems) -> Self {
        Parser {
            lexer: Lexer::new(value, problems),
            tokens: Vec::new(),
            comment: None,
            group: None,
            members: Vec::new(),
            left: Limits::default().members,
        }
    }

    fn problem(&mut self, kind: DefectKind, start: usize, end: usize) {
        self.lexer.problems.add(kind, start as u64, end as u64);
    }

    /// ```abnf
    /// obs-addr-list = *([CFWS] ",") address *("," [address / CFWS])
    /// ```
    fn list(&mut self) {
        // A list that is wholly empty is no list with an empty member.
        let mut seen_comma = false;
        // The member so far has an address in angle brackets.
        let mut after_angle = false;
        loop {
            let stop = self.collect();
            let at = self.lexer.offset;
            match stop {
                Stop::Open => {
                    if after_angle {
                        // A comma is missing.
                        self.problem(DefectKind::InvalidAddress, at - 1, at);
                    }
                    after_angle = true;
                    self.angle();
                    continue;
                }
                Stop::Close => {
                    self.problem(DefectKind::UnbalancedAngle, at - 1, at);
                    continue;
                }
                Stop::Colon => {
                    self.colon(at);
                    continue;
                }
                Stop::Comma | Stop::Semicolon | Stop::End => {}
            }
            let empty = self.tokens.is_empty();
            if after_angle && !self.tokens.iter().any(|token| token.kind == Kind::At) {
                if !empty {
                    self.problem(DefectKind::InvalidAddress, at, at);
                }
            } else if !empty {
                self.bare();
            } else if !after_angle
                && (stop == Stop::Comma
                    || (stop == Stop::End && seen_comma && self.group.is_none()))
            {
                self.problem(DefectKind::EmptyMember, at.saturating_sub(1), at);
            }
            self.tokens.clear();
            self.comment = None;
            after_angle = false;
            seen_comma = stop == Stop::Comma;
            match stop {
                Stop::Semicolon => match self.group.take() {
                    Some(group) => {
                        self.members.push(Address::Group(group));
                        after_angle = true;
                    }
                    None => self.problem(DefectKind::InvalidAddress, at.saturating_sub(1), at),
                },
                Stop::End => break,
                _ => {}
            }
            if self.left == 0 {
                self.problem(DefectKind::TooManyMembers, at, self.lexer.input.len());
                break;
            }
        }
        if let Some(group) = self.group.take() {
            let end = self.lexer.input.len();
            self.problem(DefectKind::UnterminatedGroup, end, end);
            self.members.push(Address::Group(group));
        }
    }

    /// Collects tokens up to something that has a meaning for the list.
    fn collect(&mut self) -> Stop {
        loop {
            let Some(token) = self.lexer.next() else { return Stop::End };
            match token.kind {
                Kind::Comment => {
                    if self.comment.is_none() {
                        self.comment = Some(token);
                    }
                }
                Kind::Special(special) => match special {
                    b',' => return Stop::Comma,
                    b';' => return Stop::Semicolon,
                    b':' => return Stop::Colon,
                    b'<' => return Stop::Open,
                    _ => return Stop::Close,
                },
                _ => self.tokens.push(token),
            }
        }
    }

    /// A colon ends the name of a group, or stands where none may be.
    fn colon(&mut self, at: usize) {
        let has_at = self.tokens.iter().any(|token| token.kind == Kind::At);
        let is_mailto = matches!(
            self.tokens.as_slice(),
            [only] if self.lexer.text(*only).eq_ignore_ascii_case(b"mailto")
        );
        if is_mailto {
            self.problem(DefectKind::InvalidAddress, at - 1, at);
            self.tokens.clear();
        } else if self.tokens.is_empty() || has_at {
            // Part of the text: a colon in a domain or in front of everything.
            self.problem(DefectKind::InvalidAddress, at - 1, at);
            if let Some(last) = self.tokens.last_mut() {
                last.end = at;
            }
        } else if self.group.is_some() {
            self.problem(DefectKind::NestedGroup, at - 1, at);
            self.tokens.clear();
        } else {
            let tokens = core::mem::take(&mut self.tokens);
            let name = self.phrase(&tokens).unwrap_or_default();
            self.tokens = tokens;
            self.tokens.clear();
            self.comment = None;
            self.group = Some(Group { name, members: Vec::new() });
        }
    }

    fn push(&mut self, mailbox: Mailbox<'a>) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        match &mut self.group {
            Some(group) => group.members.push(mailbox),
            None => self.members.push(Address::Mailbox(mailbox)),
        }
    }

    /// ```abnf
    /// angle-addr = [CFWS] "<" addr-spec ">" [CFWS] / obs-angle-addr
    /// obs-angle-addr = [CFWS] "<" obs-route addr-spec ">" [CFWS]
    /// ```
    fn angle(&mut self) {
        let start = self.lexer.offset;
        let phrase = core::mem::take(&mut self.tokens);
        let name = self.phrase(&phrase);
        let mut spec = phrase;
        spec.clear();
        let route = self.route();
        loop {
            let Some(token) = self.lexer.next() else {
                self.problem(DefectKind::UnbalancedAngle, start - 1, start);
                break;
            };
            match token.kind {
                Kind::Comment => {
                    if self.comment.is_none() {
                        self.comment = Some(token);
                    }
                }
                Kind::Special(b'>') => break,
                Kind::Special(b'<') if spec.is_empty() => {
                    self.problem(DefectKind::UnbalancedAngle, token.start, token.end);
                }
                // What follows belongs to the list again.
                Kind::Special(b',' | b'<' | b';') => {
                    self.problem(DefectKind::UnbalancedAngle, start - 1, start);
                    self.lexer.offset = token.start;
                    break;
                }
                Kind::Special(_) => {
                    self.problem(DefectKind::InvalidAddress, token.start, token.end);
                    let mailto = matches!(
                        spec.as_slice(),
                        [only] if self.lexer.text(*only).eq_ignore_ascii_case(b"mailto")
                    );
                    if mailto {
                        spec.clear();
                    } else {
                        spec.push(Token { kind: Kind::Atom, ..token });
                    }
                }
                _ => spec.push(token),
            }
        }
        // A single closing bracket for several opening ones is skipped by the caller.
        let split = spec.iter().rposition(|token| token.kind == Kind::At);
        let (local, domain) = match split {
            Some(at) => (spec.get(..at), spec.get(at + 1..)),
            None => (Some(spec.as_slice()), None),
        };
        let mut mailbox = self.spec(local.unwrap_or_default(), domain, start);
        mailbox.name = name;
        mailbox.comment = self.comment.take().map(|token| self.comment_text(token));
        mailbox.route = route;
        self.push(mailbox);
        spec.clear();
        self.tokens = spec;
    }

    /// Reads a source route, which is to be ignored; without white space and comments.
    ///
    /// ```abnf
    /// obs-route = obs-domain-list ":"
    /// obs-domain-list = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain])
    /// ```
    fn route(&mut self) -> Option<Cow<'a, str>> {
        let start = self.lexer.offset;
        let mut route = String::new();
        while let Some(token) = self.lexer.next() {
            match token.kind {
                Kind::Comment => {}
                Kind::Special(b',') if route.is_empty() => {}
                Kind::Special(b':') if !route.is_empty() => {
                    self.problem(DefectKind::AddressRoute, start, token.end);
                    return Some(Cow::Owned(route));
                }
                Kind::At | Kind::Special(b',') => {
                    route.push_str(&String::from_utf8_lossy(self.lexer.text(token)));
                }
                Kind::Atom | Kind::Dot | Kind::Literal if !route.is_empty() => {
                    route.push_str(&String::from_utf8_lossy(self.lexer.text(token)));
                }
                _ => break,
            }
        }
        self.lexer.offset = start;
        None
    }

    /// Reads members without angle brackets: usually one, more if commas are missing.
    fn bare(&mut self) {
        let tokens = core::mem::take(&mut self.tokens);
        let mut from = 0;
        loop {
            let rest = tokens.get(from..).unwrap_or_default();
            let Some(at) = rest.iter().position(|token| token.kind == Kind::At) else { break };
            // The local part reaches back as far as dots or adjacency go.
            let mut low = at;
            while low > 0 {
                let joined = match (rest.get(low - 1), rest.get(low)) {
                    (Some(left), Some(right)) => {
                        low == at && left.kind != Kind::Dot
                            || !right.gap
                            || left.kind == Kind::Dot
                            || right.kind == Kind::Dot
                    }
                    _ => false,
                };
                if !joined {
                    break;
                }
                low -= 1;
            }
            let mut high = at + 1;
            while let (Some(left), Some(right)) = (rest.get(high - 1), rest.get(high)) {
                let joined = high == at + 1
                    || !right.gap
                    || left.kind == Kind::Dot
                    || right.kind == Kind::Dot;
                if !joined {
                    break;
                }
                high += 1;
            }
            let chain = rest.get(low..high).unwrap_or_default();
            let split = chain.iter().rposition(|token| token.kind == Kind::At).unwrap_or(0);
            let start = chain.first().map_or(0, |token| token.start);
            let mut mailbox =
                self.spec(chain.get(..split).unwrap_or_default(), chain.get(split + 1..), start);
            let start_of_more = from > 0;
            let mut words = rest.get(..low).unwrap_or_default();
            let after = rest.get(high..).unwrap_or_default();
            from += high;
            // Words behind the last address belong to it, too.
            if words.is_empty() && !after.iter().any(|token| token.kind == Kind::At) {
                words = after;
                from = tokens.len();
            }
            if !words.is_empty() || from < tokens.len() || start_of_more {
                self.problem(DefectKind::InvalidAddress, start, start);
                mailbox.name = self.phrase(words);
            }
            mailbox.comment = self.comment.take().map(|token| self.comment_text(token));
            self.push(mailbox);
        }
        let rest = tokens.get(from..).unwrap_or_default();
        if from == 0 && !rest.is_empty() {
            let start = rest.first().map_or(0, |token| token.start);
            let single = rest.iter().skip(1).all(|token| !token.gap);
            let mut mailbox = Mailbox::default();
            if single {
                mailbox = self.spec(rest, None, start);
            } else {
                self.problem(DefectKind::MissingDomain, start, start);
                mailbox.name = self.phrase(rest);
            }
            mailbox.comment = self.comment.take().map(|token| self.comment_text(token));
            self.push(mailbox);
        }
        self.tokens = tokens;
    }

    /// ```abnf
    /// addr-spec = local-part "@" domain
    /// local-part = dot-atom / quoted-string / obs-local-part
    /// domain = dot-atom / domain-literal / obs-domain
    /// obs-local-part = word *("." word)
    /// obs-domain = atom *("." atom)
    /// ```
    ///
    /// [RFC 5322, section 3.4.1](https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1)
    fn spec(&mut self, local: &[Token], domain: Option<&[Token]>, at: usize) -> Mailbox<'a> {
        let all = || local.iter().chain(domain.unwrap_or_default());
        let end = all().last().map_or(at, |token| token.end);
        if local.iter().any(|token| token.kind == Kind::At) {
            self.problem(DefectKind::SeveralAts, at, end);
        }
        let well_formed = |tokens: &[Token], local: bool| {
            tokens.len() % 2 == 1
                && tokens.iter().enumerate().all(|(i, token)| match token.kind {
                    Kind::Dot => i % 2 == 1,
                    Kind::Atom => i % 2 == 0,
                    Kind::Quoted => i % 2 == 0 && local,
                    Kind::Literal => tokens.len() == 1 && !local,
                    _ => false,
                })
        };
        let null = local.is_empty() && domain.is_none();
        if !well_formed(local, true) || domain.is_some_and(|domain| !well_formed(domain, false)) {
            self.problem(DefectKind::InvalidAddress, at, end);
        } else if local.iter().skip(1).any(|token| token.gap)
            || domain.unwrap_or_default().iter().skip(1).any(|token| token.gap)
            || (local.len() > 1 && local.iter().any(|token| token.kind == Kind::Quoted))
            // obs-dtext has quoted pairs.
            || domain.unwrap_or_default().iter().any(|token| {
                token.kind == Kind::Literal && self.lexer.text(*token).contains(&b'\\')
            })
        {
            self.problem(DefectKind::ObsoleteAddress, at, end);
        }
        if domain.is_none() && !null {
            self.problem(DefectKind::MissingDomain, at, end);
        }
        if all().any(|token| token.kind == Kind::Atom && self.lexer.text(*token).starts_with(b"=?"))
        {
            self.problem(DefectKind::EncodedWordMisplaced, at, end);
        }
        Mailbox {
            local_part: self.join(local),
            domain: self.join(domain.unwrap_or_default()),
            ..Mailbox::default()
        }
    }

    /// Puts the tokens of a local part or domain together, without quotes and blanks.
    fn join(&mut self, tokens: &[Token]) -> Cow<'a, str> {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Cow::Borrowed("");
        };
        let plain = tokens.iter().all(|token| !matches!(token.kind, Kind::Quoted | Kind::Literal))
            && tokens.iter().skip(1).all(|token| !token.gap);
        let bytes = self.lexer.input.get(first.start..last.end).unwrap_or_default();
        if bytes.iter().any(|byte| byte.is_ascii_control()) {
            let fold = |byte: &u8| matches!(byte, b'\r' | b'\n' | b'\t');
            if bytes.iter().any(|byte| byte.is_ascii_control() && !fold(byte)) || plain {
                self.problem(DefectKind::ControlInAddress, first.start, last.end);
            }
        } else if plain && !bytes.contains(&b'\\') {
            return self.decoded(bytes, first.start);
        }
        let mut joined = Vec::with_capacity(bytes.len());
        for token in tokens {
            match token.kind {
                Kind::Quoted => self.lexer.unquote(*token, &mut joined),
                Kind::Literal => {
                    let text = self.lexer.text(*token);
                    joined.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
                }
                _ => {
                    let mut escaped = false;
                    for &byte in self.lexer.text(*token) {
                        if byte == b'\\' && !escaped {
                            escaped = true;
                        } else {
                            escaped = false;
                            joined.push(byte);
                        }
                    }
                }
            }
        }
        // A line break or NUL here could end a line of a protocol.
        joined.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
        Cow::Owned(match String::from_utf8(joined) {
            Ok(text) => text,
            Err(error) => {
                self.problem(DefectKind::EightBitHeader, first.start, last.end);
                decode_unlabelled(error.as_bytes()).into_owned()
            }
        })
    }

    fn decoded(&mut self, bytes: &'a [u8], at: usize) -> Cow<'a, str> {
        match core::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                self.problem(DefectKind::EightBitHeader, at, at + bytes.len());
                decode_unlabelled(bytes)
            }
        }
    }

    /// Decodes a display name.
    ///
    /// ```abnf
    /// phrase = 1*word / obs-phrase
    /// obs-phrase = word *(word / "." / CFWS)
    /// ```
    ///
    /// [RFC 5322, section 3.2.5](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.5)
    fn phrase(&mut self, tokens: &[Token]) -> Option<Cow<'a, str>> {
        let (first, last) = (tokens.first()?, tokens.last()?);
        if tokens.iter().any(|token| token.kind == Kind::At) {
            self.problem(DefectKind::AddressAsName, first.start, last.end);
        }
        if let &[only] = tokens
            && only.kind == Kind::Quoted
        {
            let inner = self.lexer.quoted_content(only);
            if inner.contains(&b'@') {
                self.problem(DefectKind::AddressAsName, only.start, only.end);
            }
            let special = |byte: &u8| matches!(byte, b'\\' | b'\r' | b'\n' | b'=');
            if !inner.iter().any(special) {
                return Some(self.decoded(inner.trim_ascii(), only.start));
            }
        }
        let bytes = self.lexer.input.get(first.start..last.end).unwrap_or_default();
        let special = |pair: &[u8]| match *pair {
            [b'=', b'?'] | [b' ', b' '] => true,
            [byte, _] => matches!(byte, b'"' | b'(' | b'\\' | b'\r' | b'\n' | b'\t'),
            _ => false,
        };
        if tokens.iter().all(|token| token.kind != Kind::Quoted) && !bytes.windows(2).any(special) {
            return Some(self.decoded(bytes, first.start));
        }
        let mut joiner = Joiner::default();
        for (i, token) in tokens.iter().enumerate() {
            let at = token.start as u64;
            if token.gap && i > 0 {
                joiner.plain(b" ", at, self.lexer.problems);
            }
            let text = self.lexer.text(*token);
            match token.kind {
                Kind::Quoted => {
                    let mut inner = Vec::new();
                    self.lexer.unquote(*token, &mut inner);
                    if find_pair(&inner, b"=?").is_some() {
                        let mut inside = Problems::new();
                        joiner.text(&inner, 0, &mut inside);
                        if inside.find(DefectKind::EncodedWordMalformed).is_none() {
                            self.problem(DefectKind::EncodedWordMisplaced, token.start, token.end);
                        }
                        for problem in &inside {
                            self.problem(problem.kind, token.start, token.end);
                        }
                    } else {
                        joiner.plain(&inner, at, self.lexer.problems);
                    }
                }
                Kind::Atom if find_pair(text, b"=?").is_some() => {
                    joiner.text(text, at, self.lexer.problems);
                }
                _ => joiner.plain(text, at, self.lexer.problems),
            }
        }
        let name = joiner.finish(self.lexer.problems);
        if name.contains('@') {
            self.problem(DefectKind::AddressAsName, first.start, last.end);
        }
        Some(Cow::Owned(name))
    }

    /// Decodes a comment, without its parentheses.
    fn comment_text(&mut self, token: Token) -> Cow<'a, str> {
        self.lexer.comment_text(token)
    }
}
