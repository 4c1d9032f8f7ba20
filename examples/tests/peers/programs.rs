//! Our client programs against servers of others.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::package::program;
use super::support::courier::Courier;
use super::support::cyrus::Cyrus;
use super::support::dovecot::Dovecot;
use super::support::exim::Exim;
use super::support::opensmtpd::OpenSmtpd;
use super::support::postfix::Postfix;
use super::support::{Ran, Scratch, run};

/// Runs a program of ours as a user of the peer, which has this certificate, if any.
fn ours<'a>(
    name: &str,
    port: u16,
    certificate: impl Into<Option<&'a PathBuf>>,
    options: &[&str],
) -> Ran {
    let mut command = program(name);
    command.arg(format!("--server=localhost:{port}"));
    if let Some(certificate) = certificate.into() {
        command.arg("--ca").arg(certificate);
    }
    run(command.args(options).env("MAIL_PASSWORD", "secret"))
}

#[track_caller]
fn said(ran: Ran) -> String {
    String::from_utf8(ran.ok()).unwrap()
}

/// Waits for a number of files in a folder.
#[track_caller]
fn wait_for_files(folder: &Path, count: usize, log: impl Fn() -> String) {
    let begin = Instant::now();
    while std::fs::read_dir(folder).map_or(0, Iterator::count) < count {
        assert!(begin.elapsed() < Duration::from_secs(30), "{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A letter with every kind of line that has to survive.
const LETTER: &str = "From: bob@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n.\r\n..\r\nSchöne Grüße\r\n\
    --x\r\nContent-Type: application/octet-stream; name=a.bin\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nAAECAwQF\r\n--x--\r\n";

fn body() -> &'static str {
    LETTER.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn smtp_send_to_postfix() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(postfix) = Postfix::start(Some(dovecot.sasl), None) else { return };
    let scratch = Scratch::new("send");
    let letter = scratch.write("letter.eml", LETTER);
    let letter = letter.to_str().unwrap();
    let mut count = 0;
    for (port, protection) in [(postfix.smtp, "starttls"), (postfix.smtps, "tls")] {
        for more in [&[][..], &["--data"], &["--notify", "failure,delay", "--report", "header"]] {
            let options = ["--protection", protection, "-u", "bob", "--from", "bob@example.org"];
            let to = ["--to", "alice@example.org", "--to", "nobody@example.org", letter];
            let ran =
                ours("smtp_send", port, &postfix.certificate, &[&options, more, &to].concat());
            let text = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert_eq!(ran.status.code(), Some(1), "{text}{}\n{}", ran.stderr, postfix.log());
            assert!(text.contains("accepted alice@example.org: 250 2."), "{text}");
            assert!(text.contains("refused nobody@example.org: 550 5.1.1 "), "{text}");
            count += 1;
        }
    }
    let new = postfix.maildir("alice").join("new");
    wait_for_files(&new, count, || postfix.log());
    for entry in std::fs::read_dir(new).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.ends_with(&body().replace('\r', "")), "{text}");
    }
    let wrong = scratch.write("password", "guess\n");
    let options = ["--protection", "starttls", "-u", "bob", "--password-file"];
    let more = [wrong.to_str().unwrap(), "--from", "", "--to", "alice@example.org", letter];
    let ran =
        ours("smtp_send", postfix.smtp, &postfix.certificate, &[&options[..], &more].concat());
    assert!(!ran.status.success() && ran.stderr.contains("the server refused"), "{}", ran.stderr);
}

/// Delivers messages to Dovecot over LMTP.
fn deliver(dovecot: &Dovecot, scratch: &Scratch, count: usize) {
    for number in 0..count {
        let text = LETTER.replacen("From:", &format!("X-Number: {number}\r\nFrom:"), 1);
        let letter = scratch.write("letter.eml", text);
        let options = ["--lmtp", "--protection", "none", "--from", "bob@example.org"];
        let to = ["--to", "alice@example.org", "--to", "carol@example.org"];
        let all = [&options[..], &to, &[letter.to_str().unwrap()]].concat();
        let text = said(ours("smtp_send", dovecot.lmtp, &dovecot.certificate, &all));
        assert_eq!(text.matches("accepted").count(), 2, "{text}");
        assert!(text.contains("carol@example.org: 250 2.0.0 "), "{text}");
    }
}

