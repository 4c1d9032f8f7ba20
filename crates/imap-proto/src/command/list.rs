//! LIST and STATUS.

use alloc::vec::Vec;

use super::search::{extension, write_extension};
use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{ASTRING, Cursor, LIST, Parsed};
use crate::{Mailbox, Raw, StatusAttribute, Str, Word};

/// The arguments of LIST.
///
/// ```abnf
/// list        = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]
/// mbox-or-pat = list-mailbox / patterns
/// patterns    = "(" list-mailbox *(SP list-mailbox) ")"
/// ```
///
/// [RFC 5258, section 6](https://www.rfc-editor.org/rfc/rfc5258#section-6)
///
/// # Example
///
/// ```
/// use imap_proto::{Command, List, ListReturn, Str};
///
/// let mut list = List::all();
/// list.returns = Some(vec![ListReturn::SpecialUse]);
/// let mut out = Vec::new();
/// Command::List(list).encode(&mut out);
/// assert_eq!(out, b"LIST \"\" * RETURN (SPECIAL-USE)");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<'a> {
    /// Which mailboxes are meant; `None` is the LIST of IMAP4rev1.
    pub selection: Option<Vec<ListSelection<'a>>>,
    /// Where the patterns begin.
    pub reference: Mailbox<'a>,
    /// Names with the wildcards `*` and `%`; at least one.
    pub patterns: Vec<Str<'a>>,
    /// Whether the patterns stand in parentheses although there is only one.
    pub grouped: bool,
    /// What is wanted of each mailbox; `None` leaves that to the server.
    pub returns: Option<Vec<ListReturn<'a>>>,
}

own_struct! { List { selection, reference, patterns, grouped, returns } }

/// Which mailboxes LIST is about.
///
/// ```abnf
/// list-select-opt = list-select-base-opt / list-select-independent-opt / list-select-mod-opt
/// ```
///
/// [RFC 5258, section 6](https://www.rfc-editor.org/rfc/rfc5258#section-6)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListSelection<'a> {
    /// Subscribed ones.
    Subscribed,
    /// Also those on other servers.
    Remote,
    /// Also those with a child that matches.
    RecursiveMatch,
    /// Those with a special use ([RFC 6154](https://www.rfc-editor.org/rfc/rfc6154)).
    SpecialUse,
    /// Another choice, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! { ListSelection { Subscribed, Remote, RecursiveMatch, SpecialUse, Other(name, value) } }

