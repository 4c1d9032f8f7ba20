//! Typed fields beyond addresses and dates.

use mime::header::{
    AuthenticationResults, Autocrypt, Canonicalization, DkimSignature, ListId, ListUris,
    MessageIdList, Received, TagList, is_one_click,
};
use mime::{DefectKind, Message, Problems};
use proptest::prelude::*;

#[test]
fn message_ids() {
    let cases: &[(&str, &[&str], bool)] = &[
        ("<1234@local.machine.example>", &["1234@local.machine.example"], false),
        ("<a@x>\r\n <b@y>(c) <c@z>", &["a@x", "b@y", "c@z"], false),
        ("<1234   @   local(blah)  .machine .example>", &["1234@local.machine.example"], true),
        ("a@b", &["a@b"], true),
        ("Your message of Monday <a@b>", &["a@b"], true),
        ("<a@b>,<c@d>", &["a@b", "c@d"], true),
        ("<a@\r\n b>", &["a@b"], true),
        ("<a@[1.2.3.4]>", &["a@[1.2.3.4]"], false),
        ("<>", &[], true),
        ("", &[], false),
        ("<a@b", &["a@b"], true),
    ];
    for (value, expected, wrong) in cases {
        let mut problems = Problems::new();
        let ids = MessageIdList::parse_with(value.as_bytes(), &mut problems);
        let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
        assert_eq!(ids, *expected, "{value}");
        assert_eq!(!problems.is_empty(), *wrong, "{value}");
    }
}

#[test]
fn received() {
    // RFC 5321, appendix D.3, and forms of common servers.
    let hop = Received::parse(b"from bar.com by foo.com ; Thu, 21 May 1998\r\n 05:33:29 -0700");
    assert_eq!((hop.from.as_deref(), hop.by.as_deref()), (Some("bar.com"), Some("foo.com")));
    assert_eq!(hop.date.unwrap().day, 21);

    let hop = Received::parse(
        b"from localhost (localhost [127.0.0.1]) (authenticated bits=0)\r\n by mail.example.org (8.14.4/8.14.4) with ESMTP id p1A2B3\r\n (version=TLSv1/SSLv3 cipher=DHE-RSA-AES256-SHA bits=256 verify=NOT)\r\n for <bob@example.org>; Fri, 11 Feb 2011 10:00:00 +0100 (CET)",
    );
    assert_eq!(hop.from_info.as_deref(), Some("localhost [127.0.0.1]"));
    assert_eq!(hop.by_info.as_deref(), Some("8.14.4/8.14.4"));
    assert_eq!(hop.with.as_deref(), Some("ESMTP"));
    assert_eq!(hop.id.as_deref(), Some("p1A2B3"));
    assert_eq!(hop.for_.as_deref(), Some("bob@example.org"));
    assert_eq!(hop.address(), Some("127.0.0.1".parse().unwrap()));

    let hop = Received::parse(
        b"from [IPv6:2001:db8::1] (port=1) by with with ESMTP; 1 Jan 2020 00:00:00 +0000",
    );
    assert_eq!(hop.by.as_deref(), Some("with"));
    assert_eq!(hop.address(), Some("2001:db8::1".parse().unwrap()));

    let hop = Received::parse(b"(qmail 123 invoked by uid 89); 1 Jan 2020 00:00:00 -0000");
    assert!(hop.from.is_none() && hop.date.is_some());

    let mut problems = Problems::new();
    let hop = Received::parse_with(b"from a by b", &mut problems);
    assert!(hop.date.is_none() && problems.find(DefectKind::InvalidValue).is_some());
}

