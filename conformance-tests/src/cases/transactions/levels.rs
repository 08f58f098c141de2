//! Isolation levels and access modes: set, in effect, and gone afterwards.

use drivetrain_adapter_api::{
    Batch, Capabilities, Capability, Dialect, ErrorKind, IsolationLevel, IsolationLevels, SharedAdapter,
    Transaction, TransactionOptions, check,
};

use super::support::{ITX, RAW, begin, impatient, insert, one_connection, run, stored, table, value};
use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

/// A case for a level that is declared.
macro_rules! level {
    ($id:literal, $level:ident, $run:ident) => {
        case!(
            $id,
            Transactions,
            L1,
            ITX,
            [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::$level)],
            ["A-2", "A-51"],
            concat!(
                "the level ",
                stringify!($level),
                " is set, in effect, and not there for the connection's next user"
            ),
            $run
        )
    };
}

pub(super) const CASES: &[Case] = &[
    level!("TX-27", ReadUncommitted, read_uncommitted),
    level!("TX-28", ReadCommitted, read_committed),
    level!("TX-29", RepeatableRead, repeatable_read),
    level!("TX-30", Serializable, serializable),
    case!(
        "TX-31",
        Transactions,
        L1,
        ALL,
        [RAW, Need::AtomicBatch],
        ["A-3", "A-51"],
        "a level that is not declared is Unsupported, around the shared check too; none is weakened",
        undeclared
    ),
    case!(
        "TX-33",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::ReadOnlyTransactions)],
        ["A-51", "A-5"],
        "a write in a read-only transaction is ReadOnly, and the connection's next user can write",
        read_only
    ),
];

async fn read_uncommitted(cx: Context) -> Outcome {
    level(&cx, IsolationLevel::ReadUncommitted).await
}

async fn read_committed(cx: Context) -> Outcome {
    level(&cx, IsolationLevel::ReadCommitted).await
}

async fn repeatable_read(cx: Context) -> Outcome {
    level(&cx, IsolationLevel::RepeatableRead).await
}

async fn serializable(cx: Context) -> Outcome {
    level(&cx, IsolationLevel::Serializable).await
}

/// How the transaction that is being read in, or the session, says which level it has. SQLite has one only, unless
/// it is told to read what is not committed.
fn read_back(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "select current_setting('transaction_isolation')",
        Dialect::MySql => {
            "select lower(trx_isolation_level) from information_schema.innodb_trx \
             where trx_mysql_thread_id = connection_id()"
        }
        _ => {
            "select case read_uncommitted when 0 then 'serializable' else 'read uncommitted' end \
              from pragma_read_uncommitted"
        }
    }
}

async fn said(cx: &Context, tx: &mut Box<dyn Transaction>) -> Outcome<String> {
    let rows = run(cx, tx, read_back(cx.dialect())).await?.rows;
    ensure_eq!(rows.len(), 1, "rows that tell the level");
    Ok(rows.get::<String>(0, 0)?)
}

/// The level of a transaction for which none was asked.
async fn default_level(cx: &Context, adapter: &SharedAdapter) -> Outcome<String> {
    let mut tx = begin(adapter).await?;
    // MySQL lists no transaction before it has touched a table.
    run(cx, &mut tx, "update {t:t} set v = v where id = 2").await?;
    let level = said(cx, &mut tx).await?;
    tx.rollback().await?;
    Ok(level)
}

#[derive(Debug, Clone, Copy)]
enum End {
    Commit,
    Rollback,
    Drop,
    Failure,
}

async fn level(cx: &Context, level: IsolationLevel) -> Outcome {
    table(cx).await?;
    let adapter = one_connection(cx).await?;
    let default = default_level(cx, &adapter).await?;
    for end in [End::Commit, End::Rollback, End::Drop, End::Failure] {
        let mut tx = adapter.begin(TransactionOptions::new().isolation(level)).await?;
        run(cx, &mut tx, "update {t:t} set v = v where id = 2").await?;
        ensure_eq!(said(cx, &mut tx).await?, level.sql().to_lowercase(), "the level that the server tells");
        match end {
            End::Commit => tx.commit().await?,
            End::Rollback => tx.rollback().await?,
            End::Drop => drop(tx),
            End::Failure => {
                must_fail(insert(cx, &mut tx, 1).await, &[ErrorKind::UniqueViolation], "the insert")?;
                tx.rollback().await?;
            }
        }
        ensure_eq!(default_level(cx, &adapter).await?, default, "the next user's level after {end:?}");
    }
    in_effect(cx, &adapter, level).await
}

