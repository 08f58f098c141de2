//! Errors: kind, retry class, SQLSTATE and names, and a connection that can be used afterwards.

mod common;

use common::{Bench, raw};
use drivetrain_adapter_api::{
    Adapter, Error, ErrorKind as Kind, Query, RetryClass, TransactionOptions, Value,
};

const CANARY: &str = "canary5Tw";

const SETUP: &str = "
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE t (
        id int PRIMARY KEY, u text CONSTRAINT t_u_key UNIQUE, a int, b int, n int NOT NULL DEFAULT 0,
        p int CONSTRAINT t_p_fkey REFERENCES parent, c int CONSTRAINT t_c_check CHECK (c > 0), v varchar(3),
        CONSTRAINT t_ab_key UNIQUE (a, b)
    );
    CREATE TABLE e (r int4range, EXCLUDE USING gist (r WITH &&));
    CREATE DOMAIN positive AS int CONSTRAINT positive_check CHECK (value > 0);
    CREATE TYPE kind AS ENUM ('a');
    INSERT INTO parent VALUES (1);
    INSERT INTO t (id, u, a, b, p) VALUES (1, 'canary5Tw', 1, 2, 1);
    INSERT INTO e VALUES ('[1,5)');
";

/// Statement, kind, SQLSTATE.
const TABLE: &[(&str, Kind, &str)] = &[
    ("INSERT INTO t (id) VALUES (1)", Kind::UniqueViolation, "23505"),
    ("INSERT INTO t (id, u) VALUES (2, 'canary5Tw')", Kind::UniqueViolation, "23505"),
    ("INSERT INTO t (id, a, b) VALUES (2, 1, 2)", Kind::UniqueViolation, "23505"),
    ("INSERT INTO t (id, p) VALUES (2, 99)", Kind::ForeignKeyViolation, "23503"),
    ("DELETE FROM parent", Kind::ForeignKeyViolation, "23503"),
    ("INSERT INTO t (id, n) VALUES (2, NULL)", Kind::NotNullViolation, "23502"),
    ("INSERT INTO t (id, c) VALUES (2, -1)", Kind::CheckViolation, "23514"),
    ("INSERT INTO e VALUES ('[4,6)')", Kind::ExclusionViolation, "23P01"),
    ("SELECT (-1)::positive", Kind::CheckViolation, "23514"),
    ("SELEC 1", Kind::Syntax, "42601"),
    ("SELECT * FROM nope", Kind::UndefinedTable, "42P01"),
    ("SELECT nope FROM t", Kind::UndefinedColumn, "42703"),
    ("SELECT nope()", Kind::UndefinedFunction, "42883"),
    ("SELECT 1::nope", Kind::UndefinedObject, "42704"),
    ("SELECT id FROM t, parent", Kind::AmbiguousColumn, "42702"),
    ("CREATE TABLE t ()", Kind::AlreadyExists, "42P07"),
    ("ALTER TABLE t ADD COLUMN id int", Kind::AlreadyExists, "42701"),
    ("SELECT 'canary5Tw'::text::int", Kind::InvalidValue, "22P02"),
    ("SELECT 'canary5Tw'::kind", Kind::InvalidValue, "22P02"),
    ("SELECT 'canary5Tw'::text::uuid", Kind::InvalidValue, "22P02"),
    ("SELECT 'canary5Tw'::text::jsonb", Kind::InvalidValue, "22P02"),
    ("SELECT '2024-13-99'::text::date", Kind::OutOfRange, "22008"),
    ("INSERT INTO t (id, v) VALUES (2, 'canary5Tw')", Kind::ValueTooLong, "22001"),
    ("SELECT 2147483647::int4 + 1::int4", Kind::OutOfRange, "22003"),
    ("SELECT 1 / 0", Kind::DivisionByZero, "22012"),
    ("SELECT (SELECT generate_series(1, 2))", Kind::Cardinality, "21000"),
    ("UPDATE t SET n = 'x'::text", Kind::TypeMismatch, "42804"),
    ("SELECT pg_terminate_backend(0), nope", Kind::UndefinedColumn, "42703"),
    (
        "DO $$ BEGIN RAISE EXCEPTION 'canary5Tw' USING ERRCODE = 'ZZ123', HINT = 'do'; END $$",
        Kind::Database,
        "ZZ123",
    ),
    ("DO $$ BEGIN RAISE EXCEPTION 'canary5Tw'; END $$", Kind::Database, "P0001"),
];

async fn bench(name: &str) -> Bench {
    let bench = Bench::new(name).await;
    bench.setup(SETUP).await;
    bench
}

fn hides_values(error: &Error) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(!error.to_string().contains('\n'), "{error}");
}

#[tokio::test]
async fn every_error_is_what_it_should_be_and_leaves_the_connection_usable() {
    let bench = bench("errors_all").await;
    for (sql, kind, state) in TABLE {
        // Twice: also where the statement is prepared already.
        for _ in 0..2 {
            let error = bench.query(sql, vec![]).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.sqlstate().unwrap().as_str()),
                (*kind, *state),
                "{sql}: {error:?}"
            );
            assert_eq!(error.retry(), RetryClass::Never, "{sql}");
            assert_eq!(error.adapter(), Some("postgres"));
            hides_values(&error);
            bench.assert_usable().await;
        }
    }
    assert_eq!(bench.adapter.pool_status().size, 1, "no connection was lost");
}

