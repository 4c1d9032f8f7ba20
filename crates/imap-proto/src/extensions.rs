//! The responses of extensions that have a grammar of their own, a file for each.

use alloc::vec::Vec;

use crate::syntax::{Cursor, Parsed};

pub(crate) mod acl;
pub(crate) mod comparator;
pub(crate) mod esearch;
pub(crate) mod gmail;
pub(crate) mod id;
pub(crate) mod in_progress;
pub(crate) mod metadata;
pub(crate) mod namespace;
pub(crate) mod object_id;
pub(crate) mod quota;
pub(crate) mod thread;
pub(crate) mod uid_batches;
pub(crate) mod url_auth;

/// Values that follow, each after a space, up to the end of the line.
pub(crate) fn read_more<'a, T>(
    c: &mut Cursor<'a>,
    mut read: impl FnMut(&mut Cursor<'a>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut values = Vec::new();
    while c.peek() == Some(b' ') {
        c.sp()?;
        if c.at_end() {
            c.tolerate(crate::DeviationKind::TrailingSpace);
            break;
        }
        values.push(read(c)?);
    }
    Ok(values)
}
