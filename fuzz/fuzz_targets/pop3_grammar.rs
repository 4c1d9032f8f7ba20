//! Commands, replies and lines of POP3: what is parsed and encoded parses to the same value, in one
//! line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pop3_proto::{Capability, Command, DropListing, Reply, ScanListing, UniqueIdListing};

fn one_line(wire: &[u8]) -> &[u8] {
    let line = wire.strip_suffix(b"\r\n").expect("a line end");
    assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{}", wire.escape_ascii());
    line
}

fuzz_target!(|bytes: &[u8]| {
    let mut wire = Vec::new();
    if let Ok(command) = Command::parse(bytes) {
        command.encode(&mut wire);
        assert_eq!(Command::parse(one_line(&wire)), Ok(command.clone()));
        assert_eq!(command.clone().into_owned(), command);
    }
    wire.clear();
    if let Ok(command) = Command::parse_auth(bytes) {
        command.encode(&mut wire);
        assert_eq!(Command::parse_auth(one_line(&wire)), Ok(command));
    }
    wire.clear();
    if let Ok(reply) = Reply::parse(bytes) {
        reply.encode(&mut wire);
        assert_eq!(Reply::parse(one_line(&wire)), Ok(reply));
    }
    wire.clear();
    if let Ok(capability) = Capability::parse(bytes) {
        capability.encode(&mut wire);
        let line = wire.strip_suffix(b"\r\n").unwrap_or(&wire);
        assert_eq!(Capability::parse(line), Ok(capability));
    }
    let _ = (DropListing::parse(bytes), ScanListing::parse(bytes), UniqueIdListing::parse(bytes));
});
