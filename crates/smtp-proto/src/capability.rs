//! What a server can do: the lines of its answer to EHLO.

use alloc::vec::Vec;
use core::fmt;

use crate::extensions::date_time::DateTime;
use crate::extensions::limits::SessionLimits;
use crate::text::checked_text;
use crate::{Mechanism, ParseError, Reply, syntax, words};

checked_text! {
    /// A line of an EHLO answer: a keyword and its parameters.
    ///
    /// ```abnf
    /// ehlo-line    = ehlo-keyword *( SP ehlo-param )
    /// ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
    /// ehlo-param   = 1*(%d33-126)
    /// ```
    ///
    /// [RFC 5321, section 4.1.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1)
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::CapabilityText;
    ///
    /// let line = CapabilityText::try_from("X-NEW a b")?;
    /// assert_eq!(line.keyword(), "X-NEW");
    /// assert!(line.parameters().eq(["a", "b"]));
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    CapabilityText, check_line
}

fn check_line(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.starts_with(' ') {
        return Err(ParseError::new(0, "a keyword"));
    }
    if syntax::no_control(text.as_bytes(), b' ') {
        return Ok(());
    }
    match text.bytes().position(|b| b < b' ' || b == 0x7F) {
        Some(at) => Err(ParseError::new(at, "a printable character")),
        None => Ok(()),
    }
}

impl CapabilityText<'_> {
    /// The keyword, as it was written.
    #[must_use]
    pub fn keyword(&self) -> &str {
        self.0.split([' ', '=']).next().unwrap_or_default()
    }

    /// The parameters. `AUTH=LOGIN`, which old servers send, is read like `AUTH LOGIN`.
    pub fn parameters(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split([' ', '=']).skip(1).filter(|text| !text.is_empty())
    }
}

