//! pop3-proto.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::text;
use pop3_proto::client::{Config, Connection, Event};
use pop3_proto::dot::Encoder;
use pop3_proto::{Command, Reply, ScanListing};

fn grammar(c: &mut Criterion) {
    let mut group = c.benchmark_group("pop3/parse");
    for line in ["STAT", "RETR 12345", "TOP 1 10", "USER mrose"] {
        group.bench_function(line, |b| {
            b.iter(|| Command::parse(black_box(line.as_bytes())).is_ok())
        });
    }
    group.bench_function("reply", |b| {
        b.iter(|| Reply::parse(black_box(b"-ERR [IN-USE] elsewhere")).is_ok());
    });
    group.bench_function("list line", |b| b.iter(|| ScanListing::parse(black_box(b"12345 67890"))));
    group.finish();
}

/// A client that is logged in.
fn ready() -> Connection {
    let mut config = Config::default();
    config.ask_capabilities = false;
    config.allow_plaintext_auth = true;
    config.probe = true;
    let mut client = Connection::new(config);
    client.receive(b"+OK ready\r\n");
    client.poll_event().unwrap();
    for command in [&b"USER mrose"[..], b"PASS tanstaaf"] {
        client.send(&Command::parse(command).unwrap()).unwrap();
        client.receive(b"+OK\r\n");
        client.poll_event().unwrap();
    }
    client
}

fn answers(c: &mut Criterion) {
    let mut message = b"+OK\r\n".to_vec();
    let mut encoder = Encoder::new();
    encoder.encode(&text(1 << 20), &mut message);
    encoder.finish(&mut message);
    let mut list = b"+OK\r\n".to_vec();
    for number in 1..=10_000 {
        list.extend_from_slice(format!("{number} 12345\r\n").as_bytes());
    }
    list.extend_from_slice(b".\r\n");
    let mut group = c.benchmark_group("pop3/client");
    for (name, command, answer) in
        [("retr 1 MiB", Command::Retr(1), &message), ("list 10000", Command::List(None), &list)]
    {
        group.throughput(Throughput::Bytes(answer.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut client = ready();
                client.send(&command).unwrap();
                let mut seen = 0;
                for chunk in answer.chunks(16 << 10) {
                    client.receive(chunk);
                    while let Some(event) = client.poll_event().unwrap() {
                        seen += match event {
                            Event::BodyChunk(chunk) => chunk.len(),
                            _ => 1,
                        };
                    }
                }
                seen
            });
        });
    }
    group.finish();
}

criterion_group!(benches, grammar, answers);
criterion_main!(benches);
