//! Commands on the wire, as a table: what is read and written again comes out the same.

use imap_proto::{Command, SearchKey, TaggedCommand};

/// Lines that are their own canonical form.
const CANONICAL: &[&str] = &[
    "CAPABILITY",
    "NOOP",
    "LOGOUT",
    "ID NIL",
    "ID (\"name\" \"x\" \"version\" NIL)",
    "STARTTLS",
    "AUTHENTICATE PLAIN",
    "AUTHENTICATE PLAIN AHRpbQB0YW5zdGFhZg==",
    "AUTHENTICATE EXTERNAL =",
    "LOGIN tim tanstaaf",
    "LOGIN \"t m\" {2}\r\n\r\n",
    "ENABLE CONDSTORE UTF8=ACCEPT X-FOO",
    "SELECT INBOX",
    "SELECT INBOX (CONDSTORE)",
    "SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))",
    "SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211 (1,3,5 10,20,50)))",
    "SELECT INBOX (QRESYNC (67890007 90060115194045000 (1,3,5 10,20,50)))",
    "SELECT INBOX (X-FOO (a \"b\") X-BAR)",
    "EXAMINE \"a b\"",
    "CREATE Drafts (USE (\\Drafts))",
    "CREATE x",
    "DELETE x",
    "RENAME x y",
    "SUBSCRIBE \"#news.x\\\\y\"",
    "UNSUBSCRIBE x",
    "LIST \"\" *",
    "LIST \"\" (%)",
    "LIST (SUBSCRIBED RECURSIVEMATCH REMOTE) \"\" (INBOX Drafts%) RETURN (CHILDREN SUBSCRIBED)",
    "LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN) MYRIGHTS SPECIAL-USE METADATA (/shared/a))",
    "LIST (SPECIAL-USE X-FOO (1)) \"\" *",
    "LIST () \"\" * RETURN ()",
    "LSUB \"\" *",
    "XLIST \"\" %",
    "RLIST \"\" *",
    "RLSUB \"\" *",
    "NAMESPACE",
    "STATUS x (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ APPENDLIMIT \
     MAILBOXID DELETED-STORAGE X-Y)",
    "APPEND x {0}\r\n",
    "APPEND x (\\Seen) {2}\r\nab",
    "APPEND x (\\Seen $Junk) \" 1-Feb-2024 03:04:05 +0100\" ~{3}\r\na\0b",
    "APPEND x {1}\r\na {1}\r\nb (\\Draft) {1}\r\nc",
    "APPEND x UTF8 (~{2}\r\nab)",
    "APPEND x CATENATE (URL /x/;UID=20 TEXT {3}\r\na\r\n URL /y)",
    "APPEND x CATENATE (TEXT {1}\r\na) (\\Seen) {1}\r\nb",
    "APPEND x X-LABEL (\"a\" {1}\r\nb) {1}\r\nc",
    "REPLACE 4 x (\\Seen) {1}\r\na",
    "UID REPLACE * x {1}\r\na",
    "IDLE",
    "CHECK",
    "CLOSE",
    "UNSELECT",
    "EXPUNGE",
    "UID EXPUNGE 3000:3002",
    "SEARCH ALL",
    "UID SEARCH RETURN (MIN MAX ALL COUNT SAVE) UNSEEN",
    "SEARCH RETURN () 1:* $ (SEEN UNSEEN)",
    "UID SEARCH RETURN (PARTIAL -1:-100 CONTEXT UPDATE RELEVANCY X-FOO 5) ALL",
    "UID SEARCH RETURN (UPDATE (UID FLAGS)) ALL",
    "SEARCH CHARSET UTF-8 TEXT {2}\r\n\u{fc}",
    "SEARCH ANSWERED BCC a BEFORE 1-Feb-1994 BODY a CC a DELETED FLAGGED FROM a KEYWORD $Junk NEW \
     OLD ON 1-Feb-1994 RECENT SEEN SINCE 1-Feb-1994 SUBJECT a TEXT a TO a UNANSWERED UNDELETED \
     UNFLAGGED UNKEYWORD $Junk UNSEEN DRAFT HEADER Message-ID <a> LARGER 5000000000 NOT ALL \
     OR ALL NOT ALL SENTBEFORE 1-Feb-1994 SENTON 1-Feb-1994 SENTSINCE 1-Feb-1994 SMALLER 1 \
     UID 1:* UNDRAFT 5,7:9",
    "SEARCH OLDER 5 YOUNGER 5 MODSEQ 620162338 MODSEQ \"/flags/\\\\draft\" all 620162338 \
     FUZZY (SUBJECT \"best hotel\") FILTER on-the-road EMAILID M1 THREADID T1 \
     SAVEDBEFORE 1-Feb-1994 SAVEDON 1-Feb-1994 SAVEDSINCE 1-Feb-1994 SAVEDATESUPPORTED \
     UIDAFTER 5 UIDBEFORE 10 X-GM-MSGID 18446744073709551615 X-GM-THRID 1 X-GM-LABELS a \
     X-GM-RAW \"has:attachment in:unread\"",
    "SORT (SUBJECT REVERSE DATE) UTF-8 ALL",
    "UID SORT RETURN (ALL COUNT) (REVERSE ARRIVAL CC FROM SIZE TO DISPLAYFROM DISPLAYTO RELEVANCY \
     X-FOO) US-ASCII UNSEEN",
    "THREAD REFERENCES UTF-8 SINCE 5-Mar-2000",
    "UID THREAD ORDEREDSUBJECT US-ASCII TEXT gewp",
    "ESEARCH IN (mailboxes folder1 subtree \"f 2\") UNSEEN",
    "ESEARCH IN (selected personal inboxes subscribed subtree-one (a b)) RETURN (COUNT) ALL",
    "ESEARCH IN (mailboxes a (X-OPT)) CHARSET UTF-8 ALL",
    "ESEARCH ALL",
    "CANCELUPDATE \"B01\" \"B02\"",
    "FETCH 1 ALL",
    "FETCH 1:2 FAST",
    "FETCH * FULL",
    "UID FETCH 1:* (UID FLAGS)",
    "FETCH 1 FLAGS (CHANGEDSINCE 12345)",
    "UID FETCH 300:500 (UID FLAGS) (CHANGEDSINCE 12345 VANISHED PARTIAL -1:-30)",
    "FETCH $ (ENVELOPE FLAGS INTERNALDATE RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE \
     BODYSTRUCTURE BODY UID BODY[] BODY.PEEK[HEADER] BODY[TEXT]<0.1024> BODY[1.2.MIME] \
     BODY.PEEK[HEADER.FIELDS (DATE \"A B\")] BODY[2.HEADER.FIELDS.NOT (X)] BINARY[1] \
     BINARY.PEEK[]<5.6> BINARY.SIZE[1.2] MODSEQ EMAILID THREADID SAVEDATE PREVIEW PREVIEW (LAZY) \
     X-GM-MSGID X-GM-THRID X-GM-LABELS X-FOO X-BAR (a b))",
    "STORE 2:4 +FLAGS (\\Deleted)",
    "UID STORE 1,3 (UNCHANGEDSINCE 12121230045) -FLAGS.SILENT (\\Deleted $x)",
    "STORE 1 FLAGS ()",
    "STORE 1 +X-GM-LABELS (foo \"b r\")",
    "COPY 2:4 x",
    "UID COPY $ x",
    "MOVE 1 x",
    "UID MOVE 1:* x",
    "COMPRESS DEFLATE",
    "UNAUTHENTICATE",
    "GETQUOTA \"\"",
    "GETQUOTAROOT INBOX",
    "SETQUOTA \"\" (STORAGE 512 MESSAGE 9223372036854775807)",
    "SETQUOTA x ()",
    "GETACL INBOX",
    "SETACL INBOX Fred +rwipslxetad",
    "DELETEACL INBOX Fred",
    "LISTRIGHTS INBOX smith",
    "MYRIGHTS INBOX",
    "GETMETADATA INBOX /private/comment",
    "GETMETADATA (MAXSIZE 1024 DEPTH infinity) \"\" (/shared/a /private/b)",
    "GETMETADATA (DEPTH 1) x /a",
    "GETMETADATA (DEPTH 0) x /a",
    "SETMETADATA INBOX (/private/comment \"a b\" /shared/b NIL /shared/c ~{2}\r\n\0\r)",
    "NOTIFY NONE",
    "NOTIFY SET STATUS (selected (MessageNew))",
    "NOTIFY SET (selected-delayed (MessageNew (UID BODY.PEEK[HEADER]) MessageExpunge FlagChange)) \
     (subtree (a b) NONE) (personal (MailboxName SubscriptionChange MailboxMetadataChange \
     ServerMetadataChange AnnotationChange X-Y))",
    "RESETKEY",
    "RESETKEY INBOX INTERNAL X",
    "GENURLAUTH \"imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred\" INTERNAL",
    "URLFETCH \"imap://a/b\" (\"imap://a/c\" BODYPARTSTRUCTURE BINARY)",
    "LANGUAGE",
    "LANGUAGE de fr",
    "COMPARATOR",
    "COMPARATOR i;ascii-casemap \"*\"",
    "GETJMAPACCESS",
    "UIDBATCHES 2000",
    "UIDBATCHES 2000 1:10",
    "XAPPLEPUSHSERVICE aps-version 2",
    "X-FOO",
    "X-FOO {3}\r\na\r\n (b)",
];

