//! mime.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::{message, noise};
use mime::codec::{base64, quoted_printable};
use mime::{Config, Message, Scanner};

fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("mime/message");
    for (name, attachments, len) in
        [("small", 0, 0), ("1 MiB attachment", 1, 1 << 20), ("1000 parts", 1000, 100)]
    {
        let bytes = message(attachments, len);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format!("{name}, structure"), |b| {
            b.iter(|| Message::parse(black_box(&bytes)).parts().len());
        });
        group.bench_function(format!("{name}, decoded"), |b| {
            b.iter(|| {
                let message = Message::parse(black_box(&bytes));
                message.parts().map(|part| part.decoded().bytes.len()).sum::<usize>()
            });
        });
        group.bench_function(format!("{name}, pushed in 64 KiB"), |b| {
            b.iter(|| {
                let mut scanner = Scanner::new(Config::default());
                let mut events = 0;
                for chunk in bytes.chunks(64 << 10) {
                    scanner.receive(chunk);
                    while scanner.poll_event().unwrap().is_some() {
                        events += 1;
                    }
                }
                scanner.receive_eof();
                while scanner.poll_event().unwrap().is_some() {
                    events += 1;
                }
                events
            });
        });
    }
    group.finish();
}

fn codecs(c: &mut Criterion) {
    let bytes = noise(1 << 20);
    let mut group = c.benchmark_group("mime/codec");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    let encoded = base64::encode(&bytes);
    group.bench_function("base64, encode", |b| b.iter(|| base64::encode(black_box(&bytes)).len()));
    group.bench_function("base64, decode", |b| {
        b.iter(|| base64::decode(black_box(&encoded)).bytes.len());
    });
    let mut lines = Vec::new();
    encoded.split(|byte| *byte == b'\n').for_each(|line| lines.extend([line, b"=\r\n"].concat()));
    group.bench_function("quoted-printable, decode", |b| {
        b.iter(|| quoted_printable::decode(black_box(&lines)).bytes.len());
    });
    group.finish();
}

criterion_group!(benches, messages, codecs);
criterion_main!(benches);
