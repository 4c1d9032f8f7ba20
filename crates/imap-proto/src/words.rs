//! Lists of words that are kept as text and read when they are looked at.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::DeviationKind;
use crate::syntax::{Cursor, LOOSE, Parsed, is_class};

/// Words with one space between them, none around them.
#[derive(Clone, Default)]
pub(crate) struct Words<'a>(Cow<'a, str>);

impl<'a> Words<'a> {
    pub(crate) const fn new(text: &'static str) -> Words<'static> {
        Words(Cow::Borrowed(text))
    }

    /// Reads a list of words in parentheses. Spaces that should not be there are tolerated and left
    /// out.
    pub(crate) fn read(c: &mut Cursor<'a>, expected: &'static str) -> Parsed<Self> {
        c.byte(b'(', "a list in parentheses")?;
        let rest = c.rest();
        let mut before = b' ';
        let mut loose = false;
        let mut close = None;
        for (i, b) in rest.iter().enumerate() {
            if !is_class(*b, LOOSE) {
                if *b == b')' {
                    close = Some(i);
                    break;
                }
                if *b != b' ' {
                    break;
                }
                loose |= before == b' ';
            }
            before = *b;
        }
        let Some(len) = close else { return c.error("a closing parenthesis") };
        let Some(Ok(text)) = rest.get(..len).map(core::str::from_utf8) else {
            return c.error(expected);
        };
        let text = if loose || text.ends_with(' ') {
            c.tolerate(DeviationKind::ExtraSpace);
            let mut joined = String::with_capacity(text.len());
            for word in text.split(' ').filter(|word| !word.is_empty()) {
                push(&mut joined, word);
            }
            Cow::Owned(joined)
        } else {
            Cow::Borrowed(text)
        };
        c.skip(len.saturating_add(1));
        Ok(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split(' ').filter(|word| !word.is_empty())
    }

    pub(crate) fn into_owned(self) -> Words<'static> {
        Words(Cow::Owned(self.0.into_owned()))
    }

    /// Adds a word, of `LOOSE` characters only.
    pub(crate) fn push(&mut self, word: &str) {
        push(self.0.to_mut(), word);
    }
}

fn push(text: &mut String, word: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(word);
}
