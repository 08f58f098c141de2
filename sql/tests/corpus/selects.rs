//! Selects from one table: projections, orders, limits, distinct rows, groups, locks.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{
    AggregateFunction, BinaryOperator, Distinct, Expr, Lock, LockWait, Nulls, OrderBy, Projection, Select,
    Source,
};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn ordered(nulls: Option<Nulls>, descending: bool) -> Select {
    let term = if descending { OrderBy::descending(col("age")) } else { OrderBy::ascending(col("age")) };
    Select { order_by: vec![OrderBy { nulls, ..term }], ..select("User", &["id"]) }
}

fn by_id(select: Select) -> Select {
    Select { order_by: vec![OrderBy::ascending(col("id"))], ..select }
}

pub(super) fn cases() -> Vec<Case> {
    let locked = |shared, wait| Select {
        lock: Some(Lock { shared, wait }),
        ..filtered("User", &["id"], col("id").equal(slot(0, Int32)))
    };
    vec![
        case(
            "one record by its key",
            filtered("User", &["id", "email"], col("id").equal(slot(0, Int32))),
            vec![Value::Int32(2)],
        )
        .gives(["2|bob@x.org"]),
        case(
            "all rows under an alias",
            Select {
                projections: vec![Projection::named(of("u", "email"), "e-mail \"address\"")],
                from: Some(Source::aliased("User", "u")),
                ..Select::default()
            },
            vec![],
        )
        .gives(["ann@x.org", "bob@x.org", "cid@y.org", "100%@x.org"]),
        case(
            "no columns, as for EXISTS",
            values(vec![Expr::Exists(Box::new(filtered(
                "User",
                &[],
                col("age").binary(BinaryOperator::Greater, slot(0, Int32)),
            )))]),
            vec![Value::Int32(39)],
        )
        .gives(["1"]),
        case(
            "no table",
            Select { filter: Some(slot(0, Bool)), ..values(vec![int(1)]) },
            vec![Value::Bool(true)],
        )
        .gives(["1"]),
        case("nulls first, ascending", ordered(Some(Nulls::First), false), vec![])
            .in_order(["3", "4", "1", "2"]),
        case("nulls last, ascending", ordered(Some(Nulls::Last), false), vec![])
            .in_order(["4", "1", "2", "3"]),
        case("nulls first, descending", ordered(Some(Nulls::First), true), vec![])
            .in_order(["3", "2", "1", "4"]),
        case("nulls last, descending", ordered(Some(Nulls::Last), true), vec![])
            .in_order(["2", "1", "4", "3"]),
        case(
            "an order of several terms, by an expression too",
            Select {
                order_by: vec![
                    OrderBy::descending(col("active")),
                    OrderBy::ascending(binary(slot(0, Int32), BinaryOperator::Subtract, col("id"))),
                ],
                ..select("User", &["id"])
            },
            vec![Value::Int32(0)],
        )
        .in_order(["4", "2", "1", "3"]),
        case(
            "limit and offset",
            by_id(Select {
                limit: Some(slot(0, Int64)),
                offset: Some(slot(1, Int64)),
                ..select("User", &["id"])
            }),
            vec![Value::Int64(2), Value::Int64(1)],
        )
        .in_order(["2", "3"]),
        case(
            "an offset without a limit",
            by_id(Select { offset: Some(slot(0, Int64)), ..select("User", &["id"]) }),
            vec![Value::Int64(3)],
        )
        .in_order(["4"]),
        case(
            "a limit that is part of the statement",
            by_id(Select { limit: Some(int(1)), ..select("User", &["id"]) }),
            vec![],
        )
        .in_order(["1"]),
        case("distinct rows", Select { distinct: Distinct::Rows, ..select("User", &["active"]) }, vec![])
            .gives(["1", "0"]),
        case(
            "the first row of each group",
            Select {
                distinct: Distinct::On(vec![col("authorId")]),
                order_by: vec![OrderBy::ascending(col("authorId")), OrderBy::descending(col("views"))],
                ..filtered("Post", &["authorId", "title"], col("authorId").is_null().not())
            },
            vec![],
        )
        .in_order(["1|Hello", "2|hello again"]),
        case(
            "groups and their sizes",
            Select {
                projections: vec![Projection::new(col("authorId")), Projection::named(count(), "posts")],
                group_by: vec![col("authorId")],
                having: Some(count().binary(BinaryOperator::Greater, slot(0, Int64))),
                ..select("Post", &[])
            },
            vec![Value::Int64(1)],
        )
        .gives(["1|2"]),
        case(
            "aggregates of all rows",
            Select {
                projections: vec![
                    Projection::new(count()),
                    Projection::new(aggregate(AggregateFunction::Count, Some(col("age")))),
                    Projection::new(aggregate(AggregateFunction::Sum, Some(col("age")))),
                    Projection::new(aggregate(AggregateFunction::Min, Some(col("age")))),
                    Projection::new(aggregate(AggregateFunction::Max, Some(col("age")))),
                    Projection::new(aggregate(AggregateFunction::Average, Some(col("score")))),
                    Projection::new(Expr::Aggregate {
                        function: AggregateFunction::Count,
                        argument: Some(Box::new(col("active"))),
                        distinct: true,
                    }),
                ],
                ..select("User", &[])
            },
            vec![],
        )
        .gives(["4|3|90|20|40|-0.25|2"]),
        case(
            "a page and the number of all rows",
            Select {
                projections: vec![
                    Projection::new(col("id")),
                    Projection::named(
                        Expr::Scalar(Box::new(Select {
                            projections: vec![Projection::new(count())],
                            ..filtered("User", &[], col("active").equal(slot(0, Bool)))
                        })),
                        "total",
                    ),
                ],
                limit: Some(slot(1, Int64)),
                ..by_id(filtered("User", &[], col("active").equal(slot(0, Bool))))
            },
            vec![Value::Bool(true), Value::Int64(2)],
        )
        .in_order(["1|3", "2|3"]),
        case("rows locked for a change", locked(false, LockWait::Wait), vec![Value::Int32(1)]).gives(["1"]),
        case(
            "rows locked for reading, failing at once",
            locked(true, LockWait::NoWait),
            vec![Value::Int32(1)],
        )
        .gives(["1"]),
        case("locked rows left out", locked(false, LockWait::SkipLocked), vec![Value::Int32(1)]).gives(["1"]),
    ]
}
