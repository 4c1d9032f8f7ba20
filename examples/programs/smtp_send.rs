//! Sends a message file over SMTP or LMTP.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use mail_examples::client::{Security, smtp};
use mail_examples::crlf::{CrlfReader, Survey, survey};
use mail_examples::inspect::printable;
use mail_examples::options::{LoginOptions, ServerOptions};
use smtp_proto::client::{Config, Envelope};
use smtp_proto::{ForwardPath, Host, Parameters, ParseError, ReversePath};

/// Sends a message file over SMTP or LMTP.
///
/// The message goes out as it is, with CR LF at the ends of its lines; it is not held in memory. On
/// standard output there is a line for each recipient, with the reply that decided. The status is 0
/// only if the server took the message for all of them.
///
/// The password is the first line of --password-file, or else $MAIL_PASSWORD, or else it is asked for.
///
/// Examples:
///
///   smtp_send -s mail.example.org -u alice --from alice@example.org --to bob@example.net letter.eml
///
///   smtp_send -s mx.example.net --protection starttls --from '' --to a@example.net --to b@example.net -
#[derive(Parser)]
#[command(name = "smtp_send", version, verbatim_doc_comment)]
struct Arguments {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    login: LoginOptions,
    /// Where reports go that it could not be delivered; empty for nowhere
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// A recipient; once for each
    #[arg(long, value_name = "ADDRESS", required = true)]
    to: Vec<String>,
    /// The message; - for standard input
    #[arg(value_name = "FILE")]
    message: PathBuf,
    /// Speak LMTP, which has an answer for each recipient
    #[arg(long)]
    lmtp: bool,
    /// The name of this host, for the greeting
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    hello: String,
    /// Send the content with DATA even where the server offers BDAT
    #[arg(long)]
    data: bool,
    /// When to report on delivery: never, or success, failure, delay with commas between them
    #[arg(long, value_name = "WHEN")]
    notify: Option<String>,
    /// An identifier that reports will have
    #[arg(long, value_name = "TEXT")]
    envelope_id: Option<String>,
    /// How much of the message reports will have
    #[arg(long, value_enum, value_name = "WHAT")]
    report: Option<Report>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Report {
    /// All of it
    Full,
    /// Its header
    Header,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("smtp_send: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<bool> {
    // All that can be wrong here is found before anybody is called.
    let from = ReversePath::try_from(arguments.from.as_str());
    let mut envelope = Envelope::new(from.map_err(|e| wrong(&arguments.from, e))?);
    for to in &arguments.to {
        envelope.to(ForwardPath::try_from(to.as_str()).map_err(|e| wrong(to, e))?);
    }
    let name = Host::try_from(arguments.hello.as_str()).map_err(|e| wrong(&arguments.hello, e))?;
    reports(&mut envelope, arguments)?;
    let path = &arguments.message;
    let from_file = path != Path::new("-");
    let known = if from_file {
        Some(survey(open(path)?).map_err(|e| named(path.display(), &e))?)
    } else {
        None
    };
    if known.is_some_and(|known| known.size == 0) {
        return Err(io::Error::other(format!("{}: the file is empty", path.display())));
    }
    let target = arguments.server.target(465, if arguments.lmtp { 24 } else { 587 })?;
    let credentials = arguments.login.credentials()?;

    let mut config = Config::new(name);
    config.lmtp = arguments.lmtp;
    config.prefer_chunking = !arguments.data;
    config.allow_plaintext_auth = target.security == Security::None;
    config.require_tls = target.security != Security::None;
    let mut client = smtp::Client::with_config(target, config, arguments.server.log())?;
    if let Some((user, password)) = credentials {
        client.login(&user, &password)?;
    }
    announce(&mut envelope, &client, known)?;
    let content: Box<dyn Read> =
        if from_file { Box::new(open(path)?) } else { Box::new(io::stdin()) };
    let outcome = client.send_mail(&envelope, &mut CrlfReader::new(content), |_| {})?;
    for recipient in &outcome.recipients {
        let what = if recipient.is_accepted() { "accepted" } else { "refused" };
        let (code, reply) = (recipient.reply.code(), recipient.reply.message());
        let enhanced =
            recipient.reply.enhanced().map(|code| format!(" {code}")).unwrap_or_default();
        let said = reply.split_whitespace().collect::<Vec<_>>().join(" ");
        println!("{what} {}: {code}{enhanced} {}", recipient.path.as_str(), printable(&said));
    }
    // The outcome is known, however the farewell goes.
    let _ = client.quit();
    Ok(outcome.is_accepted())
}

/// What the sender wants to hear of the delivery (RFC 3461).
fn reports(envelope: &mut Envelope<'_>, arguments: &Arguments) -> io::Result<()> {
    if let Some(report) = arguments.report {
        let word = match report {
            Report::Full => "FULL",
            Report::Header => "HDRS",
        };
        push(&mut envelope.parameters, "RET", word)?;
    }
    if let Some(id) = &arguments.envelope_id {
        let text = smtp_proto::XText::encode(id).map_err(|e| wrong(id, e))?;
        push(&mut envelope.parameters, "ENVID", text.as_str())?;
    }
    if let Some(notify) = &arguments.notify {
        for (_, parameters) in &mut envelope.recipients {
            push(parameters, "NOTIFY", &notify.to_uppercase())?;
            let parameter = parameters.iter().find(|one| one.keyword == "NOTIFY");
            let valid = parameter.map(|one| one.in_rcpt());
            valid.transpose().map_err(|e| wrong(notify, e))?;
        }
    }
    Ok(())
}

fn push(parameters: &mut Parameters<'_>, keyword: &str, value: &str) -> io::Result<()> {
    parameters.push(keyword, Some(value)).map_err(|e| wrong(value, e))
}

/// Says what the server has to know of the content, as far as it asks.
fn announce(
    envelope: &mut Envelope<'_>,
    client: &smtp::Client,
    known: Option<Survey>,
) -> io::Result<()> {
    let offers = |keyword: &str| client.capabilities().is_some_and(|list| list.has(keyword));
    if let Some(known) = known
        && offers("SIZE")
    {
        envelope.size(known.size).map_err(io::Error::other)?;
    }
    // Of standard input nobody knows before it is read.
    let eight_bit = known.map_or(offers("8BITMIME"), |known| known.eight_bit);
    if eight_bit {
        push(&mut envelope.parameters, "BODY", "8BITMIME")?;
    }
    let international =
        |path: Option<&smtp_proto::Mailbox<'_>>| path.is_some_and(|m| !m.is_ascii());
    let addresses = international(envelope.from.mailbox())
        || envelope.recipients.iter().any(|(to, _)| international(to.mailbox()));
    if addresses || known.is_some_and(|known| known.eight_bit_header && offers("SMTPUTF8")) {
        envelope.parameters.push("SMTPUTF8", None).map_err(io::Error::other)?;
    }
    Ok(())
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path).map_err(|e| named(path.display(), &e))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(io::Error::other(format!("{}: a folder", path.display())));
    }
    Ok(file)
}

fn wrong(what: &str, error: ParseError) -> io::Error {
    io::Error::other(format!("{what:?}, at {}: expected {}", error.offset, error.expected))
}

fn named(what: impl Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