macro_rules! capabilities {
    (
        bare { $($(#[$bare_doc:meta])* $bare:ident $bare_keyword:literal,)* }
        listed { $($(#[$doc:meta])* $name:ident $keyword:literal,)* }
    ) => {
        /// An extension that a server offers.
        ///
        /// Parameters that this crate has no type for stay text: [`CapabilityText::parameters`].
        ///
        /// # Example
        ///
        /// ```
        /// use smtp_proto::Capability;
        ///
        /// assert_eq!(Capability::parse(b"size 1000")?, Capability::Size(Some(1000)));
        /// let Capability::XClient(line) = Capability::parse(b"XCLIENT NAME ADDR")? else { panic!() };
        /// assert!(line.parameters().eq(["NAME", "ADDR"]));
        /// # Ok::<(), smtp_proto::ParseError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Capability<'a> {
            $($(#[$bare_doc])* $bare,)*
            /// `SIZE`: the largest message in octets; `None` where no limit is told
            /// ([RFC 1870](https://www.rfc-editor.org/rfc/rfc1870)).
            Size(Option<u64>),
            /// `DELIVERBY`: the shortest time to deliver by, in seconds; `None` where none is told
            /// ([RFC 2852](https://www.rfc-editor.org/rfc/rfc2852)).
            DeliverBy(Option<u32>),
            /// `FUTURERELEASE` ([RFC 4865](https://www.rfc-editor.org/rfc/rfc4865)).
            FutureRelease {
                /// The most seconds that a mail may be held for.
                seconds: u32,
                /// The latest time that a mail may be held until.
                until: DateTime<'a>,
            },
            $($(#[$doc])* $name(CapabilityText<'a>),)*
            /// Any other, and known ones with parameters that are not theirs, as written.
            Other(CapabilityText<'a>),
        }

        #[allow(non_upper_case_globals)] // named as the variants are
        mod keys {
            use crate::words::{Key, key};

            $(pub(super) const $bare: Key = key($bare_keyword.as_bytes());)*
            $(pub(super) const $name: Key = key($keyword.as_bytes());)*
            pub(super) const Size: Key = key(b"SIZE");
            pub(super) const DeliverBy: Key = key(b"DELIVERBY");
            pub(super) const FutureRelease: Key = key(b"FUTURERELEASE");
        }

        impl<'a> Capability<'a> {
            /// Hands over the meaning of a line that is one word and known, or nothing.
            #[inline(always)]
            fn word<T>(line: &[u8], take: impl FnOnce(Self) -> T) -> Option<T> {
                // Longer words have no key, and control characters in a key look like other ones.
                let plain = |keyword: &str| {
                    let len = line.len();
                    len == keyword.len() && len <= 16 && syntax::no_control(line, b' ')
                };
                match words::key(line) {
                    $(keys::$bare if plain($bare_keyword) => Some(take(Self::$bare)),)*
                    _ if line.eq_ignore_ascii_case(ENHANCED) => {
                        Some(take(Self::EnhancedStatusCodes))
                    }
                    _ => None,
                }
            }

            /// The meaning of any other line without spaces at its end.
            #[inline(never)]
            fn of(line: &'a [u8]) -> Result<Self, ParseError> {
                let end = line.iter().position(|b| matches!(b, b' ' | b'='));
                let end = end.unwrap_or(line.len());
                let (keyword, rest) = line.split_at_checked(end).unwrap_or((line, b""));
                let key = words::key(keyword);
                if key == keys::Size && syntax::no_control(line, b' ') {
                    if let Some(limit) = size(rest) {
                        return Ok(Self::Size(limit));
                    }
                }
                let line = syntax::text(line)?;
                check_line(line)?;
                let rest = line.get(end..).unwrap_or_default();
                let text = || CapabilityText::checked(line);
                Ok(match key {
                    $(keys::$name => Self::$name(text()),)*
                    keys::DeliverBy => {
                        deliver_by(rest).map_or_else(|| Self::Other(text()), Self::DeliverBy)
                    }
                    keys::FutureRelease => {
                        future_release(rest).unwrap_or_else(|| Self::Other(text()))
                    }
                    _ => Self::Other(text()),
                })
            }

            /// The keyword, in capitals for those that are known.
            #[must_use]
            pub fn keyword(&self) -> &str {
                match self {
                    $(Self::$bare => $bare_keyword,)*
                    $(Self::$name(_) => $keyword,)*
                    Self::Size(_) => "SIZE",
                    Self::DeliverBy(_) => "DELIVERBY",
                    Self::FutureRelease { .. } => "FUTURERELEASE",
                    Self::Other(text) => text.keyword(),
                }
            }

            /// The same extension, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> Capability<'static> {
                match self {
                    $(Self::$bare => Capability::$bare,)*
                    $(Self::$name(text) => Capability::$name(text.into_owned()),)*
                    Self::Size(limit) => Capability::Size(limit),
                    Self::DeliverBy(seconds) => Capability::DeliverBy(seconds),
                    Self::FutureRelease { seconds, until } => {
                        Capability::FutureRelease { seconds, until: until.into_owned() }
                    }
                    Self::Other(text) => Capability::Other(text.into_owned()),
                }
            }

            /// Appends the line.
            pub fn encode(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name(text) => out.extend_from_slice(text.as_str().as_bytes()),)*
                    Self::Other(text) => out.extend_from_slice(text.as_str().as_bytes()),
                    Self::Size(None) | Self::DeliverBy(None) => {
                        out.extend_from_slice(self.keyword().as_bytes());
                    }
                    Self::Size(Some(limit)) => {
                        out.extend_from_slice(b"SIZE ");
                        syntax::push_number(*limit, out);
                    }
                    Self::DeliverBy(Some(seconds)) => {
                        out.extend_from_slice(b"DELIVERBY ");
                        syntax::push_number(u64::from(*seconds), out);
                    }
                    Self::FutureRelease { seconds, until } => {
                        out.extend_from_slice(b"FUTURERELEASE ");
                        syntax::push_number(u64::from(*seconds), out);
                        out.push(b' ');
                        out.extend_from_slice(until.as_str().as_bytes());
                    }
                    $(Self::$bare => out.extend_from_slice($bare_keyword.as_bytes()),)*
                }
            }
        }
    };
}

/// Longer than a key.
const ENHANCED: &[u8] = b"ENHANCEDSTATUSCODES";

capabilities! {
    bare {
        /// `PIPELINING` ([RFC 2920](https://www.rfc-editor.org/rfc/rfc2920)).
        Pipelining "PIPELINING",
        /// `8BITMIME` ([RFC 6152](https://www.rfc-editor.org/rfc/rfc6152)).
        EightBitMime "8BITMIME",
        /// `BINARYMIME` ([RFC 3030](https://www.rfc-editor.org/rfc/rfc3030)).
        BinaryMime "BINARYMIME",
        /// `CHUNKING`: BDAT ([RFC 3030](https://www.rfc-editor.org/rfc/rfc3030)).
        Chunking "CHUNKING",
        /// `DSN` ([RFC 3461](https://www.rfc-editor.org/rfc/rfc3461)).
        Dsn "DSN",
        /// `ENHANCEDSTATUSCODES` ([RFC 2034](https://www.rfc-editor.org/rfc/rfc2034)).
        EnhancedStatusCodes "ENHANCEDSTATUSCODES",
        /// `STARTTLS` ([RFC 3207](https://www.rfc-editor.org/rfc/rfc3207)).
        StartTls "STARTTLS",
        /// `SMTPUTF8` ([RFC 6531](https://www.rfc-editor.org/rfc/rfc6531)).
        SmtpUtf8 "SMTPUTF8",
        /// `REQUIRETLS` ([RFC 8689](https://www.rfc-editor.org/rfc/rfc8689)).
        RequireTls "REQUIRETLS",
        /// `RRVS` ([RFC 7293](https://www.rfc-editor.org/rfc/rfc7293)).
        Rrvs "RRVS",
        /// `MTRK` ([RFC 3885](https://www.rfc-editor.org/rfc/rfc3885)).
        Mtrk "MTRK",
        /// `CONPERM` ([RFC 4141](https://www.rfc-editor.org/rfc/rfc4141)).
        ConPerm "CONPERM",
        /// `CONNEG` ([RFC 4141](https://www.rfc-editor.org/rfc/rfc4141)).
        ConNeg "CONNEG",
        /// `SUBMITTER` ([RFC 4405](https://www.rfc-editor.org/rfc/rfc4405)).
        Submitter "SUBMITTER",
        /// `CHECKPOINT` ([RFC 1845](https://www.rfc-editor.org/rfc/rfc1845)).
        Checkpoint "CHECKPOINT",
        /// `VRFY` ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).
        Vrfy "VRFY",
        /// `EXPN` ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).
        Expn "EXPN",
        /// `HELP` ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).
        Help "HELP",
        /// `ETRN` ([RFC 1985](https://www.rfc-editor.org/rfc/rfc1985)).
        Etrn "ETRN",
        /// `ATRN` ([RFC 2645](https://www.rfc-editor.org/rfc/rfc2645)).
        Atrn "ATRN",
    }
    listed {
        /// `AUTH`: the mechanisms, separated by spaces
        /// ([RFC 4954](https://www.rfc-editor.org/rfc/rfc4954)).
        Auth "AUTH",
        /// `MT-PRIORITY`, and perhaps the name of a policy
        /// ([RFC 6710](https://www.rfc-editor.org/rfc/rfc6710)).
        MtPriority "MT-PRIORITY",
        /// `LIMITS`; [`Capabilities::limits`] reads them
        /// ([RFC 9422](https://www.rfc-editor.org/rfc/rfc9422)).
        Limits "LIMITS",
        /// `BURL`: the schemes and servers that URLs may have
        /// ([RFC 4468](https://www.rfc-editor.org/rfc/rfc4468)).
        Burl "BURL",
        /// `NO-SOLICITING`, and perhaps the classes that nobody here wants
        /// ([RFC 3865](https://www.rfc-editor.org/rfc/rfc3865)).
        NoSoliciting "NO-SOLICITING",
        /// `XCLIENT`: the names of its attributes.
        XClient "XCLIENT",
        /// `XFORWARD`: the names of its attributes.
        XForward "XFORWARD",
    }
}

/// What follows the keyword: nothing, or one number.
fn one_number(rest: &[u8]) -> Option<Option<u64>> {
    let mut rest = rest;
    while let [b' ' | b'=', inside @ ..] | [inside @ .., b' ' | b'='] = rest {
        rest = inside;
    }
    if rest.is_empty() { Some(None) } else { syntax::number(rest).map(Some) }
}

fn size(rest: &[u8]) -> Option<Option<u64>> {
    one_number(rest).map(|limit| limit.filter(|limit| *limit > 0))
}

/// ```abnf
/// deliverby-param = min-by-time *( "," extension-token )
/// min-by-time     = [1*9digit]
/// ```
///
/// [RFC 2852, section 3](https://www.rfc-editor.org/rfc/rfc2852#section-3)
fn deliver_by(rest: &str) -> Option<Option<u32>> {
    match one_number(rest.as_bytes())? {
        None => Some(None),
        Some(seconds) => u32::try_from(seconds).ok().map(Some),
    }
}

/// ```abnf
/// line = "250-FUTURERELEASE" SP max-future-release-interval SP max-future-release-date-time
/// ```
///
/// [RFC 4865, section 3](https://www.rfc-editor.org/rfc/rfc4865#section-3)
fn future_release(rest: &str) -> Option<Capability<'_>> {
    let (seconds, until) = rest.trim_start_matches(' ').split_once(' ')?;
    let seconds = u32::try_from(syntax::number(seconds)?).ok()?;
    Some(Capability::FutureRelease { seconds, until: DateTime::try_from(until).ok()? })
}

impl<'a> Capability<'a> {
    /// The extension that offers these SASL mechanisms.
    ///
    /// # Errors
    ///
    /// One of them is none.
    pub fn auth(mechanisms: &[&str]) -> Result<Capability<'static>, ParseError> {
        let mut text = alloc::string::String::from("AUTH");
        for name in mechanisms {
            text.push(' ');
            text.push_str(Mechanism::try_from(*name)?.as_str());
        }
        CapabilityText::try_from(text).map(Capability::Auth)
    }

    /// Parses a line without its code and its line end.
    ///
    /// # Errors
    ///
    /// No keyword, or a control character.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let line = syntax::trim_end(line);
        Self::word(line, |capability| capability).map_or_else(|| Self::of(line), Ok)
    }
}

/// All extensions that a server offers, in its order.
///
/// # Example
///
/// ```
/// use smtp_proto::{Capabilities, Capability, Reply};
///
/// let reply = Reply::parse(b"250-mx.example.org hi\r\n250-SIZE 1000\r\n250-AUTH PLAIN\r\n250 X-A b\r\n")?;
/// let list = Capabilities::from_reply(&reply);
/// assert_eq!(list.size(), Some(Some(1000)));
/// assert!(list.mechanisms().eq(["PLAIN"]));
/// assert!(list.has("x-a"));
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Capabilities<'a>(Vec<Capability<'a>>);

impl<'a> Capabilities<'a> {
    /// Takes the lines of a positive answer to EHLO or LHLO after the first one. Lines that cannot
    /// be read are left out.
    #[must_use]
    pub fn from_reply(reply: &'a Reply<'_>) -> Self {
        // One line has some 15 octets.
        let mut list = Vec::with_capacity(reply.len() / 12);
        for line in reply.lines().skip(1) {
            let line = syntax::trim_end(line);
            // Pushed where each is made, since to move what was just written takes long.
            if Capability::word(line, |capability| list.push(capability)).is_none()
                && let Ok(capability) = Capability::of(line)
            {
                list.push(capability);
            }
        }
        Self(list)
    }

    /// Adds an extension, in place of one with the same keyword.
    pub fn push(&mut self, capability: Capability<'a>) {
        self.remove(capability.keyword());
        self.0.push(capability);
    }

    /// Takes an extension away.
    pub fn remove(&mut self, keyword: &str) {
        if self.has(keyword) {
            self.0.retain(|one| !one.keyword().eq_ignore_ascii_case(keyword));
        }
    }

    /// All of them.
    pub fn iter(&self) -> core::slice::Iter<'_, Capability<'a>> {
        self.0.iter()
    }

    /// Whether one with this keyword is there, in any case.
    #[must_use]
    pub fn has(&self, keyword: &str) -> bool {
        self.iter().any(|one| one.keyword().eq_ignore_ascii_case(keyword))
    }

    /// The limit of SIZE: `None` if the extension is not there, `Some(None)` if it has no limit.
    #[must_use]
    pub fn size(&self) -> Option<Option<u64>> {
        self.iter().find_map(|one| match one {
            Capability::Size(limit) => Some(*limit),
            _ => None,
        })
    }

    /// What the server tells about its limits.
    #[must_use]
    pub fn limits(&self) -> SessionLimits {
        let line = self.iter().find_map(|one| match one {
            Capability::Limits(text) => Some(SessionLimits::parse(text)),
            _ => None,
        });
        line.unwrap_or_default()
    }

    /// The SASL mechanisms, of all AUTH lines.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.iter()
            .filter_map(|one| match one {
                Capability::Auth(text) => Some(text.parameters()),
                _ => None,
            })
            .flatten()
    }

    /// Whether this SASL mechanism is offered, in any case.
    #[must_use]
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.mechanisms().any(|mechanism| mechanism.eq_ignore_ascii_case(name))
    }

    /// The same list, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Capabilities<'static> {
        self.0.into_iter().map(Capability::into_owned).collect()
    }
}

