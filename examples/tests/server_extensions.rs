//! Every IMAP extension of `mail_server`, line by line, as a person with a terminal would try them.

mod support;

use std::io::Write as _;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use support::session::Session;
use support::{Folder, Server};

fn start(name: &str) -> (Folder, Server, u16) {
    let folder = Folder::new(name);
    let options = ["--allow-plaintext", "--imap", "0"];
    let mut server = Server::start(&folder, &["alice", "bob"], &options);
    let port = server.port();
    (folder, server, port)
}

/// A mail of one line, and how APPEND has it.
fn mail(subject: &str) -> String {
    let mail = format!("Subject: {subject}\r\nFrom: Al <al@example.org>\r\n\r\nThe {subject}.\r\n");
    format!("{{{}+}}\r\n{mail}", mail.len())
}

/// A session that has selected an INBOX with these mails.
fn with_mails(port: u16, subjects: &[&str]) -> Session {
    let mut session = Session::login(port, "alice");
    for subject in subjects {
        session.gives(&format!("APPEND INBOX {}", mail(subject)), &["x OK [APPENDUID "]);
    }
    session.gives("SELECT INBOX", &[&format!("* {} EXISTS", subjects.len())]);
    session
}

/// What is between two texts in a third one.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let start = text.find(begin).unwrap_or_else(|| panic!("no {begin} in {text}")) + begin.len();
    let rest = &text[start..];
    &rest[..rest.find(end).unwrap_or_else(|| panic!("no {end} in {rest}"))]
}

#[test]
fn all_are_announced() {
    let (_folder, _server, port) = start("announced");
    let mut session = Session::connect(port);
    let before = session.ask("CAPABILITY");
    for name in ["IMAP4rev1", "IMAP4rev2", "LITERAL+", "SASL-IR", "ID", "ENABLE", "STARTTLS"] {
        assert!(before.split_whitespace().any(|word| word == name), "{name}: {before}");
    }
    let after = session.ask("LOGIN alice sesame");
    for name in "IMAP4rev1 IMAP4rev2 LITERAL+ IDLE NAMESPACE ID CHILDREN UIDPLUS MOVE CONDSTORE \
        QRESYNC ENABLE ESEARCH SEARCHRES SORT SORT=DISPLAY ESORT CONTEXT=SEARCH CONTEXT=SORT \
        THREAD=ORDEREDSUBJECT THREAD=REFERENCES LIST-EXTENDED LIST-STATUS SPECIAL-USE BINARY \
        MULTIAPPEND CATENATE UNSELECT UTF8=ACCEPT WITHIN STATUS=SIZE OBJECTID SAVEDATE PREVIEW \
        REPLACE PARTIAL QUOTA QUOTA=RES-STORAGE METADATA COMPRESS=DEFLATE APPENDLIMIT=52428800"
        .split_whitespace()
    {
        assert!(after.split([' ', ']']).any(|word| word == name), "{name}: {after}");
    }
}

#[test]
fn before_and_at_login() {
    let (_folder, _server, port) = start("login");
    let mut session = Session::connect(port);
    session.gives("ID (\"name\" {2+}\r\nme)", &["* ID (\"name\" \"mail-examples\")", "x OK"]);
    session.gives("AUTHENTICATE PLAIN AGFsaWNlAGd1ZXNz", &["x NO [AUTHENTICATIONFAILED]"]);
    session.gives("AUTHENTICATE PLAIN AGFsaWNlAHNlc2FtZQ==", &["x OK [CAPABILITY "]);
    session.gives("NAMESPACE", &["* NAMESPACE ((\"\" \"/\")) NIL NIL"]);
    session.gives("ENABLE CONDSTORE X-UNKNOWN", &["* ENABLED CONDSTORE\r\n", "x OK"]);
}

