//! Commands, replies and values of SMTP: what is parsed and encoded parses to the same value, in
//! one line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_proto::{Capability, Command, Mailbox, Reply, XText};

fuzz_target!(|bytes: &[u8]| {
    let mut wire = Vec::new();
    if let Ok(command) = Command::parse(bytes) {
        command.encode(&mut wire);
        let line = wire.strip_suffix(b"\r\n").expect("a line end");
        assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{}", wire.escape_ascii());
        assert_eq!(Command::parse(line), Ok(command.clone()));
        assert_eq!(command.clone().into_owned(), command);
        if let Command::Mail { parameters, .. } | Command::Rcpt { parameters, .. } = &command {
            for parameter in parameters.iter() {
                let _ = (parameter.in_mail(), parameter.in_rcpt());
            }
        }
    }
    wire.clear();
    if let Ok(reply) = Reply::parse(bytes) {
        reply.encode(&mut wire);
        assert_eq!(Reply::parse(&wire), Ok(reply.clone()));
        let _ = (reply.message(), reply.enhanced());
    }
    wire.clear();
    if let Ok(capability) = Capability::parse(bytes) {
        capability.encode(&mut wire);
        assert_eq!(Capability::parse(&wire), Ok(capability));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(mailbox) = Mailbox::try_from(text) {
            assert_eq!(format!("{}@{}", mailbox.local_part(), mailbox.host()), text);
            let _ = (mailbox.unquoted(), mailbox.host().ip());
        }
        if let Ok(xtext) = XText::encode(text) {
            assert_eq!(xtext.decode(), text);
        }
    }
});
