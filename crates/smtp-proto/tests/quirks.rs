//! What servers and clients are known to send, and what has to come of it.

use smtp_proto::client::{Config, Connection, Envelope, Event};
use smtp_proto::extensions::dsn::{Notify, OriginalRecipient};
use smtp_proto::{
    Capabilities, Capability, Command, DeviationKind, EnhancedCode, Error, ForwardPath, Host,
    Mailbox, Parameters, Reply, ReversePath, Secret,
};

fn client() -> Connection {
    let mut config = Config::new(Host::try_from("client.example.org").unwrap());
    config.allow_plaintext_auth = true;
    Connection::new(config)
}

/// What the client sends after these bytes, and its events.
fn hear(client: &mut Connection, bytes: &str) -> (String, Vec<Event<'static>>) {
    let mut events = Vec::new();
    let mut sent = Vec::new();
    // Byte by byte, since nothing may depend on how bytes arrive.
    for byte in bytes.bytes() {
        client.receive(&[byte]);
        while let Some(event) = client.poll_event().unwrap() {
            events.push(event.into_owned());
        }
        while let Some(bytes) = client.poll_transmit() {
            sent.extend_from_slice(bytes);
            let n = bytes.len();
            client.transmitted(n);
        }
    }
    (String::from_utf8(sent).unwrap(), events)
}

fn offered(lines: &str) -> Capabilities<'static> {
    let mut client = client();
    hear(&mut client, "220 hi\r\n");
    let (_, events) = hear(&mut client, lines);
    match events.into_iter().next() {
        Some(Event::Capabilities(list)) => list,
        other => panic!("{other:?}"),
    }
}

fn parse(line: &str) -> Command<'_> {
    Command::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn auth_with_an_equals_sign() {
    // OVH, James, and Postfix where it is told to.
    for lines in [
        "250-x\r\n250-AUTH=LOGIN PLAIN\r\n250 SIZE\r\n",
        "250-x\r\n250-AUTH LOGIN\r\n250-AUTH=LOGIN PLAIN\r\n250 SIZE\r\n",
        "250-x\r\n250-AUTH=LOGIN\r\n250-AUTH PLAIN\r\n250 SIZE\r\n",
    ] {
        let list = offered(lines);
        assert!(list.has_mechanism("LOGIN") && list.has_mechanism("plain"), "{lines}");
    }
}

#[test]
fn eight_bitmime_in_two_words() {
    // Yahoo. The line is kept, and the others are understood.
    let list = offered("250-x\r\n250-8 BITMIME\r\n250-PIPELINING\r\n250 AUTH PLAIN  LOGIN \r\n");
    assert!(list.has("PIPELINING") && list.has_mechanism("LOGIN"));
    assert!(!list.has("8BITMIME"));
    assert_eq!(list.iter().count(), 3);
}

#[test]
fn mechanisms_under_a_private_name() {
    // Exchange.
    let list = offered("250-x\r\n250 X-EXPS GSSAPI NTLM LOGIN\r\n");
    let Some(Capability::Other(line)) = list.iter().next() else { panic!() };
    assert!(line.parameters().eq(["GSSAPI", "NTLM", "LOGIN"]));
    assert_eq!(list.mechanisms().count(), 0);
}

#[test]
fn a_challenge_without_a_space() {
    // Yandex.
    for challenge in ["334\r\n", "334 \r\n", "334 VXNlcm5hbWU6\r\n", "334 VXNlcm5hbWU6 \r\n"] {
        let mut client = client();
        hear(&mut client, "220 hi\r\n");
        hear(&mut client, "250-x\r\n250 AUTH XOAUTH2 LOGIN\r\n");
        client.send(&parse("AUTH LOGIN")).unwrap();
        let (sent, events) = hear(&mut client, challenge);
        assert_eq!(sent, "AUTH LOGIN\r\n");
        assert!(matches!(&events[..], [Event::Challenge { .. }]), "{challenge:?}: {events:?}");
        let answer = Command::AuthResponse(Secret::from_octets(&b"tim"[..]));
        client.send(&answer).unwrap();
        let (sent, events) = hear(&mut client, "235 2.7.0 welcome\r\n");
        assert_eq!(sent, "dGlt\r\n");
        assert!(matches!(&events[..], [Event::Reply { .. }]));
    }
}

