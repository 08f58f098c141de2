//! Values as JSON: the text that Postgres sends, in the form that Neon's parsed mode has for each type.

use std::fmt;

use postgres_types::{Kind, Type};

/// How a column's values become JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string.
    Text,
    Bool,
    /// A number where it is one of 32 bits.
    Integer,
    /// A number where it is finite, else a string.
    Float,
    /// JSON, put in as it is.
    Json,
    /// A list of values of the form, which Postgres separates by the delimiter.
    Array(Element, u8),
    /// A list of values that Postgres separates by spaces, with nothing around them.
    Vector(Element),
}

/// The form of an array's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Text,
    Bool,
    Integer,
    Float,
    Json,
}

impl Form {
    /// The form of a type that every Postgres has; `None` for one that the database has to be asked about.
    pub(crate) fn of_builtin(oid: u32) -> Option<Self> {
        let of = Type::from_oid(oid)?;
        Some(match (&of, of.kind()) {
            (&Type::INT2_VECTOR, _) => Self::Vector(Element::Integer),
            (&Type::OID_VECTOR, _) => Self::Vector(Element::Text),
            (_, Kind::Array(element)) => {
                Self::Array(Element::of(element), if *element == Type::BOX { b';' } else { b',' })
            }
            _ => Element::of(&of).form(),
        })
    }

    /// The form of an array whose elements are of a type of the database's own: enums, domains, composites.
    pub(crate) fn array_of_own(delimiter: u8) -> Self {
        Self::Array(Element::Text, delimiter)
    }
}

impl Element {
    fn of(of: &Type) -> Self {
        match *of {
            Type::BOOL => Self::Bool,
            Type::INT2 | Type::INT4 => Self::Integer,
            Type::FLOAT4 | Type::FLOAT8 => Self::Float,
            Type::JSON | Type::JSONB => Self::Json,
            _ => Self::Text,
        }
    }

    fn form(self) -> Form {
        match self {
            Self::Text => Form::Text,
            Self::Bool => Form::Bool,
            Self::Integer => Form::Integer,
            Self::Float => Form::Float,
            Self::Json => Form::Json,
        }
    }
}

/// Text of the database that is not what its type promises.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a value is not what its type promises")
    }
}

/// Writes a value as JSON.
pub(crate) fn write(text: &str, form: Form, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    match form {
        Form::Text => write_string(text, out),
        Form::Bool => out.extend_from_slice(if text == "t" { b"true" } else { b"false" }),
        Form::Integer => {
            let number: i32 = text.parse().map_err(|_| Unreadable)?;
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Form::Float => {
            let number: f64 = text.parse().map_err(|_| Unreadable)?;
            if number.is_finite() {
                out.extend_from_slice(ryu::Buffer::new().format_finite(number).as_bytes());
            } else {
                write_string(text, out);
            }
        }
        Form::Json => out.extend_from_slice(text.as_bytes()),
        Form::Array(element, delimiter) => write_array(text, element, delimiter, out)?,
        Form::Vector(element) => {
            out.push(b'[');
            for (index, item) in text.split_ascii_whitespace().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, element.form(), out)?;
            }
            out.push(b']');
        }
    }
    Ok(())
}

/// Writes a JSON string.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a string is JSON, and memory takes it");
}

/// Writes an array; lower bounds are left out, as JSON has nothing to say them with.
fn write_array(text: &str, element: Element, delimiter: u8, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let list = match text.strip_prefix('[') {
        Some(bounds) => bounds.split_once('=').ok_or(Unreadable)?.1,
        None => text,
    };
    let rest = write_list(list, element.form(), char::from(delimiter), out)?;
    if rest.is_empty() { Ok(()) } else { Err(Unreadable) }
}

