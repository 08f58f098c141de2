//! Conditions, orders and assignments without their types: what the engine reads.

use std::fmt;

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{Direction, Nulls, TextMatch};

/// A condition on a record of some model. Columns and relations are positions in that model's data.
#[derive(Clone)]
pub(crate) enum Node {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Column { column: usize, kind: NodeKind },
    Relation { relation: usize, quantifier: Quantifier, filter: Box<Self> },
}

#[derive(Clone)]
pub(crate) enum NodeKind {
    Compare(Compare, Value),
    In(Vec<Value>),
    IsNull,
    Text { kind: TextMatch, needle: Value, case_insensitive: bool },
    Has(Value),
    HasEvery(Vec<Value>),
    HasSome(Vec<Value>),
    IsEmpty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Some,
    Every,
    None,
}

/// A term of an order, by a column of the model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderNode {
    pub(crate) column: usize,
    pub(crate) direction: Direction,
    pub(crate) nulls: Option<Nulls>,
}

/// How an update changes a column.
#[derive(Clone)]
pub(crate) enum AssignOp {
    Set(Value),
    Add(Value),
    Subtract(Value),
    Multiply(Value),
    Divide(Value),
    Push(Value),
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(nodes) => f.debug_tuple("And").field(nodes).finish(),
            Self::Or(nodes) => f.debug_tuple("Or").field(nodes).finish(),
            Self::Not(node) => f.debug_tuple("Not").field(node).finish(),
            Self::Column { column, kind } => write!(f, "column {column} {}", kind.name()),
            Self::Relation { relation, quantifier, filter } => {
                write!(f, "relation {relation} {quantifier:?} {filter:?}")
            }
        }
    }
}

impl NodeKind {
    fn name(&self) -> &'static str {
        match self {
            Self::Compare(Compare::Equal, _) => "=",
            Self::Compare(Compare::NotEqual, _) => "<>",
            Self::Compare(Compare::Less, _) => "<",
            Self::Compare(Compare::LessOrEqual, _) => "<=",
            Self::Compare(Compare::Greater, _) => ">",
            Self::Compare(Compare::GreaterOrEqual, _) => ">=",
            Self::In(_) => "in",
            Self::IsNull => "is null",
            Self::Text { .. } => "matches",
            Self::Has(_) => "has",
            Self::HasEvery(_) => "has every",
            Self::HasSome(_) => "has some",
            Self::IsEmpty => "is empty",
        }
    }
}
