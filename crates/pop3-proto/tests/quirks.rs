//! What real servers do otherwise than the RFCs say, as transcripts: what is understood, and which
//! deviations are told.

mod support;

use pop3_proto::DeviationKind;
use pop3_proto::client::Event;
use support::{Run, client_config, run_client};

/// Runs a transcript at many cuts, and gives what came of it.
fn run(transcript: &str) -> Run {
    let items = support::parse(transcript);
    let whole = run_client(client_config(), &items, <[u8]>::len);
    assert_eq!(whole.error, None, "{transcript}");
    for size in [1, 2, 3, 7] {
        let cut = run_client(client_config(), &items, |_| size);
        assert_eq!(cut.events, whole.events, "{transcript} in chunks of {size}");
    }
    whole
}

fn deviations(run: &Run) -> Vec<DeviationKind> {
    let kind = |event: &Event<'_>| match event {
        Event::Deviation(deviation) => Some(deviation.kind),
        _ => None,
    };
    run.events.iter().filter_map(kind).collect()
}

/// The transcript after a login.
fn logged_in(transcript: &str) -> Run {
    run(&format!("S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: +OK\n{transcript}"))
}

#[test]
fn quirk_1_greetings_of_every_kind() {
    for greeting in [
        "+OK",
        "+OK ",
        "+OK POP3 ready",
        "+OK Gpop ready for requests from 192.0.2.1 x",
        "+OK The *WGS* Microsoft Exchange POP3 service is ready.",
    ] {
        let run = run(&format!("S: {greeting}\nC: QUIT\nS: +OK\n"));
        assert!(matches!(run.events[0], Event::Greeting { timestamp: None, .. }), "{greeting}");
        assert_eq!(deviations(&run), []);
    }
}

#[test]
fn quirk_2_the_timestamp_stands_anywhere_and_has_an_at() {
    for (greeting, expected) in [
        ("+OK <1896.697170952@dbc.mtview.ca.us>", Some("<1896.697170952@dbc.mtview.ca.us>")),
        ("+OK hi <1@x> there", Some("<1@x>")),
        ("+OK <not one> and <2@y>", Some("<2@y>")),
        ("+OK a < b", None),
        ("+OK <nothing>", None),
    ] {
        let run = run(&format!("S: {greeting}\nC: QUIT\nS: +OK\n"));
        let Event::Greeting { timestamp, .. } = &run.events[0] else { panic!("{greeting}") };
        assert_eq!(timestamp.as_ref().map(|found| found.as_str()), expected, "{greeting}");
    }
}

#[test]
fn quirk_3_ok_in_the_place_of_a_challenge() {
    let run =
        run("S: +OK\nC: AUTH LOGIN\nS: +OK\nC: YQ==\nS: + UGFzc3dvcmQ6\nC: Yg==\nS: +OK welcome\n");
    assert_eq!(deviations(&run), [DeviationKind::OkForChallenge]);
    assert!(matches!(run.events.last(), Some(Event::Reply { reply, .. }) if reply.is_ok()));
}

#[test]
fn quirk_4_text_in_the_place_of_a_challenge() {
    let run = run("S: +OK\nC: AUTH PLAIN\nS: + go ahead\nC: AGEAYg==\nS: +OK\n");
    assert_eq!(deviations(&run), [DeviationKind::TextInChallenge]);
}

#[test]
fn quirk_5_a_negative_size() {
    let run = logged_in("C: STAT\nS: +OK 2 -5\n");
    assert_eq!(deviations(&run), [DeviationKind::NegativeSize]);
    let Some(Event::Stat { listing, .. }) = run.events.last() else { panic!("{run:?}") };
    assert_eq!((listing.messages, listing.octets), (2, 0));
}

