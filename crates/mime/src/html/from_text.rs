//! HTML out of text.

use alloc::string::String;

use crate::flowed::Paragraph;

/// Levels of quotes that are shown; deeper ones are shown as this one.
const DEEPEST: u32 = 32;

/// Writes text as HTML that looks like it.
///
/// Lines stay lines, blanks stay blanks, lines with `>` before them become quotes, and what looks
/// like the address of a page becomes a link. Everything else is written so that it is text: no
/// tag comes out that this function did not make. The result is the content of a `<body>`.
///
/// # Example
///
/// ```
/// assert_eq!(
///     mime::html::from_text("> 1 < 2?\nYes, https://a.test/."),
///     "<blockquote type=\"cite\">1 &lt; 2?</blockquote>\n\
///      Yes, <a href=\"https://a.test/\">https://a.test/</a>."
/// );
/// ```
pub fn from_text(text: &str) -> String {
    from_paragraphs(text.lines().map(|line| {
        let content = line.trim_start_matches('>');
        // Marks may have blanks in between, as some programs write them.
        let mut quote = line.len() - content.len();
        let mut content = content;
        while quote > 0
            && let Some(inner) = content.strip_prefix(" >")
        {
            quote += 1;
            content = inner;
        }
        let content =
            if quote > 0 { content.strip_prefix(' ').unwrap_or(content) } else { content };
        Paragraph::new(u32::try_from(quote).unwrap_or(u32::MAX), content)
    }))
}

/// Writes paragraphs, such as those of [`flowed::decode`](crate::flowed::decode), as HTML: each
/// one a line.
///
/// # Example
///
/// ```
/// use mime::{flowed, html};
///
/// let flowed = "> one \r\n> line\r\nanswer\r\n";
/// assert_eq!(
///     html::from_paragraphs(flowed::decode(flowed, false)),
///     "<blockquote type=\"cite\">one line</blockquote>\nanswer"
/// );
/// ```
pub fn from_paragraphs<'a>(paragraphs: impl IntoIterator<Item = Paragraph<'a>>) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for (number, paragraph) in paragraphs.into_iter().enumerate() {
        let quote = paragraph.quote.min(DEEPEST);
        if number > 0 {
            out.push_str(if quote == depth { "<br>\n" } else { "" });
        }
        while depth > quote {
            out.push_str("</blockquote>");
            depth -= 1;
            if depth == quote {
                out.push('\n');
            }
        }
        while depth < quote {
            out.push_str("<blockquote type=\"cite\">");
            depth += 1;
        }
        line(&paragraph.text, &mut out);
    }
    for _ in 0..depth {
        out.push_str("</blockquote>");
    }
    out
}

/// Writes one line, with its links.
fn line(text: &str, out: &mut String) {
    let mut rest = text;
    let mut start = true;
    while let Some((before, url, after)) = find_url(rest) {
        escape(before, start && !before.is_empty(), out);
        start = false;
        out.push_str("<a href=\"");
        escape(url, false, out);
        out.push_str("\">");
        escape(url, false, out);
        out.push_str("</a>");
        rest = after;
    }
    escape(rest, start, out);
}

/// Finds the first address of a page: what stands before it, itself, and what stands behind.
fn find_url(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + memchr::memmem::find(text.as_bytes().get(from..)?, b"://")?;
        from = at + 3;
        let before = text.get(..at)?;
        let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| {
            let start = before.len().checked_sub(scheme.len());
            start
                .and_then(|start| before.get(start..))
                .is_some_and(|found| found.eq_ignore_ascii_case(scheme))
        });
        let Some(scheme) = scheme else { continue };
        let start = at - scheme.len();
        if before.get(..start)?.ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let tail = text.get(at + 3..)?;
        let end = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
        let len = tail.find(end).unwrap_or(tail.len());
        let url = tail.get(..len)?;
        // Punctuation at the end belongs to the sentence, a bracket to the one that is open.
        let mut kept = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
        if kept.ends_with(')') && !kept.contains('(') {
            kept = kept.trim_end_matches([')', '.', ',', ';']);
        }
        if kept.is_empty() {
            continue;
        }
        let end = at + 3 + kept.len();
        return Some((text.get(..start)?, text.get(start..end)?, text.get(end..)?));
    }
}

/// Writes text as text: no character of it is part of a tag, and no blank is lost.
fn escape(text: &str, line_start: bool, out: &mut String) {
    let mut after_blank = line_start;
    for character in text.chars() {
        let blank = matches!(character, ' ' | '\t');
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&nbsp;&nbsp;&nbsp; "),
            ' ' if after_blank => out.push_str("&nbsp;"),
            // Not allowed in HTML.
            '\0'..='\u{1f}' | '\u{7f}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
        after_blank = blank;
    }
}
