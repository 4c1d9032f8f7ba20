//! Attacks, each with the bytes that were used; where cuts matter, cut at every place.

use imap_proto::client::{self, Connection as Client};
use imap_proto::server::{self, Connection as Server, Rejection};
use imap_proto::{
    Atom, BodyStructure, Command, Envelope, Error, Flag, Mailbox, PartNumber, Raw, Response,
    Secret, SendError, SequenceSet, Status, Str, Tag, TaggedCommand, Text,
};

fn client() -> Client {
    let mut config = client::Config::default();
    config.tls = true;
    Client::new(config)
}

fn server() -> Server {
    let mut config = server::Config::default();
    config.allow_plaintext_auth = true;
    let mut server = Server::new(config);
    server.respond(&Response::greeting(Text::from_static("ready"))).unwrap();
    server
}

type Heard = (Vec<String>, Result<(), Error>);

/// Says bytes to a client which it takes.
#[track_caller]
fn hear(client: &mut Client, bytes: &[u8]) {
    assert_eq!(heard(client, bytes, 0).1, Ok(()));
}

/// What a client makes of bytes, cut in two: its events as text, and how it ended.
fn heard(client: &mut Client, bytes: &[u8], cut: usize) -> Heard {
    let mut events = Vec::new();
    for piece in [&bytes[..cut], &bytes[cut..]] {
        client.receive(piece);
        loop {
            match client.poll_event() {
                Ok(Some(event)) => events.push(format!("{event:?}")),
                Ok(None) => break,
                Err(error) => return (events, Err(error)),
            }
        }
    }
    (events, Ok(()))
}

fn transmit(poll: &mut dyn FnMut() -> Option<usize>) {
    while poll().is_some() {}
}

fn flush_client(client: &mut Client) {
    transmit(&mut || {
        let n = client.poll_transmit()?.len();
        client.transmitted(n);
        Some(n)
    });
}

fn flush_server(server: &mut Server) {
    transmit(&mut || {
        let n = server.poll_transmit()?.len();
        server.transmitted(n);
        Some(n)
    });
}

/// Runs on a stack on which a call for each level could not be.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn depth_is_limited_by_a_number() {
    on_a_small_stack(|| {
        let open = "(".repeat(1_000_000);
        let closed = open.clone() + &")".repeat(1_000_000);
        for text in [&open, &closed] {
            for begin in [
                "* 1 FETCH (BODYSTRUCTURE ",
                "* 1 FETCH (ENVELOPE ",
                "* 1 FETCH (X-UNKNOWN ",
                "* THREAD ",
                "* NAMESPACE ",
                "* X-UNKNOWN ",
                "* OK [X-UNKNOWN ",
                "* LIST () \"/\" INBOX ",
                "* ESEARCH ",
            ] {
                let unit = format!("{begin}{text})\r\n");
                // Kept raw, or refused; what is looked at later is looked at with the same limit.
                if let Ok(Response::Fetch(message)) = Response::parse(unit.as_bytes()) {
                    let _ = format!("{message:?}");
                }
            }
            for begin in [
                "SEARCH ",
                "SEARCH NOT ",
                "FETCH 1 ",
                "X ",
                "NOTIFY SET ",
                "LIST (",
                "STORE 1 FLAGS ",
            ] {
                let _ = Command::parse(format!("{begin}{text}").as_bytes());
                let _ = TaggedCommand::parse(format!("a {begin}{text}\r\n").as_bytes());
            }
            assert!(BodyStructure::parse(text.as_bytes()).is_err());
            assert!(Envelope::parse(text.as_bytes()).is_err());
        }
        let not = format!("SEARCH {}ALL", "NOT ".repeat(1_000_000));
        let _ = Command::parse(not.as_bytes());
        let or = format!("SEARCH {}", "OR ".repeat(1_000_000));
        assert!(Command::parse(or.as_bytes()).is_err());
    });
}

