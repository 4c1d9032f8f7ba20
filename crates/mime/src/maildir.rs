//! Names of files in a Maildir: what they say about a message.
//!
//! A name is made of something unique, and behind it `:2,` and letters for flags. These functions
//! touch no files.

use alloc::string::String;

/// The flags of a message in a Maildir.
///
/// # Example
///
/// ```
/// use mime::maildir::Flags;
///
/// let flags = Flags::of("1700000000.M1P2.host,S=12:2,FS");
/// assert!(flags.flagged && flags.seen && !flags.trashed);
/// assert_eq!(flags.name("1700000000.M1P2.host,S=12"), "1700000000.M1P2.host,S=12:2,FS");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flags {
    /// `D`: a draft.
    pub draft: bool,
    /// `F`: marked by the user.
    pub flagged: bool,
    /// `P`: passed on: forwarded, resent or bounced.
    pub passed: bool,
    /// `R`: replied to.
    pub replied: bool,
    /// `S`: seen.
    pub seen: bool,
    /// `T`: to be deleted.
    pub trashed: bool,
    /// Other letters, in the order of the alphabet: what servers use for keywords.
    pub other: String,
}

impl Flags {
    /// Reads the flags from a file name. One without `:2,` has none, as those in `new` have.
    ///
    /// Where a file system forbids `:`, programs write `;` or `!` instead; this is read, too.
    pub fn of(name: &str) -> Self {
        let mut flags = Flags::default();
        for letter in split(name).1.chars() {
            match letter {
                'D' => flags.draft = true,
                'F' => flags.flagged = true,
                'P' => flags.passed = true,
                'R' => flags.replied = true,
                'S' => flags.seen = true,
                'T' => flags.trashed = true,
                ',' => break,
                other if !flags.other.contains(other) => flags.other.push(other),
                _ => {}
            }
        }
        flags
    }

    /// Returns a file name with these flags, in the place of those that it has. Letters stand in
    /// the order of the alphabet, as they must.
    pub fn name(&self, name: &str) -> String {
        let mut letters = self.other.clone();
        for (set, letter) in [
            (self.draft, 'D'),
            (self.flagged, 'F'),
            (self.passed, 'P'),
            (self.replied, 'R'),
            (self.seen, 'S'),
            (self.trashed, 'T'),
        ] {
            if set {
                letters.push(letter);
            }
        }
        let mut sorted: alloc::vec::Vec<char> = letters.chars().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut out = String::from(unique(name));
        out.push_str(":2,");
        out.extend(sorted);
        out
    }
}

/// Returns a file name without flags: what stays the same as long as the message is there.
///
/// # Example
///
/// ```
/// assert_eq!(mime::maildir::unique("a.b.c:2,RS"), "a.b.c");
/// assert_eq!(mime::maildir::unique("a.b.c"), "a.b.c");
/// ```
pub fn unique(name: &str) -> &str {
    split(name).0
}

/// Returns the size of a message in bytes, where its file name tells (`,S=`).
///
/// # Example
///
/// ```
/// assert_eq!(mime::maildir::size("1.2.host,S=4096,W=4200:2,S"), Some(4096));
/// assert_eq!(mime::maildir::size("1.2.host"), None);
/// ```
pub fn size(name: &str) -> Option<u64> {
    field(name, "S=")
}

/// Returns the size of a message in bytes with all line ends CRLF, where its file name tells
/// (`,W=`).
pub fn crlf_size(name: &str) -> Option<u64> {
    field(name, "W=")
}

fn field(name: &str, key: &str) -> Option<u64> {
    unique(name).split(',').skip(1).find_map(|field| field.strip_prefix(key)?.parse().ok())
}

fn split(name: &str) -> (&str, &str) {
    for mark in [":2,", ";2,", "!2,"] {
        if let Some((unique, flags)) = name.rsplit_once(mark) {
            return (unique, flags);
        }
    }
    (name, "")
}
