//! Transactions as they are declared: batches and handles, levels, modes, savepoints, DDL and errors within.

use drivetrain_adapter_api::{
    Batch, Capability, Dialect, ErrorKind, IsolationLevel, SharedAdapter, Transaction, TransactionOptions,
};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _, probes};

macro_rules! isolation {
    ($id:literal, $level:ident, $title:literal, $run:path) => {
        case!(
            $id,
            Capabilities,
            L1,
            ALL,
            [Need::AtomicBatch, Need::Isolation(IsolationLevel::$level), Need::Oracle],
            ["A-2", "A-3", "A-30", "A-51"],
            $title,
            $run
        )
    };
}

macro_rules! transactional {
    ($id:literal, [$($need:expr),*], $title:literal, $run:path) => {
        case!($id, Capabilities, L1, ALL, [$($need,)* Need::Oracle], ["A-2", "A-4"], $title, $run)
    };
}

pub(super) const CASES: &[Case] = &[
    transactional!(
        "CAP-interactive_transactions",
        [Need::Interactive],
        "statements of a transaction take effect together, or not at all",
        interactive
    ),
    transactional!(
        "CAP-atomic_batch",
        [Need::AtomicBatch],
        "the queries of an atomic batch take effect together, or not at all",
        atomic_batch
    ),
    isolation!(
        "CAP-isolation.read-uncommitted",
        ReadUncommitted,
        "READ UNCOMMITTED is what is begun",
        read_uncommitted
    ),
    isolation!(
        "CAP-isolation.read-committed",
        ReadCommitted,
        "READ COMMITTED is what is begun",
        read_committed
    ),
    isolation!(
        "CAP-isolation.repeatable-read",
        RepeatableRead,
        "REPEATABLE READ is what is begun",
        repeatable_read
    ),
    isolation!("CAP-isolation.serializable", Serializable, "SERIALIZABLE is what is begun", serializable),
    transactional!(
        "CAP-savepoints",
        [Need::Interactive, Need::Capability(Capability::Savepoints)],
        "a savepoint is kept or undone without the rest of its transaction",
        savepoints
    ),
    transactional!(
        "CAP-read_only_transactions",
        [Need::AtomicBatch, Need::Capability(Capability::ReadOnlyTransactions)],
        "a read-only transaction reads, and refuses to write",
        read_only
    ),
    transactional!(
        "CAP-deferrable_transactions",
        [Need::AtomicBatch, Need::Capability(Capability::DeferrableTransactions)],
        "a transaction that is asked to be deferrable is",
        deferrable
    ),
    transactional!(
        "CAP-transactional_ddl",
        [
            Need::Interactive,
            Need::Capability(Capability::TransactionalDdl),
            Need::Capability(Capability::RawSql)
        ],
        "a rollback undoes DDL",
        transactional_ddl
    ),
    transactional!(
        "CAP-statement_errors_keep_transaction",
        [Need::Interactive, Need::Capability(Capability::StatementErrorsKeepTransaction)],
        "a statement that fails leaves its transaction usable",
        errors_keep
    ),
];

async fn begin(cx: &Context, options: TransactionOptions) -> Outcome<Box<dyn Transaction>> {
    Ok(cx.adapter().await?.begin(options).await?)
}

async fn interactive(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    for (id, commit, rows) in [(100, false, 3), (101, true, 4)] {
        let mut transaction = begin(&cx, TransactionOptions::new()).await?;
        transaction.query(probes::insert_row(&cx, id, 5)).await?;
        let seen = transaction.query(probes::select_all(&cx)).await?.rows.len();
        ensure_eq!(seen, 4, "rows that the transaction sees");
        ensure_eq!(cx.oracle_count("cap").await?, 3, "rows that others see before COMMIT");
        if commit {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        ensure_eq!(cx.oracle_count("cap").await?, rows, "rows afterwards");
    }
    Ok(())
}

async fn atomic_batch(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new();
    let insert = |id| probes::insert_row(&cx, id, 5);
    let failing = Batch::atomic(vec![insert(100), insert(101), insert(1), insert(102)], options);
    let error = must_fail(adapter.batch(failing).await, &[ErrorKind::UniqueViolation], "a batch that fails")?;
    ensure!(
        error.batch_index().is_none_or(|at| at == 2),
        "the third query failed, not {:?}",
        error.batch_index()
    );
    ensure_eq!(cx.oracle_count("cap").await?, 3, "rows after the batch that failed");
    let read_back = vec![insert(100), insert(101), probes::select_all(&cx)];
    let results = adapter.batch(Batch::atomic(read_back, options)).await?;
    ensure_eq!(results.len(), 3, "results of the batch");
    ensure_eq!(results[2].rows.len(), 5, "rows that the batch sees of its own");
    ensure_eq!(cx.oracle_count("cap").await?, 5, "rows after the batch");
    Ok(())
}

/// The setting by which the server tells the level of the current transaction, where it does.
fn level_setting(cx: &Context) -> Option<&'static str> {
    (cx.dialect() == Dialect::Postgres && cx.capabilities().raw_sql())
        .then_some("select current_setting('transaction_isolation')")
}

