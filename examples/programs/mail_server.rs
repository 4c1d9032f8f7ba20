//! A mail server: SMTP, LMTP, POP3 and IMAP over a Maildir store.

use std::fmt::Display;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mail_examples::maildir::Store;
use mail_examples::server::{Protocol, Server, Settings};
use mail_examples::tls::Identity;
use mail_examples::users::Users;
use tokio::net::TcpListener;

/// Takes mail over SMTP and LMTP, serves it over POP3 and IMAP.
///
/// Messages are in Maildir folders, one for each mailbox. Mail is taken for the users of the file, at
/// any domain.
///
/// A port is opened for each option that names one; 0 stands for any free port. The address of each
/// is printed on standard output, one line each, when it can be connected to.
#[derive(Parser)]
#[command(name = "mail_server", version)]
struct Arguments {
    /// The folder of the mailboxes; made if it is not there
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// The file of users, a line each: `name:plain:password`, or what --hash prints
    #[arg(long, value_name = "FILE")]
    users: PathBuf,
    /// The name of this server, for greetings and certificates
    #[arg(long, default_value = "localhost")]
    domain: String,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    listen: IpAddr,
    /// SMTP as other servers speak it, with STARTTLS
    #[arg(long, value_name = "PORT")]
    smtp: Option<u16>,
    /// Submission: SMTP after AUTH, with STARTTLS
    #[arg(long, value_name = "PORT")]
    submission: Option<u16>,
    /// Submission in TLS
    #[arg(long, value_name = "PORT")]
    submissions: Option<u16>,
    /// LMTP
    #[arg(long, value_name = "PORT")]
    lmtp: Option<u16>,
    /// POP3, with STLS
    #[arg(long, value_name = "PORT")]
    pop3: Option<u16>,
    /// POP3 in TLS
    #[arg(long, value_name = "PORT")]
    pop3s: Option<u16>,
    /// IMAP, with STARTTLS
    #[arg(long, value_name = "PORT")]
    imap: Option<u16>,
    /// IMAP in TLS
    #[arg(long, value_name = "PORT")]
    imaps: Option<u16>,
    /// The certificate chain, PEM; without it one is made on the spot
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Where to write the certificate that is made on the spot, for clients that are to trust it
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    write_certificate: Option<PathBuf>,
    /// Take passwords without TLS
    #[arg(long)]
    allow_plaintext: bool,
    /// The largest message, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 50 << 20)]
    max_message: u64,
    /// How many connections there are at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    max_connections: usize,
    /// How long a client may say nothing, at most; the standards' own limits hold, too
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    max_idle: u64,
    /// Offer CRAM-MD5 and APOP to users whose line has `plain`; both are weak
    #[arg(long)]
    shared_secrets: bool,
    /// Tell of failed connections on standard error
    #[arg(long, short)]
    verbose: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mail_server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let ports = [
        ("smtp", arguments.smtp, Protocol::Smtp, false),
        ("submission", arguments.submission, Protocol::Submission, false),
        ("submissions", arguments.submissions, Protocol::Submission, true),
        ("lmtp", arguments.lmtp, Protocol::Lmtp, false),
        ("pop3", arguments.pop3, Protocol::Pop3, false),
        ("pop3s", arguments.pop3s, Protocol::Pop3, true),
        ("imap", arguments.imap, Protocol::Imap, false),
        ("imaps", arguments.imaps, Protocol::Imap, true),
    ];
    if ports.iter().all(|(_, port, ..)| port.is_none()) {
        return Err(io::Error::other("no port to listen on; see --help"));
    }
    let users = Users::read(&arguments.users)?;
    let identity = match (&arguments.certificate, &arguments.key) {
        (Some(certificate), Some(key)) => Identity::from_pem_files(certificate, key)?,
        _ => Identity::self_signed(&[&arguments.domain, "localhost", "127.0.0.1"])?,
    };
    if let Some(path) = &arguments.write_certificate {
        std::fs::write(path, identity.certificate_pem()).map_err(|e| named(path.display(), &e))?;
    }
    let store = Store::open(&arguments.store).map_err(|e| named(arguments.store.display(), &e))?;
    let settings = Settings {
        domain: arguments.domain,
        allow_plaintext_auth: arguments.allow_plaintext,
        max_message: arguments.max_message,
        max_connections: arguments.max_connections,
        max_idle: Duration::from_secs(arguments.max_idle),
        shared_secrets: arguments.shared_secrets,
        verbose: arguments.verbose,
    };
    let server = Server::new(settings, store, users, Some(&identity))?;
    let mut tasks = tokio::task::JoinSet::new();
    for (name, port, protocol, tls) in ports {
        let Some(port) = port else { continue };
        let address = (arguments.listen, port);
        let listener = TcpListener::bind(address).await;
        let listener =
            listener.map_err(|e| named(format_args!("{}:{port}", arguments.listen), &e))?;
        println!("{name} {}", listener.local_addr()?);
        tasks.spawn(std::sync::Arc::clone(&server).serve(listener, protocol, tls));
    }
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Ok(()),
        Some(ended) = tasks.join_next() => ended.map_err(io::Error::other)?,
    }
}

fn named(what: impl Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
