//! The spans of the tracing layer: one for each operation, with the same names for ever, and without values.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::layer::{Hook, Hooked, Layer as _, Operation, Retry, RetryPolicy, Tracing};
use drivetrain_adapter_api::{
    Access, Adapter, AffectedRows, Batch, Capability, Dialect, Error, ErrorKind, Query,
    Result as AdapterResult, RetryClass, SharedAdapter, SqlState, StreamOptions, TransactionOptions, Value,
};
use futures_util::StreamExt as _;
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::poll::drop_after;
use crate::{Context, Outcome, Seen, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "OBS-01",
        Observability,
        L1,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "one span for each call: system, operation, adapter, label, rows, counts and how it ended",
        one_each
    ),
    case!(
        "OBS-02",
        Observability,
        L1,
        ALL,
        [Need::Interactive, Need::Capability(Capability::Savepoints)],
        ["T-20"],
        "begin, savepoints, commit and rollback are told in the order they were made",
        in_order
    ),
    case!(
        "OBS-03",
        Observability,
        L1,
        ALL,
        [],
        ["A-1"],
        "where nobody listens nothing is made to be told",
        disabled
    ),
    case!(
        "OBS-04",
        Observability,
        L1,
        ALL,
        [Need::Oracle],
        ["A-5", "A-7"],
        "a failure is told with its kind and SQLSTATE, and without values",
        failures
    ),
    case!(
        "OBS-06",
        Observability,
        L1,
        ALL,
        [],
        ["A-7", "A-20"],
        "a statement is known by its shape and its text with placeholders, whatever its values",
        fingerprint
    ),
    case!(
        "OBS-07",
        Observability,
        L1,
        ALL,
        [],
        ["A-8"],
        "a call that was dropped closes its span without an outcome, and spans are carried across waits",
        dropped
    ),
    case!(
        "OBS-08",
        Observability,
        L1,
        ALL,
        [],
        ["A-10"],
        "each retry is told with its number and its cause",
        retries
    ),
    case!(
        "OBS-13",
        Observability,
        L1,
        ALL,
        [Need::Oracle],
        ["A-12"],
        "the names of spans and fields are those of the snapshot",
        snapshot
    ),
];

/// The spans of the case's own layer, in the order they were opened. The adapter may have the same layer around it
/// already: its spans are within those.
fn spans(seen: &[Seen]) -> Vec<&Seen> {
    let own = |seen: &&Seen| {
        seen.is_span && seen.target == "drivetrain" && seen.name == "db" && !seen.within.contains(&"db")
    };
    seen.iter().filter(own).collect()
}

fn only(seen: &[Seen]) -> Outcome<&Seen> {
    match spans(seen)[..] {
        [span] => Ok(span),
        ref several => Err(Stop::fail(format!("one call has {} spans", several.len()))),
    }
}

async fn one_each(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = Tracing::new().layer(cx.adapter().await?);
    let check = |seen: &[Seen], operation: &str, fields: &[(&str, Option<&str>)]| {
        let span = only(seen)?;
        ensure!(span.closed, "the span of {operation} is not closed");
        let name = adapter.name().to_owned();
        let system = cx.dialect().provider().to_owned();
        let common =
            [("db.system", Some(&*system)), ("db.operation", Some(operation)), ("adapter", Some(&*name))];
        for (field, wanted) in common.iter().chain(fields) {
            ensure_eq!(span.field(field), *wanted, "the field {field} of {operation}");
        }
        Ok(())
    };
    let ok = ("outcome", Some("ok"));
    let insert = cx.raw("insert into {t:t} values (1), (2), (3)", vec![]).with_label("Fill");
    let (result, seen) = cx.recorded(adapter.query(insert)).await;
    result?;
    let affected = (cx.capabilities().affected_rows() != AffectedRows::None).then_some("3");
    check(&seen, "query", &[ok, ("label", Some("Fill")), ("affected", affected), ("rows", Some("0"))])?;
    let (result, seen) = cx.recorded(adapter.query(cx.raw("select id from {t:t}", vec![]))).await;
    result?;
    check(&seen, "query", &[ok, ("label", None), ("rows", Some("3")), ("error.kind", None)])?;
    let (result, seen) = cx.recorded(adapter.query(cx.raw("select nope from {t:t}", vec![]))).await;
    must_fail(result, &[ErrorKind::UndefinedColumn], "a column that is not there")?;
    check(
        &seen,
        "query",
        &[("outcome", Some("error")), ("error.kind", Some("UndefinedColumn")), ("rows", None)],
    )?;
    if cx.capabilities().pipelining() {
        let batch = Batch::new(vec![cx.raw("select 1", vec![]), cx.raw("select id from {t:t}", vec![])]);
        let (result, seen) = cx.recorded(adapter.batch(batch)).await;
        result?;
        check(&seen, "batch", &[ok, ("queries", Some("2")), ("rows", Some("4"))])?;
    }
    if cx.capabilities().streaming() {
        let query = cx.raw("select id from {t:t}", vec![]);
        let (stream, seen) = cx.recorded(adapter.stream(query, StreamOptions::default())).await;
        let mut stream = stream?;
        while let Some(chunk) = stream.next().await {
            chunk?;
        }
        check(&seen, "stream", &[ok])?;
    }
    let (result, seen) = cx.recorded(adapter.health_check()).await;
    result?;
    check(&seen, "health_check", &[ok])
}