#[test]
fn quirk_6_uidl_in_odd_forms() {
    let run = logged_in("C: UIDL\nS: +OK\nS: 1   abc\nS: .\n");
    assert_eq!(deviations(&run), [DeviationKind::ExtraSpaces]);
    let run = logged_in("C: UIDL 2\nS: +OK xyz\n");
    assert_eq!(deviations(&run), [DeviationKind::MissingNumber]);
    let named = |event: &Event<'_>| matches!(event, Event::UniqueId { message: 2, unique_id, .. } if unique_id == "xyz");
    assert!(run.events.iter().any(named), "{run:?}");
    let run = logged_in("C: UIDL 2\nS: +OK\nS: 2 xyz\nS: .\nC: NOOP\nS: +OK\n");
    assert_eq!(deviations(&run), [DeviationKind::ListForOne]);
    // A message without a name spoils nothing else.
    let run = logged_in("C: UIDL\nS: +OK\nS: 1\nS: 2 b\nS: .\n");
    let named = |event: &Event<'_>| matches!(event, Event::UniqueId { message: 2, unique_id, .. } if unique_id == "b");
    assert!(run.events.iter().any(|event| matches!(event, Event::Unreadable { .. })));
    assert!(run.events.iter().any(named), "{run:?}");
}

#[test]
fn quirk_8_a_server_without_capa() {
    let run = run("S: +OK\nC: CAPA\nS: -ERR what?\nC: USER a\nS: +OK\nC: PASS b\nS: +OK\n");
    assert_eq!(deviations(&run), []);
}

#[test]
fn quirk_9_the_capabilities_of_gmail() {
    let run =
        run("S: +OK Gpop ready\nC: CAPA\nS: +OK Capability list follows\nS: USER\nS: RESP-CODES\n\
         S: EXPIRE 0\nS: LOGIN-DELAY 300\nS: TOP\nS: UIDL\nS: X-GOOGLE-RICO\nS: SASL\nS: .\n");
    let Some(Event::Capabilities(list)) = run.events.last() else { panic!("{run:?}") };
    assert!(
        list.has("X-GOOGLE-RICO") && list.has("EXPIRE") && list.has("SASL") && !list.has("STLS")
    );
    assert_eq!(list.sasl().map(|names| names.iter().count()), Some(0));
}

#[test]
fn quirk_10_sizes_are_not_used_for_framing() {
    let run = logged_in(
        "C: LIST 1\nS: +OK 1 1024\nC: RETR 1\nS: +OK 1024 octets\nS: short\nS: .\nC: NOOP\nS: +OK\n",
    );
    let body =
        |event: &Event<'_>| matches!(event, Event::BodyChunk(body) if &body[..] == b"short\r\n");
    assert!(run.events.iter().any(body), "{run:?}");
}

#[test]
fn quirk_13_a_token_in_two_steps() {
    let run = run("S: +OK\nC: AUTH XOAUTH2\nS: + \nC: dXNlcj1h\nS: +OK\n");
    assert!(matches!(run.events.last(), Some(Event::Reply { reply, .. }) if reply.is_ok()));
}

#[test]
fn quirk_15_codes_that_were_not_announced() {
    let run = run("S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: -ERR [IN-USE] elsewhere\n");
    let in_use = |event: &Event<'_>| match event {
        Event::Reply { reply, .. } => reply.code() == Some(pop3_proto::ResponseCode::InUse),
        _ => false,
    };
    assert!(run.events.iter().any(in_use), "{run:?}");
}

#[test]
fn text_after_numbers_is_tolerated() {
    let run =
        logged_in("C: STAT\nS: +OK 2 5000000000 octets in all\nC: LIST 1\nS: +OK 1 120 octets\n");
    let stat = |event: &Event<'_>| matches!(event, Event::Stat { listing, .. } if listing.octets == 5_000_000_000);
    let size =
        |event: &Event<'_>| matches!(event, Event::Size { listing, .. } if listing.octets == 120);
    assert!(run.events.iter().any(stat) && run.events.iter().any(size), "{run:?}");
}

#[test]
fn small_letters() {
    let run = run("S: +ok hi\nC: QUIT\nS: +ok\n");
    assert!(deviations(&run).contains(&DeviationKind::StatusCase));
}

#[test]
fn quirk_15_last() {
    let run = logged_in("C: LAST\nS: +OK 3\n");
    assert!(matches!(run.events.last(), Some(Event::Reply { reply, .. }) if reply.is_ok()));
}
