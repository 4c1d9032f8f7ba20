//! Which parts of a message are its text, and which are attachments.

use alloc::string::String;
use alloc::vec::Vec;

use crate::markup::{Token, Tokens, decode};
use crate::{Message, Part, PartId, PartKind};

/// The parts of a message by what a mail program does with them.
///
/// The rules are those of [RFC 8621, section
/// 4.1.4](https://www.rfc-editor.org/rfc/rfc8621#section-4.1.4). Each list is in the order in
/// which the parts are to be shown, one below the other. A part can be in several lists.
///
/// # Example
///
/// ```
/// use mime::Message;
///
/// let message = Message::parse(
///     b"Content-Type: multipart/mixed; boundary=m\n\n\
///       --m\nContent-Type: multipart/alternative; boundary=a\n\n\
///       --a\n\nplain\n--a\nContent-Type: text/html\n\n<p>html\n--a--\n\
///       --m\nContent-Type: application/pdf\n\n%PDF\n--m--\n",
/// );
/// let bodies = message.bodies();
/// assert_eq!(bodies.text().next().unwrap().text().unwrap().text, "plain");
/// assert_eq!(bodies.html().next().unwrap().text().unwrap().text, "<p>html");
/// assert_eq!(bodies.attachments().next().unwrap().content_type().subtype(), "pdf");
/// assert_eq!(message.preview(256), "plain");
/// ```
#[derive(Clone, Debug)]
pub struct Bodies<'m> {
    message: &'m Message<'m>,
    text: Vec<PartId>,
    html: Vec<PartId>,
    attachments: Vec<PartId>,
}

/// One multipart on the way down.
struct Level {
    next: Option<PartId>,
    index: usize,
    alternative: bool,
    related: bool,
    in_alternative: bool,
    /// Whether parts may go to the lists.
    text: bool,
    html: bool,
    text_len: usize,
    html_len: usize,
}

/// What decides about one part.
struct Shape {
    plain: bool,
    html: bool,
    media: bool,
    attachment: bool,
    named: bool,
}

impl Shape {
    fn of(part: Part<'_>) -> Self {
        let content_type = part.content_type();
        let leaf = part.kind() == PartKind::Leaf;
        Shape {
            // A multipart without parts is text.
            plain: leaf && (content_type.is("text", "plain") || content_type.is_kind("multipart")),
            html: leaf && content_type.is("text", "html"),
            media: leaf
                && ["image", "audio", "video"].iter().any(|kind| content_type.is_kind(kind)),
            attachment: part.disposition().is_some_and(|value| value.is_attachment()),
            named: part.filename().is_some(),
        }
    }
}

impl<'m> Bodies<'m> {
    pub(crate) fn of(message: &'m Message<'_>) -> Self {
        let mut bodies =
            Bodies { message, text: Vec::new(), html: Vec::new(), attachments: Vec::new() };
        // The message itself stands as the only part of a multipart/mixed.
        let mut levels = Vec::from([Level {
            next: Some(PartId::ROOT),
            index: 0,
            alternative: false,
            related: false,
            in_alternative: false,
            text: true,
            html: true,
            text_len: 0,
            html_len: 0,
        }]);
        while let Some(depth) = levels.len().checked_sub(1) {
            let Some(level) = levels.last_mut() else { break };
            let Some(part) = level.next.and_then(|id| message.part(id)) else {
                bodies.fill_alternative(level);
                levels.pop();
                continue;
            };
            level.next = if depth == 0 { None } else { message.index().next_sibling(part.id()) };
            let index = level.index;
            level.index += 1;
            if part.kind() == PartKind::Multipart {
                let content_type = part.content_type();
                let alternative = content_type.is("multipart", "alternative");
                let inner = Level {
                    next: part.children().next().map(Part::id),
                    index: 0,
                    alternative,
                    related: content_type.is("multipart", "related"),
                    in_alternative: level.in_alternative || alternative,
                    text: level.text,
                    html: level.html,
                    text_len: bodies.text.len(),
                    html_len: bodies.html.len(),
                };
                levels.push(inner);
            } else {
                bodies.place(part.id(), &Shape::of(part), index, level);
            }
        }
        bodies
    }

    fn place(&mut self, id: PartId, shape: &Shape, index: usize, level: &mut Level) {
        let inline = !shape.attachment
            && (shape.plain || shape.html || shape.media)
            && (index == 0 || (!level.related && (shape.media || !shape.named)));
        if !inline {
            self.attachments.push(id);
            return;
        }
        if level.alternative {
            let list = if shape.plain {
                &mut self.text
            } else if shape.html {
                &mut self.html
            } else {
                &mut self.attachments
            };
            list.push(id);
            return;
        }
        if level.in_alternative {
            level.html &= !shape.plain;
            level.text &= !shape.html;
        }
        if level.text {
            self.text.push(id);
        }
        if level.html {
            self.html.push(id);
        }
        if !(level.text && level.html) && shape.media {
            self.attachments.push(id);
        }
    }

