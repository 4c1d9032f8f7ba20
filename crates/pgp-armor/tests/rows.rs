//! What real writers and real transports do to a block, and what comes of it: one row each.
//!
//! RFC 9580, section 6, decides what must be read. What it leaves open is read where the data are
//! certain, with a note; where they are not, the default policy refuses.

mod support;

use pgp_armor::NoteKind::{self, *};
use pgp_armor::{Block, Config, Crc, Error, Label, cleartext, decode_all, decode_with};
use support::{lenient, quoted, strict};

fn data() -> Vec<u8> {
    (0..70u8).map(|n| n.wrapping_mul(37) ^ 0xCB).collect()
}

/// Two lines of body, the second with two signs of padding, and a checksum.
fn block() -> String {
    pgp_armor::encode(Label::Message, &data())
}

fn lines() -> Vec<String> {
    block().lines().map(String::from).collect()
}

fn join(lines: &[String], end: &str) -> String {
    lines.iter().map(|line| format!("{line}{end}")).collect()
}

/// The block with one line replaced.
fn with(number: usize, line: &str) -> String {
    let mut lines = lines();
    lines[number] = line.to_string();
    join(&lines, "\n")
}

/// The block with something put after BEGIN.
fn headed(headers: &str) -> String {
    block().replacen("-----\n\n", &format!("-----\n{headers}"), 1)
}

fn read(text: impl AsRef<[u8]>, config: &Config) -> Result<Block, Error> {
    decode_with(text.as_ref(), config)
}

fn kinds(block: &Block) -> Vec<NoteKind> {
    block.notes.iter().map(|note| note.kind).collect()
}

/// The data are right, and these notes are all.
#[track_caller]
fn reads(text: impl AsRef<[u8]>, notes: &[NoteKind], crc: Crc) -> Block {
    let block = read(&text, &Config::default()).unwrap();
    assert_eq!((kinds(&block).as_slice(), block.crc), (notes, crc));
    assert_eq!(block.data, data());
    assert_eq!(read(&text, &strict()).is_ok(), notes.is_empty());
    block
}

/// The default policy refuses because of this, and the lenient one notes it.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, kind: NoteKind) -> Block {
    match read(&text, &Config::default()) {
        Err(Error::Refused(note)) => assert_eq!(note.kind, kind),
        other => panic!("{other:?}"),
    }
    let block = read(&text, &lenient()).unwrap();
    assert!(kinds(&block).contains(&kind) && block.is_damaged());
    block
}

#[track_caller]
fn no_block(text: impl AsRef<[u8]>) {
    assert_eq!(read(&text, &lenient()), Err(Error::NoBlock));
}

#[test]
fn the_block_has_the_shape_that_the_rows_expect() {
    assert_eq!(lines().iter().map(String::len).collect::<Vec<_>>(), [27, 0, 64, 32, 5, 25]);
    assert!(lines()[3].ends_with("=="));
    reads(block(), &[], Crc::Match);
}

// ---- labels, several blocks, text around

#[test]
fn registered_and_older_labels() {
    for (text, label) in [
        ("MESSAGE", Label::Message),
        ("PUBLIC KEY BLOCK", Label::PublicKey),
        ("PRIVATE KEY BLOCK", Label::PrivateKey),
        ("SIGNATURE", Label::Signature),
        ("ARMORED FILE", Label::File),
        ("SECRET KEY BLOCK", Label::SecretKey),
        ("MESSAGE, PART 3/12", Label::MessagePart { part: 3, of: Some(12) }),
        ("MESSAGE, PART 3", Label::MessagePart { part: 3, of: None }),
    ] {
        assert_eq!(reads(block().replace("MESSAGE", text), &[], Crc::Match).label, label);
    }
}

#[test]
fn unknown_label_is_kept() {
    let block = reads(block().replace("MESSAGE", "SHOPPING LIST"), &[], Crc::Match);
    assert_eq!(block.label.to_string(), "SHOPPING LIST");
}

#[test]
fn labels_that_are_none() {
    for label in ["", " ", " X", "X ", "X\u{7}", "é", "A-----B"] {
        no_block(block().replace("MESSAGE", label));
    }
    no_block(block().replace("PGP ", ""));
    no_block(block().replace("PGP MESSAGE", "CERTIFICATE"));
}

#[test]
fn several_blocks() {
    let second = block().replace("MESSAGE", "SIGNATURE");
    for between in ["", "\n", "text\n", "-----\n"] {
        let text = block() + between + &second;
        let blocks = decode_all(text.as_bytes(), &strict()).unwrap();
        assert_eq!(blocks.len(), 2);
        assert!(blocks.iter().all(|block| block.data == data()));
        assert_eq!(blocks[1].span, block().len() + between.len()..text.len());
    }
}

