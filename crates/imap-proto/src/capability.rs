//! What a server says that it can do.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::literal::Encoder;
use crate::syntax::{Cursor, LOOSE, Parsed, announces};
use crate::{Atom, DeviationKind, ParseError, Word};

macro_rules! capabilities {
    (
        plain { $($(#[$doc:meta])* $name:ident $text:literal,)* }
        word { $($(#[$wdoc:meta])* $word:ident $prefix:literal,)* }
        number { $($(#[$ndoc:meta])* $number:ident $nprefix:literal,)* }
    ) => {
        /// One capability.
        ///
        /// Names are compared without regard to case. What is not known here survives as
        /// [`Other`](Capability::Other).
        ///
        /// ```abnf
        /// capability = ("AUTH=" auth-type) / atom
        /// ```
        ///
        /// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
        ///
        /// # Example
        ///
        /// ```
        /// use imap_proto::Capability;
        ///
        /// assert_eq!(Capability::try_from("idle")?, Capability::Idle);
        /// assert_eq!(Capability::try_from("XFOO")?.to_string(), "XFOO");
        /// # Ok::<(), imap_proto::ParseError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Capability<'a> {
            $($(#[$doc])* $name,)*
            $($(#[$wdoc])* $word(Atom<'a>),)*
            $($(#[$ndoc])* $number(u64),)*
            /// `APPENDLIMIT` ([RFC 7889](https://www.rfc-editor.org/rfc/rfc7889)): the largest
            /// message, or that each mailbox has its own limit.
            AppendLimit(Option<u64>),
            /// One that this crate does not know.
            Other(Word<'a>),
        }

        impl<'a> Capability<'a> {
            fn from_text(text: &'a str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$name;
                })*
                if let Some((name, value)) = text.split_once('=') {
                    $(if name.eq_ignore_ascii_case($prefix) {
                        if let Ok(value) = Atom::try_from(value) {
                            return Self::$word(value);
                        }
                    })*
                    if let Some(n) = decimal(value) {
                        $(if name.eq_ignore_ascii_case($nprefix) {
                            return Self::$number(n);
                        })*
                        if name.eq_ignore_ascii_case("APPENDLIMIT") {
                            return Self::AppendLimit(Some(n));
                        }
                    }
                }
                if text.eq_ignore_ascii_case("APPENDLIMIT") {
                    return Self::AppendLimit(None);
                }
                Self::Other(Word::new(Cow::Borrowed(text)))
            }

            /// The same capability, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> Capability<'static> {
                match self {
                    $(Self::$name => Capability::$name,)*
                    $(Self::$word(value) => Capability::$word(value.into_owned()),)*
                    $(Self::$number(n) => Capability::$number(n),)*
                    Self::AppendLimit(n) => Capability::AppendLimit(n),
                    Self::Other(word) => Capability::Other(word.into_owned()),
                }
            }
        }

        impl fmt::Display for Capability<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name => f.write_str($text),)*
                    $(Self::$word(value) => write!(f, concat!($prefix, "={}"), value),)*
                    $(Self::$number(n) => write!(f, concat!($nprefix, "={}"), n),)*
                    Self::AppendLimit(None) => f.write_str("APPENDLIMIT"),
                    Self::AppendLimit(Some(n)) => write!(f, "APPENDLIMIT={n}"),
                    Self::Other(word) => f.write_str(word.as_str()),
                }
            }
        }
    };
}

capabilities! {
    plain {
        /// [RFC 3501](https://www.rfc-editor.org/rfc/rfc3501).
        Imap4Rev1 "IMAP4rev1",
        /// [RFC 9051](https://www.rfc-editor.org/rfc/rfc9051).
        Imap4Rev2 "IMAP4rev2",
        /// `STARTTLS`.
        StartTls "STARTTLS",
        /// `LOGINDISABLED`: LOGIN is refused now, usually until TLS.
        LoginDisabled "LOGINDISABLED",
        /// [RFC 7888](https://www.rfc-editor.org/rfc/rfc7888).
        LiteralPlus "LITERAL+",
        /// [RFC 7888](https://www.rfc-editor.org/rfc/rfc7888), up to 4096 bytes.
        LiteralMinus "LITERAL-",
        /// [RFC 4959](https://www.rfc-editor.org/rfc/rfc4959).
        SaslIr "SASL-IR",
        /// [RFC 2177](https://www.rfc-editor.org/rfc/rfc2177).
        Idle "IDLE",
        /// [RFC 2342](https://www.rfc-editor.org/rfc/rfc2342).
        Namespace "NAMESPACE",
        /// [RFC 2971](https://www.rfc-editor.org/rfc/rfc2971).
        Id "ID",
        /// [RFC 3348](https://www.rfc-editor.org/rfc/rfc3348).
        Children "CHILDREN",
        /// [RFC 4315](https://www.rfc-editor.org/rfc/rfc4315).
        UidPlus "UIDPLUS",
        /// [RFC 6851](https://www.rfc-editor.org/rfc/rfc6851).
        Move "MOVE",
        /// [RFC 7162](https://www.rfc-editor.org/rfc/rfc7162).
        CondStore "CONDSTORE",
        /// [RFC 7162](https://www.rfc-editor.org/rfc/rfc7162).
        QResync "QRESYNC",
        /// [RFC 5161](https://www.rfc-editor.org/rfc/rfc5161).
        Enable "ENABLE",
        /// [RFC 4731](https://www.rfc-editor.org/rfc/rfc4731).
        ESearch "ESEARCH",
        /// [RFC 5182](https://www.rfc-editor.org/rfc/rfc5182).
        SearchRes "SEARCHRES",
        /// [RFC 5256](https://www.rfc-editor.org/rfc/rfc5256).
        Sort "SORT",
        /// [RFC 5957](https://www.rfc-editor.org/rfc/rfc5957).
        SortDisplay "SORT=DISPLAY",
        /// [RFC 5267](https://www.rfc-editor.org/rfc/rfc5267).
        ESort "ESORT",
        /// [RFC 5267](https://www.rfc-editor.org/rfc/rfc5267).
        ContextSearch "CONTEXT=SEARCH",
        /// [RFC 5267](https://www.rfc-editor.org/rfc/rfc5267).
        ContextSort "CONTEXT=SORT",
        /// [RFC 5258](https://www.rfc-editor.org/rfc/rfc5258).
        ListExtended "LIST-EXTENDED",
        /// [RFC 5819](https://www.rfc-editor.org/rfc/rfc5819).
        ListStatus "LIST-STATUS",
        /// [RFC 8440](https://www.rfc-editor.org/rfc/rfc8440).
        ListMyRights "LIST-MYRIGHTS",
        /// [RFC 9590](https://www.rfc-editor.org/rfc/rfc9590).
        ListMetadata "LIST-METADATA",
        /// [RFC 6154](https://www.rfc-editor.org/rfc/rfc6154).
        SpecialUse "SPECIAL-USE",
        /// [RFC 6154](https://www.rfc-editor.org/rfc/rfc6154).
        CreateSpecialUse "CREATE-SPECIAL-USE",
        /// [RFC 9208](https://www.rfc-editor.org/rfc/rfc9208).
        Quota "QUOTA",
        /// [RFC 9208](https://www.rfc-editor.org/rfc/rfc9208).
        QuotaSet "QUOTASET",
        /// [RFC 4314](https://www.rfc-editor.org/rfc/rfc4314).
        Acl "ACL",
        /// [RFC 5464](https://www.rfc-editor.org/rfc/rfc5464).
        Metadata "METADATA",
        /// [RFC 5464](https://www.rfc-editor.org/rfc/rfc5464), for the server itself only.
        MetadataServer "METADATA-SERVER",
        /// [RFC 3516](https://www.rfc-editor.org/rfc/rfc3516).
        Binary "BINARY",
        /// [RFC 4469](https://www.rfc-editor.org/rfc/rfc4469).
        Catenate "CATENATE",
        /// [RFC 3502](https://www.rfc-editor.org/rfc/rfc3502).
        MultiAppend "MULTIAPPEND",
        /// [RFC 3691](https://www.rfc-editor.org/rfc/rfc3691).
        Unselect "UNSELECT",
        /// [RFC 9755](https://www.rfc-editor.org/rfc/rfc9755).
        Utf8Accept "UTF8=ACCEPT",
        /// [RFC 9755](https://www.rfc-editor.org/rfc/rfc9755).
        Utf8Only "UTF8=ONLY",
        /// [RFC 5465](https://www.rfc-editor.org/rfc/rfc5465).
        Notify "NOTIFY",
        /// [RFC 4467](https://www.rfc-editor.org/rfc/rfc4467).
        UrlAuth "URLAUTH",
        /// [RFC 5524](https://www.rfc-editor.org/rfc/rfc5524).
        UrlAuthBinary "URLAUTH=BINARY",
        /// [RFC 5550](https://www.rfc-editor.org/rfc/rfc5550).
        UrlPartial "URL-PARTIAL",
        /// [RFC 5032](https://www.rfc-editor.org/rfc/rfc5032).
        Within "WITHIN",
        /// [RFC 6203](https://www.rfc-editor.org/rfc/rfc6203).
        SearchFuzzy "SEARCH=FUZZY",
        /// [RFC 5466](https://www.rfc-editor.org/rfc/rfc5466).
        Filters "FILTERS",
        /// [RFC 7377](https://www.rfc-editor.org/rfc/rfc7377).
        MultiSearch "MULTISEARCH",
        /// [RFC 5255](https://www.rfc-editor.org/rfc/rfc5255).
        Language "LANGUAGE",
        /// [RFC 8438](https://www.rfc-editor.org/rfc/rfc8438).
        StatusSize "STATUS=SIZE",
        /// [RFC 8474](https://www.rfc-editor.org/rfc/rfc8474).
        ObjectId "OBJECTID",
        /// [RFC 8514](https://www.rfc-editor.org/rfc/rfc8514).
        SaveDate "SAVEDATE",
        /// [RFC 8970](https://www.rfc-editor.org/rfc/rfc8970).
        Preview "PREVIEW",
        /// [RFC 8508](https://www.rfc-editor.org/rfc/rfc8508).
        Replace "REPLACE",
        /// [RFC 8437](https://www.rfc-editor.org/rfc/rfc8437).
        Unauthenticate "UNAUTHENTICATE",
        /// [RFC 9394](https://www.rfc-editor.org/rfc/rfc9394).
        Partial "PARTIAL",
        /// [RFC 9585](https://www.rfc-editor.org/rfc/rfc9585).
        InProgress "INPROGRESS",
        /// [RFC 9586](https://www.rfc-editor.org/rfc/rfc9586).
        UidOnly "UIDONLY",
        /// [RFC 9698](https://www.rfc-editor.org/rfc/rfc9698).
        JmapAccess "JMAPACCESS",
        /// `UIDBATCHES`.
        UidBatches "UIDBATCHES",
        /// [RFC 2221](https://www.rfc-editor.org/rfc/rfc2221).
        LoginReferrals "LOGIN-REFERRALS",
        /// [RFC 2193](https://www.rfc-editor.org/rfc/rfc2193).
        MailboxReferrals "MAILBOX-REFERRALS",
        /// Labels, thread and message numbers of Gmail.
        GmailExt1 "X-GM-EXT-1",
        /// The forerunner of SPECIAL-USE.
        XList "XLIST",
    }
    word {
        /// `AUTH=`: a SASL mechanism.
        Auth "AUTH",
        /// `THREAD=`: a threading algorithm ([RFC 5256](https://www.rfc-editor.org/rfc/rfc5256)).
        Thread "THREAD",
        /// `COMPRESS=`: an algorithm ([RFC 4978](https://www.rfc-editor.org/rfc/rfc4978)).
        Compress "COMPRESS",
        /// `RIGHTS=`: letters of rights ([RFC 4314](https://www.rfc-editor.org/rfc/rfc4314)).
        Rights "RIGHTS",
        /// `QUOTA=`: `RES-` and the name of a resource
        /// ([RFC 9208](https://www.rfc-editor.org/rfc/rfc9208)).
        QuotaResource "QUOTA",
    }
    number {
        /// `I18NLEVEL=` ([RFC 5255](https://www.rfc-editor.org/rfc/rfc5255)).
        I18nLevel "I18NLEVEL",
        /// `MESSAGELIMIT=` ([RFC 9738](https://www.rfc-editor.org/rfc/rfc9738)).
        MessageLimit "MESSAGELIMIT",
        /// `SAVELIMIT=` ([RFC 9738](https://www.rfc-editor.org/rfc/rfc9738)).
        SaveLimit "SAVELIMIT",
    }
}

fn decimal(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl<'a> TryFrom<&'a str> for Capability<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        let mut c = Cursor::new(text.as_bytes());
        let word = c.loose("a capability")?;
        c.end()?;
        if word.len() == text.len() { Ok(Self::from_text(word)) } else { c.error("a capability") }
    }
}

/// The capabilities of a server, in its order.
///
/// ```abnf
/// capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" *(SP capability)
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use imap_proto::{Capabilities, Capability};
///
/// let list = Capabilities::parse(b"IMAP4rev1 IDLE LITERAL + XFOO")?;
/// assert!(list.contains(&Capability::Idle));
/// assert!(list.contains(&Capability::LiteralPlus));
/// assert_eq!(list.to_string(), "IMAP4rev1 IDLE LITERAL+ XFOO");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities<'a>(Vec<Capability<'a>>);

impl<'a> Capabilities<'a> {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// Something that is not a word.
    pub fn parse(text: &'a [u8]) -> Result<Self, ParseError> {
        let mut c = Cursor::new(text);
        let list = Self::read(&mut c)?;
        c.end()?;
        Ok(list)
    }

    /// Reads the capabilities up to the end of the line or to `]`.
    ///
    /// `LITERAL +`, which a server sends, is understood as `LITERAL+`.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let mut list = Vec::new();
        loop {
            let start = c.offset();
            let word = c.take(LOOSE);
            // The words of a response code end at its bracket.
            let word = match memchr::memchr(b']', word) {
                Some(at) => {
                    c.rewind(start.saturating_add(at));
                    word.get(..at).unwrap_or_default()
                }
                None => word,
            };
            match core::str::from_utf8(word) {
                Ok("") if c.at_end() || c.peek() == Some(b']') => {
                    c.tolerate(DeviationKind::TrailingSpace);
                    break;
                }
                Ok("+" | "-") if Self::ends_with_literal(&list) => {
                    c.tolerate_at(DeviationKind::ExtraSpace, start);
                    list.pop();
                    list.push(match word {
                        b"+" => Capability::LiteralPlus,
                        _ => Capability::LiteralMinus,
                    });
                }
                Ok("") => return c.error("a capability"),
                Ok(word) if announces(word.as_bytes()) => {
                    return Err(ParseError::new(start, "a capability"));
                }
                Ok(word) => list.push(Capability::from_text(word)),
                Err(_) => c.tolerate_at(DeviationKind::EightBit, start),
            }
            if c.peek() != Some(b' ') {
                break;
            }
            c.sp()?;
        }
        Ok(Self(list))
    }

    fn ends_with_literal(list: &[Capability<'_>]) -> bool {
        matches!(list.last(), Some(Capability::Other(word)) if word.as_str().eq_ignore_ascii_case("LITERAL"))
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        use fmt::Write;
        for (i, capability) in self.0.iter().enumerate() {
            if i > 0 {
                e.sp();
            }
            let _ = write!(e, "{capability}");
        }
    }

    /// Whether this one is there.
    #[must_use]
    pub fn contains(&self, capability: &Capability<'_>) -> bool {
        self.0.iter().any(|c| c == capability)
    }

    /// Whether a SASL mechanism is offered.
    #[must_use]
    pub fn has_auth(&self, mechanism: &str) -> bool {
        self.0
            .iter()
            .any(|c| matches!(c, Capability::Auth(m) if m.as_str().eq_ignore_ascii_case(mechanism)))
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Capability<'a>> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same list, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Capabilities<'static> {
        Capabilities(self.0.into_iter().map(Capability::into_owned).collect())
    }

    /// Adds one at the end.
    pub fn push(&mut self, capability: Capability<'a>) {
        self.0.push(capability);
    }

    pub(crate) fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }
}

impl<'a> FromIterator<Capability<'a>> for Capabilities<'a> {
    fn from_iter<I: IntoIterator<Item = Capability<'a>>>(capabilities: I) -> Self {
        Self(capabilities.into_iter().collect())
    }
}

impl fmt::Display for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, capability) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            fmt::Display::fmt(capability, f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_ones_are_typed_and_keep_their_text() {
        let text = "IMAP4rev1 AUTH=SCRAM-SHA-256 THREAD=REFERENCES RIGHTS=texk APPENDLIMIT \
                    APPENDLIMIT=35651584 I18NLEVEL=1 QUOTA=RES-STORAGE COMPRESS=DEFLATE \
                    MESSAGELIMIT=1000 SNIPPET=FUZZY X-GM-EXT-1 I18NLEVEL=x";
        let list = Capabilities::parse(text.as_bytes()).unwrap();
        assert_eq!(list.to_string(), text);
        assert!(list.has_auth("scram-sha-256"));
        assert!(list.contains(&Capability::AppendLimit(Some(35_651_584))));
        assert!(list.contains(&Capability::MessageLimit(1000)));
        assert!(list.contains(&Capability::Other(Word::try_from("I18NLEVEL=x").unwrap())));
    }

    #[test]
    fn one_capability_is_one_word() {
        for bad in ["", "a b", "a\r\nb", "(", "a\0", " a", "a "] {
            assert!(Capability::try_from(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_list_ends_at_a_bracket() {
        let mut c = Cursor::new(b"IDLE XFOO] hello");
        assert_eq!(Capabilities::read(&mut c).unwrap().len(), 2);
        assert_eq!(c.rest(), b"] hello");
    }
}