#[tokio::test]
async fn names_are_those_the_server_gives() {
    let bench = bench("errors_names").await;
    let error = async |sql: &str| bench.query(sql, vec![]).await.unwrap_err();

    let unique = error("INSERT INTO t (id, u) VALUES (2, 'canary5Tw')").await;
    assert_eq!(
        (unique.table(), unique.constraint(), unique.column()),
        (Some("t"), Some("t_u_key"), Some("u"))
    );
    assert_eq!(unique.schema(), Some("dt_errors_names"));
    assert!(unique.server_detail().unwrap().contains(CANARY), "kept, for who asks");
    let composite = error("INSERT INTO t (id, a, b) VALUES (2, 1, 2)").await;
    assert_eq!(composite.columns(), ["a", "b"]);
    let null = error("INSERT INTO t (id, n) VALUES (2, NULL)").await;
    assert_eq!((null.table(), null.column()), (Some("t"), Some("n")));
    let check = error("INSERT INTO t (id, c) VALUES (2, -1)").await;
    assert_eq!(check.constraint(), Some("t_c_check"));
    let domain = error("SELECT (-1)::positive").await;
    assert_eq!((domain.data_type(), domain.constraint()), (Some("positive"), Some("positive_check")));
    let key = error("INSERT INTO t (id, p) VALUES (2, 99)").await;
    assert_eq!((key.table(), key.constraint(), key.column()), (Some("t"), Some("t_p_fkey"), Some("p")));
    let syntax = error("SELECT 1 FROMM t").await;
    assert_eq!(syntax.position(), Some(16));
}

#[tokio::test]
async fn rights_locks_and_read_only() {
    let bench = bench("errors_rights").await;
    bench.setup("DROP ROLE IF EXISTS dt_weak; CREATE ROLE dt_weak").await;
    let mut session = bench.adapter.session().await.unwrap();
    session.script("SET ROLE dt_weak").await.unwrap();
    let error = session.query(raw("SELECT * FROM dt_errors_rights.t")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::InsufficientPrivilege);
    session.close().await.unwrap();

    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SELECT * FROM t FOR UPDATE")).await.unwrap();
    let error = bench.query("SELECT * FROM t FOR UPDATE NOWAIT", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::LockTimeout);
    transaction.rollback().await.unwrap();

    let mut transaction = bench.adapter.begin(TransactionOptions::new().read_only()).await.unwrap();
    let error = transaction.query(raw("DELETE FROM t")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::ReadOnly);
    drop(transaction);
    bench.setup("DROP OWNED BY dt_weak; DROP ROLE dt_weak").await;
}

#[tokio::test]
async fn a_user_who_cancels_is_told_apart_from_a_limit_of_the_server() {
    let bench = bench("errors_cancel").await;
    let adapter = bench.adapter.clone();
    let slow = tokio::spawn(async move { adapter.query(raw("SELECT pg_sleep(100)")).await });
    common::eventually(async || bench.sessions("wait_event = 'PgSleep'").await == 1, "it sleeps").await;
    bench.count("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE application_name = 'dt_errors_cancel'").await;
    assert_eq!(slow.await.unwrap().unwrap_err().kind(), Kind::Cancelled);

    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SET LOCAL statement_timeout = 20")).await.unwrap();
    let error = transaction.query(raw("SELECT pg_sleep(100)")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused() {
    let bench = bench("errors_values").await;
    let query = |sql: &str, value: Value| Query::raw(sql, vec![value]);
    for (sql, value, kind) in [
        ("SELECT $1::int2", Value::Int64(40_000), Kind::OutOfRange),
        ("SELECT $1::int4", Value::Int64(1 << 40), Kind::OutOfRange),
        ("SELECT $1::int8", Value::UInt64(u64::MAX), Kind::OutOfRange),
        ("SELECT $1::text", Value::Text("a\0b".into()), Kind::InvalidValue),
        ("INSERT INTO t (id, v) VALUES (5, $1)", Value::Text("canary5Tw".into()), Kind::ValueTooLong),
        ("SELECT $1::int4", Value::Text("canary5Tw".into()), Kind::InvalidValue),
    ] {
        let error = bench.adapter.query(query(sql, value)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{sql}: {error:?}");
        hides_values(&error);
        bench.assert_usable().await;
    }
}

#[tokio::test]
async fn counts_of_affected_rows() {
    let bench = bench("errors_counts").await;
    let affected = async |sql: &str| bench.query(sql, vec![]).await.unwrap().affected;
    bench.setup("CREATE TABLE n (id int PRIMARY KEY, x int)").await;
    assert_eq!(affected("INSERT INTO n VALUES (1, 1), (2, 1), (3, 1)").await, Some(3));
    assert_eq!(affected("UPDATE n SET x = 1").await, Some(3), "found, not changed");
    assert_eq!(affected("UPDATE n SET x = 2 WHERE false").await, Some(0));
    assert_eq!(affected("INSERT INTO n VALUES (1, 1) ON CONFLICT DO NOTHING").await, Some(0));
    assert_eq!(affected("INSERT INTO n VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET x = 9").await, Some(1));
    assert_eq!(affected("DELETE FROM n WHERE id = 1 RETURNING id").await, Some(1));
    assert_eq!(affected("SELECT * FROM n").await, None);
    assert_eq!(affected("CREATE TABLE m AS SELECT * FROM n").await, None);
    assert_eq!(affected("TRUNCATE n").await, None);
    assert_eq!(affected("WITH w AS (INSERT INTO n VALUES (7, 7) RETURNING id) SELECT * FROM w").await, None);
}
