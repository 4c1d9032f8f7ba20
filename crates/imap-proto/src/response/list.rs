use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_by_method, own_enum, own_plain, own_struct};
use crate::syntax::{Cursor, LOOSE, Parsed, announces, is_class};
use crate::words::Words;
use crate::{DeviationKind, Mailbox, ParseError, Raw, Str, Word};

/// A mailbox in a LIST, LSUB or XLIST response.
///
/// ```abnf
/// mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox
///                [SP mbox-list-extended]
/// ```
///
/// [RFC 9051, section 7.3.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.1)
///
/// # Example
///
/// ```
/// use imap_proto::{MailboxAttribute, Response};
///
/// let unit = b"* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Messages\"\r\n";
/// let Response::List(list) = Response::parse(unit)? else { panic!() };
/// assert!(list.attributes.contains(&MailboxAttribute::Sent));
/// assert_eq!(list.mailbox.as_bytes(), b"Sent Messages");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxList<'a> {
    /// What kind of mailbox it is.
    pub attributes: MailboxAttributes<'a>,
    /// What stands between the levels of a name; `None` if there are no levels.
    pub delimiter: Option<Delimiter>,
    /// The name.
    pub mailbox: Mailbox<'a>,
    /// What extensions add.
    pub extended: Vec<ListExtended<'a>>,
}

own_struct! { MailboxList { attributes, delimiter, mailbox, extended } }

impl<'a> MailboxList<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let attributes = MailboxAttributes(Words::read(c, "attributes of a mailbox")?);
        c.sp()?;
        let delimiter = Delimiter::read(c)?;
        c.sp()?;
        let mailbox = Mailbox::read_tolerantly(c)?;
        let mut extended = Vec::new();
        if c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            extended = c.list(ListExtended::read)?;
        }
        Ok(Self { attributes, delimiter, mailbox, extended })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        e.text(self.attributes.0.as_str());
        e.raw(b") ");
        Delimiter::write(self.delimiter, e);
        e.sp();
        self.mailbox.write(e);
        if !self.extended.is_empty() {
            e.sp();
            e.list(&self.extended, |e, item| item.write(e));
        }
    }
}

/// What stands between the levels of a mailbox name: one character.
///
/// # Example
///
/// ```
/// use imap_proto::Delimiter;
///
/// assert_eq!(Delimiter::try_from('/')?.as_char(), '/');
/// assert!(Delimiter::try_from('\n').is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(char);

own_plain!(Delimiter);

impl Delimiter {
    /// The character.
    #[must_use]
    pub const fn as_char(self) -> char {
        self.0
    }

    /// ```abnf
    /// (DQUOTE QUOTED-CHAR DQUOTE / nil)
    /// ```
    ///
    /// An empty string is read as NIL.
    pub(crate) fn read(c: &mut Cursor<'_>) -> Parsed<Option<Self>> {
        let Some(text) = c.nstring()? else { return Ok(None) };
        let Some(text) = text.to_str() else { return c.error("a hierarchy delimiter") };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (None, _) => {
                c.tolerate(DeviationKind::Missing);
                Ok(None)
            }
            (Some('\r' | '\n' | '\0'), _) | (_, Some(_)) => c.error("a hierarchy delimiter"),
            (Some(ch), None) => Ok(Some(Self(ch))),
        }
    }

    pub(crate) fn write(delimiter: Option<Self>, e: &mut Encoder<'_>) {
        match delimiter {
            Some(Self(ch)) => e.quoted(ch.encode_utf8(&mut [0; 4]).as_bytes()),
            None => e.raw(b"NIL"),
        }
    }
}

impl TryFrom<char> for Delimiter {
    type Error = ParseError;

    fn try_from(ch: char) -> Result<Self, ParseError> {
        match ch {
            '\r' | '\n' | '\0' => Err(ParseError::new(0, "a hierarchy delimiter")),
            ch => Ok(Self(ch)),
        }
    }
}

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
        /// What kind of mailbox it is.
        ///
        /// ```abnf
        /// mbx-list-oflag = "\Noinferiors" / child-mbox-flag / "\Subscribed" / "\Remote" / flag-extension
        /// mbx-list-sflag = "\NonExistent" / "\Noselect" / "\Marked" / "\Unmarked"
        /// ```
        ///
        /// [RFC 9051, section 7.3.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.1), and
        /// special uses ([RFC 6154](https://www.rfc-editor.org/rfc/rfc6154)) with those of XLIST.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum MailboxAttribute<'a> {
            $($(#[$doc])* $name,)*
            /// Another one, with its backslash.
            Other(Word<'a>),
        }

        own_enum! { MailboxAttribute { $($name,)* Other(word) } }

        impl<'a> MailboxAttribute<'a> {
            fn from_word(text: &'a str) -> Self {
                $(if text.len() == $text.len() && text.eq_ignore_ascii_case($text) {
                    return Self::$name;
                })*
                Self::Other(Word::new(alloc::borrow::Cow::Borrowed(text)))
            }

            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(word) => word.as_str(),
                }
            }
        }
    };
}

