//! HTML and text out of the RTF that Outlook makes of them.
#![cfg(feature = "tnef")]

use mime::tnef::{Encapsulated, Tnef, decapsulate_rtf};
use proptest::prelude::*;

fn html(rtf: &[u8]) -> String {
    match decapsulate_rtf(rtf) {
        Some(Encapsulated::Html(html)) => html,
        other => panic!("{other:?}"),
    }
}

/// The body of a document that was made from HTML.
fn body(inner: &str) -> String {
    html(format!(r"{{\rtf1\ansi\ansicpg1252\fromhtml1 {inner}}}").as_bytes())
}

/// A TNEF stream with this RTF, and nothing else.
fn stream(rtf: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    compressed.extend((rtf.len() as u32 + 12).to_le_bytes());
    compressed.extend((rtf.len() as u32).to_le_bytes());
    compressed.extend(b"MELA\0\0\0\0");
    compressed.extend(rtf);
    let mut properties = Vec::from(1u32.to_le_bytes());
    properties.extend(0x1009_0102u32.to_le_bytes());
    properties.extend(1u32.to_le_bytes());
    properties.extend((compressed.len() as u32).to_le_bytes());
    properties.extend(&compressed);
    properties.resize(properties.len().next_multiple_of(4), 0);
    let mut out = Vec::from(0x223e_9f78u32.to_le_bytes());
    out.extend([1, 0, 1]);
    out.extend(0x0006_9003u32.to_le_bytes());
    out.extend((properties.len() as u32).to_le_bytes());
    out.extend(&properties);
    out.extend(properties.iter().fold(0u16, |a, b| a.wrapping_add(u16::from(*b))).to_le_bytes());
    out
}

#[test]
fn a_whole_document() {
    let rtf = br"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0
{\fonttbl {\f0\fmodern Courier New;}{\f1\fswiss\fcharset0 Arial;}{\f2\fswiss\fcharset128 Gothic;}}
{\colortbl\red0\green0\blue0;\red0\green0\blue255;}
{\*\generator Somebody;}
\uc1\pard\plain\deftab360 \f0\fs24
{\*\htmltag19 <html>}{\*\htmltag2 \par }
{\*\htmltag34 <head>}{\*\htmltag241 <style>p \{ color: red \}</style>}{\*\htmltag41 </head>}
{\*\htmltag50 <body>}\htmlrtf \lang1033 \htmlrtf0
{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'cf\'f0{\f1 \'e9}{\f2 \'83A} \u8364? {\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0\~\bullet
{\*\htmltag84 <br>\par}\htmlrtf\line\htmlrtf0{\*\mhtmltag84 <img src=1>}
{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0
{\*\htmltag58 </body>}{\*\htmltag27 </html>}}";
    let want = "<html>\r\n<head><style>p { color: red }</style></head><body>\
        <p>Пр\u{e9}\u{30a2} € &lt;\u{a0}\u{2022}<br>\r\n</p></body></html>";
    assert_eq!(html(rtf), want);
    let bytes = stream(rtf);
    let tnef = Tnef::parse(&bytes).unwrap();
    assert!(tnef.problems().is_empty());
    assert_eq!(tnef.html().unwrap(), want);
    assert_eq!(tnef.text(), None);
}

#[test]
fn plain_text() {
    let rtf = br"{\rtf1\ansi\fromtext{\fonttbl{\f0 Arial;}}\f0 one \{two\}\par three\tab four}";
    assert_eq!(decapsulate_rtf(rtf), Some(Encapsulated::Text("one {two}\r\nthree\tfour".into())));
    let bytes = stream(rtf);
    let tnef = Tnef::parse(&bytes).unwrap();
    assert_eq!(tnef.text().unwrap(), "one {two}\r\nthree\tfour");
    assert_eq!(tnef.html(), None);
}

#[test]
fn rtf_of_its_own_is_neither() {
    let rtf = br"{\rtf1\ansi hello}";
    assert_eq!(decapsulate_rtf(rtf), None);
    let bytes = stream(rtf);
    let tnef = Tnef::parse(&bytes).unwrap();
    assert_eq!((tnef.html(), tnef.text()), (None, None));
    assert_eq!(tnef.rtf().unwrap(), rtf);
}

#[test]
fn characters() {
    for (inner, want) in [
        (r"a\'e9b", "aéb"),
        (r"\u233?x", "éx"),
        (r"\u233\'e9x", "éx"),
        (r"\u-10179?\u-8704?", "\u{1f600}"),
        (r"\u-10179?x", "\u{fffd}x"),
        (r"\u-8704?x", "\u{fffd}x"),
        (r"\uc0\u233x", "éx"),
        (r"{\uc2\u233??x}\u233?y", "éxéy"),
        (r"\uc1 {\u233}?", "é?"),
        (r"\lquote a\rquote\ldblquote b\rdblquote\endash\emdash", "‘a’“b”–—"),
        (r"\\\{\}", "\\{}"),
        (r"a\-b\_c", "ab\u{ad}c"),
        (r"\bin3 }}}x", "x"),
        (r"{\info{\author me}}x", "x"),
        (r"{\pict ffff}x", "x"),
        (r"{\*\unknown a{b}c}x", "x"),
        (r"\unknown12 x", "x"),
        (r"\u99999999999?x", "\u{fffd}x"),
    ] {
        assert_eq!(body(inner), want, "{inner}");
    }
}

/// Security case 30: RTF that expands, nests or ends early.
#[test]
fn case_30_rtf_is_read_in_bounds() {
    let deep = format!(r"{{\rtf1\fromhtml1 {}x{}y}}", "{".repeat(200_000), "}".repeat(200_000));
    assert_eq!(html(deep.as_bytes()), "y");
    let fonts: String = (0..100_000).map(|n| format!(r"{{\f{n}\fcharset204 A;}}")).collect();
    let many =
        format!(r"{{\rtf1\fromhtml1{{\fonttbl{fonts}}}{}}}", r"\f99999\'cf\f1 a".repeat(50_000));
    assert_eq!(html(many.as_bytes()), "Пa".repeat(50_000));
    let whole = br"{\rtf1\fromhtml1 {\*\htmltag1 <p>}\u-10179?\u-8704?\'e9\bin4 abcd\par}";
    for end in 0..whole.len() {
        let _ = decapsulate_rtf(&whole[..end]);
    }
    assert_eq!(html(br"{\rtf1\fromhtml1 }}}}a"), "a");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_rtf_is_harmless(
        words in prop::collection::vec(prop::sample::select(vec![
            "{", "}", r"\*", r"\htmltag1 ", r"\htmlrtf ", r"\htmlrtf0 ", r"\u-10179", r"\u8364 ", "?",
            r"\'", r"\'e9", r"\bin99999999999 ", r"\bin2 ", r"\uc-1 ", r"\uc9 ", r"\fonttbl ",
            r"\f1 ", r"\fcharset128 ", r"\'83", "A", r"\par", "\\", "\n", "text", r"\ansicpg932 ",
        ]), 0..60)
    ) {
        let rtf = format!(r"{{\rtf1\fromhtml1 {}", words.concat());
        let out = html(rtf.as_bytes());
        prop_assert!(out.len() <= 3 * rtf.len());
    }
}
