//! Attacks, each with the bytes that were used, whole and cut at every place.

mod support;

use smtp_proto::client;
use smtp_proto::server::{Config, Connection, Event, LineEnds};
use smtp_proto::{
    Capability, Command, DeviationKind, Error, ForwardPath, HelloName, Mailbox, Parameters, Reply,
    ReversePath, SendError, Text, XText,
};

use support::server_config;

/// What a server made of bytes: a word for each event, and the contents.
fn serve(config: &Config, bytes: &[u8], cut: usize) -> (Vec<String>, Result<(), Error>) {
    let mut server = Connection::new(config.clone());
    server.respond(&Reply::greeting("ready")).unwrap();
    let mut seen = Vec::new();
    let mut content = Vec::new();
    for piece in [&bytes[..cut], &bytes[cut..]] {
        server.receive(piece);
        loop {
            let event = match server.poll_event() {
                Err(error) => return (seen, Err(error)),
                Ok(None) => break,
                Ok(Some(event)) => event.into_owned(),
            };
            match event {
                Event::Command { command, reply } => {
                    seen.push(command.name().to_owned());
                    server.respond(&reply).unwrap();
                }
                Event::Rejected { reply, .. } => {
                    seen.push(reply.code().to_string());
                    content.clear();
                    server.respond(&reply).unwrap();
                }
                Event::BodyChunk(chunk) => content.extend_from_slice(&chunk),
                Event::BodyEnd { .. } => {
                    seen.push(format!(
                        "{:?}",
                        String::from_utf8(core::mem::take(&mut content)).unwrap()
                    ));
                    server.respond(&Reply::new(250, "taken")).unwrap();
                }
                // Whether the next command has arrived already depends on the cut.
                Event::Deviation(_) => {}
                event => seen.push(format!("{event:?}")),
            }
            while let Some(bytes) = server.poll_transmit() {
                let n = bytes.len();
                server.transmitted(n);
            }
        }
    }
    (seen, Ok(()))
}

fn check(config: &Config, bytes: &[u8], expected: &[&str]) {
    for cut in 0..=bytes.len() {
        let (seen, end) = serve(config, bytes, cut);
        assert_eq!(end, Ok(()), "{:?} cut at {cut}", String::from_utf8_lossy(bytes));
        assert_eq!(seen, expected, "{:?} cut at {cut}", String::from_utf8_lossy(bytes));
    }
}

const BEGIN: &str = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
const BEGUN: [&str; 4] = ["EHLO", "MAIL", "RCPT", "DATA"];

/// Content after DATA, with what has to come of it in both policies.
fn data(content: &str, strict: &[&str], compat: &[&str]) {
    let bytes = format!("{BEGIN}{content}");
    let mut config = server_config(false);
    for (line_ends, expected) in [(LineEnds::Strict, strict), (LineEnds::Compat, compat)] {
        config.line_ends = line_ends;
        let expected: Vec<&str> = BEGUN.iter().chain(expected).copied().collect();
        check(&config, bytes.as_bytes(), &expected);
    }
}

#[test]
fn s1_to_s4_no_end_around_bare_line_ends() {
    for sequence in ["\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n"] {
        let content = format!("hi{sequence}MAIL FROM:<x@y>\r\n.\r\n");
        let text = content.strip_suffix(".\r\n").unwrap();
        let mut mended = String::new();
        let mut before = ' ';
        for c in text.chars() {
            if c == '\n' && before != '\r' {
                mended.push('\r');
            }
            mended.push(c);
            before = c;
        }
        data(&content, &["550"], &[&format!("{mended:?}")]);
    }
}

#[test]
fn s5_and_s6_no_end_before_a_second_cr() {
    for sequence in ["\r\n.\r\r\n", "\r\r\n.\r\r\n"] {
        let content = format!("hi{sequence}\r\n.\r\n");
        let compat = format!("hi{sequence}\r\n").replace("\r\n.\r\r\n", "\r\n\r\r\n");
        data(&content, &["550"], &[&format!("{compat:?}")]);
    }
}

#[test]
fn s7_to_s9_no_end_with_other_octets() {
    data("hi\r\n\0.\r\n\r\n.\r\n", &["550"], &["\"hi\\r\\n\\0.\\r\\n\\r\\n\""]);
    data("hi\r\n.\nx\r\n.\r\n", &["550"], &["\"hi\\r\\n\\r\\nx\\r\\n\""]);
    data("hi\r\n. \r\n.\r\n", &["\"hi\\r\\n \\r\\n\""], &["\"hi\\r\\n \\r\\n\""]);
}

