//! Annotations of mailboxes and of the account: METADATA (RFC 5464).

use std::collections::BTreeMap;

use imap_proto::{
    Content, GetMetadata, Mailbox as Name, Metadata, MetadataCode, MetadataDepth, MetadataEntries,
    Response, ResponseCode, Status, Str, Text,
};

use super::{Outcome, Session, no, ok, trouble};
use crate::maildir::Annotations;

/// The longest value, in octets.
const LONGEST: usize = 16 << 10;

/// How many annotations a mailbox has, or the account.
const MOST: usize = 100;

const NO_NAME: &str = "not the name of an annotation";

impl Session {
    pub(super) fn get_metadata(&mut self, get: &GetMetadata<'_>) -> Outcome {
        let there = self.annotations(&get.mailbox)?;
        let depth = get.depth.unwrap_or(MetadataDepth::Entry);
        let mut found: BTreeMap<String, Option<&[u8]>> = BTreeMap::new();
        for entry in &get.entries {
            let asked = entry_name(entry)?;
            if depth == MetadataDepth::Entry {
                found.insert(asked.clone(), None);
            }
            let all = there.iter().filter(|(name, _)| is_below(name, &asked, depth));
            found.extend(all.map(|(name, value)| (name.clone(), Some(value.as_slice()))));
        }
        let limit =
            get.max_size.map_or(usize::MAX, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let longest = found.values().flatten().map(|value| value.len()).max().unwrap_or(0);
        found.retain(|_, value| value.is_none_or(|value| value.len() <= limit));
        let values: Vec<_> = found
            .iter()
            .filter_map(|(name, value)| {
                let value = value.map(|octets| Content::Inline(octets.into()));
                Some((Str::try_from(name.as_str()).ok()?, value))
            })
            .collect();
        if !values.is_empty() {
            let entries = MetadataEntries::Values(values);
            let answer = Response::Metadata(Metadata { mailbox: get.mailbox.clone(), entries });
            if let Err(error) = self.imap.respond(&answer) {
                self.broken.get_or_insert(super::other(error));
            }
        }
        if longest > limit {
            let code = MetadataCode::LongEntries(longest as u64);
            let status = Status::ok(Text::from_static("GETMETADATA done"));
            return Ok(status.with_code(ResponseCode::Metadata(code)));
        }
        ok("GETMETADATA done")
    }

    pub(super) fn set_metadata(
        &mut self,
        mailbox: &Name<'_>,
        entries: &[(Str<'_>, Option<Content<'_>>)],
    ) -> Outcome {
        let name = self.name(mailbox);
        let name = Some(name.as_str()).filter(|name| !name.is_empty());
        let changed = self.account()?.annotate(name, |all| {
            for (entry, value) in entries {
                let name = entry_name(entry)?;
                match value.as_ref().and_then(Content::octets) {
                    None => drop(all.remove(&name)),
                    Some(value) if value.len() > LONGEST => {
                        let code = MetadataCode::MaxSize(LONGEST as u64);
                        return Err(no("the value is too long", ResponseCode::Metadata(code)));
                    }
                    // What is above all others has no value.
                    Some(_) if name.matches('/').count() < 2 => {
                        return Err(Status::bad(Text::from_static(NO_NAME)));
                    }
                    Some(value) => drop(all.insert(name, value.to_vec())),
                }
            }
            if all.len() > MOST {
                let code = ResponseCode::Metadata(MetadataCode::TooMany);
                return Err(no("too many annotations", code));
            }
            Ok(())
        });
        changed.map_err(|e| trouble(&e))??;
        ok("SETMETADATA done")
    }

    fn annotations(&self, mailbox: &Name<'_>) -> Result<Annotations, Status<'static>> {
        let name = self.name(mailbox);
        let name = Some(name.as_str()).filter(|name| !name.is_empty());
        self.account()?.annotations(name).map_err(|e| trouble(&e))
    }
}

/// The name of an entry in small letters.
fn entry_name(name: &Str<'_>) -> Result<String, Status<'static>> {
    let name = name.to_string_lossy().to_ascii_lowercase();
    let levels = name.strip_prefix("/private/").or_else(|| name.strip_prefix("/shared/"));
    let fine = levels.is_some_and(|levels| levels.split('/').all(|level| !level.is_empty()))
        && name.bytes().all(|byte| matches!(byte, 0x20..=0x7E) && !matches!(byte, b'*' | b'%'));
    if fine || name == "/private" || name == "/shared" {
        Ok(name)
    } else {
        Err(Status::bad(Text::from_static(NO_NAME)))
    }
}

/// Whether an entry is the one that was asked for, or below it as far as was asked.
fn is_below(name: &str, asked: &str, depth: MetadataDepth) -> bool {
    match (name.strip_prefix(asked), depth) {
        (Some(""), _) => true,
        (Some(rest), MetadataDepth::Children) => {
            rest.strip_prefix('/').is_some_and(|level| !level.contains('/'))
        }
        (Some(rest), MetadataDepth::Infinity) => rest.starts_with('/'),
        _ => false,
    }
}
