//! INPROGRESS, [RFC 9585](https://www.rfc-editor.org/rfc/rfc9585).

use crate::Str;
use crate::literal::Encoder;
use crate::own::own_struct;
use crate::syntax::{Cursor, Parsed};

/// How far a long command is.
///
/// ```abnf
/// "INPROGRESS" [SP "(" tag SP state ")"]
/// tag   = quoted / nil
/// state = (nil / number) SP (nil / nz-number)
/// ```
///
/// [RFC 9585, section 4](https://www.rfc-editor.org/rfc/rfc9585#section-4). The numbers of a server
/// may go back, and beyond the goal.
///
/// # Example
///
/// ```
/// use imap_proto::InProgress;
///
/// let half = InProgress { progress: Some(500), goal: Some(1000), ..InProgress::default() };
/// assert_eq!(half.percent(), Some(50));
/// assert_eq!(InProgress::default().percent(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InProgress<'a> {
    /// The tag of the command.
    pub tag: Option<Str<'a>>,
    /// What is done.
    pub progress: Option<u32>,
    /// What there is to do.
    pub goal: Option<u32>,
}

own_struct! { InProgress { tag, progress, goal } }

impl<'a> InProgress<'a> {
    /// How many of a hundred parts are done, at most 100; `None` if that is not known.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let done = u64::from(self.progress?) * 100;
        let percent = done.checked_div(u64::from(self.goal?))?.min(100);
        u8::try_from(percent).ok()
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.peek() != Some(b' ') {
            return Ok(Self::default());
        }
        c.sp()?;
        c.byte(b'(', "a list in parentheses")?;
        let tag = c.nstring()?;
        c.sp()?;
        let progress = nil_or_number(c)?;
        c.sp()?;
        let goal = nil_or_number(c)?;
        c.byte(b')', "a closing parenthesis")?;
        Ok(Self { tag, progress, goal })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        if *self == Self::default() {
            return;
        }
        e.raw(b" (");
        // A bracket would end the code.
        e.nstring(self.tag.as_ref().filter(|tag| !tag.as_bytes().contains(&b']')));
        for number in [self.progress, self.goal] {
            e.sp();
            match number {
                Some(n) => e.number(n),
                None => e.raw(b"NIL"),
            }
        }
        e.byte(b')');
    }
}

fn nil_or_number(c: &mut Cursor<'_>) -> Parsed<Option<u32>> {
    if matches!(c.peek(), Some(b'N' | b'n')) {
        return c.nil().map(|()| None);
    }
    c.number().map(Some)
}
