//! Types of fields that are neither of the client nor of another crate.

use drivetrain::filter::{Comparable, Numeric};
use drivetrain::{DbType, FromCell, Result, ToValue, Value, ValueRef};

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub i64);

impl FromCell<'_> for Cents {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        i64::from_cell(cell).map(Self)
    }
}

impl ToValue for Cents {
    fn db_type() -> DbType {
        DbType::Int64
    }

    fn to_value(self) -> Value {
        Value::Int64(self.0)
    }
}

impl Comparable for Cents {}
impl Numeric for Cents {}

impl drivetrain::serde::Serialize for Cents {
    fn serialize<S: drivetrain::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}