#[test]
fn s10_to_s13_the_end_and_what_follows() {
    let empty = ["\"\"", "RSET"];
    data(".\r\nRSET\r\n", &empty, &empty);
    let dot = ["\".x\\r\\n\"", "RSET"];
    data("..x\r\n.\r\nRSET\r\n", &dot, &dot);
    let line = ["\".\\r\\n\""];
    data("..\r\n.\r\n", &line, &line);
    let next = ["\"hi\\r\\n\"", "MAIL"];
    data("hi\r\n.\r\nMAIL FROM:<a@b>\r\n", &next, &next);
}

#[test]
fn s14_a_chunk_is_content_whatever_is_in_it() {
    let bytes = b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 8\r\na\r\n.\r\nbcBDAT 3 LAST\r\n.\r\nRSET\r\n";
    check(
        &server_config(false),
        bytes,
        &["EHLO", "MAIL", "RCPT", "\"a\\r\\n.\\r\\nbc.\\r\\n\"", "RSET"],
    );
}

#[test]
fn s15_and_s16_bare_line_ends_in_commands() {
    check(&server_config(false), b"EHLO a\nNOOP\r\n", &["500", "NOOP"]);
    check(&server_config(false), b"NO\rOP\r\nNOOP\r\n", &["501", "NOOP"]);
    check(
        &server_config(false),
        b"EHLO c\r\nMAIL FROM:<a\rb@c>\r\nNOOP\r\n",
        &["EHLO", "501", "NOOP"],
    );
}

#[test]
fn what_is_written_has_no_early_end() {
    for content in ["1\n.\n2\r.\r\n3\n.\r\n4\r\n.5", ".\r\n", "\r", "\r\n.\r", "\n.\r\n"] {
        for cut in 0..=content.len() {
            let mut encoder = smtp_proto::dot::Encoder::new();
            let mut out = Vec::new();
            encoder.encode(&content.as_bytes()[..cut], &mut out);
            encoder.encode(&content.as_bytes()[cut..], &mut out);
            encoder.finish(&mut out);
            let text = String::from_utf8(out).unwrap();
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text:?}");
            let end =
                if text.starts_with(".\r\n") { 0 } else { text.find("\r\n.\r\n").unwrap() + 2 };
            assert_eq!(end + 3, text.len(), "{text:?}");
        }
    }
}

#[test]
fn t1_nothing_after_starttls_counts() {
    let mut config = server_config(false);
    config.capabilities.push(Capability::StartTls);
    let bytes = b"EHLO c\r\nSTARTTLS\r\nRSET\r\n";
    for cut in 0..bytes.len() {
        let (seen, end) = serve(&config, bytes, cut);
        assert_eq!(end, Err(Error::PlaintextAfterStartTls), "cut at {cut}");
        assert!(!seen.contains(&"RSET".to_owned()));
    }
}

#[test]
fn t2_no_answer_from_before_tls_counts() {
    let bytes = b"220 mx\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n250 x\r\n";
    for cut in 0..bytes.len() {
        let mut client = client::Connection::new(client::Config::default());
        let mut result = Ok(());
        for piece in [&bytes[..cut], &bytes[cut..]] {
            client.receive(piece);
            loop {
                match client.poll_event() {
                    Ok(Some(client::Event::Capabilities(_))) => {
                        client.send(&Command::StartTls).unwrap();
                    }
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
                while let Some(bytes) = client.poll_transmit() {
                    let n = bytes.len();
                    client.transmitted(n);
                }
            }
        }
        assert_eq!(result, Err(Error::PlaintextAfterStartTls), "cut at {cut}");
    }
}

#[test]
fn t5_a_refusal_of_tls_is_no_way_around_it() {
    for answer in ["454 no\r\n", "500 what\r\n"] {
        let mut config = client::Config::default();
        config.require_tls = true;
        let mut client = client::Connection::new(config);
        client.receive(b"220 mx\r\n");
        client.poll_event().unwrap();
        client.receive(b"250-mx\r\n250 STARTTLS\r\n");
        client.poll_event().unwrap();
        client.send(&Command::StartTls).unwrap();
        client.receive(answer.as_bytes());
        assert_eq!(client.poll_event().unwrap_err(), Error::TlsRefused);
    }
}

/// The next event that is not about a deviation.
fn next(server: &mut Connection) -> Event<'static> {
    loop {
        match server.poll_event().unwrap().unwrap() {
            Event::Deviation(_) => {}
            event => return event.into_owned(),
        }
    }
}

#[test]
fn t6_and_t7_starttls_in_the_wrong_place() {
    let mut config = server_config(false);
    config.capabilities.push(Capability::StartTls);
    check(&config, b"EHLO c\r\nMAIL FROM:<a@b>\r\nSTARTTLS\r\n", &["EHLO", "MAIL", "503"]);
    check(&config, b"EHLO c\r\nSTARTTLS now\r\n", &["EHLO", "501"]);
    let mut server = Connection::new(config);
    server.tls_started().unwrap();
    server.respond(&Reply::greeting("ready")).unwrap();
    server.receive(b"EHLO c\r\nSTARTTLS\r\n");
    let Event::Command { reply, .. } = next(&mut server) else { panic!() };
    assert!(!format!("{reply:?}").contains("STARTTLS"));
    server.respond(&reply).unwrap();
    let Event::Rejected { reply, .. } = next(&mut server) else { panic!() };
    assert_eq!(reply.code(), 503);
}

