//! PGP/MIME: signed and encrypted, and the way back. The armor and the structure are those of
//! `pgp_armor`, the cryptography is that of the `pgp` crate.

use std::io;

use mail_examples::openpgp::{Certificate, MICALG, SecretKey};
use pgp_armor::Label;
use pgp_armor::mail::{self, Encrypted, Micalg, Signable, Signed};

/// Signs a message and encrypts it for its recipient.
pub(super) fn seal(
    message: &[u8],
    author: &SecretKey,
    recipient: &Certificate,
) -> io::Result<Vec<u8>> {
    let (mut outer, entity) = mail::split_message(message);
    let content = Signable::prepare(&entity).map_err(io::Error::other)?;
    let signature = author.sign(content.as_bytes())?;
    let signature = armor(Label::Signature, &signature);
    let micalg = Micalg::try_from(MICALG).map_err(io::Error::other)?;
    let mut signed = Vec::new();
    mail::encode_signed(&content, &signature, micalg, &mut signed);
    let secret = Certificate::encrypt(&[recipient, &author.certificate()], &signed)?;
    mail::encode_encrypted(&armor(Label::Message, &secret), &mut outer);
    Ok(outer)
}

/// Decrypts a message and verifies its signature; returns the entity that was signed.
pub(super) fn open(
    message: &[u8],
    reader: &SecretKey,
    author: &Certificate,
) -> io::Result<Vec<u8>> {
    let encrypted = Encrypted::parse(message).map_err(io::Error::other)?;
    let signed = reader.decrypt(&dearmor(&encrypted.data())?)?;
    let signed = Signed::parse(&signed).map_err(io::Error::other)?;
    author.verify(&signed.canonical(), &dearmor(&signed.signature())?)?;
    Ok(signed.canonical().into_owned())
}

fn armor(label: Label, packets: &[u8]) -> Vec<u8> {
    pgp_armor::encode(label, packets).into_bytes()
}

/// The packets of a block; none that may be damaged.
fn dearmor(text: &[u8]) -> io::Result<Vec<u8>> {
    let block = pgp_armor::decode(text).map_err(io::Error::other)?;
    if block.is_damaged() {
        return Err(io::Error::other("the armor is damaged"));
    }
    Ok(block.data)
}
