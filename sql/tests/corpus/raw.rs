//! Raw SQL.

use drivetrain_adapter_api::statement::{RawPart, RawSql};
use drivetrain_adapter_api::{Dialect, Value};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn parts(parts: Vec<RawPart>) -> RawSql {
    RawSql::Parts(parts)
}

fn sql(text: &str) -> RawPart {
    RawPart::Text(shared(text))
}

pub(super) fn cases() -> Vec<Case> {
    use RawPart::{Ident, Value as Slot};
    vec![
        case("in one piece", RawSql::native("SELECT 1 + 1", 0), vec![]).gives(["2"]),
        case(
            "in parts",
            parts(vec![
                sql("SELECT "),
                Ident("id".into()),
                sql(" FROM "),
                Ident("User".into()),
                sql(" WHERE "),
                Ident("age".into()),
                sql(" > "),
                Slot(0),
                sql(" AND "),
                Ident("email".into()),
                sql(" <> "),
                Slot(1),
                sql(" AND '?' <> '$1'"),
            ]),
            vec![Value::Int32(25), text("x")],
        )
        .gives(["1", "2"]),
        case(
            "a value used twice",
            parts(vec![
                sql("SELECT "),
                Ident("age".into()),
                sql(" FROM "),
                Ident("User".into()),
                sql(" WHERE "),
                Ident("age".into()),
                sql(" = "),
                Slot(0),
                sql(" OR "),
                Ident("id".into()),
                sql(" = "),
                Slot(0),
            ]),
            vec![Value::Int32(40)],
        )
        .gives(["40"]),
        case(
            "bytes are not taken for a text",
            parts(vec![sql("SELECT "), Slot(0)]),
            vec![Value::Bytes(vec![1, 2])],
        )
        .gives(["0102"]),
        case(
            "NULL of a type",
            parts(vec![sql("SELECT coalesce("), Slot(0), sql(", 5)")]),
            vec![Value::Null(Int32)],
        )
        .gives(["5"]),
        case(
            "a value that names its type",
            parts(vec![sql("SELECT "), Slot(0), sql(" AS x")]),
            vec![Value::OtherText { type_name: "text".into(), text: "y".into() }],
        )
        .gives(["y"]),
        case(
            "an array",
            parts(vec![
                sql("SELECT "),
                Ident("id".into()),
                sql(" FROM "),
                Ident("User".into()),
                sql(" WHERE "),
                Ident("id".into()),
                sql(" = ANY("),
                Slot(0),
                sql(")"),
            ]),
            vec![ints([1, 2])],
        )
        .gives_on(Dialect::Postgres, ["1", "2"]),
    ]
}
