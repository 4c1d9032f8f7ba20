//! Writing header fields: folded, encoded where they must be.
//!
//! Lines are kept to 78 characters where a blank allows it, and never exceed 998
//! ([RFC 5322, section 2.1.1](https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1)).

use alloc::string::String;
use alloc::vec::Vec;

use super::{NameForm, Options};
use crate::encoded_word;
use crate::header::Mailbox;
use crate::header::lexer::is_atext;
use crate::header::syntax::is_token;

/// Preferred length of a line.
const LINE: usize = 78;
/// A word without blanks that is longer is encoded, so that it can be folded.
const LONGEST_WORD: usize = 900;

/// A field that is being written.
pub(super) struct FieldWriter<'o> {
    out: &'o mut Vec<u8>,
    column: usize,
    /// Nothing stands behind the name yet.
    first: bool,
    utf8: bool,
}

impl<'o> FieldWriter<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>, name: &str, options: &Options) -> Self {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        FieldWriter { out, column: name.len() + 1, first: true, utf8: options.utf8_headers }
    }

    pub(super) fn finish(self) {
        self.out.extend_from_slice(b"\r\n");
    }

    /// Writes something that must not be broken, on a new line if it does not fit on this one.
    pub(super) fn token(&mut self, token: &str) {
        self.room_for(token.len());
        self.glue(token);
    }

    /// Writes the blank before a token of some length, on a new line if it does not fit on this one.
    fn room_for(&mut self, len: usize) {
        if !self.first && self.column + 1 + len > LINE {
            self.out.extend_from_slice(b"\r\n");
            self.column = 0;
        }
        self.out.push(b' ');
        self.column += 1;
        self.first = false;
    }

    /// Writes something right behind the last token.
    pub(super) fn glue(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.column += text.len();
    }

    /// Writes text as encoded words.
    fn encoded(&mut self, text: &str) {
        let room = LINE.saturating_sub(self.column + 1);
        // A very short first word is worse than a short line.
        let room = if room < 30 { LINE } else { room };
        for word in encoded_word::encode(text, room).split(' ') {
            self.token(word);
        }
    }

    /// Writes unstructured text: words of plain ASCII as they are, the others encoded.
    pub(super) fn text(&mut self, text: &str) {
        if text.split(' ').all(|word| !word.is_empty() && self.is_plain(word)) {
            text.split(' ').for_each(|word| self.token(word));
            return;
        }
        let words: Vec<&str> = text.split(' ').collect();
        let mut encode: Vec<bool> = words.iter().map(|word| !self.is_plain(word)).collect();
        // A blank that stands beside another, or at an end, would not survive folding.
        for i in 0..words.len() {
            if words.get(i).is_some_and(|word| word.is_empty()) {
                let neighbour = if i + 1 < words.len() { i + 1 } else { i.saturating_sub(1) };
                for at in [i, neighbour] {
                    if let Some(flag) = encode.get_mut(at) {
                        *flag = true;
                    }
                }
            }
        }
        if text.is_empty() {
            return;
        }
        let mut at = 0;
        while let (Some(word), Some(&encoded)) = (words.get(at), encode.get(at)) {
            if !encoded {
                self.token(word);
                at += 1;
                continue;
            }
            // Neighbours are encoded together, with the blanks between them.
            let run = encode.get(at..).unwrap_or_default().iter().take_while(|flag| **flag).count();
            let text = words.get(at..at + run).unwrap_or_default().join(" ");
            self.encoded(&text);
            at += run;
        }
    }

    fn is_plain(&self, word: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_graphic() || (byte >= 0x80 && self.utf8);
        word.bytes().all(plain) && !has_word_start(word) && word.len() <= LONGEST_WORD
    }

    /// Writes a mailbox: `addr-spec`, or a display name and the address in angle brackets.
    pub(super) fn mailbox(&mut self, mailbox: &Mailbox<'_>) {
        let address = mailbox.address();
        match mailbox.name().filter(|name| !name.is_empty()) {
            Some(name) => {
                self.phrase(name);
                self.room_for(address.len() + 2);
                self.glue("<");
                self.glue(&address);
                self.glue(">");
            }
            None => self.token(&address),
        }
    }

    /// Writes a phrase: atoms, a quoted string, or encoded words.
    ///
    /// ```abnf
    /// phrase = 1*word / obs-phrase
    /// word = atom / quoted-string
    /// ```
    pub(super) fn phrase(&mut self, text: &str) {
        let atom = |word: &str| !word.is_empty() && word.bytes().all(|b| is_atext(b) && b < 0x80);
        if !has_word_start(text) && text.len() <= LONGEST_WORD && text.split(' ').all(atom) {
            text.split(' ').for_each(|word| self.token(word));
            return;
        }
        let quotable =
            |byte: u8| byte == b' ' || byte.is_ascii_graphic() || (byte >= 0x80 && self.utf8);
        if text.len() <= LONGEST_WORD && !has_word_start(text) && text.bytes().all(quotable) {
            let mut quoted = String::with_capacity(text.len() + 2);
            quote(text, &mut quoted);
            self.token(&quoted);
            return;
        }
        self.encoded(text);
    }

    /// Writes a parameter, with its semicolon.
    ///
    /// ```abnf
    /// parameter := attribute "=" value
    /// value := token / quoted-string
    /// extended-parameter := (extended-initial-name "=" extended-value) / ...
    /// ```
    ///
    /// [RFC 2045, section 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1),
    /// [RFC 2231](https://www.rfc-editor.org/rfc/rfc2231)
    pub(super) fn parameter(&mut self, name: &str, value: &str, form: NameForm) {
        self.glue(";");
        let graphic = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        let plain = value.bytes().all(graphic) && !has_word_start(value);
        let utf8 = self.utf8 && value.bytes().all(|byte| graphic(byte) || byte >= 0x80);
        // A long value is cut up, since a quoted string cannot be folded safely.
        if (plain || utf8) && name.len() + value.len() <= 200 {
            let mut text = alloc::format!("{name}=");
            if !value.is_empty() && value.bytes().all(is_token) {
                text.push_str(value);
            } else {
                quote(value, &mut text);
            }
            return self.token(&text);
        }
        if form == NameForm::EncodedWord {
            let words = encoded_word::encode(value, LINE - 4 - name.len().min(40));
            let mut words = words.split(' ').peekable();
            let mut lead = alloc::format!("{name}=\"");
            while let Some(word) = words.next() {
                let end = if words.peek().is_none() { "\"" } else { "" };
                self.token(&alloc::format!("{lead}{word}{end}"));
                lead.clear();
            }
            return;
        }
        self.extended(name, value);
    }

    /// Writes a parameter in the form of RFC 2231, in sections where it is long.
    fn extended(&mut self, name: &str, value: &str) {
        let mut escaped = String::new();
        let mut sections: Vec<String> = Vec::new();
        // `name*12*=` and `;` around it.
        let room = LINE.saturating_sub(name.len() + 7 + "utf-8''".len()).max(12);
        for character in value.chars() {
            let mut piece = String::new();
            for &byte in character.encode_utf8(&mut [0; 4]).as_bytes() {
                if is_token(byte) && !matches!(byte, b'*' | b'\'' | b'%') {
                    piece.push(char::from(byte));
                } else {
                    piece.push_str(&alloc::format!("%{byte:02X}"));
                }
            }
            if escaped.len() + piece.len() > room {
                sections.push(core::mem::take(&mut escaped));
            }
            escaped.push_str(&piece);
        }
        sections.push(escaped);
        if let [only] = sections.as_slice() {
            return self.token(&alloc::format!("{name}*=utf-8''{only}"));
        }
        let last = sections.len() - 1;
        for (i, section) in sections.iter().enumerate() {
            let charset = if i == 0 { "utf-8''" } else { "" };
            let end = if i == last { "" } else { ";" };
            self.token(&alloc::format!("{name}*{i}*={charset}{section}{end}"));
        }
    }
}

/// Returns whether something in the text looks like the start of an encoded word.
fn has_word_start(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair == b"=?")
}

/// Appends a quoted string.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}
