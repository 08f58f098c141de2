//! What became of a case.

use serde::{Deserialize, Serialize};

use crate::case::{Group, Level};

/// How a case ended: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All is as it must be.
    Pass,
    /// Something is not.
    Fail,
    /// What the case needs is not declared, and is refused as it must be.
    NegativeVerified,
    /// It failed in the way that a waiver records.
    Xfail,
    /// It could not be run.
    NotRun,
    /// It makes no sense for this dialect or transport.
    NotApplicable,
}

impl Status {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::NegativeVerified, Self::Xfail, Self::Fail, Self::NotRun, Self::NotApplicable];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NegativeVerified => "negative-verified",
            Self::Xfail => "xfail",
            Self::NotRun => "not-run",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A case and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseReport {
    /// The case's name.
    pub id: String,
    /// Its group.
    pub group: Group,
    /// Its level.
    pub level: Level,
    /// What is expected.
    pub title: String,
    /// How it ended.
    pub status: Status,
    /// Why, where it did not simply pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}
