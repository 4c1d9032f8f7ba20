//! Replies and commands that other projects collected, from the folder `MAIL_CORPUS`. Without it
//! these tests say so and do nothing.

#![allow(clippy::print_stderr)] // what is skipped is said aloud

use std::path::{Path, PathBuf};

use smtp_proto::{Capabilities, Capability, Command, Reply};

fn corpus(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("MAIL_CORPUS") else {
        eprintln!("skipped: MAIL_CORPUS is not set");
        return None;
    };
    let folder = Path::new(&root).join("smtp").join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

/// The replies of a file: the last line of each has no hyphen after its code.
fn units(text: &str) -> Vec<String> {
    let mut units = vec![String::new()];
    for line in text.lines() {
        let unit = units.last_mut().unwrap();
        unit.push_str(line);
        unit.push_str("\r\n");
        if line.as_bytes().get(3) != Some(&b'-') {
            units.push(String::new());
        }
    }
    units.retain(|unit| !unit.is_empty());
    units
}

/// Code, enhanced code or `-`, number of lines.
type Expected = (u16, &'static str, usize);

/// What each file says.
const REPLIES: &[(&str, &[Expected])] = &[
    ("auth-failed", &[(535, "-", 1)]),
    ("auth-required", &[(530, "5.7.0", 1)]),
    ("auth-successful", &[(235, "-", 1)]),
    ("auth-too-weak", &[(534, "-", 1)]),
    ("bad-command-sequence", &[(503, "-", 1)]),
    ("comcast-auth-digest-md5", &[(334, "-", 1)]),
    ("comcast-auth-digest-md5-reset", &[(535, "-", 1)]),
    ("comcast-auth-digest-md5-response", &[(334, "-", 1)]),
    ("comcast-auth-login", &[(235, "2.7.0", 1)]),
    ("comcast-auth-login-password", &[(334, "-", 1)]),
    ("comcast-auth-login-username", &[(334, "-", 1)]),
    ("comcast-auth-plain", &[(235, "2.7.0", 1)]),
    ("comcast-data", &[(354, "-", 1)]),
    ("comcast-data-done", &[(250, "2.0.0", 1)]),
    ("comcast-ehlo", &[(250, "-", 7)]),
    ("comcast-ehlo+binarymime", &[(250, "-", 9)]),
    ("comcast-ehlo+digest-md5", &[(250, "-", 7)]),
    ("comcast-ehlo+dsn", &[(250, "-", 9)]),
    ("comcast-ehlo+pipelining", &[(250, "-", 8)]),
    ("comcast-ehlo+requiretls", &[(250, "-", 8)]),
    ("comcast-ehlo+smtputf8", &[(250, "-", 8)]),
    ("comcast-ehlo+x-exps", &[(250, "-", 7)]),
    ("comcast-greeting", &[(220, "-", 1)]),
    ("comcast-mail-from", &[(250, "2.1.0", 1)]),
    ("comcast-noop", &[(250, "2.0.0", 1)]),
    ("comcast-quit", &[(221, "2.0.0", 1)]),
    ("comcast-rcpt-to", &[(250, "2.1.5", 1)]),
    ("comcast-rset", &[(250, "2.0.0", 1)]),
    ("ehlo-failed", &[(504, "-", 1)]),
    ("greeting-not-ready", &[(221, "-", 1)]),
    ("helo", &[(250, "-", 1)]),
    ("mailbox-unavailable", &[(550, "5.1.0", 1)]),
    ("pipelined-mail-from-rcpt-to", &[(250, "2.1.0", 1), (250, "2.1.5", 1)]),
    ("pipelined-mailbox-unavailable", &[(250, "2.1.0", 1), (550, "5.1.0", 1)]),
    ("rfc0821-expn", &[(250, "-", 6)]),
    ("rfc0821-vrfy", &[(250, "-", 1)]),
];

#[test]
fn replies() {
    let Some(folder) = corpus("mailkit") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "txt") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (_, expected) = REPLIES
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{name} has no expectation"));
        let found: Vec<_> = units(&std::fs::read_to_string(&path).unwrap())
            .iter()
            .map(|unit| {
                let reply = Reply::parse(unit.as_bytes()).unwrap();
                let mut again = Vec::new();
                reply.encode(&mut again);
                assert_eq!(again, unit.as_bytes(), "{name}");
                let enhanced = reply.enhanced().map_or("-".into(), |code| code.to_string());
                (reply.code(), enhanced, reply.lines().count())
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(code, enhanced, n)| (*code, (*enhanced).into(), *n)).collect();
        assert_eq!(found, expected, "{name}");
        files += 1;
    }
    assert_eq!(files, REPLIES.len());
}

#[test]
fn what_servers_offer() {
    let Some(folder) = corpus("mailkit") else { return };
    for (name, capability) in [
        ("binarymime", Capability::BinaryMime),
        ("dsn", Capability::Dsn),
        ("pipelining", Capability::Pipelining),
        ("requiretls", Capability::RequireTls),
        ("smtputf8", Capability::SmtpUtf8),
        ("digest-md5", Capability::auth(&["LOGIN", "PLAIN", "DIGEST-MD5"]).unwrap()),
        ("x-exps", Capability::parse(b"X-EXPS LOGIN PLAIN").unwrap()),
    ] {
        let path = folder.join(format!("comcast-ehlo+{name}.txt"));
        let unit = units(&std::fs::read_to_string(path).unwrap()).remove(0);
        let reply = Reply::parse(unit.as_bytes()).unwrap();
        let list = Capabilities::from_reply(&reply);
        assert!(list.iter().any(|one| *one == capability), "{name}");
        assert_eq!(list.size(), Some(Some(36_700_160)));
        assert!(list.has("STARTTLS") && list.has("EnhancedStatusCodes"));
        // All that is not a mechanism list under a private name has a type.
        let others = list.iter().filter(|one| matches!(one, Capability::Other(_)));
        assert_eq!(others.count(), usize::from(name == "x-exps"));
    }
}

#[test]
fn commands_of_a_batch() {
    let Some(folder) = corpus("spamassassin") else { return };
    let bytes = std::fs::read(folder.join("bsmtp")).unwrap();
    let end = bytes.windows(6).position(|six| six == b"DATA\r\n").unwrap() + 6;
    let (before, content) = bytes.split_at(end);
    let mut names = Vec::new();
    for line in before.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let command = Command::parse(line.strip_suffix(b"\r").unwrap()).unwrap();
        let mut again = Vec::new();
        command.encode(&mut again);
        assert_eq!(again.strip_suffix(b"\n"), Some(line));
        names.push(command.name().to_owned());
    }
    assert_eq!(names, ["HELO", "MAIL", "RCPT", "DATA"]);
    assert!(content.ends_with(b"\r\n.\r\nQUIT\r\n\r\n"));
}
