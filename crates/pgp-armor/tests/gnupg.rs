//! GnuPG and Sequoia read what is written here, and the other way round.

#![allow(clippy::print_stderr)]

use std::io::Write;
use std::process::{Command, Stdio};

use pgp_armor::{Checksum, EncodeConfig, Label, LineEnd, encode_with};

/// What a program writes for an input. `None` if it is not installed or refuses.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(input).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then_some(output.stdout)
}

fn installed(program: &str) -> bool {
    let found = run(program, &["--version"], b"").is_some();
    if !found {
        eprintln!("test skipped: {program} is not installed");
    }
    found
}

fn data(len: usize) -> Vec<u8> {
    (0..len as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

const LENGTHS: [usize; 9] = [1, 2, 3, 47, 48, 49, 57, 1000, 30_000];

#[test]
fn gpg_reads_ours() {
    if !installed("gpg") {
        return;
    }
    for len in LENGTHS {
        for (width, line_end) in [(4, LineEnd::Lf), (64, LineEnd::CrLf), (76, LineEnd::Lf)] {
            let mut config = EncodeConfig::default();
            config.width = width;
            config.line_end = line_end;
            let text = encode_with(Label::File, &data(len), config);
            let read = run("gpg", &["--batch", "--dearmor"], text.as_bytes());
            assert!(read == Some(data(len)), "{len} bytes in lines of {width}");
        }
    }
}

#[test]
fn we_read_that_of_gpg() {
    if !installed("gpg") {
        return;
    }
    for len in LENGTHS {
        let text = run("gpg", &["--batch", "--enarmor"], &data(len)).unwrap();
        let mut strict = pgp_armor::Config::default();
        strict.policy = pgp_armor::Policy::Strict;
        assert_eq!(pgp_armor::decode_with(&text, &strict).unwrap().data, data(len));
    }
}

#[test]
fn sq_reads_ours() {
    if !installed("sq") {
        return;
    }
    // A literal packet, so that it looks like a message.
    for len in [1, 2, 3, 40, 1000] {
        let mut message = vec![0xCB, 0xFF];
        message.extend((len as u32 + 6).to_be_bytes());
        message.extend(b"b\0\0\0\0\0");
        message.extend(data(len));
        for checksum in [Checksum::Always, Checksum::Never] {
            let mut config = EncodeConfig::default();
            config.checksum = checksum;
            let text = encode_with(Label::Message, &message, config);
            assert!(
                run("sq", &["dearmor"], text.as_bytes()) == Some(message.clone()),
                "{len} bytes"
            );
        }
    }
}
