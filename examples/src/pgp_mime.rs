//! Signed and encrypted messages: what the armor crate and the `pgp` crate do together.

use std::fmt;
use std::io;

use pgp_armor::mail::{self, HeaderSets, Micalg, Mode, Protection, Shape, Signable};
use pgp_armor::packet::{Guess, guess};
use pgp_armor::{Label, LineEnd};

use crate::openpgp::{Certificate, MICALG, SecretKey};

fn invalid(what: impl fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_string())
}

/// The packets in armor, or the bytes themselves if they are packets already.
///
/// # Errors
///
/// If they are neither, or the armor is damaged.
pub fn packets(bytes: &[u8]) -> io::Result<Vec<u8>> {
    if guess(bytes) == Guess::Binary {
        return Ok(bytes.to_vec());
    }
    pgp_armor::decode(bytes).map(|block| block.data).map_err(invalid)
}

/// Armor for mail: CRLF line ends.
#[must_use]
pub fn armored(label: Label, packets: &[u8]) -> String {
    let mut config = pgp_armor::EncodeConfig::default();
    config.line_end = LineEnd::CrLf;
    pgp_armor::encode_with(label, packets, config)
}

/// Signs a message: a `multipart/signed` with the header fields of the message repeated inside.
///
/// # Errors
///
/// If the message cannot be made ready for signing, or signing fails.
pub fn sign(message: &[u8], key: &SecretKey) -> io::Result<Vec<u8>> {
    let (mut out, payload) = mail::protect(message, Mode::Clear);
    sign_entity(&payload, key, &mut out)?;
    Ok(out)
}

fn sign_entity(entity: &[u8], key: &SecretKey, out: &mut Vec<u8>) -> io::Result<()> {
    let content = Signable::prepare(entity).map_err(invalid)?;
    let signature = armored(Label::Signature, &key.sign(content.as_bytes())?);
    let micalg = Micalg::try_from(MICALG).map_err(invalid)?;
    mail::encode_signed(&content, signature.as_bytes(), micalg, out);
    Ok(())
}

/// Encrypts a message, signed inside if there is a key for it: a `multipart/encrypted` whose
/// subject only the recipients see.
///
/// # Errors
///
/// If a recipient has no key to encrypt to, or the message cannot be signed.
pub fn encrypt(
    message: &[u8],
    recipients: &[&Certificate],
    key: Option<&SecretKey>,
) -> io::Result<Vec<u8>> {
    let (mut out, payload) = mail::protect(message, Mode::Cipher);
    let mut entity = Vec::new();
    match key {
        Some(key) => sign_entity(&payload, key, &mut entity)?,
        None => entity = payload,
    }
    let encrypted = Certificate::encrypt(recipients, &entity)?;
    mail::encode_encrypted(armored(Label::Message, &encrypted).as_bytes(), &mut out);
    Ok(out)
}

/// What came out of a protected message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The message as it was before: all fields that were protected, and the content.
    pub message: Vec<u8>,
    /// It was encrypted.
    pub encrypted: bool,
    /// The fingerprint of the certificate that made the good signature.
    pub signer: Option<String>,
    /// Nothing stood beside what was protected.
    pub whole: bool,
}

/// Decrypts a message if it is encrypted, and verifies it if it is signed and certificates are
/// given.
///
/// # Errors
///
/// If the message is neither, no key fits, or a signature is not good. Nothing of it is returned
/// then.
pub fn open(
    message: &[u8],
    key: Option<&SecretKey>,
    certificates: &[Certificate],
) -> io::Result<Opened> {
    let nothing = || invalid("nothing encrypted or signed is in the message");
    let found = mail::classify(message).ok_or_else(nothing)?;
    let mut opened =
        Opened { message: Vec::new(), encrypted: false, signer: None, whole: found.is_whole() };
    let nested = found.shape == Shape::Nested;
    let payload = match found.protection {
        Protection::Encrypted(encrypted) => {
            let key = key.ok_or_else(|| invalid("the message is encrypted and needs a key"))?;
            let entity = key.decrypt(&packets(&encrypted.data())?)?;
            opened.encrypted = true;
            match mail::Signed::parse(&entity) {
                Ok(signed) if !certificates.is_empty() => {
                    opened.signer = Some(verify(&signed, certificates)?);
                    signed.content().to_vec()
                }
                Ok(signed) => signed.content().to_vec(),
                Err(_) => entity,
            }
        }
        Protection::Signed(signed) => {
            opened.signer = Some(verify(&signed, certificates)?);
            signed.content().to_vec()
        }
        _ => return Err(invalid("the text has an inline block; read it with the armor program")),
    };
    // Fields that the payload does not repeat come from outside; those of a part never do.
    if HeaderSets::parse(&payload).mode.is_none() && !nested {
        opened.message = mail::split_message(message).0;
    }
    opened.message.extend_from_slice(&payload);
    Ok(opened)
}

fn verify(signed: &mail::Signed<'_>, certificates: &[Certificate]) -> io::Result<String> {
    let signature = packets(&signed.signature())?;
    let content = signed.canonical();
    let good = certificates.iter().find(|c| c.verify(&content, &signature).is_ok());
    good.map(Certificate::fingerprint).ok_or_else(|| invalid("no certificate made this signature"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = "From: alice@example.org\nTo: bob@example.org\nSubject: Secret\n\
        Content-Type: text/plain; charset=utf-8\n\nGrüße\nFrom me \n"
        .as_bytes();

    fn people() -> (SecretKey, SecretKey) {
        let key = |user| SecretKey::generate(user).unwrap();
        (key("Alice <alice@example.org>"), key("Bob <bob@example.org>"))
    }

    #[test]
    fn a_message_goes_and_comes() {
        let (alice, bob) = people();
        let certificates = [bob.certificate(), alice.certificate()];
        let sent = encrypt(MESSAGE, &[&bob.certificate()], Some(&alice)).unwrap();
        assert!(!sent.windows(6).any(|window| window == b"Secret"));
        let opened = open(&sent, Some(&bob), &certificates).unwrap();
        assert!(opened.encrypted && opened.whole);
        assert_eq!(opened.signer, Some(alice.certificate().fingerprint()));
        assert!(opened.message.windows(15).any(|window| window == b"Subject: Secret"));
        assert!(open(&sent, Some(&alice), &certificates).is_err());
        assert!(open(&sent, Some(&bob), &certificates[..1]).is_err());
        assert!(open(&sent, None, &certificates).is_err());
    }

    #[test]
    fn a_signature_is_about_every_octet() {
        let (alice, bob) = people();
        let sent = sign(MESSAGE, &alice).unwrap();
        let certificates = [alice.certificate()];
        assert_eq!(
            open(&sent, None, &certificates).unwrap().signer,
            Some(alice.certificate().fingerprint())
        );
        let text = String::from_utf8(sent).unwrap();
        let changed = text.replacen("=C3=BC", "=C3=A4", 1);
        assert_ne!(text, changed);
        assert!(open(changed.as_bytes(), None, &certificates).is_err());
        assert!(open(text.as_bytes(), None, &[bob.certificate()]).is_err());
        let stored = text.replace("\r\n", "\n");
        assert!(open(stored.as_bytes(), None, &certificates).unwrap().signer.is_some());
    }
}
