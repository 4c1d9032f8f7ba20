use alloc::vec::Vec;

use super::Reader;

/// What the dictionary has at the start.
const PRELOADED: &[u8; 207] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \
    \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\
    \\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

const DICTIONARY: usize = 4096;

/// Decompresses the RTF of a message.
///
/// The result has at most nine times the length of the input, and not more than the input says.
/// `None` if the input is no compressed RTF; the checksum is not looked at.
///
/// [MS-OXRTFCP](https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxrtfcp/65dfe2df-1b69-43fc-8ebd-21819a7463fb)
///
/// # Example
///
/// ```
/// let compressed = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\
///     \x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
/// let rtf = mime::tnef::decompress_rtf(compressed).unwrap();
/// assert_eq!(rtf, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
/// ```
pub fn decompress(input: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes: input, at: 0 };
    reader.len()?;
    let len = reader.len()?;
    let kind = reader.array::<4>()?;
    reader.u32()?;
    let data = input.get(reader.at..)?;
    match &kind {
        b"LZFu" => Some(expand(data, len)),
        b"MELA" => Some(data.get(..len).unwrap_or(data).to_vec()),
        _ => None,
    }
}

fn expand(data: &[u8], len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut dictionary = [b' '; DICTIONARY];
    if let Some(start) = dictionary.get_mut(..PRELOADED.len()) {
        start.copy_from_slice(PRELOADED);
    }
    let mut write = PRELOADED.len();
    let mut put = |dictionary: &mut [u8; DICTIONARY], write: &mut usize, byte: u8| {
        out.push(byte);
        if let Some(place) = dictionary.get_mut(*write) {
            *place = byte;
        }
        *write = (*write + 1) % DICTIONARY;
        out.len() < len
    };
    let mut bytes = data.iter().copied();
    // A byte says of the eight tokens behind it what they are: a byte or a place before.
    'all: while let Some(control) = bytes.next() {
        for bit in 0..8 {
            let Some(first) = bytes.next() else { break 'all };
            if control & (1 << bit) == 0 {
                if !put(&mut dictionary, &mut write, first) {
                    break 'all;
                }
                continue;
            }
            let Some(second) = bytes.next() else { break 'all };
            let token = usize::from(u16::from_be_bytes([first, second]));
            let (from, count) = (token >> 4, (token & 15) + 2);
            if from == write {
                // The end.
                break 'all;
            }
            for at in from..from + count {
                let byte = dictionary.get(at % DICTIONARY).copied().unwrap_or_default();
                if !put(&mut dictionary, &mut write, byte) {
                    break 'all;
                }
            }
        }
    }
    out
}
