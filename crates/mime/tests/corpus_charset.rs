//! The charset samples of the corpus (`MAIL_CORPUS`), each with the same text in UTF-8.
#![cfg(feature = "charset-legacy")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use mime::charset::Charset;

/// Samples that are not expected to give exactly the text beside them, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("WINDOWS-1255", "decomposed here as in the WHATWG table; the sample composes points"),
    ("WINDOWS-1258", "decomposed here as in the WHATWG table; the sample composes tone marks"),
    ("TCVN-5712", "decomposed here; the sample composes tone marks"),
    ("EUC-TW", "CNS 11643 is not supported: no mail uses it"),
    ("ISO-2022-CN", "the CNS 11643 planes are not supported"),
    ("ISO-2022-CN-EXT", "the CNS 11643 planes are not supported"),
    (
        "ISO-2022-JP-2",
        "the WHATWG tables map a few symbols of JIS X 0208 (wave dash, double bar) otherwise",
    ),
    ("ISO-2022-JP-3", "JIS X 0213 is not in the WHATWG standard"),
    ("SHIFT_JISX0213", "read as the WHATWG Shift_JIS: JIS X 0213 is not in that standard"),
    ("shift_jisx0213", "as SHIFT_JISX0213"),
    ("euc_jisx0213", "read as the WHATWG EUC-JP: JIS X 0213 is not in that standard"),
    ("IBM943", "read as the WHATWG Shift_JIS, which differs in a few symbols"),
    ("BIG5HKSCS", "the WHATWG Big5 takes a few rows from another edition of HKSCS"),
    ("EUC-CN", "read as the WHATWG GBK, which maps the middle dot and the dash otherwise"),
    (
        "euc_kr",
        "syllables spelled out in eight bytes (KS X 1001, annex 3) are not in the WHATWG standard",
    ),
];

fn corpus(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
    match root.filter(|root| root.join("index.tsv").is_file()) {
        Some(root) => Some(root.join(folder)),
        None => {
            let _ = writeln!(std::io::stderr(), "corpus test skipped: MAIL_CORPUS not set");
            None
        }
    }
}

#[test]
fn samples_give_their_text() {
    let Some(root) = corpus("charset") else { return };
    let mut agreed = 0;
    let mut failed = Vec::new();
    let mut unneeded = Vec::new();
    for (folder, suffix) in [("cpython", "-utf8.txt"), ("glibc", "..UTF8")] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for entry in entries.flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(suffix) else { continue };
            let sample = if suffix.starts_with('-') { format!("{name}.txt") } else { name.into() };
            let bytes = fs::read(root.join(folder).join(sample)).unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            let listed = DIFFERENCES.iter().any(|(known, _)| *known == name);
            let decoded = Charset::from_label(name).map(|charset| charset.decode(&bytes).text);
            match decoded {
                Some(decoded) if decoded == text => {
                    agreed += 1;
                    if listed {
                        unneeded.push(name.to_owned());
                    }
                }
                _ if listed => {}
                Some(decoded) => {
                    let at = decoded.chars().zip(text.chars()).position(|(a, b)| a != b);
                    let around =
                        |s: &str| s.chars().skip(at.unwrap_or(0)).take(6).collect::<String>();
                    failed.push(format!(
                        "{name} at {at:?}: {:?}, not {:?}",
                        around(&decoded),
                        around(&text)
                    ));
                }
                None => failed.push(format!("{name}: unknown label")),
            }
        }
    }
    assert!(failed.is_empty(), "{} agree, but: {failed:#?}", agreed);
    assert!(unneeded.is_empty(), "listed as different, but equal: {unneeded:?}");
    assert!(agreed >= 15, "only {agreed} samples agree");
}

#[test]
fn one_text_in_all_forms_of_unicode() {
    let Some(root) = corpus("charset/glibc") else { return };
    let text = fs::read_to_string(root.join("alfabeta..UTF-8")).unwrap();
    for (file, label) in [
        ("alfabeta..UTF-16.BE", "utf-16be"),
        ("alfabeta..UTF-16.LE", "utf-16le"),
        ("alfabeta..UTF-32.BE", "utf-32be"),
        ("alfabeta..UTF-32.LE", "utf-32le"),
    ] {
        let bytes = fs::read(root.join(file)).unwrap();
        let decoded = Charset::from_label(label).unwrap().decode(&bytes).text;
        assert_eq!(
            decoded.trim_start_matches('\u{feff}'),
            text.trim_start_matches('\u{feff}'),
            "{file}"
        );
    }
}
