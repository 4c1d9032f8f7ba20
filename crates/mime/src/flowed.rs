//! Text with `format=flowed`: paragraphs cut into lines that can be joined again.
//!
//! ```abnf
//! flowed-line = flowed-line-qt / flowed-line-unqt
//! quote-mark = 1*">"
//! stuffing = [SP]
//! ```
//!
//! [RFC 3676](https://www.rfc-editor.org/rfc/rfc3676)

use alloc::borrow::Cow;
use alloc::string::String;

/// A paragraph: text that is one line in the author's mind, and how deeply it is quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paragraph<'a> {
    /// The number of quote marks.
    pub quote: u32,
    /// The text without marks, stuffing and line breaks.
    pub text: Cow<'a, str>,
}

impl<'a> Paragraph<'a> {
    /// Creates a paragraph.
    pub fn new(quote: u32, text: impl Into<Cow<'a, str>>) -> Self {
        Paragraph { quote, text: text.into() }
    }
}

/// The line that separates the signature; it ends with a blank but does not flow.
const SIGNATURE: &str = "-- ";

/// Iterates over the paragraphs of a text that was sent with `format=flowed`.
///
/// `del_sp` is whether the type has `delsp=yes`, so that the blank at the end of each flowed line
/// is not part of the text. Lines end with CRLF or LF. A line that flows into one of another quote
/// depth ends its paragraph, as the RFC advises.
///
/// # Example
///
/// ```
/// use mime::flowed::{self, Paragraph};
///
/// let text = "> Hello \r\n> world\r\nHi\r\n";
/// let paragraphs: Vec<_> = flowed::decode(text, false).collect();
/// assert_eq!(paragraphs, [Paragraph::new(1, "Hello world"), Paragraph::new(0, "Hi")]);
/// ```
pub fn decode(text: &str, del_sp: bool) -> impl Iterator<Item = Paragraph<'_>> {
    let mut lines = text.lines().map(Line::parse).peekable();
    core::iter::from_fn(move || {
        let first = lines.next()?;
        let quote = first.quote;
        let follows = |next: Option<&Line<'_>>| {
            next.is_some_and(|next| next.quote == quote && !next.is_signature())
        };
        if !first.flows() || !follows(lines.peek()) {
            let text = match first.flows() && del_sp {
                true => first.text.strip_suffix(' ').unwrap_or(first.text),
                false => first.text,
            };
            return Some(Paragraph::new(quote, text));
        }
        let mut text = String::new();
        let mut line = first;
        loop {
            let flows = line.flows();
            text.push_str(match flows && del_sp {
                true => line.text.strip_suffix(' ').unwrap_or(line.text),
                false => line.text,
            });
            if !flows || !follows(lines.peek()) {
                return Some(Paragraph::new(quote, text));
            }
            match lines.next() {
                Some(next) => line = next,
                None => return Some(Paragraph::new(quote, text)),
            }
        }
    })
}

/// Joins the paragraphs to a text with one line for each, quoted by `> ` for each level.
///
/// # Example
///
/// ```
/// assert_eq!(mime::flowed::to_text("> a \r\n> b\r\n", false), "> a b\n");
/// ```
pub fn to_text(text: &str, del_sp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for paragraph in decode(text, del_sp) {
        for _ in 0..paragraph.quote {
            out.push('>');
        }
        if paragraph.quote > 0 {
            out.push(' ');
        }
        out.push_str(&paragraph.text);
        out.push('\n');
    }
    out
}

#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    quote: u32,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        let text = line.trim_start_matches('>');
        let quote = u32::try_from(line.len() - text.len()).unwrap_or(u32::MAX);
        Line { quote, text: text.strip_prefix(' ').unwrap_or(text) }
    }

    fn is_signature(&self) -> bool {
        self.text == SIGNATURE
    }

    fn flows(&self) -> bool {
        self.text.ends_with(' ') && !self.is_signature()
    }
}

/// Longest line that [`encode`] makes, in characters, where the text has blanks to break at.
const WIDTH: usize = 76;

/// Writes paragraphs as text for `format=flowed`, with lines of at most 76 characters that end
/// with CRLF.
///
/// With `del_sp` (`delsp=yes`), text without blanks, such as Chinese, is broken as well. Blanks at
/// the end of a paragraph are dropped, except those of the line `-- `.
///
/// # Example
///
/// ```
/// use mime::flowed::{self, Paragraph};
///
/// let text = flowed::encode([Paragraph::new(1, "Hello"), Paragraph::new(0, "From me")], false);
/// assert_eq!(text, "> Hello\r\n From me\r\n");
/// ```
pub fn encode<'a>(paragraphs: impl IntoIterator<Item = Paragraph<'a>>, del_sp: bool) -> String {
    let mut out = String::new();
    for paragraph in paragraphs {
        for line in paragraph.text.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let line = if line == SIGNATURE { line } else { line.trim_end_matches(' ') };
            encode_line(paragraph.quote, line, del_sp, &mut out);
        }
    }
    out
}

fn encode_line(quote: u32, line: &str, del_sp: bool, out: &mut String) {
    // More marks than a line can have are of no use.
    let quote = (quote as usize).min(WIDTH / 2);
    let room = WIDTH - quote - 2;
    let mut rest = line;
    loop {
        let (text, tail) = if rest == SIGNATURE { (rest, "") } else { cut(rest, room, del_sp) };
        for _ in 0..quote {
            out.push('>');
        }
        let stuffed = quote > 0 || text.starts_with([' ', '>']) || text.starts_with("From ");
        if stuffed && !(quote > 0 && text.is_empty() && tail.is_empty()) {
            out.push(' ');
        }
        out.push_str(text);
        if !tail.is_empty() && del_sp {
            out.push(' ');
        }
        out.push_str("\r\n");
        if tail.is_empty() {
            return;
        }
        rest = tail;
    }
}

/// Cuts off as much as fits on a line that flows: up to and with a blank, or anywhere with
/// `del_sp`.
fn cut(text: &str, room: usize, del_sp: bool) -> (&str, &str) {
    let mut last_blank = None;
    for (count, (at, character)) in text.char_indices().enumerate() {
        if count >= room {
            let at = match last_blank {
                Some(blank) => blank,
                None if del_sp => at,
                None => match text.get(at..).and_then(|rest| rest.find(' ')) {
                    Some(blank) => at + blank + 1,
                    None => return (text, ""),
                },
            };
            // The rest must not be the signature line, nor empty.
            return match text.split_at_checked(at) {
                Some((head, tail)) if tail != SIGNATURE && !tail.is_empty() => (head, tail),
                _ => (text, ""),
            };
        }
        if character == ' ' {
            last_blank = Some(at + 1);
        }
    }
    (text, "")
}
