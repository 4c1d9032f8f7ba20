//! The parameters of MAIL and RCPT.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::extensions::date_time::DateTime;
use crate::extensions::deliver_by::DeliverBy;
use crate::extensions::dsn::{Notify, OriginalRecipient, Return};
use crate::extensions::mt_priority::Priority;
use crate::extensions::no_soliciting::Solicitation;
use crate::extensions::rrvs::ValidSince;
use crate::extensions::tracking::Tracking;
use crate::syntax::{self, is_keyword, is_value};
use crate::words::{Key, Marks, key};
use crate::{Mailbox, ParseError, XText};

/// Parameters, kept as text and read when they are looked at.
///
/// ```abnf
/// Mail-parameters = esmtp-param *(SP esmtp-param)
/// esmtp-param     = esmtp-keyword ["=" esmtp-value]
/// ```
///
/// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2). Parameters that
/// this crate does not know are kept like the others.
///
/// # Example
///
/// ```
/// use smtp_proto::{MailParameter, Parameters};
///
/// let parameters = Parameters::try_from("SIZE=1000 X-NEW=a BODY=8BITMIME")?;
/// assert_eq!(parameters.size(), Some(1000));
/// assert_eq!(parameters.get("x-new"), Some(Some("a")));
///
/// let mut parameters = Parameters::default();
/// parameters.push("SIZE", Some("1000"))?;
/// assert!(parameters.push("X", Some("1\r\nRCPT TO:<a@b>")).is_err());
/// assert_eq!(parameters.as_str(), "SIZE=1000");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Parameters<'a> {
    text: Cow<'a, str>,
    marks: Marks,
}

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parameter<'p> {
    /// Its name, as it was written.
    pub keyword: &'p str,
    /// Its value.
    pub value: Option<&'p str>,
}

impl<'a> Parameters<'a> {
    /// All parameters, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'_>> + Clone {
        Iter::new(&self.text, self.marks)
    }

    /// The parameter of this name, in any case: its value, if it has one.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<Option<&str>> {
        let mut all = self.iter();
        all.find(|one| one.keyword.eq_ignore_ascii_case(keyword)).map(|one| one.value)
    }

    /// The first name that comes twice.
    #[must_use]
    pub fn duplicate(&self) -> Option<&str> {
        let mut all = self.iter();
        while let Some(one) = all.next() {
            if all.clone().any(|other| other.keyword.eq_ignore_ascii_case(one.keyword)) {
                return Some(one.keyword);
            }
        }
        None
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value of `SIZE`, in octets
    /// ([RFC 1870, section 6](https://www.rfc-editor.org/rfc/rfc1870#section-6)).
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.get("SIZE").flatten().and_then(syntax::number)
    }

    /// The value of `BODY`; 7BIT if there is none.
    #[must_use]
    pub fn body(&self) -> BodyType {
        let body = self.get("BODY").flatten().and_then(|text| BodyType::try_from(text).ok());
        body.unwrap_or(BodyType::SevenBit)
    }

    /// Whether `SMTPUTF8` is among them
    /// ([RFC 6531, section 3.4](https://www.rfc-editor.org/rfc/rfc6531#section-3.4)).
    #[must_use]
    pub fn smtp_utf8(&self) -> bool {
        self.get("SMTPUTF8") == Some(None)
    }

    /// Adds a parameter.
    ///
    /// # Errors
    ///
    /// It cannot stand on the wire, or one of this name is there already.
    pub fn push(&mut self, keyword: &str, value: Option<&str>) -> Result<(), ParseError> {
        check_parameter(keyword, value)?;
        if self.get(keyword).is_some() {
            return Err(ParseError::new(0, "a parameter that is not there already"));
        }
        let text = self.text.to_mut();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(keyword);
        if let Some(value) = value {
            text.push('=');
            text.push_str(value);
        }
        self.marks = Marks::of(text.as_bytes());
        Ok(())
    }

    /// Text that was checked already, and its marks.
    #[inline(always)] // made in its place
    pub(crate) const fn checked(text: &'a str, marks: Marks) -> Self {
        Self { text: Cow::Borrowed(text), marks }
    }

    /// The marks of a text that is nothing but parameters.
    #[inline(always)]
    pub(crate) fn check(text: &str) -> Result<Marks, ParseError> {
        let marks = Marks::of_list(text.as_bytes());
        if marks == Marks::UNSURE { check_each(text) } else { Ok(marks) }
    }

    /// The same parameters, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Parameters<'static> {
        Parameters { text: Cow::Owned(self.text.into_owned()), marks: self.marks }
    }
}

