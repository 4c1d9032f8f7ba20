//! Messages and their transfer encodings.

use crate::harness::{Table, competitor};
use crate::inputs;

/// Measures the rows of the `mime` crate.
pub fn rows(table: &mut Table) {
    let text = inputs::text_mail();
    table.row(
        "mime, text mail, four fields",
        text.len(),
        vec![
            competitor("mime", || four_fields::ours(&text)),
            competitor("mail-parser 1.0", || four_fields::mail_parser(&text)),
            competitor("mailparse 0.18", || four_fields::mailparse(&text)),
        ],
    );
    table.row(
        "mime, text mail, all fields typed",
        text.len(),
        vec![
            competitor("mime", || all_fields::ours(&text)),
            competitor("mail-parser 1.0", || all_fields::mail_parser(&text)),
            competitor("mailparse 0.18", || all_fields::mailparse(&text)),
        ],
    );
    let messages = [
        ("text mail", text),
        ("newsletter", inputs::newsletter()),
        ("10 MB of base64", inputs::attachments(10_000_000)),
        ("1000 parts", inputs::many_parts(1000)),
        ("50 levels", inputs::deep(50)),
        ("60 open boundaries", inputs::hostile(60, 100_000)),
    ];
    for (name, message) in &messages {
        assert_eq!(structure::ours(message), structure::mail_parser(message), "{name}");
        table.row(
            &format!("mime, {name}, structure"),
            message.len(),
            vec![
                competitor("mime", || structure::ours(message)),
                competitor("mail-parser 1.0", || structure::mail_parser(message)),
                competitor("mailparse 0.18", || structure::mailparse(message)),
            ],
        );
    }
    for (name, message) in messages.iter().take(3) {
        assert_eq!(full::ours(message), full::mail_parser(message), "{name}");
        table.row(
            &format!("mime, {name}, full"),
            message.len(),
            vec![
                competitor("mime", || full::ours(message)),
                competitor("mail-parser 1.0", || full::mail_parser(message)),
                competitor("mailparse 0.18", || full::mailparse(message)),
            ],
        );
    }
    if let Some(mut mails) = inputs::real_mails() {
        // Some are no message for mail-parser.
        mails.retain(|mail| mail_parser::MessageParser::default().parse(mail).is_some());
        table.row(
            "mime, real mails, full",
            mails.iter().map(Vec::len).sum(),
            vec![
                competitor("mime", || mails.iter().map(|mail| full::ours(mail)).sum()),
                competitor("mail-parser 1.0", || {
                    mails.iter().map(|mail| full::mail_parser(mail)).sum()
                }),
            ],
        );
    }
    for (name, message) in
        [("newsletter", inputs::newsletter()), ("10 MB of base64", inputs::attachments(10_000_000))]
    {
        table.row(
            &format!("mime, {name}, pieces of 64 KiB"),
            message.len(),
            vec![
                competitor("mime, in pieces, in place", || structure::in_place(&message, 64 << 10)),
                competitor("mime, in pieces, copied", || structure::in_pieces(&message, 64 << 10)),
                competitor("mime, whole", || structure::ours(&message)),
            ],
        );
    }
    // The others stop at 64 or 100 levels: what is shown is that the cost of a level stays.
    let (short, long) = (inputs::deep(100), inputs::deep(1000));
    table.row(
        "mime, 1000 levels",
        long.len(),
        vec![
            competitor("mime", || structure::unlimited(&long)),
            competitor("mime, 100 levels ten times", || {
                (0..10).map(|_| structure::unlimited(&short)).sum()
            }),
        ],
    );
    base64(table);
    quoted_printable(table);
}

/// How much memory is asked for, and how often.
pub fn allocations() {
    println!("\n{:<34} {:<30} {:>12} {:>12}", "allocations", "crate", "count", "bytes");
    let messages = [
        ("text mail", inputs::text_mail()),
        ("newsletter", inputs::newsletter()),
        ("1000 parts", inputs::many_parts(1000)),
    ];
    let config = mime::Config::default();
    let mut index = mime::Index::default();
    let mut buffers = mail_parser::MessageBuffers::new();
    let parser = mail_parser::MessageParser::default();
    for (name, message) in &messages {
        // Once before, so that the memory used again is there.
        index.rescan(message, &config).unwrap();
        parser.parse_with(message, &mut buffers).unwrap();
        let line = |who: &str, work: &mut dyn FnMut()| {
            let counted = allocation_counter::measure(work);
            println!(
                "{name:<34} {who:<30} {:>12} {:>12}",
                counted.count_total, counted.bytes_total
            );
        };
        line("mime", &mut || {
            structure::ours(message);
        });
        line("mime, memory used again", &mut || index.rescan(message, &config).unwrap());
        line("mail-parser 1.0", &mut || {
            structure::mail_parser(message);
        });
        line("mail-parser 1.0, again", &mut || {
            parser.parse_with(message, &mut buffers).unwrap();
        });
        line("mailparse 0.18", &mut || {
            structure::mailparse(message);
        });
    }
}

