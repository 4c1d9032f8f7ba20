//! Shows a message as a tree of its parts, or as one JSON object for programs.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use mail_examples::inspect::{Inspected, Part, printable};

/// Show what is in mail messages: parts, addresses, dates, attachments, and what is wrong.
#[derive(Debug, Parser)]
#[command(name = "mime_inspect")]
struct Arguments {
    /// One JSON object for each file, one on each line, instead of a tree.
    #[arg(long)]
    json: bool,
    /// The text of each text part too.
    #[arg(long)]
    text: bool,
    /// Message files; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut status = ExitCode::SUCCESS;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in &arguments.files {
        let bytes = match read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("mime_inspect: {}: {error}", file.display());
                status = ExitCode::FAILURE;
                continue;
            }
        };
        let message = mime::Message::parse(&bytes);
        let inspected = Inspected::new(&file.to_string_lossy(), &message, arguments.text);
        let shown = if arguments.json {
            serde_json::to_string(&inspected).map_err(io::Error::from).map(|line| line + "\n")
        } else {
            Ok(tree(&inspected))
        };
        if let Err(error) = shown.and_then(|text| out.write_all(text.as_bytes())) {
            return finish(&error);
        }
    }
    match out.flush() {
        Ok(()) => status,
        Err(error) => finish(&error),
    }
}

/// A reader that closed the pipe has seen enough.
fn finish(error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    eprintln!("mime_inspect: standard output: {error}");
    ExitCode::FAILURE
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file)?;
    }
    if bytes.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is empty"));
    }
    Ok(bytes)
}

fn tree(message: &Inspected) -> String {
    let mut out = format!("{}\n", message.file);
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {label:<8} {}", printable(value));
        }
    };
    let people = |list: &[mail_examples::inspect::Address]| {
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    line("From", &people(&message.from));
    line("To", &people(&message.to));
    line("Cc", &people(&message.cc));
    line("Subject", message.subject.as_deref().unwrap_or_default());
    line("Date", message.date.as_deref().unwrap_or_default());
    line("Id", message.message_id.as_deref().unwrap_or_default());
    for part in &message.parts {
        let _ = writeln!(out, "  {}{}", "   ".repeat(part.depth), describe(part));
        for text in part.text.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "  {}| {}", "   ".repeat(part.depth), printable(text));
        }
    }
    for defect in &message.defects {
        let section = if defect.section.is_empty() { "message" } else { &defect.section };
        let [start, end] = defect.at;
        let _ = writeln!(out, "  ! {} in {section}, bytes {start} to {end}", defect.kind);
    }
    out
}

fn describe(part: &Part) -> String {
    let mut text = String::new();
    if !part.section.is_empty() {
        let _ = write!(text, "{} ", part.section);
    }
    text.push_str(&part.media_type);
    for (label, value) in [
        ("charset", &part.charset),
        ("encoding", &part.encoding),
        ("disposition", &part.disposition),
        ("file", &part.filename),
    ] {
        if let Some(value) = value {
            let _ = write!(text, ", {label} {}", printable(value));
        }
    }
    if let Some(len) = part.decoded_len {
        let _ = write!(text, ", {len} bytes");
    }
    text
}
