//! Delimiters that are not in what they delimit.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use super::entity::lines;

const PREFIX: &str = "=-pgp-";
const DIGITS: usize = 16;

/// Chooses a boundary that begins no line of the contents.
///
/// ```abnf
/// boundary      := 0*69<bchars> bcharsnospace
/// dash-boundary := "--" boundary
/// ```
///
/// [RFC 2046, section 5.1.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1)
///
/// The same contents give the same boundary. It can stand in no quoted-printable text, as `=-` is
/// none.
pub(crate) fn choose(contents: &[&[u8]]) -> String {
    let used: BTreeSet<u64> = contents
        .iter()
        .flat_map(|content| lines(content).filter_map(|line| content.get(line)))
        .filter_map(|line| line.strip_prefix(b"--")?.strip_prefix(PREFIX.as_bytes()))
        .filter_map(|line| core::str::from_utf8(line.get(..DIGITS)?).ok())
        .filter_map(|digits| u64::from_str_radix(digits, 16).ok())
        .collect();
    // There are more numbers than lines.
    let free = (0..u64::MAX).find(|number| !used.contains(number)).unwrap_or(u64::MAX);
    format!("{PREFIX}{free:0DIGITS$x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_never_in_the_contents() {
        let first = choose(&[b"text"]);
        assert_eq!(first, "=-pgp-0000000000000000");
        let content = format!("a\n--{first}\r\n--{first}--\nb --=-pgp-0000000000000001\n");
        assert_eq!(choose(&[b"", content.as_bytes()]), "=-pgp-0000000000000001");
    }
}
