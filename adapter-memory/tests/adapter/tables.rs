//! Definitions, rows that tests put in, and constraints that are only of this adapter's making.

use drivetrain_adapter_api::statement::{
    BinaryOperator, Delete, Expr, Function, Ident, Insert, InsertSource, Literal, OrderBy, Projection,
    Select, Source, TableName, Update,
};
use drivetrain_adapter_api::value::{Json, TimestampTz};
use drivetrain_adapter_api::{Adapter as _, DbType, Dialect, ErrorKind, Query, Statement, Value};
use drivetrain_adapter_memory::{Action, ColumnDef, ForeignKeyDef, MemoryAdapter, MemoryConfig, TableDef};

use crate::support::{adapter, committed, insert};

fn memory() -> MemoryAdapter {
    MemoryAdapter::new(MemoryConfig::new())
}

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(name, DbType::Int32)
}

fn query(body: impl Into<drivetrain_adapter_api::statement::Body>, params: Vec<Value>) -> Query {
    Query::new(Statement::new(body), params)
}

fn insert_defaults(table: &str) -> Query {
    query(
        Insert {
            with: vec![],
            table: table.into(),
            columns: vec![],
            source: InsertSource::Defaults,
            on_conflict: None,
            returning: vec![],
        },
        vec![],
    )
}

#[test]
fn wrong_definitions_are_refused_by_name_and_make_nothing() {
    let adapter = memory();
    let good = || TableDef::new("good").column(column("id")).primary_key(["id"]);
    for (table, kind) in [
        (TableDef::new("x").column(column("a")).column(column("a")), ErrorKind::AlreadyExists),
        (TableDef::new("x").column(column("a")).primary_key(["b"]), ErrorKind::UndefinedColumn),
        (TableDef::new("x").column(column("a")).unique("u", Vec::<Ident>::new()), ErrorKind::Config),
        (TableDef::new("x").column(ColumnDef::new("a", DbType::Text).autoincrement()), ErrorKind::Config),
        (TableDef::new("x").column(column("a").default(Value::Text("1".into()))), ErrorKind::TypeMismatch),
        (TableDef::new("x").column(ColumnDef::new("a", DbType::Unknown)), ErrorKind::Config),
        (
            TableDef::new("x").column(column("a")).foreign_key(ForeignKeyDef::new(
                "f",
                ["a"],
                "nope",
                ["id"],
            )),
            ErrorKind::UndefinedTable,
        ),
        (
            TableDef::new("x").column(column("a")).foreign_key(ForeignKeyDef::new("f", ["a"], "x", ["a"])),
            ErrorKind::Config,
        ),
        (
            TableDef::new("x").column(column("a")).check("c", Expr::column("b").is_null()),
            ErrorKind::UndefinedColumn,
        ),
        (good(), ErrorKind::AlreadyExists),
    ] {
        let error = adapter.define([good(), table]).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(adapter.rows("good").unwrap_err().kind(), ErrorKind::UndefinedTable);
    }
    adapter.define([good()]).unwrap();
}

#[test]
fn tables_may_refer_to_each_other_and_keep_their_schemas_apart() {
    let adapter = memory();
    let table = |name: TableName, other: TableName| {
        TableDef::new(name)
            .column(column("id"))
            .column(column("other").nullable())
            .primary_key(["id"])
            .foreign_key(ForeignKeyDef::new("other_fkey", ["other"], other, ["id"]))
    };
    let (here, there) = (TableName::new("t"), TableName::in_schema("app", "t"));
    adapter.define([table(here.clone(), there.clone()), table(there.clone(), here.clone())]).unwrap();
    adapter.insert(here.clone(), &["id"], [vec![Value::Int32(1)]]).unwrap();
    adapter.insert(there.clone(), &["id", "other"], [vec![Value::Int32(2), Value::Int32(1)]]).unwrap();
    assert_eq!(adapter.rows(TableName::in_schema("public", "t")).unwrap().len(), 1);
    assert_eq!(adapter.drop_table(here).unwrap_err().kind(), ErrorKind::ForeignKeyViolation);
    let error = adapter.insert(there, &["id", "other"], [vec![Value::Int32(3), Value::Int32(9)]]);
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.constraint()), (ErrorKind::ForeignKeyViolation, Some("other_fkey")));
    assert_eq!((error.schema(), error.table()), (Some("app"), Some("t")));
}

