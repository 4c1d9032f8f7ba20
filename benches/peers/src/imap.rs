//! IMAP: responses, commands, and what comes in pieces.

use crate::harness::{Table, competitor};
use crate::inputs::Numbers;

/// Size of the reads that a SEARCH response comes in.
const SMALL_READ: usize = 4096;
/// Size of the reads that a message comes in.
const READ: usize = 16 * 1024;
/// Numbers in the SEARCH response.
const FOUND: usize = 100_000;

/// Measures the rows of the `imap-proto` crate.
pub fn rows(table: &mut Table) {
    let fetches = fetches(1000);
    let bytes = fetches.iter().map(Vec::len).sum();
    table.row(
        "imap, FETCH, envelope and body",
        bytes,
        vec![
            competitor("imap-proto", || fetches.iter().map(|unit| fetch::typed(unit)).sum()),
            competitor("imap-proto 0.17", || fetches.iter().map(|unit| fetch::proto_0(unit)).sum()),
            competitor("imap-codec 1.0", || fetches.iter().map(|unit| fetch::codec_1(unit)).sum()),
            competitor("imap-codec 2.0 alpha", || {
                fetches.iter().map(|unit| fetch::codec_2(unit)).sum()
            }),
        ],
    );
    table.row(
        "imap, FETCH, every address read",
        bytes,
        vec![
            competitor("imap-proto", || fetches.iter().map(|unit| fetch::read_out(unit)).sum()),
            competitor("imap-proto 0.17", || fetches.iter().map(|unit| fetch::proto_0(unit)).sum()),
        ],
    );
    table.row(
        "imap, FETCH, not looked at",
        bytes,
        vec![
            competitor("imap-proto", || fetches.iter().map(|unit| fetch::lazy(unit)).sum()),
            competitor("imap-proto 0.17", || fetches.iter().map(|unit| fetch::proto_0(unit)).sum()),
        ],
    );
    let lists = lists(1000);
    table.row(
        "imap, LIST",
        lists.iter().map(Vec::len).sum(),
        vec![
            competitor("imap-proto", || lists.iter().map(|unit| list::ours(unit)).sum()),
            competitor("imap-proto 0.17", || lists.iter().map(|unit| list::proto_0(unit)).sum()),
            competitor("imap-codec 1.0", || lists.iter().map(|unit| list::codec_1(unit)).sum()),
            competitor("imap-codec 2.0 alpha", || {
                lists.iter().map(|unit| list::codec_2(unit)).sum()
            }),
        ],
    );
    let found = found(FOUND);
    assert_eq!(search::ours(&found), search::proto_0(&found));
    assert_eq!(search::ours(&found), search::codec_1(&found));
    assert_eq!(search::ours(&found), search::pieces(&found, SMALL_READ));
    table.row(
        "imap, SEARCH, 100,000 numbers",
        found.len(),
        vec![
            competitor("imap-proto", || search::ours(&found)),
            competitor("imap-proto 0.17", || search::proto_0(&found)),
            competitor("imap-codec 1.0", || search::codec_1(&found)),
            competitor("imap-codec 2.0 alpha", || search::codec_2(&found)),
        ],
    );
    table.row(
        "imap, SEARCH, in 4 KiB reads",
        found.len(),
        vec![
            competitor("imap-proto", || search::pieces(&found, SMALL_READ)),
            competitor("imap-proto, one read", || search::pieces(&found, found.len())),
            competitor("imap-proto 0.17", || search::proto_0_pieces(&found)),
            competitor("imap-codec 1.0", || search::codec_1_pieces(&found)),
        ],
    );
    let message = message(1 << 20);
    table.row(
        "imap, 1 MB literal, 16 KiB reads",
        message.len(),
        vec![
            competitor("imap-proto", || literal::ours(&message)),
            competitor("imap-proto 0.17", || literal::proto_0(&message)),
            competitor("imap-codec 1.0", || literal::codec_1(&message)),
        ],
    );
    let commands = commands();
    table.row(
        "imap, commands",
        commands.iter().map(Vec::len).sum(),
        vec![
            competitor("imap-proto", || commands.iter().map(|unit| command::ours(unit)).sum()),
            competitor("imap-codec 1.0", || {
                commands.iter().map(|unit| command::codec_1(unit)).sum()
            }),
            competitor("imap-codec 2.0 alpha", || {
                commands.iter().map(|unit| command::codec_2(unit)).sum()
            }),
        ],
    );
}

