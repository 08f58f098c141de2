//! POOL-07: whatever a user leaves behind on a connection, the next one does not find it.

use drivetrain_adapter_api::{Dialect, ErrorKind, Query, QueryResult, Session, SharedAdapter, StreamOptions};
use futures_util::StreamExt as _;

use super::helpers::pool_of;
use crate::case::{Case, Need, P, STATEFUL, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};
use drivetrain_adapter_api::Capability::{Sessions, Streaming};

pub(super) const CASES: &[Case] = &[
    case!(
        "POOL-07.transaction",
        Pool,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Capability(Sessions)],
        ["A-55", "S-1"],
        "an open transaction that a session leaves behind is rolled back",
        open_transaction
    ),
    case!(
        "POOL-07.aborted",
        Pool,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Capability(Sessions)],
        ["A-55", "S-1"],
        "a failed transaction that a session leaves behind is rolled back",
        aborted_transaction
    ),
    case!(
        "POOL-07.setting",
        Pool,
        L2,
        STATEFUL,
        [Need::Capability(Sessions)],
        ["A-55"],
        "a setting that a session changed is as before for the next user",
        setting
    ),
    case!(
        "POOL-07.temporary",
        Pool,
        L2,
        STATEFUL,
        [Need::Capability(Sessions)],
        ["A-55"],
        "a temporary table of a session is not there for the next user",
        temporary_table
    ),
    case!(
        "POOL-07.lock",
        Pool,
        L2,
        P.or(W),
        [Need::Oracle, Need::Capability(Sessions)],
        ["A-55"],
        "an advisory lock that a session leaves behind is freed",
        advisory_lock
    ),
    case!(
        "POOL-07.listen",
        Pool,
        L2,
        P.or(W),
        [Need::Capability(Sessions)],
        ["A-55"],
        "a channel that a session listens to is not listened to for the next user",
        listening
    ),
    case!(
        "POOL-07.rows",
        Pool,
        L2,
        STATEFUL,
        [Need::Capability(Sessions), Need::Capability(Streaming)],
        ["A-43", "A-55"],
        "rows that nobody read are not those of the next user",
        unread_rows
    ),
    case!(
        "POOL-07.call",
        Pool,
        L2,
        STATEFUL,
        [],
        ["A-55"],
        "what a one-shot call sets or makes for its session is not there for the next one",
        one_shot
    ),
];

/// Runs statements in a session and gives it back: by closing it, or by dropping it.
async fn leave(adapter: &SharedAdapter, statements: &[String], drops: bool) -> Outcome {
    let mut session = adapter.session().await?;
    for sql in statements {
        run(&mut *session, sql).await?;
    }
    if drops {
        drop(session);
    } else {
        session.close().await.within("closing the session")?;
    }
    Ok(())
}

async fn run(session: &mut dyn Session, sql: &str) -> Outcome<QueryResult> {
    session.query(Query::raw(sql, vec![])).await.within(sql)
}

/// The only connection (or on SQLite the writer alone), so that the next user has the same one.
async fn only(cx: &Context) -> Outcome<SharedAdapter> {
    cx.adapter_with(pool_of(cx, 1)).await
}

async fn open_transaction(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let adapter = only(&cx).await?;
    for drops in [false, true] {
        let insert = cx.sql("insert into {t:t} (id) values (1)");
        leave(&adapter, &["begin".to_owned(), insert], drops).await?;
        adapter.query(cx.raw("insert into {t:t} (id) values (2)", vec![])).await?;
        ensure_eq!(
            cx.oracle_cell("select count(*) from {t:t} where id = 1").await?,
            Some("0".into()),
            "left"
        );
    }
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows of the next user");
    Ok(())
}

async fn aborted_transaction(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = only(&cx).await?;
    for (at, drops) in [false, true].into_iter().enumerate() {
        let mut session = adapter.session().await?;
        run(&mut *session, "begin").await?;
        run(&mut *session, &cx.sql("insert into {t:t} (id) values (100)")).await?;
        let twice = session.query(cx.raw("insert into {t:t} (id) values (100)", vec![])).await;
        must_fail(twice, &[ErrorKind::UniqueViolation], "the same key")?;
        if drops {
            drop(session);
        } else {
            session.close().await?;
        }
        adapter.query(cx.raw(&format!("insert into {{t:t}} (id) values ({at})"), vec![])).await?;
        ensure_eq!(cx.oracle_count("t").await?, at as u64 + 1, "rows");
    }
    Ok(())
}

