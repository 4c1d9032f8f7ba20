use core::ops::Range;

use crate::server::{Config, LineEnds, LongLines, Rejection};
use crate::{Reply, dot};

/// The content of a mail while it comes.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Octets so far.
    size: u64,
    limit: u64,
    line_ends: LineEnds,
    long_lines: LongLines,
    /// The longest line allowed, with its end.
    line_limit: usize,
    /// Octets of the line that is read.
    line: usize,
    /// A line was too long, and nobody knows yet.
    long_line: bool,
    /// Octets of the present BDAT that are to come, and whether it is the last one.
    chunk: Option<(u64, bool)>,
    /// What is wrong with it.
    rejection: Option<Rejection>,
    /// What the application said of it.
    refused: Option<Reply<'static>>,
    /// Why the BDAT cannot be here.
    misplaced: Option<Rejection>,
    /// CR LF is to be given next, in the place of a LF.
    line_end: bool,
}

impl Content {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            limit: config.limits.message,
            line_ends: config.line_ends,
            long_lines: config.long_lines,
            line_limit: config.limits.text_line,
            ..Self::default()
        }
    }

    /// Begins a BDAT, the first one or a further one of the same content.
    pub(super) fn begin_chunk(&mut self, config: &Config, size: u64, last: bool, further: bool) {
        if !further {
            *self = Self::new(config);
        }
        self.chunk = Some((size, last));
    }

    /// The BDAT that is read.
    pub(super) fn is_chunk(&self) -> bool {
        self.chunk.is_some()
    }

    pub(super) fn is_last(&self) -> bool {
        self.chunk.is_none_or(|(_, last)| last)
    }

    /// Octets of the present BDAT that are to come.
    pub(super) fn remaining(&self) -> u64 {
        self.chunk.map_or(0, |(remaining, _)| remaining)
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn misplace(&mut self, reason: Rejection) {
        self.misplaced = Some(reason);
    }

    /// Why this BDAT cannot be here; the next one has another chance.
    pub(super) fn take_misplaced(&mut self) -> Option<Rejection> {
        self.misplaced.take()
    }

    pub(super) fn refuse(&mut self, reply: &Reply<'_>) {
        self.refused = Some(reply.clone().into_owned());
    }

    pub(super) fn take_refusal(&mut self) -> Option<Reply<'static>> {
        self.refused.take()
    }

    pub(super) fn rejection(&self) -> Option<Rejection> {
        self.rejection.clone()
    }

    /// Whether nobody wants the rest.
    pub(super) fn is_refused(&self) -> bool {
        self.misplaced.is_some() || self.refused.is_some() || self.rejection.is_some()
    }

    /// Takes octets of a BDAT from so many that are there.
    pub(super) fn take_chunk(&mut self, there: usize) -> usize {
        let Some((remaining, _)) = &mut self.chunk else { return 0 };
        let len = usize::try_from(*remaining).unwrap_or(usize::MAX).min(there);
        *remaining = remaining.saturating_sub(len as u64);
        self.count(len);
        len
    }

    /// Looks at a piece of content after DATA.
    pub(super) fn check(&mut self, piece: &[u8]) {
        self.count(piece.len());
        self.measure(piece);
        if self.line_ends == LineEnds::Strict && self.rejection.is_none() {
            if !piece.is_empty() && !dot::has_crlf_only(piece) {
                self.rejection = Some(Rejection::BareLineEnd);
            } else if memchr::memchr(0, piece).is_some() {
                self.rejection = Some(Rejection::Nul);
            }
        }
    }

    /// Counts the octets of lines, if somebody wants to know.
    fn measure(&mut self, piece: &[u8]) {
        if self.long_lines == LongLines::Accept {
            return;
        }
        for part in piece.split_inclusive(|octet| *octet == b'\n') {
            self.line = self.line.saturating_add(part.len());
            if self.line > self.line_limit {
                match self.long_lines {
                    LongLines::Reject if self.rejection.is_none() => {
                        self.rejection = Some(Rejection::LongLine { limit: self.line_limit });
                    }
                    _ => self.long_line = true,
                }
            }
            if part.ends_with(b"\n") {
                self.line = 0;
            }
        }
    }

    /// Whether a long line is to be told now.
    pub(super) fn take_long_line(&mut self) -> bool {
        core::mem::take(&mut self.long_line)
            && self.long_lines == LongLines::Report
            && !self.is_refused()
    }

    fn count(&mut self, len: usize) {
        self.size = self.size.saturating_add(len as u64);
        if self.size > self.limit && self.rejection.is_none() {
            self.rejection = Some(Rejection::TooBig { limit: self.limit });
        }
    }

    /// The next piece to give to the application: a range of the input, or octets put in.
    pub(super) fn next(
        &mut self,
        unread: &[u8],
        part: &mut Range<usize>,
    ) -> (Range<usize>, Option<&'static [u8]>) {
        if self.chunk.is_some() || self.line_ends == LineEnds::Strict {
            return (core::mem::replace(part, 0..0), None);
        }
        let bytes = unread.get(part.clone()).unwrap_or_default();
        if self.line_end {
            self.line_end = false;
            part.start = part.start.saturating_add(1).min(part.end);
            return (0..0, Some(b"\r\n"));
        }
        let mut from = 0;
        while let Some(found) = memchr::memchr(b'\n', bytes.get(from..).unwrap_or_default()) {
            let at = from.saturating_add(found);
            if at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\r') {
                from = at.saturating_add(1);
                continue;
            }
            self.line_end = true;
            let end = part.start.saturating_add(at);
            let range = part.start..end;
            part.start = end;
            return (range, None);
        }
        (core::mem::replace(part, 0..0), None)
    }
}