fn word(numbers: &mut Numbers, least: u64) -> String {
    let len = least + numbers.below(8);
    (0..len).map(|_| char::from(b'a' + numbers.below(26) as u8)).collect()
}

fn address(numbers: &mut Numbers) -> String {
    let (first, last, host) = (word(numbers, 3), word(numbers, 4), word(numbers, 5));
    format!("((\"{first} {last}\" NIL \"{first}.{last}\" \"{host}.example.org\"))")
}

/// FETCH responses of about 860 bytes.
fn fetches(count: u32) -> Vec<Vec<u8>> {
    let mut numbers = Numbers::new(3);
    let mut one = |n: u32| {
        let from = address(&mut numbers);
        let (to, cc) = (address(&mut numbers), address(&mut numbers));
        let subject: Vec<String> = (0..6).map(|_| word(&mut numbers, 2)).collect();
        let (id, boundary, file) =
            (word(&mut numbers, 20), word(&mut numbers, 24), word(&mut numbers, 6));
        let size = 2000 + numbers.below(50_000);
        format!(
            "* {n} FETCH (UID {uid} FLAGS (\\Seen $Forwarded) \
             INTERNALDATE \"{day:02}-Nov-2026 09:47:50 +0100\" RFC822.SIZE {size} \
             ENVELOPE (\"Mon, {day:02} Nov 2026 09:47:48 +0100\" \"{subject}\" {from} {from} {from} \
             {to} {cc} NIL \"<{id}@mail.example.org>\" \"<{boundary}@mail.example.org>\") \
             BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \
             \"quoted-printable\" {size} 31 NIL NIL NIL NIL)(\"text\" \"html\" (\"charset\" \"utf-8\") \
             NIL NIL \"quoted-printable\" {size} 62 NIL NIL NIL NIL)(\"application\" \"pdf\" \
             (\"name\" \"{file}.pdf\") NIL NIL \"base64\" {size} NIL (\"attachment\" (\"filename\" \
             \"{file}.pdf\")) NIL NIL) \"mixed\" (\"boundary\" \"{boundary}\") NIL NIL NIL))\r\n",
            uid = 10_000 + n * 3,
            day = 1 + n % 28,
            subject = subject.join(" "),
        )
        .into_bytes()
    };
    (1..=count).map(&mut one).collect()
}

fn lists(count: usize) -> Vec<Vec<u8>> {
    let mut numbers = Numbers::new(5);
    let mut one = || {
        let attributes = ["\\HasNoChildren", "\\HasChildren", "\\HasNoChildren \\Sent"]
            [numbers.below(3) as usize];
        let (a, b) = (word(&mut numbers, 4), word(&mut numbers, 4));
        format!("* LIST ({attributes}) \"/\" \"{a}/{b}\"\r\n").into_bytes()
    };
    (0..count).map(|_| one()).collect()
}

fn found(count: usize) -> Vec<u8> {
    let mut numbers = Numbers::new(9);
    let mut unit = b"* SEARCH".to_vec();
    let mut number = 1;
    for _ in 0..count {
        number += 1 + numbers.below(40);
        unit.extend(format!(" {number}").bytes());
    }
    unit.extend(b"\r\n");
    unit
}

fn message(size: usize) -> Vec<u8> {
    let mut unit = format!("* 1 FETCH (UID 7 BODY[] {{{size}}}\r\n").into_bytes();
    unit.extend(b"a line of a message, neither long nor short\r\n".iter().cycle().take(size));
    unit.extend(b")\r\n");
    unit
}

