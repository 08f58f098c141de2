//! Dates and times: never shifted, never rounded.

use crate::case::{ALL, Case, M, Need, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-067",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "dates of the years 1 to 9999 arrive",
        boundary
    ),
    case!(
        "TYPE-068",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "the first and the last date arrive, and none beyond",
        boundary
    ),
    case!("TYPE-069", Values, L0, PG, [Need::Oracle], ["A-9"], "infinite dates arrive", boundary),
    case!(
        "TYPE-071",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "days that the Gregorian reform left out are days",
        boundary
    ),
    case!(
        "TYPE-072",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "the 29th of February is a day in leap years only",
        boundary
    ),
    case!(
        "TYPE-073",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "times of a day arrive, 24:00:00 too",
        boundary
    ),
    case!("TYPE-074", Values, L0, M, [Need::Oracle], ["A-9"], "spans of time arrive", boundary),
    case!("TYPE-076", Values, L0, PG, [Need::Oracle], ["A-9"], "times with zone keep their offset", boundary),
    case!(
        "TYPE-077",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "the first and the last timestamp arrive",
        boundary
    ),
    case!("TYPE-078", Values, L0, PG, [Need::Oracle], ["A-9"], "infinite timestamps arrive", boundary),
    case!("TYPE-079", Values, L0, ALL, [Need::Oracle], ["A-9"], "microseconds are kept", boundary),
    case!(
        "TYPE-080",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "fractions of every precision arrive",
        boundary
    ),
    case!(
        "TYPE-081",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "the first and the last TIMESTAMP arrive",
        boundary
    ),
    case!(
        "TYPE-082",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "an instant is the same in every zone",
        boundary
    ),
    case!(
        "TYPE-083",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "instants around changes of the clock arrive",
        boundary
    ),
    case!(
        "TYPE-084",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "a timestamp without zone is never shifted",
        boundary
    ),
    case!(
        "TYPE-085",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "dates and times arrive in every DateStyle",
        boundary
    ),
    case!("TYPE-086", Values, L0, PG, [Need::Oracle], ["A-9"], "years of five digits arrive", boundary),
    case!("TYPE-087", Values, L0, M, [Need::Oracle], ["A-9"], "YEAR is an integer", boundary),
    case!("TYPE-089", Values, L0, ALL, [Need::Oracle], ["A-9"], "instants before 1970 arrive", boundary),
];
