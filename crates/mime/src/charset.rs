//! Charsets: from the label in a message to text.
//!
//! [`Charset::from_label`] understands the labels of the WHATWG Encoding Standard (through
//! `encoding_rs`, feature `charset`) and the many others that mail has: quoted ones, code page
//! numbers, vendor names. Feature `charset-legacy` adds what the web has given up: UTF-7, UTF-32,
//! HZ, ISO-2022-KR and its relatives, Johab, and the code pages of DOS and the old Macintosh.
//! Without either feature UTF-8, US-ASCII and ISO-8859-1 are there.
//!
//! Decoding never fails: what a charset does not define becomes U+FFFD. As on the web,
//! ISO-8859-1 means windows-1252. US-ASCII with bytes above 127 is read as UTF-8 where these bytes
//! are valid UTF-8, and as windows-1252 where they are not.
//!
//! ```
//! use mime::charset::Charset;
//!
//! let charset = Charset::from_label("\"ISO8859_1\"").unwrap();
//! assert_eq!(charset.name(), "windows-1252");
//! assert_eq!(charset.decode(b"caf\xe9").text, "café");
//! ```

use alloc::borrow::Cow;
use alloc::string::String;

#[cfg(feature = "charset")]
use encoding_rs::Encoding;

#[cfg(feature = "charset-legacy")]
mod iso2022;
mod label;
#[cfg(feature = "charset-legacy")]
mod tables;
#[cfg(feature = "charset-legacy")]
mod unicode;

/// A known charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ascii,
    Utf8,
    Windows1252,
    #[cfg(feature = "charset")]
    Whatwg(&'static Encoding),
    /// UTF-16 whose byte order a byte order mark tells; little endian without one
    /// ([WHATWG Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels)), as mail
    /// programs have it; RFC 2781, section 4.3, wants the other order.
    #[cfg(feature = "charset")]
    Utf16,
    #[cfg(feature = "charset-legacy")]
    SingleByte(&'static tables::SingleByte),
    #[cfg(feature = "charset-legacy")]
    Utf7,
    #[cfg(feature = "charset-legacy")]
    Utf32(unicode::Order),
    #[cfg(feature = "charset-legacy")]
    Iso2022(iso2022::Variant),
}

/// Decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text; borrowed if the bytes were already what it takes.
    pub text: Cow<'a, str>,
    /// Whether bytes were not valid in the charset.
    pub malformed: bool,
}

impl Charset {
    /// US-ASCII, read tolerantly.
    pub const US_ASCII: Charset = Charset(Kind::Ascii);
    /// UTF-8.
    pub const UTF_8: Charset = Charset(Kind::Utf8);
    /// Windows-1252, which is also what ISO-8859-1 means in practice.
    pub const WINDOWS_1252: Charset = Charset(Kind::Windows1252);

    /// Finds the charset for a label, in any letter case and with quotes and blanks around it.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::charset::Charset;
    ///
    /// assert_eq!(Charset::from_label(" utf8 "), Some(Charset::UTF_8));
    /// assert_eq!(Charset::from_label("WE8MSWIN1252"), Some(Charset::WINDOWS_1252));
    /// assert_eq!(Charset::from_label("no-such-charset"), None);
    /// ```
    pub fn from_label(label: &str) -> Option<Self> {
        label::find(label).map(Charset)
    }

    /// Returns the name of the charset.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Ascii => "us-ascii",
            Kind::Utf8 => "utf-8",
            Kind::Windows1252 => "windows-1252",
            #[cfg(feature = "charset")]
            Kind::Whatwg(encoding) => encoding.name(),
            #[cfg(feature = "charset")]
            Kind::Utf16 => "utf-16",
            #[cfg(feature = "charset-legacy")]
            Kind::SingleByte(table) => table.name,
            #[cfg(feature = "charset-legacy")]
            Kind::Utf7 => "utf-7",
            #[cfg(feature = "charset-legacy")]
            Kind::Utf32(order) => order.name(),
            #[cfg(feature = "charset-legacy")]
            Kind::Iso2022(variant) => variant.name(),
        }
    }

    /// Decodes bytes at once.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::charset::Charset;
    ///
    /// let text = Charset::UTF_8.decode("日本".as_bytes());
    /// assert_eq!(text.text, "日本");
    /// assert!(!text.malformed);
    /// assert!(Charset::UTF_8.decode(b"\xff").malformed);
    /// ```
    pub fn decode(self, bytes: &[u8]) -> Text<'_> {
        match self.0 {
            Kind::Ascii | Kind::Utf8 => {
                if let Some(text) = valid_utf8(bytes) {
                    let malformed = self.0 == Kind::Ascii && !text.is_ascii();
                    return Text { text: Cow::Borrowed(text), malformed };
                }
            }
            #[cfg(feature = "charset")]
            Kind::Windows1252 => return whatwg(encoding_rs::WINDOWS_1252, bytes),
            #[cfg(feature = "charset")]
            Kind::Whatwg(encoding) => return whatwg(encoding, bytes),
            #[cfg(feature = "charset")]
            Kind::Utf16 => {
                let (text, _, malformed) = encoding_rs::UTF_16LE.decode(bytes);
                return Text { text, malformed };
            }
            #[allow(unreachable_patterns)]
            _ => {}
        }
        let mut decoder = Decoder::new(self);
        let mut text = String::new();
        decoder.decode(bytes, &mut text);
        decoder.finish(&mut text);
        Text { text: Cow::Owned(text), malformed: decoder.malformed }
    }
}

