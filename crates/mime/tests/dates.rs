//! Dates: RFC 5322, the obsolete forms, and what mail really has.

use mime::header::DateTime;
use mime::{DefectKind, Problems};
use proptest::prelude::*;

fn parse(value: &str) -> (String, Option<DefectKind>) {
    let mut problems = Problems::new();
    let date = DateTime::parse_with(value.as_bytes(), &mut problems);
    let text = date.map_or_else(|| "none".to_owned(), |date| date.to_string());
    let kind = problems.iter().map(|p| p.kind).next();
    (text, kind)
}

#[test]
fn forms() {
    use DefectKind::*;
    let cases = [
        // RFC 5322, Appendix A.
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00", None),
        ("Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T10:52:37+02:00", None),
        (
            "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
            "1969-02-13T23:32:00-03:30",
            None,
        ),
        ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z", Some(ObsoleteDate)),
        (
            "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600",
            "1997-11-21T09:55:06-06:00",
            Some(ObsoleteDate),
        ),
        // Measured failures of others.
        ("20 Nov 21 14:22 PST", "2021-11-20T14:22:00-08:00", Some(ObsoleteDate)),
        ("Sat Nov 20 14:22:01 2021", "2021-11-20T14:22:01-00:00", Some(NonstandardDate)),
        ("Sat Nov 20 14:22:01 2021 +0100", "2021-11-20T14:22:01+01:00", Some(NonstandardDate)),
        ("Sat Nov 20 14:22:01 PST 2021", "2021-11-20T14:22:01-08:00", Some(NonstandardDate)),
        ("20-Nov-2021 14:22:01 +0000", "2021-11-20T14:22:01Z", Some(NonstandardDate)),
        ("2021-11-20T14:22:01Z", "2021-11-20T14:22:01Z", Some(NonstandardDate)),
        ("2021-11-20T14:22:01.123+01:00", "2021-11-20T14:22:01+01:00", Some(NonstandardDate)),
        ("2021-11-20 14:22:01 -0500", "2021-11-20T14:22:01-05:00", Some(NonstandardDate)),
        ("20211120T142201Z", "2021-11-20T14:22:01Z", Some(NonstandardDate)),
        ("Sat, 20 Nov 2021 2:22:01 PM +0000", "2021-11-20T14:22:01Z", Some(NonstandardDate)),
        ("Sat, 20 Nov 2021 12:22:01 AM +0000", "2021-11-20T00:22:01Z", Some(NonstandardDate)),
        ("Sat, 20 Nov 2021 14.22.01 +0000", "2021-11-20T14:22:01Z", Some(NonstandardDate)),
        // More of the same.
        ("Sat, 20 Nov 2021 14:22:01 GMT+0200", "2021-11-20T14:22:01+02:00", Some(ObsoleteDate)),
        ("Sat, 20 Nov 2021 14:22:01 +02:00", "2021-11-20T14:22:01+02:00", Some(NonstandardDate)),
        ("Sat, 20 Nov 2021 14:22:01 -0000", "2021-11-20T14:22:01-00:00", None),
        ("Sat, 20 Nov 2021 14:22:01", "2021-11-20T14:22:01-00:00", Some(NonstandardDate)),
        ("Sat, 20 Nov 2021 14:22:01 A", "2021-11-20T14:22:01-00:00", Some(ObsoleteDate)),
        ("Sat, 20 Nov 2021 14:22:01 XYZ", "2021-11-20T14:22:01-00:00", Some(NonstandardDate)),
        (
            "Saturday, 20 November 2021 14:22:01 +0000",
            "2021-11-20T14:22:01Z",
            Some(NonstandardDate),
        ),
        ("20.11.2021 14:22:01", "2021-11-20T14:22:01-00:00", Some(NonstandardDate)),
        ("Mon, 1 Jan 121 00:00:00 +0000", "2021-01-01T00:00:00Z", Some(ObsoleteDate)),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:60Z", None),
        // No dates.
        ("", "none", Some(InvalidDate)),
        ("yesterday", "none", Some(InvalidDate)),
        ("30 Feb 2021 10:00:00 +0000", "none", Some(InvalidDate)),
        ("1 Jan 2021 24:00:00 +0000", "none", Some(InvalidDate)),
        ("1 Jan 99999999999999999 10:00", "none", Some(InvalidDate)),
    ];
    for (value, expected, kind) in cases {
        assert_eq!(parse(value), (expected.to_owned(), kind), "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn round_trips(timestamp in -62_000_000_000i64..250_000_000_000, offset in -1439i16..1440) {
        let date = DateTime::from_timestamp(timestamp, offset).unwrap();
        prop_assert_eq!(date.timestamp(), timestamp);
        let mut problems = Problems::new();
        let again = DateTime::parse_with(date.to_rfc5322().as_bytes(), &mut problems).unwrap();
        prop_assert!(problems.is_empty());
        prop_assert_eq!(again.timestamp(), timestamp);
        prop_assert_eq!(DateTime::parse(date.to_string().as_bytes()).unwrap().timestamp(), timestamp);
    }

    #[test]
    fn never_panics(value in "[0-9A-Za-z:.,/() +-]{0,40}") {
        DateTime::parse(value.as_bytes());
    }
}