/// Lines with another form that means the same.
const EQUIVALENT: &[(&str, &str)] = &[
    ("uid fetch 1 (flags)", "UID FETCH 1 (FLAGS)"),
    ("login {3}\r\ntim {8+}\r\ntanstaaf", "LOGIN tim tanstaaf"),
    ("SELECT \"INBOX\"", "SELECT INBOX"),
    ("SELECT {5}\r\nINBOX", "SELECT INBOX"),
    ("STORE 1 +flags \\Seen \\Deleted", "STORE 1 +FLAGS \\Seen \\Deleted"),
    ("SEARCH SINCE \"1-Feb-1994\"", "SEARCH SINCE 1-Feb-1994"),
    ("FETCH 1 BODY.PEEK[header]", "FETCH 1 BODY.PEEK[HEADER]"),
    ("FETCH  1  FLAGS ", "FETCH 1 FLAGS"),
    ("LIST \"\" \"*\"", "LIST \"\" *"),
    ("LIST \"\" \"a b*\"", "LIST \"\" \"a b*\""),
    ("X-FOO {1+}\r\na", "X-FOO {1}\r\na"),
    ("ID ( \"a\" \"b\" )", "ID (\"a\" \"b\")"),
    (
        "NOTIFY SET (Selected (messagenew messageexpunge))",
        "NOTIFY SET (selected (MessageNew MessageExpunge))",
    ),
];

