//! The messages of the corpus (`MAIL_CORPUS`), against what other programs make of them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use mime::{Config, Event, Index, Message, Part, PartKind, Scanner, Section};

mod support;
use support::json::{self, Value};
use support::sha256::sha256_hex;

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
    match root.filter(|root| root.join("index.tsv").is_file()) {
        Some(root) => Some(root),
        None => {
            let _ = writeln!(std::io::stderr(), "corpus test skipped: MAIL_CORPUS not set");
            None
        }
    }
}

/// All files of some kinds, with their paths in the corpus.
fn files(root: &Path, kinds: &[&str]) -> Vec<(String, Vec<u8>)> {
    let index = fs::read_to_string(root.join("index.tsv")).unwrap();
    let mut files = Vec::new();
    for line in index.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let (path, kind) = (columns[0], columns[5]);
        let folder = path.split('/').next().unwrap();
        if kinds.contains(&kind) && ["mime", "headers"].contains(&folder) {
            files.push((path.to_string(), fs::read(root.join(path)).unwrap()));
        }
    }
    files
}

fn leaves<'m>(message: &'m Message<'_>) -> Vec<Part<'m>> {
    message.parts().filter(|part| part.kind() == PartKind::Leaf).collect()
}

fn pushed(bytes: &[u8], config: &Config, mut sizes: impl Iterator<Item = usize>) -> (Index, u64) {
    let (mut scanner, mut index) = (Scanner::new(config.clone()), Index::new(config));
    let mut rest = bytes;
    let mut body = 0;
    loop {
        let (chunk, after) = rest.split_at(sizes.next().unwrap_or(1).min(rest.len()));
        scanner.receive(chunk);
        if chunk.is_empty() {
            scanner.receive_eof();
        }
        rest = after;
        while let Some(event) = scanner.poll_event().unwrap() {
            if let Event::BodyChunk { bytes, .. } = event {
                body += bytes.len() as u64;
            }
            index.apply(&event);
        }
        if chunk.is_empty() {
            return (index, body);
        }
    }
}

#[test]
fn every_message_is_read_whole_and_in_pieces() {
    let Some(root) = corpus() else { return };
    let files = files(&root, &["message", "part", "mbox", "data"]);
    assert!(files.len() > 1000);
    let mut config = Config::default();
    config.count_lines = true;
    for (path, bytes) in &files {
        let message = Message::parse_with(bytes, &config).unwrap();
        assert_eq!(message.bytes(), &bytes[..], "{path}");
        assert_eq!(message.section(mime::PartId::ROOT, Section::All), &bytes[..], "{path}");
        let mut random = bytes.len() as u64;
        let sizes = core::iter::from_fn(|| {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            Some((random >> 33) as usize % 700 + 1)
        });
        let (index, body) = pushed(bytes, &config, sizes);
        assert_eq!(&index, message.index(), "{path}");
        if bytes.len() < 4096 {
            let (index, again) = pushed(bytes, &config, core::iter::repeat(1));
            assert_eq!((&index, again), (message.index(), body), "{path}");
        }
        for part in message.parts() {
            part.decoded();
            part.text();
            part.filename();
            part.safe_filename();
        }
        message.audit();
        message.preview(256);
    }
}

#[test]
fn every_end_and_every_kind_of_line_end() {
    let Some(root) = corpus() else { return };
    for (path, bytes) in files(&root, &["message", "part"]) {
        let ends: Vec<_> = if bytes.len() <= 4096 {
            (0..bytes.len()).collect()
        } else {
            (0..40).map(|i| (i * 7919 + bytes.len() * 31) % bytes.len()).collect()
        };
        for end in ends {
            let message = Message::parse(&bytes[..end]);
            assert_eq!(message.index().len(), end as u64, "{path}");
        }
        let text = bytes.iter().filter(|&&b| b != b'\r').copied().collect::<Vec<_>>();
        let crlf = text.iter().flat_map(|&b| if b == b'\n' { vec![13, 10] } else { vec![b] });
        let crlf: Vec<u8> = crlf.collect();
        let (a, b) = (Message::parse(&text), Message::parse(&crlf));
        assert_eq!(leaves(&a).len(), leaves(&b).len(), "{path}");
    }
}

fn normal_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_string()
}

/// What one reference says about one message, and whether we say the same.
type Facts = HashMap<String, Result<(), String>>;

