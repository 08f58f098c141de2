//! Inserts, updates and deletes, and what they leave.

use BinaryOperator::*;
use drivetrain_adapter_api::statement::*;

use super::Case;
use super::build::*;

/// A look at all that writes may have changed.
fn look(case: Case) -> Case {
    case.then(|_| Select {
        order_by: vec![asc(c("id"))],
        ..select("team", vec![c("id"), c("name"), c("parent")])
    })
    .then(|_| Select {
        order_by: vec![asc(c("id"))],
        ..select("person", vec![c("id"), c("team"), c("name"), c("age")])
    })
    .then(|_| Select {
        order_by: vec![asc(c("owner")), asc(c("label"))],
        ..select("item", vec![c("owner"), c("label"), c("count")])
    })
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = changes();
    cases.extend(refused());
    cases.extend(with_ctes());
    cases.into_iter().map(look).collect()
}

fn rows(rows: Vec<Vec<Expr>>) -> InsertSource {
    InsertSource::Rows(rows)
}

fn upsert(q: &mut Q, labels: [&str; 2]) -> Insert {
    let source =
        rows(vec![vec![q.int(1), q.text(labels[0]), q.int(5)], vec![q.int(2), q.text(labels[1]), q.int(6)]]);
    insert("item", &["owner", "label", "count"], source)
}

fn changes() -> Vec<Case> {
    vec![
        ordered("insert rows, giving back", |q| Insert {
            returning: returning(&["owner", "label", "count"]),
            ..insert(
                "item",
                &["owner", "label"],
                rows(vec![vec![q.int(3), q.text("x")], vec![q.int(3), q.text("y")]]),
            )
        }),
        ordered("insert with defaults", |q| Insert {
            returning: returning(&["label", "count"]),
            ..insert("item", &["owner"], rows(vec![vec![q.int(4)]]))
        }),
        ordered("insert of a select", |_| Insert {
            returning: returning(&["owner", "label"]),
            ..insert(
                "item",
                &["owner", "label"],
                InsertSource::Select(Box::new(Select {
                    filter: Some(c("team").is_null()),
                    ..select("person", vec![c("id"), c("name")])
                })),
            )
        }),
        any("insert of a select that reads what it writes", |_| {
            insert(
                "item",
                &["owner", "label", "count"],
                InsertSource::Select(Box::new(select(
                    "item",
                    vec![c("owner"), bin(c("label"), Concat, c("label")), bin(c("count"), Add, n(1))],
                ))),
            )
        }),
        any("insert of arrays", |q| {
            let slots = vec![q.ints(&[3, 4]), q.texts(&["a", "b"]), q.ints(&[7, 8])];
            insert("item", &["owner", "label", "count"], InsertSource::Arrays(slots))
        }),
        any("upsert that does nothing", |q| Insert {
            on_conflict: Some(OnConflict::DoNothing),
            ..upsert(q, ["pen", "new"])
        }),
        any("upsert that does nothing, twice the same row", |q| Insert {
            on_conflict: Some(OnConflict::DoNothing),
            ..insert(
                "item",
                &["owner", "label"],
                rows(vec![vec![q.int(3), q.text("x")], vec![q.int(3), q.text("x")]]),
            )
        }),
        ordered("upsert that changes", |q| Insert {
            on_conflict: Some(OnConflict::DoUpdate {
                target: vec!["label".into(), "owner".into()],
                set: vec![Assignment::new(
                    "count",
                    bin(of("item", "count"), Add, Expr::Excluded("count".into())),
                )],
            }),
            returning: returning(&["label", "count"]),
            ..upsert(q, ["pen", "new"])
        }),
        ordered("upsert that leaves the row as it is, and gives it back", |q| Insert {
            on_conflict: Some(OnConflict::DoUpdate {
                target: vec!["owner".into(), "label".into()],
                set: vec![Assignment::new("owner", Expr::Excluded("owner".into()))],
            }),
            returning: returning(&["owner", "label", "count"]),
            ..upsert(q, ["ink", "pen"])
        }),
        any("update by the old values", |q| Update {
            with: vec![],
            table: "person".into(),
            set: vec![
                Assignment::new("age", bin(c("id"), Multiply, q.int(10))),
                Assignment::new("big", cast(c("age"), drivetrain_adapter_api::DbType::Int64)),
                Assignment::new("name", bin(c("name"), Concat, q.text("!"))),
            ],
            filter: Some(c("age").is_null().not()),
            returning: returning(&["id", "age", "name"]),
        }),
        any("update of nothing", |q| Update {
            with: vec![],
            table: "person".into(),
            set: vec![Assignment::new("age", q.int(1))],
            filter: Some(c("id").equal(q.int(99))),
            returning: returning(&["id"]),
        }),
        any("update by a select", |_| Update {
            with: vec![],
            table: "team".into(),
            set: vec![Assignment::new(
                "name",
                bin(
                    c("name"),
                    Concat,
                    cast(
                        Expr::Scalar(Box::new(Select {
                            projections: vec![p(count())],
                            from: Some(Source::table("person")),
                            filter: Some(of("person", "team").equal(of("team", "id"))),
                            ..Select::default()
                        })),
                        drivetrain_adapter_api::DbType::Text,
                    ),
                ),
            )],
            filter: None,
            returning: vec![],
        }),
        any("update of a key that is followed", |q| Update {
            with: vec![],
            table: "person".into(),
            set: vec![Assignment::new("id", bin(c("id"), Add, q.int(100)))],
            filter: Some(c("id").equal(q.int(1))),
            returning: returning(&["id"]),
        }),
        any("delete, giving back", |q| Delete {
            with: vec![],
            table: "item".into(),
            filter: Some(bin(c("count"), Greater, q.int(1))),
            returning: returning(&["owner", "label"]),
        }),
        any("delete that is followed", |q| Delete {
            with: vec![],
            table: "person".into(),
            filter: Some(is_in(c("id"), InList::Slot(q.ints(&[1, 5])))),
            returning: returning(&["name"]),
        }),
        any("delete that sets null", |_| Delete {
            with: vec![],
            table: "team".into(),
            filter: Some(c("name").equal(Expr::Literal(Literal::Text("idle".into())))),
            returning: vec![],
        }),
        any("delete of everything", |_| Delete {
            with: vec![],
            table: "item".into(),
            filter: None,
            returning: vec![],
        }),
    ]
}

