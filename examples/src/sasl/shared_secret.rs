//! CRAM-MD5 (RFC 2195) and APOP (RFC 1939, section 7). Both need the password itself on the server,
//! and their hash is weak: for clients that know nothing better.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac as _};
use md5::{Digest as _, Md5};

use crate::users::Users;

/// The server's side of CRAM-MD5.
pub(super) struct CramMd5 {
    users: Arc<Users>,
    challenge: String,
    user: Option<String>,
}

impl CramMd5 {
    pub(super) fn new(users: &Arc<Users>) -> Self {
        Self { users: Arc::clone(users), challenge: timestamp("localhost"), user: None }
    }

    pub(super) fn challenge(&self) -> Vec<u8> {
        self.challenge.clone().into_bytes()
    }

    pub(super) fn user(&self) -> Option<String> {
        self.user.clone()
    }

    /// Checks `name digest`; `None` if it is not the right one.
    pub(super) fn check(&mut self, response: &[u8]) -> Option<()> {
        let (name, digest) = std::str::from_utf8(response).ok()?.rsplit_once(' ')?;
        let password = self.users.password(name)?;
        let expected = cram_md5(password.as_bytes(), self.challenge.as_bytes());
        if !same(expected.as_bytes(), digest.to_ascii_lowercase().as_bytes()) {
            return None;
        }
        self.user = Some(name.to_owned());
        Some(())
    }
}

/// A text that no other session had: `<number.time@host>`.
#[must_use]
pub fn timestamp(host: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("<{}.{}@{host}>", rand::random::<u64>(), now.as_secs())
}

/// The digest that a client of CRAM-MD5 answers with, in hexadecimal.
#[must_use]
pub fn cram_md5(password: &[u8], challenge: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(password) else { return String::new() };
    mac.update(challenge);
    mac.finalize().into_bytes().iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest that a client of APOP sends.
#[must_use]
pub fn apop(password: &[u8], timestamp: &[u8]) -> [u8; 16] {
    Md5::new().chain_update(timestamp).chain_update(password).finalize().into()
}

/// Whether two digests are the same; takes as long if they are not.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && !a.is_empty() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_of_the_standards() {
        let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
        assert_eq!(cram_md5(b"tanstaaftanstaaf", challenge), "b913a602c7eda7a495b4e6e7334d3890");
        let digest = apop(b"tanstaaf", b"<1896.697170952@dbc.mtview.ca.us>");
        assert_eq!(digest[..4], [0xc4, 0xc9, 0x33, 0x4b]);
        assert!(same(&digest, &digest) && !same(&digest, &digest[1..]) && !same(b"", b""));
        assert_ne!(timestamp("x"), timestamp("x"));
    }

    #[test]
    fn who_knows_the_password() {
        let mut users = Users::default();
        users.add("tim", "tanstaaf");
        let mut exchange = CramMd5::new(&Arc::new(users));
        let digest = cram_md5(b"tanstaaf", &exchange.challenge());
        for wrong in
            ["", "tim", "tim ", &format!("tom {digest}"), &format!("tim {}0", &digest[1..])]
        {
            assert_eq!(exchange.check(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(exchange.check(format!("tim {digest}").as_bytes()), Some(()));
        assert_eq!(exchange.user().as_deref(), Some("tim"));
    }
}
