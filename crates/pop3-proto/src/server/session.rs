use alloc::vec::Vec;

use bytes::Bytes;

use crate::capability::without_plaintext;
use crate::dot::{Encoder, Piece};
use crate::output::Output;
use crate::server::maildrop::{Maildrop, NoMessage};
use crate::server::top::Top;
use crate::server::{Config, Event, Login, Rejection, State};
use crate::syntax::push_number;
use crate::{
    Capability, Command, Mechanism, Name, Reply, ResponseCode, ScanListing, SendError, Timestamp,
    UniqueId,
};

/// While more than this waits for transmission, lists are not made longer.
const ENOUGH: usize = 16 * 1024;

/// Who owes what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owed {
    /// The client may say something.
    Nothing,
    /// The application: the greeting.
    Greeting,
    /// The application: an answer to PASS or APOP.
    Login,
    /// The application: an answer to AUTH or a line of its exchange.
    Auth,
    /// The client: a line of the exchange.
    AuthLine,
    /// The application: one line.
    Line,
    /// The application: one line, and with `+OK` a list.
    List,
    /// The application: one line for a rejected command.
    Rejection,
    /// The application: one line, and with `+OK` a message.
    Message { lines: Option<u64> },
    /// The application: the rest of a body.
    Body,
    /// The application: the unique-id of one message.
    UniqueId { message: u32 },
    /// The unique-ids of all messages from this one on. `asked`: the application owes this one.
    UniqueIds { next: u32, asked: bool },
    /// The machine: the sizes of all messages from this one on.
    Sizes { next: u32 },
    /// The application: how the commit went.
    Commit,
    /// The caller: transmission of the answer to STLS.
    Flush,
    /// The caller: TLS.
    Tls,
}

/// Everything but the input.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) config: Config,
    pub(super) output: Output,
    pub(super) state: State,
    pub(super) owed: Owed,
    pub(super) tls: bool,
    pub(super) utf8: bool,
    /// The greeting had a timestamp.
    apop: bool,
    /// Who said USER just before.
    user: Option<Name<'static>>,
    maildrop: Maildrop,
    encoder: Encoder,
    top: Option<Top>,
    rounds: usize,
    bad_commands: usize,
    failed_logins: usize,
}

impl Session {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            output: Output::default(),
            state: State::Greeting,
            owed: Owed::Greeting,
            tls: false,
            utf8: false,
            apop: false,
            user: None,
            maildrop: Maildrop::default(),
            encoder: Encoder::new(),
            top: None,
            rounds: 0,
            bad_commands: 0,
            failed_logins: 0,
        }
    }

    pub(super) fn refused(&self, what: &'static str) -> SendError {
        SendError::State { what, state: self.state.name() }
    }

    pub(super) fn owes_login(&self) -> bool {
        matches!(self.owed, Owed::Login | Owed::Auth)
    }
}

