//! The POP3 side: the maildrop is the INBOX.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use pop3_proto::server::{Config, Connection, Event, Login};
use pop3_proto::{Capability, Command, Mechanisms, Reply, ResponseCode, Timestamp, UniqueId};

use tokio::io::AsyncWriteExt as _;

use super::auth::{Exchange, Next};
use super::{MaildropLock, Server, drain, other, turn_in_time};
use crate::maildir::{Mailbox, Message};
use crate::sasl::shared_secret;
use crate::stream::Stream;

/// Serves a connection to its end.
pub(super) async fn serve(server: Arc<Server>, mut stream: Stream, tls: bool) -> io::Result<()> {
    let mut config = Config::default();
    config.allow_plaintext_auth = server.settings.allow_plaintext_auth;
    let mechanisms = server.mechanisms().join(" ");
    let mechanisms = Mechanisms::try_from(mechanisms.as_str()).map_err(other)?.into_owned();
    config.capabilities.push(Capability::Sasl(mechanisms));
    config.capabilities.push(Capability::Utf8 { user: false });
    if server.tls.is_some() {
        config.capabilities.push(Capability::Stls);
    }
    let mut pop = Connection::new(config);
    if tls {
        pop.tls_started().map_err(other)?;
    }
    let domain = &server.settings.domain;
    let greeting = format!("{domain} POP3 ready");
    let timestamp = server.settings.shared_secrets.then(|| shared_secret::timestamp(domain));
    let found = timestamp.as_ref().and_then(|text| Timestamp::find(text.as_bytes()));
    pop.respond(&Reply::greeting(&greeting, found.as_ref())).map_err(other)?;

    let mut session = Session { server, timestamp, exchange: None, maildrop: None };
    let mut buf = vec![0; 16 << 10];
    loop {
        while let Some(event) = pop.poll_event().map_err(other)? {
            match event.into_owned() {
                Event::StartTls => {
                    stream.start_tls(session.server.tls.as_ref()).await?;
                    pop.tls_started().map_err(other)?;
                }
                Event::Message { message, .. } => {
                    session.send(message, &mut pop, &mut stream, &mut buf).await?;
                }
                Event::Closed => return stream.shutdown().await,
                event => tokio::task::block_in_place(|| session.answer(event, &mut pop))?,
            }
        }
        if !turn_in_time(&session.server, &mut pop, &mut stream, &mut buf).await? {
            return stream.shutdown().await;
        }
    }
}

struct Session {
    server: Arc<Server>,
    /// What APOP is about.
    timestamp: Option<String>,
    exchange: Option<Exchange>,
    maildrop: Option<Maildrop>,
}

/// A maildrop as it was when it was opened.
struct Maildrop {
    mailbox: Arc<Mailbox>,
    messages: Vec<Arc<Message>>,
    uid_validity: u32,
    _lock: MaildropLock,
}

impl Maildrop {
    fn message(&self, number: u32) -> Option<&Message> {
        self.messages.get(usize::try_from(number).ok()?.checked_sub(1)?).map(|message| &**message)
    }
}