/// The usual way with the `base64` crate: line breaks out, then one call.
fn strip_and_decode(text: &[u8]) -> usize {
    use base64::Engine as _;
    let compact: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(compact).unwrap().len()
}

fn base64(table: &mut Table) {
    for (row, len) in [("base64 decode, 1 KiB", 1 << 10), ("base64 decode, 64 KiB", 64 << 10)] {
        let data = inputs::bytes(len / 78 * 57);
        let text = mime::codec::base64::encode(&data);
        assert_eq!(mime::codec::base64::decode(&text).bytes, data);
        assert_eq!(encodify::base64::MIME.decode(&text).unwrap(), data);
        table.row(
            row,
            text.len(),
            vec![
                competitor("mime", || mime::codec::base64::decode(&text).bytes.len()),
                competitor("encodify 1.0", || encodify::base64::MIME.decode(&text).unwrap().len()),
                competitor("base64 0.23, stripped", || strip_and_decode(&text)),
            ],
        );
    }
    let data = inputs::bytes(48 << 10);
    table.row(
        "base64 encode, 64 KiB",
        data.len(),
        vec![
            competitor("mime", || mime::codec::base64::encode(&data).len()),
            competitor("encodify 1.0", || encodify::base64::MIME.encode(&data).len()),
        ],
    );
}

fn quoted_printable(table: &mut Table) {
    for (row, rare) in
        [("quoted-printable decode, plain", 10_000), ("quoted-printable decode, escapes", 12)]
    {
        let data = inputs::prose(64 << 10, rare);
        let text = mime::codec::quoted_printable::encode(data.as_bytes());
        assert_eq!(mime::codec::quoted_printable::decode(&text).bytes, data.as_bytes());
        table.row(
            row,
            text.len(),
            vec![
                competitor("mime", || mime::codec::quoted_printable::decode(&text).bytes.len()),
                competitor("encodify 1.0", || encodify::qp::BODY.decode(&text).unwrap().len()),
                competitor("quoted_printable 0.5", || {
                    quoted_printable::decode(&text, quoted_printable::ParseMode::Robust)
                        .unwrap()
                        .len()
                }),
            ],
        );
    }
}

/// Subject, first author, date and message identifier.
mod four_fields {
    use mail_parser::MessageParser;
    use mailparse::MailHeaderMap as _;
    use mime::Message;
    use mime::header::{AddressList, DateTime, MessageIdList, Unstructured};

    pub fn ours(bytes: &[u8]) -> usize {
        read(&Message::parse(bytes))
    }

    pub fn read(message: &Message<'_>) -> usize {
        let root = message.root();
        let subject = root.value::<Unstructured<'_>>("Subject").map_or(0, |s| s.len());
        let from = root.value::<AddressList<'_>>("From");
        let from = from.iter().flat_map(|list| list.mailboxes()).next();
        let from = from.map_or(0, |mailbox| mailbox.domain().len());
        let date = root.value::<DateTime>("Date").map_or(0, |date| usize::from(date.second));
        let ids = root.value::<MessageIdList<'_>>("Message-ID");
        let id = ids.iter().flat_map(|ids| ids.iter()).next().map_or(0, |id| id.as_str().len());
        subject + from + date + id
    }

    pub fn mail_parser(bytes: &[u8]) -> usize {
        let message = MessageParser::default().parse(bytes).unwrap();
        let subject = message.subject().map_or(0, str::len);
        let from = message.from().and_then(|from| from.first());
        let from = from.and_then(|from| from.address()).map_or(0, str::len);
        let date = message.date().map_or(0, |date| usize::from(date.second));
        subject + from + date + message.message_id().map_or(0, str::len)
    }

    pub fn mailparse(bytes: &[u8]) -> usize {
        let mail = mailparse::parse_mail(bytes).unwrap();
        let subject = mail.headers.get_first_value("Subject").map_or(0, |s| s.len());
        let from = mail.headers.get_first_header("From").unwrap();
        let from = mailparse::addrparse_header(from).unwrap().len();
        let date = mail.headers.get_first_value("Date").unwrap();
        let date = mailparse::dateparse(&date).unwrap() as usize % 60;
        subject + from + date + mail.headers.get_first_value("Message-ID").map_or(0, |s| s.len())
    }
}

/// Every field read in its typed form.
mod all_fields {
    use mail_parser::{HeaderValue, MessageParser};
    use mailparse::MailHeaderMap as _;
    use mime::Message;
    use mime::header::{
        AddressList, ContentType, DateTime, Field, MessageIdList, Received, Unstructured,
    };

