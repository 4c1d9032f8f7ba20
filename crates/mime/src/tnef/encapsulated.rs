use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::code_page;
use crate::charset::Charset;

/// Groups inside each other that are read; what is deeper is left out.
const DEPTH: usize = 1000;

/// The body that RTF was made from.
///
/// Outlook keeps an HTML or text body in RTF, in such a way that it can be had back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encapsulated {
    /// The RTF was made from HTML (`\fromhtml1`).
    Html(String),
    /// The RTF was made from plain text (`\fromtext`).
    Text(String),
}

/// Finds the HTML or the text that RTF was made from.
///
/// `None` if the RTF does not say that it was. Time and result are linear in the length of the
/// RTF; line breaks are CRLF. What belongs to the RTF alone and what is damaged is left out.
///
/// [MS-OXRTFEX](https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxrtfex/411d0d58-49f7-496c-b8c3-5859b045f6cf)
///
/// # Example
///
/// ```
/// use mime::tnef::{Encapsulated, decapsulate_rtf};
///
/// let rtf = br"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag84 <p>}\htmlrtf {\b\htmlrtf0 gr\'fcn
/// {\*\htmltag92 </p>}\htmlrtf }\htmlrtf0}";
/// assert_eq!(decapsulate_rtf(rtf), Some(Encapsulated::Html("<p>grün</p>".into())));
/// assert_eq!(decapsulate_rtf(br"{\rtf1\ansi text}"), None);
/// ```
pub fn decapsulate(rtf: &[u8]) -> Option<Encapsulated> {
    let mut reader = Reader::new(rtf);
    reader.read();
    let Reader { kind, out, .. } = reader;
    match kind? {
        Kind::Html => Some(Encapsulated::Html(out.text)),
        Kind::Text => Some(Encapsulated::Text(out.text)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Text,
}

/// What the text of a group is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// The document.
    Body,
    /// The names of fonts; not shown.
    Fonts,
    /// Something that is not shown.
    Skipped,
}

/// What holds up to the end of a group.
#[derive(Clone, Copy)]
struct State {
    destination: Destination,
    /// Whether this is RTF that was not in the original (`\htmlrtf`).
    rtf_only: bool,
    /// How many units behind a `\u` stand for it in programs that do not know it.
    fallback: u16,
    charset: Option<Charset>,
}

/// The text so far, and the bytes that follow it.
#[derive(Default)]
struct Output {
    text: String,
    bytes: Vec<u8>,
    charset: Option<Charset>,
    /// The first half of a pair of UTF-16.
    high: Option<u16>,
}

impl Output {
    fn byte(&mut self, byte: u8, charset: Option<Charset>) {
        if self.charset != charset || self.high.is_some() {
            self.flush();
            self.charset = charset;
        }
        self.bytes.push(byte);
    }

    fn text(&mut self, text: &str) {
        self.flush();
        self.text.push_str(text);
    }

    fn utf16(&mut self, unit: u16) {
        let high = self.high.take();
        self.flush();
        for character in char::decode_utf16(high.into_iter().chain([unit])) {
            match character {
                Ok(character) => self.text.push(character),
                Err(error)
                    if (0xd800..0xdc00).contains(&error.unpaired_surrogate())
                        && error.unpaired_surrogate() == unit =>
                {
                    self.high = Some(unit);
                }
                Err(_) => self.text.push(char::REPLACEMENT_CHARACTER),
            }
        }
    }

    fn flush(&mut self) {
        if self.high.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        if self.bytes.is_empty() {
            return;
        }
        let charset = self.charset.unwrap_or(Charset::WINDOWS_1252);
        self.text.push_str(&charset.decode(&self.bytes).text);
        self.bytes.clear();
    }
}

struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    state: State,
    around: Vec<State>,
    /// Groups that are open beyond the limit.
    too_deep: usize,
    kind: Option<Kind>,
    /// The charset of the document.
    charset: Option<Charset>,
    fonts: BTreeMap<i32, Option<Charset>>,
    /// The font that the table of fonts is about.
    font: i32,
    /// Units that are still to be left out behind a `\u`.
    skip: u16,
    /// Whether a group has just begun, or has begun with `\*`.
    begins: bool,
    starred: bool,
    out: Output,
}

