//! The programs as people run them: what they print, and their status.
//!
//! `cargo test` builds the programs before it runs this. `MAIL_CORPUS` and `MAIL_TRANSCRIPTS` name
//! data that is not in the repository.

mod support;

use std::path::{Path, PathBuf};

use support::{Folder, program, run, text};

/// Says aloud that a test has no data.
fn data(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: {variable} is not set");
    }
    folder
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { todo.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
fn post_office_sends_its_own_letter() {
    let folder = Folder::new("letter");
    let output = run("post_office", &[&"--keep", &folder.path()]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert!(said.contains("All is well."), "{said}");
    assert!(said.contains("    C: AUTH SCRAM-SHA-256 [redacted]\n"), "{said}");
    assert!(said.contains("    S: 250 2.6.0 delivered\n"), "{said}");
    let picture = std::fs::read(folder.path().join("图片.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.ends_with(b"IEND\xaeB`\x82"));
    let sealed = text(&std::fs::read(folder.path().join("sealed.eml")).unwrap());
    assert!(sealed.contains("multipart/encrypted") && !sealed.contains("image/png"));
}

#[test]
fn post_office_takes_any_message() {
    let folder = Folder::new("any");
    let messages: [(&str, &[u8]); 6] = [
        ("plain.eml", b"Subject: hi\n\nhello\n.\n..\n"),
        ("no-end.eml", b"From: a@example.org\r\n\r\nno line end"),
        ("dots.eml", b".\r\n"),
        ("eight-bit.eml", "Subject: ü\n\n💌\n".as_bytes()),
        ("nul.eml", b"Subject: x\r\n\r\na\0b\rc\r\n"),
        ("broken.eml", b"Content-Type: multipart/mixed; boundary=x\n\n--y\n\n\n"),
    ];
    for (name, bytes) in messages {
        let path = folder.file(name, bytes);
        let output = run("post_office", &[&"--quiet", &"--eml", &path]);
        assert!(
            output.status.success(),
            "{name}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }
}

#[test]
fn post_office_takes_the_messages_of_the_corpus() {
    let Some(corpus) = data("MAIL_CORPUS") else { return };
    let small = |path: &PathBuf| (1..200_000).contains(&path.metadata().unwrap().len());
    let all: Vec<PathBuf> = files(&corpus.join("mime")).into_iter().filter(small).collect();
    // Some from everywhere, the same ones each time.
    let step = (all.len() / 100).max(1);
    let chosen: Vec<&PathBuf> = all.iter().step_by(step).collect();
    assert!(chosen.len() >= 50, "only {} messages in the corpus", chosen.len());
    for path in chosen {
        let output = run("post_office", &[&"--quiet", &"--eml", path]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{}: {said}", path.display());
    }
}

#[test]
fn replay_understands_the_recorded_sessions() {
    let Some(transcripts) = data("MAIL_TRANSCRIPTS") else { return };
    let folders: Vec<PathBuf> = std::fs::read_dir(transcripts)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    assert!(!folders.is_empty());
    for cut in ["1000000", "1", "0"] {
        let mut command = program("replay");
        let output = command.args(["--quiet", "--cut", cut]).args(&folders).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "cut {cut}: {said}");
    }
}

#[test]
fn replay_finds_what_is_wrong() {
    let folder = Folder::new("replay");
    let session = |name: &str, lines: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("session.txt"), lines).unwrap();
        for (file, mark) in [("c2s.bin", "C: "), ("s2c.bin", "S: ")] {
            let side = lines.lines().filter_map(|line| line.strip_prefix(mark));
            let bytes: String = side.map(|line| format!("{line}\r\n")).collect();
            std::fs::write(path.join(file), bytes).unwrap();
        }
        path
    };
    let good = session("smtp-good", "S: 220 mx\nC: EHLO x\nS: 250 mx\nC: QUIT\nS: 221 bye\n");
    let output = run("replay", &[&"--json", &good]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    assert!(text(&output.stdout).lines().all(|line| line.starts_with("{\"session\":")));
    for bad in [
        session("smtp-codes", "S: 220 mx\nC: EHLO x\nS: 250-mx\nS: 550 no\n"),
        session("smtp-half", "S: 220 mx\nC: EHLO x\nS: 250-mx\n"),
        session("pop3-junk", "S: +OK\nC: STAT\nS: what\n"),
        session("imap-junk", "S: * OK hi\nC: a NOOP\nS: * OK [\nS: nothing\n"),
    ] {
        let output = run("replay", &[&bad]);
        assert!(!output.status.success(), "{}: {}", bad.display(), text(&output.stdout));
    }
}

#[test]
fn bad_input_is_one_clear_line() {
    let folder = Folder::new("bad");
    let empty = folder.file("empty.eml", b"");
    let users = folder.file("users", b"alice:plain:secret\n");
    let bad_users = folder.file("bad-users", b"alice\n");
    let whole = folder.path();
    let missing = folder.path().join("missing");
    let store = folder.path().join("store");
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let cases: Vec<(&str, Vec<&dyn AsRef<std::ffi::OsStr>>)> = vec![
        ("post_office", vec![&"--eml", &missing]),
        ("post_office", vec![&"--eml", &whole]),
        ("post_office", vec![&"--eml", &empty]),
        ("post_office", vec![&"--keep", &empty]),
        ("replay", vec![&missing]),
        ("replay", vec![&whole]),
        ("mime_inspect", vec![&missing]),
        ("mime_inspect", vec![&whole]),
        ("mail_server", vec![&"--store", &store, &"--users", &missing, &"--imap", &"0"]),
        ("mail_server", vec![&"--store", &store, &"--users", &bad_users, &"--imap", &"0"]),
        ("mail_server", vec![&"--store", &empty, &"--users", &users, &"--imap", &"0"]),
        ("mail_server", vec![&"--store", &store, &"--users", &users, &"--imap", &port]),
        ("mail_server", vec![&"--store", &store, &"--users", &users]),
    ];
    for (name, arguments) in cases {
        let output = run(name, &arguments);
        let error = text(&output.stderr);
        let shown: Vec<_> = arguments.iter().map(|a| a.as_ref().to_string_lossy()).collect();
        assert!(!output.status.success(), "{name} {shown:?}");
        assert_eq!(error.lines().count(), 1, "{name} {shown:?}: {error}");
        assert!(error.starts_with(&format!("{name}: ")), "{name} {shown:?}: {error}");
    }
}