#[test]
fn text_around_is_reported_with_its_place() {
    let text = format!("before\n{}after", block());
    let found = reads(&text, &[], Crc::Match);
    assert_eq!(found.span, 7..7 + block().len());
    let seen = support::events(&Config::default(), [text.as_bytes()]);
    assert_eq!(seen.first(), Some(&support::Seen::Outside(b"before\n".to_vec())));
    assert_eq!(seen.last(), Some(&support::Seen::Outside(b"after".to_vec())));
}

#[test]
fn leading_rules_and_dashes() {
    for lead in [
        "-----\n",
        "-----Original Message-----\n",
        "-----BEGIN PGP\n",
        "-----BEGIN PGP MESSAGE----\n",
        "- -----BEGIN PGP MESSAGE-----\n",
    ] {
        reads(lead.to_string() + &block(), &[], Crc::Match);
    }
}

#[test]
fn text_on_the_begin_line_makes_it_none() {
    no_block(block().replacen("-----BEGIN", "see -----BEGIN", 1));
    no_block(block().replacen("-----BEGIN", " -----BEGIN", 1));
    no_block(block().replacen("MESSAGE-----", "MESSAGE----- text", 1));
    no_block(block().replacen("-----BEGIN", "----BEGIN", 1));
    no_block(block().replacen("-----BEGIN", "\u{2010}\u{2010}\u{2010}\u{2010}\u{2010}BEGIN", 1));
}

#[test]
fn white_space_behind_a_frame() {
    reads(block().replace("MESSAGE-----", "MESSAGE----- \t"), &[], Crc::Match);
}

#[test]
fn html_and_byte_order_mark() {
    reads(format!("<html><pre>\n{}</pre></html>", block()), &[], Crc::Match);
    let block = reads(format!("\u{FEFF}{}", block()), &[ByteOrderMark], Crc::Match);
    assert_eq!(block.span.start, 0);
    no_block(format!("x\n\u{FEFF}{}", self::block()));
}

// ---- quoted

#[test]
fn quoted_blocks_by_option() {
    for (quote, trimmed) in [
        ("> ", false),
        ("> ", true),
        (">", false),
        ("> > ", true),
        ("| ", true),
        ("] } >>> ", false),
        ("  ", true),
    ] {
        let text: String = lines()
            .iter()
            .map(|line| {
                let line = format!("{quote}{line}");
                format!("{}\n", if trimmed { line.trim_end() } else { &line })
            })
            .collect();
        no_block(&text);
        let mut strict = strict();
        strict.quoted = true;
        let block = read(&text, &strict).unwrap();
        assert_eq!((block.data, block.quote.as_slice()), (data(), quote.as_bytes()));
        assert_eq!(block.span, 0..text.len());
    }
    assert_eq!(read(block(), &quoted()).unwrap().data, data());
}

#[test]
fn a_line_without_its_quote_is_damage() {
    let text: String = lines()
        .iter()
        .enumerate()
        .map(|(n, line)| format!("{}{line}\n", if n == 3 { "" } else { "> " }))
        .collect();
    assert!(
        matches!(read(text, &quoted()), Err(Error::Refused(note)) if note.kind == MissingQuote)
    );
}

#[test]
fn words_are_no_quote() {
    for prefix in ["On Monday: ", "a> ", "-> "] {
        let text: String = lines().iter().map(|line| format!("{prefix}{line}\n")).collect();
        assert_eq!(read(text, &quoted()), Err(Error::NoBlock));
    }
}

// ---- headers

#[test]
fn headers_are_open() {
    let long = "x".repeat(60_000);
    let headers = format!(
        "Version: \nComment: a: b\nMessageID: 1\nHash: SHA1\nHash: ?\nCharset: ?\nNo-One-Knows: me\nLong: {long}\nEmpty:\n\n"
    );
    let block = reads(headed(&headers), &[], Crc::Match);
    assert_eq!(block.headers.len(), 9);
    assert_eq!(block.header("Comment").collect::<Vec<_>>(), [b"a: b"]);
    assert_eq!(block.header("Hash").count(), 2);
    assert_eq!(block.header("Version").collect::<Vec<_>>(), [b""]);
}

#[test]
fn header_without_a_space() {
    let block = reads(headed("Key:value\n\n"), &[NoSpaceAfterColon], Crc::Match);
    assert_eq!(block.header("Key").next(), Some(&b"value"[..]));
}