attributes! {
    /// There can be no mailboxes below it.
    NoInferiors "\\Noinferiors",
    /// It cannot be selected.
    NoSelect "\\Noselect",
    /// It is not there.
    NonExistent "\\NonExistent",
    /// There are mailboxes below it.
    HasChildren "\\HasChildren",
    /// There are none below it.
    HasNoChildren "\\HasNoChildren",
    /// The server thinks it is interesting.
    Marked "\\Marked",
    /// There are no new messages.
    Unmarked "\\Unmarked",
    /// It is subscribed.
    Subscribed "\\Subscribed",
    /// It is on another server.
    Remote "\\Remote",
    /// All messages.
    All "\\All",
    /// Messages that were archived.
    Archive "\\Archive",
    /// Messages that are being written.
    Drafts "\\Drafts",
    /// Messages that are flagged.
    Flagged "\\Flagged",
    /// Messages that are taken for spam.
    Junk "\\Junk",
    /// Messages that were sent.
    Sent "\\Sent",
    /// Messages that were deleted.
    Trash "\\Trash",
    /// Messages that are important ([RFC 8457](https://www.rfc-editor.org/rfc/rfc8457)).
    Important "\\Important",
    /// The inbox (XLIST).
    Inbox "\\Inbox",
    /// All messages (XLIST).
    AllMail "\\AllMail",
    /// Messages that are taken for spam (XLIST).
    Spam "\\Spam",
    /// Messages that are flagged (XLIST).
    Starred "\\Starred",
}

impl PartialEq for MailboxAttribute<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

impl Eq for MailboxAttribute<'_> {}

impl<'a> TryFrom<&'a str> for MailboxAttribute<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        match text.bytes().position(|b| !is_class(b, LOOSE)) {
            Some(at) => Err(ParseError::new(at, "an attribute of a mailbox")),
            None if text.is_empty() || announces(text.as_bytes()) => {
                Err(ParseError::new(0, "an attribute of a mailbox"))
            }
            None => Ok(Self::from_word(text)),
        }
    }
}

/// The attributes of a mailbox, kept as text and read by [`iter`](Self::iter).
///
/// # Example
///
/// ```
/// use imap_proto::{MailboxAttribute, MailboxAttributes};
///
/// let list: MailboxAttributes<'_> = [MailboxAttribute::Trash].into_iter().collect();
/// assert!(list.contains(&MailboxAttribute::Trash));
/// ```
#[derive(Clone, Default)]
pub struct MailboxAttributes<'a>(Words<'a>);

impl<'a> MailboxAttributes<'a> {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = MailboxAttribute<'_>> + Clone {
        self.0.iter().map(MailboxAttribute::from_word)
    }

    /// Whether this one is there.
    #[must_use]
    pub fn contains(&self, attribute: &MailboxAttribute<'_>) -> bool {
        self.0.iter().any(|word| word.eq_ignore_ascii_case(attribute.as_str()))
    }

    /// Adds one at the end.
    pub fn push(&mut self, attribute: &MailboxAttribute<'_>) {
        self.0.push(attribute.as_str());
    }

    /// The same attributes, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> MailboxAttributes<'static> {
        MailboxAttributes(self.0.into_owned())
    }
}

impl PartialEq for MailboxAttributes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for MailboxAttributes<'_> {}

impl core::fmt::Debug for MailboxAttributes<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "({})", self.0.as_str())
    }
}

impl<'b> FromIterator<MailboxAttribute<'b>> for MailboxAttributes<'static> {
    fn from_iter<I: IntoIterator<Item = MailboxAttribute<'b>>>(attributes: I) -> Self {
        let mut list = MailboxAttributes(Words::new(""));
        for attribute in attributes {
            list.push(&attribute);
        }
        list
    }
}

own_by_method!(MailboxAttributes);

/// What extensions add to a [`MailboxList`].
///
/// ```abnf
/// mbox-list-extended-item = mbox-list-extended-item-tag SP tagged-ext-val
/// childinfo-extended-item = "CHILDINFO" SP "(" list-select-base-opt-quoted
///                           *(SP list-select-base-opt-quoted) ")"
/// oldname-extended-item   = "OLDNAME" SP "(" mailbox ")"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListExtended<'a> {
    /// `CHILDINFO`: mailboxes below fulfil these selection options.
    ChildInfo(Vec<Str<'a>>),
    /// `OLDNAME`: the name before.
    OldName(Mailbox<'a>),
    /// Another item, with its value.
    Other(Str<'a>, Raw<'a>),
}

own_enum! { ListExtended { ChildInfo(options), OldName(mailbox), Other(name, value) } }

impl<'a> ListExtended<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let name = c.astring()?;
        c.sp()?;
        let start = c.offset();
        if let Some(item) = Self::read_known(c, &name) {
            return Ok(item);
        }
        c.rewind(start);
        c.raw_value().map(|value| Self::Other(name, value))
    }

    fn read_known(c: &mut Cursor<'a>, name: &Str<'_>) -> Option<Self> {
        if name.as_bytes().eq_ignore_ascii_case(b"CHILDINFO") {
            return c.list(Cursor::astring).ok().map(Self::ChildInfo);
        }
        if name.as_bytes().eq_ignore_ascii_case(b"OLDNAME") {
            let mut names = c.list(Mailbox::read).ok()?;
            return if names.len() == 1 { names.pop().map(Self::OldName) } else { None };
        }
        None
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::ChildInfo(options) => {
                e.raw(b"\"CHILDINFO\" ");
                e.list(options, |e, option| e.string(option));
            }
            Self::OldName(mailbox) => {
                e.raw(b"\"OLDNAME\" (");
                mailbox.write(e);
                e.byte(b')');
            }
            Self::Other(name, value) => {
                e.astring(name);
                e.sp();
                e.verbatim(value);
            }
        }
    }
}