impl PartialEq for Parameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Parameters<'_> {}

impl Hash for Parameters<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Default for Parameters<'_> {
    fn default() -> Self {
        Self::checked("", Marks::EMPTY)
    }
}

#[derive(Clone)]
struct Iter<'p> {
    text: &'p str,
    marks: Marks,
    /// The places that are not done with.
    left: u64,
}

impl<'p> Iter<'p> {
    #[inline]
    const fn new(text: &'p str, marks: Marks) -> Self {
        Self { text, marks, left: u64::MAX }
    }

    /// Goes on behind the marks, or with a parameter that is not marked all over.
    #[cold]
    fn beyond(&self) -> Option<(Parameter<'p>, Self)> {
        let start = (!self.marks.spaces & self.left).trailing_zeros() as usize;
        let text = self.text.get(start..)?.trim_start_matches(' ');
        if text.is_empty() {
            return None;
        }
        let (one, rest) = text.split_at_checked(text.find(' ').unwrap_or(text.len()))?;
        let one = match one.split_once('=') {
            Some((keyword, value)) => Parameter { keyword, value: Some(value) },
            None => Parameter { keyword: one, value: None },
        };
        Some((one, Self::new(rest, Marks::of(rest.as_bytes()))))
    }
}

impl<'p> Iterator for Iter<'p> {
    type Item = Parameter<'p>;

    #[inline(always)] // to move a parameter costs more than to find it
    fn next(&mut self) -> Option<Parameter<'p>> {
        let Marks { spaces, equals } = self.marks;
        let open = !spaces & self.left;
        let start = open & open.wrapping_neg();
        // A carry runs through the parameter, to the space behind it.
        let end = (!spaces).wrapping_add(start) & spaces;
        if end == 0 {
            if self.text.len() < Marks::LEN {
                return None;
            }
            let (one, next) = self.beyond()?;
            *self = next;
            return Some(one);
        }
        self.left = end.wrapping_neg();
        let equals = equals & start.wrapping_neg() & end.wrapping_sub(1);
        let [start, end] = [start, end].map(|place| place.trailing_zeros() as usize);
        if equals == 0 {
            return Some(Parameter { keyword: self.text.get(start..end)?, value: None });
        }
        let equals = equals.trailing_zeros() as usize;
        let keyword = self.text.get(start..equals)?;
        Some(Parameter { keyword, value: Some(self.text.get(equals + 1..end)?) })
    }
}

/// Looks at each parameter for itself.
#[inline(never)]
fn check_each(text: &str) -> Result<Marks, ParseError> {
    let marks = Marks::of(text.as_bytes());
    for Parameter { keyword, value } in Iter::new(text, marks) {
        check_parameter(keyword, value)
            .map_err(|error| error.after(syntax::offset(text.as_bytes(), keyword.as_bytes())))?;
    }
    Ok(marks)
}

fn check_parameter(keyword: &str, value: Option<&str>) -> Result<(), ParseError> {
    if !is_keyword(keyword.as_bytes()) {
        return Err(ParseError::new(0, "the name of a parameter"));
    }
    let Some(value) = value else { return Ok(()) };
    let at = keyword.len().saturating_add(1);
    match value.bytes().position(|b| !is_value(b)) {
        None if value.is_empty() => Err(ParseError::new(at, "the value of a parameter")),
        None => Ok(()),
        Some(bad) => Err(ParseError::new(at.saturating_add(bad), "a printable character")),
    }
}

impl<'a> TryFrom<&'a str> for Parameters<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Ok(Self::checked(text, Self::check(text)?))
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// What the lines of a mail are made of: the value of `BODY`.
///
/// ```abnf
/// body-value = "7BIT" / "8BITMIME" / "BINARYMIME"
/// ```
///
/// [RFC 6152, section 2](https://www.rfc-editor.org/rfc/rfc6152#section-2),
/// [RFC 3030, section 3](https://www.rfc-editor.org/rfc/rfc3030#section-3)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BodyType {
    /// Lines of ASCII.
    #[default]
    SevenBit,
    /// Lines of any octets.
    EightBit,
    /// Any octets; needs BDAT.
    Binary,
}

