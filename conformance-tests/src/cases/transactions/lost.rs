//! COMMIT whose answer is lost.

use drivetrain_adapter_api::{Batch, Error, ErrorKind, RetryClass, TransactionOptions};
use futures_util::future::join;

use super::support::{RAW, SOON, begin, insert, stored, table, until_free};
use crate::case::{Case, M, NET, Need, P, W, case};
use crate::faults::{Cut, FaultProxy, Plan};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-52",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Faults, Need::Interactive],
        ["T-20", "A-10"],
        "a COMMIT that the server got, and whose answer is lost, is CommitOutcomeUnknown, and is not sent again",
        answer_is_lost
    ),
    case!(
        "TX-52.UNSENT",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Faults, Need::Interactive],
        ["T-20", "A-10"],
        "a COMMIT that is lost on its way is an error, never success, and nothing is written",
        commit_is_lost
    ),
    case!(
        "TX-52.BATCH",
        Transactions,
        L1,
        NET,
        [RAW, Need::Oracle, Need::Faults, Need::AtomicBatch],
        ["A-30", "A-10"],
        "an atomic batch that the server ran, and whose answer is lost, is of unknown outcome, and not sent again",
        batch_answer_is_lost
    ),
];

fn stall_answers() -> Plan {
    let mut plan = Plan::default();
    plan.to_client.cut = Some((0, Cut::Stall));
    plan
}

/// Runs `work`, whose answers do not arrive, until the oracle sees what it wrote; then the connection is broken.
async fn without_answer<T>(
    cx: &Context,
    proxy: &dyn FaultProxy,
    work: impl Future<Output = Result<T, Error>>,
) -> Outcome<Result<T, Error>> {
    proxy.set(stall_answers());
    let breaks = async {
        let done = cx
            .eventually(SOON, "the server has done what it was asked for", || async {
                Ok(stored(cx).await?.len() == 3)
            })
            .await;
        proxy.reset_all();
        done
    };
    let (outcome, done) = join(cx.within(SOON * 2, "a call whose connection broke", work), breaks).await;
    done?;
    proxy.set(Plan::default());
    outcome
}

async fn answer_is_lost(cx: Context) -> Outcome {
    table(&cx).await?;
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let outcome = without_answer(&cx, &*proxy, tx.commit()).await?;
    let error = must_fail(outcome, &[ErrorKind::CommitOutcomeUnknown], "the commit")?;
    ensure_eq!(error.retry(), RetryClass::OutcomeUnknown, "the retry class");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3)], "rows afterwards");
    until_free(&cx).await?;
    cx.check_usable(&adapter).await
}

async fn commit_is_lost(cx: Context) -> Outcome {
    table(&cx).await?;
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let mut plan = Plan::default();
    plan.to_server.cut = Some((0, Cut::Stall));
    proxy.set(plan);
    let breaks = async {
        cx.sleep(std::time::Duration::from_millis(50)).await;
        proxy.reset_all();
    };
    let (outcome, ()) = join(cx.within(SOON, "the commit", tx.commit()), breaks).await;
    proxy.set(Plan::default());
    let unknown = [ErrorKind::CommitOutcomeUnknown, ErrorKind::ConnectionLost, ErrorKind::TransactionEnded];
    must_fail(outcome?, &unknown, "the commit")?;
    until_free(&cx).await.within("the server has ended the session")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}

async fn batch_answer_is_lost(cx: Context) -> Outcome {
    table(&cx).await?;
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let queries = vec![
        cx.raw("update {t:t} set v = v + 1 where id = 1", vec![]),
        cx.raw("insert into {t:t} values (3, 3)", vec![]),
    ];
    let work = adapter.batch(Batch::atomic(queries, TransactionOptions::new()));
    let Err(error) = without_answer(&cx, &*proxy, work).await? else {
        return Err(Stop::fail("a batch whose answer was lost succeeded"));
    };
    ensure_eq!(error.retry(), RetryClass::OutcomeUnknown, "the retry class of {:?} ({error})", error.kind());
    ensure_eq!(stored(&cx).await?, [(1, 11), (2, 20), (3, 3)], "rows afterwards");
    cx.check_usable(&adapter).await
}
