//! Fetches mail over POP3 into a Maildir.

use std::collections::HashSet;
use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use mail_examples::client::pop3::Client;
use mail_examples::options::{LoginOptions, ServerOptions};
use sha2::{Digest as _, Sha256};

/// Fetches mail over POP3 into a Maildir.
///
/// Only what was not fetched before is downloaded; which messages that are is kept in a file beside
/// them, by the server's unique-ids. A message is synced to disk before it counts as fetched, and
/// before it is deleted on the server, so that an interruption at any moment loses nothing and
/// brings nothing twice. The lines of the files end with LF, as in any Maildir.
///
/// The password is the first line of --password-file, or else $MAIL_PASSWORD, or else it is asked for.
///
/// Examples:
///
///   pop3_fetch -s pop.example.org -u alice --maildir ~/Maildir
///
///   pop3_fetch -s pop.example.org --protection starttls -u alice --maildir ~/Maildir --delete
#[derive(Parser)]
#[command(name = "pop3_fetch", version, verbatim_doc_comment)]
struct Arguments {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    login: LoginOptions,
    /// The Maildir; made if it is not there
    #[arg(long, value_name = "DIR")]
    maildir: PathBuf,
    /// Delete on the server what is on disk here; without it everything stays there
    #[arg(long)]
    delete: bool,
    /// Fetch no more than so many messages
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pop3_fetch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let target = arguments.server.target(995, 110)?;
    let Some((user, password)) = arguments.login.credentials()? else {
        return Err(io::Error::other("whose mail? Use --user"));
    };
    let mut maildir = Maildir::open(&arguments.maildir, &target.host, &user)?;
    let mut client = Client::connect(target, arguments.server.log())?;
    client.login(&user, &password)?;
    let ids = client.unique_ids()?;
    let sizes: std::collections::HashMap<u32, u64> = client.sizes()?.into_iter().collect();
    let mut new: Vec<&(u32, String)> = ids.iter().filter(|(_, id)| !maildir.has(id)).collect();
    let known = ids.len() - new.len();
    new.truncate(arguments.limit.unwrap_or(usize::MAX));

    let total = new.iter().filter_map(|(number, _)| sizes.get(number)).sum();
    let bar = if arguments.quiet || new.is_empty() || !io::stderr().is_terminal() {
        ProgressBar::hidden()
    } else {
        let style = "{msg} {bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        let style = ProgressStyle::with_template(style).map_err(io::Error::other)?;
        ProgressBar::new(total).with_style(style)
    };
    for (index, (number, id)) in new.iter().enumerate() {
        bar.set_message(format!("{} of {}", index + 1, new.len()));
        maildir.deliver(id, |file| {
            client.retrieve(*number, None, &mut bar.wrap_write(file)).map(|_| ())
        })?;
    }
    bar.finish_and_clear();

    let mut deleted = 0;
    if arguments.delete {
        for (number, _) in ids.iter().filter(|(_, id)| maildir.has(id)) {
            client.delete(*number)?;
            deleted += 1;
        }
    }
    // Only now does the server delete.
    client.quit()?;
    let left: HashSet<&str> = ids.iter().map(|(_, id)| id.as_str()).collect();
    maildir.forget(|id| !arguments.delete && left.contains(id))?;
    if !arguments.quiet {
        let later = ids.len() - known - new.len();
        let later = if later > 0 { format!(", {later} left for later") } else { String::new() };
        println!("{} new, {known} known, {deleted} deleted on the server{later}", new.len());
    }
    Ok(())
}

/// A Maildir, and what was fetched into it from one account.
struct Maildir {
    path: PathBuf,
    /// What begins the names of messages from this account.
    account: String,
    /// Unique-ids that were fetched.
    fetched: HashSet<String>,
    /// The files that were there at the start.
    files: HashSet<String>,
    state: PathBuf,
    log: File,
}

