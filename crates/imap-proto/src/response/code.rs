use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::literal::Encoder;
use crate::own::{own_by_method, own_enum, own_plain};
use crate::syntax::{ATOM, Cursor, Parsed, is_class};
use crate::{
    Capabilities, DeviationKind, Flags, InProgress, ObjectId, ParseError, SequenceSet, Str,
};

/// Text inside of the brackets of a response code: no `]`, CR, LF or NUL.
///
/// ```abnf
/// atom [SP 1*<any TEXT-CHAR except "]">]
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use imap_proto::CodeText;
///
/// let code = CodeText::try_from("XQUOTA 90 percent")?;
/// assert_eq!((code.name(), code.arguments()), (&b"XQUOTA"[..], Some(&b"90 percent"[..])));
/// assert!(CodeText::try_from("a]b").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CodeText<'a>(Cow<'a, [u8]>);

impl<'a> CodeText<'a> {
    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// What stands before the first space.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.0.split(|b| *b == b' ').next().unwrap_or_default()
    }

    /// What stands behind the first space.
    #[must_use]
    pub fn arguments(&self) -> Option<&[u8]> {
        memchr::memchr(b' ', &self.0).and_then(|at| self.0.get(at.saturating_add(1)..))
    }

    /// The same text, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> CodeText<'static> {
        CodeText(Cow::Owned(self.0.into_owned()))
    }

    /// Takes all up to the closing bracket, which must be there.
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let rest = c.rest();
        let len = rest.iter().position(|b| matches!(b, b']' | b'\r' | b'\n' | 0));
        match len {
            Some(len) if len > 0 && rest.get(len) == Some(&b']') => {
                c.skip(len);
                Ok(Self(Cow::Borrowed(rest.get(..len).unwrap_or_default())))
            }
            _ => c.error("a response code in brackets"),
        }
    }
}

impl<'a> TryFrom<&'a [u8]> for CodeText<'a> {
    type Error = ParseError;

    fn try_from(text: &'a [u8]) -> Result<Self, ParseError> {
        match text.iter().position(|b| matches!(b, b']' | b'\r' | b'\n' | 0)) {
            Some(at) => Err(ParseError::new(at, "text without ], CR, LF and NUL")),
            None if text.is_empty() => Err(ParseError::new(0, "a response code")),
            None => Ok(Self(Cow::Borrowed(text))),
        }
    }
}

impl<'a> TryFrom<&'a str> for CodeText<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}

impl fmt::Debug for CodeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&alloc::string::String::from_utf8_lossy(&self.0), f)
    }
}

own_by_method!(CodeText);

