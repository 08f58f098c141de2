//! Names that are as bad as can be.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{
    BinaryOperator, Insert, InsertSource, OnConflict, OrderBy, Projection, Select, Source, TableName, Update,
};

use crate::support::build::*;
use crate::support::case::{Case, case};
use crate::support::fixture::HOSTILE;

pub(super) fn cases() -> Vec<Case> {
    let row = InsertSource::Rows(vec![vec![slot(0, Int32), slot(1, Text), slot(2, Int32)]]);
    let columns = ["fr\"om", "a.b", "größe ☃"];
    let long = "n".repeat(64);
    vec![
        case(
            "read",
            Select {
                order_by: vec![OrderBy::ascending(col("order"))],
                ..filtered(HOSTILE, &columns, col("größe ☃").binary(BinaryOperator::Less, slot(0, Int32)))
            },
            vec![Value::Int32(25)],
        )
        .in_order(["2|y|20", "1|x|10"]),
        case(
            "an alias",
            Select {
                projections: vec![Projection::named(of("sel`e\"c't", "a.b"), "dro`p \"ta'ble")],
                from: Some(Source::aliased(HOSTILE, "sel`e\"c't")),
                filter: Some(of("sel`e\"c't", "order").equal(int(1))),
                ..Select::default()
            },
            vec![],
        )
        .gives(["NULL"]),
        case(
            "upserted",
            Insert {
                on_conflict: Some(OnConflict::DoUpdate {
                    target: names(&["a.b"]),
                    set: vec![set(
                        "größe ☃",
                        binary(
                            col("größe ☃"),
                            BinaryOperator::Add,
                            drivetrain_adapter_api::statement::Expr::Excluded("größe ☃".into()),
                        ),
                    )],
                }),
                returning: projections(&columns),
                ..insert(HOSTILE, &columns, row)
            },
            vec![Value::Int32(1), text("x"), Value::Int32(5)],
        )
        .gives(["1|x|15"]),
        case(
            "changed",
            Update {
                returning: projections(&["fr\"om"]),
                ..update(
                    HOSTILE,
                    vec![set("fr\"om", slot(0, Int32))],
                    of(HOSTILE, "a.b").equal(slot(1, Text)),
                )
            },
            vec![Value::Int32(7), text("y")],
        )
        .gives(["7"]),
        case(
            "a schema",
            Select {
                projections: vec![Projection::new(int(1))],
                from: Some(Source::table(TableName::in_schema("no such \"schema\"", "t"))),
                ..Select::default()
            },
            vec![],
        ),
        case(
            "too long for some",
            Select { projections: vec![Projection::named(int(1), long.as_str())], ..Select::default() },
            vec![],
        )
        .gives(["1"]),
        case("empty", select("", &["id"]), vec![]),
        case("with NUL", select("User", &["a\0b"]), vec![]),
    ]
}
