//! [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321), what a library can obey of it: one function for
//! each rule, named after its section.

use core::time::Duration;

use smtp_proto::server::{Config, Connection, Event, State};
use smtp_proto::{Capability, Command, Host, Limits, Mailbox, Reply, client};

fn config() -> Config {
    let mut config = Config::new(Host::try_from("mx.example.org").unwrap());
    config.capabilities.push(Capability::Expn);
    config
}

fn server() -> Connection {
    let mut server = Connection::new(config());
    server.respond(&Reply::greeting("mx.example.org ready")).unwrap();
    answers(&mut server, "");
    server
}

/// The codes that a server answers with, where the application takes everything.
fn answers(server: &mut Connection, bytes: &str) -> Vec<u16> {
    said(server, bytes)
        .split_inclusive("\r\n")
        .filter(|line| line.as_bytes().get(3) == Some(&b' '))
        .map(|line| line[..3].parse().unwrap())
        .collect()
}

fn said(server: &mut Connection, bytes: &str) -> String {
    server.receive(bytes.as_bytes());
    let mut out = Vec::new();
    loop {
        match server.poll_event().unwrap().map(Event::into_owned) {
            Some(Event::Command { reply, .. } | Event::Rejected { reply, .. }) => {
                server.respond(&reply).unwrap();
            }
            Some(Event::BodyEnd { .. }) => server.respond(&Reply::new(250, "taken")).unwrap(),
            Some(_) => {}
            None => break,
        }
        while let Some(bytes) = server.poll_transmit() {
            out.extend_from_slice(bytes);
            let n = bytes.len();
            server.transmitted(n);
        }
    }
    while let Some(bytes) = server.poll_transmit() {
        out.extend_from_slice(bytes);
        let n = bytes.len();
        server.transmitted(n);
    }
    String::from_utf8(out).unwrap()
}

fn session(bytes: &str) -> Vec<u16> {
    answers(&mut server(), bytes)
}

fn encoded(line: &str) -> String {
    let command = Command::parse(line.as_bytes()).unwrap();
    let mut out = Vec::new();
    command.encode(&mut out);
    String::from_utf8(out).unwrap()
}

/// Section 2.4: verbs and arguments are not case sensitive; local parts keep their case.
#[test]
fn s2_4_case() {
    for verb in ["MAIL FROM", "mail from", "Mail From", "mAiL fRoM"] {
        assert_eq!(
            encoded(&format!("{verb}:<Smith@Example.ORG>")),
            "MAIL FROM:<Smith@Example.ORG>\r\n"
        );
    }
    assert_eq!(
        session("ehlo x\r\nmail from:<a@b>\r\nrcpt to:<c@d>\r\ndata\r\n"),
        [250, 250, 250, 354]
    );
}

/// Section 2.3.8: CR and LF stand only together, as the end of a line.
#[test]
fn s2_3_8_lines_end_with_crlf() {
    assert_eq!(session("NOOP\nNOOP\r\n"), [500, 250]);
    assert_eq!(session("NO\rOP\r\n"), [501]);
    for line in ["NOOP x\ny", "NOOP x\ry"] {
        assert!(Command::parse(line.as_bytes()).is_err());
    }
}

/// Section 3.1: a server that greets with 554 waits for QUIT, and answers all else with 503.
#[test]
fn s3_1_refusing_a_connection() {
    let mut server = Connection::new(config());
    server.respond(&Reply::new(554, "No SMTP service here")).unwrap();
    assert_eq!(said(&mut server, ""), "554 No SMTP service here\r\n");
    assert_eq!(answers(&mut server, "EHLO x\r\nMAIL FROM:<>\r\nNOOP\r\n"), [503, 503, 503]);
    assert_eq!(server.state(), State::Refused);
    assert_eq!(answers(&mut server, "QUIT\r\n"), [221]);
    assert_eq!(server.state(), State::Closed);
}

/// Section 3.3: MAIL, then RCPT, then DATA, whose content has one answer.
#[test]
fn s3_3_mail_transactions() {
    let mail = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\nhi\r\n.\r\n";
    let codes = session(&format!("EHLO x\r\n{mail}{mail}QUIT\r\n"));
    let one = [250, 250, 250, 354, 250];
    assert_eq!(codes, [&[250][..], &one, &one, &[221]].concat());
}

