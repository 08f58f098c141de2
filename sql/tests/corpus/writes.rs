//! Updates, deletes, and common table expressions that write.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::{
    BinaryOperator, Cte, CteBody, Delete, Expr, Function, Insert, InsertSource, Projection, Select, Source,
    TableName, Update,
};

use crate::support::build::*;
use crate::support::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let by_id = || col("id").equal(slot(0, Int32));
    let more = |column: &str| binary(col(column), BinaryOperator::Add, int(1));
    let user = Insert {
        returning: projections(&["id", "email"]),
        ..insert("User", &["email"], InsertSource::Rows(vec![vec![slot(0, Text)]]))
    };
    let posts = Insert {
        returning: projections(&["authorId", "title"]),
        ..insert(
            "Post",
            &["authorId", "title"],
            InsertSource::Select(Box::new(Select {
                projections: vec![Projection::new(of("u", "id")), Projection::new(slot(1, Text))],
                from: Some(Source::aliased("u", "u")),
                ..Select::default()
            })),
        )
    };
    let cte = |name: &str, body| Cte { name: name.into(), columns: vec![], body };
    let nested = Select {
        with: vec![cte("u", CteBody::Insert(Box::new(user))), cte("p", CteBody::Insert(Box::new(posts)))],
        projections: vec![Projection::new(of("u", "email")), Projection::new(of("p", "title"))],
        from: Some(Source::table("u")),
        joins: vec![drivetrain_adapter_api::statement::Join {
            kind: drivetrain_adapter_api::statement::JoinKind::Inner,
            source: Source::table("p"),
            on: Some(of("p", "authorId").equal(of("u", "id"))),
        }],
        ..Select::default()
    };
    let gone = Delete {
        returning: projections(&["title"]),
        ..delete("Post", Some(col("id").equal(slot(0, Int32))))
    };
    let changed = Update {
        returning: projections(&["id"]),
        ..update("User", vec![set("age", slot(1, Int32))], col("id").equal(slot(2, Int32)))
    };
    vec![
        case(
            "one record",
            update("User", vec![set("name", slot(1, Text)), set("age", more("age"))], by_id()),
            vec![Value::Int32(1), text("Anna")],
        )
        .gives([]),
        case(
            "one record, given back",
            Update {
                returning: vec![Projection::new(of("User", "name")), Projection::named(col("age"), "years")],
                ..update("User", vec![set("name", slot(1, Text)), set("age", more("age"))], by_id())
            },
            vec![Value::Int32(1), text("Anna")],
        )
        .gives(["Anna|31"]),
        case(
            "all records",
            Update { filter: None, ..update("User", vec![set("active", slot(0, Bool))], Expr::And(vec![])) },
            vec![Value::Bool(false)],
        ),
        case(
            "to the default",
            Update {
                returning: projections(&["role"]),
                ..update("User", vec![set("role", Expr::Default)], by_id())
            },
            vec![Value::Int32(1)],
        )
        .gives(["USER"]),
        case(
            "each by the old value of the other",
            Update {
                returning: projections(&["userId", "postId"]),
                ..update(
                    "Vote",
                    vec![set("userId", col("postId")), set("postId", col("userId"))],
                    col("userId").equal(int(1)),
                )
            },
            vec![],
        )
        .gives(["1|1", "2|1"])
        .gives_on(drivetrain_adapter_api::Dialect::Sqlite, ["1|1", "2|1"]),
        case(
            "one by the old value of another",
            update(
                "Post",
                vec![
                    set("views", more("views")),
                    set(
                        "title",
                        binary(
                            col("title"),
                            BinaryOperator::Concat,
                            Expr::Cast(Box::new(col("views")), Text),
                        ),
                    ),
                ],
                by_id(),
            ),
            vec![Value::Int32(1)],
        ),
        case(
            "by a related record",
            Update {
                returning: projections(&["id", "age"]),
                ..update(
                    "User",
                    vec![set(
                        "age",
                        Expr::Scalar(Box::new(Select {
                            projections: vec![Projection::new(call(
                                Function::Coalesce,
                                vec![
                                    aggregate(
                                        drivetrain_adapter_api::statement::AggregateFunction::Max,
                                        Some(of("p", "views")),
                                    ),
                                    int(0),
                                ],
                            ))],
                            from: Some(Source::aliased("Post", "p")),
                            filter: Some(of("p", "authorId").equal(of("User", "id"))),
                            ..Select::default()
                        })),
                    )],
                    col("id").binary(BinaryOperator::LessOrEqual, int(3)),
                )
            },
            vec![],
        )
        .gives(["1|10", "2|7", "3|0"]),
        case(
            "in a schema that is named",
            Update {
                table: TableName::in_schema("ma\"in", "User"),
                ..update("User", vec![set("age", slot(1, Int32))], by_id())
            },
            vec![Value::Int32(1), Value::Int32(2)],
        ),
        case("nothing changed", update("User", vec![], Expr::And(vec![])), vec![]),
        case("removed", delete("Post", Some(by_id())), vec![Value::Int32(4)]).gives([]),
        case("removed, given back", gone.clone(), vec![Value::Int32(4)]).gives(["Orphan"]),
        case("all removed", delete("Vote", None), vec![]),
        case(
            "with a common table expression",
            Delete {
                with: vec![cte(
                    "old",
                    CteBody::Select(Box::new(filtered("Post", &["id"], col("views").equal(slot(0, Int32))))),
                )],
                returning: projections(&["title"]),
                ..delete("Post", Some(in_select(col("id"), select("old", &["id"]))))
            },
            vec![Value::Int32(0)],
        )
        .gives(["Orphan"]),
        case("a record and a related one in one statement", nested, vec![text("new"), text("First")])
            .gives(["new|First"]),
        case(
            "a removal and a change in one statement",
            Select {
                with: vec![
                    cte("gone", CteBody::Delete(Box::new(gone))),
                    cte("changed", CteBody::Update(Box::new(changed))),
                ],
                projections: vec![Projection::new(of("gone", "title")), Projection::new(of("changed", "id"))],
                from: Some(Source::table("gone")),
                joins: vec![drivetrain_adapter_api::statement::Join {
                    kind: drivetrain_adapter_api::statement::JoinKind::Cross,
                    source: Source::table("changed"),
                    on: None,
                }],
                ..Select::default()
            },
            vec![Value::Int32(4), Value::Int32(99), Value::Int32(2)],
        )
        .gives(["Orphan|2"]),
    ]
}
