//! Operators, functions, casts, cases.

use drivetrain_adapter_api::statement::{
    BinaryOperator, Expr, Function, Literal, OrderBy, Projection, Select, TableName,
};
use drivetrain_adapter_api::{DbType, Dialect, Value};

use crate::support::build::*;
use crate::support::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let numbered = Function::RowNumber {
        partition_by: vec![col("authorId")],
        order_by: vec![OrderBy::descending(col("views"))],
    };
    let next_id = |table: TableName| call(Function::NextId { table, column: "id".into() }, vec![]);
    let cast = |ty| Expr::Cast(Box::new(literal("12")), ty);
    vec![
        case("arithmetic, in the order it is built", values(vec![binary(
            binary(slot(0, Int32), BinaryOperator::Subtract, binary(slot(1, Int32), BinaryOperator::Subtract, int(-1))),
            BinaryOperator::Multiply,
            binary(int(2), BinaryOperator::Add, int(3)),
        )]), vec![Value::Int32(10), Value::Int32(4)])
        .gives(["25"]),
        case("division of floats", values(vec![binary(slot(0, Float64), BinaryOperator::Divide, slot(1, Float64))]), vec![
            Value::Float64(1.0),
            Value::Float64(4.0),
        ])
        .gives(["0.25"]),
        case("texts joined", values(vec![binary(
            binary(slot(0, Text), BinaryOperator::Concat, literal("-")),
            BinaryOperator::Concat,
            slot(1, Text),
        )]), vec![text("a"), text("b")])
        .gives(["a-b"]),
        case("literals", values(vec![
            literal("it's a \\ \"text\""),
            Expr::Literal(Literal::Null),
            Expr::Literal(Literal::Bool(true)),
            int(i64::MAX),
            int(i64::MIN),
        ]), vec![])
        .gives(["it's a \\ \"text\"|NULL|1|9223372036854775807|-9223372036854775808"]),
        case("functions", values(vec![
            call(Function::Coalesce, vec![slot(0, Text), literal("none")]),
            call(Function::Coalesce, vec![literal("one")]),
            call(Function::Coalesce, vec![]),
            call(Function::Lower, vec![literal("AbC")]),
            call(Function::Upper, vec![literal("AbC")]),
            call(Function::Length, vec![literal("größe")]),
            call(Function::Abs, vec![int(-5)]),
        ]), vec![Value::Null(Text)])
        .gives(["none|one|NULL|abc|ABC|5|5"]),
        case("the length of an array", values(vec![
            call(Function::Length, vec![slot(0, list(Int32))]),
            call(Function::Length, vec![Expr::Cast(Box::new(literal("{}")), list(Text))]),
        ]), vec![ints([4, 5])])
        .gives(["2|0"]),
        case("now, both forms", Select {
            projections: vec![Projection::new(call(Function::Now, vec![])), Projection::new(call(Function::NowUtc, vec![]))],
            ..Select::default()
        }, vec![]),
        case("the form of now", values(vec![Expr::And(vec![
            call(Function::Length, vec![Expr::Cast(Box::new(call(Function::NowUtc, vec![])), Text)])
                .binary(BinaryOperator::Greater, int(18)),
            Expr::Literal(Literal::Bool(true)),
        ])]), vec![])
        .gives(["1"]),
        case("the next id", values(vec![next_id("Stamp".into())]), vec![]),
        case("the next id of a column whose table is named as badly as can be", values(vec![next_id("it's \\ \"x\"".into())]), vec![]),
        case("row numbers", Select {
            projections: vec![Projection::new(col("title")), Projection::new(call(numbered, vec![]))],
            filter: Some(col("authorId").is_null().not()),
            ..select("Post", &[])
        }, vec![])
        .gives(["Hello|1", "World|2", "hello again|1"]),
        case("case", Select {
            projections: vec![Projection::new(Expr::Case {
                arms: vec![
                    (col("age").is_null(), slot(0, Text)),
                    (col("age").binary(BinaryOperator::Greater, int(25)), literal("old")),
                ],
                otherwise: Some(Box::new(literal("young"))),
            })],
            ..select("User", &[])
        }, vec![text("?")])
        .gives(["old", "old", "?", "young"]),
        case("case without arms", values(vec![
            Expr::Case { arms: vec![], otherwise: Some(Box::new(int(1))) },
            Expr::Case { arms: vec![], otherwise: None },
        ]), vec![])
        .gives(["1|NULL"]),
        case("casts", values(vec![
            cast(Int16),
            cast(Int64),
            cast(Float64),
            Expr::Cast(Box::new(int(7)), Text),
            cast(DbType::Unknown),
            cast(DbType::Named(std::sync::Arc::new(drivetrain_adapter_api::value::NamedType {
                dialect: Dialect::Postgres,
                schema: None,
                name: "character varying".into(),
                carrier: Text,
            }))),
        ]), vec![])
        .gives(["12|12|12.0|7|12|12"]),
        case("a cast of a sum", values(vec![Expr::Cast(
            Box::new(binary(int(1), BinaryOperator::Add, int(2))),
            Int32,
        )
        .binary(BinaryOperator::Multiply, Expr::Cast(Box::new(binary(int(1), BinaryOperator::Add, int(1))), DbType::Unknown))]), vec![])
        .gives(["6"]),
        case("rows compared", filtered("Vote", &["userId"], binary(
            Expr::Row(vec![col("userId"), col("postId")]),
            BinaryOperator::Greater,
            Expr::Row(vec![slot(0, Int32), slot(1, Int32)]),
        )), vec![Value::Int32(1), Value::Int32(1)])
        .gives(["1", "2"]),
        case("a value of every type", values(vec![
            slot(0, Bool), slot(1, Int16), slot(2, Int32), slot(3, Int64), slot(4, Float64),
            Expr::Cast(Box::new(slot(5, Decimal)), Text), slot(6, Text), slot(7, Bytes),
            Expr::Cast(Box::new(slot(8, Uuid)), Text), slot(9, DbType::Date).equal(literal("2024-02-29")),
            slot(10, Json),
        ]), vec![
            Value::Bool(true), Value::Int16(-32768), Value::Int32(i32::MIN), Value::Int64(i64::MAX), Value::Float64(-0.0),
            Value::Decimal("1.10".parse().unwrap()), text("ü\n'\\"), Value::Bytes(vec![0, 255]),
            Value::Uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse().unwrap()),
            Value::Date("2024-02-29".parse().unwrap()), Value::Json(drivetrain_adapter_api::value::Json::new("[1]")),
        ])
        .gives(["1|-32768|-2147483648|9223372036854775807|-0.0|1.10|ü\n'\\|00ff|f81d4fae-7dec-11d0-a765-00a0c91e6bf6|1|[1]"]),
        case("dates and times of every type", values(vec![
            slot(0, DbType::Time), slot(1, DbType::TimeTz), slot(2, DbType::Timestamp), slot(3, DbType::TimestampTz),
            slot(4, DbType::Interval), slot(5, DbType::UInt64), slot(6, DbType::Float32),
        ]), vec![
            Value::NULL, Value::NULL, Value::NULL, Value::NULL, Value::NULL, Value::NULL, Value::NULL,
        ])
        .gives(["NULL|NULL|NULL|NULL|NULL|NULL|NULL"]),
    ]
}
