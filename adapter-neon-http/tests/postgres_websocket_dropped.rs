//! Calls over WebSockets that are dropped after every number of polls there is, from a cold start on: nothing is left
//! running or open, nothing has run twice, and the adapter goes on.

mod common;
mod websocket;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use common::{first, raw};
use drivetrain_adapter_api::{Adapter, Batch, BoxFuture, Query, Result, TransactionOptions, Value};
use drivetrain_adapter_neon_http::NeonAdapter;
use websocket::{Sockets, adapter, config};

/// Polls the future so often, and drops it. Whether it was done by then.
async fn poll_times<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // Polled again when something has happened, as an executor would.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Drops the call after every number of polls, each time on an adapter that has not been used, until it comes to its end.
async fn sweep(
    name: &str,
    raw_websockets: bool,
    call: fn(NeonAdapter, i32) -> BoxFuture<'static, Result<()>>,
) {
    let mut bench = Sockets::with(name, |gateway| gateway.raw_websockets(raw_websockets)).await;
    bench.setup("CREATE TABLE t (id int)").await;
    for polls in 1..200 {
        let cold = config(&bench.gateway, "").schema(&bench.schema).application_name(&bench.schema);
        bench.use_adapter(adapter(cold));
        let id = i32::try_from(polls).unwrap();
        let done = poll_times(polls, call(bench.adapter.clone(), id)).await;
        bench.until_no_session("state <> 'idle'").await;
        bench.until_clean().await;
        assert_eq!(first::<i32>(&bench.adapter.query(raw("SELECT 7")).await.unwrap()), 7);
        let twice = "SELECT count(*) FROM (SELECT id FROM t GROUP BY id HAVING count(*) > 1) AS twice";
        assert_eq!(bench.count(twice).await, 0, "after {polls} polls");
        bench.adapter.close().await.unwrap();
        if let Some(outcome) = done {
            outcome.unwrap();
            assert!(polls > 1, "something was dropped");
            let count = format!("SELECT count(*) FROM t WHERE id = {id}");
            assert_eq!(bench.count(&count).await, 1, "the call that came to its end");
            return;
        }
    }
    panic!("the call never came to its end");
}

fn insert(id: i32) -> Query {
    Query::raw("INSERT INTO t VALUES ($1)", vec![Value::Int32(id)])
}

fn query(adapter: NeonAdapter, id: i32) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move { adapter.query(insert(id)).await.map(drop) })
}

fn batch(adapter: NeonAdapter, id: i32) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let batch = Batch::atomic(vec![insert(id), raw("SELECT 1")], TransactionOptions::new());
        adapter.batch(batch).await.map(drop)
    })
}

fn transaction(adapter: NeonAdapter, id: i32) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(insert(id)).await?;
        transaction.commit().await
    })
}

#[tokio::test]
async fn a_query_with_the_start() {
    sweep("ws_sweep_query", false, query).await;
}

#[tokio::test]
async fn a_batch_with_the_start() {
    sweep("ws_sweep_batch", false, batch).await;
}

#[tokio::test]
async fn a_transaction_with_the_start() {
    sweep("ws_sweep_transaction", false, transaction).await;
}

#[tokio::test]
async fn a_query_whose_start_is_refused_and_made_again() {
    sweep("ws_sweep_scram", true, query).await;
}

#[tokio::test]
async fn a_transaction_whose_start_is_refused_and_made_again() {
    sweep("ws_sweep_scram_transaction", true, transaction).await;
}
