//! The layers on top of one another, in the order that the docs recommend.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer, Retry, RetryPolicy, Timeout, Tracing};
use drivetrain_adapter_api::{
    Access, Capabilities, Dialect, Error, ErrorKind, Query, RetryClass, SharedAdapter, TransactionOptions,
    TransactionSupport, Value,
};

use crate::recorder::Recorder;
use crate::runtime::tokio;
use crate::scripted::{Answer, Script, Scripted};

const PASSWORD: &str = "hunter2-canary";

fn stacked(answers: impl IntoIterator<Item = Answer>) -> (SharedAdapter, Arc<Script>) {
    let script = Script::answers(answers);
    let capabilities = Capabilities::none(Dialect::Postgres)
        .with_raw_sql(true)
        .with_transactions(TransactionSupport::Interactive { max_lifetime: None });
    let runtime = tokio();
    let layers: [Box<dyn Layer>; 4] = [
        Box::new(CapabilityCheck),
        Box::new(Timeout::new(Arc::clone(&runtime)).with_default(Duration::from_secs(1))),
        Box::new(Retry::new(runtime, RetryPolicy::default())),
        Box::new(Tracing::new()),
    ];
    let inner = Scripted::shared(&script, capabilities);
    (layers.iter().fold(inner, |inner, layer| layer.layer(inner)), script)
}

fn read() -> Query {
    Query::raw("select $1", vec![Value::Text(PASSWORD.into())]).with_access(Access::Read)
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_limit_and_all_have_one_span() {
    let (recorder, _guard) = Recorder::start();
    let lost = Error::new(ErrorKind::ConnectionLost, "the connection broke").with_retry(RetryClass::SafeNow);
    let (adapter, script) = stacked([Answer::Fail(lost), Answer::After(Duration::MAX)]);
    adapter.query(read()).await.unwrap();
    assert_eq!(script.take_log(), ["query", "query", "query dropped", "query"]);
    let [span] = &recorder.spans()[..] else { panic!("one span: {}", recorder.everything()) };
    assert_eq!(span.field("outcome"), "ok");
    assert!(!recorder.everything().contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_tried_again_and_is_seen() {
    let (recorder, _guard) = Recorder::start();
    let (adapter, script) = stacked([]);
    let error = adapter.session().await.unwrap_err();
    assert_eq!((error.kind(), error.adapter()), (ErrorKind::Unsupported, Some("scripted")));
    assert_eq!(script.take_log(), [""; 0]);
    let [span] = &recorder.spans()[..] else { panic!("one span") };
    assert_eq!((span.field("outcome"), span.field("error.kind")), ("error", "Unsupported"));
}

#[tokio::test(start_paused = true)]
async fn transactions_pass_through_all_of_them() {
    let (adapter, script) = stacked([]);
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(read()).await.unwrap();
    assert_eq!(transaction.savepoint().await.unwrap_err().kind(), ErrorKind::Unsupported);
    transaction.commit().await.unwrap();
    assert_eq!(script.take_log(), ["begin", "pinned query", "commit"]);
}

#[tokio::test]
async fn a_layer_changes_neither_name_nor_capabilities_nor_text() {
    let (adapter, script) = stacked([]);
    assert_eq!(adapter.name(), "scripted");
    assert!(adapter.capabilities().transactions().is_interactive());
    assert_eq!(&*adapter.lower(&read()).unwrap().text, "select ä from t where x = $1");
    script.take_log();
    assert!(!format!("{adapter:?}").is_empty());
}

#[tokio::test]
async fn a_function_is_a_layer() {
    let (adapter, _) = stacked([]);
    let same = (|inner: SharedAdapter| inner).layer(Arc::clone(&adapter));
    assert!(Arc::ptr_eq(&same, &adapter) && !same.name().is_empty());
}
