//! `IN`: lists of values, rows of values, selects; operators on arrays.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{BinaryOperator, Expr, InList, OrderBy, Projection, Select};
use drivetrain_adapter_api::value::Array;

use crate::support::build::*;
use crate::support::case::{Case, case};

fn users(filter: Expr) -> Select {
    filtered("User", &["id"], filter)
}

fn votes(negated: bool) -> Select {
    let found = Expr::In {
        expr: Box::new(Expr::Row(vec![col("userId"), col("postId")])),
        list: InList::Rows(vec![bare_slot(0, list(Int32)), bare_slot(1, list(Int32))]),
    };
    filtered("Vote", &["userId", "postId"], if negated { found.not() } else { found })
}

fn floats(numbers: &[f64]) -> Value {
    array(Float64, numbers.iter().map(|number| Value::Float64(*number)).collect())
}

pub(super) fn cases() -> Vec<Case> {
    let nullable = Value::Array(Array::new(Int32, vec![Value::Int32(1), Value::Null(Int32)]));
    let tags = |operator| {
        let tags = Expr::Cast(Box::new(literal("{a,b}")), list(Text));
        Select {
            projections: vec![Projection::new(binary(tags, operator, slot(0, list(Text))))],
            ..Select::default()
        }
    };
    vec![
        case("integers", users(in_slot(col("id"), 0, Int32)), vec![ints([1, 3, 7])]).gives(["1", "3"]),
        case(
            "texts",
            users(in_slot(col("email"), 0, Text)),
            vec![texts(&["ann@x.org", "\"\\\n\u{1}☃", "100%@x.org"])],
        )
        .gives(["1", "4"]),
        case("labels", users(in_slot(col("role"), 0, role())), vec![array(role(), vec![label("ADMIN")])])
            .gives(["1"]),
        case("booleans", users(in_slot(col("active"), 0, Bool)), vec![array(Bool, vec![Value::Bool(false)])])
            .gives(["3"]),
        case(
            "floats, three and padded",
            users(in_slot(col("score"), 0, Float64)),
            vec![floats(&[1.5, 9.0, -2.25])],
        )
        .gives(["1", "3"]),
        case(
            "bytes",
            users(in_slot(col("hash"), 0, Bytes)),
            vec![array(Bytes, vec![Value::Bytes(vec![0, 255])])],
        )
        .gives([]),
        case("none", users(in_slot(col("id"), 0, Int32)), vec![ints([])]).gives([]),
        case("none, of floats", users(in_slot(col("score"), 0, Float64)), vec![floats(&[])]).gives([]),
        case("not in none", users(in_slot(col("age"), 0, Int32).not()), vec![ints([])])
            .gives(["1", "2", "3", "4"]),
        case("not in a list", users(in_slot(col("age"), 0, Int32).not()), vec![ints([30])]).gives(["2", "4"]),
        case("a list with NULL", users(in_slot(col("id"), 0, Int32)), vec![nullable.clone()]).gives(["1"]),
        case(
            "not in a list with NULL is never true",
            users(in_slot(col("id"), 0, Int32).not()),
            vec![nullable],
        )
        .gives([]),
        case("a list that is NULL", users(in_slot(col("id"), 0, Int32)), vec![Value::NULL]).gives([]),
        case("not in a list that is NULL", users(in_slot(col("id"), 0, Int32).not()), vec![Value::NULL])
            .gives([]),
        case(
            "a condition with values of its own before an empty list",
            users(Expr::And(vec![
                in_slot(binary(col("score"), BinaryOperator::Add, slot(0, Float64)), 1, Float64).not(),
                col("id").equal(slot(2, Int32)),
            ])),
            vec![Value::Float64(1.0), floats(&[]), Value::Int32(2)],
        )
        .gives(["2"]),
        case("rows", votes(false), vec![ints([1, 2, 5]), ints([2, 1, 5])]).gives(["1|2", "2|1"]),
        case("not in rows", votes(true), vec![ints([1, 2, 5]), ints([2, 1, 5])]).gives(["1|1"]),
        case("no rows", votes(false), vec![ints([]), ints([])]).gives([]),
        case("not in no rows", votes(true), vec![ints([]), ints([])]).gives(["1|1", "1|2", "2|1"]),
        case(
            "a select",
            users(in_select(
                col("id"),
                filtered("Post", &["authorId"], col("views").binary(BinaryOperator::Greater, slot(0, Int32))),
            )),
            vec![Value::Int32(6)],
        )
        .gives(["1", "2"]),
        case(
            "a select with a limit",
            users(in_select(
                col("id"),
                Select {
                    order_by: vec![OrderBy::descending(col("views"))],
                    limit: Some(slot(0, Int64)),
                    ..select("Post", &["authorId"])
                },
            )),
            vec![Value::Int64(1)],
        )
        .gives(["1"]),
        case(
            "an array has an element",
            values(vec![binary(
                Expr::Cast(Box::new(literal("{a,b}")), list(Text)),
                BinaryOperator::ArrayHas,
                slot(0, Text),
            )]),
            vec![text("a")],
        )
        .gives(["1"]),
        case("an array has every element", tags(BinaryOperator::ArrayHasEvery), vec![texts(&["a", "c"])])
            .gives(["0"]),
        case("an array has some element", tags(BinaryOperator::ArrayHasSome), vec![texts(&["a", "c"])])
            .gives(["1"]),
        case("arrays joined", tags(BinaryOperator::ArrayConcat), vec![texts(&["c"])])
            .gives([r#"[Some("a"), Some("b"), Some("c")]"#]),
        case(
            "UUIDs",
            users(in_slot(col("key"), 0, Uuid)),
            vec![array(Uuid, vec![Value::Uuid("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6".parse().unwrap())])],
        )
        .gives([]),
    ]
}