/// Begins at the level, reads it back where the server tells, writes, and leaves the default to whoever is next.
async fn at(cx: &Context, level: IsolationLevel) -> Outcome {
    probes::need(cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().isolation(level);
    let wanted = level.sql().to_lowercase();
    let default = level_of_the_next(cx, &adapter).await?;

    let mut queries = vec![probes::insert_row(cx, 100, 5)];
    queries.extend(level_setting(cx).map(|setting| cx.raw(setting, vec![])));
    let results = adapter.batch(Batch::atomic(queries.clone(), options)).await.within("as a batch")?;
    if let Some(told) = results.get(1) {
        ensure_eq!(told.rows.get::<&str>(0, 0)?, wanted, "the level of the batch");
    }
    ensure_eq!(cx.oracle_count("cap").await?, 4, "rows after the batch");
    ensure_eq!(level_of_the_next(cx, &adapter).await?, default, "the level after the batch");

    if cx.capabilities().transactions().is_interactive() {
        let mut transaction = adapter.begin(options).await?;
        if let Some(setting) = level_setting(cx) {
            let told = transaction.query(cx.raw(setting, vec![])).await?;
            ensure_eq!(told.rows.get::<&str>(0, 0)?, wanted, "the level of the transaction");
        }
        transaction.query(probes::insert_row(cx, 101, 5)).await?;
        transaction.commit().await?;
        ensure_eq!(cx.oracle_count("cap").await?, 5, "rows after the transaction");
        ensure_eq!(level_of_the_next(cx, &adapter).await?, default, "the level after the transaction");
    }
    Ok(())
}

/// The level that a transaction gets that asks for none; nothing where the server does not tell.
async fn level_of_the_next(cx: &Context, adapter: &SharedAdapter) -> Outcome<Option<String>> {
    let Some(setting) = level_setting(cx) else { return Ok(None) };
    let batch = Batch::atomic(vec![cx.raw(setting, vec![])], TransactionOptions::new());
    let results = adapter.batch(batch).await?;
    Ok(results.first().map(|told| told.rows.get::<String>(0, 0)).transpose()?)
}

async fn read_uncommitted(cx: Context) -> Outcome {
    at(&cx, IsolationLevel::ReadUncommitted).await
}

async fn read_committed(cx: Context) -> Outcome {
    at(&cx, IsolationLevel::ReadCommitted).await
}

async fn repeatable_read(cx: Context) -> Outcome {
    at(&cx, IsolationLevel::RepeatableRead).await
}

async fn serializable(cx: Context) -> Outcome {
    at(&cx, IsolationLevel::Serializable).await
}

async fn savepoints(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let mut transaction = begin(&cx, TransactionOptions::new()).await?;
    transaction.query(probes::insert_row(&cx, 100, 5)).await?;
    let undone = transaction.savepoint().await?;
    transaction.query(probes::insert_row(&cx, 101, 5)).await?;
    transaction.rollback_to(undone).await?;
    let kept = transaction.savepoint().await?;
    transaction.query(probes::insert_row(&cx, 102, 5)).await?;
    transaction.release(kept).await?;
    let dropped = transaction.savepoint().await?;
    transaction.query(probes::insert_row(&cx, 103, 5)).await?;
    transaction.abandon(dropped);
    transaction.commit().await?;
    let rows = cx.oracle_rows("select id from {t:cap} where id >= 100 order by id").await?;
    let ids: Vec<_> = rows.into_iter().flatten().flatten().collect();
    ensure_eq!(ids, ["100", "102"], "rows that were not undone");
    Ok(())
}

async fn read_only(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().read_only();
    let reading = Batch::atomic(vec![probes::select_all(&cx)], options);
    ensure_eq!(adapter.batch(reading).await?[0].rows.len(), 3, "rows that a read-only batch reads");
    let writing = Batch::atomic(vec![probes::insert_row(&cx, 100, 5)], options);
    must_fail(adapter.batch(writing).await, &[ErrorKind::ReadOnly], "a write in a read-only batch")?;
    if cx.capabilities().transactions().is_interactive() {
        let mut transaction = adapter.begin(options).await?;
        let rows = transaction.query(probes::select_all(&cx)).await?.rows.len();
        ensure_eq!(rows, 3, "rows that a read-only transaction reads");
        let write = transaction.query(probes::insert_row(&cx, 101, 5)).await;
        must_fail(write, &[ErrorKind::ReadOnly], "a write in a read-only transaction")?;
        transaction.rollback().await?;
    }
    ensure_eq!(cx.oracle_count("cap").await?, 3, "rows afterwards");
    adapter
        .query(probes::insert_row(&cx, 102, 5))
        .await
        .within("a write after the read-only transactions")?;
    Ok(())
}

async fn deferrable(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut options = TransactionOptions::new().read_only().deferrable();
    options.isolation = Some(IsolationLevel::Serializable);
    let mut queries = vec![probes::select_all(&cx)];
    if cx.dialect() == Dialect::Postgres && cx.capabilities().raw_sql() {
        queries.push(cx.raw("select current_setting('transaction_deferrable')", vec![]));
    }
    let results = adapter.batch(Batch::atomic(queries.clone(), options)).await.within("as a batch")?;
    ensure_eq!(results[0].rows.len(), 3, "rows that the batch reads");
    if let Some(told) = results.get(1) {
        ensure_eq!(told.rows.get::<&str>(0, 0)?, "on", "the mode of the batch");
    }
    if cx.capabilities().transactions().is_interactive() {
        let mut transaction = adapter.begin(options).await?;
        for (at, query) in queries.into_iter().enumerate() {
            let result = transaction.query(query).await?;
            if at == 1 {
                ensure_eq!(result.rows.get::<&str>(0, 0)?, "on", "the mode of the transaction");
            }
        }
        transaction.commit().await?;
    }
    Ok(())
}

async fn transactional_ddl(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let mut transaction = begin(&cx, TransactionOptions::new()).await?;
    transaction.query(cx.raw("create table {t:made} (id {int4})", vec![])).await?;
    transaction.query(cx.raw("alter table {t:cap} add column more {int4}", vec![])).await?;
    transaction.query(cx.raw("insert into {t:made} (id) values (1)", vec![])).await?;
    transaction.rollback().await?;
    for template in ["select id from {t:made}", "select more from {t:cap}"] {
        let result = cx.try_query(template, vec![]).await?;
        must_fail(result, &[ErrorKind::UndefinedTable, ErrorKind::UndefinedColumn], template)?;
    }
    let mut transaction = begin(&cx, TransactionOptions::new()).await?;
    transaction.query(cx.raw("create table {t:made} (id {int4})", vec![])).await?;
    transaction.commit().await?;
    ensure_eq!(cx.oracle_count("made").await?, 0, "rows of the table that was made");
    Ok(())
}

async fn errors_keep(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let mut transaction = begin(&cx, TransactionOptions::new()).await?;
    transaction.query(probes::insert_row(&cx, 100, 5)).await?;
    let failed = transaction.query(probes::insert_row(&cx, 1, 5)).await;
    must_fail(failed, &[ErrorKind::UniqueViolation], "a key that is there")?;
    transaction.query(probes::insert_row(&cx, 101, 5)).await.within("after the statement that failed")?;
    transaction.commit().await?;
    ensure_eq!(cx.oracle_count("cap").await?, 5, "rows afterwards");
    Ok(())
}
