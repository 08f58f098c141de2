//! Many calls at once: each gets the answer to what it asked, and none waits for another without need.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::{
    Access, Capability, Dialect, ErrorKind, Query, SharedAdapter, StreamOptions, Value,
};
use futures_util::StreamExt as _;
use futures_util::future::{join, join_all};

use crate::case::{ALL, Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW, begin, one_connection};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "CONC-01",
        Concurrency,
        L2,
        ALL,
        [RAW],
        ["A-8", "A-21"],
        "fifty queries at once each get the number they asked for",
        fifty_at_once
    ),
    case!(
        "CONC-01.MIXED",
        Concurrency,
        L2,
        ITX,
        [RAW, Need::Interactive, Need::Capability(Capability::Streaming)],
        ["A-8", "A-21", "C-2"],
        "queries, batches, streams, transactions and errors at once each get what they asked for",
        mixed
    ),
    case!(
        "CONC-11",
        Concurrency,
        L2,
        ALL,
        [RAW],
        ["A-1", "A-21"],
        "clones of the handle in tasks of their own each get what they asked for",
        in_tasks
    ),
    case!(
        "CONC-12",
        Concurrency,
        L2,
        ALL,
        [RAW],
        ["A-21"],
        "a slow query does not hold up quick ones on other connections",
        beside_a_slow_one
    )
    .within_seconds(30),
];

/// Asks for a number of its own, by text and by a parameter.
async fn ask(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    let nonce = cx.nonce();
    let cast = if cx.dialect() == Dialect::Postgres { "{1}::bigint" } else { "{1}" };
    let query = cx.raw(&format!("select {nonce}, {cast}"), vec![Value::Int64(nonce)]);
    let result = adapter.query(query).await?;
    ensure_eq!(result.rows.len(), 1, "rows");
    ensure_eq!((result.rows.get(0, 0)?, result.rows.get(0, 1)?), (nonce, nonce), "the answer");
    Ok(())
}

async fn fifty_at_once(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for outcome in join_all((0..50).map(|_| ask(&cx, &adapter))).await {
        outcome?;
    }
    let single = one_connection(&cx).await?;
    for outcome in join_all((0..50).map(|_| ask(&cx, &single))).await {
        outcome.within("on a single connection")?;
    }
    cx.check_usable(&adapter).await
}

/// One call of a kind that depends on its number.
async fn one_of(cx: &Context, adapter: &SharedAdapter, number: usize) -> Outcome {
    let nonce = cx.nonce();
    let select = |number: i64| Query::raw(format!("select {number}"), vec![]);
    match number % 5 {
        0 => ask(cx, adapter).await,
        1 => {
            let queries = (0..4).map(|at| select(nonce * 10 + at)).collect();
            let results = adapter.batch(drivetrain_adapter_api::Batch::new(queries)).await?;
            ensure_eq!(results.len(), 4, "results of a batch");
            for (at, result) in (0..).zip(&results) {
                ensure_eq!(result.rows.get::<i64>(0, 0)?, nonce * 10 + at, "answer {at} of a batch");
            }
            Ok(())
        }
        2 => {
            let union = format!("select {nonce} union all select {nonce} union all select {nonce}");
            let query = Query::raw(union, vec![]).with_access(Access::Read);
            let mut stream = adapter.stream(query, StreamOptions::default()).await?;
            let mut rows = 0;
            while let Some(chunk) = stream.next().await {
                let chunk = chunk?;
                for row in 0..chunk.len() {
                    ensure_eq!(chunk.get::<i64>(row, 0)?, nonce, "a row of a stream");
                    rows += 1;
                }
            }
            ensure_eq!(rows, 3, "rows of a stream");
            Ok(())
        }
        3 => {
            let mut tx = begin(adapter).await?;
            for at in 0..3 {
                let result = tx.query(select(nonce * 10 + at)).await?;
                ensure_eq!(result.rows.get::<i64>(0, 0)?, nonce * 10 + at, "the answer to a transaction");
            }
            Ok(tx.rollback().await?)
        }
        _ => {
            let missing = format!("select * from missing_{nonce}");
            match adapter.query(Query::raw(missing, vec![])).await {
                Ok(_) => Err(Stop::fail("a table that is not there was read")),
                Err(error) => {
                    ensure_eq!(error.kind(), ErrorKind::UndefinedTable, "the error");
                    Ok(())
                }
            }
        }
    }
}

async fn mixed(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for outcome in join_all((0..50).map(|number| one_of(&cx, &adapter, number))).await {
        outcome?;
    }
    cx.check_usable(&adapter).await
}

async fn in_tasks(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let outcomes: Arc<Mutex<Vec<Outcome>>> = Arc::default();
    const TASKS: usize = 8;
    for _ in 0..TASKS {
        let (cx, adapter, outcomes) = (cx.clone(), Arc::clone(&adapter), Arc::clone(&outcomes));
        cx.runtime().clone().spawn(Box::pin(async move {
            let mut outcome = Ok(());
            for _ in 0..10 {
                outcome = outcome.and(ask(&cx, &adapter).await);
            }
            drop(adapter);
            outcomes.lock().expect("nothing panics while the list is held").push(outcome);
        }));
    }
    cx.eventually(Duration::from_secs(8), "all tasks are done", || async {
        Ok(outcomes.lock().expect("nothing panics while the list is held").len() == TASKS)
    })
    .await?;
    for outcome in std::mem::take(&mut *outcomes.lock().expect("nothing panics while the list is held")) {
        outcome?;
    }
    cx.check_usable(&adapter).await
}

/// A query that takes a good while.
fn slow(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "select 1 from pg_sleep(1)",
        Dialect::MySql => "select 1 + sleep(1)",
        _ => {
            "select count(*) > 0 from (with recursive c (n) as (select 1 union all select n + 1 from c \
             where n < 1000000) select n from c)"
        }
    }
}

async fn beside_a_slow_one(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let quick_is_done = Mutex::new(false);
    let is_done = || *quick_is_done.lock().expect("nothing panics while the flag is held");
    let slow = async {
        let query = Query::raw(slow(cx.dialect()), vec![]).with_access(Access::Read);
        let result = adapter.query(query).await?;
        ensure_eq!(result.rows.len(), 1, "rows of the slow query");
        ensure!(is_done(), "the slow query was done before the quick ones");
        Ok(())
    };
    let quick = async {
        for _ in 0..10 {
            for outcome in join_all((0..2).map(|_| ask(&cx, &adapter))).await {
                outcome?;
            }
        }
        *quick_is_done.lock().expect("nothing panics while the flag is held") = true;
        Outcome::Ok(())
    };
    let (slow, quick): (Outcome, Outcome) = join(slow, quick).await;
    quick.and(slow)?;
    cx.check_usable(&adapter).await
}