/// Writes `{...}` as a list, and returns what follows it. It recurses once per dimension, of which Postgres has six.
fn write_list<'a>(
    text: &'a str,
    form: Form,
    delimiter: char,
    out: &mut Vec<u8>,
) -> Result<&'a str, Unreadable> {
    let mut rest = text.strip_prefix('{').ok_or(Unreadable)?;
    out.push(b'[');
    if let Some(after) = rest.strip_prefix('}') {
        out.push(b']');
        return Ok(after);
    }
    loop {
        rest = write_item(rest, form, delimiter, out)?;
        if let Some(after) = rest.strip_prefix(delimiter) {
            out.push(b',');
            rest = after;
        } else {
            out.push(b']');
            return rest.strip_prefix('}').ok_or(Unreadable);
        }
    }
}

fn write_item<'a>(
    text: &'a str,
    form: Form,
    delimiter: char,
    out: &mut Vec<u8>,
) -> Result<&'a str, Unreadable> {
    if text.starts_with('{') {
        return write_list(text, form, delimiter, out);
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let (item, rest) = unquoted(quoted)?;
        write(&item, form, out)?;
        return Ok(rest);
    }
    let end = text.find([delimiter, '}']).ok_or(Unreadable)?;
    let (item, rest) = text.split_at(end);
    if item == "NULL" {
        out.extend_from_slice(b"null");
    } else {
        write(item, form, out)?;
    }
    Ok(rest)
}

/// A quoted element without its escapes, and what follows the closing quote.
fn unquoted(text: &str) -> Result<(String, &str), Unreadable> {
    let mut item = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((item, &text[at + 1..])),
            '\\' => item.push(characters.next().ok_or(Unreadable)?.1),
            other => item.push(other),
        }
    }
    Err(Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, of: &Type) -> Result<String, Unreadable> {
        let mut out = Vec::new();
        write(text, Form::of_builtin(of.oid()).unwrap(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn scalars() {
        for (text, kind, expected) in [
            ("t", Type::BOOL, "true"),
            ("-7", Type::INT2, "-7"),
            ("9", Type::INT8, "\"9\""),
            ("1", Type::FLOAT8, "1.0"),
            ("1e+300", Type::FLOAT8, "1e300"),
            ("-0", Type::FLOAT4, "-0.0"),
            ("-Infinity", Type::FLOAT4, "\"-Infinity\""),
            ("{\"b\": 1.10}", Type::JSONB, "{\"b\": 1.10}"),
            ("a\"b", Type::TEXT, "\"a\\\"b\""),
        ] {
            assert_eq!(of(text, &kind).unwrap(), expected);
        }
    }

    #[test]
    fn arrays() {
        for (text, kind, expected) in [
            ("{1,2,NULL}", Type::INT4_ARRAY, "[1,2,null]"),
            ("{}", Type::INT4_ARRAY, "[]"),
            ("[0:1]={5,6}", Type::INT4_ARRAY, "[5,6]"),
            ("{{1,2},{3,4}}", Type::INT8_ARRAY, r#"[["1","2"],["3","4"]]"#),
            (r#"{"a,b","c\"d","NULL",NULL,""}"#, Type::TEXT_ARRAY, r#"["a,b","c\"d","NULL",null,""]"#),
            (r#"{"{\"a\": 1}"}"#, Type::JSONB_ARRAY, r#"[{"a": 1}]"#),
            ("{(1,1),(0,0);(2,2),(1,1)}", Type::BOX_ARRAY, r#"["(1,1),(0,0)","(2,2),(1,1)"]"#),
            ("1 2", Type::INT2_VECTOR, "[1,2]"),
            ("", Type::INT2_VECTOR, "[]"),
            ("16 17", Type::OID_VECTOR, r#"["16","17"]"#),
        ] {
            assert_eq!(of(text, &kind).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_not_of_the_type_is_an_error() {
        for (text, kind) in [
            ("x", Type::INT4),
            ("{1", Type::INT4_ARRAY),
            ("{1}}", Type::INT4_ARRAY),
            ("{\"a", Type::TEXT_ARRAY),
            ("{\"a\\", Type::TEXT_ARRAY),
            ("[0:1]{5,6}", Type::INT4_ARRAY),
            ("", Type::INT4_ARRAY),
        ] {
            assert_eq!(of(text, &kind), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn types_of_the_database_have_to_be_asked_for() {
        assert_eq!(Form::of_builtin(16_407), None);
    }
}
