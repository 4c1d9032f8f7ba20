/// How much of everything a connection accepts.
///
/// # Example
///
/// ```
/// use pop3_proto::Limits;
///
/// let mut limits = Limits::default();
/// limits.login_attempts = 1;
/// assert_eq!(limits.command_sent, 255);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Unread input a connection holds before `wants_read` says no, in bytes. Default 64 KiB: four
    /// reads of the usual size. When bytes keep coming beyond it, the connection fails with
    /// [`Error::InputOverflow`](crate::Error::InputOverflow). Never less than the longest line
    /// allowed.
    pub input: usize,
    /// Longest line of an answer that a client accepts, in bytes with CRLF. Default 8192; RFC 2449,
    /// section 4 allows 512, servers with many SASL mechanisms send more. A longer one ends the
    /// connection with [`Error::LineTooLong`](crate::Error::LineTooLong).
    pub reply_line: usize,
    /// Longest command line that a server accepts, in bytes with CRLF. Default 4096; RFC 2449,
    /// section 4 asks for 255, clients send tokens in the initial response of AUTH beyond it. A
    /// longer one is skipped and rejected.
    pub command_line: usize,
    /// Longest command line that a client sends, in bytes with CRLF. Default 255 (RFC 2449,
    /// section 4). `send` refuses a longer one with
    /// [`SendError::Limit`](crate::SendError::Limit); an initial response of AUTH that does not fit
    /// is sent after the first challenge instead (RFC 5034, section 4).
    pub command_sent: usize,
    /// Longest line of a SASL exchange, both sides, in bytes with CRLF. Default 16 KiB, enough for
    /// a Kerberos ticket of 12 KiB; RFC 5034, section 4 sets no limit. A longer one is treated like
    /// a long line of its side.
    pub auth_line: usize,
    /// Lines of one SASL exchange that a server accepts, a count. Default 32; SCRAM needs 3. One
    /// more is rejected and ends the exchange.
    pub auth_rounds: usize,
    /// Bytes of a line that are skipped before the server gives up with
    /// [`Error::LineTooLong`](crate::Error::LineTooLong). Default 64 KiB.
    pub skipped_line: usize,
    /// Commands that a client holds, answered or not sent yet, a count. Default 1024. `send`
    /// refuses more with [`SendError::Limit`](crate::SendError::Limit).
    pub pipelined: usize,
    /// Bytes of commands in flight without an answer, if the server offers PIPELINING. Default 4096,
    /// less than any socket buffer, so that both sides can never wait for each other (RFC 2449,
    /// section 6.6). Further commands wait in the machine. One command is always let out.
    pub window: usize,
    /// Capabilities of one CAPA answer, a count. Default 256; servers announce about 10. More end
    /// the connection with [`Error::TooMany`](crate::Error::TooMany).
    pub capabilities: usize,
    /// Messages in a maildrop, a count. Default 10 million. A client that is sent a longer list
    /// fails with [`Error::TooMany`](crate::Error::TooMany); a server cannot open a larger maildrop.
    pub messages: usize,
    /// Rejected commands in one connection to a server, a count. Default 20, what mail servers use
    /// for hard errors. After one more the server answers and closes.
    pub bad_commands: usize,
    /// Failed logins in one connection to a server, a count. Default 3. After the last the server
    /// answers and closes.
    pub login_attempts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input: 64 * 1024,
            reply_line: 8192,
            command_line: 4096,
            command_sent: 255,
            auth_line: 16 * 1024,
            auth_rounds: 32,
            skipped_line: 64 * 1024,
            pipelined: 1024,
            window: 4096,
            capabilities: 256,
            messages: 10_000_000,
            bad_commands: 20,
            login_attempts: 3,
        }
    }
}

impl Limits {
    /// Unread input that is held: never less than a line.
    pub(crate) fn held_input(&self) -> usize {
        self.input.max(self.reply_line).max(self.command_line).max(self.auth_line)
    }
}
