//! Who may log in: a file of names and salted password hashes.
//!
//! ```text
//! # name:scram-sha-256:iterations:salt:stored key:server key   (the last three in base64)
//! alice:scram-sha-256:10000:c2FsdA==:...:...
//! # A password as it is: for tests, and for CRAM-MD5 and APOP, which need it.
//! bob:plain:secret
//! ```

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsasl::mechanisms::scram::tools;
use sha2::{Digest as _, Sha256};

/// How often the hash is iterated.
const ITERATIONS: u32 = 10_000;

/// What a server stores instead of a password (RFC 5802, section 3).
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// How often the hash was iterated.
    pub iterations: u32,
    /// The salt.
    pub salt: Vec<u8>,
    /// What the client's proof is checked against.
    pub stored_key: Vec<u8>,
    /// What the server proves itself with.
    pub server_key: Vec<u8>,
    /// The password, if it was given as it is: for mechanisms that need it.
    password: Option<String>,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// All users.
#[derive(Clone, Debug, Default)]
pub struct Users(HashMap<String, Stored>);

impl Users {
    /// Reads a file of users.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, and which line of it is wrong.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let mut users = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            users.add_line(line).ok_or_else(|| {
                let place = format!("{}: line {}", path.display(), number + 1);
                let what = "expected name:scram-sha-256:... or name:plain:password";
                io::Error::new(io::ErrorKind::InvalidData, format!("{place}: {what}"))
            })?;
        }
        Ok(users)
    }

    fn add_line(&mut self, line: &str) -> Option<()> {
        let (name, rest) = line.split_once(':').filter(|(name, _)| !name.is_empty())?;
        let (kind, rest) = rest.split_once(':')?;
        match kind {
            "plain" => self.add(name, rest),
            "scram-sha-256" => {
                let mut fields = rest.split(':');
                let stored = Stored {
                    iterations: fields.next()?.parse().ok().filter(|n| *n > 0)?,
                    salt: STANDARD.decode(fields.next()?).ok()?,
                    stored_key: STANDARD.decode(fields.next()?).ok()?,
                    server_key: STANDARD.decode(fields.next()?).ok()?,
                    password: None,
                };
                if fields.next().is_some() || stored.stored_key.len() != 32 {
                    return None;
                }
                self.0.insert(name.to_owned(), stored);
            }
            _ => return None,
        }
        Some(())
    }

    /// Adds a user by password.
    pub fn add(&mut self, name: &str, password: &str) {
        let salt: [u8; 16] = rand::random();
        let mut stored = Stored::new(password.as_bytes(), &salt, ITERATIONS);
        stored.password = Some(password.to_owned());
        self.0.insert(name.to_owned(), stored);
    }

    /// The password of a user, if it was given as it is.
    #[must_use]
    pub fn password(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.password.as_deref()
    }

    /// The line of a file for a user.
    #[must_use]
    pub fn line(&self, name: &str) -> Option<String> {
        let stored = self.0.get(name)?;
        let [salt, stored_key, server_key] =
            [&stored.salt, &stored.stored_key, &stored.server_key].map(|b| STANDARD.encode(b));
        Some(format!("{name}:scram-sha-256:{}:{salt}:{stored_key}:{server_key}", stored.iterations))
    }

    /// Whether there is such a user.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether this is the password of that user. Takes as long for a user who does not exist.
    #[must_use]
    pub fn check(&self, name: &str, password: &[u8]) -> bool {
        let Some(stored) = self.0.get(name) else {
            let _ = Stored::new(password, b"nobody's salt...", ITERATIONS);
            return false;
        };
        let given = Stored::new(password, &stored.salt, stored.iterations);
        let pairs = given.stored_key.iter().zip(&stored.stored_key);
        pairs.fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }

    /// What SCRAM-SHA-256 needs of a user.
    #[must_use]
    pub fn scram(&self, name: &str) -> Option<&Stored> {
        self.0.get(name)
    }
}

impl Stored {
    fn new(password: &[u8], salt: &[u8], iterations: u32) -> Self {
        let mut salted = Default::default();
        tools::hash_password::<Sha256>(password, iterations, salt, &mut salted);
        let (client_key, server_key) = tools::derive_keys::<Sha256>(&salted);
        Self {
            iterations,
            salt: salt.to_vec(),
            stored_key: Sha256::digest(client_key).to_vec(),
            server_key: server_key.to_vec(),
            password: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_file() {
        let mut users = Users::default();
        users.add("alice", "secret");
        let line = users.line("alice").unwrap();
        assert!(!line.contains("secret") && !format!("{users:?}").contains("secret"));
        let mut again = Users::default();
        again.add_line(&line).unwrap();
        again.add_line("bob:plain:pass:word").unwrap();
        assert!(again.check("alice", b"secret") && again.check("bob", b"pass:word"));
        assert!(!again.check("alice", b"Secret") && !again.check("carol", b"secret"));
        for wrong in ["", "alice", "alice:md5:x", "a:scram-sha-256:0:::", ":plain:x"] {
            assert_eq!(again.add_line(wrong), None, "{wrong}");
        }
    }
}
