//! Errors that follow from the state of the session, the transaction or the data: rights, read-only, prepared statements,
//! full disks and damage.

use drivetrain_adapter_api::{
    Batch, Capability, Dialect, ErrorKind, RetryClass, SqlState, TransactionOptions,
};

use super::trigger::{CANARY, discreet};
use crate::case::{ALL, Case, L, NET, Need, P, W, case};
use crate::cases::logins::Login;
use crate::harness::Setup;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "ERR-31",
        Errors,
        L0,
        NET,
        [Need::Oracle],
        ["A-5", "A-6"],
        "a user without the right to read a table",
        privilege
    ),
    case!(
        "ERR-32",
        Errors,
        L0,
        ALL,
        [Need::Oracle, Need::AtomicBatch, Need::Capability(Capability::ReadOnlyTransactions)],
        ["A-5", "A-6", "A-51"],
        "a write in a transaction that refuses writes, and none for the next user of the connection",
        read_only
    ),
    case!(
        "ERR-49",
        Errors,
        L0,
        L,
        [Need::Oracle, Need::Capability(Capability::Sessions)],
        ["A-5", "A-6"],
        "a database that may not grow any more",
        full
    ),
    case!(
        "ERR-50",
        Errors,
        L0,
        L,
        [Need::Oracle],
        ["A-5", "A-6"],
        "a table whose pages are damaged",
        damaged
    ),
    case!("ERR-50.NOTADB", Errors, L0, L, [Need::Oracle], ["A-5"], "a file that is no database", no_database),
    case!(
        "ERR-52",
        Errors,
        L0,
        P.or(W),
        [Need::Capability(Capability::Sessions)],
        ["A-5", "A-6"],
        "a prepared statement whose name is taken",
        prepared_twice
    ),
    case!(
        "ERR-53",
        Errors,
        L0,
        P.or(W),
        [Need::Oracle, Need::Capability(Capability::Sessions)],
        ["A-5", "A-6"],
        "a prepared statement whose columns changed is invalid, and not merely a feature that is missing",
        result_type
    ),
];

async fn privilege(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let login = Login::new(&cx, CANARY).await?;
    let outcome = async {
        let adapter = cx.adapter_with(login.setup(&cx)).await?;
        let result = adapter.query(cx.raw("select * from {t:t}", vec![])).await;
        let error = must_fail(result, &[ErrorKind::InsufficientPrivilege], "a table of somebody else's")?;
        match cx.dialect() {
            Dialect::Postgres => ensure_eq!(error.sqlstate(), SqlState::new("42501"), "the SQLSTATE"),
            _ => ensure_eq!(error.code(), Some(1142), "the code"),
        }
        ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
        discreet(&error)?;
        cx.check_usable(&adapter).await?;
        Ok(adapter.close().await?)
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

async fn read_only(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter_with(Setup { pool_max: Some(1), ..cx.setup() }).await?;
    let insert = |id: i32| cx.raw(&format!("insert into {{t:t}} values ({id})"), vec![]);
    let batch = Batch::atomic(vec![insert(1)], TransactionOptions::new().read_only());
    let error =
        must_fail(adapter.batch(batch).await, &[ErrorKind::ReadOnly], "a write in a read-only batch")?;
    match cx.dialect() {
        Dialect::Postgres => ensure_eq!(error.sqlstate(), SqlState::new("25006"), "the SQLSTATE"),
        Dialect::MySql => ensure_eq!(error.code(), Some(1792), "the code"),
        // SQLite can tell that a statement writes without running it.
        _ => ensure!(
            error.code().is_none_or(|code| code & 0xff == 8),
            "the code is {:?}, neither SQLITE_READONLY nor none",
            error.code()
        ),
    }
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    cx.check_usable(&adapter).await?;
    adapter.query(insert(2)).await.within("the next write, which is allowed")?;
    let ids = cx.oracle_rows("select id from {t:t}").await?;
    ensure_eq!(ids, vec![vec![Some("2".to_owned())]], "rows");
    Ok(())
}

async fn full(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (x {bytes})"]).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(cx.raw("pragma max_page_count = 10", vec![])).await?;
    let insert = session.query(cx.raw("insert into {t:t} values (zeroblob(1000000))", vec![])).await;
    let error = must_fail(insert, &[ErrorKind::LimitExceeded], "a row that does not fit any more")?;
    ensure_eq!((error.code(), error.retry()), (Some(13), RetryClass::Never), "code and retry class");
    let small = session.query(cx.raw("select 7", vec![])).await?;
    ensure_eq!(small.rows.get::<i64>(0, 0)?, 7, "the next query of the session");
    session.close().await?;
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows");
    cx.check_usable(&adapter).await
}

async fn damaged(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id integer primary key, x text)",
        "create index {q:by_x} on {t:t} (x)",
        "insert into {t:t} values (1, 'canary7Tq')",
        "create table {t:sound} (id integer primary key)",
    ])
    .await?;
    // The table is told to begin where its index does.
    let mut oracle = cx.own_oracle().await?;
    let sql = "pragma writable_schema = on; \
               update sqlite_schema set rootpage = (select rootpage from sqlite_schema where name = 'by_x') \
               where name = 't'; pragma writable_schema = reset";
    oracle.run(sql).await.map_err(Stop::fail)?;
    let adapter = cx.adapter().await?;
    let result = adapter.query(cx.raw("select * from {t:t}", vec![])).await;
    let error = must_fail(result, &[ErrorKind::Corrupt], "a table that begins in its index")?;
    ensure_eq!(error.code().map(|code| code & 0xff), Some(11), "the code");
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    discreet(&error)?;
    adapter.query(cx.raw("select * from {t:sound}", vec![])).await.within("a table beside it")?;
    cx.check_usable(&adapter).await
}

