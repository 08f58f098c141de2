//! One span for each call, with its fields, and never a value.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::layer::{Layer as _, Tracing};
use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Dialect, Error, ErrorKind, Query, SqlState, StreamOptions,
    TransactionOptions, Value,
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::recorder::Recorder;
use crate::scripted::{Answer, Script, Scripted};

const CANARY: &str = "canary-4711";

fn traced(layer: Tracing, answers: impl IntoIterator<Item = Answer>) -> Arc<dyn Adapter> {
    layer.layer(Scripted::shared(&Script::answers(answers), Capabilities::none(Dialect::Postgres)))
}

fn query() -> Query {
    Query::raw("select ä from t where x = $1", vec![Value::Text(CANARY.into())]).with_label("User.find")
}

#[tokio::test]
async fn a_call_that_succeeds() {
    let (recorder, _guard) = Recorder::start();
    let adapter = traced(Tracing::new(), []);
    adapter.query(query()).await.unwrap();
    let [span] = &recorder.spans()[..] else { panic!("one span: {}", recorder.everything()) };
    assert_eq!((span.name.as_str(), span.target.as_str()), ("db", "drivetrain"));
    for (field, expected) in [
        ("db.system", "postgresql"),
        ("db.operation", "query"),
        ("adapter", "scripted"),
        ("label", "User.find"),
        ("rows", "2"),
        ("affected", "2"),
        ("outcome", "ok"),
        ("db.statement", ""),
        ("error.kind", ""),
    ] {
        assert_eq!(span.field(field), expected, "{field}");
    }
    assert!(span.closed);
    assert!(!recorder.everything().contains(CANARY));
}

#[tokio::test]
async fn a_call_that_fails() {
    let (recorder, _guard) = Recorder::start();
    let error = Error::new(ErrorKind::UniqueViolation, "exists already")
        .with_sqlstate(SqlState::new("23505").unwrap())
        .with_server_message(format!("duplicate key {CANARY}"))
        .with_server_detail(format!("Key (x)=({CANARY}) already exists."));
    traced(Tracing::new(), [Answer::Fail(error)]).query(query()).await.unwrap_err();
    let [span] = &recorder.spans()[..] else { panic!("one span") };
    assert_eq!(span.field("outcome"), "error");
    assert_eq!(span.field("error.kind"), "UniqueViolation");
    assert_eq!(span.field("error.sqlstate"), "23505");
    assert_eq!(span.field("rows"), "");
    assert!(!recorder.everything().contains(CANARY), "{}", recorder.everything());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_has_no_outcome() {
    let (recorder, _guard) = Recorder::start();
    let adapter = traced(Tracing::new(), [Answer::After(Duration::MAX)]);
    let limited = tokio::time::timeout(Duration::from_secs(1), adapter.query(query()));
    limited.await.unwrap_err();
    let [span] = &recorder.spans()[..] else { panic!("one span") };
    assert_eq!(span.field("outcome"), "");
    assert!(span.closed);
}

#[tokio::test]
async fn the_statement_is_there_if_asked_for_and_cut_between_characters() {
    let (recorder, _guard) = Recorder::start();
    traced(Tracing::new().with_statements(1000), []).query(query()).await.unwrap();
    traced(Tracing::new().with_statements(8), []).query(query()).await.unwrap();
    let [whole, cut] = &recorder.spans()[..] else { panic!("two spans") };
    assert_eq!(whole.field("db.statement"), "select ä from t where x = $1");
    assert_eq!(cut.field("db.statement"), "select ");
    assert!(!recorder.everything().contains(CANARY));
}

#[tokio::test]
async fn every_operation_has_a_span() {
    let (recorder, _guard) = Recorder::start();
    let adapter = traced(Tracing::new().with_statements(1000), []);
    adapter.batch(Batch::new(vec![query(), query()])).await.unwrap();
    drop(adapter.stream(query(), StreamOptions::default()).await.unwrap());
    adapter.script(&format!("insert into t values ('{CANARY}')")).await.unwrap();
    adapter.health_check().await.unwrap();
    let mut session = adapter.session().await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(query()).await.unwrap();
    transaction.batch(Batch::new(vec![query()])).await.unwrap();
    drop(transaction.stream(query(), StreamOptions::default()).await.unwrap());
    transaction.script(&format!("insert into t values ('{CANARY}')")).await.unwrap();
    let savepoint = transaction.savepoint().await.unwrap();
    transaction.rollback_to(savepoint).await.unwrap();
    transaction.release(savepoint).await.unwrap();
    transaction.commit().await.unwrap();
    session.close().await.unwrap();
    adapter.begin(TransactionOptions::new()).await.unwrap().rollback().await.unwrap();
    adapter.close().await.unwrap();

    let spans = recorder.spans();
    let operations: Vec<_> = spans.iter().map(|span| span.field("db.operation")).collect();
    assert_eq!(
        operations,
        [
            "batch",
            "stream",
            "script",
            "health_check",
            "session",
            "begin",
            "query",
            "batch",
            "stream",
            "script",
            "savepoint",
            "rollback_to",
            "release",
            "commit",
            "close_session",
            "begin",
            "rollback",
            "close"
        ]
    );
    assert!(spans.iter().all(|span| span.field("outcome") == "ok" && span.closed));
    assert_eq!((spans[0].field("queries"), spans[0].field("rows")), ("2", "4"));
    assert!(!recorder.everything().contains(CANARY), "{}", recorder.everything());
}

#[tokio::test]
async fn where_spans_are_off_nothing_is_done() {
    let subscriber = tracing_subscriber::registry().with(LevelFilter::OFF);
    let _guard = tracing::subscriber::set_default(subscriber);
    let script = Arc::new(Script::default());
    let inner = Scripted::shared(&script, Capabilities::none(Dialect::Postgres));
    Tracing::new().with_statements(1000).layer(inner).query(query()).await.unwrap();
    assert_eq!(script.take_log(), ["query"], "the text is not even lowered");
}
