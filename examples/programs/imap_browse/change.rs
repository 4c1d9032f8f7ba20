//! What changes a mailbox, and who waits for changes.

use std::io;
use std::time::{Duration, Instant};

use imap_proto::{
    Capability, Command, Fetch, Flag, Flags, Response, SequenceSet, Store, StoreAction,
};
use mail_examples::client::imap::Client;

use crate::{list, table};

pub(super) async fn flag(
    client: &mut Client,
    uids: &SequenceSet<'_>,
    add: &[Flag<'static>],
    remove: &[Flag<'static>],
) -> io::Result<()> {
    for (action, flags) in [(StoreAction::Add, add), (StoreAction::Remove, remove)] {
        if flags.is_empty() {
            continue;
        }
        let flags = Flags::from_iter(flags.iter().cloned());
        client.run(&Command::Store(Store::flags(true, uids.clone(), action, flags))).await?;
    }
    Ok(())
}

/// Moves messages: with MOVE, or by COPY and EXPUNGE of the same UIDs where the server has no MOVE.
pub(super) async fn relocate(
    client: &mut Client,
    uids: &SequenceSet<'_>,
    to: &str,
) -> io::Result<()> {
    let mailbox = client.mailbox(to)?.into_owned();
    let can = |capability: &Capability<'_>| {
        client.machine().capabilities().is_some_and(|list| list.contains(capability))
    };
    let messages = uids.clone();
    if can(&Capability::Move) || can(&Capability::Imap4Rev2) {
        client.run(&Command::Move { uid: true, messages, mailbox }).await?;
        return Ok(());
    }
    if !can(&Capability::UidPlus) {
        // EXPUNGE would remove what others have marked, too.
        return Err(io::Error::other("the server offers neither MOVE nor UIDPLUS"));
    }
    client.run(&Command::Copy { uid: true, messages, mailbox }).await?;
    flag(client, uids, &[Flag::Deleted], &[]).await?;
    client.run(&Command::UidExpunge(uids.clone())).await.map(|_| ())
}

/// Says what happens, for a time or for ever.
pub(super) async fn watch(client: &mut Client, time: Option<Duration>) -> io::Result<()> {
    let end = time.map(|time| Instant::now() + time);
    let mut known = client.machine().selected().map_or(0, |selected| selected.exists);
    eprintln!("watching; {known} messages");
    loop {
        let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ok(());
        }
        for news in client.idle(left).await? {
            match news {
                Response::Expunge(number) => {
                    known = known.saturating_sub(1);
                    println!("message {number} is gone");
                }
                Response::Fetch(message) => {
                    if let Some(flags) = message.flags() {
                        println!("message {} now has the flags {flags}", message.number);
                    }
                }
                _ => {}
            }
        }
        let exists = client.machine().selected().map_or(0, |selected| selected.exists);
        if exists > known {
            let new = SequenceSet::from_ranges([known + 1..=exists]).map_err(io::Error::other)?;
            let fetch = Command::Fetch(Fetch::new(false, new, list::row()));
            for response in client.run(&fetch).await?.data {
                if let Response::Fetch(message) = response
                    && message.uid().is_some()
                {
                    let [uid, _, date, from, subject, size] = table::row(&message);
                    println!("new: {uid}  {date}  {from}  {subject}  {size}");
                }
            }
        }
        known = exists;
    }
}
