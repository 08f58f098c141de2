//! One statement at a time: rows, counts, ids, and what is refused before it runs.

use drivetrain_adapter_api::statement::{
    Assignment, Delete, Expr, InList, Insert, InsertSource, OnConflict, Projection, Select, Slot, Source,
    Statement, Update,
};
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{Access, Adapter, DbType, ErrorKind, Prepare, Query, Value};

use crate::support::{Fixture, cell, fails, raw, raw_with};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)";

#[tokio::test]
async fn rows_counts_and_ids() {
    let db = Fixture::new().await;
    let made = db.run(TABLE).await;
    assert_eq!((made.affected, made.last_insert_id), (None, None));
    let insert = raw_with("INSERT INTO t (name) VALUES (?), (?)", vec![Value::Text("a".into()), Value::NULL]);
    let inserted = db.adapter.query(insert).await.unwrap();
    assert_eq!((inserted.affected, inserted.last_insert_id), (Some(2), Some(2)));
    let rows = db.run("SELECT id, name FROM t ORDER BY id").await;
    assert_eq!(rows.affected, None);
    assert_eq!(cell(&rows, 0, 1), Value::Text("a".into()));
    assert!(cell(&rows, 1, 1).is_null());
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 2);
}

#[tokio::test]
async fn the_count_is_that_of_this_statement() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    db.run("INSERT INTO t (name) VALUES ('a'), ('b'), ('c')").await;
    for (sql, affected) in [
        ("UPDATE t SET name = name", Some(3)),
        ("UPDATE t SET name = name WHERE 0", Some(0)),
        ("INSERT OR IGNORE INTO t (name) VALUES ('a')", Some(0)),
        ("INSERT INTO t (name) VALUES ('a') ON CONFLICT DO NOTHING", Some(0)),
        ("INSERT INTO t (name) VALUES ('a') ON CONFLICT (name) DO UPDATE SET name = excluded.name", Some(1)),
        ("REPLACE INTO t (id, name) VALUES (1, 'a')", Some(1)),
        ("CREATE TABLE u AS SELECT * FROM t", None),
        ("SELECT * FROM t", None),
        ("EXPLAIN DELETE FROM t", None),
        ("CREATE INDEX i ON t (name)", None),
        ("ANALYZE", None),
        ("ALTER TABLE u ADD COLUMN more", None),
        ("DROP TABLE u", None),
        ("PRAGMA user_version = 7", None),
        ("VACUUM", None),
        ("", None),
        ("DELETE FROM t WHERE id = 1 RETURNING id", Some(1)),
        ("DELETE FROM t", Some(2)),
        ("DELETE FROM t", Some(0)),
    ] {
        assert_eq!(db.run(sql).await.affected, affected, "{sql}");
    }
    assert_eq!(db.ask::<i64>("PRAGMA user_version"), 7);
}

#[tokio::test]
async fn an_id_is_never_one_of_an_earlier_statement() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    db.run("CREATE TABLE keyed (k TEXT PRIMARY KEY) WITHOUT ROWID").await;
    db.run("CREATE TABLE log (id INTEGER PRIMARY KEY, said TEXT)").await;
    db.run("CREATE TRIGGER tell AFTER UPDATE ON t BEGIN INSERT INTO log (said) VALUES (new.name); END").await;
    db.run("CREATE VIEW seen AS SELECT * FROM t").await;
    db.run("CREATE TRIGGER see INSTEAD OF INSERT ON seen BEGIN INSERT INTO t (name) VALUES (new.name); END")
        .await;
    for (sql, id) in [
        ("INSERT INTO t (name) VALUES ('a')", Some(1)),
        ("UPDATE t SET name = 'b'", None),
        ("INSERT OR IGNORE INTO t (name) VALUES ('b')", None),
        ("INSERT INTO t (name) VALUES ('b') ON CONFLICT (name) DO UPDATE SET name = 'b'", None),
        ("INSERT INTO keyed VALUES ('x')", None),
        ("INSERT INTO seen (name) VALUES ('through a view')", None),
        ("INSERT INTO t (name) SELECT 'never' WHERE 0", None),
        ("INSERT INTO t (name) VALUES ('d') RETURNING name", Some(3)),
        ("SELECT 1", None),
        ("DELETE FROM t", None),
        ("INSERT INTO t (id, name) VALUES (-5, 'negative')", None),
    ] {
        assert_eq!(db.run(sql).await.last_insert_id, id, "{sql}");
        // Once more from the cache of statements, where it can be repeated.
        if id.is_none() && !sql.contains("VALUES ('x')") && !sql.contains("-5") && !sql.contains("through") {
            assert_eq!(db.run(sql).await.last_insert_id, None, "{sql}, again");
        }
    }
    // Two tables that come to the same id: still told apart.
    db.run("DELETE FROM log").await;
    assert_eq!(db.run("INSERT INTO log (said) VALUES ('x')").await.last_insert_id, Some(1));
    db.run("DELETE FROM t").await;
    assert_eq!(db.run("INSERT INTO t (name) VALUES ('x')").await.last_insert_id, Some(1));
}

