//! POP3: commands, and answers of more than one line.

use pop3_codec::parse as codec;
use pop3_proto::Command;
use pop3_proto::client::{Config, Connection, Event};

use crate::harness::{Table, competitor};
use crate::inputs::prose;

/// Size of the reads that answers come in.
const READ: usize = 16 * 1024;

const COMMANDS: &[u8] = b"USER mrose\r\nPASS tanstaaf\r\nSTAT\r\nLIST 12\r\nUIDL\r\nRETR 345\r\n\
    TOP 6 10\r\nDELE 789\r\nNOOP\r\nQUIT\r\n";

/// Measures the rows of the `pop3-proto` crate.
pub fn rows(table: &mut Table) {
    assert_eq!(ours_commands(), codec_commands());
    table.row(
        "pop3, ten commands",
        COMMANDS.len(),
        vec![
            competitor("pop3-proto", ours_commands),
            competitor("pop3-codec 0.3.0", codec_commands),
        ],
    );
    let mut list = b"+OK 10000 messages\r\n".to_vec();
    for number in 1..=10_000 {
        list.extend_from_slice(format!("{number} {}\r\n", number * 37 % 100_000).as_bytes());
    }
    list.extend_from_slice(b".\r\n");
    let ready = ready();
    assert_eq!(ours(&ready, &Command::List(None), &list), codec_list(&list));
    table.row(
        "pop3, LIST of 10000",
        list.len(),
        vec![
            competitor("pop3-proto", || ours(&ready, &Command::List(None), &list)),
            competitor("pop3-codec 0.3.0", || codec_list(&list)),
        ],
    );
    let text: String = prose(1 << 20, 1_000_000).replace('\n', "\r\n");
    let mut message = b"+OK message follows\r\n".to_vec();
    let mut encoder = pop3_proto::dot::Encoder::new();
    encoder.encode(text.as_bytes(), &mut message);
    encoder.finish(&mut message);
    table.row(
        "pop3, RETR of 1 MiB",
        message.len(),
        vec![
            competitor("pop3-proto", || ours(&ready, &Command::Retr(1), &message)),
            competitor("pop3-codec 0.3.0", || codec_retr(&message)),
        ],
    );
}

/// Counts allocations of ours.
pub fn allocations() {
    let commands = allocation_counter::measure(|| {
        std::hint::black_box(ours_commands());
    });
    println!("pop3, ten commands: {} allocations", commands.count_total);
}

fn ours_commands() -> usize {
    let mut rest = COMMANDS;
    let mut count = 0;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        count += usize::from(Command::parse(&rest[..end - 1]).is_ok());
        rest = &rest[end + 1..];
    }
    count
}

fn codec_commands() -> usize {
    let mut rest = COMMANDS;
    let mut count = 0;
    while let Ok((after, command)) = codec::command(rest) {
        std::hint::black_box(command);
        rest = after;
        count += 1;
    }
    count
}

/// What a client that is logged in has said and heard.
fn ready() -> Vec<(Command<'static>, &'static [u8])> {
    [&b"USER mrose"[..], b"PASS tanstaaf"]
        .map(|line| (Command::parse(line).expect("a command").into_owned(), &b"+OK\r\n"[..]))
        .to_vec()
}

/// Reads an answer with the machine; how many lines or octets there were.
fn ours(login: &[(Command<'_>, &[u8])], command: &Command<'_>, answer: &[u8]) -> usize {
    let mut config = Config::default();
    config.ask_capabilities = false;
    config.allow_plaintext_auth = true;
    config.probe = true;
    let mut client = Connection::new(config);
    client.receive(b"+OK\r\n");
    let _ = client.poll_event();
    for (command, answer) in login {
        client.send(command).expect("a command");
        client.receive(answer);
        let _ = client.poll_event();
    }
    client.send(command).expect("a command");
    let mut count = 0;
    for chunk in answer.chunks(READ) {
        client.receive(chunk);
        while let Some(event) = client.poll_event().expect("no error") {
            match event {
                Event::Size { listing, .. } => {
                    std::hint::black_box(listing);
                    count += 1;
                }
                Event::BodyChunk(chunk) => count += chunk.len(),
                _ => {}
            }
        }
    }
    count
}

fn codec_list(answer: &[u8]) -> usize {
    let (_, list) = codec::response_list_all(answer).expect("a list");
    std::hint::black_box(list.unwrap()).body.len()
}

fn codec_retr(answer: &[u8]) -> usize {
    let (_, message) = codec::response_retr(answer).expect("a message");
    message.unwrap().body.iter().map(String::len).sum()
}
