//! The adapter against a server that runs its statements on SQLite.

#[allow(dead_code, reason = "the conformance test uses more of the server")]
mod server;

use std::sync::Arc;

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _};
use drivetrain_adapter_api::statement::{
    Expr, Insert, InsertSource, OrderBy, Projection, Select, Source, Statement, TextMatch,
};
use drivetrain_adapter_api::value::{Decimal, Interval, Uuid};
use drivetrain_adapter_api::{
    Access, Adapter, Batch, DbType, ErrorKind, IsolationLevel, Query, RetryClass, SharedAdapter,
    StreamOptions, TransactionOptions, Value,
};
use rusqlite::Connection;
use server::Server;
use third_party_adapter::{HranaAdapter, HranaConfig};

fn start() -> (SharedAdapter, Arc<Server>) {
    let server = Server::start(Connection::open_in_memory().unwrap());
    let config = HranaConfig::from_url("libsql://db.example.com").unwrap().with_token("canary");
    let http = Arc::clone(&server);
    (CapabilityCheck.layer(Arc::new(HranaAdapter::new(config, http))), server)
}

async fn with_users() -> (SharedAdapter, Arc<Server>) {
    let (adapter, server) = start();
    adapter
        .script("create table User (id integer primary key, email text not null unique); create index i on User (email)")
        .await
        .unwrap();
    server.take_requests();
    (adapter, server)
}

fn insert(email: &str) -> Query {
    let value = Expr::slot(0, DbType::Text);
    let insert = Insert {
        with: vec![],
        table: "User".into(),
        columns: vec!["email".into()],
        source: InsertSource::Rows(vec![vec![value]]),
        on_conflict: None,
        returning: vec![Projection::new(Expr::column("id")), Projection::new(Expr::column("email"))],
    };
    Query::new(Statement::new(insert), vec![Value::Text(email.to_owned())])
}

fn raw(sql: &str) -> Query {
    Query::raw(sql, vec![])
}

fn atomic(queries: Vec<Query>) -> Batch {
    Batch::atomic(queries, TransactionOptions::new())
}

#[tokio::test]
async fn abstract_statements_in_one_request_each() {
    let (adapter, server) = with_users().await;
    let result = adapter.query(insert("a@example.com")).await.unwrap();
    assert_eq!(result.rows.get::<i64>(0, 0).unwrap(), 1);
    assert_eq!(result.rows.get::<String>(0, 1).unwrap(), "a@example.com");
    assert_eq!((result.affected, result.last_insert_id), (Some(1), None));
    adapter.query(insert("b_b@example.com")).await.unwrap();

    let needle = drivetrain_adapter_api::statement::Slot { index: 0, ty: DbType::Text };
    let select = Statement::new(Select {
        projections: vec![Projection::new(Expr::column("email"))],
        from: Some(Source::table("User")),
        filter: Some(Expr::TextMatch {
            expr: Box::new(Expr::column("email")),
            kind: TextMatch::Contains,
            needle,
            case_insensitive: false,
        }),
        order_by: vec![OrderBy::ascending(Expr::column("id"))],
        ..Select::default()
    });
    let query = Query::new(select, vec![Value::Text("b_b".into())]);
    assert!(adapter.lower(&query).unwrap().text.contains("\"User\""));
    let result = adapter.query(query).await.unwrap();
    assert_eq!((result.rows.len(), result.affected), (1, None));
    assert_eq!(server.take_requests().len(), 3);
    assert_eq!(server.look("select count(*) from User"), 2);
}

