//! Answers as text, the same whatever an adapter's own types are.

use drivetrain_adapter_api::value::Timestamp;
use drivetrain_adapter_api::{DbType, Rows, Value, decode};

use crate::{Outcome, Stop, Within as _};

/// What a column of an answer is, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// An integer.
    Int,
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A decimal or a float, with two digits behind the point.
    Money,
    /// A timestamp.
    At,
    /// The rows of a relation as JSON: an integer and a text each.
    Pairs,
}

/// How NULL is written.
const NULL: &str = "∅";

/// The rows, one line each, cells with `|` between them and `∅` for NULL.
pub(super) fn lines(rows: &Rows, cells: &[Cell]) -> Outcome<Vec<String>> {
    if rows.columns().len() != cells.len() {
        return Err(Stop::fail(format!(
            "there are {} columns, expected {}",
            rows.columns().len(),
            cells.len()
        )));
    }
    let line = |row: usize| -> Outcome<String> {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let place = format_args!("row {row}, column {column}").to_string();
            if *cell == Cell::At {
                // A computed timestamp may come as text, and is read as one all the same.
                let at: Option<Timestamp> = rows.get(row, column).within(place)?;
                return Ok(at.map_or(NULL.to_owned(), |at| at.to_string()));
            }
            written(rows.get(row, column).within(&place)?, *cell).within(place)
        });
        Ok(cells.collect::<Outcome<Vec<_>>>()?.join("|"))
    };
    (0..rows.len()).map(line).collect()
}

fn written(value: Value, cell: Cell) -> Outcome<String> {
    if value.is_null() {
        return Ok(NULL.to_owned());
    }
    let wrong = |value: &Value| Stop::fail(format!("{value:?} is no {cell:?}"));
    Ok(match (cell, value) {
        (Cell::Int, Value::Decimal(number)) => {
            let number = number.as_str().to_owned();
            let whole = number.split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0'));
            whole.map_or(number.clone(), |(whole, _)| whole.to_owned())
        }
        (Cell::Int, value) => match value.coerce_to(&DbType::Int64).map_err(Stop::from)? {
            Value::Int64(number) => number.to_string(),
            other => return Err(wrong(&other)),
        },
        (Cell::Text, Value::Text(text) | Value::Enum(text)) => text.replace('\n', "\\n"),
        (Cell::Bool, Value::Bool(value)) => value.to_string(),
        // Where there are no booleans a condition is a number.
        (Cell::Bool, value) => match value.coerce_to(&DbType::Int64).map_err(Stop::from)? {
            Value::Int64(0) => "false".to_owned(),
            Value::Int64(1) => "true".to_owned(),
            other => return Err(wrong(&other)),
        },
        (Cell::Money, Value::Float64(number)) => format!("{number:.2}"),
        (Cell::Money, Value::Decimal(number)) => {
            rounded(number.as_str()).ok_or_else(|| Stop::fail("no number"))?
        }
        (Cell::Money, value) => match value.coerce_to(&DbType::Int64).map_err(Stop::from)? {
            Value::Int64(number) => format!("{number}.00"),
            other => return Err(wrong(&other)),
        },
        (Cell::Pairs, Value::Json(json)) => pairs(json.as_str())?,
        (Cell::Pairs, Value::Text(json)) => pairs(&json)?,
        (_, other) => return Err(wrong(&other)),
    })
}

/// The rows of a relation, each as `number text`.
fn pairs(json: &str) -> Outcome<String> {
    let mut out = Vec::new();
    for row in decode::json::rows(json)? {
        match row.as_slice() {
            [number, text] => {
                let values = (number.to_value(&DbType::Int32)?, text.to_value(&DbType::Text)?);
                let (Value::Int32(number), Value::Text(text)) = values else {
                    return Err(Stop::fail(format!("{values:?} are no number and text")));
                };
                out.push(format!("{number} {text}"));
            }
            other => return Err(Stop::fail(format!("a row has {} items, not 2", other.len()))),
        }
    }
    Ok(out.join("; "))
}

/// A decimal with two digits behind the point.
fn rounded(text: &str) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    Some(format!("{number:.2}"))
}

/// Checks rows against what is expected, given as lines.
pub(super) fn expect(what: &str, rows: &Rows, cells: &[Cell], expected: &[&str]) -> Outcome {
    let got = lines(rows, cells).within(what)?;
    if got == expected {
        return Ok(());
    }
    let at = got
        .iter()
        .zip(expected)
        .position(|(got, expected)| got != expected)
        .unwrap_or(got.len().min(expected.len()));
    Err(Stop::fail(format!(
        "{what}: {} rows, expected {}; row {at} is {:?}, expected {:?}",
        got.len(),
        expected.len(),
        got.get(at),
        expected.get(at)
    )))
}

/// Checks rows against an answer that is kept: all its lines, or for a long one their number and a digest.
pub(super) fn expect_kept(what: &str, rows: &Rows, cells: &[Cell], kept: &str) -> Outcome {
    let got = summary(&lines(rows, cells).within(what)?);
    if got.trim_end() == kept.trim_end() {
        return Ok(());
    }
    let at = got.lines().zip(kept.lines()).position(|(got, kept)| got != kept).unwrap_or_default();
    Err(Stop::fail(format!(
        "{what}: the answer is another: line {at} is {:?}, expected {:?} (answer: {got})",
        got.lines().nth(at),
        kept.lines().nth(at),
    )))
}

/// All lines, or for many the first and the last three, their number and a digest of all.
pub(super) fn summary(lines: &[String]) -> String {
    const MOST: usize = 25;
    if lines.len() <= MOST {
        return lines.iter().map(|line| format!("{line}\n")).collect();
    }
    // FNV-1a: the same everywhere, and enough to see a difference.
    let digest = lines
        .iter()
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let ends = lines[..3].iter().chain(&lines[lines.len() - 3..]);
    ends.map(|line| format!("{line}\n"))
        .chain([format!("# {} rows, digest {digest:016x}\n", lines.len())])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adapters_give_differently_is_written_alike() {
        let decimal = |text: &str| Value::Decimal(text.parse().expect("a decimal"));
        for (cell, value, expected) in [
            (Cell::Int, Value::Int32(7), "7"),
            (Cell::Int, decimal("7.00"), "7"),
            (Cell::Money, decimal("0.990"), "0.99"),
            (Cell::Money, Value::Float64(2_328.600_000_000_000_4), "2328.60"),
            (Cell::Bool, Value::Int64(1), "true"),
            (Cell::Text, Value::NULL, "∅"),
        ] {
            assert_eq!(written(value, cell).expect("it can be written"), expected);
        }
        assert!(written(Value::Text("7".into()), Cell::Int).is_err());
        assert!(
            written(decimal("7.50"), Cell::Int).is_ok_and(|text| text == "7.50"),
            "not rounded in silence"
        );
    }
}