impl<'a> FromIterator<Capability<'a>> for Capabilities<'a> {
    fn from_iter<I: IntoIterator<Item = Capability<'a>>>(capabilities: I) -> Self {
        Self(capabilities.into_iter().collect())
    }
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, keyword) in [
            ("PIPELINING", "PIPELINING"),
            ("SIZE 10240000", "SIZE"),
            ("SIZE", "SIZE"),
            ("8BITMIME", "8BITMIME"),
            ("AUTH PLAIN LOGIN", "AUTH"),
            ("AUTH=LOGIN PLAIN", "AUTH"),
            ("X-EXPS GSSAPI", "X-EXPS"),
            ("SIZE 99999999999999999999999", "SIZE"),
            ("DSN x", "DSN"),
            ("LIMITS RCPTMAX=100", "LIMITS"),
            ("HELP", "HELP"),
            ("HELP me", "HELP"),
            ("ENHANCEDSTATUSCODES", "ENHANCEDSTATUSCODES"),
            ("RRVS", "RRVS"),
            ("MTRK", "MTRK"),
            ("CONPERM", "CONPERM"),
            ("CONNEG", "CONNEG"),
            ("SUBMITTER", "SUBMITTER"),
            ("CHECKPOINT", "CHECKPOINT"),
            ("ATRN", "ATRN"),
            ("DELIVERBY", "DELIVERBY"),
            ("DELIVERBY 240", "DELIVERBY"),
            ("DELIVERBY ,x", "DELIVERBY"),
            ("FUTURERELEASE 86400 2026-11-24T00:00:00Z", "FUTURERELEASE"),
            ("FUTURERELEASE", "FUTURERELEASE"),
            ("MT-PRIORITY", "MT-PRIORITY"),
            ("MT-PRIORITY STANAG4406", "MT-PRIORITY"),
            ("BURL imap imap://imap.example.org", "BURL"),
            ("NO-SOLICITING net.example:ADV", "NO-SOLICITING"),
            ("XCLIENT NAME ADDR PORT", "XCLIENT"),
            ("XFORWARD NAME ADDR", "XFORWARD"),
            ("X", "X"),
            ("X-LONGER-THAN-ANY-KEY", "X-LONGER-THAN-ANY-KEY"),
            ("ENHANCEDSTATUSCODEX", "ENHANCEDSTATUSCODEX"),
            ("8 BITMIME", "8"),
        ] {
            let capability = Capability::parse(line.as_bytes()).unwrap();
            assert_eq!(capability.keyword(), keyword);
            let mut out = Vec::new();
            capability.encode(&mut out);
            assert_eq!(out, line.as_bytes());
            assert_eq!(capability.clone().into_owned(), capability);
        }
        assert!(Capability::parse(b"").is_err());
        assert!(Capability::parse(b"A\x01").is_err());
        let small = Capability::parse(b"pipelining").unwrap();
        assert_eq!(small, Capability::Pipelining);
        assert!(matches!(
            Capability::parse(b"FUTURERELEASE 86400 2026-11-24T00:00:00Z"),
            Ok(Capability::FutureRelease { seconds: 86_400, .. })
        ));
        assert_eq!(Capability::parse(b"DELIVERBY 240"), Ok(Capability::DeliverBy(Some(240))));
        assert_eq!(Capability::parse(b"EnhancedStatusCodes"), Ok(Capability::EnhancedStatusCodes));
    }

    #[test]
    fn old_and_new_auth_lines_count_together() {
        let unit = b"250-x\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH SCRAM-SHA-256\r\n250 SIZE 0\r\n";
        let reply = Reply::parse(unit).unwrap();
        let list = Capabilities::from_reply(&reply);
        assert!(list.has_mechanism("login") && list.has_mechanism("SCRAM-SHA-256"));
        assert_eq!(list.size(), Some(None));
    }
}