impl Maildir {
    fn open(path: &Path, host: &str, user: &str) -> io::Result<Self> {
        let at = |sub: &str| path.join(sub);
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(at(sub)).map_err(|e| named(at(sub).display(), &e))?;
        }
        let account = digest(&[host, user])[..12].to_owned();
        let state = at(&format!(".pop3-{account}"));
        let text = match fs::read_to_string(&state) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(named(state.display(), &error)),
        };
        // A last line without its end was cut short; its message is known by the name of its file.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let fetched = whole.lines().map(str::to_owned).collect();
        let log = OpenOptions::new().create(true).append(true).open(&state);
        let log = log.map_err(|e| named(state.display(), &e))?;
        if whole.len() < text.len() {
            log.set_len(whole.len() as u64)?;
        }
        let path = path.to_owned();
        let mut maildir = Self { path, account, fetched, files: HashSet::new(), state, log };
        maildir.look()?;
        Ok(maildir)
    }

    /// Finds what earlier fetches left: whole messages, and files that were not complete.
    fn look(&mut self) -> io::Result<()> {
        for sub in ["new", "cur", "tmp"] {
            for entry in fs::read_dir(self.path.join(sub))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if !name.starts_with(&self.prefix()) {
                    continue;
                }
                if sub == "tmp" {
                    fs::remove_file(entry.path())?;
                } else {
                    // Readers add flags after a colon.
                    self.files.insert(name.split(':').next().unwrap_or_default().to_owned());
                }
            }
        }
        Ok(())
    }

    fn prefix(&self) -> String {
        format!("pop3-{}-", self.account)
    }

    /// The name of the file of a message: the same whenever it is fetched.
    fn name(&self, id: &str) -> String {
        format!("{}{}", self.prefix(), &digest(&[id])[..24])
    }

    /// Whether a message was fetched.
    fn has(&self, id: &str) -> bool {
        // Between the file and its line in the list there may have been an interruption.
        self.fetched.contains(id) || self.files.contains(&self.name(id))
    }

    /// Writes a message; when this returns, it is on disk.
    fn deliver(
        &mut self,
        id: &str,
        write: impl FnOnce(&mut UnixLines) -> io::Result<()>,
    ) -> io::Result<()> {
        let name = self.name(id);
        let temporary = self.path.join("tmp").join(&name);
        let place = |e: io::Error| named(temporary.display(), &e);
        let file = File::create(&temporary).map_err(place)?;
        let mut lines = UnixLines { out: BufWriter::new(file), cr: false };
        write(&mut lines)?;
        let file = lines.finish().map_err(place)?;
        file.sync_all()?;
        fs::rename(&temporary, self.path.join("new").join(&name))?;
        File::open(self.path.join("new"))?.sync_all()?;
        self.log.write_all(format!("{id}\n").as_bytes())?;
        self.log.sync_data()?;
        self.fetched.insert(id.to_owned());
        Ok(())
    }

    /// Keeps in the list only what is still of use.
    fn forget(&mut self, keep: impl Fn(&str) -> bool) -> io::Result<()> {
        let mut left: Vec<&str> =
            self.fetched.iter().map(String::as_str).filter(|id| keep(id)).collect();
        if left.len() == self.fetched.len() {
            return Ok(());
        }
        left.sort_unstable();
        let fresh = self.state.with_extension("new");
        let mut file = File::create(&fresh)?;
        for id in left {
            writeln!(file, "{id}")?;
        }
        file.sync_all()?;
        fs::rename(fresh, &self.state)
    }
}

/// Writes lines that end with CR LF as lines that end with LF.
struct UnixLines {
    out: BufWriter<File>,
    /// A CR that may belong to a line end.
    cr: bool,
}

impl UnixLines {
    fn finish(mut self) -> io::Result<File> {
        if self.cr {
            self.out.write_all(b"\r")?;
        }
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for UnixLines {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            if self.cr && line != b"\n" {
                self.out.write_all(b"\r")?;
            }
            let body = line.strip_suffix(b"\n").unwrap_or(line);
            self.cr = body.ends_with(b"\r");
            let ended = body.len() < line.len();
            self.out.write_all(body.strip_suffix(b"\r").unwrap_or(body))?;
            if ended {
                self.out.write_all(b"\n")?;
                self.cr = false;
            }
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn digest(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\0"));
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn named(what: impl Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
