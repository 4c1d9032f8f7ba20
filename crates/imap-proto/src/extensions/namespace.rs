//! NAMESPACE, [RFC 2342](https://www.rfc-editor.org/rfc/rfc2342).

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::own_struct;
use crate::syntax::{Cursor, Parsed};
use crate::{Delimiter, DeviationKind, Mailbox, Str};

/// Where the mailboxes of the user, of other users and of all users begin.
///
/// ```abnf
/// namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace
/// namespace          = nil / "(" 1*namespace-descr ")"
/// ```
///
/// [RFC 9051, section 7.3.3](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.3)
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let unit = b"* NAMESPACE ((\"\" \"/\")) NIL ((\"#shared/\" \"/\"))\r\n";
/// let Response::Namespace(spaces) = Response::parse(unit)? else { panic!() };
/// assert_eq!(spaces.shared[0].prefix.as_bytes(), b"#shared/");
/// assert!(spaces.other.is_empty());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces<'a> {
    /// Of the user.
    pub personal: Vec<Namespace<'a>>,
    /// Of other users.
    pub other: Vec<Namespace<'a>>,
    /// Of all users.
    pub shared: Vec<Namespace<'a>>,
}

own_struct! { Namespaces { personal, other, shared } }

/// One of the [`Namespaces`].
///
/// ```abnf
/// namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
///                   [namespace-response-extensions] ")"
/// namespace-response-extension = SP string SP "(" string *(SP string) ")"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace<'a> {
    /// What the names of its mailboxes begin with.
    pub prefix: Mailbox<'a>,
    /// What stands between the levels of their names.
    pub delimiter: Option<Delimiter>,
    /// What extensions add, such as `TRANSLATION`
    /// ([RFC 5255](https://www.rfc-editor.org/rfc/rfc5255#section-3.4)).
    pub extensions: Vec<(Str<'a>, Vec<Str<'a>>)>,
}

own_struct! { Namespace { prefix, delimiter, extensions } }

impl<'a> Namespaces<'a> {
    /// Reads what follows the word NAMESPACE.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let personal = read_list(c)?;
        c.sp()?;
        let other = read_list(c)?;
        c.sp()?;
        Ok(Self { personal, other, shared: read_list(c)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        for list in [&self.personal, &self.other, &self.shared] {
            e.sp();
            if list.is_empty() {
                e.raw(b"NIL");
                continue;
            }
            e.byte(b'(');
            for namespace in list {
                namespace.write(e);
            }
            e.byte(b')');
        }
    }
}

fn read_list<'a>(c: &mut Cursor<'a>) -> Parsed<Vec<Namespace<'a>>> {
    let mut list = Vec::new();
    if !c.eat(b'(') {
        c.nil()?;
        return Ok(list);
    }
    while !c.eat(b')') {
        if c.peek() == Some(b' ') {
            c.tolerate(DeviationKind::ExtraSpace);
            c.sp()?;
            continue;
        }
        list.push(Namespace::read(c)?);
    }
    if list.is_empty() {
        c.tolerate(DeviationKind::Missing);
    }
    Ok(list)
}

impl<'a> Namespace<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'(', "a namespace in parentheses")?;
        let prefix = Mailbox::from_wire(c.string()?);
        c.sp()?;
        let delimiter = Delimiter::read(c)?;
        let mut extensions = Vec::new();
        while c.peek() == Some(b' ') {
            c.sp()?;
            if c.peek() == Some(b')') {
                c.tolerate(DeviationKind::TrailingSpace);
                break;
            }
            let name = c.string()?;
            c.sp()?;
            extensions.push((name, c.list(Cursor::string)?));
        }
        c.byte(b')', "the end of a namespace")?;
        Ok(Self { prefix, delimiter, extensions })
    }

    fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        e.octets(self.prefix.as_bytes());
        e.sp();
        Delimiter::write(self.delimiter, e);
        for (name, values) in &self.extensions {
            e.sp();
            e.string(name);
            e.sp();
            e.list(values, |e, value| e.string(value));
        }
        e.byte(b')');
    }
}
