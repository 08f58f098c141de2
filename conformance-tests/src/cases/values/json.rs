//! JSON: the text of the document.

use crate::case::{ALL, Case, L, Need, PG, case};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-100", Values, L0, ALL, [Need::Oracle], ["A-9"], "documents of every sort arrive", boundary),
    case!("TYPE-102", Values, L0, PG.or(L), [Need::Oracle], ["A-9"], "numbers keep every digit", boundary),
    case!(
        "TYPE-104",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "equal keys are kept or the last one wins, as the type says",
        boundary
    ),
    case!(
        "TYPE-105",
        Values,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-9"],
        "the order of keys is the text's",
        boundary
    ),
    case!(
        "TYPE-110",
        Values,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-9"],
        "documents are not encoded twice",
        boundary
    ),
];
