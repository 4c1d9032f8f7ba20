//! Lists in responses that are kept as text and read when they are looked at: they cost no memory
//! of their own, however long they are.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::literal::Encoder;
use crate::own::{own_by_method, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{DeviationKind, Str};

/// An address of an [`Envelope`](crate::Envelope).
///
/// ```abnf
/// address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
/// ```
///
/// Groups are marked by addresses without a host: the first has the name of the group as mailbox,
/// the last has no mailbox.
///
/// [RFC 9051, section 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2)
///
/// # Example
///
/// ```
/// use imap_proto::{Address, Str};
///
/// let address = Address {
///     name: Some(Str::try_from("Terry Gray")?),
///     mailbox: Some(Str::try_from("gray")?),
///     host: Some(Str::try_from("cac.washington.edu")?),
///     ..Address::default()
/// };
/// assert!(!address.is_group_start());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// The name for people.
    pub name: Option<Str<'a>>,
    /// An obsolete route.
    pub route: Option<Str<'a>>,
    /// What stands before the `@`, or the name of a group, or nothing at the end of one.
    pub mailbox: Option<Str<'a>>,
    /// What stands after the `@`; nothing marks a group.
    pub host: Option<Str<'a>>,
}

own_struct! { Address { name, route, mailbox, host } }

impl<'a> Address<'a> {
    /// Whether a group begins here.
    #[must_use]
    pub fn is_group_start(&self) -> bool {
        self.host.is_none() && self.mailbox.is_some()
    }

    /// Whether a group ends here.
    #[must_use]
    pub fn is_group_end(&self) -> bool {
        self.host.is_none() && self.mailbox.is_none()
    }

    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'(', "an address")?;
        let name = loose_nstring(c)?;
        c.sp()?;
        let route = loose_nstring(c)?;
        c.sp()?;
        let mailbox = loose_nstring(c)?;
        let host = if c.peek() == Some(b')') {
            c.tolerate(DeviationKind::Missing);
            None
        } else {
            c.sp()?;
            loose_nstring(c)?
        };
        c.no_sp();
        c.byte(b')', "the end of an address")?;
        Ok(Self { name, route, mailbox, host })
    }

    /// Goes over an address. Most have nothing in them that needs a closer look.
    fn skip(c: &mut Cursor<'a>) -> Parsed<()> {
        let start = c.offset();
        let plain = c.eat(b'(')
            && c.skip_plain_nstring()
            && c.eat(b' ')
            && c.skip_plain_nstring()
            && c.eat(b' ')
            && c.skip_plain_nstring()
            && c.eat(b' ')
            && c.skip_plain_nstring()
            && c.eat(b')');
        if plain {
            return Ok(());
        }
        c.rewind(start);
        Self::read(c).map(|_| ())
    }

    fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        e.nstring(self.name.as_ref());
        e.sp();
        e.nstring(self.route.as_ref());
        e.sp();
        e.nstring(self.mailbox.as_ref());
        e.sp();
        e.nstring(self.host.as_ref());
        e.byte(b')');
    }
}

macro_rules! lazy_list {
    ($(#[$doc:meta])* $name:ident, $iter:ident, $item:ty, $put:ty, $read:path, $skip:path, $write:path, $between:literal, $empty:literal) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, Hash)]
        pub struct $name<'a>(Cow<'a, [u8]>);

        impl<'a> $name<'a> {
            /// One after the other.
            #[must_use]
            pub fn iter(&self) -> $iter<'_> {
                $iter { rest: &self.0 }
            }

            /// Whether there are none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// The same list, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name(Cow::Owned(self.0.into_owned()))
            }

            /// Reads a list in parentheses, or NIL for an empty one.
            pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
                read_list(c, $between, $skip).map(Self)
            }

            /// Writes the list in parentheses.
            pub(crate) fn write(&self, e: &mut Encoder<'_>) {
                if self.0.is_empty() {
                    e.raw($empty);
                } else {
                    e.byte(b'(');
                    e.raw(&self.0);
                    e.byte(b')');
                }
            }

            /// Adds one at the end.
            pub fn push<'b>(&mut self, item: &$put) {
                let mut text = Vec::from(core::mem::take(&mut self.0));
                if $between && !text.is_empty() {
                    text.push(b' ');
                }
                $write(item, &mut Encoder::response(&mut text, false));
                self.0 = Cow::Owned(text);
            }
        }

        impl<'b> FromIterator<$put> for $name<'static> {
            fn from_iter<I: IntoIterator<Item = $put>>(items: I) -> Self {
                let mut list = Self::default();
                for item in items {
                    list.push(&item);
                }
                list
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        impl<'l> IntoIterator for &'l $name<'_> {
            type Item = $item;
            type IntoIter = $iter<'l>;

            fn into_iter(self) -> $iter<'l> {
                self.iter()
            }
        }

        own_by_method!($name);

        #[doc = concat!("Goes over [`", stringify!($name), "`].")]
        #[derive(Clone, Debug)]
        pub struct $iter<'l> {
            rest: &'l [u8],
        }

        impl<'l> Iterator for $iter<'l> {
            type Item = $item;

            fn next(&mut self) -> Option<$item> {
                let mut c = Cursor::new(self.rest);
                while c.eat(b' ') {}
                let item = $read(&mut c).ok();
                self.rest = if item.is_some() { c.rest() } else { &[] };
                item
            }
        }
    };
}

