//! Optional operations: each works where it is declared.

use drivetrain_adapter_api::{Batch, Capability, Dialect, ErrorKind, StreamOptions};
use futures_util::StreamExt as _;

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, probes};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAP-sessions",
        Capabilities,
        L0,
        ALL,
        [Need::Capability(Capability::Sessions), Need::Oracle],
        ["A-2", "A-4", "C-2"],
        "a session is one connection: it keeps what it made for itself",
        sessions
    ),
    case!(
        "CAP-scripts",
        Capabilities,
        L0,
        ALL,
        [Need::Capability(Capability::Scripts), Need::Oracle],
        ["A-2", "A-4", "A-60"],
        "a script runs statement by statement, up to the first failure",
        scripts
    ),
    case!(
        "CAP-pipelining",
        Capabilities,
        L0,
        ALL,
        [Need::Capability(Capability::Pipelining)],
        ["A-2", "A-31"],
        "a batch is one round trip, and answers in order",
        pipelining
    ),
    case!(
        "CAP-streaming",
        Capabilities,
        L2,
        ALL,
        [Need::Capability(Capability::Streaming)],
        ["A-2", "A-4", "A-40"],
        "a stream gives chunks within its bounds, and all of the rows in order",
        streaming
    ),
    case!(
        "CAP-streaming.first-rows",
        Capabilities,
        L2,
        ALL,
        [Need::Capability(Capability::Streaming), Need::Capability(Capability::RawSql)],
        ["A-2", "A-40", "A-42"],
        "a stream gives the first rows before the last is made: one that fails at its end gave rows before",
        first_rows
    ),
];

async fn sessions(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(probes::insert_row(&cx, 100, 5)).await?;
    ensure_eq!(cx.oracle_count("cap").await?, 4, "rows after the session's insert: it has no transaction");
    if cx.capabilities().raw_sql() {
        session.query(cx.raw("create temporary table cap_own (n {int4})", vec![])).await?;
        session.query(cx.raw("insert into cap_own (n) values (1)", vec![])).await?;
        let result = session.query(cx.raw("select n from cap_own", vec![])).await?;
        ensure_eq!(result.rows.len(), 1, "rows of the session's own table");
        must_fail(
            adapter.query(cx.raw("select n from cap_own", vec![])).await,
            &[ErrorKind::UndefinedTable],
            "the session's own table, read from outside",
        )?;
    }
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn scripts(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let insert = |id: i64| cx.sql(&format!("insert into {{t:cap}} (id, n) values ({id}, 5);\n"));
    adapter.script(&(insert(100) + "-- a comment; with a semicolon\n" + &insert(101))).await?;
    ensure_eq!(cx.oracle_count("cap").await?, 5, "rows after a script of two inserts");
    let failing = adapter.script(&(insert(102) + &insert(1) + &insert(103))).await;
    must_fail(failing, &[ErrorKind::UniqueViolation], "a script whose second statement fails")?;
    let after = cx.oracle_rows("select id from {t:cap} where id > 101 order by id").await?;
    ensure!(!after.contains(&vec![Some("103".to_owned())]), "the script went on after its failure");
    cx.check_usable(&adapter).await
}

async fn pipelining(cx: Context) -> Outcome {
    let wire = cx.wire().await?;
    let mut setup = cx.setup();
    setup.through = wire.as_ref().map(|proxy| proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    let queries = |numbers: &[i64]| numbers.iter().map(|number| cx.echo(*number)).collect();
    let wanted: Vec<i64> = (0..10).map(|_| cx.nonce()).collect();
    // The first batch prepares what there is to prepare.
    adapter.batch(Batch::new(queries(&wanted))).await?;
    let settled = async || {
        cx.sleep(std::time::Duration::from_millis(20)).await;
        wire.as_ref().map(|proxy| proxy.traffic().turns)
    };
    let before = settled().await;
    let results = adapter.batch(Batch::new(queries(&wanted))).await?;
    let after = settled().await;
    let got: Result<Vec<i64>, _> = results.iter().map(|result| result.rows.get(0, 0)).collect();
    ensure_eq!(got?, wanted, "the answers of a batch");
    if let (Some(before), Some(after)) = (before, after) {
        ensure_eq!(after - before, 1, "round trips of a batch of ten queries");
    }
    Ok(())
}

async fn streaming(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let more = Batch::new((4..=103).map(|id| probes::insert_row(&cx, id, 0)).collect());
    adapter.batch(more).await?;
    let mut options = StreamOptions::default();
    options.chunk_rows = 10;
    let mut stream = adapter.stream(probes::select_all(&cx), options).await?;
    ensure_eq!(stream.columns().len(), 2, "columns that are known before the first row");
    let (mut ids, mut chunks) = (Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let rows = chunk?;
        ensure!(rows.len() <= 10, "a chunk of at most 10 rows has {}", rows.len());
        chunks += 1;
        for row in 0..rows.len() {
            ids.push(rows.get::<i64>(row, 0)?);
        }
    }
    drop(stream);
    ensure_eq!(ids, (1..=103).collect::<Vec<i64>>(), "the ids that were streamed");
    ensure!(chunks >= 11, "103 rows came in {chunks} chunks of at most 10");
    cx.check_usable(&adapter).await
}

async fn first_rows(cx: Context) -> Outcome {
    // The last of the rows is one that the database cannot compute.
    let template = match cx.dialect() {
        Dialect::Postgres => "select 100 / (20000 - g) from generate_series(1, 20000) g",
        Dialect::MySql => {
            "with recursive g(n) as (select 1 union all select n + 1 from g where n < 900) \
             select if(n = 900, exp(n), n) from g"
        }
        _ => {
            "with recursive g(n) as (select 1 union all select n + 1 from g where n < 20000) \
             select case when n = 20000 then abs(-9223372036854775807 - 1) else n end from g"
        }
    };
    let adapter = cx.adapter().await?;
    let mut options = StreamOptions::default();
    options.chunk_rows = 100;
    let mut stream = adapter.stream(cx.raw(template, vec![]), options).await?;
    let mut rows = 0;
    let error = loop {
        match stream.next().await {
            Some(Ok(chunk)) => rows += chunk.len(),
            Some(Err(error)) => break error,
            None => return Err(Stop::fail("a stream that fails at its last row ended as a success")),
        }
    };
    ensure!(error.kind() != ErrorKind::Protocol, "the failure of the last row is {error}");
    ensure!(
        rows >= 100,
        "{rows} rows were given before the failure of the last: the rows were all made first"
    );
    drop(stream);
    cx.check_usable(&adapter).await
}
