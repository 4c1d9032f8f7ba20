//! THREAD, [RFC 5256](https://www.rfc-editor.org/rfc/rfc5256).

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::own_plain;
use crate::syntax::{Cursor, Parsed};

/// The answer to THREAD: messages, each below the one that it answers.
///
/// The messages stand in one list in the server's order, each with the index of the one above it, so
/// threads of any depth are read and dropped without recursion.
///
/// ```abnf
/// thread-data    = "THREAD" [SP 1*thread-list]
/// thread-list    = "(" (thread-members / thread-nested) ")"
/// thread-members = nz-number *(SP nz-number) [SP thread-nested]
/// thread-nested  = 2*thread-list
/// ```
///
/// [RFC 5256, section 5](https://www.rfc-editor.org/rfc/rfc5256#section-5)
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let unit = b"* THREAD (2)(3 6 (4 23)(44 7 96))\r\n";
/// let Response::Thread(threads) = Response::parse(unit)? else { panic!() };
/// assert_eq!(threads.roots().count(), 2);
/// let six = &threads.messages()[2];
/// assert_eq!((six.number, six.parent), (Some(6), Some(1)));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Threads {
    messages: Vec<ThreadMessage>,
}

/// One message of [`Threads`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ThreadMessage {
    /// Its sequence number or UID; `None` if the message that belongs here is missing.
    pub number: Option<u32>,
    /// The index of the message above; `None` if a thread begins here.
    pub parent: Option<usize>,
}

own_plain!(Threads);

impl Threads {
    /// No threads.
    #[must_use]
    pub const fn new() -> Self {
        Self { messages: Vec::new() }
    }

    /// Adds a message below another, or at the beginning of a thread, and gives back its index.
    ///
    /// The messages below one must be added before the next message beside it: a parent that is not
    /// the last message or above it begins a thread instead, as one that is not there does.
    pub fn push(&mut self, number: Option<u32>, parent: Option<usize>) -> usize {
        let index = self.messages.len();
        let parent = parent.filter(|wanted| {
            let mut above = index.checked_sub(1);
            while let Some(at) = above {
                if at == *wanted {
                    return true;
                }
                above = self.messages.get(at).and_then(|message| message.parent);
            }
            false
        });
        self.messages.push(ThreadMessage { number: number.filter(|n| *n > 0), parent });
        index
    }

    /// All messages, each after the one above it.
    #[must_use]
    pub fn messages(&self) -> &[ThreadMessage] {
        &self.messages
    }

    /// The indices of the messages that begin a thread.
    pub fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        self.messages.iter().enumerate().filter(|(_, m)| m.parent.is_none()).map(|(i, _)| i)
    }

    /// Reads what follows the word THREAD.
    ///
    /// Nesting is limited by the length of the response alone: it costs one index a level.
    pub(crate) fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let mut messages: Vec<ThreadMessage> = Vec::new();
        let mut open: Vec<Option<usize>> = Vec::new();
        let mut above: Option<usize> = None;
        let mut fresh = false;
        if c.peek() == Some(b' ') {
            c.sp()?;
        }
        loop {
            match c.peek() {
                Some(b'(') => {
                    if fresh {
                        // Threads without the message that joins them.
                        messages.push(ThreadMessage { number: None, parent: above });
                        above = messages.len().checked_sub(1);
                    }
                    open.push(above);
                    fresh = true;
                    c.skip(1);
                }
                Some(b')') if fresh => return c.error("a number"),
                Some(b')') => match open.pop() {
                    Some(before) => {
                        above = before;
                        c.skip(1);
                    }
                    None => return c.error("a thread in parentheses"),
                },
                Some(b' ') if !fresh => c.sp()?,
                Some(b'0'..=b'9') if !open.is_empty() => {
                    let number = Some(c.nz_number()?);
                    messages.push(ThreadMessage { number, parent: above });
                    above = messages.len().checked_sub(1);
                    fresh = false;
                }
                _ if open.is_empty() && c.at_end() => {
                    let threads = Self { messages };
                    return Ok(threads.simplified().unwrap_or(threads));
                }
                _ => return c.error("a thread in parentheses"),
            }
        }
    }

    /// How many messages stand directly below each. What is missing counts only for those below.
    fn children(&self) -> Vec<u32> {
        let mut children: Vec<u32> = alloc::vec![0; self.messages.len()];
        for (index, message) in self.messages.iter().enumerate().rev() {
            if message.number.is_none() && children.get(index) == Some(&0) {
                continue;
            }
            if let Some(n) = message.parent.and_then(|parent| children.get_mut(parent)) {
                *n = n.saturating_add(1);
            }
        }
        children
    }

    /// The same threads, with no more missing messages than there have to be: those that join two
    /// others or more. `None` if it is so already.
    fn simplified(&self) -> Option<Self> {
        if self.messages.iter().all(|message| message.number.is_some()) {
            return None;
        }
        let children = self.children();
        let needed = |(index, message): &(usize, &ThreadMessage)| {
            message.number.is_some() || children.get(*index).is_some_and(|n| *n > 1)
        };
        if self.messages.iter().enumerate().all(|message| needed(&message)) {
            return None;
        }
        let mut kept: Vec<ThreadMessage> = Vec::with_capacity(self.messages.len());
        let mut places: Vec<Option<usize>> = Vec::with_capacity(self.messages.len());
        for (index, message) in self.messages.iter().enumerate() {
            let parent = message.parent.and_then(|parent| places.get(parent).copied().flatten());
            if needed(&(index, message)) {
                places.push(Some(kept.len()));
                kept.push(ThreadMessage { number: message.number, parent });
            } else {
                places.push(parent);
            }
        }
        Some(Self { messages: kept })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        if let Some(simple) = self.simplified() {
            return simple.write(e);
        }
        let children = self.children();
        let in_parentheses = |index: usize| match self.messages.get(index).map(|m| m.parent) {
            Some(Some(parent)) => {
                let missing = self.messages.get(parent).is_some_and(|m| m.number.is_none());
                missing || children.get(parent).is_some_and(|n| *n > 1)
            }
            _ => true,
        };
        let mut last: Option<usize> = None;
        if !self.messages.is_empty() {
            e.sp();
        }
        for (index, message) in self.messages.iter().enumerate() {
            // Everything up to the message above this one ends.
            while last != message.parent {
                let Some(at) = last else { break };
                if in_parentheses(at) {
                    e.byte(b')');
                }
                last = self.messages.get(at).and_then(|m| m.parent);
            }
            let first_below = message.parent.is_some() && !e.ends_with(b')');
            let named_above = message
                .parent
                .and_then(|parent| self.messages.get(parent))
                .is_some_and(|above| above.number.is_some());
            if first_below && named_above {
                e.sp();
            }
            if in_parentheses(index) {
                e.byte(b'(');
            }
            if let Some(number) = message.number {
                e.number(number);
            }
            last = Some(index);
        }
        while let Some(at) = last {
            if in_parentheses(at) {
                e.byte(b')');
            }
            last = self.messages.get(at).and_then(|m| m.parent);
        }
    }
}
