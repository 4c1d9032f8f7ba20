//! RFC 1939 and its extensions, clause by clause: what a server has to do, and what it must not.

use pop3_proto::server::{Config, Connection, Event, State};
use pop3_proto::{Capability, Command, Reply, ResponseCode, UniqueId};

/// A server with a maildrop of three messages (10, 20 and 30 octets); says what came of a session.
struct Server {
    server: Connection,
    said: String,
    removed: Option<Vec<u32>>,
    commits: bool,
}

impl Server {
    fn new() -> Self {
        let mut config = Config::default();
        config.allow_plaintext_auth = true;
        let mut server = Connection::new(config);
        server.respond(&Reply::ok("ready")).unwrap();
        let mut this = Self { server, said: String::new(), removed: None, commits: true };
        this.say("");
        this.said.clear();
        this
    }

    fn logged_in() -> Self {
        let mut server = Self::new();
        server.say("USER mrose\r\nPASS secret\r\n");
        assert_eq!(server.server.state(), State::Transaction);
        server
    }

    /// What the server answers to lines.
    fn say(&mut self, lines: &str) -> String {
        self.server.receive(lines.as_bytes());
        while let Some(event) = self.server.poll_event().unwrap() {
            match event.into_owned() {
                Event::Open(login) if login.name() == "mrose" => {
                    self.server.open_maildrop([10, 20, 30]).unwrap();
                }
                Event::Open(login) if login.name() == "busy" => {
                    let reply = Reply::err("elsewhere").with_code(&ResponseCode::InUse);
                    self.server.respond(&reply).unwrap();
                }
                Event::Open(_) => self.server.respond(&Reply::err("who?")).unwrap(),
                Event::UniqueId { message } => {
                    let id = format!("id{message}");
                    self.server.unique_id(&UniqueId::try_from(id.as_str()).unwrap()).unwrap();
                }
                Event::Message { .. } => {
                    self.server.respond(&Reply::ok("")).unwrap();
                    self.server.send_body("A: b\r\n\r\none\r\ntwo\r\n.three\r\n".into()).unwrap();
                    self.server.finish_body().unwrap();
                }
                Event::Commit { deleted } => {
                    self.removed = Some(deleted.iter().collect());
                    let reply = if self.commits { Reply::ok("bye") } else { Reply::err("not all") };
                    self.server.respond(&reply).unwrap();
                }
                Event::Rejected { reply, .. } => self.server.respond(&reply).unwrap(),
                Event::Command(_) => self.server.respond(&Reply::err("no")).unwrap(),
                _ => {}
            }
        }
        let mut said = Vec::new();
        while let Some(bytes) = self.server.poll_transmit() {
            said.extend_from_slice(bytes);
            let n = bytes.len();
            self.server.transmitted(n);
        }
        String::from_utf8(said).unwrap()
    }

    /// Whether a line is answered positively.
    fn takes(&mut self, line: &str) -> bool {
        let answer = self.say(&format!("{line}\r\n"));
        assert!(answer.starts_with("+OK") || answer.starts_with("-ERR"), "{line}: {answer:?}");
        answer.starts_with("+OK")
    }
}

#[test]
fn section_3_an_unknown_or_malformed_command_is_answered_negatively() {
    let mut server = Server::logged_in();
    for line in
        ["FOO", "RETR", "RETR x", "RETR -1", "LIST 1 2", "DELE", "TOP 1", "STAT 1", "", " STAT"]
    {
        assert!(!server.takes(line), "{line:?}");
    }
    assert!(server.takes("noop"), "keywords have no letter case");
}

#[test]
fn section_4_authorization_first() {
    let mut server = Server::new();
    for line in ["STAT", "LIST", "RETR 1", "DELE 1", "RSET", "UIDL", "TOP 1 1", "NOOP"] {
        assert!(!server.takes(line), "{line}");
    }
    assert!(!server.takes("PASS secret"), "PASS comes after USER");
    assert!(server.takes("USER nobody"));
    assert!(!server.takes("PASS secret"));
    assert!(!server.takes("PASS secret"), "a failed login is over");
    assert!(server.takes("USER mrose"));
    assert!(server.takes("PASS secret"));
    for line in ["USER mrose", "PASS secret", "APOP mrose c4c9334bac560ecc979e58001b3e22fb"] {
        assert!(!server.takes(line), "{line}: logged in already");
    }
}

#[test]
fn section_4_quit_before_login_removes_nothing() {
    let mut server = Server::new();
    assert!(server.takes("QUIT"));
    assert_eq!(server.removed, None);
    assert_eq!(server.server.state(), State::Closed);
}

