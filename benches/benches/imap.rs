//! imap-proto.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use imap_proto::client::{Config, Connection, Event};
use imap_proto::{FetchItem, Response, TaggedCommand};
use mail_benches::text;

const FETCH: &[u8] = b"* 12 FETCH (UID 7 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" \
    RFC822.SIZE 4286 ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev1 WG mtg summary\" \
    ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \
    \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((NIL NIL \"imap\" \
    \"cac.washington.edu\")) ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")) NIL NIL \
    \"<B27397-0100000@cac.washington.edu>\") BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \
    \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\" \"NAME\" \
    \"cc.diff\") \"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" 4554 73) \
    \"MIXED\"))\r\n";

fn grammar(c: &mut Criterion) {
    let mut group = c.benchmark_group("imap/parse");
    group.bench_function("fetch, not looked at", |b| {
        b.iter(|| Response::parse(black_box(FETCH)).is_ok());
    });
    group.bench_function("fetch, typed", |b| {
        b.iter(|| {
            let Ok(Response::Fetch(message)) = Response::parse(black_box(FETCH)) else { return 0 };
            let look = |item: &FetchItem<'_>| match item {
                FetchItem::Envelope(envelope) => envelope.parse().is_ok(),
                FetchItem::BodyStructure(body) => body.parse().is_ok(),
                _ => true,
            };
            message.items.iter().filter(|item| look(item)).count()
        });
    });
    let list = b"* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Messages\"\r\n";
    group.bench_function("list", |b| b.iter(|| Response::parse(black_box(list)).is_ok()));
    let command = b"A1 UID FETCH 1:100,200:* (FLAGS BODY.PEEK[HEADER.FIELDS (DATE FROM)])\r\n";
    group
        .bench_function("command", |b| b.iter(|| TaggedCommand::parse(black_box(command)).is_ok()));
    let mut search = b"* SEARCH".to_vec();
    (1..=100_000).for_each(|number| search.extend(format!(" {number}").bytes()));
    search.extend_from_slice(b"\r\n");
    group.throughput(Throughput::Bytes(search.len() as u64));
    group.bench_function("search of 100000", |b| {
        b.iter(|| {
            let Ok(Response::Search(found)) = Response::parse(black_box(&search)) else { return 0 };
            found.numbers.iter().count()
        });
    });
    group.finish();
}

fn literals(c: &mut Criterion) {
    let body = text(1 << 20);
    let mut bytes = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes.extend_from_slice(b")\r\n");
    let mut group = c.benchmark_group("imap/client");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("literal of 1 MiB in 16 KiB reads", |b| {
        b.iter(|| {
            let mut client = Connection::new(Config::default());
            client.receive(b"* OK hi\r\n");
            client.poll_event().unwrap();
            let mut seen = 0;
            for chunk in bytes.chunks(16 << 10) {
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
    group.finish();
}

criterion_group!(benches, grammar, literals);
criterion_main!(benches);
