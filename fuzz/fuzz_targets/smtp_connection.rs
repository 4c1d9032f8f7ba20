//! Both SMTP machines with any input: the events are the same however the bytes are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_proto::client::Envelope;
use smtp_proto::{Capability, Command, ForwardPath, Reply, ReversePath, client, server};

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (cut, mode, bytes) = input;
    let cut = usize::from(cut).max(1);
    let run = if mode & 1 == 0 { client_events } else { server_events };
    assert_eq!(run(mode, bytes, cut), run(mode, bytes, bytes.len().max(1)));
});

fn client_events(mode: u8, bytes: &[u8], cut: usize) -> Vec<String> {
    let mut config = client::Config::default();
    config.lmtp = mode & 2 != 0;
    config.prefer_chunking = mode & 4 != 0;
    config.limits.reply_line = 100;
    config.limits.reply = 300;
    let mut client = client::Connection::new(config);
    let mut events = Vec::new();
    let mut envelope = Envelope::new(ReversePath::Null);
    for to in ["a@b", "c@d"] {
        envelope.to(ForwardPath::try_from(to).expect("a path"));
    }
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
            events.push(format!("{event:?}"));
            match event {
                client::Event::Capabilities(_) => {
                    for _ in 0..2 {
                        if client.send_mail(&envelope).is_ok() {
                            let _ = client.send_body("a\n.\r".into());
                            let _ = client.finish_body();
                        }
                    }
                    let _ = client.send(&Command::Quit);
                }
                client::Event::Closed => return events,
                _ => {}
            }
        }
    }
    events
}

fn server_events(mode: u8, bytes: &[u8], cut: usize) -> Vec<String> {
    let mut config = server::Config::default();
    config.lmtp = mode & 2 != 0;
    config.allow_plaintext_auth = true;
    config.line_ends =
        if mode & 4 != 0 { server::LineEnds::Compat } else { server::LineEnds::Strict };
    config.capabilities.push(Capability::BinaryMime);
    config.capabilities.push(Capability::auth(&["PLAIN"]).expect("a mechanism"));
    config.limits.command_line = 100;
    config.limits.auth_line = 100;
    config.limits.skipped_line = 300;
    config.limits.message = 50;
    let mut server = server::Connection::new(config);
    server.respond(&Reply::greeting("ready")).expect("a greeting");
    let mut events: Vec<String> = Vec::new();
    let mut content = Vec::new();
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
            let mut times = 1;
            let reply = match event {
                server::Event::BodyChunk(octets) => {
                    content.extend_from_slice(&octets);
                    continue;
                }
                // Whether more has arrived depends on the cut.
                server::Event::Deviation(_) => continue,
                server::Event::BodyEnd { replies, .. } => {
                    events.push(format!("content {}", content.escape_ascii()));
                    content.clear();
                    times = replies;
                    Reply::new(250, "taken")
                }
                server::Event::Rejected { reply, .. } => {
                    events.push(format!("{reply:?}"));
                    content.clear();
                    reply
                }
                server::Event::Command { command, reply } => {
                    events.push(format!("{command:?}"));
                    reply
                }
                event => {
                    events.push(format!("{event:?}"));
                    return events;
                }
            };
            for _ in 0..times {
                let _ = server.respond(&reply);
            }
        }
    }
    events
}
