//! What holds of all errors: they are discreet, they leave the adapter usable, and they are the same over every transport.

use drivetrain_adapter_api::{Dialect, Error, ErrorKind, Query, SharedAdapter, Value};

use super::trigger::{CANARY, Expected, Trigger, discreet, furnished};
use crate::case::{ALL, Case, Need, PG, case};
use crate::harness::Setup;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "ERR-56",
        Errors,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "A-7"],
        "errors of every sort are one line, keep their sources, and show no value",
        shown
    ),
    case!(
        "ERR-57",
        Errors,
        L0,
        ALL,
        [Need::Oracle],
        ["A-6"],
        "after each of all errors the only connection answers with the number that was asked for",
        usable
    )
    .within_seconds(30),
    case!(
        "ERR-58",
        Errors,
        L0,
        PG,
        [Need::Oracle, Need::Peer],
        ["A-5"],
        "every error is the same over two transports, field by field",
        equal
    )
    .within_seconds(30),
];

async fn shown(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, u {key} unique, n {key} not null)",
        "insert into {t:t} values (1, 'canary7Tq', 'canary7Tq')",
    ])
    .await?;
    let adapter = cx.adapter().await?;
    let canary = || Value::Text(CANARY.to_owned());
    let insert = "insert into {t:t} values ({1}, {2}, {3})";
    let bad = Query::raw(format!("selec '{CANARY}'"), vec![]);
    let queries = [
        ("a unique key", cx.raw(insert, vec![Value::Int32(2), canary(), canary()])),
        ("NULL", cx.raw(insert, vec![Value::Int32(2), Value::Text("x".into()), Value::NULL])),
        ("a syntax error with a literal", bad),
        ("too few values", Query::raw(cx.sql("select {1}, {2}"), vec![canary()])),
        ("an unknown column", cx.raw("select nope from {t:t} where u = {1}", vec![canary()])),
    ];
    for (what, query) in queries {
        let error = adapter.query(query).await.err();
        let error = error.ok_or_else(|| Stop::fail(format!("{what}: succeeded")))?;
        ensure!(!error.message().is_empty(), "{what}: no message");
        discreet(&error).within(what)?;
        cx.check_usable(&adapter).await.within(what)?;
    }
    let rows = adapter.query(cx.raw("select u from {t:t}", vec![])).await?.rows;
    let decode = [ErrorKind::Decode];
    let error = must_fail(rows.get::<i64>(0, 0), &decode, "a text read as a number")?;
    ensure_eq!(error.column(), Some("u"), "the column that cannot be read");
    discreet(&error).within("a text read as a number")?;
    let error = must_fail(rows.get::<i64>(0, 1), &[ErrorKind::NoColumn], "a column that is not there")?;
    discreet(&error)
}

/// Sets up all triggers of the dialect side by side, and gives each with the number of its tables.
async fn furnish(cx: &Context) -> Outcome<Vec<(usize, &'static Trigger)>> {
    let triggers = Trigger::all(cx.dialect());
    let mut setups: Vec<&[&str]> = Vec::new();
    let mut furnished_triggers = Vec::new();
    for trigger in triggers {
        let known = setups.iter().position(|setup| *setup == trigger.setup);
        let room = known.unwrap_or(setups.len());
        if known.is_none() {
            setups.push(trigger.setup);
            let templates: Vec<_> = trigger.setup.iter().map(|sql| furnished(sql, room)).collect();
            let templates: Vec<_> = templates.iter().map(String::as_str).collect();
            cx.prepare(&templates).await?;
        }
        furnished_triggers.push((room, trigger));
    }
    Ok(furnished_triggers)
}

/// What tells one session from another, where the server has sessions.
async fn session_of(cx: &Context, adapter: &SharedAdapter) -> Outcome<Option<i64>> {
    let sql = match cx.dialect() {
        Dialect::Postgres => "select pg_backend_pid()::int8",
        Dialect::MySql => "select connection_id()",
        _ => return Ok(None),
    };
    Ok(Some(adapter.query(Query::raw(sql, vec![])).await?.rows.get(0, 0)?))
}

async fn usable(cx: Context) -> Outcome {
    let triggers = furnish(&cx).await?;
    let adapter = cx.adapter_with(Setup { pool_max: Some(1), ..cx.setup() }).await?;
    let before = session_of(&cx, &adapter).await?;
    for (room, trigger) in &triggers {
        let result = adapter.query(trigger.query_in(&cx, *room)).await;
        match trigger.expected {
            Expected::Answer(_) => drop(result.within(trigger.place())?),
            Expected::Error(fields) => drop(must_fail(result, &[fields.kind], trigger.place())?),
        }
        cx.check_usable(&adapter).await.within(trigger.place())?;
    }
    if cx.place().is_stateful() {
        ensure_eq!(session_of(&cx, &adapter).await?, before, "the session after all errors");
    }
    Ok(())
}

/// Every field of an error, as text.
fn fields(error: &Error) -> Vec<(&'static str, String)> {
    vec![
        ("kind", format!("{:?}", error.kind())),
        ("retry class", format!("{:?}", error.retry())),
        ("message", error.message().to_owned()),
        ("SQLSTATE", format!("{:?}", error.sqlstate())),
        ("code", format!("{:?}", error.code())),
        ("schema", format!("{:?}", error.schema())),
        ("table", format!("{:?}", error.table())),
        ("columns", format!("{:?}", error.columns())),
        ("constraint", format!("{:?}", error.constraint())),
        ("data type", format!("{:?}", error.data_type())),
        ("position", format!("{:?}", error.position())),
        ("hint", format!("{:?}", error.hint())),
        ("server message", format!("{:?}", error.server_message())),
        ("server detail", format!("{:?}", error.server_detail())),
    ]
}

async fn equal(cx: Context) -> Outcome {
    let triggers = furnish(&cx).await?;
    let (adapter, peer) = (cx.adapter().await?, cx.peer().await?);
    for (room, trigger) in &triggers {
        let query = trigger.query_in(&cx, *room);
        let (one, other) = (adapter.query(query.clone()).await, peer.query(query).await);
        match (one, other) {
            (Err(one), Err(other)) => {
                for ((what, here), (_, there)) in fields(&one).into_iter().zip(fields(&other)) {
                    ensure_eq!(here, there, "the {what} over both transports, of {}", trigger.place());
                }
            }
            (Ok(_), Ok(_)) => ensure!(
                matches!(trigger.expected, Expected::Answer(_)),
                "{} succeeded over both transports",
                trigger.place()
            ),
            (one, other) => {
                return Err(Stop::fail(format!("{}: {one:?} and {other:?}", trigger.place())));
            }
        }
        cx.check_usable(&peer).await.within(trigger.place())?;
    }
    Ok(())
}
