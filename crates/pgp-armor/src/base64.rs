//! Base64 engines and the table of character classes.
//!
//! Groups of four characters without padding go through the engine of the `base64` crate: with
//! feature `simd` that of `base64-simd`, else with `std` its SIMD engine, else its scalar one.

use ::base64::Engine;
use ::base64::engine::DecodePaddingMode;
use ::base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);

#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> &'static impl Engine {
    use ::base64::engine::simd::Simd;
    use std::sync::OnceLock;

    static ENGINE: OnceLock<Simd> = OnceLock::new();
    ENGINE.get_or_init(|| Simd::standard(CONFIG))
}

#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn engine() -> &'static impl Engine {
    static ENGINE: GeneralPurpose = GeneralPurpose::new(&::base64::alphabet::STANDARD, CONFIG);
    &ENGINE
}

static PADDED: GeneralPurpose =
    GeneralPurpose::new(&::base64::alphabet::STANDARD, GeneralPurposeConfig::new());

/// Decodes whole groups without padding. Returns whether all was base64 and `to` had its size;
/// what is in `to` has no meaning otherwise.
pub(crate) fn decode(from: &[u8], to: &mut [u8]) -> bool {
    engine().decode_slice(from, to) == Ok(to.len())
}

/// Encodes whole groups of three bytes. Returns whether `to` had the right size.
pub(crate) fn encode(from: &[u8], to: &mut [u8]) -> bool {
    engine().encode_slice(from, to) == Ok(to.len())
}

/// Encodes the last bytes with padding. Returns the number of characters.
pub(crate) fn encode_last(from: &[u8], to: &mut [u8]) -> usize {
    PADDED.encode_slice(from, to).unwrap_or_default()
}

/// The class of characters that are white space within a line.
pub(crate) const SPACE: u8 = 64;
/// The class of `=`.
pub(crate) const PAD: u8 = 65;
/// The class of CR and LF.
pub(crate) const LINE_END: u8 = 66;
/// The class of the other characters.
pub(crate) const INVALID: u8 = 67;

/// Value of each base64 character, class of each other one.
static CLASSES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [INVALID; 256];
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b' ' as usize] = SPACE;
    table[b'\t' as usize] = SPACE;
    table[0x0B] = SPACE;
    table[0x0C] = SPACE;
    table[b'=' as usize] = PAD;
    table[b'\r' as usize] = LINE_END;
    table[b'\n' as usize] = LINE_END;
    table
};

/// Returns the value of a base64 character (0 to 63), or the class of another one.
pub(crate) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(INVALID)
}

/// Returns whether the byte is a character of base64; padding is none.
pub(crate) fn is_base64(byte: u8) -> bool {
    class(byte) < 64
}
