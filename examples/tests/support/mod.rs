//! Programs of this package as people run them.

#![allow(dead_code, unreachable_pub)] // not every test needs all of it

pub mod session;

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// A program of this package. `cargo test` builds them before it runs the tests.
pub fn program(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is missing: cargo build --examples", path.display());
    Command::new(path)
}

/// Runs a program to its end.
pub fn run(name: &str, arguments: &[&dyn AsRef<OsStr>]) -> Output {
    let mut command = program(name);
    command.args(arguments.iter().map(|argument| argument.as_ref())).output().unwrap()
}

/// What was printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder that goes away.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mail-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A `mail_server` that runs.
pub struct Server {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts it on `store` in the folder, with these users, each with the password `sesame`. Its
    /// certificate, which is for localhost, is written to `server.pem` there.
    pub fn start(folder: &Folder, users: &[&str], options: &[&str]) -> Self {
        Self::start_with(folder, users, options, Stdio::inherit())
    }

    /// The same, with its complaints elsewhere.
    pub fn start_with(
        folder: &Folder,
        users: &[&str],
        options: &[&str],
        complaints: impl Into<Stdio>,
    ) -> Self {
        let mut command = program("mail_server");
        command.stderr(complaints);
        Self::spawn(command, folder, users, options)
    }

    /// The same, with at most so many files open at a time.
    pub fn start_with_files(folder: &Folder, users: &[&str], options: &[&str], files: u32) -> Self {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ulimit -n {files}; exec \"$0\" \"$@\""));
        command.arg(program("mail_server").get_program());
        Self::spawn(command, folder, users, options)
    }

    fn spawn(mut command: Command, folder: &Folder, users: &[&str], options: &[&str]) -> Self {
        let lines: String = users.iter().map(|user| format!("{user}:plain:sesame\n")).collect();
        let mut child = command
            .arg("--store")
            .arg(folder.path().join("store"))
            .arg("--users")
            .arg(folder.file("users", lines))
            .arg("--write-certificate")
            .arg(folder.path().join("server.pem"))
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said }
    }

    /// The port of the next listener, in the order in which `--help` lists them.
    pub fn port(&mut self) -> u16 {
        let line = self.said.next().expect("the server says where it listens").unwrap();
        line.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and the end.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
