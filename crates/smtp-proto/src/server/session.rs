use alloc::string::String;

use super::body::Content;
use super::{Config, Event, Rejection, State};
use crate::output::Output;
use crate::{Capability, Command, EnhancedCode, ParseError, Reply, SendError};

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owed {
    /// The header of the PROXY protocol.
    Proxy,
    /// The greeting of the caller.
    Greeting,
    /// A command of the client.
    Nothing,
    /// An answer to a command that changes nothing.
    Reply,
    /// An answer to EHLO, HELO or LHLO.
    Hello,
    Mail,
    Rcpt,
    Data,
    Rset,
    /// An answer to XCLIENT.
    XClient,
    /// An answer to BURL that is not the last piece.
    Burl,
    StartTls,
    Auth,
    Quit,
    /// An answer after which the connection closes.
    Farewell,
    /// A line of a SASL exchange.
    AuthLine,
    /// Content.
    Body,
    /// So many answers to the content.
    Content(usize),
    /// An answer to content that cannot be taken; it counts for all recipients.
    Refusal,
    /// The same for a BDAT that is not the last one, which has one answer.
    ChunkRefusal,
    /// Everything queued has to be transmitted before TLS.
    Flush,
    /// TLS.
    Tls,
}

/// What is known of the client and its mail.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) config: Config,
    pub(super) output: Output,
    pub(super) state: State,
    pub(super) owed: Owed,
    pub(super) tls: bool,
    pub(super) authenticated: bool,
    /// The client said EHLO or LHLO.
    pub(super) extended: bool,
    /// Whether the present hello is one of those.
    hello_extended: bool,
    pub(super) accepted: usize,
    pub(super) smtp_utf8: bool,
    pub(super) binary: bool,
    /// What the present MAIL asked for.
    asked: (bool, bool),
    /// BDAT has begun the content.
    pub(super) in_chunks: bool,
    bad: usize,
    /// Recipients of the present mail beyond the limit.
    excess: usize,
    junk: usize,
    failed_logins: usize,
    rounds: usize,
}

impl Session {
    pub(super) fn new(config: Config) -> Self {
        let proxy = config.proxy;
        Self {
            config,
            output: Output::default(),
            state: State::Greeting,
            owed: if proxy { Owed::Proxy } else { Owed::Greeting },
            tls: false,
            authenticated: false,
            extended: false,
            hello_extended: false,
            accepted: 0,
            smtp_utf8: false,
            binary: false,
            asked: (false, false),
            in_chunks: false,
            bad: 0,
            excess: 0,
            junk: 0,
            failed_logins: 0,
            rounds: 0,
        }
    }

    #[cold]
    pub(super) fn refused(&self, what: &'static str) -> SendError {
        SendError::State { what, state: self.state.name() }
    }

    pub(super) fn tls_started(&mut self, fresh: bool) -> Result<(), SendError> {
        if self.owed != Owed::Tls && (!fresh || self.tls) {
            return Err(self.refused("TLS"));
        }
        self.tls = true;
        if self.owed == Owed::Tls {
            self.owed = Owed::Nothing;
            self.state = State::Hello;
            self.extended = false;
            self.authenticated = false;
            self.reset();
        }
        Ok(())
    }

    /// Forgets the mail that began.
    fn reset(&mut self) {
        self.accepted = 0;
        self.excess = 0;
        self.smtp_utf8 = false;
        self.binary = false;
        self.in_chunks = false;
        if matches!(self.state, State::Mail | State::Rcpt | State::Data) {
            self.state = State::Ready;
        }
    }

    /// Takes the answer of the application.
    pub(super) fn respond(&mut self, reply: &Reply<'_>) -> Result<(), SendError> {
        let code = reply.code();
        let fits = match self.owed {
            Owed::Proxy | Owed::Nothing | Owed::AuthLine | Owed::Body | Owed::Flush | Owed::Tls => {
                false
            }
            Owed::Data => code == 354 || code >= 400,
            Owed::Auth => code == 334 || !reply.is_intermediate(),
            _ => !reply.is_intermediate(),
        };
        if !fits {
            return Err(self.refused("this answer"));
        }
        let good = reply.is_positive();
        let owed = core::mem::replace(&mut self.owed, Owed::Nothing);
        let mut times = 1;
        match owed {
            Owed::Greeting => self.state = if code == 220 { State::Hello } else { State::Refused },
            Owed::Hello if good => {
                self.reset();
                self.state = State::Ready;
                self.extended = self.hello_extended;
            }
            Owed::Mail if good => {
                self.state = State::Mail;
                (self.smtp_utf8, self.binary) = self.asked;
            }
            Owed::Rcpt if good => {
                self.accepted = self.accepted.saturating_add(1);
                self.state = State::Rcpt;
            }
            Owed::Data if code == 354 => {
                self.state = State::Data;
                self.owed = Owed::Body;
            }
            Owed::Rset if good => self.reset(),
            // Another client begins, as if it had connected just now.
            Owed::XClient if good => {
                self.reset();
                self.state = State::Hello;
                self.extended = false;
                self.authenticated = false;
            }
            Owed::StartTls if code == 220 => self.owed = Owed::Flush,
            Owed::Auth => self.auth_answered(reply),
            Owed::Quit | Owed::Farewell => self.state = State::Closed,
            Owed::Content(left) if left > 1 => self.owed = Owed::Content(left.saturating_sub(1)),
            // What the server fetches is a piece like one of BDAT.
            Owed::Burl if good => {
                self.in_chunks = true;
                self.state = State::Data;
            }
            Owed::Content(_) | Owed::ChunkRefusal | Owed::Burl => self.mail_done(),
            Owed::Refusal => {
                times = self.answers();
                self.mail_done();
            }
            _ => {}
        }
        self.write(reply, times);
        Ok(())
    }

