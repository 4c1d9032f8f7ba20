//! Replays recorded sessions through our machines.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

mod imap;
mod pop3;
mod session;
mod smtp;

use session::{Cuts, Printer, Session};

/// Replays recorded sessions through both of our machines, and says what they understood.
///
/// Each folder has `session.txt` (lines that begin with `C:` and `S:` tell the order), `c2s.bin` and
/// `s2c.bin` (the bytes); its name begins with `smtp-`, `lmtp-`, `pop3-` or `imap-`. The server
/// machine reads the client's bytes; the client machine sends the same commands and reads the
/// server's bytes. Bytes after a switch to TLS or compression are not looked at.
///
/// The status is 0 only if nothing was malformed, nothing was left over, and our client's commands
/// are the recorded ones, but for letter case, quoting, and the choice of literals.
#[derive(Parser)]
#[command(name = "replay", version)]
struct Arguments {
    /// Folders with recorded sessions
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Print one JSON object for each unit
    #[arg(long)]
    json: bool,
    /// Hand bytes over in chunks of this size; 0 for sizes at random, the same ones each time
    #[arg(long, value_name = "N")]
    cut: Option<usize>,
    /// Print only what is wrong
    #[arg(long, short)]
    quiet: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut good = true;
    for folder in &arguments.folders {
        let mut printer = Printer::new(folder, arguments.json, arguments.quiet);
        match replay(folder, Cuts::new(arguments.cut), &mut printer) {
            Ok(()) => good &= printer.is_good(),
            Err(error) => {
                eprintln!("replay: {}: {error}", folder.display());
                good = false;
            }
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(folder: &Path, cuts: Cuts, printer: &mut Printer) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let session = Session::load(folder)?;
    match name.split('-').next() {
        Some("smtp") => smtp::replay(&session, false, cuts, printer),
        Some("lmtp") => smtp::replay(&session, true, cuts, printer),
        Some("pop3") => pop3::replay(&session, cuts, printer),
        Some("imap") => imap::replay(&session, cuts, printer),
        _ => {
            let what = "the name has to begin with smtp-, lmtp-, pop3- or imap-";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
    }
    Ok(())
}