fn refused() -> Vec<Case> {
    vec![
        any("a primary key that is there", |q| {
            insert("team", &["id", "name"], rows(vec![vec![q.int(1), q.text("x")]]))
        }),
        any("unique values that are there", |q| {
            insert("team", &["id", "name"], rows(vec![vec![q.int(9), q.text("core")]]))
        }),
        any("unique values, made by an update", |q| Update {
            with: vec![],
            table: "team".into(),
            set: vec![Assignment::new("name", q.text("core"))],
            filter: Some(c("id").equal(q.int(2))),
            returning: vec![],
        }),
        any("null where none is taken", |q| {
            insert("team", &["id", "name"], rows(vec![vec![q.int(9), null()]]))
        }),
        any("no value where one is needed", |q| insert("team", &["id"], rows(vec![vec![q.int(9)]]))),
        any("a foreign key to nothing", |q| insert("item", &["owner"], rows(vec![vec![q.int(99)]]))),
        any("a row that others refer to", |q| Delete {
            with: vec![],
            table: "team".into(),
            filter: Some(c("id").equal(q.int(1))),
            returning: vec![],
        }),
        any("a key that others refer to", |q| Update {
            with: vec![],
            table: "team".into(),
            set: vec![Assignment::new("id", q.int(50))],
            filter: Some(c("id").equal(q.int(2))),
            returning: vec![],
        }),
        any("an upsert on another constraint", |q| Insert {
            on_conflict: Some(OnConflict::DoUpdate {
                target: vec!["id".into()],
                set: vec![Assignment::new("parent", null())],
            }),
            ..insert("team", &["id", "name"], rows(vec![vec![q.int(9), q.text("core")]]))
        }),
        any("a column that is not there", |q| {
            insert("team", &["id", "nope"], rows(vec![vec![q.int(9), q.int(1)]]))
        }),
    ]
}

