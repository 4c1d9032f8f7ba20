//! What every client program can be told: the server, how it is reached, who logs in.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::client::{Log, Security, Side, Target};
use crate::tls;

/// Names the environment variable that a password is taken from.
pub const PASSWORD_VARIABLE: &str = "MAIL_PASSWORD";

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Protection {
    /// TLS from the first byte on
    Tls,
    /// TLS after STARTTLS or STLS, which must be offered
    Starttls,
    /// None: for tests on one machine
    None,
}

/// Options about the server.
#[derive(Args, Clone, Debug)]
pub struct ServerOptions {
    /// The server: a host, or host:port
    #[arg(long, short, value_name = "HOST[:PORT]")]
    pub server: String,
    /// How the connection is protected
    #[arg(long, value_enum, default_value = "tls")]
    pub protection: Protection,
    /// Trust the certificates of this PEM file, and not those of the system
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,
    /// Print what goes over the wire on standard error, without secrets
    #[arg(long)]
    pub trace: bool,
}

/// Options about who logs in.
#[derive(Args, Clone, Debug)]
pub struct LoginOptions {
    /// Who logs in
    #[arg(long, short, value_name = "NAME")]
    pub user: Option<String>,
    /// The first line of this file is the password; without it $MAIL_PASSWORD is, or it is asked for
    #[arg(long, value_name = "FILE", requires = "user")]
    pub password_file: Option<PathBuf>,
}

impl ServerOptions {
    /// The server to connect to. The ports are those for TLS and for anything else.
    ///
    /// # Errors
    ///
    /// If the port is none, or a file of certificates cannot be read.
    pub fn target(&self, tls_port: u16, other_port: u16) -> io::Result<Target> {
        let (host, port) = match self.server.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            Some((host, rest)) => (host, rest.strip_prefix(':')),
            // More than one colon: an IPv6 address without a port.
            None => match self.server.split_once(':').filter(|(_, port)| !port.contains(':')) {
                Some((host, port)) => (host, Some(port)),
                None => (self.server.as_str(), None),
            },
        };
        let port = match port.map(str::parse) {
            Some(Ok(port)) => port,
            Some(Err(_)) => {
                let what = format!("{}: the port is no number below 65536", self.server);
                return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
            }
            None if self.protection == Protection::Tls => tls_port,
            None => other_port,
        };
        let security = match self.protection {
            Protection::Tls => Security::Tls,
            Protection::Starttls => Security::StartTls,
            Protection::None => Security::None,
        };
        let tls = tls::client_config(tls::trusted(&self.ca)?)?;
        Ok(Target { host: host.to_owned(), port, security, tls })
    }

    /// The log, if one is wanted.
    #[must_use]
    pub fn log(&self) -> Option<Log> {
        self.trace.then(|| -> Log {
            Box::new(|side, line| match side {
                Side::Client => eprintln!("C: {line}"),
                Side::Server => eprintln!("S: {line}"),
            })
        })
    }
}

impl LoginOptions {
    /// Name and password, if there is a name.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or there is nobody to ask.
    pub fn credentials(&self) -> io::Result<Option<(String, String)>> {
        let Some(user) = &self.user else { return Ok(None) };
        let password = if let Some(path) = &self.password_file {
            let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
            let text = std::fs::read_to_string(path).map_err(named)?;
            text.lines().next().unwrap_or_default().to_owned()
        } else if let Ok(password) = std::env::var(PASSWORD_VARIABLE) {
            password
        } else if io::stdin().is_terminal() {
            rpassword::prompt_password(format!("Password of {user}: "))?
        } else {
            let what = format!("no password: use --password-file or ${PASSWORD_VARIABLE}");
            return Err(io::Error::other(what));
        };
        Ok(Some((user.clone(), password)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers() {
        let target = |server: &str, protection| {
            let options = ServerOptions {
                server: server.to_owned(),
                protection,
                ca: Vec::new(),
                trace: false,
            };
            options.target(993, 143).map(|target| (target.host, target.port)).ok()
        };
        let is = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(target("mx.example", Protection::Tls), is("mx.example", 993));
        assert_eq!(target("mx.example", Protection::Starttls), is("mx.example", 143));
        assert_eq!(target("mx.example:7", Protection::None), is("mx.example", 7));
        assert_eq!(target("::1", Protection::Tls), is("::1", 993));
        assert_eq!(target("[::1]:9", Protection::Tls), is("::1", 9));
        assert_eq!(target("mx.example:imap", Protection::Tls), None);
    }
}