#[test]
fn a_body_that_is_too_deep_spoils_itself_only() {
    let deep = "(".repeat(500) + "\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1" + &")".repeat(500);
    let unit = format!("* 1 FETCH (UID 7 BODYSTRUCTURE {deep} FLAGS (\\Seen))\r\n");
    let Response::Fetch(message) = Response::parse(unit.as_bytes()).unwrap() else { panic!() };
    assert_eq!(message.uid(), Some(7));
    assert!(message.flags().unwrap().contains(&Flag::Seen));
}

#[test]
fn literals_that_cannot_be() {
    for (bomb, streams) in [
        ("* 1 FETCH (BODY[] {4294967295}\r\n", true),
        ("* 1 FETCH (BODY[] {18446744073709551615}\r\n", true),
        ("* 1 FETCH (BODY[] {99999999999999999999}\r\n", true),
        ("* 1 FETCH (ENVELOPE ({4294967295}\r\n", false),
        ("* LIST () \"/\" {4294967295}\r\n", false),
    ] {
        for cut in 0..bomb.len() {
            let mut client = client();
            let bytes = format!("* PREAUTH hi\r\n{bomb}");
            let (events, end) = heard(&mut client, bytes.as_bytes(), cut);
            let begun = events.iter().any(|event| event.starts_with("BodyStart"));
            assert_eq!(begun, streams, "{bomb} cut at {cut}: {events:?} {end:?}");
            assert_eq!(end.is_ok(), streams, "{bomb} cut at {cut}: {end:?}");
        }
    }
    // A literal of nothing is one.
    let (events, end) = heard(&mut client(), b"* PREAUTH hi\r\n* 1 FETCH (BODY[] {0}\r\n)\r\n", 3);
    assert!(end.is_ok() && events.len() == 2, "{events:?}");
}

#[test]
fn literals_that_a_server_does_not_want() {
    for (bytes, expected) in [
        ("a LOGIN {4294967295}\r\n", "TooBig"),
        ("a LOGIN {4294967295+}\r\n", ""),
        ("a LOGIN {99999999999999999999}\r\n", "TooBig"),
        ("a LOGIN {18446744073709551616+}\r\n", ""),
        ("a LOGIN {-1}\r\n", "Malformed"),
    ] {
        for cut in 0..bytes.len() {
            let mut server = server();
            let mut seen = Vec::new();
            let mut failed = false;
            for piece in [&bytes.as_bytes()[..cut], &bytes.as_bytes()[cut..]] {
                server.receive(piece);
                loop {
                    match server.poll_event().map(|event| event.map(server::Event::into_owned)) {
                        Ok(Some(server::Event::Rejected { reason, reply, .. })) => {
                            seen.push(format!("{reason:?}"));
                            server.respond(&reply).unwrap();
                        }
                        Ok(Some(other)) => panic!("{bytes} cut at {cut}: {other:?}"),
                        Ok(None) => break,
                        Err(_) => {
                            failed = true;
                            break;
                        }
                    }
                }
            }
            let rejected = seen.iter().any(|reason| reason.starts_with(expected));
            assert!(failed || rejected || expected.is_empty(), "{bytes} cut at {cut}: {seen:?}");
            assert!(server.queued() < 1000);
        }
    }
}

#[test]
fn lines_without_end_take_no_memory() {
    let mut client = client();
    let mut end = Ok(());
    for _ in 0..100_000 {
        client.receive(&[b'*'; 1000]);
        end = end.and(client.poll_event().map(drop));
        if end.is_err() {
            break;
        }
    }
    assert!(matches!(end, Err(Error::LineTooLong { .. } | Error::InputOverflow { .. })), "{end:?}");
    let mut server = server();
    let mut rejected = 0;
    for _ in 0..100_000 {
        server.receive(&[b'x'; 1000]);
        match server.poll_event().map(|event| event.map(server::Event::into_owned)) {
            Ok(Some(server::Event::Rejected { reason: Rejection::TooLong { .. }, .. })) => {
                rejected += 1;
            }
            Ok(None) => {}
            Ok(other) => panic!("{other:?}"),
            Err(_) => break,
        }
    }
    assert!(rejected <= 1);
}

