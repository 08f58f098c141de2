//! What can be done with a transaction after its end.

use drivetrain_adapter_api::{Capability, ErrorKind, TransactionOptions, Value};

use super::support::{ITX, RAW, begin, insert, one_connection, stored, table};
use crate::case::{Case, Need, case};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-08",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-20", "A-51"],
        "after commit and rollback, which consume the handle, the connection is outside of any transaction",
        is_over
    ),
    case!(
        "TX-08.SAVEPOINTS",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::Savepoints)],
        ["T-2"],
        "a savepoint of a transaction that is over is none of the next one's",
        keeps_no_savepoint
    ),
    case!(
        "TX-08.SESSIONS",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::Sessions)],
        ["A-55", "C-2"],
        "a session has one transaction after another, and statements of its own between them",
        in_a_session
    ),
];

async fn is_over(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for (id, commit) in [(3, true), (5, false), (7, true)] {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, id).await?;
        if commit {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        let alone = cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(id + 1)]);
        adapter.query(alone).await?;
        ensure_eq!(
            stored(&cx).await?.last().copied(),
            Some((i64::from(id) + 1, 0)),
            "the row written by itself after {}",
            if commit { "the commit" } else { "the rollback" }
        );
    }
    let ids: Vec<_> = stored(&cx).await?.iter().map(|(id, _)| *id).collect();
    ensure_eq!(ids, [1, 2, 3, 4, 6, 7, 8], "rows in the end");
    Ok(())
}

async fn keeps_no_savepoint(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let old = tx.savepoint().await?;
    tx.commit().await?;

    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 4).await?;
    must_fail(tx.rollback_to(old).await, &[ErrorKind::NoSuchSavepoint], "going back to the old savepoint")?;
    must_fail(tx.release(old).await, &[ErrorKind::NoSuchSavepoint], "releasing the old savepoint")?;
    insert(&cx, &mut tx, 5).await.within("a statement after the old savepoint was refused")?;
    tx.commit().await?;
    let ids: Vec<_> = stored(&cx).await?.iter().map(|(id, _)| *id).collect();
    ensure_eq!(ids, [1, 2, 3, 4, 5], "rows in the end");
    Ok(())
}

async fn in_a_session(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let mut expected = vec![(1, 10), (2, 20)];
    for (id, commit) in [(3, true), (4, false), (5, true)] {
        let mut tx = session.begin(TransactionOptions::new()).await?;
        insert(&cx, &mut tx, id).await?;
        ensure_eq!(stored(&cx).await?, expected, "rows while the transaction of {id} is open");
        if commit {
            tx.commit().await?;
            expected.push((id.into(), id.into()));
        } else {
            tx.rollback().await?;
        }
        ensure_eq!(stored(&cx).await?, expected, "rows after the transaction of {id}");
        session.query(cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])).await?;
        expected[0].1 += 1;
        ensure_eq!(stored(&cx).await?, expected, "rows after a statement of the session's own");
    }
    let mut tx = session.begin(TransactionOptions::new()).await?;
    insert(&cx, &mut tx, 6).await?;
    drop(tx);
    session.query(cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])).await?;
    expected[0].1 += 1;
    ensure_eq!(stored(&cx).await?, expected, "rows after a transaction that was dropped");
    session.close().await?;
    cx.check_usable(&adapter).await
}
