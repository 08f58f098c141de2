//! Arrays as text: the form that `array_in` reads.

use std::fmt::Write as _;

use drivetrain_adapter_api::value::{Array, Dimension};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::text_encode;

pub(super) fn encode(array: &Array) -> Result<String> {
    if array.is_empty() {
        return Ok("{}".to_owned());
    }
    let dimensions = array.dimensions();
    let mut text = String::with_capacity(2 + 8 * array.len());
    if dimensions.iter().any(|dimension| dimension.lower_bound != 1) {
        for dimension in dimensions {
            let lower = i64::from(dimension.lower_bound);
            let upper = i64::try_from(dimension.length).ok().and_then(|length| lower.checked_add(length - 1));
            let upper = upper.filter(|upper| i32::try_from(*upper).is_ok()).ok_or_else(|| {
                Error::new(ErrorKind::OutOfRange, "the upper bound of an array's dimension is beyond 32 bits")
            })?;
            // Writing to a string does not fail.
            let _ = write!(text, "[{lower}:{upper}]");
        }
        text.push('=');
    }
    // Of the built-in types, only `box` has another character between elements.
    let delimiter = match array.element() {
        DbType::Named(named) if &*named.name == "box" => ';',
        _ => ',',
    };
    let mut rest = array.values();
    elements(&mut text, dimensions, &mut rest, delimiter)?;
    Ok(text)
}

fn elements(text: &mut String, dimensions: &[Dimension], rest: &mut &[Value], delimiter: char) -> Result<()> {
    let Some((dimension, inner)) = dimensions.split_first() else {
        if let Some((first, others)) = rest.split_first() {
            *rest = others;
            element(text, first)?;
        }
        return Ok(());
    };
    text.push('{');
    for index in 0..dimension.length {
        if index > 0 {
            text.push(delimiter);
        }
        elements(text, inner, rest, delimiter)?;
    }
    text.push('}');
    Ok(())
}

fn element(text: &mut String, value: &Value) -> Result<()> {
    if matches!(value, Value::Array(_)) {
        return Err(Error::new(
            ErrorKind::InvalidValue,
            "an array cannot be an element of an array on Postgres",
        )
        .with_hint("give one array several dimensions"));
    }
    match text_encode(value)? {
        None => text.push_str("NULL"),
        Some(plain) if is_bare(value) => text.push_str(&plain),
        Some(quoted) => {
            text.push('"');
            for character in quoted.chars() {
                if matches!(character, '"' | '\\') {
                    text.push('\\');
                }
                text.push(character);
            }
            text.push('"');
        }
    }
    Ok(())
}

/// Whether the text of such a value never needs quotes.
fn is_bare(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(_)
            | Value::Int16(_)
            | Value::Int32(_)
            | Value::Int64(_)
            | Value::UInt64(_)
            | Value::Float32(_)
            | Value::Float64(_)
            | Value::Decimal(_)
            | Value::Uuid(_)
    )
}