    fn read(field: Field<'_>) -> usize {
        if field.is("received") {
            return field.parse::<Received<'_>>().map_or(0, |hop| usize::from(hop.date.is_some()));
        }
        match field.name().to_ascii_lowercase().as_slice() {
            b"from" | b"to" | b"cc" => {
                field.parse::<AddressList<'_>>().map_or(0, |list| list.mailboxes().count())
            }
            b"date" => field.parse::<DateTime>().map_or(0, |date| usize::from(date.second)),
            b"message-id" | b"in-reply-to" | b"references" => {
                field.parse::<MessageIdList<'_>>().map_or(0, |ids| ids.iter().count())
            }
            b"content-type" => {
                let value = field.parse::<ContentType<'_>>();
                value.map_or(0, |value| value.parameters().list().0.len())
            }
            _ => field.parse::<Unstructured<'_>>().map_or(0, |text| text.len()),
        }
    }

    pub fn ours(bytes: &[u8]) -> usize {
        Message::parse(bytes).fields().map(read).sum()
    }

    pub fn mail_parser(bytes: &[u8]) -> usize {
        let message = MessageParser::default().parse(bytes).unwrap();
        let read = |value: HeaderValue<'_>| usize::from(!matches!(value, HeaderValue::Empty));
        message.headers().iter().map(|header| read(header.value())).sum()
    }

    pub fn mailparse(bytes: &[u8]) -> usize {
        let (headers, _) = mailparse::parse_headers(bytes).unwrap();
        let mut sum = 0;
        for header in &headers {
            sum += match header.get_key_ref().to_ascii_lowercase().as_str() {
                "from" | "to" | "cc" => mailparse::addrparse_header(header).unwrap().len(),
                "date" => mailparse::dateparse(&header.get_value()).unwrap() as usize % 60,
                "message-id" | "in-reply-to" | "references" => {
                    mailparse::msgidparse(&header.get_value()).unwrap().len()
                }
                "content-type" => mailparse::parse_content_type(&header.get_value()).params.len(),
                _ => header.get_value().len(),
            };
        }
        sum + headers.get_all_values("Received").len()
    }
}

/// The tree: how many parts there are.
mod structure {
    use mail_parser::MessageParser;
    use mime::{Config, Event, Index, Scanner};

    pub fn in_pieces(bytes: &[u8], size: usize) -> usize {
        let mut scanner = Scanner::new(Config::default());
        let mut parts = 0;
        for chunk in bytes.chunks(size).map(Some).chain([None]) {
            match chunk {
                Some(chunk) => scanner.receive(chunk),
                None => scanner.receive_eof(),
            }
            while let Some(event) = scanner.poll_event().unwrap() {
                parts += usize::from(matches!(event, Event::PartStart { .. }));
            }
        }
        parts
    }

    pub fn in_place(bytes: &[u8], size: usize) -> usize {
        let mut scanner = Scanner::new(Config::default());
        let mut parts = 0;
        for mut chunk in bytes.chunks(size) {
            while let Some(event) = scanner.poll_event_in(&mut chunk).unwrap() {
                parts += usize::from(matches!(event, Event::PartStart { .. }));
            }
        }
        scanner.receive_eof();
        while let Some(event) = scanner.poll_event().unwrap() {
            parts += usize::from(matches!(event, Event::PartStart { .. }));
        }
        parts
    }

    pub fn unlimited(bytes: &[u8]) -> usize {
        let mut config = Config::default();
        config.limits.depth = u16::MAX;
        Index::scan(bytes, &config).unwrap().part_count()
    }

    pub fn ours(bytes: &[u8]) -> usize {
        mime::Message::parse(bytes).parts().len()
    }

    pub fn mail_parser(bytes: &[u8]) -> usize {
        MessageParser::default().parse(bytes).unwrap().parts().len()
    }

    pub fn mailparse(bytes: &[u8]) -> usize {
        mailparse::parse_mail(bytes).unwrap().parts().count()
    }
}

/// Four fields read, every leaf decoded, text as UTF-8.
mod full {
    use mail_parser::MessageParser;

    pub fn ours(bytes: &[u8]) -> usize {
        let message = mime::Message::parse(bytes);
        let fields = super::four_fields::read(&message);
        let mut len = usize::from(fields > 0);
        for part in message.parts().filter(|part| part.kind() == mime::PartKind::Leaf) {
            len += match part.text() {
                Some(text) => text.text.len(),
                None => part.decoded().bytes.len(),
            };
        }
        len
    }

    pub fn mail_parser(bytes: &[u8]) -> usize {
        let message = MessageParser::default().parse(bytes).unwrap();
        let mut len = usize::from(message.subject().is_some() && message.from().is_some());
        for part in message.parts().filter(|part| !part.is_multipart()) {
            len += match part.text() {
                Some(text) => text.len(),
                None => part.decoded().len(),
            };
        }
        len
    }

    pub fn mailparse(bytes: &[u8]) -> usize {
        let mail = mailparse::parse_mail(bytes).unwrap();
        mail.parts()
            .filter(|part| part.subparts.is_empty())
            .map(|part| match part.ctype.mimetype.starts_with("text/") {
                true => part.get_body().unwrap().len(),
                false => part.get_body_raw().unwrap().len(),
            })
            .sum()
    }
}