/// The operations that were told, with how each ended.
fn told(seen: &[Seen]) -> Vec<(String, String)> {
    let field = |span: &Seen, name| span.field(name).unwrap_or("nothing").to_owned();
    spans(seen).into_iter().map(|span| (field(span, "db.operation"), field(span, "outcome"))).collect()
}

async fn in_order(cx: Context) -> Outcome {
    let adapter = Tracing::new().layer(cx.adapter().await?);
    let query = || cx.raw("select 1", vec![]);
    let work = async {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(query()).await?;
        let kept = transaction.savepoint().await?;
        transaction.release(kept).await?;
        let undone = transaction.savepoint().await?;
        transaction.query(query()).await?;
        transaction.rollback_to(undone).await?;
        transaction.commit().await?;
        let transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.rollback().await
    };
    let (result, seen) = cx.recorded(work).await;
    result?;
    let wanted = [
        "begin",
        "query",
        "savepoint",
        "release",
        "savepoint",
        "query",
        "rollback_to",
        "commit",
        "begin",
        "rollback",
    ]
    .map(|operation| (operation.to_owned(), "ok".to_owned()));
    ensure_eq!(told(&seen), wanted, "what was told");
    ensure!(spans(&seen).iter().all(|span| span.closed), "a span is not closed");
    Ok(())
}

/// Listens to nothing, and counts what it is told all the same.
#[derive(Clone, Default)]
struct Deaf(Arc<AtomicUsize>);

impl Subscriber for Deaf {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        self.0.fetch_add(1, Ordering::Relaxed);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &Id) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn exit(&self, _: &Id) {}
}

async fn disabled(cx: Context) -> Outcome {
    let adapter = Tracing::new().with_statements(1000).layer(cx.adapter().await?);
    let deaf = Deaf::default();
    let work = async {
        for number in 0..20 {
            let rows = adapter.query(Query::raw(format!("select {number}"), vec![])).await?.rows;
            ensure_eq!(rows.get::<i64>(0, 0)?, number, "the answer");
        }
        drop(must_fail(adapter.query(Query::raw("selec 1", vec![])).await, &[ErrorKind::Syntax], "no SQL")?);
        Ok::<_, Stop>(())
    };
    work.with_subscriber(deaf.clone()).await?;
    ensure_eq!(deaf.0.load(Ordering::Relaxed), 0, "spans and events that were made for nobody");
    // The same calls are told where somebody listens.
    let (result, seen) = cx.recorded(adapter.query(Query::raw("select 1", vec![]))).await;
    result?;
    only(&seen).map(drop)
}

