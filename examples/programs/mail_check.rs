//! How many messages wait: many POP3 accounts at the same time, in one thread, on mio.

use std::collections::VecDeque;
use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use mail_examples::client::Security;
use mail_examples::drive::readiness::{Turn, turn};
use mail_examples::tls;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use pop3_proto::client::{Config, Connection, Event};
use pop3_proto::{Command, DropListing, Name, Password};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// Says how many messages wait in POP3 accounts, and how large they are.
///
/// All accounts are asked at the same time, in one thread. Nothing is downloaded and nothing changes.
///
/// The file has one account on each line: a name for it, the protection (tls, starttls or none), host,
/// port, user and password, with spaces between them. A line that begins with # says nothing.
/// It should be readable by nobody else.
///
/// The status is 1 if an account could not be asked.
#[derive(Parser)]
#[command(name = "mail_check", version)]
struct Arguments {
    /// The file of accounts
    accounts: PathBuf,
    /// Trust the certificates of this PEM file, and not those of the system
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// How many accounts are asked at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    at_once: u16,
    /// Give an account up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mail_check: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One line of the file.
#[derive(Clone)]
struct Account {
    name: String,
    security: Security,
    host: String,
    port: u16,
    user: Name<'static>,
    password: Password<'static>,
}

fn accounts(path: &Path) -> io::Result<VecDeque<Account>> {
    let text = fs::read_to_string(path).map_err(|e| named(path.display(), &e))?;
    let mut all = VecDeque::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let account = account(line).ok_or_else(|| {
            io::Error::other(format!(
                "{}:{}: not `name tls|starttls|none host port user password`",
                path.display(),
                number + 1
            ))
        });
        all.push_back(account?);
    }
    Ok(all)
}

fn account(line: &str) -> Option<Account> {
    let mut words = line.splitn(6, char::is_whitespace);
    Some(Account {
        name: words.next()?.to_owned(),
        security: match words.next()? {
            "tls" => Security::Tls,
            "starttls" => Security::StartTls,
            "none" => Security::None,
            _ => return None,
        },
        host: words.next()?.to_owned(),
        port: words.next()?.parse().ok()?,
        user: Name::try_from(words.next()?).ok()?.into_owned(),
        password: Password::try_from(words.next()?).ok()?.into_owned(),
    })
}

fn run(arguments: &Arguments) -> io::Result<bool> {
    let mut waiting = accounts(&arguments.accounts)?;
    let width = waiting.iter().map(|account| account.name.len()).max().unwrap_or(0);
    let tls = tls::client_config(tls::trusted(&arguments.ca)?)?;
    let patience = Duration::from_secs(arguments.timeout);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    // The place in the list is the token.
    let mut sessions: Vec<Option<Session>> = Vec::new();
    sessions.resize_with(usize::from(arguments.at_once), || None);
    let mut buffer = vec![0; 16 << 10];
    let mut all_well = true;
    let mut report = |account: &Account, found: io::Result<DropListing>| match found {
        Ok(found) => println!("{:width$} {:>7} {:>12}", account.name, found.messages, found.octets),
        Err(error) => {
            all_well = false;
            eprintln!("{:width$} {error}", account.name);
        }
    };
    loop {
        for (token, place) in sessions.iter_mut().enumerate().filter(|(_, one)| one.is_none()) {
            let Some(account) = waiting.pop_front() else { break };
            match Session::begin(account.clone(), &tls, &poll, Token(token), patience) {
                Ok(session) => *place = Some(session),
                Err(error) => report(&account, Err(error)),
            }
        }
        let Some(next) = sessions.iter().flatten().map(|session| session.deadline).min() else {
            if waiting.is_empty() {
                return Ok(all_well);
            }
            continue;
        };
        poll.poll(&mut events, Some(next.saturating_duration_since(Instant::now())))?;
        let now = Instant::now();
        let late = sessions.iter().enumerate().filter_map(|(token, session)| {
            session.as_ref().filter(|session| session.deadline <= now).map(|_| token)
        });
        let ready = events.iter().map(|event| event.token().0);
        for token in ready.chain(late).collect::<Vec<_>>() {
            let Some(Some(session)) = sessions.get_mut(token) else { continue };
            let found = match session.go_on(&mut buffer) {
                Ok(None) if session.deadline <= now => Err(io::ErrorKind::TimedOut.into()),
                Ok(None) => continue,
                Ok(Some(found)) => Ok(found),
                Err(error) => Err(error),
            };
            report(&session.account, found);
            sessions[token] = None;
        }
    }
}

