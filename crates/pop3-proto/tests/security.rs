//! Attacks, each with the bytes that were used, whole and cut at every place.
#![allow(clippy::std_instead_of_core)]

use pop3_proto::client::{self, Event};
use pop3_proto::server::{self, Event as Request};
use pop3_proto::{
    Command, Error, Name, Password, Reply, SendError, Text, UniqueId, client::CommandId,
};

fn client() -> client::Connection {
    let mut config = client::Config::default();
    config.ask_capabilities = false;
    config.allow_plaintext_auth = true;
    config.probe = true;
    client::Connection::new(config)
}

fn command(line: &str) -> Command<'_> {
    Command::parse(line.as_bytes()).unwrap()
}

/// What a client makes of bytes in two pieces; `on` is asked after each event.
fn run(
    client: &mut client::Connection,
    bytes: &[u8],
    cut: usize,
    mut on: impl FnMut(&mut client::Connection, &Event<'static>),
) -> (Vec<Event<'static>>, Result<(), Error>) {
    let mut events = Vec::new();
    for piece in [&bytes[..cut], &bytes[cut..]] {
        client.receive(piece);
        loop {
            while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
                client.transmitted(n);
            }
            match client.poll_event() {
                Err(error) => return (events, Err(error)),
                Ok(None) => break,
                Ok(Some(event)) => {
                    let event = event.into_owned();
                    on(client, &event);
                    events.push(event);
                }
            }
        }
    }
    (events, Ok(()))
}

#[test]
fn t3_no_answer_from_before_tls_counts() {
    let bytes = b"+OK ready\r\n+OK begin\r\n+OK fake\r\n";
    for cut in 0..bytes.len() {
        let mut client = client();
        let (_, end) = run(&mut client, bytes, cut, |client, event| {
            if matches!(event, Event::Greeting { .. }) {
                client.send(&Command::Stls).unwrap();
            }
        });
        assert_eq!(end, Err(Error::PlaintextAfterStartTls), "cut at {cut}");
    }
}

#[test]
fn t3_no_command_from_before_tls_counts() {
    let bytes = b"STLS\r\nUSER mrose\r\nPASS x\r\n";
    for cut in 0..bytes.len() {
        let mut config = server::Config::default();
        config.capabilities.push(pop3_proto::Capability::Stls);
        let mut server = server::Connection::new(config);
        server.respond(&Reply::ok("ready")).unwrap();
        let mut end = Ok(());
        for piece in [&bytes[..cut], &bytes[cut..]] {
            server.receive(piece);
            loop {
                while let Some(n) = server.poll_transmit().map(<[u8]>::len) {
                    server.transmitted(n);
                }
                match server.poll_event() {
                    Ok(None) => break,
                    Ok(Some(event)) => assert!(!matches!(event, Request::Open(_))),
                    Err(error) => {
                        end = Err(error);
                        break;
                    }
                }
            }
        }
        assert_eq!(end, Err(Error::PlaintextAfterStartTls), "cut at {cut}");
    }
}

#[test]
fn t4_capabilities_from_before_tls_are_forgotten() {
    let mut client = client::Connection::new(client::Config::default());
    client.receive(b"+OK ready\r\n");
    client.poll_event().unwrap();
    while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
        client.transmitted(n);
    }
    client.receive(b"+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n");
    while client.poll_event().unwrap().is_some() {}
    assert!(client.capabilities().is_some());
    client.send(&Command::Stls).unwrap();
    while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
        client.transmitted(n);
    }
    client.receive(b"+OK\r\n");
    while client.poll_event().unwrap().is_some() {}
    client.tls_started().unwrap();
    assert!(client.capabilities().is_none());
    assert_eq!(client.poll_transmit(), Some(&b"CAPA\r\n"[..]));
}

#[test]
fn t5_a_refusal_of_tls_is_no_way_around_it() {
    let mut config = client::Config::default();
    config.ask_capabilities = false;
    config.require_tls = true;
    config.probe = true;
    let mut client = client::Connection::new(config);
    client.receive(b"+OK ready\r\n");
    client.poll_event().unwrap();
    client.send(&Command::Stls).unwrap();
    client.receive(b"-ERR no\r\n");
    assert_eq!(client.poll_event(), Err(Error::TlsRefused));
}

#[test]
fn t8_and_t9_no_credentials_before_tls() {
    let mut config = client::Config::default();
    config.ask_capabilities = false;
    config.probe = true;
    let mut client = client::Connection::new(config);
    // A greeting that claims to be more changes nothing.
    client.receive(b"+OK logged in already\r\n");
    client.poll_event().unwrap();
    assert_eq!(client.state(), client::State::Authorization);
    for line in
        ["USER mrose", "PASS x", "APOP mrose c4c9334bac560ecc979e58001b3e22fb", "AUTH PLAIN AAA="]
    {
        let refused = client.send(&command(line)).unwrap_err();
        let unsupported = matches!(refused, SendError::Unsupported(_)) && line.starts_with("APOP");
        assert!(
            unsupported || matches!(refused, SendError::PlaintextAuth | SendError::State { .. }),
            "{line}"
        );
    }
    assert_eq!(client.poll_transmit(), None);

    let mut server = server::Connection::new(server::Config::default());
    server.respond(&Reply::ok("ready")).unwrap();
    server
        .receive(b"USER mrose\r\nPASS tanstaaf\r\nAPOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n");
    for _ in 0..3 {
        let event = server.poll_event().unwrap().unwrap().into_owned();
        assert!(!format!("{event:?}").contains("tanstaaf"));
        let Request::Rejected { reply, .. } = event else { panic!("{event:?}") };
        assert!(!reply.is_ok());
        server.respond(&reply).unwrap();
    }
}

