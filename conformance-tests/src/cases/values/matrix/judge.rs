//! Whether what was read is the value.

use drivetrain_adapter_api::value::{
    Date, Decimal, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid,
};
use drivetrain_adapter_api::{DbType, Dialect, Error, FromCell, Rows, Value};

use crate::outcome::ensure;
use crate::{Context, Outcome, Within as _};

/// Checks that a cell is exactly that value.
///
/// On Postgres the cell has the very variant of the value, and its column the type. Other dialects have fewer types:
/// there the cell is read as the Rust type of the value, by the documented conversions, which lose nothing.
pub(in super::super) fn same(
    cx: &Context,
    rows: &Rows,
    (row, column): (usize, usize),
    ty: &DbType,
    expected: &Value,
) -> Outcome {
    let what = format!("column {column}");
    let got = match cx.dialect() {
        Dialect::Postgres => rows.cell(row, column).and_then(|cell| cell.to_value()),
        _ => read_as(rows, row, column, ty),
    };
    let got = got.within(format!("{what}, expected {expected:?}"))?;
    ensure!(equal(&got, expected), "{what}: got {got:?}, expected {expected:?}");
    if cx.dialect() == Dialect::Postgres {
        let known = &rows.columns()[column].ty;
        ensure!(
            carried_alike(known, ty),
            "{what} is said to be of the type {known}, and is of the type {ty}"
        );
    }
    Ok(())
}

/// Equal, whatever name arrays give to the type of their elements.
fn equal(got: &Value, expected: &Value) -> bool {
    match (got, expected) {
        (Value::Array(got), Value::Array(expected)) => {
            got.dimensions() == expected.dimensions() && got.values() == expected.values()
        }
        (got, expected) => got == expected,
    }
}

fn carried_alike(known: &DbType, ty: &DbType) -> bool {
    match (known.carrier(), ty.carrier()) {
        (DbType::Array(known), DbType::Array(ty)) => carried_alike(known, ty),
        (known, ty) => known == ty,
    }
}

/// The cell, read as the Rust type for `ty`.
fn read_as(rows: &Rows, row: usize, column: usize, ty: &DbType) -> Result<Value, Error> {
    fn get<'a, T: FromCell<'a>>(
        rows: &'a Rows,
        at: (usize, usize),
        make: impl FnOnce(T) -> Value,
    ) -> Result<Value, Error> {
        Ok(rows.get::<Option<T>>(at.0, at.1)?.map_or(Value::NULL, make))
    }
    let at = (row, column);
    match ty.carrier() {
        DbType::Bool => get(rows, at, Value::Bool),
        DbType::Int16 => get(rows, at, Value::Int16),
        DbType::Int32 => get(rows, at, Value::Int32),
        DbType::Int64 => get(rows, at, Value::Int64),
        DbType::UInt64 => get(rows, at, Value::UInt64),
        DbType::Float32 => get(rows, at, Value::Float32),
        DbType::Float64 => get(rows, at, Value::Float64),
        DbType::Decimal => get::<Decimal>(rows, at, Value::Decimal),
        DbType::Text => get(rows, at, Value::Text),
        DbType::Bytes => get(rows, at, Value::Bytes),
        DbType::Uuid => get::<Uuid>(rows, at, Value::Uuid),
        DbType::Date => get::<Date>(rows, at, Value::Date),
        DbType::Time => get::<Time>(rows, at, Value::Time),
        DbType::TimeTz => get::<TimeTz>(rows, at, Value::TimeTz),
        DbType::Timestamp => get::<Timestamp>(rows, at, Value::Timestamp),
        DbType::TimestampTz => get::<TimestampTz>(rows, at, Value::TimestampTz),
        DbType::Interval => get::<Interval>(rows, at, Value::Interval),
        DbType::Json => get::<Json>(rows, at, Value::Json),
        DbType::Enum => get::<String>(rows, at, Value::Enum),
        _ => rows.get::<Value>(row, column),
    }
}
