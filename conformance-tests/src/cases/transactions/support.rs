//! What cases about transactions share: a table, transactions on it, and an oracle that does not wait for locks.

use std::time::Duration;

use drivetrain_adapter_api::{
    Capability, Dialect, Error, QueryResult, SharedAdapter, Transaction, TransactionOptions, Value,
};

use crate::case::{ALL, Need, Places};
use crate::{Context, Oracle, Outcome, Stop};

/// Where transactions can be begun statement by statement: on any transport, for adapters over HTTP may have another one
/// for them. Who has none does not declare them.
pub(in crate::cases) const ITX: Places = ALL;

/// The cases write their own SQL.
pub(in crate::cases) const RAW: Need = Need::Capability(Capability::RawSql);

/// How long the server may take to undo what was dropped.
pub(in crate::cases) const SOON: Duration = Duration::from_secs(2);

/// Makes the table `t`, with the rows 1 and 2 of the values 10 and 20.
pub(in crate::cases) async fn table(cx: &Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, v {int8} not null)",
        "insert into {t:t} values (1, 10), (2, 20)",
    ])
    .await
}

/// An adapter whose calls all use the same connection, so that what one leaves behind the next one meets.
pub(in crate::cases) async fn one_connection(cx: &Context) -> Outcome<SharedAdapter> {
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    cx.adapter_with(setup).await
}

/// An adapter that waits for locks that long.
pub(in crate::cases) async fn waiting(cx: &Context, limit: Duration) -> Outcome<SharedAdapter> {
    let mut setup = cx.setup();
    setup.lock_wait = Some(limit);
    cx.adapter_with(setup).await
}

/// A transaction as the database likes it.
pub(in crate::cases) async fn begin(adapter: &SharedAdapter) -> Result<Box<dyn Transaction>, Error> {
    adapter.begin(TransactionOptions::new()).await
}

/// Runs SQL from a template, without values, in a transaction.
pub(in crate::cases) async fn run(
    cx: &Context,
    tx: &mut Box<dyn Transaction + '_>,
    template: &str,
) -> Result<QueryResult, Error> {
    tx.query(cx.raw(template, vec![])).await
}

/// Inserts a row into `t`.
pub(in crate::cases) async fn insert(
    cx: &Context,
    tx: &mut Box<dyn Transaction + '_>,
    id: i32,
) -> Result<QueryResult, Error> {
    tx.query(cx.raw("insert into {t:t} values ({1}, {2})", vec![Value::Int32(id), Value::Int64(id.into())]))
        .await
}

/// The value of a row of `t`, as a transaction sees it.
pub(in crate::cases) async fn value(
    cx: &Context,
    tx: &mut Box<dyn Transaction + '_>,
    id: i32,
) -> Outcome<Option<i64>> {
    let result = tx.query(cx.raw("select v from {t:t} where id = {1}", vec![Value::Int32(id)])).await?;
    Ok(if result.rows.is_empty() { None } else { Some(result.rows.get(0, 0)?) })
}

/// How many rows of `t` a transaction sees.
pub(in crate::cases) async fn count(cx: &Context, tx: &mut Box<dyn Transaction + '_>) -> Outcome<i64> {
    Ok(run(cx, tx, "select count(*) from {t:t}").await?.rows.get(0, 0)?)
}

/// The rows of `t` that the oracle sees, as numbers.
pub(in crate::cases) async fn stored(cx: &Context) -> Outcome<Vec<(i64, i64)>> {
    let rows = cx.oracle_rows("select id, v from {t:t} order by id").await?;
    let number = |cell: &Option<String>| cell.as_deref().and_then(|text| text.parse::<i64>().ok());
    let pairs = rows.iter().map(|row| Some((number(row.first()?)?, number(row.get(1)?)?)));
    pairs
        .collect::<Option<_>>()
        .ok_or_else(|| Stop::fail(format!("the oracle's rows are no numbers: {rows:?}")))
}

/// An oracle whose statements fail instead of waiting for a lock (on MySQL: after a second).
pub(in crate::cases) async fn impatient(cx: &Context) -> Outcome<Box<dyn Oracle>> {
    let mut oracle = cx.own_oracle().await?;
    let setting = match cx.dialect() {
        Dialect::Postgres => "set lock_timeout = '20ms'",
        Dialect::MySql => "set innodb_lock_wait_timeout = 1",
        _ => "pragma busy_timeout = 0",
    };
    oracle.run(setting).await.map_err(Stop::fail)?;
    Ok(oracle)
}

/// An oracle that holds row 1 of `t` (on SQLite: the database) until it is told to [`let_go`].
pub(in crate::cases) async fn holder(cx: &Context) -> Outcome<Box<dyn Oracle>> {
    let mut oracle = cx.own_oracle().await?;
    let begin = if cx.dialect() == Dialect::Sqlite { "begin immediate" } else { "begin" };
    oracle.run(begin).await.map_err(Stop::fail)?;
    oracle.run(&cx.sql("update {t:t} set v = v where id = 1")).await.map_err(Stop::fail)?;
    Ok(oracle)
}

/// Lets go of what a [`holder`] holds.
pub(in crate::cases) async fn let_go(holder: &mut Box<dyn Oracle>) -> Outcome {
    holder.run("rollback").await.map_err(Stop::fail)
}

/// Whether somebody holds row 1 of `t` (on SQLite: the database).
pub(in crate::cases) async fn is_held(cx: &Context) -> Outcome<bool> {
    let mut oracle = impatient(cx).await?;
    Ok(oracle.run(&cx.sql("update {t:t} set v = v where id = 1")).await.is_err())
}

/// Waits until nobody holds row 1 of `t`.
pub(in crate::cases) async fn until_free(cx: &Context) -> Outcome {
    let mut oracle = impatient(cx).await?;
    let sql = cx.sql("update {t:t} set v = v where id = 1");
    let end = cx.runtime().monotonic() + SOON;
    loop {
        let Err(error) = oracle.run(&sql).await else { return Ok(()) };
        if cx.runtime().monotonic() > end {
            return Err(Stop::fail(format!(
                "what the transaction locked is not free after {SOON:?}: {error}"
            )));
        }
        cx.sleep(Duration::from_millis(10)).await;
    }
}
