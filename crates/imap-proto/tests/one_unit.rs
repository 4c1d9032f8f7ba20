//! What is written is one unit: nothing that was read, however it was cut out, ends a line early or
//! announces octets that do not follow.

use imap_proto::{Capability, Command, Flag, MailboxAttribute, Raw, Response, TaggedCommand, Word};

/// Input that is not one unit, and would not be one when it is written again.
#[test]
fn commands_that_are_more_or_less_than_a_unit() {
    for input in [
        &b", \n,"[..],
        b"X \nA1 LOGOUT",
        b"X a\r\nA1 LOGOUT",
        b"X a\rb",
        b"X {3}",
        b"X {3}\r\nab",
        b"X {1}\r\nab\r\nc",
        b"X{3} y {3+}",
        b"SELECT a (X (y{3}\r\nabc))\r\nA1 LOGOUT",
        b"ENABLE X{3}",
        b"ENABLE X{3+}",
        b"FETCH 1 X (b[\r])",
    ] {
        let text = String::from_utf8_lossy(input);
        assert!(Command::parse(input).is_err(), "{text:?}");
        let tagged = [b"A1 ", input, b"\r\n"].concat();
        assert!(TaggedCommand::parse(&tagged).is_err(), "{text:?}");
    }
}

/// The same for responses: what one line says stays in that line.
#[test]
fn responses_that_are_more_or_less_than_a_unit() {
    for input in [
        &b"* X a\r\n* BYE"[..],
        b"* X a\nb",
        b"* X a\rb",
        b"* X {3}\r\nab",
        b"* X y{3}\r\n",
        b"* CAPABILITY X{3}\r\n",
        b"* ESEARCH X y{3}\r\n",
        b"* 1 FETCH (X {3})\r\n\n",
        b"A1 LOGOUT {7}\r\n",
    ] {
        let text = String::from_utf8_lossy(input);
        assert!(Response::parse(input).is_err(), "{text:?}");
    }
    // A line's end within a text is left out.
    let mut out = Vec::new();
    Response::parse(b"* OK a\r\n* BYE b\r\n").unwrap().encode(&mut out);
    assert_eq!(out, b"* OK a* BYE b\r\n");
}

/// A literal of an old program, with LF alone, is written as it should be.
#[test]
fn a_literal_after_a_bare_lf_is_announced_anew() {
    let mut out = Vec::new();
    Response::parse(b"* X {2}\na\n b\n").unwrap().encode(&mut out);
    assert_eq!(out, b"* X {2}\r\na\n b\r\n");
    out.clear();
    Response::parse(b"* 1 FETCH (ENVELOPE ({1+}\nd))\n").unwrap().encode(&mut out);
    assert_eq!(out, b"* 1 FETCH (ENVELOPE ({1}\r\nd))\r\n");
}

#[test]
fn no_word_announces_a_literal() {
    for word in ["X{3}", "{3}", "~{3}", "a{3+}", "{99999999999999999999}"] {
        assert!(Word::try_from(word).is_err(), "{word}");
        assert!(Capability::try_from(word).is_err(), "{word}");
        assert!(Flag::try_from(word).is_err(), "{word}");
        assert!(MailboxAttribute::try_from(word).is_err(), "{word}");
        assert!(Raw::try_from(word).is_err(), "{word}");
    }
    for word in ["X{3}y", "{}", "a}", "{3", "{x}"] {
        assert!(Word::try_from(word).is_ok(), "{word}");
        assert!(Capability::try_from(word).is_ok(), "{word}");
        assert!(Flag::try_from(word).is_ok(), "{word}");
        assert!(MailboxAttribute::try_from(word).is_ok(), "{word}");
        assert!(Raw::try_from(word).is_ok(), "{word}");
    }
}

/// What fuzzing found: written and read again, these were something else.
#[test]
fn what_was_written_is_read_as_the_same() {
    for input in [
        &b"LIST (SUBSCRIBED) \"\" \"\0*\" RETURN (STATUS (MESSAGES))"[..],
        b"FETCH 300:500 (FLAGS) (X-CHANGED  1)",
        b"SELECT a  (CONDSTORE)",
        b"SEARCH RETURN (UPDATE  (FLAGS)) ALL",
    ] {
        let command = Command::parse(input).unwrap();
        let mut out = Vec::new();
        command.encode(&mut out);
        assert_eq!(Command::parse(&out), Ok(command), "{}", String::from_utf8_lossy(&out));
    }
    for input in [
        &b"A1 OK [X\0Y] done\r\n"[..],
        b"A1 OK  [CAPABILITY IDLE] done\r\n",
        b"A1 OK   [X\r\n",
        b"+ [X\0Y] go on\r\n",
        b"* 1 FETCH (X 1 (UID 2) (FLAGS ()))\r\n",
        b"* 1 FETCH ((X) 1 (Y) 2)\r\n",
        b"* 1 FETCH (ENVELOPE (\"d\0\" NIL NIL NIL NIL NIL NIL NIL NIL NIL) UID 5)\r\n",
        b"* LIST () \"/\" a  (\"X\" 1)\r\n",
    ] {
        let response = Response::parse(input).unwrap();
        let mut out = Vec::new();
        response.encode(&mut out);
        assert_eq!(Response::parse(&out), Ok(response), "{}", String::from_utf8_lossy(&out));
    }
}
