use crate::{Capabilities, Capability, Host, Limits};

/// What is done about line ends in content after DATA that are not CR LF.
///
/// In neither case does anything but CR LF `.` CR LF end the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// A CR or LF alone, or a NUL: the mail is rejected.
    #[default]
    Strict,
    /// A LF alone becomes CR LF; a CR alone and a NUL are content. Programs on the same machine
    /// that send LF need it.
    Compat,
}

/// What is done about lines of content after DATA that are longer than
/// [`Limits::text_line`](crate::Limits::text_line).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LongLines {
    /// Nothing: they are content. Many programs send them, and most servers take them.
    #[default]
    Accept,
    /// They are content, and the end of it is preceded by a
    /// [`Deviation`](crate::DeviationKind::LongLine).
    Report,
    /// The mail is rejected at its end.
    Reject,
}

/// How a server behaves.
///
/// # Example
///
/// ```
/// use smtp_proto::server::Config;
/// use smtp_proto::{Capability, Host};
///
/// let mut config = Config::new(Host::try_from("mail.example.org")?);
/// config.capabilities.push(Capability::StartTls);
/// config.capabilities.push(Capability::auth(&["SCRAM-SHA-256", "PLAIN"])?);
/// config.require_auth = true;
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much of everything is accepted.
    pub limits: Limits,
    /// The name of the server. Default `localhost`.
    pub name: Host<'static>,
    /// Whether a header of the PROXY protocol comes before everything else. Default false: whoever may
    /// send one may claim any address, so only servers that nobody but a proxy can reach need it. Where TLS is implicit the header
    /// comes before TLS: read it with [`proxy::Header`](crate::proxy::Header), without this machine.
    pub proxy: bool,
    /// What the server offers. What is not here is rejected. Default: PIPELINING, SIZE, 8BITMIME,
    /// SMTPUTF8, CHUNKING, DSN, ENHANCEDSTATUSCODES.
    ///
    /// The machine tells each client what holds for it: STARTTLS only before TLS, and the SASL
    /// mechanisms that show the password only where they are allowed. `SIZE` tells
    /// `limits.message`.
    pub capabilities: Capabilities<'static>,
    /// Whether the protocol is LMTP. Default false.
    pub lmtp: bool,
    /// Whether the SASL mechanisms PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER may be used before TLS.
    /// Default false. Servers in a trusted network need it.
    pub allow_plaintext_auth: bool,
    /// Whether mail is taken only after AUTH, as submission has it
    /// ([RFC 6409, section 4.3](https://www.rfc-editor.org/rfc/rfc6409#section-4.3)). Default false.
    pub require_auth: bool,
    /// Whether mail is taken only in TLS. Default false.
    pub require_tls: bool,
    /// What is done about line ends in content that are not CR LF.
    pub line_ends: LineEnds,
    /// What is done about long lines in content. Default: nothing.
    pub long_lines: LongLines,
    /// Whether a LF alone ends a command. Default false: it is rejected. People who type into a raw
    /// connection need it.
    pub accept_bare_lf: bool,
    /// Whether parameters of MAIL and RCPT that this crate does not know reach the application.
    /// Default false: they are rejected with 555.
    pub accept_unknown_parameters: bool,
}

impl Config {
    /// A server of this name.
    #[must_use]
    pub fn new(name: Host<'_>) -> Self {
        Self { name: name.into_owned(), ..Self::default() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            name: Host::checked("localhost"),
            proxy: false,
            capabilities: [
                Capability::Pipelining,
                Capability::Size(None),
                Capability::EightBitMime,
                Capability::SmtpUtf8,
                Capability::Chunking,
                Capability::Dsn,
                Capability::EnhancedStatusCodes,
            ]
            .into_iter()
            .collect(),
            lmtp: false,
            allow_plaintext_auth: false,
            require_auth: false,
            require_tls: false,
            line_ends: LineEnds::Strict,
            long_lines: LongLines::Accept,
            accept_bare_lf: false,
            accept_unknown_parameters: false,
        }
    }
}