#[test]
fn t9_no_password_before_tls() {
    let mut config = server_config(false);
    config.capabilities.push(Capability::auth(&["PLAIN", "SCRAM-SHA-256"]).unwrap());
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("ready")).unwrap();
    server.receive(b"EHLO c\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n");
    let Event::Command { reply, .. } = next(&mut server) else { panic!() };
    assert!(format!("{reply:?}").contains("AUTH SCRAM-SHA-256"), "{reply:?}");
    server.respond(&reply).unwrap();
    let event = next(&mut server);
    assert!(!format!("{event:?}").contains("tanstaaf"));
    let Event::Rejected { reply, .. } = event else { panic!("{event:?}") };
    assert_eq!(reply.code(), 538);
}

#[test]
fn t10_mechanisms_that_go_away_with_tls_are_told() {
    for (clear, tls, told) in [
        ("250 AUTH PLAIN SCRAM-SHA-256", "250 AUTH SCRAM-SHA-256", true),
        ("250 AUTH SCRAM-SHA-256", "250 AUTH PLAIN SCRAM-SHA-256", false),
        ("250 AUTH LOGIN", "250 SIZE", true),
        ("250 SIZE", "250 AUTH PLAIN", false),
    ] {
        for strict in [false, true] {
            let mut config = client::Config::default();
            config.strict = strict;
            let mut client = client::Connection::new(config);
            client.receive(format!("220 hi\r\n250-x\r\n250-STARTTLS\r\n{clear}\r\n").as_bytes());
            while client.poll_event().unwrap().is_some() {}
            client.send(&Command::StartTls).unwrap();
            while let Some(bytes) = client.poll_transmit() {
                let n = bytes.len();
                client.transmitted(n);
            }
            client.receive(b"220 go\r\n");
            while client.poll_event().unwrap().is_some() {}
            client.tls_started().unwrap();
            client.receive(format!("250-x\r\n{tls}\r\n").as_bytes());
            let kind = DeviationKind::MechanismsTakenBack;
            let first = client.poll_event().map(|event| event.map(client::Event::into_owned));
            match first {
                Err(error) => assert!(told && strict && error == Error::Deviation(kind)),
                Ok(Some(client::Event::Deviation(found))) => {
                    assert!(told && !strict && found == kind);
                    let next = client.poll_event().unwrap();
                    assert!(matches!(next, Some(client::Event::Capabilities(_))), "{next:?}");
                }
                other => assert!(!told, "{other:?}"),
            }
        }
    }
}

#[test]
fn i1_to_i8_no_value_carries_a_line_end() {
    for bad in ["\"a\r\nRCPT TO:<x>\"@y", "a@b\r\nQUIT", "a@b>\r\n", "\"a\n\"@b", "a\0@b"] {
        assert!(Mailbox::try_from(bad).is_err());
        assert!(ReversePath::try_from(bad).is_err());
        assert!(ForwardPath::try_from(bad).is_err());
        assert!(HelloName::try_from(bad).is_err());
        assert!(XText::try_from(bad).is_err());
        if bad.contains(['\r', '\n', '\0']) {
            assert!(Text::try_from(bad).is_err());
        }
    }
    let mut parameters = Parameters::default();
    for (keyword, value) in
        [("SIZE", "1\r\nRCPT TO:<x@y>"), ("A\r\nB", "1"), ("A", "1 B"), ("A", "")]
    {
        assert!(parameters.push(keyword, Some(value)).is_err());
    }
    assert!(Parameters::try_from("SIZE=1\r\nQUIT").is_err());
    assert!(Capability::parse(b"X\r\n250 Y").is_err());
    let mut out = Vec::new();
    Reply::new(250, "x\r\n250 y\r").encode(&mut out);
    assert_eq!(out, b"250-x \r\n250 250 y \r\n");
}

#[test]
fn l1_long_lines_are_skipped_in_bounded_memory() {
    let config = server_config(false);
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("ready")).unwrap();
    server.receive(b"EHLO ");
    for _ in 0..10 {
        assert!(server.wants_read());
        server.receive(&[b'x'; 1000]);
        assert_eq!(server.poll_event(), Ok(None));
    }
    server.receive(b"\r\n");
    let Some(Event::Rejected { reply, .. }) = server.poll_event().unwrap() else { panic!() };
    assert_eq!(reply.code(), 500);
    server.respond(&reply).unwrap();
    let mut error = None;
    for _ in 0..200 {
        server.receive(&[b'x'; 1000]);
        error = error.or(server.poll_event().err());
    }
    assert_eq!(error, Some(Error::LineTooLong { limit: 4096 }));
}