#[tokio::test]
async fn rows_are_put_in_all_or_none() {
    let adapter = adapter();
    let rows = |ids: &[i32]| ids.iter().map(|id| vec![Value::Int32(*id)]).collect::<Vec<_>>();
    adapter.insert("t", &["id"], rows(&[1, 2])).unwrap();
    assert_eq!(adapter.insert("t", &["id"], rows(&[3, 1])).unwrap_err().kind(), ErrorKind::UniqueViolation);
    assert_eq!(committed(&adapter).await, [1, 2]);
    let error = adapter.insert("t", &["id", "nope"], rows(&[3])).unwrap_err();
    assert_eq!((error.kind(), error.column()), (ErrorKind::UndefinedColumn, Some("nope")));
    assert_eq!(adapter.insert("t", &[], rows(&[3])).unwrap_err().kind(), ErrorKind::Misuse);
    let transaction = adapter.begin(drivetrain_adapter_api::TransactionOptions::new()).await.unwrap();
    assert_eq!(adapter.insert("t", &["id"], rows(&[3])).unwrap_err().kind(), ErrorKind::Misuse);
    drop(transaction);
    adapter.clear().unwrap();
    assert!(adapter.rows("t").unwrap().is_empty());
}

#[tokio::test]
async fn a_fork_is_a_world_of_its_own() {
    let adapter = adapter();
    adapter.query(insert(1)).await.unwrap();
    let fork = adapter.fork().unwrap();
    fork.query(insert(2)).await.unwrap();
    adapter.query(insert(3)).await.unwrap();
    assert_eq!((committed(&adapter).await, committed(&fork).await), (vec![1, 3], vec![1, 2]));
    fork.close().await.unwrap();
    adapter.health_check().await.unwrap();
}

#[tokio::test]
async fn adapters_that_share_tables_are_closed_each_by_itself() {
    let adapter = adapter();
    let other = adapter.share();
    other.query(insert(1)).await.unwrap();
    adapter.query(insert(2)).await.unwrap();
    adapter.close().await.unwrap();
    assert_eq!(committed(&other).await, [1, 2]);
}

#[tokio::test]
async fn numbers_are_drawn_as_the_dialect_does() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let adapter = MemoryAdapter::new(MemoryConfig::new().dialect(dialect));
        let table = TableDef::new("n").column(column("id").autoincrement()).primary_key(["id"]);
        adapter.define([table]).unwrap();
        assert_eq!(adapter.query(insert_defaults("n")).await.unwrap().last_insert_id, Some(1));
        let mut given = insert(2);
        given.statement = std::sync::Arc::new(Statement::new(Insert {
            with: vec![],
            table: "n".into(),
            columns: vec!["id".into()],
            source: InsertSource::Rows(vec![vec![Expr::slot(0, DbType::Int32)]]),
            on_conflict: None,
            returning: vec![],
        }));
        assert_eq!(adapter.query(given).await.unwrap().last_insert_id, None);
        let next = adapter.query(insert_defaults("n")).await;
        match dialect {
            Dialect::Postgres => assert_eq!(next.unwrap_err().kind(), ErrorKind::UniqueViolation),
            _ => assert_eq!(next.unwrap().last_insert_id, Some(3)),
        }
        // What tests put in is passed over in any case.
        adapter.insert("n", &["id"], [vec![Value::Int32(10)]]).unwrap();
        assert_eq!(adapter.query(insert_defaults("n")).await.unwrap().last_insert_id, Some(11));
    }
}

#[tokio::test]
async fn labels_are_ordered_as_they_are_defined_and_others_refused() {
    let adapter = memory();
    let size = DbType::named(Dialect::Postgres, None, "Size", DbType::Enum);
    let table = TableDef::new("shirt")
        .column(column("id"))
        .column(ColumnDef::new("size", size.clone()).labels(["small", "medium", "large"]))
        .primary_key(["id"]);
    adapter.define([table]).unwrap();
    let row = |id, size: &str| vec![Value::Int32(id), Value::Enum(size.into())];
    adapter.insert("shirt", &["id", "size"], [row(1, "large"), row(2, "small"), row(3, "medium")]).unwrap();
    let error = adapter.insert("shirt", &["id", "size"], [row(4, "canary")]).unwrap_err();
    assert_eq!((error.kind(), error.column()), (ErrorKind::InvalidValue, Some("size")));
    assert!(!format!("{error} {error:?}").contains("canary"));
    let all = Select {
        projections: vec![Projection::new(Expr::column("id"))],
        from: Some(Source::table("shirt")),
        order_by: vec![OrderBy::ascending(Expr::column("size"))],
        ..Select::default()
    };
    let ids = |result: drivetrain_adapter_api::QueryResult| crate::support::ints(&result);
    assert_eq!(ids(adapter.query(query(all.clone(), vec![])).await.unwrap()), [2, 3, 1]);
    let more_than_small = Expr::column("size").binary(BinaryOperator::Greater, Expr::slot(0, size));
    let some = Select { filter: Some(more_than_small), ..all };
    assert_eq!(ids(adapter.query(query(some, vec![Value::Enum("small".into())])).await.unwrap()), [3, 1]);
}

