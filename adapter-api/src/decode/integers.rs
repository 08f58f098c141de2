//! Integers: any width reads any other that holds the value.

use super::{ArrayElement, FromCell, ToValue, mismatch};
use crate::{DbType, Error, ErrorKind, Result, Value, ValueRef};

fn wide(cell: &ValueRef<'_>, wanted: &str) -> Result<i128> {
    Ok(match cell {
        ValueRef::Int16(value) => (*value).into(),
        ValueRef::Int32(value) => (*value).into(),
        ValueRef::Int64(value) => (*value).into(),
        ValueRef::UInt64(value) => (*value).into(),
        ValueRef::Decimal(text) => text.parse().map_err(|_| mismatch(cell, wanted))?,
        other => return Err(mismatch(other, wanted)),
    })
}

macro_rules! integers {
    ($($ty:ty => $db:ident, $variant:ident);* $(;)?) => {$(
        impl FromCell<'_> for $ty {
            fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
                let wanted = concat!("the integer type ", stringify!($ty));
                wide(&cell, wanted)?.try_into().map_err(|_| {
                    Error::new(ErrorKind::OutOfRange, format!("{} is outside of {wanted}", cell.sort()))
                })
            }
        }

        impl ToValue for $ty {
            fn db_type() -> DbType {
                DbType::$db
            }

            fn to_value(self) -> Value {
                Value::$variant(self.into())
            }
        }

        impl ArrayElement for $ty {}
    )*};
}

integers! {
    i8 => Int16, Int16;
    i16 => Int16, Int16;
    i32 => Int32, Int32;
    i64 => Int64, Int64;
    u16 => Int32, Int32;
    u32 => Int64, Int64;
    u64 => UInt64, UInt64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_an_error() {
        assert_eq!(i16::from_cell(ValueRef::Int64(7)).unwrap(), 7);
        assert_eq!(i64::from_cell(ValueRef::Decimal("7".into())).unwrap(), 7);
        assert_eq!(i32::from_cell(ValueRef::Int64(3_000_000_000)).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(i64::from_cell(ValueRef::UInt64(u64::MAX)).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(u64::from_cell(ValueRef::Int16(-1)).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(i32::from_cell(ValueRef::Text("7")).unwrap_err().kind(), ErrorKind::Decode);
        assert_eq!(i32::from_cell(ValueRef::Null).unwrap_err().kind(), ErrorKind::UnexpectedNull);
        assert_eq!(Option::<i32>::from_cell(ValueRef::Null).unwrap(), None);
    }
}
