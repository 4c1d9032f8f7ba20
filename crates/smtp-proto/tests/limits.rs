//! Limits, and what attacks on other programs were made of, each with the bytes that were used.

mod support;

use smtp_proto::client::{self, Envelope};
use smtp_proto::server::{Connection, Event, LineEnds, LongLines, State};
use smtp_proto::{
    Capability, Command, DeviationKind, Error, ForwardPath, Mechanism, Reply, ReversePath, Secret,
    SendError,
};

use support::server_config;

/// What the server says to these bytes, cut in two at a place: the codes of its replies.
fn codes(server: &mut Connection, bytes: &[u8], cut: usize) -> Vec<u16> {
    let mut out = Vec::new();
    for piece in [&bytes[..cut], &bytes[cut..]] {
        server.receive(piece);
        while let Ok(Some(event)) = server.poll_event() {
            match event.into_owned() {
                Event::Command { command: Command::Auth { .. }, .. } => {
                    server.respond(&Reply::challenge(b"go on")).unwrap();
                }
                Event::Command { reply, .. } | Event::Rejected { reply, .. } => {
                    server.respond(&reply).unwrap();
                }
                Event::BodyEnd { replies, .. } => {
                    (0..replies).for_each(|_| server.respond(&Reply::new(250, "ok")).unwrap());
                }
                _ => {}
            }
        }
        while let Some(bytes) = server.poll_transmit() {
            out.extend_from_slice(bytes);
            let n = bytes.len();
            server.transmitted(n);
        }
    }
    let text = String::from_utf8(out).unwrap();
    let last = text.lines().filter(|line| line.as_bytes().get(3) == Some(&b' '));
    last.map(|line| line[..3].parse().unwrap()).collect()
}

fn server(change: impl FnOnce(&mut smtp_proto::server::Config)) -> Connection {
    let mut config = server_config(false);
    config.allow_plaintext_auth = true;
    config.capabilities.push(Capability::auth(&["PLAIN", "LOGIN", "EXTERNAL"]).unwrap());
    change(&mut config);
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("ready")).unwrap();
    server
}

/// The codes are the same at every cut.
fn check(change: impl Fn(&mut smtp_proto::server::Config), bytes: &[u8], expected: &[u16]) {
    let mut server = server(&change);
    let mut all = codes(&mut server, bytes, bytes.len());
    all.remove(0);
    assert_eq!(all, expected, "{}", bytes.escape_ascii());
    for cut in 0..bytes.len() {
        let mut server = self::server(&change);
        let mut all = codes(&mut server, bytes, cut);
        all.remove(0);
        assert_eq!(all, expected, "{} cut at {cut}", bytes.escape_ascii());
    }
}

const MAIL: &str = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";

#[test]
fn l2_text_lines_of_any_length_are_content_and_take_no_memory() {
    for line_ends in [LineEnds::Strict, LineEnds::Compat] {
        let mut server = server(|config| config.line_ends = line_ends);
        codes(&mut server, format!("{MAIL}DATA\r\n").as_bytes(), 0);
        let mut size = 0;
        for _ in 0..1000 {
            server.receive(&[b'x'; 10_000]);
            while let Some(event) = server.poll_event().unwrap() {
                let Event::BodyChunk(chunk) = event else { panic!() };
                size += chunk.len();
            }
            assert!(server.wants_read());
        }
        assert_eq!(size, 10_000_000);
        assert_eq!(codes(&mut server, b"\r\n.\r\n", 0), [250]);
    }
}

#[test]
fn l2_long_text_lines_by_policy() {
    let content = |longest: usize| {
        let line = "x".repeat(longest - 2);
        // A dot is doubled on the way and does not count twice.
        format!("{MAIL}DATA\r\nhi\r\n..{}\r\n{line}\r\nbye\r\n.\r\nNOOP\r\n", &line[1..])
    };
    for (policy, longest, code) in [
        (LongLines::Reject, 1000, 250),
        (LongLines::Reject, 1001, 550),
        (LongLines::Report, 1001, 250),
        (LongLines::Accept, 1001, 250),
    ] {
        let set = |config: &mut smtp_proto::server::Config| config.long_lines = policy;
        let bytes = content(longest);
        for cut in [0, 70, 1000, 1075, 1076, 1080, 1081, 2080, 2085, bytes.len()] {
            let mut server = server(set);
            let all = codes(&mut server, bytes.as_bytes(), cut.min(bytes.len()));
            assert_eq!(all[1..], [250, 250, 250, 354, code, 250], "{policy:?} {longest} {cut}");
        }
    }
    for cut in [0, 1000, 2060] {
        let mut server = server(|config| config.long_lines = LongLines::Report);
        let bytes = content(1001);
        let mut told = Vec::new();
        for piece in [&bytes[..cut], &bytes[cut..]] {
            server.receive(piece.as_bytes());
            while let Some(event) = server.poll_event().unwrap() {
                match event.into_owned() {
                    Event::Command { reply, .. } => server.respond(&reply).unwrap(),
                    Event::BodyChunk(_)
                    | Event::Deviation(DeviationKind::UnauthorizedPipelining) => {}
                    event => told.push(event),
                }
                if matches!(told.last(), Some(Event::BodyEnd { .. })) {
                    break;
                }
            }
        }
        let [Event::Deviation(DeviationKind::LongLine), Event::BodyEnd { .. }] = &told[..] else {
            panic!("{told:?}")
        };
    }
}

