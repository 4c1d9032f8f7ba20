//! Messages: structure, fields, bodies, in pieces, built. Throughput is in bytes of the message.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mime::build::{Draft, Entity, Env, Options};
use mime::codec::{base64, quoted_printable};
use mime::header::DateTime;
use mime::{Config, Index, Message, PartKind, Scanner};

fn text_mail() -> Vec<u8> {
    let mut mail = String::new();
    for hop in 0..12 {
        let _ = write!(
            mail,
            "Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}])\r\n\
             \tby mail{hop}.example.org with ESMTPS id 4F{hop}A2B\r\n\
             \tfor <jane@example.org>; Mon, 23 Nov 2026 10:{hop:02}:01 +0100\r\n"
        );
    }
    mail += "From: Art Vandelay <art@vandelay.example>\r\nTo: Jane <jane@example.org>\r\n\
        Subject: Importing and =?utf-8?B?ZXhwb3J0aW5n?=\r\n\
        Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@vandelay.example>\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\n";
    mail += &"All work and no play makes Jack a dull boy.\r\n".repeat(40);
    mail.into_bytes()
}

fn newsletter() -> Vec<u8> {
    let html = "<p>Gr\u{fc}\u{df}e, a line of <b>markup</b> = more text</p>\r\n".repeat(1000);
    let html = String::from_utf8(quoted_printable::encode(html.as_bytes())).unwrap_or_default();
    format!(
        "Subject: news\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n\
         --alt\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n{html}\r\n--alt--\r\n"
    )
    .into_bytes()
}

fn attachment(len: usize) -> Vec<u8> {
    let content: Vec<u8> = (0..len).map(|i| (i * 31 % 251) as u8).collect();
    let mut mail = b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
        Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    mail.extend_from_slice(&base64::encode(&content));
    mail.extend_from_slice(b"\r\n--m--\r\n");
    mail
}

fn parts(count: usize) -> Vec<u8> {
    let mut mail = String::from("Content-Type: multipart/mixed; boundary=many\r\n\r\n");
    for number in 0..count {
        let _ = write!(
            mail,
            "--many\r\nContent-Type: text/plain\r\nContent-ID: <{number}@x>\r\n\r\n{number}\r\n"
        );
    }
    mail += "--many--\r\n";
    mail.into_bytes()
}

fn nested(levels: usize) -> Vec<u8> {
    let mut mail = String::new();
    for level in 0..levels {
        let _ = write!(
            mail,
            "Content-Type: multipart/mixed; boundary=\"level{level}\"\r\n\r\n--level{level}\r\n"
        );
    }
    mail += "\r\nthe bottom\r\n";
    for level in (0..levels).rev() {
        let _ = write!(mail, "--level{level}--\r\n");
    }
    mail.into_bytes()
}

fn structure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mime/structure");
    let mut config = Config::default();
    config.limits.depth = 2000;
    for (name, mail) in [
        ("text", text_mail()),
        ("newsletter", newsletter()),
        ("attachment", attachment(1 << 20)),
        ("1000 parts", parts(1000)),
        ("50 levels", nested(50)),
        ("1000 levels", nested(1000)),
    ] {
        group.throughput(Throughput::Bytes(mail.len() as u64));
        let mut index = Index::default();
        group.bench_function(name, |bencher| {
            bencher.iter(|| index.rescan(black_box(&mail), &config));
        });
    }
}

fn full(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mime/full");
    for (name, mail) in
        [("text", text_mail()), ("newsletter", newsletter()), ("attachment", attachment(1 << 20))]
    {
        group.throughput(Throughput::Bytes(mail.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let message = Message::parse(black_box(&mail));
                let mut len = message.subject().map_or(0, |subject| subject.len());
                len += message.date().map_or(0, |date| usize::from(date.second));
                for part in message.parts().filter(|part| part.kind() == PartKind::Leaf) {
                    len += part.text().map_or_else(|| part.decoded().bytes.len(), |t| t.text.len());
                }
                len
            });
        });
    }
}

fn pieces(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mime/pieces");
    let mail = attachment(1 << 20);
    group.throughput(Throughput::Bytes(mail.len() as u64));
    for size in [64, 4 << 10, 64 << 10] {
        group.bench_function(format!("{size} bytes"), |bencher| {
            bencher.iter(|| {
                let mut scanner = Scanner::new(Config::default());
                let mut events = 0;
                for chunk in mail.chunks(size).map(Some).chain([None]) {
                    match chunk {
                        Some(chunk) => scanner.receive(black_box(chunk)),
                        None => scanner.receive_eof(),
                    }
                    while let Ok(Some(_)) = scanner.poll_event() {
                        events += 1;
                    }
                }
                events
            });
        });
    }
}

fn stored_index(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mime/index of 1000 parts");
    let mail = parts(1000);
    let index = Index::scan(&mail, &Config::default()).unwrap_or_default();
    let mut stored = Vec::new();
    index.to_bytes(&mut stored);
    group.throughput(Throughput::Bytes(stored.len() as u64));
    group.bench_function("load", |bencher| {
        bencher.iter(|| Index::from_bytes(black_box(&stored)));
    });
}

fn codecs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mime/codec");
    let data: Vec<u8> = (0..48usize << 10).map(|i| (i * 31 % 251) as u8).collect();
    let encoded = base64::encode(&data);
    group.throughput(Throughput::Bytes(encoded.len() as u64));
    group.bench_function("base64 decode", |b| b.iter(|| base64::decode(black_box(&encoded))));
    group.bench_function("base64 encode", |b| b.iter(|| base64::encode(black_box(&data))));
    let text = "Gr\u{fc}\u{df}e aus M\u{fc}nchen, und vieles mehr\r\n".repeat(1000);
    let encoded = quoted_printable::encode(text.as_bytes());
    group.throughput(Throughput::Bytes(encoded.len() as u64));
    group.bench_function("quoted-printable decode", |bencher| {
        bencher.iter(|| quoted_printable::decode(black_box(&encoded)));
    });
    group.bench_function("quoted-printable encode", |bencher| {
        bencher.iter(|| quoted_printable::encode(black_box(text.as_bytes())));
    });
}

fn build(criterion: &mut Criterion) {
    let Some(now) = DateTime::from_timestamp(1_700_000_000, 0) else { return };
    let env = Env { now, seed: 7, domain: "example.org" };
    let text = "All work and no play makes Jack a dull boy.\r\n".repeat(40);
    let pdf: Vec<u8> = (0..300_000usize).map(|i| (i * 31 % 251) as u8).collect();
    let draft = || {
        Draft::new()
            .from("Art Vandelay <art@vandelay.example>")
            .to("Jane Doe <jane@example.org>")
            .subject("Importing and exporting")
            .text(text.as_str())
    };
    let mut group = criterion.benchmark_group("mime/build");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("small", |bencher| {
        bencher.iter(|| draft().build(&env, &Options::default()).map(|m| m.to_vec()));
    });
    group.throughput(Throughput::Bytes(pdf.len() as u64));
    group.bench_function("attachment of 300 KB", |bencher| {
        bencher.iter(|| {
            let file = Entity::new("application/pdf", pdf.as_slice()).attachment("a.pdf");
            draft().attach(file).build(&env, &Options::default()).map(|m| m.to_vec())
        });
    });
}

criterion_group!(benches, structure, full, pieces, stored_index, codecs, build);
criterion_main!(benches);
