//! Joins, selects as sources, lateral ones, arrays as sources.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{Expr, Join, JoinKind, OrderBy, Projection, Select, Source};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn join(kind: JoinKind, on: Option<Expr>) -> Select {
    Select {
        projections: vec![Projection::new(of("u", "id")), Projection::new(of("p", "title"))],
        from: Some(Source::aliased("User", "u")),
        joins: vec![Join { kind, source: Source::aliased("Post", "p"), on }],
        ..Select::default()
    }
}

fn on() -> Option<Expr> {
    Some(of("p", "authorId").equal(of("u", "id")))
}

pub(super) fn cases() -> Vec<Case> {
    let latest = Source::Select {
        select: Box::new(Select {
            projections: vec![Projection::new(of("p", "title"))],
            from: Some(Source::aliased("Post", "p")),
            filter: on(),
            order_by: vec![OrderBy::descending(of("p", "id"))],
            limit: Some(slot(0, Int64)),
            ..Select::default()
        }),
        alias: "latest".into(),
        lateral: true,
    };
    vec![
        case("inner join", join(JoinKind::Inner, on()), vec![]).gives([
            "1|Hello",
            "1|World",
            "2|hello again",
        ]),
        case("left join", join(JoinKind::Left, on()), vec![]).gives([
            "1|Hello",
            "1|World",
            "2|hello again",
            "3|NULL",
            "4|NULL",
        ]),
        case(
            "cross join",
            Select { filter: Some(of("u", "id").equal(int(1))), ..join(JoinKind::Cross, None) },
            vec![],
        )
        .gives(["1|Hello", "1|World", "1|hello again", "1|Orphan"]),
        case(
            "left join without a condition",
            Select { filter: Some(of("p", "id").equal(int(1))), ..join(JoinKind::Left, None) },
            vec![],
        )
        .gives(["1|Hello", "2|Hello", "3|Hello", "4|Hello"]),
        case(
            "a select as a source",
            Select {
                from: Some(Source::Select {
                    select: Box::new(filtered("User", &["id"], col("active").equal(slot(0, Bool)))),
                    alias: "act ive".into(),
                    lateral: false,
                }),
                projections: vec![Projection::new(of("act ive", "id"))],
                ..Select::default()
            },
            vec![Value::Bool(false)],
        )
        .gives(["3"]),
        case(
            "a lateral select",
            Select {
                projections: vec![Projection::new(of("u", "id")), Projection::new(of("latest", "title"))],
                from: Some(Source::aliased("User", "u")),
                joins: vec![Join { kind: JoinKind::Left, source: latest, on: None }],
                ..Select::default()
            },
            vec![Value::Int64(1)],
        )
        .gives(["1|World", "2|hello again", "3|NULL", "4|NULL"]),
        case(
            "arrays as a source, with an ordinal",
            Select {
                projections: vec![
                    Projection::new(of("v", "n")),
                    Projection::new(of("v", "id")),
                    Projection::new(of("u", "email")),
                ],
                from: Some(Source::Arrays {
                    columns: vec![
                        ("id".into(), bare_slot(0, list(Int32))),
                        ("what".into(), bare_slot(1, list(Text))),
                    ],
                    ordinal: Some("n".into()),
                    alias: "v".into(),
                }),
                joins: vec![Join {
                    kind: JoinKind::Left,
                    source: Source::aliased("User", "u"),
                    on: Some(of("u", "id").equal(of("v", "id"))),
                }],
                order_by: vec![OrderBy::ascending(of("v", "n"))],
                ..Select::default()
            },
            vec![ints([3, 9, 1]), texts(&["a", "b", "c"])],
        )
        .in_order(["1|3|cid@y.org", "2|9|NULL", "3|1|ann@x.org"]),
        case(
            "arrays as a source, without one",
            Select {
                projections: vec![Projection::new(col("id"))],
                from: Some(Source::Arrays {
                    columns: vec![("id".into(), bare_slot(0, list(Int32)))],
                    ordinal: None,
                    alias: "v".into(),
                }),
                ..Select::default()
            },
            vec![ints([])],
        )
        .gives([]),
    ]
}
