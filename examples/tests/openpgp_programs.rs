//! The programs for OpenPGP as people run them.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mail-openpgp-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Runs a program in the folder.
    fn run(&self, line: &str, input: &[u8]) -> Output {
        let test = std::env::current_exe().unwrap();
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let path = test.parent().unwrap().parent().unwrap().join("examples").join(name);
        assert!(path.exists(), "{} is missing: cargo build --examples", path.display());
        let mut command = Command::new(path);
        command.args(words).current_dir(&self.0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that fails early does not read its input.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    #[track_caller]
    fn ok(&self, line: &str, input: &[u8]) -> Vec<u8> {
        let output = self.run(line, input);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    #[track_caller]
    fn fails(&self, line: &str, input: &[u8]) {
        let output = self.run(line, input);
        assert!(!output.status.success() && output.stdout.is_empty(), "{line}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(error.lines().count(), 1, "{line}: {error}");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn messages_and_armor() {
    let folder = Folder::new();
    folder.ok("pgp_mail key --user alice@example.org alice", b"");
    folder.ok("pgp_mail key --user bob@example.org bob", b"");
    folder.fails("pgp_mail key --user bob@example.org bob", b"");
    let message = b"From: alice@example.org\nSubject: Secret\n\nHello\n";
    let has = |bytes: &[u8], word: &str| String::from_utf8_lossy(bytes).contains(word);

    let sent = folder.ok("pgp_mail encrypt --to bob.pub --sign alice -", message);
    assert!(!has(&sent, "Secret") && has(&sent, "Subject: [...]"));
    let read = folder.ok("pgp_mail decrypt --key bob --cert alice.pub -", &sent);
    assert!(has(&read, "Subject: Secret") && read.ends_with(b"\r\n\r\nHello\r\n"));
    folder.fails("pgp_mail decrypt --key alice -", &sent);
    folder.fails("pgp_mail decrypt --key bob --cert bob.pub -", &sent);
    assert!(has(&folder.ok("armor packets -", &sent), "Public Key Encrypted Session Key (1)"));

    let sent = folder.ok("pgp_mail sign --key alice -", message);
    folder.ok("pgp_mail verify --cert alice.pub -", &sent);
    folder.fails("pgp_mail verify --cert bob.pub -", &sent);
    let changed = String::from_utf8(sent).unwrap().replace("Hello", "Help!");
    folder.fails("pgp_mail verify --cert alice.pub -", changed.as_bytes());
    folder.fails("pgp_mail verify --cert alice.pub -", message);
    folder.fails("pgp_mail verify --cert nobody.pub -", message);
    folder.fails("pgp_mail sign --key alice.pub -", message);

    let armor = folder.ok("armor encode --label file --comment test --crlf -", b"\0\x01data");
    assert!(has(&armor, "\r\nComment: test\r\n"));
    assert_eq!(folder.ok("armor decode --strict -", &armor), b"\0\x01data");
    folder.fails("armor decode -", message);
    folder.fails("armor decode -", b"");
    folder.fails("armor packets -", message);
}
