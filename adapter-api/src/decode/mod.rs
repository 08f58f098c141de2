//! Between cells and Rust values: [`FromCell`] reads, [`ToValue`] writes.

mod integers;
pub mod json;
mod scalars;

use crate::{DbType, Error, ErrorKind, Result, Value, ValueRef};

/// A Rust type that a cell can be read as.
///
/// Reading is exact or an error: integers are read as any integer type that holds the value, never rounded, never
/// wrapped. A text is read as a date, decimal, UUID or JSON where the database has no type of that sort (SQLite).
#[diagnostic::on_unimplemented(
    message = "a database cell cannot be read as `{Self}`",
    note = "implement `drivetrain_adapter_api::FromCell` for it, or turn on the feature of the crate it is from"
)]
pub trait FromCell<'a>: Sized {
    /// Reads the cell.
    ///
    /// # Errors
    /// [`UnexpectedNull`](ErrorKind::UnexpectedNull), [`OutOfRange`](ErrorKind::OutOfRange) or
    /// [`Decode`](ErrorKind::Decode).
    fn from_cell(cell: ValueRef<'a>) -> Result<Self>;
}

/// A Rust type that can be a value of a query.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a value of a query",
    note = "implement `drivetrain_adapter_api::ToValue` for it, or turn on the feature of the crate it is from"
)]
pub trait ToValue {
    /// The type that the value has, also where it is NULL.
    fn db_type() -> DbType;

    /// The value.
    fn to_value(self) -> Value;
}

/// The error for a cell of another sort than asked for.
pub fn mismatch(cell: &ValueRef<'_>, wanted: &str) -> Error {
    if cell.is_null() {
        return Error::new(ErrorKind::UnexpectedNull, format!("NULL cannot be read as {wanted}"))
            .with_hint("read it as an Option");
    }
    Error::decode(format!("{} cannot be read as {wanted}", cell.sort()))
}

impl<'a, T: FromCell<'a>> FromCell<'a> for Option<T> {
    fn from_cell(cell: ValueRef<'a>) -> Result<Self> {
        if cell.is_null() { Ok(None) } else { T::from_cell(cell).map(Some) }
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn db_type() -> DbType {
        T::db_type()
    }

    fn to_value(self) -> Value {
        self.map_or_else(|| Value::Null(T::db_type()), T::to_value)
    }
}

impl<'a> FromCell<'a> for ValueRef<'a> {
    fn from_cell(cell: Self) -> Result<Self> {
        Ok(cell)
    }
}

impl FromCell<'_> for Value {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        cell.to_value()
    }
}

impl ToValue for Value {
    fn db_type() -> DbType {
        DbType::Unknown
    }

    fn to_value(self) -> Value {
        self
    }
}

/// `Vec<u8>` is bytes; a `Vec` of any other type is an array.
pub trait ArrayElement {}

impl<T: for<'a> FromCell<'a> + ArrayElement> FromCell<'_> for Vec<T> {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Array(array) if array.dimensions().len() <= 1 => {
                array.values().iter().map(|value| T::from_cell(value.as_ref())).collect()
            }
            ValueRef::Array(_) => {
                Err(Error::decode("an array of several dimensions cannot be read as a Vec"))
            }
            other => Err(mismatch(&other, "an array")),
        }
    }
}

impl<T: ToValue + ArrayElement> ToValue for Vec<T> {
    fn db_type() -> DbType {
        DbType::array(T::db_type())
    }

    fn to_value(self) -> Value {
        Value::Array(crate::value::Array::new(T::db_type(), self.into_iter().map(T::to_value).collect()))
    }
}

impl<T: ArrayElement> ArrayElement for Option<T> {}
impl ArrayElement for Vec<u8> {}
