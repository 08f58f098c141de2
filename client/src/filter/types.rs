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

#[cfg(feature = "bigdecimal")]
implement! {
    Comparable: bigdecimal::BigDecimal;
    Numeric: bigdecimal::BigDecimal;
}

#[cfg(feature = "chrono")]
implement! {
    Comparable: chrono::NaiveDate, chrono::NaiveTime, chrono::NaiveDateTime, chrono::DateTime<chrono::Utc>,
        chrono::DateTime<chrono::FixedOffset>;
}

#[cfg(feature = "jiff")]
implement! {
    Comparable: jiff::Timestamp, jiff::civil::Date, jiff::civil::Time, jiff::civil::DateTime;
}

#[cfg(feature = "rust_decimal")]
implement! {
    Comparable: rust_decimal::Decimal;
    Numeric: rust_decimal::Decimal;
}

#[cfg(feature = "time")]
implement! {
    Comparable: time::Date, time::Time, time::PrimitiveDateTime, time::OffsetDateTime;
}

#[cfg(feature = "uuid")]
implement! {
    Comparable: uuid::Uuid;
}
