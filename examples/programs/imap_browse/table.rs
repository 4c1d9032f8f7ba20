//! Tables for a terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use imap_proto::{Addresses, Envelope, FetchItem, Flag, Flags, MessageData, Str};
use mail_examples::inspect::printable;
use mime::encoded_word;

/// The longest name and subject that is shown whole, in characters.
const LONG: usize = 60;

/// A table with these heads; those that begin with `>` stand over numbers.
pub(super) fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header(heads.iter().map(|head| head.trim_start_matches('>')));
    for (index, head) in heads.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 2));
            if head.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table
}

pub(super) fn print(table: &Table) {
    for line in table.lines() {
        println!("{}", line.trim_end());
    }
}

/// The table of messages.
pub(super) fn messages() -> Table {
    table(&[">UID", "", "Date", "From", "Subject", ">Size"])
}

/// The row of a message.
pub(super) fn row(message: &MessageData<'_>) -> [String; 6] {
    let mut row: [String; 6] = Default::default();
    row[0] = message.uid().map(|uid| uid.to_string()).unwrap_or_default();
    row[1] = message.flags().map(marks).unwrap_or_default();
    for item in &message.items {
        match item {
            FetchItem::InternalDate(date) => row[2] = date.to_string(),
            FetchItem::Size(size) => row[5] = octets(*size),
            FetchItem::Envelope(envelope) => match envelope.parse() {
                Ok(envelope) => {
                    row[3] = shortened(&from(&envelope));
                    row[4] = shortened(&text(envelope.subject.as_ref()));
                }
                Err(_) => row[4] = "(the server's envelope cannot be read)".to_owned(),
            },
            _ => {}
        }
    }
    row
}

/// A letter for each flag that matters: N for new, then answered, flagged, deleted, draft.
fn marks(flags: &Flags<'_>) -> String {
    let mark = |flag: &Flag<'_>, letter: &str, none: &str| {
        if flags.contains(flag) { letter.to_owned() } else { none.to_owned() }
    };
    [
        mark(&Flag::Seen, "", "N"),
        mark(&Flag::Answered, "A", ""),
        mark(&Flag::Flagged, "F", ""),
        mark(&Flag::Deleted, "D", ""),
        mark(&Flag::Draft, "T", ""),
    ]
    .concat()
}

fn from(envelope: &Envelope<'_>) -> String {
    people(&envelope.from)
}

/// The names of people, or their addresses where they have none.
fn people(addresses: &Addresses<'_>) -> String {
    let mut all = Vec::new();
    for address in addresses.iter().filter(|one| !one.is_group_start() && !one.is_group_end()) {
        let name = text(address.name.as_ref());
        let (mailbox, host) = (text(address.mailbox.as_ref()), text(address.host.as_ref()));
        all.push(if name.is_empty() { format!("{mailbox}@{host}") } else { name });
    }
    all.join(", ")
}

/// A value of a header field for people.
fn text(value: Option<&Str<'_>>) -> String {
    let value = value.map(|value| encoded_word::decode(value.as_bytes()).text.into_owned());
    printable(value.unwrap_or_default().trim())
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONG {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONG - 1).collect();
    short.push('…');
    short
}

/// A size with a unit.
pub(super) fn octets(size: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = size as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit > 0 && value < 10.0 {
        format!("{value:.1} {}", units[unit])
    } else {
        format!("{value:.0} {}", units[unit])
    }
}
