//! The small terminals of the grammar, over one whole unit: a line with its literals in it, as
//! `{n}` CRLF and n octets. A [`Cursor`] walks over a unit once; the grammar functions of the
//! other files are built from its methods.
//!
//! A literal that streams has only its `{n}` CRLF in the unit; the cursor knows the places.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::literal::Announcement;
use crate::scan::{list_len, plain_len};
use crate::{Atom, Content, Deviation, DeviationKind, Limits, ParseError, Raw, Str, Tag};

/// `ATOM-CHAR`.
pub(crate) const ATOM: u8 = 1;
/// `ASTRING-CHAR`: an `ATOM-CHAR` or `]`.
pub(crate) const ASTRING: u8 = 2;
/// `ASTRING-CHAR` without `+`.
pub(crate) const TAG: u8 = 4;
/// `list-char`: an `ATOM-CHAR`, `%`, `*` or `]`.
pub(crate) const LIST: u8 = 8;
/// `DIGIT`.
pub(crate) const DIGIT: u8 = 16;
/// What a lone word of a response may hold when it is read tolerantly: everything but SP, CR, LF,
/// NUL, parentheses and `"`.
pub(crate) const LOOSE: u8 = 32;
/// What a sequence set is made of: digits, `:`, `,`, `*` and `$`.
pub(crate) const SET: u8 = 64;

/// ```abnf
/// ATOM-CHAR    = <any CHAR except atom-specials>
/// atom-specials = "(" / ")" / "{" / SP / CTL / list-wildcards / quoted-specials / resp-specials
/// ```
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        let mut class = 0;
        let special =
            matches!(b, b'(' | b')' | b'{' | b' ' | b'%' | b'*' | b'"' | b'\\' | b']' | 0..=31)
                || b >= 127;
        if !special {
            class |= ATOM;
        }
        if !special || b == b']' {
            class |= ASTRING;
            if b != b'+' {
                class |= TAG;
            }
        }
        if !special || matches!(b, b']' | b'%' | b'*') {
            class |= LIST;
        }
        if b.is_ascii_digit() {
            class |= DIGIT;
        }
        if !matches!(b, b' ' | b'\r' | b'\n' | 0 | b'(' | b')' | b'"') {
            class |= LOOSE;
        }
        if b.is_ascii_digit() || matches!(b, b':' | b',' | b'*' | b'$') {
            class |= SET;
        }
        table[i] = class;
        i += 1;
    }
    table
};

/// Whether a byte belongs to one of the classes.
#[inline]
pub(crate) const fn is_class(b: u8, class: u8) -> bool {
    CLASSES[b as usize] & class != 0
}

/// Whether a word would announce a literal at the end of a line.
#[inline]
pub(crate) fn announces(word: &[u8]) -> bool {
    word.last() == Some(&b'}') && Announcement::at_end(word).is_some()
}

/// The result of a grammar function.
pub(crate) type Parsed<T> = Result<T, ParseError>;

