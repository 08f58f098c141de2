//! `serde_json::Value`: JSON documents as trees.

use serde_json::{Number, Value as Tree};

use crate::decode::{ArrayElement, mismatch};
use crate::value::{Decimal, Json};
use crate::{DbType, Error, ErrorKind, FromCell, Result, ToValue, Value, ValueRef};

impl FromCell<'_> for Tree {
    /// JSON, or text that holds JSON.
    ///
    /// A number that `serde_json` cannot hold exactly is [`OutOfRange`](ErrorKind::OutOfRange): integers beyond 64
    /// bits, and fractions with more digits than a 64-bit float gives back. (With that crate's feature
    /// `arbitrary_precision` it holds all of them.) Read such documents as [`Json`], which keeps the text. The order
    /// of keys and repeated keys are as `serde_json` has them: not kept.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Json(text) | ValueRef::Text(text) => tree(text),
            other => Err(mismatch(&other, "JSON")),
        }
    }
}

impl ToValue for Tree {
    fn db_type() -> DbType {
        DbType::Json
    }

    /// A JSON document. `null` is JSON's null, not SQL's NULL.
    fn to_value(self) -> Value {
        Value::Json(self.into())
    }
}

impl ArrayElement for Tree {}

impl From<Tree> for Json {
    fn from(tree: Tree) -> Self {
        Self::new(tree.to_string())
    }
}

/// Reads a document of which every number can be held exactly.
pub(super) fn tree(text: &str) -> Result<Tree> {
    let tree = serde_json::from_str(text).map_err(|error| {
        Error::decode("the document cannot be read as JSON").with_hint(format!(
            "the fault is at line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    if numbers(text).all(is_exact) {
        return Ok(tree);
    }
    Err(Error::new(ErrorKind::OutOfRange, "a number in the document has more digits than serde_json holds")
        .with_hint("read it as drivetrain_adapter_api::value::Json, which keeps the text"))
}

/// The numbers of a text that is JSON.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit())?;
            rest = &rest[at..];
            if let Some(string) = rest.strip_prefix('"') {
                rest = &string[end_of_string(string)?..];
                continue;
            }
            let in_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
            let (number, after) = rest.split_at(rest.find(|c| !in_number(c)).unwrap_or(rest.len()));
            rest = after;
            return Some(number);
        }
    })
}

/// Where the string ends that begins `text`: behind its closing quote.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes()
        .position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })
        .map(|at| at + 1)
}

/// Whether `serde_json` gives the number back that `text` is.
fn is_exact(text: &str) -> bool {
    // Floats give back every number of 15 digits, and integers of 18 digits are integers.
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = !text.contains(['e', 'E']);
    if plain && (digits <= 15 || digits <= 18 && !text.contains('.')) {
        return true;
    }
    let held = serde_json::from_str::<Number>(text).map(|number| number.to_string());
    held.is_ok_and(|held| normal(&held) == normal(text))
}

/// The number without zeros that do not change it. `None` if its exponent is out of all bounds.
fn normal(text: &str) -> Option<String> {
    let plain = text.parse::<Decimal>().ok()?.to_string();
    let significant = match plain.split_once('.') {
        Some(_) => plain.trim_end_matches('0').trim_end_matches('.'),
        None => &plain,
    };
    Some(significant.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Tree> {
        Tree::from_cell(ValueRef::Json(text))
    }

    #[test]
    fn documents_there_and_back() {
        for text in [
            "null",
            "-0.0",
            r#"{"a":[1,-2,18446744073709551615,-9223372036854775808,0.1,5e-324,1.7976931348623157e308]}"#,
            r#""a \"1e999\" \\""#,
            r#"["\\",1.5,"\\\"",2.5]"#,
        ] {
            let tree = read(text).unwrap();
            assert_eq!(tree.clone().to_value(), Value::Json(Json::new(tree.to_string())));
            assert_eq!(read(&tree.to_string()).unwrap(), tree);
        }
        assert_eq!(read("1.10").unwrap(), read("1.1").unwrap());
        assert_eq!(read("12300e-2").unwrap().to_string(), "123.0");
    }

    #[test]
    fn a_number_that_cannot_be_held_exactly_is_an_error() {
        for number in [
            "18446744073709551616",
            "-9223372036854775809",
            "0.12345678901234567890123",
            "9007199254740993.5",
            "1e-400",
            "123456789012345678901e5",
        ] {
            for text in [number.to_owned(), format!(r#"{{"a b\"1": ["x\\", {number} ]}}"#)] {
                assert_eq!(read(&text).unwrap_err().kind(), ErrorKind::OutOfRange, "{text}");
            }
        }
        // serde_json itself refuses what is beyond floats.
        assert_eq!(read("1e999").unwrap_err().kind(), ErrorKind::Decode);
    }

    #[test]
    fn what_is_no_document_is_an_error_that_repeats_nothing_of_it() {
        for text in ["", "{canary}", "[canary", "canary", "1 2"] {
            let error = read(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        assert_eq!(Tree::from_cell(ValueRef::Null).unwrap_err().kind(), ErrorKind::UnexpectedNull);
        assert_eq!(Option::<Tree>::from_cell(ValueRef::Null).unwrap(), None);
        assert_eq!(Option::<Tree>::from_cell(ValueRef::Json("null")).unwrap(), Some(Tree::Null));
    }

    proptest::proptest! {
        #[test]
        fn what_serde_json_writes_is_read(
            float in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
            signed: i64,
            unsigned: u64,
            text: String,
        ) {
            let tree = serde_json::json!({ "a": [float, signed, unsigned], text: [float] });
            proptest::prop_assert_eq!(read(&tree.to_string()).unwrap(), tree);
        }

        #[test]
        fn a_number_is_read_exactly_or_refused(text in "-?[1-9][0-9]{0,22}\\.[0-9]{0,22}[1-9]") {
            if let Ok(tree) = read(&text) {
                proptest::prop_assert_eq!(normal(&tree.to_string()), normal(&text));
            }
        }
    }
}
