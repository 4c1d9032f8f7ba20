//! `pop3_fetch` as people run it.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use support::{Folder, Server, program, text};

fn message(number: usize) -> String {
    format!("Subject: {number}\r\n\r\n.\r\nline {number}\r\n\r\n")
}

/// What is in a Maildir: the texts by the names of the files.
fn fetched(maildir: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for sub in ["new", "cur"] {
        for entry in std::fs::read_dir(maildir.join(sub)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            all.insert(name, text(&std::fs::read(&path).unwrap()));
        }
    }
    assert_eq!(std::fs::read_dir(maildir.join("tmp")).unwrap().count(), 0);
    all
}

struct Office {
    folder: Folder,
    _server: Server,
    port: u16,
    maildir: PathBuf,
}

impl Office {
    fn start(name: &str, messages: usize) -> Self {
        let folder = Folder::new(name);
        let mut server = Server::start(&folder, &["alice"], &["--pop3", "0", "--pop3s", "0"]);
        let _in_the_clear = server.port();
        let port = server.port();
        let maildir = folder.path().join("Maildir");
        let office = Self { folder, _server: server, port, maildir };
        (0..messages).for_each(|number| office.deliver(number));
        office
    }

    fn deliver(&self, number: usize) {
        let name = format!("store/alice/mailboxes/INBOX/new/{number:04}");
        self.folder.file(&name, message(number));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program("pop3_fetch")
            .arg("--ca")
            .arg(self.folder.path().join("server.pem"))
            .arg(format!("--server=localhost:{}", self.port))
            .args(["--user", "alice", "--maildir"])
            .arg(&self.maildir)
            .args(arguments)
            .env("MAIL_PASSWORD", "sesame")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn says(&self, arguments: &[&str], expected: &str) {
        let output = self.run(arguments);
        let said = text(&output.stdout);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(said.trim_end(), expected);
    }
}

#[test]
fn what_is_new_and_nothing_twice() {
    let office = Office::start("fetch", 5);
    office.says(&["--limit", "2"], "2 new, 0 known, 0 deleted on the server, 3 left for later");
    office.says(&[], "3 new, 2 known, 0 deleted on the server");
    let all = fetched(&office.maildir);
    let mut texts: Vec<&String> = all.values().collect();
    texts.sort();
    let expected: Vec<String> = (0..5).map(|number| message(number).replace('\r', "")).collect();
    assert_eq!(texts, expected.iter().collect::<Vec<_>>());

    // A reader that looks at them, moves them and throws one away changes nothing.
    let names: Vec<&String> = all.keys().collect();
    let from = |name: &String| office.maildir.join("new").join(name);
    std::fs::rename(from(names[0]), office.maildir.join("cur").join(format!("{}:2,S", names[0])))
        .unwrap();
    std::fs::remove_file(from(names[1])).unwrap();
    office.deliver(5);
    office.says(&[], "1 new, 5 known, 0 deleted on the server");
    assert_eq!(fetched(&office.maildir).len(), 5);

    // A list that was lost, or cut short: the files themselves tell.
    let list = std::fs::read_dir(&office.maildir).unwrap().map(|entry| entry.unwrap().path());
    let mut list = list.filter(|path| path.is_file());
    let list = list.next().unwrap();
    let whole = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, &whole[..whole.len() - 3]).unwrap();
    office.says(&[], "0 new, 6 known, 0 deleted on the server");
    std::fs::write(&list, "").unwrap();
    office.says(&[], "1 new, 5 known, 0 deleted on the server");

    office.says(&["--delete"], "0 new, 6 known, 6 deleted on the server");
    office.says(&[], "0 new, 0 known, 0 deleted on the server");
    assert_eq!(std::fs::read_to_string(&list).unwrap(), "");
}

#[test]
fn an_interruption_loses_nothing_and_brings_nothing_twice() {
    let office = Office::start("fetch-cut", 40);
    // A relay that lets so many octets through; TLS inside of it breaks somewhere.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let relay = listener.local_addr().unwrap().port();
    let to = office.port;
    std::thread::spawn(move || {
        for (index, client) in listener.incoming().enumerate() {
            let client = client.unwrap();
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut up, &mut down));
            let allowed = 2500 + 300 * index as u64;
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut (&server).take(allowed), &mut &client);
                let _ = client.shutdown(std::net::Shutdown::Both);
                let _ = server.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    let mut failures = 0;
    loop {
        let output = program("pop3_fetch")
            .arg("--ca")
            .arg(office.folder.path().join("server.pem"))
            .arg(format!("--server=localhost:{relay}"))
            .args(["--user", "alice", "--delete", "--maildir"])
            .arg(&office.maildir)
            .env("MAIL_PASSWORD", "sesame")
            .output()
            .unwrap();
        if output.status.success() {
            break;
        }
        assert_eq!(text(&output.stderr).lines().count(), 1, "{}", text(&output.stderr));
        failures += 1;
        assert!(failures < 100, "it gets nowhere: {}", text(&output.stderr));
    }
    assert!(failures > 3, "only {failures} interruptions");
    assert_eq!(fetched_count(&office.maildir), (40, 40));
    office.says(&[], "0 new, 0 known, 0 deleted on the server");
}

/// How many files there are, and how many different texts.
fn fetched_count(maildir: &Path) -> (usize, usize) {
    let all = fetched(maildir);
    let different: std::collections::BTreeSet<&String> = all.values().collect();
    (all.len(), different.len())
}

#[test]
fn errors_are_one_line() {
    let office = Office::start("fetch-no", 1);
    let wrong = office.folder.file("password", "open\n");
    let file = office.folder.file("file", "");
    let file = file.to_str().unwrap();
    let cases: [(&[&str], &str); 2] = [
        (&["--password-file", wrong.to_str().unwrap()], "wrong name or password"),
        (&["--password-file", "/nowhere"], "/nowhere: No such file"),
    ];
    for (arguments, expected) in cases {
        let output = office.run(arguments);
        let errors = text(&output.stderr);
        assert!(!output.status.success() && errors.contains(expected), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    let mut command = program("pop3_fetch");
    let server = format!("--server=localhost:{}", office.port);
    command.args(["--user", "alice", "--maildir", file, &server]).env("MAIL_PASSWORD", "sesame");
    let errors = text(&command.output().unwrap().stderr);
    assert!(errors.contains("file/cur: Not a directory"), "{errors}");
}

#[test]
fn a_server_without_unique_ids_is_refused() {
    let folder = Folder::new("fetch-old");
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(&stream).lines();
        (&stream).write_all(b"+OK\r\n").unwrap();
        while let Some(Ok(line)) = lines.next() {
            let answer: &[u8] = match line.get(..4).unwrap_or_default() {
                "USER" | "PASS" => b"+OK\r\n",
                "CAPA" => b"+OK\r\nUSER\r\n.\r\n",
                _ => b"-ERR unknown\r\n",
            };
            (&stream).write_all(answer).unwrap();
        }
    });
    let output = program("pop3_fetch")
        .args(["--protection", "none", "--user", "alice", "--maildir"])
        .arg(folder.path().join("Maildir"))
        .arg(format!("--server=127.0.0.1:{port}"))
        .env("MAIL_PASSWORD", "sesame")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = text(&output.stderr);
    assert!(!output.status.success() && errors.lines().count() == 1, "{errors}");
    server.join().unwrap();
}
