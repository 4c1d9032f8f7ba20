//! The tags, the text and the character references of HTML.

mod entity;
mod token;

pub(crate) use entity::decode;
#[cfg(feature = "html")]
pub(crate) use token::Tag;
pub(crate) use token::{Token, Tokens};
