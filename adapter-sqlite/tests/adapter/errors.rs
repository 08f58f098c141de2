//! What SQLite refuses, and the error that it becomes.

use drivetrain_adapter_api::{Adapter, ErrorKind, RetryClass, Value};

use crate::support::{Fixture, fails, raw_with};

const SCHEMA: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT UNIQUE, n TEXT NOT NULL DEFAULT '', c INTEGER CHECK (c > 0),
        d INTEGER CONSTRAINT d_is_even CHECK (d % 2 = 0), a INTEGER, b INTEGER, UNIQUE (a, b));
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id));
    CREATE TABLE held (id INTEGER PRIMARY KEY);
    CREATE TABLE holder (id INTEGER REFERENCES held (id) ON DELETE RESTRICT ON UPDATE RESTRICT);
    CREATE TABLE strict (x INTEGER) STRICT;
    CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
    CREATE UNIQUE INDEX by_case ON keyed (lower(v));
    CREATE TRIGGER guard BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'the canary says no'); END;
    INSERT INTO t (id, u, a, b) VALUES (1, 'canary', 1, 2);
    INSERT INTO parent VALUES (1);
    INSERT INTO child VALUES (1, 1);
    INSERT INTO held VALUES (1);
    INSERT INTO holder VALUES (1);
    INSERT INTO keyed VALUES ('k', 'V');
";

struct Case(
    &'static str,
    ErrorKind,
    i64,
    Option<&'static str>,
    &'static [&'static str],
    Option<&'static str>,
);

const CASES: &[Case] = &[
    Case("INSERT INTO t (u) VALUES ('canary')", ErrorKind::UniqueViolation, 2067, Some("t"), &["u"], None),
    Case("INSERT INTO t (id) VALUES (1)", ErrorKind::UniqueViolation, 1555, Some("t"), &["id"], None),
    Case(
        "INSERT INTO t (a, b) VALUES (1, 2)",
        ErrorKind::UniqueViolation,
        2067,
        Some("t"),
        &["a", "b"],
        None,
    ),
    Case(
        "INSERT INTO keyed VALUES ('k', 'x')",
        ErrorKind::UniqueViolation,
        1555,
        Some("keyed"),
        &["k"],
        None,
    ),
    Case("INSERT INTO keyed VALUES ('l', 'v')", ErrorKind::UniqueViolation, 2067, None, &[], Some("by_case")),
    Case("INSERT INTO t (n) VALUES (NULL)", ErrorKind::NotNullViolation, 1299, Some("t"), &["n"], None),
    Case("INSERT INTO t (c) VALUES (-1)", ErrorKind::CheckViolation, 275, None, &[], Some("c > 0")),
    Case("INSERT INTO t (d) VALUES (1)", ErrorKind::CheckViolation, 275, None, &[], Some("d_is_even")),
    Case("INSERT INTO child VALUES (2, 99)", ErrorKind::ForeignKeyViolation, 787, None, &[], None),
    Case("DELETE FROM parent", ErrorKind::ForeignKeyViolation, 787, None, &[], None),
    Case("DELETE FROM held", ErrorKind::ForeignKeyViolation, 1811, None, &[], None),
    Case("UPDATE held SET id = 2", ErrorKind::ForeignKeyViolation, 1811, None, &[], None),
    Case("INSERT INTO strict VALUES ('canary')", ErrorKind::TypeMismatch, 3091, Some("strict"), &["x"], None),
    Case("INSERT INTO t (id) VALUES ('canary')", ErrorKind::TypeMismatch, 20, None, &[], None),
    Case("DELETE FROM t", ErrorKind::Database, 1811, None, &[], None),
    Case("SELECT * FROM nope", ErrorKind::UndefinedTable, 1, Some("nope"), &[], None),
    Case("SELECT * FROM nope.t", ErrorKind::UndefinedTable, 1, Some("t"), &[], None),
    Case("SELECT nope FROM t", ErrorKind::UndefinedColumn, 1, None, &["nope"], None),
    Case("SELECT t.nope FROM t", ErrorKind::UndefinedColumn, 1, Some("t"), &["nope"], None),
    Case("SELECT \"nope\" FROM t", ErrorKind::UndefinedColumn, 1, None, &["nope"], None),
    Case("INSERT INTO t (nope) VALUES (1)", ErrorKind::UndefinedColumn, 1, Some("t"), &["nope"], None),
    Case("SELECT nope(1)", ErrorKind::UndefinedFunction, 1, None, &[], None),
    Case("SELECT abs(1, 2)", ErrorKind::UndefinedFunction, 1, None, &[], None),
    Case("SELECT u FROM t, t AS x", ErrorKind::AmbiguousColumn, 1, None, &["u"], None),
    Case("CREATE TABLE t (x)", ErrorKind::AlreadyExists, 1, Some("t"), &[], None),
    Case("CREATE INDEX by_case ON t (u)", ErrorKind::AlreadyExists, 1, None, &[], Some("by_case")),
    Case("ALTER TABLE t ADD COLUMN u", ErrorKind::AlreadyExists, 1, None, &["u"], None),
    Case("DROP INDEX nope", ErrorKind::UndefinedObject, 1, None, &[], None),
    Case("SELECT 1 ORDER BY 1 COLLATE nope", ErrorKind::UndefinedObject, 257, None, &[], None),
    Case("selec 1", ErrorKind::Syntax, 1, None, &[], None),
    Case("SELECT 1 'canary' 2", ErrorKind::Syntax, 1, None, &[], None),
    Case("SELECT (1", ErrorKind::Syntax, 1, None, &[], None),
    Case("SELECT 'canary", ErrorKind::Syntax, 1, None, &[], None),
    Case("INSERT INTO t (u) VALUES (1, 2)", ErrorKind::Syntax, 1, None, &[], None),
    Case(
        "SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)",
        ErrorKind::OutOfRange,
        1,
        None,
        &[],
        None,
    ),
    Case("SELECT json('canary')", ErrorKind::InvalidValue, 1, None, &[], None),
    Case("SELECT zeroblob(2000000000)", ErrorKind::LimitExceeded, 18, None, &[], None),
    Case("VACUUM INTO '/nowhere/at/all.db'", ErrorKind::Connect, 14, None, &[], None),
];

