//! SMTP: commands, replies, what a server offers.

use crate::harness::{Table, competitor};
use crate::inputs::prose;

/// Sessions whose commands are parsed.
const SESSIONS: usize = 200;

/// Octets of a mail whose content is read or written.
const CONTENT: usize = 256 * 1024;

/// Size of the reads that it comes in.
const READ: usize = 4 * 1024;

/// Measures the rows of the `smtp-proto` crate.
pub fn rows(table: &mut Table) {
    for (name, lines) in [
        ("smtp, commands of sessions", commands()),
        ("smtp, NOOP", every(|_| "NOOP\r\n".into())),
        ("smtp, EHLO", every(|n| format!("EHLO host-{n}.example.org\r\n"))),
        ("smtp, MAIL", every(|n| format!("MAIL FROM:<user{n}@example.org>\r\n"))),
        (
            "smtp, MAIL, four parameters",
            every(|n| {
                format!(
                    "MAIL FROM:<user{n}@example.org> SIZE={n}00 BODY=8BITMIME RET=HDRS ENVID=QQ{n}\r\n"
                )
            }),
        ),
        ("smtp, RCPT", every(|n| format!("RCPT TO:<user{n}@example.net>\r\n"))),
        (
            "smtp, RCPT, DSN",
            every(|n| {
                format!(
                    "RCPT TO:<user{n}@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;user{n}@example.net\r\n"
                )
            }),
        ),
    ] {
        assert!(lines.iter().all(|line| command::ours(line) > 0 && command::proto_0(line) > 0));
        table.row(
            name,
            lines.iter().map(Vec::len).sum(),
            vec![
                competitor("smtp-proto", || lines.iter().map(|line| command::ours(line)).sum()),
                competitor("smtp-proto 0.2", || {
                    lines.iter().map(|line| command::proto_0(line)).sum()
                }),
            ],
        );
    }
    let replies = replies();
    table.row(
        "smtp, replies",
        replies.iter().map(Vec::len).sum(),
        vec![
            competitor("smtp-proto", || replies.iter().map(|unit| reply::ours(unit)).sum()),
            competitor("smtp-proto 0.2", || replies.iter().map(|unit| reply::proto_0(unit)).sum()),
        ],
    );
    let offers = every(|n| {
        format!(
            "250-mx{n}.example.org Hello client.example.org [192.0.2.1]\r\n250-PIPELINING\r\n\
             250-SIZE 52428800\r\n250-ETRN\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN SCRAM-SHA-256\r\n\
             250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250 CHUNKING\r\n"
        )
    });
    table.row(
        "smtp, answers to EHLO",
        offers.iter().map(Vec::len).sum(),
        vec![
            competitor("smtp-proto", || offers.iter().map(|unit| offer::ours(unit)).sum()),
            competitor("smtp-proto 0.2", || offers.iter().map(|unit| offer::proto_0(unit)).sum()),
        ],
    );
    contents(table);
}

/// What follows DATA: the periods taken away, and put in.
fn contents(table: &mut Table) {
    let content = content();
    let mut out = Vec::with_capacity(2 * CONTENT);
    content::naive_stuff(&content, &mut out);
    let wire = out.clone();
    content::stuff(&content, &mut out);
    assert!(out == wire);
    content::unstuff(&wire, &mut out);
    assert!(out == content);
    content::proto_0(&wire, &mut out);
    assert!(out == content);
    assert_eq!(content::unstuff_slices(&wire), content.len());
    let (mut ours, mut theirs) = (out.clone(), out.clone());
    table.row(
        "smtp, DATA in reads, copied",
        wire.len(),
        vec![
            competitor("smtp-proto", || content::unstuff(&wire, &mut ours)),
            competitor("smtp-proto 0.2", || content::proto_0(&wire, &mut theirs)),
        ],
    );
    table.row(
        "smtp, DATA in reads, as slices",
        wire.len(),
        vec![
            competitor("smtp-proto", || content::unstuff_slices(&wire)),
            competitor("smtp-proto 0.2", || content::proto_0(&wire, &mut theirs)),
        ],
    );
    table.row(
        "smtp, stuffing for DATA",
        content.len(),
        vec![
            competitor("smtp-proto", || content::stuff(&content, &mut ours)),
            competitor("an octet at a time", || content::naive_stuff(&content, &mut theirs)),
        ],
    );
}

