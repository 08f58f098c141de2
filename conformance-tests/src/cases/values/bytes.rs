//! Bytes and UUIDs.

use crate::case::{Case, Need, case, ALL, M, PG};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-057", Values, L0, ALL, [Need::Oracle], ["A-9"], "no bytes are bytes", boundary),
    case!("TYPE-058", Values, L0, ALL, [Need::Oracle], ["A-9"], "every byte arrives", boundary),
    case!("TYPE-060", Values, L0, ALL, [Need::Oracle], ["A-9"], "bytes that look like something else are not read as it", boundary),
    case!("TYPE-061", Values, L0, PG, [Need::Oracle], ["A-9"], "bytes arrive whatever form the session shows them in", boundary),
    case!("TYPE-062", Values, L0, ALL, [Need::Oracle], ["A-9"], "bytes of every length arrive", boundary),
    case!("TYPE-064", Values, L0, M, [Need::Oracle], ["A-9"], "binary(n) is padded with zero bytes", boundary),
    case!("TYPE-065", Values, L0, PG.or(M), [Need::Oracle], ["A-9"], "bit strings keep their length", boundary),
    case!("TYPE-096", Values, L0, ALL, [Need::Oracle], ["A-9"], "UUIDs of every version arrive", boundary),
];