#[test]
fn pop3_fetch_from_dovecot() {
    let Some(dovecot) = Dovecot::start() else { return };
    let scratch = Scratch::new("fetch");
    deliver(&dovecot, &scratch, 12);
    let maildir = scratch.path().join("Maildir");
    let fetch = |port, options: &[&str]| {
        let common = ["-u", "alice", "--maildir", maildir.to_str().unwrap()];
        said(ours("pop3_fetch", port, &dovecot.certificate, &[&common, options].concat()))
    };
    let text = fetch(dovecot.pop3, &["--protection", "starttls", "--limit", "5"]);
    assert_eq!(text, "5 new, 0 known, 0 deleted on the server, 7 left for later\n");
    assert_eq!(fetch(dovecot.pop3s, &[]), "7 new, 5 known, 0 deleted on the server\n");
    assert_eq!(fetch(dovecot.pop3s, &["--delete"]), "0 new, 12 known, 12 deleted on the server\n");
    assert_eq!(fetch(dovecot.pop3s, &[]), "0 new, 0 known, 0 deleted on the server\n");
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(maildir.join("new")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.ends_with(&body().replace('\r', "")), "{text}");
        let number = text.split("X-Number: ").nth(1).unwrap().lines().next().unwrap();
        numbers.push(number.parse::<u32>().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..12).collect::<Vec<u32>>());

    // Many accounts at the same time, over both kinds of TLS.
    let accounts: String = ["alice", "bob", "carol"]
        .iter()
        .map(|user| {
            let (tls, starttls) = (dovecot.pop3s, dovecot.pop3);
            format!(
                "{user}-1 tls localhost {tls} {user} secret\n\
                 {user}-2 starttls localhost {starttls} {user} secret\n"
            )
        })
        .collect();
    let accounts = scratch.write("accounts", accounts);
    let ran = run(program("mail_check").arg(accounts).arg("--ca").arg(&dovecot.certificate));
    let text = said(ran);
    assert_eq!(text.lines().count(), 6, "{text}");
    let carol = text.lines().filter(|line| line.starts_with("carol"));
    assert!(
        carol.clone().count() == 2 && carol.clone().all(|line| line.contains(" 12 ")),
        "{text}"
    );
}

#[test]
fn imap_browse_in_dovecot() {
    let Some(dovecot) = Dovecot::start() else { return };
    let scratch = Scratch::new("browse");
    deliver(&dovecot, &scratch, 3);
    let browse = |options: &[&str]| {
        let all = [&["-u", "alice"], options].concat();
        said(ours("imap_browse", dovecot.imaps, &dovecot.certificate, &all))
    };
    let list = browse(&["mailboxes"]);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&list).contains("INBOX 3 3"), "{list}");
    let list = browse(&["messages"]);
    assert_eq!(list.lines().count(), 4, "{list}");
    assert!(list.contains("Grüße") && list.contains("bob@example.org"), "{list}");
    let one = browse(&["--compress", "show", "INBOX", "2"]);
    assert!(one.contains("Schöne Grüße") && one.contains("a.bin"), "{one}");
    let options = ["-u", "alice", "fetch", "INBOX", "2", "--part", "2"];
    let part = ours("imap_browse", dovecot.imaps, &dovecot.certificate, &options).ok();
    assert_eq!(part, [0, 1, 2, 3, 4, 5]);
    let whole = browse(&["fetch", "INBOX", "3"]);
    assert!(whole.ends_with(body()), "{whole}");
    let found = browse(&["search", "INBOX", "HEADER X-Number 1"]);
    assert!(found.lines().count() == 2 && words(&found).contains("Size 2 N "), "{found}");
    browse(&["flag", "INBOX", "1:3", "--add", "seen", "--add", "flagged"]);
    browse(&["flag", "INBOX", "3", "--remove", "seen"]);
    assert!(words(&browse(&["messages"])).contains(" 3 NF "));
    let missing = ["-u", "alice", "move", "INBOX", "1", "Archiv/Ä & Ö"];
    let ran = ours("imap_browse", dovecot.imaps, &dovecot.certificate, &missing);
    assert!(!ran.status.success() && ran.stderr.contains("refused"), "{}", ran.stderr);
    let created = run(Command::new("curl")
        .args(["-sS", "--user", "alice:secret", "-X", "CREATE \"Archiv/&AMQ- &- &ANY-\""])
        .arg(format!("imap://localhost:{}/", dovecot.imap)));
    if created.status.success() {
        browse(&["move", "INBOX", "1,3", "Archiv/Ä & Ö"]);
        assert!(words(&browse(&["mailboxes"])).contains("Archiv/Ä & Ö 2 1"));
    }
    let starttls = ["--protection", "starttls", "-u", "alice", "watch", "--seconds", "1"];
    ours("imap_browse", dovecot.imap, &dovecot.certificate, &starttls).ok();
}

