//! Reports: the examples of their RFCs, read and written back; pieces of messages.

use mime::build::{Draft, Entity, Env, Options};
use mime::header::DateTime;
use mime::report::{
    Action, DeliveryReport, DispositionReport, DispositionType, FeedbackReport, Report, TypedValue,
};
use mime::{JoinError, Message, join_partial, split_partial};
use proptest::prelude::*;

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

fn typed(kind: &str, value: &str) -> Option<TypedValue> {
    Some(TypedValue::new(kind, value))
}

/// [RFC 3464, appendix E](https://www.rfc-editor.org/rfc/rfc3464#appendix-E)
#[test]
fn rfc3464_appendix_e() {
    // A simple DSN.
    let report = DeliveryReport::parse(
        b"Reporting-MTA: dns; cs.utk.edu\n\n\
          Original-Recipient: rfc822;louisl@larry.slip.umd.edu\n\
          Final-Recipient: rfc822;louisl@larry.slip.umd.edu\n\
          Action: failed\nStatus: 4.0.0\n\
          Diagnostic-Code: smtp; 426 connection timed out\n\
          Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\n",
    );
    assert_eq!(report.reporting_mta, typed("dns", "cs.utk.edu"));
    let recipient = &report.recipients[0];
    assert_eq!(recipient.original_recipient, typed("rfc822", "louisl@larry.slip.umd.edu"));
    assert_eq!(recipient.action, Some(Action::Failed));
    assert_eq!(recipient.status.unwrap().to_string(), "4.0.0");
    assert_eq!(recipient.diagnostic_code, typed("smtp", "426 connection timed out"));
    assert_eq!(recipient.last_attempt_date.unwrap().timestamp(), 773_615_749);

    // Several recipients.
    let report = DeliveryReport::parse(
        b"Reporting-MTA: dns; cs.utk.edu\r\n\r\n\
          Original-Recipient: rfc822;arathib@vnet.ibm.com\r\n\
          Final-Recipient: rfc822;arathib@vnet.ibm.com\r\nAction: failed\r\n\
          Status: 5.0.0 (permanent failure)\r\n\
          Diagnostic-Code: smtp;\r\n 550 'arathib@vnet.IBM.COM' is not a registered gateway user\r\n\
          Remote-MTA: dns; vnet.ibm.com\r\n\r\n\
          Final-Recipient: rfc822;wsnell@sdcc13.ucsd.edu\r\nAction: delayed\r\n\
          Status: 4.0.0 (hpnjld@njd.hp.com...Deferred: User unknown)\r\n",
    );
    assert_eq!(report.recipients.len(), 2);
    assert!(report.recipients[0].status.unwrap().is_permanent());
    assert_eq!(
        report.recipients[0].diagnostic_code.as_ref().unwrap().value,
        "550 'arathib@vnet.IBM.COM' is not a registered gateway user"
    );
    assert_eq!(report.recipients[1].action, Some(Action::Delayed));
}

/// [RFC 8098, section 9](https://www.rfc-editor.org/rfc/rfc8098#section-9)
#[test]
fn rfc8098_section_9() {
    let body = crlf(
        "Reporting-UA: joes-pc.cs.example.com; Foomail 97.1\n\
         Original-Recipient: rfc822;Joe_Recipient@example.com\n\
         Final-Recipient: rfc822;Joe_Recipient@example.com\n\
         Original-Message-ID: <199509192301.23456@example.org>\n\
         Disposition: manual-action/MDN-sent-manually; displayed\n",
    );
    let message = crlf(
        "MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=disposition-notification;\n \
         boundary=\"RAA14128.773615765/example.com\"\n\n\
         --RAA14128.773615765/example.com\n\nThe message has been displayed.\n\
         --RAA14128.773615765/example.com\n\
         content-type: message/disposition-notification\n\n",
    ) + &body
        + &crlf(
            "--RAA14128.773615765/example.com\ncontent-type: message/rfc822\n\n\
             Subject: original\n\ntext\n--RAA14128.773615765/example.com--\n",
        );
    let message = Message::parse(message.as_bytes());
    let Some(Report::Disposition(report)) = message.root().report() else { panic!() };
    assert_eq!(report.reporting_ua, typed("joes-pc.cs.example.com", "Foomail 97.1"));
    assert_eq!(report.original_message_id.as_deref(), Some("199509192301.23456@example.org"));
    assert_eq!(report.disposition, Some(DispositionType::Displayed));
    assert!(!report.automatic_action && !report.sent_automatically);
    assert_eq!(message.root().reported_message().unwrap().subject().unwrap(), "original");
    // Written again it is the same but for a blank.
    assert_eq!(report.encode(), body.replace("rfc822;", "rfc822; "));
}