#[tokio::test]
async fn columns_are_known_without_rows_and_may_repeat() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (a BOOLEAN, b \"DATETIME\", \"c d\" DECIMAL(10,2), e)").await;
    let result = db.run("SELECT *, a, 1+1, 'x' AS \"\" FROM t").await;
    assert!(result.rows.is_empty());
    let columns: Vec<_> =
        result.rows.columns().iter().map(|column| (column.name.to_string(), column.ty.clone())).collect();
    let expected = [
        ("a", DbType::Bool),
        ("b", DbType::Timestamp),
        ("c d", DbType::Decimal),
        ("e", DbType::Unknown),
        ("a", DbType::Bool),
        ("1+1", DbType::Unknown),
        ("", DbType::Unknown),
    ];
    assert_eq!(columns, expected.map(|(name, ty)| (name.to_owned(), ty)));
    assert_eq!(result.rows.position("a").unwrap_err().kind(), ErrorKind::AmbiguousColumn);
}

#[tokio::test]
async fn what_is_more_than_one_statement_is_refused_and_nothing_of_it_runs() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for (sql, kind) in [
        ("INSERT INTO t (name) VALUES ('a'); SELECT 1", ErrorKind::Misuse),
        ("SELECT 1; INSERT INTO t (name) VALUES ('a')", ErrorKind::Misuse),
        ("INSERT INTO t (name) VALUES ('a'); DROP TABLE t", ErrorKind::Misuse),
        ("INSERT INTO t (name) VALUES ('a'); garbage", ErrorKind::Syntax),
        ("INSERT INTO t (name) VALUES ('a') garbage", ErrorKind::Syntax),
        ("INSERT INTO t (name) VALUES ('a')\0; DROP TABLE t", ErrorKind::Syntax),
        ("INSERT INTO t (name) VALUES ('a", ErrorKind::Syntax),
    ] {
        assert_eq!(fails(&*db.adapter, sql).await.kind(), kind, "{sql:?}");
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
    for sql in [
        "SELECT 1;",
        "  SELECT 1 ; -- the end",
        "\u{feff}SELECT 1;;",
        "/* a */ SELECT 1 /* b */",
        "\nSELECT 1",
    ] {
        assert_eq!(db.run(sql).await.rows.len(), 1, "{sql:?}");
    }
    for sql in ["", "  ", "-- nothing", "/* nothing */", ";"] {
        let result = db.run(sql).await;
        assert!(result.rows.is_empty() && result.rows.columns().is_empty(), "{sql:?}");
    }
}

#[tokio::test]
async fn values_and_placeholders_must_match() {
    let db = Fixture::new().await;
    for (sql, count) in [("SELECT ?, ?", 1), ("SELECT ?", 2), ("SELECT 1", 1), ("", 1), ("SELECT ?3", 2)] {
        let error = db.adapter.query(raw_with(sql, vec![Value::Int64(1); count])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParameterCount, "{sql}");
    }
    let twice = db.adapter.query(raw_with("SELECT ?2, ?1, ?2", vec![Value::Int64(1), Value::Int64(2)])).await;
    let twice = twice.unwrap();
    assert_eq!([0, 1, 2].map(|column| cell(&twice, 0, column)), [2, 1, 2].map(Value::Int64));
    let named = db.adapter.query(raw_with("SELECT :a, @b, :a", vec![Value::Int64(1), Value::Int64(2)])).await;
    assert_eq!(cell(&named.unwrap(), 0, 2), Value::Int64(1));
}

#[tokio::test]
async fn as_many_parameters_as_sqlite_takes_and_one_more() {
    let db = Fixture::new().await;
    assert_eq!(db.adapter.capabilities().max_parameters(), Some(32_766));
    let sum = |count: usize| {
        let list = vec!["(?)"; count].join(",");
        raw_with(&format!("SELECT count(*) FROM (VALUES {list})"), vec![Value::Int64(1); count])
    };
    assert_eq!(cell(&db.adapter.query(sum(32_766)).await.unwrap(), 0, 0), Value::Int64(32_766));
    let error = db.adapter.query(sum(32_767)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyParameters);
}

#[tokio::test]
async fn a_statement_is_prepared_again_when_the_schema_changes() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (a INTEGER)").await;
    db.run("INSERT INTO t VALUES (1)").await;
    assert_eq!(db.run("SELECT * FROM t").await.rows.columns().len(), 1);
    db.oracle().execute_batch("ALTER TABLE t ADD COLUMN b BOOLEAN DEFAULT 1").unwrap();
    for _ in 0..2 {
        let rows = db.run("SELECT * FROM t").await;
        assert_eq!(rows.rows.columns().len(), 2);
        assert_eq!(cell(&rows, 0, 1), Value::Bool(true));
    }
    db.oracle().execute_batch("DROP TABLE t; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('new')").unwrap();
    let rows = db.run("SELECT * FROM t").await;
    assert_eq!((rows.rows.columns().len(), cell(&rows, 0, 0)), (1, Value::Text("new".into())));
}

