//! Expressions, with the three truths of SQL.

use std::cmp::Ordering;

use drivetrain_adapter_api::statement::{BinaryOperator, TextMatch};
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::{Env, Run};
use crate::bind::{Call, Node, Typed};
use crate::error;
use crate::value::{absolute, cast, compute, concrete, equal, in_range, order, text_of};

impl Run {
    pub(crate) fn eval(&mut self, expr: &Typed, env: &Env<'_>) -> Result<Value> {
        Ok(match &expr.node {
            Node::Const(value) => value.clone(),
            Node::Column { depth, at } => column(env, *depth, *at)?.clone(),
            Node::Aggregate(at) => known(env.aggregates.get(*at))?,
            Node::Window(at) => known(env.windows.get(*at))?,
            Node::And(exprs) => self.junction(exprs, env, false)?,
            Node::Or(exprs) => self.junction(exprs, env, true)?,
            Node::Not(inner) => of_truth(self.truth_of(inner, env)?.map(|truth| !truth)),
            Node::IsNull(exprs) => {
                let mut all = true;
                for expr in exprs {
                    all &= self.eval(expr, env)?.is_null();
                }
                Value::Bool(all)
            }
            Node::Compare(operator, left, right) => {
                let (left, right) = (self.eval(left, env)?, self.eval(right, env)?);
                of_truth(compare(*operator, &left, &right)?)
            }
            Node::CompareRows(operator, pairs) => {
                let mut values = Vec::with_capacity(pairs.len());
                for (left, right) in pairs {
                    values.push((self.eval(left, env)?, self.eval(right, env)?));
                }
                of_truth(compare_rows(*operator, &values)?)
            }
            Node::Arithmetic(operator, left, right) => {
                let (left, right) = (self.eval(left, env)?, self.eval(right, env)?);
                if left.is_null() || right.is_null() {
                    return Ok(Value::Null(expr.ty.clone()));
                }
                compute(*operator, &left, &right, &expr.ty)?
            }
            Node::Concat(left, right) => {
                let (left, right) = (self.eval(left, env)?, self.eval(right, env)?);
                if left.is_null() || right.is_null() {
                    return Ok(Value::Null(DbType::Text));
                }
                Value::Text(text_of(&left) + &text_of(&right))
            }
            Node::Array(operator, left, right) => {
                let (left, right) = (self.eval(left, env)?, self.eval(right, env)?);
                array_operation(*operator, left, right, &expr.ty)?
            }
            Node::In(left, list) => of_truth(self.is_in(left, list, env)?),
            Node::Match { text, kind, needle, fold } => {
                let text = self.eval(text, env)?;
                match (&text, needle) {
                    (Value::Null(_), _) | (_, None) => Value::Null(DbType::Bool),
                    (text, Some(needle)) => Value::Bool(matches(&text_of(text), needle, *kind, *fold)?),
                }
            }
            Node::Exists(select) => Value::Bool(!self.rows_of(select, Some(env))?.is_empty()),
            Node::Scalar(select) => {
                let rows = self.rows_of(select, Some(env))?;
                match rows.as_slice() {
                    [] => Value::Null(expr.ty.clone()),
                    [row] => known(row.first())?,
                    _ => {
                        return Err(Error::new(
                            ErrorKind::Cardinality,
                            "a select that stands for a value gave more than one row",
                        ));
                    }
                }
            }
            Node::Coalesce(exprs) => {
                for expr in exprs {
                    let value = self.eval(expr, env)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Value::Null(expr.ty.clone())
            }
            Node::Case(arms, otherwise) => {
                for (condition, result) in arms {
                    if self.truth_of(condition, env)? == Some(true) {
                        return self.eval(result, env);
                    }
                }
                match otherwise {
                    Some(expr) => self.eval(expr, env)?,
                    None => Value::Null(expr.ty.clone()),
                }
            }
            Node::Call(call, argument) => {
                let value = self.eval(argument, env)?;
                if value.is_null() {
                    return Ok(Value::Null(expr.ty.clone()));
                }
                called(*call, &value, &expr.ty)?
            }
            Node::Cast(inner) => {
                let value = self.eval(inner, env)?;
                cast(value, &expr.ty)?
            }
            Node::Now => Value::TimestampTz(self.now.instant()),
            Node::NowUtc => Value::Timestamp(self.now.utc()),
            Node::NextId(table, column) => {
                Value::Int64(self.store.next_number(&table.definition.key, *column))
            }
            Node::Rank(inner, labels) => match self.eval(inner, env)? {
                Value::Enum(label) | Value::Text(label) => {
                    let at = labels.iter().position(|known| **known == *label);
                    // A label that is none comes behind all that are.
                    Value::Int32(at.unwrap_or(labels.len()) as i32)
                }
                _ => Value::Null(DbType::Int32),
            },
            Node::JsonRows(select, items) => self.json_rows(select, items, env)?,
            Node::Default => return Err(error::broken("a default outside of a row that is written")),
        })
    }

    /// Whether the condition holds; `None` if that is not known.
    pub(crate) fn truth_of(&mut self, condition: &Typed, env: &Env<'_>) -> Result<Option<bool>> {
        Ok(truth(&self.eval(condition, env)?))
    }

    /// Whether there is no condition, or it holds.
    pub(crate) fn holds(&mut self, condition: Option<&Typed>, env: &Env<'_>) -> Result<bool> {
        match condition {
            None => Ok(true),
            Some(condition) => Ok(self.truth_of(condition, env)? == Some(true)),
        }
    }

    /// AND is decided by the first false, OR by the first true.
    fn junction(&mut self, exprs: &[Typed], env: &Env<'_>, decisive: bool) -> Result<Value> {
        let mut all_known = true;
        for expr in exprs {
            match self.truth_of(expr, env)? {
                Some(truth) if truth == decisive => return Ok(Value::Bool(decisive)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        Ok(if all_known { Value::Bool(!decisive) } else { Value::Null(DbType::Bool) })
    }
}

pub(super) fn column<'a>(env: &Env<'a>, depth: usize, at: usize) -> Result<&'a Value> {
    let mut env = *env;
    for _ in 0..depth {
        env = *env.outer.ok_or_else(|| error::broken("there is no row around this one"))?;
    }
    env.row.get(at).ok_or_else(|| error::broken("a row is shorter than its columns"))
}

fn known(value: Option<&Value>) -> Result<Value> {
    value.cloned().ok_or_else(|| error::broken("a value was not computed"))
}

/// What a value says as a condition.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        _ => None,
    }
}

