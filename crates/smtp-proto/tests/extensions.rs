//! Extensions in the server's machine: what is offered may come, and nothing else.

use smtp_proto::server::{Config, Connection, Event};
use smtp_proto::{Capability, Host, Reply};

/// The codes of the answers, where the application takes everything.
fn session(offered: &[&str], bytes: &str) -> Vec<u16> {
    let mut config = Config::new(Host::try_from("mx.example.org").unwrap());
    for line in offered {
        config.capabilities.push(Capability::parse(line.as_bytes()).unwrap().into_owned());
    }
    let mut server = Connection::new(config);
    server.respond(&Reply::greeting("hi")).unwrap();
    server.receive(bytes.as_bytes());
    let mut codes = Vec::new();
    while let Some(event) = server.poll_event().unwrap() {
        let reply = match event.into_owned() {
            Event::Command { reply, .. } | Event::Rejected { reply, .. } => reply,
            Event::BodyEnd { .. } => Reply::new(250, "taken"),
            _ => continue,
        };
        codes.push(reply.code());
        server.respond(&reply).unwrap();
    }
    codes
}

/// A parameter of MAIL or RCPT: taken where its extension is offered, 555 where it is not, 501 with
/// a bad value.
#[test]
fn parameters() {
    for (offer, good, bad) in [
        ("DELIVERBY", "MAIL FROM:<> BY=120;R", "MAIL FROM:<> BY=0;R"),
        (
            "FUTURERELEASE 1 2030-01-01T00:00:00Z",
            "MAIL FROM:<> HOLDFOR=60",
            "MAIL FROM:<> HOLDFOR=x",
        ),
        (
            "FUTURERELEASE 1 2030-01-01T00:00:00Z",
            "MAIL FROM:<> HOLDUNTIL=2029-01-01T00:00:00Z",
            "MAIL FROM:<> HOLDUNTIL=2029",
        ),
        ("MT-PRIORITY MIXER", "MAIL FROM:<> MT-PRIORITY=-9", "MAIL FROM:<> MT-PRIORITY=-10"),
        ("NO-SOLICITING", "MAIL FROM:<> SOLICIT=org.example:ADV", "MAIL FROM:<> SOLICIT=1"),
        ("MTRK", "MAIL FROM:<> MTRK=YWJj:60", "MAIL FROM:<> MTRK=YWJ"),
        ("CONPERM", "MAIL FROM:<> CONPERM", "MAIL FROM:<> CONPERM=1"),
        ("SUBMITTER", "MAIL FROM:<> SUBMITTER=a@b.example", "MAIL FROM:<> SUBMITTER=a"),
        ("CHECKPOINT", "MAIL FROM:<> TRANSID=<1@b.example>", "MAIL FROM:<> TRANSID"),
        ("REQUIRETLS", "MAIL FROM:<> REQUIRETLS", "MAIL FROM:<> REQUIRETLS=1"),
        ("RRVS", "RCPT TO:<a@b> RRVS=2014-04-03T23:01:00Z", "RCPT TO:<a@b> RRVS=2014"),
        ("CONNEG", "RCPT TO:<a@b> CONNEG", "RCPT TO:<a@b> CONNEG=1"),
    ] {
        let before = if good.starts_with("MAIL") { "" } else { "MAIL FROM:<>\r\n" };
        let last = |offered: &[&str], line: &str| {
            *session(offered, &format!("EHLO x\r\n{before}{line}\r\n")).last().unwrap()
        };
        assert_eq!(last(&[offer], good), 250, "{good}");
        assert_eq!(last(&[], good), 555, "{good}");
        assert_eq!(last(&[offer], bad), 501, "{bad}");
        let (_, parameter) = good.rsplit_once(' ').unwrap();
        assert_eq!(last(&[offer], &format!("{good} {parameter}")), 501, "{good} twice");
    }
}

#[test]
fn commands() {
    for (offer, good, bad) in [
        ("ETRN", "ETRN example.org", "ETRN"),
        ("ATRN", "ATRN example.org", "ATRN a,,b"),
        ("XCLIENT NAME", "XCLIENT NAME=a.example", "XCLIENT NAME"),
        ("XFORWARD NAME", "XFORWARD NAME=a.example", "XFORWARD NAME"),
    ] {
        let last = |offered: &[&str], line: &str| {
            *session(offered, &format!("EHLO x\r\n{line}\r\n")).last().unwrap()
        };
        assert_eq!(last(&[offer], good) / 100, 2, "{good}");
        assert!(matches!(last(&[], good), 500 | 502), "{good}");
        assert_eq!(last(&[offer], bad), 501, "{bad}");
    }
}

/// BURL is a piece of content like BDAT: after RCPT, mixed with BDAT, and not with DATA.
#[test]
fn burl() {
    const BEGIN: &str = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\n";
    let after = |bytes: &str| session(&["BURL imap"], &format!("{BEGIN}{bytes}")).split_off(3);
    assert_eq!(after("BURL imap://a/b LAST\r\nDATA\r\n"), [250, 503]);
    assert_eq!(after("BURL imap://a/b LAST\r\nMAIL FROM:<>\r\n"), [250, 250]);
    assert_eq!(after("BURL imap://a/b\r\nBURL imap://a/c LAST\r\n"), [250, 250]);
    assert_eq!(after("BURL imap://a/b\r\nDATA\r\n"), [250, 503]);
    assert_eq!(after("BURL imap://a/b\r\nBDAT 2 LAST\r\nhiMAIL FROM:<>\r\n"), [250, 250, 250]);
    assert_eq!(session(&["BURL imap"], "EHLO x\r\nBURL imap://a/b LAST\r\n"), [250, 503]);
    assert_eq!(session(&[], &format!("{BEGIN}BURL imap://a/b\r\n")).last(), Some(&502));
}
