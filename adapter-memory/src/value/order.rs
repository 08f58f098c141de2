//! Equality and order of values: the one place that decides them.
//!
//! Numbers compare as numbers, whatever their types: exactly if both are exact, as 64-bit floats otherwise. NaN equals
//! itself and is larger than any other float, both zeros are equal. Texts are ordered by code points. Dates and
//! timestamps compare as moments in UTC. JSON compares as documents, as Postgres's `jsonb` does.

use std::cmp::Ordering;

use drivetrain_adapter_api::value::{Array, Date, Interval, Time, TimeTz, Timestamp};
use drivetrain_adapter_api::{Error, ErrorKind, Result, Value};

use super::json::Document;
use super::number::Number;

/// The order of two values that are not NULL and of [comparable](super::comparable) types. NULL, within arrays, is
/// larger than any value and equals itself.
pub(crate) fn order(left: &Value, right: &Value) -> Result<Ordering> {
    Ok(match (left, right) {
        (Value::Null(_), Value::Null(_)) => Ordering::Equal,
        (Value::Null(_), _) => Ordering::Greater,
        (_, Value::Null(_)) => Ordering::Less,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Text(a) | Value::Enum(a), Value::Text(b) | Value::Enum(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Uuid(a), Value::Uuid(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::TimeTz(a), Value::TimeTz(b)) => time_tz(*a).cmp(&time_tz(*b)),
        (Value::Interval(a), Value::Interval(b)) => span(*a).cmp(&span(*b)),
        (Value::Json(a), Value::Json(b)) => Document::parse(a.as_str())?.cmp(&Document::parse(b.as_str())?),
        (Value::Array(a), Value::Array(b)) => arrays(a, b)?,
        (Value::OtherText { text: a, .. }, Value::OtherText { text: b, .. }) => a.cmp(b),
        (Value::OtherBytes { bytes: a, .. }, Value::OtherBytes { bytes: b, .. }) => a.cmp(b),
        _ => match (whole(left), whole(right), moment(left), moment(right)) {
            (Some(a), Some(b), ..) => a.cmp(&b),
            (.., Some(a), Some(b)) => a.cmp(&b),
            _ => numbers(left, right)?,
        },
    })
}

fn numbers(left: &Value, right: &Value) -> Result<Ordering> {
    if let (Some(a), Some(b)) = (exact(left)?, exact(right)?) {
        return Ok(a.order(&b));
    }
    match (float(left)?, float(right)?) {
        (Some(a), Some(b)) => Ok(floats(a, b)),
        _ => Err(Error::new(
            ErrorKind::UndefinedFunction,
            format!("{} cannot be compared with {}", left.as_ref().sort(), right.as_ref().sort()),
        )),
    }
}

/// The number, of an integer.
pub(crate) fn whole(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Int16(number) => (*number).into(),
        Value::Int32(number) => (*number).into(),
        Value::Int64(number) => (*number).into(),
        Value::UInt64(number) => (*number).into(),
        _ => return None,
    })
}

/// The number, of an integer or a decimal.
pub(crate) fn exact(value: &Value) -> Result<Option<Number>> {
    match value {
        Value::Decimal(decimal) => Number::of(decimal).map(Some),
        other => Ok(whole(other).map(Number::from)),
    }
}

/// The number as a float, of any number.
pub(crate) fn float(value: &Value) -> Result<Option<f64>> {
    Ok(match value {
        Value::Float64(number) => Some(*number),
        Value::Float32(number) => Some((*number).into()),
        Value::Decimal(decimal) => Some(Number::of(decimal)?.to_f64()),
        other => whole(other).map(|number| number as f64),
    })
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn moment(value: &Value) -> Option<Timestamp> {
    Some(match value {
        Value::Timestamp(at) => *at,
        Value::TimestampTz(at) => at.utc(),
        Value::Date(day) => start_of(*day),
        _ => return None,
    })
}

/// Midnight of the day. Days that no timestamp reaches are as far away as the infinities.
fn start_of(day: Date) -> Timestamp {
    Timestamp::from_date_and_time(day, Time::default()).unwrap_or(if day.unix_days() < 0 {
        Timestamp::NEG_INFINITY
    } else {
        Timestamp::INFINITY
    })
}

/// Postgres orders by the time in UTC, then by the offset.
pub(crate) fn time_tz(at: TimeTz) -> (i64, i32) {
    (at.time.microseconds() - i64::from(at.offset_seconds) * 1_000_000, -at.offset_seconds)
}

/// Postgres takes 30 days for a month and 24 hours for a day where it compares.
pub(crate) fn span(interval: Interval) -> i128 {
    let days = i128::from(interval.months) * 30 + i128::from(interval.days);
    days * 86_400_000_000 + i128::from(interval.microseconds)
}

/// By elements, then by length.
fn arrays(left: &Array, right: &Array) -> Result<Ordering> {
    for (a, b) in left.values().iter().zip(right.values()) {
        let order = order(a, b)?;
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(left.len().cmp(&right.len()).then_with(|| {
        let shape = |array: &Array| -> Vec<(usize, i32)> {
            array.dimensions().iter().map(|one| (one.length, one.lower_bound)).collect()
        };
        (left.dimensions().len(), shape(left)).cmp(&(right.dimensions().len(), shape(right)))
    }))
}

/// Whether two values are equal; `None` if one is NULL.
pub(crate) fn equal(left: &Value, right: &Value) -> Result<Option<bool>> {
    if left.is_null() || right.is_null() {
        return Ok(None);
    }
    Ok(Some(order(left, right)?.is_eq()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivetrain_adapter_api::DbType;

    fn decimal(text: &str) -> Value {
        Value::Decimal(text.parse().unwrap())
    }

    #[test]
    fn numbers_of_all_types_are_one_line() {
        let ordered = |a: Value, b: Value| order(&a, &b).unwrap();
        assert_eq!(ordered(Value::Int16(1), Value::Int64(1)), Ordering::Equal);
        assert_eq!(ordered(Value::Int64(i64::MAX), Value::UInt64(u64::MAX)), Ordering::Less);
        assert_eq!(ordered(decimal("1.10"), decimal("1.1")), Ordering::Equal);
        assert_eq!(ordered(Value::Int32(2), decimal("1.99")), Ordering::Greater);
        assert_eq!(ordered(Value::Float64(0.0), Value::Float64(-0.0)), Ordering::Equal);
        assert_eq!(ordered(Value::Float64(f64::NAN), Value::Float64(f64::INFINITY)), Ordering::Greater);
        assert_eq!(ordered(Value::Float64(f64::NAN), Value::Float64(f64::NAN)), Ordering::Equal);
        assert_eq!(ordered(Value::Float32(0.5), decimal("0.5")), Ordering::Equal);
        assert!(order(&Value::Int32(1), &Value::Text("1".into())).is_err());
    }

    #[test]
    fn arrays_go_by_elements_then_length() {
        let array = |values: &[i32]| {
            Value::Array(Array::new(DbType::Int32, values.iter().map(|one| Value::Int32(*one)).collect()))
        };
        assert_eq!(order(&array(&[1, 2]), &array(&[1, 3])).unwrap(), Ordering::Less);
        assert_eq!(order(&array(&[1, 2]), &array(&[1])).unwrap(), Ordering::Greater);
        assert_eq!(order(&array(&[]), &array(&[])).unwrap(), Ordering::Equal);
    }

    #[test]
    fn null_equals_nothing() {
        assert_eq!(equal(&Value::NULL, &Value::NULL).unwrap(), None);
        assert_eq!(equal(&Value::Int32(1), &Value::Int64(1)).unwrap(), Some(true));
    }
}