/// Sends the letter to alice and to nobody in several ways, and looks at what arrived.
fn send_to(
    ways: &[(u16, &[&str])],
    certificate: Option<&PathBuf>,
    maildir: &Path,
    log: impl Fn() -> String,
) {
    let scratch = Scratch::new("sent");
    let letter = scratch.write("letter.eml", LETTER);
    let mut count = 0;
    for (port, way) in ways {
        let to = ["--from", "bob@example.org", "--to", "alice@example.org"];
        let to = [&to[..], &["--to", "nobody@example.org", letter.to_str().unwrap()]].concat();
        let ran = ours("smtp_send", *port, certificate, &[*way, &to].concat());
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert_eq!(ran.status.code(), Some(1), "{text}{}\n{}", ran.stderr, log());
        assert!(text.contains("accepted alice@example.org: 250 "), "{text}");
        assert!(text.contains("refused nobody@example.org: 5"), "{text}");
        count += 1;
    }
    let new = maildir.join("new");
    wait_for_files(&new, count, &log);
    for entry in std::fs::read_dir(new).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.ends_with(&body().replace('\r', "")), "{text}");
    }
}

#[test]
fn smtp_send_to_exim() {
    let Some(exim) = Exim::start(None) else { return };
    let starttls = ["--protection", "starttls", "-u", "bob"];
    let report = ["-u", "bob", "--notify", "failure,delay", "--report", "header"];
    let ways: [(u16, &[&str]); 4] = [
        (exim.smtp, &starttls),
        (exim.smtps, &report),
        (exim.smtps, &["-u", "bob", "--data"]),
        (exim.smtp, &["--protection", "none"]),
    ];
    send_to(&ways, Some(&exim.certificate), &exim.maildir("alice"), || exim.log());
}

#[test]
fn smtp_send_to_opensmtpd() {
    let Some(opensmtpd) = OpenSmtpd::start() else { return };
    let report = ["--protection", "none", "--notify", "failure,delay", "--report", "header"];
    let ways = [(opensmtpd.smtp, &report[..2]), (opensmtpd.smtp, &report)];
    send_to(&ways, None, &opensmtpd.maildir("alice"), || opensmtpd.log());
}