#[test]
fn i5_no_value_carries_a_line_end() {
    for bad in ["a\r\nDELE 1", "a\nb", "a\rb", "a\0b"] {
        assert!(Name::try_from(bad).is_err());
        assert!(Password::try_from(bad).is_err());
        assert!(UniqueId::try_from(bad).is_err());
        assert!(Text::try_from(bad).is_err());
        for keyword in ["USER", "PASS", "APOP", "LANG", "AUTH", "XFOO", "RETR"] {
            assert!(Command::parse(format!("{keyword} {bad}").as_bytes()).is_err(), "{keyword}");
        }
        let mut out = Vec::new();
        Reply::ok(bad).encode(&mut out);
        let line = out.strip_suffix(b"\r\n").unwrap();
        assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    }
}

/// A client that is logged in and has sent a command.
fn asked(line: &str) -> (client::Connection, CommandId) {
    let mut client = client();
    client.receive(b"+OK\r\n");
    client.poll_event().unwrap();
    for login in ["USER mrose", "PASS x"] {
        client.send(&command(login)).unwrap();
        client.receive(b"+OK\r\n");
        client.poll_event().unwrap();
    }
    let id = client.send(&command(line)).unwrap();
    (client, id)
}

#[test]
fn l10_lists_without_end_take_no_memory() {
    let (mut client, _) = asked("LIST");
    client.receive(b"+OK\r\n");
    for number in 1..=200_000_u32 {
        client.receive(format!("{number} 1\r\n").as_bytes());
        while client.poll_event().unwrap().is_some() {}
    }
    let mut config = client::Config::default();
    config.limits.messages = 10;
    config.limits.capabilities = 10;
    config.ask_capabilities = false;
    config.allow_plaintext_auth = true;
    config.probe = true;
    for (line, entry) in [("LIST", "1 1\r\n"), ("UIDL", "1 x\r\n"), ("CAPA", "X\r\n")] {
        let mut client = client::Connection::new(config.clone());
        client.receive(b"+OK\r\n");
        client.poll_event().unwrap();
        for login in ["USER mrose", "PASS x"] {
            client.send(&command(login)).unwrap();
            client.receive(b"+OK\r\n");
            client.poll_event().unwrap();
        }
        client.send(&command(line)).unwrap();
        client.receive(b"+OK\r\n");
        let mut end = Ok(());
        for _ in 0..20 {
            client.receive(entry.as_bytes());
            while end.is_ok() {
                match client.poll_event() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => end = Err(error),
                }
            }
        }
        assert!(matches!(end, Err(Error::TooMany { limit: 10, .. })), "{line}: {end:?}");
    }
}

#[test]
fn l10_lines_without_end_are_refused() {
    let (mut client, _) = asked("STAT");
    let mut end = Ok(());
    for _ in 0..100 {
        client.receive(&[b'+'; 1000]);
        end = end.and(client.poll_event().map(drop));
    }
    assert_eq!(end, Err(Error::LineTooLong { limit: 8192 }));
}

#[test]
fn dots_nothing_but_crlf_dot_crlf_ends_a_message() {
    for sequence in
        ["\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\r\r\n", "\r\n. \r\n"]
    {
        let wire = format!("+OK\r\nhi{sequence}+OK no answer\r\n.\r\n+OK bye\r\n");
        for cut in 0..wire.len() {
            let (mut client, _) = asked("RETR 1");
            client.send(&Command::Quit).unwrap();
            let (events, end) = run(&mut client, wire.as_bytes(), cut, |_, _| {});
            assert_eq!(end, Ok(()), "{sequence:?} cut at {cut}");
            let mut body = Vec::new();
            let mut ends = 0;
            for event in &events {
                match event {
                    Event::BodyChunk(chunk) => body.extend_from_slice(chunk),
                    Event::BodyEnd => ends += 1,
                    _ => {}
                }
            }
            assert_eq!(ends, 1);
            let body = String::from_utf8(body).unwrap();
            assert!(body.ends_with("+OK no answer\r\n"), "{sequence:?}: {body:?}");
            assert_eq!(events.last(), Some(&Event::Closed));
        }
    }
}

