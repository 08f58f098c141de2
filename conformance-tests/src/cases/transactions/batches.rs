//! Atomic batches: transactions for transports that have no others, and one round trip for those that have.

use drivetrain_adapter_api::{Batch, ErrorKind, TransactionOptions, Value};

use super::support::{RAW, begin, one_connection, stored, table, until_free};
use crate::case::{ALL, Case, HTTP, N, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-44",
        Transactions,
        L1,
        ALL,
        [RAW, Need::Oracle, Need::AtomicBatch],
        ["A-30", "A-33"],
        "an atomic batch that fails at any of its statements leaves nothing, and tells which one it was",
        all_or_nothing
    ),
    case!(
        "TX-44.CONTROL",
        Transactions,
        L1,
        ALL,
        [RAW, Need::Oracle, Need::AtomicBatch],
        ["A-34", "A-30"],
        "text that begins or ends transactions is refused within an atomic batch, and none of it takes effect",
        refuses_control
    ),
    case!(
        "TX-44.EMPTY",
        Transactions,
        L1,
        ALL,
        [RAW, Need::Oracle, Need::AtomicBatch],
        ["A-32", "A-30"],
        "an atomic batch of nothing gives nothing, and one of a single statement is as good as the statement",
        small_ones
    ),
    case!(
        "TX-44.WITHIN",
        Transactions,
        L1,
        super::support::ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["C-3"],
        "an atomic batch within a transaction is part of it: undone alone, or failing it as a whole",
        within_a_transaction
    ),
    case!(
        "TX-46",
        Transactions,
        L1,
        ALL,
        [RAW, Need::Oracle, Need::AtomicBatch],
        ["A-30"],
        "a statement of an atomic batch sees what those before it wrote, and nobody else does before the end",
        sees_its_own
    ),
    case!(
        "TX-47",
        Transactions,
        L1,
        N,
        [Need::Faults],
        ["A-4"],
        "begin on a transport that has atomic batches only is Unsupported, and sends nothing",
        begin_is_refused
    ),
];

async fn all_or_nothing(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for at in 0..5_usize {
        let query = |(position, id)| {
            // The key 1 is there already.
            let id = if position == at { 1 } else { id };
            cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(id)])
        };
        let batch = Batch::atomic((10..15).enumerate().map(query).collect(), TransactionOptions::new());
        let place = format!("failing at {at}");
        let error = must_fail(adapter.batch(batch).await, &[ErrorKind::UniqueViolation], &place)?;
        let index = error.batch_index();
        let may_be_silent = HTTP.contains(cx.place());
        ensure!(
            index == Some(at) || (index.is_none() && may_be_silent),
            "{place}: the error tells {index:?}"
        );
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows, {place}");
        until_free(&cx).await.within(&place)?;
        cx.check_usable(&adapter).await.within(&place)?;
    }
    let query = |id| cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(id)]);
    let results =
        adapter.batch(Batch::atomic((10..15).map(query).collect(), TransactionOptions::new())).await?;
    let affected: Vec<_> = results.iter().map(|result| result.affected).collect();
    ensure_eq!(affected, [Some(1); 5], "rows affected by each");
    ensure_eq!(stored(&cx).await?.len(), 7, "rows after a batch that works");
    Ok(())
}

async fn refuses_control(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for text in ["commit", "rollback", "begin"] {
        let queries = vec![
            cx.raw("insert into {t:t} values (3, 3)", vec![]),
            cx.raw(text, vec![]),
            cx.raw("insert into {t:t} values (4, 4)", vec![]),
        ];
        let outcome = adapter.batch(Batch::atomic(queries, TransactionOptions::new())).await;
        must_fail(outcome, &[ErrorKind::Misuse], format_args!("a batch with `{text}`"))?;
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after a batch with `{text}`");
        cx.check_usable(&adapter).await.within(text)?;
    }
    Ok(())
}

async fn small_ones(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let results = adapter.batch(Batch::atomic(vec![], TransactionOptions::new())).await?;
    ensure_eq!(results.len(), 0, "results of a batch of nothing");
    let one = vec![cx.raw("insert into {t:t} values (3, 3)", vec![])];
    let results = adapter.batch(Batch::atomic(one.clone(), TransactionOptions::new())).await?;
    ensure_eq!((results.len(), results[0].affected), (1, Some(1)), "results, and rows affected");
    let again = adapter.batch(Batch::atomic(one, TransactionOptions::new())).await;
    must_fail(again, &[ErrorKind::UniqueViolation], "the same again")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3)], "rows in the end");
    cx.check_usable(&adapter).await
}

async fn within_a_transaction(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let batch = |ids: [i32; 2]| {
        let query = |id| cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(id)]);
        Batch::atomic(ids.map(query).to_vec(), TransactionOptions::new())
    };
    let mut tx = begin(&adapter).await?;
    tx.batch(batch([3, 4])).await?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows that the batch committed, and two");
    tx.rollback().await?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows after the rollback");

    let mut tx = begin(&adapter).await?;
    super::support::insert(&cx, &mut tx, 5).await?;
    must_fail(tx.batch(batch([6, 1])).await, &[ErrorKind::UniqueViolation], "the batch that fails")?;
    let went_on = super::support::insert(&cx, &mut tx, 7).await.is_ok();
    let committed = tx.commit().await.is_ok();
    ensure_eq!(committed, went_on, "whether the commit works, as the statement before it did");
    let ids: Vec<_> = stored(&cx).await?.into_iter().map(|(id, _)| id).collect();
    let expected: &[i64] = if committed { &[1, 2, 5, 7] } else { &[1, 2] };
    ensure_eq!(ids, expected, "rows after the batch that failed, and the commit");
    cx.check_usable(&adapter).await
}

async fn sees_its_own(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let queries = vec![
        cx.raw("select count(*) from {t:t}", vec![]),
        cx.raw("insert into {t:t} values (3, 3)", vec![]),
        cx.raw("select count(*) from {t:t}", vec![]),
        cx.raw("update {t:t} set v = v + 1 where id = 3", vec![]),
        cx.raw("select v from {t:t} where id = 3", vec![]),
        cx.raw("delete from {t:t} where id = 1", vec![]),
        cx.raw("select min(id) from {t:t}", vec![]),
    ];
    let results = adapter.batch(Batch::atomic(queries, TransactionOptions::new())).await?;
    ensure_eq!(results.len(), 7, "results");
    let mut seen = Vec::new();
    for at in [0, 2, 4, 6] {
        seen.push(results[at].rows.get::<i64>(0, 0)?);
    }
    ensure_eq!(seen, [2, 3, 4, 2], "what the reads among them saw");
    ensure_eq!(stored(&cx).await?, [(2, 20), (3, 4)], "rows in the end");
    Ok(())
}

async fn begin_is_refused(cx: Context) -> Outcome {
    if cx.capabilities().transactions().is_interactive() {
        let transaction = begin(&cx.adapter().await?).await.within("transactions are declared")?;
        return Ok(transaction.rollback().await?);
    }
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    let bare = cx.bare_with(setup.clone()).await?;
    let checked = cx.adapter_with(setup).await?;
    cx.check_usable(&checked).await?;
    let before = proxy.traffic().to_server;
    for (which, adapter) in [("checked", &checked), ("bare", &bare)] {
        must_fail(begin(adapter).await, &[ErrorKind::Unsupported], which)?;
    }
    ensure_eq!(proxy.traffic().to_server, before, "bytes sent to the server");
    cx.check_usable(&checked).await
}
