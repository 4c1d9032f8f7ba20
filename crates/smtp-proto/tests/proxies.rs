//! Servers behind proxies: the PROXY protocol, XCLIENT and XFORWARD; and limits that a server tells.

mod support;

use smtp_proto::client::{self, Envelope};
use smtp_proto::proxy::{Addresses, Header};
use smtp_proto::server::{Config, Connection, Event, State};
use smtp_proto::{Capability, Command, Error, ForwardPath, Host, Reply, ReversePath, SendError};

fn server(proxy: bool) -> Connection {
    let mut config = Config::new(Host::try_from("mx.example.org").unwrap());
    config.proxy = proxy;
    for line in ["XCLIENT NAME ADDR LOGIN", "XFORWARD NAME ADDR"] {
        config.capabilities.push(Capability::parse(line.as_bytes()).unwrap().into_owned());
    }
    Connection::new(config)
}

/// Everything that happens, as text; the greeting is given when it is due.
fn events(server: &mut Connection, chunks: &[&[u8]]) -> Vec<String> {
    let mut out = Vec::new();
    for chunk in chunks {
        server.receive(chunk);
        loop {
            match server.poll_event().map(|event| event.map(Event::into_owned)) {
                Ok(Some(Event::Proxy(header))) => {
                    out.push(format!("{:?}", header.header().addresses));
                    server.respond(&Reply::greeting("ready")).unwrap();
                }
                Ok(Some(Event::Command { command, reply })) => {
                    out.push(command.name().to_owned());
                    server.respond(&reply).unwrap();
                }
                Ok(Some(Event::Rejected { reply, .. })) => {
                    out.push(format!("rejected {}", reply.code()));
                    server.respond(&reply).unwrap();
                }
                Ok(Some(Event::Deviation(_))) => {}
                Ok(Some(other)) => out.push(format!("{other:?}")),
                Ok(None) => break,
                Err(error) => {
                    out.push(format!("{error:?}"));
                    break;
                }
            }
        }
    }
    out
}

fn sent(server: &mut Connection) -> String {
    let mut all = Vec::new();
    while let Some(bytes) = server.poll_transmit() {
        all.extend_from_slice(bytes);
        let n = bytes.len();
        server.transmitted(n);
    }
    String::from_utf8(all).unwrap()
}

#[test]
fn the_header_comes_before_the_greeting_at_any_cut() {
    let text = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\n".to_vec();
    let source = "192.0.2.1:56324".parse().unwrap();
    let destination = "198.51.100.7:25".parse().unwrap();
    let addresses = Addresses::Inet { source, destination };
    let mut binary = Vec::new();
    Header::new(addresses).encode(&mut binary);
    let mut long = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff".to_vec();
    long.extend_from_slice(&[192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0, 25]);
    // One value fills what is left.
    long.extend_from_slice(&[4, 0xFF, 0xF0]);
    long.resize(16 + 0xFFFF, 0);
    for header in [text, binary, long] {
        let all = [&header[..], b"EHLO a.example\r\n"].concat();
        let expected = [format!("{addresses:?}"), "EHLO".to_owned()];
        let step = if header.len() > 1000 { 4999 } else { 1 };
        for cut in (0..all.len()).step_by(step) {
            let mut server = server(true);
            assert!(server.respond(&Reply::greeting("too early")).is_err());
            assert_eq!(events(&mut server, &[&all[..cut], &all[cut..]]), expected, "{cut}");
            assert!(sent(&mut server).starts_with("220 ready\r\n250-mx.example.org\r\n"));
        }
        let mut server = server(true);
        let single: Vec<&[u8]> = header.chunks(1).collect();
        assert_eq!(events(&mut server, &single), expected[..1]);
    }
}

#[test]
fn l11_no_header_no_session() {
    let endless = [&b"PROXY TCP4 "[..], &[b'1'; 200]].concat();
    for bytes in [
        &b"EHLO a.example\r\n"[..],
        b"PROXY TCP5 x\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x11\0\0\0",
        &endless,
    ] {
        for cut in 0..bytes.len() {
            let mut server = server(true);
            let all = events(&mut server, &[&bytes[..cut], &bytes[cut..]]);
            assert!(all.len() <= 2 && all.last().unwrap().starts_with("Malformed"), "{all:?}");
            assert_eq!(server.state(), State::Closed);
            assert_eq!(sent(&mut server), "");
        }
    }
    let mut server = server(true);
    server.receive(b"PROXY TCP4");
    server.receive_eof();
    let during = "the header of a proxy";
    assert_eq!(server.poll_event(), Err(Error::UnexpectedEof { during }));
}

