//! HTML to text and text to HTML.
#![cfg(feature = "html")]

use core::time::Duration;
use std::time::Instant;

use mime::html::{self, Options};
use mime::{Message, flowed};
use proptest::prelude::*;

#[test]
fn elements() {
    for (input, expected) in [
        ("", ""),
        ("plain", "plain"),
        ("  a \r\n b\tc  ", "a b c"),
        ("a<b>b</b>c <i> d</i>", "abc d"),
        ("a<br>b<br/>c</br>d", "a\nb\nc\nd"),
        ("a<br><br>b", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<p>b<div>c</div><div>d</div>e", "a\n\nb\nc\nd\ne"),
        ("<h1>a</h1>b", "a\n\nb"),
        ("<div><div>a</div></div><div>b</div>", "a\nb"),
        ("a<hr>b", "a\n---\nb"),
        ("a&nbsp;&nbsp;b &amp;lt; &#8364;", "a  b &lt; €"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c<th>d</table>", "a b\nc d"),
        ("<pre>\n a\n  b\n</pre>c", " a\n  b\n\nc"),
        ("x<pre>a<b>b</b>\n\nc</pre>", "x\n\nab\n\nc"),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", "> a\n> b\n>\n>> c\n\nd"),
        ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"),
        ("<ol start=9><li>a</li><li>b</li></ol>", "9. a\n10. b"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<ul><li>a<br>b</ul>", "- a\n  b"),
        ("<ul><li></li><li>a</ul>", "-\n- a"),
        ("<img alt='A  cat' src=x> <img src=y>", "A cat"),
    ] {
        assert_eq!(html::to_text(input), expected, "{input}");
    }
}

#[test]
fn links() {
    for (input, expected) in [
        ("<a href='https://a.test/?x=1&amp;y'>b</a>.", "b <https://a.test/?x=1&y>."),
        ("<a href=https://a.test/>https://a.test/</a>", "https://a.test/"),
        ("<a href=mailto:a@b.c>a@b.c</a>", "a@b.c"),
        ("<a href='https://a.test/'><img src=x></a>", "<https://a.test/>"),
        ("<a href='#x'>b</a><a>c</a><a href='javascript:x()'>d</a>", "bcd"),
        ("<a href='https://a.test/\n>\u{1}x'>b", "b <https://a.test/x>"),
        (
            "<a href=https://a.test/>b<a href=https://c.test/>d</a>",
            "b <https://a.test/>d <https://c.test/>",
        ),
    ] {
        assert_eq!(html::to_text(input), expected, "{input}");
    }
    let mut options = Options::default();
    options.links = false;
    options.pictures = false;
    let input = "<a href=https://a.test/>b</a><img alt=c>";
    assert_eq!(html::to_text_with(input, &options), "b");
}

#[test]
fn what_is_not_shown() {
    for input in [
        "<script>x</script>a",
        "<SCRIPT>if (1</2) '</scrip'</Script >a",
        "<style>p{}</style><title>t</title>a",
        "<!-- x > <b> -->a",
        "<!-->a",
        "<!--->a",
        "<!doctype html><?xml x?></ x>a",
        "a<!-- unterminated <p>b",
        "a<script>b",
        "a<b title=\"c>d",
        "<b title='>' x=\"a>b\" y=>a",
        "<b =\"x\">a",
    ] {
        assert_eq!(html::to_text(input), "a", "{input}");
    }
    // Not tags.
    for input in ["a < b", "1<2", "<>", "a <", "<é>"] {
        assert_eq!(html::to_text(input), input);
    }
}

#[test]
fn text_to_html() {
    for (input, expected) in [
        ("a <b>&\"", "a &lt;b&gt;&amp;&quot;"),
        ("a\r\nb\n\nc", "a<br>\nb<br>\n<br>\nc"),
        ("  a  b", "&nbsp;&nbsp;a &nbsp;b"),
        (
            "> a\n> > b\nc",
            "<blockquote type=\"cite\">a<blockquote type=\"cite\">b</blockquote></blockquote>\nc",
        ),
        ("(see http://a.test/b).", "(see <a href=\"http://a.test/b\">http://a.test/b</a>)."),
        ("http://a.test/(b)", "<a href=\"http://a.test/(b)\">http://a.test/(b)</a>"),
        (
            "https://a.test/?x&y\"onclick=\"z",
            "<a href=\"https://a.test/?x&amp;y\">https://a.test/?x&amp;y</a>&quot;onclick=&quot;z",
        ),
        ("javascript://x", "javascript://x"),
        ("xhttp://a http://", "xhttp://a http://"),
        ("a\0b", "a\u{fffd}b"),
    ] {
        assert_eq!(html::from_text(input), expected, "{input}");
    }
}

#[test]
fn a_preview_is_text() {
    let message = Message::parse(
        b"Content-Type: text/html; charset=utf-8\n\n\
          <style>x</style><p>Tom &amp; <b>Je</b>rry,<br>see &gt; <script>y</script>this",
    );
    assert_eq!(message.preview(256), "Tom & Jerry, see > this");
    assert_eq!(message.preview(7), "Tom & J");
    assert_eq!(message.preview(6), "Tom &");
}

/// Security case 30: bombs of tags and references.
#[test]
fn case_30_time_and_size_follow_the_input() {
    let units = [
        "<div>",
        "<blockquote>",
        "<ul><li>",
        "<ol><li>a",
        "<a href=https://a>",
        "<a href=",
        "<!--",
        "<script>",
        "</script",
        "&amp",
        "&#",
        "&#1",
        "&aaaaaaaa",
        "<b x=\"",
        "<b x='>",
        "<",
        "</",
        "<pre>\n",
        "<br>",
        "<td>",
        "://",
        "http://",
        "> ",
        "<table><tr><td>",
        "=",
        "<p a=b c=d ",
    ];
    let time = |input: &str| {
        let start = Instant::now();
        let text = html::to_text(input);
        assert!(text.len() <= 32 * input.len() + 64, "{}", &input[..20]);
        let made = html::from_text(input);
        assert!(made.len() <= 64 * input.len() + 64);
        start.elapsed()
    };
    for unit in units {
        let small = unit.repeat(100_000 / unit.len());
        let large = small.repeat(4);
        let (small, large) = (time(&small), time(&large));
        assert!(
            large < small * 16 + Duration::from_millis(50),
            "{unit}: {small:?}, four times as much: {large:?}"
        );
    }
}

fn tag_soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<ul>",
        "<li>",
        "</ul>",
        "<ol start=3>",
        "<blockquote>",
        "</blockquote>",
        "<pre>",
        "</pre>",
        "<a href=\"https://x.test/\">",
        "</a>",
        "<br>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<b a='",
        "'>",
        "&amp;",
        "&#x",
        "<",
        ">",
        "é",
        " ",
        "\n",
        "word",
        "\"",
        "=",
        "<img alt=\"x\">",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_soup_is_shown(html in tag_soup()) {
        let text = html::to_text(&html);
        prop_assert!(!text.ends_with(char::is_whitespace));
        prop_assert!(text.lines().all(|line| !line.ends_with(' ') || html.contains("<li>")));
    }

    /// What was made of text shows as that text.
    #[test]
    fn text_comes_back(lines in prop::collection::vec("[a-z<&>\"'#;é/:.-]{1,8}( {1,3}[a-z<&;=]{1,8}){0,3}", 1..8)) {
        let lines: Vec<_> = lines.iter().map(|line| line.trim_start_matches('>')).collect();
        let text = lines.join("\n");
        let mut options = Options::default();
        options.links = false;
        let shown = html::to_text_with(&html::from_text(&text), &options);
        prop_assert_eq!(shown, text.trim_matches('\n'));
    }

    /// Nothing but the tags of the function itself is a tag.
    #[test]
    fn no_tag_is_let_through(text in "(<[a-z]{1,6}|[a-z\"'=<>&/:]|https://|> |\n){0,30}") {
        let made = html::from_text(&text);
        for (at, _) in made.match_indices('<') {
            let tag = &made[at..];
            prop_assert!(
                ["<br>", "<blockquote type=\"cite\">", "</blockquote>", "<a href=\"", "</a>"]
                    .iter()
                    .any(|known| tag.starts_with(known))
            );
        }
        let _ = html::from_paragraphs(flowed::decode(&text, false));
    }
}
