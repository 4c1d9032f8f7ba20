//! Encodes and decodes ASCII armor, reads cleartext messages, lists packets.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use pgp_armor::packet::{self, Guess, Peek, Recipient};
use pgp_armor::{Checksum, Config, Crc, EncodeConfig, HeaderLine, Label, LineEnd, Note, Policy};

/// ASCII armor of OpenPGP, without cryptography. Results go to standard output, what was
/// tolerated to standard error; `-` is standard input.
#[derive(Debug, Parser)]
#[command(name = "armor")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put binary data into armor.
    Encode {
        /// What the data is.
        #[arg(long, value_enum, default_value = "message")]
        label: Kind,
        /// A Comment header; give it once for each.
        #[arg(long)]
        comment: Vec<String>,
        /// CRLF line ends.
        #[arg(long)]
        crlf: bool,
        /// Whether to write a checksum.
        #[arg(long, value_enum, default_value = "auto")]
        checksum: Sum,
        /// The data.
        file: PathBuf,
    },
    /// Take the data of all blocks out of a text.
    Decode {
        /// Read quoted blocks too.
        #[arg(long)]
        quoted: bool,
        /// Refuse every deviation from the standard.
        #[arg(long, conflicts_with = "lenient")]
        strict: bool,
        /// Take damaged blocks too.
        #[arg(long)]
        lenient: bool,
        /// The text.
        file: PathBuf,
    },
    /// Show the text of cleartext messages, without verifying anything.
    Cleartext {
        /// The octets that the signatures are over instead.
        #[arg(long)]
        signed: bool,
        /// Write the signature packets of the first message to this file.
        #[arg(long)]
        signature: Option<PathBuf>,
        /// The text.
        file: PathBuf,
    },
    /// List the packets of armored or binary data.
    Packets {
        /// The data.
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Message,
    PublicKey,
    PrivateKey,
    Signature,
    File,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sum {
    Auto,
    Always,
    Never,
}

fn main() -> ExitCode {
    let result = run(Arguments::parse().command).and_then(|bytes| {
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("armor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<Vec<u8>> {
    match command {
        Command::Encode { label, comment, crlf, checksum, file } => {
            let mut config = EncodeConfig::default();
            if crlf {
                config.line_end = LineEnd::CrLf;
            }
            config.checksum = match checksum {
                Sum::Auto => Checksum::Auto,
                Sum::Always => Checksum::Always,
                Sum::Never => Checksum::Never,
            };
            for text in comment {
                config.headers.push(HeaderLine::new("Comment", &text).map_err(invalid)?);
            }
            let label = match label {
                Kind::Message => Label::Message,
                Kind::PublicKey => Label::PublicKey,
                Kind::PrivateKey => Label::PrivateKey,
                Kind::Signature => Label::Signature,
                Kind::File => Label::File,
            };
            Ok(pgp_armor::encode_with(label, &read(&file)?, config).into_bytes())
        }
        Command::Decode { quoted, strict, lenient, file } => {
            let mut config = Config::default();
            config.quoted = quoted;
            if strict {
                config.policy = Policy::Strict;
            } else if lenient {
                config.policy = Policy::Lenient;
            }
            decode(&read(&file)?, &config)
        }
        Command::Cleartext { signed, signature, file } => {
            cleartext(&read(&file)?, signed, signature.as_deref())
        }
        Command::Packets { file } => list(&read(&file)?),
    }
}

fn decode(text: &[u8], config: &Config) -> io::Result<Vec<u8>> {
    let blocks = pgp_armor::decode_all(text, config).map_err(invalid)?;
    if blocks.is_empty() {
        return Err(invalid("no block found"));
    }
    let mut out = Vec::new();
    for block in blocks {
        let crc = match block.crc {
            Crc::Absent => "no checksum",
            Crc::Match => "checksum right",
            Crc::Mismatch { .. } => "checksum wrong",
            Crc::Malformed => "checksum malformed",
            _ => "checksum not looked at",
        };
        eprintln!("armor: {}: {} bytes, {crc}", block.label, block.data.len());
        tell(&block.notes);
        out.extend_from_slice(&block.data);
    }
    Ok(out)
}

fn cleartext(text: &[u8], signed: bool, signature: Option<&Path>) -> io::Result<Vec<u8>> {
    let messages = pgp_armor::cleartext::read_all(text, &Config::default()).map_err(invalid)?;
    let first = messages.first().ok_or_else(|| invalid("no cleartext message found"))?;
    if let Some(path) = signature {
        let packets: Vec<u8> =
            first.signatures.iter().flat_map(|block| block.data.clone()).collect();
        fs::write(path, packets).map_err(|error| named(path, &error))?;
    }
    let mut out = Vec::new();
    for message in &messages {
        tell(&message.notes);
        if signed {
            out.extend_from_slice(message.signed().map_err(invalid)?);
        } else {
            if let Err(fault) = message.signed() {
                eprintln!("armor: not to be verified: {fault}");
            }
            out.extend_from_slice(&message.shown);
            out.push(b'\n');
        }
    }
    Ok(out)
}

fn list(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut data = bytes.to_vec();
    if packet::guess(bytes) != Guess::Binary {
        let blocks = pgp_armor::decode_all(bytes, &Config::default()).map_err(invalid)?;
        data = blocks.into_iter().flat_map(|block| block.data).collect();
    }
    if data.is_empty() {
        return Err(invalid("neither armor nor packets"));
    }
    let mut config = packet::Config::default();
    config.criticality = false;
    let mut out = Vec::new();
    for packet in packet::packets(&data, &config) {
        let packet = packet.map_err(invalid)?;
        let kind = packet.header.packet_type;
        write!(out, "{:>8} {kind}, {} octets", packet.range.start, packet.body.len())?;
        match packet.peek() {
            Some(Peek::SessionKey(key)) => match key.recipient {
                Recipient::KeyId(id) => write!(out, ", for {id}")?,
                Recipient::Fingerprint(fingerprint) => write!(out, ", for {fingerprint}")?,
                _ => write!(out, ", for somebody")?,
            },
            Some(Peek::Signature(signature)) => {
                let (version, kind) = (signature.version, signature.signature_type);
                write!(out, ", version {version}, type 0x{kind:02x}")?;
                if let Some(issuer) = signature.issuer_key_id() {
                    write!(out, ", by {issuer}")?;
                }
            }
            Some(Peek::Key(key)) => {
                write!(out, ", version {}, algorithm {}", key.version, key.algorithm)?;
            }
            Some(Peek::UserId(id)) => {
                write!(out, ", {}", String::from_utf8_lossy(id).escape_debug())?;
            }
            Some(Peek::Encrypted { version } | Peek::PasswordSessionKey { version }) => {
                write!(out, ", version {version}")?;
            }
            _ => {}
        }
        writeln!(out)?;
    }
    Ok(out)
}

fn tell(notes: &[Note]) {
    for note in notes {
        eprintln!("armor: tolerated at {}: {}", note.at, note.kind);
    }
}

fn invalid(what: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_string())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(path).map(|read| bytes = read)
    };
    result.map_err(|error| named(path, &error))?;
    if bytes.is_empty() {
        return Err(named(path, &invalid("the file is empty")));
    }
    Ok(bytes)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