#[test]
fn a_server_cannot_fill_a_client() {
    // What nobody has asked for is handed over and forgotten.
    let mut client = client();
    hear(&mut client, b"* PREAUTH hi\r\n");
    for number in 0..50_000_u32 {
        let unit =
            format!("* {number} EXISTS\r\n* X-{number} y\r\n* CAPABILITY IMAP4rev1 X{number}\r\n");
        let (_, end) = heard(&mut client, unit.as_bytes(), 0);
        assert_eq!(end, Ok(()));
    }
    // Capabilities are kept, so there is a limit on how many.
    let many: String = (0..100_000).map(|n| format!(" X{n}")).collect();
    let mut client = self::client();
    let line = format!("* PREAUTH hi\r\n* CAPABILITY IMAP4rev1{many}\r\n");
    let (_, _) = heard(&mut client, line.as_bytes(), 0);
    let kept = client.capabilities().map_or(0, |list| list.iter().count());
    assert!(kept <= client.limits().capabilities, "{kept}");
}

#[test]
fn nothing_from_before_tls_counts_for_a_client() {
    let hello = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n";
    let bytes = b"A1 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n";
    for cut in 0..bytes.len() {
        let mut client = Client::new(client::Config::default());
        hear(&mut client, hello);
        client.send(&Command::StartTls).unwrap();
        flush_client(&mut client);
        let (events, end) = heard(&mut client, bytes, cut);
        assert!(
            matches!(end, Err(Error::PlaintextAfterStartTls | Error::InputAtUpgrade { .. })),
            "cut at {cut}: {events:?} {end:?}"
        );
        assert!(!events.iter().any(|event| event.contains("AUTH=PLAIN")), "{events:?}");
    }
    // What the server offered before is forgotten.
    let mut client = Client::new(client::Config::default());
    hear(&mut client, hello);
    client.send(&Command::StartTls).unwrap();
    flush_client(&mut client);
    let (events, _) = heard(&mut client, b"A1 OK go\r\n", 0);
    assert!(events.iter().any(|event| event == "StartTls"), "{events:?}");
    client.tls_started().unwrap();
    assert!(client.capabilities().is_none());
}

#[test]
fn nothing_from_before_tls_counts_for_a_server() {
    let bytes = b"a STARTTLS\r\nb LOGIN alice sesame\r\n";
    for cut in 0..bytes.len() {
        let mut server = server();
        let mut end = Ok(());
        for piece in [&bytes[..cut], &bytes[cut..]] {
            server.receive(piece);
            loop {
                flush_server(&mut server);
                match server.poll_event().map(|event| event.map(server::Event::into_owned)) {
                    Ok(Some(server::Event::Command { tag, command, .. })) => {
                        assert_eq!(command, Command::StartTls, "cut at {cut}");
                        let status = Status::ok(Text::from_static("go"));
                        let _ = server.respond(&Response::Tagged { tag, status });
                    }
                    Ok(Some(server::Event::StartTls)) | Ok(None) => break,
                    Ok(Some(other)) => panic!("{other:?}"),
                    Err(error) => {
                        end = Err(error);
                        break;
                    }
                }
            }
        }
        let _ = server.poll_event();
        assert!(server.tls_started().is_err() || end.is_err(), "cut at {cut}: {end:?}");
    }
}

#[test]
fn nothing_in_the_clear_after_compression() {
    let mut client = client();
    hear(&mut client, b"* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi\r\n");
    client.send(&Command::Compress(Atom::try_from("DEFLATE").unwrap())).unwrap();
    flush_client(&mut client);
    let (_, end) = heard(&mut client, b"A1 OK go\r\n* BYE\r\n", 0);
    assert!(end.is_err(), "{end:?}");
}

