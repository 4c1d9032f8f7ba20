//! Real servers and clients, started by the tests that need them.
//!
//! Each peer lives in a folder of its own below the temporary folder, listens on loopback ports
//! that were free, and ends with the test. Where one is not installed, or may not be started by
//! this user, the test says so on standard error and passes.

#![allow(dead_code, unreachable_pub)] // shared by all tests here

pub mod courier;
pub mod cyrus;
pub mod dovecot;
pub mod exim;
pub mod opensmtpd;
pub mod postfix;
pub mod unpacked;

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The users that every peer knows.
pub const USERS: [&str; 3] = ["alice", "bob", "carol"];
/// Their password.
pub const PASSWORD: &str = "secret";
/// The domain they live in.
pub const DOMAIN: &str = "example.org";

/// A folder that is removed at the end.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes a folder that nobody else uses.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mail-{name}-{}-{count}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file in it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::env::var_os("MAIL_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// Loopback ports that are free now.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] =
        std::array::from_fn(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap());
    listeners.map(|l| l.local_addr().unwrap().port())
}

/// Waits until somebody listens.
pub fn wait_for_port(port: u16) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(30), "nothing listens on port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Where a program is, or `None` after saying aloud that it is missing.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into(), "/usr/libexec".into()])
        .map(|dir| dir.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("test skipped: {program} is not installed");
    }
    found
}

/// Whether this process may start daemons that change their user; says aloud if not.
pub fn root() -> bool {
    let yes = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if !yes {
        eprintln!("test skipped: this peer can be started by root only");
    }
    yes
}

/// A process that is killed, with its group, when it is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts a command in the background.
    pub fn start(command: &mut Command) -> Self {
        use std::os::unix::process::CommandExt as _;
        Self(command.process_group(0).stdin(Stdio::null()).spawn().unwrap())
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
        let begin = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) && begin.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// What a client program printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
}

impl Ran {
    /// The standard output of a program that succeeded.
    #[track_caller]
    pub fn ok(self) -> Vec<u8> {
        assert!(
            self.status.success(),
            "{}\n{}\n{}",
            self.status,
            String::from_utf8_lossy(&self.stdout),
            self.stderr
        );
        self.stdout
    }
}

/// Runs a client program to its end, but not longer than a minute.
pub fn run(command: &mut Command) -> Ran {
    run_with_input(command, &[])
}

/// The same, with bytes for its standard input.
pub fn run_with_input(command: &mut Command, input: &[u8]) -> Ran {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = std::thread::spawn(move || {
        // A client that does not read its input closes it; that is its business.
        let _ = stdin.write_all(&input);
    });
    let mut stdout = child.stdout.take().unwrap();
    let out = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stdout.read_to_end(&mut bytes);
        bytes
    });
    let mut stderr = child.stderr.take().unwrap();
    let err = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            break child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    feed.join().unwrap();
    Ran { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }
}

/// A self-signed certificate for `localhost`: the paths of certificate and key, as PEM.
pub fn certificate(dir: &Scratch) -> (PathBuf, PathBuf) {
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    let openssl = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "30", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .stderr(Stdio::null())
        .status();
    assert!(openssl.is_ok_and(|status| status.success()), "openssl cannot make a certificate");
    (cert, key)
}

/// Where packages of Python and of Node are, if somebody installed them; says aloud if not.
pub fn packages(kind: &str) -> Option<PathBuf> {
    let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = home("XDG_CACHE_HOME").or_else(|| home("HOME").map(|home| home.join(".cache")));
    let folder = home("MAIL_PEERS").or_else(|| cache.map(|cache| cache.join("mail-peers")))?;
    let folder = folder.join(kind);
    if !folder.join("done").exists() {
        eprintln!("test skipped: no packages in {}", folder.display());
        return None;
    }
    Some(folder)
}
