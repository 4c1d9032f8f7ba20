/// How much of everything a connection accepts.
///
/// # Example
///
/// ```
/// use imap_proto::Limits;
///
/// let mut limits = Limits::default();
/// limits.append = 10 * 1024 * 1024;
/// assert_eq!(limits.depth, 64);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Unread input a connection holds before `wants_read` says no, in bytes. Default 64 KiB: four
    /// reads of the usual size. When bytes keep coming beyond it, the connection fails with
    /// [`Error::InputOverflow`](crate::Error::InputOverflow).
    pub input: usize,
    /// Longest response a client accepts, in bytes, all lines and literals together without those
    /// that stream. Default 16 MiB: a SEARCH or VANISHED answer over a million messages fits. A
    /// longer one ends the connection with [`Error::LineTooLong`](crate::Error::LineTooLong).
    pub response: usize,
    /// Longest command a server accepts after login, in bytes, all lines and literals together
    /// without those that stream. Default 256 KiB; RFC 7162, section 4 asks for at least 8192. A
    /// longer one is answered with `BAD` and skipped.
    pub command: usize,
    /// The same before login. Default 16 KiB, enough for a Kerberos ticket of 12 KiB
    /// (RFC 4422, section 3.3 lets a profile choose).
    pub command_before_login: usize,
    /// Literals longer than this stream, in bytes, where the place allows it (the body items of
    /// FETCH, the message of APPEND): they arrive as `BodyChunk`s. Default 32 KiB. Shorter ones are
    /// part of their unit.
    pub literal_inline: usize,
    /// Largest message a server takes with APPEND or REPLACE, in bytes. Default 50 MiB, what large
    /// providers accept. A larger one is refused with `NO [TOOBIG]` before its first byte where the
    /// client waits, and skipped where it does not.
    pub append: u64,
    /// Deepest nesting of parentheses, search keys and body parts, in levels. Default 64; mail seen
    /// in practice stays below 20. A deeper value is malformed, alone.
    pub depth: usize,
    /// Commands in flight or in progress on one connection, a count. Default 256. A client's
    /// `send` is refused beyond it; a server reads on when one was answered.
    pub pipelined: usize,
    /// Capabilities that are remembered, a count. Default 512; busy servers announce about 60.
    /// Further ones are forgotten.
    pub capabilities: usize,
    /// Messages whose removal a server holds back while EXPUNGE may not be sent, a count. Default
    /// 100000. Beyond it the server's `respond` is refused.
    pub held_expunges: usize,
    /// Bytes of a tag. Default 128. A longer one is answered with an untagged `BAD`.
    pub tag: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input: 64 * 1024,
            response: 16 * 1024 * 1024,
            command: 256 * 1024,
            command_before_login: 16 * 1024,
            literal_inline: 32 * 1024,
            append: 50 * 1024 * 1024,
            depth: Self::DEPTH,
            pipelined: 256,
            capabilities: 512,
            held_expunges: 100_000,
            tag: 128,
        }
    }
}

impl Limits {
    /// The default of `depth`, for grammar functions that are used without a connection.
    pub(crate) const DEPTH: usize = 64;
}
