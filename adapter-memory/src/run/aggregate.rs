//! Groups of rows and their aggregates.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use drivetrain_adapter_api::statement::AggregateFunction;
use drivetrain_adapter_api::{DbType, Result, Value};

use super::select::Unit;
use super::{Env, Run};
use crate::bind::{Aggregate, Grouping, Typed};
use crate::error;
use crate::store::Row;
use crate::value::{Key, Number, exact, float, in_range, order, whole};

impl Run {
    /// The groups that fulfil HAVING, in the order in which they began. Without keys there is one, also of no rows.
    pub(super) fn grouped(
        &mut self,
        rows: Vec<Row>,
        grouping: &Grouping,
        width: usize,
        outer: Option<&Env<'_>>,
    ) -> Result<Vec<Unit>> {
        let mut places: HashMap<Vec<Key>, usize> = HashMap::new();
        let mut groups: Vec<Vec<Row>> = Vec::new();
        if grouping.keys.is_empty() {
            groups.push(rows);
        } else {
            for row in rows {
                let env = Env::row(&row, outer);
                let mut key = Vec::with_capacity(grouping.keys.len());
                for expr in &grouping.keys {
                    key.push(Key::of(&self.eval(expr, &env)?)?);
                }
                let place = *places.entry(key).or_insert_with(|| {
                    groups.push(Vec::new());
                    groups.len() - 1
                });
                groups[place].push(row);
            }
        }
        let mut units = Vec::with_capacity(groups.len());
        for group in groups {
            let mut aggregates = Vec::with_capacity(grouping.aggregates.len());
            for aggregate in &grouping.aggregates {
                aggregates.push(self.aggregate(aggregate, &group, outer)?);
            }
            let nothing = || std::iter::repeat_n(Value::Null(DbType::Unknown), width).collect();
            let row = group.into_iter().next().unwrap_or_else(nothing);
            let unit = Unit { row, aggregates, windows: Vec::new() };
            if self.holds(grouping.having.as_ref(), &unit.env(outer))? {
                units.push(unit);
            }
        }
        Ok(units)
    }

    fn aggregate(&mut self, aggregate: &Aggregate, rows: &[Row], outer: Option<&Env<'_>>) -> Result<Value> {
        let Some(argument) = &aggregate.argument else {
            return in_range(rows.len() as i128, &DbType::Int64);
        };
        let mut values = Vec::with_capacity(rows.len());
        for row in rows {
            let value = self.eval(argument, &Env::row(row, outer))?;
            if !value.is_null() {
                values.push(value);
            }
        }
        if aggregate.distinct {
            distinct(&mut values)?;
        }
        match aggregate.function {
            AggregateFunction::Count => in_range(values.len() as i128, &DbType::Int64),
            AggregateFunction::Sum => sum(&values, &aggregate.ty),
            AggregateFunction::Average => average(&values, &aggregate.ty),
            AggregateFunction::Min => extreme(values, argument, Ordering::Less, &aggregate.ty),
            AggregateFunction::Max => extreme(values, argument, Ordering::Greater, &aggregate.ty),
            _ => Err(error::unknown("aggregate")),
        }
    }
}

/// Each value once, in order, as Postgres sums them up.
fn distinct(values: &mut Vec<Value>) -> Result<()> {
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(values.len());
    for value in values.drain(..) {
        if seen.insert(Key::of(&value)?) {
            kept.push(value);
        }
    }
    let mut failed = None;
    kept.sort_by(|a, b| {
        order(a, b).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            Ordering::Equal
        })
    });
    *values = kept;
    failed.map_or(Ok(()), Err)
}

fn sum(values: &[Value], ty: &DbType) -> Result<Value> {
    if values.is_empty() {
        return Ok(Value::Null(ty.clone()));
    }
    match ty {
        DbType::Int64 => {
            let sum: i128 = values.iter().filter_map(whole).sum();
            in_range(sum, ty)
        }
        DbType::Float64 => floats(values, ty).map(Value::Float64),
        DbType::Float32 => {
            let mut sum = 0.0_f32;
            for value in values {
                sum += float(value)?.unwrap_or_default() as f32;
            }
            let infinite =
                values.iter().any(|value| matches!(value, Value::Float32(one) if !one.is_finite()));
            if sum.is_infinite() && !infinite {
                Err(error::out_of_range(ty))
            } else {
                Ok(Value::Float32(sum))
            }
        }
        _ => total(values)?.to_decimal().map(Value::Decimal),
    }
}

fn average(values: &[Value], ty: &DbType) -> Result<Value> {
    if values.is_empty() {
        return Ok(Value::Null(ty.clone()));
    }
    if *ty == DbType::Float64 {
        return Ok(Value::Float64(floats(values, ty)? / values.len() as f64));
    }
    total(values)?.divided_by(&Number::from(values.len() as i128))?.to_decimal().map(Value::Decimal)
}

fn floats(values: &[Value], ty: &DbType) -> Result<f64> {
    let mut sum = 0.0;
    let mut infinite = false;
    for value in values {
        let one = float(value)?.unwrap_or_default();
        infinite |= !one.is_finite();
        sum += one;
    }
    if f64::is_infinite(sum) && !infinite { Err(error::out_of_range(ty)) } else { Ok(sum) }
}

fn total(values: &[Value]) -> Result<Number> {
    let mut sum = Number::from(0);
    for value in values {
        let one = exact(value)?.ok_or_else(|| error::broken("a sum of what are no numbers"))?;
        sum = sum.plus(&one);
    }
    Ok(sum)
}

fn extreme(values: Vec<Value>, argument: &Typed, wanted: Ordering, ty: &DbType) -> Result<Value> {
    let rank = |value: &Value| match (&argument.labels, value) {
        (Some(labels), Value::Enum(label) | Value::Text(label)) => {
            labels.iter().position(|known| **known == *label)
        }
        _ => None,
    };
    let mut best: Option<Value> = None;
    for value in values {
        let better = match &best {
            None => true,
            Some(best) => {
                let order = match (rank(&value), rank(best)) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    _ => order(&value, best)?,
                };
                order == wanted
            }
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.unwrap_or_else(|| Value::Null(ty.clone())))
}
