//! Text out of tokens.

use alloc::string::String;
use alloc::vec::Vec;

use super::Options;
use crate::markup::{Tag, Token, decode};

/// Quote marks and levels of lists that are shown; deeper ones are not told apart, so that a line
/// stays readable and the text is not much longer than the HTML.
const DEEPEST: usize = 8;

/// What stands between the text so far and the next word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

pub(super) struct Renderer<'o> {
    options: &'o Options,
    out: String,
    gap: Gap,
    /// Line ends by `<br>` that are not yet written.
    breaks: u32,
    /// Whether the line so far has no text.
    line_start: bool,
    /// Open quotes.
    quotes: usize,
    /// Those of the line before.
    line_quotes: usize,
    /// Open lists: the next number, or `None` for a list with bullets.
    lists: Vec<Option<u32>>,
    /// Open lists beyond those.
    lists_beyond: usize,
    /// An item has begun and has no text yet.
    item: bool,
    /// Open elements with preformatted text.
    pre: usize,
    /// A line end at the start of preformatted text is not part of it.
    pre_start: bool,
    /// The open link: where its text starts, and its target.
    link: Option<(usize, String)>,
}

/// What an element does to the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Inline,
    Cell,
    Line,
    Paragraph,
    Quote,
    List,
    Item,
    Preformatted,
    Link,
    Picture,
    Break,
    Rule,
}

const KINDS: [(&str, Kind); 59] = [
    ("a", Kind::Link),
    ("address", Kind::Line),
    ("area", Kind::Inline),
    ("article", Kind::Line),
    ("aside", Kind::Line),
    ("blockquote", Kind::Quote),
    ("body", Kind::Line),
    ("br", Kind::Break),
    ("caption", Kind::Line),
    ("center", Kind::Line),
    ("dd", Kind::Line),
    ("details", Kind::Line),
    ("dialog", Kind::Line),
    ("dir", Kind::List),
    ("div", Kind::Line),
    ("dl", Kind::Paragraph),
    ("dt", Kind::Line),
    ("fieldset", Kind::Line),
    ("figcaption", Kind::Line),
    ("figure", Kind::Paragraph),
    ("footer", Kind::Line),
    ("form", Kind::Line),
    ("h1", Kind::Paragraph),
    ("h2", Kind::Paragraph),
    ("h3", Kind::Paragraph),
    ("h4", Kind::Paragraph),
    ("h5", Kind::Paragraph),
    ("h6", Kind::Paragraph),
    ("head", Kind::Line),
    ("header", Kind::Line),
    ("hgroup", Kind::Line),
    ("hr", Kind::Rule),
    ("html", Kind::Line),
    ("img", Kind::Picture),
    ("legend", Kind::Line),
    ("li", Kind::Item),
    ("listing", Kind::Preformatted),
    ("main", Kind::Line),
    ("menu", Kind::List),
    ("nav", Kind::Line),
    ("ol", Kind::List),
    ("optgroup", Kind::Line),
    ("option", Kind::Line),
    ("p", Kind::Paragraph),
    ("plaintext", Kind::Preformatted),
    ("pre", Kind::Preformatted),
    ("search", Kind::Line),
    ("section", Kind::Line),
    ("summary", Kind::Line),
    ("table", Kind::Line),
    ("tbody", Kind::Line),
    ("td", Kind::Cell),
    ("textarea", Kind::Preformatted),
    ("tfoot", Kind::Line),
    ("th", Kind::Cell),
    ("thead", Kind::Line),
    ("tr", Kind::Line),
    ("ul", Kind::List),
    ("xmp", Kind::Preformatted),
];

fn kind(name: &str) -> Kind {
    let mut lower = [0; 10];
    let Some(buffer) = lower.get_mut(..name.len()) else { return Kind::Inline };
    buffer.copy_from_slice(name.as_bytes());
    buffer.make_ascii_lowercase();
    let name: &[u8] = buffer;
    KINDS
        .binary_search_by(|(known, _)| known.as_bytes().cmp(name))
        .ok()
        .and_then(|at| KINDS.get(at))
        .map_or(Kind::Inline, |&(_, kind)| kind)
}