#[test]
fn a_header_that_is_not_asked_for_is_no_command() {
    let mut server = server(false);
    server.respond(&Reply::greeting("ready")).unwrap();
    let all = events(&mut server, &[b"PROXY TCP4 192.0.2.1 198.51.100.7 1 25\r\nNOOP\r\n"]);
    assert_eq!(all, ["rejected 500", "NOOP"]);
}

#[test]
fn xclient_begins_a_session() {
    let mut server = server(false);
    server.respond(&Reply::greeting("ready")).unwrap();
    let lines: &[u8] =
        b"EHLO a\r\nXFORWARD NAME=b ADDR=192.0.2.1\r\nXCLIENT NAME=c ADDR=192.0.2.2\r\n";
    assert_eq!(events(&mut server, &[lines]), ["EHLO", "XFORWARD", "XCLIENT"]);
    assert_eq!(server.state(), State::Hello);
    assert!(sent(&mut server).ends_with("\r\n220 mx.example.org\r\n"));
    // Nothing of the session before counts, and not during a mail.
    let more: &[u8] = b"AUTH PLAIN\r\nEHLO c\r\nMAIL FROM:<a@b>\r\nXCLIENT NAME=d\r\n";
    assert_eq!(events(&mut server, &[more]), ["rejected 502", "EHLO", "MAIL", "rejected 503"]);
}

fn client(offers: &str) -> client::Connection {
    let mut client = client::Connection::new(support::client_config(false));
    hear(&mut client, "220 ready\r\n");
    hear(&mut client, offers);
    client
}

fn hear(client: &mut client::Connection, bytes: &str) -> String {
    client.receive(bytes.as_bytes());
    while client.poll_event().unwrap().is_some() {}
    let mut all = Vec::new();
    while let Some(bytes) = client.poll_transmit() {
        all.extend_from_slice(bytes);
        let n = bytes.len();
        client.transmitted(n);
    }
    String::from_utf8(all).unwrap()
}

#[test]
fn a_client_says_ehlo_after_xclient() {
    let xclient = Command::parse(b"XCLIENT NAME=c ADDR=192.0.2.2").unwrap();
    assert_eq!(client("250 mx\r\n").send(&xclient), Err(SendError::Unsupported("XCLIENT")));
    let mut client = client("250-mx\r\n250 XCLIENT NAME ADDR\r\n");
    client.send(&xclient).unwrap();
    assert_eq!(hear(&mut client, ""), "XCLIENT NAME=c ADDR=192.0.2.2\r\n");
    assert!(hear(&mut client, "220 mx\r\n").starts_with("EHLO "));
    assert!(client.capabilities().is_none());
    hear(&mut client, "250-mx\r\n250 SIZE\r\n");
    assert!(client.capabilities().unwrap().has("SIZE"));
    // A refusal changes nothing.
    hear(&mut client, "");
}

fn envelope(to: &[&'static str]) -> Envelope<'static> {
    let mut envelope = Envelope::new(ReversePath::try_from("a@example.org").unwrap());
    to.iter().for_each(|to| envelope.to(ForwardPath::try_from(*to).unwrap()));
    envelope
}

#[test]
fn a_client_keeps_to_the_limits_that_it_was_told() {
    let mut client = client("250-mx\r\n250 LIMITS RCPTMAX=2 MAILMAX=2 RCPTDOMAINMAX=1\r\n");
    let refused = |what, limit| Err(SendError::Limit { what, limit });
    let three = envelope(&["a@b", "c@b", "d@b"]);
    assert_eq!(client.send_mail(&three).map(drop), refused("recipients", 2));
    let domains = envelope(&["a@b", "c@d"]);
    assert_eq!(client.send_mail(&domains).map(drop), refused("domains of recipients", 1));
    for _ in 0..2 {
        client.send_mail(&envelope(&["a@b", "c@B"])).unwrap();
        client.send_body("x\r\n".into()).unwrap();
        client.finish_body().unwrap();
    }
    let one = envelope(&["a@b"]);
    assert_eq!(client.send_mail(&one).map(drop), refused("mails in a session", 2));
}
