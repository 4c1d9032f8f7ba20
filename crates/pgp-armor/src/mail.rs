//! OpenPGP in mail: PGP/MIME on plain bytes.
//!
//! Nothing here parses a whole message and nothing encrypts. These functions find the bytes that a
//! signature or an encryption is about, and put the results of an OpenPGP implementation back into
//! a message. They take and give bytes, so any MIME library can stand next to them.
//!
//! # Sending
//!
//! [`split_message`] takes a message apart: what stays outside, and the entity that is protected.
//! To sign, make the entity [`Signable`], sign exactly [`Signable::as_bytes`], and write the result
//! with [`encode_signed`]. To encrypt, encrypt the entity (or the signed one) and write the result
//! with [`encode_encrypted`]. The outer fields go in front of either.
//!
//! # Receiving
//!
//! [`Encrypted::parse`] and [`Signed::parse`] take an entity apart and hand out the armored parts
//! and the signed bytes with their ranges.
//!
//! [`classify`] finds them in whole messages, in the structures that gateways make too, and says
//! what stands beside them. [`HeaderSets`] reads the header fields that a payload protects.
//!
//! # Example: sign a message, read it back
//!
//! ```
//! use pgp_armor::mail::{self, Micalg, Signable, Signed};
//!
//! let message = b"From: a@example.org\nSubject: Hello\nContent-Type: text/plain\n\nHello\n";
//! let (outer, entity) = mail::split_message(message);
//! let content = Signable::prepare(&entity).unwrap();
//! let signature = sign(content.as_bytes());
//!
//! let mut sent = outer;
//! mail::encode_signed(&content, &signature, Micalg::SHA256, &mut sent);
//!
//! let signed = Signed::parse(&sent).unwrap();
//! assert_eq!(signed.canonical(), content.as_bytes());
//! assert_eq!(signed.signature().as_ref(), signature);
//!
//! # fn sign(_: &[u8]) -> Vec<u8> {
//! #     b"-----BEGIN PGP SIGNATURE-----\r\n\r\nwsBc\r\n-----END PGP SIGNATURE-----\r\n".to_vec()
//! # }
//! ```

pub(crate) mod boundary;
mod encrypted;
mod entity;
mod inline;
mod prepare;
mod protect;
mod signed;
mod split;
mod structure;

pub use encrypted::{Encrypted, encode_encrypted};
pub(crate) use entity::Entity;
pub use inline::{Inline, InlineKind, inline_blocks};
pub use prepare::{NotSignable, Signable};
pub use protect::{Field, FieldState, HeaderSets, Mode, protect, without_legacy_display};
pub use signed::{InvalidMicalg, Micalg, Signed, encode_signed};
pub(crate) use signed::{push_close, push_crlf};
pub use split::split_message;
pub use structure::{Finding, Protection, Shape, classify};