impl Session {
    fn answer(&mut self, event: Event<'static>, pop: &mut Connection) -> io::Result<()> {
        match event {
            Event::Open(Login::Password { name, password }) => {
                if self.server.users.check(name.as_str(), password.expose()) {
                    self.open(name.as_str(), pop)
                } else {
                    refuse(pop)
                }
            }
            Event::Open(Login::Apop { name, digest }) => {
                let password = self.server.users.password(name.as_str());
                let expected =
                    password.zip(self.timestamp.as_ref()).map(|(password, timestamp)| {
                        shared_secret::apop(password.as_bytes(), timestamp.as_bytes())
                    });
                match expected {
                    Some(expected) if shared_secret::same(&expected, digest.octets()) => {
                        self.open(name.as_str(), pop)
                    }
                    _ => refuse(pop),
                }
            }
            Event::Command(Command::Auth { mechanism, initial }) => {
                self.exchange = Exchange::begin(&self.server, mechanism.as_str());
                self.step(initial.as_ref().map(|secret| secret.expose()), pop)
            }
            Event::Command(Command::AuthResponse(response)) => {
                self.step(Some(response.expose()), pop)
            }
            Event::Command(_) => pop.respond(&Reply::err("not here")).map_err(other),
            Event::UniqueId { message } => {
                let id = self.maildrop.as_ref().and_then(|maildrop| {
                    let message = maildrop.message(message)?;
                    Some(format!("{}.{}", maildrop.uid_validity, message.uid))
                });
                let id = UniqueId::try_from(id.as_deref().unwrap_or("gone")).map_err(other)?;
                pop.unique_id(&id).map_err(other)
            }
            Event::Commit { deleted } => {
                let Some(maildrop) = self.maildrop.take() else {
                    return pop.respond(&Reply::ok("bye")).map_err(other);
                };
                let uids: Vec<u32> = deleted
                    .iter()
                    .filter_map(|number| maildrop.message(number).map(|message| message.uid))
                    .collect();
                let reply = match maildrop.mailbox.expunge(&uids) {
                    Ok(_) => Reply::ok("bye"),
                    Err(_) => Reply::err("some deleted messages not removed")
                        .with_code(&ResponseCode::SysTemp),
                };
                // A client that has the answer may come again at once.
                drop(maildrop);
                pop.respond(&reply).map_err(other)
            }
            Event::Rejected { reply, .. } => pop.respond(&reply).map_err(other),
            _ => Ok(()),
        }
    }

    fn step(&mut self, message: Option<&[u8]>, pop: &mut Connection) -> io::Result<()> {
        let next = self.exchange.as_mut().map_or(Next::Refuse, |exchange| exchange.step(message));
        if let Next::Challenge(challenge) = next {
            return pop.respond(&Reply::challenge(&challenge)).map_err(other);
        }
        self.exchange = None;
        match next {
            Next::Accept(user) => self.open(&user, pop),
            _ => refuse(pop),
        }
    }

    fn open(&mut self, user: &str, pop: &mut Connection) -> io::Result<()> {
        let Some(lock) = self.server.lock_maildrop(user) else {
            let reply = Reply::err("the maildrop is open elsewhere");
            return pop.respond(&reply.with_code(&ResponseCode::InUse)).map_err(other);
        };
        let opened = self.server.store.account(user).and_then(|account| {
            let mailbox = account.mailbox("INBOX")?;
            mailbox.refresh()?;
            Ok(mailbox)
        });
        let Ok(mailbox) = opened else {
            let reply = Reply::err("the maildrop cannot be opened");
            return pop.respond(&reply.with_code(&ResponseCode::SysTemp)).map_err(other);
        };
        let messages = mailbox.messages();
        let uid_validity = mailbox.uid_validity();
        pop.open_maildrop(messages.iter().map(|message| message.size)).map_err(other)?;
        self.maildrop = Some(Maildrop { mailbox, messages, uid_validity, _lock: lock });
        Ok(())
    }

    /// Streams a message to the client.
    async fn send(
        &self,
        number: u32,
        pop: &mut Connection,
        stream: &mut Stream,
        buf: &mut [u8],
    ) -> io::Result<()> {
        let file = self
            .maildrop
            .as_ref()
            .and_then(|maildrop| File::open(maildrop.mailbox.path(maildrop.message(number)?)).ok());
        let Some(mut file) = file else {
            return pop.respond(&Reply::err("the message is gone")).map_err(other);
        };
        pop.respond(&Reply::ok("message follows")).map_err(other)?;
        while pop.wants_body() {
            let mut chunk = vec![0; 64 << 10];
            let n = tokio::task::block_in_place(|| file.read(&mut chunk))?;
            if n == 0 {
                break;
            }
            chunk.truncate(n);
            pop.send_body(Bytes::from(chunk)).map_err(other)?;
            drain(&self.server, pop, stream, buf, 64 << 10).await?;
        }
        pop.finish_body().map_err(other)
    }
}

fn refuse(pop: &mut Connection) -> io::Result<()> {
    let reply = Reply::err("wrong name or password").with_code(&ResponseCode::Auth);
    pop.respond(&reply).map_err(other)
}
