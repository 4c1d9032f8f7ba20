//! SASL, as far as IMAP knows it: opaque octets in base64, and the messages of the mechanisms that
//! need no cryptography.
//!
//! Each function gives the octets of one message; the connection puts them into base64. Mechanisms
//! with cryptography, such as SCRAM, come from elsewhere and hand their octets over in the same
//! way.

use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{ParseError, Secret};

fn no_nul(text: &str) -> Result<(), ParseError> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(at) => Err(ParseError::new(at, "a character other than NUL")),
        None => Ok(()),
    }
}

fn secret(octets: Vec<u8>) -> Secret<'static> {
    Secret::from_octets(octets)
}

/// The message of `PLAIN`: who to act as (empty: the same), who to log in as, and the password.
///
/// ```abnf
/// message = [authzid] UTF8NUL authcid UTF8NUL passwd
/// ```
///
/// [RFC 4616, section 2](https://www.rfc-editor.org/rfc/rfc4616#section-2)
///
/// # Errors
///
/// NUL in one of the parts.
///
/// # Example
///
/// ```
/// use imap_proto::sasl;
///
/// assert_eq!(sasl::plain("", "tim", "tanstaaftanstaaf")?.expose(), b"\0tim\0tanstaaftanstaaf");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
pub fn plain(act_as: &str, user: &str, password: &str) -> Result<Secret<'static>, ParseError> {
    no_nul(act_as)?;
    no_nul(user)?;
    no_nul(password)?;
    Ok(secret([act_as, user, password].join("\0").into_bytes()))
}

/// The two messages of `LOGIN`, the answers to the server's two challenges.
///
/// The mechanism was never standardised; servers of long standing offer it.
///
/// # Example
///
/// ```
/// use imap_proto::sasl;
///
/// let [user, password] = sasl::login("tim", "tanstaaf");
/// assert_eq!(user.expose(), b"tim");
/// assert_eq!(password.expose(), b"tanstaaf");
/// ```
#[must_use]
pub fn login(user: &str, password: &str) -> [Secret<'static>; 2] {
    [secret(user.as_bytes().to_vec()), secret(password.as_bytes().to_vec())]
}

/// The message of `EXTERNAL`: who to act as, empty for the one that the TLS certificate names.
///
/// [RFC 4422, appendix A](https://www.rfc-editor.org/rfc/rfc4422#appendix-A)
///
/// # Errors
///
/// NUL in the name.
///
/// # Example
///
/// ```
/// assert_eq!(imap_proto::sasl::external("")?.expose(), b"");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
pub fn external(act_as: &str) -> Result<Secret<'static>, ParseError> {
    no_nul(act_as)?;
    Ok(secret(act_as.as_bytes().to_vec()))
}

/// The message of `ANONYMOUS`: a trace of who it is, such as an address; may be empty.
///
/// [RFC 4505, section 2](https://www.rfc-editor.org/rfc/rfc4505#section-2)
///
/// # Errors
///
/// NUL in the trace.
///
/// # Example
///
/// ```
/// assert_eq!(imap_proto::sasl::anonymous("sirhc")?.expose(), b"sirhc");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
pub fn anonymous(trace: &str) -> Result<Secret<'static>, ParseError> {
    no_nul(trace)?;
    Ok(secret(trace.as_bytes().to_vec()))
}

/// The message of `XOAUTH2`, with a bearer token.
///
/// When the server refuses it, it sends a challenge with the reason first; the answer to that is
/// an empty message.
///
/// # Errors
///
/// A control character in the user's name or in the token.
///
/// # Example
///
/// ```
/// let message = imap_proto::sasl::xoauth2("tim@example.org", "ya29.x")?;
/// assert_eq!(message.expose(), b"user=tim@example.org\x01auth=Bearer ya29.x\x01\x01");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
pub fn xoauth2(user: &str, token: &str) -> Result<Secret<'static>, ParseError> {
    no_control(user)?;
    no_control(token)?;
    Ok(secret(
        [b"user=", user.as_bytes(), b"\x01auth=Bearer ", token.as_bytes(), b"\x01\x01"].concat(),
    ))
}

/// The message of `OAUTHBEARER`: who to act as, the server's name and port, and a bearer token.
///
/// ```abnf
/// client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep
/// ```
///
/// [RFC 7628, section 3.1](https://www.rfc-editor.org/rfc/rfc7628#section-3.1). When the server
/// refuses it, it sends a challenge with the reason first; the answer to that is the octet 1.
///
/// # Errors
///
/// A control character in one of the parts.
///
/// # Example
///
/// ```
/// let message = imap_proto::sasl::oauthbearer("a=b@example.org", "imap.example.org", 993, "vF9")?;
/// assert_eq!(
///     message.expose(),
///     b"n,a=a=3Db@example.org,\x01host=imap.example.org\x01port=993\x01auth=Bearer vF9\x01\x01"
/// );
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
pub fn oauthbearer(
    user: &str,
    host: &str,
    port: u16,
    token: &str,
) -> Result<Secret<'static>, ParseError> {
    no_control(user)?;
    no_control(host)?;
    no_control(token)?;
    let user = user.replace('=', "=3D").replace(',', "=2C");
    Ok(secret(
        alloc::format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
            .into_bytes(),
    ))
}

fn no_control(text: &str) -> Result<(), ParseError> {
    match text.bytes().position(|b| b.is_ascii_control()) {
        Some(at) => Err(ParseError::new(at, "a character other than a control character")),
        None => Ok(()),
    }
}

/// Appends octets as base64.
///
/// ```abnf
/// base64 = *(4base64-char) [base64-terminal]
/// ```
pub(crate) fn encode_base64(octets: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let len = octets.len().div_ceil(3).saturating_mul(4);
    out.resize(start.saturating_add(len), 0);
    let written = match out.get_mut(start..) {
        Some(room) => STANDARD.encode_slice(octets, room).unwrap_or(0),
        None => 0,
    };
    out.truncate(start.saturating_add(written));
}

/// Reads base64; an empty text is no octets.
pub(crate) fn decode_base64(text: &[u8], offset: usize) -> Result<Vec<u8>, ParseError> {
    STANDARD.decode(text).map_err(|_| ParseError::new(offset, "base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_both_ways() {
        for octets in [&b""[..], b"a", b"ab", b"abc", b"\0\xff\xfe\n"] {
            let mut text = b"x".to_vec();
            encode_base64(octets, &mut text);
            assert_eq!(decode_base64(&text[1..], 0).unwrap(), octets);
        }
        assert_eq!(decode_base64(b"====", 7), Err(ParseError::new(7, "base64")));
        assert!(decode_base64(b"YQ", 0).is_err());
    }

    #[test]
    fn separators_cannot_be_smuggled_in() {
        assert!(plain("", "a\0b", "c").is_err());
        assert!(xoauth2("a\x01auth=Bearer x", "t").is_err());
        assert!(oauthbearer("a", "h\x01", 1, "t").is_err());
    }
}
