//! From what a data file says to a value: bits, days and microseconds, so that no formatter stands in between.

use drivetrain_adapter_api::value::{
    Array, Date, Dimension, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid,
};
use drivetrain_adapter_api::{DbType, Value};

/// The type of that word.
pub(super) fn db_type(word: &str) -> Result<DbType, String> {
    if let Some(element) = word.strip_suffix("[]") {
        return Ok(DbType::array(db_type(element)?));
    }
    Ok(match word {
        "bool" => DbType::Bool,
        "int2" => DbType::Int16,
        "int4" => DbType::Int32,
        "int8" => DbType::Int64,
        "uint8" => DbType::UInt64,
        "float4" => DbType::Float32,
        "float8" => DbType::Float64,
        "decimal" => DbType::Decimal,
        "text" => DbType::Text,
        "bytes" => DbType::Bytes,
        "uuid" => DbType::Uuid,
        "date" => DbType::Date,
        "time" => DbType::Time,
        "timetz" => DbType::TimeTz,
        "timestamp" => DbType::Timestamp,
        "timestamptz" => DbType::TimestampTz,
        "interval" => DbType::Interval,
        "json" => DbType::Json,
        "enum" => DbType::Enum,
        "other" => DbType::Unknown,
        other => return Err(format!("`{other}` is no type")),
    })
}

/// Whether the text of a value in a data file is the one that databases show.
pub(super) fn reads_as_it_is_written(ty: &DbType) -> bool {
    !matches!(
        ty,
        DbType::Float32
            | DbType::Float64
            | DbType::Date
            | DbType::Time
            | DbType::TimeTz
            | DbType::Timestamp
            | DbType::TimestampTz
            | DbType::Interval
            | DbType::Array(_)
    )
}

/// The value of that type. `other` is the name of a type that has no variant.
///
/// | type | is written as |
/// |---|---|
/// | integers, decimals, booleans, texts, UUIDs, JSON, labels, others | their text |
/// | floats | their bits in hexadecimal digits |
/// | bytes | hexadecimal digits |
/// | dates | days from 1970-01-01 |
/// | times | microseconds from midnight; with zone: `[microseconds, seconds east of UTC]` |
/// | timestamps | microseconds from 2000-01-01 |
/// | intervals | `[months, days, microseconds]` |
/// | arrays | `{ items = [...], dimensions = [[length, lower bound], ...] }`; `{ null = true }` is NULL |
///
/// `infinity` and `-infinity` are values of dates and timestamps.
pub(super) fn value(ty: &DbType, other: &str, raw: &toml::Value) -> Result<Value, String> {
    let built = match ty {
        DbType::Array(element) => array(element, raw),
        DbType::Date => day(raw),
        DbType::Time => raw.as_integer().map(|micros| Value::Time(Time::from_microseconds(micros))),
        DbType::TimeTz => numbers(raw).and_then(|[micros, east]| {
            let time = Time::from_microseconds(micros);
            Some(Value::TimeTz(TimeTz { time, offset_seconds: east.try_into().ok()? }))
        }),
        DbType::Timestamp => moment(raw).map(Value::Timestamp),
        DbType::TimestampTz => moment(raw).map(|at| Value::TimestampTz(TimestampTz::from_utc(at))),
        DbType::Interval => numbers(raw).and_then(|[months, days, microseconds]| {
            let (months, days) = (months.try_into().ok()?, days.try_into().ok()?);
            Some(Value::Interval(Interval { months, days, microseconds }))
        }),
        _ => raw.as_str().and_then(|text| scalar(ty, other, text)),
    };
    built.ok_or_else(|| format!("{raw} is no value of the type {ty}"))
}

fn scalar(ty: &DbType, other: &str, text: &str) -> Option<Value> {
    Some(match ty {
        DbType::Bool => Value::Bool(text.parse().ok()?),
        DbType::Int16 => Value::Int16(text.parse().ok()?),
        DbType::Int32 => Value::Int32(text.parse().ok()?),
        DbType::Int64 => Value::Int64(text.parse().ok()?),
        DbType::UInt64 => Value::UInt64(text.parse().ok()?),
        DbType::Float32 => Value::Float32(f32::from_bits(u32::from_str_radix(text, 16).ok()?)),
        DbType::Float64 => Value::Float64(f64::from_bits(u64::from_str_radix(text, 16).ok()?)),
        DbType::Decimal => Value::Decimal(text.parse().ok()?),
        DbType::Text => Value::Text(text.to_owned()),
        DbType::Bytes => Value::Bytes(bytes(text)?),
        DbType::Uuid => Value::Uuid(Uuid::from_bytes(bytes(&text.replace('-', ""))?.try_into().ok()?)),
        DbType::Json => Value::Json(Json::new(text)),
        DbType::Enum => Value::Enum(text.to_owned()),
        DbType::Unknown => Value::OtherText { type_name: other.to_owned(), text: text.to_owned() },
        _ => return None,
    })
}

/// Bytes in hexadecimal digits.
pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let [high, low] = *pair else { return None };
        let digit = |digit: u8| char::from(digit).to_digit(16);
        u8::try_from(digit(high)? << 4 | digit(low)?).ok()
    });
    pairs.collect()
}

fn numbers<const N: usize>(raw: &toml::Value) -> Option<[i64; N]> {
    let numbers: Option<Vec<_>> = raw.as_array()?.iter().map(toml::Value::as_integer).collect();
    numbers?.try_into().ok()
}

fn day(raw: &toml::Value) -> Option<Value> {
    Some(Value::Date(match (raw.as_str(), raw.as_integer()) {
        (Some("infinity"), _) => Date::INFINITY,
        (Some("-infinity"), _) => Date::NEG_INFINITY,
        (_, Some(days)) => Date::from_unix_days(days.try_into().ok()?),
        _ => return None,
    }))
}

fn moment(raw: &toml::Value) -> Option<Timestamp> {
    match (raw.as_str(), raw.as_integer()) {
        (Some("infinity"), _) => Some(Timestamp::INFINITY),
        (Some("-infinity"), _) => Some(Timestamp::NEG_INFINITY),
        (_, Some(micros)) => Some(Timestamp::from_y2k_microseconds(micros)),
        _ => None,
    }
}

fn array(element: &DbType, raw: &toml::Value) -> Option<Value> {
    let is_null = |item: &toml::Value| item.get("null").and_then(toml::Value::as_bool) == Some(true);
    let items = raw.get("items")?.as_array()?.iter().map(|item| {
        if is_null(item) { Some(Value::Null(element.clone())) } else { value(element, "", item).ok() }
    });
    let items = items.collect::<Option<Vec<_>>>()?;
    let Some(dimensions) = raw.get("dimensions") else {
        return Some(Value::Array(Array::new(element.clone(), items)));
    };
    let dimensions = dimensions.as_array()?.iter().map(|dimension| {
        let [length, lower_bound] = numbers(dimension)?;
        Some(Dimension { length: length.try_into().ok()?, lower_bound: lower_bound.try_into().ok()? })
    });
    Array::with_dimensions(element.clone(), dimensions.collect::<Option<_>>()?, items).map(Value::Array).ok()
}
