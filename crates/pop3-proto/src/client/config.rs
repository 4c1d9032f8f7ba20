use crate::Limits;

/// How a client behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much of everything is accepted.
    pub limits: Limits,
    /// Whether credentials may be sent before TLS: USER, PASS, APOP (its MD5 gives a password away
    /// to whoever chooses the timestamp), and the SASL mechanisms PLAIN, LOGIN, XOAUTH2 and
    /// OAUTHBEARER. Default false. Servers on the same machine or in a trusted network need it.
    pub allow_plaintext_auth: bool,
    /// Whether a refused STLS ends the connection with
    /// [`Error::TlsRefused`](crate::Error::TlsRefused), and no login of any kind goes out before
    /// TLS. Default false.
    pub require_tls: bool,
    /// Whether the machine sends CAPA by itself after the greeting, after TLS and after login, so
    /// that it always knows what the server offers. Default true. A server that knows no CAPA
    /// answers `-ERR`, and nothing is lost.
    pub ask_capabilities: bool,
    /// Whether AUTH may carry an initial response. Default true. Exchange Online takes XOAUTH2 only
    /// after an empty challenge; turned off, the machine sends the initial response as the answer
    /// to that challenge.
    pub initial_response: bool,
    /// Whether commands may be sent that the server does not say it offers. Default false. Servers
    /// whose CAPA answer is not complete need it.
    pub probe: bool,
    /// Whether a [`Deviation`](crate::Deviation) of the server ends the connection. Default false.
    pub strict: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            allow_plaintext_auth: false,
            require_tls: false,
            ask_capabilities: true,
            initial_response: true,
            probe: false,
            strict: false,
        }
    }
}
