//! HTML: any text is shown, no longer than its bound, and no tag of the text gets into HTML.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    assert!(mime::html::to_text(text).len() <= 32 * text.len() + 64);
    let made = mime::html::from_text(text);
    for (at, _) in made.match_indices('<') {
        let known = ["<br>", "<blockquote type=\"cite\">", "</blockquote>", "<a href=\"", "</a>"];
        assert!(known.iter().any(|known| made[at..].starts_with(known)));
    }
    let _ = mime::html::to_text(&made);
    let _ = mime::html::from_paragraphs(mime::flowed::decode(text, false));
});
