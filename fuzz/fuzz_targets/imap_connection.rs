//! Both IMAP machines with any input: the events are the same however the bytes are cut.
#![no_main]

use imap_proto::{Command, Continuation, Response, Status, Text, client, server};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (cut, as_client, bytes) = input;
    let cut = usize::from(cut).max(1);
    let run = if as_client { client_events } else { server_events };
    assert_eq!(run(bytes, cut), run(bytes, bytes.len().max(1)));
});

/// Chunks have no meaning of their own: they are joined.
fn note(events: &mut Vec<String>, body: Option<&[u8]>, event: impl Fn() -> String) {
    match (body, events.last_mut()) {
        (Some(octets), Some(last)) if last.starts_with("chunk") => {
            last.push_str(&octets.escape_ascii().to_string());
        }
        (Some(octets), _) => events.push(format!("chunk {}", octets.escape_ascii())),
        (None, _) => events.push(event()),
    }
}

fn client_events(bytes: &[u8], cut: usize) -> Vec<String> {
    let mut config = client::Config::default();
    config.limits.literal_inline = 8;
    config.limits.response = 400;
    config.allow_plaintext_auth = true;
    let mut client = client::Connection::new(config);
    let mut events = Vec::new();
    let mut chunks = bytes.chunks(cut);
    loop {
        loop {
            while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
                client.transmitted(n);
            }
            let event = match client.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(client.poll_event(), Err(error.clone()));
                    note(&mut events, None, || format!("{error:?}"));
                    return events;
                }
            };
            match &event {
                client::Event::BodyChunk(octets) => note(&mut events, Some(octets), String::new),
                event => note(&mut events, None, || format!("{event:?}")),
            }
            match event {
                client::Event::Greeting(_) => {
                    for command in [&b"LOGIN a b"[..], b"SELECT INBOX", b"FETCH 1 ALL", b"IDLE"] {
                        let _ = client.send(&Command::parse(command).expect("a command"));
                    }
                }
                client::Event::Idling { .. } => {
                    let _ = client.send_done();
                }
                client::Event::Closed => return events,
                _ => {}
            }
        }
        match chunks.next() {
            Some(chunk) => client.receive(chunk),
            None => return events,
        }
    }
}

fn server_events(bytes: &[u8], cut: usize) -> Vec<String> {
    let mut config = server::Config::default();
    config.limits.command = 400;
    config.limits.command_before_login = 200;
    config.limits.append = 1000;
    config.allow_plaintext_auth = true;
    let mut server = server::Connection::new(config);
    server.respond(&Response::greeting(Text::from_static("ready"))).expect("the greeting");
    let mut events = Vec::new();
    let mut chunks = bytes.chunks(cut);
    loop {
        loop {
            while let Some(n) = server.poll_transmit().map(<[u8]>::len) {
                server.transmitted(n);
            }
            let event = match server.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(server.poll_event(), Err(error.clone()));
                    note(&mut events, None, || format!("{error:?}"));
                    return events;
                }
            };
            match &event {
                server::Event::BodyChunk(octets) => note(&mut events, Some(octets), String::new),
                event => note(&mut events, None, || format!("{event:?}")),
            }
            let ok = Status::ok(Text::from_static("done"));
            let answer = match event {
                server::Event::Command { command: Command::Idle, .. } => {
                    Response::Continuation(Continuation::new(Text::from_static("idling")))
                }
                server::Event::Command { command: Command::Authenticate { .. }, .. } => {
                    Response::Continuation(Continuation::from_challenge(b"?"))
                }
                server::Event::Command { tag, .. }
                | server::Event::IdleDone { tag }
                | server::Event::SaslResponse { tag, .. } => Response::Tagged { tag, status: ok },
                server::Event::Rejected { reply, .. } => reply,
                server::Event::BodyStart { .. } => {
                    server.accept_body().expect("a body waits");
                    continue;
                }
                server::Event::StartTls | server::Event::Closed => return events,
                _ => continue,
            };
            let _ = server.respond(&answer);
        }
        match chunks.next() {
            Some(chunk) => server.receive(chunk),
            None => return events,
        }
    }
}
