//! Isolation level and access mode of atomic batches.

use drivetrain_adapter_api::{Batch, Capability, Dialect, ErrorKind, IsolationLevel, TransactionOptions};

use super::support::{RAW, one_connection, stored, table};
use crate::case::{ALL, Case, M, Need, PG, case};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-45",
        Transactions,
        L1,
        PG.or(M),
        [RAW, Need::Oracle, Need::AtomicBatch, Need::Capability(Capability::IsolationLevels)],
        ["A-30", "A-51"],
        "an atomic batch runs at the level asked for, and the next one at the default",
        level
    ),
    case!(
        "TX-45.READONLY",
        Transactions,
        L1,
        ALL,
        [RAW, Need::Oracle, Need::AtomicBatch, Need::Capability(Capability::ReadOnlyTransactions)],
        ["A-30", "A-51"],
        "a read-only atomic batch reads, refuses writes, and leaves the connection writable",
        read_only
    ),
    case!(
        "TX-45.DEFERRABLE",
        Transactions,
        L1,
        PG,
        [
            RAW,
            Need::Oracle,
            Need::AtomicBatch,
            Need::Isolation(IsolationLevel::Serializable),
            Need::Capability(Capability::ReadOnlyTransactions),
            Need::Capability(Capability::DeferrableTransactions)
        ],
        ["A-30", "A-51"],
        "a deferrable atomic batch is one at the server, and the next one is not",
        deferrable
    ),
];

/// What the server says of the transaction of a batch with those options, by a query.
async fn told(cx: &Context, options: TransactionOptions, sql: &str) -> Outcome<String> {
    let adapter = one_connection(cx).await?;
    let mut queries = vec![cx.raw(sql, vec![])];
    if !options.read_only {
        // MySQL lists no transaction before it has touched a table.
        queries.insert(0, cx.raw("update {t:t} set v = v where id = 2", vec![]));
    }
    let results = adapter.batch(Batch::atomic(queries, options)).await?;
    let last = results.last().ok_or_else(|| Stop::fail("the batch gave no results"))?;
    let first = last.rows.get::<String>(0, 0)?;
    let default = adapter
        .batch(Batch::atomic(
            vec![cx.raw("update {t:t} set v = v where id = 2", vec![]), cx.raw(sql, vec![])],
            TransactionOptions::new(),
        ))
        .await?;
    let default = default.last().ok_or_else(|| Stop::fail("the batch gave no results"))?;
    Ok(format!("{first}, then {}", default.rows.get::<String>(0, 0)?))
}

async fn level(cx: Context) -> Outcome {
    table(&cx).await?;
    let sql = match cx.dialect() {
        Dialect::Postgres => "select current_setting('transaction_isolation')",
        _ => {
            "select lower(trx_isolation_level) from information_schema.innodb_trx \
             where trx_mysql_thread_id = connection_id()"
        }
    };
    let default = told(&cx, TransactionOptions::new(), sql).await?;
    let default = default.split(", then ").next().unwrap_or_default().to_owned();
    for level in cx.capabilities().isolation_levels().iter() {
        let got = told(&cx, TransactionOptions::new().isolation(level), sql).await?;
        ensure_eq!(got, format!("{}, then {default}", level.sql().to_lowercase()), "what the server tells");
    }
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    Ok(())
}

async fn read_only(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let options = TransactionOptions::new().read_only();
    let read = || cx.raw("select count(*) from {t:t}", vec![]);
    let results = adapter.batch(Batch::atomic(vec![read(), read()], options)).await?;
    ensure_eq!(results.len(), 2, "results of the reads");
    ensure_eq!(results[1].rows.get::<i64>(0, 0)?, 2, "rows that they see");
    for sql in
        ["insert into {t:t} values (3, 3)", "update {t:t} set v = 99", "create table {t:made} (id {int4})"]
    {
        let outcome = adapter.batch(Batch::atomic(vec![read(), cx.raw(sql, vec![])], options)).await;
        must_fail(outcome, &[ErrorKind::ReadOnly], sql)?;
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after `{sql}`");
    }
    let write = cx.raw("insert into {t:t} values (3, 3)", vec![]);
    adapter.batch(Batch::atomic(vec![write], TransactionOptions::new())).await?;
    adapter.query(cx.raw("insert into {t:t} values (4, 4)", vec![])).await?;
    ensure_eq!(stored(&cx).await?.len(), 4, "rows in the end");
    Ok(())
}

async fn deferrable(cx: Context) -> Outcome {
    table(&cx).await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
    let sql = "select concat_ws(' ', current_setting('transaction_isolation'), \
               current_setting('transaction_read_only'), current_setting('transaction_deferrable'))";
    let got = told(&cx, options, sql).await?;
    let default = told(&cx, TransactionOptions::new(), sql).await?;
    let default = default.split(", then ").next().unwrap_or_default();
    ensure_eq!(got, format!("serializable on on, then {default}"), "what the server tells");
    ensure_eq!(default.ends_with("off off"), true, "whether the default is neither");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    Ok(())
}
