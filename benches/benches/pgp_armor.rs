//! Armor, in bytes of text a second (decoding) and of data a second (encoding, checksum).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::noise;
use pgp_armor::{Checksum, Config, Crc24, Decoder, EncodeConfig, Event, Label, LineEnd, cleartext};

fn pushed(text: &[u8]) -> usize {
    let mut decoder = Decoder::new(Config::default());
    let (mut chunks, mut len) = (text.chunks(64 << 10), 0);
    while decoder.wants_read() {
        match chunks.next() {
            Some(chunk) => decoder.receive(chunk),
            None => decoder.receive_eof(),
        }
        while let Ok(Some(event)) = decoder.poll_event() {
            if let Event::Data(bytes) = event {
                len += bytes.len();
            }
        }
    }
    len
}

fn blocks(c: &mut Criterion) {
    for len in [4_000, 4_000_000] {
        let data = noise(len);
        let text = pgp_armor::encode(Label::Message, &data);
        let mut group = c.benchmark_group(format!("{len} bytes"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group
            .bench_function("decode", |b| b.iter(|| pgp_armor::decode(black_box(text.as_bytes()))));
        group.bench_function("decode pushed", |b| b.iter(|| pushed(black_box(text.as_bytes()))));
        group.throughput(Throughput::Bytes(len as u64));
        for (name, checksum) in
            [("encode", Checksum::Never), ("encode with checksum", Checksum::Always)]
        {
            let mut config = EncodeConfig::default();
            config.checksum = checksum;
            group.bench_function(name, |b| {
                b.iter(|| pgp_armor::encode_with(Label::Message, black_box(&data), config.clone()));
            });
        }
        group.bench_function("checksum", |b| b.iter(|| Crc24::of(black_box(&data))));
        group.finish();
    }
}

fn texts(c: &mut Criterion) {
    let text =
        "- a line of text that is about as long as lines of mail are, with a dash\n".repeat(10_000);
    let Ok(signed) =
        cleartext::write::<()>(text.as_bytes(), &[], LineEnd::Lf, |_| Ok(vec![0xC2, 1, 4]))
    else {
        return;
    };
    let mut group = c.benchmark_group("cleartext");
    group.throughput(Throughput::Bytes(signed.len() as u64));
    group.bench_function("read", |b| b.iter(|| cleartext::read(black_box(&signed))));
    group.bench_function("write", |b| {
        b.iter(|| {
            cleartext::write::<()>(black_box(text.as_bytes()), &[], LineEnd::Lf, |_| Ok(vec![0xC2]))
        });
    });
    group.finish();
}

criterion_group!(benches, blocks, texts);
criterion_main!(benches);