#[tokio::test]
async fn checks_refuse_what_is_false_and_let_pass_what_is_unknown() {
    let adapter = memory();
    let positive = Expr::column("n").binary(BinaryOperator::Greater, Expr::Literal(Literal::Int(0)));
    adapter
        .define([TableDef::new("c").column(column("n").nullable()).check("n_positive", positive)])
        .unwrap();
    adapter.insert("c", &["n"], [vec![Value::Int32(1)], vec![Value::NULL]]).unwrap();
    let error = adapter.insert("c", &["n"], [vec![Value::Int32(0)]]).unwrap_err();
    assert_eq!((error.kind(), error.constraint()), (ErrorKind::CheckViolation, Some("n_positive")));
}

#[tokio::test]
async fn defaults_are_values_functions_and_the_time() {
    let adapter = memory();
    let table = TableDef::new("d")
        .column(column("n").default(Value::Int32(7)))
        .column(ColumnDef::new("made", DbType::Text).default_with(|| Value::Text("made".into())))
        .column(ColumnDef::new("at", DbType::TimestampTz).default_now())
        .column(ColumnDef::new("doc", DbType::Json).default(Value::Json(Json::new("{}"))));
    adapter.define([table]).unwrap();
    adapter.query(insert_defaults("d")).await.unwrap();
    adapter.query(insert_defaults("d")).await.unwrap();
    let rows = adapter.rows("d").unwrap();
    assert_eq!(rows[0][..2], [Value::Int32(7), Value::Text("made".into())]);
    // Without a clock, every statement is a millisecond later than the one before.
    let at = |at: &str| Value::TimestampTz(at.parse::<TimestampTz>().unwrap());
    assert_eq!(
        [&rows[0][2], &rows[1][2]],
        [&at("2000-01-01 00:00:00+00"), &at("2000-01-01 00:00:00.001+00")]
    );
    let now =
        Select { projections: vec![Projection::new(Expr::Call(Function::Now, vec![]))], ..Select::default() };
    let result = adapter.query(query(now, vec![])).await.unwrap();
    assert_eq!(result.rows.get::<Value>(0, 0).unwrap(), at("2000-01-01 00:00:00.002+00"));
}

#[tokio::test]
async fn every_action_of_a_foreign_key() {
    let with = |on_delete, on_update| {
        let adapter = memory();
        let key = ForeignKeyDef::new("fkey", ["parent"], "parent", ["id"]);
        adapter
            .define([
                TableDef::new("parent").column(column("id")).primary_key(["id"]),
                TableDef::new("child")
                    .column(column("parent").nullable().default(Value::Int32(1)))
                    .foreign_key(key.on_delete(on_delete).on_update(on_update)),
            ])
            .unwrap();
        adapter.insert("parent", &["id"], [vec![Value::Int32(1)], vec![Value::Int32(2)]]).unwrap();
        adapter.insert("child", &["parent"], [vec![Value::Int32(2)]]).unwrap();
        adapter
    };
    let two = || Some(Expr::column("id").equal(Expr::Literal(Literal::Int(2))));
    let delete =
        || query(Delete { with: vec![], table: "parent".into(), filter: two(), returning: vec![] }, vec![]);
    let update = || {
        let set = drivetrain_adapter_api::statement::Assignment::new("id", Expr::Literal(Literal::Int(5)));
        query(
            Update { with: vec![], table: "parent".into(), set: vec![set], filter: two(), returning: vec![] },
            vec![],
        )
    };
    for (action, after_delete, after_update) in [
        (Action::NoAction, None, None),
        (Action::Restrict, None, None),
        (Action::Cascade, Some(vec![]), Some(vec![vec![Value::Int32(5)]])),
        (Action::SetNull, Some(vec![vec![Value::NULL]]), Some(vec![vec![Value::NULL]])),
        (Action::SetDefault, Some(vec![vec![Value::Int32(1)]]), Some(vec![vec![Value::Int32(1)]])),
    ] {
        for (change, after) in [(delete(), after_delete), (update(), after_update)] {
            let adapter = with(action, action);
            let changed = adapter.query(change).await;
            match after {
                Some(after) => {
                    assert_eq!(changed.unwrap().affected, Some(1), "{action:?}");
                    assert_eq!(adapter.rows("child").unwrap(), after, "{action:?}");
                }
                None => {
                    assert_eq!(changed.unwrap_err().kind(), ErrorKind::ForeignKeyViolation, "{action:?}");
                    assert_eq!(adapter.rows("parent").unwrap().len(), 2, "{action:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_debug_shows_a_value() {
    let adapter = adapter();
    adapter.insert("t", &["id", "name"], [vec![Value::Int32(1), Value::Text("canary".into())]]).unwrap();
    let transaction = adapter.begin(drivetrain_adapter_api::TransactionOptions::new()).await.unwrap();
    let shown = format!("{transaction:?} {:?}", MemoryConfig::new());
    assert!(!shown.contains("canary"), "{shown}");
    assert!(!format!("{adapter:?}").contains("canary"));
}
