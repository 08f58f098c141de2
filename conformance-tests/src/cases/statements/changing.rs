//! What prepared statements stand on changes.

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, Query, TransactionOptions, Value};

use super::seen::prepared;
use crate::case::{Case, L, Need, P, STATEFUL, W, case};
use crate::cases::helpers::{by_dialect, names, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

const SESSIONS: Need = Need::Capability(Capability::Sessions);

pub(super) const CASES: &[Case] = &[
    case!(
        "STMT-04",
        Statements,
        L2,
        STATEFUL,
        [Need::Oracle],
        ["A-21", "A-22", "A-10"],
        "a changed table invalidates its statements on every connection, and writes still happen once",
        schema_changes
    ),
    case!(
        "STMT-05",
        Statements,
        L2,
        P.or(W).or(L),
        [Need::Oracle, SESSIONS],
        ["A-21", "A-22"],
        "a name that comes to mean another table is that table for statements prepared before",
        other_table
    ),
    case!(
        "STMT-06",
        Statements,
        L2,
        STATEFUL,
        [Need::Oracle],
        ["A-9", "A-21"],
        "one text with values of several types gives each its own answer",
        other_types
    ),
    case!(
        "STMT-08",
        Statements,
        L2,
        P.or(W),
        [SESSIONS],
        ["A-21", "A-10"],
        "statements that were deallocated behind the adapter's back are prepared anew",
        deallocated
    ),
    case!(
        "STMT-08.TX",
        Statements,
        L2,
        P.or(W),
        [SESSIONS, Need::Interactive],
        ["A-21", "A-10"],
        "within a transaction that is right or StatementInvalidated, never a wrong answer",
        deallocated_in_a_transaction
    ),
];

async fn schema_changes(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int4})", "insert into {t:t} values (1, 0)"])
        .await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(3);
    let adapter = cx.adapter_with(setup).await?;
    let write = || cx.raw("update {t:t} set v = v + 1 where id = {1}", vec![Value::Int32(1)]);
    let read = || cx.raw("select * from {t:t} where id = {1}", vec![Value::Int32(1)]);
    let mut writes = 0;
    for round in 0..4 {
        // Several at a time, so that several connections know the statements.
        for _ in 0..3 {
            let results = futures_util::future::join_all((0..3).map(|_| adapter.query(read()))).await;
            for result in results {
                let rows = result.within(format!("round {round}"))?.rows;
                ensure_eq!(rows.columns().len(), 2 + round, "columns in round {round}");
                ensure_eq!(rows.get::<i64>(0, 1)?, writes, "writes in round {round}");
            }
            adapter.query(write()).await.within(format!("round {round}"))?;
            writes += 1;
        }
        cx.prepare(&[&format!("alter table {{t:t}} add column c{round} {{int4}}")]).await?;
        // The first call after the change is the write: it must not happen twice.
        adapter.query(write()).await.within(format!("after round {round}"))?;
        writes += 1;
    }
    let stored = cx.oracle_cell("select v from {t:t}").await?;
    ensure_eq!(stored, Some(writes.to_string()), "writes that happened");
    Ok(())
}

async fn other_table(cx: Context) -> Outcome {
    if cx.dialect() == Dialect::Sqlite {
        temporary_table_in_front(&cx).await
    } else {
        other_search_path(&cx).await
    }
}

/// A temporary table takes the place of one of the file.
async fn temporary_table_in_front(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {int4})", "insert into {t:t} values (7)"]).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let read = || cx.raw("select * from {t:t}", vec![]);
    for _ in 0..6 {
        ensure_eq!(only::<i64>(&session.query(read()).await?.rows)?, 7, "the row of the file");
    }
    session.query(cx.raw("create temporary table {t:t} (w {text}, x {int4})", vec![])).await?;
    session.query(cx.raw("insert into temp.{t:t} values ('eight', 8)", vec![])).await?;
    for _ in 0..3 {
        let rows = session.query(read()).await?.rows;
        ensure_eq!(
            (names(&rows), rows.len()),
            (vec!["w".to_owned(), "x".to_owned()], 1),
            "the temporary table"
        );
        ensure_eq!(rows.get::<String>(0, 0)?, "eight", "its row");
    }
    session.query(cx.raw("drop table temp.{t:t}", vec![])).await?;
    ensure_eq!(only::<i64>(&session.query(read()).await?.rows)?, 7, "the row of the file afterwards");
    session.close().await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows of the file");
    cx.check_usable(&adapter).await
}

async fn other_search_path(cx: &Context) -> Outcome {
    let own =
        cx.naming().schema.as_ref().ok_or_else(|| Stop::NotRun("the namespace has no schema".into()))?;
    let other = format!("{own}_2");
    cx.prepare(&[
        "create table {t:t} (v {int4})",
        "insert into {t:t} values (7)",
        &format!("create schema {{q:{other}}}"),
    ])
    .await?;
    let outcome = in_other_search_path(cx, own, &other).await;
    let dropped = cx.prepare(&[&format!("drop schema {{q:{other}}} cascade")]).await;
    outcome.and(dropped)
}

