//! Addresses: RFC 5322 with its Appendix A, and what mail really has.

use mime::header::{Address, AddressList, Mailbox};
use mime::{DefectKind, Problems};

/// Renders a list: `name|comment|address`, groups as `name:{..}`.
fn show(value: &str) -> String {
    let mailbox =
        |m: &Mailbox<'_>| format!("{}|{}|{m}", m.name().unwrap_or(""), m.comment().unwrap_or(""));
    let list = AddressList::parse(value.as_bytes());
    let members = list.members.iter().map(|address| match address {
        Address::Mailbox(m) => mailbox(m),
        Address::Group(g) => {
            format!(
                "{}:{{{}}}",
                g.name,
                g.members.iter().map(mailbox).collect::<Vec<_>>().join(", ")
            )
        }
    });
    members.collect::<Vec<_>>().join(", ")
}

fn kinds(value: &[u8]) -> Vec<DefectKind> {
    let mut problems = Problems::new();
    AddressList::parse_with(value, &mut problems);
    let mut kinds: Vec<_> = problems.iter().map(|p| p.kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn rfc5322_appendix_a() {
    let cases = [
        // A.1.1
        ("John Doe <jdoe@machine.example>", "John Doe||jdoe@machine.example"),
        // A.1.2
        (
            "\"Joe Q. Public\" <john.q.public@example.com>",
            "Joe Q. Public||john.q.public@example.com",
        ),
        (
            "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            "Mary Smith||mary@x.test, ||jdoe@example.org, Who?||one@y.test",
        ),
        (
            "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
            "||boss@nil.test, Giant; \"Big\" Box||sysservices@example.net",
        ),
        // A.1.3
        (
            "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            "A Group:{Ed Jones||c@a.test, ||joe@where.test, John||jdoe@one.test}",
        ),
        ("Undisclosed recipients:;", "Undisclosed recipients:{}"),
        // A.5
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            "Pete|A nice ) chap|pete@silly.test",
        ),
        (
            "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
            "A Group:{Chris Jones|Chris's host.|c@public.example, ||joe@example.org, John||jdoe@one.test}",
        ),
        ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "Hidden recipients:{}"),
        // A.6.1
        ("Joe Q. Public <john.q.public@example.com>", "Joe Q. Public||john.q.public@example.com"),
        (
            "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            "Mary Smith||mary@example.net, ||jdoe@test.example",
        ),
        // A.6.3
        ("John Doe <jdoe@machine(comment).  example>", "John Doe|comment|jdoe@machine.example"),
        ("Mary Smith\r\n\r\n          <mary@example.net>", "Mary Smith||mary@example.net"),
    ];
    for (value, expected) in cases {
        assert_eq!(show(value), expected, "{value}");
    }
}

