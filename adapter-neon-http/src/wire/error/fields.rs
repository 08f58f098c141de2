//! The bodies of errors: an object of the fields of a Postgres error, a bare text, or something that is no JSON.

use std::fmt;

use drivetrain_postgres_core::error::ErrorFields;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::body;

/// What a body holds.
pub(super) enum Body {
    Fields(Box<ErrorFields>),
    Text(String),
    Other,
}

/// Reads it. What is missing or of another sort is taken as not being there: errors come from many places.
pub(super) fn read(body: &[u8]) -> Body {
    match body::read::<Shape>(body) {
        Ok(Shape::Fields(fields)) => Body::Fields(fields),
        Ok(Shape::Text(text)) => Body::Text(text),
        Ok(Shape::Other) | Err(_) => Body::Other,
    }
}

enum Shape {
    Fields(Box<ErrorFields>),
    Text(String),
    Other,
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut fields = Box::<ErrorFields>::default();
        while let Some(key) = map.next_key::<String>()? {
            let Text(value) = map.next_value()?;
            let field = match key.as_str() {
                // What the endpoint says when it shuts down has this key only.
                "message" | "msg" => &mut fields.message,
                "code" => &mut fields.code,
                "detail" => &mut fields.detail,
                "hint" => &mut fields.hint,
                "position" => &mut fields.position,
                "internalPosition" => &mut fields.internal_position,
                "internalQuery" => &mut fields.internal_query,
                "severity" => &mut fields.severity,
                "where" => &mut fields.context,
                "table" => &mut fields.table,
                "column" => &mut fields.column,
                "schema" => &mut fields.schema,
                "dataType" => &mut fields.data_type,
                "constraint" => &mut fields.constraint,
                "file" => &mut fields.file,
                "line" => &mut fields.line,
                "routine" => &mut fields.routine,
                _ => continue,
            };
            // Errors that are not the database's have empty texts.
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                *field = Some(value);
            }
        }
        Ok(Shape::Fields(fields))
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Shape::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
}

/// A text, or a whole number as text; everything else is none.
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}
