//! `smtp_send` as people run it.

mod support;

use std::io::Write as _;
use std::process::{Output, Stdio};

use support::{Folder, Server, program, text};

struct Office {
    folder: Folder,
    _server: Server,
    submissions: u16,
    submission: u16,
    lmtp: u16,
}

impl Office {
    fn start(name: &str, options: &[&str]) -> Self {
        let folder = Folder::new(name);
        let ports = ["--submission", "0", "--submissions", "0", "--lmtp", "0"];
        let mut server = Server::start(&folder, &["alice", "bob"], &[&ports, options].concat());
        let (submission, submissions, lmtp) = (server.port(), server.port(), server.port());
        Self { folder, _server: server, submissions, submission, lmtp }
    }

    fn run(&self, port: u16, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = program("smtp_send")
            .arg("--ca")
            .arg(self.folder.path().join("server.pem"))
            .arg(format!("--server=localhost:{port}"))
            .args(arguments)
            .env("MAIL_PASSWORD", "sesame")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that fails early does not read its input.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// The messages in somebody's inbox, the oldest first.
    fn inbox(&self, user: &str) -> Vec<String> {
        let folder = self.folder.path().join("store").join(user).join("mailboxes/INBOX/cur");
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort_by_key(|path| path.metadata().unwrap().modified().unwrap());
        files.iter().map(|path| text(&std::fs::read(path).unwrap())).collect()
    }
}

#[test]
fn every_way_there_is() {
    let office = Office::start("send", &[]);
    let letter = office.folder.file("letter.eml", "Subject: hi\n\n.\nGrüße\n..\nno end");
    let letter = letter.to_str().unwrap();
    let expected = "Subject: hi\r\n\r\n.\r\nGrüße\r\n..\r\nno end\r\n";
    let ways: [(u16, &[&str]); 4] = [
        (office.submissions, &["-u", "bob"]),
        (office.submissions, &["-u", "bob", "--data"]),
        (office.submission, &["-u", "bob", "--protection", "starttls", "--notify", "never"]),
        (office.lmtp, &["--protection", "starttls", "--lmtp"]),
    ];
    for (index, (port, options)) in ways.iter().enumerate() {
        let common = ["--from", "bob@example.org", "--to", "alice@example.org", "--trace", letter];
        let output = office.run(*port, &[*options, &common].concat(), b"");
        let (said, trace) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{options:?}: {said}{trace}");
        assert!(said.starts_with("accepted alice@example.org: 250 2."), "{said}");
        assert!(trace.contains("BODY=8BITMIME") && trace.contains("SIZE=39"), "{trace}");
        assert!(!trace.contains("sesame"), "{trace}");
        let inbox = office.inbox("alice");
        assert_eq!(inbox.len(), index + 1);
        assert!(inbox.last().unwrap().ends_with(expected), "{inbox:?}");
    }

    // Standard input, and nobody to report to.
    let common = ["-u", "bob", "--from", "", "--to", "bob@example.org", "-"];
    let output = office.run(office.submissions, &common, b"Subject: 1\n\nx\n");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let inbox = office.inbox("bob");
    assert!(inbox[0].starts_with("Return-Path: <>\r\n"), "{inbox:?}");
}

#[test]
fn one_result_for_each_recipient() {
    let office = Office::start("send-some", &[]);
    let letter = office.folder.file("letter.eml", "Subject: hi\n\nx\n");
    let letter = letter.to_str().unwrap();
    let some =
        ["--to", "alice@example.org", "--to", "nobody@example.org", "--to", "bob@example.org"];
    let common = ["-u", "bob", "--from", "bob@example.org", letter];
    let output = office.run(office.submissions, &[&some[..], &common].concat(), b"");
    let said = text(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].starts_with("accepted alice@example.org: 250 2."), "{said}");
    assert!(lines[1].starts_with("refused nobody@example.org: 550 5.1.1 "), "{said}");
    assert!(lines[2].starts_with("accepted bob@example.org: 250 2."), "{said}");
    assert_eq!((office.inbox("alice").len(), office.inbox("bob").len()), (1, 1));
}

#[test]
fn what_cannot_be_sent() {
    let office = Office::start("send-not", &["--max-message", "1000"]);
    let letter = office.folder.file("letter.eml", "Subject: hi\n\nx\n");
    let large = office.folder.file("large.eml", "x: y\n\n".to_owned() + &"z\n".repeat(1000));
    let empty = office.folder.file("empty.eml", "");
    let (letter, large) = (letter.to_str().unwrap(), large.to_str().unwrap());
    let empty = empty.to_str().unwrap();
    let bob = ["-u", "bob", "--from", "bob@example.org", "--to", "alice@example.org"];
    let with = |more: &[&'static str], file| [&bob, more, &[file][..]].concat();
    let cases: [(Vec<&str>, &str); 7] = [
        (with(&[], "/nowhere/at.eml"), "/nowhere/at.eml: No such file"),
        (with(&[], "/"), "/: a folder"),
        (with(&[], empty), "empty.eml: the file is empty"),
        (with(&[], large), "octets of a mail"),
        (with(&["--to", "a b@c"], letter), "\"a b@c\", at "),
        (with(&["--to", "a@b>\r\nRCPT TO:<c@d"], letter), "expected"),
        (with(&["--notify", "sometimes"], letter), "\"sometimes\", at 0"),
    ];
    for (arguments, expected) in cases {
        let output = office.run(office.submissions, &arguments, b"");
        let errors = text(&output.stderr);
        assert!(!output.status.success() && errors.contains(expected), "{arguments:?}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    // A login that fails, a certificate that nobody trusts.
    let wrong = office.folder.file("password", "open\n");
    let password = ["--password-file", wrong.to_str().unwrap()];
    let output = office.run(office.submissions, &[&bob, &password[..], &[letter]].concat(), b"");
    assert!(text(&output.stderr).contains("the server refused"), "{}", text(&output.stderr));
    let server = format!("--server=localhost:{}", office.submissions);
    let mut command = program("smtp_send");
    let output = command.args(bob).args([&server, letter]).env("MAIL_PASSWORD", "sesame").output();
    assert!(text(&output.unwrap().stderr).contains("certificate"));
    assert!(office.inbox("alice").is_empty());
}
