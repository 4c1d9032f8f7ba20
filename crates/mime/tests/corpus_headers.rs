//! The header lists of the corpus (`MAIL_CORPUS`): every expectation agrees, or stands in a table
//! of differences with the reason.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use mime::encoded_word;
use mime::header::{Address, AddressList, DateTime, Mailbox, MessageIdList};
use mime::subject::thread_key;
use mime::{DefectKind, Message, Problems, codec};

#[path = "corpus_headers/differences.rs"]
mod differences;

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
    match root.filter(|root| root.join("index.tsv").is_file()) {
        Some(root) => Some(root.join("headers")),
        None => {
            let _ = writeln!(std::io::stderr(), "corpus test skipped: MAIL_CORPUS not set");
            None
        }
    }
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// Collects what agrees and what does not.
struct Tally {
    list: &'static [(&'static str, &'static str)],
    agreed: usize,
    used: Vec<&'static str>,
    failed: Vec<String>,
}

impl Tally {
    fn new(list: &'static [(&'static str, &'static str)]) -> Self {
        Tally { list, agreed: 0, used: Vec::new(), failed: Vec::new() }
    }

    fn check<T: PartialEq + core::fmt::Debug>(&mut self, input: &str, found: T, expected: T) {
        let listed = self.list.iter().find(|(known, _)| *known == input);
        match (found == expected, listed) {
            (true, None) => self.agreed += 1,
            // The same input may stand there twice, with two expectations.
            (true, Some(_)) => {}
            (false, Some((known, _))) => self.used.push(known),
            (false, None) => {
                self.failed
                    .push(format!("({input:?}, \"found {found:?}, expected {expected:?}\"),"));
            }
        }
    }

    fn end(self, name: &str, at_least: usize) {
        let failed = self.failed.join("\n");
        assert!(failed.is_empty(), "{name}: {} agree, but\n{failed}", self.agreed);
        let idle: Vec<_> =
            self.list.iter().filter(|(known, _)| !self.used.contains(known)).collect();
        assert!(idle.is_empty(), "{name}: listed as different, but equal: {idle:#?}");
        assert!(self.agreed >= at_least, "{name}: only {} agree", self.agreed);
    }
}

/// Reads one address, strictly.
fn is_mailbox(address: &str) -> bool {
    Mailbox::new("", address).is_ok()
}

#[test]
fn isemail() {
    let Some(root) = corpus() else { return };
    let xml = text(&root.join("isemail/tests.xml"));
    let mut tally = Tally::new(differences::ISEMAIL);
    for test in xml.split("<test id=").skip(1) {
        let field = |name: &str| {
            let inner = test.split_once(&format!("<{name}>"))?.1;
            Some(inner.split_once(&format!("</{name}>"))?.0.to_owned())
        };
        let address = unescape_xml(&field("address").unwrap_or_default());
        let category = field("category").unwrap();
        // What the list calls obsolete or too long for RFC 5321 is still an address of RFC 5322.
        let mut problems = Problems::new();
        let list = AddressList::parse_with(address.as_bytes(), &mut problems);
        let bad = problems.iter().any(|p| p.kind != DefectKind::ObsoleteAddress);
        let one = matches!(&list.members[..], [Address::Mailbox(m)] if m.name().is_none());
        tally.check(&address, one && !bad, category != "ISEMAIL_ERR");
    }
    tally.end("isemail", 120);
}

