//! Answers of more than one line.

use super::queue::{Kind, Pending};
use super::receive::{Found, Step};
use super::{CommandId, Connection, Event, Reading};
use crate::syntax;
use crate::{Capability, Error, ScanListing, UniqueIdListing};

const LISTINGS: &str = "lines in a list";

impl Connection {
    /// A line of the answer to LIST that looks as RFC 1939 says: most of them do.
    #[inline(always)]
    pub(super) fn quick_size(&mut self) -> Option<Event<'static>> {
        let Reading::List(Pending { id: command, kind: Kind::List(None), .. }) = self.reading
        else {
            return None;
        };
        if self.lines >= self.config.limits.messages || self.failed.is_some() {
            return None;
        }
        let (listing, len) = ScanListing::quick(self.input.unread())?;
        self.lines = self.lines.saturating_add(1);
        self.told = 0;
        self.input.skip(len);
        Some(Event::Size { command, listing })
    }

    /// Counts a line of a list.
    fn count(&mut self, what: &'static str, limit: usize) -> Result<(), Error> {
        self.lines = self.lines.saturating_add(1);
        if self.lines > limit { Err(Error::TooMany { what, limit }) } else { Ok(()) }
    }

    pub(super) fn list(&mut self, pending: Pending) -> Result<Step, Error> {
        let id = pending.id;
        let limit = self.config.limits.messages;
        let Some((len, with_end)) = self.line(self.lf_only)? else { return Ok(Step::Wait) };
        let line = self.input.bytes(0..len);
        if line == b"." {
            self.take(with_end);
            if self.flight.front().is_some_and(|first| first.id == id) {
                self.finish();
            }
            self.reading = Reading::Status;
            return Ok(Step::Event(Found::ListEnd { id }));
        }
        let start = usize::from(line.first() == Some(&b'.'));
        let text = line.get(start..).unwrap_or_default();
        let (found, deviation) = match pending.kind {
            Kind::List(_) => match ScanListing::tolerant(text) {
                Ok((listing, deviation)) => (Found::Size { id, listing }, deviation),
                Err(error) => (Found::Unreadable { id, error, line: start..len }, None),
            },
            Kind::Uidl(_) => match UniqueIdListing::tolerant(text) {
                Ok((message, at, deviation)) => {
                    let unique_id = start.saturating_add(at)..len;
                    (Found::UniqueId { id, message, unique_id }, deviation)
                }
                Err(error) => (Found::Unreadable { id, error, line: start..len }, None),
            },
            _ => match syntax::check_line(text) {
                Ok(()) => (Found::Line { id, line: start..len }, None),
                Err(error) => (Found::Unreadable { id, error, line: start..len }, None),
            },
        };
        if let Some((kind, at)) = deviation
            && let Some(step) = self.deviate(kind, start.saturating_add(at))?
        {
            return Ok(step);
        }
        self.count(LISTINGS, limit)?;
        self.take(with_end);
        Ok(Step::Event(found))
    }

    pub(super) fn body(&mut self) -> Result<Step, Error> {
        let part = self.input.body(&mut self.decoder);
        if part.end {
            self.finish();
            return Ok(Step::Event(Found::BodyEnd));
        }
        if part.consumed == 0 {
            if self.input.eof() {
                self.eof()?;
            }
            return Ok(Step::Wait);
        }
        Ok(Step::Event(Found::Chunk(part.content)))
    }

    pub(super) fn capability(&mut self) -> Result<Step, Error> {
        let Some((len, with_end)) = self.line(self.lf_only)? else { return Ok(Step::Wait) };
        let line = self.input.bytes(0..len);
        if line == b"." {
            self.take(with_end);
            self.finish();
            self.pipelining = self.coming.has("PIPELINING");
            self.capabilities = Some(core::mem::take(&mut self.coming));
            self.let_out();
            return Ok(Step::Event(Found::Capabilities));
        }
        let start = usize::from(line.first() == Some(&b'.'));
        let parsed = Capability::parse(line.get(start..).unwrap_or_default());
        match parsed.map(Capability::into_owned) {
            Ok(capability) => {
                let limit = self.config.limits.capabilities;
                if self.coming.as_slice().len() >= limit {
                    return Err(Error::TooMany { what: "capabilities", limit });
                }
                self.coming.push(capability);
                self.input.skip(with_end);
                Ok(Step::Again)
            }
            Err(error) => {
                self.take(with_end);
                let id = self.flight.front().map_or(CommandId(0), |first| first.id);
                Ok(Step::Event(Found::Unreadable { id, error, line: start..len }))
            }
        }
    }
}