/// [RFC 5965, appendix B](https://www.rfc-editor.org/rfc/rfc5965#appendix-B)
#[test]
fn rfc5965_appendix_b() {
    let body = crlf(
        "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n\
         Original-Mail-From: <somespammer@example.net>\n\
         Original-Rcpt-To: <user@example.com>\n\
         Arrival-Date: Thu, 8 Mar 2005 14:00:00 -0500\n\
         Reporting-MTA: dns; mail.example.com\nSource-IP: 192.0.2.1\n\
         Authentication-Results: mail.example.com; spf=fail\n \
         smtp.mail=somespammer@example.com\n\
         Reported-Domain: example.net\nReported-URI: http://example.net/earn_money.html\n\
         Reported-URI: mailto:user@example.com\nRemoval-Recipient: user@example.com\n",
    );
    let report = FeedbackReport::parse(body.as_bytes());
    assert_eq!(report.source_ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(report.reported_uris.len(), 2);
    assert_eq!(report.fields.find("removal-recipient"), Some("user@example.com"));
    assert_eq!(report.arrival_date.unwrap().timestamp(), 1_110_308_400);
    assert!(report.encode().contains("Arrival-Date: Tue, 8 Mar 2005 14:00:00 -0500\r\n"));
    let mut again = FeedbackReport::parse(report.encode().as_bytes());
    assert_eq!(again.fields.iter().count(), report.fields.iter().count());
    // The day of the week is wrong in the example.
    again.fields = report.fields.clone();
    assert_eq!(again, report);
}

/// Case 32: no value becomes a field.
#[test]
fn case_32_nothing_is_injected_into_a_report() {
    let mut report = DeliveryReport::default();
    report.reporting_mta = typed("dns", "a\r\nAction: delivered\r\n\r\nStatus: 2.0.0");
    report.fields.push("X-A", "b\nc");
    report.fields.push("X-B\r\nStatus: 2.0.0\r\nX", "c");
    let text = report.encode();
    let again = DeliveryReport::parse(text.as_bytes());
    assert!(again.recipients.is_empty());
    assert_eq!(
        again.fields.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["Reporting-MTA", "X-A"]
    );
}

#[test]
fn a_report_goes_through_a_message() {
    let mut recipient = mime::report::RecipientStatus::default();
    recipient.final_recipient = typed("utf-8", "用户@例え.jp");
    recipient.action = Some(Action::Failed);
    recipient.status = Some("5.6.7".parse().unwrap());
    let mut report = DeliveryReport::default();
    report.reporting_mta = typed("dns", "mx.example.com");
    report.recipients.push(recipient);
    let report = Report::Delivery(report);
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let env = Env { now, seed: 1, domain: "mx.example.com" };
    let header = Entity::typed_text("text/rfc822-headers", "Subject: original\r\n");
    let draft = Draft::new()
        .from("MAILER-DAEMON@mx.example.com")
        .to("a@b.test")
        .body(report.to_entity("Es kam nicht an: Gründe\n", Some(header)));
    let bytes = draft.build(&env, &Options::default()).unwrap().to_vec().unwrap();
    let message = Message::parse(&bytes);
    let types: Vec<_> =
        message.parts().map(|part| part.content_type().essence().into_owned()).collect();
    assert_eq!(
        types,
        ["multipart/report", "text/plain", "message/global-delivery-status", "text/rfc822-headers"]
    );
    let Some(Report::Delivery(read)) = message.root().report() else { panic!() };
    assert_eq!(read.recipients[0].final_recipient, typed("utf-8", "用户@例え.jp"));
    assert_eq!(message.root().reported_message().unwrap().subject().unwrap(), "original");
}

/// [RFC 2046, section 5.2.2.2](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.2.2)
#[test]
fn rfc2046_pieces() {
    let first = Message::parse(
        b"X-Weird-Header-1: Foo\nFrom: Bill@host.com\nTo: joe@otherhost.com\n\
          Date: Fri, 26 Mar 1993 12:59:38 -0500 (EST)\nSubject: Audio mail (part 1 of 2)\n\
          Message-ID: <id1@host.com>\nMIME-Version: 1.0\n\
          Content-type: message/partial; id=\"ABC@host.com\";\n              number=1; total=2\n\n\
          X-Weird-Header-1: Bar\nX-Weird-Header-2: Hello\nMessage-ID: <anotherid@foo.com>\n\
          Subject: Audio mail\nMIME-Version: 1.0\nContent-type: audio/basic\n\
          Content-transfer-encoding: base64\n\n  ... first half of encoded audio data goes here ...\n",
    );
    let second = Message::parse(
        b"From: Bill@host.com\nTo: joe@otherhost.com\nDate: Fri, 26 Mar 1993 12:59:38 -0500 (EST)\n\
          Subject: Audio mail (part 2 of 2)\nMIME-Version: 1.0\nMessage-ID: <id2@host.com>\n\
          Content-type: message/partial;\n              id=\"ABC@host.com\"; number=2; total=2\n\n  \
          ... second half of encoded audio data goes here ...\n",
    );
    let joined = join_partial(&[second.clone(), first.clone()]).unwrap();
    assert_eq!(
        String::from_utf8(joined).unwrap(),
        "X-Weird-Header-1: Foo\nFrom: Bill@host.com\nTo: joe@otherhost.com\n\
         Date: Fri, 26 Mar 1993 12:59:38 -0500 (EST)\nMessage-ID: <anotherid@foo.com>\n\
         Subject: Audio mail\nMIME-Version: 1.0\nContent-type: audio/basic\n\
         Content-transfer-encoding: base64\n\n  ... first half of encoded audio data goes here ...\n  \
         ... second half of encoded audio data goes here ...\n"
    );
    assert_eq!(join_partial(core::slice::from_ref(&first)), Err(JoinError::Missing(2)));
    assert_eq!(join_partial(core::slice::from_ref(&second)), Err(JoinError::Missing(1)));
    assert_eq!(join_partial(&[]), Err(JoinError::Empty));
    let other = Message::parse(b"Content-Type: message/partial; id=x; number=2\n\n");
    assert_eq!(join_partial(&[first.clone(), other]), Err(JoinError::OtherId(1)));
    assert_eq!(join_partial(&[Message::parse(b"\n")]), Err(JoinError::NotPartial(0)));
    assert!(join_partial(&[first.clone(), first, second]).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_cut_can_be_joined(lines in prop::collection::vec("[ -~]{0,60}", 1..40), max in 1usize..400) {
        let message = format!("From: a@b.c\r\nSubject: s\r\n\r\n{}\r\n", lines.join("\r\n"));
        let pieces = split_partial(message.as_bytes(), "id@b.c", max);
        let pieces: Vec<_> = pieces.iter().rev().map(|piece| Message::parse(piece)).collect();
        prop_assert_eq!(join_partial(&pieces).unwrap(), message.as_bytes());
    }

    #[test]
    fn reports_come_back(
        host in "[a-z.]{1,30}",
        address in "[a-z]{1,20}@[a-z.]{1,20}",
        text in "[!-~]{1,90}( [!-~]{1,40}){0,12}",
        time in 0i64..4_000_000_000,
        n in 0u64..1000,
    ) {
        let mut recipient = mime::report::RecipientStatus::default();
        recipient.final_recipient = typed("rfc822", &address);
        recipient.action = Some(Action::Relayed);
        recipient.status = "2.1.5".parse().ok();
        recipient.diagnostic_code = typed("smtp", &text);
        recipient.will_retry_until = DateTime::from_timestamp(time, 60);
        let mut report = DeliveryReport::default();
        report.reporting_mta = typed("dns", &host);
        report.recipients.push(recipient);
        let mut again = DeliveryReport::parse(report.encode().as_bytes());
        again.fields = Default::default();
        again.recipients[0].fields = Default::default();
        prop_assert_eq!(again, report);

        let mut report = DispositionReport::default();
        report.final_recipient = typed("rfc822", &address);
        report.disposition = Some(DispositionType::Processed);
        report.modifiers = vec!["error".into(), "x".into()];
        report.automatic_action = n % 2 == 0;
        report.errors = vec![text.clone()];
        let mut again = DispositionReport::parse(report.encode().as_bytes());
        again.fields = Default::default();
        prop_assert_eq!(again, report);

        let mut report = FeedbackReport::default();
        report.incidents = n.max(1);
        report.arrival_date = DateTime::from_timestamp(time, -300);
        report.original_rcpt_to = vec![address, host];
        let mut again = FeedbackReport::parse(report.encode().as_bytes());
        again.fields = Default::default();
        prop_assert_eq!(again, report);
    }
}
