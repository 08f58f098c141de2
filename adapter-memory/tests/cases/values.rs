//! Expressions on values.

use BinaryOperator::*;
use drivetrain_adapter_api::statement::*;
use drivetrain_adapter_api::{DbType, Value};

use super::Case;
use super::build::*;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = everywhere();
    cases.extend(typed());
    cases.extend(mistakes());
    cases
}

fn everywhere() -> Vec<Case> {
    vec![
        any("arithmetic of integers", |q| {
            values(vec![
                bin(q.int(7), Add, q.int(5)),
                bin(q.int(7), Subtract, q.int(9)),
                bin(q.int(-7), Multiply, q.int(5)),
                bin(q.int(-7), Divide, q.int(2)),
                bin(q.int(1), Add, null()),
            ])
        }),
        any("arithmetic of floats", |q| {
            values(vec![
                bin(q.float(0.1), Add, q.float(0.2)),
                bin(q.float(1.0), Divide, q.float(3.0)),
                bin(q.float(2.5), Multiply, n(2)),
            ])
        }),
        ordered("functions on texts", |_| Select {
            projections: vec![
                p(call(Function::Lower, vec![c("email")])),
                p(call(Function::Upper, vec![c("email")])),
                p(call(Function::Length, vec![c("name")])),
                p(bin(c("name"), Concat, c("email"))),
            ],
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
        ordered("absolute values and coalesce", |q| Select {
            projections: vec![
                p(call(Function::Abs, vec![c("age")])),
                p(call(Function::Abs, vec![c("score")])),
                p(call(Function::Coalesce, vec![c("age"), c("team"), q.int(0)])),
                p(call(Function::Coalesce, vec![c("email"), q.text("none")])),
            ],
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
        ordered("case", |q| Select {
            projections: vec![
                p(Expr::Case {
                    arms: vec![
                        (bin(c("age"), Less, q.int(0)), q.text("unborn")),
                        (bin(c("age"), Less, q.int(30)), q.text("young")),
                    ],
                    otherwise: Some(Box::new(q.text("other"))),
                }),
                p(Expr::Case { arms: vec![(c("active"), c("id"))], otherwise: None }),
                p(Expr::Case { arms: vec![(c("active"), n(1))], otherwise: Some(Box::new(c("big"))) }),
            ],
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
        any("casts to texts and numbers", |q| {
            values(vec![
                cast(q.int(12), DbType::Text),
                cast(q.text("34"), DbType::Int32),
                cast(q.int(3), DbType::Float64),
                cast(q.text("0.5"), DbType::Float64),
                cast(null(), DbType::Int32),
            ])
        }),
        any("comparisons across widths", |q| {
            values(vec![
                bin(q.int(1), Equal, q.long(1)),
                bin(q.long(i64::MAX), Greater, q.int(1)),
                bin(q.float(1.0), Equal, q.int(1)),
                bin(q.float(0.0), Equal, q.float(-0.0)),
                bin(q.text("a"), Less, q.text("b")),
                bin(q.text("Z"), Less, q.text("a")),
            ])
        }),
        any("moments compared", |q| {
            let day = Value::Date("2000-01-01".parse().expect("a date"));
            let at = Value::Timestamp("1999-12-31 23:59:59.999999".parse().expect("a timestamp"));
            let filter =
                Expr::Or(vec![c("born").equal(q.value(day)), bin(c("seen"), LessOrEqual, q.value(at))]);
            Select { filter: Some(filter), ..select("person", vec![c("id")]) }
        }),
        any("bytes compared", |q| Select {
            filter: Some(bin(c("data"), GreaterOrEqual, q.value(Value::Bytes(vec![1])))),
            ..select("person", vec![c("id")])
        }),
        any("booleans as conditions", |_| Select {
            filter: Some(c("active").not()),
            ..select("person", vec![c("id"), c("active")])
        }),
    ]
}

fn typed() -> Vec<Case> {
    vec![
        any("decimals keep their digits", |q| {
            let _ = q.slot(
                Value::Array(drivetrain_adapter_api::value::Array::new(DbType::Int32, vec![Value::Int32(1)])),
                DbType::array(DbType::Int32),
            );
            let on = bin(Expr::Slot(Slot { index: 0, ty: DbType::array(DbType::Int32) }), ArrayHas, n(1));
            Select {
                filter: Some(on),
                ..values(vec![
                    bin(q.decimal("0.1"), Add, q.decimal("0.20")),
                    bin(q.decimal("1.10"), Multiply, q.decimal("3.000")),
                    bin(q.decimal("1"), Divide, q.decimal("3")),
                    bin(q.decimal("2"), Divide, n(3)),
                    bin(q.decimal("5"), Divide, q.decimal("5")),
                    bin(q.decimal("0"), Divide, q.decimal("7.00")),
                    bin(q.decimal("0.00004"), Divide, q.decimal("40000")),
                    bin(q.decimal("123456789.123"), Divide, q.decimal("0.0007")),
                    bin(q.decimal("1"), Subtract, q.long(i64::MAX)),
                    call(Function::Abs, vec![q.decimal("-1.50")]),
                    bin(q.decimal("1.10"), Equal, q.decimal("1.1")),
                    bin(q.decimal("0.1"), Equal, q.float(0.1)),
                    cast(q.decimal("2.5"), DbType::Int32),
                    cast(q.decimal("-2.5"), DbType::Int64),
                    cast(q.float(2.5), DbType::Int32),
                    cast(q.float(0.1), DbType::Decimal),
                    cast(q.float(1e20), DbType::Decimal),
                    cast(q.text("1.50"), DbType::Decimal),
                ])
            }
        }),
        ordered("casts of columns to text", |_| Select {
            projections: ["score", "active", "big", "born", "seen", "data", "tags", "price", "key", "small"]
                .map(|name| p(cast(c(name), DbType::Text)))
                .to_vec(),
            filter: Some(Expr::Or(vec![c("tags").is_null(), c("tags").is_null().not()])),
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
        ordered("casts between moments", |_| Select {
            projections: vec![
                p(cast(c("seen"), DbType::Date)),
                p(cast(c("seen"), DbType::Time)),
                p(cast(c("born"), DbType::Timestamp)),
                p(bin(c("born"), Less, c("seen"))),
                p(c("tags")),
            ],
            order_by: vec![asc(c("id"))],
            ..select("person", vec![])
        }),
        ordered("the types of mixed expressions", |q| Select {
            projections: vec![
                p(bin(c("small"), Add, c("age"))),
                p(bin(c("age"), Add, c("big"))),
                p(bin(c("price"), Add, c("age"))),
                p(bin(c("score"), Add, c("age"))),
                p(bin(c("price"), Multiply, c("score"))),
                p(call(Function::Coalesce, vec![c("small"), c("big")])),
                p(call(Function::Coalesce, vec![c("age"), c("price")])),
                p(c("tags")),
            ],
            filter: Some(c("id").equal(q.int(5))),
            ..select("person", vec![])
        }),
        ordered("ordered by every sort of value", |_| Select {
            order_by: vec![asc(c("tags")), desc(c("key")), asc(c("price")), asc(c("id"))],
            ..select("person", vec![c("id"), c("tags")])
        }),
        any("documents are equal whatever their text", |q| {
            let json = Value::Json(drivetrain_adapter_api::value::Json::new("{\"a\":1.0}"));
            Select {
                filter: Some(c("doc").equal(q.value(json))),
                ..select("person", vec![c("id"), c("tags")])
            }
        }),
        ordered("distinct decimals", |_| Select {
            distinct: Distinct::Rows,
            order_by: vec![asc(c("price"))],
            ..select("person", vec![c("price"), c("tags")])
        }),
    ]
}

fn mistakes() -> Vec<Case> {
    vec![
        any("no such table", |_| select("nobody", vec![c("id")])),
        any("no such column", |_| select("team", vec![c("nothing")])),
        any("a column that can be of two tables", |_| Select {
            projections: vec![p(c("id"))],
            from: Some(Source::aliased("team", "a")),
            joins: vec![Join { kind: JoinKind::Cross, source: Source::aliased("team", "b"), on: None }],
            ..Select::default()
        }),
    ]
}

/// What SQLite lets pass, or has no answer to.
pub(crate) fn only_on_postgres() -> Vec<Case> {
    vec![
        any("no column at all", |_| select("team", vec![])),
        any("division by zero", |q| values(vec![bin(q.int(1), Divide, q.int(0))])),
        any("an integer that overflows", |q| values(vec![bin(q.int(i32::MAX), Add, q.int(1))])),
        any("a text compared with a number", |q| Select {
            filter: Some(c("name").equal(q.int(1))),
            ..select("team", vec![c("id")])
        }),
        any("a column that is not grouped by", |_| Select {
            group_by: vec![c("team")],
            ..select("person", vec![c("name"), count()])
        }),
        any("several rows where one value is taken", |_| {
            values(vec![Expr::Scalar(Box::new(select("team", vec![c("id")])))])
        }),
        any("a text that is no number", |q| values(vec![cast(q.text("x"), DbType::Int32)])),
        any("a number that does not fit", |q| values(vec![cast(q.long(1 << 40), DbType::Int32)])),
        any("selects of different width combined", |_| Select {
            set_operations: vec![(SetOperator::Union, values(vec![n(1), n(2)]))],
            ..values(vec![n(1)])
        }),
        any("a negative limit", |q| Select { limit: Some(q.long(-1)), ..select("team", vec![c("id")]) }),
        any("an aggregate in a filter", |_| Select {
            filter: Some(bin(count(), Greater, n(1))),
            ..select("team", vec![c("id")])
        }),
        any("a table that is not in the statement", |_| select("team", vec![of("person", "id")])),
    ]
}
