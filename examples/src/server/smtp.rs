//! The SMTP side: reception, submission, LMTP. Every recipient has to be a user of this server.

use std::io;
use std::sync::Arc;

use smtp_proto::server::{Config, Connection, Event};
use smtp_proto::{Capability, Command, EnhancedCode, ForwardPath, Host, Reply};
use tokio::io::AsyncWriteExt as _;

use super::auth::{Exchange, Next};
use super::{Protocol, Server, other, turn_in_time};
use crate::maildir::{Delivery, Mailbox};
use crate::stream::Stream;

/// Serves a connection to its end.
pub(super) async fn serve(
    server: Arc<Server>,
    mut stream: Stream,
    protocol: Protocol,
    tls: bool,
) -> io::Result<()> {
    let domain = server.settings.domain.as_str();
    let mut config = Config::new(Host::try_from(domain).map_err(other)?);
    config.lmtp = protocol == Protocol::Lmtp;
    config.require_auth = protocol == Protocol::Submission;
    config.allow_plaintext_auth = server.settings.allow_plaintext_auth;
    config.limits.message = server.settings.max_message;
    config.capabilities.push(Capability::BinaryMime);
    if server.tls.is_some() {
        config.capabilities.push(Capability::StartTls);
    }
    if protocol != Protocol::Lmtp {
        let mechanisms = Capability::auth(&server.mechanisms()).map_err(other)?;
        config.capabilities.push(mechanisms);
    }
    let mut smtp = Connection::new(config);
    if tls {
        smtp.tls_started().map_err(other)?;
    }
    let greeting =
        format!("{domain} {} ready", if protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" });
    smtp.respond(&Reply::greeting(&greeting)).map_err(other)?;

    let mut session = Session { server, exchange: None, mail: Mail::default() };
    let mut buf = vec![0; 64 << 10];
    loop {
        while let Some(event) = smtp.poll_event().map_err(other)? {
            match event {
                Event::BodyChunk(chunk) => session.mail.write(&chunk),
                event => match event.into_owned() {
                    Event::StartTls => {
                        stream.start_tls(session.server.tls.as_ref()).await?;
                        smtp.tls_started().map_err(other)?;
                    }
                    Event::Closed => return stream.shutdown().await,
                    event => tokio::task::block_in_place(|| session.answer(event, &mut smtp))?,
                },
            }
        }
        if !turn_in_time(&session.server, &mut smtp, &mut stream, &mut buf).await? {
            return stream.shutdown().await;
        }
    }
}

struct Session {
    server: Arc<Server>,
    exchange: Option<Exchange>,
    mail: Mail,
}

/// A mail on its way in: one file for each recipient.
#[derive(Default)]
struct Mail {
    recipients: Vec<Recipient>,
    /// What stands before the content: where the mail came from.
    trace: Vec<u8>,
    begun: bool,
}

struct Recipient {
    mailbox: Arc<Mailbox>,
    delivery: Delivery,
    failed: Option<io::Error>,
}

impl Mail {
    fn write(&mut self, chunk: &[u8]) {
        tokio::task::block_in_place(|| {
            for recipient in self.recipients.iter_mut().filter(|one| one.failed.is_none()) {
                let delivery = &mut recipient.delivery;
                let trace = if self.begun { &[][..] } else { &self.trace };
                recipient.failed = delivery.write(trace).and_then(|()| delivery.write(chunk)).err();
            }
        });
        self.begun = true;
    }
}

impl Session {
    fn answer(&mut self, event: Event<'static>, smtp: &mut Connection) -> io::Result<()> {
        let reply = match event {
            Event::Command { command, reply } => match command {
                Command::Mail { from, .. } => {
                    self.mail = Mail { trace: trace(from.as_str()), ..Mail::default() };
                    reply
                }
                Command::Rcpt { to, .. } => self.recipient(&to).err().unwrap_or(reply),
                Command::Rset | Command::Ehlo(_) | Command::Helo(_) | Command::Lhlo(_) => {
                    self.mail = Mail::default();
                    reply
                }
                Command::Auth { mechanism, initial } => {
                    self.exchange = Exchange::begin(&self.server, mechanism.as_str());
                    self.step(initial.as_ref().map(|secret| secret.expose()), reply)
                }
                Command::AuthResponse(response) => self.step(Some(response.expose()), reply),
                _ => reply,
            },
            Event::Rejected { reply, .. } => {
                self.exchange = None;
                reply
            }
            Event::BodyEnd { replies, .. } => return self.deliver(replies, smtp),
            _ => return Ok(()),
        };
        smtp.respond(&reply).map_err(other)
    }

    fn step(&mut self, message: Option<&[u8]>, refusal: Reply<'static>) -> Reply<'static> {
        let next = self.exchange.as_mut().map_or(Next::Refuse, |exchange| exchange.step(message));
        if let Next::Challenge(challenge) = next {
            return Reply::challenge(&challenge);
        }
        self.exchange = None;
        match next {
            Next::Accept(_) => {
                Reply::new(235, "welcome").with_enhanced(EnhancedCode::AUTHENTICATED)
            }
            _ => refusal,
        }
    }

    /// Opens a file for a recipient; the answer if that cannot be.
    fn recipient(&mut self, to: &ForwardPath<'_>) -> Result<(), Reply<'static>> {
        let user = self.server.user(to);
        let nobody = || Reply::new(550, "no such user").with_enhanced(EnhancedCode::BAD_MAILBOX);
        let account = self.server.store.account(&user.ok_or_else(nobody)?);
        let mailbox = account.and_then(|account| account.mailbox("INBOX"));
        let mailbox = mailbox.map_err(|_| trouble())?;
        let delivery = Delivery::begin(&mailbox).map_err(|_| trouble())?;
        self.mail.recipients.push(Recipient { mailbox, delivery, failed: None });
        Ok(())
    }

    /// Puts the mail into the mailboxes. It is on disk when this is answered.
    fn deliver(&mut self, replies: usize, smtp: &mut Connection) -> io::Result<()> {
        let mut mail = std::mem::take(&mut self.mail);
        if !mail.begun {
            mail.write(b"");
        }
        let mut outcomes = mail.recipients.into_iter().map(|recipient| {
            let Recipient { mailbox, delivery, failed } = recipient;
            match failed {
                Some(error) => Err(error),
                None => delivery.commit(&[], None).map(|uid| (mailbox, uid)),
            }
        });
        let accepted = || Reply::new(250, "delivered").with_enhanced(EnhancedCode::MESSAGE_OK);
        if replies == 1 {
            // One answer for all: what one recipient cannot have the others do not get either, and
            // the client tries again.
            let mut delivered = Vec::new();
            let failed = outcomes.any(|outcome| outcome.map(|one| delivered.push(one)).is_err());
            if failed {
                for (mailbox, uid) in delivered {
                    let _ = mailbox.expunge(&[uid]);
                }
            }
            let reply = if failed { trouble() } else { accepted() };
            return smtp.respond(&reply).map_err(other);
        }
        for _ in 0..replies {
            let reply = match outcomes.next() {
                Some(Ok(_)) => accepted(),
                _ => trouble(),
            };
            smtp.respond(&reply).map_err(other)?;
        }
        Ok(())
    }
}

fn trouble() -> Reply<'static> {
    Reply::new(451, "the mail cannot be stored").with_enhanced(EnhancedCode::SYSTEM_TROUBLE)
}

/// The field that final delivery adds (RFC 5321, section 4.4).
fn trace(from: &str) -> Vec<u8> {
    format!("Return-Path: <{from}>\r\n").into_bytes()
}
