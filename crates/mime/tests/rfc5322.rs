//! [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322), clause by clause, with the whole of its
//! Appendix A.

extern crate alloc;

use mime::header::{Address, AddressList, DateTime, Mailbox, MessageId, Received};
use mime::{DefectKind, Message, Section, subject};

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn show(mailbox: &Mailbox<'_>) -> String {
    match mailbox.name() {
        Some(name) => format!("{name} <{mailbox}>"),
        None => mailbox.to_string(),
    }
}

fn list(list: Option<AddressList<'_>>) -> Vec<String> {
    let member = |address: &Address<'_>| match address {
        Address::Mailbox(mailbox) => show(mailbox),
        Address::Group(group) => {
            let members: Vec<_> = group.members.iter().map(show).collect();
            format!("{}: {};", group.name, members.join(", "))
        }
    };
    list.unwrap_or_default().members.iter().map(member).collect()
}

fn kinds(message: &Message<'_>) -> Vec<DefectKind> {
    message.audit().iter().map(|defect| defect.kind).collect()
}

const HELLO: &str = "This is a message just to say hello.\nSo, \"Hello\".\n";

/// Section 2.1: a header section, an empty line, a body; both may be missing.
#[test]
fn section_2_1_header_and_body() {
    for (bytes, fields, body) in [
        (&b"A: b\r\n\r\nbody"[..], 1, &b"body"[..]),
        (b"A: b\r\n\r\n", 1, b""),
        (b"A: b\r\n", 1, b""),
        (b"A: b", 1, b""),
        (b"\r\nbody", 0, b"body"),
        (b"", 0, b""),
    ] {
        let message = Message::parse(bytes);
        assert_eq!(message.fields().count(), fields, "{bytes:?}");
        assert_eq!(message.root().raw(Section::Body), body, "{bytes:?}");
    }
}

/// Section 2.1.1: lines of at most 998 characters.
#[test]
fn section_2_1_1_line_length() {
    let message = |len: usize| {
        format!("From: a@b.c\r\nDate: 1 Jan 2020 00:00 +0000\r\n\r\n{}\r\n", "x".repeat(len))
    };
    assert!(kinds(&Message::parse(message(998).as_bytes())).is_empty());
    let long = message(999);
    assert_eq!(kinds(&Message::parse(long.as_bytes())), [DefectKind::LineTooLong]);
}

/// Section 2.2: names are printable characters without colon, in any letter case.
#[test]
fn section_2_2_field_names() {
    let message = Message::parse(b"sUBJECT:x\r\nX-!#$%&'*+-/=?^_`{|}~: y\r\n\r\n");
    assert_eq!(message.subject().unwrap(), "x");
    assert_eq!(&*message.field("x-!#$%&'*+-/=?^_`{|}~").unwrap().unfolded(), b"y");
    assert!(message.defects().is_empty());
}

/// Section 2.2.3: a line end before a blank is folding.
#[test]
fn section_2_2_3_folding() {
    let message = Message::parse(b"Subject: This\r\n is a\r\n\ttest\r\n\r\n");
    assert_eq!(&*message.field("subject").unwrap().unfolded(), b"This is a\ttest");
    // Text for people has a blank there.
    assert_eq!(message.subject().unwrap(), "This is a test");
    assert_eq!(message.field("subject").unwrap().raw(), b"Subject: This\r\n is a\r\n\ttest\r\n");
}

/// Sections 3.2.1 to 3.2.5: quoted pairs, comments that nest, quoted strings, phrases.
#[test]
fn section_3_2_lexical_tokens() {
    for (value, name, address) in [
        ("\"a\\\"b\\\\c\" <d@e.f>", Some("a\"b\\c"), "d@e.f"),
        ("\"a \r\n b\" <d@e.f>", Some("a  b"), "d@e.f"),
        ("(x(y)\\)z) d@e.f", None, "d@e.f"),
        ("a  b <d@e.f>", Some("a b"), "d@e.f"),
        ("\"a\" b \"c\" <d@e.f>", Some("a b c"), "d@e.f"),
        ("\"quoted string\"@e.f", None, "\"quoted string\"@e.f"),
        ("\"d\"@e.f", None, "d@e.f"),
    ] {
        let mailbox = Mailbox::parse(value.as_bytes()).unwrap();
        assert_eq!((mailbox.name(), &*mailbox.address()), (name, address), "{value}");
    }
}

