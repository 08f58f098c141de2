//! Inserts that may meet a row.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{
    Assignment, BinaryOperator, Expr, Insert, InsertSource, OnConflict, Projection, Select,
};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn upsert(source: InsertSource, set: Vec<Assignment>) -> Insert {
    Insert {
        on_conflict: Some(OnConflict::DoUpdate { target: names(&["email"]), set }),
        returning: projections(&["email", "age"]),
        ..insert("User", &["email", "age"], source)
    }
}

/// What MySQL can do: it gives nothing back.
fn without_returning(insert: Insert) -> Insert {
    Insert { returning: vec![], ..insert }
}

pub(super) fn cases() -> Vec<Case> {
    let row = || InsertSource::Rows(vec![vec![slot(0, Text), slot(1, Int32)]]);
    let excluded = || vec![set("age", Expr::Excluded("age".into()))];
    let added = || vec![set("age", binary(col("age"), BinaryOperator::Add, Expr::Excluded("age".into())))];
    let nothing = |source| Insert {
        on_conflict: Some(OnConflict::DoNothing),
        ..insert("User", &["email", "age"], source)
    };
    let there = || vec![text("ann@x.org"), Value::Int32(5)];
    let bulk = || InsertSource::Arrays(vec![bare_slot(0, list(Text)), bare_slot(1, list(Int32))]);
    let select =
        |filter| InsertSource::Select(Box::new(Select { filter, ..select("User", &["email", "age"]) }));
    vec![
        case("changed by what was to be written", upsert(row(), excluded()), there()).gives(["ann@x.org|5"]),
        case("changed by what was there and what was to be written", upsert(row(), added()), there())
            .gives(["ann@x.org|35"]),
        case("not there", upsert(row(), added()), vec![text("new"), Value::Int32(5)]).gives(["new|5"]),
        case("left as it is, and given back", upsert(row(), vec![]), there()).gives(["ann@x.org|30"]),
        case(
            "changed by a value and by a select",
            upsert(
                row(),
                vec![
                    set("name", slot(2, Text)),
                    set(
                        "age",
                        Expr::Scalar(Box::new(Select {
                            projections: vec![Projection::new(count())],
                            ..filtered("Post", &[], col("authorId").equal(of("User", "id")))
                        })),
                    ),
                ],
            ),
            vec![text("ann@x.org"), Value::Int32(5), text("Anna")],
        )
        .gives(["ann@x.org|2"]),
        case("changed, on MySQL too", without_returning(upsert(row(), added())), there()).gives([]),
        case("left as it is, on MySQL too", without_returning(upsert(row(), vec![])), there()).gives([]),
        case("nothing is done", nothing(row()), there()).gives([]),
        case(
            "nothing is done for one of many",
            Insert { returning: projections(&["email"]), ..nothing(bulk()) },
            vec![texts(&["ann@x.org", "new"]), ints([1, 2])],
        )
        .gives(["new"]),
        case(
            "many rows, one of which is there",
            upsert(bulk(), excluded()),
            vec![texts(&["ann@x.org", "new"]), ints([1, 2])],
        )
        .gives(["ann@x.org|1", "new|2"]),
        case(
            "many rows, on MySQL too",
            without_returning(upsert(bulk(), excluded())),
            vec![texts(&["x", "y"]), ints([1, 2])],
        ),
        case("rows of a select", upsert(select(None), added()), vec![]).gives([
            "ann@x.org|60",
            "bob@x.org|80",
            "cid@y.org|NULL",
            "100%@x.org|40",
        ]),
        case(
            "rows of a select with a condition",
            without_returning(upsert(select(Some(col("id").equal(int(1)))), excluded())),
            vec![],
        )
        .gives([]),
        case("rows of a select, nothing done", nothing(select(None)), vec![]).gives([]),
    ]
}
