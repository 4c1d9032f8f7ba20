use crate::{Defect, Limits};

/// What to do where a message can be read in more than one way.
///
/// The reading is the same under all policies unless `pick_*` is changed: a policy decides what is
/// refused, and a stricter one looks more closely.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Policy {
    /// Which of several fields counts where one is allowed. Default: the first, as most mail
    /// programs do.
    pub duplicate_field: Pick,
    /// Which of several parameters of the same name counts. Default: the first, as most mail
    /// programs do (CVE-2024-28054 is about a filter that took the last).
    pub duplicate_parameter: Pick,
    /// Which defects end the reading.
    pub refuse: Refusal,
}

impl Policy {
    /// Reads everything, refuses nothing. What mail programs need.
    pub const fn lenient() -> Self {
        Policy {
            duplicate_field: Pick::First,
            duplicate_parameter: Pick::First,
            refuse: Refusal::Nothing,
        }
    }

    /// Refuses every defect. What tests of senders need.
    pub const fn strict() -> Self {
        Policy { refuse: Refusal::Defects, ..Policy::lenient() }
    }

    /// Refuses what two mail programs may read differently. What filters in front of other
    /// programs need.
    pub const fn gateway() -> Self {
        Policy { refuse: Refusal::Ambiguities, ..Policy::lenient() }
    }

    /// Returns whether a message with this defect is refused.
    pub const fn refuses(&self, defect: &Defect) -> bool {
        match self.refuse {
            Refusal::Nothing => false,
            Refusal::Ambiguities => defect.kind.is_ambiguity(),
            Refusal::Defects => true,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Policy::lenient()
    }
}

/// Which of several equals counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Pick {
    /// The first one.
    #[default]
    First,
    /// The last one.
    Last,
}

/// Which defects end the reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Refusal {
    /// None.
    #[default]
    Nothing,
    /// Those where [`DefectKind::is_ambiguity`](crate::DefectKind::is_ambiguity) is true.
    Ambiguities,
    /// All.
    Defects,
}

/// How a message is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Config {
    /// How much is understood.
    pub limits: Limits,
    /// What is chosen and what is refused.
    pub policy: Policy,
    /// Whether lines are counted while scanning, for the index. Default false:
    /// counting visits every line of every body.
    pub count_lines: bool,
}
