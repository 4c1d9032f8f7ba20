//! Mail on disk: a Maildir for each mailbox, and beside it a journal of what IMAP needs to know.
//!
//! ```text
//! ROOT/USER/subscriptions           one mailbox name on each line
//! ROOT/USER/annotations             of the account (RFC 5464); one in each mailbox for its own
//! ROOT/USER/mailboxes/NAME/cur      the messages, one file each
//! ROOT/USER/mailboxes/NAME/new      where other programs may deliver
//! ROOT/USER/mailboxes/NAME/tmp      being written
//! ROOT/USER/mailboxes/NAME/journal  UIDs, flags, modification sequences
//! ```
//!
//! A message is written to `tmp`, synced, renamed into `cur`, and entered in the journal, in this
//! order; [`Delivery::commit`] returns when all of it is on disk. A process killed at any moment
//! therefore loses nothing that it acknowledged: a file without a journal entry is taken in with a
//! new UID when the mailbox is opened next, and an entry cut short at the end of the journal is
//! ignored.
//!
//! One process owns the root at a time.

mod account;
mod annotations;
mod delivery;
mod journal;
mod mailbox;

pub use account::{Account, Listed, Store};
pub use annotations::Annotations;
pub use delivery::Delivery;
pub use mailbox::{Expunged, FlagChange, Mailbox, Message, Status};