fn compare(root: &Path, reference: &str) -> HashMap<String, Facts> {
    let expected = fs::read_to_string(root.join("expect").join(reference)).unwrap();
    let files: HashMap<_, _> = files(root, &["message", "part"]).into_iter().collect();
    let mut all = HashMap::new();
    for line in expected.lines() {
        let value = json::parse(line);
        let path = value["path"].as_str().unwrap();
        let Some(bytes) = files.get(path) else { continue };
        let message = Message::parse(bytes);
        let mut facts = Facts::new();
        let mut add = |key: &str, same: bool, what: String| {
            facts.insert(key.to_string(), if same { Ok(()) } else { Err(what) });
        };
        let subject = message.subject().map(|subject| subject.into_owned()).unwrap_or_default();
        let wanted = value["subject"].as_str().unwrap_or_default();
        let same = subject.split_whitespace().eq(wanted.split_whitespace());
        add("subject", same, format!("{subject:?}, not {wanted:?}"));
        let list = message.from().unwrap_or_default();
        let from: Vec<_> = list.mailboxes().map(|mailbox| mailbox.address()).collect();
        let wanted: Vec<_> = value["from"]
            .as_array()
            .iter()
            .map(|pair| pair.as_array()[1].as_str().unwrap_or_default().to_string())
            .collect();
        add("from", from == wanted, format!("{from:?}, not {wanted:?}"));
        let date = message.date().map(|date| date.timestamp() as f64);
        let wanted = value["date"].as_f64();
        add("date", date == wanted, format!("{date:?}, not {wanted:?}"));
        compare_leaves(&message, &value, &mut add);
        all.insert(path.to_string(), facts);
    }
    all
}

struct Leaf {
    essence: String,
    body: Vec<u8>,
    text: Option<String>,
    filename: Option<String>,
    /// Whether it is a container without parts, for whose content there is no common view.
    empty: bool,
}

/// The leaves as the references see them: they go into encoded messages, and a multipart without
/// parts is a leaf for them.
fn flat_leaves(message: &Message<'_>, out: &mut Vec<Leaf>) {
    for part in message.parts() {
        if let Some(inner) = part.embedded_message() {
            flat_leaves(&inner, out);
        } else if part.children().next().is_none() {
            out.push(Leaf {
                essence: part.content_type().essence().into_owned(),
                body: part.decoded().bytes.into_owned(),
                text: part.text().map(|body| body.text.into_owned()),
                filename: part.filename().map(|name| name.into_owned()),
                empty: part.kind() != PartKind::Leaf,
            });
        }
    }
}

fn compare_leaves(message: &Message<'_>, value: &Value, add: &mut impl FnMut(&str, bool, String)) {
    let mut ours = Vec::new();
    flat_leaves(message, &mut ours);
    let theirs = value["leaves"].as_array();
    let types: Vec<_> = ours.iter().map(|leaf| leaf.essence.clone()).collect();
    let wanted = |leaf: &Value| leaf["type"].as_str().unwrap_or("text/plain").to_lowercase();
    let wanted: Vec<_> = theirs.iter().map(wanted).collect();
    add("types", types == wanted, format!("{types:?}, not {wanted:?}"));
    if types != wanted {
        return;
    }
    for (number, (leaf, theirs)) in ours.iter().zip(theirs).enumerate() {
        let len = leaf.body.len();
        let text_sum = theirs["text_norm_sha256"].as_str();
        let body_sum = theirs["sha256"].as_str();
        match (&leaf.text, text_sum, body_sum) {
            _ if leaf.empty => {}
            (Some(text), Some(wanted), _) => {
                let same = sha256_hex(normal_text(text).as_bytes()) == wanted;
                add(&format!("text {number}"), same, format!("of {len} bytes, sum {wanted}"));
            }
            (None, None, Some(wanted)) => {
                let same = sha256_hex(&leaf.body) == wanted;
                add(&format!("body {number}"), same, format!("of {len} bytes, sum {wanted}"));
            }
            _ => {}
        }
        let wanted = theirs["filename"].as_str();
        let same = leaf.filename.as_deref() == wanted;
        add(&format!("filename {number}"), same, format!("{:?}, not {wanted:?}", leaf.filename));
    }
}

