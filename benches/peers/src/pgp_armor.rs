//! Armor: blocks and cleartext messages of a file and of a mail.

use std::io::{BufReader, Read, Write};

use ::pgp_armor::{Checksum, Config, Decoder, EncodeConfig, Event, Label, cleartext};
use sequoia_openpgp::armor::{Kind, Reader, ReaderMode, Writer};

use crate::harness::{Table, competitor};
use crate::inputs;

struct Raw<'a>(&'a [u8]);

impl pgp::ser::Serialize for Raw<'_> {
    fn to_writer<W: Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        Ok(writer.write_all(self.0)?)
    }

    fn write_len(&self) -> usize {
        self.0.len()
    }
}

fn whole(text: &[u8]) -> usize {
    ::pgp_armor::decode(text).unwrap().data.len()
}

fn unchecked(text: &[u8]) -> usize {
    let mut config = Config::default();
    config.check_crc = false;
    ::pgp_armor::decode_with(text, &config).unwrap().data.len()
}

fn pushed(text: &[u8]) -> usize {
    let mut decoder = Decoder::new(Config::default());
    let mut len = 0;
    let mut drain = |decoder: &mut Decoder| {
        while let Some(event) = decoder.poll_event().unwrap() {
            if let Event::Data(bytes) = event {
                len += bytes.len();
            }
        }
    };
    for chunk in text.chunks(64 << 10) {
        decoder.receive(chunk);
        drain(&mut decoder);
    }
    decoder.receive_eof();
    drain(&mut decoder);
    len
}

fn rpgp_decode(text: &[u8]) -> usize {
    let mut reader = pgp::armor::Dearmor::new(BufReader::new(text));
    let mut out = Vec::with_capacity(text.len());
    reader.read_to_end(&mut out).unwrap();
    out.len()
}

fn sequoia_decode(text: &[u8]) -> usize {
    let mut reader = Reader::from_bytes(text, ReaderMode::Tolerant(None));
    let mut out = Vec::with_capacity(text.len());
    reader.read_to_end(&mut out).unwrap();
    out.len()
}

fn encoded(data: &[u8], checksum: Checksum) -> usize {
    let mut config = EncodeConfig::default();
    config.checksum = checksum;
    ::pgp_armor::encode_with(Label::File, data, config).len()
}

fn rpgp_encode(data: &[u8], checksum: bool) -> usize {
    let mut out = Vec::with_capacity(data.len() * 3 / 2);
    pgp::armor::write(&Raw(data), pgp::armor::BlockType::File, &mut out, None, checksum).unwrap();
    out.len()
}

fn sequoia_encode(data: &[u8], profile: sequoia_openpgp::Profile) -> usize {
    let mut writer = Writer::new(Vec::with_capacity(data.len() * 3 / 2), Kind::File).unwrap();
    writer.set_profile(profile).unwrap();
    writer.write_all(data).unwrap();
    writer.finalize().unwrap().len()
}

/// The rows.
pub fn rows(table: &mut Table) {
    for (size, len) in [("4 KB", 4_000), ("4 MB", 4_000_000)] {
        let data = inputs::bytes(len);
        let text = ::pgp_armor::encode(Label::Message, &data);
        let text = text.as_bytes();
        // Of the three only ours computes the checksum while it decodes.
        for (row, ours) in [
            ("", &whole as &dyn Fn(&[u8]) -> usize),
            (", pushed", &pushed),
            (", unchecked", &unchecked),
        ] {
            table.row(
                &format!("armor decode {size}{row}"),
                text.len(),
                vec![
                    competitor("pgp-armor", || ours(text)),
                    competitor("pgp 0.21", || rpgp_decode(text)),
                    competitor("sequoia-openpgp 2.4", || sequoia_decode(text)),
                ],
            );
        }
        table.row(
            &format!("armor encode {size}, checksum"),
            data.len(),
            vec![
                competitor("pgp-armor", || encoded(&data, Checksum::Always)),
                competitor("pgp 0.21", || rpgp_encode(&data, true)),
                competitor("sequoia-openpgp 2.4", || {
                    sequoia_encode(&data, sequoia_openpgp::Profile::RFC4880)
                }),
            ],
        );
        table.row(
            &format!("armor encode {size}"),
            data.len(),
            vec![
                competitor("pgp-armor", || encoded(&data, Checksum::Never)),
                competitor("pgp 0.21", || rpgp_encode(&data, false)),
                competitor("sequoia-openpgp 2.4", || {
                    sequoia_encode(&data, sequoia_openpgp::Profile::RFC9580)
                }),
            ],
        );
    }
    let text = inputs::prose(100_000, 100);
    let signed = cleartext::write::<()>(text.as_bytes(), &[], ::pgp_armor::LineEnd::Lf, |_| {
        Ok(vec![0xC2, 1, 4])
    })
    .unwrap();
    let string = String::from_utf8(signed.clone()).unwrap();
    table.row(
        "cleartext message 100 KB",
        signed.len(),
        vec![
            competitor("pgp-armor", || cleartext::read(&signed).unwrap().shown.len()),
            // Its signature is no packet for the other: what it needs is about the text all the same.
            competitor("pgp 0.21", || {
                usize::from(pgp::composed::CleartextSignedMessage::from_string(&string).is_ok())
            }),
        ],
    );
}