#[test]
fn header_without_a_colon_is_skipped() {
    for line in ["no header", "key : value", ": value", "Hash SHA1", "=AAAAA"] {
        reads(headed(&format!("{line}\n\n")), &[BadHeader], Crc::Match);
    }
}

#[test]
fn a_header_line_that_may_be_data_is_never_silent() {
    // It cannot be told from a body without a blank line, but the checksum and two notes can.
    let block = read(headed("gggg\n\n"), &Config::default()).unwrap();
    assert_eq!(kinds(&block), [NoBlankLine, SpaceInBody, ChecksumMismatch]);
}

#[test]
fn header_value_in_latin_1() {
    let mut text = headed("Comment: Zo#\n\n").into_bytes();
    let at = text.iter().position(|&byte| byte == b'#').unwrap();
    text[at] = 0xEB;
    let block = reads(text, &[HeaderNotUtf8], Crc::Match);
    assert_eq!(block.header("Comment").next(), Some(&b"Zo\xEB"[..]));
}

#[test]
fn missing_blank_line() {
    reads(headed(""), &[NoBlankLine], Crc::Match);
    reads(headed("Version: x\n"), &[NoBlankLine], Crc::Match);
    refused(headed("no header\n"), NoBody);
}

#[test]
fn white_space_in_the_blank_line() {
    for blank in [" ", "  ", "\t", " \t\r"] {
        reads(headed(&format!("{blank}\n")), &[], Crc::Match);
    }
    for blank in ["\x0B", " \t\r\x0B\x0C"] {
        let text = headed(&format!("{blank}\n"));
        let notes = if blank.contains('\r') { &[BareCr, SpaceInBody][..] } else { &[OddBlankLine] };
        reads(text, notes, Crc::Match);
    }
}

// ---- checksum

#[test]
fn checksum_absent() {
    let mut lines = lines();
    lines.remove(4);
    reads(join(&lines, "\n"), &[], Crc::Absent);
}

#[test]
fn checksum_wrong() {
    let found = reads(
        with(4, "=AAAA"),
        &[ChecksumMismatch],
        Crc::Mismatch { written: 0, computed: pgp_armor::Crc24::of(&data()) },
    );
    assert_eq!(found.data, data());
    let mut config = Config::default();
    config.check_crc = false;
    assert_eq!(read(with(4, "=AAAA"), &config).unwrap().crc, Crc::Unchecked(0));
}

#[test]
fn checksum_malformed() {
    for line in ["=AAA", "=AA*A", "=AAAAA", "=", "=3DAAAA", "=é"] {
        reads(with(4, line), &[ChecksumMalformed], Crc::Malformed);
    }
}

#[test]
fn checksum_twice() {
    let line = lines()[4].clone();
    reads(with(4, &format!("{line}\n{line}")), &[ChecksumRepeated], Crc::Match);
    let many = "=AAAA\n".repeat(100_000);
    refused(with(4, &format!("{line}\n{many}")), DataAfterPadding);
}

#[test]
fn checksum_on_the_last_line() {
    let lines = lines();
    let text = block()
        .replace(&format!("{}\n{}", lines[3], lines[4]), &format!("{}{}", lines[3], lines[4]));
    reads(text, &[ChecksumOnDataLine], Crc::Match);
}

#[test]
fn padding_stripped() {
    assert!(lines()[3].ends_with("=="));
    let line = lines()[3].trim_end_matches('=').to_string();
    reads(with(3, &line), &[MissingPadding], Crc::Match);
    reads(with(3, &format!("{line}=")), &[MissingPadding], Crc::Match);
    let text = with(3, &line).replace(&format!("{}\n", lines()[4]), "");
    reads(text, &[MissingPadding], Crc::Absent);
}

#[test]
fn padding_on_its_own_line_or_too_much() {
    let line = lines()[3].trim_end_matches('=').to_string();
    reads(with(3, &format!("{line}\n==")), &[], Crc::Match);
    reads(with(3, &format!("{line}=\n=")), &[], Crc::Match);
    reads(with(3, &format!("{line}===")), &[ChecksumMalformed], Crc::Match);
}

// ---- body

fn wrapped(width: usize, end: &str) -> String {
    let lines = lines();
    let body = lines[2].clone() + &lines[3];
    let mut text = format!("{}{end}{end}", lines[0]);
    for piece in body.as_bytes().chunks(width) {
        text += &format!("{}{end}", str::from_utf8(piece).unwrap());
    }
    text + &format!("{}{end}{}{end}", lines[4], lines[5])
}

