//! What is encoded is parsed again as the same, and one command is one line.

mod support;

use pop3_proto::extensions::lang::{LanguageListing, LanguageRange, LanguageTag};
use pop3_proto::{
    CapaTag, Capability, Command, Digest, DropListing, Keyword, Mechanism, Mechanisms, Name,
    Password, Reply, ResponseCode, ScanListing, Secret, Text, UniqueIdListing,
};
use proptest::prelude::*;

fn command() -> impl Strategy<Value = Command<'static>> {
    let number = prop_oneof![0_u32..5, any::<u32>()];
    let octets = proptest::collection::vec(any::<u8>(), 0..40);
    let name = "[!-~é][ -~é]{0,10}[!-~é]";
    prop_oneof![
        name.prop_map(|s| Command::User(Name::try_from(s).unwrap())),
        "[ -~é]{1,20}".prop_map(|s| Command::Pass(Password::try_from(s).unwrap())),
        (name, any::<[u8; 16]>()).prop_map(|(s, octets)| Command::Apop {
            name: Name::try_from(s).unwrap(),
            digest: Digest::new(octets),
        }),
        proptest::option::of(number.clone()).prop_map(Command::List),
        proptest::option::of(number.clone()).prop_map(Command::Uidl),
        number.clone().prop_map(Command::Retr),
        number.clone().prop_map(Command::Dele),
        (number, any::<u64>()).prop_map(|(message, lines)| Command::Top { message, lines }),
        proptest::sample::select(vec![
            Command::Stat,
            Command::Noop,
            Command::Rset,
            Command::Quit,
            Command::Last,
            Command::Capa,
            Command::Stls,
            Command::AuthList,
            Command::Utf8,
            Command::Lang(None),
        ]),
        ("[A-Z0-9_-]{1,20}", proptest::option::of(octets)).prop_map(|(s, initial)| {
            Command::Auth {
                mechanism: Mechanism::try_from(s).unwrap(),
                initial: initial.map(Secret::from_octets),
            }
        }),
        "[a-z]{1,8}(-[a-z0-9]{1,8}){0,2}"
            .prop_map(|s| Command::Lang(Some(LanguageRange::try_from(s).unwrap()))),
        ("X[!-~]{1,8}", "[ -~é]{0,20}").prop_map(|(keyword, arguments)| Command::Other {
            keyword: Keyword::try_from(keyword).unwrap(),
            arguments: Text::try_from(arguments).unwrap(),
        }),
    ]
}

fn one_line(out: &[u8]) -> &[u8] {
    let line = out.strip_suffix(b"\r\n").unwrap();
    assert!(!line.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)));
    line
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn commands(command in command()) {
        let mut out = Vec::new();
        command.encode(&mut out);
        prop_assert_eq!(Command::parse(one_line(&out)).unwrap(), command);
    }

    #[test]
    fn lines_of_an_exchange(octets in proptest::collection::vec(any::<u8>(), 0..100)) {
        let command = Command::AuthResponse(Secret::from_octets(octets));
        let mut out = Vec::new();
        command.encode(&mut out);
        prop_assert_eq!(Command::parse_auth(one_line(&out)).unwrap(), command);
    }

    #[test]
    fn whatever_parses_is_encoded_and_parsed_again(
        line in proptest::collection::vec(any::<u8>(), 0..40),
        known in proptest::sample::select(vec![
            "", "RETR ", "TOP 1 ", "AUTH PLAIN ", "USER ", "PASS ", "LANG ", "LIST ", "+OK ",
            "-ERR [", "+ ", "EXPIRE ", "SASL ", "1 ",
        ]),
    ) {
        let line = [known.as_bytes(), &line].concat();
        let mut out = Vec::new();
        if let Ok(command) = Command::parse(&line) {
            command.encode(&mut out);
            prop_assert_eq!(Command::parse(one_line(&out)).unwrap(), command);
        }
        out.clear();
        if let Ok(reply) = Reply::parse(&line) {
            let _ = (reply.code(), reply.message());
            reply.encode(&mut out);
            prop_assert_eq!(Reply::parse(one_line(&out)).unwrap(), reply);
        }
        out.clear();
        if let Ok(capability) = Capability::parse(&line) {
            capability.encode(&mut out);
            prop_assert_eq!(Capability::parse(one_line(&out)).unwrap(), capability);
        }
        out.clear();
        if let Ok(listing) = ScanListing::parse(&line) {
            listing.encode(&mut out);
            prop_assert_eq!(ScanListing::parse(one_line(&out)).unwrap(), listing);
        }
        out.clear();
        if let Ok(listing) = LanguageListing::parse(&line) {
            listing.encode(&mut out);
            prop_assert_eq!(LanguageListing::parse(one_line(&out)).unwrap(), listing);
        }
        let _ = (Command::parse_auth(&line), UniqueIdListing::parse(&line));
    }

    #[test]
    fn numbers(messages in any::<u32>(), octets in any::<u64>()) {
        let mut out = Vec::new();
        let listing = DropListing { messages, octets };
        listing.encode(&mut out);
        prop_assert_eq!(DropListing::parse(&out).unwrap(), listing);
        out.clear();
        let listing = ScanListing { message: messages, octets };
        listing.encode(&mut out);
        prop_assert_eq!(ScanListing::parse(one_line(&out)).unwrap(), listing);
    }

    #[test]
    fn no_constructor_lets_a_line_end_through(text in "[a-z\r\n\0 .@<>-]{0,12}") {
        let mut lines = Vec::new();
        if let Ok(name) = Name::try_from(&*text) {
            Command::User(name.clone()).encode(&mut lines);
            Command::Apop { name, digest: Digest::new([0; 16]) }.encode(&mut lines);
        }
        if let Ok(password) = Password::try_from(&*text) {
            Command::Pass(password).encode(&mut lines);
        }
        if let Ok(range) = LanguageRange::try_from(&*text) {
            Command::Lang(Some(range)).encode(&mut lines);
        }
        if let Ok(mechanism) = Mechanism::try_from(&*text) {
            Command::Auth { mechanism, initial: None }.encode(&mut lines);
        }
        if let (Ok(keyword), Ok(arguments)) = (Keyword::try_from(&*text), Text::try_from(&*text)) {
            Command::Other { keyword, arguments }.encode(&mut lines);
        }
        Reply::ok(&text).encode(&mut lines);
        Reply::err(&text).with_code(&ResponseCode::Auth).encode(&mut lines);
        Reply::greeting(&text, None).encode(&mut lines);
        if let Ok(mechanisms) = Mechanisms::try_from(&*text) {
            Capability::Sasl(mechanisms).encode(&mut lines);
        }
        if let (Ok(tag), Ok(parameters)) = (CapaTag::try_from(&*text), Text::try_from(&*text)) {
            Capability::Other { tag, parameters }.encode(&mut lines);
        }
        if let (Ok(tag), Ok(description)) = (LanguageTag::try_from(&*text), Text::try_from(&*text)) {
            LanguageListing { tag, description }.encode(&mut lines);
        }
        for line in lines.split_inclusive(|&b| b == b'\n') {
            one_line(line);
        }
    }
}
