//! Booleans and texts.

use crate::case::{Case, Need, case, ALL, M, PG};

use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-035", Values, L0, ALL, [Need::Oracle], ["A-9"], "booleans are booleans", boundary),
    case!("TYPE-036", Values, L0, M, [Need::Oracle], ["A-9"], "booleans that the server stores as integers are read as booleans", boundary),
    case!("TYPE-037", Values, L0, M, [Need::Oracle], ["A-9"], "bit(1) is read as a boolean", boundary),
    case!("TYPE-039", Values, L0, ALL, [Need::Oracle], ["A-9"], "the empty text is not NULL", boundary),
    case!("TYPE-040", Values, L0, ALL, [Need::Oracle], ["A-9"], "ASCII arrives as it is", boundary),
    case!("TYPE-041", Values, L0, ALL, [Need::Oracle], ["A-9"], "characters of four bytes arrive as they are", boundary),
    case!("TYPE-042", Values, L0, ALL, [Need::Oracle], ["A-9"], "texts are not normalised", boundary),
    case!("TYPE-043", Values, L0, ALL, [Need::Oracle], ["A-9"], "marks and noncharacters arrive as they are", boundary),
    case!("TYPE-048", Values, L0, ALL, [Need::Oracle], ["A-9"], "what means something in SQL means nothing in a value", boundary),
    case!("TYPE-049", Values, L0, ALL, [Need::Oracle], ["A-9"], "control characters arrive as they are", boundary),
    case!("TYPE-050", Values, L0, PG.or(M), [Need::Oracle], ["A-9"], "lengths are in characters, and blanks are kept where the type keeps them", boundary),
    case!("TYPE-054", Values, L0, PG, [Need::Oracle], ["A-9"], "names of 63 bytes arrive", boundary),
    case!("TYPE-056", Values, L0, M, [Need::Oracle], ["A-9"], "a column in another character set is transcoded", boundary),
];
