//! Messages built.

use mail_builder::MessageBuilder;
use mime::build::{Draft, Entity, Env, Options};
use mime::header::DateTime;

use crate::harness::{Table, competitor};
use crate::inputs;

/// Measures the rows of the builder.
pub fn rows(table: &mut Table) {
    let text = inputs::prose(1500, 1_000_000);
    let html = inputs::prose(8000, 20);
    let pdf = inputs::bytes(300_000);
    table.row(
        "mime, build a small text mail",
        small_ours(&text).len(),
        vec![
            competitor("mime", || small_ours(&text).len()),
            competitor("mail-builder 2.0", || small_mail_builder(&text).len()),
            competitor("lettre 0.11", || small_lettre(&text).len()),
        ],
    );
    table.row(
        "mime, build HTML and 300 KB",
        large_ours(&html, &pdf).len(),
        vec![
            competitor("mime", || large_ours(&html, &pdf).len()),
            competitor("mail-builder 2.0", || large_mail_builder(&html, &pdf).len()),
            competitor("lettre 0.11", || large_lettre(&html, &pdf).len()),
        ],
    );
}

/// How much memory is asked for, and how often.
pub fn allocations() {
    let text = inputs::prose(1500, 1_000_000);
    let line = |who: &str, work: &dyn Fn() -> usize| {
        let counted = allocation_counter::measure(|| {
            work();
        });
        let (count, bytes) = (counted.count_total, counted.bytes_total);
        println!("{:<34} {who:<30} {count:>12} {bytes:>12}", "build a small text mail");
    };
    line("mime", &|| small_ours(&text).len());
    line("mail-builder 2.0", &|| small_mail_builder(&text).len());
    line("lettre 0.11", &|| small_lettre(&text).len());
}

fn env() -> Env<'static> {
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    Env { now, seed: 7, domain: "example.org" }
}

fn small_ours(text: &str) -> Vec<u8> {
    Draft::new()
        .from("Art Vandelay <art@vandelay.example>")
        .to("Jane Doe <jane.doe@example.org>")
        .subject("Why not both importing and exporting?")
        .text(text)
        .build(&env(), &Options::default())
        .and_then(|message| message.to_vec())
        .unwrap()
}

fn small_mail_builder(text: &str) -> Vec<u8> {
    MessageBuilder::new()
        .from(("Art Vandelay", "art@vandelay.example"))
        .to(("Jane Doe", "jane.doe@example.org"))
        .subject("Why not both importing and exporting?")
        .date(1_700_000_000_i64)
        .message_id("7@example.org")
        .text_body(text)
        .write_to_vec()
        .unwrap()
}

fn small_lettre(text: &str) -> Vec<u8> {
    lettre::Message::builder()
        .from("Art Vandelay <art@vandelay.example>".parse().unwrap())
        .to("Jane Doe <jane.doe@example.org>".parse().unwrap())
        .subject("Why not both importing and exporting?")
        .date(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000))
        .message_id(Some("<7@example.org>".to_owned()))
        .body(text.to_owned())
        .unwrap()
        .formatted()
}

fn large_ours(html: &str, pdf: &[u8]) -> Vec<u8> {
    Draft::new()
        .from("Art Vandelay <art@vandelay.example>")
        .to("Jane Doe <jane.doe@example.org>")
        .subject("The file")
        .html(html)
        .attach(Entity::new("application/pdf", pdf).attachment("file.pdf"))
        .build(&env(), &Options::default())
        .and_then(|message| message.to_vec())
        .unwrap()
}

fn large_mail_builder(html: &str, pdf: &[u8]) -> Vec<u8> {
    MessageBuilder::new()
        .from(("Art Vandelay", "art@vandelay.example"))
        .to(("Jane Doe", "jane.doe@example.org"))
        .subject("The file")
        .date(1_700_000_000_i64)
        .message_id("7@example.org")
        .html_body(html)
        .attachment("application/pdf", "file.pdf", pdf)
        .write_to_vec()
        .unwrap()
}

fn large_lettre(html: &str, pdf: &[u8]) -> Vec<u8> {
    use lettre::message::header::ContentType;
    use lettre::message::{Attachment, MultiPart, SinglePart};
    let attachment = Attachment::new("file.pdf".to_owned());
    lettre::Message::builder()
        .from("Art Vandelay <art@vandelay.example>".parse().unwrap())
        .to("Jane Doe <jane.doe@example.org>".parse().unwrap())
        .subject("The file")
        .date(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000))
        .message_id(Some("<7@example.org>".to_owned()))
        .multipart(MultiPart::mixed().singlepart(SinglePart::html(html.to_owned())).singlepart(
            attachment.body(pdf.to_vec(), ContentType::parse("application/pdf").unwrap()),
        ))
        .unwrap()
        .formatted()
}