/// Text in which each twentieth line or so begins with a period.
fn content() -> Vec<u8> {
    let text = prose(CONTENT, 1_000_000);
    let mut content = Vec::new();
    for (nth, line) in text.split_inclusive("\r\n").enumerate() {
        if nth % 20 == 7 {
            content.push(b'.');
        }
        content.extend_from_slice(line.as_bytes());
    }
    if !content.ends_with(b"\r\n") {
        content.extend_from_slice(b"\r\n");
    }
    content
}

fn every(line: impl Fn(usize) -> String) -> Vec<Vec<u8>> {
    (0..SESSIONS).map(|n| line(n).into_bytes()).collect()
}

/// The commands of sessions as a relay has them.
fn commands() -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for n in 0..SESSIONS {
        lines.push(format!("EHLO host-{n}.example.org\r\n"));
        lines.push(format!(
            "MAIL FROM:<sender-{n}@lists.example.org> SIZE={} BODY=8BITMIME\r\n",
            n * 977
        ));
        for recipient in 0..n % 4 + 1 {
            lines.push(format!("RCPT TO:<first.last{recipient}@mail{n}.example.net>\r\n"));
        }
        lines.push(if n % 2 == 0 {
            "DATA\r\n".into()
        } else {
            format!("BDAT {} LAST\r\n", n * 977)
        });
        lines.push("QUIT\r\n".into());
    }
    lines.into_iter().map(String::into_bytes).collect()
}

/// The replies of such sessions.
fn replies() -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    for n in 0..SESSIONS {
        units.push(format!("220 mx{n}.example.org ESMTP ready\r\n"));
        units.push("250 2.1.0 Ok\r\n".into());
        units.push("250 2.1.5 Ok\r\n".into());
        if n % 4 == 0 {
            units.push(format!(
                "550-5.1.1 The account user{n}@example.net does not exist.\r\n550 5.1.1 Look for typos.\r\n"
            ));
        }
        units.push("354 End data with <CR><LF>.<CR><LF>\r\n".into());
        units.push(format!("250 2.0.0 Ok: queued as 4{n:08X}\r\n"));
        units.push("221 2.0.0 Bye\r\n".into());
    }
    units.into_iter().map(String::into_bytes).collect()
}

mod command {
    use smtp_proto::{Command, MailParameter, RcptParameter};
    use smtp_proto_0::Request;

    /// What stands in the line, every parameter with its meaning.
    pub fn ours(line: &[u8]) -> usize {
        let end = memchr::memchr(b'\n', line).unwrap();
        let line = &line[..end - 1];
        let parsed = Command::parse(line);
        match parsed.as_ref().unwrap() {
            Command::Mail { from, parameters } => {
                let mut sum = from.as_str().len();
                for parameter in parameters.iter() {
                    sum += match &parameter.in_mail().unwrap() {
                        MailParameter::Size(size) => *size as usize,
                        MailParameter::EnvelopeId(id) => id.as_str().len(),
                        _ => 1,
                    };
                }
                sum
            }
            Command::Rcpt { to, parameters } => {
                let mut sum = to.as_str().len();
                for parameter in parameters.iter() {
                    sum += match &parameter.in_rcpt().unwrap() {
                        RcptParameter::OriginalRecipient(to) => to.as_str().len(),
                        _ => 1,
                    };
                }
                sum
            }
            Command::Ehlo(name) => name.as_str().len(),
            Command::Bdat { size, .. } => *size as usize + 1,
            _ => 1,
        }
    }

