//! Lists as one JSON text, for SQLite's `json_each`.
//!
//! Only of values that JSON carries as they are, and that have one form in SQLite that is beyond doubt: integers,
//! booleans, texts, labels and UUIDs. How the others are stored is the adapter's to say; they are taken apart.

use std::fmt::Write as _;

use drivetrain_adapter_api::{Error, Value};

/// Whether the value can be an element. SQLite's JSON cuts texts at the character NUL.
pub(crate) fn fits(value: &Value) -> bool {
    match value {
        Value::Null(_)
        | Value::Bool(_)
        | Value::Int16(_)
        | Value::Int32(_)
        | Value::Int64(_)
        | Value::Uuid(_) => true,
        Value::UInt64(number) => i64::try_from(*number).is_ok(),
        Value::Text(text) | Value::Enum(text) => !text.contains('\0'),
        _ => false,
    }
}

/// The elements as one JSON array.
pub(crate) fn text(elements: &[Value]) -> Result<String, Error> {
    let mut json = String::with_capacity(elements.len() * 8 + 2);
    for (at, element) in elements.iter().enumerate() {
        json.push(if at > 0 { ',' } else { '[' });
        match element {
            Value::Null(_) => json.push_str("null"),
            Value::Bool(value) => json.push(if *value { '1' } else { '0' }),
            Value::Int16(number) => push(&mut json, format_args!("{number}")),
            Value::Int32(number) => push(&mut json, format_args!("{number}")),
            Value::Int64(number) => push(&mut json, format_args!("{number}")),
            Value::UInt64(number) => push(&mut json, format_args!("{number}")),
            Value::Uuid(uuid) => push(&mut json, format_args!("\"{uuid}\"")),
            Value::Text(text) | Value::Enum(text) => push_string(&mut json, text),
            other => {
                return Err(Error::unsupported(format!(
                    "{} cannot be an element of a JSON list",
                    other.as_ref().sort()
                )));
            }
        }
    }
    if elements.is_empty() {
        json.push('[');
    }
    json.push(']');
    Ok(json)
}

fn push(json: &mut String, text: std::fmt::Arguments<'_>) {
    json.write_fmt(text).expect("writing to a String does not fail");
}

fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            c if c < ' ' => push(json, format_args!("\\u{:04x}", c as u32)),
            c => json.push(c),
        }
    }
    json.push('"');
}