#[cfg(feature = "charset")]
fn whatwg<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Text<'a> {
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    Text { text, malformed }
}

#[cfg(feature = "charset")]
fn valid_utf8(bytes: &[u8]) -> Option<&str> {
    const SHORT: usize = 64;
    if bytes.len() <= SHORT {
        return core::str::from_utf8(bytes).ok();
    }
    // Faster than the standard library, which checks the result once more.
    match encoding_rs::UTF_8.decode_without_bom_handling_and_without_replacement(bytes)? {
        Cow::Borrowed(text) => Some(text),
        Cow::Owned(_) => None,
    }
}

#[cfg(not(feature = "charset"))]
fn valid_utf8(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

/// Decodes bytes that have no charset label: as UTF-8 where they are valid UTF-8, elsewhere as
/// windows-1252.
///
/// This is how header fields with raw 8-bit bytes are read.
///
/// # Example
///
/// ```
/// use mime::charset::decode_unlabelled;
///
/// assert_eq!(decode_unlabelled("Grüße".as_bytes()), "Grüße");
/// assert_eq!(decode_unlabelled(b"Gr\xfc\xdfe"), "Grüße");
/// ```
pub fn decode_unlabelled(bytes: &[u8]) -> Cow<'_, str> {
    Charset::US_ASCII.decode(bytes).text
}

/// A resumable charset decoder.
///
/// It holds only a few bytes between two calls, and gives the same text for the same bytes,
/// however they were cut.
///
/// # Example
///
/// ```
/// use mime::charset::{Charset, Decoder};
///
/// let mut decoder = Decoder::new(Charset::UTF_8);
/// let mut text = String::new();
/// for byte in "héé".bytes() {
///     decoder.decode(&[byte], &mut text);
/// }
/// decoder.finish(&mut text);
/// assert_eq!(text, "héé");
/// ```
#[derive(Debug)]
pub struct Decoder {
    state: State,
    malformed: bool,
}

#[derive(Debug)]
enum State {
    /// UTF-8; invalid bytes are windows-1252 if `mixed`, else U+FFFD.
    Utf8 { carry: [u8; 4], len: usize, mixed: bool },
    #[cfg(not(feature = "charset"))]
    Windows1252,
    // On the heap, since it is ten times as large as the others.
    #[cfg(feature = "charset")]
    Whatwg(alloc::boxed::Box<encoding_rs::Decoder>),
    #[cfg(feature = "charset-legacy")]
    SingleByte(&'static tables::SingleByte),
    #[cfg(feature = "charset-legacy")]
    Utf7(unicode::Utf7),
    #[cfg(feature = "charset-legacy")]
    Utf32(unicode::Utf32),
    #[cfg(feature = "charset-legacy")]
    Iso2022(iso2022::Iso2022),
}

impl Decoder {
    /// Creates a decoder.
    pub fn new(charset: Charset) -> Self {
        let state = match charset.0 {
            Kind::Ascii => State::Utf8 { carry: [0; 4], len: 0, mixed: true },
            Kind::Utf8 => State::Utf8 { carry: [0; 4], len: 0, mixed: false },
            #[cfg(not(feature = "charset"))]
            Kind::Windows1252 => State::Windows1252,
            #[cfg(feature = "charset")]
            Kind::Windows1252 => {
                State::Whatwg(encoding_rs::WINDOWS_1252.new_decoder_without_bom_handling().into())
            }
            #[cfg(feature = "charset")]
            Kind::Whatwg(encoding) => {
                State::Whatwg(encoding.new_decoder_without_bom_handling().into())
            }
            #[cfg(feature = "charset")]
            Kind::Utf16 => State::Whatwg(encoding_rs::UTF_16LE.new_decoder().into()),
            #[cfg(feature = "charset-legacy")]
            Kind::SingleByte(table) => State::SingleByte(table),
            #[cfg(feature = "charset-legacy")]
            Kind::Utf7 => State::Utf7(unicode::Utf7::default()),
            #[cfg(feature = "charset-legacy")]
            Kind::Utf32(order) => State::Utf32(unicode::Utf32::new(order)),
            #[cfg(feature = "charset-legacy")]
            Kind::Iso2022(variant) => State::Iso2022(iso2022::Iso2022::new(variant)),
        };
        Decoder { state, malformed: false }
    }

    /// Decodes the next chunk and appends the text to `out`.
    pub fn decode(&mut self, input: &[u8], out: &mut String) {
        self.malformed |= self.state.decode(input, out, false);
    }

