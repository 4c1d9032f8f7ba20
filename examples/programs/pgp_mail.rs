//! Encrypts, decrypts, signs and verifies a message file.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mail_examples::openpgp::{Certificate, SecretKey};
use mail_examples::pgp_mime::{armored, encrypt, open, packets, sign};
use pgp_armor::Label;

/// PGP/MIME for message files. Messages go to standard output; `-` is standard input.
#[derive(Debug, Parser)]
#[command(name = "pgp_mail")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key: the secret one in FILE, its certificate in FILE.pub.
    Key {
        /// For whom, such as `Alice <alice@example.org>`.
        #[arg(long)]
        user: String,
        /// Must not exist yet.
        file: PathBuf,
    },
    /// Encrypt a message, and its subject with it.
    Encrypt {
        /// Certificate of a recipient; give it once for each.
        #[arg(long, required = true)]
        to: Vec<PathBuf>,
        /// Sign inside with this key.
        #[arg(long)]
        sign: Option<PathBuf>,
        /// The message.
        file: PathBuf,
    },
    /// Decrypt a message; verify it too if certificates are given.
    Decrypt {
        /// Your key.
        #[arg(long)]
        key: PathBuf,
        /// Certificate of the sender; give it once for each that may have signed.
        #[arg(long)]
        cert: Vec<PathBuf>,
        /// The message.
        file: PathBuf,
    },
    /// Sign a message.
    Sign {
        /// Your key.
        #[arg(long)]
        key: PathBuf,
        /// The message.
        file: PathBuf,
    },
    /// Verify a signed message; what was signed goes to standard output.
    Verify {
        /// Certificate of the sender; give it once for each that may have signed.
        #[arg(long, required = true)]
        cert: Vec<PathBuf>,
        /// The message.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pgp_mail: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<()> {
    let result = match command {
        Command::Key { user, file } => return make_key(&user, &file),
        Command::Encrypt { to, sign, file } => {
            let recipients = certificates(&to)?;
            let recipients: Vec<_> = recipients.iter().collect();
            let key = sign.as_deref().map(secret_key).transpose()?;
            encrypt(&read(&file)?, &recipients, key.as_ref())?
        }
        Command::Sign { key, file } => sign(&read(&file)?, &secret_key(&key)?)?,
        Command::Decrypt { key, cert, file } => {
            let (key, certificates) = (secret_key(&key)?, certificates(&cert)?);
            opened(&file, Some(&key), &certificates)?
        }
        Command::Verify { cert, file } => opened(&file, None, &certificates(&cert)?)?,
    };
    let mut out = io::stdout().lock();
    out.write_all(&result)?;
    out.flush()
}

/// Opens a message and says on standard error what was protected.
fn opened(file: &Path, key: Option<&SecretKey>, from: &[Certificate]) -> io::Result<Vec<u8>> {
    let opened = open(&read(file)?, key, from)?;
    let encrypted = if opened.encrypted { "encrypted" } else { "not encrypted" };
    let signed = match &opened.signer {
        Some(fingerprint) => format!("good signature by {fingerprint}"),
        None => "no signature verified".to_owned(),
    };
    let beside = if opened.whole { "" } else { "; unprotected parts beside it left out" };
    eprintln!("pgp_mail: {encrypted}; {signed}{beside}");
    Ok(opened.message)
}

fn make_key(user: &str, file: &Path) -> io::Result<()> {
    let key = SecretKey::generate(user)?;
    let mut certificate = file.as_os_str().to_owned();
    certificate.push(".pub");
    let secret = armored(Label::PrivateKey, &key.to_packets()?);
    let public = armored(Label::PublicKey, &key.certificate().to_packets()?);
    create(file, secret.as_bytes(), 0o600)?;
    create(Path::new(&certificate), public.as_bytes(), 0o644)?;
    eprintln!("pgp_mail: {}", key.certificate().fingerprint());
    Ok(())
}

/// Writes a new file that nobody but those of the mode can read.
fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path).and_then(|mut file| file.write_all(bytes)).map_err(named(path))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(path).map_err(named(path))?;
    }
    if bytes.is_empty() {
        let empty = io::Error::new(io::ErrorKind::InvalidData, "the file is empty");
        return Err(named(path)(empty));
    }
    Ok(bytes)
}

fn secret_key(path: &Path) -> io::Result<SecretKey> {
    packets(&read(path)?).and_then(|packets| SecretKey::from_packets(&packets)).map_err(named(path))
}

fn certificates(paths: &[PathBuf]) -> io::Result<Vec<Certificate>> {
    let certificate = |path: &PathBuf| {
        packets(&read(path)?)
            .and_then(|packets| Certificate::from_packets(&packets))
            .map_err(named(path))
    };
    paths.iter().map(certificate).collect()
}

/// Puts the name of a file in front of an error.
fn named(path: &Path) -> impl Fn(io::Error) -> io::Error {
    let path = path.display().to_string();
    move |error| io::Error::new(error.kind(), format!("{path}: {error}"))
}