async fn in_other_search_path(cx: &Context, own: &str, other: &str) -> Outcome {
    let table = cx.table("t").name;
    let table = format!("{{q:{}}}", table.as_str());
    cx.prepare(&[
        &format!("create table {{q:{other}}}.{table} (w {{text}}, x {{int4}})"),
        &format!("insert into {{q:{other}}}.{table} values ('eight', 8)"),
    ])
    .await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let path = |schema: &str| cx.raw(&format!("set search_path to {{q:{schema}}}"), vec![]);
    let read = || cx.raw(&format!("select * from {table}"), vec![]);
    for round in 0..2 {
        session.query(path(own)).await?;
        for _ in 0..6 {
            let rows = session.query(read()).await.within(format!("the own schema, round {round}"))?.rows;
            ensure_eq!(only::<i64>(&rows)?, 7, "the row of the own schema");
        }
        session.query(path(other)).await?;
        for _ in 0..3 {
            let rows = session.query(read()).await.within(format!("the other schema, round {round}"))?.rows;
            ensure_eq!(names(&rows), ["w", "x"], "columns of the other schema");
            ensure_eq!(rows.get::<String>(0, 0)?, "eight", "the row of the other schema");
        }
    }
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn other_types(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, s {key})"]).await?;
    let adapter = cx.adapter().await?;
    let insert = |id, value| cx.raw("insert into {t:t} values ({1}, {2})", vec![Value::Int32(id), value]);
    let values = || {
        [
            Value::Text("text".into()),
            Value::NULL,
            Value::Int32(42),
            Value::Int64(-1),
            Value::Text("42".into()),
        ]
    };
    for (id, value) in (1..).zip(values().into_iter().chain(values())) {
        adapter.query(insert(id, value)).await.within(format!("row {id}"))?;
    }
    let once = [Some("text"), None, Some("42"), Some("-1"), Some("42")];
    let expected: Vec<_> = once.iter().chain(&once).map(|text| vec![text.map(str::to_owned)]).collect();
    ensure_eq!(cx.oracle_rows("select s from {t:t} order by id").await?, expected, "what is stored");
    // A comparison, with a type that does not fit in between.
    let find = |value| cx.raw("select count(*) from {t:t} where id = {1}", vec![value]);
    for _ in 0..2 {
        ensure_eq!(
            only::<i64>(&adapter.query(find(Value::Int32(3))).await?.rows)?,
            1,
            "rows found by 32 bits"
        );
        ensure_eq!(
            only::<i64>(&adapter.query(find(Value::Int16(3))).await?.rows)?,
            1,
            "rows found by 16 bits"
        );
        ensure_eq!(only::<i64>(&adapter.query(find(Value::NULL)).await?.rows)?, 0, "rows found by NULL");
        let odd = adapter.query(find(Value::Text("three".into()))).await;
        match by_dialect(&cx, [Some(ErrorKind::InvalidValue), None, None]) {
            Some(kind) => drop(must_fail(odd, &[kind], "a text that is no number")?),
            None => ensure_eq!(only::<i64>(&odd?.rows)?, 0, "rows found by a text"),
        }
        ensure_eq!(
            only::<i64>(&adapter.query(find(Value::Int64(3))).await?.rows)?,
            1,
            "rows found by 64 bits"
        );
    }
    cx.check_usable(&adapter).await
}

fn kept(cx: &Context, number: i32) -> Query {
    cx.raw("select {1}::int4 + 1 as kept", vec![Value::Int32(number)])
}

async fn deallocated(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    for how in ["deallocate all", "discard all"] {
        let mut session = adapter.session().await?;
        for round in 0..3 {
            for number in 0..6 {
                let rows =
                    session.query(kept(&cx, number)).await.within(format!("round {round} of `{how}`"))?.rows;
                ensure_eq!(only::<i32>(&rows)?, number + 1, "the sum in round {round} of `{how}`");
            }
            ensure_eq!(prepared(&cx, &mut session, "as kept").await?.len(), 1, "prepared before `{how}`");
            if round == 1 && cx.capabilities().scripts() {
                session.script(how).await.within(how)?;
            } else {
                session.query(Query::raw(how, vec![])).await.within(how)?;
            }
        }
        session.close().await?;
        let rows = adapter.query(kept(&cx, 1)).await.within(format!("after a session with `{how}`"))?.rows;
        ensure_eq!(only::<i32>(&rows)?, 2, "the sum after a session with `{how}`");
    }
    cx.check_usable(&adapter).await
}

async fn deallocated_in_a_transaction(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    for number in 0..6 {
        session.query(kept(&cx, number)).await?;
    }
    let mut transaction = session.begin(TransactionOptions::new()).await?;
    transaction.query(Query::raw("deallocate all", vec![])).await?;
    match transaction.query(kept(&cx, 1)).await {
        Ok(result) => {
            ensure_eq!(only::<i32>(&result.rows)?, 2, "the sum in the transaction");
            transaction.commit().await?;
        }
        Err(error) => {
            must_fail::<()>(Err(error), &[ErrorKind::StatementInvalidated], "the statement")?;
            ensure!(transaction.commit().await.is_err(), "a transaction that failed was committed");
        }
    }
    ensure_eq!(only::<i32>(&session.query(kept(&cx, 2)).await?.rows)?, 3, "the sum after the transaction");
    session.close().await?;
    cx.check_usable(&adapter).await
}