/// Where we differ from both references, and why. A key without number stands for all numbers.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "headers/zbateson/basic-2",
        "text",
        "a line without colon in the header does not end it (RFC 7103, section 7.2)",
    ),
    (
        "headers/zbateson/invalid-charset",
        "subject",
        "raw bytes that are not UTF-8 are read as windows-1252 instead of U+FFFD (RFC 7103, section 7.7)",
    ),
    (
        "mime/enmime/mail/epilogue-sample.raw",
        "text",
        "what follows is part of the base64 data; the line ends in `-->`, so it delimits nothing",
    ),
    (
        "mime/enmime/mail/malformed-multiple-address-header-values.raw",
        "from",
        "a missing comma between two addresses is supplied (RFC 7103, section 7.1.5)",
    ),
    (
        "mime/enmime/mail/mime-bad-content-type.raw",
        "types",
        "a parameter without a semicolon before it is no part of the subtype (RFC 2045, section 5.1)",
    ),
    (
        "mime/enmime/mail/mime-blank-media-name.raw",
        "types",
        "a parameter without a semicolon before it is no part of the subtype (RFC 2045, section 5.1)",
    ),
    (
        "mime/enmime/parts/chardet-fail.raw",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/enmime/parts/chardet-success-big-5.raw",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/enmime/parts/ctype-invalid-characters.raw",
        "types",
        "a subtype ends before a character that no token has (RFC 2045, section 5.1)",
    ),
    (
        "mime/flanker/enclosed-broken-body.eml",
        "text",
        "damaged base64 is decoded up to its end (RFC 2045, section 6.8)",
    ),
    (
        "mime/flanker/mailformed-headers.eml",
        "subject",
        "raw bytes that are not UTF-8 are read as windows-1252 instead of U+FFFD (RFC 7103, section 7.7)",
    ),
    (
        "mime/flanker/russian-attachment-yahoo.eml",
        "filename",
        "the sender cut the name within a character; the rest of it is windows-1252 instead of U+FFFD",
    ),
    (
        "mime/flanker/spam/broken-ctype.eml",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/flanker/spam/broken-headers.eml",
        "subject",
        "raw bytes that are not UTF-8 are read as windows-1252 instead of U+FFFD (RFC 7103, section 7.7)",
    ),
    (
        "mime/jsmime/bug505221",
        "from",
        "blanks within the local part are dropped (RFC 5322, section 4.4)",
    ),
    (
        "mime/jsmime/mime-torture",
        "text",
        "blanks at the end of a quoted-printable line are dropped (RFC 2045, section 6.7)",
    ),
    (
        "mime/libetpan/input/mbox/jwz/101",
        "date",
        "the zone JST, which RFC 5322 does not name, is read as +0900, not as unknown",
    ),
    (
        "mime/libetpan/input/mbox/jwz/14",
        "date",
        "the zone JST, which RFC 5322 does not name, is read as +0900, not as unknown",
    ),
    (
        "mime/libetpan/input/mbox/jwz/145",
        "date",
        "the zone JST, which RFC 5322 does not name, is read as +0900, not as unknown",
    ),
    (
        "mime/libetpan/input/mbox/jwz/28",
        "date",
        "the zone JST, which RFC 5322 does not name, is read as +0900, not as unknown",
    ),
    ("mime/libetpan/input/mbox/jwz/35", "body", "x-uue is decoded"),
    (
        "mime/libetpan/input/mbox/jwz/43",
        "date",
        "the zone JST, which RFC 5322 does not name, is read as +0900, not as unknown",
    ),
    (
        "mime/libetpan/input/mbox/jwz/7",
        "date",
        "the zone JST, which RFC 5322 does not name, is read as +0900, not as unknown",
    ),
    (
        "mime/libetpan/input/mbox/jwz/86",
        "from",
        "the part before the last @ is the local part (RFC 7103, section 7.1.1)",
    ),
    (
        "mime/mime4j/mimetools-testmsgs/2002_06_12_doublebound.msg",
        "types",
        "two delimiter lines in a row have an empty part between them, as in mime4j (RFC 2046, section 5.1.1)",
    ),
    (
        "mime/mime4j/mimetools-testmsgs/double-bound.msg",
        "types",
        "two delimiter lines in a row have an empty part between them, as in mime4j (RFC 2046, section 5.1.1)",
    ),
    (
        "mime/mime4j/mimetools-testmsgs/multi-2evil.msg",
        "filename",
        "encoded words in a file name are decoded where they stand (RFC 2183, section 2.3, and practice)",
    ),
    (
        "mime/mime4j/testmsgs/multipartemptypart.msg",
        "text",
        "two delimiter lines in a row have an empty part between them, as in mime4j (RFC 2046, section 5.1.1)",
    ),
    (
        "mime/mimekit/messages/feedback-report.txt",
        "from",
        "the byte order mark before the first field is skipped",
    ),
    (
        "mime/mimekit/yenc/simple.msg",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/php-mime-mail-parser/failure.eml",
        "text",
        "gb2312 means GBK, as in the WHATWG Encoding Standard",
    ),
    (
        "mime/php-mime-mail-parser/issue84",
        "text",
        "a line without colon in the header does not end it (RFC 7103, section 7.2)",
    ),
    (
        "mime/php-mime-mail-parser/m0028",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/rspamd/broken_richtext.eml",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/ruby-mail/rfc2822/example13.eml",
        "from",
        "blanks before the colon make no separator line of `From` (RFC 5322, section 4.5)",
    ),
    ("mime/rspamd/currency.eml", "from", "an empty address is an address without anything"),
    (
        "mime/rspamd/phish_sender.eml",
        "from",
        "of two From fields the first counts (RFC 5322, section 3.6)",
    ),
    (
        "mime/rspamd/spam.eml",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/ruby-mail/error_emails/invalid_subject_characters.eml",
        "subject",
        "raw bytes that are not UTF-8 are read as windows-1252 instead of U+FFFD (RFC 7103, section 7.7)",
    ),
    (
        "mime/ruby-mail/plain_emails/mix_caps_content_type.eml",
        "from",
        "words before the last one of an unquoted local part are a display name (RFC 7103, section 7.1.2)",
    ),
    (
        "mime/ruby-mail/plain_emails/raw_email_multiple_from.eml",
        "from",
        "a missing comma between two addresses is supplied (RFC 7103, section 7.1.5)",
    ),
    (
        "mime/ruby-mail/rfc2822/example13.eml",
        "date",
        "comments and blanks are allowed between all tokens (RFC 5322, section 4.3)",
    ),
    (
        "mime/ruby-mail/rfc2822/example14.eml",
        "subject",
        "two encoded words in ISO-2022-JP, which the joined text has to switch back and forth (RFC 2047, section 5)",
    ),
    (
        "mime/spamassassin/nice/cjk/big5-base64.1",
        "subject",
        "raw bytes that are not UTF-8 are read as windows-1252 instead of U+FFFD (RFC 7103, section 7.7)",
    ),
    (
        "mime/spamassassin/nice/cjk/big5-base64.1",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/spamassassin/nice/cjk/gb2312.1",
        "subject",
        "raw bytes that are not UTF-8 are read as windows-1252 instead of U+FFFD (RFC 7103, section 7.7)",
    ),
    (
        "mime/spamassassin/nice/mime4",
        "body",
        "damaged base64 is decoded up to its end (RFC 2045, section 6.8)",
    ),
    ("mime/spamassassin/spam/001", "date", "12:29:13 AM is half past midnight, not half past noon"),
    (
        "mime/spamassassin/spam/008",
        "from",
        "of two From fields the first counts (RFC 5322, section 3.6)",
    ),
    (
        "mime/spamassassin/spam/008",
        "text",
        "8-bit text without a charset is read as windows-1252 instead of U+FFFD",
    ),
    (
        "mime/spamassassin/spam/009",
        "text",
        "blanks at the end of a quoted-printable line are dropped (RFC 2045, section 6.7), and raw bytes are windows-1252",
    ),
    (
        "mime/spamassassin/spam/hashbl",
        "date",
        "12:29:13 AM is half past midnight, not half past noon",
    ),
    ("mime/staktrace-mailparse/nested.eml", "types", "nested deeper than the limit of 100"),
];