#[test]
fn lists() {
    let (_folder, _server, port) = start("lists");
    let mut session = with_mails(port, &["one"]);
    for name in ["a", "a/b", "c/d"] {
        session.gives(&format!("CREATE {name}"), &["x OK [MAILBOXID (F"]);
    }
    session.gives("LIST \"\" a", &["* LIST (\\HasChildren) \"/\" a\r\n"]);
    session.gives("LIST \"\" %", &["* LIST (\\HasNoChildren) \"/\" INBOX\r\n", "\\Noselect"]);
    session.gives(
        "LIST (SPECIAL-USE) \"\" * RETURN (SPECIAL-USE)",
        &["(\\HasNoChildren \\Drafts) \"/\" Drafts\r\n", "\\Trash"],
    );
    session.gives("SUBSCRIBE c/d", &["x OK"]);
    session.gives("LIST (SUBSCRIBED) \"\" (a c/*)", &["\\Subscribed) \"/\" c/d\r\nx OK"]);
    session.gives(
        "LIST \"\" INBOX RETURN (STATUS (MESSAGES UNSEEN SIZE DELETED))",
        &["* STATUS INBOX (MESSAGES 1 UNSEEN 1 SIZE 53 DELETED 0)"],
    );
    session.gives(
        "STATUS INBOX (SIZE MAILBOXID APPENDLIMIT)",
        &["SIZE 53", "MAILBOXID (F", "52428800"],
    );
}

#[test]
fn messages_come_and_go() {
    let (_folder, _server, port) = start("append");
    let mut session = with_mails(port, &["one", "two", "three"]);
    session.gives("STORE 1 +FLAGS.SILENT (\\Deleted)", &["x OK"]);
    session.gives("STORE 3 +FLAGS.SILENT (\\Deleted)", &["x OK"]);
    session.gives("UID EXPUNGE 3", &["* 3 EXPUNGE\r\nx OK"]);
    session.gives("COPY 1:2 Archive", &["x OK [COPYUID ", " 1:2 1:2]"]);
    session.gives("MOVE 2 Trash", &["* OK [COPYUID ", " 2 1]", "* 2 EXPUNGE\r\nx OK"]);
    session.gives("UNSELECT", &["x OK"]);
    // UNSELECT does not expunge.
    session.gives("SELECT INBOX", &["* 1 EXISTS"]);
    let two = format!("APPEND INBOX (\\Seen) {} () {}", mail("four"), mail("five"));
    session.gives(&two, &["* 3 EXISTS", "x OK [APPENDUID ", " 4:5]"]);
    let parts = "APPEND INBOX CATENATE (URL \"/INBOX/;UID=4/;SECTION=HEADER\" TEXT {4+}\r\nnew\n)";
    session.gives(parts, &["* 4 EXISTS", " 6]"]);
    session.gives("FETCH 4 BODY.PEEK[HEADER.FIELDS (SUBJECT)]", &["Subject: four\r\n"]);
    let bad = "APPEND INBOX CATENATE (URL \"/INBOX/;UID=99\")";
    session.gives(bad, &["x NO [BADURL /INBOX/;UID=99]"]);
    session.gives(
        &format!("UID REPLACE 4 INBOX {}", mail("instead")),
        &["* OK [APPENDUID ", " 7]", "* 2 EXPUNGE", "x OK"],
    );
    let large = "APPEND INBOX {99999999}";
    session.gives(large, &["x NO [TOOBIG]"]);
}

#[test]
fn what_a_message_is() {
    let (_folder, _server, port) = start("fetch");
    let mut session = with_mails(port, &["one"]);
    session.gives("FETCH 1 PREVIEW", &["(PREVIEW \"The one.\")"]);
    let id = session.ask("FETCH 1 (EMAILID THREADID)");
    let id = between(&id, "EMAILID (", ")").to_owned();
    session.gives("COPY 1 Sent", &["x OK"]);
    // A copy keeps the date of arrival and gets one of its own.
    let old = "APPEND INBOX \" 1-Jan-2001 00:00:00 +0000\" ";
    session.gives(&format!("{old}{}", mail("old")), &["x OK"]);
    session.gives("FETCH 2 INTERNALDATE", &["\" 1-Jan-2001"]);
    let saved = session.ask("FETCH 2 SAVEDATE");
    assert!(saved.contains("SAVEDATE \"") && !saved.contains("2001"), "{saved}");
    session.gives("SEARCH SAVEDBEFORE 1-Jan-2010", &["* SEARCH\r\n"]);
    session.gives("SEARCH BEFORE 1-Jan-2010", &["* SEARCH 2\r\n"]);
    session.gives("SEARCH OLDER 3600", &["* SEARCH 2\r\n"]);
    session.gives("SEARCH YOUNGER 3600", &["* SEARCH 1\r\n"]);
    session.gives("SELECT Sent", &["x OK"]);
    session.gives("FETCH 1 EMAILID", &[&format!("EMAILID ({id})")]);

    let binary = "Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n";
    session.gives(&format!("APPEND Sent {{{}+}}\r\n{binary}", binary.len()), &["x OK"]);
    session.gives("FETCH 2 BINARY.SIZE[1]", &["BINARY.SIZE[1] 3"]);
    session.gives("FETCH 2 BINARY.PEEK[1]", &["BINARY[1] ~{3}\r\n\0\x01\x02)"]);
    session.gives("APPEND Sent ~{8+}\r\na: b\r\n\r\n", &["x OK"]);
}

