//! Looks around in IMAP mailboxes, and tidies them up.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use imap_proto::{Command, Flag, Select, SequenceSet};
use mail_examples::client::imap::Client;
use mail_examples::options::{LoginOptions, ServerOptions};

mod change;
mod list;
mod part;
mod table;

/// Looks around in IMAP mailboxes, and tidies them up.
///
/// Looking changes nothing: no message is marked as seen. Messages are named by their UIDs, the first
/// column of every list; several as in `4,7:9`.
///
/// The password is the first line of --password-file, or else $MAIL_PASSWORD, or else it is asked for.
///
/// Examples:
///
///   imap_browse -s imap.example.org -u alice mailboxes
///
///   imap_browse -s imap.example.org -u alice messages INBOX --last 50
///
///   imap_browse -s imap.example.org -u alice search INBOX 'UNSEEN FROM "bob"'
///
///   imap_browse -s imap.example.org -u alice fetch INBOX 4711 --part 2 --output picture.png
#[derive(Parser)]
#[command(name = "imap_browse", version, verbatim_doc_comment)]
struct Arguments {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    login: LoginOptions,
    /// Compress what goes over the wire, if the server can
    #[arg(long)]
    compress: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// List the mailboxes, with how many messages are in them
    Mailboxes,
    /// List the messages of a mailbox, the newest last
    Messages {
        #[arg(default_value = "INBOX")]
        mailbox: String,
        /// How many, from the end
        #[arg(long, default_value_t = 20, value_name = "COUNT")]
        last: u32,
    },
    /// Show a message: its header, its parts, its text
    Show {
        mailbox: String,
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        uid: u32,
    },
    /// Fetch a message or one part of it, to a file or to standard output
    Fetch {
        mailbox: String,
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        uid: u32,
        /// The number of the part, as `show` has it; nothing else is downloaded
        #[arg(long, short, value_name = "NUMBER")]
        part: Option<String>,
        /// Leave the transfer encoding of the part as it is
        #[arg(long, requires = "part")]
        raw: bool,
        /// Where to; the file must not be there yet
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// List the messages that match, as IMAP's SEARCH has it: `UNSEEN SINCE 1-Oct-2026 FROM "bob"`
    Search {
        mailbox: String,
        #[arg(default_value = "ALL")]
        query: String,
    },
    /// Add flags to messages, or take them away
    Flag {
        mailbox: String,
        uids: String,
        /// seen, answered, flagged, deleted, draft, or a keyword; once for each
        #[arg(long, value_name = "FLAG", required_unless_present = "remove")]
        add: Vec<String>,
        /// The same, to be taken away
        #[arg(long, value_name = "FLAG")]
        remove: Vec<String>,
    },
    /// Move messages to another mailbox
    Move { mailbox: String, uids: String, to: String },
    /// Say what happens in a mailbox, as it happens
    Watch {
        #[arg(default_value = "INBOX")]
        mailbox: String,
        /// For how long; without it, until it is interrupted
        #[arg(long, value_name = "SECONDS")]
        seconds: Option<u64>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("imap_browse: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let target = arguments.server.target(993, 143)?;
    let credentials = arguments.login.credentials()?;
    let mut client = Client::connect(target, arguments.server.log()).await?;
    if let Some((user, password)) = credentials {
        client.login(&user, &password).await?;
    }
    if arguments.compress {
        client.compress().await?;
    }
    match arguments.task {
        Task::Mailboxes => list::mailboxes(&mut client).await?,
        Task::Messages { mailbox, last } => list::messages(&mut client, &mailbox, last).await?,
        Task::Search { mailbox, query } => list::search(&mut client, &mailbox, &query).await?,
        Task::Show { mailbox, uid } => {
            select(&mut client, &mailbox, true).await?;
            part::show(&mut client, uid).await?;
        }
        Task::Fetch { mailbox, uid, part, raw, output } => {
            select(&mut client, &mailbox, true).await?;
            part::fetch(&mut client, uid, part.as_deref(), raw, output.as_deref()).await?;
        }
        Task::Flag { mailbox, uids, add, remove } => {
            let uids = set(&uids)?;
            let (add, remove) = (flags(&add)?, flags(&remove)?);
            select(&mut client, &mailbox, false).await?;
            change::flag(&mut client, &uids, &add, &remove).await?;
        }
        Task::Move { mailbox, uids, to } => {
            let uids = set(&uids)?;
            select(&mut client, &mailbox, false).await?;
            change::relocate(&mut client, &uids, &to).await?;
        }
        Task::Watch { mailbox, seconds } => {
            select(&mut client, &mailbox, true).await?;
            change::watch(&mut client, seconds.map(Duration::from_secs)).await?;
        }
    }
    client.logout().await
}

/// Opens a mailbox, to look or to change.
async fn select(client: &mut Client, mailbox: &str, look: bool) -> io::Result<()> {
    let select = Select::from(client.mailbox(mailbox)?.into_owned());
    let command = if look { Command::Examine(select) } else { Command::Select(select) };
    let named = |e: io::Error| io::Error::new(e.kind(), format!("{mailbox}: {e}"));
    client.run(&command).await.map_err(named).map(|_| ())
}

fn set(uids: &str) -> io::Result<SequenceSet<'_>> {
    let wrong = |_| io::Error::other(format!("{uids}: not UIDs, such as 4,7:9"));
    SequenceSet::try_from(uids).map_err(wrong)
}

fn flags(names: &[String]) -> io::Result<Vec<Flag<'static>>> {
    let flag = |name: &String| {
        let system = ["seen", "answered", "flagged", "deleted", "draft"];
        let known = system.iter().any(|one| name.eq_ignore_ascii_case(one));
        let text = if known { format!("\\{name}") } else { name.clone() };
        let wrong = |_| io::Error::other(format!("{name}: no flag can have this name"));
        Flag::try_from(text.as_str()).map(Flag::into_owned).map_err(wrong)
    };
    names.iter().map(flag).collect()
}