#[test]
fn l5_a_message_too_large_is_read_to_its_end() {
    let small = |config: &mut smtp_proto::server::Config| config.limits.message = 10;
    let bytes = format!("{MAIL}DATA\r\n12345678901\r\nRSET\r\n.\r\nNOOP\r\n");
    check(small, bytes.as_bytes(), &[250, 250, 250, 354, 552, 250]);
    // Told before, it does not even begin.
    check(small, b"EHLO c\r\nMAIL FROM:<a@b> SIZE=11\r\nNOOP\r\n", &[250, 552, 250]);
    // Exactly as large as allowed.
    let bytes = format!("{MAIL}DATA\r\n12345678\r\n.\r\n");
    check(small, bytes.as_bytes(), &[250, 250, 250, 354, 250]);
}

#[test]
fn l8_logins_and_the_lines_of_an_exchange_are_counted() {
    let few = |config: &mut smtp_proto::server::Config| config.limits.auth_rounds = 3;
    let bytes = b"EHLO c\r\nAUTH LOGIN\r\nYQ==\r\nYQ==\r\nYQ==\r\nYQ==\r\nNOOP\r\n";
    let mut server = server(few);
    let mut answered = 0;
    server.receive(bytes);
    let mut last = 0;
    while let Some(event) = server.poll_event().unwrap() {
        let reply = match event.into_owned() {
            Event::Command { command: Command::Auth { .. } | Command::AuthResponse(_), .. } => {
                answered += 1;
                Reply::challenge(b"more")
            }
            Event::Command { reply, .. } | Event::Rejected { reply, .. } => reply,
            _ => continue,
        };
        last = reply.code();
        server.respond(&reply).unwrap();
    }
    assert_eq!((answered, last), (4, 250));
}

#[test]
fn l9_base64_without_end_takes_no_memory() {
    let mut server = server(|_| {});
    codes(&mut server, b"EHLO c\r\nAUTH LOGIN\r\n", 0);
    let mut end = Ok(());
    for _ in 0..100 {
        server.receive(&[b'A'; 1000]);
        end = end.and(server.poll_event().map(drop));
    }
    assert_eq!(end, Err(Error::LineTooLong { limit: 12288 }));
    // A line of the longest length is decoded, a longer one ends the exchange and nothing else.
    let long =
        |len: usize| [&b"EHLO c\r\nAUTH LOGIN\r\n"[..], &vec![b'A'; len], b"\r\nNOOP\r\n"].concat();
    let mut server = self::server(|_| {});
    assert_eq!(codes(&mut server, &long(12284), 0), [220, 250, 334, 535, 250]);
    let mut server = self::server(|_| {});
    assert_eq!(codes(&mut server, &long(12288), 0), [220, 250, 334, 500, 250]);
}

#[test]
fn l12_commands_wait_while_the_application_is_slow() {
    let mut server = server(|_| {});
    let line = b"NOOP 1234\r\n";
    let mut taken = 0;
    while server.wants_read() {
        server.receive(&line.repeat(100));
        taken += 1;
        assert!(taken < 1000, "it takes everything");
    }
    // Who goes on regardless loses the connection, and the process nothing.
    server.receive(line);
    assert!(matches!(server.poll_event(), Err(Error::InputOverflow { .. })));
    assert_eq!(server.state(), State::Closed);
}