macro_rules! codes {
    (
        plain { $($(#[$doc:meta])* $name:ident $text:literal,)* }
        value {
            $($(#[$vdoc:meta])* $value:ident $vtext:literal ($item:ty) $read:expr, $write:expr;)*
        }
    ) => {
        /// What a status response says to programs.
        ///
        /// ```abnf
        /// resp-text = ["[" resp-text-code "]" SP] [text]
        /// ```
        ///
        /// [RFC 9051, section 7.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.1),
        /// [RFC 5530](https://www.rfc-editor.org/rfc/rfc5530), and the extensions as said at each. One
        /// that is not known, or whose arguments are not what they should be, is kept as it came.
        ///
        /// # Example
        ///
        /// ```
        /// use imap_proto::{Response, ResponseCode};
        ///
        /// let unit = b"* OK [UIDVALIDITY 3857529045] UIDs valid\r\n";
        /// let Response::Status(status) = Response::parse(unit)? else { panic!() };
        /// assert_eq!(status.code, Some(ResponseCode::UidValidity(3857529045)));
        /// # Ok::<(), imap_proto::ParseError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ResponseCode<'a> {
            $($(#[$doc])* $name,)*
            $($(#[$vdoc])* $value($item),)*
            /// `APPENDUID` ([RFC 4315](https://www.rfc-editor.org/rfc/rfc4315#section-3)): the UIDs
            /// of appended messages.
            AppendUid {
                /// The validity of the UIDs.
                uid_validity: u32,
                /// The UIDs, in the order of the messages.
                uids: SequenceSet<'a>,
            },
            /// `COPYUID` ([RFC 4315](https://www.rfc-editor.org/rfc/rfc4315#section-3)): the UIDs of
            /// copied or moved messages.
            CopyUid {
                /// The validity of the new UIDs.
                uid_validity: u32,
                /// The UIDs of the messages that were copied.
                source: SequenceSet<'a>,
                /// The UIDs of the copies, in the same order.
                destination: SequenceSet<'a>,
            },
            /// `MESSAGELIMIT` ([RFC 9738](https://www.rfc-editor.org/rfc/rfc9738#section-3)): not all
            /// messages were processed.
            MessageLimit {
                /// How many are at most.
                limit: u32,
                /// The lowest UID that was.
                uid: Option<u32>,
            },
            /// Another code.
            Other(CodeText<'a>),
        }

        own_enum! {
            ResponseCode {
                $($name,)*
                $($value(value),)*
                AppendUid { uid_validity, uids }, CopyUid { uid_validity, source, destination },
                MessageLimit { limit, uid }, Other(text),
            }
        }

        impl<'a> ResponseCode<'a> {
            /// The code of this name, or nothing if the name is not known.
            fn read_known(c: &mut Cursor<'a>, name: &[u8]) -> Parsed<Option<Self>> {
                $(if name.eq_ignore_ascii_case($text.as_bytes()) {
                    return Ok(Some(Self::$name));
                })*
                $(if name.eq_ignore_ascii_case($vtext.as_bytes()) {
                    let read: fn(&mut Cursor<'a>) -> Parsed<$item> = $read;
                    return read(c).map(|value| Some(Self::$value(value)));
                })*
                Self::read_special(c, name)
            }

            pub(crate) fn write(&self, e: &mut Encoder<'_>) {
                match self {
                    $(Self::$name => e.text($text),)*
                    $(Self::$value(value) => {
                        e.text($vtext);
                        let write: fn(&$item, &mut Encoder<'_>) = $write;
                        write(value, e);
                    })*
                    Self::AppendUid { uid_validity, uids } => {
                        e.raw(b"APPENDUID ");
                        e.number(*uid_validity);
                        e.sp();
                        uids.write(e);
                    }
                    Self::CopyUid { uid_validity, source, destination } => {
                        e.raw(b"COPYUID ");
                        e.number(*uid_validity);
                        e.sp();
                        source.write(e);
                        e.sp();
                        destination.write(e);
                    }
                    Self::MessageLimit { limit, uid } => {
                        e.raw(b"MESSAGELIMIT ");
                        e.number(*limit);
                        if let Some(uid) = uid {
                            e.sp();
                            e.number(*uid);
                        }
                    }
                    Self::Other(text) => e.raw(text.as_bytes()),
                }
            }
        }
    };
}

codes! {
    plain {
        /// A message that the user has to see.
        Alert "ALERT",
        /// A message of the mailbox has a header that cannot be parsed.
        Parse "PARSE",
        /// The mailbox cannot be changed.
        ReadOnly "READ-ONLY",
        /// The mailbox can be changed.
        ReadWrite "READ-WRITE",
        /// It may help to create the mailbox first.
        TryCreate "TRYCREATE",
        /// UIDs do not survive the session.
        UidNotSticky "UIDNOTSTICKY",
        /// Something that the server needs is not there for now.
        Unavailable "UNAVAILABLE",
        /// Wrong credentials, or none.
        AuthenticationFailed "AUTHENTICATIONFAILED",
        /// The right credentials for something that is not allowed.
        AuthorizationFailed "AUTHORIZATIONFAILED",
        /// The credentials are too old.
        Expired "EXPIRED",
        /// This needs TLS.
        PrivacyRequired "PRIVACYREQUIRED",
        /// The user should ask the administrator.
        ContactAdmin "CONTACTADMIN",
        /// The user has no right to do this.
        NoPerm "NOPERM",
        /// Somebody else uses the mailbox.
        InUse "INUSE",
        /// Somebody else has removed messages.
        ExpungeIssued "EXPUNGEISSUED",
        /// The server's data is damaged.
        Corruption "CORRUPTION",
        /// The server is wrong.
        ServerBug "SERVERBUG",
        /// The client is wrong.
        ClientBug "CLIENTBUG",
        /// This can never be done.
        Cannot "CANNOT",
        /// A limit of the server.
        Limit "LIMIT",
        /// There is no room.
        OverQuota "OVERQUOTA",
        /// The mailbox is there already.
        AlreadyExists "ALREADYEXISTS",
        /// There is no such mailbox.
        NonExistent "NONEXISTENT",
        /// `$` is empty now, since the search failed.
        NotSaved "NOTSAVED",
        /// The mailbox has others below it.
        HasChildren "HASCHILDREN",
        /// The mailbox that was selected is closed; what follows is about the next.
        Closed "CLOSED",
        /// A part's transfer encoding is not known.
        UnknownCte "UNKNOWN-CTE",
        /// The mailbox keeps no mod-sequences ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162)).
        NoModSeq "NOMODSEQ",
        /// Something compresses already ([RFC 4978](https://www.rfc-editor.org/rfc/rfc4978)).
        CompressionActive "COMPRESSIONACTIVE",
        /// The special use is not possible ([RFC 6154](https://www.rfc-editor.org/rfc/rfc6154)).
        UseAttr "USEATTR",
        /// The message would be too large ([RFC 4469](https://www.rfc-editor.org/rfc/rfc4469)).
        TooBig "TOOBIG",
        /// No comparator fits ([RFC 5255](https://www.rfc-editor.org/rfc/rfc5255)).
        BadComparator "BADCOMPARATOR",
        /// Too much happens; NOTIFY is off ([RFC 5465](https://www.rfc-editor.org/rfc/rfc5465)).
        NotificationOverflow "NOTIFICATIONOVERFLOW",
        /// Sequence numbers cannot be used ([RFC 9586](https://www.rfc-editor.org/rfc/rfc9586)).
        UidRequired "UIDREQUIRED",
        /// The batches would be too small (UIDBATCHES).
        TooFew "TOOFEW",
        /// The batches would be too many (UIDBATCHES).
        TooMany "TOOMANY",
    }
    value {
        /// `BADCHARSET`: the charset of a search is not known; those that are.
        BadCharset "BADCHARSET" (Vec<Str<'a>>) |c| {
            if c.peek() != Some(b' ') { return Ok(Vec::new()); }
            c.sp()?;
            c.list(string)
        }, |charsets, e| if !charsets.is_empty() {
            e.sp();
            e.list(charsets, |e, charset| write_string(charset, e));
        };
        /// `CAPABILITY`.
        Capability "CAPABILITY" (Capabilities<'a>) |c| { c.sp()?; Capabilities::read(c) },
            |list, e| { e.sp(); list.write(e); };
        /// `PERMANENTFLAGS`: the flags that can be changed for good.
        PermanentFlags "PERMANENTFLAGS" (Flags<'a>) |c| { c.sp()?; Flags::read(c) },
            |flags, e| { e.sp(); flags.write(e); };
        /// `UIDNEXT`: the UID of the next message.
        UidNext "UIDNEXT" (u32) nz_number, write_number;
        /// `UIDVALIDITY`: UIDs seen with another value mean nothing now.
        UidValidity "UIDVALIDITY" (u32) nz_number, write_number;
        /// `UNSEEN`: the number of the first message without `\Seen` (IMAP4rev1); some servers
        /// send 0 for none.
        Unseen "UNSEEN" (u32) |c| { c.sp()?; c.number() }, write_number;
        /// `HIGHESTMODSEQ` ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162#section-3.1.2.1)).
        HighestModSeq "HIGHESTMODSEQ" (u64) number64, write_number64;
        /// `MODIFIED` ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162#section-3.1.3)): messages
        /// that were changed before a conditional STORE could be.
        Modified "MODIFIED" (SequenceSet<'a>) |c| { c.sp()?; SequenceSet::read(c) },
            |set, e| { e.sp(); set.write(e); };
        /// `METADATA` ([RFC 5464](https://www.rfc-editor.org/rfc/rfc5464)).
        Metadata "METADATA" (MetadataCode) |c| { c.sp()?; MetadataCode::read(c) },
            |code, e| { e.sp(); code.write(e); };
        /// `MAILBOXID` ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474#section-4)).
        MailboxId "MAILBOXID" (ObjectId<'a>) |c| {
            c.sp()?;
            c.byte(b'(', "an identifier in parentheses")?;
            let id = ObjectId::read(c)?;
            c.byte(b')', "a closing parenthesis")?;
            Ok(id)
        }, |id, e| { e.raw(b" ("); e.text(id.as_str()); e.byte(b')'); };
        /// `INPROGRESS` ([RFC 9585](https://www.rfc-editor.org/rfc/rfc9585)).
        InProgress "INPROGRESS" (InProgress<'a>) InProgress::read, |progress, e| progress.write(e);
        /// `NOUPDATE` ([RFC 5267](https://www.rfc-editor.org/rfc/rfc5267#section-4.3.1)): the search
        /// with this tag gets no updates.
        NoUpdate "NOUPDATE" (Str<'a>) |c| { c.sp()?; string(c) },
            |tag, e| { e.sp(); e.string(tag); };
        /// `BADEVENT` ([RFC 5465](https://www.rfc-editor.org/rfc/rfc5465#section-5)): the events
        /// that can be asked for.
        BadEvent "BADEVENT" (Vec<Str<'a>>) |c| { c.sp()?; c.list(string) },
            |events, e| { e.sp(); e.list(events, |e, event| write_string(event, e)); };
        /// `UNDEFINED-FILTER` ([RFC 5466](https://www.rfc-editor.org/rfc/rfc5466#section-3.1)).
        UndefinedFilter "UNDEFINED-FILTER" (Str<'a>) |c| { c.sp()?; string(c) },
            |name, e| { e.sp(); write_string(name, e); };
        /// `BADURL` ([RFC 4469](https://www.rfc-editor.org/rfc/rfc4469#section-4.1)).
        BadUrl "BADURL" (CodeText<'a>) text, write_text;
        /// `REFERRAL` ([RFC 2193](https://www.rfc-editor.org/rfc/rfc2193),
        /// [RFC 2221](https://www.rfc-editor.org/rfc/rfc2221)): URLs of where to go, with spaces
        /// between them.
        Referral "REFERRAL" (CodeText<'a>) text, write_text;
        /// `URLMECH` ([RFC 4467](https://www.rfc-editor.org/rfc/rfc4467#section-9)): mechanisms, with
        /// spaces between them.
        UrlMech "URLMECH" (CodeText<'a>) text, write_text;
    }
}

/// The arguments of the response code METADATA.
///
/// ```abnf
/// resp-text-code =/ "METADATA" SP ("LONGENTRIES" SP number / "MAXSIZE" SP number / "TOOMANY" /
///                   "NOPRIVATE")
/// ```
///
/// [RFC 5464, section 5](https://www.rfc-editor.org/rfc/rfc5464#section-5)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetadataCode {
    /// Values were left out; the longest has so many octets.
    LongEntries(u64),
    /// The value is too long; so many octets are possible.
    MaxSize(u64),
    /// There are too many entries.
    TooMany,
    /// Private entries are not possible.
    NoPrivate,
}

own_plain!(MetadataCode);

impl MetadataCode {
    fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        if c.eat_word(b"LONGENTRIES") {
            c.sp()?;
            return c.number64().map(Self::LongEntries);
        }
        if c.eat_word(b"MAXSIZE") {
            c.sp()?;
            return c.number64().map(Self::MaxSize);
        }
        if c.eat_word(b"TOOMANY") {
            return Ok(Self::TooMany);
        }
        c.word("NOPRIVATE").map(|()| Self::NoPrivate)
    }

    fn write(self, e: &mut Encoder<'_>) {
        match self {
            Self::LongEntries(n) => {
                e.raw(b"LONGENTRIES ");
                e.number(n);
            }
            Self::MaxSize(n) => {
                e.raw(b"MAXSIZE ");
                e.number(n);
            }
            Self::TooMany => e.raw(b"TOOMANY"),
            Self::NoPrivate => e.raw(b"NOPRIVATE"),
        }
    }
}

impl<'a> ResponseCode<'a> {
    /// Reads a code after its opening bracket, and the closing one.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let name = c.take(ATOM);
        match Self::read_known(c, name) {
            Ok(Some(code)) if c.eat(b']') => return Ok(code),
            Ok(None) => c.rewind(start),
            _ => {
                c.rewind(start);
                c.tolerate(DeviationKind::Unknown);
            }
        }
        let text = CodeText::read(c)?;
        c.byte(b']', "a closing bracket")?;
        Ok(Self::Other(text))
    }

    fn read_special(c: &mut Cursor<'a>, name: &[u8]) -> Parsed<Option<Self>> {
        if name.eq_ignore_ascii_case(b"APPENDUID") {
            let uid_validity = nz_number(c)?;
            c.sp()?;
            return Ok(Some(Self::AppendUid { uid_validity, uids: SequenceSet::read(c)? }));
        }
        if name.eq_ignore_ascii_case(b"COPYUID") {
            let uid_validity = nz_number(c)?;
            c.sp()?;
            let source = SequenceSet::read(c)?;
            c.sp()?;
            let destination = SequenceSet::read(c)?;
            return Ok(Some(Self::CopyUid { uid_validity, source, destination }));
        }
        if name.eq_ignore_ascii_case(b"MESSAGELIMIT") {
            let limit = nz_number(c)?;
            let uid = if c.peek() == Some(b' ') { Some(nz_number(c)?) } else { None };
            return Ok(Some(Self::MessageLimit { limit, uid }));
        }
        Ok(None)
    }
}

/// `atom / string`: in a code a bracket is not part of a word.
fn string<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    match c.peek() {
        Some(b'"' | b'{') => c.string(),
        _ => {
            let word = c.take1(ATOM, "an atom or a string")?;
            Ok(Str::new(Cow::Borrowed(word.as_bytes())))
        }
    }
}

fn write_string(string: &Str<'_>, e: &mut Encoder<'_>) {
    let octets = string.as_bytes();
    if !octets.is_empty() && octets.iter().all(|b| is_class(*b, ATOM)) {
        e.raw(octets);
    } else {
        e.string(string);
    }
}

fn nz_number(c: &mut Cursor<'_>) -> Parsed<u32> {
    c.sp()?;
    c.nz_number()
}

fn number64(c: &mut Cursor<'_>) -> Parsed<u64> {
    c.sp()?;
    c.number64()
}

fn write_number(n: &u32, e: &mut Encoder<'_>) {
    e.sp();
    e.number(*n);
}

fn write_number64(n: &u64, e: &mut Encoder<'_>) {
    e.sp();
    e.number(*n);
}

fn text<'a>(c: &mut Cursor<'a>) -> Parsed<CodeText<'a>> {
    c.sp()?;
    CodeText::read(c)
}

fn write_text(text: &CodeText<'_>, e: &mut Encoder<'_>) {
    e.sp();
    e.raw(text.as_bytes());
}
