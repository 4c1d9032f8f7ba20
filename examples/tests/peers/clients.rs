//! Clients of others against our `mail_server`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::package::{Folder, Server, program};
use super::support::dovecot::Dovecot;
use super::support::exim::Exim;
use super::support::postfix::Postfix;
use super::support::{Ran, find, run, run_with_input};

/// Our server, with all its ports.
struct Office {
    folder: Folder,
    _server: Server,
    smtp: u16,
    submission: u16,
    submissions: u16,
    lmtp: u16,
    pop3: u16,
    pop3s: u16,
    imap: u16,
    imaps: u16,
}

const LETTER: &str =
    "From: bob@example.org\r\nSubject: hello\r\n\r\n.\r\n..\r\nGr\u{fc}\u{df}e\r\n";

impl Office {
    fn start(name: &str) -> Self {
        let folder = Folder::new(name);
        let ports = [
            "--smtp",
            "0",
            "--submission",
            "0",
            "--submissions",
            "0",
            "--lmtp",
            "0",
            "--pop3",
            "0",
            "--pop3s",
            "0",
            "--imap",
            "0",
            "--imaps",
            "0",
        ];
        let mut server = Server::start(&folder, &["alice", "bob", "carol"], &ports);
        let [smtp, submission, submissions, lmtp, pop3, pop3s, imap, imaps] =
            std::array::from_fn(|_| server.port());
        Self {
            folder,
            _server: server,
            smtp,
            submission,
            submissions,
            lmtp,
            pop3,
            pop3s,
            imap,
            imaps,
        }
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }

    /// The messages in a mailbox.
    fn mailbox(&self, user: &str, name: &str) -> Vec<String> {
        let folder = self.folder.path().join("store").join(user).join("mailboxes").join(name);
        let mut all = Vec::new();
        for sub in ["cur", "new"] {
            let Ok(entries) = std::fs::read_dir(folder.join(sub)) else { continue };
            for entry in entries {
                let octets = std::fs::read(entry.unwrap().path()).unwrap();
                all.push(String::from_utf8_lossy(&octets).into_owned());
            }
        }
        all.sort();
        all
    }

    /// Puts a message into somebody's inbox.
    fn deliver(&self, user: &str, number: usize) {
        let text =
            format!("Message-ID: <{number}@example.org>\r\nSubject: {number}\r\n\r\n.{number}\r\n");
        self.folder.file(&format!("store/{user}/mailboxes/INBOX/new/{number:05}"), text);
    }

