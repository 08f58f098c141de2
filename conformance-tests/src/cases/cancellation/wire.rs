//! Cancellation with the wire in view: the answer comes byte by byte, and the future is dropped between any two.

use std::time::Duration;

use drivetrain_adapter_api::{Batch, BoxFuture, TransactionOptions, Value};

use super::calls;
use super::stage::{FINE, Grid, Operation, narrow, sweep_with};
use super::transactions;
use crate::case::{Case, NET, Need, P, Places, T, W, case};
use crate::faults::{Plan, Stage as Flow};
use crate::harness::TlsSetup;
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAN-01.wire",
        Cancellation,
        L2,
        NET,
        [Need::Faults],
        ["A-8"],
        "futures that are dropped before their first poll send no byte",
        no_byte
    ),
    sliced("CAN-02.sliced-query", "a query dropped between any two bytes of its answer", |cx| {
        Box::pin(in_slices(cx, |stage| Box::pin(calls::known_query(stage))))
    }),
    sliced("CAN-02.sliced-execute", "a write dropped between any two bytes of its answer", |cx| {
        Box::pin(in_slices(cx, |stage| Box::pin(calls::write(stage))))
    }),
    sliced("CAN-02.sliced-batch", "an atomic batch dropped between any two bytes of its answer", |cx| {
        Box::pin(in_slices(cx, |stage| Box::pin(calls::atomic_batch(stage))))
    }),
    sliced("CAN-02.sliced-commit", "a commit dropped between any two bytes of its answer", |cx| {
        Box::pin(in_slices(cx, |stage| Box::pin(transactions::commit(stage))))
    }),
    sliced("CAN-02.sliced-within", "a statement in a transaction, dropped between any two bytes", |cx| {
        Box::pin(in_slices(cx, |stage| Box::pin(transactions::within(stage))))
    }),
    sliced("CAN-02.sliced-stream", "a stream dropped between any two bytes of its chunks", |cx| {
        Box::pin(in_slices(cx, |stage| Box::pin(calls::stream_next(stage))))
    }),
    case!(
        "CAN-18",
        Cancellation,
        L2,
        P.or(T),
        [Need::Oracle, Need::Admin, Need::Tls],
        ["A-8"],
        "connecting dropped at any point of the TLS handshake leaves no session behind",
        within_tls
    )
    .within_seconds(30),
    case!(
        "CAN-19",
        Cancellation,
        L2,
        P.or(W).or(T),
        [Need::Oracle, Need::Admin, Need::Faults],
        ["A-8"],
        "connecting dropped at any byte of the authentication leaves no session behind",
        within_authentication
    )
    .within_seconds(60),
];

const fn sliced(
    id: &'static str,
    title: &'static str,
    run: fn(Context) -> BoxFuture<'static, Outcome>,
) -> Case {
    Case {
        id,
        group: crate::Group::Cancellation,
        level: crate::Level::L2,
        places: STATEFUL_NET,
        needs: &[Need::Oracle, Need::AdminOfServer, Need::Faults],
        obligations: &["A-8"],
        title,
        deadline: Duration::from_secs(60),
        run,
    }
}

const STATEFUL_NET: Places = P.or(W).or(T);

/// The server's answers, one byte at a time.
fn bytes() -> Plan {
    Plan { to_client: Flow { slice: Some(1), ..Flow::default() }, ..Plan::default() }
}

const SLICES: Grid = Grid { whole: 2, sample: 12, most: 1000, pauses: &[Duration::ZERO] };

async fn in_slices(cx: Context, operation: Operation) -> Outcome {
    let proxy = cx.proxy().await?;
    proxy.set(bytes());
    let mut setup = narrow(&cx);
    setup.through = Some(proxy.address());
    sweep_with(cx, setup, SLICES, operation).await
}

async fn no_byte(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut setup = narrow(&cx);
    setup.through = Some(proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let before = proxy.traffic();
    let query = || cx.raw("select {1}", vec![Value::Text("x".into())]);
    drop(adapter.query(query()));
    drop(adapter.batch(Batch::new(vec![query()])));
    drop(adapter.batch(Batch::atomic(vec![query()], TransactionOptions::new())));
    drop(adapter.stream(query(), calls::chunks_of(10)));
    drop(adapter.begin(TransactionOptions::new()));
    drop(adapter.session());
    drop(adapter.script("select 1"));
    drop(adapter.health_check());
    drop(adapter.close());
    // What is on its way arrives.
    cx.sleep(Duration::from_millis(20)).await;
    ensure_eq!(proxy.traffic(), before, "what has passed");
    cx.check_usable(&adapter).await
}

async fn within_tls(cx: Context) -> Outcome {
    let files = cx.harness().tls().ok_or_else(|| Stop::NotRun("there are no certificates".to_owned()))?;
    let mut setup = narrow(&cx);
    setup.tls = Some(TlsSetup::Verify { authority: files.authority, host: None });
    sweep_with(cx, setup, FINE, |stage| Box::pin(calls::connect(stage))).await
}

async fn within_authentication(cx: Context) -> Outcome {
    in_slices(cx, |stage| Box::pin(calls::connect(stage))).await
}