#[tokio::test]
async fn values_arrive_as_they_were() {
    let (adapter, _) = start();
    let uuid = Uuid::from_bytes([7; 16]);
    let values = vec![
        Value::NULL,
        Value::Int64(i64::MIN),
        Value::Int64(i64::MAX),
        Value::Float64(0.1),
        Value::Float64(-0.0),
        Value::Float64(f64::MAX),
        Value::Float64(2.232_371_564_405_278_8e188),
        Value::Text("ä' \"\n\u{1f600}".into()),
        Value::Bytes(vec![0, 255, 39]),
    ];
    let result = adapter.query(Query::raw("select ?,?,?,?,?,?,?,?,?", values.clone())).await.unwrap();
    for (at, value) in values.iter().enumerate() {
        assert_eq!(result.rows.get::<Value>(0, at).unwrap(), *value, "{at}");
    }

    let values = vec![
        Value::Bool(true),
        Value::Uuid(uuid),
        Value::Decimal("12345678901234567890.10".parse().unwrap()),
        Value::Date("2024-02-29".parse().unwrap()),
        Value::Timestamp("2024-02-29 12:30:00.000001".parse().unwrap()),
        Value::Time("23:59:59.5".parse().unwrap()),
    ];
    let result = adapter.query(Query::raw("select ?,?,?,?,?,?", values)).await.unwrap();
    assert!(result.rows.get::<bool>(0, 0).unwrap());
    assert_eq!(result.rows.get::<Uuid>(0, 1).unwrap(), uuid);
    assert_eq!(result.rows.get::<Decimal>(0, 2).unwrap().as_str(), "12345678901234567890.10");
    assert_eq!(result.rows.get::<String>(0, 4).unwrap(), "2024-02-29T12:30:00.000001+00:00");
    let read: drivetrain_adapter_api::value::Timestamp = result.rows.get(0, 4).unwrap();
    assert_eq!(read, "2024-02-29 12:30:00.000001".parse().unwrap());
    assert_eq!(
        result.rows.get::<drivetrain_adapter_api::value::Time>(0, 5).unwrap().microseconds(),
        86_399_500_000
    );
}

#[tokio::test]
async fn what_cannot_be_sent_exactly_is_refused_before_anything_is_sent() {
    let server = Server::start(Connection::open_in_memory().unwrap());
    let config = HranaConfig::from_url("libsql://db.example.com").unwrap();
    let http = Arc::clone(&server);
    // Without the capability check in front: the adapter does not rely on it.
    let adapter = HranaAdapter::new(config, http);
    for (value, kind) in [
        (Value::UInt64(u64::MAX), ErrorKind::OutOfRange),
        (Value::Float64(f64::NAN), ErrorKind::OutOfRange),
        (Value::Float64(f64::INFINITY), ErrorKind::OutOfRange),
        (Value::Date("10000-01-01".parse().unwrap()), ErrorKind::OutOfRange),
        (Value::Timestamp(drivetrain_adapter_api::value::Timestamp::INFINITY), ErrorKind::OutOfRange),
        (Value::Interval(Interval::default()), ErrorKind::Unsupported),
    ] {
        let error = adapter.query(Query::raw("select ?", vec![value])).await.unwrap_err();
        assert_eq!((error.kind(), error.adapter()), (kind, Some("hrana")));
    }
    let serializable = TransactionOptions::new().isolation(IsolationLevel::ReadCommitted);
    let error = adapter.batch(Batch::atomic(vec![raw("select 1")], serializable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let read_only = TransactionOptions::new().read_only();
    assert!(adapter.batch(Batch::atomic(vec![raw("select 1")], read_only)).await.is_err());
    assert!(adapter.batch(Batch::new(vec![])).await.unwrap().is_empty());
    assert!(adapter.begin(TransactionOptions::new()).await.is_err());
    assert!(adapter.session().await.is_err());
    assert!(adapter.stream(raw("select 1"), StreamOptions::default()).await.is_err());
    assert_eq!(server.take_requests().len(), 0);
}

#[tokio::test]
async fn a_batch_stops_at_the_first_failure_and_what_ran_stays() {
    let (adapter, server) = with_users().await;
    let batch = Batch::new(vec![insert("a"), insert("a"), insert("b")]);
    let error = adapter.batch(batch).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(1)));
    assert_eq!((error.table(), error.column()), (Some("User"), Some("email")));
    assert_eq!(server.take_requests().len(), 1);
    assert_eq!(server.look("select count(*) from User"), 1);

    let results = adapter.batch(Batch::new(vec![insert("b"), raw("select email from User")])).await.unwrap();
    assert_eq!(results.iter().map(|result| result.rows.len()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((results[0].affected, results[1].affected), (Some(1), None));
}

#[tokio::test]
async fn an_atomic_batch_is_all_or_nothing_in_one_request() {
    let (adapter, server) = with_users().await;
    let error = adapter.batch(atomic(vec![insert("a"), insert("b"), insert("a")])).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(2)));
    assert_eq!(server.look("select count(*) from User"), 0);
    let results = adapter.batch(atomic(vec![insert("a"), insert("b")])).await.unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(results[1].rows.get::<String>(0, 1).unwrap(), "b");
    assert_eq!(server.look("select count(*) from User"), 2);
    assert_eq!(server.take_requests().len(), 2);
}