/// A place in a unit, and what was tolerated on the way to it.
pub(crate) struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    depth: usize,
    streamed: &'a [usize],
    /// Whether a literal that begins at the end of the input streams.
    open: bool,
    deviations: Vec<Deviation>,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of a unit that has all its literals, with the default depth limit.
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self::with(input, &[], Limits::DEPTH)
    }

    /// A cursor at the start of a unit. `streamed` has the places, in ascending order, where the
    /// octets of a literal would begin but passed by as chunks.
    pub(crate) fn with(input: &'a [u8], streamed: &'a [usize], depth: usize) -> Self {
        Self { input, at: 0, depth, streamed, open: false, deviations: Vec::new() }
    }

    /// A cursor at the start of a unit of which there is only the beginning, up to and with the
    /// announcement of a literal that streams.
    pub(crate) fn begun(input: &'a [u8], depth: usize) -> Self {
        Self { open: true, ..Self::with(input, &[], depth) }
    }

    /// What was tolerated so far.
    pub(crate) fn into_deviations(self) -> Vec<Deviation> {
        self.deviations
    }

    // places

    /// The present place.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Goes to a place that was asked for with `offset` before. What was tolerated from there on is
    /// forgotten.
    #[inline]
    pub(crate) fn rewind(&mut self, offset: usize) {
        self.at = offset;
        if !self.deviations.is_empty() {
            self.deviations.retain(|d| d.offset < offset);
        }
    }

    /// Everything from here on.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// What lies between a place and here.
    #[inline]
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.input.get(start..self.at).unwrap_or_default()
    }

    /// Whether octets that passed by as chunks belong between a place and here.
    pub(crate) fn has_streamed(&self, start: usize) -> bool {
        (self.open && self.at == self.input.len())
            || self.streamed.iter().any(|at| (start..=self.at).contains(at))
    }

    /// The next byte.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// The byte after the next.
    #[inline]
    pub(crate) fn peek2(&self) -> Option<u8> {
        self.input.get(self.at.wrapping_add(1)).copied()
    }

    /// Whether the line ends here.
    #[inline]
    pub(crate) fn at_end(&self) -> bool {
        matches!(self.peek(), None | Some(b'\r' | b'\n'))
    }

    /// Goes on by `n` bytes, at most to the end.
    #[inline]
    pub(crate) fn skip(&mut self, n: usize) {
        self.at = self.at.saturating_add(n).min(self.input.len());
    }

    /// The byte that follows one space or more.
    pub(crate) fn peek_after_sp(&self) -> Option<u8> {
        if self.peek() != Some(b' ') {
            return None;
        }
        self.rest().iter().copied().find(|b| *b != b' ')
    }

    /// The error for this place.
    #[cold]
    pub(crate) fn error<T>(&self, expected: &'static str) -> Parsed<T> {
        Err(ParseError::new(self.at, expected))
    }

    /// Notes something tolerated at this place.
    #[cold]
    pub(crate) fn tolerate(&mut self, kind: DeviationKind) {
        self.tolerate_at(kind, self.at);
    }

    /// Notes something tolerated at another place.
    #[cold]
    pub(crate) fn tolerate_at(&mut self, kind: DeviationKind, offset: usize) {
        if self.deviations.len() < 64 {
            self.deviations.push(Deviation::new(kind, offset));
        }
    }

    /// Goes one level down. A grammar function that calls itself does so between `enter` and
    /// `leave`.
    pub(crate) fn enter(&mut self) -> Parsed<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => self.error("less nesting"),
        }
    }

    /// Comes one level up.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_add(1);
    }

    // bytes and words

    /// Takes this byte if it is the next.
    #[inline]
    pub(crate) fn eat(&mut self, b: u8) -> bool {
        let found = self.peek() == Some(b);
        if found {
            self.at += 1;
        }
        found
    }

    /// Takes this byte.
    #[inline]
    pub(crate) fn byte(&mut self, b: u8, expected: &'static str) -> Parsed<()> {
        if self.eat(b) { Ok(()) } else { self.error(expected) }
    }

    /// Takes this text, in any case, if it is the next. Says nothing about what follows it.
    #[inline]
    pub(crate) fn eat_text(&mut self, text: &[u8]) -> bool {
        let found =
            self.rest().get(..text.len()).is_some_and(|have| have.eq_ignore_ascii_case(text));
        if found {
            self.at += text.len();
        }
        found
    }

    /// Takes this word, in any case, if it is the next and ends where an atom ends.
    pub(crate) fn eat_word(&mut self, word: &[u8]) -> bool {
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|have| have.eq_ignore_ascii_case(word))
            && !rest.get(word.len()).is_some_and(|b| is_class(*b, ATOM));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Takes this word, in any case.
    pub(crate) fn word(&mut self, word: &'static str) -> Parsed<()> {
        if self.eat_word(word.as_bytes()) { Ok(()) } else { self.error(word) }
    }

    /// Takes as many bytes of a class as there are, also none.
    #[inline]
    pub(crate) fn take(&mut self, class: u8) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|b| !is_class(*b, class)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Takes at least one byte of a class of ASCII characters.
    #[inline]
    pub(crate) fn take1(&mut self, class: u8, expected: &'static str) -> Parsed<&'a str> {
        let taken = self.take(class);
        match core::str::from_utf8(taken) {
            Ok(text) if !text.is_empty() => Ok(text),
            _ => self.error(expected),
        }
    }

    /// Takes one space; further ones are tolerated.
    ///
    /// ```abnf
    /// SP = %x20
    /// ```
    #[inline]
    pub(crate) fn sp(&mut self) -> Parsed<()> {
        if !self.eat(b' ') {
            return self.error("a space");
        }
        if self.peek() == Some(b' ') {
            self.tolerate(DeviationKind::ExtraSpace);
            while self.eat(b' ') {}
        }
        Ok(())
    }

    /// Takes spaces that should not be there.
    #[inline]
    pub(crate) fn no_sp(&mut self) {
        if self.peek() == Some(b' ') {
            self.tolerate(DeviationKind::TrailingSpace);
            while self.eat(b' ') {}
        }
    }

    /// Takes the end of the line and of the unit: CRLF, a tolerated LF, or nothing at all.
    pub(crate) fn end(&mut self) -> Parsed<()> {
        self.no_sp();
        if self.peek() == Some(b'\n') {
            self.tolerate(DeviationKind::BareLf);
        }
        self.eat(b'\r');
        self.eat(b'\n');
        if self.at == self.input.len() { Ok(()) } else { self.error("the end of the line") }
    }

    /// Takes the rest of the line, without its end.
    pub(crate) fn line(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let len = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Takes everything up to the end of the unit, literals included, without the last line's end.
    pub(crate) fn remainder(&mut self) -> &'a [u8] {
        let rest = self.rest();
        self.at = self.input.len();
        let line = rest.strip_suffix(b"\n").unwrap_or(rest);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // After an announcement it is the end of that, and what follows is a literal of no octets.
        if announces(line) { rest } else { line }
    }

    /// The same, to be kept verbatim.
    ///
    /// It has to be the rest of one unit: a caller may have cut the input elsewhere than a
    /// connection would. And octets that passed by cannot be kept.
    pub(crate) fn raw_remainder(&mut self) -> Parsed<Raw<'a>> {
        let start = self.at;
        let rest = self.remainder();
        Raw::check(rest, true)
            .map_err(|e| ParseError::new(start.saturating_add(e.offset), e.expected))?;
        if self.has_streamed(start) {
            return Err(ParseError::new(start, "a literal that does not stream"));
        }
        Ok(Raw::from_unit(rest))
    }

    /// Takes at least one byte of the class [`LOOSE`], and nothing that would announce a literal at
    /// the end of a line.
    #[inline]
    pub(crate) fn loose(&mut self, expected: &'static str) -> Parsed<&'a str> {
        let start = self.at;
        let word = self.take1(LOOSE, expected)?;
        if announces(word.as_bytes()) {
            return Err(ParseError::new(start, expected));
        }
        Ok(word)
    }

    /// ```abnf
    /// atom = 1*ATOM-CHAR
    /// ```
    #[inline]
    pub(crate) fn atom(&mut self) -> Parsed<Atom<'a>> {
        Ok(Atom::new(Cow::Borrowed(self.take1(ATOM, "an atom")?)))
    }

    /// ```abnf
    /// tag = 1*<any ASTRING-CHAR except "+">
    /// ```
    #[inline]
    pub(crate) fn tag(&mut self) -> Parsed<Tag<'a>> {
        Ok(Tag::new(Cow::Borrowed(self.take1(TAG, "a tag")?)))
    }

    // numbers

    /// ```abnf
    /// number = 1*DIGIT ; Unsigned 32-bit integer (0 <= n < 4,294,967,296)
    /// ```
    #[inline]
    pub(crate) fn number(&mut self) -> Parsed<u32> {
        let start = self.at;
        match u32::try_from(self.number64()?) {
            Ok(n) => Ok(n),
            Err(_) => Err(ParseError::new(start, "a number below 4294967296")),
        }
    }

    /// ```abnf
    /// nz-number = digit-nz *DIGIT ; Non-zero unsigned 32-bit integer
    /// ```
    #[inline]
    pub(crate) fn nz_number(&mut self) -> Parsed<u32> {
        let start = self.at;
        match self.number()? {
            0 => Err(ParseError::new(start, "a number above 0")),
            n => Ok(n),
        }
    }

    /// ```abnf
    /// number64 = 1*DIGIT ; Unsigned 63-bit integer (0 <= n <= 9,223,372,036,854,775,807)
    /// ```
    ///
    /// The 64th bit is taken as well: message identifiers of some servers use it.
    #[inline]
    pub(crate) fn number64(&mut self) -> Parsed<u64> {
        let rest = self.rest();
        let mut n: u64 = 0;
        let mut len = 0;
        for b in rest {
            let digit = b.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            n = if len < 19 {
                n * 10 + u64::from(digit)
            } else {
                match n.checked_mul(10).and_then(|n| n.checked_add(u64::from(digit))) {
                    Some(n) => n,
                    None => return self.error("a number below 2^64"),
                }
            };
            len += 1;
        }
        if len == 0 {
            return self.error("a number");
        }
        self.at += len;
        Ok(n)
    }

    // strings

    /// ```abnf
    /// quoted = DQUOTE *QUOTED-CHAR DQUOTE
    /// QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> / "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
    /// ```
    ///
    /// A backslash before any other character is taken away as well; the line's end is not allowed
    /// inside.
    #[inline]
    pub(crate) fn quoted(&mut self) -> Parsed<Cow<'a, [u8]>> {
        if self.peek() != Some(b'"') {
            return self.error("a quoted string");
        }
        let start = self.at.saturating_add(1);
        let body = self.input.get(start..).unwrap_or_default();
        if let Some(len) = plain_len(body)
            && body.get(len) == Some(&b'"')
        {
            self.at = start.saturating_add(len).saturating_add(1);
            return Ok(Cow::Borrowed(body.get(..len).unwrap_or_default()));
        }
        self.quoted_slow(start, body)
    }

    #[cold]
    fn quoted_slow(&mut self, start: usize, body: &'a [u8]) -> Parsed<Cow<'a, [u8]>> {
        let mut plain = Vec::new();
        let mut bytes = body.iter().enumerate();
        while let Some((i, b)) = bytes.next() {
            match b {
                b'"' => {
                    self.at = start.saturating_add(i).saturating_add(1);
                    return Ok(Cow::Owned(plain));
                }
                b'\\' => match bytes.next() {
                    Some((_, escaped)) if !matches!(escaped, b'\r' | b'\n') => {
                        if !matches!(escaped, b'"' | b'\\') {
                            self.tolerate_at(DeviationKind::BadCharacter, start.saturating_add(i));
                        }
                        plain.push(*escaped);
                    }
                    _ => break,
                },
                b'\r' | b'\n' => break,
                b => {
                    if *b == 0 {
                        self.tolerate_at(DeviationKind::BadCharacter, start.saturating_add(i));
                    }
                    plain.push(*b);
                }
            }
        }
        self.error("the end of a quoted string")
    }

    /// The size and the kind of the literal that begins here, at `{` or `~{`; goes to its octets.
    ///
    /// ```abnf
    /// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
    /// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
    /// ```
    pub(crate) fn literal_start(&mut self) -> Parsed<u64> {
        self.eat(b'~');
        self.byte(b'{', "a literal")?;
        let size = self.number64()?;
        if !self.eat(b'+') {
            self.eat(b'-');
        }
        self.byte(b'}', "the end of a literal's size")?;
        self.eat(b'\r');
        self.byte(b'\n', "the end of the line after a literal's size")?;
        Ok(size)
    }

    /// A literal or literal8 whose octets are in the unit.
    pub(crate) fn literal(&mut self) -> Parsed<&'a [u8]> {
        match self.content()? {
            Content::Inline(Cow::Borrowed(octets)) => Ok(octets),
            _ => self.error("a literal that does not stream"),
        }
    }

    /// A literal or literal8, here or streamed.
    pub(crate) fn content(&mut self) -> Parsed<Content<'a>> {
        let size = self.literal_start()?;
        if (self.open && self.at == self.input.len())
            || self.streamed.binary_search(&self.at).is_ok()
        {
            return Ok(Content::Streamed { len: size });
        }
        let rest = self.rest();
        match usize::try_from(size).ok().and_then(|n| rest.get(..n)) {
            Some(octets) => {
                self.at += octets.len();
                Ok(Content::Inline(Cow::Borrowed(octets)))
            }
            None => self.error("the octets of a literal"),
        }
    }

    /// ```abnf
    /// string = quoted / literal
    /// ```
    #[inline]
    pub(crate) fn string(&mut self) -> Parsed<Str<'a>> {
        match self.peek() {
            Some(b'"') => Ok(Str::new(self.quoted()?)),
            Some(b'{' | b'~') => Ok(Str::new(Cow::Borrowed(self.literal()?))),
            _ => self.error("a string"),
        }
    }

    /// ```abnf
    /// nstring = string / nil
    /// ```
    #[inline]
    pub(crate) fn nstring(&mut self) -> Parsed<Option<Str<'a>>> {
        if matches!(self.peek(), Some(b'N' | b'n')) {
            return self.nil().map(|()| None);
        }
        self.string().map(Some)
    }

    /// ```abnf
    /// nil = "NIL"
    /// ```
    #[inline]
    pub(crate) fn nil(&mut self) -> Parsed<()> {
        if self.eat_nil() { Ok(()) } else { self.error("NIL") }
    }

    /// Takes NIL if it is the next.
    #[inline]
    fn eat_nil(&mut self) -> bool {
        let [n, i, l, after @ ..] = self.rest() else { return false };
        let found = n | 0x20 == b'n'
            && i | 0x20 == b'i'
            && l | 0x20 == b'l'
            && !after.first().is_some_and(|b| is_class(*b, ATOM));
        if found {
            self.at += 3;
        }
        found
    }

    /// Goes over NIL or a quoted string in which nothing is escaped, and says whether there was
    /// one.
    #[inline]
    pub(crate) fn skip_plain_nstring(&mut self) -> bool {
        if self.peek() != Some(b'"') {
            return self.eat_nil();
        }
        let start = self.at.saturating_add(1);
        let body = self.input.get(start..).unwrap_or_default();
        match plain_len(body) {
            Some(len) if body.get(len) == Some(&b'"') => {
                self.at = start.saturating_add(len).saturating_add(1);
                true
            }
            _ => false,
        }
    }

    /// ```abnf
    /// astring = 1*ASTRING-CHAR / string
    /// ```
    #[inline]
    pub(crate) fn astring(&mut self) -> Parsed<Str<'a>> {
        match self.peek() {
            Some(b'"') => Ok(Str::new(self.quoted()?)),
            Some(b'{') => Ok(Str::new(Cow::Borrowed(self.literal()?))),
            Some(b'~') if self.peek2() == Some(b'{') => {
                Ok(Str::new(Cow::Borrowed(self.literal()?)))
            }
            _ => {
                let taken = self.take(ASTRING);
                if taken.is_empty() {
                    return self.error("an atom or a string");
                }
                Ok(Str::new(Cow::Borrowed(taken)))
            }
        }
    }

    /// `nstring` for the content of a body: the octets may stream, and a literal8 may hold NUL.
    pub(crate) fn ncontent(&mut self) -> Parsed<Option<Content<'a>>> {
        match self.peek() {
            Some(b'"') => Ok(Some(Content::Inline(self.quoted()?))),
            Some(b'{' | b'~') => self.content().map(Some),
            _ => self.nil().map(|()| None),
        }
    }

    // lists and unknown things

    /// A list in parentheses whose elements are separated by single spaces.
    ///
    /// An empty list, and spaces around the parentheses, are for the caller to judge; spaces are
    /// tolerated here.
    pub(crate) fn list<T>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut elements = Vec::new();
        self.each(|c| {
            elements.push(element(c)?);
            Ok(())
        })?;
        Ok(elements)
    }

    /// The same, for elements that the caller keeps otherwise.
    pub(crate) fn each(&mut self, mut element: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.byte(b'(', "a list in parentheses")?;
        self.no_sp();
        if self.eat(b')') {
            return Ok(());
        }
        loop {
            element(self)?;
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b' ') => {
                    self.sp()?;
                    if self.peek() == Some(b')') {
                        self.tolerate(DeviationKind::TrailingSpace);
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => return self.error("a space or a closing parenthesis"),
            }
        }
    }

    /// Takes one value of any shape: a word, a string, or a parenthesised list of values nested to
    /// any depth, without recursion. What it was is `since` the place before.
    ///
    /// A word may have `[` with any text up to `]` in it, as the names of body items do.
    pub(crate) fn value(&mut self) -> Parsed<&'a [u8]> {
        let start = self.at;
        if self.peek() == Some(b'(')
            && let Some(len) = list_len(self.rest())
        {
            self.skip(len);
            return Ok(self.since(start));
        }
        let mut open = 0usize;
        loop {
            match self.peek() {
                Some(b'(') => {
                    open = open.saturating_add(1);
                    self.at += 1;
                }
                Some(b')') if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                Some(b' ') if open > 0 => self.at += 1,
                Some(b'"') => self.skip_quoted()?,
                Some(b'{') => self.skip_literal()?,
                Some(b'~') if self.peek2() == Some(b'{') => self.skip_literal()?,
                _ => {
                    let from = self.at;
                    let word = self.take(LOOSE);
                    if word.is_empty() {
                        return self.error("a value");
                    }
                    if word.contains(&b'[') && !word.contains(&b']') {
                        let rest = self.rest();
                        let close = rest.iter().position(|b| matches!(b, b']' | b'\r' | b'\n' | 0));
                        if let Some(close) = close.filter(|at| rest.get(*at) == Some(&b']')) {
                            self.skip(close.saturating_add(1));
                            self.take(LOOSE);
                        }
                    }
                    if announces(self.since(from)) {
                        return self.error("the octets of a literal");
                    }
                }
            }
            if open == 0 {
                return Ok(self.since(start));
            }
        }
    }

    /// The same, to be kept verbatim.
    pub(crate) fn raw_value(&mut self) -> Parsed<Raw<'a>> {
        let start = self.at;
        let value = self.value()?;
        if self.has_streamed(start) {
            return Err(ParseError::new(start, "a literal that does not stream"));
        }
        Ok(Raw::from_unit(value))
    }

    fn skip_quoted(&mut self) -> Parsed<()> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(i) = rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'\r' | b'\n'))
            else {
                self.at = start;
                return self.error("the end of a quoted string");
            };
            self.at += i;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') if !matches!(self.peek2(), None | Some(b'\r' | b'\n')) => self.skip(2),
                _ => {
                    self.at = start;
                    return self.error("the end of a quoted string");
                }
            }
        }
    }

    fn skip_literal(&mut self) -> Parsed<()> {
        self.content().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        let astring = |input: &'static [u8]| Cursor::new(input).astring().map(Str::into_bytes);
        assert_eq!(astring(b"INBOX x").unwrap(), &b"INBOX"[..]);
        assert_eq!(astring(b"a]b").unwrap(), &b"a]b"[..]);
        assert_eq!(astring(b"\"a b\"").unwrap(), &b"a b"[..]);
        assert_eq!(astring(b"\"a \\\"b\\\\\"").unwrap(), &b"a \"b\\"[..]);
        assert_eq!(astring(b"{3}\r\na\r\nb").unwrap(), &b"a\r\n"[..]);
        assert_eq!(astring(b"{3+}\r\nabc").unwrap(), &b"abc"[..]);
        assert_eq!(astring(b"~{1}\r\n\0").unwrap(), &b"\0"[..]);
        assert_eq!(astring(b"~/mail").unwrap(), &b"~/mail"[..]);
        for bad in [
            &b""[..],
            b"\"a",
            b"\"a\r\n\"",
            b"\"a\\",
            b"{3}\r\nab",
            b"{3}ab",
            b"{",
            b"{x}\r\n",
            b"%",
        ] {
            assert!(astring(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Cursor::new(b"NIL ").nstring().unwrap(), None);
        assert!(Cursor::new(b"NILS").nstring().is_err());
    }

    #[test]
    fn numbers() {
        assert_eq!(Cursor::new(b"4294967295").number(), Ok(u32::MAX));
        assert!(Cursor::new(b"4294967296").number().is_err());
        assert!(Cursor::new(b"0").nz_number().is_err());
        assert_eq!(Cursor::new(b"18446744073709551615").number64(), Ok(u64::MAX));
        assert_eq!(Cursor::new(b"00000000000000000000001").number64(), Ok(1));
        assert!(Cursor::new(b"18446744073709551616").number64().is_err());
        assert!(Cursor::new(b"x").number64().is_err());
    }

    #[test]
    fn lists_and_values() {
        let list = |input: &'static [u8]| {
            let mut c = Cursor::new(input);
            (c.list(|c| c.number()), c.into_deviations().len())
        };
        assert_eq!(list(b"()"), (Ok(Vec::new()), 0));
        assert_eq!(list(b"(1 2)"), (Ok(alloc::vec![1, 2]), 0));
        assert_eq!(list(b"( 1  2 )"), (Ok(alloc::vec![1, 2]), 3));
        assert!(list(b"(1,2)").0.is_err());
        let value = |input: &'static [u8]| Cursor::new(input).value();
        assert_eq!(value(b"(a (\"(\" {1}\r\n)) NIL) b"), Ok(&b"(a (\"(\" {1}\r\n)) NIL)"[..]));
        assert_eq!(
            value(b"BODY[HEADER.FIELDS (A B)]<0> x"),
            Ok(&b"BODY[HEADER.FIELDS (A B)]<0>"[..])
        );
        assert!(value(b"(a").is_err());
        assert!(value(b")").is_err());
    }

    #[test]
    fn a_streamed_literal_has_no_octets() {
        let mut c = Cursor::with(b"{100}\r\n rest", &[7], 1);
        assert_eq!(c.content(), Ok(Content::Streamed { len: 100 }));
        assert_eq!(c.rest(), b" rest");
        assert!(Cursor::with(b"{100}\r\n rest", &[7], 1).literal().is_err());
    }

    #[test]
    fn nesting_is_a_number() {
        let deep = alloc::vec![b'('; 1_000_000];
        assert!(Cursor::new(&deep).value().is_err());
        let mut c = Cursor::with(b"", &[], 1);
        assert!(c.enter().is_ok());
        assert!(c.enter().is_err());
    }
}
