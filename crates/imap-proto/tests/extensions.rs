//! The extensions, one row each: what a client says and what a server says, examples of the RFCs
//! where they have some. Every line is
//! typed, and written and read it is the same again.

use imap_proto::{Capability, Response, TaggedCommand};

/// The RFC, its capabilities, lines of the client without tag, lines of the server.
type Row =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const ROWS: &[Row] = &[
    (
        "RFC 3501",
        &["IMAP4rev1", "LOGINDISABLED", "STARTTLS", "AUTH=PLAIN"],
        &[
            "LSUB #news. comp.mail.*",
            "CHECK",
            "FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
            "FETCH 1 RFC822.HEADER",
            "SEARCH CHARSET UTF-8 FLAGGED SINCE 1-Feb-1994 NOT FROM Smith",
            "STORE 2:4 +FLAGS (\\Deleted)",
        ],
        &[
            "* LSUB () \".\" #news.comp.mail.misc",
            "* SEARCH 2 84 882",
            "* 5 RECENT",
            "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
            "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited",
            "* OK [UNSEEN 12] Message 12 is first unseen",
            "* NO [ALERT] Disk full",
        ],
    ),
    (
        "RFC 9051",
        &["IMAP4rev2"],
        &["ENABLE IMAP4rev2", "STATUS blurdybloop (UIDNEXT MESSAGES DELETED SIZE)"],
        &[
            "* ENABLED IMAP4rev2",
            "* ESEARCH (TAG \"A285\") UID ALL 4:18,21",
            "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292 DELETED 3)",
            "* LIST () \"/\" foo (OLDNAME (fuzz))",
            "* OK [CLOSED] Previous mailbox is now closed",
        ],
    ),
    ("RFC 7888", &["LITERAL+", "LITERAL-"], &[], &["a OK [TOOBIG] done"]),
    ("RFC 2177", &["IDLE"], &["IDLE"], &["+ idling"]),
    (
        "RFC 2342",
        &["NAMESPACE"],
        &["NAMESPACE"],
        &[
            "* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) ((\"#shared/\" \"/\")(\"#public/\" \"/\"))",
            "* NAMESPACE ((\"\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL NIL",
        ],
    ),
    (
        "RFC 2971",
        &["ID"],
        &["ID (\"name\" \"sodr\" \"version\" NIL)"],
        &["* ID NIL", "* ID (\"name\" \"Cyrus\")"],
    ),
    (
        "RFC 3348",
        &["CHILDREN"],
        &["LIST \"\" % RETURN (CHILDREN)"],
        &["* LIST (\\HasChildren) \".\" a", "* LIST (\\HasNoChildren) \".\" b"],
    ),
    (
        "RFC 4315",
        &["UIDPLUS"],
        &["UID EXPUNGE 3000:3002"],
        &[
            "a OK [APPENDUID 38505 3955] APPEND completed",
            "a OK [COPYUID 38505 304,319:320 3956:3958] Done",
            "a NO [UIDNOTSTICKY] Non-persistent UIDs",
        ],
    ),
    (
        "RFC 6851",
        &["MOVE"],
        &["MOVE 2:4 foo", "UID MOVE 42:69 foo"],
        &["* OK [COPYUID 432432 42:69 1202:1229] ok"],
    ),
    (
        "RFC 7162",
        &["CONDSTORE", "QRESYNC"],
        &[
            "SELECT INBOX (CONDSTORE)",
            "SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))",
            "FETCH 1:* FLAGS (CHANGEDSINCE 12345)",
            "UID FETCH 300:500 FLAGS (CHANGEDSINCE 12345 VANISHED)",
            "STORE 6,4,8 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
            "SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338",
            "STATUS blurdybloop (UIDNEXT MESSAGES HIGHESTMODSEQ)",
        ],
        &[
            "* OK [HIGHESTMODSEQ 715194045007] Highest",
            "* OK [NOMODSEQ] Sorry",
            "d OK [MODIFIED 7,9] Conditional STORE failed",
            "* 5 FETCH (MODSEQ (320162350))",
            "* SEARCH 2 5 6 7 11 12 18 19 20 23 (MODSEQ 917162500)",
            "* VANISHED (EARLIER) 300:310,405,411",
            "* VANISHED 405",
            "* STATUS blurdybloop (HIGHESTMODSEQ 7011231777)",
        ],
    ),
    ("RFC 5161", &["ENABLE"], &["ENABLE CONDSTORE"], &["* ENABLED CONDSTORE"]),
    (
        "RFC 4731",
        &["ESEARCH"],
        &["SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994", "SEARCH RETURN (ALL) FLAGGED"],
        &[
            "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3",
            "* ESEARCH (TAG \"A287\") UID MIN 7 MAX 3800 MODSEQ 1236",
        ],
    ),
    (
        "RFC 5182",
        &["SEARCHRES"],
        &["SEARCH RETURN (SAVE) SINCE 1-Jan-2006", "FETCH $ FULL", "UID SEARCH UID $ SMALLER 4096"],
        &["a NO [NOTSAVED] The requested search result variable is empty"],
    ),
    (
        "RFC 5256",
        &["SORT", "THREAD=REFERENCES", "THREAD=ORDEREDSUBJECT"],
        &["SORT (SUBJECT REVERSE DATE) UTF-8 ALL", "UID THREAD REFERENCES UTF-8 SINCE 5-Mar-2000"],
        &["* SORT 2 84 882", "* THREAD (166)(167)(168)(169 170)((171)(172))", "* THREAD"],
    ),
    ("RFC 5957", &["SORT=DISPLAY"], &["SORT (DISPLAYFROM REVERSE DISPLAYTO) UTF-8 ALL"], &[]),
    (
        "RFC 5258",
        &["LIST-EXTENDED"],
        &[
            "LIST (SUBSCRIBED RECURSIVEMATCH REMOTE) \"\" % RETURN (SUBSCRIBED CHILDREN)",
            "LIST \"\" (INBOX Drafts Sent/%)",
        ],
        &[
            "* LIST (\\NonExistent \\Subscribed) \"/\" foo",
            "* LIST (\\HasChildren) \"/\" foo (CHILDINFO (\"SUBSCRIBED\"))",
        ],
    ),
    (
        "RFC 5819",
        &["LIST-STATUS"],
        &["LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN))"],
        &["* STATUS foo (MESSAGES 30 UNSEEN 29)"],
    ),
    (
        "RFC 8440",
        &["LIST-MYRIGHTS"],
        &["LIST \"\" % RETURN (MYRIGHTS)"],
        &["* MYRIGHTS INBOX lrswipkxtecda"],
    ),
    (
        "RFC 9590",
        &["LIST-METADATA"],
        &["LIST \"\" % RETURN (METADATA (/shared/vendor/cmu/cyrus-imapd/color))"],
        &["* METADATA foo (/shared/color {7}\r\n#b71c1c)"],
    ),
    (
        "RFC 6154",
        &["SPECIAL-USE", "CREATE-SPECIAL-USE"],
        &[
            "CREATE MySpecial (USE (\\Drafts \\Sent))",
            "LIST (SPECIAL-USE) \"\" * RETURN (SPECIAL-USE)",
        ],
        &[
            "* LIST (\\Marked \\Sent \\HasNoChildren) \"/\" SentMail",
            "t NO [USEATTR] \\All not supported",
        ],
    ),
    (
        "RFC 9208",
        &["QUOTA", "QUOTASET", "QUOTA=RES-STORAGE"],
        &[
            "GETQUOTA \"!partition/sda4\"",
            "GETQUOTAROOT INBOX",
            "SETQUOTA \"\" (STORAGE 512)",
            "STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)",
        ],
        &[
            "* QUOTA \"!partition/sda4\" (STORAGE 104 10923847)",
            "* QUOTAROOT INBOX \"#user/alice\" \"!partition/sda4\"",
            "* STATUS INBOX (MESSAGES 12 DELETED 4 DELETED-STORAGE 8)",
            "a NO [OVERQUOTA] APPEND Failed",
        ],
    ),
    (
        "RFC 4314",
        &["ACL", "RIGHTS=texk"],
        &[
            "SETACL INBOX/Drafts John lrQswicda",
            "DELETEACL INBOX x",
            "GETACL INBOX",
            "LISTRIGHTS ~/Mail/saved smith",
            "MYRIGHTS INBOX",
        ],
        &[
            "* ACL INBOX Fred rwipsldexta David \"\"",
            "* LISTRIGHTS ~/Mail/saved smith la r swicdkxte",
            "* MYRIGHTS INBOX rwiptsldaex",
        ],
    ),
    (
        "RFC 5464",
        &["METADATA", "METADATA-SERVER"],
        &[
            "GETMETADATA (MAXSIZE 1024 DEPTH infinity) INBOX (/shared/comment /private/comment)",
            "SETMETADATA INBOX (/private/comment NIL)",
        ],
        &[
            "* METADATA \"\" (/shared/comment {17}\r\nShared comment 17)",
            "* METADATA INBOX /shared/comment /private/comment",
            "a OK [METADATA LONGENTRIES 2199] GETMETADATA complete",
            "a NO [METADATA TOOMANY] SETMETADATA failed",
        ],
    ),
    (
        "RFC 4978",
        &["COMPRESS=DEFLATE"],
        &["COMPRESS DEFLATE"],
        &["a BAD [COMPRESSIONACTIVE] DEFLATE active"],
    ),
    (
        "RFC 3516",
        &["BINARY"],
        &["FETCH 1 (BINARY.PEEK[1.2]<0.100> BINARY.SIZE[2])", "APPEND INBOX ~{3}\r\na\0b"],
        &["* 1 FETCH (BINARY[1] ~{3}\r\na\0b BINARY.SIZE[2] 12345)", "a NO [UNKNOWN-CTE] no"],
    ),
    (
        "RFC 4469",
        &["CATENATE"],
        &[
            "APPEND Drafts (\\Seen) CATENATE (URL /Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER TEXT {4}\r\nabcd)",
        ],
        &["a NO [BADURL \"/INBOX/;uid=5\"] CATENATE append has failed"],
    ),
    (
        "RFC 3502",
        &["MULTIAPPEND"],
        &["APPEND saved (\\Seen) {2}\r\nab \" 7-Feb-1994 22:43:04 -0800\" {2}\r\ncd"],
        &["a OK [APPENDUID 38505 3955:3957] done"],
    ),
    ("RFC 3691", &["UNSELECT"], &["UNSELECT"], &[]),
    (
        "RFC 9755",
        &["UTF8=ACCEPT", "UTF8=ONLY"],
        &["ENABLE UTF8=ACCEPT"],
        &["* ENABLED UTF8=ACCEPT"],
    ),
    (
        "RFC 4959",
        &["SASL-IR"],
        &["AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=", "AUTHENTICATE EXTERNAL ="],
        &["+ "],
    ),
    (
        "RFC 5465",
        &["NOTIFY"],
        &[
            "NOTIFY SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge)) (subtree Lists (MessageNew))",
            "NOTIFY NONE",
        ],
        &[
            "* STATUS Lists/Lemonade (UIDNEXT 10002 MESSAGES 503)",
            "* OK [NOTIFICATIONOVERFLOW] x",
            "a NO [BADEVENT (FlagChange)] x",
        ],
    ),
    (
        "RFC 5267",
        &["CONTEXT=SEARCH", "CONTEXT=SORT", "ESORT"],
        &[
            "SORT RETURN (UPDATE PARTIAL 1:10) (ARRIVAL) UTF-8 ALL",
            "SEARCH RETURN (CONTEXT COUNT) UNDELETED",
            "CANCELUPDATE \"B01\"",
        ],
        &[
            "* ESEARCH (TAG \"B01\") ADDTO (0 32768:32769)",
            "* ESEARCH (TAG \"B01\") REMOVEFROM (0 32768)",
            "* ESEARCH (TAG \"C01\") PARTIAL (1:10 3:5)",
            "* NO [NOUPDATE \"B02\"] Too many contexts",
        ],
    ),
    (
        "RFC 4467",
        &["URLAUTH"],
        &[
            "GENURLAUTH \"imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred\" INTERNAL",
            "URLFETCH \"imap://joe@example.com/INBOX/;uid=20\"",
            "RESETKEY INBOX INTERNAL",
        ],
        &[
            "* GENURLAUTH imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:91354a473744909de610943775f92038",
            "* URLFETCH imap://joe@example.com/INBOX/;uid=20/;section=1.2 {4}\r\nabcd",
            "a OK [URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==] done",
        ],
    ),
    (
        "RFC 5524",
        &["URLAUTH=BINARY"],
        &["URLFETCH (imap://joe@example.com/INBOX/;uid=20 BODYPARTSTRUCTURE BINARY)"],
        &[],
    ),
    ("RFC 5032", &["WITHIN"], &["SEARCH UNSEEN YOUNGER 259200", "SEARCH OLDER 60"], &[]),
    (
        "RFC 6203",
        &["SEARCH=FUZZY"],
        &[
            "SEARCH FUZZY (SUBJECT IMAP BODY extensions)",
            "SORT RETURN (RELEVANCY ALL) (RELEVANCY) UTF-8 FUZZY SUBJECT x",
        ],
        &["* ESEARCH (TAG \"A1\") ALL 1,5,10 RELEVANCY (4 99 42)"],
    ),
    (
        "RFC 5466",
        &["FILTERS"],
        &["SEARCH FILTER on-the-road SUBJECT nothing"],
        &["a NO [UNDEFINED-FILTER on-the-road] no"],
    ),
    (
        "RFC 7377",
        &["MULTISEARCH"],
        &["ESEARCH IN (mailboxes folder1 subtree folder2) UNSEEN"],
        &["* ESEARCH (TAG \"tag1\" MAILBOX folder1 UIDVALIDITY 1) UID ALL 4001,4003,4005"],
    ),
    (
        "RFC 5255",
        &["LANGUAGE", "I18NLEVEL=1", "I18NLEVEL=2"],
        &["LANGUAGE de fr", "LANGUAGE", "COMPARATOR i;unicode-casemap"],
        &[
            "* LANGUAGE (\"EN\" \"DE\")",
            "* COMPARATOR i;unicode-casemap",
            "a NO [BADCOMPARATOR] no",
        ],
    ),
    (
        "RFC 7889",
        &["APPENDLIMIT=257890", "APPENDLIMIT"],
        &["STATUS INBOX (APPENDLIMIT)"],
        &["* STATUS INBOX (APPENDLIMIT 257890)", "* STATUS INBOX (APPENDLIMIT NIL)"],
    ),
    (
        "RFC 8438",
        &["STATUS=SIZE"],
        &["STATUS frop (MESSAGES SIZE)"],
        &["* STATUS frop (MESSAGES 17 SIZE 16234)"],
    ),
    (
        "RFC 8474",
        &["OBJECTID"],
        &[
            "FETCH 1 (EMAILID THREADID)",
            "SEARCH EMAILID M6d99ac3275bb4e",
            "UID SEARCH THREADID T64b478a75b7ea9",
            "STATUS foo (MAILBOXID)",
        ],
        &[
            "3 OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] Completed",
            "* STATUS foo (MAILBOXID (F2212ea87))",
            "* 2 FETCH (EMAILID (M00000002) THREADID (T4))",
            "* 3 FETCH (THREADID NIL)",
        ],
    ),
    (
        "RFC 8514",
        &["SAVEDATE"],
        &["FETCH 1 SAVEDATE", "SEARCH SAVEDBEFORE 1-Jan-2018", "SEARCH SAVEDATESUPPORTED"],
        &["* 7 FETCH (SAVEDATE \" 3-Nov-2017 11:03:04 -0800\")", "* 8 FETCH (SAVEDATE NIL)"],
    ),
    (
        "RFC 8970",
        &["PREVIEW"],
        &["FETCH 1 (PREVIEW (LAZY))", "FETCH 1:3 PREVIEW"],
        &["* 1 FETCH (PREVIEW \"Preview text!\")", "* 2 FETCH (PREVIEW NIL)"],
    ),
    (
        "RFC 8508",
        &["REPLACE"],
        &["REPLACE 4 Drafts (\\Seen) {2}\r\nab", "UID REPLACE 2000 Drafts {2}\r\nab"],
        &["* OK [APPENDUID 1 2000] Replacement"],
    ),
    ("RFC 8437", &["UNAUTHENTICATE"], &["UNAUTHENTICATE"], &[]),
    (
        "RFC 9394",
        &["PARTIAL"],
        &[
            "UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED",
            "UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-3)",
        ],
        &[
            "* ESEARCH (TAG \"A1\") UID PARTIAL (-1:-100 NIL)",
            "* ESEARCH (TAG \"A1\") UID PARTIAL (1:500 4,7:9)",
        ],
    ),
    (
        "RFC 9585",
        &["INPROGRESS"],
        &[],
        &[
            "* OK [INPROGRESS (\"A001\" 454 1000)] working",
            "* OK [INPROGRESS (NIL NIL NIL)] x",
            "* OK [INPROGRESS] x",
        ],
    ),
    (
        "RFC 9586",
        &["UIDONLY"],
        &["ENABLE UIDONLY"],
        &[
            "* 25996 UIDFETCH (FLAGS (\\Seen))",
            "a BAD [UIDREQUIRED] Message numbers are not allowed",
        ],
    ),
    (
        "RFC 9738",
        &["MESSAGELIMIT=1000", "SAVELIMIT=1000"],
        &["UID SEARCH UIDAFTER 25000 UIDBEFORE 27000", "UID SEARCH UIDBEFORE 23221"],
        &["a OK [MESSAGELIMIT 1000 23221] done", "a NO [MESSAGELIMIT 1000] too many"],
    ),
    (
        "RFC 9698",
        &["JMAPACCESS"],
        &["GETJMAPACCESS"],
        &["* JMAPACCESS \"https://example.com/.s/jmap\""],
    ),
    (
        "UIDBATCHES",
        &["UIDBATCHES"],
        &["UIDBATCHES 2000", "UIDBATCHES 2000 10:20"],
        &[
            "* UIDBATCHES (TAG \"A143\") 215295:99696,99695:20351,20350:1",
            "* UIDBATCHES (TAG \"A143\")",
            "a NO [TOOFEW] Minimum is 500",
        ],
    ),
    (
        "X-GM-EXT-1",
        &["X-GM-EXT-1"],
        &[
            "FETCH 1 (X-GM-MSGID X-GM-THRID X-GM-LABELS)",
            "SEARCH X-GM-RAW \"has:attachment in:unread\"",
            "STORE 1 +X-GM-LABELS (foo)",
        ],
        &[
            "* 1 FETCH (X-GM-MSGID 1278455344230334865 X-GM-THRID 1266894439832287888 X-GM-LABELS (\\Inbox \\Sent Important \"Muy Importante\"))",
        ],
    ),
    (
        "XLIST",
        &["XLIST"],
        &["XLIST \"\" *"],
        &[
            "* XLIST (\\HasNoChildren \\Inbox) \"/\" Inbox",
            "* XLIST (\\AllMail) \"/\" \"[Gmail]/All Mail\"",
        ],
    ),
    (
        "RFC 5530",
        &[],
        &[],
        &[
            "a NO [UNAVAILABLE] x",
            "a NO [AUTHENTICATIONFAILED] x",
            "a NO [AUTHORIZATIONFAILED] x",
            "a NO [EXPIRED] x",
            "a NO [PRIVACYREQUIRED] x",
            "a NO [CONTACTADMIN] x",
            "a NO [NOPERM] x",
            "a NO [INUSE] x",
            "* OK [EXPUNGEISSUED] x",
            "a NO [CORRUPTION] x",
            "a BAD [SERVERBUG] x",
            "a BAD [CLIENTBUG] x",
            "a NO [CANNOT] x",
            "a NO [LIMIT] x",
            "a NO [OVERQUOTA] x",
            "a NO [ALREADYEXISTS] x",
            "a NO [NONEXISTENT] x",
        ],
    ),
    (
        "RFC 2193, 2221",
        &["MAILBOX-REFERRALS", "LOGIN-REFERRALS"],
        &["RLIST \"\" %", "RLSUB \"\" %"],
        &["a NO [REFERRAL IMAP://user;AUTH=*@SERVER2/REMOTE] Remote mailbox"],
    ),
];