/// Lines that are not commands.
const MALFORMED: &[&str] = &[
    "",
    " NOOP",
    "NOOP x",
    "LOGIN",
    "LOGIN x",
    "LOGIN x y z",
    "LOGIN \"x y",
    "LOGIN {3}\r\nx y",
    "SELECT",
    "SELECT x (",
    "SELECT x (QRESYNC (0 1))",
    "SELECT x (QRESYNC 1)",
    "FETCH",
    "FETCH 0 FLAGS",
    "FETCH 1",
    "FETCH 1 ()",
    "FETCH 1 BODY[",
    "FETCH 1 BODY[]<1.0>",
    "FETCH 1:2: FLAGS",
    "FETCH 1 FLAGS FLAGS",
    "STORE 1 FLAGS",
    "STORE 1 *FLAGS (x)",
    "SEARCH",
    "SEARCH XFOO",
    "SEARCH NOT",
    "SEARCH OR ALL",
    "SEARCH ()",
    "SEARCH (ALL",
    "SEARCH LARGER x",
    "SEARCH RETURN (PARTIAL 1:-1) ALL",
    "SEARCH RETURN (PARTIAL 0:1) ALL",
    "SORT () UTF-8 ALL",
    "UID NOOP",
    "UID",
    "APPEND x",
    "APPEND x (\\Seen)",
    "APPEND x \"a\"",
    "APPEND x CATENATE ()",
    "APPEND x CATENATE (TEXT {1}\r\na",
    "REPLACE 0 x {1}\r\na",
    "AUTHENTICATE",
    "AUTHENTICATE PLAIN !",
    "ENABLE",
    "STATUS x ()",
    "STATUS x MESSAGES",
    "NOTIFY",
    "NOTIFY SET",
    "NOTIFY SET (selected)",
    "NOTIFY SET (nowhere NONE)",
    "UIDBATCHES 0",
    "CREATE x (USE \\Drafts)",
    "ID",
    "ID (\"a\")",
    "NO\u{0}OP",
];

