//! Fields: no value panics, and what was read and is written again reads as the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mime::Message;
use mime::build::{Draft, Env, Options};
use mime::header::{
    Address, AddressList, AuthenticationResults, Autocrypt, ContentDisposition, ContentType, DateTime,
    DkimSignature, ListId, ListUris, MessageIdList, Received, TagList, Unstructured,
};

fuzz_target!(|value: &[u8]| {
    let _ = Received::parse(value).address();
    let _ = (ListUris::parse(value), ListId::parse(value), AuthenticationResults::parse(value));
    let _ = (Autocrypt::parse(value), DkimSignature::parse(value), TagList::parse(value));
    let _ = (Unstructured::parse(value), ContentDisposition::parse(value).parameters().list());
    let _ = ContentType::parse(value).parameters().list();

    if let Some(date) = DateTime::parse(value) {
        let again = DateTime::parse(date.to_rfc5322().as_bytes()).expect("a date");
        assert_eq!(again.timestamp(), date.timestamp());
        assert_eq!(DateTime::parse(date.to_string().as_bytes()).expect("a date").offset, date.offset);
    }

    let ids = MessageIdList::parse(value);
    for id in ids.iter() {
        assert!(!id.as_str().contains(['\r', '\n', '\0']));
    }

    // The first mailbox that can be written, in a message of our own.
    let list = AddressList::parse(value);
    let Some(Address::Mailbox(mailbox)) = list.members.first() else { return };
    assert!(!mailbox.address().contains(['\r', '\n', '\0']));
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a date");
    let env = Env { now, seed: 1, domain: "example.org" };
    let mut options = Options::default();
    options.utf8_headers = true;
    let Ok(outgoing) = Draft::new().from(mailbox.clone()).text("x").build(&env, &options) else {
        return;
    };
    let bytes = outgoing.to_vec().expect("no source is missing");
    let message = Message::parse(&bytes);
    assert!(message.defects().is_empty(), "{:?}", message.defects());
    let from = message.from().expect("an author");
    let read: Vec<_> = from.mailboxes().collect();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].local_part(), mailbox.local_part());
    assert_eq!(read[0].domain(), mailbox.domain());
});
