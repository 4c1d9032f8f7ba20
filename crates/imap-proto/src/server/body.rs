//! Which literals of a command are messages that stream, and which belong to the command.

use crate::command::{AppendMessage, CatenatePart};
use crate::syntax::{Cursor, Parsed};
use crate::{Append, AppendData, Command, Content, Mailbox, Replace, Tag};

/// Where the reading of a command goes on after a literal that streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resume {
    /// The place in the unit.
    at: usize,
    /// Whether it is between the parts of CATENATE.
    in_catenate: bool,
    /// Whether it is between the parentheses of UTF8.
    in_utf8: bool,
}

/// A message whose literal begins at the end of what has been read of a command.
pub(super) struct Begun<'a> {
    pub(super) tag: Tag<'a>,
    pub(super) command: Command<'a>,
    pub(super) resume: Resume,
}

/// Looks at a command up to and with the announcement of a literal. `None` if the literal is not
/// that of a message.
///
/// Each octet is looked at once for each of its own literals: what lies before the last one that
/// streamed is not read again, except for the name of the mailbox.
pub(super) fn begun<'a>(unit: &'a [u8], resume: Option<Resume>, depth: usize) -> Option<Begun<'a>> {
    let mut c = Cursor::begun(unit, depth);
    let (tag, command) = match resume {
        None => {
            let tag = c.tag().ok()?;
            c.sp().ok()?;
            (tag, Command::read(&mut c).ok()?)
        }
        Some(resume) => go_on(&mut c, resume).ok()?,
    };
    let message = match &command {
        Command::Append(append) => append.messages.last()?,
        Command::Replace(replace) => &replace.message,
        _ => return None,
    };
    if !c.rest().is_empty() || !matches!(message.contents().last()?, Content::Streamed { .. }) {
        return None;
    }
    let resume = Resume {
        at: unit.len(),
        in_catenate: matches!(message.data, AppendData::Catenate(_)),
        in_utf8: matches!(message.data, AppendData::Utf8(_)),
    };
    Some(Begun { tag, command, resume })
}

fn go_on<'a>(c: &mut Cursor<'a>, resume: Resume) -> Parsed<(Tag<'a>, Command<'a>)> {
    let (tag, head) = head(c)?;
    c.rewind(resume.at);
    if resume.in_utf8 {
        c.byte(b')', "a closing parenthesis")?;
    }
    let message = if resume.in_catenate && !c.eat(b')') {
        c.sp()?;
        let parts = CatenatePart::read_rest(c)?;
        let last = parts.last();
        if c.rest().is_empty() && matches!(last, Some(CatenatePart::Text(Content::Streamed { .. })))
        {
            let data = AppendData::Catenate(parts);
            AppendMessage { data, ..AppendMessage::new(Content::Streamed { len: 0 }) }
        } else {
            AppendMessage::read(c)?
        }
    } else {
        AppendMessage::read(c)?
    };
    let command = match head {
        Head::Append(mailbox) => {
            Command::Append(Append { mailbox, messages: alloc::vec![message] })
        }
        Head::Replace { uid, old, mailbox } => {
            Command::Replace(Replace { uid, old, mailbox, message })
        }
    };
    Ok((tag, command))
}

enum Head<'a> {
    Append(Mailbox<'a>),
    Replace { uid: bool, old: Option<u32>, mailbox: Mailbox<'a> },
}

fn head<'a>(c: &mut Cursor<'a>) -> Parsed<(Tag<'a>, Head<'a>)> {
    let tag = c.tag()?;
    c.sp()?;
    if c.eat_word(b"APPEND") {
        c.sp()?;
        return Ok((tag, Head::Append(Mailbox::read(c)?)));
    }
    let uid = c.eat_word(b"UID");
    if uid {
        c.sp()?;
    }
    c.word("REPLACE")?;
    c.sp()?;
    let old = if c.eat(b'*') { None } else { Some(c.nz_number()?) };
    c.sp()?;
    Ok((tag, Head::Replace { uid, old, mailbox: Mailbox::read(c)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_last(command: &Command<'_>) -> (usize, u64) {
        let (count, message) = match command {
            Command::Append(append) => (append.messages.len(), append.messages.last().unwrap()),
            Command::Replace(replace) => (1, &replace.message),
            _ => panic!("{command:?}"),
        };
        (count, message.contents().last().unwrap().len())
    }

    #[test]
    fn literals_of_messages_are_told_from_others() {
        for (unit, size) in [
            (&b"a APPEND x {10}\r\n"[..], 10),
            (b"a APPEND {1}\r\nx (\\Seen) {11+}\r\n", 11),
            (b"a APPEND x ~{12}\r\n", 12),
            (b"a APPEND x UTF8 (~{13}\r\n", 13),
            (b"a APPEND x CATENATE (TEXT {14}\r\n", 14),
            (b"a APPEND x CATENATE (URL {1}\r\nx TEXT {15}\r\n", 15),
            (b"a UID REPLACE 5 x {16}\r\n", 16),
        ] {
            let begun = begun(unit, None, 10).unwrap();
            assert_eq!(size_of_last(&begun.command), (1, size));
        }
        for unit in [
            &b"a APPEND {10}\r\n"[..],
            b"a APPEND x CATENATE (URL {15}\r\n",
            b"a LOGIN {10}\r\n",
            b"a X-FOO {10}\r\n",
            b"a APPEND x X-FOO {10}\r\n",
            b"{10}\r\n",
        ] {
            assert!(begun(unit, None, 10).is_none(), "{unit:?}");
        }
    }

    #[test]
    fn later_messages_are_read_from_where_the_last_one_ended() {
        let first = b"a APPEND x {10}\r\n".to_vec();
        let begun_first = begun(&first, None, 10).unwrap();
        let second = [&first[..], b" (\\Seen) CATENATE (URL /a TEXT {5}\r\n"].concat();
        let begun_second = begun(&second, Some(begun_first.resume), 10).unwrap();
        assert_eq!(size_of_last(&begun_second.command), (1, 5));
        let third = [&second[..], b" TEXT {6}\r\n"].concat();
        let begun_third = begun(&third, Some(begun_second.resume), 10).unwrap();
        assert_eq!(size_of_last(&begun_third.command), (1, 6));
        let fourth = [&third[..], b" URL /b) {7}\r\n"].concat();
        let begun_fourth = begun(&fourth, Some(begun_third.resume), 10).unwrap();
        assert_eq!(size_of_last(&begun_fourth.command), (1, 7));
        let fifth = [&third[..], b") {8}\r\n"].concat();
        let begun_fifth = begun(&fifth, Some(begun_third.resume), 10).unwrap();
        assert_eq!(size_of_last(&begun_fifth.command), (1, 8));
        assert!(begun(&fifth, Some(begun_fourth.resume), 10).is_none());
    }
}