/// `nstring`, in a list. Quotes in a quoted string that ought to be escaped belong to it: it ends at
/// the first quote that a space or a closing parenthesis follows.
pub(crate) fn loose_nstring<'a>(c: &mut Cursor<'a>) -> Parsed<Option<Str<'a>>> {
    let start = c.offset();
    let quoted = c.peek() == Some(b'"');
    let string = c.nstring()?;
    if !quoted || matches!(c.peek(), Some(b' ' | b')') | None) {
        return Ok(string);
    }
    let inner = start.saturating_add(1);
    c.rewind(inner);
    let text = c.rest();
    let line = memchr::memchr2(b'\r', b'\n', text).unwrap_or(text.len());
    let text = text.get(..line).unwrap_or_default();
    let end = text.windows(2).position(|pair| matches!(pair, b"\" " | b"\")"));
    let Some(octets) = end.and_then(|end| text.get(..end)) else {
        return c.error("the end of a quoted string");
    };
    c.tolerate(DeviationKind::BadCharacter);
    c.skip(octets.len().saturating_add(1));
    Ok(Some(Str::new(Cow::Borrowed(octets))))
}

pub(crate) fn read_list<'a>(
    c: &mut Cursor<'a>,
    spaced: bool,
    mut read: impl FnMut(&mut Cursor<'a>) -> Parsed<()>,
) -> Parsed<Cow<'a, [u8]>> {
    if c.peek() != Some(b'(') {
        c.nil()?;
        return Ok(Cow::Borrowed(b""));
    }
    c.skip(1);
    let start = c.offset();
    let mut after_space = true;
    let mut empty = true;
    loop {
        match c.peek() {
            Some(b')') => {
                if after_space && !empty && spaced {
                    c.tolerate(DeviationKind::TrailingSpace);
                }
                let text = if empty { b"" } else { c.since(start) };
                c.skip(1);
                return Ok(Cow::Borrowed(text));
            }
            Some(b' ') => {
                if empty || !spaced {
                    c.tolerate(DeviationKind::ExtraSpace);
                }
                c.sp()?;
                after_space = true;
            }
            _ => {
                if spaced && !after_space {
                    c.tolerate(DeviationKind::MissingSpace);
                }
                read(c)?;
                after_space = false;
                empty = false;
            }
        }
    }
}

pub(crate) use lazy_list;

lazy_list! {
    /// The addresses of a header field, read when they are looked at.
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::{Address, Addresses, Str};
    ///
    /// let list: Addresses<'_> =
    ///     [Address { host: Some(Str::try_from("example.org")?), ..Address::default() }]
    ///         .into_iter()
    ///         .collect();
    /// assert_eq!(list.iter().count(), 1);
    /// # Ok::<(), imap_proto::ParseError>(())
    /// ```
    Addresses, AddressIter, Address<'l>, Address<'b>, Address::read, Address::skip, Address::write, false, b"NIL"
}

lazy_list! {
    /// Strings, read when they are looked at.
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::{Str, Strings};
    ///
    /// let list: Strings<'_> = [Str::try_from("en")?, Str::try_from("de")?].into_iter().collect();
    /// assert!(list.iter().any(|language| language == "de"));
    /// # Ok::<(), imap_proto::ParseError>(())
    /// ```
    Strings, StringIter, Str<'l>, Str<'b>, read_string, skip_string, write_string, true, b"NIL"
}

lazy_list! {
    /// Names with values, read when they are looked at.
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::{Parameters, Str};
    ///
    /// let list: Parameters<'_> =
    ///     [(Str::try_from("charset")?, Some(Str::try_from("utf-8")?))].into_iter().collect();
    /// assert_eq!(list.value("CHARSET"), Some(Str::try_from("utf-8")?));
    /// # Ok::<(), imap_proto::ParseError>(())
    /// ```
    Parameters, ParameterIter, (Str<'l>, Option<Str<'l>>), (Str<'b>, Option<Str<'b>>),
    read_parameter, skip_parameter, write_parameter, true, b"NIL"
}

impl Parameters<'_> {
    /// The value of the first parameter of this name, in any case of its letters.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Str<'_>> {
        self.iter()
            .find(|(found, _)| found.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
            .and_then(|(_, value)| value)
    }
}

fn read_string<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    c.string()
}

fn skip_string(c: &mut Cursor<'_>) -> Parsed<()> {
    c.string().map(|_| ())
}

fn write_string(string: &Str<'_>, e: &mut Encoder<'_>) {
    e.string(string);
}

fn read_parameter<'a>(c: &mut Cursor<'a>) -> Parsed<(Str<'a>, Option<Str<'a>>)> {
    let name = c.string()?;
    if c.peek() == Some(b')') {
        c.tolerate(DeviationKind::Missing);
        return Ok((name, None));
    }
    c.sp()?;
    let value = c.nstring()?;
    if value.is_none() {
        c.tolerate(DeviationKind::Missing);
    }
    Ok((name, value))
}

/// Goes over a parameter. Most have nothing in them that needs a closer look.
fn skip_parameter(c: &mut Cursor<'_>) -> Parsed<()> {
    let start = c.offset();
    let plain = c.peek() == Some(b'"')
        && c.skip_plain_nstring()
        && c.eat(b' ')
        && c.peek() == Some(b'"')
        && c.skip_plain_nstring();
    if plain {
        return Ok(());
    }
    c.rewind(start);
    read_parameter(c).map(|_| ())
}

fn write_parameter(parameter: &(Str<'_>, Option<Str<'_>>), e: &mut Encoder<'_>) {
    e.string(&parameter.0);
    e.sp();
    e.nstring(parameter.1.as_ref());
}
