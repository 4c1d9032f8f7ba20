//! The IMAP side: all mailboxes, as IMAP4rev1 and IMAP4rev2.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use imap_proto::server::{Config, Connection, Event, State};
use imap_proto::{
    Atom, Capabilities, Capability, Command, Continuation, Response, ResponseCode, Status, Str,
    Tag, Text,
};

use tokio::io::AsyncWriteExt as _;

use super::auth::{Exchange, Next};
use super::{Server, drain, other, turn_in_time};
use crate::maildir::Account;
use crate::sasl;
use crate::stream::Stream;

mod append;
mod context;
mod copy;
mod fetch;
mod mailboxes;
mod metadata;
mod search;
mod selected;
mod sort;
mod structure;
mod thread;

use append::Upload;
use selected::Selected;

/// How often an idle session looks for mail that other programs delivered.
const LOOK: Duration = Duration::from_secs(5);

/// How often a client may fail to log in before it is sent away, as in the other protocols.
const ATTEMPTS: u32 = 3;

/// What a command comes to: the status of its tagged answer, positive or negative.
type Outcome = Result<Status<'static>, Status<'static>>;

/// Serves a connection to its end.
pub(super) async fn serve(server: Arc<Server>, stream: Stream, tls: bool) -> io::Result<()> {
    let mut config = Config::default();
    config.allow_plaintext_auth = server.settings.allow_plaintext_auth;
    config.limits.append = server.settings.max_message;
    // ID may have 30 values of 1024 octets (RFC 2971, section 3.3).
    config.limits.command_before_login = 40 << 10;
    let mut imap = Connection::new(config);
    if tls {
        imap.tls_started().map_err(other)?;
    }
    let mut session = Session {
        server,
        imap,
        stream,
        buf: vec![0; 16 << 10],
        user: String::new(),
        account: None,
        selected: None,
        exchange: None,
        failures: 0,
        uploads: Vec::new(),
        idling: None,
        condstore: false,
        broken: None,
    };
    let greeting = text(format!("{} IMAP ready", session.server.settings.domain));
    let greeting = Status::ok(greeting).with_code(ResponseCode::Capability(session.capabilities()));
    session.say(&Response::Status(greeting));
    while session.step().await? {}
    session.stream.shutdown().await
}

struct Session {
    server: Arc<Server>,
    imap: Connection,
    stream: Stream,
    buf: Vec<u8>,
    user: String,
    account: Option<Arc<Account>>,
    selected: Option<Selected>,
    exchange: Option<Exchange>,
    /// How often the client failed to log in.
    failures: u32,
    /// Messages of an APPEND that have arrived.
    uploads: Vec<Upload>,
    /// Until when the client may IDLE, if it does.
    idling: Option<Instant>,
    /// Whether the client wants modification sequences.
    condstore: bool,
    /// The machine refused an answer: a mistake in this file.
    broken: Option<io::Error>,
}

