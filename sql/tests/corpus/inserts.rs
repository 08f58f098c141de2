//! Inserts: one row, several, defaults, arrays, selects.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{Cte, CteBody, Expr, Insert, InsertSource, Projection};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn returning(insert: Insert, columns: &[&str]) -> Insert {
    Insert { returning: projections(columns), ..insert }
}

pub(super) fn cases() -> Vec<Case> {
    let rows = |rows: Vec<Vec<Expr>>| InsertSource::Rows(rows);
    let one = || rows(vec![vec![slot(0, Text), slot(1, Int32)]]);
    let copied = || {
        InsertSource::Select(Box::new(filtered("User", &["email", "age"], col("id").equal(slot(0, Int32)))))
    };
    let bulk = || InsertSource::Arrays(vec![bare_slot(0, list(Text)), bare_slot(1, list(Int32))]);
    let three = || {
        vec![
            texts(&["a", "b", "c"]),
            array(Int32, vec![Value::Int32(1), Value::Null(Int32), Value::Int32(3)]),
        ]
    };
    vec![
        case("one row", insert("User", &["email", "age"], one()), vec![text("new"), Value::Int32(5)])
            .gives([]),
        case(
            "one row, given back",
            returning(insert("User", &["email", "age"], one()), &["email", "active"]),
            vec![text("new"), Value::Null(Int32)],
        )
        .gives(["new|1"]),
        case(
            "an expression given back, under a name",
            Insert {
                returning: vec![Projection::named(of("User", "email"), "the \"name\"")],
                ..insert("User", &["email", "age"], one())
            },
            vec![text("new"), Value::Int32(5)],
        )
        .gives(["new"]),
        case(
            "two rows",
            returning(
                insert("User", &["email"], rows(vec![vec![slot(0, Text)], vec![slot(1, Text)]])),
                &["email"],
            ),
            vec![text("one"), text("two")],
        )
        .gives(["one", "two"]),
        case(
            "defaults among values",
            returning(
                insert(
                    "User",
                    &["email", "role"],
                    rows(vec![vec![slot(0, Text), Expr::Default], vec![slot(1, Text), slot(2, role())]]),
                ),
                &["role"],
            ),
            vec![text("one"), text("two"), label("ADMIN")],
        )
        .gives(["USER", "ADMIN"]),
        case(
            "one row of defaults",
            Insert {
                returning: vec![Projection::new(int(1))],
                ..insert("Stamp", &[], InsertSource::Defaults)
            },
            vec![],
        )
        .gives(["1"]),
        case("one empty row", returning(insert("Stamp", &[], rows(vec![vec![]])), &["id"]), vec![]),
        case("many rows", returning(insert("User", &["email", "age"], bulk()), &["email", "age"]), three())
            .gives(["a|1", "b|NULL", "c|3"]),
        case(
            "many rows of labels",
            returning(
                insert(
                    "User",
                    &["email", "role"],
                    InsertSource::Arrays(vec![bare_slot(0, list(Text)), bare_slot(1, list(role()))]),
                ),
                &["role"],
            ),
            vec![texts(&["a", "b"]), array(role(), vec![label("USER"), label("ADMIN")])],
        )
        .gives(["USER", "ADMIN"]),
        case("no rows", insert("User", &["email", "age"], bulk()), vec![texts(&[]), ints([])]),
        case(
            "columns of different lengths",
            insert("User", &["email", "age"], bulk()),
            vec![texts(&["a"]), ints([1, 2])],
        ),
        case(
            "many rows of arrays",
            insert("User", &["tags"], InsertSource::Arrays(vec![bare_slot(0, list(list(Text)))])),
            vec![array(list(Text), vec![texts(&["a"])])],
        ),
        case(
            "rows of a select",
            returning(insert("Post", &["title", "views"], copied()), &["title", "views"]),
            vec![Value::Int32(2)],
        )
        .gives(["bob@x.org|40"]),
        case(
            "rows of a select that refers to another",
            Insert {
                with: vec![Cte {
                    name: "chosen".into(),
                    columns: vec![],
                    body: CteBody::Select(Box::new(filtered(
                        "User",
                        &["email"],
                        col("id").equal(slot(0, Int32)),
                    ))),
                }],
                returning: projections(&["title"]),
                ..insert("Post", &["title"], InsertSource::Select(Box::new(select("chosen", &["email"]))))
            },
            vec![Value::Int32(1)],
        )
        .gives(["ann@x.org"]),
        case(
            "a row that is too short",
            insert("User", &["email", "age"], rows(vec![vec![slot(0, Text)]])),
            vec![text("a")],
        ),
    ]
}
