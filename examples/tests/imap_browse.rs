//! `imap_browse` as people run it.

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Output, Stdio};

use support::{Folder, Server, program, text};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\x00\xff picture";

struct Office {
    folder: Folder,
    _server: Server,
    /// What every call says.
    common: Vec<String>,
}

impl Office {
    fn start(name: &str) -> Self {
        let folder = Folder::new(name);
        let plain = "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nTo: alice@example.org\r\n\
            Subject: hello\r\nMessage-ID: <1@example.org>\r\n\r\nA line.\r\n";
        let picture = "iVBORw0KGgoA/yBwaWN0dXJl";
        let mixed = format!(
            "From: bob@example.org\r\nSubject: =?utf-8?b?5Zu+54mH?=\r\n\
             Content-Type: multipart/mixed; boundary=x\r\n\r\n\
             --x\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\nSch=C3=B6n\r\n\
             --x\r\nContent-Type: image/png; name=p.png\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--x--\r\n"
        );
        folder.file("store/alice/mailboxes/INBOX/new/1", plain);
        folder.file("store/alice/mailboxes/INBOX/new/2", mixed);
        let mut server = Server::start(&folder, &["alice"], &["--imap", "0", "--imaps", "0"]);
        let _in_the_clear = server.port();
        let imaps = server.port();
        let ca = folder.path().join("server.pem");
        let password = folder.file("password", "sesame\nnot this\n");
        let mut common: Vec<String> =
            ["--ca", "CA", "--user", "alice", "--password-file", "PW"].map(str::to_owned).to_vec();
        common[1] = ca.to_str().unwrap().to_owned();
        common[5] = password.to_str().unwrap().to_owned();
        common.push(format!("--server=localhost:{imaps}"));
        Self { folder, _server: server, common }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program("imap_browse").args(&self.common).args(arguments).output().unwrap()
    }

    /// What is printed, without spaces that repeat.
    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        let lines = text(&output.stdout);
        let lines = lines.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], expected: &str) {
        let output = self.run(arguments);
        let errors = text(&output.stderr);
        assert!(!output.status.success() && errors.contains(expected), "{arguments:?}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{arguments:?}: {errors}");
        assert!(!errors.contains("sesame"));
    }
}