    /// An alternative of one kind only stands for the other kind, too.
    fn fill_alternative(&mut self, level: &Level) {
        if !(level.alternative && level.text && level.html) {
            return;
        }
        let (text, html) = (self.text.len(), self.html.len());
        if text == level.text_len && html != level.html_len {
            self.text.extend_from_slice(self.html.get(level.html_len..).unwrap_or_default());
        }
        if html == level.html_len && text != level.text_len {
            self.html.extend_from_slice(self.text.get(level.text_len..text).unwrap_or_default());
        }
    }

    fn parts(&self, list: &[PartId]) -> impl ExactSizeIterator<Item = Part<'m>> {
        let message = self.message;
        list.iter().map(move |&id| Part::new(message, id))
    }

    /// Iterates over the parts to show where plain text is preferred.
    pub fn text(&self) -> impl ExactSizeIterator<Item = Part<'m>> {
        self.parts(&self.text)
    }

    /// Iterates over the parts to show where HTML is preferred.
    pub fn html(&self) -> impl ExactSizeIterator<Item = Part<'m>> {
        self.parts(&self.html)
    }

    /// Iterates over the parts to offer as attachments.
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = Part<'m>> {
        self.parts(&self.attachments)
    }

    /// Returns whether there is an attachment that is not only a picture of the HTML text.
    ///
    /// Parts with a `Content-ID` inside of a `multipart/related` do not count.
    pub fn has_attachment(&self) -> bool {
        self.attachments().any(|part| {
            let related = part
                .parent()
                .is_some_and(|parent| parent.content_type().is("multipart", "related"));
            !(related && part.content_id().is_some())
        })
    }
}

impl Message<'_> {
    /// Sorts the parts into text, HTML and attachments.
    pub fn bodies(&self) -> Bodies<'_> {
        Bodies::of(self)
    }

    /// Returns the beginning of the text on one line, of at most `max` characters.
    ///
    /// It is from the first part with text in it; [RFC 8621, section
    /// 4.1.4](https://www.rfc-editor.org/rfc/rfc8621#section-4.1.4) wants at most 256 characters.
    /// Blanks are joined; quoted lines are left out if there are others.
    pub fn preview(&self, max: usize) -> String {
        let bodies = self.bodies();
        for part in bodies.text() {
            let Some(body) = part.text() else { continue };
            let preview = if part.content_type().is("text", "html") {
                html_preview(&body.text, max)
            } else {
                let new = one_line(body.text.lines().filter(|line| !line.starts_with('>')), max);
                if new.is_empty() { one_line(body.text.lines(), max) } else { new }
            };
            if !preview.is_empty() {
                return preview;
            }
        }
        String::new()
    }
}

/// Text on one line, its blanks joined.
struct Preview {
    text: String,
    /// Characters that may still come.
    left: usize,
    blank: bool,
}

impl Preview {
    fn new(max: usize) -> Self {
        Preview { text: String::new(), left: max, blank: false }
    }

    /// Adds text; returns whether there is room for more.
    fn push(&mut self, text: &str) -> bool {
        for character in text.chars() {
            if character.is_whitespace() {
                self.blank = true;
                continue;
            }
            let blank = usize::from(core::mem::take(&mut self.blank) && !self.text.is_empty());
            if self.left <= blank {
                self.left = 0;
                return false;
            }
            self.left -= blank + 1;
            if blank > 0 {
                self.text.push(' ');
            }
            self.text.push(character);
        }
        true
    }
}

fn one_line<'a>(lines: impl Iterator<Item = &'a str>, max: usize) -> String {
    let mut preview = Preview::new(max);
    for line in lines {
        if !(preview.push(line) && preview.push(" ")) {
            break;
        }
    }
    preview.text
}

fn html_preview(html: &str, max: usize) -> String {
    const INLINE: [&str; 10] = ["a", "b", "em", "font", "i", "s", "small", "span", "strong", "u"];
    let mut preview = Preview::new(max);
    for token in Tokens::new(html) {
        let name = match token {
            Token::Text(text) if preview.push(&decode(text, false)) => continue,
            Token::Text(_) => break,
            Token::Start(tag) => tag.name,
            Token::End(name) => name,
        };
        if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
            preview.push(" ");
        }
    }
    preview.text
}