async fn no_database(cx: Context) -> Outcome {
    // The write-ahead log of a database is no database: it is there as long as somebody has the database open.
    let adapter = cx.adapter().await?;
    adapter.query(cx.raw("create table {t:t} (id integer primary key)", vec![])).await?;
    let file = cx.oracle_cell("select file from pragma_database_list where name = 'main'").await?;
    let name = file.as_deref().and_then(|path| path.rsplit(['/', '\\']).next()).unwrap_or_default();
    if cx.oracle_cell("pragma journal_mode").await?.as_deref() != Some("wal") {
        return Err(Stop::NotRun(
            "the adapter keeps no write-ahead log, and the suite writes no files".to_owned(),
        ));
    }
    let setup = Setup { database: Some(format!("{name}-wal")), ..cx.setup() };
    let error = must_fail(cx.try_adapter(setup).await?, &[ErrorKind::Corrupt], "a file that is no database")?;
    ensure_eq!((error.code(), error.retry()), (Some(26), RetryClass::Never), "code and retry class");
    cx.check_usable(&adapter).await
}

async fn prepared_twice(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let prepare = || cx.raw("prepare taken as select 1", vec![]);
    session.query(prepare()).await?;
    let error =
        must_fail(session.query(prepare()).await, &[ErrorKind::AlreadyExists], "the second of a name")?;
    ensure_eq!((error.sqlstate(), error.retry()), (SqlState::new("42P05"), RetryClass::Never), "the error");
    let result = session.query(cx.raw("execute taken", vec![])).await?;
    ensure_eq!(result.rows.get::<i64>(0, 0)?, 1, "the first of the name");
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn result_type(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)", "insert into {t:t} values (1)"]).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(cx.raw("prepare all_of_it as select * from {t:t}", vec![])).await?;
    session.query(cx.raw("execute all_of_it", vec![])).await?;
    cx.prepare(&["alter table {t:t} add column n {int4}"]).await?;
    let result = session.query(cx.raw("execute all_of_it", vec![])).await;
    let error = must_fail(result, &[ErrorKind::StatementInvalidated], "a statement with other columns")?;
    ensure_eq!((error.sqlstate(), error.retry()), (SqlState::new("0A000"), RetryClass::SafeNow), "the error");
    session.close().await?;
    cx.check_usable(&adapter).await
}
