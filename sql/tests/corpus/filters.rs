//! Conditions: comparisons, NULL, junctions, searches in texts.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{BinaryOperator, Expr, TextMatch};

use crate::support::build::*;
use crate::support::case::{Case, case};

fn users(filter: Expr) -> drivetrain_adapter_api::statement::Select {
    filtered("User", &["id"], filter)
}

fn name(kind: TextMatch, insensitive: bool) -> drivetrain_adapter_api::statement::Select {
    users(matches(col("name"), kind, 0, insensitive))
}

pub(super) fn cases() -> Vec<Case> {
    let older = |age| col("age").binary(BinaryOperator::GreaterOrEqual, slot(age, Int32));
    let posts = filtered("Post", &["id"], of("Post", "authorId").equal(of("User", "id")));
    let many = (0..70).map(|number| col("id").equal(int(number))).collect();
    vec![
        case(
            "and, or, not",
            users(Expr::And(vec![
                Expr::Or(vec![older(0), col("age").is_null()]),
                Expr::Not(Box::new(col("role").equal(slot(1, role())))),
            ])),
            vec![Value::Int32(40), label("ADMIN")],
        )
        .gives(["2", "3"]),
        case("no conditions of which all hold", users(Expr::And(vec![])), vec![]).gives(["1", "2", "3", "4"]),
        case("no conditions of which one holds", users(Expr::Or(vec![])), vec![]).gives([]),
        case(
            "a value used twice",
            users(Expr::Or(vec![col("id").equal(slot(0, Int32)), col("age").equal(slot(0, Int32))])),
            vec![Value::Int32(40)],
        )
        .gives(["2"]),
        case(
            "comparisons",
            users(Expr::And(vec![
                col("age").binary(BinaryOperator::Less, slot(0, Int32)),
                col("age").binary(BinaryOperator::LessOrEqual, slot(0, Int32)),
                col("age").binary(BinaryOperator::Greater, slot(1, Int32)),
                col("age").binary(BinaryOperator::NotEqual, slot(1, Int32)),
            ])),
            vec![Value::Int32(40), Value::Int32(20)],
        )
        .gives(["1"]),
        case(
            "equal, where NULL equals NULL",
            users(col("name").binary(BinaryOperator::IsNotDistinctFrom, slot(0, Text))),
            vec![Value::Null(Text)],
        )
        .gives(["3"]),
        case(
            "a negation of a comparison and of NULL",
            users(Expr::Or(vec![col("name").is_null().not(), older(0).not()])),
            vec![Value::Int32(1)],
        )
        .gives(["1", "2", "4"]),
        case("seventy alternatives", users(Expr::Or(many)), vec![]).gives(["1", "2", "3", "4"]),
        case("records with related ones", users(Expr::Exists(Box::new(posts.clone()))), vec![])
            .gives(["1", "2"]),
        case("records without related ones", users(Expr::Exists(Box::new(posts)).not()), vec![])
            .gives(["3", "4"]),
        case("contains, with wildcards in the needle", name(TextMatch::Contains, false), vec![text("%_o")])
            .gives(["4"]),
        case("starts with", name(TextMatch::StartsWith, false), vec![text("50%_")]).gives(["4"]),
        case("ends with", name(TextMatch::EndsWith, false), vec![text("!")]).gives(["4"]),
        case("contains, whatever the case", name(TextMatch::Contains, true), vec![text("O")])
            .gives(["2", "4"]),
        case("starts with, whatever the case", name(TextMatch::StartsWith, true), vec![text("aN")])
            .gives(["1"]),
        case("ends with, whatever the case", name(TextMatch::EndsWith, true), vec![text("OFF!")])
            .gives(["4"]),
        case("case matters", name(TextMatch::StartsWith, false), vec![text("ann")]).gives([]),
        case("a needle that is NULL", name(TextMatch::Contains, false), vec![Value::Null(Text)]).gives([]),
    ]
}
