//! From a label to a charset.

use alloc::string::String;

use super::Kind;

/// Finds the charset for a label as it stands in a message.
pub(super) fn find(label: &str) -> Option<Kind> {
    if label.eq_ignore_ascii_case("utf-8") {
        return Some(Kind::Utf8);
    }
    // Quotes, blanks and a repeated parameter name around the label are common.
    let label = label.trim_matches(|c: char| c.is_ascii_whitespace() || "\"'`;,<>()".contains(c));
    let lower = label.get(..label.len().min(64))?.to_ascii_lowercase();
    let label = lower.strip_prefix("charset=").unwrap_or(&lower);
    if label.is_empty() {
        return None;
    }
    // The aliases come first: the web's table has no ASCII and refuses what is found here.
    let compact: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    by_alias(&compact).or_else(|| whatwg(label)).or_else(|| by_pattern(&compact))
}

#[cfg(feature = "charset")]
fn whatwg(label: &str) -> Option<Kind> {
    let encoding = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(if encoding == encoding_rs::UTF_8 {
        Kind::Utf8
    } else if encoding == encoding_rs::WINDOWS_1252 {
        Kind::Windows1252
    } else if encoding == encoding_rs::X_USER_DEFINED {
        return None;
    } else {
        Kind::Whatwg(encoding)
    })
}

#[cfg(not(feature = "charset"))]
fn whatwg(_label: &str) -> Option<Kind> {
    None
}

fn by_alias(label: &str) -> Option<Kind> {
    match label {
        "usascii" | "ascii" | "us" | "646" | "iso646us" | "iso646" | "ansix34" | "ansix341968"
        | "ansix341986" | "csascii" | "isoir6" | "ibm367" | "cp367" => Some(Kind::Ascii),
        "utf8" | "utf8mb4" | "utf8mb3" | "utf8sig" | "unicode11utf8" | "al32utf8" => {
            Some(Kind::Utf8)
        }
        "iso88591" | "8859" | "88591" | "latin1" | "latin" | "l1" | "ansi" | "ibm819" | "cp819"
        | "isolatin1" | "westerniso" | "windowslatin1" | "we8iso8859p1" => Some(Kind::Windows1252),
        _ => by_other_alias(label),
    }
}

#[cfg(not(feature = "charset"))]
fn by_other_alias(_label: &str) -> Option<Kind> {
    None
}

/// Names that are neither in the WHATWG table nor follow a pattern.
#[cfg(feature = "charset")]
fn by_other_alias(label: &str) -> Option<Kind> {
    let whatwg_label = match label {
        "utf16" | "unicode" | "ucs2" | "iso10646ucs2" | "csunicode" => {
            return Some(Kind::Utf16);
        }
        "utf16be" | "ucs2be" => "utf-16be",
        "utf16le" | "ucs2le" => "utf-16le",
        "sjis" | "shiftjis" | "xsjis" | "mskanji" | "ms932" | "windows31j" | "shiftjis2004"
        | "shiftjisx0213" | "sjis2004" | "ja16sjis" => "shift_jis",
        "eucjp" | "xeucjp" | "ujis" | "eucjpms" | "eucjisx0213" | "eucjis2004" | "ja16euc" => {
            "euc-jp"
        }
        "iso2022jp" | "iso2022jpms" | "jis" | "jis7" | "csiso2022jp" => "iso-2022-jp",
        "gb2312" | "gb231280" | "xgb2312" | "euccn" | "eucgb2312cn" | "chinese" | "gbk"
        | "xgbk" | "hz8" | "gb" | "zhs16gbk" | "zhs16cgb231280" => "gbk",
        "gb18030" | "gb180302000" | "gb180302005" | "zhs32gb18030" => "gb18030",
        "big5" | "xxbig5" | "big5eten" | "big5hkscs" | "cnbig5" | "big5hk" | "zht16big5"
        | "zht16mswin950" => "big5",
        "euckr" | "xeuckr" | "ksc5601" | "ksc56011987" | "ksc56011992" | "ksx1001" | "ks"
        | "uhc" | "korean" | "ko16ksc5601" | "ko16mswin949" => "euc-kr",
        "koi8r" | "koi8" | "xkoi8r" | "cskoi8r" | "cl8koi8r" => "koi8-r",
        "koi8u" | "xkoi8u" | "cl8koi8u" => "koi8-u",
        "tis620" | "tis62025330" | "tis62025331" | "thai" => "windows-874",
        "greek" | "greek8" | "elot928" => "iso-8859-7",
        "latin2" | "l2" | "isolatin2" | "ee8iso8859p2" => "iso-8859-2",
        "latin3" => "iso-8859-3",
        "latin4" => "iso-8859-4",
        "latin5" => "windows-1254",
        "latin6" => "iso-8859-10",
        "latin7" => "iso-8859-13",
        "latin8" => "iso-8859-14",
        "latin9" | "latin0" => "iso-8859-15",
        "latin10" => "iso-8859-16",
        "cyrillic" | "cl8iso8859p5" => "iso-8859-5",
        "arabic" => "iso-8859-6",
        "hebrew" => "iso-8859-8",
        "mac" | "macintosh" | "macroman" | "xmacroman" | "applemac" => "macintosh",
        "maccyrillic" | "xmaccyrillic" | "xmacukrainian" => "x-mac-cyrillic",
        _ => return legacy_alias(label),
    };
    whatwg(whatwg_label)
}

#[cfg(all(feature = "charset", not(feature = "charset-legacy")))]
fn legacy_alias(_label: &str) -> Option<Kind> {
    None
}