impl BodyType {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBit => "8BITMIME",
            Self::Binary => "BINARYMIME",
        }
    }
}

impl TryFrom<&str> for BodyType {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        const SEVEN: Key = key(b"7BIT");
        const EIGHT: Key = key(b"8BITMIME");
        const BINARY: Key = key(b"BINARYMIME");
        match key(text.as_bytes()) {
            SEVEN => Ok(Self::SevenBit),
            EIGHT => Ok(Self::EightBit),
            BINARY => Ok(Self::Binary),
            _ => Err(ParseError::new(0, "7BIT, 8BITMIME or BINARYMIME")),
        }
    }
}

/// A parameter of MAIL, with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailParameter<'p> {
    /// `SIZE`: octets of the message ([RFC 1870](https://www.rfc-editor.org/rfc/rfc1870)).
    Size(u64),
    /// `BODY`.
    Body(BodyType),
    /// `SMTPUTF8` ([RFC 6531](https://www.rfc-editor.org/rfc/rfc6531)).
    SmtpUtf8,
    /// `RET`.
    Return(Return),
    /// `ENVID`: an identifier for reports, at most 100 characters
    /// ([RFC 3461, section 4.4](https://www.rfc-editor.org/rfc/rfc3461#section-4.4)).
    EnvelopeId(XText<'p>),
    /// `AUTH`: who submitted the mail; `None` for `<>`, nobody that is known, and for a bare name,
    /// which Dovecot's submission service sends and which is nobody's mailbox
    /// ([RFC 4954, section 5](https://www.rfc-editor.org/rfc/rfc4954#section-5)).
    Auth(Option<Mailbox<'static>>),
    /// `REQUIRETLS` ([RFC 8689](https://www.rfc-editor.org/rfc/rfc8689)).
    RequireTls,
    /// `BY`.
    DeliverBy(DeliverBy),
    /// `HOLDFOR`: seconds for which the server keeps the mail back
    /// ([RFC 4865, section 3](https://www.rfc-editor.org/rfc/rfc4865#section-3)).
    HoldFor(u32),
    /// `HOLDUNTIL`: until when the server keeps the mail back
    /// ([RFC 4865, section 3](https://www.rfc-editor.org/rfc/rfc4865#section-3)).
    HoldUntil(DateTime<'p>),
    /// `MT-PRIORITY`.
    Priority(Priority),
    /// `SOLICIT`.
    Solicit(Solicitation<'p>),
    /// `MTRK`.
    Tracking(Tracking<'p>),
    /// `CONPERM`: content may be converted
    /// ([RFC 4141, section 4](https://www.rfc-editor.org/rfc/rfc4141#section-4)).
    ConversionPermitted,
    /// `SUBMITTER`: who is responsible for the mail; an address in xtext
    /// ([RFC 4405, section 4](https://www.rfc-editor.org/rfc/rfc4405#section-4)).
    Submitter(Mailbox<'static>),
    /// `TRANSID`: names a transaction that may be taken up again, as written
    /// ([RFC 1845](https://www.rfc-editor.org/rfc/rfc1845)).
    TransactionId(&'p str),
    /// Another one.
    Other(Parameter<'p>),
}

impl MailParameter<'_> {
    /// The keyword of EHLO that offers it; `None` for one that this crate does not know.
    #[must_use]
    pub const fn extension(&self) -> Option<&'static str> {
        Some(match self {
            Self::Size(_) => "SIZE",
            Self::Body(BodyType::Binary) => "BINARYMIME",
            Self::Body(_) => "8BITMIME",
            Self::SmtpUtf8 => "SMTPUTF8",
            Self::Return(_) | Self::EnvelopeId(_) => "DSN",
            Self::Auth(_) => "AUTH",
            Self::RequireTls => "REQUIRETLS",
            Self::DeliverBy(_) => "DELIVERBY",
            Self::HoldFor(_) | Self::HoldUntil(_) => "FUTURERELEASE",
            Self::Priority(_) => "MT-PRIORITY",
            Self::Solicit(_) => "NO-SOLICITING",
            Self::Tracking(_) => "MTRK",
            Self::ConversionPermitted => "CONPERM",
            Self::Submitter(_) => "SUBMITTER",
            Self::TransactionId(_) => "CHECKPOINT",
            Self::Other(_) => return None,
        })
    }
}

/// A parameter of RCPT, with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RcptParameter<'p> {
    /// `NOTIFY`.
    Notify(Notify),
    /// `ORCPT`.
    OriginalRecipient(OriginalRecipient<'p>),
    /// `RRVS`.
    ValidSince(ValidSince<'p>),
    /// `CONNEG`: the answer is to tell what the recipient can show
    /// ([RFC 4141, section 5](https://www.rfc-editor.org/rfc/rfc4141#section-5)).
    Negotiate,
    /// Another one.
    Other(Parameter<'p>),
}

impl RcptParameter<'_> {
    /// The keyword of EHLO that offers it; `None` for one that this crate does not know.
    #[must_use]
    pub const fn extension(&self) -> Option<&'static str> {
        Some(match self {
            Self::Notify(_) | Self::OriginalRecipient(_) => "DSN",
            Self::ValidSince(_) => "RRVS",
            Self::Negotiate => "CONNEG",
            Self::Other(_) => return None,
        })
    }
}

/// The keywords as numbers.
mod keys {
    use crate::words::{Key, key};

    pub(super) const SIZE: Key = key(b"SIZE");
    pub(super) const BODY: Key = key(b"BODY");
    pub(super) const SMTPUTF8: Key = key(b"SMTPUTF8");
    pub(super) const RET: Key = key(b"RET");
    pub(super) const ENVID: Key = key(b"ENVID");
    pub(super) const AUTH: Key = key(b"AUTH");
    pub(super) const REQUIRETLS: Key = key(b"REQUIRETLS");
    pub(super) const BY: Key = key(b"BY");
    pub(super) const HOLDFOR: Key = key(b"HOLDFOR");
    pub(super) const HOLDUNTIL: Key = key(b"HOLDUNTIL");
    pub(super) const MT_PRIORITY: Key = key(b"MT-PRIORITY");
    pub(super) const SOLICIT: Key = key(b"SOLICIT");
    pub(super) const MTRK: Key = key(b"MTRK");
    pub(super) const CONPERM: Key = key(b"CONPERM");
    pub(super) const SUBMITTER: Key = key(b"SUBMITTER");
    pub(super) const TRANSID: Key = key(b"TRANSID");
    pub(super) const NOTIFY: Key = key(b"NOTIFY");
    pub(super) const ORCPT: Key = key(b"ORCPT");
    pub(super) const RRVS: Key = key(b"RRVS");
    pub(super) const CONNEG: Key = key(b"CONNEG");
}

impl<'p> Parameter<'p> {
    fn required(&self) -> Result<&'p str, ParseError> {
        self.value.ok_or(ParseError::new(self.keyword.len(), "a value"))
    }

    fn flag(&self) -> Result<(), ParseError> {
        match self.value {
            None => Ok(()),
            Some(_) => Err(ParseError::new(self.keyword.len(), "no value")),
        }
    }

    /// What it means in MAIL.
    ///
    /// # Errors
    ///
    /// A value that is not what the parameter has; the offset is in the value.
    pub fn in_mail(&self) -> Result<MailParameter<'p>, ParseError> {
        Ok(match key(self.keyword.as_bytes()) {
            keys::SIZE => {
                let size = syntax::number(self.required()?);
                MailParameter::Size(size.ok_or(ParseError::new(0, "a number of octets"))?)
            }
            keys::BODY => MailParameter::Body(BodyType::try_from(self.required()?)?),
            keys::SMTPUTF8 => {
                self.flag()?;
                MailParameter::SmtpUtf8
            }
            keys::RET => MailParameter::Return(Return::try_from(self.required()?)?),
            keys::ENVID => {
                let text = XText::try_from(self.required()?)?;
                if text.as_str().len() > 100 && text.decode().len() > 100 {
                    return Err(ParseError::new(100, "at most 100 characters"));
                }
                MailParameter::EnvelopeId(text)
            }
            keys::AUTH => MailParameter::Auth(auth(self.required()?)?),
            keys::REQUIRETLS => {
                self.flag()?;
                MailParameter::RequireTls
            }
            keys::BY => MailParameter::DeliverBy(DeliverBy::try_from(self.required()?)?),
            keys::HOLDFOR => {
                let text = self.required()?;
                let seconds = syntax::number(text).and_then(|n| u32::try_from(n).ok());
                let seconds = seconds.filter(|_| text.len() <= 9 && !text.starts_with('0'));
                MailParameter::HoldFor(seconds.ok_or(ParseError::new(0, "a number of seconds"))?)
            }
            keys::HOLDUNTIL => MailParameter::HoldUntil(DateTime::try_from(self.required()?)?),
            keys::MT_PRIORITY => MailParameter::Priority(Priority::try_from(self.required()?)?),
            keys::SOLICIT => MailParameter::Solicit(Solicitation::try_from(self.required()?)?),
            keys::MTRK => MailParameter::Tracking(Tracking::try_from(self.required()?)?),
            keys::CONPERM => {
                self.flag()?;
                MailParameter::ConversionPermitted
            }
            keys::SUBMITTER => {
                let text = XText::try_from(self.required()?)?;
                let mailbox = Mailbox::try_from(String::from(text.decode()))?;
                MailParameter::Submitter(mailbox)
            }
            keys::TRANSID => MailParameter::TransactionId(self.required()?),
            _ => MailParameter::Other(*self),
        })
    }

    /// What it means in RCPT.
    ///
    /// # Errors
    ///
    /// A value that is not what the parameter has; the offset is in the value.
    pub fn in_rcpt(&self) -> Result<RcptParameter<'p>, ParseError> {
        Ok(match key(self.keyword.as_bytes()) {
            keys::NOTIFY => RcptParameter::Notify(Notify::try_from(self.required()?)?),
            keys::ORCPT => {
                RcptParameter::OriginalRecipient(OriginalRecipient::try_from(self.required()?)?)
            }
            keys::RRVS => RcptParameter::ValidSince(ValidSince::try_from(self.required()?)?),
            keys::CONNEG => {
                self.flag()?;
                RcptParameter::Negotiate
            }
            _ => RcptParameter::Other(*self),
        })
    }
}

fn auth(text: &str) -> Result<Option<Mailbox<'static>>, ParseError> {
    let text = XText::try_from(text)?;
    match text.decode() {
        decoded if decoded == "<>" || !decoded.contains('@') => Ok(None),
        decoded => Mailbox::try_from(String::from(decoded)).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn lists() {
        let parameters = Parameters::try_from("size=10  SMTPUTF8 X=a=b").unwrap();
        let all: Vec<_> = parameters.iter().map(|p| (p.keyword, p.value)).collect();
        assert_eq!(all, [("size", Some("10")), ("SMTPUTF8", None), ("X", Some("a=b"))]);
        assert!(parameters.smtp_utf8());
        assert_eq!(Parameters::try_from("A=1 b a=2").unwrap().duplicate(), Some("A"));
        for bad in ["=1", "A=", "-a", "a\tb", "A=\u{7f}", "A=1\r", "a_b", "a--=", "A= B=1"] {
            assert!(Parameters::try_from(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Parameters::try_from("A=1 B=\x01").unwrap_err().offset, 6);
    }

    /// Wherever in a list something stands, and whatever is around it.
    #[test]
    fn lists_of_all_lengths() {
        for len in 0..140 {
            let filler = "X".repeat(len);
            let before = alloc::format!("  A={filler}Y");
            for (text, keyword, value) in [
                ("B", "B", None),
                ("B=1", "B", Some("1")),
                ("B=1=2=\u{e9}", "B", Some("1=2=\u{e9}")),
                ("MT-PRIORITY=-1", "MT-PRIORITY", Some("-1")),
            ] {
                for after in ["", " ", "  C=2"] {
                    let list = alloc::format!("{before} {text}{after}");
                    let parameters = Parameters::try_from(list.as_str()).unwrap();
                    let all: Vec<_> = parameters.iter().collect();
                    assert_eq!(all.len(), 2 + usize::from(after.len() > 1), "{list}");
                    assert_eq!((all[0].keyword, all[0].value), ("A", before.get(4..)), "{list}");
                    assert_eq!((all[1].keyword, all[1].value), (keyword, value), "{list}");
                    let mut pushed = Parameters::default();
                    for one in all {
                        pushed.push(one.keyword, one.value).unwrap();
                    }
                    assert!(pushed.iter().eq(parameters.iter()));
                }
            }
            for bad in ["=1", "B=", "-B=1", "B\t=1", "B=1\x01", "B_=1"] {
                for after in ["", " ", " C=2"] {
                    let list = alloc::format!("{before} {bad}{after}");
                    assert!(Parameters::try_from(list.as_str()).is_err(), "{list}");
                }
            }
        }
    }

    #[test]
    fn meanings() {
        let one = |text: &'static str| Parameters::try_from(text).unwrap().text.into_owned();
        let mail = |text| {
            let text = one(text);
            let parameters = Parameters::try_from(text.as_str()).unwrap();
            let first = parameters.iter().next().unwrap().in_mail();
            alloc::format!("{first:?}")
        };
        assert_eq!(mail("SIZE=18446744073709551615"), "Ok(Size(18446744073709551615))");
        assert!(mail("SIZE=99999999999999999999999").starts_with("Err"));
        assert!(mail("SIZE").starts_with("Err"));
        assert_eq!(mail("BODY=8bitmime"), "Ok(Body(EightBit))");
        assert!(mail("BODY=x").starts_with("Err"));
        assert!(mail("SMTPUTF8=1").starts_with("Err"));
        assert!(mail("ENVID=a+0D+0Ab").starts_with("Err"));
        assert_eq!(mail("AUTH=<>"), "Ok(Auth(None))");
        assert_eq!(mail("AUTH=bob"), "Ok(Auth(None))");
        assert!(mail("AUTH=bob@").starts_with("Err"));
        assert_eq!(mail("AUTH=e+3Dmc2@example.com"), "Ok(Auth(Some(\"e=mc2@example.com\")))");
        assert_eq!(mail("RET=hdrs"), "Ok(Return(Header))");
    }

    #[test]
    fn meanings_of_rare_extensions() {
        for (text, keyword) in [
            ("BY=120;R", Some("DELIVERBY")),
            ("HOLDFOR=1", Some("FUTURERELEASE")),
            ("HOLDFOR=999999999", Some("FUTURERELEASE")),
            ("HOLDUNTIL=2026-11-23T16:00:00Z", Some("FUTURERELEASE")),
            ("mt-priority=-3", Some("MT-PRIORITY")),
            ("SOLICIT=org.example:ADV", Some("NO-SOLICITING")),
            ("MTRK=YWJj:86400", Some("MTRK")),
            ("CONPERM", Some("CONPERM")),
            ("SUBMITTER=bob+2Btag@x.example", Some("SUBMITTER")),
            ("TRANSID=<12345@claremont.edu>", Some("CHECKPOINT")),
            ("REQUIRETLS", Some("REQUIRETLS")),
            ("X-NEW=1", None),
        ] {
            let parameters = Parameters::try_from(text).unwrap();
            let parameter = parameters.iter().next().unwrap();
            assert_eq!(parameter.in_mail().unwrap().extension(), keyword, "{text}");
        }
        for (text, keyword) in [
            ("RRVS=2014-04-03T23:01:00Z;C", Some("RRVS")),
            ("CONNEG", Some("CONNEG")),
            ("NOTIFY=NEVER", Some("DSN")),
            ("X-NEW", None),
        ] {
            let parameters = Parameters::try_from(text).unwrap();
            let parameter = parameters.iter().next().unwrap();
            assert_eq!(parameter.in_rcpt().unwrap().extension(), keyword, "{text}");
        }
        for bad in [
            "BY",
            "BY=x",
            "HOLDFOR=0",
            "HOLDFOR=01",
            "HOLDFOR=1000000000",
            "HOLDUNTIL=now",
            "MT-PRIORITY=10",
            "SOLICIT=1",
            "MTRK=!",
            "CONPERM=1",
            "SUBMITTER=<>",
            "SUBMITTER=a+0D@b",
            "TRANSID",
            "REQUIRETLS=1",
        ] {
            let parameters = Parameters::try_from(bad).unwrap();
            assert!(parameters.iter().next().unwrap().in_mail().is_err(), "{bad}");
        }
        for bad in ["RRVS", "RRVS=2014", "CONNEG=x", "NOTIFY", "ORCPT=a"] {
            let parameters = Parameters::try_from(bad).unwrap();
            assert!(parameters.iter().next().unwrap().in_rcpt().is_err(), "{bad}");
        }
    }
}