#[test]
fn dots_a_server_never_ends_a_message_early() {
    for content in
        ["1\n.\n2\r.\r\n3\n.\r\n4\r\n.5", ".\r\n", "\r", "\r\n.\r", "\n.\r\n", "+OK\r\n.\r\n"]
    {
        for cut in 0..=content.len() {
            let mut config = server::Config::default();
            config.allow_plaintext_auth = true;
            let mut server = server::Connection::new(config);
            server.respond(&Reply::ok("ready")).unwrap();
            server.receive(b"USER a\r\nPASS b\r\nRETR 1\r\n");
            while let Some(event) = server.poll_event().unwrap() {
                match event {
                    Request::Open(_) => server.open_maildrop([9]).unwrap(),
                    Request::Message { .. } => {
                        while let Some(n) = server.poll_transmit().map(<[u8]>::len) {
                            server.transmitted(n);
                        }
                        server.respond(&Reply::ok("")).unwrap();
                        for piece in [&content[..cut], &content[cut..]] {
                            server.send_body(piece.to_owned().into()).unwrap();
                        }
                        server.finish_body().unwrap();
                    }
                    _ => {}
                }
            }
            let mut wire = Vec::new();
            while let Some(bytes) = server.poll_transmit() {
                wire.extend_from_slice(bytes);
                let n = bytes.len();
                server.transmitted(n);
            }
            let wire = String::from_utf8(wire).unwrap();
            let body = wire.split_once("\r\n").unwrap().1;
            assert!(!body.replace("\r\n", "").contains(['\r', '\n']), "{body:?}");
            let framed = format!("\r\n{body}");
            assert_eq!(framed.find("\r\n.\r\n").unwrap() + 5, framed.len(), "{body:?}");
        }
    }
}

#[test]
fn dots_that_a_server_forgot_are_reported() {
    // The second half of the message looks like an answer, and is none.
    let wire = b"+OK\r\nfirst\r\n.\r\nsecond\r\n.\r\n";
    for cut in 0..wire.len() {
        let (mut client, _) = asked("RETR 1");
        client.send(&Command::Noop).unwrap();
        let (_, end) = run(&mut client, wire, cut, |_, _| {});
        assert_eq!(end, Err(Error::Desync), "cut at {cut}");
    }
}

#[test]
fn passwords_can_be_tried_only_so_often() {
    let mut config = server::Config::default();
    config.allow_plaintext_auth = true;
    config.limits.login_attempts = 2;
    let mut server = server::Connection::new(config);
    server.respond(&Reply::ok("ready")).unwrap();
    server.receive(&b"USER a\r\nPASS b\r\n".repeat(5));
    let mut attempts = 0;
    while let Some(event) = server.poll_event().unwrap() {
        if matches!(event, Request::Open(_)) {
            attempts += 1;
            server.respond(&Reply::err("no")).unwrap();
        }
    }
    assert_eq!(attempts, 2);
    assert_eq!(server.state(), server::State::Closed);
}

#[test]
fn long_lines_end_alike_at_every_cut() {
    // Skipped, up to a limit that counts the same whether the line came at once or not.
    let mut config = server::Config::default();
    config.limits.command_line = 10;
    config.limits.skipped_line = 20;
    for (len, end) in [(18, Ok(())), (19, Err(Error::LineTooLong { limit: 10 }))] {
        let mut line = vec![b'x'; len];
        line.extend_from_slice(b"\r\n");
        for cut in 1..line.len() {
            let mut server = server::Connection::new(config.clone());
            server.respond(&Reply::ok("ready")).unwrap();
            let mut result = Ok(());
            let mut rejected = 0;
            for chunk in [&line[..cut], &line[cut..]] {
                server.receive(chunk);
                match server.poll_event() {
                    Ok(Some(Request::Rejected { .. })) => rejected += 1,
                    Ok(other) => assert_eq!(other, None),
                    Err(error) => result = Err(error),
                }
            }
            assert_eq!((&result, rejected), (&end, usize::from(end.is_ok())), "{cut}");
        }
    }
}

#[test]
fn no_secret_is_shown() {
    let mut config = client::Config::default();
    config.ask_capabilities = false;
    config.allow_plaintext_auth = true;
    let mut client = client::Connection::new(config);
    client.receive(b"+OK\r\n");
    client.poll_event().unwrap();
    let pass = command("PASS planted-secret");
    let mut shown = format!("{pass:?}");
    // One goes out, the other waits.
    client.send(&command("USER mrose")).unwrap();
    client.send(&pass).unwrap();
    shown += &format!("{client:?}");
    let mut config = server::Config::default();
    config.allow_plaintext_auth = true;
    let mut server = server::Connection::new(config);
    server.respond(&Reply::ok("ready")).unwrap();
    server.receive(b"USER mrose\r\nPASS planted-secret\r\n");
    shown += &format!("{server:?}");
    while let Some(event) = server.poll_event().unwrap() {
        shown += &format!("{event:?}");
    }
    assert!(shown.contains("[redacted]"), "{shown}");
    // Not as text, and not as a list of octets.
    assert!(!shown.contains("planted") && !shown.contains("112, 108, 97, 110"), "{shown}");
}
