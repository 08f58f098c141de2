//! Floats: every bit, and no number in place of what is none.

use drivetrain_adapter_api::Capability;

use crate::case::{ALL, Case, M, N, Need, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-016",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "64-bit floats keep every bit: limits, subnormals, the sign of zero",
        boundary
    ),
    case!("TYPE-017", Values, L0, ALL, [Need::Oracle], ["A-9"], "32-bit floats keep every bit", boundary),
    case!(
        "TYPE-018",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "NaN is NaN, or refused where it cannot be held",
        boundary
    ),
    case!(
        "TYPE-019",
        Values,
        L0,
        ALL,
        [Need::Oracle, Need::Capability(Capability::FloatInfinity)],
        ["A-9"],
        "infinities are kept, or refused where they cannot be held",
        boundary
    ),
    case!(
        "TYPE-020",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "floats arrive bit by bit, however many digits the session shows",
        boundary
    ),
    case!(
        "TYPE-021",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "32-bit floats are not widened on their way",
        boundary
    ),
    case!(
        "TYPE-022",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "32-bit floats keep the bits that the server does not show",
        boundary
    ),
    case!(
        "TYPE-023",
        Values,
        L0,
        N,
        [Need::Oracle],
        ["A-9"],
        "floats that JSON numbers do not hold arrive",
        boundary
    ),
];
