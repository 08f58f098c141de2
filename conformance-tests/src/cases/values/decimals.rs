//! Decimals: every digit and the scale, or a refusal.

use crate::case::{Case, Need, case, ALL, L, M, PG};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-024", Values, L0, PG.or(L), [Need::Oracle], ["A-9"], "decimals keep their value, and their scale where the database has one", boundary),
    case!("TYPE-025", Values, L0, PG.or(M), [Need::Oracle], ["A-9"], "numeric(38,18) keeps every digit", boundary),
    case!("TYPE-027", Values, L0, M, [Need::Oracle], ["A-9"], "decimals of 65 digits keep every digit", boundary),
    case!("TYPE-028", Values, L0, PG, [Need::Oracle], ["A-9"], "NaN is a decimal, and the infinities since Postgres 14", boundary),
    case!("TYPE-029", Values, L0, PG, [Need::Oracle], ["A-9"], "decimals beyond 96 bits are exact", boundary),
    case!("TYPE-030", Values, L0, PG.or(M), [Need::Oracle], ["A-9"], "zeros at the end of a fraction are kept", boundary),
    case!("TYPE-034", Values, L0, L, [Need::Oracle], ["A-9"], "what SQLite would round is refused", boundary),
];