fn is_typed(debug: &str) -> bool {
    !["Other(", "Other {", "Unrecognized("].iter().any(|kind| debug.contains(kind))
}

#[test]
fn capabilities_are_known() {
    for (rfc, names, ..) in ROWS {
        for name in *names {
            let known = Capability::try_from(*name).unwrap();
            assert!(is_typed(&format!("{known:?}")), "{rfc}: {name}");
            assert_eq!(known.to_string(), *name, "{rfc}");
        }
    }
}

#[test]
fn commands_are_typed_both_ways() {
    for (rfc, _, commands, _) in ROWS {
        for text in *commands {
            let line = format!("a {text}\r\n");
            let read = TaggedCommand::parse(line.as_bytes());
            let command = read.unwrap_or_else(|e| panic!("{rfc}: {text}: {e}"));
            let debug = format!("{command:?}");
            assert!(is_typed(&debug), "{rfc}: {debug}");
            let mut out = Vec::new();
            command.encode(&mut out);
            let text = String::from_utf8_lossy(&out);
            assert_eq!(TaggedCommand::parse(&out).as_ref(), Ok(&command), "{rfc}: {text}");
        }
    }
}

#[test]
fn responses_are_typed_both_ways() {
    for (rfc, _, _, responses) in ROWS {
        for text in *responses {
            let line = format!("{text}\r\n");
            let (response, deviations) = Response::parse_noting(line.as_bytes(), 10)
                .unwrap_or_else(|e| panic!("{rfc}: {text}: {e}"));
            let debug = format!("{response:?}");
            assert!(is_typed(&debug), "{rfc}: {debug}");
            assert!(deviations.is_empty(), "{rfc}: {text}: {deviations:?}");
            let mut out = Vec::new();
            response.encode(&mut out);
            let again = Response::parse(&out).unwrap();
            assert_eq!(again, response, "{rfc}: {}", String::from_utf8_lossy(&out));
        }
    }
}
