//! What clients should not send, to every port of `mail_server`: it goes on serving.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use support::session::Session;
use support::{Folder, Server};

/// Connections of garbage to each port.
const ROUNDS: usize = 60;

/// What clients say, to be cut, repeated and mixed.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\xff\xfe",
    b"EHLO a\r\n",
    b"LHLO a\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"MAIL FROM:<a@b> SIZE=99999999999999999999\r\n",
    b"RCPT TO:<alice@b>\r\n",
    b"DATA\r\n",
    b".\r\n",
    b"BDAT 99999999999\r\n",
    b"BDAT 5 LAST\r\n",
    b"AUTH PLAIN AGFsaWNlAHNlc2FtZQ==\r\n",
    b"AUTH SCRAM-SHA-256 bixh\r\n",
    b"AUTH CRAM-MD5\r\n",
    b"APOP alice c4c9334bac560ecc979e58001b3e22fb\r\n",
    b"USER alice\r\nPASS sesame\r\n",
    b"RETR 1\r\n",
    b"TOP 1 99999999999\r\n",
    b"UIDL 0\r\n",
    b"STLS\r\n",
    b"STARTTLS\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"a LOGIN alice sesame\r\n",
    b"a AUTHENTICATE PLAIN\r\n",
    b"AGFsaWNlAHNlc2FtZQ==\r\n",
    b"* BAD\r\n",
    b"a SELECT INBOX\r\n",
    b"a FETCH 1:* (BODY[] ENVELOPE BODYSTRUCTURE)\r\n",
    b"a FETCH 1:4294967295 BODY[1.2.3.4.5.6.7.8.9]<0.4294967295>\r\n",
    b"a SEARCH (((((((((((((((((((((((((((((((((((((((((((((((((((",
    b"a SEARCH OR OR OR OR OR OR OR OR OR OR OR OR ",
    b"a APPEND INBOX {99999999999999999999}\r\n",
    b"a APPEND INBOX {4294967295+}\r\n",
    b"a APPEND INBOX {10}\r\n",
    b"a LIST \"\" %%%%%%%*****%%%%%%%\r\n",
    b"a CREATE ../../../etc\r\n",
    b"a CREATE \"\"\r\n",
    b"a RENAME INBOX INBOX/x\r\n",
    b"a SETMETADATA \"\" (/private/x {3+}\r\nabc)\r\n",
    b"a SORT RETURN (PARTIAL 1:1) (DATE) UTF-8 ALL\r\n",
    b"a THREAD REFERENCES UTF-8 ALL\r\n",
    b"a STORE 1:* FLAGS (\\Deleted)\r\n",
    b"a EXPUNGE\r\n",
    b"a IDLE\r\n",
    b"DONE\r\n",
    b"a COMPRESS DEFLATE\r\n",
    b"a LOGOUT\r\n",
    b"QUIT\r\n",
    b"QUIT",
];

/// What one client sends.
fn garbage(rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..rng.gen_range(1..60) {
        match rng.gen_range(0..10) {
            0 => {
                let noise: Vec<u8> = (0..rng.gen_range(0..2000)).map(|_| rng.r#gen()).collect();
                bytes.extend(noise);
            }
            1 => {
                let piece = PIECES[rng.gen_range(0..PIECES.len())];
                bytes.extend(piece.repeat(rng.gen_range(1..200)));
            }
            _ => bytes.extend(PIECES[rng.gen_range(0..PIECES.len())]),
        }
        if rng.gen_bool(0.1) && !bytes.is_empty() {
            let at = rng.gen_range(0..bytes.len());
            bytes[at] = rng.r#gen();
        }
    }
    bytes
}

/// Sends it in pieces, reads what comes at times, and goes away in one of several manners.
fn connect(port: u16, rng: &mut StdRng) {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        panic!("nobody listens on {port}")
    };
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut answer = [0; 4096];
    for part in garbage(rng).chunks(rng.gen_range(1..4000)) {
        if rng.gen_bool(0.3) {
            let _ = stream.read(&mut answer);
        }
        if stream.write_all(part).is_err() {
            return;
        }
    }
    match rng.gen_range(0..3) {
        0 => {
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read(&mut answer);
        }
        1 => drop(stream.shutdown(Shutdown::Both)),
        _ => {}
    }
}

fn smtp_serves(port: u16, verb: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(format!("{verb} client\r\nQUIT\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("220 ") && answer.contains("\r\n221 "), "{answer}");
}

fn pop3_serves(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(b"CAPA\r\nQUIT\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("+OK ") && answer.contains("\r\n.\r\n+OK"), "{answer}");
}

#[test]
fn no_client_takes_it_down() {
    let folder = Folder::new("garbage");
    let options = [
        "--allow-plaintext",
        "--shared-secrets",
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
    let complaints = folder.path().join("complaints");
    let file = std::fs::File::create(&complaints).unwrap();
    let mut server = Server::start_with(&folder, &["alice", "bob"], &options, file);
    let ports: Vec<u16> = (0..8).map(|_| server.port()).collect();
    let [smtp, submission, _, lmtp, pop3, _, imap, _] = ports[..] else { unreachable!() };

    // Bob has a mail that nobody else may touch.
    let mut bob = Session::login(imap, "bob");
    let mail = "Subject: kept\r\n\r\nkept\r\n";
    bob.gives(&format!("APPEND INBOX {{{}+}}\r\n{mail}", mail.len()), &["x OK"]);

    let begun = Instant::now();
    let clients: Vec<_> = ports
        .iter()
        .enumerate()
        .map(|(seed, port)| {
            let port = *port;
            std::thread::spawn(move || {
                let mut rng = StdRng::seed_from_u64(seed as u64);
                for _ in 0..ROUNDS {
                    connect(port, &mut rng);
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    println!("{} connections in {:?}", ROUNDS * ports.len(), begun.elapsed());

    let complaints = std::fs::read_to_string(complaints).unwrap();
    assert!(!complaints.contains("panicked"), "{complaints}");
    smtp_serves(smtp, "EHLO");
    smtp_serves(submission, "EHLO");
    smtp_serves(lmtp, "LHLO");
    pop3_serves(pop3);
    // The session that was open all the time, and a new one.
    bob.gives("NOOP", &["x OK"]);
    let mut bob = Session::login(imap, "bob");
    bob.gives("SELECT INBOX", &["* 1 EXISTS"]);
    bob.gives("FETCH 1 BODY.PEEK[]", &[mail]);
    let mut alice = Session::login(imap, "alice");
    alice.gives("SELECT INBOX", &["x OK"]);
    alice.gives("LIST \"\" *", &["Trash"]);
}
