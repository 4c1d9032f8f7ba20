use core::fmt;

/// Where a session is.
///
/// ```text
/// Greeting --220--> Hello --250--> Ready --QUIT--> Quit --> Closed
///     |               ^  |           |
///   other         STARTTLS refused  421 at any time, end of the stream
///     +---------------|--+-----------+------------------------------> Closed
/// ```
///
/// [RFC 5321, section 4.1.4](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.4)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not greeted.
    Greeting,
    /// EHLO was said and has no answer.
    Hello,
    /// Commands may be sent.
    Ready,
    /// QUIT was sent.
    Quit,
    /// Over.
    Closed,
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Hello => "hello",
            Self::Ready => "ready",
            Self::Quit => "quit",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
