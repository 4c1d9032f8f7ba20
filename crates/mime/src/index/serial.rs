//! The index as a value of serde. What is read is checked as [`Index::from_bytes`] does.

use alloc::vec::Vec;

use serde::de::{Deserialize, Deserializer, Error};

use super::{FieldRecord, Index, IndexError, PartLines, PartRecord};
use crate::{Defect, Pick};

/// An index that was not looked at yet.
#[derive(serde::Deserialize)]
struct Unchecked {
    parts: Vec<PartRecord>,
    fields: Vec<FieldRecord>,
    defects: Vec<Defect>,
    lines: Vec<PartLines>,
    len: u64,
    lines_counted: bool,
    pick: Pick,
    pick_parameter: Pick,
}

impl TryFrom<Unchecked> for Index {
    type Error = IndexError;

    fn try_from(read: Unchecked) -> Result<Self, IndexError> {
        let lines = if read.lines_counted { read.parts.len() } else { 0 };
        if read.lines.len() != lines {
            return Err(IndexError::Length);
        }
        let index = Index {
            parts: read.parts,
            fields: read.fields,
            defects: read.defects,
            lines: read.lines,
            len: read.len,
            lines_counted: read.lines_counted,
            pick: read.pick,
            pick_parameter: read.pick_parameter,
        };
        index.check().ok_or(IndexError::Inconsistent)?;
        Ok(index)
    }
}

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Unchecked::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}
