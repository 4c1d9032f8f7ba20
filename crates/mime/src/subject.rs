//! The base subject, by which messages are sorted and threaded.
//!
//! [RFC 5256, section 2.1](https://www.rfc-editor.org/rfc/rfc5256#section-2.1)

use alloc::borrow::Cow;
use alloc::string::String;

/// Returns the base subject by exactly the algorithm that IMAP servers and clients share.
///
/// The subject must be decoded already. Only the English prefixes (`Re:`, `Fw:`, `Fwd:`) are
/// known to that algorithm; see [`thread_key`].
///
/// # Example
///
/// ```
/// use mime::subject::base_subject;
///
/// assert_eq!(base_subject("Re: [list] Re[2]: [fwd: Hello] (fwd)"), "Hello");
/// assert_eq!(base_subject("[PATCH]"), "[PATCH]");
/// ```
pub fn base_subject(subject: &str) -> Cow<'_, str> {
    match one_line(subject) {
        Cow::Borrowed(text) => Cow::Borrowed(strip(text, false)),
        Cow::Owned(text) => Cow::Owned(strip(&text, false).into()),
    }
}

/// Returns a key that the messages of a thread share: the base subject without the prefixes that
/// mail programs add in other languages, either, in lower case.
///
/// An empty key says nothing; messages without one belong to no thread by their subject.
///
/// # Example
///
/// ```
/// use mime::subject::thread_key;
///
/// assert_eq!(thread_key("AW: WG: Rapport"), thread_key("Re: rapport"));
/// assert_eq!(thread_key("回复: 转发: 你好"), "你好");
/// ```
pub fn thread_key(subject: &str) -> String {
    strip(&one_line(subject), true).to_lowercase()
}

/// "Convert all tabs and continuations to space. Convert all multiple spaces to a single space."
fn one_line(subject: &str) -> Cow<'_, str> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let odd = |pair: &[u8]| pair == b"  ";
    let bytes = subject.as_bytes();
    if !bytes.windows(2).any(odd) && !bytes.iter().any(|byte| matches!(byte, b'\t' | b'\r' | b'\n'))
    {
        return Cow::Borrowed(subject);
    }
    let mut out = String::with_capacity(subject.len());
    for word in subject.split(blank).filter(|word| !word.is_empty()) {
        if !out.is_empty() || subject.starts_with(blank) {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// Steps 2 to 6, in linear time: each round removes what it has looked at.
fn strip(subject: &str, everywhere: bool) -> &str {
    let trim = |text| match everywhere {
        true => str::trim(text),
        false => text,
    };
    let mut text = trim(subject);
    loop {
        // (2)
        while let Some(shorter) = without_trailer(text, everywhere) {
            text = shorter;
        }
        // (3) to (5)
        text = trim(text);
        while let Some(rest) = without_leader(text, everywhere) {
            text = trim(rest);
        }
        text = without_blobs(text);
        // (6)
        match without_forward(text, everywhere) {
            Some(inner) => text = trim(inner),
            None => return text,
        }
    }
}

/// ```abnf
/// subj-trailer = "(fwd)" / WSP
/// ```
fn without_trailer(text: &str, everywhere: bool) -> Option<&str> {
    if let Some(rest) = text.strip_suffix(' ') {
        return Some(rest);
    }
    let rest = text.strip_suffix(')')?;
    // The longest known word has far fewer characters.
    let (open, _) = rest.char_indices().rev().take(40).find(|(_, c)| *c == '(')?;
    let (rest, word) = rest.split_at_checked(open)?;
    let word = word.get(1..)?;
    let known = word.eq_ignore_ascii_case("fwd") || (everywhere && is_prefix(word));
    known.then_some(rest)
}

/// ```abnf
/// subj-leader = (*subj-blob subj-refwd) / WSP
/// subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"
/// ```
fn without_leader(text: &str, everywhere: bool) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(' ') {
        return Some(rest);
    }
    let (_, rest) = all_blobs(text);
    // The longest known prefix has far fewer characters.
    let colon = rest.char_indices().take(40).find(|(_, c)| matches!(c, ':' | '：' | '['))?;
    let (word, after) = rest.split_at_checked(colon.0)?;
    let word = word.trim_end_matches(' ');
    let known = match everywhere {
        true => is_prefix(word.trim()),
        false => ["re", "fw", "fwd"].iter().any(|known| word.eq_ignore_ascii_case(known)),
    };
    if !known {
        return None;
    }
    let after = without_blob(after).unwrap_or(after);
    match after.strip_prefix('：') {
        Some(rest) if everywhere => Some(rest),
        _ => after.strip_prefix(':'),
    }
}

/// ```abnf
/// subj-blob = "[" *BLOBCHAR "]" *WSP
/// ```
fn without_blob(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(['[', ']'])?;
    let rest = inner.get(end..)?.strip_prefix(']')?;
    Some(rest.trim_start_matches(' '))
}

/// Returns the last of the blobs that the text begins with, and what follows them.
fn all_blobs(text: &str) -> (&str, &str) {
    let (mut last, mut rest) = (text, text);
    while let Some(after) = without_blob(rest) {
        (last, rest) = (rest, after);
    }
    (last, rest)
}

/// Removes all blobs in front if something follows them, else all but the last.
///
/// It is called where no leader matches: then none matches behind the first blobs, either.
fn without_blobs(text: &str) -> &str {
    match all_blobs(text) {
        (last, "") => last,
        (_, rest) => rest,
    }
}

/// ```abnf
/// subj-fwd = subj-fwd-hdr subject subj-fwd-trl
/// subj-fwd-hdr = "[fwd:"
/// subj-fwd-trl = "]"
/// ```
fn without_forward(text: &str, everywhere: bool) -> Option<&str> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let (word, rest) = inner.split_once(':')?;
    let known = word.eq_ignore_ascii_case("fwd") || (everywhere && is_prefix(word));
    known.then_some(rest)
}

