//! What real servers send: each line is understood or kept as it came, and harms nothing else.
//!
//! A new oddity is a new line in the table. The lines are written as Rust byte strings; what a
//! server sends with a literal has the literal in it.

use imap_proto::{BodyStructure, DeviationKind, Envelope, FetchItem, Response, ResponseCode};

/// What has to come out of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Want {
    /// Understood, without a deviation.
    Good,
    /// Understood, with one.
    Noted,
    /// Kept as it came.
    Kept,
}

use Want::{Good, Kept, Noted};

/// Where it was seen, what has to come out, and the line.
const LINES: &[(&str, Want, &[u8])] = &[
    ("Outlook: an envelope with addresses of several kinds", Good, b"* 24 FETCH (UID 60 ENVELOPE (\"Mon, 24 May 2021 09:47:50 +0000\" \"Zoom\" ((\"A\" NIL \"a\" \"x.test\")) NIL NIL ((\"r\" NIL \"r\" \"h.test\") (\"s\" NIL \"s\" \"k.test\")) NIL NIL NIL \"<a@b>\"))\r\n"),
    ("Outlook: COPYUID without its sets", Noted, b"* OK [COPYUID 701  ] done\r\n"),
    ("Exchange: a code with quoted strings", Good, b"A1 OK [Error=\"Microsoft.Exchange.Data.Storage.WrongServerException: Cross Server\" AuthResult=0 Proxy=X:1993:SSL] AUTHENTICATE completed.\r\n"),
    ("Exchange: a disposition without parentheses", Good, b"* 37 FETCH (BODYSTRUCTURE (\"text\" \"plain\" (\"charset\" \"x\") NIL NIL \"7BIT\" 850 31 NIL \"inline\" NIL NIL))\r\n"),
    ("M365: a part without a type", Good, b"* 1 FETCH (BODYSTRUCTURE ((NIL NIL NIL NIL NIL \"7BIT\" 0 NIL NIL NIL NIL)(\"text\" \"html\" NIL NIL NIL \"7BIT\" 5 1 NIL NIL NIL NIL) \"alternative\" (\"boundary\" \"b\") NIL NIL))\r\n"),
    ("Exchange: tabs in a name without quotes", Noted, b"* LIST (\\HasNoChildren) \"/\" INBOX/\tFolder\tTab\r\n"),
    ("Outlook: a space at the end", Noted, b"* STATUS Sent (UIDNEXT 107) \r\n"),
    ("Exchange: a space at the end", Noted, b"* SEARCH 1 2 3 \r\n"),
    ("Gmail: a multipart without parts, and without parameters", Good, b"* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL NIL NIL)(\"RELATED\" NIL (\"ATTACHMENT\" NIL) NIL) \"MIXED\" (\"BOUNDARY\" \"b\") NIL NIL))\r\n"),
    ("Gmail: a multipart without parts", Good, b"* 1 FETCH (BODYSTRUCTURE ((\"ALTERNATIVE\" (\"BOUNDARY\" \"x\") NIL NIL)(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL NIL NIL) \"MIXED\" (\"BOUNDARY\" \"x\") NIL NIL))\r\n"),
    ("Gmail: a message without its envelope", Good, b"* 1 FETCH (BODYSTRUCTURE (\"MESSAGE\" \"RFC822\" (\"NAME\" \"a.eml\") NIL NIL \"BASE64\" 5678 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a.eml\")) NIL))\r\n"),
    ("Gmail: a bracket in a keyword", Good, b"* FLAGS (\\Answered OIB-Seen-[Gmail]/All)\r\n"),
    ("Gmail: name and mailbox of the sender swapped", Good, b"* 1 FETCH (ENVELOPE (\"d\" \"s\" ((\"a\" NIL \"b\" \"c\")) ((\"<b@c>\" NIL \"Name\" NIL)) NIL NIL NIL NIL NIL \"<i@d>\"))\r\n"),
    ("Gmail: its own items", Good, b"* 1 FETCH (X-GM-THRID 1563190496481790748 X-GM-MSGID 1278455344230334865 X-GM-LABELS (\"\\\\Sent\" Foo) UID 2 FLAGS (\\Seen))\r\n"),
    ("Yahoo: a quoted body", Good, b"* 1 FETCH (UID 1 BODY[1] \"hello\")\r\n"),
    ("Yandex: a lone plus", Noted, b"+\r\n"),
    ("Yandex: BYE without a text", Noted, b"* BYE\r\n"),
    ("Zoho: the wildcard among the flags", Good, b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)\r\n"),
    ("SurgeMail: a space before the parenthesis", Noted, b"* FLAGS (\\Answered \\Seen $Forwarded )\r\n"),
    ("Coremail: two empty strings as a description", Good, b"* 150 FETCH (UID 17 BODY ((\"text\" \"html\" (\"charset\" \"UTF-8\") NIL NIL \"quoted-printable\" 1224 16)(\"application\" \"octet-stream\" (\"name\" \"2.pdf\") NIL \"\"\"\" \"base64\" 65322) \"MIXED\"))\r\n"),
    ("mail.ru: a boundary that is NIL", Good, b"* 1992 FETCH (UID 1 ENVELOPE (NIL \"s\" ((\"\" NIL \"noreply\" \"a.ru\")) NIL NIL NIL NIL NIL NIL \"<r>\") BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 1721 0 NIL NIL NIL NIL)(\"text\" \"html\" NIL NIL NIL \"8bit\" 3 0 NIL NIL NIL NIL) \"alternative\" (\"boundary\" NIL)))\r\n"),
    ("sizes below zero", Good, b"* 1 FETCH (BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 -1 NIL NIL NIL NIL))\r\n"),
    ("Dovecot: a global message without its envelope", Good, b"* 1 FETCH (BODYSTRUCTURE (\"message\" \"global\" NIL NIL NIL \"8bit\" 100 NIL NIL NIL NIL))\r\n"),
    ("Courier: message 0", Noted, b"* 0 FETCH (FLAGS (\\Seen))\r\n"),
    ("the first unseen message is 0", Good, b"* OK [UNSEEN 0] none\r\n"),
    ("a space in LITERAL+", Noted, b"* CAPABILITY IMAP4rev1 LITERAL + IDLE\r\n"),
    ("Coremail: a space at the end", Noted, b"* CAPABILITY IMAP4rev1 IDLE \r\n"),
    ("Proton: empty lists and an empty string for NIL", Good, b"* 6 FETCH (ENVELOPE (\"d\" \"s\" ((\"42\" NIL \"a\" \"42.fr\")) () () ((\"K\" NIL \"k\" \"p.com\")) () () \"\" \"<c@d>\"))\r\n"),
    ("an envelope without Message-ID", Good, b"* 1 FETCH (ENVELOPE (\"d\" \"s\" ((\"a\" NIL \"b\" \"c\")) NIL NIL NIL NIL NIL NIL) UID 3)\r\n"),
    ("UTF-8 in a text", Good, b"A1 OK Logged in \xe2\x80\x93 go ahead!\r\n"),
    ("Latin-1 in a greeting", Noted, b"* OK Willk\xf6mmen\r\n"),
    ("8-bit octets in a literal", Good, b"* 15 FETCH (BODYSTRUCTURE (\"image\" \"png\" (\"name\" {3}\r\na\xf6b) \"<p>\" NIL \"base64\" 15440 NIL NIL NIL NIL))\r\n"),
    ("8-bit octets in a quoted string", Good, b"* 15 FETCH (ENVELOPE (\"d\" \"Gr\xc3\xbc\xc3\x9fe\" NIL NIL NIL NIL NIL NIL NIL \"<m>\"))\r\n"),
    ("a word alone", Kept, b"* NOOP\r\n"),
    ("an extension nobody knows", Kept, b"* XFOO (a b) 12 \"x\"\r\n"),
    ("SAVEDATE", Good, b"* 1 FETCH (UID 9 SAVEDATE \"01-Jan-2025 12:00:00 +0000\" FLAGS ())\r\n"),
    ("OBJECTID", Good, b"* 1 FETCH (UID 9 EMAILID (Mabc) THREADID NIL)\r\n"),
    ("a code without a text", Noted, b"* OK [CAPABILITY IMAP4rev1 IDLE]\r\n"),
    ("ESEARCH", Good, b"* ESEARCH (TAG \"A1\") UID COUNT 3 ALL 1:3\r\n"),
    ("LIST with more", Good, b"* LIST (\\Subscribed) \"/\" \"foo\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n"),
    ("more than four gigabytes", Good, b"* STATUS \"INBOX\" (MESSAGES 5 SIZE 4294967296)\r\n"),
    ("a disposition with all in its first string", Good, b"* 1 FETCH (BODYSTRUCTURE (\"application\" \"pdf\" NIL NIL NIL \"base64\" 12 NIL (\"attachment; filename=x\" NIL) NIL NIL))\r\n"),
    ("a message of more than four gigabytes", Good, b"* 1 FETCH (UID 1 RFC822.SIZE 5000000000)\r\n"),
    ("a line that ends with LF alone", Noted, b"* OK hi\n"),
    // Others like them.
    ("NULs before a response", Noted, b"\0\0* 3 EXISTS\r\n"),
    ("two spaces after the star", Noted, b"*  3 EXISTS\r\n"),
    ("a mod-sequence below zero", Noted, b"* 1 FETCH (MODSEQ (-1) UID 5)\r\n"),
    ("a number that is none", Noted, b"* 1 FETCH (UID x FLAGS ())\r\n"),
    ("a date that is none", Noted, b"* 1 FETCH (INTERNALDATE \"yesterday\" UID 1)\r\n"),
    ("a date without its space", Noted, b"* 1 FETCH (INTERNALDATE \"1-Jan-2025 12:00:00 +0000\")\r\n"),
    ("an origin as in the request", Noted, b"* 1 FETCH (BODY[TEXT]<0.10> \"0123456789\")\r\n"),
    ("a code that does not close", Noted, b"* NO [ALERT too bad\r\n"),
    ("a text that begins with a bracket", Noted, b"* NO [\r\n"),
    ("throttling of M365", Good, b"A7 BAD Request is throttled. Suggested Backoff Time: 1000 milliseconds\r\n"),
    ("an empty delimiter", Noted, b"* LIST () \"\" INBOX\r\n"),
    ("a name that ought to be quoted", Noted, b"* LIST () \"/\" My Folder\r\n"),
    ("numbers that are none", Kept, b"* SEARCH 1 two 3\r\n"),
    ("a list that does not close", Kept, b"* FLAGS (\\Seen\r\n"),
    ("a FETCH that does not close", Kept, b"* 1 FETCH (UID 1\r\n"),
    ("a CR in the text", Noted, b"* OK a\rb\r\n"),
    ("an unknown FETCH item with a list", Good, b"* 1 FETCH (X-NEW (a (\"b\" NIL) {2}\r\n()) UID 1)\r\n"),
    ("Domino: an item in parentheses of its own", Noted, b"* 2 FETCH (UID 14935 (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)) BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0 NIL))\r\n"),
    ("Yandex: a section without its content", Noted, b"* 1 FETCH (UID 3016 BODY[2.MIME] {2}\r\n\r\n BODY[2] )\r\n"),
    ("iCloud: quotes in a quoted string", Good, b"* 7027 FETCH (ENVELOPE (\"d\" \"s\" NIL NIL NIL ((NIL NIL \"redact\" \"me.com\")) NIL NIL NIL \"<\"39.11.JavaMail.R\"@R>\") UID 1)\r\n"),
    ("a name that begins with a tilde", Good, b"* LIST (\\Noselect) \"/\" ~/Mail/foo\r\n"),
    ("a code alone", Kept, b"[COPYUID 55 31 6]\r\n"),
    ("brackets after RFC822", Noted, b"* 123 FETCH (RFC822[] {5}\r\nfoo\r\n)\r\n"),
    ("an empty FETCH", Good, b"* 1 FETCH ()\r\n"),
];