#[test]
fn searches() {
    let (_folder, _server, port) = start("search");
    let mut session = with_mails(port, &["b", "a", "c", "Re: a"]);
    session.gives("SEARCH RETURN (MIN MAX COUNT ALL) ALL", &["MIN 1 MAX 4 COUNT 4 ALL 1:4\r\n"]);
    session.gives("UID SEARCH RETURN (PARTIAL -1:-2) ALL", &["UID PARTIAL (-1:-2 3:4)"]);
    session.gives("UID FETCH 1:* FLAGS (PARTIAL 2:3)", &["* 2 FETCH", "* 3 FETCH (UID 3"]);
    session.gives("SEARCH RETURN (SAVE) SUBJECT a", &["x OK"]);
    session.gives("FETCH $ UID", &["* 2 FETCH (UID 2)\r\n* 4 FETCH (UID 4)\r\nx OK"]);
    session.gives("SORT (SUBJECT) UTF-8 ALL", &["* SORT 2 4 1 3\r\n"]);
    session.gives("SORT RETURN (ALL) (REVERSE SUBJECT) UTF-8 ALL", &["ALL 3,1:2,4\r\n"]);
    session.gives("THREAD REFERENCES UTF-8 ALL", &["* THREAD (1)(2 4)(3)\r\n"]);
    session.gives("SEARCH RETURN (UPDATE) SEEN", &["* ESEARCH (TAG \"x\")\r\n"]);
    session.gives("STORE 2 +FLAGS (\\Seen)", &["* ESEARCH (TAG \"x\") ADDTO (0 2)"]);
}

#[test]
fn who_comes_back_hears_what_changed() {
    let (_folder, _server, port) = start("qresync");
    let mut session = with_mails(port, &["one", "two", "three"]);
    session.gives("UNSELECT", &["x OK"]);
    session.gives("ENABLE QRESYNC", &["* ENABLED QRESYNC"]);
    let selected = session.ask("SELECT INBOX");
    let validity = between(&selected, "UIDVALIDITY ", "]").to_owned();
    let modseq = between(&selected, "HIGHESTMODSEQ ", "]").to_owned();
    session.gives("FETCH 1 (MODSEQ)", &["MODSEQ ("]);
    session.gives("UNSELECT", &["x OK"]);

    let mut other = Session::login(port, "alice");
    other.gives("SELECT INBOX", &["x OK"]);
    other.gives("STORE 1 +FLAGS (\\Flagged)", &["x OK"]);
    other.gives("STORE 2 +FLAGS (\\Deleted)", &["x OK"]);
    other.gives("EXPUNGE", &["* 2 EXPUNGE"]);

    let again = format!("SELECT INBOX (QRESYNC ({validity} {modseq}))");
    session.gives(&again, &["* VANISHED (EARLIER) 2\r\n", "* 1 FETCH (UID 1 FLAGS (\\Flagged"]);
    let since = format!("UID FETCH 1:* FLAGS (CHANGEDSINCE {modseq} VANISHED)");
    session.gives(&since, &["* VANISHED (EARLIER) 2", "* 1 FETCH"]);
    let store = format!("STORE 1 (UNCHANGEDSINCE {modseq}) +FLAGS (\\Seen)");
    session.gives(&store, &["x OK [MODIFIED 1]"]);
    other.gives("STORE 2 +FLAGS (\\Deleted)", &["x OK"]);
    other.gives("EXPUNGE", &["x OK"]);
    session.gives("NOOP", &["* VANISHED 3\r\n"]);
}

#[test]
fn the_second_revision() {
    let (_folder, _server, port) = start("rev2");
    let mut first = with_mails(port, &["one"]);
    first.gives("FETCH 1 FLAGS", &["(FLAGS (\\Recent))"]);
    let mut session = Session::login(port, "alice");
    session.gives("ENABLE IMAP4rev2", &["* ENABLED IMAP4rev2"]);
    session.gives(&format!("APPEND INBOX {}", mail("two")), &["x OK"]);
    let selected = session.ask("SELECT INBOX");
    assert!(selected.contains("* LIST (") && !selected.contains("RECENT"), "{selected}");
    session.gives("FETCH 2 FLAGS", &["* 2 FETCH (FLAGS ())"]);
    session.gives("SEARCH ALL", &["* ESEARCH (TAG \"x\") ALL 1:2\r\n"]);
    session.gives("UID SEARCH SUBJECT none", &["* ESEARCH (TAG \"x\") UID\r\n"]);
    session.gives("SELECT Sent", &["* OK [CLOSED]"]);
    // Who speaks the first revision is told that the message is new.
    first.gives("NOOP", &["* 2 EXISTS\r\n* 2 RECENT\r\n"]);
}