/// Control characters are written as their symbols.
fn unescape_xml(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, tail) = after.split_once(';').unwrap_or((after, ""));
        match entity {
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "amp" => out.push('&'),
            "quot" => out.push('"'),
            _ => {
                let code = u32::from_str_radix(entity.trim_start_matches("#x"), 16).unwrap();
                out.extend(char::from_u32(code));
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    let control = |c: char| match u32::from(c) {
        code @ 0x2400..=0x241f => char::from_u32(code - 0x2400).unwrap(),
        0x2421 => '\u{7f}',
        _ => c,
    };
    out.chars().map(control).collect()
}

#[test]
fn flanker() {
    let Some(root) = corpus() else { return };
    let mut tally = Tally::new(differences::FLANKER);
    for (file, valid) in [
        ("mailbox_valid", true),
        ("mailbox_invalid", false),
        ("abridged_localpart_valid", true),
        ("abridged_localpart_invalid", false),
    ] {
        for line in text(&root.join(format!("flanker/{file}.txt"))).lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let address = if file.starts_with("abridged") {
                format!("{line}@example.org")
            } else {
                line.into()
            };
            let found = is_mailbox(&address) || Mailbox::try_from(&*address).is_ok();
            tally.check(&address, found, valid);
        }
    }
    tally.end("flanker", 150);
}

#[test]
fn jakarta_addresses() {
    let Some(root) = corpus() else { return };
    let bytes = fs::read(root.join("jakarta-mail/addrlist")).unwrap();
    // Some lines are Latin-1; what counts here is that both sides are read in the same way.
    let all: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let (_, records) = all.split_once("From start here").unwrap();
    let mut tally = Tally::new(differences::JAKARTA);
    let mut header = String::new();
    let mut lines = records.lines().peekable();
    while let Some(line) = lines.next() {
        let field = ["To: ", "Cc: ", "From: "].iter().find_map(|name| line.strip_prefix(name));
        if let Some(value) = field {
            header = value.to_owned();
            while let Some(next) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
                header.push('\n');
                header.push_str(next);
            }
        }
        let Some(expect) = line.strip_prefix("Expect: ") else { continue };
        let mut problems = Problems::new();
        let list = AddressList::parse_with(header.as_bytes(), &mut problems);
        let Ok(count) = expect.trim().parse::<usize>() else {
            tally.check(&header, problems.is_empty(), false);
            continue;
        };
        let expected: Vec<String> = (0..count)
            .filter_map(|_| lines.next())
            .map(|line| plain(line.trim_start_matches('\t')))
            .collect();
        let render = |address: &Address<'_>| match address {
            Address::Mailbox(mailbox) => mailbox.address(),
            Address::Group(group) => {
                let members: Vec<_> = group.members.iter().map(Mailbox::address).collect();
                format!("{}:{};", group.name, members.join(","))
            }
        };
        let found: Vec<String> = list.members.iter().map(render).collect();
        tally.check(&header, found, expected);
    }
    tally.end("jakarta addrlist", 80);
}

/// Brings an expected address or group into the form that it is compared in.
fn plain(expected: &str) -> String {
    let Some((name, members)) = expected.strip_suffix(';').and_then(|group| group.split_once(':'))
    else {
        return expected.to_owned();
    };
    let members: Vec<_> = members
        .split(',')
        .map(|member| {
            member.split_once('<').map_or(member, |(_, address)| address.trim_end_matches('>'))
        })
        .collect();
    format!("{name}:{};", members.join(","))
}

#[test]
fn jakarta_encoded_words_and_uuencode() {
    let Some(root) = corpus() else { return };
    for line in fs::read(root.join("jakarta-mail/encodedheaders.data"))
        .unwrap()
        .split(|byte| *byte == b'\n')
    {
        encoded_word::decode(line);
    }
    let data = text(&root.join("jakarta-mail/uudata"));
    let mut tally = Tally::new(differences::UUENCODE);
    for test in data.split("\nTEST ").skip(1) {
        let (name, rest) = test.split_once('\n').unwrap();
        let (_, rest) = rest.split_once("DATA").unwrap();
        let (options, rest) = rest.split_once('\n').unwrap();
        let (content, rest) = rest.split_once("EXPECT\n").unwrap();
        let decoded = codec::uuencode::decode(content.as_bytes());
        if rest.starts_with("EXCEPTION") && options.trim().is_empty() {
            tally.check(name, decoded.problems.is_empty(), false);
        } else if !rest.starts_with("EXCEPTION") {
            let expected = rest.split_once("END").map_or(rest, |(expected, _)| expected);
            tally.check(
                name,
                String::from_utf8_lossy(&decoded.bytes).into_owned(),
                expected.to_owned(),
            );
        }
    }
    tally.end("jakarta uudata", 13);
}

