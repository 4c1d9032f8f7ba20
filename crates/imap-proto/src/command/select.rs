//! SELECT, EXAMINE and CREATE.

use alloc::vec::Vec;

use super::search::{extension, write_extension};
use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Flags, Mailbox, Raw, SequenceSet, Word};

/// The arguments of SELECT and EXAMINE.
///
/// ```abnf
/// select        = "SELECT" SP mailbox [select-params]
/// examine       = "EXAMINE" SP mailbox [select-params]
/// select-params = SP "(" select-param *(SP select-param) ")"
/// ```
///
/// [RFC 9051, section 6.3.2](https://www.rfc-editor.org/rfc/rfc9051#section-6.3.2),
/// [RFC 4466, section 2.1](https://www.rfc-editor.org/rfc/rfc4466#section-2.1)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What else is asked for.
    pub parameters: Vec<SelectParameter<'a>>,
}

own_struct! { Select { mailbox, parameters } }

impl<'a> From<Mailbox<'a>> for Select<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self { mailbox, parameters: Vec::new() }
    }
}

/// A parameter of SELECT and EXAMINE.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectParameter<'a> {
    /// Mod-sequences are wanted ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162)).
    CondStore,
    /// What changed since the last visit is wanted
    /// ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162)).
    QResync(QResync<'a>),
    /// Another one, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! { SelectParameter { CondStore, QResync(known), Other(name, value) } }

/// What a client knows of a mailbox from its last visit.
///
/// ```abnf
/// select-param   =/ "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids]
///                   [SP seq-match-data] ")"
/// seq-match-data = "(" known-sequence-set SP known-uid-set ")"
/// ```
///
/// [RFC 7162, section 3.2.5](https://www.rfc-editor.org/rfc/rfc7162#section-3.2.5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QResync<'a> {
    /// The UIDVALIDITY at that time.
    pub uid_validity: u32,
    /// The highest mod-sequence that was seen.
    pub mod_seq: u64,
    /// The UIDs that are known; all of them if there is none.
    pub known_uids: Option<SequenceSet<'a>>,
    /// Some message numbers, and the UIDs that belonged to them.
    pub sequence_match: Option<(SequenceSet<'a>, SequenceSet<'a>)>,
}

own_struct! { QResync { uid_validity, mod_seq, known_uids, sequence_match } }

impl<'a> Select<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        let parameters = parameters(c, SelectParameter::read)?;
        Ok(Self { mailbox, parameters })
    }

    pub(crate) fn write(&self, name: &str, e: &mut Encoder<'_>) {
        e.text(name);
        e.sp();
        self.mailbox.write(e);
        if !self.parameters.is_empty() {
            e.sp();
            e.list(&self.parameters, |e, parameter| parameter.write(e));
        }
    }
}

/// Reads an optional list of parameters.
pub(super) fn parameters<'a, T>(
    c: &mut Cursor<'a>,
    element: impl FnMut(&mut Cursor<'a>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    if c.peek_after_sp() == Some(b'(') {
        c.sp()?;
        return c.list(element);
    }
    Ok(Vec::new())
}

impl<'a> SelectParameter<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.eat_word(b"CONDSTORE") {
            return Ok(Self::CondStore);
        }
        if c.eat_word(b"QRESYNC") {
            c.sp()?;
            return QResync::read(c).map(Self::QResync);
        }
        let (name, value) = extension(c)?;
        Ok(Self::Other(name, value))
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::CondStore => e.text("CONDSTORE"),
            Self::QResync(known) => {
                e.text("QRESYNC ");
                known.write(e);
            }
            Self::Other(name, value) => write_extension(name, value.as_ref(), e),
        }
    }
}

impl<'a> QResync<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'(', "a list in parentheses")?;
        let uid_validity = c.nz_number()?;
        c.sp()?;
        let mod_seq = c.number64()?;
        let mut known_uids = None;
        let mut sequence_match = None;
        if c.peek_after_sp().is_some_and(|b| b != b'(') {
            c.sp()?;
            known_uids = Some(SequenceSet::read(c)?);
        }
        if c.peek() == Some(b' ') {
            c.sp()?;
            c.byte(b'(', "a list in parentheses")?;
            let numbers = SequenceSet::read(c)?;
            c.sp()?;
            sequence_match = Some((numbers, SequenceSet::read(c)?));
            c.byte(b')', "a closing parenthesis")?;
        }
        c.byte(b')', "a closing parenthesis")?;
        Ok(Self { uid_validity, mod_seq, known_uids, sequence_match })
    }

    fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        e.number(self.uid_validity);
        e.sp();
        e.number(self.mod_seq);
        if let Some(uids) = &self.known_uids {
            e.sp();
            uids.write(e);
        }
        if let Some((numbers, uids)) = &self.sequence_match {
            e.text(" (");
            numbers.write(e);
            e.sp();
            uids.write(e);
            e.byte(b')');
        }
        e.byte(b')');
    }
}

/// The arguments of CREATE.
///
/// ```abnf
/// create        = "CREATE" SP mailbox [create-params]
/// create-params = SP "(" create-param *( SP create-param) ")"
/// ```
///
/// [RFC 4466, section 2.2](https://www.rfc-editor.org/rfc/rfc4466#section-2.2)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create<'a> {
    /// The new mailbox.
    pub mailbox: Mailbox<'a>,
    /// What else is asked for.
    pub parameters: Vec<CreateParameter<'a>>,
}

own_struct! { Create { mailbox, parameters } }

impl<'a> From<Mailbox<'a>> for Create<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self { mailbox, parameters: Vec::new() }
    }
}

/// A parameter of CREATE.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateParameter<'a> {
    /// What the mailbox is for, such as `\Drafts`
    /// ([RFC 6154, section 3](https://www.rfc-editor.org/rfc/rfc6154#section-3)).
    Use(Flags<'a>),
    /// Another one, with its value.
    Other(Word<'a>, Option<Raw<'a>>),
}

own_enum! { CreateParameter { Use(uses), Other(name, value) } }

impl<'a> Create<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        let parameters = parameters(c, CreateParameter::read)?;
        Ok(Self { mailbox, parameters })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text("CREATE ");
        self.mailbox.write(e);
        if !self.parameters.is_empty() {
            e.sp();
            e.list(&self.parameters, |e, parameter| match parameter {
                CreateParameter::Use(uses) => {
                    e.text("USE ");
                    uses.write(e);
                }
                CreateParameter::Other(name, value) => write_extension(name, value.as_ref(), e),
            });
        }
    }
}

impl<'a> CreateParameter<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.eat_word(b"USE") {
            c.sp()?;
            return Flags::read(c).map(Self::Use);
        }
        let (name, value) = extension(c)?;
        Ok(Self::Other(name, value))
    }
}
