//! The main job in one command: a mail server on free ports, a letter, and its whole way.
//!
//! Nothing has to be installed: SMTP, POP3 and IMAP over real sockets with real TLS, SASL and
//! OpenPGP, all in this process.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use mail_examples::client::{Log, Security, Side, Target, smtp};
use mail_examples::maildir::Store;
use mail_examples::openpgp::SecretKey;
use mail_examples::server::{Protocol, Server, Settings};
use mail_examples::tls::{Identity, client_config};
use mail_examples::users::Users;
use smtp_proto::client::Envelope;
use smtp_proto::{ForwardPath, Host, ReversePath};
use tokio::net::TcpListener;

mod collect;
mod letter;
mod report;
mod seal;

use letter::Letter;
use report::Report;

const DOMAIN: &str = "post-office.example";
const SENDER: &str = "alice";
const RECIPIENT: &str = "bob";

/// Sends a letter through a mail server of its own and collects it again.
///
/// Starts a server for SMTP, POP3 and IMAP on free ports of this machine; composes a letter with
/// text in Chinese, HTML and a picture; sends it as it is, and signed and encrypted as PGP/MIME;
/// lists and fetches both over POP3 and over IMAP; compares every byte, decrypts, verifies, and
/// saves the attachment. The status is 0 only if nothing differs.
#[derive(Parser)]
#[command(name = "post_office", version)]
struct Arguments {
    /// Send this message instead of a composed one; in the sealed letter it is the attachment
    #[arg(long, value_name = "FILE")]
    eml: Option<PathBuf>,
    /// Keep what was produced in this folder: the letters, the attachment, the mailboxes
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Print only the table at the end
    #[arg(long, short)]
    quiet: bool,
}

/// The server, and what clients need to know of it.
struct Office {
    smtp: u16,
    pop3: u16,
    imap: u16,
    identity: Identity,
    /// The passwords of the two users, made for this run.
    passwords: [String; 2],
    quiet: bool,
}

impl Office {
    /// Where a service is. All are on TLS after STARTTLS or STLS.
    fn target(&self, port: u16) -> io::Result<Target> {
        let tls = client_config(self.identity.certificate().cloned())?;
        Ok(Target { host: "localhost".to_owned(), port, security: Security::StartTls, tls })
    }

    fn log(&self) -> Option<Log> {
        if self.quiet {
            return None;
        }
        Some(Box::new(|side, line| match side {
            Side::Client => println!("    C: {line}"),
            Side::Server => println!("    S: {line}"),
        }))
    }

