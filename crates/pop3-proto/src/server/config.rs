use crate::{Capabilities, Capability, Limits};

/// How a server behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much of everything is accepted.
    pub limits: Limits,
    /// What the server offers. A command whose capability is missing here is rejected. Default:
    /// TOP, USER, RESP-CODES, AUTH-RESP-CODE, PIPELINING, UIDL.
    ///
    /// The machine tells each client what holds for it: STLS only before TLS and login, and USER
    /// and the SASL mechanisms that show the password only where they are allowed.
    pub capabilities: Capabilities<'static>,
    /// Whether credentials may come before TLS: USER, PASS, APOP, and the SASL mechanisms PLAIN,
    /// LOGIN, XOAUTH2 and OAUTHBEARER. Default false. Servers in a trusted network need it.
    pub allow_plaintext_auth: bool,
    /// Whether a LF alone ends a command. Default false: it is rejected. People who type into a raw
    /// connection need it.
    pub accept_bare_lf: bool,
    /// Whether LAST is answered. Default false; clients older than RFC 1725 need it.
    pub last: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            capabilities: [
                Capability::Top,
                Capability::User,
                Capability::RespCodes,
                Capability::AuthRespCode,
                Capability::Pipelining,
                Capability::Uidl,
            ]
            .into_iter()
            .collect(),
            allow_plaintext_auth: false,
            accept_bare_lf: false,
            last: false,
        }
    }
}
