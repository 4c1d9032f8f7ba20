//! STORE.

use alloc::vec::Vec;

use super::search::{extension, write_extension};
use crate::literal::Encoder;
use crate::own::{own_enum, own_plain, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Flag, Flags, Raw, SequenceSet, Str, Word};

/// The arguments of STORE.
///
/// ```abnf
/// store           = "STORE" SP sequence-set [store-modifiers] SP store-att-flags
/// store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))
/// ```
///
/// [RFC 9051, section 6.4.6](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.6),
/// [RFC 4466, section 2.5](https://www.rfc-editor.org/rfc/rfc4466#section-2.5)
///
/// # Example
///
/// ```
/// use imap_proto::{Command, Flag, Flags, SequenceSet, Store, StoreAction};
///
/// let set = SequenceSet::try_from("1:5")?;
/// let flags = Flags::from_iter([Flag::Seen]);
/// let mut out = Vec::new();
/// Command::Store(Store::flags(true, set, StoreAction::Add, flags)).encode(&mut out);
/// assert_eq!(out, b"UID STORE 1:5 +FLAGS (\\Seen)");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store<'a> {
    /// Whether the set has UIDs.
    pub uid: bool,
    /// The messages.
    pub messages: SequenceSet<'a>,
    /// Conditions.
    pub modifiers: Vec<StoreModifier<'a>>,
    /// What to do.
    pub action: StoreAction,
    /// Whether the server need not answer with the new flags.
    pub silent: bool,
    /// Whether the flags stand in parentheses; if not, there has to be one at least.
    pub grouped: bool,
    /// What to do it with.
    pub values: StoreValues<'a>,
}

own_struct! { Store { uid, messages, modifiers, action, silent, grouped, values } }

/// What STORE does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreAction {
    /// Sets these and no others: `FLAGS`.
    Replace,
    /// Adds these: `+FLAGS`.
    Add,
    /// Takes these away: `-FLAGS`.
    Remove,
}

own_plain!(StoreAction);

/// What STORE works on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreValues<'a> {
    /// Flags and keywords.
    Flags(Flags<'a>),
    /// Labels of Gmail (`X-GM-EXT-1`).
    GmailLabels(Vec<Str<'a>>),
}

own_enum! { StoreValues { Flags(flags), GmailLabels(labels) } }

/// A condition of STORE.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreModifier<'a> {
    /// Only messages that have not changed after this mod-sequence
    /// ([RFC 7162, section 3.1.3](https://www.rfc-editor.org/rfc/rfc7162#section-3.1.3)).
    UnchangedSince(u64),
    /// Another one, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! { StoreModifier { UnchangedSince(n), Other(name, value) } }

impl<'a> Store<'a> {
    /// Changes flags.
    #[must_use]
    pub fn flags(
        uid: bool,
        messages: SequenceSet<'a>,
        action: StoreAction,
        flags: Flags<'a>,
    ) -> Self {
        let values = StoreValues::Flags(flags);
        Self { uid, messages, modifiers: Vec::new(), action, silent: false, grouped: true, values }
    }

    pub(crate) fn read(c: &mut Cursor<'a>, uid: bool) -> Parsed<Self> {
        c.sp()?;
        let messages = SequenceSet::read(c)?;
        c.sp()?;
        let modifiers = if c.peek() == Some(b'(') {
            let modifiers = c.list(StoreModifier::read)?;
            c.sp()?;
            modifiers
        } else {
            Vec::new()
        };
        let action = if c.eat(b'+') {
            StoreAction::Add
        } else if c.eat(b'-') {
            StoreAction::Remove
        } else {
            StoreAction::Replace
        };
        let labels = if c.eat_text(b"FLAGS") {
            false
        } else if c.eat_text(b"X-GM-LABELS") {
            true
        } else {
            return c.error("FLAGS");
        };
        let silent = c.eat_text(b".SILENT");
        c.sp()?;
        let grouped = c.peek() == Some(b'(');
        let values = if labels {
            StoreValues::GmailLabels(list_or_bare(c, Cursor::astring)?)
        } else {
            StoreValues::Flags(if grouped {
                Flags::read(c)?
            } else {
                list_or_bare(c, Flag::read)?.into_iter().collect()
            })
        };
        Ok(Self { uid, messages, modifiers, action, silent, grouped, values })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(if self.uid { "UID STORE " } else { "STORE " });
        self.messages.write(e);
        e.sp();
        if !self.modifiers.is_empty() {
            e.list(&self.modifiers, |e, modifier| modifier.write(e));
            e.sp();
        }
        e.text(match self.action {
            StoreAction::Replace => "",
            StoreAction::Add => "+",
            StoreAction::Remove => "-",
        });
        e.text(match self.values {
            StoreValues::Flags(_) => "FLAGS",
            StoreValues::GmailLabels(_) => "X-GM-LABELS",
        });
        e.text(if self.silent { ".SILENT " } else { " " });
        match &self.values {
            StoreValues::Flags(flags) if !self.grouped && !flags.is_empty() => {
                e.spaced(flags.iter(), |e, flag| flag.write(e));
            }
            StoreValues::GmailLabels(labels) if !self.grouped && !labels.is_empty() => {
                e.spaced(labels, Encoder::astring);
            }
            StoreValues::Flags(flags) => flags.write(e),
            StoreValues::GmailLabels(labels) => e.list(labels, Encoder::astring),
        }
    }
}

fn list_or_bare<'a, T>(
    c: &mut Cursor<'a>,
    mut element: impl FnMut(&mut Cursor<'a>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    if c.peek() == Some(b'(') {
        return c.list(element);
    }
    let mut elements = alloc::vec![element(c)?];
    while c.peek() == Some(b' ') {
        c.sp()?;
        if c.at_end() {
            break;
        }
        elements.push(element(c)?);
    }
    Ok(elements)
}

impl<'a> StoreModifier<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.eat_word(b"UNCHANGEDSINCE") {
            c.sp()?;
            return Ok(Self::UnchangedSince(c.number64()?));
        }
        let (name, value) = extension(c)?;
        Ok(Self::Other(name, value))
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::UnchangedSince(n) => {
                e.text("UNCHANGEDSINCE ");
                e.number(*n);
            }
            Self::Other(name, value) => write_extension(name, value.as_ref(), e),
        }
    }
}
