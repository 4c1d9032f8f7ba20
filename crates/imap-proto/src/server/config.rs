use crate::{Limits, LiteralMode};

/// How a server's connection behaves.
///
/// # Example
///
/// ```
/// use imap_proto::server::Config;
///
/// let mut config = Config::default();
/// config.limits.append = 10 * 1024 * 1024;
/// config.allow_plaintext_auth = true; // a test on one machine
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much of everything is accepted.
    pub limits: Limits,
    /// Whether LOGIN and the mechanisms that show the password are let through without TLS. Default
    /// no: they are rejected with `NO [PRIVACYREQUIRED]`.
    pub allow_plaintext_auth: bool,
    /// Which literals may come without waiting: what was announced as `LITERAL+` (the default) or
    /// `LITERAL-`, or neither.
    pub literals: LiteralMode,
    /// Whether the caller decides about each literal that waits to be asked for, not only about
    /// messages. Default no: what is within the limits is asked for.
    pub ask_about_literals: bool,
    /// Whether what is tolerated by default is rejected: extra spaces, a line that ends with LF
    /// alone. Default no: some clients, and people with a terminal, send such lines.
    pub strict: bool,
    /// Whether the connection is protected by TLS from the first byte on. Default no.
    pub tls: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            allow_plaintext_auth: false,
            literals: LiteralMode::NonSynchronizing,
            ask_about_literals: false,
            strict: false,
            tls: false,
        }
    }
}
