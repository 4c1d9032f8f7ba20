//! Wires that other projects collected, from the folder `MAIL_CORPUS`. Without it these tests say so
//! and do nothing.

#![allow(clippy::print_stderr, clippy::std_instead_of_alloc)] // what is skipped is said aloud

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use imap_proto::{Command, FetchItem, Response, SequenceSet};

/// Files with units that are kept as they came, or in parts, with the reason.
const KEPT: &[(&str, &str)] = &[
    ("libetpan/response-data/flags-nested-invalid.imap", "a list in a list of flags"),
    ("libetpan/response-data/fetch-flags-nested-invalid.imap", "a list in a list of flags"),
];

/// Files that are not looked at here, with the reason.
const PASSED_OVER: &[(&str, &str)] = &[
    (
        "libetpan/response-data/fetch-literal-overflow.imap",
        "its literal is not there: a matter of framing",
    ),
    (
        "libetpan/command-parameters/search-keyword-header-dates.imap",
        "a keyword in quotes, which the grammar does not have",
    ),
    ("libetpan/command-sender/uid-store.imap", "a space is missing"),
];

/// Responses of the YAML files that their parser refuses, and what becomes of them here.
const REFUSED: &[(&str, &str)] = &[
    ("invalid literal numeric format (too large)", "the framing refuses it"),
    ("test_invalid_fetch_msg_att_unknown_fails", "an item that is not known is kept as it came"),
];

fn corpus(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("MAIL_CORPUS") else {
        eprintln!("skipped: MAIL_CORPUS is not set");
        return None;
    };
    let folder = Path::new(&root).join("imap").join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn passed_over(name: &str) -> bool {
    PASSED_OVER.iter().any(|(end, _)| name.ends_with(end))
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extensions));
        } else if path
            .extension()
            .is_some_and(|end| extensions.iter().any(|wanted| end.to_str() == Some(wanted)))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every line end as CRLF.
fn crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut before = 0;
    for b in text {
        if *b == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(*b);
        before = *b;
    }
    out
}

/// The size that a line announces.
fn announced(line: &[u8]) -> Option<usize> {
    let text = core::str::from_utf8(line.strip_suffix(b"\r\n")?).ok()?;
    let (_, number) = text.strip_suffix('}')?.rsplit_once('{')?;
    number.trim_end_matches('+').parse().ok()
}

/// Cuts a wire into units: lines with their literals.
fn units(mut wire: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !wire.is_empty() {
        let mut end = 0;
        loop {
            let line =
                wire[end..].iter().position(|b| *b == b'\n').map_or(wire.len(), |at| end + at + 1);
            match announced(&wire[end..line]) {
                Some(size) if line + size <= wire.len() => end = line + size,
                _ => {
                    end = line;
                    break;
                }
            }
        }
        found.push(&wire[..end]);
        wire = &wire[end..];
    }
    found
}

/// Checks one unit as far as that is possible without knowing what it means: what was read is
/// written and read as the same again, and so is everything that is read only when it is looked at.
/// Gives back whether it was understood.
fn check(unit: &[u8], place: &str) -> bool {
    let response = Response::parse(unit).unwrap_or_else(|e| panic!("{place}: {e}"));
    let mut out = Vec::new();
    response.encode(&mut out);
    let again = Response::parse(&out).unwrap_or_else(|e| panic!("{place}: again: {e}"));
    assert_eq!(again, response, "{place}");
    assert_eq!(response.clone().into_owned(), response, "{place}");
    let mut good = !matches!(response, Response::Other(_) | Response::Unrecognized(_));
    if let Response::Fetch(message) | Response::UidFetch(message) = &response {
        for item in &message.items {
            match item {
                FetchItem::Envelope(lazy) => {
                    let envelope = lazy.parse().unwrap_or_else(|e| panic!("{place}: {e}"));
                    let again = imap_proto::LazyEnvelope::from(&envelope);
                    assert_eq!(again.parse(), Ok(envelope.clone()), "{place}");
                }
                FetchItem::BodyStructure(lazy) | FetchItem::Body(lazy) => {
                    let body = lazy.parse().unwrap_or_else(|e| panic!("{place}: {e}"));
                    let again = imap_proto::LazyBodyStructure::extended(&body);
                    assert_eq!(again.parse(), Ok(body.clone()), "{place}");
                    for index in 0..body.parts().len() {
                        if let Some(number) = body.number(index) {
                            let found = body.find(&number).unwrap();
                            let multipart = &body.parts()[index];
                            assert!(
                                core::ptr::eq(found, multipart) || multipart.media_type == "",
                                "{place}: part {number}"
                            );
                        }
                    }
                }
                FetchItem::Other { .. } => good = false,
                _ => {}
            }
        }
    }
    good
}