#[tokio::test]
async fn every_error_has_its_kind_its_code_and_the_names_that_sqlite_gives() {
    let db = Fixture::new().await;
    db.adapter.script(SCHEMA).await.unwrap();
    for Case(sql, kind, code, table, columns, constraint) in CASES {
        let error = fails(&*db.adapter, sql).await;
        assert_eq!(error.kind(), *kind, "{sql}: {error} ({:?})", error.server_message());
        assert_eq!(error.code(), Some(*code), "{sql}: {error}");
        assert_eq!(error.adapter(), Some("sqlite"), "{sql}");
        assert_eq!(error.columns(), *columns, "{sql}");
        assert_eq!(error.constraint(), *constraint, "{sql}");
        assert_eq!(error.retry(), RetryClass::Never, "{sql}");
        if let Some(table) = table {
            // SQLite names the schema with a table only where the statement does.
            assert!(error.table().is_some_and(|found| found.ends_with(table)), "{sql}: {:?}", error.table());
        }
        assert!(!error.to_string().contains("canary"), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        assert_eq!(db.run("SELECT 7").await.rows.len(), 1, "usable after {sql}");
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 1, "nothing was written");
}

#[tokio::test]
async fn a_position_is_counted_in_characters_of_the_text_as_it_was_given() {
    let db = Fixture::new().await;
    for (sql, position) in [
        ("selec 1", Some(1)),
        ("SELECT 'é😀', nope", Some(14)),
        ("  SELECT nope", Some(10)),
        ("SELECT 1; SELECT nope", Some(18)),
        // SQLite gives no place for tables.
        ("SELECT * FROM nope", None),
    ] {
        assert_eq!(fails(&*db.adapter, sql).await.position(), position, "{sql}");
    }
    let error = db.adapter.script("SELECT 1;\nSELECT 'é';\nSELECT nope").await.unwrap_err();
    assert_eq!(error.position(), Some(30));
}

#[tokio::test]
async fn limits_of_sqlite_are_told_from_mistakes() {
    let db = Fixture::new().await;
    let wide = |columns: usize| format!("SELECT {}", vec!["1"; columns].join(","));
    assert_eq!(db.run(&wide(2000)).await.rows.columns().len(), 2000);
    for sql in [wide(2001), format!("SELECT 1{}", "+1".repeat(2000))] {
        assert_eq!(fails(&*db.adapter, &sql).await.kind(), ErrorKind::LimitExceeded);
    }
}

#[tokio::test]
async fn values_that_are_hostile_are_only_values() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x TEXT)").await;
    for text in ["'; DROP TABLE t; --", "\\'", "\" OR \"\"=\"", "%00", "$$", "?1", ":a", "/*", "\u{2018}"] {
        let insert = raw_with("INSERT INTO t VALUES (?) RETURNING x", vec![Value::Text(text.into())]);
        let result = db.adapter.query(insert).await.unwrap();
        assert_eq!(result.rows.get::<&str>(0, 0).unwrap(), text);
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 9);
    // A placeholder within a literal, a comment or a name is none.
    let query = raw_with("SELECT '?', ?, /* ? */ 1 AS \"?\" -- ?", vec![Value::Int64(1)]);
    assert_eq!(db.adapter.query(query).await.unwrap().rows.get::<i64>(0, 1).unwrap(), 1);
}