#[test]
fn lists() {
    // RFC 2369, section 3 and the examples of section 2.
    let uris = |value: &str| {
        ListUris::parse(value.as_bytes()).uris.iter().map(|uri| uri.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        uris("<mailto:list@host.com?subject=help> (List Instructions)"),
        ["mailto:list@host.com?subject=help"]
    );
    assert_eq!(uris("<http://www.host.com/list.cgi?cmd=sub&lst=list>,\r\n <mailto:list-manager@host.com?body=subscribe%20list>").len(), 2);
    assert_eq!(uris("<https://example.org/a\r\n b>"), ["https://example.org/ab"]);
    assert_eq!(uris("mailto:a@b"), ["mailto:a@b"]);
    assert_eq!(ListUris::parse(b"<mailto:x@y>, <HTTPS://z/1>").https(), Some("HTTPS://z/1"));
    assert!(ListUris::parse(b" NO (closed)").no && !ListUris::parse(b"<mailto:no@no>").no);
    // RFC 2919, section 3.
    let id = |value: &str| ListId::parse(value.as_bytes()).unwrap().id.into_owned();
    assert_eq!(id("List Header Mailing List <list-header.nisto.com>"), "list-header.nisto.com");
    assert_eq!(
        id("<commonspace-users.list-id.within.com>"),
        "commonspace-users.list-id.within.com"
    );
    assert_eq!(id("bare.example.org"), "bare.example.org");
    assert!(ListId::parse(b"name <>").is_none());
    assert!(is_one_click(b" List-Unsubscribe=One-Click\r\n") && !is_one_click(b"yes"));
}

#[test]
fn authentication_results() {
    // RFC 8601, appendix B.
    let parse = |value: &'static str| AuthenticationResults::parse(value.as_bytes()).unwrap();
    let none = parse("example.org 1; none");
    assert_eq!((&*none.server, none.version, none.results.len()), ("example.org", 1, 0));
    let one = parse("example.com;\r\n spf=pass smtp.mailfrom=example.net");
    assert_eq!(one.results[0].property("smtp", "mailfrom"), Some("example.net"));
    let several = parse(
        "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net",
    );
    assert_eq!(several.results.len(), 2);
    assert_eq!(several.results[0].property("smtp", "auth"), Some("sender@example.net"));
    let comments = parse(
        "foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it) 1362471462",
    );
    assert_eq!(comments.server, "foo.example.net");
    let arc = parse("i=2; mx.example; dmarc=pass header.from=example.org");
    assert_eq!((arc.instance, arc.results.len()), (Some(2), 1));
    let quoted = parse("\"a b\"; x=y reason=\"c;d\" z.z=\"e f\"@g");
    assert_eq!(quoted.server, "a b");
    assert_eq!(quoted.results[0].reason.as_deref(), Some("c;d"));
    assert!(AuthenticationResults::parse(b"; spf=pass").is_none());
}

#[test]
fn dkim() {
    let good = "v=1; a=rsa-sha256; d=example.net; s=brisbane; c=relaxed; q=dns/txt; t=1117574938; x=1118006938; l=10; h=from:to:subject:date; bh=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=; b=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZ";
    let signature = DkimSignature::parse(good.as_bytes()).unwrap();
    assert_eq!(signature.identity, "@example.net");
    assert_eq!((signature.body_length, signature.expiration), (Some(10), Some(1_118_006_938)));
    assert_eq!(signature.signed_fields.len(), 4);
    for (from, to) in [
        ("v=1", "v=2"),
        ("l=10", "l=x"),
        ("b=dzdV", "b=*"),
        ("h=from:to:subject:date", "h="),
        ("c=relaxed", "c=odd"),
    ] {
        assert!(DkimSignature::parse(good.replace(from, to).as_bytes()).is_none(), "{to}");
    }
    let mut problems = Problems::new();
    TagList::parse_with(b"d=a; d=b; nonsense", &mut problems);
    assert!(problems.find(DefectKind::DuplicateParameter).is_some());
    assert!(problems.find(DefectKind::InvalidParameter).is_some());
}

#[test]
fn autocrypt() {
    assert!(Autocrypt::parse(b"addr=a@b; _odd=1; keydata=AAAA").is_some());
    assert!(Autocrypt::parse(b"addr=a@b; keydata=A*AA").is_none());
    assert!(Autocrypt::parse(b"keydata=AAAA").is_none());
    assert!(
        !Autocrypt::parse(b"addr=a@b; prefer-encrypt=nopreference; keydata=AAAA")
            .unwrap()
            .prefer_encrypt
    );
}

/// Section 5, case 28: fields of many megabytes, and of nothing but separators.
#[test]
fn case_28_long_values_are_linear_and_bounded() {
    for piece in [
        ";", "a=b;", "a=b.c=d ", "(", "<", "<a@b>", "\"", "i=1;", "x; y=z ", ",", ":", "from ", "(",
    ] {
        let value = piece.repeat((1 << 20) / piece.len());
        let value = value.as_bytes();
        assert!(TagList::parse(value).iter().count() <= 1000);
        AuthenticationResults::parse(value);
        Autocrypt::parse(value);
        Received::parse(value);
        assert!(ListUris::parse(value).uris.len() <= 100_000);
        ListId::parse(value);
        assert!(MessageIdList::parse(value).0.len() <= 100_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn never_panics(value in prop::collection::vec(prop_oneof![
        "[a-z;=.<>(),:@\" \r\n\\\\]{0,12}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..4),
    ], 0..20)) {
        let value = value.concat();
        TagList::parse(&value);
        DkimSignature::parse(&value);
        AuthenticationResults::parse(&value);
        Autocrypt::parse(&value);
        Received::parse(&value);
        ListUris::parse(&value);
        ListId::parse(&value);
        MessageIdList::parse(&value);
        mime::header::AddressList::parse(&value);
        mime::header::DateTime::parse(&value);
    }
}

/// An ARC set is three fields: results as a receiver wrote them, a signature in the form of DKIM
/// whose `i` is the number of the set, and a seal.
///
/// [RFC 8617, section 4.1](https://www.rfc-editor.org/rfc/rfc8617#section-4.1)
#[test]
fn arc_sets_are_read() {
    let message = Message::parse(
        b"ARC-Seal: i=2; a=rsa-sha256; t=1541115916; cv=pass; d=a.test; s=k1;\r\n b=QUJD\r\n\
          ARC-Message-Signature: i=2; a=rsa-sha256; c=relaxed/relaxed; d=a.test; s=k1;\r\n \
          h=from : subject; bh=QUJD; b=QUI=\r\n\
          ARC-Authentication-Results: i=2; a.test; dkim=pass header.i=@b.test; arc=pass\r\n\r\n",
    );
    let root = message.root();
    let seal = root.value::<TagList<'_>>("arc-seal").unwrap();
    assert_eq!((seal.number("i"), seal.text("cv").as_deref()), (Some(2), Some("pass")));
    assert_eq!(seal.base64("b").unwrap(), b"ABC");
    let signature = root.value::<DkimSignature<'_>>("arc-message-signature").unwrap();
    assert_eq!(signature.tags.number("i"), Some(2));
    assert_eq!(signature.signed_fields, ["from", "subject"]);
    assert_eq!(signature.body, Canonicalization::Relaxed);
    let results = root.value::<AuthenticationResults<'_>>("arc-authentication-results").unwrap();
    assert_eq!((results.instance, &*results.server), (Some(2), "a.test"));
    assert_eq!((&*results.results[1].method, &*results.results[1].result), ("arc", "pass"));
}
