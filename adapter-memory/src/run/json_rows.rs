//! The rows of a select as one JSON text, encoded so that nothing is lost: the forms stand in
//! `drivetrain_adapter_api::decode::json`.

use drivetrain_adapter_api::statement::JsonItem;
use drivetrain_adapter_api::{DbType, Result, Value};

use super::{Env, Run};
use crate::bind::Select;
use crate::error;
use crate::value::{cast, concrete, quote, text_of};

impl Run {
    pub(super) fn json_rows(&mut self, select: &Select, items: &[JsonItem], env: &Env<'_>) -> Result<Value> {
        let rows = self.rows_of(select, Some(env))?;
        let mut text = String::from("[");
        for (at, row) in rows.iter().enumerate() {
            text.push_str(if at > 0 { ",[" } else { "[" });
            for (at, (value, item)) in row.iter().zip(items).enumerate() {
                if at > 0 {
                    text.push(',');
                }
                match item {
                    JsonItem::Scalar(ty) => scalar(value, ty, &mut text)?,
                    JsonItem::Nested if value.is_null() => text.push_str("null"),
                    JsonItem::Nested => text.push_str(&text_of(value)),
                    _ => return Err(error::unknown("item of JSON rows")),
                }
            }
            text.push(']');
        }
        text.push(']');
        Ok(Value::Text(text))
    }
}

fn scalar(value: &Value, ty: &DbType, out: &mut String) -> Result<()> {
    if value.is_null() {
        out.push_str("null");
        return Ok(());
    }
    let wanted = concrete(ty);
    let value = if value.db_type() == wanted { value.clone() } else { cast(value.clone(), &wanted)? };
    match &value {
        Value::Bool(_) | Value::Int16(_) | Value::Int32(_) => out.push_str(&text_of(&value)),
        Value::Float32(number) => quote(&format!("0x{:08x}", number.to_bits()), out),
        Value::Float64(number) => quote(&format!("0x{:016x}", number.to_bits()), out),
        Value::Bytes(bytes) => {
            let digits = bytes.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
            quote(&digits, out);
        }
        Value::Interval(interval) => {
            let (micros, days, months) = (interval.microseconds, interval.days, interval.months);
            quote(&format!("0x{micros:016x}{days:08x}{months:08x}"), out);
        }
        Value::Array(array) => {
            out.push('[');
            for (at, element) in array.values().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                scalar(element, array.element(), out)?;
            }
            out.push(']');
        }
        other => quote(&text_of(other), out),
    }
    Ok(())
}
