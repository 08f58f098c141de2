//! Random intervals, documents and arrays.

use drivetrain_adapter_api::value::{Array, Dimension, Interval, Json};
use drivetrain_adapter_api::{DbType, Dialect, Value};

use super::{Drawn, scalars};
use crate::Random;

/// Shown as months, days and microseconds.
pub(super) fn interval(random: &mut Random, _: Dialect) -> Drawn {
    let mut field = |bits: u32| {
        let number = random.bits().cast_signed() >> (64 - bits);
        number >> random.below(u64::from(bits))
    };
    let (months, days, microseconds) = (field(31), field(32), field(50));
    let value = Interval {
        months: i32::try_from(months).unwrap_or_default(),
        days: i32::try_from(days).unwrap_or_default(),
        microseconds,
    };
    Drawn::new(Value::Interval(value), format!("{months} {days} {microseconds}"))
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if u32::from(control) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn document(random: &mut Random, depth: u64) -> String {
    match random.below(if depth == 0 { 5 } else { 8 }) {
        0 => "null".to_owned(),
        1 => (random.below(2) == 0).to_string(),
        2 => (random.bits().cast_signed() >> random.below(60)).to_string(),
        3 => format!("{}.{}", random.below(1000), random.bits()),
        4 => quoted(&scalars::characters(random, 12)),
        5 | 6 => {
            let items: Vec<_> = (0..random.below(4)).map(|_| document(random, depth - 1)).collect();
            format!("[{}]", items.join(","))
        }
        _ => {
            let items: Vec<_> = (0..random.below(4))
                .map(|_| {
                    format!("{}:{}", quoted(&scalars::characters(random, 6)), document(random, depth - 1))
                })
                .collect();
            format!("{{{}}}", items.join(","))
        }
    }
}

/// Without blanks, so that it is the same text to whoever leaves them out.
pub(super) fn json(random: &mut Random, _: Dialect) -> Drawn {
    let text = match random.below(2) {
        0 => document(random, 3),
        _ => format!("[{}]", document(random, 3)),
    };
    Drawn::new(Value::Json(Json::new(text.clone())), text)
}

/// An array of one or two dimensions, with lower bounds of its own now and then.
fn array(
    random: &mut Random,
    element: &DbType,
    mut item: impl FnMut(&mut Random) -> (Value, String),
) -> Drawn {
    let lengths: Vec<u64> = (0..=random.below(2)).map(|_| 1 + random.below(5)).collect();
    if random.below(8) == 0 {
        return Drawn::new(Value::Array(Array::new(element.clone(), vec![])), "{}");
    }
    let bounds = random.below(4) == 0;
    let dimensions: Vec<_> = lengths
        .iter()
        .map(|length| Dimension {
            length: *length as usize,
            lower_bound: if bounds { random.below(9) as i32 - 4 } else { 1 },
        })
        .collect();
    let count = lengths.iter().product::<u64>();
    let (values, texts): (Vec<_>, Vec<_>) = (0..count)
        .map(|_| match random.below(5) {
            0 => (Value::Null(element.clone()), "NULL".to_owned()),
            _ => item(random),
        })
        .unzip();
    let mut text = String::new();
    if dimensions.iter().any(|dimension| dimension.lower_bound != 1) {
        for Dimension { length, lower_bound } in &dimensions {
            text += &format!("[{lower_bound}:{}]", i64::from(*lower_bound) + *length as i64 - 1);
        }
        text.push('=');
    }
    let rows: Vec<_> = texts
        .chunks(*lengths.last().unwrap_or(&1) as usize)
        .map(|row| format!("{{{}}}", row.join(",")))
        .collect();
    text += &if lengths.len() == 1 { rows.concat() } else { format!("{{{}}}", rows.join(",")) };
    let values = Array::with_dimensions(element.clone(), dimensions, values);
    Drawn::new(values.map_or(Value::NULL, Value::Array), text)
}

pub(super) fn int4_array(random: &mut Random, _: Dialect) -> Drawn {
    array(random, &DbType::Int32, |random| {
        let number = (random.bits() >> 32) as u32 as i32;
        (Value::Int32(number), number.to_string())
    })
}

/// Whether Postgres writes the item in quotes.
fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.eq_ignore_ascii_case("null")
        || text
            .chars()
            .any(|c| matches!(c, '{' | '}' | ',' | '"' | '\\' | ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}'))
}

pub(super) fn text_array(random: &mut Random, _: Dialect) -> Drawn {
    array(random, &DbType::Text, |random| {
        let text = match random.below(6) {
            0 => (*random.choose(&["NULL", "null", "", " ", "{}", "\\"])).to_owned(),
            _ => scalars::characters(random, 10),
        };
        let shown = if needs_quotes(&text) {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            text.clone()
        };
        (Value::Text(text), shown)
    })
}