    #[track_caller]
    fn wait_for(&self, user: &str, count: usize, log: impl Fn() -> String) {
        let begin = Instant::now();
        while self.mailbox(user, "INBOX").len() < count {
            let there = self.mailbox(user, "INBOX").len();
            assert!(begin.elapsed() < Duration::from_secs(60), "{there} of {count}: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Checks that these messages, as `deliver` writes them, are in a text once each.
#[track_caller]
fn unharmed(text: &str, numbers: std::ops::Range<usize>) {
    let text = text.replace('\r', "");
    assert_eq!(text.matches("Message-ID: <").count(), numbers.len(), "{text}");
    for number in numbers {
        for line in [format!("Message-ID: <{number}@example.org>"), format!("\n\n.{number}\n")] {
            assert_eq!(text.matches(&line).count(), 1, "{line} in {text}");
        }
    }
}

/// The end of a message after its header.
fn body(text: &str) -> &str {
    text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[track_caller]
fn said(ran: Ran) -> String {
    String::from_utf8_lossy(&ran.ok()).into_owned()
}

#[test]
fn curl() {
    let Some(curl) = find("curl") else { return };
    let office = Office::start("curl");
    let letter = office.folder.file("letter", LETTER);
    let call = |url: String, options: &[&str]| {
        let mut command = Command::new(&curl);
        command.args(["-sS", "--max-time", "30", "--ssl-reqd", "--cacert"]).arg(office.ca());
        run(command.args(["--user", "alice:sesame"]).args(options).arg(url))
    };
    let upload = letter.to_str().unwrap();
    for (scheme, port) in [("smtp", office.submission), ("smtps", office.submissions)] {
        let options = ["--mail-from", "bob@example.org", "--mail-rcpt", "alice@example.org"];
        let options = [&options[..], &["--mail-rcpt", "carol@example.org", "-T", upload]].concat();
        call(format!("{scheme}://localhost:{port}/client"), &options).ok();
    }
    assert_eq!(office.mailbox("carol", "INBOX").len(), 2);
    for (scheme, port) in [("pop3", office.pop3), ("pop3s", office.pop3s)] {
        let list = said(call(format!("{scheme}://localhost:{port}/"), &[]));
        assert_eq!(list.lines().count(), 2, "{list}");
        let text = said(call(format!("{scheme}://localhost:{port}/2"), &[]));
        assert_eq!(body(&text), body(LETTER));
    }
    for (scheme, port) in [("imap", office.imap), ("imaps", office.imaps)] {
        let list = said(call(format!("{scheme}://localhost:{port}/"), &[]));
        assert!(list.contains("INBOX"), "{list}");
        let text = said(call(format!("{scheme}://localhost:{port}/INBOX;MAILINDEX=1"), &[]));
        assert_eq!(body(&text), body(LETTER));
        let found = said(call(format!("{scheme}://localhost:{port}/INBOX?SUBJECT%20hello"), &[]));
        assert!(found.contains("* SEARCH 1 2"), "{found}");
        call(format!("{scheme}://localhost:{port}/Drafts"), &["-T", upload]).ok();
    }
    assert_eq!(office.mailbox("alice", "Drafts"), [LETTER, LETTER]);
    let deleted = call(format!("pop3s://localhost:{}/1", office.pop3s), &["-X", "DELE", "-l"]);
    deleted.ok();
    assert_eq!(office.mailbox("alice", "INBOX").len(), 1);
    let wrong = call(format!("imaps://localhost:{}/", office.imaps), &["--user", "alice:open"]);
    assert_eq!(wrong.status.code(), Some(67), "{}", wrong.stderr);
}

#[test]
fn swaks() {
    let Some(swaks) = find("swaks") else { return };
    let office = Office::start("swaks");
    let mut count = 0;
    let ways: [(u16, &[&str]); 6] = [
        (office.submission, &["--tls", "--auth", "PLAIN"]),
        (office.submission, &["--tls", "--auth", "LOGIN"]),
        (office.submissions, &["--tls-on-connect", "--auth", "PLAIN"]),
        (office.submissions, &["--tls-on-connect", "--auth", "PLAIN", "--pipeline"]),
        (office.smtp, &["--tls"]),
        (office.lmtp, &["--protocol", "LMTP"]),
    ];
    for (port, options) in ways {
        let mut command = Command::new(&swaks);
        command.args(["--server", "localhost", "--port", &port.to_string()]);
        command.args(["--from", "bob@example.org", "--to", "alice@example.org,carol@example.org"]);
        command.args(["--tls-verify", "--tls-ca-path"]).arg(office.ca());
        if options.contains(&"--auth") {
            command.args(["--auth-user", "bob", "--auth-password", "sesame"]);
        }
        let ran = run(command.args(options));
        let text = said(ran);
        count += 1;
        assert_eq!(office.mailbox("alice", "INBOX").len(), count, "{options:?}: {text}");
        assert_eq!(office.mailbox("carol", "INBOX").len(), count, "{options:?}: {text}");
    }
    let mut command = Command::new(&swaks);
    command.args(["--server", "localhost", "--port", &office.submission.to_string(), "--tls"]);
    command.args(["--from", "bob@example.org", "--to", "alice@example.org", "--auth", "PLAIN"]);
    let ran = run(command.args(["--auth-user", "bob", "--auth-password", "open"]));
    assert!(!ran.status.success());
    assert_eq!(office.mailbox("alice", "INBOX").len(), count);
}

#[test]
fn msmtp() {
    let Some(msmtp) = find("msmtp") else { return };
    let office = Office::start("msmtp");
    for (index, (port, starttls, auth)) in [
        (office.submission, "on", "plain"),
        (office.submission, "on", "scram-sha-256"),
        (office.submissions, "off", "login"),
    ]
    .into_iter()
    .enumerate()
    {
        let config = format!(
            "account default\nhost localhost\nport {port}\ntls on\ntls_starttls {starttls}\n\
             tls_trust_file {}\nauth {auth}\nuser bob\npassword sesame\nfrom bob@example.org\n\
             dsn_notify failure,delay\ndsn_return headers\n",
            office.ca().display()
        );
        let file = office.folder.file("msmtprc", config);
        let mut chmod = Command::new("chmod");
        run(chmod.arg("600").arg(&file)).ok();
        let mut command = Command::new(&msmtp);
        command.arg("--file").arg(&file).args(["alice@example.org", "carol@example.org"]);
        run_with_input(&mut command, LETTER.replace('\r', "").as_bytes()).ok();
        let inbox = office.mailbox("alice", "INBOX");
        assert_eq!(inbox.len(), index + 1);
        assert_eq!(body(&inbox[0]), body(LETTER));
    }
}

/// `MAIL_LOAD=10000,200` asks for so many mails; the number of sessions is for another test.
#[test]
fn smtp_source() {
    let Some(source) = find("smtp-source") else { return };
    let office = Office::start("smtp-source");
    let asked = std::env::var("MAIL_LOAD").unwrap_or_default();
    let count = asked.split(',').next().and_then(|count| count.parse().ok()).unwrap_or(300);
    let flood = |options: &[&str], count: usize, user: &str, port: u16| {
        let begin = Instant::now();
        let mut command = Command::new(&source);
        command.args(options).arg("-m").arg(count.to_string()).args(["-f", "bob@example.org"]);
        command.args(["-t", &format!("{user}@example.org")]);
        // Not by `run`, which gives up after a minute.
        let status = command.arg(format!("inet:localhost:{port}")).status().unwrap();
        assert!(status.success(), "{status}");
        eprintln!("{count} mails from smtp-source in {} ms", begin.elapsed().as_millis());
        let inbox = office.mailbox(user, "INBOX");
        assert_eq!(inbox.len(), count);
        // What it sends is the same letter every time.
        let mut bodies: Vec<&str> = inbox.iter().map(|text| body(text)).collect();
        bodies.dedup();
        assert!(bodies.len() == 1 && bodies[0].len() >= 4000, "{bodies:?}");
        assert!(bodies[0].lines().all(|line| line.is_empty() || line.ends_with('X')));
    };
    flood(&["-s", "10", "-l", "5000"], count, "alice", office.smtp);
    flood(&["-L", "-s", "3", "-r", "1", "-l", "5000"], 30, "carol", office.lmtp);
}

#[test]
fn postfix_relays() {
    let office = Office::start("relay");
    let Some(postfix) = Postfix::start(None, Some(office.smtp)) else { return };
    let Some(sendmail) = find("sendmail") else { return };
    for number in 0..20 {
        let mut command = Command::new(&sendmail);
        command.arg("-C").arg(postfix.config()).args([
            "-i",
            "-f",
            "bob@example.org",
            "-N",
            "failure",
        ]);
        command.args(["alice@elsewhere.example", "carol@elsewhere.example"]);
        let text = format!("Subject: {number}\n\n.\n{}", "a line\n".repeat(number * 100));
        run_with_input(&mut command, text.as_bytes()).ok();
    }
    for user in ["alice", "carol"] {
        office.wait_for(user, 20, || postfix.log());
    }
    let longest = office.mailbox("alice", "INBOX").into_iter().map(|text| text.len()).max();
    assert!(longest > Some(19 * 100 * 8), "{longest:?}");
}

#[test]
fn exim_relays() {
    let office = Office::start("exim-relay");
    let Some(exim) = Exim::start(Some(office.smtp)) else { return };
    for number in 0..20 {
        let text = format!("Subject: {number}\r\n\r\n.\r\n{}", "a line\r\n".repeat(number * 100));
        let letter = office.folder.file("letter", text);
        let mut command = program("smtp_send");
        command.arg(format!("--server=localhost:{}", exim.smtp)).args(["--protection", "none"]);
        command.args(["--from", "bob@example.org", "--to", "alice@elsewhere.example"]);
        run(command.args(["--to", "carol@elsewhere.example"]).arg(letter)).ok();
    }
    for user in ["alice", "carol"] {
        office.wait_for(user, 20, || exim.log());
    }
    let longest = office.mailbox("alice", "INBOX").into_iter().map(|text| text.len()).max();
    assert!(longest > Some(19 * 100 * 8), "{longest:?}");
}

#[test]
fn dovecot_relays() {
    let office = Office::start("dovecot-relay");
    let Some(dovecot) = Dovecot::relaying(office.smtp) else { return };
    for (number, way) in [&[][..], &["--data"]].into_iter().enumerate() {
        let letter = office.folder.file("letter", LETTER);
        let mut command = program("smtp_send");
        command.arg(format!("--server=localhost:{}", dovecot.submission));
        command.args(["--protection", "starttls", "-u", "bob", "--ca"]).arg(&dovecot.certificate);
        command.args(["--from", "bob@example.org", "--to", "alice@example.org"]).args(way);
        command.args(["--to", "nobody@example.org"]).arg(letter).env("MAIL_PASSWORD", "secret");
        let ran = run(&mut command);
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(text.contains("accepted alice@example.org: 250 "), "{text}{}", ran.stderr);
        assert!(text.contains("refused nobody@example.org: 550 "), "{text}{}", ran.stderr);
        let inbox = office.mailbox("alice", "INBOX");
        assert_eq!(inbox.len(), number + 1);
        assert_eq!(body(&inbox[0]), body(LETTER));
    }
}

/// What Python's own modules say, in one script.
const PYTHON: &str = r#"
import imaplib, poplib, smtplib, ssl, sys
ca, submission, submissions, lmtp, pop3, pop3s, imap, imaps = sys.argv[1:]
tls = ssl.create_default_context(cafile=ca)
letter = "From: bob@example.org\r\nSubject: hello\r\n\r\n.\r\n..\r\nx\r\n"

for port, implicit in ((submission, False), (submissions, True)):
    if implicit:
        client = smtplib.SMTP_SSL("localhost", int(port), context=tls)
    else:
        client = smtplib.SMTP("localhost", int(port))
        client.starttls(context=tls)
    client.login("bob", "sesame")
    refused = client.sendmail("bob@example.org", ["alice@example.org", "nobody@example.org"], letter)
    assert list(refused) == ["nobody@example.org"], refused
    assert refused["nobody@example.org"][0] == 550
    try:
        client.sendmail("bob@example.org", ["nobody@example.org"], letter)
        assert False
    except smtplib.SMTPRecipientsRefused:
        pass
    assert client.noop()[0] == 250
    assert client.verify("alice")[0] == 252
    client.quit()
client = smtplib.LMTP("localhost", int(lmtp))
assert client.sendmail("bob@example.org", ["alice@example.org"], letter) == {}
client.quit()

for port, implicit in ((pop3, False), (pop3s, True)):
    if implicit:
        client = poplib.POP3_SSL("localhost", int(port), context=tls)
    else:
        client = poplib.POP3("localhost", int(port))
        client.stls(context=tls)
    client.user("alice")
    client.pass_("sesame")
    assert client.stat()[0] == 3
    assert len(client.uidl()[1]) == 3
    assert "UIDL" in client.capa()
    response, lines, octets = client.retr(1)
    assert lines[-3:] == [b".", b"..", b"x"], lines
    assert client.top(2, 1)[1][-1] == b"."
    client.dele(1)
    client.rset()
    client.quit()

for port, implicit in ((imap, False), (imaps, True)):
    if implicit:
        client = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=tls)
    else:
        client = imaplib.IMAP4("localhost", int(port))
        client.starttls(tls)
    client.login("alice", "sesame")
    status, data = client.select("INBOX")
    assert status == "OK" and int(data[0]) == 3
    status, data = client.fetch("1:3", "(UID FLAGS RFC822.SIZE BODY.PEEK[])")
    assert status == "OK" and data[0][1].endswith(b"\r\n.\r\n..\r\nx\r\n"), data
    assert client.search(None, "SUBJECT", '"hello"') == ("OK", [b"1 2 3"])
    client.create("Copies")
    assert client.copy("1:2", "Copies")[0] == "OK"
    assert client.store("1", "+FLAGS", r"(\Seen $work)")[0] == "OK"
    assert client.append("Copies", r"(\Draft)", None, letter.encode())[0] == "OK"
    status, data = client.status("Copies", "(MESSAGES)")
    assert data[0].endswith(b"(MESSAGES 3)"), data
    assert client.thread("REFERENCES", "UTF-8", "ALL")[0] == "OK"
    assert client.sort("REVERSE DATE", "UTF-8", "ALL")[0] == "OK"
    status, data = client.uid("SEARCH", None, "ALL")
    assert client.uid("MOVE", data[0].split()[-1].decode(), "Copies")[0] == "OK"
    client.select("Copies")
    client.store("1:*", "+FLAGS", r"\Deleted")
    client.expunge()
    client.unselect()
    client.delete("Copies")
    client.select("INBOX")
    client.append("INBOX", None, None, letter.encode())
    client.logout()
print("well")
"#;

#[test]
fn python() {
    let Some(python) = find("python3") else { return };
    let office = Office::start("python");
    let script = office.folder.file("peer.py", PYTHON);
    let ports = [
        office.submission,
        office.submissions,
        office.lmtp,
        office.pop3,
        office.pop3s,
        office.imap,
        office.imaps,
    ];
    let mut command = Command::new(python);
    command.arg(script).arg(office.ca()).args(ports.map(|port| port.to_string()));
    assert_eq!(said(run(&mut command)), "well\n");
}

#[test]
fn mbsync() {
    let Some(mbsync) = find("mbsync") else { return };
    let office = Office::start("mbsync");
    (0..200).for_each(|number| office.deliver("alice", number));
    let local = office.folder.path().join("local");
    std::fs::create_dir_all(&local).unwrap();
    let config = format!(
        "IMAPAccount a\nHost localhost\nPort {port}\nUser alice\nPass sesame\nSSLType IMAPS\n\
         CertificateFile {ca}\n\nIMAPStore far\nAccount a\n\n\
         MaildirStore near\nPath {local}/\nInbox {local}/INBOX\nSubFolders Verbatim\n\n\
         Channel all\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\nSyncState *\n",
        port = office.imaps,
        ca = office.ca().display(),
        local = local.display(),
    );
    let config = office.folder.file("mbsyncrc", config);
    let sync = || {
        run(Command::new(&mbsync).arg("-c").arg(&config).arg("-a").env("HOME", &local)).ok();
    };
    let files = |folder: &Path| -> Vec<PathBuf> {
        ["new", "cur"]
            .iter()
            .filter_map(|sub| std::fs::read_dir(folder.join(sub)).ok())
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect()
    };
    sync();
    let inbox = local.join("INBOX");
    let mut near = files(&inbox);
    assert_eq!(near.len(), 200);

    // Changes at this end: flags, removals, new messages.
    near.sort();
    for path in &near[..10] {
        std::fs::remove_file(path).unwrap();
    }
    for path in &near[10..20] {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let base = name.split(':').next().unwrap().to_owned();
        std::fs::rename(path, inbox.join("cur").join(base + ":2,FS")).unwrap();
    }
    for number in 0..5 {
        let text = format!("Message-ID: <near-{number}@example.org>\nSubject: near\n\nx\n");
        std::fs::write(inbox.join("new").join(format!("near.{number}")), text).unwrap();
    }
    // And at the other one.
    (200..207).for_each(|number| office.deliver("alice", number));
    sync();
    assert_eq!(files(&inbox).len(), 202);
    sync();
    assert_eq!(files(&inbox).len(), 202);
    let far = office.mailbox("alice", "INBOX");
    assert_eq!(far.len(), 202);
    // mbsync adds a line to the header of what it uploads.
    let content = |texts: Vec<String>| {
        let header = |line: &&str| !line.starts_with("X-TUID");
        let text = |text: String| text.lines().filter(header).collect::<Vec<_>>().join("\n");
        let mut all: Vec<String> = texts.into_iter().map(text).collect();
        all.sort();
        all
    };
    let near = files(&inbox).iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(content(near), content(far));
    let listed = run(Command::new(find("curl").unwrap_or_default())
        .args(["-sS", "--cacert"])
        .arg(office.ca())
        .args(["--user", "alice:sesame"])
        .arg(format!("imaps://localhost:{}/INBOX?FLAGGED%20SEEN", office.imaps)));
    if listed.status.success() {
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        let found = text.lines().next().unwrap_or_default();
        assert_eq!(found.split_whitespace().count(), 2 + 10, "{found}");
    }
}

#[test]
fn fetchmail() {
    let Some(fetchmail) = find("fetchmail") else { return };
    let office = Office::start("fetchmail");
    (0..20).for_each(|number| office.deliver("alice", number));
    (0..20).for_each(|number| office.deliver("bob", number));
    let mut count = 0;
    for (protocol, port, user, ssl) in
        [("pop3", office.pop3s, "alice", "ssl"), ("imap", office.imaps, "bob", "ssl")]
    {
        let out = office.folder.path().join(format!("fetched-{protocol}"));
        let config = format!(
            "poll localhost protocol {protocol} service {port}\n\
             user {user} password sesame {ssl} sslcertck sslcertfile {ca}\n\
             no rewrite mda \"cat >> {out}\"\n",
            ca = office.ca().display(),
            out = out.display(),
        );
        let file = office.folder.file("fetchmailrc", config);
        run(Command::new("chmod").arg("600").arg(&file)).ok();
        let mut command = Command::new(&fetchmail);
        command.arg("-f").arg(&file).args(["--nodetach", "--nosyslog", "--pidfile"]);
        command.arg(office.folder.path().join("pid")).env("HOME", office.folder.path());
        let ran = run(command.arg("--idfile").arg(office.folder.path().join("ids")));
        let log = format!("{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
        assert!(ran.status.success(), "{protocol}: {log}");
        let text = std::fs::read_to_string(out).unwrap();
        unharmed(&text, 0..20);
        count += 1;
        assert!(office.mailbox(user, "INBOX").is_empty(), "{log}");
    }
    assert_eq!(count, 2);
}

#[test]
fn getmail() {
    let (Some(getmail), Some(tee)) = (find("getmail"), find("tee")) else { return };
    let office = Office::start("getmail");
    (0..5).for_each(|number| office.deliver("alice", number));
    for (kind, port, more) in [
        ("SimplePOP3SSLRetriever", office.pop3s, ""),
        ("SimpleIMAPSSLRetriever", office.imaps, "mailboxes = (\"INBOX\",)\n"),
    ] {
        let folder = office.folder.path().join(kind);
        std::fs::create_dir_all(&folder).unwrap();
        // As root it writes no Maildir by itself.
        let config = format!(
            "[retriever]\ntype = {kind}\nserver = localhost\nport = {port}\nusername = alice\n\
             password = sesame\nca_certs = {ca}\n{more}\
             [destination]\ntype = MDA_external\npath = {tee}\n\
             arguments = (\"-a\", \"{folder}/mail\")\nallow_root_commands = true\n\
             [options]\nread_all = true\ndelete = false\n",
            ca = office.ca().display(),
            tee = tee.display(),
            folder = folder.display(),
        );
        std::fs::write(folder.join("getmailrc"), config).unwrap();
        let mut command = Command::new(&getmail);
        command.arg("--getmaildir").arg(&folder).env("HOME", &folder);
        let log = said(run(&mut command));
        let text = std::fs::read_to_string(folder.join("mail")).unwrap_or_default();
        assert!(!text.is_empty(), "{kind}: {log}");
        unharmed(&text, 0..5);
    }
}

#[test]
fn neomutt() {
    let Some(neomutt) = find("neomutt") else { return };
    let office = Office::start("neomutt");
    let config = format!(
        "set smtp_url = smtps://bob:sesame@localhost:{}\nset ssl_force_tls = yes\n\
         set certificate_file = {ca}\n\
         set from = bob@example.org\nset copy = no\nset smtp_authenticators = plain\n",
        office.submissions,
        ca = office.ca().display(),
    );
    let config = office.folder.file("muttrc", config);
    let picture = office.folder.file("a.bin", [0, 1, 2, 3, 255]);
    let mut command = Command::new(&neomutt);
    command.arg("-n").arg("-F").arg(&config).args(["-s", "hellö", "-a"]).arg(&picture);
    command.args(["--", "alice@example.org"]).env("HOME", office.folder.path());
    run_with_input(command.env("TERM", "dumb"), "Grüße\n.\n".as_bytes()).ok();
    let inbox = office.mailbox("alice", "INBOX");
    assert_eq!(inbox.len(), 1);
    assert!(inbox[0].contains("AAECA/8="), "{}", inbox[0]);
}

#[test]
fn neomutt_reads() {
    let (Some(neomutt), Some(script)) = (find("neomutt"), find("script")) else { return };
    let office = Office::start("neomutt-reads");
    for number in 1..=3 {
        office.deliver("alice", number);
    }
    let copy = office.folder.path().join("copy");
    let config = format!(
        "set imap_user = alice\nset imap_pass = sesame\nset folder = imaps://localhost:{}/\n\
         set spool_file = +INBOX\nset ssl_force_tls = yes\nset certificate_file = {}\n\
         set quit = yes\nset delete = yes\nset confirm_append = no\nset confirm_create = no\n\
         set wait_key = no\npush \"<tag-pattern>~A<enter><tag-prefix><copy-message>{}<enter>\
         <first-entry><flag-message><last-entry><delete-message><sync-mailbox>\
         <first-entry><copy-message>=Archive<enter><quit>\"\n",
        office.imaps,
        office.ca().display(),
        copy.display(),
    );
    let config = office.folder.file("muttrc", config);
    // It reads keys from a terminal, so it gets one.
    let line = format!("{} -n -F {} -f +INBOX", neomutt.display(), config.display());
    let mut command = Command::new(script);
    command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm");
    run(command.env("HOME", office.folder.path())).ok();
    let copied = std::fs::read_to_string(&copy).unwrap();
    unharmed(&copied, 1..4);
    assert_eq!(office.mailbox("alice", "INBOX").len(), 2);
    assert_eq!(office.mailbox("alice", "Archive").len(), 1);
}