/// Section 3.3: RCPT or DATA before MAIL, and DATA before RCPT, are out of order.
#[test]
fn s3_3_out_of_order() {
    assert_eq!(session("EHLO x\r\nRCPT TO:<c@d>\r\n"), [250, 503]);
    assert_eq!(session("EHLO x\r\nDATA\r\n"), [250, 503]);
    assert_eq!(session("EHLO x\r\nMAIL FROM:<>\r\nDATA\r\n"), [250, 250, 503]);
}

/// Section 3.5.1: VRFY and EXPN have an argument.
#[test]
fn s3_5_1_vrfy_and_expn() {
    assert_eq!(session("VRFY\r\nVRFY Smith\r\nEXPN\r\nEXPN list\r\n"), [501, 252, 501, 250]);
}

/// Section 3.8: QUIT has the answer 221, and then the server closes.
#[test]
fn s3_8_quit() {
    let mut server = server();
    assert_eq!(answers(&mut server, "EHLO x\r\nQUIT\r\nNOOP\r\n"), [250, 221]);
    assert_eq!(server.state(), State::Closed);
    assert!(!server.wants_read());
}

/// Section 3.8: a server does not close because of a command that it does not understand.
#[test]
fn s3_8_unknown_commands() {
    let mut server = server();
    assert_eq!(
        answers(&mut server, "EHLO x\r\nFOO\r\nMAIL FROM\r\nNOOP\r\n"),
        [250, 500, 501, 250]
    );
}

/// Section 4.1.1.1: EHLO answers with the name of the server and one keyword in each line.
#[test]
fn s4_1_1_1_ehlo() {
    let text = said(&mut server(), "EHLO x\r\n");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("250-mx.example.org"));
    assert!(text.lines().last().unwrap().starts_with("250 "));
    for line in lines {
        let keyword = line[4..].split(' ').next().unwrap();
        assert!(keyword.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{line}");
    }
    assert_eq!(session("EHLO\r\nHELO\r\n"), [501, 501]);
}

/// Section 4.1.1.1: HELO has an answer of one line.
#[test]
fn s4_1_1_1_helo() {
    assert_eq!(said(&mut server(), "HELO x\r\n"), "250 mx.example.org\r\n");
}

/// Section 4.1.1.2: MAIL clears what was there; the null reverse path is a path.
#[test]
fn s4_1_1_2_mail() {
    assert_eq!(session("EHLO x\r\nMAIL FROM:<>\r\n"), [250, 250]);
    assert_eq!(session("EHLO x\r\nMAIL FROM:\r\n"), [250, 501]);
    assert_eq!(session("EHLO x\r\nMAIL FROM:<> X=1\r\n"), [250, 555]);
    assert_eq!(encoded("MAIL FROM:<>"), "MAIL FROM:<>\r\n");
}

/// Section 4.1.1.3: source routes are understood, and postmaster needs no domain.
#[test]
fn s4_1_1_3_rcpt() {
    let codes = session(
        "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<@hosta.int,@jkl.org:userc@d.bar.org>\r\n\
         RCPT TO:<Postmaster>\r\nRCPT TO:<postMASTER@x>\r\nRCPT TO:<>\r\nRCPT TO:<x>\r\n",
    );
    assert_eq!(codes, [250, 250, 250, 250, 250, 501, 501]);
}

/// Section 4.1.1.4: only CR LF `.` CR LF ends content.
#[test]
fn s4_1_1_4_data() {
    let mut server = server();
    let begin = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    assert_eq!(answers(&mut server, begin), [250, 250, 250, 354]);
    assert_eq!(answers(&mut server, "hi\r\n. \r\n.x\r\n..\r\n"), []);
    assert_eq!(answers(&mut server, ".\r\n"), [250]);
}

/// Section 4.1.1.4: content is content; DATA has no argument.
#[test]
fn s4_1_1_4_data_has_no_argument() {
    assert_eq!(
        session("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA x\r\n"),
        [250, 250, 250, 501]
    );
}

