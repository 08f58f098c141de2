//! A type that schemas choose for fields.

use drivetrain::{Decimal, FromCell, ToValue, Value, ValueRef};

/// Cents.
#[derive(Debug, Clone, PartialEq)]
pub struct Money(pub i64);

impl FromCell<'_> for Money {
    fn from_cell(cell: ValueRef<'_>) -> drivetrain::Result<Self> {
        Ok(Self(i64::from_cell(cell)?))
    }
}

impl ToValue for Money {
    fn db_type() -> drivetrain::DbType {
        Decimal::db_type()
    }

    fn to_value(self) -> Value {
        self.0.to_value()
    }
}

impl drivetrain::decode::ArrayElement for Money {}

impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}
