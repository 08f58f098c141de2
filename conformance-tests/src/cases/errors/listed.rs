//! The triggers of the tables, each by itself: kind, SQLSTATE or code, names, position and retry class, every field that
//! must be absent, and an adapter that is usable afterwards.

use super::trigger::Trigger;
use crate::case::{ALL, Case, L, NET, Need, PG, case};
use crate::outcome::ensure;
use crate::{Context, Outcome};

/// A case of the tables.
macro_rules! listed {
    ($id:literal, $places:expr, $title:literal) => {
        case!($id, Errors, L0, $places, [Need::Oracle], ["A-5", "A-6", "A-7"], $title, pull)
    };
}

pub(super) const CASES: &[Case] = &[
    listed!("ERR-01", ALL, "a unique key names its constraint, table and columns"),
    listed!("ERR-02", ALL, "a primary key is told apart by its constraint or code"),
    listed!("ERR-03", ALL, "a key of several columns names them in order"),
    listed!(
        "ERR-04",
        ALL,
        "a row that refers to nothing names constraint, table and column where the server does"
    ),
    listed!(
        "ERR-05",
        ALL,
        "a row that is referred to is not deleted, and its own columns are not taken for the other table's"
    ),
    listed!("ERR-06", ALL, "NULL in a column that takes none names the column, also where it was left out"),
    listed!("ERR-07", ALL, "a check names its constraint"),
    listed!("ERR-08", PG, "an exclusion constraint is a kind of its own"),
    listed!("ERR-09", PG, "a domain's check names constraint and type, and no table"),
    listed!("ERR-10", L, "a strict table names the column and the type that it takes"),
    listed!("ERR-11", ALL, "a syntax error has its position in characters"),
    listed!("ERR-12", ALL, "a table that is not there"),
    listed!("ERR-13", ALL, "a column that is not there"),
    listed!("ERR-14", ALL, "a function that is not there"),
    listed!("ERR-15", ALL, "a schema that is not there"),
    listed!("ERR-16", ALL, "a column that two tables have"),
    listed!("ERR-17", ALL, "a table and a column that are there already"),
    listed!("ERR-18", ALL, "a value of another type is refused, or coerced where the database does so"),
    listed!("ERR-19", ALL, "texts that are no integer, UUID, enum or JSON, without the text in the error"),
    listed!("ERR-20", NET, "dates that are none, and that no calendar has"),
    listed!("ERR-21", ALL, "a text that is too long for its column is refused, or kept whole"),
    listed!("ERR-22", ALL, "numbers beyond their type"),
    listed!("ERR-23", ALL, "division by zero"),
    listed!("ERR-24", ALL, "floats that overflow and underflow"),
    listed!("ERR-25", ALL, "NUL in a text, and bytes that are not UTF-8"),
    listed!("ERR-26", ALL, "more columns than the database gives"),
    listed!("ERR-27", ALL, "a statement that is nested too deeply"),
    listed!("ERR-28", PG.or(L), "a value that is larger than the database takes"),
    listed!("ERR-29", ALL, "a subquery with more rows than its place takes"),
    listed!("ERR-30", ALL, "a column that is not grouped by"),
    listed!(
        "ERR-33",
        ALL,
        "an error that a function or a trigger raises keeps its SQLSTATE, hint and detail"
    ),
    listed!("ERR-49.RAISED", NET, "a disk that is full, as a function raises it"),
    listed!("ERR-50.RAISED", NET, "data that are damaged, as a function raises it"),
    listed!("ERR-51", PG, "a prepared statement that is not there can be prepared again"),
    listed!("ERR-54", NET, "a feature that the server has not"),
    listed!("ERR-55", ALL, "a SQLSTATE or code that nobody knows is kept"),
];

async fn pull(cx: Context) -> Outcome {
    let id = cx.case().id;
    let triggers = Trigger::of(&cx, id.split('.').next().unwrap_or(id));
    ensure!(!triggers.is_empty(), "no trigger of this dialect has the id {id}: a defect of the suite");
    let adapter = cx.adapter().await?;
    for (number, trigger) in triggers.iter().enumerate() {
        // Triggers of one case that share their tables set them up once.
        let known = triggers[..number].iter().any(|other| other.setup == trigger.setup);
        if !known {
            cx.prepare(trigger.setup).await?;
        }
        // Twice: also where the statement is prepared already.
        for _ in 0..2 {
            trigger.pull(&cx, &adapter).await?;
            cx.check_usable(&adapter).await?;
        }
    }
    Ok(())
}