/// Section 4.1.1.5: RSET forgets the mail, and nothing else; it may come at any time.
#[test]
fn s4_1_1_5_rset() {
    assert_eq!(session("RSET\r\nRSET x\r\n"), [250, 501]);
    let codes = session("EHLO x\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<c@d>\r\nMAIL FROM:<>\r\n");
    assert_eq!(codes, [250, 250, 250, 503, 250]);
}

/// Section 4.1.1.8 and 4.1.1.9: HELP and NOOP change nothing, whatever their argument.
#[test]
fn s4_1_1_9_help_and_noop() {
    let codes = session(
        "EHLO x\r\nMAIL FROM:<>\r\nNOOP\r\nNOOP ignore me\r\nHELP\r\nHELP RCPT\r\nRCPT TO:<c@d>\r\n",
    );
    assert_eq!(codes, [250, 250, 250, 250, 214, 214, 250]);
}

/// Section 4.1.2: local parts are dot-strings or quoted strings.
#[test]
fn s4_1_2_local_parts() {
    for good in [
        "a@b.example",
        "first.last@b.example",
        "!#$%&'*+-/=?^_`{|}~@b.example",
        "\"\"@b.example",
        "\" \"@b.example",
        "\"a\\\"b\\\\c\\ d\"@b.example",
        "\"<>[]:,;@()\"@b.example",
    ] {
        assert!(Mailbox::try_from(good).is_ok(), "{good}");
    }
    for bad in [
        "@b.example",
        ".a@b.example",
        "a.@b.example",
        "a..b@b.example",
        "a b@b.example",
        "a(b)@b.example",
        "a,b@b.example",
        "\"a@b.example",
        "\"a\"b@b.example",
        "\"a\"\"b\"@b.example",
        "\"\t\"@b.example",
        "\"\\\u{7f}\"@b.example",
        "a\u{0}@b.example",
    ] {
        assert!(Mailbox::try_from(bad).is_err(), "{bad}");
    }
}

/// Section 4.1.2: labels of domains begin and end with a letter or digit.
#[test]
fn s4_1_2_domains() {
    for good in ["a", "a.b", "1.2", "a-b.c--d", "xn--bcher-kva.example"] {
        assert!(Host::try_from(good).is_ok(), "{good}");
    }
    for bad in ["", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a b", "a/b", "a@b", "a!b"] {
        assert!(Host::try_from(bad).is_err(), "{bad}");
    }
}

/// Section 4.1.2: all quoted forms of a local part are equivalent.
#[test]
fn s4_1_2_quoted_forms() {
    let means = |text: &'static str| Mailbox::try_from(text).unwrap().unquoted().into_owned();
    assert_eq!(means("ab@c"), means("\"ab\"@c"));
    assert_eq!(means("ab@c"), means("\"a\\b\"@c"));
    assert_eq!(means("\"Joe,Smith\"@c"), means("\"Joe\\,Smith\"@c"));
}

/// Section 4.1.3: address literals.
#[test]
fn s4_1_3_address_literals() {
    for (good, ip) in [
        ("[123.255.37.2]", Some("123.255.37.2")),
        ("[IPv6:2001:db8:0:0:0:0:0:1]", Some("2001:db8::1")),
        ("[IPv6:::]", Some("::")),
        ("[IPv6:1:2:3:4:5:6:192.0.2.1]", Some("1:2:3:4:5:6:c000:201")),
        ("[IPv6:::192.0.2.1]", Some("::c000:201")),
        ("[Tag-1:any!content]", None),
        // Without its tag an IPv6 address is no address, but what stands before the colon is a tag.
        ("[2001:db8::1]", None),
    ] {
        let host = Host::try_from(good).unwrap();
        assert_eq!(host.ip(), ip.map(|ip| ip.parse().unwrap()), "{good}");
    }
    for bad in [
        "[]",
        "[1.2.3]",
        "[1.2.3.4.5]",
        "[1.2.3.256]",
        "[1.2.3.4",
        "1.2.3.4]",
        "[IPv6:]",
        "[IPv6:1]",
        "[IPv6:12345::]",
        "[IPv6:1::2::3]",
        "[IPv6:1:2:3:4:5:6:7:8:9]",
        "[tag:]",
        "[tag-:x]",
        "[tag:a[b]",
        "[tag:a b]",
    ] {
        assert!(Host::try_from(bad).is_err(), "{bad}");
    }
}

