//! Reads what [`JsonRows`](crate::statement::JsonRows) gives: rows of a relation that came as one JSON text.
//!
//! Scalars are encoded so that JSON cannot change them; every dialect's lowering writes these forms:
//!
//! | type | form |
//! |---|---|
//! | NULL | `null` |
//! | boolean | `true`, `false`, or 1 and 0 |
//! | 16- and 32-bit integers | a number |
//! | 64-bit integers, decimals | a string of the number |
//! | floats | a string: `0x` and the big-endian bits in hexadecimal, or the shortest decimal text |
//! | text, enum labels, UUIDs | a string |
//! | bytes | a string of hexadecimal digits |
//! | dates and times | a string in ISO form, with `T` or a space, ` BC` and `infinity` as Postgres writes them |
//! | interval | a string: `0x` and the hexadecimal digits of microseconds (8 bytes), days and months (4 each) |
//! | json | a string that holds the document's text |
//! | array | an array of the above |
//! | other types | a string of the database's text form |
//! | rows of a relation within | an array of arrays, as the whole |

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

use crate::value::Array;
use crate::{DbType, Error, ErrorKind, Result, Value, ValueRef};

/// An item of a JSON text that came from a database.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonCell<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Self>),
}

/// The rows of a relation.
///
/// # Errors
/// [`Protocol`](ErrorKind::Protocol) if the text is not an array of arrays of the items above: it was cut short, or
/// is not one of ours.
pub fn rows(text: &str) -> Result<Vec<Vec<JsonCell<'_>>>> {
    serde_json::from_str(text).map_err(|error| {
        Error::new(
            ErrorKind::Protocol,
            format!("the rows of a relation are not readable (byte {})", error.column()),
        )
    })
}

impl<'a> JsonCell<'a> {
    /// The rows of a relation within.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) if it is not an array of arrays.
    pub fn into_rows(self) -> Result<Vec<Vec<Self>>> {
        let wrong =
            || Error::new(ErrorKind::Protocol, "the rows of a relation within are not an array of arrays");
        let Self::Array(rows) = self else { return Err(wrong()) };
        rows.into_iter()
            .map(|row| match row {
                Self::Array(cells) => Ok(cells),
                _ => Err(wrong()),
            })
            .collect()
    }

    /// The value of that type which the item encodes.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) if the item is not the form of a value of that type.
    pub fn value<'c>(&'c self, ty: &'c DbType) -> Result<ValueRef<'c>> {
        let wrong = || {
            Error::new(
                ErrorKind::Protocol,
                format!("an item of a relation's rows does not encode a value of type {ty}"),
            )
        };
        Ok(match (ty.carrier(), self) {
            (_, Self::Null) => ValueRef::Null,
            (DbType::Bool, Self::Bool(value)) => ValueRef::Bool(*value),
            (DbType::Bool, Self::Int(value @ (0 | 1))) => ValueRef::Bool(*value == 1),
            (DbType::Int16, Self::Int(value)) => ValueRef::Int16(i16::try_from(*value).map_err(|_| wrong())?),
            (DbType::Int32, Self::Int(value)) => ValueRef::Int32(i32::try_from(*value).map_err(|_| wrong())?),
            (DbType::Int64, Self::Int(value)) => ValueRef::Int64(*value),
            (DbType::Int64, Self::Text(text)) => ValueRef::Int64(text.parse().map_err(|_| wrong())?),
            (DbType::UInt64, Self::Text(text)) => ValueRef::UInt64(text.parse().map_err(|_| wrong())?),
            (DbType::Float64, Self::Text(text)) => ValueRef::Float64(match text.strip_prefix("0x") {
                Some(bits) if bits.len() == 16 => {
                    f64::from_bits(u64::from_str_radix(bits, 16).map_err(|_| wrong())?)
                }
                _ => text.parse().map_err(|_| wrong())?,
            }),
            (DbType::Float32, Self::Text(text)) => ValueRef::Float32(match text.strip_prefix("0x") {
                Some(bits) if bits.len() == 8 => {
                    f32::from_bits(u32::from_str_radix(bits, 16).map_err(|_| wrong())?)
                }
                _ => text.parse().map_err(|_| wrong())?,
            }),
            (DbType::Decimal, Self::Text(text)) => ValueRef::Decimal(Cow::Borrowed(text)),
            (DbType::Text, Self::Text(text)) => ValueRef::Text(text),
            (DbType::Enum, Self::Text(text)) => ValueRef::Enum(text),
            (DbType::Json, Self::Text(text)) => ValueRef::Json(text),
            (DbType::Uuid, Self::Text(text)) => ValueRef::Uuid(text.parse().map_err(|_| wrong())?),
            (DbType::Date, Self::Text(text)) => ValueRef::Date(text.parse().map_err(|_| wrong())?),
            (DbType::Time, Self::Text(text)) => ValueRef::Time(text.parse().map_err(|_| wrong())?),
            (DbType::TimeTz, Self::Text(text)) => ValueRef::TimeTz(text.parse().map_err(|_| wrong())?),
            (DbType::Timestamp, Self::Text(text)) => ValueRef::Timestamp(text.parse().map_err(|_| wrong())?),
            (DbType::TimestampTz, Self::Text(text)) => {
                ValueRef::TimestampTz(text.parse().map_err(|_| wrong())?)
            }
            (DbType::Interval, Self::Text(text)) => ValueRef::Interval(interval(text).ok_or_else(wrong)?),
            (DbType::Unknown, Self::Text(text)) => ValueRef::OtherText {
                type_name: match ty {
                    DbType::Named(named) => &named.name,
                    _ => "",
                },
                text,
            },
            _ => return Err(wrong()),
        })
    }

