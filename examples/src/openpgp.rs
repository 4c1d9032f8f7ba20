//! OpenPGP by the `pgp` crate, fed with binary packets; the armor around them is ours.

use std::io;

use pgp::composed::{
    Deserializable as _, DetachedSignature, EncryptionCaps, KeyType, Message, MessageBuilder,
    SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::ser::Serialize as _;
use pgp::types::{KeyDetails as _, Password};
use rand::thread_rng;

/// The value of the `micalg` parameter for the signatures made here (RFC 3156, section 5).
pub const MICALG: &str = "pgp-sha256";

/// A secret key without a password.
#[derive(Debug)]
pub struct SecretKey(SignedSecretKey);

/// A certificate.
#[derive(Debug)]
pub struct Certificate(SignedPublicKey);

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

impl SecretKey {
    /// Makes a key for a person: Ed25519 to sign, Curve25519 to decrypt.
    ///
    /// # Errors
    ///
    /// What the `pgp` crate says.
    pub fn generate(user_id: &str) -> io::Result<Self> {
        let subkey = SubkeyParamsBuilder::default()
            .key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy))
            .can_encrypt(EncryptionCaps::All)
            .build()
            .map_err(other)?;
        let parameters = SecretKeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .can_sign(true)
            .primary_user_id(user_id.to_owned())
            .subkeys(vec![subkey])
            .build()
            .map_err(other)?;
        Ok(Self(parameters.generate(thread_rng()).map_err(other)?))
    }

    /// Reads a key from its packets.
    ///
    /// # Errors
    ///
    /// If they are no secret key.
    pub fn from_packets(packets: &[u8]) -> io::Result<Self> {
        let key = SignedSecretKey::from_bytes(packets).map_err(other)?;
        key.verify_bindings().map_err(other)?;
        Ok(Self(key))
    }

    /// The packets of the key.
    ///
    /// # Errors
    ///
    /// What the `pgp` crate says.
    pub fn to_packets(&self) -> io::Result<Vec<u8>> {
        self.0.to_bytes().map_err(other)
    }

    /// The certificate of the key.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        Certificate(SignedPublicKey::from(self.0.clone()))
    }

    /// Signs bytes; returns the packet of a detached signature.
    ///
    /// # Errors
    ///
    /// What the `pgp` crate says.
    pub fn sign(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let signature = DetachedSignature::sign_binary_data(
            thread_rng(),
            &self.0.primary_key,
            &Password::empty(),
            HashAlgorithm::Sha256,
            bytes,
        );
        signature.map_err(other)?.to_bytes().map_err(other)
    }

    /// Decrypts the packets of a message.
    ///
    /// # Errors
    ///
    /// If it is for somebody else, or damaged: nothing of a damaged message is returned.
    pub fn decrypt(&self, packets: &[u8]) -> io::Result<Vec<u8>> {
        let message = Message::from_bytes(packets).map_err(other)?;
        let mut message = message.decrypt(&Password::empty(), &self.0).map_err(other)?;
        if message.is_compressed() {
            message = message.decompress().map_err(other)?;
        }
        message.as_data_vec().map_err(other)
    }
}

impl Certificate {
    /// Reads a certificate from its packets.
    ///
    /// # Errors
    ///
    /// If they are none.
    pub fn from_packets(packets: &[u8]) -> io::Result<Self> {
        let key = SignedPublicKey::from_bytes(packets).map_err(other)?;
        key.verify_bindings().map_err(other)?;
        Ok(Self(key))
    }

    /// The packets of the certificate.
    ///
    /// # Errors
    ///
    /// What the `pgp` crate says.
    pub fn to_packets(&self) -> io::Result<Vec<u8>> {
        self.0.to_bytes().map_err(other)
    }

    /// Its fingerprint, hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint().to_string()
    }

    /// Checks a detached signature over bytes.
    ///
    /// # Errors
    ///
    /// If no key of the certificate made it over these bytes.
    pub fn verify(&self, bytes: &[u8], signature: &[u8]) -> io::Result<()> {
        let signature = DetachedSignature::from_bytes(signature).map_err(other)?;
        let first = signature.verify(&self.0.primary_key, bytes);
        let mut subkeys = self.0.public_subkeys.iter();
        if first.is_ok() || subkeys.any(|key| signature.verify(key, bytes).is_ok()) {
            return Ok(());
        }
        first.map_err(other)
    }

    /// Encrypts bytes for one or more people; returns the packets of a message.
    ///
    /// # Errors
    ///
    /// If one of them has no key to encrypt to.
    pub fn encrypt(recipients: &[&Self], bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut builder = MessageBuilder::from_bytes("", bytes.to_vec())
            .seipd_v1(thread_rng(), SymmetricKeyAlgorithm::AES256);
        for recipient in recipients {
            let mut subkeys = recipient.0.public_subkeys.iter();
            let subkey = subkeys.find(|key| key.algorithm().can_encrypt());
            let subkey = subkey.ok_or_else(|| io::Error::other("no key to encrypt to"))?;
            builder.encrypt_to_key(thread_rng(), subkey).map_err(other)?;
        }
        builder.to_vec(thread_rng()).map_err(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_and_encrypted_comes_back() {
        let alice = SecretKey::generate("Alice <alice@example.org>").unwrap();
        let bob = SecretKey::generate("Bob <bob@example.org>").unwrap();
        let alice_again = SecretKey::from_packets(&alice.to_packets().unwrap()).unwrap();
        let certificate = alice.certificate().to_packets().unwrap();
        let certificate = Certificate::from_packets(&certificate).unwrap();
        assert_eq!(certificate.fingerprint(), alice_again.certificate().fingerprint());

        let signature = alice.sign(b"text").unwrap();
        certificate.verify(b"text", &signature).unwrap();
        assert!(certificate.verify(b"texT", &signature).is_err());
        assert!(bob.certificate().verify(b"text", &signature).is_err());

        let secret = Certificate::encrypt(&[&certificate], b"text").unwrap();
        assert_eq!(alice.decrypt(&secret).unwrap(), b"text");
        assert!(bob.decrypt(&secret).is_err());
        for at in [20, secret.len() / 2, secret.len() - 1] {
            let mut damaged = secret.clone();
            damaged[at] ^= 1;
            assert!(alice.decrypt(&damaged).is_err(), "byte {at}");
        }
    }
}