/// Section 3.3: dates.
#[test]
fn section_3_3_dates() {
    for (value, expected) in [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"),
        ("21 Nov 1997 09:55 +0000", "1997-11-21T09:55:00Z"),
        ("1 Jan 2000 23:59:60 +0000", "2000-01-01T23:59:60Z"),
    ] {
        assert_eq!(DateTime::parse(value.as_bytes()).unwrap().to_string(), expected);
    }
    // The zone is not known.
    assert!(!DateTime::parse(b"1 Jan 2000 00:00 -0000").unwrap().zone_known);
    for wrong in ["30 Feb 2000 00:00 +0000", "1 Jan 2000 24:00 +0000", "1 Jan 2000 00:60 +0000", ""]
    {
        assert!(DateTime::parse(wrong.as_bytes()).is_none(), "{wrong}");
    }
}

/// Section 3.6: fields that may be there once, and those that must be.
#[test]
fn section_3_6_field_counts() {
    let message = Message::parse(b"Subject: a\r\nSubject: b\r\nComments: c\r\nComments: d\r\n\r\n");
    let kinds = kinds(&message);
    assert_eq!(
        kinds.iter().filter(|&&kind| kind == DefectKind::DuplicateField).count(),
        1,
        "{kinds:?}"
    );
    assert!(kinds.contains(&DefectKind::MissingFrom) && kinds.contains(&DefectKind::MissingDate));
}

/// Section 3.6.4: identifiers.
#[test]
fn section_3_6_4_identifiers() {
    for (value, expected) in [
        ("<a.b@c.d>", "a.b@c.d"),
        (" (x) <a@[1.2.3.4]> (y)", "a@[1.2.3.4]"),
        ("<\"a b\"@c.d>", "\"a b\"@c.d"),
    ] {
        assert_eq!(MessageId::parse(value.as_bytes()).unwrap().as_str(), expected);
    }
}

#[test]
fn appendix_a_1_1_simple_addressing() {
    let header = "To: Mary Smith <mary@example.net>\nSubject: Saying Hello\n\
        Date: Fri, 21 Nov 1997 09:55:06 -0600\nMessage-ID: <1234@local.machine.example>\n\n";
    let bytes = crlf(&format!("From: John Doe <jdoe@machine.example>\n{header}{HELLO}"));
    let message = Message::parse(&bytes);
    assert!(kinds(&message).is_empty());
    assert_eq!(list(message.from()), ["John Doe <jdoe@machine.example>"]);
    assert_eq!(list(message.to()), ["Mary Smith <mary@example.net>"]);
    assert_eq!(message.subject().unwrap(), "Saying Hello");
    assert_eq!(message.date().unwrap().to_string(), "1997-11-21T09:55:06-06:00");
    assert_eq!(message.message_id().unwrap().as_str(), "1234@local.machine.example");
    assert_eq!(message.root().text().unwrap().text, HELLO.replace('\n', "\r\n"));

    let bytes = crlf(&format!(
        "From: John Doe <jdoe@machine.example>\nSender: Michael Jones <mjones@machine.example>\n\
         {header}{HELLO}"
    ));
    let message = Message::parse(&bytes);
    assert!(kinds(&message).is_empty());
    assert_eq!(show(&message.sender().unwrap()), "Michael Jones <mjones@machine.example>");
}

#[test]
fn appendix_a_1_2_types_of_mailboxes() {
    let bytes = crlf(
        "From: \"Joe Q. Public\" <john.q.public@example.com>\n\
         To: Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>\n\
         Cc: <boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>\n\
         Date: Tue, 1 Jul 2003 10:52:37 +0200\nMessage-ID: <5678.21-Nov-1997@example.com>\n\n\
         Hi everyone.\n",
    );
    let message = Message::parse(&bytes);
    assert!(kinds(&message).is_empty());
    assert_eq!(list(message.from()), ["Joe Q. Public <john.q.public@example.com>"]);
    assert_eq!(
        list(message.to()),
        ["Mary Smith <mary@x.test>", "jdoe@example.org", "Who? <one@y.test>"]
    );
    assert_eq!(
        list(message.cc()),
        ["boss@nil.test", "Giant; \"Big\" Box <sysservices@example.net>"]
    );
    assert_eq!(message.message_id().unwrap().as_str(), "5678.21-Nov-1997@example.com");
}

#[test]
fn appendix_a_1_3_groups() {
    let bytes = crlf(
        "From: Pete <pete@silly.example>\n\
         To: A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;\n\
         Cc: Undisclosed recipients:;\nDate: Thu, 13 Feb 1969 23:32:54 -0330\n\
         Message-ID: <testabcd.1234@silly.example>\n\nTesting.\n",
    );
    let message = Message::parse(&bytes);
    assert!(kinds(&message).is_empty());
    assert_eq!(
        list(message.to()),
        ["A Group: Ed Jones <c@a.test>, joe@where.test, John <jdoe@one.test>;"]
    );
    assert_eq!(list(message.cc()), ["Undisclosed recipients: ;"]);
    assert_eq!(message.date().unwrap().timestamp(), -27_723_426);
}