#[test]
fn python_and_mail_parser() {
    let Some(root) = corpus() else { return };
    let python = compare(&root, "python-email.jsonl");
    let parser = compare(&root, "mail-parser.jsonl");
    let (mut facts, mut with_one, mut listed) = (0, 0, HashSet::new());
    let mut unlisted = Vec::new();
    for (path, ours) in &python {
        let other = &parser[path];
        let keys: HashSet<_> = ours.keys().chain(other.keys()).collect();
        for key in keys {
            facts += 1;
            let results = [ours.get(key), other.get(key)];
            if results.iter().any(|result| matches!(result, Some(Ok(())))) {
                with_one +=
                    usize::from(results.iter().any(|result| !matches!(result, Some(Ok(())))));
                continue;
            }
            let word = key.split(' ').next().unwrap();
            let known =
                DIFFERENCES.iter().position(|(p, k, _)| p == path && (k == key || *k == word));
            match known {
                Some(known) => {
                    listed.insert(known);
                }
                None => unlisted.push(format!("{path}: {key}: {results:?}")),
            }
        }
    }
    unlisted.sort();
    let _ = writeln!(
        std::io::stderr(),
        "{} messages, {facts} facts: {with_one} agree with one reference only, {} differ from both",
        python.len(),
        unlisted.len() + listed.len(),
    );
    assert!(unlisted.is_empty(), "{}", unlisted.join("\n"));
    for (number, difference) in DIFFERENCES.iter().enumerate() {
        assert!(listed.contains(&number), "no longer a difference: {difference:?}");
    }
}