/// What LIST is to say of each mailbox.
///
/// ```abnf
/// return-option = "SUBSCRIBED" / "CHILDREN" / status-option / option-extension
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListReturn<'a> {
    /// Whether it is subscribed.
    Subscribed,
    /// Whether it has children.
    Children,
    /// What it is for ([RFC 6154](https://www.rfc-editor.org/rfc/rfc6154)).
    SpecialUse,
    /// Its status ([RFC 5819](https://www.rfc-editor.org/rfc/rfc5819)).
    Status(Vec<StatusAttribute<'a>>),
    /// One's rights to it ([RFC 8440](https://www.rfc-editor.org/rfc/rfc8440)).
    MyRights,
    /// Its annotations ([RFC 9590](https://www.rfc-editor.org/rfc/rfc9590)).
    Metadata(Vec<Str<'a>>),
    /// Another thing, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! {
    ListReturn {
        Subscribed, Children, SpecialUse, Status(items), MyRights, Metadata(entries),
        Other(name, value),
    }
}

impl<'a> List<'a> {
    /// Every mailbox that there is.
    #[must_use]
    pub fn all() -> Self {
        let star = Str::new(alloc::borrow::Cow::Borrowed(b"*"));
        Self {
            selection: None,
            reference: Mailbox::from_wire(Str::default()),
            patterns: alloc::vec![star],
            grouped: false,
            returns: None,
        }
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mut selection = None;
        if c.peek() == Some(b'(') {
            selection = Some(c.list(ListSelection::read)?);
            c.sp()?;
        }
        let reference = Mailbox::read(c)?;
        c.sp()?;
        let grouped = c.peek() == Some(b'(');
        let patterns = if grouped { c.list(pattern)? } else { alloc::vec![pattern(c)?] };
        let mut returns = None;
        if c.peek_after_sp().is_some_and(|b| b.eq_ignore_ascii_case(&b'R')) {
            c.sp()?;
            c.word("RETURN")?;
            c.sp()?;
            returns = Some(c.list(ListReturn::read)?);
        }
        Ok(Self { selection, reference, patterns, grouped, returns })
    }

    pub(crate) fn write(&self, name: &str, e: &mut Encoder<'_>) {
        e.text(name);
        e.sp();
        if let Some(selection) = &self.selection {
            e.list(selection, |e, option| match option {
                ListSelection::Subscribed => e.text("SUBSCRIBED"),
                ListSelection::Remote => e.text("REMOTE"),
                ListSelection::RecursiveMatch => e.text("RECURSIVEMATCH"),
                ListSelection::SpecialUse => e.text("SPECIAL-USE"),
                ListSelection::Other(name, value) => write_extension(name, value.as_ref(), e),
            });
            e.sp();
        }
        self.reference.write(e);
        e.sp();
        match self.patterns.as_slice() {
            [one] if !self.grouped => e.list_mailbox(one),
            many => e.list(many, Encoder::list_mailbox),
        }
        if let Some(returns) = &self.returns {
            e.text(" RETURN ");
            e.list(returns, |e, option| option.write(e));
        }
    }
}

/// ```abnf
/// list-mailbox = 1*list-char / string
/// ```
pub(super) fn pattern<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    match c.peek() {
        Some(b'"' | b'{') => c.string(),
        Some(b'~') if c.peek2() == Some(b'{') => c.string(),
        _ => {
            let taken = c.take(LIST | ASTRING);
            if taken.is_empty() {
                return c.error("a pattern of mailbox names");
            }
            Ok(Str::new(alloc::borrow::Cow::Borrowed(taken)))
        }
    }
}

impl<'a> ListSelection<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        Ok(if c.eat_word(b"SUBSCRIBED") {
            Self::Subscribed
        } else if c.eat_word(b"REMOTE") {
            Self::Remote
        } else if c.eat_word(b"RECURSIVEMATCH") {
            Self::RecursiveMatch
        } else if c.eat_word(b"SPECIAL-USE") {
            Self::SpecialUse
        } else {
            let (name, value) = extension(c)?;
            Self::Other(name, value)
        })
    }
}

impl<'a> ListReturn<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        Ok(if c.eat_word(b"SUBSCRIBED") {
            Self::Subscribed
        } else if c.eat_word(b"CHILDREN") {
            Self::Children
        } else if c.eat_word(b"SPECIAL-USE") {
            Self::SpecialUse
        } else if c.eat_word(b"STATUS") {
            c.sp()?;
            Self::Status(c.list(StatusAttribute::read)?)
        } else if c.eat_word(b"MYRIGHTS") {
            Self::MyRights
        } else if c.eat_word(b"METADATA") {
            c.sp()?;
            if c.peek() == Some(b'(') {
                Self::Metadata(c.list(Cursor::astring)?)
            } else {
                Self::Metadata(alloc::vec![c.astring()?])
            }
        } else {
            let (name, value) = extension(c)?;
            Self::Other(name, value)
        })
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Subscribed => e.text("SUBSCRIBED"),
            Self::Children => e.text("CHILDREN"),
            Self::SpecialUse => e.text("SPECIAL-USE"),
            Self::Status(items) => {
                e.text("STATUS ");
                e.list(items, |e, item| item.write(e));
            }
            Self::MyRights => e.text("MYRIGHTS"),
            Self::Metadata(entries) => {
                e.text("METADATA ");
                e.list(entries, Encoder::astring);
            }
            Self::Other(name, value) => write_extension(name, value.as_ref(), e),
        }
    }
}
