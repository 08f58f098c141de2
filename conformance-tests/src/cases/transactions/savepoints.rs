//! Savepoints.

use drivetrain_adapter_api::{Capability, ErrorKind, Savepoint};

use super::support::{ITX, RAW, begin, insert, one_connection, run, stored, table};
use crate::case::{Case, Need, P, W, case};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

const SAVEPOINTS: Need = Need::Capability(Capability::Savepoints);

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-19",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, SAVEPOINTS],
        ["T-10", "C-2"],
        "three savepoints within one another keep or undo exactly what was done since each",
        nested
    ),
    case!(
        "TX-19.OUTER",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, SAVEPOINTS],
        ["T-10"],
        "releasing or undoing an outer savepoint takes the inner ones with it",
        takes_the_inner_ones
    ),
    case!(
        "TX-20",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive, SAVEPOINTS],
        ["C-1"],
        "going back to a savepoint makes an aborted transaction usable again",
        clears_the_error
    ),
    case!(
        "TX-21",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, SAVEPOINTS],
        ["T-10"],
        "what was done since a savepoint that was dropped is undone, and nothing else",
        abandoned
    ),
    case!(
        "TX-22",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, SAVEPOINTS],
        ["T-10", "A-5"],
        "a savepoint that is not there is NoSuchSavepoint, and the transaction goes on",
        missing
    ),
];

async fn ids(cx: &Context) -> Outcome<Vec<i64>> {
    Ok(stored(cx).await?.into_iter().map(|(id, _)| id).collect())
}

async fn nested(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for choice in 0..8_u8 {
        let keep = |depth: usize| choice & (1 << depth) != 0;
        let mut tx = begin(&adapter).await?;
        run(&cx, &mut tx, "delete from {t:t}").await?;
        insert(&cx, &mut tx, 100).await?;
        let mut savepoints = Vec::new();
        for id in [101, 102, 103] {
            savepoints.push(tx.savepoint().await?);
            insert(&cx, &mut tx, id).await?;
        }
        // Innermost first: what an outer one undoes the inner ones cannot keep.
        let mut expected: Vec<i64> = vec![103];
        for (depth, savepoint) in savepoints.into_iter().enumerate().rev() {
            if keep(depth) {
                tx.release(savepoint).await?;
            } else {
                tx.rollback_to(savepoint).await?;
                expected.clear();
            }
            let outer = 100 + i64::try_from(depth).unwrap_or_default();
            expected.push(outer);
        }
        expected.sort_unstable();
        tx.commit().await?;
        ensure_eq!(ids(&cx).await?, expected, "rows where {choice:03b} says which were kept");
    }
    cx.check_usable(&adapter).await
}

async fn takes_the_inner_ones(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for undo in [true, false] {
        let mut tx = begin(&adapter).await?;
        run(&cx, &mut tx, "delete from {t:t}").await?;
        let outer = tx.savepoint().await?;
        insert(&cx, &mut tx, 3).await?;
        let inner = tx.savepoint().await?;
        insert(&cx, &mut tx, 4).await?;
        if undo {
            tx.rollback_to(outer).await?;
        } else {
            tx.release(outer).await?;
        }
        must_fail(tx.release(inner).await, &[ErrorKind::NoSuchSavepoint], "releasing the inner one")?;
        must_fail(tx.rollback_to(inner).await, &[ErrorKind::NoSuchSavepoint], "undoing the inner one")?;
        insert(&cx, &mut tx, 5).await?;
        tx.commit().await?;
        let expected: &[i64] = if undo { &[5] } else { &[3, 4, 5] };
        ensure_eq!(ids(&cx).await?, expected, "rows where the outer one was undone ({undo})");
    }
    Ok(())
}

async fn clears_the_error(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    for _ in 0..2 {
        let savepoint = tx.savepoint().await?;
        insert(&cx, &mut tx, 4).await?;
        must_fail(insert(&cx, &mut tx, 4).await, &[ErrorKind::UniqueViolation], "the second insert")?;
        must_fail(insert(&cx, &mut tx, 5).await, &[ErrorKind::TransactionAborted], "a statement after it")?;
        tx.rollback_to(savepoint).await?;
    }
    insert(&cx, &mut tx, 6).await.within("a statement after going back")?;
    tx.commit().await.within("the commit after going back")?;
    ensure_eq!(ids(&cx).await?, [1, 2, 3, 6], "rows in the end");
    cx.check_usable(&adapter).await
}

/// What happens between dropping a savepoint and the commit.
#[derive(Debug, Clone, Copy)]
enum Then {
    Nothing,
    Statement,
    Savepoint,
    Batch,
}

async fn abandoned(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for then in [Then::Nothing, Then::Statement, Then::Savepoint, Then::Batch] {
        for fails in [false, true] {
            let place =
                format!("dropped {}, then {then:?}", if fails { "after an error" } else { "as it was" });
            let mut tx = begin(&adapter).await?;
            run(&cx, &mut tx, "delete from {t:t}").await?;
            insert(&cx, &mut tx, 3).await?;
            let savepoint = tx.savepoint().await?;
            insert(&cx, &mut tx, 4).await?;
            let inner = tx.savepoint().await?;
            insert(&cx, &mut tx, 5).await?;
            if fails {
                must_fail(insert(&cx, &mut tx, 5).await, &[ErrorKind::UniqueViolation], &place)?;
            }
            tx.abandon(inner);
            tx.abandon(savepoint);
            let mut expected = vec![3];
            match then {
                Then::Nothing => {}
                Then::Statement => {
                    // It may use the key again: the row that had it is undone by then.
                    insert(&cx, &mut tx, 4).await.within(&place)?;
                    expected.push(4);
                }
                Then::Savepoint => {
                    let another = tx.savepoint().await.within(&place)?;
                    insert(&cx, &mut tx, 5).await.within(&place)?;
                    tx.release(another).await.within(&place)?;
                    expected.push(5);
                }
                Then::Batch => {
                    let queries = vec![
                        cx.raw("insert into {t:t} values (4, 4)", vec![]),
                        cx.raw("insert into {t:t} values (5, 5)", vec![]),
                    ];
                    tx.batch(drivetrain_adapter_api::Batch::new(queries)).await.within(&place)?;
                    expected.extend([4, 5]);
                }
            }
            tx.commit().await.within(&place)?;
            ensure_eq!(ids(&cx).await?, expected, "rows: {place}");
        }
    }
    cx.check_usable(&adapter).await
}

async fn missing(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let released = tx.savepoint().await?;
    insert(&cx, &mut tx, 4).await?;
    tx.release(released).await?;
    let undone = tx.savepoint().await?;
    insert(&cx, &mut tx, 5).await?;
    tx.rollback_to(undone).await?;
    let dropped = tx.savepoint().await?;
    tx.abandon(dropped);
    let never = Savepoint::new(4_000_000_000);
    for (what, savepoint) in
        [("released", released), ("undone", undone), ("dropped", dropped), ("never made", never)]
    {
        let none = [ErrorKind::NoSuchSavepoint];
        must_fail(tx.rollback_to(savepoint).await, &none, format_args!("going back to the one {what}"))?;
        must_fail(tx.release(savepoint).await, &none, format_args!("releasing the one {what}"))?;
        // One that is not there can be dropped without harm.
        tx.abandon(savepoint);
    }
    insert(&cx, &mut tx, 6).await.within("a statement afterwards")?;
    tx.commit().await.within("the commit")?;
    ensure_eq!(ids(&cx).await?, [1, 2, 3, 4, 6], "rows in the end");
    cx.check_usable(&adapter).await
}
