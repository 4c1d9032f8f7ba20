/// How much of a message is understood before the rest is only kept.
///
/// Beyond a limit nothing is lost and nothing fails: a [`Defect`](crate::Defect) says where, and
/// the bytes stay reachable as part of what encloses them. Only `buffered_input` is an error,
/// since it bounds the memory of the push scanner.
///
/// # Example
///
/// ```
/// let mut limits = mime::Limits::default();
/// limits.depth = 20;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Limits {
    /// Containers inside each other, in levels. A container beyond it is read as a leaf. Default
    /// 100, as Dovecot and CPython have it.
    pub depth: u16,
    /// Parts of a message, containers included, as a count. What follows stays in the body of the
    /// container whose part would have been one too many. Default 10,000, as Dovecot and
    /// mail-parser have it.
    pub parts: u32,
    /// Bytes of one header section. Fields beyond it are not listed; the section's range still
    /// covers them. Default 8 MiB (Dovecot allows 50 MB for a whole message).
    pub header_bytes: u32,
    /// Bytes of one header field with its line breaks. A longer one is cut there; the section's
    /// range covers the rest. Default 1 MiB, which is a `To` with 20,000 recipients.
    pub field_bytes: u32,
    /// Header fields of a whole message, as a count. Further ones are not listed. Default 100,000.
    pub fields: u32,
    /// Parameters (or sections of continued ones) read in one field, as a count. Further ones are
    /// ignored. Default 1,000.
    pub parameters: u16,
    /// Members read in one address list or list of message identifiers, as a count. Further ones
    /// are ignored. Default 100,000.
    pub members: u32,
    /// Levels of messages that are transfer-encoded inside messages, when they are decoded and
    /// read in turn. Default 3, as mail-parser has it.
    pub encoded_nesting: u8,
    /// Defects kept for one message, as a count. Further ones are dropped, the last kept one being
    /// [`DefectKind::TooManyDefects`](crate::DefectKind::TooManyDefects). Default 1,000.
    pub defects: u32,
    /// Bytes that the push scanner holds unread. More is [`Error::InputOverflow`](crate::Error).
    /// Default 16 MiB; `field_bytes` and one chunk must fit in.
    pub buffered_input: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 100,
            parts: 10_000,
            header_bytes: 8 << 20,
            field_bytes: 1 << 20,
            fields: 100_000,
            parameters: 1000,
            members: 100_000,
            encoded_nesting: 3,
            defects: 1000,
            buffered_input: 16 << 20,
        }
    }
}