#[test]
fn l3_replies_are_bounded() {
    let mut client = client::Connection::new(client::Config::default());
    let mut error = None;
    for _ in 0..10_000 {
        client.receive(b"220-hello there\r\n");
        error = error.or(client.poll_event().err());
    }
    assert!(matches!(error, Some(Error::TooMany { .. })), "{error:?}");
    let mut client = client::Connection::new(client::Config::default());
    client.receive(&[b'2'; 10_000]);
    assert!(matches!(client.poll_event(), Err(Error::LineTooLong { .. })));
}

#[test]
fn l6_chunks_that_cannot_be() {
    let config = server_config(false);
    // The octets of a chunk in the wrong place are not commands.
    check(&config, b"EHLO c\r\nBDAT 6\r\nQUIT\r\nNOOP\r\n", &["EHLO", "503", "NOOP"]);
    for line in ["BDAT -1", "BDAT 18446744073709551616", "BDAT"] {
        let bytes = format!("EHLO c\r\n{line}\r\nMAIL FROM:<a@b>\r\n");
        check(&config, bytes.as_bytes(), &["EHLO", "501", "Closed"]);
    }
    let start = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";
    let bytes = format!("{start}BDAT 0\r\nBDAT 0 LAST\r\nNOOP\r\n");
    check(&config, bytes.as_bytes(), &["EHLO", "MAIL", "RCPT", "\"\"", "NOOP"]);
    let bytes = format!("{start}BDAT 1\r\nxDATA\r\nRSET\r\n");
    check(&config, bytes.as_bytes(), &["EHLO", "MAIL", "RCPT", "503", "RSET"]);
    let mut small = config;
    small.limits.message = 3;
    let bytes = format!("{start}BDAT 4\r\nQUITBDAT 1 LAST\r\nxNOOP\r\n");
    check(&small, bytes.as_bytes(), &["EHLO", "MAIL", "RCPT", "552", "503", "NOOP"]);
}

#[test]
fn l7_floods_end() {
    let mut config = server_config(false);
    config.limits.bad_commands = 2;
    config.limits.junk_commands = 2;
    check(&config, b"X\r\nX\r\nX\r\nNOOP\r\n", &["500", "500", "421", "Closed"]);
    check(&config, b"NOOP\r\nRSET\r\nNOOP\r\nNOOP\r\n", &["NOOP", "RSET", "421", "Closed"]);
}

#[test]
fn l14_sizes_and_duplicates() {
    let config = server_config(false);
    for (parameters, answer) in [
        ("SIZE=99999999999999999999999", "501"),
        ("SIZE=10 SIZE=20", "501"),
        ("SIZE=99999999999", "552"),
        ("SIZE=", "501"),
        ("BODY=9BIT", "501"),
        ("XFOO=1", "555"),
        ("SIZE=10", "MAIL"),
    ] {
        let bytes = format!("EHLO c\r\nMAIL FROM:<a@b> {parameters}\r\n");
        check(&config, bytes.as_bytes(), &["EHLO", answer]);
    }
}

#[test]
fn replies_with_two_codes_end_the_session() {
    let mut client = client::Connection::new(client::Config::default());
    client.receive(b"220 mx\r\n");
    client.poll_event().unwrap();
    client.receive(b"250-a\r\n550 b\r\n");
    assert!(matches!(client.poll_event(), Err(Error::Malformed(_))));
    assert_eq!(client.send(&Command::Rset), Err(SendError::Closed));
}

#[test]
fn l1_long_lines_end_alike_at_every_cut() {
    // Skipped, up to a limit that counts the same whether the line came at once or not.
    let mut config = server_config(false);
    config.limits.command_line = 10;
    config.limits.skipped_line = 20;
    for (len, end) in [(18, Ok(())), (19, Err(Error::LineTooLong { limit: 10 }))] {
        let mut line = vec![b'x'; len];
        line.extend_from_slice(b"\r\n");
        for cut in 1..line.len() {
            let mut server = Connection::new(config.clone());
            server.respond(&Reply::greeting("ready")).unwrap();
            let mut result = Ok(());
            let mut rejected = 0;
            for chunk in [&line[..cut], &line[cut..]] {
                server.receive(chunk);
                match server.poll_event() {
                    Ok(Some(Event::Rejected { .. })) => rejected += 1,
                    Ok(other) => assert_eq!(other, None),
                    Err(error) => result = Err(error),
                }
            }
            assert_eq!((&result, rejected), (&end, usize::from(end.is_ok())), "{cut}");
        }
    }
}
