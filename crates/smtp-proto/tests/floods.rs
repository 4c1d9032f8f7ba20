//! Many small things at once: nothing grows with their number but the time they take.

mod support;

use bytes::Bytes;
use smtp_proto::client::{self, Envelope};
use smtp_proto::server::{Config, Connection, Event};
use smtp_proto::{Command, ForwardPath, Host, Mechanism, Reply, ReversePath, Secret, SendError};

fn server() -> Connection {
    let mut server = Connection::new(Config::new(Host::try_from("mx.example.org").unwrap()));
    server.respond(&Reply::greeting("ready")).unwrap();
    server
}

/// Gives every event its usual answer. Says which codes the server sent.
fn answers(server: &mut Connection, bytes: &[u8]) -> Vec<u16> {
    server.receive(bytes);
    let mut out = Vec::new();
    loop {
        match server.poll_event().unwrap().map(Event::into_owned) {
            Some(Event::Command { reply, .. } | Event::Rejected { reply, .. }) => {
                server.respond(&reply).unwrap();
            }
            Some(Event::BodyEnd { replies, .. }) => {
                for _ in 0..replies {
                    server.respond(&Reply::new(250, "taken")).unwrap();
                }
            }
            Some(_) => {}
            None => break,
        }
    }
    while let Some(bytes) = server.poll_transmit() {
        out.extend_from_slice(bytes);
        let n = bytes.len();
        server.transmitted(n);
    }
    let text = String::from_utf8(out).unwrap();
    let last = text.lines().filter(|line| line.as_bytes().get(3) == Some(&b' '));
    last.map(|line| line[..3].parse().unwrap()).collect()
}

const MAIL: &[u8] = b"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n";

#[test]
fn empty_chunks_need_no_stack() {
    // As many as one read may bring: a call inside a call for each would end the thread.
    let count = 100_000;
    let run = move || {
        let mut server = server();
        answers(&mut server, MAIL);
        let codes = answers(&mut server, &b"BDAT 0\r\n".repeat(count));
        assert_eq!(codes.len(), count);
        assert!(codes.iter().all(|code| *code == 250));
        assert_eq!(answers(&mut server, b"BDAT 0 LAST\r\n"), [250]);
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(run).unwrap();
    thread.join().unwrap();
}

#[test]
fn l4_recipients_beyond_the_limit_do_not_end_the_session() {
    let mut config = Config::new(Host::try_from("mx.example.org").unwrap());
    config.limits.recipients = 100;
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("ready")).unwrap();
    answers(&mut server, b"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\n");
    let codes = answers(&mut server, &b"RCPT TO:<b@b.example>\r\n".repeat(180));
    assert!(codes[..100].iter().all(|code| *code == 250));
    assert!(codes[100..].iter().all(|code| *code == 452));
    assert_eq!(codes.len(), 180);
    assert_eq!(answers(&mut server, b"DATA\r\n"), [354]);
    assert_eq!(answers(&mut server, b"hi\r\n.\r\n"), [250]);
}

#[test]
fn a_refusal_of_content_with_421_closes() {
    let mut server = server();
    answers(&mut server, MAIL);
    answers(&mut server, b"DATA\r\n");
    server.receive(b"one\r\n");
    assert!(matches!(server.poll_event(), Ok(Some(Event::BodyChunk(_)))));
    server.respond(&Reply::new(421, "shutting down")).unwrap();
    assert_eq!(answers(&mut server, b"two\r\n.\r\nNOOP\r\n"), [421]);
    assert_eq!(server.state(), smtp_proto::server::State::Closed);
}

fn client(offered: &str) -> client::Connection {
    let mut config = support::client_config(false);
    config.allow_plaintext_auth = true;
    let mut client = client::Connection::new(config);
    hear(&mut client, "220 ready\r\n");
    hear(&mut client, offered);
    client
}

/// What the client sends after these bytes.
fn hear(client: &mut client::Connection, bytes: &str) -> String {
    client.receive(bytes.as_bytes());
    while client.poll_event().unwrap().is_some() {}
    let mut sent = Vec::new();
    while let Some(bytes) = client.poll_transmit() {
        sent.extend_from_slice(bytes);
        let n = bytes.len();
        client.transmitted(n);
    }
    String::from_utf8(sent).unwrap()
}

fn send_mail(client: &mut client::Connection) {
    let mut envelope = Envelope::new(ReversePath::try_from("a@example.org").unwrap());
    envelope.to(ForwardPath::try_from("b@example.org").unwrap());
    client.send_mail(&envelope).unwrap();
    client.send_body(Bytes::from_static(b"hi\r\n")).unwrap();
    client.finish_body().unwrap();
}

#[test]
fn a_mail_refused_after_one_that_was_taken_sends_a_period_alone() {
    let mut client = client("250-mx\r\n250 PIPELINING\r\n");
    send_mail(&mut client);
    hear(&mut client, "250 ok\r\n250 ok\r\n354 go on\r\n");
    hear(&mut client, "250 taken\r\n");
    send_mail(&mut client);
    assert!(hear(&mut client, "").ends_with("DATA\r\n"));
    // The recipient of the mail before does not count.
    assert_eq!(hear(&mut client, "451 not now\r\n503 no mail\r\n354 go on\r\n"), ".\r\n");
}

#[test]
fn an_initial_response_longer_than_a_line_is_refused() {
    let mut client = client("250-mx\r\n250 AUTH XOAUTH2\r\n");
    let initial = Some(Secret::from_octets("x".repeat(20_000).into_bytes()));
    let auth = Command::Auth { mechanism: Mechanism::try_from("XOAUTH2").unwrap(), initial };
    assert!(matches!(client.send(&auth), Err(SendError::Limit { .. })));
    assert!(client.send(&Command::Noop(None)).is_ok());
}
