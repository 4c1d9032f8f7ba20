use alloc::vec::Vec;

use crate::client::CommandId;
use crate::{
    BodyType, Capabilities, ForwardPath, Parameters, ParseError, Reply, ReversePath, SendError,
};

/// Who a mail is from and who it is for, with the parameters of each.
///
/// # Example
///
/// ```
/// use smtp_proto::client::Envelope;
/// use smtp_proto::{ForwardPath, ReversePath};
///
/// let mut envelope = Envelope::new(ReversePath::try_from("a@example.org")?);
/// envelope.parameters.push("SIZE", Some("1000"))?;
/// envelope.to(ForwardPath::try_from("b@example.org")?);
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope<'a> {
    /// Where it comes from.
    pub from: ReversePath<'a>,
    /// Parameters of MAIL. `SIZE`, `BODY` and `SMTPUTF8` are checked against what the server
    /// offers.
    pub parameters: Parameters<'a>,
    /// Where it goes, with the parameters of RCPT.
    pub recipients: Vec<(ForwardPath<'a>, Parameters<'a>)>,
}

impl<'a> Envelope<'a> {
    /// An envelope without recipients.
    #[must_use]
    pub fn new(from: ReversePath<'a>) -> Self {
        Self { from, parameters: Parameters::default(), recipients: Vec::new() }
    }

    /// Adds a recipient.
    pub fn to(&mut self, recipient: ForwardPath<'a>) {
        self.recipients.push((recipient, Parameters::default()));
    }

    /// Says how many octets the mail has.
    ///
    /// # Errors
    ///
    /// That was said already.
    pub fn size(&mut self, octets: u64) -> Result<(), ParseError> {
        let mut text = Vec::new();
        crate::syntax::push_number(octets, &mut text);
        self.parameters.push("SIZE", core::str::from_utf8(&text).ok())
    }

    /// How many different domains the recipients have.
    fn domains(&self) -> usize {
        let domain = |path: &ForwardPath<'_>| {
            path.mailbox().map(|mailbox| mailbox.host().as_str().to_ascii_lowercase())
        };
        let mut all: Vec<_> = self.recipients.iter().map(|(to, _)| domain(to)).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// Whether the server can take such a mail.
    pub(super) fn check(&self, offered: &Capabilities<'_>, limit: usize) -> Result<(), SendError> {
        if self.recipients.is_empty() {
            return Err(SendError::State { what: "a mail without recipients", state: "ready" });
        }
        let told = offered.limits();
        let told_limit = |limit: Option<u32>| limit.and_then(|limit| usize::try_from(limit).ok());
        let limit = told_limit(told.recipients).map_or(limit, |told| told.min(limit));
        if self.recipients.len() > limit {
            return Err(SendError::Limit { what: "recipients", limit });
        }
        if let Some(limit) = told_limit(told.domains)
            && self.domains() > limit
        {
            return Err(SendError::Limit { what: "domains of recipients", limit });
        }
        if self.parameters.get("SIZE").is_some() {
            let Some(limit) = offered.size() else { return Err(SendError::Unsupported("SIZE")) };
            let size = self.parameters.size().unwrap_or(0);
            if let Some(limit) = limit.filter(|limit| size > *limit) {
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                return Err(SendError::Limit { what: "octets of a mail", limit });
            }
        }
        let needs = |wanted: bool, keyword: &'static str| {
            if wanted && !offered.has(keyword) {
                Err(SendError::Unsupported(keyword))
            } else {
                Ok(())
            }
        };
        let ascii = self.from.mailbox().is_none_or(|mailbox| mailbox.is_ascii())
            && self.recipients.iter().all(|(to, _)| to.mailbox().is_none_or(|m| m.is_ascii()));
        needs(!ascii || self.parameters.smtp_utf8(), "SMTPUTF8")?;
        match self.parameters.body() {
            BodyType::SevenBit => {}
            BodyType::EightBit => needs(true, "8BITMIME")?,
            BodyType::Binary => {
                needs(true, "BINARYMIME")?;
                needs(true, "CHUNKING")?;
            }
        }
        let has = |name: &str| self.parameters.get(name).is_some();
        let dsn = self.recipients.iter().any(|(_, parameters)| {
            parameters.get("NOTIFY").is_some() || parameters.get("ORCPT").is_some()
        });
        needs(dsn || has("RET") || has("ENVID"), "DSN")?;
        needs(has("REQUIRETLS"), "REQUIRETLS")
    }
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Each recipient, in the order of the envelope.
    pub recipients: Vec<Recipient>,
}

impl Outcome {
    /// Whether all recipients were accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.recipients.iter().all(Recipient::is_accepted)
    }
}

/// What became of a mail for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient {
    /// Who.
    pub path: ForwardPath<'static>,
    /// The reply that decided: to RCPT, to MAIL, to DATA, or to the content.
    pub reply: Reply<'static>,
}

impl Recipient {
    /// Whether the server took responsibility for the mail to this recipient.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.reply.is_positive()
    }
}

/// A mail under way.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) id: CommandId,
    recipients: Vec<(ForwardPath<'static>, Option<Reply<'static>>)>,
    /// The next recipient to be answered by RCPT.
    next_rcpt: usize,
    /// The next recipient to be answered after the content, in LMTP.
    next_final: usize,
    /// What failed for all of them, or the last answer.
    pub(super) verdict: Option<Reply<'static>>,
    /// Commands of this mail without an answer, sent or not.
    pub(super) outstanding: usize,
    /// MAIL was accepted, and nothing has ended the transaction.
    pub(super) open: bool,
}

impl Mail {
    pub(super) fn new(id: CommandId, envelope: &Envelope<'_>) -> Self {
        let path = |path: &ForwardPath<'_>| (path.clone().into_owned(), None);
        Self {
            id,
            recipients: envelope.recipients.iter().map(|(to, _)| path(to)).collect(),
            next_rcpt: 0,
            next_final: 0,
            verdict: None,
            outstanding: 0,
            open: false,
        }
    }

    /// Takes an answer to RCPT. Says whether that was the last one and none was accepted. After a
    /// refused MAIL it is a mere consequence and decides nothing.
    pub(super) fn rcpt(&mut self, reply: &Reply<'_>) -> bool {
        if let Some((_, slot)) = self.recipients.get_mut(self.next_rcpt)
            && self.verdict.is_none()
            && !reply.is_positive()
        {
            *slot = Some(reply.clone().into_owned());
        }
        self.next_rcpt = self.next_rcpt.saturating_add(1);
        self.next_rcpt >= self.recipients.len()
            && self.recipients.iter().all(|(_, reply)| reply.is_some())
    }

    /// Takes the answer for all recipients that are left.
    pub(super) fn fail(&mut self, reply: &Reply<'_>) {
        self.verdict.get_or_insert_with(|| reply.clone().into_owned());
    }

    /// Takes the answer after the content for the next recipient that was accepted.
    pub(super) fn final_reply(&mut self, reply: &Reply<'_>) {
        while let Some((_, slot)) = self.recipients.get_mut(self.next_final) {
            self.next_final = self.next_final.saturating_add(1);
            if slot.is_none() {
                *slot = Some(reply.clone().into_owned());
                return;
            }
        }
    }

    pub(super) fn outcome(self) -> Outcome {
        let verdict = self.verdict;
        let recipients = self.recipients.into_iter().map(|(path, reply)| {
            let unknown = || Reply::new(451, "no answer");
            let reply = reply.or_else(|| verdict.clone()).unwrap_or_else(unknown);
            Recipient { path, reply }
        });
        Outcome { recipients: recipients.collect() }
    }
}