/// What the client says.
impl Session {
    pub(super) fn reject<'a>(
        &mut self,
        command: Option<Command<'a>>,
        reason: Rejection,
    ) -> Event<'a> {
        self.owed = Owed::Rejection;
        self.user = None;
        let reply = match &reason {
            Rejection::Malformed(_) => Reply::err("malformed command"),
            Rejection::TooLong => Reply::err("line too long"),
            Rejection::BareLf => Reply::err("lines end with CRLF"),
            Rejection::Unknown => Reply::err("unknown command"),
            Rejection::State => Reply::err("not possible in this state"),
            Rejection::NotOffered => Reply::err("not supported"),
            Rejection::NeedsTls => Reply::err("TLS needed first").with_code(&ResponseCode::Auth),
            Rejection::TooManyRounds => Reply::err("exchange too long"),
        };
        Event::Rejected { command, reason, reply }
    }

    /// Whether credentials may come in the clear, or need not.
    fn is_safe(&self) -> bool {
        self.tls || self.config.allow_plaintext_auth
    }

    fn offers(&self, tag: &str) -> bool {
        self.config.capabilities.has(tag)
    }

    pub(super) fn accepts_stls(&self) -> bool {
        self.state == State::Authorization && self.offers("STLS") && !self.tls && !self.utf8
    }

    fn offers_mechanism(&self, mechanism: &Mechanism<'_>) -> bool {
        self.config.capabilities.sasl().is_some_and(|list| list.contains(mechanism.as_str()))
    }

    /// Why a command is not possible.
    fn objection(&self, command: &Command<'_>) -> Option<Rejection> {
        let state = match command {
            Command::User(_)
            | Command::Pass(_)
            | Command::Apop { .. }
            | Command::Auth { .. }
            | Command::AuthList
            | Command::Stls => self.state == State::Authorization,
            // RFC 6856, section 5 sends a client back to UTF8 from RETR.
            Command::Utf8
            | Command::Capa
            | Command::Lang(_)
            | Command::Quit
            | Command::Other { .. }
            | Command::AuthResponse(_)
            | Command::AuthCancel => true,
            _ => self.state == State::Transaction,
        };
        let offered = match command {
            Command::User(_) | Command::Pass(_) => self.offers("USER"),
            Command::Apop { .. } => self.apop,
            Command::Auth { mechanism, .. } => self.offers_mechanism(mechanism),
            Command::AuthList => self.offers("SASL"),
            Command::Top { .. } => self.offers("TOP"),
            Command::Uidl(_) => self.offers("UIDL"),
            Command::Stls => self.offers("STLS"),
            Command::Utf8 => self.offers("UTF8"),
            Command::Lang(_) => self.offers("LANG"),
            Command::Last => self.config.last,
            _ => true,
        };
        let in_clear = match command {
            Command::User(_) | Command::Pass(_) | Command::Apop { .. } => true,
            Command::Auth { mechanism, .. } => mechanism.is_plaintext(),
            _ => false,
        };
        match command {
            Command::Other { .. } => Some(Rejection::Unknown),
            _ if !offered => Some(Rejection::NotOffered),
            _ if !state => Some(Rejection::State),
            Command::Stls if !self.accepts_stls() => Some(Rejection::State),
            _ if in_clear && !self.is_safe() => Some(Rejection::NeedsTls),
            Command::Pass(_) if self.user.is_none() => Some(Rejection::State),
            _ => None,
        }
    }

    pub(super) fn accept<'a>(&'a mut self, command: Command<'a>) -> Event<'a> {
        if let Some(reason) = self.objection(&command) {
            return self.reject(Some(command), reason);
        }
        let user = self.user.take();
        match command {
            Command::User(name) => {
                self.user = Some(name.clone().into_owned());
                self.ok("");
                Event::Answered(Command::User(name))
            }
            Command::Pass(password) => {
                let Some(name) = user else {
                    return self.reject(Some(Command::Pass(password)), Rejection::State);
                };
                self.owed = Owed::Login;
                Event::Open(Login::Password { name, password })
            }
            Command::Apop { name, digest } => {
                self.owed = Owed::Login;
                Event::Open(Login::Apop { name, digest })
            }
            Command::Auth { .. } => {
                self.owed = Owed::Auth;
                self.rounds = 0;
                Event::Command(command)
            }
            Command::AuthResponse(_) => {
                self.rounds = self.rounds.saturating_add(1);
                if self.rounds > self.config.limits.auth_rounds {
                    return self.reject(Some(command), Rejection::TooManyRounds);
                }
                self.owed = Owed::Auth;
                Event::Command(command)
            }
            Command::AuthCancel => {
                self.owed = Owed::Nothing;
                self.err("exchange cancelled");
                Event::Answered(command)
            }
            Command::Lang(ref range) => {
                self.owed = if range.is_some() { Owed::Line } else { Owed::List };
                Event::Command(command)
            }
            Command::Retr(message) => self.message(message, None, command),
            Command::Top { message, lines } => self.message(message, Some(lines), command),
            Command::Uidl(Some(message)) => match self.maildrop.size(message) {
                Ok(_) => {
                    self.owed = Owed::UniqueId { message };
                    Event::UniqueId { message }
                }
                Err(missing) => self.missing(missing, command),
            },
            Command::Quit if self.state == State::Transaction => {
                self.state = State::Update;
                self.owed = Owed::Commit;
                Event::Commit { deleted: self.maildrop.deleted() }
            }
            _ => {
                self.answer(&command);
                Event::Answered(command)
            }
        }
    }

    fn message<'a>(&mut self, message: u32, lines: Option<u64>, command: Command<'a>) -> Event<'a> {
        match self.maildrop.size(message) {
            Ok(_) => {
                self.maildrop.access(message);
                self.owed = Owed::Message { lines };
                Event::Message { message, lines }
            }
            Err(missing) => self.missing(missing, command),
        }
    }

    fn missing<'a>(&mut self, missing: NoMessage, command: Command<'a>) -> Event<'a> {
        self.err(match missing {
            NoMessage::Missing => "no such message",
            NoMessage::Deleted => "message is deleted",
        });
        Event::Answered(command)
    }

    /// Answers what needs nothing from the application.
    fn answer(&mut self, command: &Command<'_>) {
        match command {
            Command::Stat => {
                let total = self.maildrop.total();
                self.positive(|out| total.encode(out));
            }
            Command::List(Some(message)) => match self.maildrop.size(*message) {
                Ok(octets) => {
                    let listing = ScanListing { message: *message, octets };
                    self.output.write(|out| {
                        out.extend_from_slice(b"+OK ");
                        listing.encode(out);
                    });
                }
                Err(missing) => {
                    self.missing(missing, Command::Stat);
                }
            },
            Command::List(None) => {
                self.ok("");
                self.owed = Owed::Sizes { next: 1 };
                self.fill();
            }
            Command::Uidl(_) => {
                self.ok("");
                self.owed = Owed::UniqueIds { next: 1, asked: false };
            }
            Command::Dele(message) => match self.maildrop.delete(*message) {
                Ok(()) => self.ok("message deleted"),
                Err(missing) => {
                    self.missing(missing, Command::Stat);
                }
            },
            Command::Rset => {
                self.maildrop.reset();
                self.ok("");
            }
            Command::Last => {
                let last = self.maildrop.last();
                self.positive(|out| push_number(u64::from(last), out));
            }
            Command::Capa => self.list_capabilities(),
            Command::AuthList => self.list_mechanisms(),
            Command::Stls => {
                self.ok("begin TLS");
                self.owed = Owed::Flush;
            }
            Command::Utf8 => {
                self.utf8 = true;
                self.ok("");
            }
            Command::Quit => {
                self.ok("");
                self.state = State::Closed;
            }
            _ => self.ok(""),
        }
    }

    fn list_capabilities(&mut self) {
        let (state, tls, safe) = (self.state, self.tls, self.is_safe());
        let capabilities = &self.config.capabilities;
        self.output.write(|out| {
            out.extend_from_slice(b"+OK\r\n");
            for capability in capabilities {
                match capability {
                    Capability::Stls if tls || state != State::Authorization => {}
                    Capability::User if !safe => {}
                    Capability::Sasl(mechanisms) if !safe => {
                        Capability::Sasl(without_plaintext(mechanisms)).encode(out);
                    }
                    capability => capability.encode(out),
                }
            }
            out.extend_from_slice(b".\r\n");
        });
    }

    fn list_mechanisms(&mut self) {
        let safe = self.is_safe();
        let mechanisms = self.config.capabilities.sasl();
        self.output.write(|out| {
            out.extend_from_slice(b"+OK\r\n");
            let all = mechanisms.iter().flat_map(|list| list.iter());
            for mechanism in all.filter(|mechanism| safe || !mechanism.is_plaintext()) {
                out.extend_from_slice(mechanism.as_str().as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b".\r\n");
        });
    }
}