#[cfg(feature = "charset-legacy")]
fn legacy_alias(label: &str) -> Option<Kind> {
    use super::iso2022::Variant;
    use super::tables::SingleByte;
    use super::unicode::Order;

    Some(match label {
        "utf7" | "unicode11utf7" | "csunicode11utf7" => Kind::Utf7,
        "utf32" | "ucs4" | "iso10646ucs4" | "csucs4" => Kind::Utf32(Order::Mark),
        "utf32be" | "ucs4be" => Kind::Utf32(Order::Big),
        "utf32le" | "ucs4le" => Kind::Utf32(Order::Little),
        "hzgb2312" | "hz" => Kind::Iso2022(Variant::Hz),
        "iso2022kr" | "csiso2022kr" => Kind::Iso2022(Variant::Korean),
        "iso2022cn" | "csiso2022cn" | "iso2022cnext" => Kind::Iso2022(Variant::Chinese),
        "iso2022jp1" | "iso2022jp2" | "csiso2022jp2" => Kind::Iso2022(Variant::Japanese),
        "johab" | "ksc5601johab" => Kind::Iso2022(Variant::Johab),
        _ => {
            let name = match label {
                "koi8t" => "koi8-t",
                "koi8ru" => "koi8-ru",
                "kz1048" | "strk10482002" | "rk1048" => "kz-1048",
                "pt154" | "ptcp154" | "cp154" | "csptcp154" => "pt154",
                "hproman8" | "roman8" | "r8" | "cshproman8" => "hp-roman8",
                "macgreek" | "xmacgreek" => "x-mac-greek",
                "maciceland" | "macicelandic" | "xmacicelandic" => "x-mac-icelandic",
                "maclatin2" | "macce" | "xmacce" | "maccentraleurope" => "x-mac-ce",
                "macturkish" | "xmacturkish" => "x-mac-turkish",
                "maccroatian" | "xmaccroatian" => "x-mac-croatian",
                "macromania" | "macromanian" | "xmacromanian" => "x-mac-romanian",
                "viscii" | "viscii111" | "csviscii" => "viscii",
                "tcvn" | "tcvn5712" | "tcvn57121" | "tcvn571211993" => "tcvn",
                "armscii8" => "armscii-8",
                "georgianps" => "georgian-ps",
                _ => return None,
            };
            Kind::SingleByte(SingleByte::find(name)?)
        }
    })
}

/// Names made of a family and a number: `iso8859-15`, `cp1252`, `windows-28592`, `IBM850`.
fn by_pattern(compact: &str) -> Option<Kind> {
    if let Some(part) = compact.strip_prefix("iso8859").or_else(|| compact.strip_prefix("8859")) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        return iso_8859(part.get(..digits)?.parse().ok()?);
    }
    const FAMILIES: [&str; 12] = [
        "xcp", "cp", "csibm", "ibm", "xwindows", "windows", "win", "mswin", "we8mswin", "ms",
        "codepage", "dos",
    ];
    FAMILIES
        .iter()
        .filter_map(|family| compact.strip_prefix(family))
        .find_map(|number| code_page(number.parse().ok()?))
}

fn iso_8859(part: u16) -> Option<Kind> {
    match part {
        1 => Some(Kind::Windows1252),
        _ => whatwg(&alloc::format!("iso-8859-{part}")),
    }
}

fn code_page(number: u16) -> Option<Kind> {
    let label = match number {
        65001 | 1208 => return Some(Kind::Utf8),
        20127 => return Some(Kind::Ascii),
        1252 | 28591 | 819 => return Some(Kind::Windows1252),
        1250..=1258 => return whatwg(&alloc::format!("windows-{number}")),
        28592..=28606 => return iso_8859(number - 28590),
        932 | 943 | 942 => "shift_jis",
        936 | 1386 | 20936 | 51936 => "gbk",
        949 | 1363 | 51949 => "euc-kr",
        950 | 951 => "big5",
        874 => "windows-874",
        866 => "ibm866",
        20866 | 878 => "koi8-r",
        21866 => "koi8-u",
        20932 | 51932 | 954 => "euc-jp",
        50220..=50222 => "iso-2022-jp",
        54936 => "gb18030",
        1200 => "utf-16le",
        1201 => "utf-16be",
        10000 => "macintosh",
        10007 => "x-mac-cyrillic",
        _ => return legacy_code_page(number),
    };
    whatwg(label)
}

#[cfg(not(feature = "charset-legacy"))]
fn legacy_code_page(_number: u16) -> Option<Kind> {
    None
}

#[cfg(feature = "charset-legacy")]
fn legacy_code_page(number: u16) -> Option<Kind> {
    use super::tables::SingleByte;

    match number {
        65000 => legacy_alias("utf7"),
        12000 => legacy_alias("utf32le"),
        12001 => legacy_alias("utf32be"),
        52936 => legacy_alias("hz"),
        50225 => legacy_alias("iso2022kr"),
        50227 | 50229 => legacy_alias("iso2022cn"),
        1361 => legacy_alias("johab"),
        10006 => legacy_alias("macgreek"),
        10029 => legacy_alias("macce"),
        10079 => legacy_alias("maciceland"),
        10081 => legacy_alias("macturkish"),
        10082 => legacy_alias("maccroatian"),
        1051 => legacy_alias("roman8"),
        _ => SingleByte::find(&alloc::format!("ibm{number}"))
            .or_else(|| SingleByte::find(&alloc::format!("cp{number}")))
            .map(Kind::SingleByte),
    }
}
