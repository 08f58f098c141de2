//! What is not declared is refused before the adapter is reached, whichever way the call goes.

use std::sync::Arc;

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _};
use drivetrain_adapter_api::statement::{Expr, Insert, InsertSource, Projection};
use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Connection, Dialect, Error, ErrorKind, IsolationLevel, Query, Result,
    Savepoint, Statement, StreamOptions, TransactionOptions, TransactionSupport, Value,
};

use crate::scripted::{Script, Scripted};

fn checked(capabilities: Capabilities) -> (Arc<dyn Adapter>, Arc<Script>) {
    let script = Arc::new(Script::default());
    (CapabilityCheck.layer(Scripted::shared(&script, capabilities)), script)
}

fn interactive() -> Capabilities {
    Capabilities::none(Dialect::Sqlite)
        .with_raw_sql(true)
        .with_transactions(TransactionSupport::Interactive { max_lifetime: None })
}

/// An insert that gives back what it wrote.
fn returning() -> Query {
    let insert = Insert {
        with: vec![],
        table: "t".into(),
        columns: vec![],
        source: InsertSource::Defaults,
        on_conflict: None,
        returning: vec![Projection::new(Expr::column("id"))],
    };
    Query::new(Statement::new(insert), vec![])
}

fn good() -> Query {
    Query::raw("select ?", vec![Value::Int32(1)])
}

fn serializable() -> TransactionOptions {
    TransactionOptions::new().isolation(IsolationLevel::Serializable)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>) -> Error {
    let error = result.expect_err("the call must be refused");
    assert_eq!(error.adapter(), Some("scripted"));
    error
}

#[track_caller]
fn undeclared<T: std::fmt::Debug>(result: Result<T>, capability: &str) {
    let error = refused(result);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains(&format!("`{capability}`")), "{error}");
}

#[tokio::test]
async fn the_adapter_itself() {
    let (adapter, script) = checked(Capabilities::none(Dialect::Sqlite).with_raw_sql(true));
    undeclared(adapter.query(returning()).await, "returning_insert");
    undeclared(adapter.batch(Batch::new(vec![good(), returning()])).await, "returning_insert");
    undeclared(adapter.batch(Batch::atomic(vec![], TransactionOptions::new())).await, "transactions");
    undeclared(adapter.stream(good(), StreamOptions::default()).await, "streaming");
    undeclared(adapter.begin(TransactionOptions::new()).await, "transactions");
    undeclared(adapter.session().await, "sessions");
    undeclared(adapter.script("select 1").await, "scripts");

    let (raw_less, _) = checked(Capabilities::none(Dialect::Sqlite));
    undeclared(raw_less.query(good()).await, "raw_sql");

    let short = Query::new(good().statement, vec![]);
    assert_eq!(refused(adapter.query(short).await).kind(), ErrorKind::ParameterCount);
    let nan = Query::raw("select ?", vec![Value::Float64(f64::NAN)]);
    assert_eq!(refused(adapter.query(nan).await).kind(), ErrorKind::OutOfRange);
    assert_eq!(script.take_log(), [""; 0], "the adapter was reached");

    adapter.query(good()).await.unwrap();
    adapter.batch(Batch::new(vec![good()])).await.unwrap();
    adapter.health_check().await.unwrap();
    adapter.close().await.unwrap();
    assert_eq!(script.take_log(), ["query", "batch", "health_check", "close"]);
}

/// What is the same in transactions and sessions.
async fn a_connection(connection: &mut dyn Connection, script: &Script) {
    undeclared(connection.query(returning()).await, "returning_insert");
    undeclared(connection.batch(Batch::new(vec![returning()])).await, "returning_insert");
    undeclared(connection.stream(good(), StreamOptions::default()).await, "streaming");
    undeclared(connection.script("select 1").await, "scripts");
    assert_eq!(script.take_log(), [""; 0], "the adapter was reached");
    connection.query(good()).await.unwrap();
    assert_eq!(script.take_log(), ["pinned query"]);
}

#[tokio::test]
async fn transactions() {
    let (adapter, script) = checked(interactive());
    undeclared(adapter.begin(serializable()).await, "isolation_levels");
    undeclared(adapter.begin(TransactionOptions::new().read_only()).await, "read_only_transactions");
    undeclared(adapter.begin(TransactionOptions::new().deferrable()).await, "deferrable_transactions");
    assert_eq!(script.take_log(), [""; 0], "the adapter was reached");

    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    script.take_log();
    a_connection(&mut *transaction, &script).await;
    undeclared(transaction.batch(Batch::atomic(vec![], serializable())).await, "isolation_levels");
    undeclared(transaction.savepoint().await, "savepoints");
    undeclared(transaction.release(Savepoint::new(1)).await, "savepoints");
    undeclared(transaction.rollback_to(Savepoint::new(1)).await, "savepoints");
    assert_eq!(script.take_log(), [""; 0], "the adapter was reached");
    transaction.commit().await.unwrap();
    adapter.begin(TransactionOptions::new()).await.unwrap().rollback().await.unwrap();
    assert_eq!(script.take_log(), ["commit", "begin", "rollback"]);
}

#[tokio::test]
async fn sessions_and_their_transactions() {
    let (adapter, script) =
        checked(Capabilities::none(Dialect::Sqlite).with_raw_sql(true).with_sessions(true));
    let mut session = adapter.session().await.unwrap();
    script.take_log();
    a_connection(&mut *session, &script).await;
    undeclared(session.begin(TransactionOptions::new()).await, "transactions");
    session.close().await.unwrap();
    assert_eq!(script.take_log(), ["close_session"]);

    let (adapter, script) = checked(interactive().with_sessions(true));
    let mut session = adapter.session().await.unwrap();
    undeclared(session.begin(serializable()).await, "isolation_levels");
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    assert_eq!(script.take_log(), ["session", "pinned begin"]);
    a_connection(&mut *transaction, &script).await;
    undeclared(transaction.savepoint().await, "savepoints");
}

#[tokio::test]
async fn what_is_declared_passes() {
    let capabilities = interactive()
        .with_sessions(true)
        .with_streaming(true)
        .with_scripts(true)
        .with_savepoints(true)
        .with_returning_insert(true);
    let (adapter, script) = checked(capabilities);
    adapter.query(returning()).await.unwrap();
    drop(adapter.stream(good(), StreamOptions::default()).await.unwrap());
    adapter.script("select 1").await.unwrap();
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    let savepoint = transaction.savepoint().await.unwrap();
    transaction.rollback_to(savepoint).await.unwrap();
    transaction.release(savepoint).await.unwrap();
    transaction.abandon(savepoint);
    drop(transaction.stream(good(), StreamOptions::default()).await.unwrap());
    transaction.script("select 1").await.unwrap();
    assert_eq!(
        script.take_log(),
        [
            "query",
            "stream",
            "script",
            "begin",
            "savepoint",
            "rollback_to",
            "release",
            "abandon",
            "pinned stream",
            "pinned script"
        ]
    );
}