impl Session {
    /// Handles what arrived, then does one I/O operation. `false` at the end.
    async fn step(&mut self) -> io::Result<bool> {
        while let Some(event) = self.imap.poll_event().map_err(other)? {
            match event.into_owned() {
                Event::StartTls => {
                    self.stream.start_tls(self.server.tls.as_ref()).await?;
                    self.imap.tls_started().map_err(other)?;
                }
                Event::StartCompression => {
                    self.stream.compress()?;
                    self.imap.compression_started().map_err(other)?;
                }
                Event::Command { tag, command: Command::Fetch(fetch), .. } => {
                    let outcome = self.fetch(&fetch).await?;
                    self.finish(&tag, outcome);
                }
                Event::Command { tag, command: Command::Append(append), .. } => {
                    let outcome = tokio::task::block_in_place(|| self.append(&append));
                    self.finish(&tag, outcome);
                }
                Event::Closed => return Ok(false),
                event => tokio::task::block_in_place(|| self.answer(event)),
            }
            drain(&self.server, &mut self.imap, &mut self.stream, &mut self.buf, 256 << 10).await?;
            if let Some(error) = self.broken.take() {
                return Err(error);
            }
            if self.failures >= ATTEMPTS {
                self.say(&Response::Status(Status::bye(Text::from_static("too many attempts"))));
                drain(&self.server, &mut self.imap, &mut self.stream, &mut self.buf, 0).await?;
                return Ok(false);
            }
        }
        if let Some(until) = self.idling
            && let Some(selected) = &mut self.selected
        {
            if Instant::now() >= until {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let changed = selected.changed();
            tokio::select! {
                done = turn_in_time(&self.server, &mut self.imap, &mut self.stream, &mut self.buf) => return done,
                _ = tokio::time::timeout(LOOK, changed) => {}
            }
            tokio::task::block_in_place(|| self.announce());
            return Ok(true);
        }
        turn_in_time(&self.server, &mut self.imap, &mut self.stream, &mut self.buf).await
    }

    /// Sends a response.
    fn say(&mut self, response: &Response<'_>) {
        if let Err(error) = self.imap.respond(response) {
            self.broken.get_or_insert(other(error));
        }
    }

    /// Tells what changed, then answers a command.
    fn finish(&mut self, tag: &Tag<'static>, outcome: Outcome) {
        self.announce();
        let (Ok(status) | Err(status)) = outcome;
        self.say(&Response::Tagged { tag: tag.clone(), status });
    }

    fn answer(&mut self, event: Event<'static>) {
        match event {
            Event::Command { tag, command: Command::Idle, .. } => {
                self.announce();
                let limit = self.imap.timeout().unwrap_or(Duration::MAX);
                let limit = limit.min(self.server.settings.max_idle);
                self.idling = Instant::now().checked_add(limit);
                let idling = Continuation::new(Text::from_static("idling"));
                let _ = tag;
                self.say(&Response::Continuation(idling));
            }
            Event::Command {
                tag,
                command: Command::Authenticate { mechanism, initial_response },
                ..
            } => {
                self.exchange = Exchange::begin(&self.server, mechanism.as_str());
                self.authenticate(&tag, initial_response.as_ref().map(|secret| secret.expose()));
            }
            Event::SaslResponse { tag, response: Some(response) } => {
                self.authenticate(&tag, Some(response.expose()));
            }
            Event::SaslResponse { tag, response: None } => {
                self.exchange = None;
                self.finish(&tag, Err(Status::bad(Text::from_static("cancelled"))));
            }
            Event::IdleDone { tag } => {
                self.idling = None;
                self.finish(&tag, ok("IDLE done"));
            }
            Event::BodyStart { tag, command, .. } => match self.upload(&command) {
                Ok(()) => {
                    if let Err(error) = self.imap.accept_body() {
                        self.broken.get_or_insert(other(error));
                    }
                }
                Err(status) => self.finish(&tag, Err(status)),
            },
            Event::BodyChunk(bytes) => self.upload_chunk(&bytes),
            Event::BodyEnd => self.upload_end(),
            Event::Rejected { reply, .. } => {
                self.uploads.clear();
                self.say(&reply);
            }
            Event::Command { tag, command, .. } => {
                let outcome = self.command(&tag, command);
                self.finish(&tag, outcome);
            }
            _ => {}
        }
    }

    fn command(&mut self, tag: &Tag<'static>, command: Command<'static>) -> Outcome {
        match command {
            Command::Capability => {
                let capabilities = self.capabilities();
                self.say(&Response::Capability(capabilities));
                ok("CAPABILITY done")
            }
            Command::Noop | Command::Check => ok("nothing done"),
            Command::Logout => {
                self.say(&Response::Status(Status::bye(Text::from_static("bye"))));
                ok("LOGOUT done")
            }
            Command::Id(_) => {
                let name = |text: &'static str| Str::try_from(text).ok();
                let entry = name("name").map(|key| vec![(key, name("mail-examples"))]);
                self.say(&Response::Id(entry));
                ok("ID done")
            }
            Command::StartTls if self.server.tls.is_some() => ok("begin TLS"),
            Command::StartTls => Err(Status::bad(Text::from_static("no TLS here"))),
            Command::Login { user, password } => {
                let user = user.to_string_lossy();
                if self.server.users.check(&user, password.expose()) {
                    self.login(&user)
                } else {
                    Err(self.wrong_credentials())
                }
            }
            Command::Enable(names) => self.enable(&names),
            Command::Select(select) => self.select(&select, false),
            Command::Examine(select) => self.select(&select, true),
            Command::Close => {
                let outcome = self.expunge(None, true);
                self.selected = None;
                outcome
            }
            Command::Unselect => {
                self.selected = None;
                ok("UNSELECT done")
            }
            Command::Expunge => self.expunge(None, false),
            Command::UidExpunge(set) => self.expunge(Some(&set), false),
            Command::Store(store) => self.store(&store),
            Command::Copy { uid, messages, mailbox } => self.copy(uid, &messages, &mailbox, false),
            Command::Move { uid, messages, mailbox } => self.copy(uid, &messages, &mailbox, true),
            Command::Search(search) => self.search(tag, &search),
            Command::Sort(sort) => self.sort(tag, &sort),
            Command::Thread(thread) => self.thread(&thread),
            Command::CancelUpdate(tags) => {
                self.cancel_update(&tags);
                ok("CANCELUPDATE done")
            }
            Command::Replace(replace) => self.replace(&replace),
            Command::Compress(name) if name.as_str().eq_ignore_ascii_case("DEFLATE") => {
                ok("compression begins")
            }
            Command::GetMetadata(get) => self.get_metadata(&get),
            Command::SetMetadata { mailbox, entries } => self.set_metadata(&mailbox, &entries),
            command => self.mailbox_command(&command),
        }
    }

    fn authenticate(&mut self, tag: &Tag<'static>, message: Option<&[u8]>) {
        let next = self.exchange.as_mut().map_or(Next::Refuse, |exchange| exchange.step(message));
        if let Next::Challenge(challenge) = next {
            return self.say(&Response::Continuation(Continuation::from_challenge(&challenge)));
        }
        self.exchange = None;
        let outcome = match next {
            Next::Accept(user) => self.login(&user),
            _ => Err(self.wrong_credentials()),
        };
        self.finish(tag, outcome);
    }

    fn wrong_credentials(&mut self) -> Status<'static> {
        self.failures += 1;
        no("wrong name or password", ResponseCode::AuthenticationFailed)
    }

