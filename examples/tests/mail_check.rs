//! `mail_check` as people run it.

mod support;

use support::{Folder, Server, run, text};

#[test]
fn all_accounts_are_asked_at_the_same_time() {
    let folder = Folder::new("check");
    // One user for each account: a maildrop is open once at a time.
    let users: Vec<String> = (0..20).map(|number| format!("user-{number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut server = Server::start(&folder, &users, &["--pop3", "0", "--pop3s", "0"]);
    let (pop3, pop3s) = (server.port(), server.port());
    for (number, mail) in ["Subject: 1\r\n\r\nx\r\n", "Subject: 2\r\n\r\n"].iter().enumerate() {
        folder.file(&format!("store/user-4/mailboxes/INBOX/new/{number}"), mail);
    }
    let mut good = String::from("# name, protection, host, port, user, password\n\n");
    for number in 0..20 {
        let (security, port) = if number % 2 == 0 { ("tls", pop3s) } else { ("starttls", pop3) };
        good += &format!("account-{number} {security} localhost {port} user-{number} sesame\n");
    }
    let accounts = folder.file("accounts", &good);
    let ca = folder.path().join("server.pem");
    for at_once in ["1", "3", "64"] {
        let output = run("mail_check", &[&accounts, &"--ca", &ca, &"--at-once", &at_once]);
        let said = text(&output.stdout);
        assert!(output.status.success(), "{said}{}", text(&output.stderr));
        let mut lines: Vec<&str> = said.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines.len(), 20, "{said}");
        assert!(lines.contains(&"account-4        2           31"), "{said}");
        assert!(lines.contains(&"account-3        0            0"), "{said}");
    }

    // One account that fails does not keep the others from being asked.
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let bad = good
        + &format!("wrong starttls localhost {pop3} user-0 open\n")
        + &format!("bare none localhost {pop3} user-0 sesame\n")
        + &format!("nobody tls localhost {port} user-0 sesame\n");
    let accounts = folder.file("accounts", &bad);
    let output = run("mail_check", &[&accounts, &"--ca", &ca]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout).lines().count(), 20);
    let errors = text(&output.stderr);
    assert_eq!(errors.lines().count(), 3, "{errors}");
    assert!(errors.contains("wrong      the server refused: "), "{errors}");
    assert!(!errors.contains("sesame"), "{errors}");

    // A certificate of somebody else.
    let output = run("mail_check", &[&accounts]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).is_empty(), "{}", text(&output.stdout));

    let accounts = folder.file("accounts", "x tls localhost pop3 user-0 sesame\n");
    let output = run("mail_check", &[&accounts]);
    let errors = text(&output.stderr);
    assert!(errors.contains("accounts:1: not `name"), "{errors}");
    assert_eq!((output.status.code(), errors.lines().count()), (Some(1), 1));
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let folder = Folder::new("check-silent");
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let accounts = folder.file("accounts", format!("x none localhost {port} user-0 sesame\n"));
    let output = run("mail_check", &[&accounts, &"--timeout", &"1"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "x timed out\n");
}