async fn failures(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (u {key} not null primary key)",
        "insert into {t:t} values ('canary8Qd')",
    ])
    .await?;
    let adapter = Tracing::new().layer(cx.adapter().await?);
    let insert = cx.raw("insert into {t:t} values ({1})", vec![Value::Text("canary8Qd".to_owned())]);
    let (result, seen) = cx.recorded(adapter.query(insert)).await;
    let error = must_fail(result, &[ErrorKind::UniqueViolation], "a key that is there")?;
    let span = only(&seen)?;
    ensure_eq!(span.field("outcome"), Some("error"), "the outcome");
    ensure_eq!(span.field("error.kind"), Some("UniqueViolation"), "the kind");
    let state = error.sqlstate();
    ensure_eq!(span.field("error.sqlstate"), state.as_ref().map(SqlState::as_str), "the SQLSTATE");
    ensure_eq!(state.is_some(), cx.dialect() != Dialect::Sqlite, "whether there is a SQLSTATE");
    ensure!(!format!("{seen:?}").contains("canary8Qd"), "a value is told: {seen:?}");
    Ok(())
}

async fn fingerprint(cx: Context) -> Outcome {
    let adapter = Tracing::new().with_statements(1000).layer(cx.adapter().await?);
    let query = |value: &str| cx.raw("select {1}", vec![Value::Text(value.to_owned())]);
    let (one, two) = (query("canary8Qd"), query("other"));
    ensure_eq!(one.statement.shape(), two.statement.shape(), "the shapes of one statement with two values");
    let third = cx.raw("select {1}, 1", vec![Value::Text("x".to_owned())]);
    ensure!(one.statement.shape() != third.statement.shape(), "two statements have one shape");
    let mut texts = BTreeSet::new();
    for query in [one, two] {
        let text = adapter.lower(&query)?.text;
        let (result, seen) = cx.recorded(adapter.query(query)).await;
        result?;
        let told = only(&seen)?.field("db.statement").map(str::to_owned);
        ensure_eq!(told.as_deref(), Some(&*text), "the statement that is told");
        ensure!(!format!("{seen:?}").contains("canary8Qd"), "a value is told: {seen:?}");
        texts.extend(told);
    }
    ensure_eq!(texts.len(), 1, "texts of one statement");
    Ok(())
}

async fn dropped(cx: Context) -> Outcome {
    let adapter = Tracing::new().layer(cx.adapter().await?);
    cx.check_usable(&adapter).await?;
    let slow = match cx.dialect() {
        Dialect::Postgres => "select pg_sleep(9)",
        Dialect::MySql => "select sleep(9)",
        _ => "with recursive n (x) as (select 1 union all select x + 1 from n) select count(*) from n",
    };
    for polls in 1..=3 {
        let call = adapter.query(Query::raw(slow, vec![]));
        // The calls that are polled more often than they are woken are given up by their limit.
        let limited = cx.within(Duration::from_millis(100), "a slow call", drop_after(polls, call));
        let (_, seen) = cx.recorded(limited).await;
        let span = only(&seen)?;
        ensure!(span.closed, "the span of a call that is over is open");
        ensure_eq!(span.field("outcome"), None, "the outcome of a call that was dropped");
        cx.check_usable(&adapter).await?;
    }
    // Before its first poll a call has not begun: there is nothing to tell.
    let (_, seen) = cx.recorded(drop_after(0, adapter.query(Query::raw("select 1", vec![])))).await;
    ensure!(
        spans(&seen).iter().all(|span| span.field("outcome").is_none()),
        "a call that never ran has an outcome"
    );
    Ok(())
}

/// Refuses the first calls, as if nothing had happened.
#[derive(Debug)]
struct Reluctant(AtomicUsize);

impl Hook for Reluctant {
    fn before(&self, _: &dyn Adapter, operation: &Operation<'_>) -> AdapterResult<()> {
        let left = self.0.load(Ordering::Relaxed);
        if left > 0 && matches!(operation, Operation::Query(_)) {
            self.0.store(left - 1, Ordering::Relaxed);
            return Err(Error::new(ErrorKind::TooManyConnections, "not now").with_retry(RetryClass::SafeNow));
        }
        Ok(())
    }
}