#[test]
fn appendix_a_2_replies() {
    let reply = crlf(
        "From: Mary Smith <mary@example.net>\nTo: John Doe <jdoe@machine.example>\n\
         Reply-To: \"Mary Smith: Personal Account\" <smith@home.example>\n\
         Subject: Re: Saying Hello\nDate: Fri, 21 Nov 1997 10:01:10 -0600\n\
         Message-ID: <3456@example.net>\nIn-Reply-To: <1234@local.machine.example>\n\
         References: <1234@local.machine.example>\n\nThis is a reply to your hello.\n",
    );
    let message = Message::parse(&reply);
    assert!(kinds(&message).is_empty());
    assert_eq!(list(message.reply_to()), ["Mary Smith: Personal Account <smith@home.example>"]);
    assert_eq!(message.in_reply_to().unwrap().0[0].as_str(), "1234@local.machine.example");
    assert_eq!(subject::base_subject(&message.subject().unwrap()), "Saying Hello");

    let second = crlf(
        "To: \"Mary Smith: Personal Account\" <smith@home.example>\n\
         From: John Doe <jdoe@machine.example>\nSubject: Re: Saying Hello\n\
         Date: Fri, 21 Nov 1997 11:00:00 -0600\nMessage-ID: <abcd.1234@local.machine.test>\n\
         In-Reply-To: <3456@example.net>\n\
         References: <1234@local.machine.example> <3456@example.net>\n\n\
         This is a reply to your reply.\n",
    );
    let message = Message::parse(&second);
    assert!(kinds(&message).is_empty());
    let references = message.references().unwrap();
    let ids: Vec<_> = references.iter().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["1234@local.machine.example", "3456@example.net"]);
}

#[test]
fn appendix_a_3_resent() {
    let bytes = crlf(&format!(
        "Resent-From: Mary Smith <mary@example.net>\n\
         Resent-To: Jane Brown <j-brown@other.example>\n\
         Resent-Date: Mon, 24 Nov 1997 14:22:01 -0800\nResent-Message-ID: <78910@example.net>\n\
         From: John Doe <jdoe@machine.example>\nTo: Mary Smith <mary@example.net>\n\
         Subject: Saying Hello\nDate: Fri, 21 Nov 1997 09:55:06 -0600\n\
         Message-ID: <1234@local.machine.example>\n\n{HELLO}"
    ));
    let message = Message::parse(&bytes);
    assert!(kinds(&message).is_empty());
    let root = message.root();
    assert_eq!(list(root.value("resent-from")), ["Mary Smith <mary@example.net>"]);
    assert_eq!(list(root.value("resent-to")), ["Jane Brown <j-brown@other.example>"]);
    assert_eq!(root.value::<DateTime>("resent-date").unwrap().timestamp(), 880_410_121);
    let id = root.value::<MessageId<'_>>("resent-message-id").unwrap();
    assert_eq!(id.as_str(), "78910@example.net");
    // The fields of the message itself are as they were.
    assert_eq!(message.date().unwrap().timestamp(), 880_127_706);
}

