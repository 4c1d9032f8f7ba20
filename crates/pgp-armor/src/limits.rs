/// How much is held in memory before reading is given up.
///
/// # Example
///
/// ```
/// let mut limits = pgp_armor::Limits::default();
/// limits.headers = 8;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest line of a frame or of a header section, longest line of a quoted block, and longest
    /// run of spaces and tabs in a signed text, in bytes without the line end. A longer one is
    /// [`Error::LineTooLong`](crate::Error::LineTooLong); around blocks it is plain text. Lines of
    /// an unquoted body and of a signed text have no limit. Default 64 KiB, since RFC 9580,
    /// section 6.2.2, knows none and readers are known to take headers of that size.
    pub line: usize,
    /// Header lines of one block, as a count. One more is
    /// [`Error::TooManyHeaders`](crate::Error::TooManyHeaders). Default 64, as Bouncy Castle has it.
    pub headers: usize,
    /// Longest quote prefix before a block, in bytes. A longer one is plain text. Default 32.
    pub quote_prefix: usize,
    /// Bytes that a push decoder holds unread. More is
    /// [`Error::InputOverflow`](crate::Error::InputOverflow). Default 16 MiB; one line and one
    /// chunk must fit in.
    pub buffered_input: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { line: 64 << 10, headers: 64, quote_prefix: 32, buffered_input: 16 << 20 }
    }
}