#[test]
fn mailkit() {
    let Some(folder) = corpus("mailkit") else { return };
    let (mut all, mut kept) = (0, BTreeMap::<String, usize>::new());
    for path in files(&folder, &["txt"]) {
        let wire = crlf(&std::fs::read(&path).unwrap());
        for unit in units(&wire) {
            all += 1;
            if !check(unit, &path.display().to_string()) {
                let name = path.strip_prefix(&folder).unwrap().display().to_string();
                *kept.entry(name).or_default() += 1;
            }
        }
    }
    eprintln!("mailkit: {all} responses, kept as they came: {kept:?}");
    assert!(all > 1000);
}

#[test]
fn libetpan() {
    let Some(folder) = corpus("libetpan") else { return };
    let mut all = 0;
    for path in files(&folder, &["imap"]) {
        let name = path.display().to_string();
        if name.contains("/command-") || passed_over(&name) {
            continue;
        }
        let wire = crlf(&std::fs::read(&path).unwrap());
        let bad = KEPT.iter().find(|(end, _)| name.ends_with(end));
        for unit in units(&wire) {
            all += 1;
            assert_eq!(check(unit, &name), bad.is_none(), "{name}: {bad:?}");
        }
    }
    assert!(all > 50, "{all}");
}

#[test]
fn libetpan_commands() {
    let Some(folder) = corpus("libetpan") else { return };
    let mut all = 0;
    for path in files(&folder, &["imap"]) {
        let name = path.display().to_string();
        if !name.contains("/command-") || passed_over(&name) {
            continue;
        }
        let text = std::fs::read(&path).unwrap();
        let line = text.strip_suffix(b"\n").unwrap_or(&text);
        if line.ends_with(b"}") || line.starts_with(b"AUTHENTICATE") {
            continue;
        }
        all += 1;
        let command = Command::parse(line);
        assert!(command.is_ok(), "{name}: {command:?}");
    }
    assert!(all > 30, "{all}");
}

#[test]
fn jakarta_mail_uid_sets() {
    let Some(folder) = corpus("jakarta-mail") else { return };
    let text = std::fs::read_to_string(folder.join("uiddata")).unwrap();
    let (mut all, mut max, mut data, mut name) = (0, u32::MAX, String::new(), String::new());
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "TEST" => {
                (max, data, name) = (u32::MAX, String::new(), rest.to_string());
            }
            "MAX" => max = rest.split(' ').next().unwrap().parse().unwrap(),
            "DATA" => data = rest.to_string(),
            "EXPECT" => {
                all += 1;
                let expected: Vec<u32> = rest.split(' ').filter_map(|n| n.parse().ok()).collect();
                let Ok(set) = SequenceSet::try_from(data.as_str()) else {
                    assert!(
                        expected.is_empty() || data.contains(",,") || data.is_empty(),
                        "{name}"
                    );
                    continue;
                };
                let mut numbers: Vec<u32> =
                    set.resolve(max).take(100).flat_map(|range| range.take(100)).collect();
                numbers.retain(|n| *n <= max);
                assert_eq!(numbers, expected, "{name}");
            }
            _ => {}
        }
    }
    assert_eq!(all, 13);
}

/// One entry of the YAML files.
struct Entry {
    name: String,
    response: Vec<u8>,
    kind: String,
    refused: bool,
}

