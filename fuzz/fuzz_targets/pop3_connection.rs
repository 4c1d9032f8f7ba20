//! Both POP3 machines with any input: the events are the same however the bytes are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pop3_proto::{Command, Reply, UniqueId, client, server};

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (cut, as_client, bytes) = input;
    let cut = usize::from(cut).max(1);
    let run = if as_client { client_events } else { server_events };
    assert_eq!(run(bytes, cut), run(bytes, bytes.len().max(1)));
});

/// Chunks have no meaning of their own: they are joined.
fn note(events: &mut Vec<String>, chunk: Option<&[u8]>, event: &str) {
    match (chunk, events.last_mut()) {
        (Some(octets), Some(last)) if last.starts_with("chunk") => {
            last.push_str(&octets.escape_ascii().to_string());
        }
        (Some(octets), _) => events.push(format!("chunk{}", octets.escape_ascii())),
        (None, _) => events.push(event.to_owned()),
    }
}

fn client_events(bytes: &[u8], cut: usize) -> Vec<String> {
    let mut config = client::Config::default();
    config.allow_plaintext_auth = true;
    config.probe = true;
    config.limits.reply_line = 100;
    let mut client = client::Connection::new(config);
    let mut events = Vec::new();
    for chunk in bytes.chunks(cut).chain([&[][..]]) {
        if chunk.is_empty() {
            client.receive_eof();
        }
        client.receive(chunk);
        loop {
            while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
                client.transmitted(n);
            }
            let event = match client.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(client.poll_event(), Err(error.clone()));
                    events.push(format!("{error:?}"));
                    return events;
                }
            };
            match &event {
                client::Event::BodyChunk(octets) => note(&mut events, Some(octets), ""),
                event => note(&mut events, None, &format!("{event:?}")),
            }
            match event {
                client::Event::Greeting { .. } => {
                    for line in ["USER a", "PASS b", "STAT", "LIST", "UIDL 1", "RETR 1", "TOP 2 1", "QUIT"] {
                        let _ = client.send(&Command::parse(line.as_bytes()).expect("a command"));
                    }
                }
                client::Event::Challenge { .. } => {
                    let _ = client.send(&Command::AuthCancel);
                }
                client::Event::Closed => return events,
                _ => {}
            }
        }
    }
    events
}

fn server_events(bytes: &[u8], cut: usize) -> Vec<String> {
    let mut config = server::Config::default();
    config.allow_plaintext_auth = true;
    config.last = true;
    config.limits.command_line = 100;
    config.limits.auth_line = 100;
    config.limits.skipped_line = 300;
    let mut server = server::Connection::new(config);
    server.respond(&Reply::ok("ready")).expect("a greeting");
    let mut events = Vec::new();
    for chunk in bytes.chunks(cut).chain([&[][..]]) {
        if chunk.is_empty() {
            server.receive_eof();
        }
        server.receive(chunk);
        loop {
            while let Some(n) = server.poll_transmit().map(<[u8]>::len) {
                server.transmitted(n);
            }
            let event = match server.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(server.poll_event(), Err(error.clone()));
                    events.push(format!("{error:?}"));
                    return events;
                }
            };
            events.push(format!("{event:?}"));
            let _ = match event {
                server::Event::Open(_) => server.open_maildrop([3, 0, 5_000_000_000]),
                server::Event::UniqueId { .. } => {
                    server.unique_id(&UniqueId::try_from("x").expect("an id"))
                }
                server::Event::Message { .. } => {
                    let begun = server.respond(&Reply::ok(""));
                    begun.and_then(|()| server.send_body("a\n.\r\rb".into())).and_then(|()| server.finish_body())
                }
                server::Event::Rejected { reply, .. } => server.respond(&reply),
                server::Event::Command(_) | server::Event::Commit { .. } => {
                    server.respond(&Reply::err("no"))
                }
                server::Event::Closed => return events,
                _ => Ok(()),
            };
        }
    }
    events
}