#[test]
fn l13_values_of_dsn_have_their_lengths() {
    let ok = "e".repeat(100);
    let long = "e".repeat(101);
    let encoded = "+2B".repeat(100);
    for (value, answer) in [(&ok, 250), (&encoded, 250), (&long, 501)] {
        let bytes = format!("EHLO c\r\nMAIL FROM:<a@b> ENVID={value}\r\n");
        check(|_| {}, bytes.as_bytes(), &[250, answer]);
    }
    let recipient = |len: usize| {
        let address = "a".repeat(len);
        format!("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d> ORCPT=rfc822;{address}\r\n")
    };
    // 500 characters, "rfc822;" among them.
    check(|_| {}, recipient(493).as_bytes(), &[250, 250, 250]);
    check(|_| {}, recipient(494).as_bytes(), &[250, 250, 501]);
    check(|_| {}, recipient(5000).as_bytes(), &[250, 250, 500]);
}

#[test]
fn l15_octets_that_no_command_has() {
    for bad in [
        &b"EHLO c\r\nNO\0OP\r\nRSET\r\n"[..],
        b"EHLO c\r\nNOOP \0\r\nRSET\r\n",
        b"EHLO c\r\nMAIL FROM:<a\0@b>\r\nRSET\r\n",
        b"EHLO c\r\nMAIL FROM:<\xff@b>\r\nRSET\r\n",
        b"EHLO c\r\nMAIL FROM:<a@\xc3>\r\nRSET\r\n",
        b"EHLO c\r\n\xf0\x9f\x92\x8c\r\nRSET\r\n",
    ] {
        let mut server = server(|_| {});
        let all = codes(&mut server, bad, 0);
        assert!(matches!(all[..], [220, 250, 500..=501, 250]), "{} {all:?}", bad.escape_ascii());
    }
}

#[test]
fn l16_what_failed_is_said_in_the_session() {
    // LMTP: an answer for each recipient, after the content; none is left for a bounce later on.
    let mut config = server_config(true);
    config.limits.recipients = 2;
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("ready")).unwrap();
    let bytes = "LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\n\
                 DATA\r\nx\r\n.\r\n";
    assert_eq!(
        codes(&mut server, bytes.as_bytes(), 0),
        [220, 250, 250, 250, 250, 452, 354, 250, 250]
    );
}

fn client(offers: &str) -> client::Connection {
    let mut client = client::Connection::new(support::client_config(false));
    for bytes in ["220 ready\r\n", offers] {
        client.receive(bytes.as_bytes());
        while client.poll_event().unwrap().is_some() {}
    }
    client
}

#[test]
fn t4_capabilities_from_before_tls_are_forgotten() {
    let mut client = client("250-mx\r\n250-STARTTLS\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n");
    client.send(&Command::StartTls).unwrap();
    client.receive(b"220 go\r\n");
    while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
        client.transmitted(n);
    }
    assert_eq!(client.poll_event(), Ok(Some(client::Event::StartTls)));
    client.tls_started().unwrap();
    assert!(client.capabilities().is_none());
    client.receive(b"250 mx\r\n");
    while client.poll_event().unwrap().is_some() {}
    let plain = Command::Auth { mechanism: Mechanism::try_from("PLAIN").unwrap(), initial: None };
    assert_eq!(client.send(&plain), Err(SendError::Unsupported("AUTH")));
}

#[test]
fn chunks_inside_of_chunks() {
    // Exim, CVE-2017-16943 and -16944: content that fails in the middle of BDAT, and periods in it.
    let bytes = format!("{MAIL}BDAT 1\r\n.BDAT 2\r\n\r\nBDAT 5 LAST\r\n.\r\n\r\nNOOP\r\n");
    check(|_| {}, bytes.as_bytes(), &[250, 250, 250, 250, 250, 250, 250]);
    let bytes =
        format!("{MAIL}BDAT 4\r\nabcdBDAT 20 LAST\r\n12345678901234567890MAIL FROM:<a@b>\r\n");
    let small = |config: &mut smtp_proto::server::Config| config.limits.message = 10;
    check(small, bytes.as_bytes(), &[250, 250, 250, 250, 552, 250]);
}

#[test]
fn base64_that_ends_oddly() {
    // Exim, CVE-2018-6789: lengths that are no multiples of four.
    for odd in ["Y", "YQ", "YQ=", "YWI", "YWJj=", "====", "YQ==YQ==", "*Y", " ", "YQ\\"] {
        let mut server = server(|_| {});
        let bytes = format!("EHLO c\r\nAUTH LOGIN\r\n{odd}\r\nNOOP\r\n");
        let all = codes(&mut server, bytes.as_bytes(), 0);
        assert!(matches!(all[..], [220, 250, 334, 500..=535, 250]), "{odd} {all:?}");
    }
    // An initial response that is none.
    check(|_| {}, b"EHLO c\r\nAUTH EXTERNAL =\r\n*\r\nNOOP\r\n", &[250, 334, 501, 250]);
    check(|_| {}, b"EHLO c\r\nAUTH EXTERNAL ?\r\nNOOP\r\n", &[250, 501, 250]);
}

