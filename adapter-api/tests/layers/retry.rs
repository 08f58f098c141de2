//! Calls are begun anew where, and only where, the class of their error says that this is safe.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::layer::{Layer as _, Retry, RetryPolicy, Timeout};
use drivetrain_adapter_api::{
    Access, Adapter, Batch, Capabilities, Dialect, Error, ErrorKind, Query, RetryClass, StreamOptions,
    TransactionOptions,
};
use tokio::time::Instant;

use crate::runtime::tokio;
use crate::scripted::{Answer, Script, Scripted};

fn retrying(
    policy: RetryPolicy,
    answers: impl IntoIterator<Item = Answer>,
) -> (Arc<dyn Adapter>, Arc<Script>) {
    let script = Script::answers(answers);
    let inner = Scripted::shared(&script, Capabilities::none(Dialect::Postgres));
    (Retry::new(tokio(), policy).layer(inner), script)
}

fn policy(attempts: u32) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.attempts = attempts;
    policy
}

fn error(retry: RetryClass) -> Error {
    Error::new(ErrorKind::ConnectionLost, "the connection broke").with_retry(retry)
}

fn fail(retry: RetryClass) -> Answer {
    Answer::Fail(error(retry))
}

fn query(access: Access) -> Query {
    Query::raw("select 1", vec![]).with_access(access)
}

