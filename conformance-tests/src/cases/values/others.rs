//! Types of the database's own: enums, domains, composites, and those without a variant.

use crate::case::{Case, M, Need, P, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-014", Values, L0, PG, [Need::Oracle], ["A-9"], "object ids beyond 31 bits arrive", boundary),
    case!("TYPE-015", Values, L0, P, [Need::Oracle], ["A-9"], "\"char\" is one byte", boundary),
    case!("TYPE-118", Values, L0, PG.or(M), [Need::Oracle], ["A-9"], "labels of enums arrive", boundary),
    case!(
        "TYPE-119",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "domains are read as their base, composites as text",
        boundary
    ),
    case!(
        "TYPE-120",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "addresses arrive as Postgres writes them",
        boundary
    ),
    case!(
        "TYPE-121",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "types without a variant arrive with their name",
        boundary
    ),
];