/// A value of JSON, as much of it as the lists need.
#[derive(Clone, Debug, PartialEq)]
enum Json {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl Json {
    fn parse(text: &str) -> Json {
        let (value, rest) = Json::value(text.trim_start());
        assert!(rest.trim().is_empty());
        value
    }

    fn value(text: &str) -> (Json, &str) {
        for (word, value) in
            [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if let Some(rest) = text.strip_prefix(word) {
                return (value, rest.trim_start());
            }
        }
        match text.as_bytes()[0] {
            b'"' => {
                let (text, rest) = Json::string(text);
                (Json::Text(text), rest)
            }
            b'[' => {
                let mut rest = text[1..].trim_start();
                let mut list = Vec::new();
                while !rest.starts_with(']') {
                    let (value, after) = Json::value(rest);
                    list.push(value);
                    rest = after.strip_prefix(',').unwrap_or(after).trim_start();
                }
                (Json::List(list), rest[1..].trim_start())
            }
            b'{' => {
                let mut rest = text[1..].trim_start();
                let mut map = Vec::new();
                while !rest.starts_with('}') {
                    let (key, after) = Json::string(rest);
                    let (value, after) = Json::value(after.strip_prefix(':').unwrap().trim_start());
                    map.push((key, value));
                    rest = after.strip_prefix(',').unwrap_or(after).trim_start();
                }
                (Json::Map(map), rest[1..].trim_start())
            }
            _ => {
                let end = text.find(|c: char| !"-+.eE0123456789".contains(c)).unwrap_or(text.len());
                (Json::Number(text[..end].parse().unwrap()), text[end..].trim_start())
            }
        }
    }

    fn string(text: &str) -> (String, &str) {
        let mut units = Vec::new();
        let mut characters = text[1..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    return (String::from_utf16(&units).unwrap(), text[at + 2..].trim_start());
                }
                '\\' => match characters.next().unwrap().1 {
                    'n' => units.push(10),
                    'r' => units.push(13),
                    't' => units.push(9),
                    'b' => units.push(8),
                    'f' => units.push(12),
                    'u' => {
                        let hex: String = characters.by_ref().take(4).map(|(_, c)| c).collect();
                        units.push(u16::from_str_radix(&hex, 16).unwrap());
                    }
                    other => units.extend_from_slice(other.encode_utf16(&mut [0; 2])),
                },
                other => units.extend_from_slice(other.encode_utf16(&mut [0; 2])),
            }
        }
        panic!("no closing quote");
    }

    fn get(&self, key: &str) -> &Json {
        match self {
            Json::Map(map) => map.iter().find(|(k, _)| k == key).map_or(&Json::Null, |(_, v)| v),
            _ => &Json::Null,
        }
    }

    fn str(&self) -> &str {
        match self {
            Json::Text(text) => text,
            _ => "",
        }
    }

    fn list(&self) -> &[Json] {
        match self {
            Json::List(list) => list,
            _ => &[],
        }
    }
}

fn cases(root: &Path, file: &str) -> Vec<Json> {
    Json::parse(&text(&root.join(format!("mail-parser/{file}.json")))).list().to_vec()
}

/// The values end where their field does; what follows is another field.
fn first_field(header: &str) -> &str {
    let mut at = 0;
    while let Some(found) = header[at..].find('\n') {
        at += found + 1;
        if !header[at..].starts_with([' ', '\t']) {
            return header[..at].trim_end_matches(['\r', '\n']);
        }
    }
    header
}

