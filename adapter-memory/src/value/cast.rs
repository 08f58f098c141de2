//! Conversions: those that are asked for, and those of a value that is stored.

use drivetrain_adapter_api::value::{Array, Date, Time, TimeTz, Timestamp, TimestampTz};
use drivetrain_adapter_api::{DbType, Result, Value};

use super::json::Document;
use super::number::{Number, in_range, of_float};
use super::order::{exact, float, whole};
use super::parse::parse;
use super::text::text_of;
use super::types::{concrete, is_float, is_integer, is_number, is_text};
use crate::error;

/// The value as one of the type `to`, by an explicit cast.
pub(crate) fn cast(value: Value, to: &DbType) -> Result<Value> {
    let target = concrete(to);
    if value.is_null() {
        return Ok(Value::Null(to.clone()));
    }
    let from = value.db_type();
    match (&target, &value) {
        (DbType::Unknown, _) => Ok(value),
        (DbType::Text, Value::Text(_)) | (DbType::Enum, Value::Enum(_)) | (DbType::Json, Value::Json(_)) => {
            Ok(value)
        }
        (DbType::Text, other) => Ok(Value::Text(text_of(other))),
        (target, Value::Text(text)) => parse(text, target),
        (target, Value::Enum(label)) if is_text(target) => parse(label, target),
        (DbType::Bool, Value::Int32(number)) => Ok(Value::Bool(*number != 0)),
        (DbType::Int32, Value::Bool(value)) => Ok(Value::Int32((*value).into())),
        (DbType::Array(element), Value::Array(_)) => each(value, element, cast),
        _ => converted(value, &target)
            .ok_or_else(|| error::type_mismatch("there is no such cast", &from, to))?,
    }
}

/// The value as one of the column type `to`: what an assignment converts by itself.
pub(crate) fn assign(value: Value, to: &DbType) -> Result<Value> {
    let target = concrete(to);
    if value.is_null() {
        return Ok(Value::Null(to.clone()));
    }
    let from = value.db_type();
    let refused = || error::type_mismatch("the value cannot be stored", &from, to);
    match (&target, &value) {
        (DbType::Unknown, _) | (_, Value::OtherText { .. } | Value::OtherBytes { .. }) => value.coerce_to(to),
        (DbType::Json, Value::Json(json)) => {
            Document::parse(json.as_str())?;
            Ok(value)
        }
        (DbType::Text, Value::Text(_)) => Ok(value),
        (DbType::Text, Value::Enum(text)) => Ok(Value::Text(text.clone())),
        (DbType::Enum, Value::Text(text) | Value::Enum(text)) => Ok(Value::Enum(text.clone())),
        (DbType::Array(element), Value::Array(_)) => each(value, element, assign),
        _ => converted(value, &target).ok_or_else(refused)?,
    }
}

fn each(value: Value, element: &DbType, convert: fn(Value, &DbType) -> Result<Value>) -> Result<Value> {
    let Value::Array(array) = value else { return Err(error::broken("elements of what is no array")) };
    let dimensions = array.dimensions().to_vec();
    let values = array.into_values().into_iter().map(|one| convert(one, element)).collect::<Result<_>>()?;
    Array::with_dimensions(element.clone(), dimensions, values).map(Value::Array)
}

/// Conversions between numbers and between times. `None` where there is none.
fn converted(value: Value, to: &DbType) -> Option<Result<Value>> {
    if value.db_type() == *to {
        return Some(Ok(value));
    }
    if is_number(&value.db_type()) && is_number(to) {
        return Some(number(&value, to));
    }
    times(&value, to)
}

fn number(value: &Value, to: &DbType) -> Result<Value> {
    if is_integer(to) {
        let number = match value {
            Value::Float32(number) => rounded((*number).into()),
            Value::Float64(number) => rounded(*number),
            Value::Decimal(_) => exact(value)?.and_then(|number| number.to_integer()),
            other => whole(other),
        };
        return in_range(number.ok_or_else(|| error::out_of_range(to))?, to);
    }
    if is_float(to) {
        let number = float(value)?.ok_or_else(|| error::broken("a number that is none"))?;
        let infinite = match value {
            Value::Float32(number) => number.is_infinite(),
            Value::Float64(number) => number.is_infinite(),
            Value::Decimal(decimal) => decimal.as_str().ends_with("Infinity"),
            _ => false,
        };
        let narrow = number as f32;
        let lost = match to {
            DbType::Float32 => narrow.is_infinite() || narrow == 0.0 && number != 0.0,
            _ => number.is_infinite(),
        };
        if lost && !infinite {
            return Err(error::out_of_range(to));
        }
        return Ok(if *to == DbType::Float32 { Value::Float32(narrow) } else { Value::Float64(number) });
    }
    let number = match value {
        Value::Float32(number) => of_float((*number).into(), 6)?,
        Value::Float64(number) => of_float(*number, 15)?,
        other => exact(other)?.unwrap_or(Number::NaN),
    };
    number.to_decimal().map(Value::Decimal)
}

