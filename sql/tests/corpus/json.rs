//! Relations as JSON.

use drivetrain_adapter_api::statement::{
    Distinct, Expr, JsonItem, JsonRows, Nulls, OrderBy, Projection, Select, SetOperator, Source,
};
use drivetrain_adapter_api::{DbType, Dialect, Value};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn json(select: Select, items: Vec<JsonItem>) -> Expr {
    Expr::JsonRows(Box::new(JsonRows { select, items }))
}

fn scalars(types: &[DbType]) -> Vec<JsonItem> {
    types.iter().cloned().map(JsonItem::Scalar).collect()
}

fn votes() -> Expr {
    let select = Select {
        order_by: vec![OrderBy::descending(col("userId"))],
        ..filtered("Vote", &["userId", "weight"], of("Vote", "postId").equal(of("p", "id")))
    };
    json(select, scalars(&[Int32, Int64]))
}

fn posts() -> Select {
    Select {
        projections: vec![Projection::new(of("p", "title"))],
        from: Some(Source::aliased("Post", "p")),
        filter: Some(of("p", "authorId").equal(of("u", "id"))),
        order_by: vec![OrderBy::ascending(of("p", "views"))],
        ..Select::default()
    }
}

fn users(rows: Expr) -> Select {
    Select {
        projections: vec![Projection::new(of("u", "id")), Projection::named(rows, "posts")],
        from: Some(Source::aliased("User", "u")),
        ..Select::default()
    }
}

pub(super) fn cases() -> Vec<Case> {
    let with_votes =
        Select { projections: vec![Projection::new(of("p", "title")), Projection::new(votes())], ..posts() };
    let all = |select: Select, types: &[DbType]| values(vec![json(select, scalars(types))]);
    vec![
        case("a relation, in order", users(json(posts(), scalars(&[Text]))), vec![]).gives([
            r#"1|[["World"], ["Hello"]]"#,
            r#"2|[["hello again"]]"#,
            "3|[]",
            "4|[]",
        ]),
        case(
            "a relation, limited",
            users(json(
                Select { limit: Some(slot(0, Int64)), offset: Some(slot(1, Int64)), ..posts() },
                scalars(&[Text]),
            )),
            vec![Value::Int64(1), Value::Int64(1)],
        )
        .gives([r#"1|[["Hello"]]"#, "2|[]", "3|[]", "4|[]"]),
        case(
            "a relation within a relation",
            users(json(with_votes, vec![JsonItem::Scalar(Text), JsonItem::Nested])),
            vec![],
        )
        .gives([
            r#"1|[["World", [[1, "9007199254740993"]]], ["Hello", [[2, null], [1, "1"]]]]"#,
            r#"2|[["hello again", []]]"#,
            "3|[]",
            "4|[]",
        ]),
        case(
            "an order by an alias, NULLs first",
            all(
                Select {
                    projections: vec![Projection::named(col("age"), "years"), Projection::new(col("id"))],
                    order_by: vec![OrderBy {
                        nulls: Some(Nulls::First),
                        ..OrderBy::descending(col("years"))
                    }],
                    ..select("User", &[])
                },
                &[Int32, Int32],
            ),
            vec![],
        )
        .gives(["[[null, 3], [40, 2], [30, 1], [20, 4]]"]),
        case(
            "distinct rows in order",
            all(
                Select {
                    distinct: Distinct::Rows,
                    order_by: vec![OrderBy::ascending(col("active"))],
                    ..select("User", &["active"])
                },
                &[Bool],
            ),
            vec![],
        )
        .gives(["[[false], [true]]"])
        .gives_on(Dialect::Sqlite, ["[[0], [1]]"]),
        case(
            "the first of each group in order",
            all(
                Select {
                    distinct: Distinct::On(vec![col("active")]),
                    order_by: vec![OrderBy::descending(col("active")), OrderBy::descending(col("id"))],
                    ..select("User", &["id"])
                },
                &[Int32],
            ),
            vec![],
        )
        .gives(["[[4], [3]]"]),
        case(
            "combined rows in order",
            all(
                Select {
                    set_operations: vec![(SetOperator::Union, select("Post", &["id"]))],
                    order_by: vec![OrderBy::descending(col("id"))],
                    ..select("User", &["id"])
                },
                &[Int32],
            ),
            vec![],
        )
        .gives(["[[4], [3], [2], [1]]"]),
        case(
            "an order by what distinct rows do not give",
            all(
                Select {
                    distinct: Distinct::Rows,
                    order_by: vec![OrderBy::ascending(col("id"))],
                    ..select("User", &["active"])
                },
                &[Bool],
            ),
            vec![],
        ),
        case("rows without columns", all(select("User", &[]), &[]), vec![]).gives(["[[], [], [], []]"]),
        case(
            "every type",
            all(
                filtered(
                    "User",
                    &["id", "email", "role", "active", "score", "born", "seen", "data", "hash", "key"],
                    col("id").equal(slot(0, Int32)),
                ),
                &[Int64, Text, role(), Bool, Float64, DbType::Date, DbType::TimestampTz, Json, Bytes, Uuid],
            ),
            vec![Value::Int32(1)],
        )
        .gives([r#"[["1", "ann@x.org", "ADMIN", true, "0x3ff8000000000000", null, null, null, null, null]]"#])
        .gives_on(
            Dialect::Sqlite,
            [r#"[["1", "ann@x.org", "ADMIN", 1, "1.5", null, null, null, null, null]]"#],
        ),
        case(
            "a relation through a lateral select",
            Select {
                projections: vec![Projection::new(of("u", "id")), Projection::new(of("r", "rows"))],
                from: Some(Source::aliased("User", "u")),
                joins: vec![drivetrain_adapter_api::statement::Join {
                    kind: drivetrain_adapter_api::statement::JoinKind::Inner,
                    source: Source::Select {
                        select: Box::new(Select {
                            projections: vec![Projection::named(json(posts(), scalars(&[Text])), "rows")],
                            ..Select::default()
                        }),
                        alias: "r".into(),
                        lateral: true,
                    },
                    on: None,
                }],
                filter: Some(of("u", "id").equal(int(1))),
                ..Select::default()
            },
            vec![],
        )
        .gives([r#"1|[["World"], ["Hello"]]"#]),
    ]
}