fn commands() -> Vec<Vec<u8>> {
    [
        "a1 NOOP",
        "a2 SELECT \"INBOX\"",
        "a3 UID FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE)",
        "a4 UID FETCH 4827313:4828442 (FLAGS BODY.PEEK[HEADER.FIELDS (DATE FROM)])",
        "a5 UID STORE 17,19:23 +FLAGS.SILENT (\\Seen \\Answered)",
        "a6 SEARCH UNSEEN SINCE 1-Feb-2026 NOT FROM \"Smith\"",
        "a7 LIST \"\" \"%/%\"",
        "a8 STATUS \"Archive/2026\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)",
        "a9 COPY 2:4 \"Archive\"",
        "a10 IDLE",
        "a11 CREATE \"Archive/2027\"",
        "a12 CLOSE",
    ]
    .iter()
    .map(|line| format!("{line}\r\n").into_bytes())
    .collect()
}

mod fetch {
    use imap_codec_1::decode::Decoder as _;
    use imap_codec_2::decode::Decoder as _;
    use imap_proto::{FetchItem, Response};

    fn items(unit: &[u8], mut look: impl FnMut(&FetchItem<'_>) -> usize) -> usize {
        let Ok(Response::Fetch(message)) = Response::parse(unit) else { panic!() };
        message.items.iter().map(&mut look).sum()
    }

    pub fn lazy(unit: &[u8]) -> usize {
        items(unit, |_| 1)
    }

    pub fn typed(unit: &[u8]) -> usize {
        items(unit, |item| match item {
            FetchItem::Envelope(envelope) => {
                envelope.parse().unwrap().subject.unwrap().as_bytes().len()
            }
            FetchItem::BodyStructure(body) => body.parse().unwrap().parts().len(),
            _ => 1,
        })
    }

    pub fn read_out(unit: &[u8]) -> usize {
        items(unit, |item| match item {
            FetchItem::Envelope(envelope) => {
                let envelope = envelope.parse().unwrap();
                let all = [&envelope.from, &envelope.sender, &envelope.reply_to, &envelope.to];
                let all = all.into_iter().chain([&envelope.cc, &envelope.bcc]);
                all.flat_map(|list| list.iter())
                    .map(|one| one.mailbox.map_or(0, |mailbox| mailbox.as_bytes().len()))
                    .sum()
            }
            FetchItem::BodyStructure(body) => {
                let body = body.parse().unwrap();
                body.parts().iter().map(|part| 1 + part.parameters.iter().count()).sum()
            }
            FetchItem::Flags(flags) => flags.iter().count(),
            _ => 1,
        })
    }

    pub fn proto_0(unit: &[u8]) -> usize {
        let Ok((_, imap_proto_0::Response::Fetch(_, items))) = imap_proto_0::Response::parse(unit)
        else {
            panic!()
        };
        items.len()
    }

    pub fn codec_1(unit: &[u8]) -> usize {
        let (rest, _) = imap_codec_1::ResponseCodec::new().decode(unit).unwrap();
        rest.len() + 1
    }

    pub fn codec_2(unit: &[u8]) -> usize {
        let (rest, _) = imap_codec_2::ResponseCodec::new().decode(unit).unwrap();
        rest.len() + 1
    }
}

mod list {
    use imap_proto::Response;

    pub fn ours(unit: &[u8]) -> usize {
        let Ok(Response::List(list)) = Response::parse(unit) else { panic!() };
        list.attributes.iter().count() + list.mailbox.as_bytes().len()
    }

    pub fn proto_0(unit: &[u8]) -> usize {
        use imap_proto_0::{MailboxDatum, Response};
        let Ok((_, Response::MailboxData(MailboxDatum::List(list)))) = Response::parse(unit) else {
            panic!()
        };
        list.name_attributes.len() + list.name.len()
    }

    pub use super::fetch::{codec_1, codec_2};
}

mod search {
    use imap_codec_1::decode::Decoder as _;
    use imap_codec_2::decode::Decoder as _;
    use imap_proto::Response;
    use imap_proto::client::{Config, Connection, Event};

    use super::SMALL_READ;

    fn sum(response: &Response<'_>) -> usize {
        let Response::Search(found) = response else { panic!() };
        found.numbers.iter().map(|n| n as usize).sum()
    }