    /// Says a reply so many times. Nothing comes after 421.
    fn write(&mut self, reply: &Reply<'_>, times: usize) {
        for _ in 0..times {
            self.output.write(|out| reply.encode(out));
        }
        if reply.code() == 421 {
            self.state = State::Closed;
        }
    }

    fn mail_done(&mut self) {
        self.junk = 0;
        self.reset();
        self.state = State::Ready;
    }

    /// How many answers content has.
    fn answers(&self) -> usize {
        if self.config.lmtp { self.accepted.max(1) } else { 1 }
    }

    fn auth_answered(&mut self, reply: &Reply<'_>) {
        if reply.code() == 334 {
            self.state = State::Auth;
            self.owed = Owed::AuthLine;
            return;
        }
        self.state = State::Ready;
        if reply.is_positive() {
            self.authenticated = true;
            return;
        }
        self.failed_logins = self.failed_logins.saturating_add(1);
        if self.failed_logins >= self.config.limits.login_attempts {
            self.state = State::Closed;
        }
    }

    /// Takes a command that was understood.
    pub(super) fn accept<'a>(&mut self, command: Command<'a>) -> Event<'a> {
        if self.owed == Owed::AuthLine {
            return self.auth_line(command);
        }
        if let Err(reason) = self.check(&command) {
            return self.reject(Some(command), reason);
        }
        if matches!(
            command,
            Command::Noop(_)
                | Command::Rset
                | Command::Vrfy(_)
                | Command::Expn(_)
                | Command::Help(_)
        ) {
            self.junk = self.junk.saturating_add(1);
            if self.junk > self.config.limits.junk_commands {
                return self.farewell(Some(command));
            }
        }
        self.owed = match &command {
            Command::Ehlo(_) | Command::Lhlo(_) => {
                self.hello_extended = true;
                Owed::Hello
            }
            Command::Helo(_) => {
                self.hello_extended = false;
                Owed::Hello
            }
            Command::Mail { parameters, .. } => {
                let binary = parameters.body() == crate::BodyType::Binary;
                self.asked = (parameters.smtp_utf8(), binary);
                Owed::Mail
            }
            Command::Rcpt { .. } => Owed::Rcpt,
            Command::Data => Owed::Data,
            Command::Rset => Owed::Rset,
            Command::XClient(_) => Owed::XClient,
            Command::Burl { last: false, .. } => Owed::Burl,
            Command::Burl { last: true, .. } => Owed::Content(self.answers()),
            Command::StartTls => Owed::StartTls,
            Command::Auth { .. } => {
                self.rounds = 0;
                Owed::Auth
            }
            Command::Quit => Owed::Quit,
            _ => Owed::Reply,
        };
        let reply = self.usual_reply(&command);
        Event::Command { command, reply }
    }

    fn auth_line<'a>(&mut self, command: Command<'a>) -> Event<'a> {
        self.owed = Owed::Auth;
        self.rounds = self.rounds.saturating_add(1);
        if command == Command::AuthCancel {
            return self.rejected(Some(command), Rejection::Cancelled);
        }
        if self.rounds > self.config.limits.auth_rounds {
            return self.rejected(Some(command), Rejection::TooManyRounds);
        }
        let reply = self.usual_reply(&command);
        Event::Command { command, reply }
    }

    /// The usual positive answer to a command.
    fn usual_reply(&self, command: &Command<'_>) -> Reply<'static> {
        use EnhancedCode as Code;
        let (code, enhanced, text) = match command {
            Command::Ehlo(_) | Command::Lhlo(_) => return self.hello_reply(),
            Command::Helo(_) => {
                return Reply::new(250, self.config.name.as_str()).into_owned();
            }
            Command::Mail { .. } => (250, Code::SENDER_OK, "Ok"),
            Command::Rcpt { .. } => (250, Code::RECIPIENT_OK, "Ok"),
            Command::Data => return Reply::new(354, "End with CR LF . CR LF"),
            Command::StartTls => (220, Code::OK, "Ready to start TLS"),
            Command::XClient(_) => return Reply::greeting(self.config.name.as_str()).into_owned(),
            Command::Auth { .. } | Command::AuthResponse(_) => {
                (535, Code::BAD_CREDENTIALS, "Authentication credentials invalid")
            }
            Command::Quit => (221, Code::OK, "Bye"),
            Command::Vrfy(_) => (252, Code::RECIPIENT_OK, "Send some mail, I'll try my best"),
            Command::Help(_) => (214, Code::OK, "See RFC 5321"),
            _ => (250, Code::OK, "Ok"),
        };
        Reply::new(code, text).with_enhanced(enhanced)
    }

    /// What is offered to this client.
    fn hello_reply(&self) -> Reply<'static> {
        let mut text = String::from(self.config.name.as_str());
        for capability in self.config.capabilities.iter() {
            let mut line = alloc::vec::Vec::new();
            match capability {
                Capability::StartTls if self.tls => continue,
                Capability::Size(_) => {
                    Capability::Size(Some(self.config.limits.message)).encode(&mut line);
                }
                Capability::Auth(mechanisms) => {
                    if self.authenticated {
                        continue;
                    }
                    let plaintext = |name: &str| {
                        crate::Mechanism::try_from(name).is_ok_and(|one| one.is_plaintext())
                    };
                    line.extend_from_slice(b"AUTH");
                    let before = line.len();
                    for name in mechanisms.parameters() {
                        if self.may_show_passwords() || !plaintext(name) {
                            line.push(b' ');
                            line.extend_from_slice(name.as_bytes());
                        }
                    }
                    if line.len() == before {
                        continue;
                    }
                }
                _ => capability.encode(&mut line),
            }
            text.push('\n');
            text.push_str(&String::from_utf8_lossy(&line));
        }
        Reply::new(250, &text).into_owned()
    }

    /// Rejects a line that is no command.
    pub(super) fn malformed(&mut self, error: ParseError, and_close: bool) -> Event<'static> {
        if self.owed == Owed::AuthLine {
            self.owed = Owed::Auth;
            return self.rejected(None, Rejection::Malformed(error));
        }
        let event = self.reject(None, Rejection::Malformed(error));
        if and_close {
            self.owed = Owed::Farewell;
        }
        event
    }

    /// Rejects a command.
    pub(super) fn reject<'a>(
        &mut self,
        command: Option<Command<'a>>,
        reason: Rejection,
    ) -> Event<'a> {
        if reason == Rejection::TooManyRecipients
            && self.excess < self.config.limits.excess_recipients
        {
            // A client that has more than the server takes is no bad client: it sends the mail
            // again for the rest.
            self.excess = self.excess.saturating_add(1);
        } else {
            self.bad = self.bad.saturating_add(1);
        }
        if self.bad > self.config.limits.bad_commands {
            return self.farewell(command);
        }
        self.owed = if self.owed == Owed::AuthLine { Owed::Auth } else { Owed::Reply };
        self.rejected(command, reason)
    }

    fn rejected<'a>(&self, command: Option<Command<'a>>, reason: Rejection) -> Event<'a> {
        let reply = match (&command, &reason) {
            (Some(Command::Auth { .. }), Rejection::UnknownParameter) => {
                Reply::new(504, "Unknown mechanism").with_enhanced(EnhancedCode::INVALID_ARGUMENTS)
            }
            (Some(Command::Auth { .. }), Rejection::NeedsTls) => {
                Reply::new(538, "STARTTLS first").with_enhanced(EnhancedCode::ENCRYPTION_NEEDED)
            }
            _ => reason.reply(),
        };
        Event::Rejected { command, reason, reply }
    }

    fn farewell<'a>(&mut self, command: Option<Command<'a>>) -> Event<'a> {
        self.owed = Owed::Farewell;
        self.rejected(command, Rejection::TooManyErrors)
    }

    /// The octets of a BDAT are all here.
    pub(super) fn chunk_end(&mut self, content: &mut Content) -> Option<Event<'static>> {
        if let Some(reason) = content.take_misplaced() {
            return Some(self.reject(None, reason));
        }
        let last = content.is_last();
        if !last && content.is_refused() {
            let refusal = match (content.take_refusal(), content.rejection()) {
                (None, Some(reason)) => {
                    self.owed = Owed::ChunkRefusal;
                    return Some(self.rejected(None, reason));
                }
                (refusal, _) => refusal,
            };
            self.owed = Owed::Nothing;
            self.mail_done();
            if let Some(reply) = refusal {
                self.write(&reply, 1);
            }
            return Some(Event::BodyEnd { size: content.size(), replies: 0 });
        }
        if last {
            self.in_chunks = false;
            return Some(self.content_end(content));
        }
        self.owed = Owed::Nothing;
        let reply = Reply::new(250, "Ok").with_enhanced(EnhancedCode::OK);
        self.output.write(|out| reply.encode(out));
        None
    }

    /// The content is all here.
    pub(super) fn content_end(&mut self, content: &mut Content) -> Event<'static> {
        let size = content.size();
        if let Some(reply) = content.take_refusal() {
            let times = self.answers();
            self.owed = Owed::Nothing;
            self.mail_done();
            self.write(&reply, times);
            return Event::BodyEnd { size, replies: 0 };
        }
        if let Some(reason) = content.rejection() {
            self.owed = Owed::Refusal;
            return self.rejected(None, reason);
        }
        let replies = self.answers();
        self.owed = Owed::Content(replies);
        Event::BodyEnd { size, replies }
    }
}
