use alloc::borrow::Cow;

use crate::{Limits, LiteralMode, Tag};

/// How a client's connection behaves.
///
/// # Example
///
/// ```
/// use imap_proto::Tag;
/// use imap_proto::client::Config;
///
/// let mut config = Config::default();
/// config.tag_prefix = Tag::try_from("x7-")?; // tags are x7-1, x7-2, ...
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much of everything is accepted.
    pub limits: Limits,
    /// What tags begin with; a number follows. Default `A`. A value of the caller's that nobody can
    /// guess keeps a third party from answering ahead of time.
    pub tag_prefix: Tag<'static>,
    /// Whether LOGIN and the mechanisms that show the password may be sent without TLS. Default no.
    pub allow_plaintext_auth: bool,
    /// How literals are announced; `None`, the default, goes by the server's capabilities.
    pub literals: Option<LiteralMode>,
    /// Whether what is tolerated by default, and tagged answers to no command, end the connection.
    /// Default no: most servers have a deviation or two, and the user wants the mail.
    pub strict: bool,
    /// Whether the connection is protected by TLS from the first byte on. Default no.
    pub tls: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tag_prefix: Tag::new(Cow::Borrowed("A")),
            allow_plaintext_auth: false,
            literals: None,
            strict: false,
            tls: false,
        }
    }
}
