use core::fmt;

/// What a peer does otherwise than the RFCs say, and what does not matter.
///
/// # Example
///
/// ```
/// use smtp_proto::DeviationKind;
///
/// assert_eq!(DeviationKind::EarlyTalker.to_string(), "a client that speaks before the greeting");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviationKind {
    /// The client sent something before the server's greeting
    /// ([RFC 5321, section 4.3.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.3.1)).
    EarlyTalker,
    /// The client did not wait for an answer where it must
    /// ([RFC 2920, section 3.1](https://www.rfc-editor.org/rfc/rfc2920#section-3.1)).
    UnauthorizedPipelining,
    /// A line of content is longer than a thousand octets, or what the limit says
    /// ([RFC 5321, section 4.5.3.1.6](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.6)).
    LongLine,
    /// A line of a reply ends with LF alone.
    BareLf,
    /// The code of a reply is followed by neither a space nor a hyphen.
    ReplySeparator,
    /// In TLS the server does not offer a SASL mechanism that it offered before: it is set up
    /// strangely, or somebody on the way put the mechanism there to get at a password.
    MechanismsTakenBack,
}

impl fmt::Display for DeviationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EarlyTalker => "a client that speaks before the greeting",
            Self::UnauthorizedPipelining => "commands before an answer that had to be waited for",
            Self::LongLine => "a line of content that is too long",
            Self::MechanismsTakenBack => "a SASL mechanism that is not offered in TLS any more",
            Self::BareLf => "a line that ends with LF alone",
            Self::ReplySeparator => "a reply without space or hyphen after its code",
        })
    }
}