#[test]
fn looking_around() {
    let office = Office::start("browse");
    let said = office.says(&["mailboxes"]);
    assert!(said.contains("Mailbox Messages Unseen"), "{said}");
    assert!(said.contains("\nINBOX 2 2\n"), "{said}");
    assert!(said.contains("\nTrash 0 0 \\Trash"), "{said}");

    let said = office.says(&["messages"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "UID Date From Subject Size");
    assert!(lines[1].starts_with("1 N ") && lines[1].contains(" Jürgen hello "), "{said}");
    assert!(lines[2].starts_with("2 N ") && lines[2].contains(" bob@example.org 图片 "), "{said}");
    assert_eq!(office.says(&["messages", "--last", "1"]).lines().count(), 2);
    assert_eq!(office.says(&["messages", "Trash"]), "Trash: no messages");

    let said = office.says(&["search", "INBOX", "FROM \"bob\" UNSEEN"]);
    assert!(said.contains("\n2 N ") && !said.contains("\n1 N "), "{said}");
    assert_eq!(office.says(&["search", "INBOX", "FLAGGED"]), "INBOX: nothing found");
    office.fails(&["search", "INBOX", "FROM"], "the query, at ");
    office.fails(&["search", "INBOX", "ALL\r\nx DELETE INBOX"], "the query");
    office.fails(&["messages", "nowhere"], "nowhere: the server refused: no such mailbox");

    let said = office.says(&["show", "INBOX", "2"]);
    assert!(said.contains("Subject: 图片\n"), "{said}");
    assert!(said.contains("1 text/plain"), "{said}");
    assert!(said.contains("2 image/png p.png 24 B"), "{said}");
    assert!(said.ends_with("\nSchön"), "{said}");
    office.fails(&["show", "INBOX", "9"], "no such part");
    // Nothing of this marks a message.
    assert!(office.says(&["messages"]).contains("\n2 N "));
}

#[test]
fn fetching() {
    let office = Office::start("browse-fetch");
    let picture = office.folder.path().join("picture.png");
    let path = picture.to_str().unwrap();
    office.says(&["fetch", "INBOX", "2", "--part", "2", "--output", path]);
    assert_eq!(std::fs::read(&picture).unwrap(), PICTURE);
    office.fails(&["fetch", "INBOX", "2", "--part", "2", "--output", path], "exists");
    let raw = office.run(&["--compress", "fetch", "INBOX", "2", "--part", "2", "--raw"]);
    assert_eq!(raw.stdout, b"iVBORw0KGgoA/yBwaWN0dXJl");
    let whole = office.run(&["fetch", "INBOX", "1"]).stdout;
    assert!(whole.starts_with(b"From: =?utf-8?q?") && whole.ends_with(b"\r\n\r\nA line.\r\n"));
    let none = office.folder.path().join("none");
    let path = none.to_str().unwrap();
    office.fails(&["fetch", "INBOX", "2", "--part", "7", "--output", path], "no such part");
    assert!(!none.exists());
    office.fails(&["fetch", "INBOX", "2", "--part", "a.b"], "not the number of a part");
}

#[test]
fn changing() {
    let office = Office::start("browse-change");
    office.says(&["flag", "INBOX", "1:2", "--add", "seen", "--add", "$todo"]);
    office.says(&["flag", "INBOX", "2", "--remove", "Seen", "--add", "flagged"]);
    let said = office.says(&["messages"]);
    assert!(!said.contains("\n1 N ") && said.contains("\n2 NF "), "{said}");
    assert!(office.says(&["search", "INBOX", "KEYWORD $todo"]).contains("\n2 "));
    office.says(&["move", "INBOX", "1", "Archive"]);
    assert_eq!(office.says(&["messages"]).lines().count(), 2);
    assert!(office.says(&["messages", "Archive"]).contains(" hello "));
    office.fails(&["move", "INBOX", "2", "nowhere"], "no such mailbox");
    office.fails(&["flag", "INBOX", "x", "--add", "seen"], "x: not UIDs");
    office.fails(&["flag", "INBOX", "1", "--add", "a b"], "a b: no flag can have this name");
}

#[test]
fn watching() {
    let office = Office::start("browse-watch");
    let mut watch = program("imap_browse")
        .args(&office.common)
        .args(["watch", "INBOX", "--seconds", "60"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(watch.stderr.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "watching; 2 messages");
    let mut news = BufReader::new(watch.stdout.take().unwrap()).lines();
    office.says(&["flag", "INBOX", "1", "--add", "seen"]);
    let line = news.next().unwrap().unwrap();
    assert!(line.starts_with("message 1 now has the flags") && line.contains("\\Seen"), "{line}");
    office.says(&["move", "INBOX", "2", "Archive"]);
    assert_eq!(news.next().unwrap().unwrap(), "message 2 is gone");
    office.says(&["move", "Archive", "1", "INBOX"]);
    let line = news.next().unwrap().unwrap();
    assert!(line.starts_with("new: 3 ") && line.contains("图片"), "{line}");
    watch.kill().unwrap();
    watch.wait().unwrap();
}

#[test]
fn who_may_not() {
    let office = Office::start("browse-no");
    let server = office.common.last().unwrap();
    let ca = &office.common[1];
    let output = program("imap_browse")
        .args(["--user", "alice", "--ca", ca, server, "mailboxes"])
        .env("MAIL_PASSWORD", "open")
        .output()
        .unwrap();
    assert!(text(&output.stderr).contains("wrong name or password"), "{}", text(&output.stderr));
    // Without the option the certificates of the system are trusted, and no others.
    let output = program("imap_browse")
        .args(["--user", "alice", server, "mailboxes"])
        .env("MAIL_PASSWORD", "sesame")
        .output()
        .unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(text(&output.stderr).contains("certificate"), "{}", text(&output.stderr));
    let traced = program("imap_browse")
        .args(["--user", "alice", "--ca", ca, server, "--trace", "mailboxes"])
        .env("MAIL_PASSWORD", "sesame")
        .output()
        .unwrap();
    let trace = text(&traced.stderr);
    assert!(trace.contains("C: A1 AUTHENTICATE SCRAM-SHA-256"), "{trace}");
    assert!(trace.contains("[redacted]") && !trace.contains("sesame"), "{trace}");
}