#[test]
fn any_width() {
    for width in 1..=76 {
        reads(wrapped(width, "\n"), &[], Crc::Match);
        reads(wrapped(width, "\r\n"), &[], Crc::Match);
    }
    for width in [77, 80, 96] {
        reads(wrapped(width, "\n"), &[LongLine], Crc::Match);
    }
}

#[test]
fn white_space_in_the_body_is_ignored() {
    let line = &lines()[2];
    for changed in [
        format!("{line} "),
        format!("{line}\t \t"),
        format!(" {line}"),
        format!("{} {}", &line[..9], &line[9..]),
        format!("{}\t{}", &line[..10], &line[10..]),
        format!("{}\x0B\x0C{}", &line[..10], &line[10..]),
        format!("{line}\n"),
        format!("\n\n{line}"),
    ] {
        reads(with(2, &changed), &[SpaceInBody], Crc::Match);
    }
    reads(block().replace('\n', "\n\n"), &[SpaceInBody], Crc::Match);
}

#[test]
fn other_bytes_in_the_body_are_damage() {
    let line = &lines()[2];
    for junk in ["*", "\0", "-", "é", ".", "-----", "\x08"] {
        for at in [0, 5, 64] {
            let text = with(2, &format!("{}{junk}{}", &line[..at], &line[at..]));
            assert_eq!(refused(text, InvalidByte).data, data());
        }
    }
}

#[test]
fn line_ends() {
    for end in ["\n", "\r\n"] {
        reads(join(&lines(), end), &[], Crc::Match);
    }
    reads(block().replacen('\n', "\r\n", 3), &[], Crc::Match);
    reads(join(&lines(), "\r"), &[BareCr], Crc::Match);
}

#[test]
fn newlines_turned_into_spaces() {
    let text = join(&lines(), " ");
    no_block(text);
}

#[test]
fn quoted_printable_signs() {
    // The data do not suffer, only padding and checksum.
    let text = block().replace('=', "=3D");
    reads(
        text,
        &[ChecksumOnDataLine, ChecksumMalformed, ChecksumRepeated, MissingPadding],
        Crc::Malformed,
    );
}

// ---- end

#[test]
fn end_missing_or_cut() {
    let text = block();
    let end = text.find("-----END").unwrap();
    assert_eq!(refused(&text[..end], NoEnd).data, data());
    refused(&text[..end + 8], InvalidByte);
    for cut in [30, 50, 70, end - 2] {
        let block = refused(&text[..cut], NoEnd);
        assert!(data().starts_with(&block.data));
    }
    refused(text.replace("-----END", "----END"), InvalidByte);
}

#[test]
fn another_block_begins_before_the_end() {
    let text = block();
    let text = text[..text.find("-----END").unwrap()].to_string() + &block();
    refused(&text, NoEnd);
    let blocks = decode_all(text.as_bytes(), &lenient()).unwrap();
    assert_eq!(blocks.iter().map(Block::is_damaged).collect::<Vec<_>>(), [true, false]);
    assert!(blocks.iter().all(|block| block.data == data()));
}

#[test]
fn end_with_another_label() {
    reads(block().replace("END PGP MESSAGE", "END PGP SIGNATURE"), &[LabelMismatch], Crc::Match);
}

#[test]
fn end_without_a_line_end() {
    reads(block().trim_end(), &[], Crc::Match);
}

#[test]
fn bare_base64_is_no_block() {
    no_block(lines()[2..4].join("\n"));
    no_block(join(&lines()[1..], "\n"));
}

#[test]
fn empty_body() {
    for text in [
        "-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----\n",
        &pgp_armor::encode(Label::Message, b""),
    ] {
        assert_eq!(read(text, &strict()).unwrap().data, b"");
    }
    refused("-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----\n", NoBody);
}

#[test]
fn bits_behind_the_last_byte() {
    let text = |body: &str| format!("-----BEGIN PGP X-----\n\n{body}\n-----END PGP X-----\n");
    assert_eq!(refused(text("yR=="), TrailingBits).data, [0xC9]);
    assert_eq!(refused(text("yAB="), TrailingBits).data, [0xC8, 0]);
    assert_eq!(refused(text("yAAAy"), LoneCharacter).data, [0xC8, 0, 0]);
    assert_eq!(refused(text("yA==\nyAAA"), DataAfterPadding).data, [0xC8]);
}

#[test]
fn cleartext_message_has_no_data() {
    let text = "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n\nwgEE\n-----END PGP SIGNATURE-----\n";
    assert_eq!(read(text, &Config::default()), Err(Error::Cleartext));
    assert_eq!(decode_all(text.as_bytes(), &strict()).unwrap().len(), 1);
    assert_eq!(cleartext::read(block().as_bytes()), Err(Error::NoBlock));
}