#[test]
fn every_line_is_understood_or_kept() {
    for (what, want, line) in LINES {
        let (response, deviations) = match Response::parse_noting(line, 64) {
            Ok(found) => found,
            Err(error) => panic!("{what}: {error}"),
        };
        let kept = matches!(response, Response::Other(_) | Response::Unrecognized(_));
        match want {
            Good => assert!(!kept && deviations.is_empty(), "{what}: {response:?} {deviations:?}"),
            Noted => assert!(!kept && !deviations.is_empty(), "{what}: {response:?}"),
            Kept => assert!(kept, "{what}: {response:?}"),
        }
    }
}

#[test]
fn every_envelope_and_body_structure_is_understood() {
    for (what, _, line) in LINES {
        let Ok(Response::Fetch(message)) = Response::parse(line) else { continue };
        for item in &message.items {
            match item {
                FetchItem::Envelope(lazy) => {
                    let envelope = lazy.parse().unwrap_or_else(|e| panic!("{what}: {e}"));
                    let again = imap_proto::LazyEnvelope::from(&envelope);
                    assert_eq!(again.parse().as_ref(), Ok(&envelope), "{what}");
                }
                FetchItem::BodyStructure(lazy) | FetchItem::Body(lazy) => {
                    let body = lazy.parse().unwrap_or_else(|e| panic!("{what}: {e}"));
                    let again = imap_proto::LazyBodyStructure::extended(&body);
                    let again = again.parse().unwrap_or_else(|e| panic!("{what}: {e}"));
                    assert_eq!(again.parts().len(), body.parts().len(), "{what}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_kept_can_be_sent_again() {
    for (what, want, line) in LINES {
        let Ok(response) = Response::parse(line) else { continue };
        let mut out = Vec::new();
        response.encode(&mut out);
        assert_eq!(Response::parse(&out).as_ref(), Ok(&response), "{what}");
        if *want == Kept {
            assert_eq!(out, *line, "{what}");
        }
    }
}

#[test]
fn a_bad_item_spoils_itself_only() {
    let line =
        b"* 7 FETCH (UID 1 MODSEQ (-5) BODYSTRUCTURE (1 2) ENVELOPE (NIL) FLAGS (\\Seen))\r\n";
    let Ok(Response::Fetch(message)) = Response::parse(line) else { panic!() };
    assert_eq!(message.uid(), Some(1));
    assert!(message.flags().is_some());
    assert!(matches!(message.items.get(1), Some(FetchItem::Other { .. })));
    let Some(FetchItem::BodyStructure(body)) = message.items.get(2) else { panic!() };
    assert!(body.parse().is_err());
    let Some(FetchItem::Envelope(envelope)) = message.items.get(3) else { panic!() };
    assert_eq!(envelope.parse(), Ok(Envelope::default()));
}

#[test]
fn a_bad_code_spoils_itself_only() {
    let line = b"* OK [COPYUID 701  ] done\r\n";
    let (response, deviations) = Response::parse_noting(line, 64).unwrap();
    let Response::Status(status) = response else { panic!() };
    let Some(ResponseCode::Other(code)) = status.code else { panic!() };
    assert_eq!(code.as_bytes(), b"COPYUID 701  ");
    assert_eq!(deviations[0].kind, DeviationKind::Unknown);
    assert_eq!(status.text.to_str(), Some("done"));
}

#[test]
fn depth_bombs() {
    let n = 1_000_000;
    let open = b"(".repeat(n);
    let close = b")".repeat(n);
    let lines = [
        [&b"* 1 FETCH (BODYSTRUCTURE "[..], &open, &close, b")\r\n"].concat(),
        [&b"* 1 FETCH (ENVELOPE "[..], &open, &close, b" UID 5)\r\n"].concat(),
        [&b"* 1 FETCH (BODYSTRUCTURE "[..], &open, b"\r\n"].concat(),
        [&b"* 1 FETCH (X "[..], &open, &close, b")\r\n"].concat(),
        [&b"* THREAD "[..], &open, b"1", &close, b"\r\n"].concat(),
        [&b"* LIST () NIL x (y "[..], &open, b"1", &close, b")\r\n"].concat(),
        [&b"* XFOO "[..], &open, b"\r\n"].concat(),
        [&b"* OK [X "[..], &open, b"]\r\n"].concat(),
        [&b"* NAMESPACE "[..], &open, b"\r\n"].concat(),
        [&b"* ESEARCH X "[..], &open, b"1", &close, b"\r\n"].concat(),
    ];
    for line in &lines {
        let response = Response::parse(line).unwrap();
        let mut out = Vec::new();
        response.encode(&mut out);
        assert_eq!(Response::parse(&out).as_ref(), Ok(&response));
        if let Response::Fetch(message) = &response {
            for item in &message.items {
                match item {
                    FetchItem::BodyStructure(body) => assert!(body.parse().is_err()),
                    FetchItem::Envelope(envelope) => assert!(envelope.parse().is_err()),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn as_deep_as_the_limit_says() {
    let nested = |levels: usize| {
        let part = "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)";
        let close = " \"mixed\")".repeat(levels);
        format!("{}{part}{close}", "(".repeat(levels)).into_bytes()
    };
    assert!(BodyStructure::parse(&nested(64)).is_ok());
    assert!(BodyStructure::parse(&nested(65)).is_err());
    assert!(BodyStructure::parse_noting(&nested(5000), 5000).is_ok());
}
