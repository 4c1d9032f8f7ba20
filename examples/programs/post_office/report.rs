//! The table at the end.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// What was done, and how it came out.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    good: bool,
    detail: String,
}

impl Report {
    /// A step that came out well.
    pub(super) fn pass(&mut self, what: &str, bytes: usize) {
        self.push(what, true, format!("{bytes} bytes"));
    }

    /// A step that did not.
    pub(super) fn fail(&mut self, what: &str, why: &str) {
        self.push(what, false, why.to_owned());
    }

    /// Compares what came with what was sent.
    pub(super) fn same(&mut self, what: &str, sent: &[u8], came: Option<&[u8]>) {
        let Some(came) = came else { return self.fail(what, "it did not come") };
        if sent == came {
            let digest = Sha256::digest(came);
            let short: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
            return self.push(what, true, format!("{} bytes, sha256 {short}...", came.len()));
        }
        let at = sent.iter().zip(came).take_while(|(a, b)| a == b).count();
        let (sent, came) = (sent.len(), came.len());
        self.fail(what, &format!("{came} bytes, {sent} were sent; different from byte {at} on"));
    }

    /// Whether nothing differs.
    pub(super) fn is_good(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.good)
    }

    fn push(&mut self, what: &str, good: bool, detail: String) {
        self.rows.push(Row { what: what.to_owned(), good, detail });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        writeln!(f)?;
        for row in &self.rows {
            let mark = if row.good { "same" } else { "DIFFERS" };
            writeln!(f, "  {:<width$}  {mark:<7}  {}", row.what, row.detail)?;
        }
        writeln!(f)?;
        f.write_str(if self.is_good() { "All is well.\n" } else { "Something differs.\n" })
    }
}
