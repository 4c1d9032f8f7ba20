//! The peers that other tests talk to start, and speak.

mod clients;
mod modules;
mod openpgp;
#[path = "../support/mod.rs"]
mod package;
mod programs;
mod support;

use support::dovecot::Dovecot;
use support::postfix::Postfix;
use support::{find, run, run_with_input};

use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn dovecot_and_postfix_carry_a_mail() {
    let (Some(dovecot), Some(curl)) = (Dovecot::start(), find("curl")) else { return };
    let Some(postfix) = Postfix::start(Some(dovecot.sasl), None) else { return };
    run_with_input(
        Command::new(&curl)
            .args(["-sS", "--mail-from", "bob@example.org", "--mail-rcpt", "alice@example.org"])
            .args(["-T", "-", "--ssl-reqd", "--user", "bob:secret", "--cacert"])
            .arg(&postfix.certificate)
            .arg(format!("smtp://localhost:{}", postfix.smtp)),
        b"Subject: hello\r\n\r\nhi\r\n",
    )
    .ok();
    let begin = Instant::now();
    let new = postfix.maildir("alice").join("new");
    while std::fs::read_dir(&new).map_or(0, Iterator::count) == 0 {
        assert!(begin.elapsed() < Duration::from_secs(20), "{}", postfix.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let listed = run(Command::new(&curl)
        .args(["-sS", "--user", "alice:secret"])
        .arg(format!("imap://localhost:{}/", dovecot.imap)))
    .ok();
    assert!(String::from_utf8_lossy(&listed).contains("INBOX"), "{}", dovecot.log());
}