impl<'a> Reader<'a> {
    fn new(input: &'a [u8]) -> Self {
        let destination = Destination::Body;
        Reader {
            input,
            at: 0,
            state: State { destination, rtf_only: false, fallback: 1, charset: None },
            around: Vec::new(),
            too_deep: 0,
            kind: None,
            charset: None,
            fonts: BTreeMap::new(),
            font: 0,
            skip: 0,
            begins: false,
            starred: false,
            out: Output::default(),
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.input.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn read(&mut self) {
        while let Some(byte) = self.next() {
            match byte {
                b'{' => self.open(),
                b'}' => self.close(),
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
        }
        self.out.flush();
    }

    fn open(&mut self) {
        (self.skip, self.begins, self.starred) = (0, true, false);
        if self.around.len() < DEPTH {
            self.around.push(self.state);
        } else {
            self.too_deep += 1;
        }
    }

    fn close(&mut self) {
        (self.skip, self.begins, self.starred) = (0, false, false);
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(state) = self.around.pop() {
            self.state = state;
        }
    }

    /// Whether what stands here belongs to the original.
    fn shown(&self) -> bool {
        self.state.destination == Destination::Body && !self.state.rtf_only && self.too_deep == 0
    }

    /// Takes a unit of text; `false` if it only stands for a `\u` or does not belong there.
    fn unit(&mut self) -> bool {
        self.begins = false;
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.shown()
    }

    fn byte(&mut self, byte: u8) {
        if self.unit() {
            self.out.byte(byte, self.state.charset.or(self.charset));
        }
    }

    fn text(&mut self, text: &str) {
        if self.unit() {
            self.out.text(text);
        }
    }

    /// Reads what follows a backslash: a word with perhaps a number, or a sign.
    fn control(&mut self) {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let len = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        if len == 0 {
            return self.sign();
        }
        let (word, behind) = rest.split_at_checked(len).unwrap_or_default();
        let minus = usize::from(behind.first() == Some(&b'-'));
        let digits = behind.iter().skip(minus).take_while(|byte| byte.is_ascii_digit()).count();
        let mut number = None;
        let mut used = len;
        if digits > 0 {
            used += minus + digits;
            let text = behind.get(..minus + digits).and_then(|text| str::from_utf8(text).ok());
            // One that is too large is none.
            number = text.and_then(|text| text.parse::<i32>().ok());
        }
        used += usize::from(rest.get(used) == Some(&b' '));
        self.at += used;
        self.word(word, number);
    }

    fn sign(&mut self) {
        match self.next() {
            Some(sign @ (b'{' | b'}' | b'\\')) => self.byte(sign),
            Some(b'\'') => {
                let digits = self.input.get(self.at..self.at + 2);
                let digits = digits.and_then(|digits| str::from_utf8(digits).ok());
                if let Some(byte) = digits.and_then(|text| u8::from_str_radix(text, 16).ok()) {
                    self.at += 2;
                    self.byte(byte);
                }
            }
            Some(b'~') => self.text("\u{a0}"),
            Some(b'_') => self.text("\u{ad}"),
            Some(b'\r' | b'\n') => self.text("\r\n"),
            Some(b'*') if self.begins => self.starred = true,
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        let begins = core::mem::take(&mut self.begins);
        let starred = core::mem::take(&mut self.starred);
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        match word {
            b"htmltag" if starred => return,
            // An unknown destination is one to be left out.
            _ if starred && begins => return self.state_is(Destination::Skipped),
            b"fonttbl" => return self.state_is(Destination::Fonts),
            b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"fldinst"
            | b"header" | b"footer" | b"footnote" | b"pntext" | b"listtext" | b"nonshppict" => {
                return self.state_is(Destination::Skipped);
            }
            b"fromhtml" if number != Some(0) => self.kind = self.kind.or(Some(Kind::Html)),
            b"fromtext" => self.kind = self.kind.or(Some(Kind::Text)),
            b"ansicpg" => self.charset = number.and_then(of_code_page).or(self.charset),
            b"bin" => {
                let len = number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
                self.at = self.at.saturating_add(len).min(self.input.len());
            }
            _ => {}
        }
        if self.too_deep > 0 {
            return;
        }
        match word {
            b"htmlrtf" => self.state.rtf_only = number != Some(0),
            b"uc" => self.state.fallback = number.and_then(|n| u16::try_from(n).ok()).unwrap_or(1),
            b"f" if self.state.destination == Destination::Fonts => {
                self.font = number.unwrap_or(0);
            }
            b"f" => {
                let charset = number.and_then(|font| self.fonts.get(&font).copied());
                self.state.charset = charset.flatten();
            }
            b"plain" => self.state.charset = None,
            b"fcharset" if self.state.destination == Destination::Fonts => {
                let charset = number.and_then(of_font);
                self.fonts.insert(self.font, charset);
            }
            b"u" => {
                // Numbers above 32767 are written as negative ones.
                let unit = number.and_then(|number| {
                    u16::try_from(number)
                        .ok()
                        .or(i16::try_from(number).ok().map(i16::cast_unsigned))
                });
                if self.shown() {
                    self.out.utf16(unit.unwrap_or(0xfffd));
                }
                self.skip = self.state.fallback;
            }
            b"par" | b"line" => self.text("\r\n"),
            b"tab" => self.text("\t"),
            b"lquote" => self.text("\u{2018}"),
            b"rquote" => self.text("\u{2019}"),
            b"ldblquote" => self.text("\u{201c}"),
            b"rdblquote" => self.text("\u{201d}"),
            b"bullet" => self.text("\u{2022}"),
            b"endash" => self.text("\u{2013}"),
            b"emdash" => self.text("\u{2014}"),
            _ => {}
        }
    }

    fn state_is(&mut self, destination: Destination) {
        if self.too_deep == 0 {
            self.state.destination = destination;
        }
    }
}

fn of_code_page(number: i32) -> Option<Charset> {
    code_page(u32::try_from(number).ok()?)
}

/// Finds the charset that the number of a font's character set stands for.
fn of_font(number: i32) -> Option<Charset> {
    code_page(match number {
        0 => 1252,
        77 => return Charset::from_label("macintosh"),
        128 => 932,
        129 => 949,
        130 => return Charset::from_label("johab"),
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        254 => 437,
        _ => return None,
    })
}