/// What the application says.
impl Session {
    pub(super) fn respond(&mut self, reply: &Reply<'_>) -> Result<(), SendError> {
        let refused = Err(self.refused("this reply"));
        let next = match (self.owed, reply) {
            (Owed::Auth, Reply::Challenge(_)) => Owed::AuthLine,
            (_, Reply::Challenge(_)) => return refused,
            (Owed::Greeting, Reply::Ok(text)) => {
                self.state = State::Authorization;
                self.apop = Timestamp::find(text.as_bytes()).is_some();
                Owed::Nothing
            }
            (Owed::Greeting, Reply::Err(_)) | (Owed::Commit, _) => {
                self.state = State::Closed;
                Owed::Nothing
            }
            (Owed::Login | Owed::Auth, Reply::Err(_)) => {
                self.failed_logins = self.failed_logins.saturating_add(1);
                if self.failed_logins >= self.config.limits.login_attempts {
                    self.state = State::Closed;
                }
                Owed::Nothing
            }
            (Owed::Rejection, _) => {
                self.bad_commands = self.bad_commands.saturating_add(usize::from(!reply.is_ok()));
                if self.bad_commands > self.config.limits.bad_commands {
                    self.state = State::Closed;
                }
                Owed::Nothing
            }
            (Owed::Message { lines }, Reply::Ok(_)) => {
                self.top = lines.map(Top::new);
                Owed::Body
            }
            (Owed::List, Reply::Ok(_)) => {
                self.top = None;
                Owed::Body
            }
            (Owed::Line, _) => Owed::Nothing,
            (Owed::Message { .. } | Owed::List | Owed::UniqueId { .. }, Reply::Err(_)) => {
                Owed::Nothing
            }
            _ => return refused,
        };
        self.owed = next;
        self.output.write(|out| reply.encode(out));
        Ok(())
    }

