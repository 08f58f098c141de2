//! Parameters of queries: JSON in, the text that Postgres is given out.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value, its numbers as the proxy prints them and the keys of its objects sorted.
///
/// A type of the gateway's own, because how `serde_json::Value` holds numbers and keys depends on features that any
/// other crate of a build can turn on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parameter {
    Null,
    /// `true`, `false` or a number, as JSON and Postgres both write it.
    Bare(String),
    Text(String),
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
}

impl Parameter {
    /// What Postgres is given: text, or NULL.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Bare(text) | Self::Text(text) => Some(text),
            Self::Array(items) => Some(array(&items)),
            Self::Object(_) => {
                let mut text = String::new();
                self.write_json(&mut text);
                Some(text)
            }
        }
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bare(text) => out.push_str(text),
            Self::Text(text) => quote(text, out),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(index, out);
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    separate(index, out);
                    quote(key, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

/// A literal of a Postgres array, its strings quoted as in JSON. Postgres reads the escapes of control characters
/// otherwise (`\n` is `n` to it), which is so on Neon too.
fn array(items: &[Parameter]) -> String {
    let mut out = String::from("{");
    for (index, item) in items.iter().enumerate() {
        separate(index, &mut out);
        match item {
            Parameter::Null => out.push_str("NULL"),
            Parameter::Bare(text) => out.push_str(text),
            Parameter::Text(text) => quote(text, &mut out),
            Parameter::Array(items) => out.push_str(&array(items)),
            Parameter::Object(_) => {
                let mut text = String::new();
                item.write_json(&mut text);
                quote(&text, &mut out);
            }
        }
    }
    out.push('}');
    out
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn quote(text: &str, out: &mut String) {
    let quoted = serde_json::to_string(text).expect("a string is JSON");
    out.push_str(&quoted);
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Parameter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Parameter, E> {
        Ok(Parameter::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Parameter, E> {
        Ok(bare(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Parameter, E> {
        Ok(bare(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Parameter, E> {
        Ok(bare(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Parameter, E> {
        // What JSON holds is finite. The proxy's serde_json prints it by ryu (`1.0`, `1e21`), later ones otherwise.
        Ok(Parameter::Bare(ryu::Buffer::new().format_finite(value).to_owned()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Parameter, E> {
        Ok(Parameter::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Parameter, E> {
        Ok(Parameter::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Parameter, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Parameter::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Parameter, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = access.next_entry()? {
            entries.insert(key, value);
        }
        Ok(Parameter::Object(entries))
    }
}

fn bare(value: impl fmt::Display) -> Parameter {
    let mut text = String::new();
    write!(text, "{value}").expect("text can be written to a string");
    Parameter::Bare(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        serde_json::from_str::<Parameter>(json).unwrap().into_text()
    }

    #[test]
    fn plain_values() {
        for (json, expected) in [
            ("null", None),
            ("true", Some("true")),
            ("false", Some("false")),
            ("\"a\\\"b\"", Some("a\"b")),
            ("-9223372036854775808", Some("-9223372036854775808")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("12345678901234567890123456789", Some("1.2345678901234568e28")),
            ("1.0", Some("1.0")),
            ("1.10", Some("1.1")),
            ("1e21", Some("1e21")),
        ] {
            assert_eq!(text(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn objects_are_json_with_sorted_keys() {
        let json = r#"{"z": [1, {"b": null, "a": "x\ny"}], "a": 2}"#;
        assert_eq!(text(json).unwrap(), r#"{"a":2,"z":[1,{"a":"x\ny","b":null}]}"#);
    }

    #[test]
    fn arrays_are_literals_of_postgres() {
        assert_eq!(text("[]").unwrap(), "{}");
        assert_eq!(text("[[1, 2], [null, true]]").unwrap(), "{{1,2},{NULL,true}}");
        assert_eq!(
            text(r#"["NULL", "a\"b\\c", "", {"x": 1}, []]"#).unwrap(),
            r#"{"NULL","a\"b\\c","","{\"x\":1}",{}}"#
        );
    }
}
