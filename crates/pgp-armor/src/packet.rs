//! OpenPGP packets: their framing, and what can be seen without cryptography.
//!
//! [RFC 9580, section 4](https://www.rfc-editor.org/rfc/rfc9580#section-4)
//!
//! [`packets`] walks over packets in memory; [`Walker`] does the same for bytes that come in
//! pieces, in memory that does not grow with a packet. Both give the same packets and the same
//! errors. [`Peek`] reads the few fields of a body that say who it is for, who made it and which
//! version it is. [`Header`], [`encode_packet`] and [`PartialEncoder`] write.
//!
//! Nothing here looks inside compressed or encrypted data, and nothing hashes: for a fingerprint,
//! [`Key::fingerprint_preimage`] says over which octets.
//!
//! # Example: whom is this message for?
//!
//! ```
//! use pgp_armor::packet::{Config, Peek, Recipient, packets};
//!
//! # let message = [&[0xc1, 12, 3][..], &[0xaa; 8], &[1, 0, 0], &[0xd2, 1, 1]].concat();
//! for packet in packets(&message, &Config::default()) {
//!     if let Some(Peek::SessionKey(key)) = packet?.peek() {
//!         match key.recipient {
//!             Recipient::KeyId(id) => assert_eq!(id.to_string(), "AAAAAAAAAAAAAAAA"),
//!             Recipient::Fingerprint(fingerprint) => println!("{fingerprint}"),
//!             _ => println!("somebody"),
//!         }
//!     }
//! }
//! # Ok::<(), pgp_armor::packet::FrameError>(())
//! ```

mod encode;
mod frame;
mod guess;
mod header;
mod key;
mod peek;
mod signature;
mod walker;
mod whole;

pub use encode::{PartialEncoder, encode_packet};
pub use frame::{Config, FrameError};
pub use guess::{Guess, guess};
pub use header::{Format, Header, Length, NoHeader, PacketType};
pub use key::{Key, Preimage};
pub use peek::{Fingerprint, KeyId, Literal, OnePass, Peek, Recipient, SessionKey};
pub use signature::{Signature, Subpacket, Subpackets};
pub use walker::{Event, Walker};
pub use whole::{Packet, Packets, packets};