    pub(super) fn open_maildrop(&mut self, sizes: Vec<u64>) {
        self.maildrop = Maildrop::new(sizes);
        self.state = State::Transaction;
        self.owed = Owed::Nothing;
        let total = self.maildrop.total();
        self.positive(|out| {
            out.extend_from_slice(b"maildrop has ");
            push_number(u64::from(total.messages), out);
            out.extend_from_slice(b" messages (");
            push_number(total.octets, out);
            out.extend_from_slice(b" octets)");
        });
    }

    pub(super) fn unique_id(&mut self, unique_id: &UniqueId<'_>) -> Result<(), SendError> {
        let (status, message, next) = match self.owed {
            Owed::UniqueId { message } => (&b"+OK "[..], message, Owed::Nothing),
            Owed::UniqueIds { next, asked: true } => {
                (&b""[..], next, Owed::UniqueIds { next: next.saturating_add(1), asked: false })
            }
            _ => return Err(self.refused("a unique-id")),
        };
        self.owed = next;
        self.output.write(|out| {
            out.extend_from_slice(status);
            push_number(u64::from(message), out);
            out.push(b' ');
            out.extend_from_slice(unique_id.as_str().as_bytes());
            out.extend_from_slice(b"\r\n");
        });
        Ok(())
    }

    /// The message whose unique-id is needed next, if there is room for it.
    pub(super) fn next_unique_id(&mut self) -> Option<u32> {
        let Owed::UniqueIds { next, asked: false } = self.owed else { return None };
        if self.output.queued() > ENOUGH {
            return None;
        }
        let next = self.maildrop.from(next).map(|(message, _)| message);
        match next {
            Some(next) => self.owed = Owed::UniqueIds { next, asked: true },
            None => {
                self.output.push(b".\r\n");
                self.owed = Owed::Nothing;
            }
        }
        next
    }

    /// Makes a list of sizes longer, if there is room.
    pub(super) fn fill(&mut self) {
        let Owed::Sizes { mut next } = self.owed else { return };
        while self.output.queued() <= ENOUGH {
            let Some((message, octets)) = self.maildrop.from(next) else {
                self.output.push(b".\r\n");
                self.owed = Owed::Nothing;
                return;
            };
            self.output.write(|out| ScanListing { message, octets }.encode(out));
            next = message.saturating_add(1);
        }
        self.owed = Owed::Sizes { next };
    }

    pub(super) fn wants_body(&self) -> bool {
        self.owed == Owed::Body && !self.top.as_ref().is_some_and(Top::is_done)
    }

    pub(super) fn send_body(&mut self, mut chunk: Bytes) -> Result<(), SendError> {
        if self.owed != Owed::Body {
            return Err(self.refused("a body"));
        }
        if let Some(top) = &mut self.top {
            let wanted = top.wanted(&chunk);
            chunk.truncate(wanted);
        }
        let output = &mut self.output;
        self.encoder.pieces(&chunk, |piece| match piece {
            Piece::Chunk(range) => output.push_shared(chunk.slice(range)),
            Piece::Inserted(bytes) => output.push(bytes),
        });
        Ok(())
    }

    pub(super) fn finish_body(&mut self) -> Result<(), SendError> {
        if self.owed != Owed::Body {
            return Err(self.refused("the end of a body"));
        }
        self.owed = Owed::Nothing;
        self.top = None;
        let encoder = &mut self.encoder;
        self.output.write(|out| encoder.finish(out));
        Ok(())
    }

    pub(super) fn tls_started(&mut self, fresh: bool) -> Result<(), SendError> {
        let implicit = fresh && self.owed == Owed::Greeting && !self.tls;
        if self.owed == Owed::Tls {
            self.owed = Owed::Nothing;
        } else if !implicit {
            return Err(self.refused("TLS"));
        }
        self.user = None;
        self.tls = true;
        Ok(())
    }

    fn ok(&mut self, text: &str) {
        self.output.write(|out| Reply::ok(text).encode(out));
    }

    fn err(&mut self, text: &str) {
        self.output.write(|out| Reply::err(text).encode(out));
    }

    fn positive(&mut self, text: impl FnOnce(&mut Vec<u8>)) {
        self.output.write(|out| {
            out.extend_from_slice(b"+OK ");
            text(out);
            out.extend_from_slice(b"\r\n");
        });
    }
}
