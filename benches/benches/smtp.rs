//! smtp-proto.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::text;
use smtp_proto::dot::{Decoder, Encoder};
use smtp_proto::server::{Config, Connection, Event};
use smtp_proto::{Capabilities, Command, Reply};

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

criterion_group!(benches, grammar, content, session);
criterion_main!(benches);
