//! Intervals: three fields.

use crate::case::{Case, Need, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-091",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "months, days and microseconds stay apart",
        boundary
    ),
    case!("TYPE-092", Values, L0, PG, [Need::Oracle], ["A-9"], "the longest intervals arrive", boundary),
    case!(
        "TYPE-094",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "intervals arrive in every IntervalStyle",
        boundary
    ),
    case!("TYPE-095", Values, L0, PG, [Need::Oracle], ["A-9"], "30 days are not a month", boundary),
];
