//! Client sessions that are ready to use: SMTP and POP3 over blocking streams, IMAP on tokio.
//!
//! The machines of the protocol crates know what may be said when; these sessions say it over real
//! connections, and know how to log in.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

pub mod imap;
pub mod pop3;
pub mod smtp;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not at all: for tests on one machine.
    None,
    /// By TLS, after STARTTLS or STLS; it must be offered.
    StartTls,
    /// By TLS from the first byte on.
    Tls,
}

/// A server to connect to.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name, which the certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Which certificates are trusted.
    pub tls: Arc<ClientConfig>,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We.
    Client,
    /// The server.
    Server,
}

/// Is told what goes over the wire, a line at a time, without secrets and without bodies.
pub type Log = Box<dyn FnMut(Side, &str) + Send>;

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(30);

impl Target {
    /// Connects.
    fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "no address");
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(tcp) => {
                    tcp.set_nodelay(true)?;
                    return Ok(tcp);
                }
                Err(error) => last = error,
            }
        }
        let place = format!("{}:{}: {last}", self.host, self.port);
        Err(io::Error::new(last.kind(), place))
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection")
}

/// Tells the log what `write` writes, if anything.
fn tell(log: &mut Option<Log>, side: Side, write: impl FnOnce(&mut Vec<u8>)) {
    if let Some(log) = log {
        let mut wire = Vec::new();
        write(&mut wire);
        if !wire.is_empty() {
            log(side, &line(&wire));
        }
    }
}

/// The first line of what goes over the wire, for a log.
fn line(wire: &[u8]) -> String {
    const LONGEST: usize = 100;
    let end = wire.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(wire.len());
    let text = String::from_utf8_lossy(wire.get(..end).unwrap_or_default());
    let mut short: String = text.chars().take(LONGEST).filter(|c| !c.is_control()).collect();
    if text.chars().count() > LONGEST || end + 2 < wire.len() {
        short.push_str(" ...");
    }
    short
}