#[test]
fn programs_with_cyrus() {
    let Some(cyrus) = Cyrus::start() else { return };
    let scratch = Scratch::new("cyrus-mail");
    let browse = |options: &[&str]| {
        let all = [&["-u", "alice"], options].concat();
        said(ours("imap_browse", cyrus.imaps, &cyrus.certificate, &all))
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let list = browse(&["mailboxes"]);
    assert!(words(&list).contains("INBOX 0 0"), "{list}{}", cyrus.log());
    for number in 0..3 {
        let text = LETTER.replacen("From:", &format!("X-Number: {number}\r\nFrom:"), 1);
        let letter = scratch.write("letter.eml", text);
        let options = ["--lmtp", "--protection", "none", "--from", "bob@example.org"];
        let to =
            ["--to", "alice@example.org", "--to", "nobody@example.org", letter.to_str().unwrap()];
        let options = [&options[..], &to].concat();
        let ran = ours("smtp_send", cyrus.lmtp, &cyrus.certificate, &options);
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(
            text.contains("accepted alice@example.org: 250 "),
            "{text}{}{}",
            ran.stderr,
            cyrus.log()
        );
        assert!(text.contains("refused nobody@example.org: 550"), "{text}");
    }
    look_around(&browse);
    browse(&["move", "INBOX", "2", "Archive"]);
    assert!(words(&browse(&["mailboxes"])).contains("Archive 1 "), "{}", browse(&["mailboxes"]));
    let starttls = ["--protection", "starttls", "-u", "alice", "watch", "--seconds", "1"];
    ours("imap_browse", cyrus.imap, &cyrus.certificate, &starttls).ok();
    fetch_two(&scratch, &[(cyrus.pop3s, "tls"), (cyrus.pop3, "starttls")], &cyrus.certificate);
}

#[test]
fn programs_with_courier() {
    let Some(courier) = Courier::start() else { return };
    let scratch = Scratch::new("courier-mail");
    for number in 0..3 {
        let text = LETTER.replacen("From:", &format!("X-Number: {number}\r\nFrom:"), 1);
        let name = format!("new/{number}.peer");
        std::fs::write(courier.maildir("alice").join(name), text.replace('\r', "")).unwrap();
    }
    let browse = |options: &[&str]| {
        let all = [&["--protection", "starttls", "-u", "alice"], options].concat();
        said(ours("imap_browse", courier.imap, &courier.certificate, &all))
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let list = browse(&["mailboxes"]);
    assert!(words(&list).contains("INBOX 3 3"), "{list}{}", courier.log());
    look_around(&browse);
    browse(&["move", "INBOX", "2", "INBOX.Archive"]);
    browse(&["watch", "--seconds", "1"]);
    fetch_two(
        &scratch,
        &[(courier.pop3, "starttls"), (courier.pop3, "none")],
        &courier.certificate,
    );
}

/// Looks at three letters in an inbox.
fn look_around(browse: &dyn Fn(&[&str]) -> String) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let list = browse(&["messages"]);
    assert_eq!(list.lines().count(), 4, "{list}");
    assert!(list.contains("Grüße") && list.contains("bob@example.org"), "{list}");
    let one = browse(&["show", "INBOX", "2"]);
    assert!(one.contains("Schöne Grüße") && one.contains("a.bin"), "{one}");
    let part = browse(&["fetch", "INBOX", "2", "--part", "2"]);
    assert_eq!(part.as_bytes(), [0, 1, 2, 3, 4, 5]);
    let whole = browse(&["fetch", "INBOX", "3"]);
    assert!(whole.ends_with(body()), "{whole}");
    let found = browse(&["search", "INBOX", "HEADER X-Number 1"]);
    assert!(found.lines().count() == 2 && words(&found).contains("Size 2 N"), "{found}");
    browse(&["flag", "INBOX", "1:3", "--add", "seen", "--add", "flagged"]);
    browse(&["flag", "INBOX", "3", "--remove", "seen"]);
    let list = words(&browse(&["messages"]));
    assert!(list.contains(" 3 NF ") && list.contains(" 1 F "), "{list}");
}

/// Downloads the two letters that are left, once, and deletes them.
fn fetch_two(scratch: &Scratch, ways: &[(u16, &str); 2], certificate: &PathBuf) {
    let maildir = scratch.path().join("Maildir");
    let fetch = |(port, protection): (u16, &str), options: &[&str]| {
        let common = ["-u", "alice", "--maildir", maildir.to_str().unwrap()];
        let all = [&common[..], &["--protection", protection], options].concat();
        said(ours("pop3_fetch", port, certificate, &all))
    };
    assert_eq!(fetch(ways[0], &[]), "2 new, 0 known, 0 deleted on the server\n");
    assert_eq!(fetch(ways[1], &["--delete"]), "0 new, 2 known, 2 deleted on the server\n");
    assert_eq!(fetch(ways[0], &[]), "0 new, 0 known, 0 deleted on the server\n");
    for entry in std::fs::read_dir(maildir.join("new")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.ends_with(&body().replace('\r', "")), "{text}");
    }
}
