//! HTML to text and text to HTML, as far as mail needs it.
//!
//! This is no browser: nothing is loaded, styles are not read, and no tree is built, so that depth
//! and size of the input cost no more than their bytes. Tags are found as in
//! [HTML, section 13.2.5](https://html.spec.whatwg.org/multipage/parsing.html#tokenization).

use alloc::string::String;

mod from_text;
mod render;

pub use from_text::{from_paragraphs, from_text};

use crate::markup::Tokens;
use render::Renderer;

/// How HTML is shown as text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether the target of a link stands behind its text, in angle brackets. Default true.
    pub links: bool,
    /// Whether the text that stands for a picture is shown. Default true.
    pub pictures: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { links: true, pictures: true }
    }
}

/// Shows HTML as text.
///
/// Paragraphs have a blank line between them, quotes have `> ` before each line, items of lists
/// have `- ` or a number; text that is preformatted stays as it is. Scripts, styles, comments and
/// the title are left out. Any string is HTML: damage is read as browsers do. The lines end with
/// LF and are not broken; the last one has no end.
///
/// Styles are not read, so text that a style hides is shown. The result can contain anything,
/// also what looks like HTML.
///
/// # Example
///
/// ```
/// let html = "<p>Dear <b>all</b>,<p>see <a href=\"https://a.test/\">here</a>:<ul><li>one<li>t&uuml;o";
/// assert_eq!(
///     mime::html::to_text(html),
///     "Dear all,\n\nsee here <https://a.test/>:\n\n- one\n- tüo"
/// );
/// ```
pub fn to_text(html: &str) -> String {
    to_text_with(html, &Options::default())
}

/// Shows HTML as text, with other options.
pub fn to_text_with(html: &str, options: &Options) -> String {
    let mut renderer = Renderer::new(options);
    for token in Tokens::new(html) {
        renderer.token(token);
    }
    renderer.finish()
}
