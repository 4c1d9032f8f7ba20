//! UIDBATCHES.

use crate::literal::Encoder;
use crate::own::own_struct;
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{SequenceSet, Str};

/// The UIDs of a mailbox in batches of about the same size, the newest first.
///
/// ```abnf
/// uidbatches-response = "UIDBATCHES" search-correlator [SP uid-range *("," uid-range)]
/// ```
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let unit = b"* UIDBATCHES (TAG \"A143\") 215295:99695,99696:20350\r\n";
/// let Response::UidBatches(batches) = Response::parse(unit)? else { panic!() };
/// assert_eq!(batches.ranges.map(|set| set.ranges().count()), Some(2));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UidBatches<'a> {
    /// The tag of the command.
    pub tag: Str<'a>,
    /// One range for each batch, the higher UID first; `None` if there are none.
    pub ranges: Option<SequenceSet<'a>>,
}

own_struct! { UidBatches { tag, ranges } }

impl<'a> UidBatches<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        c.byte(b'(', "the tag of a command in parentheses")?;
        if !c.take(ATOM).eq_ignore_ascii_case(b"TAG") {
            return c.error("TAG");
        }
        c.sp()?;
        let tag = c.astring()?;
        c.byte(b')', "a closing parenthesis")?;
        let mut ranges = None;
        if c.eat(b' ') && !c.at_end() {
            ranges = Some(SequenceSet::read(c)?);
        }
        Ok(Self { tag, ranges })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.raw(b" (TAG ");
        e.string(&self.tag);
        e.byte(b')');
        if let Some(ranges) = &self.ranges {
            e.sp();
            ranges.write(e);
        }
    }
}