async fn retries(cx: Context) -> Outcome {
    let policy = RetryPolicy::default();
    let attempts = usize::try_from(policy.attempts).unwrap_or(usize::MAX);
    let layered = |refusals: usize, inner: SharedAdapter| {
        let inner = Hooked::new(Reluctant(AtomicUsize::new(refusals))).layer(inner);
        Tracing::new().layer(Retry::new(Arc::clone(cx.runtime()), policy).layer(inner))
    };
    let query = || Query::raw("select 1", vec![]).with_access(Access::Read);
    let told = |seen: &[Seen]| -> Vec<_> {
        let events = seen.iter().filter(|seen| !seen.is_span && seen.field("attempt").is_some());
        let field = |seen: &Seen, name| seen.field(name).unwrap_or_default().to_owned();
        events.map(|event| (field(event, "attempt"), field(event, "error.kind"))).collect()
    };
    let cause = || "TooManyConnections".to_owned();

    let (result, seen) = cx.recorded(layered(attempts - 1, cx.adapter().await?).query(query())).await;
    result?;
    let wanted: Vec<_> = (2..=attempts).map(|attempt| (attempt.to_string(), cause())).collect();
    ensure_eq!(told(&seen), wanted, "the retries that were told");
    ensure_eq!(only(&seen)?.field("outcome"), Some("ok"), "the outcome as the caller sees it");

    let (result, seen) = cx.recorded(layered(attempts, cx.adapter().await?).query(query())).await;
    must_fail(result, &[ErrorKind::TooManyConnections], "more refusals than attempts")?;
    ensure_eq!(told(&seen).len(), attempts - 1, "retries that were told of a call that was given up");
    ensure_eq!(only(&seen)?.field("outcome"), Some("error"), "the outcome as the caller sees it");
    Ok(())
}

/// What is told with the target `drivetrain`: span or event, name, level, and the fields that it may have.
const SNAPSHOT: &[(bool, &str, &str, &[&str])] = &[
    (
        true,
        "db",
        "INFO",
        &[
            "adapter",
            "affected",
            "db.operation",
            "db.statement",
            "db.system",
            "error.kind",
            "error.sqlstate",
            "label",
            "outcome",
            "queries",
            "rows",
        ],
    ),
    (true, "db.acquire", "DEBUG", &["adapter", "db.connection"]),
    (false, "notice", "INFO", &["adapter", "db.connection", "message", "severity", "sqlstate"]),
    (
        false,
        "the endpoint reported an error",
        "DEBUG",
        &["adapter", "db.request_id", "http.status", "message"],
    ),
    (false, "trying again", "DEBUG", &["adapter", "attempt", "error.kind", "message"]),
];

async fn snapshot(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = Tracing::new().with_statements(100).layer(cx.adapter_with(cx.setup()).await?);
    let work = async {
        let insert = || cx.raw("insert into {t:t} values ({1})", vec![Value::Int32(1)]).with_label("Insert");
        adapter.query(insert()).await?;
        drop(must_fail(adapter.query(insert()).await, &[ErrorKind::UniqueViolation], "the same again")?);
        if cx.capabilities().pipelining() {
            adapter.batch(Batch::new(vec![cx.raw("select 1", vec![])])).await?;
        }
        if cx.dialect() == Dialect::Postgres {
            adapter.query(cx.raw("do $$ begin raise warning 'look'; end $$", vec![])).await?;
        }
        if cx.capabilities().transactions().is_interactive() {
            adapter.begin(TransactionOptions::new()).await?.rollback().await?;
        }
        adapter.health_check().await?;
        Ok::<_, Stop>(adapter.close().await?)
    };
    let (result, seen) = cx.recorded(work).await;
    result?;
    let mut fields_of_db = BTreeSet::new();
    for seen in seen.iter().filter(|seen| seen.target == "drivetrain") {
        let name = if seen.is_span { seen.name } else { seen.field("message").unwrap_or_default() };
        let known = SNAPSHOT.iter().find(|(span, known, ..)| (*span, *known) == (seen.is_span, name));
        let Some((.., level, fields)) = known else {
            return Err(Stop::fail(format!("`{name}` is not in the snapshot: {seen:?}")));
        };
        ensure_eq!(seen.level, *level, "the level of `{name}`");
        for (field, _) in &seen.fields {
            ensure!(fields.contains(field), "`{name}` has the field `{field}`, which is not in the snapshot");
            if name == "db" {
                fields_of_db.insert(*field);
            }
        }
    }
    let mut wanted: BTreeSet<_> = SNAPSHOT[0].3.iter().copied().collect();
    if cx.dialect() == Dialect::Sqlite {
        wanted.remove("error.sqlstate");
    }
    if !cx.capabilities().pipelining() {
        wanted.remove("queries");
    }
    ensure_eq!(fields_of_db, wanted, "the fields of the spans `db`");
    Ok(())
}