#[test]
fn idle_pushes() {
    let (_folder, _server, port) = start("idle");
    let mut idling = with_mails(port, &["one"]);
    idling.say("i IDLE\r\n");
    assert!(idling.line().starts_with("+ "));
    let mut other = Session::login(port, "alice");
    other.gives(&format!("APPEND INBOX {}", mail("two")), &["x OK"]);
    assert_eq!(idling.line(), "* 2 EXISTS\r\n");
    assert_eq!(idling.line(), "* 2 RECENT\r\n");
    other.gives("SELECT INBOX", &["x OK"]);
    other.gives("STORE 1 +FLAGS (\\Deleted)", &["x OK"]);
    assert!(idling.line().starts_with("* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent)"));
    other.gives("EXPUNGE", &["x OK"]);
    assert_eq!(idling.line(), "* 1 EXPUNGE\r\n");
    idling.say("DONE\r\n");
    assert!(idling.line().starts_with("i OK"));
}

#[test]
fn names_and_headers_in_utf8() {
    let (_folder, _server, port) = start("utf8");
    let mut session = Session::login(port, "alice");
    session.gives("CREATE &U,BTFw-", &["x OK"]);
    session.gives("ENABLE UTF8=ACCEPT", &["* ENABLED UTF8=ACCEPT"]);
    session.gives("LIST \"\" \"台北\"", &["\"台北\"\r\n"]);
    let mail = "Subject: grüß\r\n\r\n";
    session.gives(&format!("APPEND \"台北\" UTF8 (~{{{}+}}\r\n{mail})", mail.len()), &["x OK"]);
    session.gives("SELECT \"台北\"", &["* 1 EXISTS"]);
    session.gives("SEARCH SUBJECT \"GRÜ\"", &["* SEARCH 1\r\n"]);
    session.gives("FETCH 1 ENVELOPE", &["grüß"]);
}

#[test]
fn compression() {
    let (_folder, _server, port) = start("compress");
    let mut session = Session::login(port, "alice");
    session.gives("COMPRESS DEFLATE", &["x OK"]);
    let mut stream = session.into_stream();
    let mut pack = Compress::new(Compression::default(), false);
    let mut unpack = Decompress::new(false);
    let mut answer = Vec::with_capacity(1 << 16);
    for command in ["a NOOP\r\n", "b LIST \"\" *\r\n"] {
        let mut packed = Vec::with_capacity(1000);
        pack.compress_vec(command.as_bytes(), &mut packed, FlushCompress::Sync).unwrap();
        stream.write_all(&packed).unwrap();
        let done = format!("\r\n{} OK", &command[..1]);
        let has = |answer: &[u8]| {
            let text = String::from_utf8_lossy(answer);
            format!("\r\n{text}").contains(&done) && text.ends_with('\n')
        };
        while !has(&answer) {
            let mut some = [0; 1000];
            let n = std::io::Read::read(&mut stream, &mut some).unwrap();
            assert!(n > 0, "{}", String::from_utf8_lossy(&answer));
            unpack.decompress_vec(&some[..n], &mut answer, FlushDecompress::Sync).unwrap();
        }
    }
    assert!(String::from_utf8(answer).unwrap().contains("* LIST (\\HasNoChildren) \"/\" INBOX"));
}

