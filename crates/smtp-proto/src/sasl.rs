//! SASL, as far as SMTP knows it: opaque octets in base64, and the messages of the mechanisms that
//! need no cryptography.
//!
//! Each function gives the octets of one message; the connection puts them into base64. Mechanisms
//! with cryptography, such as SCRAM, come from elsewhere and hand their octets over in the same
//! way. The service name is `smtp`.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{ParseError, Secret};

/// The message of PLAIN: who to act as (empty: the same), who logs in, and the password.
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
/// use smtp_proto::sasl;
///
/// assert_eq!(sasl::plain("", "tim", "tanstaaftanstaaf")?.expose(), b"\0tim\0tanstaaftanstaaf");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
pub fn plain(act_as: &str, user: &str, password: &str) -> Result<Secret<'static>, ParseError> {
    for part in [act_as, user, password] {
        refuse(part, |c| c == '\0')?;
    }
    Ok(secret([act_as, user, password].join("\0")))
}

/// The two messages of LOGIN: the answers to the server's two challenges, whatever those say.
///
/// The mechanism was never standardised; servers of long standing offer it.
///
/// # Example
///
/// ```
/// let [user, password] = smtp_proto::sasl::login("tim", "tanstaaf");
/// assert_eq!(user.expose(), b"tim");
/// assert_eq!(password.expose(), b"tanstaaf");
/// ```
#[must_use]
pub fn login<'a>(user: &'a str, password: &'a str) -> [Secret<'a>; 2] {
    [Secret::from_octets(user.as_bytes()), Secret::from_octets(password.as_bytes())]
}

/// The message of EXTERNAL: who to act as; empty for the one that TLS knows.
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
/// assert_eq!(smtp_proto::sasl::external("")?.expose(), b"");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
pub fn external(act_as: &str) -> Result<Secret<'static>, ParseError> {
    refuse(act_as, |c| c == '\0')?;
    Ok(secret(act_as.into()))
}

/// The message of ANONYMOUS: a trace of who it is, such as an address; may be empty.
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
/// assert_eq!(smtp_proto::sasl::anonymous("sirhc")?.expose(), b"sirhc");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
pub fn anonymous(trace: &str) -> Result<Secret<'static>, ParseError> {
    refuse(trace, |c| c == '\0')?;
    Ok(secret(trace.into()))
}

/// The message of XOAUTH2, with a bearer token.
///
/// When the server refuses it, it sends a challenge with the reason first; the answer to that is
/// an empty message. Exchange Online wants the message after an empty challenge:
/// `client::Config::initial_response` turned off does that.
///
/// # Errors
///
/// A control character in the user's name or in the token.
///
/// # Example
///
/// ```
/// let message = smtp_proto::sasl::xoauth2("tim@example.org", "ya29.x")?;
/// assert_eq!(message.expose(), b"user=tim@example.org\x01auth=Bearer ya29.x\x01\x01");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
pub fn xoauth2(user: &str, token: &str) -> Result<Secret<'static>, ParseError> {
    refuse(user, |c| c.is_ascii_control())?;
    refuse(token, |c| c.is_ascii_control())?;
    Ok(secret(alloc::format!("user={user}\x01auth=Bearer {token}\x01\x01")))
}

/// The message of OAUTHBEARER: who to act as, the server's name and port, and a bearer token.
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
/// let message = smtp_proto::sasl::oauthbearer("a=b@example.org", "smtp.example.org", 465, "vF9")?;
/// assert_eq!(
///     message.expose(),
///     b"n,a=a=3Db@example.org,\x01host=smtp.example.org\x01port=465\x01auth=Bearer vF9\x01\x01"
/// );
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
pub fn oauthbearer(
    user: &str,
    host: &str,
    port: u16,
    token: &str,
) -> Result<Secret<'static>, ParseError> {
    for part in [user, host, token] {
        refuse(part, |c| c.is_ascii_control())?;
    }
    let user = user.replace('=', "=3D").replace(',', "=2C");
    Ok(secret(alloc::format!(
        "n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
    )))
}

fn refuse(text: &str, bad: impl Fn(char) -> bool) -> Result<(), ParseError> {
    match text.find(bad) {
        Some(at) => Err(ParseError::new(at, "a character that separates nothing")),
        None => Ok(()),
    }
}

fn secret(text: String) -> Secret<'static> {
    Secret::from_octets(text.into_bytes())
}

/// Appends octets as base64.
///
/// ```abnf
/// base64 = base64-terminal / ( 1*(4base64-CHAR) [base64-terminal] )
/// ```
///
/// [RFC 4954, section 8](https://www.rfc-editor.org/rfc/rfc4954#section-8)
pub(crate) fn encode_base64(octets: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let len = octets.len().div_ceil(3).saturating_mul(4);
    out.resize(start.saturating_add(len), 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let written = STANDARD.encode_slice(octets, room).unwrap_or(0);
    out.truncate(start.saturating_add(written));
}

/// Reads base64; an empty text is no octets. Characters outside the alphabet and padding before
/// the end are refused, as RFC 4954, section 4 demands.
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
        for bad in [&b"===="[..], b"=AAA", b"AAA=BBB=", b"YQ", b"YQ= ", b"Y Q=", b"YR=="] {
            assert_eq!(decode_base64(bad, 7), Err(ParseError::new(7, "base64")));
        }
    }

    #[test]
    fn separators_cannot_be_smuggled_in() {
        assert!(plain("", "a\0b", "c").is_err());
        assert!(external("a\0").is_err());
        assert!(anonymous("a\0").is_err());
        assert!(xoauth2("a\x01auth=Bearer x", "t").is_err());
        assert!(oauthbearer("a", "h\x01", 1, "t").is_err());
    }
}
