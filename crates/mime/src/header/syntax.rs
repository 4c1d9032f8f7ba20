//! Small terminals that the MIME fields share.

/// A place in a field's value.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Cursor { bytes, offset: 0 }
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    pub(crate) fn advance(&mut self, count: usize) {
        self.offset = self.offset.saturating_add(count).min(self.bytes.len());
    }

    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.offset += usize::from(there);
        there
    }

    pub(crate) fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|&byte| !keep(byte)).unwrap_or(rest.len());
        self.offset += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Skips blanks, line breaks and comments. Returns whether there was a comment.
    ///
    /// ```abnf
    /// CFWS = (1*([FWS] comment) [FWS]) / FWS
    /// ```
    ///
    /// [RFC 5322, section 3.2.2](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.2)
    pub(crate) fn skip_blanks_and_comments(&mut self) -> bool {
        let mut comment = false;
        loop {
            self.take_while(is_blank);
            if self.peek() != Some(b'(') {
                return comment;
            }
            comment = true;
            let mut depth = 0usize;
            while let Some(byte) = self.peek() {
                self.offset += 1;
                match byte {
                    b'\\' => self.advance(1),
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
        }
    }

    /// Reads a quoted string from its opening quote on. Returns what is between the quotes, with
    /// its backslashes, and whether the closing quote was there.
    ///
    /// ```abnf
    /// quoted-string = [CFWS] DQUOTE *([FWS] qcontent) [FWS] DQUOTE [CFWS]
    /// ```
    ///
    /// [RFC 5322, section 3.2.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.4)
    pub(crate) fn quoted(&mut self) -> (&'a [u8], bool) {
        self.advance(1);
        let rest = self.rest();
        let mut end = 0;
        while let Some(&byte) = rest.get(end) {
            match byte {
                b'"' => {
                    self.advance(end + 1);
                    return (rest.get(..end).unwrap_or_default(), true);
                }
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.advance(rest.len());
        (rest, false)
    }
}

/// Compares a name in any letter case with one of lower-case letters, digits and hyphens.
///
/// Names are short: a loop without branches is faster than looking for the first difference.
#[inline]
pub(crate) fn is_name(name: &[u8], lower: &[u8]) -> bool {
    let differ = |(&a, &b): (&u8, &u8)| (a.to_ascii_lowercase()) ^ b;
    name.len() == lower.len() && name.iter().zip(lower).map(differ).fold(0, |all, d| all | d) == 0
}

/// Blanks and what folding leaves in a value.
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// ```abnf
/// token := 1*<any (US-ASCII) CHAR except SPACE, CTLs, or tspecials>
/// tspecials := "(" / ")" / "<" / ">" / "@" / "," / ";" / ":" / "\" / <"> / "/" / "[" / "]" /
///              "?" / "="
/// ```
///
/// [RFC 2045, section 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1)
#[inline]
pub(crate) const fn is_token(byte: u8) -> bool {
    CLASSES[byte as usize] & TOKEN != 0
}

/// ```abnf
/// ftext = %d33-57 / %d59-126
/// ```
///
/// [RFC 5322, section 3.6.8](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.8)
#[inline]
pub(crate) const fn is_ftext(byte: u8) -> bool {
    CLASSES[byte as usize] & FTEXT != 0
}

/// ```abnf
/// bchars := bcharsnospace / " "
/// bcharsnospace := DIGIT / ALPHA / "'" / "(" / ")" / "+" / "_" / "," / "-" / "." / "/" / ":" /
///                  "=" / "?"
/// ```
///
/// [RFC 2046, section 5.1.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1)
#[inline]
pub(crate) const fn is_bchar(byte: u8) -> bool {
    CLASSES[byte as usize] & BCHAR != 0
}

const TOKEN: u8 = 1;
const FTEXT: u8 = 2;
const BCHAR: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0x21;
    while byte < 0x7f {
        table[byte] = TOKEN | FTEXT;
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] |= BCHAR;
        }
        byte += 1;
    }
    let specials = b"()<>@,;:\\\"/[]?=";
    let mut i = 0;
    while i < specials.len() {
        table[specials[i] as usize] = FTEXT;
        i += 1;
    }
    table[b':' as usize] = 0;
    let others = b"'()+_,-./:=? ";
    let mut i = 0;
    while i < others.len() {
        table[others[i] as usize] |= BCHAR;
        i += 1;
    }
    table
};

/// Removes blanks and line breaks at both ends.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_blank(*first)
    {
        bytes = rest;
    }
    trim_end(bytes)
}

/// Removes blanks and line breaks at the end.
pub(crate) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., last] = bytes
        && is_blank(*last)
    {
        bytes = rest;
    }
    bytes
}