#[test]
fn backslashes_at_the_end() {
    // Exim, CVE-2019-15846: nothing follows the backslash.
    for bad in ["MAIL FROM:<\"a\\", "MAIL FROM:<\"a\\\"@b>", "EHLO \\", "RCPT TO:<a@[x:\\"] {
        let mut server = server(|_| {});
        let bytes = format!("EHLO c\r\n{bad}\r\nNOOP\r\n");
        let all = codes(&mut server, bytes.as_bytes(), 0);
        assert!(all.len() == 4 && all[3] == 250, "{bad} {all:?}");
    }
}

#[test]
fn senders_that_a_shell_would_run() {
    // OpenSMTPD, CVE-2020-7247: a local part with semicolons. It is no dot-atom; quoted it is kept
    // as it is, in its quotes.
    check(|_| {}, b"EHLO c\r\nMAIL FROM:<;sleep 66;>\r\n", &[250, 501]);
    let command = Command::parse(b"MAIL FROM:<\";sleep 66;\"@b>").unwrap();
    let Command::Mail { from, .. } = &command else { panic!() };
    assert_eq!(from.as_str(), "\";sleep 66;\"@b");
}

#[test]
fn replies_of_many_lines() {
    // OpenSMTPD, CVE-2020-8794 and curl, CVE-2019-3823: the text of a reply that goes on, and one that
    // ends at the end of what was read.
    let mut client = client("250 mx\r\n");
    let mut envelope = Envelope::new(ReversePath::Null);
    envelope.to(ForwardPath::try_from("a@b").unwrap());
    client.send_mail(&envelope).unwrap();
    client.send_body("x\r\n".into()).unwrap();
    client.finish_body().unwrap();
    let reply = b"553-5.1.1 one\r\n553-type: mda\r\n553 5.1.1\r\n";
    for byte in reply {
        client.receive(&[*byte]);
        while let Some(event) = client.poll_event().unwrap() {
            assert!(!matches!(event, client::Event::Closed));
        }
    }
    let sent = client.poll_transmit().map(<[u8]>::to_vec).unwrap();
    assert!(!String::from_utf8(sent).unwrap().contains("mda"));
}

#[test]
fn content_that_is_all_periods() {
    // curl, CVE-2018-0500: every octet doubles.
    let mut client = client("250 mx\r\n");
    let mut envelope = Envelope::new(ReversePath::Null);
    envelope.to(ForwardPath::try_from("a@b").unwrap());
    client.send_mail(&envelope).unwrap();
    client.send_body(".\r\n".repeat(50_000).into()).unwrap();
    client.finish_body().unwrap();
    let mut out = Vec::new();
    for answer in ["", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"] {
        client.receive(answer.as_bytes());
        while client.poll_event().unwrap().is_some() {}
        out.clear();
        while let Some(bytes) = client.poll_transmit() {
            out.extend_from_slice(bytes);
            let n = bytes.len();
            client.transmitted(n);
        }
    }
    assert_eq!(out, ["..\r\n".repeat(50_000), ".\r\n".to_owned()].concat().into_bytes());
}

#[test]
fn no_secret_is_ever_shown() {
    let secret = Secret::from_octets(b"planted-password".as_slice());
    let initial = Some(secret.clone());
    let auth = Command::Auth { mechanism: Mechanism::try_from("PLAIN").unwrap(), initial };
    let mut client = client("250-mx\r\n250 AUTH PLAIN\r\n");
    client.send(&auth).ok();
    let mut server = server(|_| {});
    server.receive(b"EHLO c\r\nAUTH PLAIN cGxhbnRlZC1wYXNzd29yZA==\r\n");
    let mut all = format!("{auth:?} {secret:?} {client:?}");
    while let Some(event) = server.poll_event().unwrap() {
        all += &format!("{event:?}");
        let Event::Command { reply, .. } = event.into_owned() else { continue };
        server.respond(&reply).unwrap();
    }
    assert!(all.contains("[redacted]") && !all.contains("planted"), "{all}");
    // Not in base64, not as a list of octets.
    all += &format!("{client:?} {server:?}");
    assert!(!all.contains("cGxhbnRl") && !all.contains("112, 108, 97, 110"), "{all}");
}
