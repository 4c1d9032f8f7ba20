//! smtp-proto.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::text;
use smtp_proto::client::{self, Envelope};
use smtp_proto::dot::{Decoder, Encoder};
use smtp_proto::server::{Config, Connection, Event};
use smtp_proto::{Capabilities, Command, ForwardPath, Reply, ReversePath};

fn grammar(c: &mut Criterion) {
    let mut group = c.benchmark_group("smtp/parse");
    for line in [
        "NOOP",
        "EHLO client.example.org",
        "MAIL FROM:<alice@example.org>",
        "MAIL FROM:<alice@example.org> SIZE=12345 BODY=8BITMIME RET=HDRS ENVID=abc",
        "RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org",
    ] {
        group.bench_function(line, |b| {
            b.iter(|| Command::parse(black_box(line.as_bytes())).is_ok())
        });
    }
    let reply = b"250 2.1.0 Ok\r\n";
    group.bench_function("reply", |b| b.iter(|| Reply::parse(black_box(reply)).is_ok()));
    let hello = b"250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n\
        250-ETRN\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n\
        250 DSN\r\n";
    group.bench_function("ehlo reply", |b| {
        b.iter(|| {
            let reply = Reply::parse(black_box(hello)).unwrap();
            Capabilities::from_reply(&reply).iter().count()
        });
    });
    group.finish();
}

fn content(c: &mut Criterion) {
    let body = text(256 << 10);
    let mut stuffed = Vec::new();
    let mut encoder = Encoder::new();
    encoder.encode(&body, &mut stuffed);
    encoder.finish(&mut stuffed);
    let mut group = c.benchmark_group("smtp/content");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("unstuff", |b| {
        b.iter(|| {
            let (mut decoder, mut at, mut size) = (Decoder::new(), 0, 0);
            loop {
                let part = decoder.decode(black_box(&stuffed[at..]));
                size += part.content.len();
                at += part.consumed;
                if part.end {
                    return size;
                }
            }
        });
    });
    group.bench_function("stuff", |b| {
        let mut out = Vec::with_capacity(stuffed.len());
        b.iter(|| {
            out.clear();
            let mut encoder = Encoder::new();
            encoder.encode(black_box(&body), &mut out);
            encoder.finish(&mut out);
            out.len()
        });
    });
    group.finish();
}

fn session(c: &mut Criterion) {
    let mut bytes = b"EHLO client.example.org\r\n".to_vec();
    for _ in 0..1000 {
        bytes.extend_from_slice(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
        bytes.extend(text(1024));
        bytes.extend_from_slice(b".\r\n");
    }
    let mut group = c.benchmark_group("smtp/server");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1000 mails of 1 KiB", |b| {
        b.iter(|| {
            let mut server = Connection::new(Config::default());
            server.respond(&Reply::greeting("ready")).unwrap();
            let mut size = 0;
            for chunk in bytes.chunks(16 << 10) {
                server.receive(chunk);
                loop {
                    let reply = match server.poll_event().unwrap() {
                        None => break,
                        Some(Event::BodyChunk(chunk)) => {
                            size += chunk.len();
                            continue;
                        }
                        Some(Event::Command { reply, .. } | Event::Rejected { reply, .. }) => reply,
                        Some(Event::BodyEnd { .. }) => Reply::new(250, "taken"),
                        Some(_) => continue,
                    };
                    server.respond(&reply).unwrap();
                }
                while let Some(n) = server.poll_transmit().map(<[u8]>::len) {
                    server.transmitted(n);
                }
            }
            size
        });
    });
    group.finish();
}

/// Both ends of a connection. The server takes everything.
struct Pair {
    client: client::Connection,
    server: Connection,
    /// Octets of content that arrived, and mails that are done.
    seen: (usize, usize),
}

impl Pair {
    fn new() -> Self {
        let mut server = Connection::new(Config::default());
        server.respond(&Reply::greeting("ready")).unwrap();
        let client = client::Connection::new(client::Config::default());
        let mut pair = Self { client, server, seen: (0, 0) };
        pair.run();
        pair
    }

    /// Moves bytes until nothing moves any more.
    fn run(&mut self) {
        loop {
            let mut moved = false;
            while let Some(bytes) = self.client.poll_transmit() {
                let len = bytes.len().min(16 << 10);
                self.server.receive(&bytes[..len]);
                self.client.transmitted(len);
                self.serve();
                moved = true;
            }
            while let Some(bytes) = self.server.poll_transmit() {
                let len = bytes.len();
                self.client.receive(bytes);
                self.server.transmitted(len);
                while let Some(event) = self.client.poll_event().unwrap() {
                    if let client::Event::MailDone { outcome, .. } = event {
                        self.seen.1 += usize::from(outcome.is_accepted());
                    }
                }
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }

    fn serve(&mut self) {
        while let Some(event) = self.server.poll_event().unwrap() {
            let reply = match event {
                Event::BodyChunk(chunk) => {
                    self.seen.0 += chunk.len();
                    continue;
                }
                Event::Command { reply, .. } | Event::Rejected { reply, .. } => reply,
                Event::BodyEnd { .. } => Reply::new(250, "taken"),
                _ => continue,
            };
            self.server.respond(&reply).unwrap();
        }
    }
}

/// What a mail costs both ends together. Instructions are counted with
/// `valgrind --tool=callgrind --toggle-collect='*mails*' .. --test 'smtp/pair'`.
#[inline(never)]
fn mails(pair: &mut Pair, content: &[u8], count: usize) -> (usize, usize) {
    let mut envelope = Envelope::new(ReversePath::try_from("alice@example.org").unwrap());
    envelope.to(ForwardPath::try_from("bob@example.org").unwrap());
    envelope.size(content.len() as u64).unwrap();
    for _ in 0..count / 10 {
        for _ in 0..10 {
            pair.client.send_mail(&envelope).unwrap();
            pair.client.send_body(content.to_vec().into()).unwrap();
            pair.client.finish_body().unwrap();
        }
        pair.run();
    }
    pair.seen
}

fn pair(c: &mut Criterion) {
    let content = text(1022);
    let mut group = c.benchmark_group("smtp/pair");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1000 mails of 1 KiB, pipelined", |b| {
        b.iter(|| {
            let seen = mails(&mut Pair::new(), &content, 1000);
            assert_eq!(seen, (1000 * content.len(), 1000));
        });
    });
    group.finish();
}

criterion_group!(benches, grammar, content, session, pair);
criterion_main!(benches);
