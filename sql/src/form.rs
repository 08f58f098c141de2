//! What of a query's values decides the text of its statement: the lengths of lists that are expanded, mostly.
//!
//! While a statement is written, each such question is noted. The next query of the same statement answers the
//! noted questions with its own values, and shares the text if all answers are the same.

use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, Value};

use crate::json_list;

/// SQLite refuses patterns of more than 50000 bytes (`SQLITE_MAX_LIKE_PATTERN_LENGTH`); escapes make three of one.
const SQLITE_NEEDLE_BYTES: usize = 50_000 / 3 - 1;

/// A question to a query's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    /// How many elements a list has: a power of two, or 0.
    List(u32),
    /// The same on SQLite, where lists of integers and texts go as one JSON text.
    JsonList(u32),
    /// How many rows arrays of one length make.
    Rows { slots: Box<[u32]>, rows: Rows },
    /// Whether a needle can be a pattern of SQLite.
    Needle(u32),
    /// The type that a value of raw SQL must be cast to.
    RawType(u32),
}

/// What is asked about rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// How many: a power of two, or 0.
    Bucketed,
    /// How many exactly; none is an error.
    Exact,
    /// Only that the arrays are of one length.
    OneLength,
    /// Only that the arrays are of one length, and not empty.
    OneLengthNotEmpty,
}

/// An answer: with the others and the statement's shape, the key of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// So many elements or rows.
    Count(u32),
    /// One JSON text.
    Json,
    /// Nothing special.
    Plain,
    /// Without a pattern.
    NoPattern,
    /// That type.
    Typed(DbType),
}

/// Whether numbers of elements are rounded up to powers of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// They are, so that few texts serve lists of all lengths.
    Bucketed,
    /// They are not: for statements that come near to the limit of parameters.
    Exact,
}

impl Question {
    pub(crate) fn answer(&self, params: &[Value], counting: Counting) -> Result<Form, Error> {
        Ok(match self {
            Self::List(slot) => count(elements(params, *slot)?.len(), counting)?,
            Self::JsonList(slot) => {
                let elements = elements(params, *slot)?;
                if elements.iter().all(json_list::fits) {
                    Form::Json
                } else {
                    count(elements.len(), counting)?
                }
            }
            Self::Rows { slots, rows } => {
                let length = common_length(params, slots)?;
                match rows {
                    Rows::Bucketed => count(length, counting)?,
                    Rows::OneLength => Form::Plain,
                    Rows::Exact | Rows::OneLengthNotEmpty if length == 0 => {
                        return Err(Error::new(
                            ErrorKind::InvalidValue,
                            format!(
                                "an insert of many rows was given none: value {} is an empty array",
                                slots.first().map_or(1, |slot| slot + 1)
                            ),
                        ));
                    }
                    Rows::Exact => count(length, Counting::Exact)?,
                    Rows::OneLengthNotEmpty => Form::Plain,
                }
            }
            Self::Needle(slot) => match params.get(*slot as usize) {
                Some(Value::Text(text) | Value::Enum(text) | Value::OtherText { text, .. })
                    if text.contains('\0') || text.len() > SQLITE_NEEDLE_BYTES =>
                {
                    Form::NoPattern
                }
                _ => Form::Plain,
            },
            Self::RawType(slot) => raw_type(params.get(*slot as usize)).map_or(Form::Plain, Form::Typed),
        })
    }
}

/// The type that a value of raw SQL carries with it on Postgres, where types are inferred otherwise: that of a NULL
/// whose type is known and of a value that names its type; and bytes, whose text form would be taken for a text
/// where the place does not ask for bytes.
fn raw_type(value: Option<&Value>) -> Option<DbType> {
    match value? {
        Value::Null(ty) if *ty != DbType::Unknown && *ty != DbType::Enum => Some(ty.clone()),
        Value::Bytes(_) => Some(DbType::Bytes),
        Value::Array(array) if *array.element() == DbType::Bytes => Some(DbType::array(DbType::Bytes)),
        Value::OtherText { type_name, .. } if !type_name.is_empty() => {
            Some(DbType::named(Dialect::Postgres, None, type_name, DbType::Unknown))
        }
        _ => None,
    }
}

fn count(length: usize, counting: Counting) -> Result<Form, Error> {
    let length = u32::try_from(length).ok().filter(|length| *length <= 1 << 31).ok_or_else(|| {
        Error::new(ErrorKind::TooManyParameters, format!("a list of {length} values is too long: split it"))
    })?;
    Ok(Form::Count(match counting {
        Counting::Bucketed if length > 0 => length.next_power_of_two(),
        _ => length,
    }))
}

/// The elements of the array that a slot's value is. NULL is a list of one NULL: neither has any match.
pub(crate) fn elements(params: &[Value], slot: u32) -> Result<&[Value], Error> {
    match params.get(slot as usize) {
        Some(Value::Array(array)) => Ok(array.values()),
        Some(null @ Value::Null(_)) => Ok(std::slice::from_ref(null)),
        _ => Err(not_an_array(slot)),
    }
}

fn not_an_array(slot: u32) -> Error {
    Error::new(ErrorKind::TypeMismatch, format!("value {} must be an array", slot + 1))
}

fn common_length(params: &[Value], slots: &[u32]) -> Result<usize, Error> {
    let mut common: Option<(u32, usize)> = None;
    for slot in slots {
        let Some(Value::Array(array)) = params.get(*slot as usize) else {
            return Err(not_an_array(*slot));
        };
        match common {
            None => common = Some((*slot, array.len())),
            Some((first, length)) if length != array.len() => {
                return Err(Error::new(
                    ErrorKind::InvalidValue,
                    format!(
                        "values {} and {} are columns of the same rows, and have {length} and {} elements",
                        first + 1,
                        slot + 1,
                        array.len()
                    ),
                ));
            }
            Some(_) => {}
        }
    }
    Ok(common.map_or(0, |(_, length)| length))
}
