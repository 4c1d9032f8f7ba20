//! The crates of this workspace side by side with the best other crates, on the same generated
//! inputs, in one process.
//!
//! ```sh
//! cargo run --release --ignore-rust-version                # every row
//! cargo run --release --ignore-rust-version -- base64 pop3 # rows with one of the words in their name
//! ```
//!
//! All competitors of a row run interleaved, in an order that rotates from round to round; what
//! counts is CPU time of the thread, and the median of the rounds. Only the ratios of one run
//! mean anything: seconds differ from machine to machine. With `MAIL_CORPUS` set there is a row of
//! real mails. Without words the counts of allocations follow.

mod harness;
mod imap;
mod inputs;
mod mime;
mod mime_build;
mod pgp_armor;
mod pop3;
mod smtp;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let all = wanted.is_empty();
    let mut table = harness::Table::new(wanted);
    imap::rows(&mut table);
    mime::rows(&mut table);
    mime_build::rows(&mut table);
    pgp_armor::rows(&mut table);
    smtp::rows(&mut table);
    pop3::rows(&mut table);
    table.print();
    if all {
        mime::allocations();
        mime_build::allocations();
        pop3::allocations();
    }
}