#[tokio::test(start_paused = true)]
async fn the_class_decides() {
    use Access::{Read, Unknown, Write};
    for (class, access, attempts) in [
        (RetryClass::Never, Read, 1),
        (RetryClass::SafeNow, Read, 3),
        (RetryClass::SafeNow, Write, 3),
        (RetryClass::SafeNow, Unknown, 3),
        (RetryClass::RetryTransaction, Write, 3),
        (RetryClass::OutcomeUnknown, Read, 3),
        (RetryClass::OutcomeUnknown, Write, 1),
        (RetryClass::OutcomeUnknown, Unknown, 1),
    ] {
        let (adapter, script) = retrying(policy(3), std::iter::repeat_with(|| fail(class)).take(5));
        let error = adapter.query(query(access)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "the last error is the caller's");
        assert_eq!(script.take_log().len(), attempts, "{class:?} {access:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_success_ends_it() {
    let (adapter, script) = retrying(policy(5), [fail(RetryClass::SafeNow), fail(RetryClass::SafeNow)]);
    let result = adapter.query(query(Access::Write)).await.unwrap();
    assert_eq!(result.rows.len(), 2);
    assert_eq!(script.take_log(), ["query", "query", "query"]);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_is_begun_after_the_time_is_up() {
    let slow = || Answer::FailAfter(Duration::from_secs(4), error(RetryClass::SafeNow));
    let (adapter, script) = retrying(policy(10), [slow(), slow(), slow(), slow()]);
    adapter.query(query(Access::Read)).await.unwrap_err();
    assert_eq!(script.take_log().len(), 3, "at about 0, 4 and 8 of 10 seconds");

    let (adapter, script) = retrying(policy(10), [slow(), slow()]);
    let limited = query(Access::Read).with_timeout(Some(Duration::from_secs(3)));
    adapter.query(limited).await.unwrap_err();
    assert_eq!(script.take_log().len(), 1, "the query's own limit is shorter");
}

#[tokio::test(start_paused = true)]
async fn all_attempts_together_keep_to_the_limit_of_the_query() {
    let answers = [
        Answer::FailAfter(Duration::from_millis(800), error(RetryClass::SafeNow)),
        Answer::After(Duration::MAX),
    ];
    let script = Script::answers(answers);
    let runtime = tokio();
    let inner = Scripted::shared(&script, Capabilities::none(Dialect::Postgres));
    let adapter =
        Retry::new(Arc::clone(&runtime), policy(3)).layer(Timeout::new(Arc::clone(&runtime)).layer(inner));
    let start = Instant::now();
    let limit = Duration::from_secs(1);
    let error = adapter.query(query(Access::Write).with_timeout(Some(limit))).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, RetryClass::OutcomeUnknown));
    // The clock is paused: this measures what was waited for, to the millisecond of tokio's timer.
    assert_eq!(start.elapsed().as_millis() / 10, limit.as_millis() / 10);
    assert_eq!(script.take_log(), ["query", "query", "query dropped"]);
}

#[tokio::test(start_paused = true)]
async fn everything_on_the_adapter_that_can_be_repeated_is() {
    let (adapter, script) =
        retrying(policy(2), std::iter::repeat_with(|| fail(RetryClass::SafeNow)).take(11));
    adapter.batch(Batch::new(vec![query(Access::Write)])).await.unwrap_err();
    adapter.stream(query(Access::Read), StreamOptions::default()).await.unwrap_err();
    adapter.begin(TransactionOptions::new()).await.unwrap_err();
    adapter.session().await.unwrap_err();
    adapter.health_check().await.unwrap_err();
    assert_eq!(
        script.take_log(),
        [
            "batch",
            "batch",
            "stream",
            "stream",
            "begin",
            "begin",
            "session",
            "session",
            "health_check",
            "health_check"
        ]
    );
    adapter.script("insert into t values (1); select 1").await.unwrap_err();
    assert_eq!(script.take_log(), ["script"], "a part of a script may have run");
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_a_write_ran_is_not_run_again() {
    use Access::{Read, Write};
    let batch = |accesses: &[Access]| accesses.iter().map(|access| query(*access)).collect::<Vec<_>>();
    let atomic = Batch::atomic(batch(&[Write, Write]), TransactionOptions::new());
    for (batch, index, class, attempts) in [
        (Batch::new(batch(&[Write, Write])), Some(0), RetryClass::SafeNow, 2),
        (Batch::new(batch(&[Write, Write])), Some(1), RetryClass::SafeNow, 1),
        (Batch::new(batch(&[Write, Write])), Some(1), RetryClass::RetryTransaction, 1),
        (Batch::new(batch(&[Write, Write])), None, RetryClass::SafeNow, 2),
        (Batch::new(batch(&[Write, Write])), None, RetryClass::RetryTransaction, 1),
        (Batch::new(batch(&[Read, Write])), Some(1), RetryClass::RetryTransaction, 2),
        (Batch::new(batch(&[Read, Read])), Some(1), RetryClass::OutcomeUnknown, 2),
        (Batch::new(batch(&[Read, Write])), Some(0), RetryClass::OutcomeUnknown, 1),
        (atomic.clone(), Some(1), RetryClass::RetryTransaction, 2),
        (atomic, None, RetryClass::OutcomeUnknown, 1),
    ] {
        let error = match index {
            Some(index) => error(class).with_batch_index(index),
            None => error(class),
        };
        let shown = format!(
            "{:?} {index:?} {class:?}",
            batch.queries.iter().map(|query| query.options.access).collect::<Vec<_>>()
        );
        let (adapter, script) = retrying(policy(2), [Answer::Fail(error)]);
        assert_eq!(adapter.batch(batch).await.is_ok(), attempts == 2, "{shown}");
        assert_eq!(script.take_log().len(), attempts, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_within_a_transaction_or_session_is_repeated() {
    let now = || Answer::After(Duration::ZERO);
    let lost = || fail(RetryClass::SafeNow);
    let (adapter, script) = retrying(policy(5), [now(), lost(), lost(), lost(), lost()]);
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(query(Access::Read)).await.unwrap_err();
    transaction.batch(Batch::new(vec![])).await.unwrap_err();
    transaction.savepoint().await.unwrap_err();
    transaction.commit().await.unwrap_err();
    assert_eq!(script.take_log(), ["begin", "pinned query", "pinned batch", "savepoint", "commit"]);

    let (adapter, script) = retrying(policy(5), [now(), lost(), lost()]);
    let mut session = adapter.session().await.unwrap();
    session.query(query(Access::Read)).await.unwrap_err();
    session.begin(TransactionOptions::new()).await.unwrap_err();
    session.close().await.unwrap();
    assert_eq!(script.take_log(), ["session", "pinned query", "pinned begin", "close_session"]);
}

#[test]
fn waits_double_up_to_the_longest_and_are_spread() {
    let policy = RetryPolicy::default();
    for (attempt, whole) in [(2, 50), (3, 100), (4, 200), (8, 2000), (40, 2000), (u32::MAX, 2000)] {
        let whole = Duration::from_millis(whole);
        for _ in 0..20 {
            let wait = policy.wait(attempt);
            assert!(wait >= whole / 2 && wait <= whole, "{attempt}: {wait:?}");
        }
    }
}
