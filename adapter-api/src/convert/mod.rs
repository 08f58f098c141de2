//! Conversions between our value types and those of other crates, each behind the feature of the crate's name.
//!
//! | feature | types |
//! |---|---|
//! | `chrono` | `NaiveDate`, `NaiveTime`, `NaiveDateTime`, `DateTime<Utc>`, `DateTime<FixedOffset>` |
//! | `jiff` | `civil::Date`, `civil::Time`, `civil::DateTime`, `Timestamp` |
//! | `time` | `Date`, `Time`, `PrimitiveDateTime`, `OffsetDateTime` |
//! | `uuid` | `Uuid` |
//! | `rust_decimal` | `Decimal` |
//! | `bigdecimal` | `BigDecimal` |
//! | (always) | `serde_json::Value`, and serde's traits for our own types |
//!
//! Reading is exact or an error: infinities, NaN, and years or digits beyond what a crate holds are
//! [`OutOfRange`](crate::ErrorKind::OutOfRange), never clamped, rounded or wrapped.
//!
//! Instants (`DateTime<Utc>`, `OffsetDateTime`, `jiff::Timestamp`) are read from timestamps with and without zone;
//! the latter are taken as UTC, which is what a Prisma `DateTime` column holds. They are written as timestamps with
//! zone, and [`coerce_to`](crate::Value::coerce_to) makes them what the slot asks for.
//!
//! Databases keep microseconds. What a crate's time has beyond is cut off on writing, towards the past, so that a
//! time never moves into the next day. A value that our types cannot hold (years beyond 294276 of `time` with
//! `large-dates`, exponents of `BigDecimal` beyond 150000) is handed over as text of its type, which the database
//! refuses.

#[cfg(feature = "bigdecimal")]
mod bigdecimal;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
mod json;
#[cfg(any(
    feature = "bigdecimal",
    feature = "chrono",
    feature = "jiff",
    feature = "rust_decimal",
    feature = "time"
))]
mod parts;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
mod serde;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "uuid")]
mod uuid;