/// Reads a row twice while somebody changes it.
async fn in_effect(cx: &Context, adapter: &SharedAdapter, level: IsolationLevel) -> Outcome {
    let mut tx = adapter.begin(TransactionOptions::new().isolation(level)).await?;
    let first = value(cx, &mut tx, 1).await?;
    // Where readers lock, the change is refused, which prevents the anomaly as well.
    let mut other = impatient(cx).await?;
    let changed = other.run(&cx.sql("update {t:t} set v = v + 1 where id = 1")).await;
    let second = value(cx, &mut tx, 1).await?;
    let repeats = level >= IsolationLevel::RepeatableRead;
    ensure!(!repeats || first == second, "a row changed under a transaction at {level}");
    tx.rollback().await?;
    let expected = first.map(|value| value + i64::from(changed.is_ok()));
    ensure_eq!(stored(cx).await?.first().map(|row| row.1), expected, "the row in the end");
    Ok(())
}

async fn undeclared(cx: Context) -> Outcome {
    table(&cx).await?;
    let checked = cx.adapter().await?;
    let bare = cx.bare_with(cx.setup()).await?;
    let capabilities = cx.capabilities();
    for level in IsolationLevel::ALL {
        let options = TransactionOptions::new().isolation(level);
        let write =
            || Batch::atomic(vec![cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])], options);
        if capabilities.isolation_levels().contains(level) {
            at_least(&cx, &checked, level).await.within(level)?;
            refused_by_the_check(capabilities, level, &write())?;
            continue;
        }
        for (which, adapter) in [("checked", &checked), ("bare", &bare)] {
            let place = format!("the {which} adapter at {level}");
            must_fail(
                adapter.batch(write()).await,
                &[ErrorKind::Unsupported],
                format_args!("{place}: batch"),
            )?;
            // Where BEGIN rides with the first statement, that may be what is refused.
            let outcome = match adapter.begin(options).await {
                Ok(mut tx) => run(&cx, &mut tx, "update {t:t} set v = v + 1 where id = 1").await.map(drop),
                Err(error) => Err(error),
            };
            must_fail(outcome, &[ErrorKind::Unsupported], format_args!("{place}: begin"))?;
            let row = adapter.query(cx.raw("select v from {t:t} where id = 1", vec![])).await?;
            ensure_eq!(row.rows.get::<i64>(0, 0)?, 10, "the row that {place} would have changed");
        }
    }
    cx.check_usable(&checked).await
}

/// The shared check would refuse that level, were it not declared.
fn refused_by_the_check(capabilities: &Capabilities, level: IsolationLevel, batch: &Batch) -> Outcome {
    let others: Vec<_> = capabilities.isolation_levels().iter().filter(|other| *other != level).collect();
    let narrowed = capabilities.clone().with_isolation_levels(IsolationLevels::of(&others));
    must_fail(
        check::batch(&narrowed, batch),
        &[ErrorKind::Unsupported],
        format_args!("the check at {level}"),
    )?;
    Ok(())
}

/// A declared level is not weakened in an atomic batch.
async fn at_least(cx: &Context, adapter: &SharedAdapter, level: IsolationLevel) -> Outcome {
    let queries =
        vec![cx.raw("update {t:t} set v = v where id = 2", vec![]), cx.raw(read_back(cx.dialect()), vec![])];
    let results = adapter.batch(Batch::atomic(queries, TransactionOptions::new().isolation(level))).await?;
    let rows = &results.last().ok_or_else(|| Stop::fail("the batch gave no results"))?.rows;
    let got = rows.get::<String>(0, 0)?;
    let got = IsolationLevel::ALL.into_iter().find(|known| known.sql().eq_ignore_ascii_case(&got));
    ensure!(got >= Some(level), "a batch at {level} ran at {got:?}");
    Ok(())
}

async fn read_only(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let options = TransactionOptions::new().read_only();
    for sql in [
        "insert into {t:t} values (3, 3)",
        "update {t:t} set v = 99",
        "delete from {t:t}",
        "create table {t:made} (id {int4})",
    ] {
        let mut tx = adapter.begin(options).await?;
        ensure_eq!(value(&cx, &mut tx, 1).await?, Some(10), "the row that a read-only transaction reads");
        must_fail(run(&cx, &mut tx, sql).await, &[ErrorKind::ReadOnly], sql)?;
        tx.rollback().await?;
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after `{sql}`");
    }
    let mut tx = adapter.begin(options).await?;
    ensure_eq!(value(&cx, &mut tx, 1).await?, Some(10), "the row that is read");
    tx.commit().await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await.within("the next transaction on the connection")?;
    tx.commit().await?;
    adapter.query(cx.raw("insert into {t:t} values (4, 4)", vec![])).await.within("a statement by itself")?;
    ensure_eq!(stored(&cx).await?.len(), 4, "rows in the end");
    Ok(())
}
