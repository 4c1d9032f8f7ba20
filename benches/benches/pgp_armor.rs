//! pgp-armor.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::noise;
use pgp_armor::{Label, decode, encode};

fn armor(c: &mut Criterion) {
    let mut group = c.benchmark_group("pgp-armor");
    for len in [400, 1 << 20] {
        let bytes = noise(len);
        let text = encode(Label::File, &bytes);
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_function(format!("encode {len}"), |b| {
            b.iter(|| encode(Label::File, black_box(&bytes)).len());
        });
        group.bench_function(format!("decode {len}"), |b| {
            b.iter(|| decode(black_box(text.as_bytes())).map(|block| block.data.len()));
        });
    }
    group.finish();
}

criterion_group!(benches, armor);
criterion_main!(benches);
