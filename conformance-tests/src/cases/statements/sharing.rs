//! Statements belong to no connection: one serves many, and outlives them.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{BinaryOperator, Expr, Projection, Select, Slot, Source, Statement};
use drivetrain_adapter_api::{Batch, Capability, DbType, ErrorKind, Query, TransactionOptions, Value};

use super::seen::prepared;
use crate::case::{ALL, Case, Need, P, W, case};
use crate::cases::helpers::{column, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "STMT-09",
        Statements,
        L2,
        ALL,
        [],
        ["A-21", "C-1"],
        "one statement serves several adapters and connections, each with its own values",
        shared
    ),
    case!(
        "STMT-10",
        Statements,
        L2,
        ALL,
        [],
        ["A-71"],
        "a statement outlives the adapter it was run on, whose calls are Closed",
        outlives
    ),
    case!(
        "STMT-14",
        Statements,
        L2,
        ALL,
        [Need::Oracle],
        ["A-20"],
        "a statement is described, text and parameter types, without being run",
        described
    ),
    case!(
        "STMT-14.SENT",
        Statements,
        L2,
        P.or(W),
        [Need::Capability(Capability::Sessions)],
        ["A-20"],
        "the text that is described is the one that is sent",
        sent
    ),
];

/// `select id from t where id = $0`, abstract.
fn by_id(cx: &Context) -> Arc<Statement> {
    let id = || Expr::Column { table: None, column: "id".into() };
    let value = Expr::Slot(Slot { index: 0, ty: DbType::Int32 });
    let select = Select {
        projections: vec![Projection::new(id())],
        from: Some(Source::table(cx.table("t"))),
        filter: Some(Expr::Binary(BinaryOperator::Equal, Box::new(id()), Box::new(value))),
        ..Select::default()
    };
    Arc::new(Statement::new(select))
}

async fn table(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)", "insert into {t:t} values (1), (2), (3)"])
        .await
}

async fn shared(cx: Context) -> Outcome {
    table(&cx).await?;
    let one = cx.adapter().await?;
    let two = cx.adapter_with(cx.setup()).await?;
    let raw = Arc::new(Statement::raw(cx.sql("select id from {t:t} where id = {1}"), 1));
    for statement in [by_id(&cx), raw] {
        let query = |id| Query::new(Arc::clone(&statement), vec![Value::Int32(id)]);
        for _ in 0..4 {
            for id in 1..=3 {
                let (left, right) =
                    futures_util::future::join(one.query(query(id)), two.query(query(4 - id))).await;
                ensure_eq!(only::<i32>(&left?.rows)?, id, "the row of the first adapter");
                ensure_eq!(only::<i32>(&right?.rows)?, 4 - id, "the row of the second adapter");
            }
        }
        let results = one.batch(Batch::new(vec![query(3), query(9), query(1)])).await?;
        let found: Outcome<Vec<_>> = results.iter().map(|result| column::<i32>(&result.rows, 0)).collect();
        ensure_eq!(found?, [vec![3], vec![], vec![1]], "the rows of a batch");
        if cx.capabilities().transactions().is_interactive() {
            let mut transaction = one.begin(TransactionOptions::new()).await?;
            ensure_eq!(only::<i32>(&transaction.query(query(2)).await?.rows)?, 2, "the row of a transaction");
            transaction.commit().await?;
        }
        if cx.capabilities().sessions() {
            let mut session = two.session().await?;
            ensure_eq!(only::<i32>(&session.query(query(2)).await?.rows)?, 2, "the row of a session");
            session.close().await?;
        }
    }
    Ok(())
}

async fn outlives(cx: Context) -> Outcome {
    table(&cx).await?;
    let statement = by_id(&cx);
    let query = |id| Query::new(Arc::clone(&statement), vec![Value::Int32(id)]);
    let first = cx.adapter_with(cx.setup()).await?;
    for _ in 0..4 {
        ensure_eq!(only::<i32>(&first.query(query(1)).await?.rows)?, 1, "the row before");
    }
    first.close().await?;
    first.close().await.within("closing again")?;
    must_fail(first.query(query(1)).await, &[ErrorKind::Closed], "a query after the end")?;
    must_fail(first.batch(Batch::new(vec![query(1)])).await, &[ErrorKind::Closed], "a batch after the end")?;
    drop(first);
    let second = cx.adapter_with(cx.setup()).await?;
    for _ in 0..4 {
        ensure_eq!(only::<i32>(&second.query(query(2)).await?.rows)?, 2, "the row on another adapter");
    }
    drop(statement);
    cx.check_usable(&second).await
}

async fn described(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let query = Query::new(by_id(&cx), vec![Value::Int32(1)]);
    let lowered = adapter.lower(&query)?;
    ensure_eq!(lowered.parameters, [DbType::Int32], "types of the parameters");
    ensure!(lowered.text.contains("id") && !lowered.text.is_empty(), "the text is `{}`", lowered.text);
    // The text, sent as raw SQL, is the same statement.
    let raw = adapter.query(Query::raw(Arc::clone(&lowered.text), vec![Value::Int32(2)])).await?;
    ensure_eq!(only::<i32>(&raw.rows)?, 2, "the row of the text");
    let delete = cx.raw("delete from {t:t} where id < {1}", vec![Value::Int32(99)]);
    let lowered = adapter.lower(&delete)?;
    ensure_eq!(*lowered.text, *cx.sql("delete from {t:t} where id < {1}"), "the text of raw SQL");
    ensure_eq!(lowered.parameters.len(), 1, "parameters of raw SQL");
    ensure_eq!(cx.oracle_count("t").await?, 3, "rows after a delete that was only described");
    Ok(())
}

async fn sent(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let query = || Query::new(by_id(&cx), vec![Value::Int32(1)]);
    let text = adapter.lower(&query())?.text;
    for _ in 0..6 {
        session.query(query()).await?;
    }
    let found = prepared(&cx, &mut session, &cx.table("t").name.as_str().replace('\'', "''")).await?;
    ensure!(found.iter().any(|(sent, _)| **sent == *text), "`{text}` is not among what was sent: {found:?}");
    session.close().await?;
    Ok(())
}