#[test]
fn section_5_stat_and_list_leave_out_what_is_marked() {
    let mut server = Server::logged_in();
    assert!(server.say("STAT\r\n").starts_with("+OK 3 60"));
    assert!(server.takes("DELE 2"));
    assert!(server.say("STAT\r\n").starts_with("+OK 2 40"));
    let list = server.say("LIST\r\n");
    assert!(list.ends_with("\r\n1 10\r\n3 30\r\n.\r\n"), "{list:?}");
    let list = server.say("UIDL\r\n");
    assert!(list.ends_with("\r\n1 id1\r\n3 id3\r\n.\r\n"), "{list:?}");
    for line in
        ["LIST 2", "UIDL 2", "RETR 2", "DELE 2", "TOP 2 0", "LIST 4", "RETR 0", "DELE 4294967296"]
    {
        assert!(!server.takes(line), "{line}");
    }
    assert!(server.takes("RSET"));
    assert!(server.say("STAT\r\n").starts_with("+OK 3 60"));
    assert!(server.say("LIST 2\r\n").starts_with("+OK 2 20"));
}

#[test]
fn section_6_only_quit_removes() {
    let mut server = Server::logged_in();
    assert!(server.takes("DELE 1") && server.takes("DELE 3"));
    server.server.receive_eof();
    server.say("");
    assert_eq!(server.removed, None, "a lost connection removes nothing");

    let mut server = Server::logged_in();
    assert!(server.takes("DELE 1") && server.takes("DELE 3"));
    assert!(server.takes("QUIT"));
    assert_eq!(server.removed, Some(vec![1, 3]));

    let mut server = Server::logged_in();
    server.commits = false;
    assert!(server.takes("DELE 1"));
    assert!(!server.takes("QUIT"), "what was not removed is told");
    assert_eq!(server.server.state(), State::Closed);
}

#[test]
fn section_7_top_gives_the_header_and_so_many_lines() {
    let mut server = Server::logged_in();
    for (lines, body) in [
        (0, ""),
        (1, "one\r\n"),
        (3, "one\r\ntwo\r\n..three\r\n"),
        (99, "one\r\ntwo\r\n..three\r\n"),
    ] {
        let answer = server.say(&format!("TOP 1 {lines}\r\n"));
        let (_, rest) = answer.split_once("\r\n").unwrap();
        assert_eq!(rest, format!("A: b\r\n\r\n{body}.\r\n"), "{lines}");
    }
}

#[test]
fn rfc_2449_section_5_capa_in_every_state() {
    for mut server in [Server::new(), Server::logged_in()] {
        let answer = server.say("CAPA\r\n");
        assert!(answer.starts_with("+OK") && answer.ends_with("\r\n.\r\n"), "{answer:?}");
        assert!(answer.contains("\r\nUIDL\r\n") && answer.contains("\r\nPIPELINING\r\n"));
    }
    let sasl = Capability::parse(b"SASL").unwrap();
    assert_eq!(sasl.tag(), "SASL");
}

#[test]
fn rfc_2449_section_8_in_use() {
    let mut server = Server::new();
    let answer = server.say("USER busy\r\nPASS secret\r\n");
    assert!(answer.ends_with("-ERR [IN-USE] elsewhere\r\n"), "{answer:?}");
}

#[test]
fn rfc_2449_section_4_lines_of_255_octets_are_taken() {
    let mut server = Server::new();
    assert!(server.takes(&format!("USER {}", "x".repeat(248))));
    assert!(!server.takes(&format!("USER {}", "x".repeat(5000))));
    assert!(server.takes("CAPA"), "the rest of a long line is no command");
}

#[test]
fn rfc_2595_section_4_stls_only_where_it_makes_sense() {
    let mut server = Server::new();
    assert!(!server.takes("STLS"), "not offered");
    let mut config = Config::default();
    config.allow_plaintext_auth = true;
    config.capabilities.push(Capability::Stls);
    let mut connection = Connection::new(config);
    connection.respond(&Reply::ok("ready")).unwrap();
    let mut server =
        Server { server: connection, said: String::new(), removed: None, commits: true };
    server.say("USER mrose\r\nPASS secret\r\n");
    assert!(!server.takes("STLS"), "not after login");
}

#[test]
fn rfc_5034_section_4_an_exchange_can_be_cancelled() {
    let mut config = Config::default();
    config.allow_plaintext_auth = true;
    config.capabilities.push(Capability::parse(b"SASL PLAIN").unwrap().into_owned());
    let mut server = Connection::new(config);
    server.respond(&Reply::ok("ready")).unwrap();
    server.receive(b"AUTH PLAIN\r\n");
    let Some(Event::Command(Command::Auth { initial: None, .. })) = server.poll_event().unwrap()
    else {
        panic!()
    };
    server.respond(&Reply::challenge(b"")).unwrap();
    server.receive(b"*\r\n");
    assert_eq!(server.poll_event().unwrap(), Some(Event::Answered(Command::AuthCancel)));
    let wire = server.poll_transmit().unwrap();
    assert!(wire.starts_with(b"+OK ready\r\n+ \r\n-ERR "), "{}", wire.escape_ascii());
    assert_eq!(server.state(), State::Authorization);
}