pub(super) fn of_truth(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null(DbType::Bool), Value::Bool)
}

fn decided(operator: BinaryOperator, order: Ordering) -> Result<bool> {
    Ok(match operator {
        BinaryOperator::Equal | BinaryOperator::IsNotDistinctFrom => order.is_eq(),
        BinaryOperator::NotEqual => order.is_ne(),
        BinaryOperator::Less => order.is_lt(),
        BinaryOperator::LessOrEqual => order.is_le(),
        BinaryOperator::Greater => order.is_gt(),
        BinaryOperator::GreaterOrEqual => order.is_ge(),
        _ => return Err(error::unknown("comparison")),
    })
}

pub(super) fn compare(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Option<bool>> {
    match (left.is_null(), right.is_null()) {
        (false, false) => decided(operator, order(left, right)?).map(Some),
        (left, right) if operator == BinaryOperator::IsNotDistinctFrom => Ok(Some(left && right)),
        _ => Ok(None),
    }
}

/// Rows are equal if all their values are; their order is decided by the first values that differ.
fn compare_rows(operator: BinaryOperator, pairs: &[(Value, Value)]) -> Result<Option<bool>> {
    match operator {
        BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::IsNotDistinctFrom => {
            let equality = match operator {
                BinaryOperator::NotEqual => BinaryOperator::Equal,
                other => other,
            };
            let mut all = Some(true);
            for (left, right) in pairs {
                match compare(equality, left, right)? {
                    Some(true) => {}
                    Some(false) => {
                        all = Some(false);
                        break;
                    }
                    None => all = None,
                }
            }
            Ok(if operator == BinaryOperator::NotEqual { all.map(|all| !all) } else { all })
        }
        _ => {
            for (left, right) in pairs {
                if left.is_null() || right.is_null() {
                    return Ok(None);
                }
                let order = order(left, right)?;
                if order.is_ne() {
                    return decided(operator, order).map(Some);
                }
            }
            decided(operator, Ordering::Equal).map(Some)
        }
    }
}

fn matches(text: &str, needle: &str, kind: TextMatch, fold: bool) -> Result<bool> {
    if fold {
        return matches(&text.to_lowercase(), &needle.to_lowercase(), kind, false);
    }
    Ok(match kind {
        TextMatch::Contains => text.contains(needle),
        TextMatch::StartsWith => text.starts_with(needle),
        TextMatch::EndsWith => text.ends_with(needle),
        _ => return Err(error::unknown("search")),
    })
}

fn called(call: Call, value: &Value, ty: &DbType) -> Result<Value> {
    match (call, value) {
        (Call::Lower, value) => Ok(Value::Text(text_of(value).to_lowercase())),
        (Call::Upper, value) => Ok(Value::Text(text_of(value).to_uppercase())),
        (Call::Absolute, value) => absolute(value, ty),
        (Call::Length, Value::Array(array)) => in_range(array.len() as i128, ty),
        (Call::Length, Value::Bytes(bytes)) => in_range(bytes.len() as i128, ty),
        (Call::Length, value) => in_range(text_of(value).chars().count() as i128, ty),
    }
}

fn array_operation(operator: BinaryOperator, left: Value, right: Value, ty: &DbType) -> Result<Value> {
    let (left, right) = match (operator, left, right) {
        (BinaryOperator::ArrayConcat, Value::Null(_), other)
        | (BinaryOperator::ArrayConcat, other, Value::Null(_)) => return cast(other, ty),
        (BinaryOperator::ArrayConcat, Value::Array(left), Value::Array(right)) => {
            let element = concrete(ty).element().cloned().unwrap_or_default();
            let mut values = left.into_values();
            for value in right.into_values() {
                values.push(cast(value, &element)?);
            }
            return Ok(Value::Array(Array::new(element, values)));
        }
        (_, Value::Null(_), _) | (_, _, Value::Null(_)) => return Ok(Value::Null(DbType::Bool)),
        (_, Value::Array(left), right) => (left, right),
        _ => return Err(error::broken("an operation on arrays has none")),
    };
    let has = |wanted: &Value| -> Result<bool> {
        for value in left.values() {
            if equal(value, wanted)? == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match (operator, &right) {
        (BinaryOperator::ArrayHas, wanted) => {
            let found = has(wanted)?;
            let unknown = !found && left.values().iter().any(Value::is_null);
            Ok(of_truth((!unknown).then_some(found)))
        }
        (BinaryOperator::ArrayHasEvery | BinaryOperator::ArrayHasSome, Value::Array(wanted)) => {
            let every = operator == BinaryOperator::ArrayHasEvery;
            for value in wanted.values() {
                if has(value)? != every {
                    return Ok(Value::Bool(!every));
                }
            }
            Ok(Value::Bool(every))
        }
        _ => Err(error::broken("an operation on arrays has none")),
    }
}
