//! Secrets, injection, TLS.

mod canary;
mod certificates;
mod doors;
mod injection;
mod secrets;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[secrets::CASES, injection::CASES, doors::CASES, certificates::CASES];