#[tokio::test]
async fn a_commit_that_fails_leaves_nothing_behind() {
    let (adapter, server) = start();
    let tables = "create table p (id integer primary key); \
                  create table c (p integer references p (id) deferrable initially deferred)";
    adapter.script(tables).await.unwrap();
    let error = adapter.batch(atomic(vec![raw("insert into c values (1)")])).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ForeignKeyViolation, None));
    assert_eq!(server.look("select count(*) from c"), 0);
}

#[tokio::test]
async fn transactions_cannot_be_ended_from_within_and_statements_come_one_by_one() {
    let (adapter, server) = with_users().await;
    for sql in ["commit", " /* x */ ROLLBACK", "-- x\nbegin", "savepoint s", "release s", "end"] {
        let error = adapter.batch(atomic(vec![insert("a"), raw(sql)])).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::Misuse, Some(1)), "{sql}");
        assert_eq!(adapter.query(raw(sql)).await.unwrap_err().kind(), ErrorKind::Misuse, "{sql}");
    }
    let error = adapter.query(raw("delete from User; select 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    assert_eq!(server.look("select count(*) from User"), 0);
}

#[tokio::test]
async fn errors_have_their_kinds() {
    let (adapter, server) = with_users().await;
    for (query, kind) in [
        (raw("select * from nope"), ErrorKind::UndefinedTable),
        (raw("select nope from User"), ErrorKind::UndefinedColumn),
        (raw("insert into User (email) values (null)"), ErrorKind::NotNullViolation),
        (Query::raw("select ?, ?", vec![Value::NULL]), ErrorKind::ParameterCount),
    ] {
        assert_eq!(adapter.query(query).await.unwrap_err().kind(), kind);
    }
    for (status, body, kind, retry) in [
        (401, "canary", ErrorKind::AuthenticationFailed, RetryClass::Never),
        (404, "canary", ErrorKind::DatabaseNotFound, RetryClass::Never),
        (429, "", ErrorKind::RateLimited, RetryClass::SafeNow),
        (503, "<html>canary", ErrorKind::ServerUnavailable, RetryClass::OutcomeUnknown),
        (307, "", ErrorKind::Config, RetryClass::Never),
        (200, "<html>canary", ErrorKind::Protocol, RetryClass::OutcomeUnknown),
        (
            200,
            r#"{"results":[{"type":"ok","response":{"type":"close"}}]}"#,
            ErrorKind::Protocol,
            RetryClass::OutcomeUnknown,
        ),
    ] {
        server.answer_instead(status, body);
        let error = adapter.query(raw("select 1").with_access(Access::Read)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry(), error.adapter()), (kind, retry, Some("hrana")), "{status}");
        assert!(!format!("{error} {error:?}").contains("canary"));
        adapter.health_check().await.unwrap();
    }
}

#[tokio::test]
async fn the_token_is_sent_and_never_shown() {
    let (adapter, server) = start();
    adapter.health_check().await.unwrap();
    let requests = server.take_requests();
    assert!(requests[0].headers.contains(&("authorization", "Bearer canary".to_owned())));
    assert_eq!(requests[0].url, "https://db.example.com/v3/pipeline");
    assert!(!format!("{adapter:?} {requests:?}").contains("canary"));
}

#[tokio::test]
async fn a_closed_adapter_refuses_everything() {
    let (adapter, server) = start();
    adapter.close().await.unwrap();
    adapter.close().await.unwrap();
    assert_eq!(adapter.query(raw("select 1")).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(adapter.batch(Batch::new(vec![])).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(adapter.script("select 1").await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(adapter.health_check().await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(server.take_requests().len(), 0);
}