fn encoded(command: &Command<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    command.encode(&mut out);
    out
}

#[test]
fn canonical_lines_come_out_as_they_went_in() {
    for line in CANONICAL {
        let command = Command::parse(line.as_bytes()).unwrap_or_else(|e| panic!("{line:?}: {e}"));
        let out = encoded(&command);
        assert_eq!(String::from_utf8_lossy(&out), *line, "{command:?}");
        let owned = command.clone().into_owned();
        assert_eq!(owned, command);
        assert_eq!(encoded(&owned), out);
        let whole = format!("a1 {line}\r\n");
        let tagged = TaggedCommand::parse(whole.as_bytes()).unwrap();
        assert_eq!(tagged.command, command);
        let mut again = Vec::new();
        tagged.encode(&mut again);
        assert_eq!(TaggedCommand::parse(&again).unwrap(), tagged);
    }
}

#[test]
fn other_forms_mean_the_same() {
    for (line, canonical) in EQUIVALENT {
        let command = Command::parse(line.as_bytes()).unwrap_or_else(|e| panic!("{line:?}: {e}"));
        assert_eq!(String::from_utf8_lossy(&encoded(&command)), *canonical);
    }
}

#[test]
fn what_is_no_command_says_where() {
    for line in MALFORMED {
        match Command::parse(line.as_bytes()) {
            Err(error) => assert!(error.offset <= line.len(), "{line:?}: {error}"),
            Ok(command) => panic!("{line:?} was read as {command:?}"),
        }
    }
}

#[test]
fn every_prefix_of_a_command_is_harmless() {
    for line in CANONICAL {
        for end in 0..line.len() {
            let _ = Command::parse(&line.as_bytes()[..end]);
        }
    }
}

#[test]
fn search_keys_nest_as_deep_as_the_limit_and_no_deeper() {
    let nested = |depth: usize| format!("SEARCH {}ALL{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Command::parse(nested(63).as_bytes()).is_ok());
    assert!(Command::parse(nested(64).as_bytes()).is_err());
    assert!(Command::parse(nested(1_000_000).as_bytes()).is_err());
    let nots = format!("SEARCH {}ALL", "NOT ".repeat(1_000_000));
    assert!(Command::parse(nots.as_bytes()).is_err());
}

#[test]
fn message_numbers_are_found_at_any_depth() {
    let uses = |key: &str| SearchKey::parse(key.as_bytes()).unwrap().uses_message_numbers();
    assert!(uses("1:5"));
    assert!(uses("NOT OR ALL (SEEN FUZZY 5)"));
    assert!(!uses("UID 1:5"));
    assert!(!uses("$"));
}