    pub fn ours(unit: &[u8]) -> usize {
        sum(&Response::parse(unit).unwrap())
    }

    pub fn pieces(unit: &[u8], size: usize) -> usize {
        let mut config = Config::default();
        config.limits.response = 1 << 24;
        let mut client = Connection::new(config);
        client.receive(b"* PREAUTH ready\r\n");
        let mut total = 0;
        for piece in unit.chunks(size) {
            client.receive(piece);
            while let Some(event) = client.poll_event().unwrap() {
                if let Event::Data { response, .. } = event {
                    total += sum(&response);
                }
            }
        }
        total
    }

    pub fn proto_0(unit: &[u8]) -> usize {
        use imap_proto_0::{MailboxDatum, Response};
        let Ok((_, Response::MailboxData(MailboxDatum::Search(found)))) = Response::parse(unit)
        else {
            panic!()
        };
        found.into_iter().map(|n| n as usize).sum()
    }

    pub fn proto_0_pieces(unit: &[u8]) -> usize {
        let mut buffer = Vec::new();
        for piece in unit.chunks(SMALL_READ) {
            buffer.extend_from_slice(piece);
            if imap_proto_0::Response::parse(&buffer).is_ok() {
                return proto_0(&buffer);
            }
        }
        panic!()
    }

    pub fn codec_1(unit: &[u8]) -> usize {
        use imap_codec_1::imap_types::response::{Data, Response};
        match imap_codec_1::ResponseCodec::new().decode(unit) {
            Ok((_, Response::Data(Data::Search(found)))) => {
                found.into_iter().map(|n| n.get() as usize).sum()
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn codec_1_pieces(unit: &[u8]) -> usize {
        let mut buffer = Vec::new();
        for piece in unit.chunks(SMALL_READ) {
            buffer.extend_from_slice(piece);
            if imap_codec_1::ResponseCodec::new().decode(&buffer).is_ok() {
                return codec_1(&buffer);
            }
        }
        panic!()
    }

    pub fn codec_2(unit: &[u8]) -> usize {
        let (rest, _) = imap_codec_2::ResponseCodec::new().decode(unit).unwrap();
        rest.len() + 1
    }
}

mod literal {
    use imap_codec_1::decode::Decoder as _;
    use imap_proto::client::{Config, Connection, Event};

    use super::READ;

    pub fn ours(unit: &[u8]) -> usize {
        let mut client = Connection::new(Config::default());
        client.receive(b"* PREAUTH ready\r\n");
        let mut octets = 0;
        for piece in unit.chunks(READ) {
            client.receive(piece);
            while let Some(event) = client.poll_event().unwrap() {
                if let Event::BodyChunk(chunk) = event {
                    octets += chunk.len();
                }
            }
        }
        octets
    }

    pub fn proto_0(unit: &[u8]) -> usize {
        let mut buffer = Vec::new();
        for piece in unit.chunks(READ) {
            buffer.extend_from_slice(piece);
            if let Ok((rest, _)) = imap_proto_0::Response::parse(&buffer) {
                return buffer.len() - rest.len();
            }
        }
        panic!()
    }

    pub fn codec_1(unit: &[u8]) -> usize {
        let mut buffer = Vec::new();
        for piece in unit.chunks(READ) {
            buffer.extend_from_slice(piece);
            if let Ok((rest, _)) = imap_codec_1::ResponseCodec::new().decode(&buffer) {
                return buffer.len() - rest.len();
            }
        }
        panic!()
    }
}

mod command {
    use imap_codec_1::decode::Decoder as _;
    use imap_codec_2::decode::Decoder as _;

    pub fn ours(unit: &[u8]) -> usize {
        imap_proto::TaggedCommand::parse(unit).unwrap().tag.as_str().len()
    }

    pub fn codec_1(unit: &[u8]) -> usize {
        let (_, command) = imap_codec_1::CommandCodec::new().decode(unit).unwrap();
        command.tag.inner().len()
    }

    pub fn codec_2(unit: &[u8]) -> usize {
        let (_, command) = imap_codec_2::CommandCodec::new().decode(unit).unwrap();
        command.tag.inner().len()
    }
}