    /// Ends the text: an incomplete character becomes U+FFFD.
    ///
    /// The decoder must not be used afterwards; [`Self::decode`] then appends nothing sensible.
    pub fn finish(&mut self, out: &mut String) {
        self.malformed |= self.state.decode(&[], out, true);
        self.state = State::Utf8 { carry: [0; 4], len: 0, mixed: false };
    }

    /// Returns whether bytes so far were not valid in the charset.
    pub fn malformed(&self) -> bool {
        self.malformed
    }
}

impl State {
    fn decode(&mut self, input: &[u8], out: &mut String, last: bool) -> bool {
        match self {
            State::Utf8 { carry, len, mixed } => utf8(carry, len, *mixed, input, out, last),
            #[cfg(not(feature = "charset"))]
            State::Windows1252 => {
                out.extend(input.iter().map(|&byte| windows_1252(byte)));
                false
            }
            #[cfg(feature = "charset")]
            State::Whatwg(decoder) => {
                let mut malformed = false;
                let mut rest = input;
                loop {
                    let need = decoder.max_utf8_buffer_length(rest.len()).unwrap_or(rest.len());
                    out.reserve(need);
                    let (result, read, replaced) = decoder.decode_to_string(rest, out, last);
                    malformed |= replaced;
                    rest = rest.get(read..).unwrap_or_default();
                    if result == encoding_rs::CoderResult::InputEmpty {
                        return malformed;
                    }
                }
            }
            #[cfg(feature = "charset-legacy")]
            State::SingleByte(table) => table.decode(input, out),
            #[cfg(feature = "charset-legacy")]
            State::Utf7(decoder) => decoder.decode(input, out, last),
            #[cfg(feature = "charset-legacy")]
            State::Utf32(decoder) => decoder.decode(input, out, last),
            #[cfg(feature = "charset-legacy")]
            State::Iso2022(decoder) => decoder.decode(input, out, last),
        }
    }
}

/// Decodes UTF-8 with a carry of an incomplete character.
fn utf8(
    carry: &mut [u8; 4],
    len: &mut usize,
    mixed: bool,
    input: &[u8],
    out: &mut String,
    last: bool,
) -> bool {
    let mut malformed = false;
    let mut rest = input;
    // Complete the carried character byte by byte: at most three times.
    while *len > 0 {
        let Some((&byte, tail)) = rest.split_first() else { break };
        let Some(slot) = carry.get_mut(*len) else { break };
        *slot = byte;
        *len += 1;
        rest = tail;
        let held = *carry;
        let held = held.get(..*len).unwrap_or_default();
        match core::str::from_utf8(held) {
            Ok(text) => {
                malformed |= mixed;
                out.push_str(text);
                *len = 0;
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                // All but the new byte is damaged; the new byte starts afresh.
                *len = 0;
                malformed = true;
                let old = held.get(..held.len().saturating_sub(1)).unwrap_or_default();
                damaged(old, mixed, out);
                malformed |= utf8(carry, len, mixed, &[byte], out, false);
            }
        }
    }
    if let Some(text) = valid_utf8(rest) {
        malformed |= mixed && !text.is_ascii();
        out.push_str(text);
    } else if mixed {
        malformed = true;
        let incomplete = mixed_text(rest, out);
        if let Some(free) = carry.get_mut(..incomplete.len()) {
            free.copy_from_slice(incomplete);
            *len = incomplete.len();
        }
    } else {
        let mut chunks = rest.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            out.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            let incomplete = chunks.peek().is_none()
                && core::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if incomplete {
                if let Some(free) = carry.get_mut(..invalid.len()) {
                    free.copy_from_slice(invalid);
                    *len = invalid.len();
                }
            } else {
                malformed = true;
                damaged(invalid, mixed, out);
            }
        }
    }
    if last && *len > 0 {
        malformed = true;
        damaged(carry.get(..*len).unwrap_or_default(), mixed, out);
        *len = 0;
    }
    malformed
}

/// Decodes UTF-8 in which other bytes are windows-1252. Returns an incomplete character at the end.
fn mixed_text<'a>(input: &'a [u8], out: &mut String) -> &'a [u8] {
    out.reserve(input.len());
    let mut rest = input;
    while let Some((&byte, tail)) = rest.split_first() {
        let width = match byte {
            0..=0x7f => rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len()),
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let (text, after) = rest.split_at_checked(width).unwrap_or((rest, &[]));
        match core::str::from_utf8(text) {
            Ok(text) => {
                out.push_str(text);
                rest = after;
            }
            Err(error) if text.len() < width && error.error_len().is_none() => return rest,
            Err(_) => {
                out.push(windows_1252(byte));
                rest = tail;
            }
        }
    }
    &[]
}

fn damaged(bytes: &[u8], mixed: bool, out: &mut String) {
    if mixed {
        out.extend(bytes.iter().map(|&byte| windows_1252(byte)));
    } else {
        out.push(char::REPLACEMENT_CHARACTER);
    }
}

/// Decodes one byte of windows-1252; its five undefined bytes are C1 controls, as on the web.
pub(crate) fn windows_1252(byte: u8) -> char {
    const C1: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => {
            C1.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::from(byte),
    }
}
