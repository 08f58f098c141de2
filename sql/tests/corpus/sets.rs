//! Set operations and common table expressions that read.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{Cte, CteBody, OrderBy, Projection, Select, SetOperator, Source};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn one(number: i64) -> Select {
    Select { projections: vec![Projection::named(int(number), "n")], ..Select::default() }
}

fn numbers(numbers: &[i64]) -> Select {
    let others = numbers[1..].iter().map(|number| (SetOperator::UnionAll, one(*number))).collect();
    Select { set_operations: others, ..one(numbers[0]) }
}

pub(super) fn cases() -> Vec<Case> {
    let ordered = |select: Select| Select { order_by: vec![OrderBy::descending(col("n"))], ..select };
    let active = Cte {
        name: "act\"ive".into(),
        columns: names(&["key", "years"]),
        body: CteBody::Select(Box::new(filtered("User", &["id", "age"], col("active").equal(slot(0, Bool))))),
    };
    vec![
        case("union", Select { set_operations: vec![(SetOperator::Union, one(1))], ..one(1) }, vec![])
            .gives(["1"]),
        case(
            "union of all, ordered and limited",
            ordered(Select { limit: Some(slot(0, Int64)), ..numbers(&[1, 2, 3]) }),
            vec![Value::Int64(2)],
        )
        .in_order(["3", "2"]),
        case(
            "from left to right, though INTERSECT binds more tightly",
            Select {
                set_operations: vec![
                    (SetOperator::Union, one(2)),
                    (SetOperator::Intersect, one(2)),
                    (SetOperator::Except, one(3)),
                ],
                ..one(1)
            },
            vec![],
        )
        .gives(["2"]),
        case(
            "an operand with an order and a limit of its own",
            Select {
                set_operations: vec![(
                    SetOperator::UnionAll,
                    Select {
                        projections: vec![Projection::new(col("id"))],
                        order_by: vec![OrderBy::descending(col("id"))],
                        limit: Some(int(1)),
                        ..select("User", &[])
                    },
                )],
                ..one(0)
            },
            vec![],
        )
        .gives(["0", "4"]),
        case(
            "an operand that is combined itself",
            Select { set_operations: vec![(SetOperator::Except, numbers(&[1, 3]))], ..numbers(&[2]) },
            vec![],
        )
        .gives(["2"]),
        case(
            "a common table expression",
            Select {
                with: vec![active],
                projections: vec![Projection::new(col("key"))],
                from: Some(Source::table("act\"ive")),
                filter: Some(col("years").is_null().not()),
                ..Select::default()
            },
            vec![Value::Bool(true)],
        )
        .gives(["1", "2", "4"]),
    ]
}
