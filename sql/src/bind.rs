//! Makes the parameters of a template from a query's values.

use drivetrain_adapter_api::statement::TextMatch;
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, Value};

use crate::form::elements;
use crate::json_list;
use crate::lowerer::Bound;
use crate::template::{Bind, Source, Syntax};

pub(crate) fn bound(dialect: Dialect, bind: &Bind, params: &[Value]) -> Result<Bound, Error> {
    let value = match bind.source {
        Source::Slot(slot) => whole(dialect, params, slot)?,
        Source::Element { slot, at } => {
            let elements = elements(params, slot)?;
            let element = elements.get(at as usize).or(elements.last()).ok_or_else(|| missing(slot))?;
            one(dialect, element, slot)?
        }
        Source::Pattern { slot, kind, syntax } => pattern(params, slot, kind, syntax)?,
        Source::JsonList(slot) => Value::Text(json_list::text(elements(params, slot)?)?),
    };
    Ok(Bound { value, ty: bind.ty.clone() })
}

fn missing(slot: u32) -> Error {
    Error::new(ErrorKind::ParameterCount, format!("the statement's value {} was not given", slot + 1))
}

fn whole(dialect: Dialect, params: &[Value], slot: u32) -> Result<Value, Error> {
    one(dialect, params.get(slot as usize).ok_or_else(|| missing(slot))?, slot)
}

/// The value of one placeholder.
fn one(dialect: Dialect, value: &Value, slot: u32) -> Result<Value, Error> {
    match value {
        Value::Array(_) if dialect != Dialect::Postgres => {
            Err(Error::unsupported(format!("value {} is an array; {dialect} has no arrays", slot + 1)))
        }
        value => Ok(value.clone()),
    }
}

fn pattern(params: &[Value], slot: u32, kind: TextMatch, syntax: Syntax) -> Result<Value, Error> {
    let needle = match params.get(slot as usize) {
        None => return Err(missing(slot)),
        Some(Value::Null(_)) => return Ok(Value::Null(DbType::Text)),
        Some(Value::Text(text) | Value::Enum(text) | Value::OtherText { text, .. }) => text,
        Some(other) => {
            return Err(Error::new(
                ErrorKind::TypeMismatch,
                format!("value {} is searched for in a text, and is {}", slot + 1, other.as_ref().sort()),
            ));
        }
    };
    let any = match syntax {
        Syntax::Like(_) => '%',
        Syntax::Glob => '*',
        Syntax::Plain => return Ok(Value::Text(needle.clone())),
    };
    let (before, after) = match kind {
        TextMatch::Contains => (true, true),
        TextMatch::StartsWith => (false, true),
        TextMatch::EndsWith => (true, false),
        other => return Err(Error::unsupported(format!("the lowering does not know the search {other:?}"))),
    };
    let mut pattern = String::with_capacity(needle.len() + 8);
    if before {
        pattern.push(any);
    }
    for c in needle.chars() {
        match syntax {
            Syntax::Like(escape) => {
                if c == escape || matches!(c, '%' | '_') {
                    pattern.push(escape);
                }
                pattern.push(c);
            }
            Syntax::Glob if matches!(c, '*' | '?' | '[') => {
                pattern.push('[');
                pattern.push(c);
                pattern.push(']');
            }
            Syntax::Glob | Syntax::Plain => pattern.push(c),
        }
    }
    if after {
        pattern.push(any);
    }
    Ok(Value::Text(pattern))
}
