//! Messages of every size and shape, on both sides, with any cuts.

use pop3_proto::client::{self, Event};
use pop3_proto::server::{self, Event as Request};
use pop3_proto::{Command, DropListing, Reply};

/// What our client gets from our server: the listing of STAT, and the messages.
fn collect(sizes: &[u64], messages: &[&[u8]], cut: usize) -> (DropListing, Vec<Vec<u8>>) {
    let mut config = server::Config::default();
    config.allow_plaintext_auth = true;
    let mut server = server::Connection::new(config);
    server.respond(&Reply::ok("ready")).unwrap();
    let mut config = client::Config::default();
    config.allow_plaintext_auth = true;
    let mut client = client::Connection::new(config);
    let (mut stat, mut bodies) = (None, Vec::<Vec<u8>>::new());
    loop {
        let mut moved = false;
        while let Some(event) = server.poll_event().unwrap() {
            moved = true;
            match event {
                Request::Open(_) => server.open_maildrop(sizes.iter().copied()).unwrap(),
                Request::Message { message, .. } => {
                    server.respond(&Reply::ok("here")).unwrap();
                    for piece in messages[message as usize - 1].chunks(cut) {
                        server.send_body(piece.to_vec().into()).unwrap();
                    }
                    server.finish_body().unwrap();
                }
                Request::Commit { .. } => server.respond(&Reply::ok("bye")).unwrap(),
                Request::Rejected { reply, .. } => server.respond(&reply).unwrap(),
                _ => {}
            }
        }
        while let Some(event) = client.poll_event().unwrap() {
            moved = true;
            match event {
                Event::Greeting { .. } => {
                    let mut lines =
                        vec!["USER a".to_owned(), "PASS b".to_owned(), "STAT".to_owned()];
                    lines.extend((1..=messages.len()).map(|n| format!("RETR {n}")));
                    lines.push("QUIT".to_owned());
                    for line in lines {
                        client.send(&Command::parse(line.as_bytes()).unwrap()).unwrap();
                    }
                }
                Event::Stat { listing, .. } => stat = Some(listing),
                Event::Reply { reply, .. } if reply.message() == "here" => bodies.push(Vec::new()),
                Event::BodyChunk(chunk) => bodies.last_mut().unwrap().extend_from_slice(&chunk),
                Event::Closed => return (stat.unwrap(), bodies),
                _ => {}
            }
        }
        if let Some(bytes) = client.poll_transmit() {
            let n = bytes.len().min(cut);
            server.receive(&bytes[..n]);
            client.transmitted(n);
            moved = true;
        }
        if let Some(bytes) = server.poll_transmit() {
            let n = bytes.len().min(cut);
            client.receive(&bytes[..n]);
            server.transmitted(n);
            moved = true;
        }
        assert!(moved, "neither side has anything to do");
    }
}

#[test]
fn a_maildrop_of_5_gigabytes() {
    let (stat, _) = collect(&[5_000_000_000, u64::from(u32::MAX)], &[], 7);
    assert_eq!(stat, DropListing { messages: 2, octets: 9_294_967_295 });
}

#[test]
fn bodies_of_every_shape() {
    let messages: [&[u8]; 9] = [
        b"",
        b".\r\n",
        b".\r\n.\r\n..\r\n...\r\n",
        b"no line end",
        b"one\r\n.two\r\n\r\n",
        b"\r\n",
        b".",
        &[b'\xff', 0, 1, b'\r', b'\n'],
        b"Subject: x\r\n\r\n+OK\r\n-ERR\r\n.",
    ];
    for cut in [1, 2, 3, 5, 64, 4096] {
        let (_, bodies) = collect(&[1; 9], &messages, cut);
        for (message, body) in messages.iter().zip(&bodies) {
            let mut expected = message.to_vec();
            if !message.is_empty() && !message.ends_with(b"\r\n") {
                expected.extend_from_slice(b"\r\n");
            }
            assert_eq!(body.escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
        assert_eq!(bodies.len(), messages.len());
    }
}

#[test]
fn an_lf_only_server_is_understood_to_the_end() {
    let mut config = client::Config::default();
    config.ask_capabilities = false;
    config.allow_plaintext_auth = true;
    let wire = b"+OK ready\n+OK\n+OK\n+OK\nhi\n..\nthere\n.\n+OK bye\n";
    for cut in 0..wire.len() {
        let mut client = client::Connection::new(config.clone());
        let mut body = Vec::new();
        let mut closed = false;
        for piece in [&wire[..cut], &wire[cut..]] {
            client.receive(piece);
            loop {
                while let Some(n) = client.poll_transmit().map(<[u8]>::len) {
                    client.transmitted(n);
                }
                match client.poll_event().unwrap() {
                    None => break,
                    Some(Event::Greeting { .. }) => {
                        for line in ["USER a", "PASS b", "RETR 1", "QUIT"] {
                            client.send(&Command::parse(line.as_bytes()).unwrap()).unwrap();
                        }
                    }
                    Some(Event::BodyChunk(chunk)) => body.extend_from_slice(&chunk),
                    Some(Event::Closed) => closed = true,
                    Some(_) => {}
                }
            }
        }
        assert_eq!(body, b"hi\n.\nthere\n", "cut at {cut}");
        assert!(closed, "cut at {cut}");
    }
}