#[test]
fn preauth_is_no_way_around_tls() {
    // A greeting that claims a login in the clear: STARTTLS is not possible any more.
    let mut client = Client::new(client::Config::default());
    hear(&mut client, b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n");
    assert!(client.send(&Command::StartTls).is_err());
}

#[test]
fn no_value_carries_a_line_end() {
    for bad in ["a\r\nx LOGOUT", "a\nb", "a\rb", "a\0b", "\r\n"] {
        assert!(Tag::try_from(bad).is_err());
        assert!(Atom::try_from(bad).is_err());
        assert!(Flag::try_from(bad).is_err());
        assert!(PartNumber::try_from(bad).is_err());
        assert!(SequenceSet::try_from(bad).is_err());
        assert!(Raw::try_from(bad).is_err());
        if let Ok(text) = Text::try_from(bad) {
            let mut out = Vec::new();
            Response::Status(Status::ok(text)).encode(&mut out);
            assert_eq!(out.iter().filter(|octet| **octet == b'\n').count(), 1, "{bad:?}");
        }
        // Strings may have line ends: then they are literals, and no line of theirs is a command.
        let Ok(value) = Str::try_from(bad) else { continue };
        let Ok(mailbox) = Mailbox::try_from(bad) else { continue };
        for command in [
            Command::Login { user: value.clone(), password: Secret::from_octets(bad.as_bytes()) },
            Command::Delete(mailbox.clone()),
            Command::Rename { from: mailbox.clone(), to: mailbox.clone() },
        ] {
            let tag = Tag::try_from("a").unwrap();
            let mut out = Vec::new();
            TaggedCommand { tag, command: command.clone() }.encode(&mut out);
            let again = TaggedCommand::parse(&out).unwrap();
            assert_eq!(again.command, command, "{}", out.escape_ascii());
        }
    }
}

#[test]
fn no_secret_is_shown() {
    let password = Secret::try_from("planted-secret").unwrap();
    let user = Str::try_from("tim").unwrap();
    let login = Command::Login { user, password: password.clone() };
    let mechanism = Atom::try_from("PLAIN").unwrap();
    let authenticate =
        Command::Authenticate { mechanism, initial_response: Some(password.clone()) };
    let mut client = client();
    hear(&mut client, b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
    client.send(&login).unwrap();
    let mut shown = format!("{password:?} {login:?} {authenticate:?} {client:?}");
    let lines: [&[u8]; 3] = [
        b"a LOGIN tim planted-secret\r\n",
        b"a LOGIN tim {14+}\r\nplanted-secret\r\n",
        b"a AUTHENTICATE PLAIN cGxhbnRlZC1zZWNyZXQ=\r\n",
    ];
    for line in lines {
        let mut server = server();
        server.receive(line);
        shown += &format!("{server:?}");
        while let Some(event) = server.poll_event().unwrap() {
            shown += &format!("{event:?}");
        }
    }
    assert!(shown.contains("[redacted]"));
    // Not as text, not in base64, not as a list of octets.
    for form in ["planted", "cGxhbnRl", "112, 108, 97, 110, 116, 101, 100"] {
        assert!(!shown.contains(form), "{form}: {shown}");
    }
}

#[test]
fn no_credentials_before_tls() {
    let mut client = Client::new(client::Config::default());
    hear(&mut client, b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n");
    let user = Str::try_from("tim").unwrap();
    let password = Secret::try_from("x").unwrap();
    let login = Command::Login { user, password: password.clone() };
    assert_eq!(client.send(&login), Err(SendError::PlaintextAuth));
    let mechanism = Atom::try_from("PLAIN").unwrap();
    let plain = Command::Authenticate { mechanism, initial_response: Some(password) };
    assert_eq!(client.send(&plain), Err(SendError::PlaintextAuth));
    assert_eq!(client.queued(), 0);

    let mut server = Server::new(server::Config::default());
    server.respond(&Response::greeting(Text::from_static("ready"))).unwrap();
    server.receive(b"a LOGIN tim x\r\n");
    let event = server.poll_event().unwrap().map(server::Event::into_owned);
    let Some(server::Event::Rejected { reason, .. }) = event else { panic!("{event:?}") };
    assert_eq!(reason, Rejection::NeedsTls);
}
