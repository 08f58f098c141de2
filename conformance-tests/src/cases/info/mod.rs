//! Connecting, and what is known of the connection.

mod connecting;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[connecting::CASES];
