//! Charsets: labels, cuts, and decoders against known text.

use mime::charset::{Charset, Decoder, decode_unlabelled};
use proptest::prelude::*;

fn in_chunks(charset: Charset, input: &[u8], size: usize) -> (String, bool) {
    let mut decoder = Decoder::new(charset);
    let mut text = String::new();
    for chunk in input.chunks(size.max(1)) {
        decoder.decode(chunk, &mut text);
    }
    decoder.finish(&mut text);
    (text, decoder.malformed())
}

#[test]
fn labels() {
    let cases = [
        ("utf-8", "utf-8"),
        ("UTF8", "utf-8"),
        ("'utf-8'", "utf-8"),
        ("charset=utf-8", "utf-8"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("cp65001", "utf-8"),
        ("ANSI_X3.4-1968", "us-ascii"),
        ("us-ascii", "us-ascii"),
        ("iso-8859-1", "windows-1252"),
        ("\"iso-8859-1\"", "windows-1252"),
        ("ISO8859_1", "windows-1252"),
        ("latin1", "windows-1252"),
        ("WE8MSWIN1252", "windows-1252"),
        ("x-cp1252", "windows-1252"),
    ];
    for (label, name) in cases {
        assert_eq!(Charset::from_label(label).map(Charset::name), Some(name), "{label}");
    }
    for label in ["", "x-unknown", "unknown-8bit", "x-user-defined", "foo"] {
        assert_eq!(Charset::from_label(label), None, "{label}");
    }
}

#[cfg(feature = "charset")]
#[test]
fn web_labels() {
    let cases = [
        ("iso-8859-15", "ISO-8859-15"),
        ("ISO8859-15", "ISO-8859-15"),
        ("8859_15", "ISO-8859-15"),
        ("latin-9", "ISO-8859-15"),
        ("cp1251", "windows-1251"),
        ("win-1251", "windows-1251"),
        ("windows1251", "windows-1251"),
        ("cp932", "Shift_JIS"),
        ("shift-jis", "Shift_JIS"),
        ("cp936", "GBK"),
        ("gb2312", "GBK"),
        ("gb_2312", "GBK"),
        ("ks_c_5601-1987", "EUC-KR"),
        ("cp949", "EUC-KR"),
        ("windows-28592", "ISO-8859-2"),
        ("koi8r", "KOI8-R"),
        ("cp50220", "ISO-2022-JP"),
        ("tis-620", "windows-874"),
        ("cp950", "Big5"),
        ("utf-16le", "UTF-16LE"),
        ("utf-16", "utf-16"),
    ];
    for (label, name) in cases {
        assert_eq!(Charset::from_label(label).map(Charset::name), Some(name), "{label}");
    }
}

#[test]
fn windows_1252_has_the_characters_between() {
    assert_eq!(Charset::WINDOWS_1252.decode(b"\x80\x93\x94\xe4").text, "€“”ä");
}

#[test]
fn ascii_is_tolerant() {
    assert_eq!(decode_unlabelled("Grüße".as_bytes()), "Grüße");
    assert_eq!(decode_unlabelled(b"Gr\xfc\xdfe \xc3\xa4"), "Grüße ä");
    let text = Charset::US_ASCII.decode("é".as_bytes());
    assert_eq!((&*text.text, text.malformed), ("é", true));
    assert!(!Charset::US_ASCII.decode(b"plain").malformed);
}

#[cfg(feature = "charset")]
#[test]
fn utf_16_is_little_endian_without_a_mark() {
    let charset = Charset::from_label("utf-16").unwrap();
    assert_eq!(charset.decode(b"A\0B\0").text, "AB");
    assert_eq!(charset.decode(b"\xff\xfeA\0B\0").text, "AB");
    assert_eq!(charset.decode(b"\xfe\xff\0A\0B").text, "AB");
}

#[cfg(feature = "charset-legacy")]
#[test]
fn legacy() {
    let cases: &[(&str, &[u8], &str)] = &[
        // RFC 2152, section "Examples".
        ("utf-7", b"A+ImIDkQ.", "A≢Α."),
        ("utf-7", b"Hi Mom -+Jjo--!", "Hi Mom -☺-!"),
        ("utf-7", b"+ZeVnLIqe-", "日本語"),
        ("utf-7", b"1 +- 1", "1 + 1"),
        ("utf-7", b"+2D3eAA-", "😀"),
        ("utf-32", b"\xff\xfe\0\0A\0\0\0", "A"),
        ("utf-32be", b"\0\0\0A", "A"),
        // RFC 1843, section 3.
        ("hz-gb-2312", b"This is ~{<:Ky2;S{#,NpJ)l6HK!#~}Bye.", "This is 己所不欲，勿施於人。Bye."),
        ("hz-gb-2312", b"a~~b~\nc", "a~bc"),
        ("iso-2022-kr", b"\x1b$)C\x0e0!\x0f a", "가 a"),
        ("iso-2022-jp-2", b"\x1b$A<:Ky\x1b(B \x1b.A\x1bNi", "己所 é"),
        ("cp437", b"\x81\xe1", "üß"),
        ("ibm850", b"\xd5", "ı"),
        ("cp858", b"\xd5", "€"),
        ("viscii", b"\x02", "Ẳ"),
        ("x-mac-ce", b"\x8a", "ä"),
        ("johab", b"\x88\x61\xde\xa1", "가"),
    ];
    for (label, bytes, text) in cases {
        let charset = Charset::from_label(label).unwrap_or_else(|| panic!("{label}"));
        let decoded = charset.decode(bytes).text;
        assert!(decoded.starts_with(text), "{label}: {decoded:?}");
        assert_eq!(in_chunks(charset, bytes, 1).0, decoded, "{label}");
    }
    // A web page could smuggle markup by UTF-7; here it is only one more charset, if asked for.
    assert_eq!(Charset::from_label("utf-7").unwrap().decode(b"+ADw-b+AD4-").text, "<b>");
}

fn charsets() -> Vec<Charset> {
    let labels = [
        "us-ascii",
        "utf-8",
        "iso-8859-1",
        "utf-16",
        "shift_jis",
        "gb18030",
        "iso-2022-jp",
        "big5",
        "euc-kr",
        "utf-7",
        "utf-32",
        "utf-32le",
        "hz-gb-2312",
        "iso-2022-kr",
        "iso-2022-cn",
        "iso-2022-jp-2",
        "johab",
        "cp437",
        "viscii",
    ];
    labels.iter().filter_map(|label| Charset::from_label(label)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn cuts_change_nothing(
        pieces in prop::collection::vec(prop_oneof![
            "[ -~é日😀]{0,12}".prop_map(String::into_bytes),
            "[\u{1b}\u{e}\u{f}$()ABCN~{}+-]{0,8}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..8),
        ], 0..12),
        size in 2usize..9,
    ) {
        let input = pieces.concat();
        for charset in charsets() {
            let whole = charset.decode(&input);
            let whole = (whole.text.into_owned(), whole.malformed);
            prop_assert_eq!(&in_chunks(charset, &input, 1), &whole, "{}", charset.name());
            prop_assert_eq!(&in_chunks(charset, &input, size), &whole, "{}", charset.name());
        }
    }

    #[test]
    fn utf8_agrees_with_the_standard_library(input in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(Charset::UTF_8.decode(&input).text, String::from_utf8_lossy(&input));
    }
}