    pub fn proto_0(line: &[u8]) -> usize {
        let parsed = Request::parse(&mut line.iter());
        match parsed.as_ref().unwrap() {
            Request::Mail { from } => {
                from.address.len() + from.size + from.env_id.as_ref().map_or(0, |id| id.len())
            }
            Request::Rcpt { to } => to.address.len() + to.orcpt.as_ref().map_or(0, |to| to.len()),
            Request::Ehlo { host } => host.len(),
            Request::Bdat { chunk_size, .. } => *chunk_size + 1,
            _ => 1,
        }
    }
}

mod reply {
    use smtp_proto::Reply;
    use smtp_proto_0::response::parser::ResponseReceiver;

    /// Code, enhanced code, and the text.
    pub fn ours(unit: &[u8]) -> usize {
        let reply = Reply::parse(unit).unwrap();
        let detail = reply.enhanced().map_or(0, |code| usize::from(code.detail()));
        usize::from(reply.code()) + detail + reply.lines().map(<[u8]>::len).sum::<usize>()
    }

    pub fn proto_0(unit: &[u8]) -> usize {
        let reply = ResponseReceiver::default().parse(&mut unit.iter()).unwrap();
        usize::from(reply.code()) + usize::from(reply.esc[2]) + reply.message().len()
    }
}

mod offer {
    use smtp_proto::{Capabilities, Capability, Reply};
    use smtp_proto_0::EhloResponse;

    /// Every line typed, and the size.
    pub fn ours(unit: &[u8]) -> usize {
        let reply = Reply::parse(unit).unwrap();
        let list = Capabilities::from_reply(&reply);
        list.iter()
            .map(|one| if let Capability::Size(Some(size)) = one { *size as usize } else { 1 })
            .sum()
    }

    pub fn proto_0(unit: &[u8]) -> usize {
        let list = EhloResponse::parse(&mut unit.iter()).unwrap();
        list.size + list.capabilities() as usize + list.auth() as usize
    }
}

mod content {
    use super::READ;
    use smtp_proto::dot::{Decoder, Encoder};
    use smtp_proto_0::request::receiver::DataReceiver;
    use std::hint::black_box;

    /// The pieces of a content, as its reads let them be seen.
    fn pieces(wire: &[u8], mut sink: impl FnMut(&[u8])) {
        let mut decoder = Decoder::new();
        let (mut at, mut seen) = (0, 0);
        loop {
            let part = decoder.decode(&wire[at..seen]);
            if part.end {
                return;
            }
            sink(&wire[at..seen][part.content.clone()]);
            at += part.consumed;
            if part.consumed == 0 {
                assert!(seen < wire.len());
                seen = wire.len().min(seen + READ);
            }
        }
    }

    pub fn unstuff(wire: &[u8], out: &mut Vec<u8>) -> usize {
        out.clear();
        pieces(wire, |piece| out.extend_from_slice(piece));
        out.len()
    }

    pub fn unstuff_slices(wire: &[u8]) -> usize {
        let mut size = 0;
        pieces(wire, |piece| size += black_box(piece).len());
        size
    }

    pub fn proto_0(wire: &[u8], out: &mut Vec<u8>) -> usize {
        out.clear();
        let mut receiver = DataReceiver::new();
        for read in wire.chunks(READ) {
            if receiver.ingest(&mut read.iter(), out) {
                return out.len();
            }
        }
        panic!("no end");
    }

    pub fn stuff(content: &[u8], out: &mut Vec<u8>) -> usize {
        out.clear();
        let mut encoder = Encoder::new();
        encoder.encode(content, out);
        encoder.finish(out);
        out.len()
    }

    /// What many programs do.
    pub fn naive_stuff(content: &[u8], out: &mut Vec<u8>) -> usize {
        out.clear();
        let mut line_start = true;
        for &octet in content {
            if line_start && octet == b'.' {
                out.push(b'.');
            }
            out.push(octet);
            line_start = octet == b'\n';
        }
        out.extend_from_slice(b".\r\n");
        out.len()
    }
}
