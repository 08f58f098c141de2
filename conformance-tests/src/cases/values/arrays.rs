//! Arrays: elements, NULLs, dimensions, bounds.

use drivetrain_adapter_api::Capability;

use crate::case::{Case, Need, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-111",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "small and large arrays arrive",
        boundary
    ),
    case!(
        "TYPE-112",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "NULL is not the text NULL",
        boundary
    ),
    case!(
        "TYPE-113",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "dimensions are kept",
        boundary
    ),
    case!(
        "TYPE-114",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "lower bounds are kept",
        boundary
    ),
    case!(
        "TYPE-115",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "texts that look like arrays arrive",
        boundary
    ),
    case!(
        "TYPE-116",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "an empty array is not NULL",
        boundary
    ),
    case!(
        "TYPE-117",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "arrays of every type arrive",
        boundary
    ),
];
