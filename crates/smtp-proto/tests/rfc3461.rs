//! [RFC 3461](https://www.rfc-editor.org/rfc/rfc3461) and
//! [RFC 6533](https://www.rfc-editor.org/rfc/rfc6533), the parameters: one function for each rule,
//! named after its section.

use smtp_proto::extensions::dsn::{Notify, OriginalRecipient, Return};
use smtp_proto::{MailParameter, Parameters, RcptParameter, XText};

fn in_mail(text: &str) -> bool {
    let parameters = Parameters::try_from(text).unwrap();
    let parameter = parameters.iter().next().unwrap();
    !matches!(parameter.in_mail(), Err(_) | Ok(MailParameter::Other(_)))
}

fn in_rcpt(text: &str) -> bool {
    let parameters = Parameters::try_from(text).unwrap();
    let parameter = parameters.iter().next().unwrap();
    !matches!(parameter.in_rcpt(), Err(_) | Ok(RcptParameter::Other(_)))
}

/// Section 4: `+`, `=`, and what is not printable is written as a plus sign and two capital digits.
#[test]
fn s4_xtext() {
    assert_eq!(XText::encode("a+b=c d").unwrap().as_str(), "a+2Bb+3Dc+20d");
    assert_eq!(XText::try_from("a+2Bb+3Dc+20d").unwrap().decode(), "a+b=c d");
    for bad in ["a=b", "a+", "a+2", "a+2G", "a b", "a\u{7f}"] {
        assert!(XText::try_from(bad).is_err(), "{bad}");
    }
}

/// Section 4.1: NEVER stands alone; the others may be together, in any order.
#[test]
fn s4_1_notify() {
    for good in ["NEVER", "SUCCESS", "DELAY,FAILURE", "success,failure,delay"] {
        assert!(in_rcpt(&format!("NOTIFY={good}")), "{good}");
    }
    for bad in ["NEVER,DELAY", "DELAY,NEVER", "SUCCESS,", ",SUCCESS", "SOMETIMES", "SUCCESS;DELAY"]
    {
        assert!(!in_rcpt(&format!("NOTIFY={bad}")), "{bad}");
    }
    assert!(!in_rcpt("NOTIFY"));
    let all = Notify { success: true, failure: true, delay: true };
    assert_eq!(all.to_string(), "SUCCESS,FAILURE,DELAY");
}

/// Section 4.2: the type of the address, a semicolon, and the address; at most 500 characters.
#[test]
fn s4_2_original_recipients() {
    let address = "a".repeat(500 - "rfc822;".len());
    assert!(in_rcpt(&format!("ORCPT=rfc822;{address}")));
    assert!(!in_rcpt(&format!("ORCPT=rfc822;{address}a")));
    for bad in ["a@b", "rfc822;", ";a@b", "rfc822;a=b", "rfc822;a+0Ab", "x 400;a"] {
        assert!(OriginalRecipient::try_from(bad).is_err(), "{bad}");
    }
    let foreign = OriginalRecipient::try_from("x400;/C=de/S=x+20y").unwrap_err();
    assert!(foreign.offset > 0); // the equals sign has to be encoded
    let foreign = OriginalRecipient::try_from("x400;/C+3Dde/S+3Dx+20y").unwrap();
    assert_eq!((foreign.address_type(), &*foreign.address()), ("x400", "/C=de/S=x y"));
}

/// Section 4.3: FULL or HDRS.
#[test]
fn s4_3_ret() {
    assert_eq!(Return::try_from("full"), Ok(Return::Full));
    assert_eq!(Return::try_from("HDRS"), Ok(Return::Header));
    for bad in ["RET", "RET=NONE", "RET=FULL,HDRS"] {
        assert!(!in_mail(bad), "{bad}");
    }
}

/// Section 4.4: an identifier of at most 100 characters, all of them printable.
#[test]
fn s4_4_envelope_ids() {
    assert!(in_mail(&format!("ENVID={}", "x".repeat(100))));
    assert!(!in_mail(&format!("ENVID={}", "x".repeat(101))));
    for bad in ["ENVID", "ENVID=a+0Ab", "ENVID=a+7F", "ENVID=a+FF"] {
        assert!(!in_mail(bad), "{bad}");
    }
}

/// Section 10: the parameters of the example.
#[test]
fn s10_example() {
    assert!(in_mail("RET=HDRS") && in_mail("ENVID=QQ314159"));
    for text in [
        "NOTIFY=SUCCESS",
        "ORCPT=rfc822;Bob@Example.COM",
        "NOTIFY=FAILURE",
        "ORCPT=rfc822;Carol@Ivory.EDU",
        "NOTIFY=SUCCESS,FAILURE",
        "NOTIFY=NEVER",
    ] {
        assert!(in_rcpt(text), "{text}");
    }
}

/// RFC 6533, section 3: characters as `\x{HEX}`, or as they are.
#[test]
fn rfc6533_s3_addresses() {
    for (text, address) in [
        ("utf-8;\\x{7528}\\x{6237}@example.com", "用户@example.com"),
        ("utf-8;用户@example.com", "用户@example.com"),
        ("utf-8;a\\x{5C}b\\x{2B}c\\x{3D}d@e", "a\\b+c=d@e"),
        ("utf-8;\\x{1F600}@e", "\u{1F600}@e"),
    ] {
        assert_eq!(OriginalRecipient::try_from(text).unwrap().address(), address, "{text}");
    }
    for bad in [
        "utf-8;a+2Bb@c",
        "utf-8;a=b",
        "utf-8;\\x{D800}",
        "utf-8;\\x{110000}",
        "utf-8;\\x{}",
        "utf-8;\\x{0A}",
        "utf-8;\\x{41",
        "utf-8;\\y",
        "utf-8;a b",
    ] {
        assert!(OriginalRecipient::try_from(bad).is_err(), "{bad}");
    }
    let made = OriginalRecipient::new("用户@example.com").unwrap();
    assert!(made.as_str().is_ascii());
}