/// One account that is being asked.
struct Session {
    account: Account,
    tls: Arc<ClientConfig>,
    pop: Connection,
    stream: Stream,
    deadline: Instant,
    found: Option<DropListing>,
}

impl Session {
    fn begin(
        account: Account,
        tls: &Arc<ClientConfig>,
        poll: &Poll,
        token: Token,
        patience: Duration,
    ) -> io::Result<Self> {
        let mut addresses = (account.host.as_str(), account.port).to_socket_addrs()?;
        let address = addresses.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mut tcp = TcpStream::connect(address)?;
        poll.registry().register(&mut tcp, token, Interest::READABLE | Interest::WRITABLE)?;
        let mut config = Config::default();
        config.allow_plaintext_auth = account.security == Security::None;
        config.require_tls = account.security != Security::None;
        let mut session = Self {
            pop: Connection::new(config),
            stream: Stream::Plain(tcp),
            tls: Arc::clone(tls),
            deadline: Instant::now() + patience,
            found: None,
            account,
        };
        if session.account.security == Security::Tls {
            session.start_tls()?;
        }
        Ok(session)
    }

    fn start_tls(&mut self) -> io::Result<()> {
        let name = ServerName::try_from(self.account.host.clone()).map_err(io::Error::other)?;
        let tls = ClientConnection::new(Arc::clone(&self.tls), name).map_err(io::Error::other)?;
        if let Stream::Plain(tcp) = std::mem::replace(&mut self.stream, Stream::Broken) {
            self.stream = Stream::Tls(Box::new(StreamOwned::new(tls, tcp)));
        }
        self.pop.tls_started().map_err(io::Error::other)
    }

    fn ask(&mut self) -> io::Result<()> {
        let (user, password) = (self.account.user.clone(), self.account.password.clone());
        let commands = [Command::User(user), Command::Pass(password), Command::Stat, Command::Quit];
        for command in commands {
            self.pop.send(&command).map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Does what can be done without waiting.
    fn go_on(&mut self, buffer: &mut [u8]) -> io::Result<Option<DropListing>> {
        loop {
            while let Some(event) = self.pop.poll_event().map_err(io::Error::other)? {
                match event {
                    Event::Greeting { reply, .. } | Event::Reply { reply, .. }
                        if !reply.is_ok() =>
                    {
                        let said = reply.message();
                        return Err(io::Error::other(format!("the server refused: {said}")));
                    }
                    Event::Greeting { .. } if self.account.security == Security::StartTls => {
                        self.pop.send(&Command::Stls).map_err(io::Error::other)?;
                    }
                    Event::Greeting { .. } => self.ask()?,
                    Event::StartTls => {
                        self.start_tls()?;
                        self.ask()?;
                    }
                    Event::Stat { listing, .. } => self.found = Some(listing),
                    Event::Closed => {
                        let early = || io::Error::from(io::ErrorKind::UnexpectedEof);
                        return self.found.map(Some).ok_or_else(early);
                    }
                    _ => {}
                }
            }
            match turn(&mut self.pop, &mut self.stream, buffer) {
                Ok(Turn::Done) => {}
                Ok(Turn::NotReady) => return Ok(None),
                Ok(Turn::Idle) => return Err(io::ErrorKind::UnexpectedEof.into()),
                // The connection is not there yet.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

/// A stream that does not block, in the clear or in TLS.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    /// An upgrade failed.
    Broken,
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buf),
            Self::Tls(tls) => tls.read(buf),
            Self::Broken => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write(buf),
            Self::Tls(tls) => tls.write(buf),
            Self::Broken => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush(),
            Self::Tls(tls) => tls.flush(),
            Self::Broken => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

fn named(what: impl Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