    /// The value of that type which the item encodes, owned: also bytes and arrays.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn to_value(&self, ty: &DbType) -> Result<Value> {
        let wrong = || {
            Error::new(
                ErrorKind::Protocol,
                format!("an item of a relation's rows does not encode a value of type {ty}"),
            )
        };
        match (ty.carrier(), self) {
            (_, Self::Null) => Ok(Value::Null(ty.clone())),
            (DbType::Bytes, Self::Text(digits)) => bytes(digits).map(Value::Bytes).ok_or_else(wrong),
            (DbType::Array(element), Self::Array(items)) => {
                let values = items.iter().map(|item| item.to_value(element)).collect::<Result<_>>()?;
                Ok(Value::Array(Array::new((**element).clone(), values)))
            }
            _ => self.value(ty)?.to_value(),
        }
    }
}

/// The bytes that an even number of hexadecimal digits spells.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |digit: u8| (digit as char).to_digit(16);
    digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| Some((nibble(pair[0])? * 16 + nibble(pair[1])?) as u8))
        .collect()
}

fn interval(text: &str) -> Option<crate::value::Interval> {
    let bytes: [u8; 16] = bytes(text.strip_prefix("0x")?)?.try_into().ok()?;
    let (microseconds, rest) = bytes.split_first_chunk::<8>()?;
    let (days, months) = rest.split_first_chunk::<4>()?;
    Some(crate::value::Interval {
        months: i32::from_be_bytes(months.try_into().ok()?),
        days: i32::from_be_bytes(*days),
        microseconds: i64::from_be_bytes(*microseconds),
    })
}

impl<'de> Deserialize<'de> for JsonCell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = JsonCell<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item of a relation's rows")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(JsonCell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(JsonCell::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(JsonCell::Int(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        value.try_into().map(JsonCell::Int).map_err(|_| E::custom("a number beyond 64 bits with sign"))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(JsonCell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(JsonCell::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut cells = Vec::new();
        while let Some(cell) = items.next_element()? {
            cells.push(cell);
        }
        Ok(JsonCell::Array(cells))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom("an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Interval;

    #[test]
    fn every_form_is_read_without_loss() {
        let text = r#"[["9223372036854775807","0x8000000000000000","1.10","c3bf","2024-01-02T03:04:05.678901","{\"a\": 1.0}"]]"#;
        let rows = rows(text).unwrap();
        let read = |at: usize, ty: DbType| rows[0][at].to_value(&ty).unwrap();
        assert_eq!(read(0, DbType::Int64), Value::Int64(i64::MAX));
        assert_eq!(read(1, DbType::Float64), Value::Float64(-0.0));
        assert_eq!(read(2, DbType::Decimal), Value::Decimal("1.10".parse().unwrap()));
        assert_eq!(read(3, DbType::Bytes), Value::Bytes(vec![0xc3, 0xbf]));
        assert_eq!(
            read(4, DbType::Timestamp),
            Value::Timestamp("2024-01-02 03:04:05.678901".parse().unwrap())
        );
        assert_eq!(read(5, DbType::Json), Value::Json(crate::value::Json::new(r#"{"a": 1.0}"#)));
    }

    #[test]
    fn intervals_keep_their_three_fields() {
        let cell = JsonCell::Text("0xffffffffffffffff0000000200000001".into());
        assert_eq!(
            cell.to_value(&DbType::Interval).unwrap(),
            Value::Interval(Interval { months: 1, days: 2, microseconds: -1 })
        );
    }

    #[test]
    fn rows_within_rows() {
        let rows = rows(r#"[[1, [["a"], ["b\n"]]], [2, []]]"#).unwrap();
        let inner: Vec<usize> =
            rows.into_iter().map(|mut row| row.pop().unwrap().into_rows().unwrap().len()).collect();
        assert_eq!(inner, [2, 0]);
    }

    #[test]
    fn what_was_cut_short_is_an_error() {
        for text in ["", "[[1]", "[1]", "{}", "[[1.5]]", "[[{}]]", "null"] {
            let error = rows(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{text}");
        }
        assert!(JsonCell::Text("abc".into()).to_value(&DbType::Bytes).is_err());
        assert!(JsonCell::Int(1 << 40).to_value(&DbType::Int32).is_err());
    }
}