/// Prefixes that mail programs put before the subject of an answer or a forwarded message, in
/// lower case.
const PREFIXES: &[&str] = &[
    // English
    "re",
    "fw",
    "fwd",
    // German, Dutch
    "aw",
    "antwort",
    "wg",
    "weitergeleitet",
    "antw",
    "doorst",
    "doorgestuurd",
    // Danish, Norwegian, Swedish, Icelandic
    "sv",
    "svar",
    "vs",
    "videresendt",
    "vb",
    "vidarebefordrat",
    "fs",
    "framsenda",
    // Finnish, Estonian
    "vastaus",
    "vl",
    "välitetty",
    "ed",
    "edastatud",
    "tr",
    // French
    "ref",
    "réf",
    "rép",
    "rep",
    "transfert",
    // Spanish, Portuguese, Italian, Catalan
    "res",
    "resp",
    "respuesta",
    "resposta",
    "rv",
    "enc",
    "encaminhado",
    "r",
    "rif",
    "i",
    "inoltro",
    "reenv",
    // Polish, Czech, Croatian, Hungarian, Romanian
    "odp",
    "odpowiedź",
    "pd",
    "podaj dalej",
    "odg",
    "odgovor",
    "vá",
    "válasz",
    "továbbítás",
    "răspuns",
    // Greek
    "απ",
    "απντ",
    "απάντηση",
    "σχετ",
    "πρθ",
    "προωθημένο",
    // Turkish, Azeri
    "ynt",
    "yan",
    "yn",
    "yanıt",
    "ilt",
    "i̇lt",
    "i̇letilen",
    "iletilen",
    // Latvian, Lithuanian
    "atb",
    "atbilde",
    "pārs",
    "pārsūtīts",
    "ats",
    "atsakymas",
    "persiųsta",
    // Welsh, Indonesian, Malay, Vietnamese
    "ateb",
    "yml",
    "ymlaen",
    "bls",
    "balas",
    "trs",
    "teruskan",
    "trả lời",
    "chuyển tiếp",
    "ans",
    // Hebrew, Arabic, Persian
    "השב",
    "תשובה",
    "הועבר",
    "העברה",
    "رد",
    "إعادة توجيه",
    "پاسخ",
    // Russian, Ukrainian, Bulgarian
    "отв",
    "ответ",
    "пересылка",
    "переслано",
    "ha",
    "відп",
    "відповідь",
    "отг",
    "препратено",
    // Chinese, Japanese, Korean, Thai, Tamil
    "回复",
    "答复",
    "转发",
    "回覆",
    "轉寄",
    "返信",
    "転送",
    "회신",
    "답장",
    "전달",
    "ตอบกลับ",
    "ส่งต่อ",
    "பதில்",
    "முன்னனுப்பு",
];

fn is_prefix(word: &str) -> bool {
    if word.is_empty() || word.len() > 60 {
        return false;
    }
    let lower = word.to_lowercase();
    PREFIXES.contains(&&*lower)
}