/// The nearest integer; halves go to the even one.
fn rounded(number: f64) -> Option<i128> {
    let rounded = number.round_ties_even();
    (rounded.abs() < 1e20).then_some(rounded as i128)
}

fn times(value: &Value, to: &DbType) -> Option<Result<Value>> {
    let at = match value {
        Value::Timestamp(at) => Ok(*at),
        Value::TimestampTz(at) => Ok(at.utc()),
        Value::Date(Date::INFINITY) => Ok(Timestamp::INFINITY),
        Value::Date(Date::NEG_INFINITY) => Ok(Timestamp::NEG_INFINITY),
        Value::Date(day) => Timestamp::from_date_and_time(*day, Time::default()),
        Value::TimeTz(at) if *to == DbType::Time => return Some(Ok(Value::Time(at.time))),
        Value::Time(time) if *to == DbType::TimeTz => {
            return Some(Ok(Value::TimeTz(TimeTz { time: *time, offset_seconds: 0 })));
        }
        _ => return None,
    };
    let at = match at {
        Ok(at) => at,
        Err(error) => return Some(Err(error)),
    };
    let is_day = matches!(value, Value::Date(_));
    let time = || -> Result<Time> {
        at.date_and_time().map(|(_, time)| time).ok_or_else(|| error::out_of_range(to))
    };
    Some(match to {
        DbType::Timestamp => Ok(Value::Timestamp(at)),
        DbType::TimestampTz => Ok(Value::TimestampTz(TimestampTz::from_utc(at))),
        DbType::Date => Ok(Value::Date(day_of(at))),
        DbType::Time if !is_day => time().map(Value::Time),
        DbType::TimeTz if matches!(value, Value::TimestampTz(_)) => {
            time().map(|time| Value::TimeTz(TimeTz { time, offset_seconds: 0 }))
        }
        _ => return None,
    })
}

fn day_of(at: Timestamp) -> Date {
    match at.date_and_time() {
        Some((day, _)) => day,
        None if at == Timestamp::INFINITY => Date::INFINITY,
        None => Date::NEG_INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivetrain_adapter_api::ErrorKind;
    use drivetrain_adapter_api::value::Json;

    #[test]
    fn numbers_are_rounded_as_postgres_does() {
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        assert_eq!(cast(decimal("2.5"), &DbType::Int32).unwrap(), Value::Int32(3));
        assert_eq!(cast(Value::Float64(2.5), &DbType::Int32).unwrap(), Value::Int32(2));
        assert_eq!(cast(Value::Float64(0.1), &DbType::Decimal).unwrap(), decimal("0.1"));
        assert_eq!(assign(Value::Int64(70_000), &DbType::Int16).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(cast(Value::Float64(1e300), &DbType::Float32).unwrap_err().kind(), ErrorKind::OutOfRange);
    }

    #[test]
    fn texts_are_read_where_that_is_asked_for_only() {
        assert_eq!(cast(Value::Text(" 12 ".into()), &DbType::Int64).unwrap(), Value::Int64(12));
        assert_eq!(
            cast(Value::Text("x".into()), &DbType::Int64).unwrap_err().kind(),
            ErrorKind::InvalidValue
        );
        assert_eq!(
            assign(Value::Text("12".into()), &DbType::Int64).unwrap_err().kind(),
            ErrorKind::TypeMismatch
        );
        assert_eq!(
            assign(Value::Json(Json::new("{")), &DbType::Json).unwrap_err().kind(),
            ErrorKind::InvalidValue
        );
    }

    #[test]
    fn moments_are_each_other_in_utc() {
        let at: TimestampTz = "2024-02-29 12:30:00+02".parse().unwrap();
        let date = cast(Value::TimestampTz(at), &DbType::Date).unwrap();
        assert_eq!(date, Value::Date("2024-02-29".parse().unwrap()));
        assert_eq!(
            cast(date, &DbType::Timestamp).unwrap(),
            Value::Timestamp("2024-02-29 00:00:00".parse().unwrap())
        );
        assert!(cast(Value::Date(Date::INFINITY), &DbType::Time).is_err());
    }
}