#[test]
fn ehlo_again_after_starttls() {
    // Exchange answers 503 to anything else, and what it offers is another list then.
    let mut client = client();
    hear(&mut client, "220 hi\r\n");
    hear(&mut client, "250-x\r\n250-SIZE 10\r\n250 STARTTLS\r\n");
    client.send(&Command::StartTls).unwrap();
    let (_, events) = hear(&mut client, "220 2.0.0 go\r\n");
    assert!(events.contains(&Event::StartTls));
    client.tls_started().unwrap();
    let (sent, events) = hear(&mut client, "250-x\r\n250 AUTH PLAIN\r\n");
    assert_eq!(sent, "EHLO client.example.org\r\n");
    let [Event::Capabilities(list)] = &events[..] else { panic!("{events:?}") };
    assert!(list.has_mechanism("PLAIN") && !list.has("SIZE") && !list.has("STARTTLS"));
}

#[test]
fn banners_of_several_lines() {
    // Exim, cPanel.
    let mut client = client();
    let banner = "220-a.example ESMTP Exim 4.96 #2\r\n220-We do not authorize the use of this\r\n\
         220 system to transport bulk e-mail.\r\n";
    let (sent, events) = hear(&mut client, banner);
    let [Event::Greeting { reply }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(reply.lines().count(), 3);
    assert_eq!(sent, "EHLO client.example.org\r\n");
}

#[test]
fn banners_that_were_censored() {
    // Cisco PIX and ASA.
    let (sent, _) = hear(&mut client(), "220 *************************\r\n");
    assert_eq!(sent, "EHLO client.example.org\r\n");
    for banner in ["220\r\n", "220 \r\n", "220-\r\n220\r\n"] {
        let (sent, _) = hear(&mut client(), banner);
        assert_eq!(sent, "EHLO client.example.org\r\n", "{banner:?}");
    }
}

#[test]
fn refusals_in_place_of_a_greeting() {
    for banner in ["554 go away\r\n", "451 later\r\n", "421 You talk too soon\r\n"] {
        let mut client = client();
        let (sent, events) = hear(&mut client, banner);
        assert!(matches!(&events[..], [Event::Greeting { reply }, Event::Closed]
            if !reply.is_positive()));
        assert!(!sent.starts_with("EHLO"), "{sent}");
    }
}

#[test]
fn the_same_enhanced_code_in_each_line() {
    // Gmail, which splits in the middle of a sentence.
    let reply = Reply::parse(
        b"550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n\
          550-5.1.1 double-checking the recipient's email address for typos or\r\n\
          550 5.1.1 unnecessary spaces.\r\n",
    )
    .unwrap();
    assert_eq!(reply.enhanced(), Some(EnhancedCode::BAD_MAILBOX));
    assert!(reply.message().ends_with("typos or unnecessary spaces."));
}

#[test]
fn a_server_that_knows_only_helo() {
    let mut client = client();
    hear(&mut client, "220 hi\r\n");
    let (sent, _) = hear(&mut client, "502 what?\r\n");
    assert_eq!(sent, "HELO client.example.org\r\n");
    let (_, events) = hear(&mut client, "250 x\r\n");
    let [Event::Capabilities(list)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(list.iter().count(), 0);
}

#[test]
fn commands_with_spaces_where_there_are_none() {
    // Outlook, and many that were written for it.
    assert_eq!(parse("MAIL FROM: <a@b>"), parse("MAIL FROM:<a@b>"));
    assert_eq!(parse("RCPT TO: <a@b>  NOTIFY=NEVER "), parse("RCPT TO:<a@b> NOTIFY=NEVER"));
    assert_eq!(parse("QUIT "), Command::Quit);
    assert_eq!(parse("data"), Command::Data);
}

#[test]
fn names_of_clients_that_are_none() {
    for name in ["my_pc", "john's-pc", "[192.168.0.1]", "WIN-1.local.", "[1.2.3]", "-"] {
        let line = format!("EHLO {name}");
        let Command::Ehlo(name) = parse(&line) else { panic!() };
        assert!(line.ends_with(name.as_str()));
    }
}

#[test]
fn replies_whose_code_is_not_in_the_list() {
    for code in [250, 252, 299, 421, 450, 499, 550, 557, 571, 599] {
        let line = format!("{code} x\r\n");
        assert_eq!(Reply::parse(line.as_bytes()).unwrap().code(), code);
    }
    for bad in ["199 x\r\n", "600 x\r\n", "25 x\r\n", "+OK x\r\n", "* OK\r\n", "2a0 x\r\n"] {
        assert!(Reply::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

// What other parsers were measured to get wrong.

#[test]
fn lines_with_different_codes_are_no_reply() {
    assert!(Reply::parse(b"250-a\r\n550 b\r\n").is_err());
    let mut client = client();
    hear(&mut client, "220 hi\r\n");
    client.receive(b"250-a\r\n550 b\r\n");
    assert!(matches!(client.poll_event(), Err(Error::Malformed(_))));
    // The connection is poisoned.
    client.receive(b"250 x\r\n");
    assert!(matches!(client.poll_event(), Err(Error::Malformed(_))));
}

#[test]
fn a_reply_without_text_has_no_cr_in_it() {
    for bytes in [&b"250 \r\n"[..], b"250\r\n", b"250 \n"] {
        let reply = Reply::parse(bytes).unwrap();
        assert!(reply.lines().eq([b""]));
        assert_eq!(reply.message(), "");
    }
}

#[test]
fn sizes_beyond_64_bits_are_no_sizes() {
    let size = |text: &'static str| {
        let parameters = Parameters::try_from(text).unwrap();
        parameters.iter().next().unwrap().in_mail().is_ok()
    };
    assert!(size("SIZE=18446744073709551615"));
    assert!(!size("SIZE=18446744073709551616"));
    assert!(!size("SIZE=99999999999999999999999"));
    assert!(!size("SIZE=-1"));
    assert!(Command::parse(b"BDAT 18446744073709551616").is_err());
}

#[test]
fn parameters_that_come_twice() {
    let parameters = Parameters::try_from("SIZE=10 BODY=7BIT size=20").unwrap();
    assert_eq!(parameters.duplicate(), Some("SIZE"));
}

#[test]
fn never_is_never() {
    assert!(Notify::try_from("NEVER,SUCCESS").is_err());
    assert!(Notify::try_from("SUCCESS,NEVER").is_err());
}

#[test]
fn original_recipients_in_utf8() {
    for (text, address) in [
        ("utf-8;用户@例え.jp", "用户@例え.jp"),
        ("utf-8;\\x{7528}\\x{6237}@a", "用户@a"),
        ("UTF-8;a\\x{2B}b@c", "a+b@c"),
        ("rfc822;a+2Bb@c", "a+b@c"),
    ] {
        assert_eq!(OriginalRecipient::try_from(text).unwrap().address(), address);
    }
}

#[test]
fn envelope_ids_hold_no_line_ends() {
    for bad in ["a+0D+0Ab", "a+00", "+0a"] {
        let text = format!("ENVID={bad}");
        let parameters = Parameters::try_from(text.as_str()).unwrap();
        assert!(parameters.iter().next().unwrap().in_mail().is_err(), "{bad}");
    }
}

#[test]
fn the_class_of_an_enhanced_code_is_that_of_the_reply() {
    for (line, code) in [
        (&b"250 2.1.0 Ok\r\n"[..], true),
        (b"250 22.1.0 Ok\r\n", false),
        (b"250 5.1.1 Ok\r\n", false),
        (b"250 2.1.0\r\n", true),
        (b"250 2.1.0x Ok\r\n", false),
        (b"250 2.1 Ok\r\n", false),
        (b"250 2.1.1000 Ok\r\n", false),
        (b"354 3.0.0 go\r\n", false),
    ] {
        let reply = Reply::parse(line).unwrap();
        assert_eq!(reply.enhanced().is_some(), code, "{}", String::from_utf8_lossy(line));
    }
}

#[test]
fn one_initial_response_and_mechanisms_of_any_name() {
    assert!(Command::parse(b"AUTH PLAIN AAA BBB").is_err());
    assert!(Command::parse(b"AUTH PLAIN AAAA BBBB").is_err());
    let Command::Auth { mechanism, .. } = parse("AUTH X-NEW") else { panic!() };
    assert_eq!(mechanism.as_str(), "X-NEW");
}

#[test]
fn quoted_local_parts_stay_quoted() {
    let Command::Rcpt { to, .. } = parse("RCPT TO:<\"a b\"@c>") else { panic!() };
    assert_eq!(to.as_str(), "\"a b\"@c");
    assert_eq!(to.mailbox().unwrap().unquoted(), "a b");
    let odd = Mailbox::try_from(r#""a>b\"c@d"@e"#).unwrap();
    assert_eq!((&*odd.unquoted(), odd.host().as_str()), ("a>b\"c@d", "e"));
}

#[test]
fn address_literals_of_all_kinds() {
    for (line, ip) in [
        ("MAIL FROM:<a@[127.0.0.1]>", Some("127.0.0.1")),
        ("MAIL FROM:<a@[IPv6:::1]>", Some("::1")),
        ("MAIL FROM:<a@[ipv6:2001:db8::192.0.2.1]>", Some("2001:db8::c000:201")),
        ("MAIL FROM:<a@[X-NEW:abc]>", None),
    ] {
        let Command::Mail { from, .. } = parse(line) else { panic!() };
        let host = from.mailbox().unwrap().host();
        assert!(host.is_literal());
        assert_eq!(host.ip(), ip.map(|ip| ip.parse().unwrap()), "{line}");
    }
}

#[test]
fn source_routes_are_kept_apart() {
    let Command::Mail { from, .. } = parse("MAIL FROM:<@x.example,@y.example:a@b>") else {
        panic!()
    };
    let ReversePath::Path(path) = &from else { panic!() };
    assert_eq!(path.route(), Some("@x.example,@y.example"));
    assert_eq!(path.mailbox().as_str(), "a@b");
}

#[test]
fn nobody_and_the_postmaster() {
    let Command::Mail { from, .. } = parse("MAIL FROM:<>") else { panic!() };
    assert_eq!(from, ReversePath::Null);
    let Command::Rcpt { to, .. } = parse("RCPT TO:<postmaster>") else { panic!() };
    assert_eq!(to, ForwardPath::Postmaster);
    assert!(Command::parse(b"RCPT TO:<>").is_err());
    assert!(Command::parse(b"MAIL FROM:<postmaster>").is_err());
}

#[test]
fn no_octet_is_deleted_or_replaced() {
    assert!(Command::parse(b"MAIL FROM:<a\rb@c>").is_err());
    assert!(Command::parse(b"NO\rOP").is_err());
    assert!(Command::parse(b"MAIL FROM:<a\xffb@c>").is_err());
    assert!(Command::parse(b"VRFY \xff").is_err());
    assert!(Command::parse(b"NOOP \0").is_err());
}

#[test]
fn null_senders_with_parameters() {
    let line = "MAIL FROM:<> SIZE=10 RET=HDRS ENVID=QQ314159 AUTH=<> X-NEW=1";
    let Command::Mail { from, parameters } = parse(line) else { panic!() };
    assert_eq!((from, parameters.iter().count()), (ReversePath::Null, 5));
    assert_eq!(parameters.get("X-NEW"), Some(Some("1")));
}

#[test]
fn a_refused_mail_with_more_under_way() {
    // Dovecot's submission service, whose relay did not like a parameter of MAIL. What decided is
    // that, and not what RCPT without MAIL got.
    let mut client = client();
    hear(&mut client, "220 hi\r\n");
    hear(&mut client, "250-x\r\n250 PIPELINING\r\n");
    let mut envelope = Envelope::new(ReversePath::try_from("bob@example.org").unwrap());
    envelope.to(ForwardPath::try_from("a@example.org").unwrap());
    envelope.to(ForwardPath::try_from("b@example.org").unwrap());
    client.send_mail(&envelope).unwrap();
    let answers = "501 5.5.4 Bad parameter\r\n503 5.5.0 MAIL needed first\r\n\
         503 5.5.0 MAIL needed first\r\n503 5.5.1 MAIL needed first\r\n";
    let (_, events) = hear(&mut client, answers);
    let [Event::MailDone { outcome, .. }] = &events[..] else { panic!("{events:?}") };
    for recipient in &outcome.recipients {
        assert_eq!(recipient.reply.code(), 501, "{outcome:?}");
    }
}

#[test]
fn lines_that_end_with_lf_and_codes_without_a_space() {
    // Scripts that play a server.
    for (bytes, kind) in [
        ("220 hi\n", DeviationKind::BareLf),
        ("220-hi\n220 there\r\n", DeviationKind::BareLf),
        ("220*hi\r\n", DeviationKind::ReplySeparator),
        ("220\thi\r\n", DeviationKind::ReplySeparator),
    ] {
        let (sent, events) = hear(&mut client(), bytes);
        let [Event::Deviation(told), Event::Greeting { .. }] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(*told, kind);
        assert_eq!(sent, "EHLO client.example.org\r\n");
        let mut config = Config::default();
        config.strict = true;
        let mut client = Connection::new(config);
        client.receive(bytes.as_bytes());
        assert_eq!(client.poll_event(), Err(Error::Deviation(kind)));
    }
}
