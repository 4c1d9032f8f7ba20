use core::fmt;

/// Where a session is.
///
/// ```text
/// Greeting --220--> Hello --EHLO--> Ready --MAIL--> Mail --RCPT--> Rcpt --DATA, BDAT--> Data
///                     ^               ^  ^           |              |                     |
///                  STARTTLS           |  +--- RSET --+--------------+---- answers --------+
///                                     +--- AUTH ends --- Auth <-- AUTH --- Ready
/// Greeting --4xx, 5xx but 421--> Refused --QUIT--> Closed
/// any --QUIT, 421, end of the stream--> Closed
/// ```
///
/// [RFC 5321, section 4.1.4](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.4)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The caller has not greeted.
    Greeting,
    /// The caller greeted with a refusal: only QUIT is possible
    /// ([RFC 5321, section 3.1](https://www.rfc-editor.org/rfc/rfc5321#section-3.1)).
    Refused,
    /// The client has not said who it is.
    Hello,
    /// A mail may begin.
    Ready,
    /// A mail has begun and has no recipients.
    Mail,
    /// A mail has recipients.
    Rcpt,
    /// Content is coming, or has come and is not answered.
    Data,
    /// A SASL exchange is under way.
    Auth,
    /// Over.
    Closed,
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Refused => "refused",
            Self::Hello => "hello",
            Self::Ready => "ready",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Auth => "auth",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
