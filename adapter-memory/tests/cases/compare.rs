//! Runs cases in two places and compares the answers.

use drivetrain_adapter_api::decode::{FromCell as _, json};
use drivetrain_adapter_api::{Adapter, Error, QueryResult, TransactionOptions, Value, check};

use super::Case;

/// An answer: rows, and how many rows were affected.
pub(crate) type Answer = Result<(Vec<Vec<Value>>, Option<u64>), Error>;

fn answer(result: Result<QueryResult, Error>) -> Answer {
    let result = result?;
    let rows = &result.rows;
    let mut all = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        let mut cells = Vec::with_capacity(rows.columns().len());
        for column in 0..rows.columns().len() {
            cells.push(rows.cell(row, column)?.to_value()?);
        }
        all.push(cells);
    }
    Ok((all, result.affected))
}

/// Whether a case asks for nothing that the adapter does not declare.
pub(crate) fn is_for(adapter: &dyn Adapter, case: &Case) -> bool {
    case.steps.iter().all(|query| check::query(adapter.capabilities(), query).is_ok())
}

/// The answers to a case's statements, in a transaction that is rolled back. After an error there are no more.
pub(crate) async fn answers(adapter: &dyn Adapter, case: &Case) -> Vec<Answer> {
    let mut transaction = adapter.begin(TransactionOptions::new()).await.expect("a transaction begins");
    let mut all = Vec::new();
    for query in &case.steps {
        all.push(answer(transaction.query(query.clone()).await));
        if all.last().is_some_and(Result::is_err) {
            break;
        }
    }
    transaction.rollback().await.expect("the transaction is rolled back");
    all
}

/// Asserts that two answers are equal, once `as_in_memory` has made what the database gives one of the type that the
/// adapter in memory gave.
pub(crate) fn assert_equal(
    case: &Case,
    memory: Vec<Answer>,
    other: Vec<Answer>,
    as_in_memory: impl Fn(Value, &Value) -> Value,
) {
    assert_eq!(memory.len(), other.len(), "{}: {memory:?}, and there {other:?}", case.name);
    for (step, (memory, other)) in memory.into_iter().zip(other).enumerate() {
        let name = format!("{}, statement {}", case.name, step + 1);
        match (memory, other) {
            (Ok((mut mine, affected)), Ok((theirs, affected_there))) => {
                assert_eq!(affected, affected_there, "{name}: rows affected");
                assert_eq!(mine.len(), theirs.len(), "{name}: {mine:?}, and there {theirs:?}");
                let mut theirs: Vec<Vec<Value>> = if case.ordered {
                    theirs
                } else {
                    mine.sort_by_key(|row| format!("{row:?}"));
                    paired(&mine, theirs, &as_in_memory)
                };
                for (row, there) in mine.iter().zip(&mut theirs) {
                    assert_eq!(row.len(), there.len(), "{name}: columns");
                    let there: Vec<Value> =
                        there.drain(..).zip(row).map(|(value, mine)| as_in_memory(value, mine)).collect();
                    assert_eq!(*row, there, "{name}: in memory, and there");
                }
            }
            (Err(mine), Err(there)) => {
                assert_eq!(mine.kind(), there.kind(), "{name}: {mine}, and there {there}");
                // SQLite does not know the names of foreign keys, nor those of most constraints.
                let of_constraint = there.sqlstate().is_some_and(|state| state.class() == "23");
                if of_constraint {
                    let names = |error: &Error| {
                        let constraint = error.constraint().map(str::to_owned);
                        (constraint, error.table().map(str::to_owned), error.columns().to_vec())
                    };
                    assert_eq!(names(&mine), names(&there), "{name}: {mine}, and there {there}");
                }
            }
            (mine, there) => panic!("{name}: {mine:?}, and there {there:?}"),
        }
    }
}

/// The rows in the order of those that they equal. What equals none stays behind.
fn paired(
    mine: &[Vec<Value>],
    mut theirs: Vec<Vec<Value>>,
    as_in_memory: &impl Fn(Value, &Value) -> Value,
) -> Vec<Vec<Value>> {
    let mut ordered = Vec::with_capacity(theirs.len());
    for row in mine {
        let same = |there: &Vec<Value>| {
            row.len() == there.len()
                && there.iter().zip(row).all(|(value, mine)| as_in_memory(value.clone(), mine) == *mine)
        };
        let at = theirs.iter().position(same).unwrap_or(0);
        ordered.push(theirs.remove(at));
    }
    ordered
}

/// Asserts that the columns of a case's first statement have the same names and types.
pub(crate) async fn assert_columns(case: &Case, memory: &dyn Adapter, other: &dyn Adapter) {
    let Some(query) = case.steps.first() else { return };
    let mut columns = Vec::new();
    for adapter in [memory, other] {
        let mut transaction = adapter.begin(TransactionOptions::new()).await.expect("a transaction begins");
        let Ok(result) = transaction.query(query.clone()).await else { return };
        let of = |column: &drivetrain_adapter_api::Column| (column.name.to_string(), column.ty.clone());
        columns.push(result.rows.columns().iter().map(of).collect::<Vec<_>>());
        transaction.rollback().await.expect("the transaction is rolled back");
    }
    assert_eq!(columns[0], columns[1], "{}: columns in memory, and there", case.name);
}

/// What SQLite gives, as a value of the type that it has in memory: SQLite knows integers, floats, texts and bytes, and
/// computes averages and sums of decimals as floats.
pub(crate) fn from_sqlite(value: Value, mine: &Value) -> Value {
    let cell = value.as_ref();
    let read = match mine {
        Value::Null(_) => return value,
        Value::Bool(_) => bool::from_cell(cell).map(Value::Bool),
        Value::Date(_) => drivetrain_adapter_api::value::Date::from_cell(cell).map(Value::Date),
        Value::Timestamp(_) => {
            drivetrain_adapter_api::value::Timestamp::from_cell(cell).map(Value::Timestamp)
        }
        Value::Float64(_) => f64::from_cell(cell).map(Value::Float64),
        Value::Json(_) => drivetrain_adapter_api::value::Json::from_cell(cell).map(Value::Json),
        Value::Decimal(decimal) => match value {
            Value::Float64(number) => {
                let exact: f64 = decimal.as_str().parse().expect("a decimal is a number");
                let close = (exact - number).abs() <= exact.abs() * 1e-12;
                return if close { mine.clone() } else { value };
            }
            Value::Int64(_) | Value::Decimal(_) => {
                let there: f64 = match &value {
                    Value::Int64(number) => *number as f64,
                    Value::Decimal(number) => number.as_str().parse().expect("a decimal is a number"),
                    _ => f64::NAN,
                };
                let exact: f64 = decimal.as_str().parse().expect("a decimal is a number");
                return if exact == there { mine.clone() } else { value };
            }
            _ => return value,
        },
        other => {
            let ty = other.db_type();
            return value.clone().coerce_to(&ty).unwrap_or(value);
        }
    };
    read.unwrap_or(value)
}

/// What Postgres gives is of the same types already; a JSON document has Postgres's own form.
pub(crate) fn from_postgres(value: Value, mine: &Value) -> Value {
    match (&value, mine) {
        (Value::Json(there), Value::Json(here)) => {
            let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            if plain(there.as_str()) == plain(here.as_str()) { mine.clone() } else { value }
        }
        // The rows of a relation are one JSON text, in which Postgres writes blanks.
        (Value::Text(there), Value::Text(here)) if here.starts_with('[') => {
            match (json::rows(there), json::rows(here)) {
                (Ok(there), Ok(here)) if there == here => mine.clone(),
                _ => value,
            }
        }
        _ => value,
    }
}
