/// How much of everything a connection accepts.
///
/// # Example
///
/// ```
/// use smtp_proto::Limits;
///
/// let mut limits = Limits::default();
/// limits.recipients = 10;
/// assert_eq!(limits.auth_line, 12288);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Unread input a connection holds before `wants_read` says no, in bytes. Default 64 KiB: four
    /// reads of the usual size. When bytes keep coming beyond it, the connection fails with
    /// [`Error::InputOverflow`](crate::Error::InputOverflow). Never less than the longest unit
    /// allowed.
    pub input: usize,
    /// Longest line of a reply that a client accepts, in bytes with CRLF. Default 8192; RFC 5321,
    /// section 4.5.3.1.5 allows 512, servers send more. A longer one ends the connection with
    /// [`Error::LineTooLong`](crate::Error::LineTooLong).
    pub reply_line: usize,
    /// Longest reply that a client accepts, in bytes, all lines together. Default 64 KiB. A longer
    /// one ends the connection with [`Error::TooMany`](crate::Error::TooMany).
    pub reply: usize,
    /// Longest command line that a server accepts, in bytes with CRLF. Default 4096; RFC 5321,
    /// section 4.5.3.1.4 asks for 512 and more with extensions: long addresses with DSN and AUTH
    /// parameters need about 3000. A longer one is skipped and rejected with 500 5.5.2.
    pub command_line: usize,
    /// Longest line of a SASL exchange, and longest AUTH command, in bytes with CRLF. Default
    /// 12288 (RFC 4954, section 4). A longer one is treated like a long line of its side.
    pub auth_line: usize,
    /// Lines of one SASL exchange that a server accepts, a count. Default 32; SCRAM needs 3. One
    /// more is rejected and ends the exchange.
    pub auth_rounds: usize,
    /// Bytes of a line that are skipped before the server gives up with
    /// [`Error::LineTooLong`](crate::Error::LineTooLong). Default 64 KiB.
    pub skipped_line: usize,
    /// Longest line of content after DATA, in bytes with CRLF, where
    /// [`server::Config::long_lines`](crate::server::Config::long_lines) asks for a limit. Default
    /// 1000 (RFC 5321, section 4.5.3.1.6).
    pub text_line: usize,
    /// Largest message that a server takes, in octets. Default 50 MiB, what large providers accept.
    /// A larger one is refused at MAIL where SIZE tells it, or else consumed to its end and
    /// rejected with 552 5.3.4.
    pub message: u64,
    /// Recipients of one mail, a count. Default 1000; RFC 5321, section 4.5.3.1.8 asks for 100. One
    /// more is rejected with 452 4.5.3, and the mail goes on without it. A client's `send` refuses
    /// more.
    pub recipients: usize,
    /// Recipients of one mail beyond that, a count. Default 1000, as Postfix has it. Each further one
    /// counts as a bad command.
    pub excess_recipients: usize,
    /// Commands that a client holds, answered or not sent yet, a count. Default 2048. `send`
    /// refuses more with [`SendError::Limit`](crate::SendError::Limit).
    pub pipelined: usize,
    /// Bytes of commands in flight without an answer, if the server offers PIPELINING. Default
    /// 4096, less than any socket buffer, so that both sides can never wait for each other (RFC
    /// 2920, section 3.1). Further commands wait in the machine. One command is always let out.
    pub window: usize,
    /// Rejected commands in one connection to a server, a count. Default 20, what mail servers use
    /// for hard errors. After one more the server answers 421 and closes.
    pub bad_commands: usize,
    /// Commands in one connection that bring no mail further: NOOP, RSET, VRFY, EXPN, HELP. A
    /// count, back to 0 with each mail. Default 100, as Postfix has it. After one more the server
    /// answers 421 and closes.
    pub junk_commands: usize,
    /// Failed logins in one connection to a server, a count. Default 3. After the last the server
    /// answers and closes.
    pub login_attempts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input: 64 * 1024,
            reply_line: 8192,
            reply: 64 * 1024,
            command_line: 4096,
            auth_line: 12288,
            auth_rounds: 32,
            skipped_line: 64 * 1024,
            text_line: 1000,
            message: 50 * 1024 * 1024,
            recipients: 1000,
            excess_recipients: 1000,
            pipelined: 2048,
            window: 4096,
            bad_commands: 20,
            junk_commands: 100,
            login_attempts: 3,
        }
    }
}

impl Limits {
    /// Unread input that is held: never less than a unit.
    pub(crate) fn held_input(&self) -> usize {
        self.input.max(self.reply).max(self.reply_line).max(self.command_line).max(self.auth_line)
    }
}
