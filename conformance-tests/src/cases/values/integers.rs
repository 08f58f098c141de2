//! Integers: exact to the last bit, and refused where they do not fit.

use crate::case::{ALL, Case, HTTP, M, Need, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-001", Values, L0, PG.or(M), [Need::Oracle], ["A-9"], "16-bit integers keep their limits", boundary),
    case!("TYPE-002", Values, L0, ALL, [Need::Oracle], ["A-9"], "32-bit integers keep their limits", boundary),
    case!("TYPE-003", Values, L0, ALL, [Need::Oracle], ["A-9"], "64-bit integers keep their limits", boundary),
    case!("TYPE-004", Values, L0, HTTP, [Need::Oracle], ["A-9"], "integers that JSON numbers do not hold stay exact", boundary),
    case!("TYPE-005", Values, L0, M, [Need::Oracle], ["A-9"], "8-bit integers keep their limits", boundary),
    case!("TYPE-006", Values, L0, M, [Need::Oracle], ["A-9"], "24-bit integers keep their limits", boundary),
    case!("TYPE-007", Values, L0, M, [Need::Oracle], ["A-9"], "unsigned integers of every width keep their limits", boundary),
];
