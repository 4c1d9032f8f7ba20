use crate::{HelloName, Host, Limits};

/// How a client behaves.
///
/// # Example
///
/// ```
/// use smtp_proto::Host;
/// use smtp_proto::client::Config;
///
/// let mut config = Config::new(Host::try_from("[192.0.2.1]")?);
/// config.require_tls = true;
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much of everything is accepted.
    pub limits: Limits,
    /// What the client calls itself: its name, or an address literal. Default `localhost`.
    pub name: HelloName<'static>,
    /// Whether the server speaks LMTP. Default false.
    pub lmtp: bool,
    /// Whether the SASL mechanisms PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER may be used before TLS.
    /// Default false. Servers on the same machine or in a trusted network need it.
    pub allow_plaintext_auth: bool,
    /// Whether a server that refuses STARTTLS or does not offer it ends the connection with
    /// [`Error::TlsRefused`](crate::Error::TlsRefused), and no mail and no login goes out before
    /// TLS. Default false.
    pub require_tls: bool,
    /// Whether AUTH may carry an initial response. Default true. Turned off, the machine sends it as
    /// the answer to the first challenge.
    pub initial_response: bool,
    /// Whether `send_mail` uses BDAT where it is offered and not needed. Default false: servers that
    /// offer it and fail are known. Binary content uses it in any case.
    pub prefer_chunking: bool,
    /// Whether a deviation of the server, which [`Event::Deviation`](super::Event::Deviation) tells
    /// otherwise, ends the connection with [`Error::Deviation`](crate::Error::Deviation). Default
    /// false.
    pub strict: bool,
    /// Whether commands go out in groups where PIPELINING is offered. Default true.
    pub pipelining: bool,
}

impl Config {
    /// A client of this name.
    #[must_use]
    pub fn new(name: Host<'_>) -> Self {
        Self { name: HelloName::from(name).into_owned(), ..Self::default() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            name: HelloName::checked("localhost"),
            lmtp: false,
            allow_plaintext_auth: false,
            require_tls: false,
            initial_response: true,
            prefer_chunking: false,
            strict: false,
            pipelining: true,
        }
    }
}
