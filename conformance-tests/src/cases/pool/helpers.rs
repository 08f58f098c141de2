//! What the cases about pools have in common.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, Query, SharedAdapter, Transaction, TransactionOptions};
use futures_util::future::join_all;

use crate::cases::helpers::slow;
use crate::harness::Setup;
use crate::{Context, Outcome, Stop};

/// How long anything may take that takes no time.
pub(super) const SOON: Duration = Duration::from_secs(5);

/// A pool of so many connections. On SQLite one of them writes, and the others read.
pub(super) fn pool_of(cx: &Context, connections: usize) -> Setup {
    let mut setup = cx.setup();
    setup.pool_max = Some(connections);
    setup.pool_timeout = Some(SOON);
    setup
}

/// A transaction that has its connection: it has run a statement.
pub(super) async fn holder(cx: &Context, adapter: &SharedAdapter) -> Outcome<Box<dyn Transaction>> {
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    let nonce = cx.nonce();
    transaction.query(Query::raw(format!("select {nonce}"), vec![])).await?;
    Ok(transaction)
}

/// The numbers of the sessions at the server.
pub(super) async fn session_ids(cx: &Context) -> Outcome<Vec<i64>> {
    Ok(cx.sessions().await?.into_iter().map(|session| session.id).collect())
}

/// Waits until there are so many sessions.
pub(super) async fn sessions_become(cx: &Context, wanted: usize) -> Outcome {
    cx.eventually(SOON, &format!("{wanted} sessions at the server"), || async {
        Ok(cx.sessions().await?.len() == wanted)
    })
    .await
}

/// Every connection of the pool is used at once.
pub(super) async fn use_all(cx: &Context, adapter: &SharedAdapter, connections: usize) -> Outcome {
    let calls = (0..connections).map(|_| adapter.query(slow(cx, 100)));
    join_all(calls).await.into_iter().try_for_each(|answer| answer.map(drop).map_err(Stop::from))
}

/// Polls each future once, in order, so that they wait in that order.
pub(super) async fn line_up<T>(mut waiting: Vec<BoxFuture<'_, T>>) -> Outcome<Vec<BoxFuture<'_, T>>> {
    for (at, future) in waiting.iter_mut().enumerate() {
        let ready =
            std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_ready()));
        if ready.await {
            return Err(Stop::fail(format!("call {at} did not wait, though no connection was free")));
        }
    }
    Ok(waiting)
}

/// Runs them to their ends, and gives the order in which they ended.
pub(super) async fn order_of<T>(waiting: Vec<BoxFuture<'_, Outcome<T>>>) -> Outcome<Vec<usize>> {
    let order = Mutex::new(Vec::new());
    let ends = join_all(waiting.into_iter().enumerate().map(|(at, future)| {
        let order = &order;
        async move {
            let outcome = future.await;
            order.lock().expect("nothing panics while the list is held").push(at);
            outcome
        }
    }));
    let ended: Outcome<Vec<T>> = ends.await.into_iter().collect();
    ended?;
    Ok(order.into_inner().expect("nothing panics while the list is held"))
}
