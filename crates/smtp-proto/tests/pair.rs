//! Our client against our server: both ends agree, however the bytes are cut.

mod support;

use bytes::Bytes;
use proptest::prelude::*;
use smtp_proto::client::Envelope;
use smtp_proto::{Capability, Command, ForwardPath, ReversePath};

use support::{Mail, Pair, client_config, server_config};

/// What content becomes on its way: line ends are CR LF, the last line is ended.
fn normalised(content: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    assert_eq!(text.as_bytes(), content);
    let mut out = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    if !out.is_empty() && !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn envelope(to: &[&'static str]) -> Envelope<'static> {
    let mut envelope = Envelope::new(ReversePath::try_from("a@example.org").unwrap());
    to.iter().for_each(|to| envelope.to(ForwardPath::try_from(*to).unwrap()));
    envelope
}

fn pair(lmtp: bool, pipelining: bool, chunking: bool, cut: usize) -> Pair {
    let mut client = client_config(lmtp);
    client.pipelining = pipelining;
    client.prefer_chunking = chunking;
    Pair::new(client, server_config(lmtp), cut)
}

fn settings() -> impl Iterator<Item = (bool, bool, bool, usize)> {
    let bits = (0..8).map(|n| (n & 1 != 0, n & 2 != 0, n & 4 != 0));
    bits.flat_map(|(a, b, c)| [0, 1, 2, 3, 7].map(|cut| (a, b, c, cut)))
}

#[test]
fn mails_arrive() {
    for (lmtp, pipelining, chunking, cut) in settings() {
        let mut pair = pair(lmtp, pipelining, chunking, cut);
        assert_eq!(pair.capabilities, 1);
        let contents = ["", ".", ".\r\n", "Subject: hi\r\n\r\n.\r\n..\r\nend\r\n", "open\r\nend"];
        for content in contents {
            pair.client.send_mail(&envelope(&["b@x.example", "c@x.example"])).unwrap();
            for piece in content.as_bytes().chunks(3) {
                pair.client.send_body(Bytes::copy_from_slice(piece)).unwrap();
            }
            pair.client.finish_body().unwrap();
        }
        pair.run();
        let quit = pair.client.send(&Command::Quit).unwrap();
        pair.run();
        assert_eq!(pair.outcomes.len(), contents.len());
        assert!(pair.outcomes.iter().all(|(_, outcome)| outcome.is_accepted()));
        let expected = |content: &str| Mail {
            from: "a@example.org".into(),
            to: vec!["b@x.example".into(), "c@x.example".into()],
            content: if chunking { content.into() } else { normalised(content.as_bytes()) },
        };
        assert_eq!(pair.mails, contents.map(expected));
        assert_eq!(pair.replies.last().map(|(id, _)| *id), Some(quit));
        assert!(pair.closed);
    }
}

#[test]
fn failures_are_told_for_each_recipient() {
    for (lmtp, pipelining, chunking, cut) in settings() {
        let mut pair = pair(lmtp, pipelining, chunking, cut);
        for to in [
            &["b@x.example", "no1@x.example", "full@x.example"][..],
            &["no@x.example"],
            &["d@x.example"],
        ] {
            pair.client.send_mail(&envelope(to)).unwrap();
            pair.client.send_body(Bytes::from_static(b"content\r\n")).unwrap();
            pair.client.finish_body().unwrap();
        }
        pair.run();
        let codes: Vec<Vec<u16>> = pair
            .outcomes
            .iter()
            .map(|(_, outcome)| outcome.recipients.iter().map(|r| r.reply.code()).collect())
            .collect();
        let full = if lmtp { 452 } else { 250 };
        assert_eq!(codes[0], [250, 550, full], "{lmtp} {pipelining} {chunking} {cut}");
        assert_eq!(codes[1], [550], "{lmtp} {pipelining} {chunking} {cut}");
        assert_eq!(codes[2], [250], "{lmtp} {pipelining} {chunking} {cut}");
        assert_eq!(pair.mails.iter().filter(|mail| !mail.to.is_empty()).count(), 2);
    }
}

#[test]
fn too_large_and_too_many() {
    for cut in [0, 1, 5] {
        for chunking in [false, true] {
            let mut server = server_config(false);
            server.limits.message = 10;
            server.limits.recipients = 1;
            server.capabilities.remove("SIZE");
            let mut client = client_config(false);
            client.prefer_chunking = chunking;
            let mut pair = Pair::new(client, server, cut);
            pair.client.send_mail(&envelope(&["b@x.example", "c@x.example"])).unwrap();
            pair.client.send_body(Bytes::from_static(b"12345678\r\n")).unwrap();
            pair.client.finish_body().unwrap();
            pair.client.send_mail(&envelope(&["b@x.example"])).unwrap();
            pair.client.send_body(Bytes::from_static(b"123456789\r\n")).unwrap();
            pair.client.finish_body().unwrap();
            pair.client.send_mail(&envelope(&["d@x.example"])).unwrap();
            pair.client.send_body(Bytes::from_static(b"1\r\n")).unwrap();
            pair.client.finish_body().unwrap();
            pair.run();
            let codes: Vec<u16> = pair
                .outcomes
                .iter()
                .flat_map(|(_, outcome)| outcome.recipients.iter().map(|r| r.reply.code()))
                .collect();
            assert_eq!(codes, [250, 452, 552, 250], "{chunking} {cut}");
            assert_eq!(pair.mails.len(), 2);
        }
    }
}

#[test]
fn tls_on_the_way() {
    for cut in [0, 1] {
        let mut server = server_config(false);
        server.capabilities.push(Capability::StartTls);
        server.require_tls = true;
        let mut client = client_config(false);
        client.require_tls = true;
        let mut pair = Pair::new(client, server, cut);
        assert!(pair.client.send_mail(&envelope(&["b@x.example"])).is_err());
        pair.client.send(&Command::StartTls).unwrap();
        pair.run();
        assert!(pair.client.is_tls() && pair.server.is_tls());
        assert_eq!(pair.capabilities, 2);
        assert!(!pair.client.capabilities().unwrap().has("STARTTLS"));
        pair.client.send_mail(&envelope(&["b@x.example"])).unwrap();
        pair.client.send_body(Bytes::from_static(b"x")).unwrap();
        pair.client.finish_body().unwrap();
        pair.run();
        assert_eq!(pair.mails.len(), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_content(
        contents in prop::collection::vec("[a.\r\n]{0,40}", 1..4),
        (lmtp, pipelining, chunking, cut) in (any::<bool>(), any::<bool>(), any::<bool>(), 0..20_usize),
        piece in 1..10_usize,
    ) {
        let mut pair = pair(lmtp, pipelining, chunking, cut);
        for content in &contents {
            pair.client.send_mail(&envelope(&["b@x.example"])).unwrap();
            for piece in content.as_bytes().chunks(piece) {
                pair.client.send_body(Bytes::copy_from_slice(piece)).unwrap();
                if cut % 2 == 0 {
                    pair.run();
                }
            }
            pair.client.finish_body().unwrap();
        }
        pair.run();
        let got: Vec<_> = pair.mails.into_iter().map(|mail| mail.content).collect();
        let expected: Vec<_> = contents
            .iter()
            .map(|content| match chunking {
                true => content.clone().into_bytes(),
                false => normalised(content.as_bytes()),
            })
            .collect();
        prop_assert_eq!(got, expected);
    }
}
