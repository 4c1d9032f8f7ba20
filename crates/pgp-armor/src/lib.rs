#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod armor;
pub mod autocrypt;
mod base64;
pub mod cleartext;
mod crc24;
mod error;
mod limits;
pub mod mail;
mod note;
pub mod packet;

pub use armor::{
    Block, Checksum, Config, Crc, Decoder, EncodeConfig, Encoder, Event, Fault, FaultKind, Header,
    HeaderError, HeaderLine, Label, LineEnd, OtherLabel, decode, decode_all, decode_with, encode,
    encode_with,
};
pub use crc24::Crc24;
pub use error::{Error, ParseError};
pub use limits::Limits;
pub use note::{Note, NoteKind, Policy};