    fn narrate(&self, text: &str) {
        if !self.quiet {
            println!("\n{text}");
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(report) => {
            print!("{report}");
            if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("post_office: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<Report> {
    let letter = match &arguments.eml {
        Some(path) => Letter::read(path)?,
        None => Letter::compose()?,
    };
    let folder = Folder::new(arguments.keep.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let office = runtime.block_on(open(&folder.path, arguments.quiet))?;
    let mut report = Report::default();

    office.narrate(
        "Alice and Bob have keys, made for today. Alice signs the letter and encrypts it for Bob.",
    );
    let alice = SecretKey::generate(&format!("Alice <{SENDER}@{DOMAIN}>"))?;
    let bob = SecretKey::generate(&format!("Bob <{RECIPIENT}@{DOMAIN}>"))?;
    let sealed = seal::seal(letter.to_seal(), &alice, &bob.certificate())?;
    folder.save("letter.eml", letter.clear())?;
    folder.save("sealed.eml", &sealed)?;

    office.narrate("Alice submits both over SMTP.");
    submit(&office, &[letter.clear(), &sealed], &mut report)?;

    office.narrate("Bob collects them over POP3.");
    let pop3 = collect::over_pop3(&office)?;
    office.narrate("Bob looks at them over IMAP: headers first, then the part he wants, then all.");
    let imap = runtime.block_on(collect::over_imap(&office))?;

    // The server adds a line in front, which says who the sender is.
    let trace = format!("Return-Path: <{SENDER}@{DOMAIN}>\r\n");
    for (name, sent, at) in [("letter", letter.clear(), 0), ("sealed letter", sealed.as_slice(), 1)]
    {
        let stored = [trace.as_bytes(), sent].concat();
        report.same(&format!("{name} over POP3"), &stored, pop3.get(at).map(Vec::as_slice));
        report.same(
            &format!("{name} over IMAP"),
            &stored,
            imap.messages.get(at).map(Vec::as_slice),
        );
    }
    if let Some(part) = &imap.part {
        let stored = [trace.as_bytes(), letter.clear()].concat();
        let expected = letter::part(&stored, &part.path);
        report.same(&format!("part {} of the letter", part.section), &expected, Some(&part.octets));
    }

    office.narrate("Bob opens the sealed letter: decrypts it, verifies Alice's signature, saves the attachment.");
    let fetched = imap.messages.get(1).map(Vec::as_slice).unwrap_or_default();
    match seal::open(fetched, &bob, &alice.certificate()) {
        Ok(entity) => {
            report.pass("decryption and signature", entity.len());
            let (name, expected) = letter.attachment();
            let saved = letter::attachment(&entity, name);
            report.same(&format!("attachment {name}"), expected, saved.as_deref());
            folder.save(name, saved.as_deref().unwrap_or_default())?;
        }
        Err(error) => report.fail("decryption and signature", &error.to_string()),
    }
    if arguments.keep.is_some() {
        office.narrate(&format!("What was produced is in {}.", folder.path.display()));
    }
    drop(runtime);
    Ok(report)
}

/// Starts the server.
async fn open(folder: &Path, quiet: bool) -> io::Result<Office> {
    let identity = Identity::self_signed(&["localhost"])?;
    let mut users = Users::default();
    let passwords = [(); 2].map(|()| format!("{:032x}", rand::random::<u128>()));
    for (user, password) in [SENDER, RECIPIENT].iter().zip(&passwords) {
        users.add(user, password);
    }
    let store = Store::open(folder.join("mailboxes"))?;
    let settings = Settings { domain: DOMAIN.to_owned(), ..Settings::default() };
    let server = Server::new(settings, store, users, Some(&identity))?;
    let mut ports = [0; 3];
    for (protocol, port) in
        [Protocol::Submission, Protocol::Pop3, Protocol::Imap].into_iter().zip(&mut ports)
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        *port = listener.local_addr()?.port();
        tokio::spawn(Arc::clone(&server).serve(listener, protocol, false));
    }
    let [smtp, pop3, imap] = ports;
    let office = Office { smtp, pop3, imap, identity, passwords, quiet };
    office.narrate(&format!(
        "A mail server is open on 127.0.0.1: SMTP on port {smtp}, POP3 on port {pop3}, IMAP on port \
         {imap}. Its certificate was made on the spot; clients trust that one and no other."
    ));
    Ok(office)
}

/// Sends mails from Alice to Bob.
fn submit(office: &Office, mails: &[&[u8]], report: &mut Report) -> io::Result<()> {
    let name = Host::try_from("client.post-office.example").map_err(io::Error::other)?;
    let mut client = smtp::Client::connect(office.target(office.smtp)?, name, false, office.log())?;
    client.login(SENDER, &office.passwords[0])?;
    let (from, to) = (format!("{SENDER}@{DOMAIN}"), format!("{RECIPIENT}@{DOMAIN}"));
    for (nth, mail) in mails.iter().enumerate() {
        let from = ReversePath::try_from(from.as_str()).map_err(io::Error::other)?;
        let mut envelope = Envelope::new(from);
        envelope.size(mail.len() as u64).map_err(io::Error::other)?;
        let body = if mail.contains(&0) {
            Some("BINARYMIME")
        } else {
            (!mail.is_ascii()).then_some("8BITMIME")
        };
        if body.is_some() {
            envelope.parameters.push("BODY", body).map_err(io::Error::other)?;
        }
        envelope.to(ForwardPath::try_from(to.as_str()).map_err(io::Error::other)?);
        let outcome = client.send_mail(&envelope, &mut &mail[..], |_| {})?;
        let step = format!("mail {} over SMTP", nth + 1);
        match outcome.recipients.iter().find(|one| !one.is_accepted()) {
            None => report.pass(&step, mail.len()),
            Some(one) => report.fail(&step, &one.reply.message()),
        }
    }
    client.quit()
}

/// Where files go: a folder of the user's, or one that goes away.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn new(keep: Option<&Path>) -> io::Result<Self> {
        let path = match keep {
            Some(path) => path.to_owned(),
            None => {
                let name = format!("post-office-{:016x}", rand::random::<u64>());
                std::env::temp_dir().join(name)
            }
        };
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        std::fs::create_dir_all(&path).map_err(named)?;
        // Mail of an earlier run would be counted with that of this one.
        match std::fs::remove_dir_all(path.join("mailboxes")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(named(error)),
            _ => Ok(Self { path, temporary: keep.is_none() }),
        }
    }

    fn save(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path.join(name);
        std::fs::write(&path, bytes)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
