//! A value as a parameter and as a literal, without a table.

use drivetrain_adapter_api::statement::{Expr, Projection, RawPart, RawSql, Select, Statement};
use drivetrain_adapter_api::{DbType, Query, Value};

use super::super::data::{Entry, Way};
use super::ground::Ground;
use super::{Caller, Mode, same};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Outcome, Within as _};

/// Each value alone, NULL beside it, and an array of both.
pub(super) async fn check(ground: &Ground<'_>, caller: &Caller, mode: Mode) -> Outcome {
    let raw = ground.cx.capabilities().raw_sql();
    for entry in &ground.section.entries {
        let place = |form: &str| format!("{:?} as {form}", entry.value);
        if raw {
            one(ground, caller, mode, entry, Way::Untyped, native(ground, entry))
                .await
                .within(place("parameter"))?;
            one(ground, caller, mode, entry, Way::Untyped, in_parts(ground, entry))
                .await
                .within(place("parameter of text in parts"))?;
            if let Some(query) = literal(ground, entry) {
                one(ground, caller, mode, entry, Way::Literal, query).await.within(place("literal"))?;
            }
        }
        if ground.side.slots_alone {
            one(ground, caller, mode, entry, Way::Typed, abstractly(ground, entry))
                .await
                .within(place("value of a slot"))?;
        }
    }
    Ok(())
}

async fn one(
    ground: &Ground<'_>,
    caller: &Caller,
    mode: Mode,
    entry: &Entry,
    way: Way,
    query: Query,
) -> Outcome {
    let results = mode.read(caller, query).await;
    if way != Way::Literal
        && let Some(kind) = entry.refused(ground.dialect, way)
    {
        must_fail(results, &[kind], "a value that the database cannot hold")?;
        return Ok(());
    }
    for result in results? {
        ensure_eq!(result.rows.len(), 1, "rows");
        same(ground.cx, &result.rows, (0, 0), &ground.slot, &entry.value)?;
        same(ground.cx, &result.rows, (0, 1), &ground.slot, &Value::NULL)?;
        if ground.arrays {
            let array = DbType::array(ground.slot.clone());
            same(ground.cx, &result.rows, (0, 2), &array, &ground.array_of(&entry.value))?;
        }
    }
    Ok(())
}

/// The expressions of a row, each around what stands for its value.
fn expressions(ground: &Ground<'_>, inner: [&str; 3]) -> Vec<String> {
    let [value, null, array] = inner;
    let mut all = vec![ground.expression(value), ground.expression(null)];
    if ground.arrays {
        all.push(ground.array_expression(array));
    }
    all
}

fn params(ground: &Ground<'_>, value: &Value, null: Value) -> Vec<Value> {
    let mut params = vec![value.clone(), null];
    if ground.arrays {
        params.push(ground.array_of(value));
    }
    params
}

fn native(ground: &Ground<'_>, entry: &Entry) -> Query {
    let text = format!("select {}", expressions(ground, ["{1}", "{2}", "{3}"]).join(", "));
    ground.cx.raw(&text, params(ground, &entry.value, Value::NULL))
}

fn in_parts(ground: &Ground<'_>, entry: &Entry) -> Query {
    let mut parts = Vec::new();
    for (at, expression) in expressions(ground, ["\u{1}"; 3]).iter().enumerate() {
        parts.push(RawPart::Text(if at == 0 { "select ".into() } else { ", ".into() }));
        let expression = ground.cx.sql(expression);
        for (piece, text) in expression.split('\u{1}').enumerate() {
            if piece > 0 {
                parts.push(RawPart::Value(u32::try_from(at).expect("three at most")));
            }
            parts.push(RawPart::Text(text.into()));
        }
    }
    // A value that names its type is cast to a type that the session must find by that name alone.
    let value = match &entry.value {
        Value::OtherText { text, .. } if ground.section.ty.own => Value::Text(text.clone()),
        other => other.clone(),
    };
    let mut params = params(ground, &entry.value, Value::Null(ground.slot.clone()));
    params[0] = value;
    Query::new(Statement::new(RawSql::Parts(parts)), params)
}

fn literal(ground: &Ground<'_>, entry: &Entry) -> Option<Query> {
    let own = super::columns::literal_of(ground, entry)?;
    let array = format!("array[{own}, null]");
    let text = format!("select {}", expressions(ground, [&own, "null", &array]).join(", "));
    Some(ground.cx.raw(&text, vec![]))
}

fn abstractly(ground: &Ground<'_>, entry: &Entry) -> Query {
    let params = params(ground, &entry.value, Value::Null(ground.slot.clone()));
    let array = DbType::array(ground.slot.clone());
    let types = [&ground.slot, &ground.slot, &array].into_iter().take(params.len());
    let slots = (0..).zip(types).map(|(at, ty)| Projection::new(Expr::slot(at, ty.clone())));
    let select = Select { projections: slots.collect(), ..Select::default() };
    Query::new(Statement::new(select), params)
}
