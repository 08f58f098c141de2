//! Calls are ended after their limit, and no others are.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::layer::{Layer as _, Timeout};
use drivetrain_adapter_api::{
    Access, Adapter, Batch, Capabilities, Dialect, ErrorKind, Query, Result, RetryClass, StreamOptions,
    TransactionOptions,
};

use crate::runtime::tokio;
use crate::scripted::{Answer, Script, Scripted};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

fn limited(
    layer: impl FnOnce(Timeout) -> Timeout,
    answers: impl IntoIterator<Item = Answer>,
) -> (Arc<dyn Adapter>, Arc<Script>) {
    let script = Script::answers(answers);
    let inner = Scripted::shared(&script, Capabilities::none(Dialect::Postgres));
    (layer(Timeout::new(tokio())).layer(inner), script)
}

fn read() -> Query {
    Query::raw("select 1", vec![]).with_access(Access::Read)
}

fn write() -> Query {
    Query::raw("delete from t", vec![]).with_access(Access::Write)
}

#[track_caller]
fn ran_out<T: std::fmt::Debug>(result: Result<T>, retry: RetryClass) {
    let error = result.expect_err("the limit must end the call");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.retry(), retry);
    assert_eq!(error.adapter(), Some("scripted"));
    assert!(error.to_string().contains("1s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_querys_own_limit_ends_it_and_drops_the_adapters_future() {
    let (adapter, script) = limited(|layer| layer, [Answer::After(HOUR), Answer::After(HOUR)]);
    ran_out(adapter.query(read().with_timeout(Some(SECOND))).await, RetryClass::SafeNow);
    ran_out(adapter.query(write().with_timeout(Some(SECOND))).await, RetryClass::OutcomeUnknown);
    assert_eq!(script.take_log(), ["query", "query dropped", "query", "query dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_limit_takes_as_long_as_it_takes() {
    let (adapter, _) = limited(|layer| layer, [Answer::After(HOUR), Answer::After(SECOND / 2)]);
    adapter.query(read()).await.unwrap();
    adapter.query(read().with_timeout(Some(SECOND))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_default_limits_every_sort_of_call_but_those_of_its_life_and_ends() {
    let hours = std::iter::repeat_with(|| Answer::After(HOUR));
    let (adapter, script) = limited(|layer| layer.with_default(SECOND), hours.take(6));
    ran_out(adapter.query(read()).await, RetryClass::SafeNow);
    ran_out(adapter.batch(Batch::new(vec![read(), write()])).await, RetryClass::OutcomeUnknown);
    ran_out(adapter.batch(Batch::new(vec![read(), read()])).await, RetryClass::SafeNow);
    ran_out(adapter.stream(read(), StreamOptions::default()).await, RetryClass::SafeNow);
    ran_out(adapter.script("select 1").await, RetryClass::OutcomeUnknown);
    ran_out(adapter.health_check().await, RetryClass::SafeNow);
    script.take_log();

    let hours = std::iter::repeat_with(|| Answer::After(HOUR));
    let (adapter, _) = limited(|layer| layer.with_default(SECOND), hours.take(3));
    ran_out(adapter.begin(TransactionOptions::new()).await, RetryClass::SafeNow);
    ran_out(adapter.session().await, RetryClass::SafeNow);
    adapter.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn commit_and_rollback_have_no_limit_but_statements_of_a_transaction_do() {
    let now = || Answer::After(Duration::ZERO);
    let answers = [now(), Answer::After(HOUR), Answer::After(HOUR), Answer::After(HOUR)];
    let (adapter, script) = limited(|layer| layer.with_default(SECOND), answers);
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    ran_out(transaction.query(write()).await, RetryClass::OutcomeUnknown);
    ran_out(transaction.stream(read(), StreamOptions::default()).await, RetryClass::SafeNow);
    transaction.commit().await.unwrap();
    assert_eq!(
        script.take_log(),
        ["begin", "pinned query", "pinned query dropped", "pinned stream", "pinned stream dropped", "commit"]
    );

    let (adapter, _) = limited(|layer| layer.with_default(SECOND), [now(), Answer::After(HOUR)]);
    adapter.begin(TransactionOptions::new()).await.unwrap().rollback().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_querys_own_limit_goes_before_the_default_and_a_batch_has_its_shortest() {
    let (adapter, _) =
        limited(|layer| layer.with_default(SECOND), [Answer::After(HOUR), Answer::After(HOUR)]);
    adapter.query(read().with_timeout(Some(2 * HOUR))).await.unwrap();
    let batch = Batch::new(vec![read().with_timeout(Some(2 * HOUR)), read().with_timeout(Some(SECOND))]);
    ran_out(adapter.batch(batch).await, RetryClass::SafeNow);
}
