//! The scripts of Dovecot's imaptest against `mail_server`, over real connections.
//!
//! The scripts are not part of this project: `MAIL_CORPUS` names the folder that has them in
//! `imap/imaptest`. Each is played on a server of its own with an empty store.

#![allow(unreachable_pub)] // modules of a test

mod script;
mod session;
mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mail_examples::maildir::Store;
use mail_examples::server::{Protocol, Server, Settings};
use mail_examples::users::Users;
use script::Script;
use session::Player;
use tokio::net::TcpListener;

/// Scripts that are not played, and why. A script of this list that would pass fails the test.
const NOT_PLAYED: &[(&str, &str)] = &[
    ("notify", "the server does not watch mailboxes that are not selected (RFC 5465)"),
    ("urlauth", "the server makes no URLs for others (RFC 4467)"),
    ("urlauth-binary", "the server makes no URLs for others (RFC 4467, RFC 5524)"),
    ("urlauth2", "the server makes no URLs for others (RFC 4467)"),
];

/// Scripts that share the messages of another one: links where the scripts come from.
const SHARED: &[(&str, &str)] = &[
    ("fetch-body-mime", "fetch-binary-mime"),
    ("sort-partial", "search-partial"),
    ("thread-orderedsubject", "sort-subject"),
];

/// What became of a script.
#[derive(Debug)]
enum Outcome {
    /// So many commands were answered as expected.
    Passed(usize),
    Failed(String),
    /// The server does not have these capabilities.
    Lacks(Vec<String>),
}

fn folder() -> Option<PathBuf> {
    let corpus = std::env::var_os("MAIL_CORPUS");
    if corpus.is_none() {
        eprintln!("skipped: MAIL_CORPUS names no folder with imap/imaptest");
    }
    Some(PathBuf::from(corpus?).join("imap/imaptest"))
}

/// Starts a server on an empty store.
async fn start(store: &Path) -> u16 {
    let _ = std::fs::remove_dir_all(store);
    let mut users = Users::default();
    users.add("tester", "sesame");
    let settings = Settings { allow_plaintext_auth: true, ..Settings::default() };
    let server = Server::new(settings, Store::open(store).unwrap(), users, None).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(Arc::clone(&server).serve(listener, Protocol::Imap, false));
    port
}

fn play(folder: &Path, name: &str, port: u16) -> Outcome {
    let script = Script::read(&folder.join(name));
    let shared = SHARED.iter().find(|(sharing, _)| *sharing == name);
    let own = folder.join(format!("{}.mbox", shared.map_or(name, |(_, other)| other)));
    let mbox = if own.exists() { own } else { folder.join("default.mbox") };
    let mut player = Player::new(port, "tester", "sesame", script::mbox(&mbox));
    let has = match player.capabilities() {
        Ok(has) => has,
        Err(error) => return Outcome::Failed(error),
    };
    let lacks: Vec<String> =
        script.capabilities.iter().filter(|wanted| !has.contains(wanted)).cloned().collect();
    if !lacks.is_empty() {
        return Outcome::Lacks(lacks);
    }
    match player.play(&script) {
        Ok(commands) => Outcome::Passed(commands),
        Err(error) => Outcome::Failed(error),
    }
}

#[test]
fn patterns() {
    for (pattern, response, hit) in [
        ("3 exists", "3 EXISTS", true),
        ("3 exists", "4 EXISTS", false),
        ("$2 expunge", "1 EXPUNGE", true),
        ("1 fetch (uid 7)", "1 FETCH (FLAGS (\\Seen) UID 7)", true),
        ("1 fetch (uid 7)", "1 FETCH (UID 8)", false),
        ("1 fetch (flags (a b))", "1 FETCH (FLAGS (b \\Recent a))", true),
        ("1 fetch (flags (a))", "1 FETCH (FLAGS (a b))", false),
        (
            "1 fetch (body[header.fields (to)] \"\")",
            "1 FETCH (BODY[HEADER.FIELDS (TO)] \"\")",
            true,
        ),
        ("list ($!unordered $!ban=b a) \"/\" x", "LIST (c a) \"/\" x", true),
        ("list ($!unordered $!ban=b a) \"/\" x", "LIST (b a) \"/\" x", false),
        ("ok [uidnext $n]", "OK [UIDNEXT 4] next", true),
        ("search 1 2", "SEARCH 1 2 3", false),
        ("search $a $a", "SEARCH 1 1", true),
        ("search $a $a", "SEARCH 1 2", false),
        ("x nil", "X NIL", true),
        ("x nil", "X \"NIL\"", false),
        ("thread (3 2)(1)", "THREAD (3 2)(1)", true),
        ("thread (3 2)(1)", "THREAD (1)(3 2)", false),
    ] {
        let mut variables = value::Variables::new();
        let mut compare = value::Match { variables: &mut variables, numbers: &[Some(2)] };
        let (words, actual) =
            (value::words(pattern.as_bytes()), value::response(response.as_bytes()));
        assert_eq!(compare.response(&words, &actual), hit, "{pattern} / {response}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts() {
    let Some(folder) = folder() else { return };
    let only = std::env::var("IMAPTEST_SCRIPT").ok();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !name.contains('.'))
        .filter(|name| only.as_ref().is_none_or(|only| only == name))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{} has no scripts", folder.display());

    let mut wrong = Vec::new();
    let (mut passed, mut commands, mut lacking) = (0, 0, 0);
    for name in &names {
        let store =
            std::env::temp_dir().join(format!("mail-imaptest-{name}-{}", std::process::id()));
        let port = start(&store).await;
        let outcome = tokio::task::block_in_place(|| play(&folder, name, port));
        let _ = std::fs::remove_dir_all(&store);
        let listed = NOT_PLAYED.iter().find(|(listed, _)| listed == name);
        match (&outcome, listed) {
            (Outcome::Passed(count), None) => (passed, commands) = (passed + 1, commands + count),
            (Outcome::Passed(_), Some(_)) => wrong.push(format!("{name} is listed, but passes")),
            (Outcome::Failed(why), None) => wrong.push(format!("{name}: {why}")),
            (Outcome::Lacks(what), None) => {
                wrong.push(format!("{name}: the server lacks {what:?}"))
            }
            (Outcome::Failed(_) | Outcome::Lacks(_), Some((_, why))) => {
                lacking += 1;
                println!("not played: {name}: {why}");
            }
        }
    }
    println!("{passed} scripts with {commands} commands passed, {lacking} not played");
    assert!(wrong.is_empty(), "{} scripts differ:\n{}", wrong.len(), wrong.join("\n"));
}