fn with_ctes() -> Vec<Case> {
    vec![
        any("a parent and its children in one statement", |q| {
            let parent = Insert {
                returning: returning(&["id"]),
                ..insert(
                    "person",
                    &["id", "name", "active", "big"],
                    rows(vec![vec![q.int(9), q.text("new"), Expr::Literal(Literal::Bool(true)), q.long(1)]]),
                )
            };
            let children = Insert {
                returning: returning(&["owner", "label"]),
                ..insert(
                    "item",
                    &["owner", "label"],
                    InsertSource::Select(Box::new(Select {
                        projections: vec![p(of("parent", "id")), p(q.text("child"))],
                        from: Some(Source::table("parent")),
                        ..Select::default()
                    })),
                )
            };
            Select {
                with: vec![
                    cte("parent", CteBody::Insert(Box::new(parent))),
                    cte("children", CteBody::Insert(Box::new(children))),
                ],
                // The tables are read as they were before.
                projections: vec![
                    p(of("children", "owner")),
                    p(of("children", "label")),
                    named(Expr::Scalar(Box::new(select("person", vec![count()]))), "before"),
                ],
                from: Some(Source::table("children")),
                ..Select::default()
            }
        }),
        any("moved from one row to another", |q| {
            let gone = Delete {
                with: vec![],
                table: "item".into(),
                filter: Some(c("owner").equal(q.int(1))),
                returning: returning(&["label", "count"]),
            };
            Insert {
                with: vec![cte("gone", CteBody::Delete(Box::new(gone)))],
                returning: returning(&["owner", "label", "count"]),
                ..insert(
                    "item",
                    &["owner", "label", "count"],
                    InsertSource::Select(Box::new(Select {
                        projections: vec![p(q.int(3)), p(of("gone", "label")), p(of("gone", "count"))],
                        from: Some(Source::table("gone")),
                        ..Select::default()
                    })),
                )
            }
        }),
        any("a write that nothing refers to", |q| {
            let update = Update {
                with: vec![],
                table: "item".into(),
                set: vec![Assignment::new("count", q.int(0))],
                filter: None,
                returning: vec![],
            };
            Select {
                with: vec![cte("unseen", CteBody::Update(Box::new(update)))],
                projections: vec![p(agg(AggregateFunction::Sum, c("count")))],
                from: Some(Source::table("item")),
                ..Select::default()
            }
        }),
        ordered("defaults among values", |q| Insert {
            returning: returning(&["owner", "label", "count"]),
            ..insert(
                "item",
                &["owner", "label", "count"],
                rows(vec![
                    vec![q.int(3), Expr::Default, q.int(2)],
                    vec![q.int(4), q.text("x"), Expr::Default],
                ]),
            )
        }),
        any("an upsert that meets a row twice", |q| Insert {
            on_conflict: Some(OnConflict::DoUpdate {
                target: vec!["owner".into(), "label".into()],
                set: vec![Assignment::new("count", Expr::Excluded("count".into()))],
            }),
            ..insert(
                "item",
                &["owner", "label", "count"],
                rows(vec![vec![q.int(3), Expr::Default, q.int(1)], vec![q.int(3), Expr::Default, q.int(2)]]),
            )
        }),
        any("numbers drawn before", |_| Select {
            projections: vec![named(
                bin(
                    call(Function::NextId { table: "item".into(), column: "id".into() }, vec![]),
                    Greater,
                    n(0),
                ),
                "drawn",
            )],
            ..Select::default()
        }),
    ]
}
