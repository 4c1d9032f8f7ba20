//! A mail server: SMTP, LMTP, POP3 and IMAP over one [`Store`], on tokio.
//!
//! Each connection is a task with a machine of its own; what they share is the store and the users.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use smtp_proto::ForwardPath;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::SansIo;
use crate::drive::tokio::turn;
use crate::maildir::Store;
use crate::sasl;
use crate::stream::Stream;
use crate::tls::Identity;
use crate::users::Users;

mod auth;
mod imap;
mod pop3;
mod smtp;

/// What a port speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Mail for the users of this server.
    Smtp,
    /// The same, after AUTH.
    Submission,
    /// The same, with an answer for each recipient.
    Lmtp,
    /// The maildrop is the INBOX.
    Pop3,
    /// All mailboxes.
    Imap,
}

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name, for greetings.
    pub domain: String,
    /// Whether passwords are taken without TLS.
    pub allow_plaintext_auth: bool,
    /// The largest message, in bytes.
    pub max_message: u64,
    /// How many connections there are at the same time; more wait.
    pub max_connections: usize,
    /// How long a client may say nothing; less than the time that the standards grant, if it is.
    pub max_idle: Duration,
    /// Whether CRAM-MD5 and APOP are offered, to users whose password is kept as it is.
    pub shared_secrets: bool,
    /// Whether failed connections are told of on standard error.
    pub verbose: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            domain: "localhost".to_owned(),
            allow_plaintext_auth: false,
            max_message: 50 << 20,
            max_connections: 500,
            max_idle: Duration::from_secs(3600),
            shared_secrets: false,
            verbose: false,
        }
    }
}

/// A mail server.
pub struct Server {
    settings: Settings,
    store: Store,
    users: Arc<Users>,
    tls: Option<TlsAcceptor>,
    connections: Arc<Semaphore>,
    /// Users whose maildrop is open; there is one POP3 session at a time for each.
    maildrops: Mutex<HashSet<String>>,
}

impl Server {
    /// A server that serves nothing yet.
    ///
    /// # Errors
    ///
    /// If the key does not belong to the certificate.
    pub fn new(
        settings: Settings,
        store: Store,
        users: Users,
        identity: Option<&Identity>,
    ) -> io::Result<Arc<Self>> {
        let config = identity.map(Identity::server_config).transpose()?;
        Ok(Arc::new(Self {
            connections: Arc::new(Semaphore::new(settings.max_connections.max(1))),
            settings,
            store,
            users: Arc::new(users),
            tls: config.map(TlsAcceptor::from),
            maildrops: Mutex::default(),
        }))
    }

    /// Serves all that connect to a port, as long as the future is polled.
    ///
    /// # Errors
    ///
    /// If the listener fails for good.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        protocol: Protocol,
        implicit_tls: bool,
    ) -> io::Result<()> {
        loop {
            let tcp = match listener.accept().await {
                Ok((tcp, _)) => tcp,
                // Too many open files, or a peer that went away at once: others go on.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            // One connection waits here if there are too many; those behind it in the system.
            let connection = Arc::clone(&self.connections).acquire_owned().await;
            let permit = connection.map_err(io::Error::other)?;
            let server = Arc::clone(&self);
            tokio::spawn(async move {
                let _permit = permit;
                let verbose = server.settings.verbose;
                if let Err(error) = server.connection(tcp, protocol, implicit_tls).await
                    && verbose
                {
                    eprintln!("{protocol:?}: {error}");
                }
            });
        }
    }

    async fn connection(
        self: Arc<Self>,
        tcp: TcpStream,
        protocol: Protocol,
        implicit_tls: bool,
    ) -> io::Result<()> {
        tcp.set_nodelay(true)?;
        let mut stream = Stream::Plain(tcp);
        if implicit_tls {
            let handshake = stream.start_tls(self.tls.as_ref());
            tokio::time::timeout(Duration::from_secs(60), handshake).await??;
        }
        match protocol {
            Protocol::Smtp | Protocol::Submission | Protocol::Lmtp => {
                smtp::serve(self, stream, protocol, implicit_tls).await
            }
            Protocol::Pop3 => pop3::serve(self, stream, implicit_tls).await,
            Protocol::Imap => imap::serve(self, stream, implicit_tls).await,
        }
    }

    /// The SASL mechanisms that are offered, best first.
    fn mechanisms(&self) -> Vec<&'static str> {
        let shared = self.settings.shared_secrets.then_some(sasl::Server::SHARED_SECRET);
        sasl::Server::mechanisms().iter().copied().chain(shared).collect()
    }

    /// The user whose mailbox an address is: the local part is the name.
    fn user(&self, address: &ForwardPath<'_>) -> Option<String> {
        let name = match address.mailbox() {
            Some(mailbox) => mailbox.unquoted().to_lowercase(),
            None => "postmaster".to_owned(),
        };
        self.users.contains(&name).then_some(name)
    }

    /// Locks the maildrop of a user, unless somebody else has it.
    fn lock_maildrop(self: &Arc<Self>, user: &str) -> Option<MaildropLock> {
        let mut locked = self.maildrops.lock().unwrap_or_else(PoisonError::into_inner);
        locked
            .insert(user.to_owned())
            .then(|| MaildropLock { server: Arc::clone(self), user: user.to_owned() })
    }
}

/// The maildrop of a user, for one session.
struct MaildropLock {
    server: Arc<Server>,
    user: String,
}

impl Drop for MaildropLock {
    fn drop(&mut self) {
        let mut locked = self.server.maildrops.lock().unwrap_or_else(PoisonError::into_inner);
        locked.remove(&self.user);
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

/// One I/O operation, within the time that the machine's state has. `false` if there is nothing to
/// do.
async fn turn_in_time<C: SansIo>(
    server: &Server,
    machine: &mut C,
    stream: &mut Stream,
    buf: &mut [u8],
) -> io::Result<bool> {
    let limit = machine.timeout().unwrap_or(Duration::MAX).min(server.settings.max_idle);
    tokio::time::timeout(limit, turn(machine, stream, buf)).await?
}

/// Writes until little is queued: back-pressure for those who make long answers.
async fn drain<C: SansIo>(
    server: &Server,
    machine: &mut C,
    stream: &mut Stream,
    buf: &mut [u8],
    keep: usize,
) -> io::Result<()> {
    while machine.queued() > keep && turn_in_time(server, machine, stream, buf).await? {}
    Ok(())
}
