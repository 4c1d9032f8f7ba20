use core::fmt;

/// Where a session is, in the words of RFC 1939.
///
/// ```text
/// Greeting --+OK--> Authorization --login--> Transaction --QUIT--> Update --answer--> Closed
///     |                   |
///     +-------QUIT--------+------------------------------------------------> Closed
/// ```
///
/// [RFC 1939, section 3](https://www.rfc-editor.org/rfc/rfc1939#page-3)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not greeted.
    Greeting,
    /// Nobody is logged in.
    Authorization,
    /// The maildrop is open.
    Transaction,
    /// QUIT was sent; the server removes what is marked.
    Update,
    /// Over.
    Closed,
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Authorization => "authorization",
            Self::Transaction => "transaction",
            Self::Update => "update",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