#[test]
fn measured_failures_of_others() {
    let cases = [
        ("\"a b\"@c.d", "||\"a b\"@c.d"),
        ("\"x@evil y\"@int.dom", "||\"x@evil y\"@int.dom"),
        ("a@[IPv6:::1]", "||a@[IPv6:::1]"),
        ("<a@[IPv6:::1]>", "||a@[IPv6:::1]"),
        ("\"john\"@example.com", "||john@example.com"),
        ("=?utf-8?Q?Doe,_John?= <j@d>", "Doe, John||j@d"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?= c <j@d>", "ab c||j@d"),
        ("=?utf-8?Q?=E6=97?= =?utf-8?Q?=A5?= <j@d>", "日||j@d"),
        ("\"=?utf-8?Q?J=C3=BCrgen?=\" <j@d>", "Jürgen||j@d"),
        ("jdoe@example.org (John Doe)", "|John Doe|jdoe@example.org"),
        ("日本 <用户@例え.jp>", "日本||用户@例え.jp"),
        ("\"\" <a@b>", "||a@b"),
    ];
    for (value, expected) in cases {
        assert_eq!(show(value), expected, "{value}");
    }
}

#[test]
fn rfc7103_section_7_1() {
    let cases = [
        ("<@example.net:fran@example.com>", "||fran@example.com", DefectKind::AddressRoute),
        ("<<<user2@example.org>>>", "||user2@example.org", DefectKind::UnbalancedAngle),
        ("<another@example.net", "||another@example.net", DefectKind::UnbalancedAngle),
        ("second@example.org>", "||second@example.org", DefectKind::UnbalancedAngle),
        ("(Testing <fran@example.com>", "|Testing|fran@example.com", DefectKind::UnbalancedComment),
        ("Testing) <sam@example.com>", "Testing)||sam@example.com", DefectKind::UnbalancedComment),
        (
            "<third@example.net, fourth@example.net>",
            "||third@example.net, ||fourth@example.net",
            DefectKind::UnbalancedAngle,
        ),
        ("\"Joe <joe@example.com>", "Joe||joe@example.com", DefectKind::UnterminatedQuote),
        ("Joe", "||Joe", DefectKind::MissingDomain),
    ];
    for (value, expected, kind) in cases {
        assert_eq!(show(value).trim(), expected, "{value}");
        assert!(kinds(value.as_bytes()).contains(&kind), "{value}: {:?}", kinds(value.as_bytes()));
    }
}

#[test]
fn separators() {
    use DefectKind::*;
    let cases: &[(&str, &str, &[DefectKind])] = &[
        ("", "", &[]),
        (" \r\n ", "", &[]),
        (",", "", &[EmptyMember]),
        ("a@b,", "||a@b", &[EmptyMember]),
        ("a@b; c@d", "||a@b, ||c@d", &[InvalidAddress]),
        ("a@b c@d", "||a@b, ||c@d", &[]),
        ("<a@b> <c@d>", "||a@b, ||c@d", &[]),
        ("a:b:c@d;", "a:{||c@d}", &[NestedGroup]),
        ("a: b@c", "a:{||b@c}", &[UnterminatedGroup]),
        ("mailto:a@b", "||a@b", &[InvalidAddress]),
        ("John Smith j@s", "John Smith||j@s", &[InvalidAddress]),
        ("a . b@c . d", "||a.b@c.d", &[ObsoleteAddress]),
        ("\"a\".b@c", "||a.b@c", &[ObsoleteAddress]),
        ("a..b@c", "||\"a..b\"@c", &[InvalidAddress]),
        ("a@", "||a", &[InvalidAddress]),
        ("@b", "||\"\"@b", &[InvalidAddress]),
    ];
    for (value, expected, found) in cases {
        assert_eq!(show(value), *expected, "{value}");
        if !found.is_empty() {
            assert_eq!(kinds(value.as_bytes()), *found, "{value}");
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_are_windows_1252() {
    let list = AddressList::parse(b"J\xfcrgen <j\xfc@d>");
    let mailbox = list.mailboxes().next().unwrap();
    assert_eq!(mailbox.name(), Some("Jürgen"));
    assert_eq!(mailbox.local_part(), "jü");
    assert!(kinds(b"J\xfcrgen <j@d>").contains(&DefectKind::EightBitHeader));
}

/// Section 5, cases 15 to 21: nobody is taken for somebody else.
mod security {
    use super::*;

    #[test]
    fn case_15_quoted_local_part_with_at() {
        let list = AddressList::parse(b"\"attacker@evil.test\"@good.test");
        let mailbox = list.mailboxes().next().unwrap();
        assert_eq!((mailbox.local_part(), mailbox.domain()), ("attacker@evil.test", "good.test"));
        assert_eq!(mailbox.address(), "\"attacker@evil.test\"@good.test");
    }

    #[test]
    fn case_16_two_ats() {
        let list = AddressList::parse(b"a@malicious.org@important.com");
        let mailbox = list.mailboxes().next().unwrap();
        assert_eq!(mailbox.address(), "\"a@malicious.org\"@important.com");
        assert!(kinds(b"a@malicious.org@important.com").contains(&DefectKind::SeveralAts));
    }

    #[test]
    fn case_17_real_name_is_no_address() {
        let value = b"\"alice@example.org\" <bob@evil.test>";
        assert_eq!(
            show("\"alice@example.org\" <bob@evil.test>"),
            "alice@example.org||bob@evil.test"
        );
        assert!(kinds(value).contains(&DefectKind::AddressAsName));
        let value = b"alice@example.org <bob@evil.test>";
        assert_eq!(
            AddressList::parse(value).mailboxes().last().unwrap().address(),
            "bob@evil.test"
        );
        assert!(kinds(value).contains(&DefectKind::AddressAsName));
        // CVE-2023-27043: a comma before the closing quote.
        let list = AddressList::parse(b"\"alice@example.org )bob@evil.test\" <c@d>");
        assert_eq!(list.members.len(), 1);
    }

    #[test]
    fn case_18_encoded_word_hides_an_address() {
        let cases: [(&str, &str, DefectKind); 4] = [
            (
                "=?utf-8?Q?potus=40whitehouse=2Egov=00?= <demo@mailsploit.test>",
                "potus@whitehouse.gov\0||demo@mailsploit.test",
                DefectKind::EncodedWordControl,
            ),
            (
                "=?utf-8?B?cG90dXNAd2hpdGVob3VzZS5nb3YKCg==?= <demo@mailsploit.test>",
                "potus@whitehouse.gov\n\n||demo@mailsploit.test",
                DefectKind::EncodedWordControl,
            ),
            (
                "=?utf-8?Q?=3Cevil@x=3E=2C_a@b?= <c@d>",
                "<evil@x>, a@b||c@d",
                DefectKind::AddressAsName,
            ),
            ("=?utf-8?Q?a,<evil@x>?= <c@d>", "a,<evil@x>||c@d", DefectKind::EncodedWordMisplaced),
        ];
        for (value, expected, kind) in cases {
            assert_eq!(show(value), expected);
            assert!(kinds(value.as_bytes()).contains(&kind), "{value}");
        }
    }

    #[test]
    fn case_19_encoded_word_in_addr_spec_is_not_decoded() {
        let value = "=?utf-8?Q?root?=@example.com";
        assert_eq!(show(value), "||=?utf-8?Q?root?=@example.com");
        assert!(kinds(value.as_bytes()).contains(&DefectKind::EncodedWordMisplaced));
    }

    #[test]
    fn case_20_line_break_in_a_quoted_local_part() {
        for value in [
            &b"\"a\r\nRCPT TO:<x@y>\"@c.d"[..],
            b"\"a\\\r\\\nb\"@c.d",
            b"<a\x00b@c.d>",
            b"\"a\rb\nc\"@d",
        ] {
            for mailbox in AddressList::parse(value).mailboxes() {
                assert!(!mailbox.address().contains(['\r', '\n', '\0']), "{value:?}");
            }
        }
        assert!(kinds(b"<a\x00b@c.d>").contains(&DefectKind::ControlInAddress));
    }

    #[test]
    fn case_21_unbalanced_everything() {
        for value in [
            "((((", "<<<<", "\"\"\"", ">>>>", "))))", "a:b:c:d:", "[[[[", "a@[[[", ";;;;", "@@@@",
            "\\\\\\",
        ] {
            let _ = show(value);
            assert!(!kinds(value.as_bytes()).is_empty(), "{value}");
        }
    }

    #[test]
    fn case_27_long_hostile_values_are_linear() {
        // Not timed: quadratic work on a megabyte would not end.
        for piece in [
            "(",
            "<",
            "\"",
            "( <",
            "a:",
            "<@a,",
            "=?utf-8?q?a",
            "=?a?q?",
            "[",
            "a@[",
            "\\\"(",
            "\"(",
            "(\\",
        ] {
            let value = piece.repeat((1 << 20) / piece.len());
            AddressList::parse(value.as_bytes());
        }
    }

    #[test]
    fn case_24_many_recipients() {
        let value = "Mary Smith <mary@example.net>,\r\n ".repeat(120_000);
        let mut problems = Problems::new();
        let list = AddressList::parse_with(value.as_bytes(), &mut problems);
        assert_eq!(list.members.len(), 100_000);
        assert!(problems.find(DefectKind::TooManyMembers).is_some());
    }
}
