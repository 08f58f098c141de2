//! Selects.

use AggregateFunction::{Average, Count, Max, Min, Sum};
use BinaryOperator::*;
use drivetrain_adapter_api::DbType;
use drivetrain_adapter_api::statement::*;

use super::Case;
use super::build::*;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = plain();
    cases.extend(joins());
    cases.extend(groups());
    cases.extend(sets());
    cases.extend(subqueries());
    cases.extend(postgres_only());
    cases
}

fn plain() -> Vec<Case> {
    vec![
        ordered("all columns in order", |_| Select {
            order_by: vec![asc(c("id"))],
            ..select(
                "person",
                [
                    "id", "team", "name", "email", "age", "score", "active", "big", "born", "seen", "data",
                    "doc",
                ]
                .map(c)
                .to_vec(),
            )
        }),
        any("a filter that is unknown keeps nothing", |q| Select {
            filter: Some(bin(c("age"), Greater, q.int(0))),
            ..select("person", vec![c("id")])
        }),
        any("not of unknown is unknown", |q| Select {
            filter: Some(bin(c("age"), Greater, q.int(0)).not()),
            ..select("person", vec![c("id")])
        }),
        any("and and or with unknowns", |q| Select {
            filter: Some(Expr::Or(vec![
                Expr::And(vec![bin(c("age"), Equal, q.int(20)), bin(c("score"), Less, q.float(0.0))]),
                Expr::And(vec![c("team").is_null(), bin(c("age"), Equal, q.int(1)).is_null()]),
            ])),
            ..select("person", vec![c("id")])
        }),
        any("nothing to be true or false", |_| Select {
            filter: Some(Expr::And(vec![Expr::And(vec![]), Expr::Or(vec![]).not()])),
            ..select("team", vec![c("id")])
        }),
        any("is not null", |_| Select {
            filter: Some(c("email").is_null().not()),
            ..select("person", vec![c("id")])
        }),
        any("null-safe equality", |_| Select {
            filter: Some(bin(c("team"), IsNotDistinctFrom, null())),
            ..select("person", vec![c("id")])
        }),
        ordered("order with nulls first, descending, limited", |q| Select {
            order_by: vec![
                OrderBy { expr: c("age"), direction: Direction::Descending, nulls: Some(Nulls::First) },
                asc(c("id")),
            ],
            limit: Some(q.long(4)),
            offset: Some(q.long(1)),
            ..select("person", vec![c("id"), c("age")])
        }),
        ordered("order by an expression and an alias", |_| Select {
            projections: vec![p(c("id")), named(bin(c("id"), Multiply, n(-1)), "turned")],
            order_by: vec![asc(c("turned"))],
            ..select("person", vec![])
        }),
        ordered("limit of zero", |q| Select { limit: Some(q.long(0)), ..select("person", vec![c("id")]) }),
        any("distinct rows, nulls among them", |_| Select {
            distinct: Distinct::Rows,
            ..select("person", vec![c("age")])
        }),
        any("without a table", |q| values(vec![q.int(1), q.text("x"), null()])),
        any("without a table, filtered away", |q| {
            let filter = Some(bin(q.int(1), Equal, n(2)));
            Select { filter, ..values(vec![n(1)]) }
        }),
        any("in a list", |q| Select {
            filter: Some(is_in(c("id"), InList::Slot(q.ints(&[1, 3, 99])))),
            ..select("person", vec![c("id")])
        }),
        any("not in a list, for a null", |q| Select {
            filter: Some(is_in(c("age"), InList::Slot(q.ints(&[20]))).not()),
            ..select("person", vec![c("id")])
        }),
        any("in an empty list", |q| Select {
            filter: Some(is_in(c("id"), InList::Slot(q.ints(&[])))),
            ..select("person", vec![c("id")])
        }),
        any("in rows", |q| Select {
            filter: Some(is_in(
                Expr::Row(vec![c("team"), c("age")]),
                InList::Rows(vec![q.ints(&[1, 2, 1]), q.ints(&[36, 20, 99])]),
            )),
            ..select("person", vec![c("id")])
        }),
        any("not in rows, with a null that could match", |q| Select {
            filter: Some(
                is_in(Expr::Row(vec![c("team"), c("id")]), InList::Rows(vec![q.ints(&[7]), q.ints(&[4])]))
                    .not(),
            ),
            ..select("person", vec![c("id")])
        }),
        any("rows compared", |q| Select {
            filter: Some(bin(Expr::Row(vec![c("age"), c("id")]), Less, Expr::Row(vec![q.int(36), q.int(2)]))),
            ..select("person", vec![c("id")])
        }),
        any("texts that contain a wildcard", |q| Select {
            filter: Some(matching(q, "name", TextMatch::Contains, "0%", false)),
            ..select("person", vec![c("name")])
        }),
        any("texts that start", |q| Select {
            filter: Some(matching(q, "name", TextMatch::StartsWith, "d_", false)),
            ..select("person", vec![c("name")])
        }),
        any("texts that end, whatever the case", |q| Select {
            filter: Some(matching(q, "name", TextMatch::EndsWith, "A", true)),
            ..select("person", vec![c("name")])
        }),
        any("an empty needle is in every text", |q| Select {
            filter: Some(matching(q, "email", TextMatch::Contains, "", false)),
            ..select("person", vec![c("id")])
        }),
        ordered("numbers of rows", |_| Select {
            projections: vec![
                p(c("id")),
                p(call(
                    Function::RowNumber {
                        partition_by: vec![c("age")],
                        order_by: vec![desc(c("name")), asc(c("id"))],
                    },
                    vec![],
                )),
            ],
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
    ]
}

fn matching(q: &mut Q, column: &str, kind: TextMatch, needle: &str, case_insensitive: bool) -> Expr {
    let needle = q.slot(drivetrain_adapter_api::Value::Text(needle.into()), DbType::Text);
    Expr::TextMatch { expr: Box::new(c(column)), kind, needle, case_insensitive }
}

fn person_team(kind: JoinKind) -> Select {
    Select {
        projections: vec![p(of("p", "name")), p(of("t", "name"))],
        from: Some(Source::aliased("person", "p")),
        joins: vec![join(kind, "team", "t", of("p", "team").equal(of("t", "id")))],
        order_by: vec![asc(of("p", "id"))],
        ..Select::default()
    }
}

fn joins() -> Vec<Case> {
    vec![
        ordered("inner join", |_| person_team(JoinKind::Inner)),
        ordered("left join", |_| person_team(JoinKind::Left)),
        ordered("what is said of a left join's rows afterwards", |_| Select {
            filter: Some(of("t", "id").is_null()),
            ..person_team(JoinKind::Left)
        }),
        ordered("left join on more than the key", |q| Select {
            joins: vec![join(
                JoinKind::Left,
                "team",
                "t",
                Expr::And(vec![of("p", "team").equal(of("t", "id")), of("t", "name").equal(q.text("core"))]),
            )],
            ..person_team(JoinKind::Left)
        }),
        any("cross join", |_| Select {
            projections: vec![p(of("a", "id")), p(of("b", "id"))],
            from: Some(Source::aliased("team", "a")),
            joins: vec![Join { kind: JoinKind::Cross, source: Source::aliased("team", "b"), on: None }],
            ..Select::default()
        }),
        ordered("a table with itself, by inequality", |_| Select {
            projections: vec![p(of("a", "id")), p(of("b", "id"))],
            from: Some(Source::aliased("person", "a")),
            joins: vec![join(JoinKind::Inner, "person", "b", bin(of("a", "id"), Less, of("b", "id")))],
            filter: Some(of("a", "age").equal(of("b", "age"))),
            order_by: vec![asc(of("a", "id")), asc(of("b", "id"))],
            ..Select::default()
        }),
        ordered("three tables", |_| Select {
            projections: vec![p(of("t", "name")), p(of("p", "name")), p(of("i", "label"))],
            from: Some(Source::aliased("team", "t")),
            joins: vec![
                join(JoinKind::Left, "person", "p", of("p", "team").equal(of("t", "id"))),
                join(JoinKind::Left, "item", "i", of("i", "owner").equal(of("p", "id"))),
            ],
            order_by: vec![asc(of("t", "id")), asc(of("p", "id")), asc(of("i", "id"))],
            ..Select::default()
        }),
        ordered("a derived table", |q| Select {
            projections: vec![p(of("old", "name"))],
            from: Some(Source::Select {
                select: Box::new(Select {
                    filter: Some(bin(c("age"), GreaterOrEqual, q.int(20))),
                    ..select("person", vec![c("id"), c("name")])
                }),
                alias: "old".into(),
                lateral: false,
            }),
            order_by: vec![asc(of("old", "id"))],
            ..Select::default()
        }),
        ordered("common table expressions that build on each other", |_| Select {
            with: vec![
                Cte {
                    name: "a".into(),
                    columns: vec!["x".into()],
                    body: CteBody::Select(Box::new(select("team", vec![c("id")]))),
                },
                cte(
                    "b",
                    CteBody::Select(Box::new(select(
                        "a",
                        vec![bin(c("x"), Multiply, n(2))].into_iter().collect(),
                    ))),
                ),
            ],
            projections: vec![p(of("a", "x"))],
            from: Some(Source::table("a")),
            joins: vec![Join { kind: JoinKind::Cross, source: Source::table("b"), on: None }],
            order_by: vec![asc(of("a", "x"))],
            ..Select::default()
        }),
    ]
}

fn groups() -> Vec<Case> {
    vec![
        any("aggregates of everything", |_| {
            select(
                "person",
                vec![
                    count(),
                    agg(Count, c("age")),
                    agg(Sum, c("age")),
                    agg(Average, c("age")),
                    agg(Min, c("name")),
                    agg(Max, c("age")),
                    agg(Sum, c("score")),
                    agg_distinct(Count, c("age")),
                    agg_distinct(Sum, c("age")),
                ],
            )
        }),
        any("aggregates of nothing", |_| Select {
            filter: Some(Expr::Or(vec![])),
            ..select(
                "person",
                vec![count(), agg(Sum, c("age")), agg(Average, c("score")), agg(Max, c("name"))],
            )
        }),
        any("groups of nothing are none", |_| Select {
            filter: Some(Expr::Or(vec![])),
            group_by: vec![c("age")],
            ..select("person", vec![c("age"), count()])
        }),
        any("groups, NULL is one", |_| Select {
            group_by: vec![c("age")],
            ..select("person", vec![c("age"), count(), agg(Max, c("id"))])
        }),
        ordered("having, ordered by an aggregate", |q| Select {
            group_by: vec![c("team")],
            having: Some(bin(count(), GreaterOrEqual, q.long(1))),
            order_by: vec![desc(count()), asc(c("team"))],
            ..select("person", vec![c("team"), count()])
        }),
        any("having without groups", |_| Select {
            having: Some(bin(count(), Greater, n(100))),
            ..select("person", vec![count()])
        }),
        any("groups by an expression", |_| Select {
            group_by: vec![call(Function::Coalesce, vec![c("age"), n(0)])],
            ..select("person", vec![call(Function::Coalesce, vec![c("age"), n(0)]), count()])
        }),
        ordered("the primary key decides its table's columns", |_| Select {
            projections: vec![p(of("t", "name")), p(count())],
            from: Some(Source::aliased("team", "t")),
            joins: vec![join(JoinKind::Inner, "person", "p", of("p", "team").equal(of("t", "id")))],
            group_by: vec![of("t", "id")],
            order_by: vec![asc(of("t", "id"))],
            ..Select::default()
        }),
        ordered("sums in a join", |_| Select {
            projections: vec![p(of("p", "name")), named(agg(Sum, of("i", "count")), "all")],
            from: Some(Source::aliased("person", "p")),
            joins: vec![join(JoinKind::Left, "item", "i", of("i", "owner").equal(of("p", "id")))],
            group_by: vec![of("p", "id"), of("p", "name")],
            order_by: vec![desc(c("all")), asc(of("p", "name"))],
            ..Select::default()
        }),
    ]
}

fn sets() -> Vec<Case> {
    let ages = || select("person", vec![c("age")]);
    let teams = || select("person", vec![c("team")]);
    let case =
        |name, operator| any(name, move |_| Select { set_operations: vec![(operator, teams())], ..ages() });
    vec![
        case("union", SetOperator::Union),
        case("union all", SetOperator::UnionAll),
        case("intersect", SetOperator::Intersect),
        case("except", SetOperator::Except),
        any("left to right", move |q| Select {
            set_operations: vec![
                (SetOperator::UnionAll, values(vec![n(2)])),
                (SetOperator::Intersect, values(vec![q.int(2)])),
            ],
            ..values(vec![n(1)])
        }),
        ordered("combined, ordered and limited", |q| Select {
            set_operations: vec![(SetOperator::Union, select("team", vec![c("name")]))],
            order_by: vec![asc(c("name"))],
            limit: Some(q.long(3)),
            ..select("person", vec![c("name")])
        }),
        any("an operand with a limit of its own", |q| Select {
            set_operations: vec![(
                SetOperator::UnionAll,
                Select {
                    order_by: vec![desc(c("id"))],
                    limit: Some(q.long(1)),
                    ..select("person", vec![c("id")])
                },
            )],
            ..values(vec![n(0)])
        }),
    ]
}

fn subqueries() -> Vec<Case> {
    let items_of = |condition: Vec<Expr>| Select {
        filter: Some(Expr::And(
            std::iter::once(of("i", "owner").equal(of("p", "id"))).chain(condition).collect(),
        )),
        from: Some(Source::aliased("item", "i")),
        projections: vec![p(n(1))],
        ..Select::default()
    };
    let people = |filter: Expr| Select {
        projections: vec![p(of("p", "id"))],
        from: Some(Source::aliased("person", "p")),
        filter: Some(filter),
        ..Select::default()
    };
    vec![
        any("exists", move |_| people(Expr::Exists(Box::new(items_of(vec![]))))),
        any("not exists", move |q| {
            let pens = items_of(vec![of("i", "label").equal(q.text("pen"))]);
            people(Expr::Exists(Box::new(pens)).not())
        }),
        any("in a select", move |_| {
            people(is_in(of("p", "id"), InList::Select(Box::new(select("item", vec![c("owner")])))))
        }),
        any("not in a select with a null is unknown", move |_| {
            people(is_in(of("p", "id"), InList::Select(Box::new(select("person", vec![c("team")])))).not())
        }),
        any("a row in a select", move |_| {
            people(is_in(
                Expr::Row(vec![of("p", "id"), of("p", "team")]),
                InList::Select(Box::new(select("item", vec![c("owner"), c("owner")]))),
            ))
        }),
        ordered("a value that another select gives", |_| Select {
            projections: vec![
                p(of("p", "name")),
                named(
                    Expr::Scalar(Box::new(Select {
                        projections: vec![p(agg(Sum, of("i", "count")))],
                        from: Some(Source::aliased("item", "i")),
                        filter: Some(of("i", "owner").equal(of("p", "id"))),
                        ..Select::default()
                    })),
                    "total",
                ),
            ],
            from: Some(Source::aliased("person", "p")),
            order_by: vec![asc(of("p", "id"))],
            ..Select::default()
        }),
        any("a value of no row is null", |_| {
            values(vec![Expr::Scalar(Box::new(Select {
                filter: Some(Expr::Or(vec![])),
                ..select("team", vec![c("id")])
            }))])
        }),
        any("in a select that is limited", move |q| {
            people(is_in(
                of("p", "id"),
                InList::Select(Box::new(Select {
                    order_by: vec![desc(c("count"))],
                    limit: Some(q.long(1)),
                    ..select("item", vec![c("owner")])
                })),
            ))
        }),
    ]
}

fn items_json(alias: &str) -> Expr {
    Expr::JsonRows(Box::new(JsonRows {
        select: Select {
            projections: vec![p(of("i", "id")), p(of("i", "label")), p(of("i", "count"))],
            from: Some(Source::aliased("item", "i")),
            filter: Some(of("i", "owner").equal(of(alias, "id"))),
            order_by: vec![desc(of("i", "label"))],
            ..Select::default()
        },
        items: vec![
            JsonItem::Scalar(DbType::Int64),
            JsonItem::Scalar(DbType::Text),
            JsonItem::Scalar(DbType::Int32),
        ],
    }))
}

fn postgres_only() -> Vec<Case> {
    vec![
        ordered("distinct on", |_| Select {
            distinct: Distinct::On(vec![c("age")]),
            order_by: vec![asc(c("age")), desc(c("id"))],
            ..select("person", vec![c("age"), c("id")])
        }),
        any("rows made of arrays", |q| Select {
            projections: vec![p(of("a", "n")), p(of("a", "t")), p(of("a", "at"))],
            from: Some(Source::Arrays {
                columns: vec![("n".into(), q.ints(&[7, 8])), ("t".into(), q.texts(&["x", "y"]))],
                ordinal: Some("at".into()),
                alias: "a".into(),
            }),
            ..Select::default()
        }),
        ordered("a lateral join", |q| Select {
            projections: vec![p(of("t", "name")), p(of("oldest", "name"))],
            from: Some(Source::aliased("team", "t")),
            joins: vec![Join {
                kind: JoinKind::Left,
                source: Source::Select {
                    select: Box::new(Select {
                        filter: Some(c("team").equal(of("t", "id"))),
                        order_by: vec![desc(c("age")), asc(c("id"))],
                        limit: Some(q.long(1)),
                        ..select("person", vec![of("person", "name")])
                    }),
                    alias: "oldest".into(),
                    lateral: true,
                },
                on: None,
            }],
            order_by: vec![asc(of("t", "id"))],
            ..Select::default()
        }),
        any("arrays that have elements", |q| Select {
            filter: Some(Expr::Or(vec![
                bin(c("tags"), ArrayHas, q.text("a")),
                bin(c("tags"), ArrayHasEvery, Expr::Slot(q.texts(&["b", "c d"]))),
            ])),
            ..select("person", vec![c("id"), c("tags")])
        }),
        any("arrays that have some element, and empty ones", |q| Select {
            filter: Some(Expr::Or(vec![
                bin(c("tags"), ArrayHasSome, Expr::Slot(q.texts(&["a", "z"]))),
                c("tags").equal(Expr::Slot(q.texts(&[]))),
            ])),
            ..select("person", vec![c("id")])
        }),
        ordered("arrays joined and counted", |q| Select {
            projections: vec![
                p(bin(c("tags"), ArrayConcat, Expr::Slot(q.texts(&["z"])))),
                p(call(Function::Length, vec![cast(c("tags"), DbType::array(DbType::Text))])),
            ],
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
        ordered("rows as json within rows as json", |_| Select {
            projections: vec![
                p(of("t", "id")),
                named(
                    Expr::JsonRows(Box::new(JsonRows {
                        select: Select {
                            projections: vec![
                                p(of("p", "name")),
                                p(of("p", "big")),
                                p(of("p", "score")),
                                p(of("p", "active")),
                                p(of("p", "data")),
                                p(of("p", "born")),
                                p(of("p", "price")),
                                p(of("p", "key")),
                                p(of("p", "small")),
                                p(items_json("p")),
                            ],
                            from: Some(Source::aliased("person", "p")),
                            filter: Some(of("p", "team").equal(of("t", "id"))),
                            order_by: vec![asc(of("p", "id"))],
                            ..Select::default()
                        },
                        items: [
                            DbType::Text,
                            DbType::Int64,
                            DbType::Float64,
                            DbType::Bool,
                            DbType::Bytes,
                            DbType::Date,
                            DbType::Decimal,
                            DbType::Uuid,
                            DbType::Int16,
                        ]
                        .into_iter()
                        .map(JsonItem::Scalar)
                        .chain([JsonItem::Nested])
                        .collect(),
                    })),
                    "people",
                ),
            ],
            from: Some(Source::aliased("team", "t")),
            order_by: vec![asc(of("t", "id"))],
            ..Select::default()
        }),
        ordered("sums and averages of all numbers", |_| {
            select(
                "person",
                vec![
                    agg(Sum, c("small")),
                    agg(Average, c("small")),
                    agg(Sum, c("big")),
                    agg(Average, c("big")),
                    agg(Sum, c("price")),
                    agg(Average, c("price")),
                    agg(Min, c("price")),
                    agg(Average, c("score")),
                    agg_distinct(Sum, c("price")),
                ],
            )
        }),
        ordered("an order without a word on nulls", |_| Select {
            order_by: vec![OrderBy::descending(c("age")), OrderBy::ascending(c("id"))],
            ..select("person", vec![c("id"), c("price"), c("key")])
        }),
        any("locked rows", |q| Select {
            filter: Some(c("id").equal(q.int(1))),
            lock: Some(Lock { shared: false, wait: LockWait::Wait }),
            ..select("team", vec![c("name")])
        }),
    ]
}