/// Section 4.1.4: a mail needs EHLO or HELO first; NOOP, HELP, EXPN, VRFY and RSET do not.
#[test]
fn s4_1_4_before_ehlo() {
    assert_eq!(session("MAIL FROM:<a@b>\r\n"), [503]);
    assert_eq!(
        session("NOOP\r\nHELP\r\nEXPN a\r\nVRFY a\r\nRSET\r\nQUIT\r\n"),
        [250, 214, 250, 252, 250, 221]
    );
}

/// Section 4.1.4: EHLO in a mail forgets it, if it is taken; a refused one changes nothing.
#[test]
fn s4_1_4_ehlo_again() {
    assert_eq!(
        session("EHLO x\r\nMAIL FROM:<>\r\nEHLO y\r\nRCPT TO:<c@d>\r\n"),
        [250, 250, 250, 503]
    );
    assert_eq!(
        session("EHLO x\r\nMAIL FROM:<>\r\nEHLO\r\nRCPT TO:<c@d>\r\n"),
        [250, 250, 501, 250]
    );
}

/// Section 4.1.4: MAIL within a mail is out of order and changes nothing.
#[test]
fn s4_1_4_nested_mail() {
    let codes = session("EHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
    assert_eq!(codes, [250, 250, 503, 250]);
}

/// Section 4.1.5: commands that nobody knows are answered with 500.
#[test]
fn s4_1_5_private_commands() {
    assert_eq!(session("XFOO\r\nX\r\nFOO BAR\r\n"), [500, 500, 500]);
}

/// Section 4.2: clients go by the code, and take any text or none.
#[test]
fn s4_2_replies() {
    for bytes in
        ["250\r\n", "250 \r\n", "250 x\r\n", "250-\r\n250\r\n", "250-x\r\n250-y\r\n250 z\r\n"]
    {
        assert_eq!(Reply::parse(bytes.as_bytes()).unwrap().code(), 250, "{bytes:?}");
    }
}

/// Section 4.2.1: all lines of a reply have the same code, and only the last one a space.
#[test]
fn s4_2_1_lines_of_a_reply() {
    let mut out = Vec::new();
    Reply::new(250, "First line\nSecond line\n234 text beginning with numbers\nThe last line")
        .encode(&mut out);
    let lines =
        b"250-First line\r\n250-Second line\r\n250-234 text beginning with numbers\r\n250 The last line\r\n";
    assert_eq!(out, lines);
    for bad in ["250-x\r\n251 y\r\n", "250-x\r\n", "250 x\r\n250 y\r\n"] {
        assert!(Reply::parse(bad.as_bytes()).is_err(), "{bad:?}");
    }
}

/// Section 4.2.2: 421 may come at any time, and ends the session.
#[test]
fn s4_2_2_shutting_down() {
    let mut client = client::Connection::new(client::Config::default());
    client.receive(b"220 hi\r\n250 x\r\n421 shutting down\r\n");
    let mut last = None;
    while let Some(event) = client.poll_event().unwrap() {
        last = Some(event.into_owned());
    }
    assert_eq!(last, Some(client::Event::Closed));
    assert_eq!(client.state(), client::State::Closed);
}

/// Section 4.3.1: a client sends nothing before the greeting, and each command has one answer.
#[test]
fn s4_3_1_greeting_first() {
    let mut client = client::Connection::new(client::Config::default());
    assert_eq!(client.poll_transmit(), None);
    client.receive(b"220 hi\r\n");
    while client.poll_event().unwrap().is_some() {}
    assert_eq!(client.poll_transmit(), Some(&b"EHLO localhost\r\n"[..]));
}

/// Section 4.5.1: what every server has to know.
#[test]
fn s4_5_1_minimum() {
    let codes = session(
        "HELO x\r\nEHLO x\r\nVRFY a\r\nNOOP\r\nMAIL FROM:<>\r\nRCPT TO:<pOSTmASTER>\r\nRSET\r\nQUIT\r\n",
    );
    assert_eq!(codes, [250, 250, 252, 250, 250, 250, 250, 221]);
}

/// Section 4.5.2: a dot is added in front of lines that begin with one, and taken away again.
#[test]
fn s4_5_2_transparency() {
    let mut encoder = smtp_proto::dot::Encoder::new();
    let mut wire = Vec::new();
    encoder.encode(b".a\r\n..b\r\nc.\r\n.\r\n", &mut wire);
    encoder.finish(&mut wire);
    assert_eq!(wire, b"..a\r\n...b\r\nc.\r\n..\r\n.\r\n");

    let mut server = server();
    server.receive(b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    server.receive(&wire);
    let mut content = Vec::new();
    while let Some(event) = server.poll_event().unwrap() {
        match event.into_owned() {
            Event::Command { reply, .. } => server.respond(&reply).unwrap(),
            Event::BodyChunk(chunk) => content.extend_from_slice(&chunk),
            _ => {}
        }
    }
    assert_eq!(content, b".a\r\n..b\r\nc.\r\n.\r\n");
}

/// Section 4.5.3.1: the least that has to be taken.
#[test]
fn s4_5_3_1_sizes() {
    let limits = Limits::default();
    assert!(limits.command_line >= 512 && limits.reply_line >= 512);
    assert!(limits.recipients >= 100 && limits.message >= 64 * 1024);
    let local = "a".repeat(64);
    let domain = [&*"b".repeat(63), &"c".repeat(63), &"d".repeat(63), &"e".repeat(63)].join(".");
    assert_eq!(domain.len(), 255);
    let codes =
        session(&format!("EHLO x\r\nMAIL FROM:<{local}@{domain}>\r\nRCPT TO:<{local}@b>\r\n"));
    assert_eq!(codes, [250, 250, 250]);
    let text = "x".repeat(1000 - 2);
    let data = format!("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n{text}\r\n.\r\n");
    assert_eq!(session(&data), [250, 250, 250, 354, 250]);
}

/// Section 4.5.3.1.9: a line that is too long has the answer 500, and nothing else happens.
#[test]
fn s4_5_3_1_9_long_lines() {
    let long = "x".repeat(5000);
    assert_eq!(session(&format!("NOOP {long}\r\nNOOP\r\n")), [500, 250]);
}

/// Section 4.5.3.1.10: recipients beyond the limit have the answer 452, and the others stay.
#[test]
fn s4_5_3_1_10_recipients() {
    let mut config = config();
    config.limits.recipients = 100;
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("hi")).unwrap();
    answers(&mut server, "EHLO x\r\nMAIL FROM:<>\r\n");
    for _ in 0..100 {
        assert_eq!(answers(&mut server, "RCPT TO:<c@d>\r\n"), [250]);
    }
    assert_eq!(answers(&mut server, "RCPT TO:<c@d>\r\nDATA\r\n"), [452, 354]);
    assert_eq!(server.recipients(), 100);
}

/// Section 4.5.3.2: how long a client waits for each answer.
#[test]
fn s4_5_3_2_timeouts() {
    let minutes = |n: u64| Some(Duration::from_secs(n * 60));
    let mut client = client::Connection::new(client::Config::default());
    assert_eq!(client.timeout(), minutes(5));
    client.receive(b"220 hi\r\n250 x\r\n");
    while client.poll_event().unwrap().is_some() {}
    for (line, answer, wait) in [
        ("MAIL FROM:<>", "250 ok\r\n", 5),
        ("RCPT TO:<a@b>", "250 ok\r\n", 5),
        ("DATA", "354 go on\r\n", 2),
    ] {
        client.send(&Command::parse(line.as_bytes()).unwrap()).unwrap();
        while let Some(bytes) = client.poll_transmit() {
            let n = bytes.len();
            client.transmitted(n);
        }
        assert_eq!(client.timeout(), minutes(wait), "{line}");
        client.receive(answer.as_bytes());
        while client.poll_event().unwrap().is_some() {}
    }
    assert_eq!(client.timeout(), minutes(3));
    client.finish_body().unwrap();
    while let Some(bytes) = client.poll_transmit() {
        let n = bytes.len();
        client.transmitted(n);
    }
    assert_eq!(client.timeout(), minutes(10));
    assert_eq!(server().timeout(), minutes(5));
}