#[test]
fn metadata() {
    let (folder, mut server, port) = start("metadata");
    let mut alice = Session::login(port, "alice");
    alice.gives("CAPABILITY", &[" METADATA"]);
    alice.gives("GETMETADATA INBOX /private/comment", &["(/private/comment NIL)", "x OK"]);
    let set = "SETMETADATA INBOX (/private/Comment \"My own\" /shared/comment {5+}\r\nt\r\nwo)";
    alice.gives(set, &["x OK"]);
    alice.gives(
        "GETMETADATA INBOX (/private/comment /shared/comment)",
        &["* METADATA INBOX (/private/comment \"My own\" /shared/comment {5}\r\nt\r\nwo)\r\n"],
    );
    // The account has its own.
    alice.gives("GETMETADATA \"\" /shared/comment", &["* METADATA \"\" (/shared/comment NIL)"]);
    alice.gives("SETMETADATA \"\" (/shared/comment \"here\")", &["x OK"]);
    alice.gives("GETMETADATA \"\" /shared/comment", &["(/shared/comment \"here\")"]);

    let filters = r#"SETMETADATA INBOX (/private/f/a "1" /private/f/b "22" /private/f/b/c "333")"#;
    alice.gives(filters, &["x OK"]);
    alice.gives(
        "GETMETADATA (DEPTH 1) INBOX /private/f",
        &[r#"(/private/f/a "1" /private/f/b "22")"#],
    );
    alice.gives("GETMETADATA (DEPTH infinity) INBOX /private/f", &[r#"/private/f/b/c "333")"#]);
    alice.gives(
        "GETMETADATA (MAXSIZE 2 DEPTH infinity) INBOX /private/f",
        &["(/private/f/a \"1\" /private/f/b \"22\")\r\n", "x OK [METADATA LONGENTRIES 3]"],
    );
    alice.gives("SETMETADATA INBOX (/private/f/a NIL)", &["x OK"]);
    alice.gives("GETMETADATA (DEPTH 1) INBOX /private/f", &["(/private/f/b \"22\")"]);

    // All of a command or nothing.
    let long = "y".repeat(20_000);
    let too_long =
        format!("SETMETADATA INBOX (/private/new \"1\" /private/long {{20000+}}\r\n{long})");
    alice.gives(&too_long, &["x NO [METADATA MAXSIZE 16384]"]);
    alice.gives("GETMETADATA INBOX /private/new", &["(/private/new NIL)"]);
    let many: String = (0..101).map(|n| format!(" /private/many/{n} \"x\"")).collect();
    let too_many = format!("SETMETADATA INBOX ({})", many.trim_start());
    alice.gives(&too_many, &["x NO [METADATA TOOMANY]"]);
    for bad in ["comment", "/private", "/private//x", "/private/x/", "/private/*", "/other/x"] {
        alice.gives(&format!("SETMETADATA INBOX (\"{bad}\" \"x\")"), &["x BAD"]);
    }
    alice.gives("SETMETADATA nowhere (/private/x \"y\")", &["x NO [NONEXISTENT]"]);

    // They go with the mailbox, and those of INBOX stay, too.
    alice.gives("CREATE Work", &["x OK"]);
    alice.gives("SETMETADATA Work (/private/comment \"w\")", &["x OK"]);
    alice.gives("RENAME Work Play", &["x OK"]);
    alice.gives("GETMETADATA Play /private/comment", &["(/private/comment \"w\")"]);
    alice.gives("DELETE Play", &["x OK"]);
    alice.gives("CREATE Play", &["x OK"]);
    alice.gives("GETMETADATA Play /private/comment", &["(/private/comment NIL)"]);
    alice.gives("RENAME INBOX Old", &["x OK"]);
    for name in ["INBOX", "Old"] {
        alice.gives(&format!("GETMETADATA {name} /private/comment"), &["\"My own\""]);
    }
    Session::login(port, "bob").gives("GETMETADATA \"\" /shared/comment", &["NIL"]);

    // They outlive the server.
    server.kill();
    let options = ["--allow-plaintext", "--imap", "0"];
    let mut server = Server::start(&folder, &["alice"], &options);
    let mut alice = Session::login(server.port(), "alice");
    alice.gives("GETMETADATA Old /private/comment", &["\"My own\""]);
}

#[test]
fn quota_is_told() {
    let (_folder, _server, port) = start("quota");
    let mut alice = Session::login(port, "alice");
    alice.gives("CAPABILITY", &[" QUOTA ", " QUOTA=RES-STORAGE"]);
    alice.gives("GETQUOTA \"\"", &["* QUOTA \"\" (STORAGE 0 "]);
    let mail = "z".repeat(3000);
    alice.gives(&format!("APPEND Sent {{3000+}}\r\n{mail}"), &["x OK"]);
    alice.gives("GETQUOTAROOT INBOX", &["* QUOTAROOT INBOX \"\"\r\n* QUOTA \"\" (STORAGE 3 "]);
    alice.gives("GETQUOTA other", &["x NO"]);
    alice.gives("SETQUOTA \"\" (STORAGE 1)", &["x NO"]);
}