/// How a setting is changed, and how it is read.
fn setting_of(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Postgres => ("set work_mem = '4321kB'", "show work_mem"),
        Dialect::MySql => ("set session sort_buffer_size = 65536", "select cast(@@sort_buffer_size as char)"),
        _ => ("pragma case_sensitive_like = on", "select cast('A' like 'a' as text)"),
    }
}

async fn read(adapter: &SharedAdapter, sql: &str) -> Outcome<String> {
    let result = adapter.query(Query::raw(sql, vec![])).await.within(sql)?;
    Ok(result.rows.get::<&str>(0, 0)?.to_owned())
}

async fn setting(cx: Context) -> Outcome {
    let adapter = only(&cx).await?;
    let (change, show) = setting_of(cx.dialect());
    let before = read(&adapter, show).await?;
    for drops in [false, true] {
        let mut session = adapter.session().await?;
        run(&mut *session, change).await?;
        let within = run(&mut *session, show).await?;
        ensure!(within.rows.get::<&str>(0, 0)? != before, "`{change}` changed nothing in the session");
        if drops {
            drop(session);
        } else {
            session.close().await?;
        }
        ensure_eq!(read(&adapter, show).await?, before, "`{show}` for the next user");
    }
    Ok(())
}

async fn temporary_table(cx: Context) -> Outcome {
    let adapter = only(&cx).await?;
    for drops in [false, true] {
        let made = ["create temporary table left_behind (n int)".to_owned()];
        // The second round makes it anew: it was gone.
        leave(&adapter, &made, drops).await?;
        let found = adapter.query(Query::raw("select n from left_behind", vec![])).await;
        must_fail(found, &[ErrorKind::UndefinedTable], "the table for the next user")?;
    }
    cx.check_usable(&adapter).await
}

async fn advisory_lock(cx: Context) -> Outcome {
    let adapter = only(&cx).await?;
    let key = cx.nonce();
    for drops in [false, true] {
        leave(&adapter, &[format!("select pg_advisory_lock({key})")], drops).await?;
        cx.check_usable(&adapter).await?;
        let free = cx.oracle_cell(&format!("select pg_try_advisory_lock({key})")).await?;
        ensure_eq!(free, Some("t".to_owned()), "the oracle gets the lock");
        cx.oracle_rows(&format!("select pg_advisory_unlock({key})")).await?;
    }
    Ok(())
}

async fn listening(cx: Context) -> Outcome {
    let adapter = only(&cx).await?;
    for drops in [false, true] {
        leave(&adapter, &["listen left_behind".to_owned()], drops).await?;
        let channels = read(&adapter, "select count(*)::text from pg_listening_channels()").await?;
        ensure_eq!(channels, "0", "channels of the next user");
    }
    Ok(())
}

async fn unread_rows(cx: Context) -> Outcome {
    let adapter = only(&cx).await?;
    let rows = || {
        let sql =
            "with recursive c (n) as (select 1 union all select n + 1 from c where n < 1000) select n from c";
        Query::raw(sql, vec![])
    };
    let mut options = StreamOptions::default();
    options.chunk_rows = 10;
    for chunks in 0..3 {
        let mut session = adapter.session().await?;
        let mut stream = session.stream(rows(), options).await?;
        for _ in 0..chunks {
            stream.next().await.ok_or_else(|| Stop::fail("no chunk"))??;
        }
        drop(stream);
        drop(session);
        cx.check_usable(&adapter).await.within(format_args!("{chunks} chunks of a session's stream"))?;
        let mut stream = adapter.stream(rows(), options).await?;
        for _ in 0..chunks {
            stream.next().await.ok_or_else(|| Stop::fail("no chunk"))??;
        }
        drop(stream);
        cx.check_usable(&adapter).await.within(format_args!("{chunks} chunks of a stream"))?;
    }
    Ok(())
}

async fn one_shot(cx: Context) -> Outcome {
    let adapter = only(&cx).await?;
    let (change, show) = setting_of(cx.dialect());
    let before = read(&adapter, show).await?;
    adapter.query(Query::raw(change, vec![])).await.within(change)?;
    ensure_eq!(read(&adapter, show).await?, before, "`{show}` after a one-shot `{change}`");
    adapter.query(Query::raw("create temporary table left_behind (n int)", vec![])).await?;
    let found = adapter.query(Query::raw("select n from left_behind", vec![])).await;
    must_fail(found, &[ErrorKind::UndefinedTable], "the temporary table of a one-shot call")?;
    if adapter.capabilities().scripts() {
        adapter.script(change).await.within(change)?;
        ensure_eq!(read(&adapter, show).await?, before, "`{show}` after a script");
    }
    cx.check_usable(&adapter).await
}