impl<'o> Renderer<'o> {
    pub(super) fn new(options: &'o Options) -> Self {
        Renderer {
            options,
            out: String::new(),
            gap: Gap::None,
            breaks: 0,
            line_start: true,
            quotes: 0,
            line_quotes: 0,
            lists: Vec::new(),
            lists_beyond: 0,
            item: false,
            pre: 0,
            pre_start: false,
            link: None,
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.end_link();
        self.out.truncate(self.out.trim_end().len());
        self.out
    }

    pub(super) fn token(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => self.text(&decode(text, false)),
            Token::Start(tag) => self.start(tag),
            Token::End(name) => self.end(name),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let kind = kind(tag.name);
        match kind {
            Kind::Inline => return,
            Kind::Cell => self.gap(Gap::Space),
            Kind::Line => self.gap(Gap::Line),
            Kind::Paragraph => self.gap(Gap::Paragraph),
            Kind::Quote => {
                self.close_line(Gap::Paragraph);
                self.quotes += 1;
            }
            Kind::List => {
                // A list inside of an item belongs to it.
                let inside = !self.lists.is_empty();
                self.close_line(if inside { Gap::Line } else { Gap::Paragraph });
                let first = tag.attribute("start").and_then(|n| n.trim().parse().ok()).unwrap_or(1);
                let ordered = tag.name.eq_ignore_ascii_case("ol");
                if self.lists.len() < DEEPEST {
                    self.lists.push(ordered.then_some(first));
                } else {
                    self.lists_beyond += 1;
                }
            }
            Kind::Item => {
                self.close_line(Gap::Line);
                self.item = true;
            }
            Kind::Preformatted => {
                self.gap(Gap::Paragraph);
                self.pre += 1;
                self.pre_start = true;
                return;
            }
            Kind::Link => {
                self.end_link();
                let target = tag.attribute("href").filter(|_| self.options.links);
                if let Some(target) = target.as_deref().and_then(shown_target) {
                    self.link = Some((self.out.len(), target));
                }
            }
            Kind::Picture => {
                let text = tag.attribute("alt").filter(|_| self.options.pictures);
                if let Some(text) = text {
                    self.text(&text);
                }
            }
            Kind::Break => self.breaks = self.breaks.saturating_add(1),
            Kind::Rule => {
                self.gap(Gap::Line);
                self.word("---");
                self.gap(Gap::Line);
            }
        }
        self.pre_start = false;
    }

    fn end(&mut self, name: &str) {
        match kind(name) {
            Kind::Inline | Kind::Picture | Kind::Rule => {}
            Kind::Cell => self.gap(Gap::Space),
            Kind::Line => self.gap(Gap::Line),
            Kind::Paragraph => self.gap(Gap::Paragraph),
            Kind::Quote => {
                self.close_line(Gap::Paragraph);
                self.quotes = self.quotes.saturating_sub(1);
            }
            Kind::List => {
                self.close_line(Gap::Line);
                self.item = false;
                match self.lists_beyond.checked_sub(1) {
                    Some(beyond) => self.lists_beyond = beyond,
                    None => drop(self.lists.pop()),
                }
                if self.lists.is_empty() {
                    self.gap(Gap::Paragraph);
                }
            }
            Kind::Item => {
                self.close_line(Gap::Line);
                self.item = false;
            }
            Kind::Preformatted => {
                self.pre = self.pre.saturating_sub(1);
                self.gap(Gap::Paragraph);
            }
            Kind::Link => self.end_link(),
            // Browsers read `</br>` as `<br>`.
            Kind::Break => self.breaks = self.breaks.saturating_add(1),
        }
    }

    fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Ends a line before the marks of lines change.
    fn close_line(&mut self, gap: Gap) {
        if self.item {
            // An empty item has its mark, too.
            self.word("");
        }
        self.gap(gap);
    }

    fn text(&mut self, text: &str) {
        if self.pre > 0 {
            self.preformatted(text);
            return;
        }
        let blank = |c: char| c.is_ascii_whitespace();
        let mut words = text.split(blank);
        // What stands before the first blank is part of the word so far.
        if let Some(first) = words.next().filter(|word| !word.is_empty()) {
            self.word(first);
        }
        for word in words {
            self.gap(Gap::Space);
            if !word.is_empty() {
                self.word(word);
            }
        }
    }

    fn preformatted(&mut self, text: &str) {
        let text = match core::mem::take(&mut self.pre_start) {
            true => text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text),
            false => text,
        };
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.breaks = self.breaks.saturating_add(1);
            }
            let line = line.strip_suffix('\r').unwrap_or(line);
            if !line.is_empty() {
                self.word(line);
            }
        }
    }

    /// Writes text that stays together, after what has to stand before it.
    fn word(&mut self, word: &str) {
        let lines = match self.gap {
            // Nothing comes before the first word.
            _ if self.out.is_empty() => 0,
            Gap::None | Gap::Space => self.breaks,
            // A break at the end of a block does not show.
            Gap::Line => self.breaks.max(1),
            Gap::Paragraph => self.breaks.max(2),
        };
        if lines > 0 {
            // Blanks before a line end are not text.
            let len = self.out.trim_end_matches(' ').len();
            self.out.truncate(len);
            self.out.push('\n');
            for _ in 1..lines {
                self.quote_marks(self.quotes.min(self.line_quotes));
                self.out.push('\n');
            }
            self.line_start = true;
        }
        if self.line_start {
            self.quote_marks(self.quotes);
            self.line_quotes = self.quotes;
            if self.quotes > 0 {
                self.out.push(' ');
            }
            self.indent();
            self.line_start = false;
        } else if self.gap == Gap::Space && lines == 0 {
            self.out.push(' ');
        }
        self.gap = Gap::None;
        self.breaks = 0;
        // A no-break space is one for programs that show HTML.
        for (number, piece) in word.split('\u{a0}').enumerate() {
            if number > 0 {
                self.out.push(' ');
            }
            self.out.push_str(piece);
        }
    }

    fn quote_marks(&mut self, quotes: usize) {
        for _ in 0..quotes.min(DEEPEST) {
            self.out.push('>');
        }
    }

    /// Writes the blanks before a line in a list, and the mark of an item.
    fn indent(&mut self) {
        let item = core::mem::take(&mut self.item);
        let depth = self.lists.len();
        for _ in 1..depth {
            self.out.push_str("  ");
        }
        match (item, self.lists.last_mut()) {
            (true, Some(Some(number))) => {
                let current = *number;
                *number = current.saturating_add(1);
                // Writing to a string does not fail.
                let _ = core::fmt::Write::write_fmt(&mut self.out, format_args!("{current}. "));
            }
            (true, _) => self.out.push_str("- "),
            (false, Some(_)) => self.out.push_str("  "),
            (false, None) => {}
        }
    }

    fn end_link(&mut self) {
        let Some((start, target)) = self.link.take() else { return };
        let text = self.out.get(start..).unwrap_or_default().trim();
        let same = target.strip_prefix("mailto:").unwrap_or(&target);
        if text == same || text == target {
            return;
        }
        let gap = self.gap;
        if !text.is_empty() {
            self.gap = Gap::Space;
        }
        self.word("<");
        self.out.push_str(&target);
        self.out.push('>');
        self.gap = gap;
    }
}

/// Returns what is shown of the target of a link: that of a scheme that leads somewhere, without
/// characters that a URL does not have.
fn shown_target(target: &str) -> Option<String> {
    let target = target.trim();
    let (scheme, _) = target.split_once(':')?;
    let known = ["http", "https", "mailto", "ftp", "tel"];
    if !known.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let shown = |c: &char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"');
    Some(target.chars().filter(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_sorted() {
        assert!(KINDS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(KINDS.iter().all(|(name, known)| name.len() <= 10 && kind(name) == *known));
    }
}
