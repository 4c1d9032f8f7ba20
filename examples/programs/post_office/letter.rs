//! The letter: composed here, or read from a file.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use mime::build::{Draft, Entity, Env, Options};
use mime::header::DateTime;
use mime::{Message, Section};

use crate::DOMAIN;

/// A letter in the forms in which it is sent.
pub(super) struct Letter {
    clear: Vec<u8>,
    /// The message that is signed and encrypted.
    to_seal: Vec<u8>,
    attachment: (String, Vec<u8>),
}

impl Letter {
    /// Writes a letter with text in Chinese, an HTML alternative and a picture.
    pub(super) fn compose() -> io::Result<Self> {
        let picture = picture()?;
        let draft = draft("你好，世界 😀")
            .text("亲爱的 Bob：\n\n这是一封测试邮件 ✉️，附有一张图片。\n\n祝好，\nAlice\n")
            .html("<p>亲爱的 <b>Bob</b>：</p><p>这是一封测试邮件 ✉️，附有一张图片。</p>\n")
            .attach(Entity::new("image/png", picture.clone()).attachment("图片.png"));
        let clear = build(draft)?;
        Ok(Self { to_seal: clear.clone(), clear, attachment: ("图片.png".to_owned(), picture) })
    }

    /// Takes the letter from a file.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        let file = std::fs::read(path).map_err(named)?;
        if file.is_empty() {
            return Err(io::Error::other(format!("{}: the file is empty", path.display())));
        }
        let name = "letter-as-it-was.eml".to_owned();
        let entity = Entity::new("application/octet-stream", file.clone());
        let draft = draft("Your letter")
            .text("The letter is the attachment.\n")
            .attach(entity.attachment(name.clone()));
        Ok(Self { clear: with_crlf(&file), to_seal: build(draft)?, attachment: (name, file) })
    }

    /// The letter as it goes over SMTP: all line ends are CR LF.
    pub(super) fn clear(&self) -> &[u8] {
        &self.clear
    }

    /// The message that is signed and encrypted.
    pub(super) fn to_seal(&self) -> &[u8] {
        &self.to_seal
    }

    /// The file that the sealed letter carries.
    pub(super) fn attachment(&self) -> (&str, &[u8]) {
        (&self.attachment.0, &self.attachment.1)
    }
}

fn draft(subject: &'static str) -> Draft<'static> {
    Draft::new()
        .from("Alice <alice@post-office.example>")
        .to("Bob <bob@post-office.example>")
        .subject(subject)
}

fn build(draft: Draft<'_>) -> io::Result<Vec<u8>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(now).ok().and_then(|now| DateTime::from_timestamp(now, 0));
    let now = now.ok_or_else(|| io::Error::other("the clock is beyond all dates"))?;
    let env = Env { now, seed: rand::random(), domain: DOMAIN };
    let message = draft.build(&env, &Options::default()).map_err(io::Error::other)?;
    message.to_vec().map_err(io::Error::other)
}

/// What SMTP makes of lines that end otherwise, and of a last line that is open.
fn with_crlf(file: &[u8]) -> Vec<u8> {
    let mut encoder = smtp_proto::dot::Encoder::new();
    let mut stuffed = Vec::with_capacity(file.len());
    encoder.encode(file, &mut stuffed);
    encoder.finish(&mut stuffed);
    let mut decoder = smtp_proto::dot::Decoder::new();
    let (mut out, mut at) = (Vec::with_capacity(file.len()), 0);
    loop {
        let rest = stuffed.get(at..).unwrap_or_default();
        let part = decoder.decode(rest);
        out.extend_from_slice(rest.get(part.content.clone()).unwrap_or_default());
        at += part.consumed;
        if part.end || part.consumed == 0 {
            return out;
        }
    }
}

/// A part of a message as IMAP gives it: with its transfer encoding.
pub(super) fn part(message: &[u8], path: &[u32]) -> Vec<u8> {
    let message = Message::parse(message);
    message.part_at(path).map(|part| part.raw(Section::Body).to_vec()).unwrap_or_default()
}

/// The content of an attachment.
pub(super) fn attachment(entity: &[u8], name: &str) -> Option<Vec<u8>> {
    let message = Message::parse(entity);
    let part = message.parts().find(|part| part.filename().as_deref() == Some(name))?;
    Some(part.decoded().bytes.into_owned())
}

/// A small PNG: a sunset.
fn picture() -> io::Result<Vec<u8>> {
    const SIDE: u8 = 64;
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        pixels.push(0);
        for x in 0..SIDE {
            let (dx, dy) = (i32::from(x) - 32, i32::from(y) - 40);
            let sun = dx * dx + dy * dy < 200;
            pixels.extend(if sun { [255, 230, 90] } else { [255 - y * 2, 120 - y, 60 + y * 3] });
        }
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&pixels)?;
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = u32::from(SIDE).to_be_bytes();
    let header = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    for (name, data) in [(b"IHDR", header), (b"IDAT", zlib.finish()?), (b"IEND", Vec::new())] {
        let len = u32::try_from(data.len()).map_err(io::Error::other)?;
        png.extend(len.to_be_bytes());
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.update(&data);
        png.extend_from_slice(name);
        png.extend(data);
        png.extend(crc.sum().to_be_bytes());
    }
    Ok(png)
}