/// Reads as much YAML as these files need: the name of each test, the double-quoted response, the
/// first name of what is expected, and whether a failure is.
fn entries(text: &str) -> Vec<Entry> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Vec<Entry> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if indent == 2 && line.ends_with(':') {
            let name = line.trim_end_matches(':').trim_matches('"').to_string();
            found.push(Entry { name, response: Vec::new(), kind: String::new(), refused: false });
        }
        let Some(entry) = found.last_mut() else { continue };
        if indent == 4 && line.starts_with(":response:") {
            entry.response = quoted(&lines[i..]);
        }
        if indent == 4 && line.starts_with(":test_type: :assert_parse_failure") {
            entry.refused = true;
        }
        if let Some(kind) = line.strip_prefix("name: ")
            && indent == 6
            && entry.kind.is_empty()
        {
            entry.kind = kind.trim_matches(['"', '\'']).to_string();
        }
    }
    found.retain(|entry| !entry.response.is_empty());
    found
}

/// A double-quoted scalar that begins somewhere in the first lines.
fn quoted(lines: &[&str]) -> Vec<u8> {
    let joined = lines.join("\n");
    let Some(start) = joined.find('"') else { return Vec::new() };
    let mut out = Vec::new();
    let mut chars = joined[start + 1..].chars().peekable();
    while let Some(ch) = chars.next() {
        match ch {
            '"' => break,
            '\n' => {
                while out.last() == Some(&b' ') {
                    out.pop();
                }
                let mut breaks = 0;
                while let Some(next) = chars.peek().copied().filter(|c| matches!(c, ' ' | '\n')) {
                    breaks += usize::from(next == '\n');
                    chars.next();
                }
                match breaks {
                    0 => out.push(b' '),
                    n => out.extend(core::iter::repeat_n(b'\n', n)),
                }
            }
            '\\' => match chars.next().unwrap() {
                'r' => out.push(b'\r'),
                'n' => out.push(b'\n'),
                't' => out.push(b'\t'),
                '0' => out.push(0),
                'x' => {
                    let hex: String = chars.by_ref().take(2).collect();
                    let ch = char::from(u8::from_str_radix(&hex, 16).unwrap());
                    out.extend(ch.encode_utf8(&mut [0; 4]).bytes());
                }
                'u' => {
                    let hex: String = chars.by_ref().take(4).collect();
                    let ch = char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap();
                    out.extend(ch.encode_utf8(&mut [0; 4]).bytes());
                }
                '\n' => {
                    while chars.peek() == Some(&' ') {
                        chars.next();
                    }
                }
                other => out.extend(other.encode_utf8(&mut [0; 4]).bytes()),
            },
            other => out.extend(other.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out
}

/// The word that names a response.
fn kind(response: &Response<'_>) -> String {
    let mut out = Vec::new();
    response.encode(&mut out);
    let text = String::from_utf8_lossy(&out).into_owned();
    let mut words = text.split([' ', '\r']);
    words.next();
    let word = words.next().unwrap_or_default();
    if word.parse::<u64>().is_ok() { words.next().unwrap_or_default().into() } else { word.into() }
}

#[test]
fn ruby_net_imap() {
    let Some(folder) = corpus("ruby-net-imap") else { return };
    let mut all = 0;
    for path in files(&folder, &["yml"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for entry in entries(&text) {
            for unit in units(&entry.response) {
                all += 1;
                let place = format!("{}: {}", path.display(), entry.name);
                if entry.refused {
                    assert!(REFUSED.iter().any(|(name, _)| *name == entry.name), "{place}");
                    continue;
                }
                let good = check(unit, &place);
                let response = Response::parse(unit).unwrap();
                match &response {
                    Response::Continuation(_) => {}
                    _ if entry.kind.is_empty() => {}
                    response => assert_eq!(kind(response), entry.kind, "{place}"),
                }
                if !good {
                    eprintln!("kept: {}: {}", entry.name, String::from_utf8_lossy(unit));
                }
            }
        }
    }
    eprintln!("net-imap: {all} responses");
    assert!(all > 150, "{all}");
}