#[tokio::test]
async fn a_small_cache_of_statements_only_costs_time() {
    for capacity in [0, 1, 3] {
        let db = Fixture::with(|config| config.statement_cache(capacity).readers(1)).await;
        db.run(TABLE).await;
        for round in 0..200_u64 {
            let sql = format!("INSERT INTO t (name) VALUES ('{round}')");
            assert_eq!(db.run(&sql).await.last_insert_id, Some(round + 1));
            assert_eq!(db.run(&format!("SELECT {}", round % 7)).await.rows.len(), 1);
        }
        let never = raw("SELECT 1").with_prepare(Prepare::Never);
        assert_eq!(db.adapter.query(never).await.unwrap().rows.len(), 1);
    }
}

#[tokio::test]
async fn statements_that_are_said_to_read_cannot_write() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let query = raw("INSERT INTO t (name) VALUES ('a')").with_access(Access::Read);
    assert_eq!(db.adapter.query(query).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    let with = "WITH x AS (SELECT 'w' AS n) INSERT INTO t (name) SELECT n FROM x";
    let query = raw(with).with_access(Access::Read);
    assert_eq!(db.adapter.query(query).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
    // Nobody said so: it is found out.
    assert_eq!(db.run(with).await.affected, Some(1));
    assert_eq!(db.ask::<String>("SELECT name FROM t"), "w");
}

#[tokio::test]
async fn abstract_statements_write_and_read() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let name = || Expr::slot(0, DbType::Text);
    let insert = |on_conflict| {
        Statement::new(Insert {
            with: vec![],
            table: "t".into(),
            columns: vec!["name".into()],
            source: InsertSource::Rows(vec![vec![name()]]),
            on_conflict,
            returning: vec![Projection::new(Expr::column("id"))],
        })
    };
    let inserted = db.adapter.query(Query::new(insert(None), vec![Value::Text("a".into())])).await.unwrap();
    assert_eq!(cell(&inserted, 0, 0), Value::Int64(1));
    assert_eq!((inserted.affected, inserted.last_insert_id), (Some(1), Some(1)));
    let ignored = insert(Some(OnConflict::DoNothing));
    let ignored = db.adapter.query(Query::new(ignored, vec![Value::Text("a".into())])).await.unwrap();
    assert_eq!((ignored.affected, ignored.last_insert_id, ignored.rows.len()), (Some(0), None, 0));

    let update = Update {
        with: vec![],
        table: "t".into(),
        set: vec![Assignment::new("name", name())],
        filter: Some(Expr::column("id").equal(Expr::slot(1, DbType::Int64))),
        returning: vec![],
    };
    let update = Query::new(Statement::new(update), vec![Value::Text("b".into()), Value::Int64(1)]);
    assert_eq!(db.adapter.query(update).await.unwrap().affected, Some(1));

    let select = Select {
        projections: vec![Projection::new(Expr::column("name"))],
        from: Some(Source::table("t")),
        filter: Some(Expr::In {
            expr: Box::new(Expr::column("id")),
            list: InList::Slot(Slot { index: 0, ty: DbType::Int64 }),
        }),
        ..Select::default()
    };
    let ids = Array::new(DbType::Int64, [7, 1, 9].map(Value::Int64).to_vec());
    let query = Query::new(Statement::new(select), vec![Value::Array(ids)]);
    let lowered = db.adapter.lower(&query).unwrap();
    assert!(lowered.text.starts_with("SELECT \"name\" FROM \"t\""), "{}", lowered.text);
    let found = db.adapter.query(query).await.unwrap();
    assert_eq!((found.rows.len(), cell(&found, 0, 0)), (1, Value::Text("b".into())));

    let delete = Delete { with: vec![], table: "t".into(), filter: None, returning: vec![] };
    assert_eq!(db.adapter.query(Query::new(Statement::new(delete), vec![])).await.unwrap().affected, Some(1));
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
}

#[tokio::test]
async fn what_is_not_declared_is_refused_without_the_check_in_front() {
    let db = Fixture::new().await;
    let array = Value::Array(Array::new(DbType::Int64, vec![Value::Int64(1)]));
    for value in [Value::UInt64(u64::MAX), Value::Float64(f64::NAN), array] {
        let error = db.adapter.query(raw_with("SELECT ?", vec![value])).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Unsupported), "{error}");
        assert_eq!(error.adapter(), Some("sqlite"));
    }
}
