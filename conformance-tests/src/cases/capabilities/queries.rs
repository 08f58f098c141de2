//! What becomes of statements that take too long, or whose future is dropped.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, SharedAdapter};
use futures_util::future::{Either, select};

use crate::case::{Case, L, NET, Need, case};
use crate::outcome::must_fail;
use crate::{Context, Outcome, Stop, Within as _, probes};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAP-server_cancel",
        Capabilities,
        L2,
        NET,
        [Need::Admin, Need::Capability(Capability::ServerCancel), Need::Capability(Capability::RawSql)],
        ["A-2", "A-8"],
        "dropping a future stops its statement on the server",
        server_cancel
    ),
    case!(
        "CAP-server_cancel.embedded",
        Capabilities,
        L2,
        L,
        [Need::Capability(Capability::ServerCancel), Need::Capability(Capability::RawSql)],
        ["A-2", "A-8"],
        "dropping a future stops its statement, which held what the next write needs",
        server_cancel
    ),
    case!(
        "CAP-statement_timeout",
        Capabilities,
        L2,
        NET,
        [Need::Admin, Need::Capability(Capability::StatementTimeout), Need::Capability(Capability::RawSql)],
        ["A-2", "A-3"],
        "a query's limit of time ends it on the server, though nobody polls its future",
        statement_timeout
    ),
    case!(
        "CAP-statement_timeout.embedded",
        Capabilities,
        L2,
        L,
        [Need::Capability(Capability::StatementTimeout), Need::Capability(Capability::RawSql)],
        ["A-2", "A-3"],
        "a query's limit of time ends it, though nobody polls its future",
        statement_timeout
    ),
];

/// Makes the table that [`endless`] writes to.
async fn prepare(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int8})"]).await
}

/// A statement that goes on until it is ended. Where there is no view on sessions it holds what the next write needs.
///
/// The name of the case is in its text: over HTTP a session has no name of the adapter's, and is known by what it runs.
fn endless(cx: &Context) -> String {
    let statement = match cx.dialect() {
        Dialect::Postgres => "select pg_sleep(60)",
        Dialect::MySql => "select sleep(60)",
        _ => {
            "insert into {t:t} with recursive r(n) as (select 1 union all select n + 1 from r) \
             select count(*) from r"
        }
    };
    format!("{statement} /* {} */", cx.marker())
}

/// The endless statement is seen to have ended.
async fn has_ended(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    if cx.place() != L {
        return cx
            .eventually(Duration::from_secs(3), "the statement has ended", async || {
                Ok(!probes::runs(cx).await?)
            })
            .await;
    }
    let write = adapter.query(cx.raw("insert into {t:t} values (1)", vec![]));
    cx.within(Duration::from_secs(3), "a write after the endless one was given up", write).await??;
    Ok(())
}

async fn begun(cx: &Context) -> Outcome {
    if cx.place() != L {
        return cx.eventually(Duration::from_secs(3), "the statement runs", || probes::runs(cx)).await;
    }
    cx.sleep(Duration::from_millis(100)).await;
    Ok(())
}

async fn server_cancel(cx: Context) -> Outcome {
    prepare(&cx).await?;
    let adapter = cx.adapter().await?;
    let running = Box::pin(adapter.query(cx.raw(&endless(&cx), vec![])));
    match select(running, Box::pin(begun(&cx))).await {
        Either::Left((result, _)) => {
            result.within("the endless statement")?;
            return Err(Stop::fail("the endless statement was done at once"));
        }
        Either::Right((begun, running)) => {
            begun?;
            drop(running);
        }
    }
    has_ended(&cx, &adapter).await?;
    cx.check_usable(&adapter).await
}

async fn statement_timeout(cx: Context) -> Outcome {
    prepare(&cx).await?;
    let adapter = cx.adapter().await?;
    let limited = || cx.raw(&endless(&cx), vec![]).with_timeout(Some(Duration::from_millis(200)));
    let call =
        cx.within(Duration::from_secs(3), "a statement with a limit of 200 ms", adapter.query(limited()));
    must_fail(call.await?, &[ErrorKind::Timeout], "an endless statement with a limit of time")?;
    has_ended(&cx, &adapter).await?;

    // Begun, and then never polled again, and not dropped either: whatever ends it is not here.
    let left_alone = Box::pin(adapter.query(limited()));
    let Either::Right((begun, left_alone)) = select(left_alone, Box::pin(begun(&cx))).await else {
        return Err(Stop::fail("the endless statement was done at once"));
    };
    begun?;
    has_ended(&cx, &adapter).await?;
    drop(left_alone);
    cx.check_usable(&adapter).await
}
