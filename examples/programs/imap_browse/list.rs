//! Lists of mailboxes and of messages.

use std::collections::BTreeMap;
use std::io;

use imap_proto::{
    Capability, Command, Fetch, FetchAttribute, List, ListReturn, Response, Search, SequenceSet,
    StatusAttribute, StatusItem, TaggedCommand,
};
use mail_examples::client::imap::Client;

use crate::{select, table};

/// What is known of a mailbox.
#[derive(Default)]
struct Row {
    messages: Option<u32>,
    unseen: Option<u32>,
    attributes: String,
    /// Whether it can be opened.
    selectable: bool,
}

pub(super) async fn mailboxes(client: &mut Client) -> io::Result<()> {
    let counts = vec![StatusAttribute::Messages, StatusAttribute::Unseen];
    let can = |capability: &Capability<'_>| {
        client.machine().capabilities().is_some_and(|list| list.contains(capability))
    };
    let at_once = can(&Capability::ListStatus) || can(&Capability::Imap4Rev2);
    let mut list = List::all();
    if at_once {
        list.returns = Some(vec![ListReturn::Status(counts.clone())]);
    }
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut wanted = Vec::new();
    for response in client.run(&Command::List(list)).await?.data {
        match response {
            Response::List(found) => {
                let name = client.mailbox_name(&found.mailbox);
                let row = rows.entry(name).or_default();
                let attributes: Vec<String> =
                    found.attributes.iter().map(|one| one.as_str().to_owned()).collect();
                let is = |name: &str| attributes.iter().any(|one| one.eq_ignore_ascii_case(name));
                row.selectable = !is("\\Noselect") && !is("\\NonExistent");
                let children = ["\\HasChildren", "\\HasNoChildren", "\\Marked", "\\Unmarked"];
                let of_use = attributes
                    .iter()
                    .filter(|one| !children.iter().any(|known| one.eq_ignore_ascii_case(known)));
                row.attributes = of_use.cloned().collect::<Vec<_>>().join(" ");
                if row.selectable && !at_once {
                    wanted.push(found.mailbox.into_owned());
                }
            }
            Response::MailboxStatus(status) => count(client, &mut rows, &status),
            _ => {}
        }
    }
    for mailbox in wanted {
        let command = Command::Status { mailbox, items: counts.clone() };
        // One that is gone meanwhile is listed without numbers.
        let Ok(answer) = client.run(&command).await else { continue };
        for response in answer.data {
            if let Response::MailboxStatus(status) = response {
                count(client, &mut rows, &status);
            }
        }
    }
    let mut table = table::table(&["Mailbox", ">Messages", ">Unseen", ""]);
    for (name, row) in rows {
        let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let name = mail_examples::inspect::printable(&name);
        table.add_row([name, number(row.messages), number(row.unseen), row.attributes]);
    }
    table::print(&table);
    Ok(())
}

fn count(
    client: &Client,
    rows: &mut BTreeMap<String, Row>,
    status: &imap_proto::MailboxStatus<'_>,
) {
    let row = rows.entry(client.mailbox_name(&status.mailbox)).or_default();
    for item in &status.items {
        match item {
            StatusItem::Messages(n) => row.messages = Some(*n),
            StatusItem::Unseen(n) => row.unseen = Some(*n),
            _ => {}
        }
    }
}

pub(super) async fn messages(client: &mut Client, mailbox: &str, last: u32) -> io::Result<()> {
    select(client, mailbox, true).await?;
    let exists = client.machine().selected().map_or(0, |selected| selected.exists);
    if exists == 0 || last == 0 {
        println!("{mailbox}: no messages");
        return Ok(());
    }
    let first = exists.saturating_sub(last - 1).max(1);
    let range = SequenceSet::from_ranges([first..=exists]).map_err(io::Error::other)?;
    print(client, Fetch::new(false, range, row())).await
}

pub(super) async fn search(client: &mut Client, mailbox: &str, query: &str) -> io::Result<()> {
    select(client, mailbox, true).await?;
    // The query is parsed before it is sent, so that it can only be a search.
    let line = format!("x UID SEARCH {query}\r\n");
    let wrong = |error: imap_proto::ParseError| {
        let at = error.offset.saturating_sub("x UID SEARCH ".len());
        io::Error::other(format!("the query, at {at}: expected {}", error.expected))
    };
    let parsed = TaggedCommand::parse(line.as_bytes()).map_err(wrong)?;
    let Command::Search(search) = parsed.command else {
        return Err(io::Error::other("the query is no search"));
    };
    let search = Search { returns: None, ..search };
    let mut found = Vec::new();
    for response in client.run(&Command::Search(search)).await?.data {
        match response {
            Response::Search(result) => found.extend(result.numbers.iter()),
            Response::ESearch(result) => {
                let all = result
                    .all()
                    .into_iter()
                    .flat_map(|set| set.resolve(u32::MAX).collect::<Vec<_>>());
                found.extend(all.flatten());
            }
            _ => {}
        }
    }
    found.sort_unstable();
    if found.is_empty() {
        println!("{mailbox}: nothing found");
        return Ok(());
    }
    let uids = SequenceSet::from_numbers(found).map_err(io::Error::other)?;
    print(client, Fetch::new(true, uids, row())).await
}

/// What a row of the table needs.
pub(super) fn row() -> Vec<FetchAttribute<'static>> {
    vec![
        FetchAttribute::Uid,
        FetchAttribute::Flags,
        FetchAttribute::InternalDate,
        FetchAttribute::Size,
        FetchAttribute::Envelope,
    ]
}

async fn print(client: &mut Client, fetch: Fetch<'_>) -> io::Result<()> {
    let mut table = table::messages();
    let mut rows = BTreeMap::new();
    for response in client.run(&Command::Fetch(fetch)).await?.data {
        if let Response::Fetch(message) = response
            && message.uid().is_some()
        {
            rows.insert(message.number, table::row(&message));
        }
    }
    table.add_rows(rows.into_values());
    table::print(&table);
    Ok(())
}