#[test]
fn appendix_a_4_trace() {
    let bytes = crlf(&format!(
        "Received: from x.y.test\n   by example.net\n   via TCP\n   with ESMTP\n   id ABC12345\n   \
         for <mary@example.net>;  21 Nov 1997 10:05:43 -0600\n\
         Received: from node.example by x.y.test; 21 Nov 1997 10:01:22 -0600\n\
         From: John Doe <jdoe@node.example>\nTo: Mary Smith <mary@example.net>\n\
         Subject: Saying Hello\nDate: Fri, 21 Nov 1997 09:55:06 -0600\n\
         Message-ID: <1234@local.node.example>\n\n{HELLO}"
    ));
    let message = Message::parse(&bytes);
    assert!(kinds(&message).is_empty());
    let trace: Vec<_> = message
        .fields()
        .filter(|field| field.is("received"))
        .filter_map(|field| field.parse::<Received<'_>>())
        .collect();
    assert_eq!(trace.len(), 2);
    let first = &trace[0];
    let text = |value: &Option<_>| {
        value.as_ref().map(|value: &alloc::borrow::Cow<'_, str>| value.to_string())
    };
    assert_eq!(text(&first.from).as_deref(), Some("x.y.test"));
    assert_eq!(text(&first.by).as_deref(), Some("example.net"));
    assert_eq!(text(&first.via).as_deref(), Some("TCP"));
    assert_eq!(text(&first.with).as_deref(), Some("ESMTP"));
    assert_eq!(text(&first.id).as_deref(), Some("ABC12345"));
    assert_eq!(text(&first.for_).as_deref(), Some("mary@example.net"));
    assert_eq!(first.date.unwrap().timestamp(), 880_128_343);
    assert_eq!(trace[1].date.unwrap().timestamp(), 880_128_082);
}

#[test]
fn appendix_a_5_blanks_and_comments() {
    let bytes = crlf(
        "From: Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>\n\
         To:A Group(Some people)\n     :Chris Jones <c@(Chris's host.)public.example>,\n         \
         joe@example.org,\n  John <jdoe@one.test> (my dear friend); (the end of the group)\n\
         Cc:(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;\n\
         Date: Thu,\n      13\n        Feb\n          1969\n      23:32\n               \
         -0330 (Newfoundland Time)\nMessage-ID:              <testabcd.1234@silly.test>\n\n\
         Testing.\n",
    );
    let message = Message::parse(&bytes);
    // All of it is legal.
    assert!(kinds(&message).is_empty(), "{:?}", kinds(&message));
    assert_eq!(list(message.from()), ["Pete <pete@silly.test>"]);
    assert_eq!(
        list(message.to()),
        ["A Group: Chris Jones <c@public.example>, joe@example.org, John <jdoe@one.test>;"]
    );
    assert_eq!(list(message.cc()), ["Hidden recipients: ;"]);
    assert_eq!(message.date().unwrap().timestamp(), -27_723_480);
    assert_eq!(message.message_id().unwrap().as_str(), "testabcd.1234@silly.test");
}

#[test]
fn appendix_a_6_1_obsolete_addressing() {
    let bytes = crlf(
        "From: Joe Q. Public <john.q.public@example.com>\n\
         To: Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example\n\
         Date: Tue, 1 Jul 2003 10:52:37 +0200\nMessage-ID: <5678.21-Nov-1997@example.com>\n\n\
         Hi everyone.\n",
    );
    let message = Message::parse(&bytes);
    assert_eq!(list(message.from()), ["Joe Q. Public <john.q.public@example.com>"]);
    assert_eq!(list(message.to()), ["Mary Smith <mary@example.net>", "jdoe@test.example"]);
    let mut kinds = kinds(&message);
    kinds.sort();
    assert_eq!(
        kinds,
        [DefectKind::AddressRoute, DefectKind::EmptyMember, DefectKind::ObsoleteAddress]
    );
}

#[test]
fn appendix_a_6_2_obsolete_dates() {
    let bytes = crlf(&format!(
        "From: John Doe <jdoe@machine.example>\nTo: Mary Smith <mary@example.net>\n\
         Subject: Saying Hello\nDate: 21 Nov 97 09:55:06 GMT\n\
         Message-ID: <1234@local.machine.example>\n\n{HELLO}"
    ));
    let message = Message::parse(&bytes);
    assert_eq!(message.date().unwrap().to_string(), "1997-11-21T09:55:06Z");
    assert_eq!(kinds(&message), [DefectKind::ObsoleteDate]);
}

#[test]
fn appendix_a_6_3_obsolete_blanks_and_comments() {
    let bytes = crlf(&format!(
        "From  : John Doe <jdoe@machine(comment).  example>\nTo    : Mary Smith\n  \n          \
         <mary@example.net>\nSubject     : Saying Hello\n\
         Date  : Fri, 21 Nov 1997 09(comment):   55  :  06 -0600\n\
         Message-ID  : <1234   @   local(blah)  .machine .example>\n\n{HELLO}"
    ));
    let message = Message::parse(&bytes);
    assert_eq!(list(message.from()), ["John Doe <jdoe@machine.example>"]);
    assert_eq!(list(message.to()), ["Mary Smith <mary@example.net>"]);
    assert_eq!(message.subject().unwrap(), "Saying Hello");
    assert_eq!(message.date().unwrap().timestamp(), 880_127_706);
    assert_eq!(message.message_id().unwrap().as_str(), "1234@local.machine.example");
    assert_eq!(message.root().text().unwrap().text, HELLO.replace('\n', "\r\n"));
    let kinds = kinds(&message);
    for kind in [
        DefectKind::BlankBeforeColon,
        DefectKind::BlankContinuation,
        DefectKind::ObsoleteAddress,
        DefectKind::ObsoleteDate,
    ] {
        assert!(kinds.contains(&kind), "no {kind:?} in {kinds:?}");
    }
}
