//! What can be asked of fields of which type.

use drivetrain_adapter_api::value::{Date, Decimal, Interval, Time, TimeTz, Timestamp, TimestampTz, Uuid};

use super::{Comparable, Numeric, Textual};

macro_rules! implement {
    ($($trait:ident: $($ty:ty),+;)*) => {$($(impl $trait for $ty {})+)*};
}

implement! {
    Comparable: i8, i16, i32, i64, u16, u32, u64, f32, f64, Decimal, String, Uuid, Date, Time, TimeTz, Timestamp,
        TimestampTz, Interval;
    Numeric: i8, i16, i32, i64, u16, u32, u64, f32, f64, Decimal;
    Textual: String;
}