    fn login(&mut self, user: &str) -> Outcome {
        self.account = Some(self.server.store.account(user).map_err(|e| trouble(&e))?);
        self.user = user.to_owned();
        let capabilities = self.logged_in_capabilities();
        let status = Status::ok(Text::from_static("welcome"));
        Ok(status.with_code(ResponseCode::Capability(capabilities)))
    }

    fn account(&self) -> Result<Arc<Account>, Status<'static>> {
        self.account.clone().ok_or_else(|| Status::bad(Text::from_static("log in first")))
    }

    fn enable(&mut self, names: &Capabilities<'_>) -> Outcome {
        let known = [
            Capability::CondStore,
            Capability::QResync,
            Capability::Utf8Accept,
            Capability::Imap4Rev2,
        ];
        let enabled: Capabilities<'static> =
            known.into_iter().filter(|name| names.contains(name)).collect();
        let modseqs =
            enabled.contains(&Capability::CondStore) || enabled.contains(&Capability::QResync);
        self.say(&Response::Enabled(enabled));
        if modseqs {
            self.want_modseqs();
        }
        ok("ENABLE done")
    }

    fn enabled(&self, capability: &Capability<'_>) -> bool {
        self.imap.enabled().contains(capability)
    }

    /// What is said before login.
    fn capabilities(&self) -> Capabilities<'static> {
        if matches!(self.imap.state(), State::Authenticated | State::Selected) {
            return self.logged_in_capabilities();
        }
        let mut all: Capabilities<'static> = [
            Capability::Imap4Rev1,
            Capability::Imap4Rev2,
            Capability::LiteralPlus,
            Capability::SaslIr,
            Capability::Id,
            Capability::Enable,
        ]
        .into_iter()
        .collect();
        if self.server.tls.is_some() && !self.imap.is_tls() {
            all.push(Capability::StartTls);
        }
        let exposed = !self.imap.is_tls() && !self.server.settings.allow_plaintext_auth;
        if exposed {
            all.push(Capability::LoginDisabled);
        }
        for name in self.server.mechanisms() {
            if (!exposed || name.starts_with("SCRAM") || name == sasl::Server::SHARED_SECRET)
                && let Ok(mechanism) = Atom::try_from(name)
            {
                all.push(Capability::Auth(mechanism));
            }
        }
        all
    }

    fn logged_in_capabilities(&self) -> Capabilities<'static> {
        let mut all: Capabilities<'static> = [
            Capability::Imap4Rev1,
            Capability::Imap4Rev2,
            Capability::LiteralPlus,
            Capability::Id,
            Capability::Enable,
            Capability::Idle,
            Capability::Namespace,
            Capability::Children,
            Capability::UidPlus,
            Capability::Move,
            Capability::CondStore,
            Capability::QResync,
            Capability::ESearch,
            Capability::SearchRes,
            Capability::ListExtended,
            Capability::ListStatus,
            Capability::SpecialUse,
            Capability::Binary,
            Capability::MultiAppend,
            Capability::Catenate,
            Capability::Unselect,
            Capability::Utf8Accept,
            Capability::Within,
            Capability::ObjectId,
            Capability::SaveDate,
            Capability::Preview,
            Capability::Replace,
            Capability::Partial,
            Capability::Metadata,
            Capability::Quota,
        ]
        .into_iter()
        .collect();
        let mut more = vec![
            "SORT",
            "SORT=DISPLAY",
            "ESORT",
            "CONTEXT=SEARCH",
            "CONTEXT=SORT",
            "THREAD=ORDEREDSUBJECT",
            "THREAD=REFERENCES",
            "STATUS=SIZE",
            "QUOTA=RES-STORAGE",
        ];
        if !self.stream.is_compressed() {
            more.push("COMPRESS=DEFLATE");
        }
        for name in more {
            if let Ok(capability) = Capability::try_from(name) {
                all.push(capability);
            }
        }
        all.push(Capability::AppendLimit(Some(self.server.settings.max_message)));
        all
    }
}

/// Text for people, without what a line cannot have.
fn text(text: String) -> Text<'static> {
    Text::try_from(text).unwrap_or_default()
}

fn ok(text: &'static str) -> Outcome {
    Ok(Status::ok(Text::from_static(text)))
}

fn no(text: &'static str, code: ResponseCode<'static>) -> Status<'static> {
    Status::no(Text::from_static(text)).with_code(code)
}

/// What the store could not do.
fn trouble(error: &io::Error) -> Status<'static> {
    let status = Status::no(text(error.to_string()));
    match error.kind() {
        io::ErrorKind::NotFound => status.with_code(ResponseCode::NonExistent),
        io::ErrorKind::AlreadyExists => status.with_code(ResponseCode::AlreadyExists),
        io::ErrorKind::StorageFull => status.with_code(ResponseCode::OverQuota),
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => {
            status.with_code(ResponseCode::Cannot)
        }
        _ => status.with_code(ResponseCode::ServerBug),
    }
}