#[test]
fn mail_parser_dates() {
    let Some(root) = corpus() else { return };
    let mut tally = Tally::new(differences::DATES);
    for case in cases(&root, "date") {
        let header = case.get("header").str();
        let found = DateTime::parse(first_field(header).as_bytes()).map(|date| date.timestamp());
        let expected = case.get("expected");
        let number = |key: &str| match expected.get(key) {
            Json::Number(number) => *number,
            _ => 0,
        };
        let expected = (*expected != Json::Null).then(|| {
            let minutes = number("tz_hour") * 60 + number("tz_minute");
            let west = *expected.get("tz_before_gmt") == Json::Bool(true);
            let date = DateTime {
                year: number("year") as u16,
                month: number("month") as u8,
                day: number("day") as u8,
                hour: number("hour") as u8,
                minute: number("minute") as u8,
                second: number("second") as u8,
                offset: if west { -minutes } else { minutes } as i16,
                zone_known: true,
            };
            date.timestamp()
        });
        tally.check(header, found, expected);
    }
    tally.end("mail-parser dates", 50);
}

#[test]
fn mail_parser_identifiers() {
    let Some(root) = corpus() else { return };
    let mut tally = Tally::new(differences::IDENTIFIERS);
    for case in cases(&root, "id") {
        let header = case.get("header").str();
        let ids = MessageIdList::parse(first_field(header).as_bytes());
        let found: Vec<_> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let expected: Vec<_> =
            case.get("expected").list().iter().map(|id| id.str().to_owned()).collect();
        tally.check(header, found, expected);
    }
    tally.end("mail-parser identifiers", 20);
}

#[test]
fn mail_parser_subjects() {
    let Some(root) = corpus() else { return };
    let mut tally = Tally::new(differences::SUBJECTS);
    for case in cases(&root, "thread_name") {
        let input = case.get("input").str();
        tally.check(input, thread_key(input), case.get("expected").str().to_lowercase());
    }
    tally.end("mail-parser thread names", 150);
}

#[test]
fn mail_parser_unstructured() {
    let Some(root) = corpus() else { return };
    let mut tally = Tally::new(differences::UNSTRUCTURED);
    for case in cases(&root, "unstructured") {
        let header = case.get("header").str();
        let found = encoded_word::decode(first_field(header).as_bytes()).text.into_owned();
        tally.check(header, found, case.get("expected").str().to_owned());
    }
    tally.end("mail-parser unstructured", 40);
}

#[test]
fn mail_parser_lists_of_words() {
    let Some(root) = corpus() else { return };
    let mut tally = Tally::new(differences::WORDS);
    for case in cases(&root, "list") {
        let header = case.get("header").str();
        // These are the values of fields such as Keywords: split first, decode afterwards.
        let value = first_field(header);
        let mut found: Vec<String> = Vec::new();
        for item in value.split(',') {
            let item = encoded_word::decode(item.as_bytes()).text.into_owned();
            if !item.is_empty() {
                found.push(item);
            }
        }
        let expected: Vec<_> =
            case.get("expected").list().iter().map(|item| item.str().to_owned()).collect();
        tally.check(header, found, expected);
    }
    tally.end("mail-parser lists", 25);
}

#[test]
fn blocks_of_standard_fields() {
    let Some(root) = corpus() else { return };
    let bytes = fs::read(root.join("libetpan/imf/data/fields/all-standard.imf")).unwrap();
    let message = Message::parse(&bytes);
    let part = message.root();
    for name in [
        "Resent-From",
        "Resent-Sender",
        "Resent-To",
        "Resent-Cc",
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
    ] {
        let mut problems = Problems::new();
        let field = part.field(name).unwrap();
        let list = field.parse_with::<AddressList<'_>>(&mut problems).unwrap();
        assert!(problems.is_empty() && !list.members.is_empty(), "{name}");
    }
    for name in ["Date", "Resent-Date"] {
        assert!(part.value::<DateTime>(name).is_some());
    }
    for entry in fs::read_dir(root.join("zbateson")).unwrap().flatten() {
        let bytes = fs::read(entry.path()).unwrap();
        let message = Message::parse(&bytes);
        for field in message.root().fields() {
            encoded_word::decode(field.value());
            AddressList::parse(field.value());
        }
        if let Some(from) = message.root().value::<AddressList<'_>>("from") {
            assert!(
                from.mailboxes().all(|mailbox| !mailbox.domain().is_empty()),
                "{:?}",
                entry.path()
            );
        }
    }
}
