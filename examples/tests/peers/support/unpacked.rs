//! Servers that may not be installed beside the others: unpacked, they see the system with their own
//! files laid over it, in namespaces of mounts and of processes that end with the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Process, Scratch, packages, root};

/// The daemons of an unpacked package.
#[derive(Debug)]
pub struct Unpacked {
    _process: Process,
    log: PathBuf,
}

/// Lays the package `$1` over the system and becomes `sh`, which runs the script `$3` with the peer's
/// own folder `$2` where it is outside. What else is written goes away with the memory it is in.
const OVERLAY: &str = r#"
set -e
mount -t tmpfs none "$2/system"
cd "$2/system"
mkdir package changed work root
cp -a "$1/." package
mount -t overlay none -o lowerdir=package:/,upperdir=changed,workdir=work root || exit 77
mount --rbind /dev root/dev
mount -t proc none root/proc
mkdir -p "root$2"
mount --bind "$2" "root$2"
exec chroot root /bin/sh -c "$3"
"#;

impl Unpacked {
    /// Starts a script of the package, and waits until somebody listens on the ports. Says aloud if
    /// the package is not there, or if this machine lets nobody make namespaces.
    pub fn start(name: &str, dir: &Scratch, script: &str, ports: &[u16]) -> Option<Self> {
        let package = packages(&format!("debian/{name}"))?.join("root");
        if !root() {
            return None;
        }
        let allowed = Command::new("unshare").args(["--mount", "--pid", "--fork", "true"]).output();
        if !allowed.is_ok_and(|out| out.status.success()) {
            eprintln!("test skipped: no namespaces may be made here");
            return None;
        }
        std::fs::create_dir_all(dir.path().join("system")).unwrap();
        let log = dir.write("output", "");
        let output = std::fs::File::create(&log).unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", OVERLAY, "sh"]);
        command.arg(package).arg(dir.path()).arg(script);
        let mut process =
            Process::start(command.stdout(output.try_clone().unwrap()).stderr(output));
        let begin = Instant::now();
        for &port in ports {
            while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
                let status = process.ended();
                if status.is_some_and(|status| status.code() == Some(77)) {
                    eprintln!("test skipped: nothing may be laid over the system here");
                    return None;
                }
                let late = begin.elapsed() > Duration::from_secs(30);
                assert!(status.is_none() && !late, "{name} does not listen: {}", read(&log));
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Some(Self { _process: process, log })
    }

    /// What it printed so far.
    pub fn output(&self) -> String {
        read(&self.log)
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
