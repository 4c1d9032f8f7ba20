//! What parsing takes from the heap: counted, not timed.

use allocation_counter::{AllocationInfo, measure};
use imap_proto::client::{Config, Connection, Event};
use imap_proto::{Command, FetchItem, Response, TaggedCommand};

const FETCH: &[u8] = b"* 17 FETCH (UID 10051 FLAGS (\\Seen $Forwarded) \
    INTERNALDATE \"18-Nov-2026 09:47:50 +0100\" RFC822.SIZE 23411 \
    ENVELOPE (\"Wed, 18 Nov 2026 09:47:48 +0100\" \"Re: the plan\" \
    ((\"Terry Gray\" NIL \"gray\" \"example.org\")) ((\"Terry Gray\" NIL \"gray\" \"example.org\")) \
    NIL ((NIL NIL \"imap\" \"example.org\")(NIL NIL \"minutes\" \"example.org\")) NIL NIL NIL \
    \"<B27397@example.org>\") \
    BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"quoted-printable\" 850 31 NIL \
    NIL NIL NIL)(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"quoted-printable\" 1850 62 NIL NIL \
    NIL NIL) \"alternative\" (\"boundary\" \"b1\") NIL NIL NIL))\r\n";

fn count(work: impl FnOnce()) -> u64 {
    measure(work).count_total
}

#[test]
fn a_fetch_response_takes_one_allocation_and_its_body_structure_another() {
    let lazy = count(|| {
        let Ok(Response::Fetch(message)) = Response::parse(FETCH) else { panic!() };
        assert_eq!(message.items.len(), 6);
    });
    assert_eq!(lazy, 1);
    let typed = count(|| {
        let Ok(Response::Fetch(message)) = Response::parse(FETCH) else { panic!() };
        for item in &message.items {
            match item {
                FetchItem::Envelope(envelope) => {
                    let envelope = envelope.parse().unwrap();
                    assert_eq!(envelope.to.iter().count(), 2);
                }
                FetchItem::BodyStructure(body) => {
                    let body = body.parse().unwrap();
                    assert_eq!(body.parts().len(), 3);
                    assert_eq!(body.parts()[1].parameters.iter().count(), 1);
                }
                FetchItem::Flags(flags) => assert_eq!(flags.iter().count(), 2),
                _ => {}
            }
        }
    });
    assert!(typed <= 3, "{typed} allocations");
}

#[test]
fn lists_and_numbers_take_none() {
    for line in [
        &b"* LIST (\\HasNoChildren \\Sent) \"/\" \"Archive/2026\"\r\n"[..],
        b"* STATUS INBOX ()\r\n",
        b"* SEARCH 2 84 882\r\n",
        b"* VANISHED (EARLIER) 41,43:116,118,120:211\r\n",
        b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n",
        b"* 172 EXISTS\r\n",
        b"* OK [UIDVALIDITY 3857529045] UIDs valid\r\n",
        b"A142 OK [READ-WRITE] SELECT completed\r\n",
        b"A003 OK [COPYUID 38505 304,319:320 3956:3958] COPY completed\r\n",
        b"+ go ahead\r\n",
    ] {
        let mut response = None;
        let taken = count(|| response = Response::parse(line).ok());
        assert_eq!(taken, 0, "{response:?}");
        let taken = count(|| match &response {
            Some(Response::List(list)) => assert_eq!(list.attributes.iter().count(), 2),
            Some(Response::Search(found)) => assert_eq!(found.numbers.iter().sum::<u32>(), 968),
            Some(Response::Vanished { uids, .. }) => assert_eq!(uids.ranges().count(), 4),
            Some(Response::Flags(flags)) => assert_eq!(flags.iter().count(), 5),
            _ => {}
        });
        assert_eq!(taken, 0, "{response:?}");
    }
}

#[test]
fn simple_commands_take_none() {
    for line in [
        "a NOOP",
        "a SELECT INBOX",
        "a LOGIN tim \"tan staaf\"",
        "a UID FETCH 1:* ALL",
        "a STORE 2:4 +FLAGS.SILENT (\\Seen)",
        "a UID COPY 2:4 Archive",
        "a CREATE \"Archive/2027\"",
        "a RENAME a b",
        "a UID EXPUNGE 3:5",
        "a IDLE",
        "a LOGOUT",
    ] {
        let line = format!("{line}\r\n");
        let mut command = None;
        let taken = count(|| command = TaggedCommand::parse(line.as_bytes()).ok());
        assert!(command.is_some(), "{line}");
        assert_eq!(taken, 0, "{line}");
    }
}

/// A message of 100 MiB in reads of 16 KiB, both ways, with what the peak of the heap is beyond the
/// limits on what may be kept.
#[test]
fn a_long_literal_passes_through_little_memory() {
    const SIZE: usize = 100 << 20;
    const READ: usize = 16 << 10;
    let read = vec![b'x'; READ];
    let mut octets = 0;
    let AllocationInfo { bytes_max, .. } = measure(|| {
        let mut client = Connection::new(Config::default());
        client.receive(b"* PREAUTH ready\r\n");
        while client.poll_event().unwrap().is_some() {}
        client.receive(format!("* 1 FETCH (UID 7 BODY[] {{{SIZE}}}\r\n").as_bytes());
        for _ in 0..SIZE / READ {
            client.receive(&read);
            while let Some(event) = client.poll_event().unwrap() {
                if let Event::BodyChunk(chunk) = event {
                    octets += chunk.len();
                }
            }
        }
        client.receive(b")\r\n");
        let Ok(Some(Event::Data { .. })) = client.poll_event() else { panic!() };
    });
    assert_eq!(octets, SIZE);
    assert!(bytes_max < 64 << 10, "{bytes_max} bytes on the heap");
}

#[test]
fn a_long_message_to_a_server_passes_through_little_memory() {
    use imap_proto::server;
    use imap_proto::{Condition, Status, Tag, Text};

    const SIZE: usize = 20 << 20;
    const READ: usize = 16 << 10;
    let read = vec![b'x'; READ];
    let mut octets = 0;
    let AllocationInfo { bytes_max, .. } = measure(|| {
        let mut server = server::Connection::new(server::Config::default());
        let text = Text::from_static("ready");
        server.respond(&Response::Status(Status::new(Condition::PreAuth, text))).unwrap();
        server.receive(format!("a APPEND INBOX {{{SIZE}}}\r\n").as_bytes());
        let Ok(Some(server::Event::BodyStart { .. })) = server.poll_event() else { panic!() };
        server.accept_body().unwrap();
        for _ in 0..SIZE / READ {
            while let Some(n) = server.poll_transmit().map(<[u8]>::len) {
                server.transmitted(n);
            }
            server.receive(&read);
            while let Some(event) = server.poll_event().unwrap() {
                if let server::Event::BodyChunk(chunk) = event {
                    octets += chunk.len();
                }
            }
        }
        server.receive(b"\r\n");
        let mut command = None;
        while let Some(event) = server.poll_event().unwrap() {
            if let server::Event::Command { command: Command::Append(append), .. } = event {
                command = Some(append.messages.len());
            }
        }
        assert_eq!(command, Some(1));
        let (tag, status) = (Tag::try_from("a").unwrap(), Status::ok(Text::from_static("done")));
        server.respond(&Response::Tagged { tag, status }).unwrap();
    });
    assert_eq!(octets, SIZE);
    assert!(bytes_max < 64 << 10, "{bytes_max} bytes on the heap");
}
