//! The pool: its size, its connections' settings, and connections that the server ends.

mod common;

use std::time::Duration;

use common::{Bench, eventually, first, raw};
use drivetrain_adapter_api::{Adapter, ErrorKind, Query, RetryClass, TransactionOptions, Value};
use drivetrain_adapter_postgres::PostgresConfig;

#[tokio::test]
async fn the_size_is_respected() {
    let bench = Bench::with("pool_size", common::config().pool_max(3)).await;
    let tasks: Vec<_> = (0..30_i64)
        .map(|nonce| {
            let adapter = bench.adapter.clone();
            tokio::spawn(async move {
                let query = Query::raw("SELECT $1::int8, pg_sleep(0.005)", vec![Value::Int64(nonce)]);
                assert_eq!(first::<i64>(&adapter.query(query).await.unwrap()), nonce);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(bench.sessions("true").await, 3);
    let status = bench.adapter.pool_status();
    assert_eq!((status.max_size, status.size, status.idle), (3, 3, 3));
}

#[tokio::test]
async fn an_exhausted_pool_says_so() {
    let config = common::config().pool_max(1).pool_timeout(Some(Duration::from_millis(50)));
    let bench = Bench::with("pool_exhausted", config).await;
    let mut held = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    held.query(raw("SELECT 1")).await.unwrap();
    let error = bench.query("SELECT 1", vec![]).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::PoolTimeout, RetryClass::SafeNow));
    assert!(error.message().contains("1 of 1 connections: 1 in use"), "{error}");
    assert_eq!(error.adapter(), Some("postgres"));
    held.commit().await.unwrap();
    bench.assert_usable().await;
}

#[tokio::test]
async fn every_connection_has_the_settings() {
    let url = common::url_with(
        "application_name=dt_pool_settings&schema=odd%22one&statement_timeout=31s&lock_timeout=2s\
         &idle_in_transaction_session_timeout=1min&options=-c%20geqo%3Doff&pool_max=8",
    );
    let adapter = common::connect(PostgresConfig::from_url(&url).unwrap()).await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(adapter.begin(TransactionOptions::new()).await.unwrap());
    }
    let mut pids = Vec::new();
    for transaction in &mut held {
        let shown = transaction
            .query(raw(
                "SELECT pg_backend_pid(), current_setting('application_name'), current_setting('search_path'),
                 current_setting('statement_timeout'), current_setting('lock_timeout'),
                 current_setting('idle_in_transaction_session_timeout'), current_setting('geqo'),
                 current_setting('client_encoding'), current_setting('DateStyle'), current_setting('IntervalStyle'),
                 current_setting('extra_float_digits'), current_setting('bytea_output')",
            ))
            .await
            .unwrap();
        pids.push(first::<i32>(&shown));
        let values: Vec<String> = (1..12).map(|column| shown.rows.get(0, column).unwrap()).collect();
        assert_eq!(
            values,
            [
                "dt_pool_settings",
                "\"odd\"\"one\"",
                "31s",
                "2s",
                "1min",
                "off",
                "UTF8",
                "ISO, MDY",
                "postgres",
                "3",
                "hex"
            ]
        );
    }
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 8);
}

#[tokio::test]
async fn the_servers_limit_on_statements_is_a_timeout() {
    let bench =
        Bench::with("pool_timeout", common::config().statement_timeout(Duration::from_millis(50))).await;
    let error = bench.query("SELECT pg_sleep(100)", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.sqlstate().unwrap().as_str(), "57014");
    bench.assert_usable().await;
}

#[tokio::test]
async fn an_idle_connection_that_the_server_ended_is_replaced_unnoticed() {
    let bench = Bench::with("pool_killed", common::config().pool_max(2)).await;
    for _ in 0..5 {
        bench.assert_usable().await;
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'dt_pool_killed'";
        assert_eq!(bench.count(kill).await, 1);
        bench.until_no_session("true").await;
        bench.assert_usable().await;
    }
}

#[tokio::test]
async fn a_connection_that_ends_under_a_statement_is_an_error_and_is_replaced() {
    let bench = Bench::new("pool_killed_busy").await;
    for (access, retry) in [
        (drivetrain_adapter_api::Access::Read, RetryClass::SafeNow),
        (drivetrain_adapter_api::Access::Write, RetryClass::OutcomeUnknown),
    ] {
        let adapter = bench.adapter.clone();
        let busy =
            tokio::spawn(async move { adapter.query(raw("SELECT pg_sleep(100)").with_access(access)).await });
        eventually(async || bench.sessions("wait_event = 'PgSleep'").await == 1, "it sleeps").await;
        bench.count("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'dt_pool_killed_busy'").await;
        let error = busy.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, retry), "{error:?}");
        assert_eq!(error.sqlstate().unwrap().as_str(), "57P01", "the server's last word is heard");
        bench.assert_usable().await;
    }

    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SELECT 1")).await.unwrap();
    bench.count("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'dt_pool_killed_busy'").await;
    bench.until_no_session("state = 'idle in transaction'").await;
    let error = transaction.commit().await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::CommitOutcomeUnknown, RetryClass::OutcomeUnknown));
    bench.assert_usable().await;
}

#[tokio::test]
async fn what_a_session_leaves_behind_is_gone() {
    let bench = Bench::with("pool_traces", common::config().pool_max(1)).await;
    let lock = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711";
    let mut session = bench.adapter.session().await.unwrap();
    session
        .script(
            "SET work_mem = '7MB'; CREATE TEMP TABLE mine (id int); SELECT pg_advisory_lock(4711); LISTEN x",
        )
        .await
        .unwrap();
    assert_eq!(bench.count(lock).await, 1);
    session.close().await.unwrap();
    let clean = async |bench: &Bench| {
        bench.until(lock, 0).await;
        assert_ne!(first::<String>(&bench.query("SHOW work_mem", vec![]).await.unwrap()), "7MB");
        let listening = bench.query("SELECT count(*) FROM pg_listening_channels()", vec![]).await.unwrap();
        assert_eq!(first::<i64>(&listening), 0);
        assert_eq!(
            bench.query("SELECT * FROM mine", vec![]).await.unwrap_err().kind(),
            ErrorKind::UndefinedTable
        );
        assert_eq!(
            first::<String>(&bench.query("SHOW search_path", vec![]).await.unwrap()),
            "\"dt_pool_traces\""
        );
        assert_eq!(bench.adapter.pool_status().size, 1);
    };
    clean(&bench).await;

    // Dropped, and by calls on the pool itself.
    let mut session = bench.adapter.session().await.unwrap();
    session.script("SET work_mem = '7MB'; SELECT pg_advisory_lock(4711)").await.unwrap();
    drop(session);
    clean(&bench).await;
    for sql in [
        "SET work_mem = '7MB'",
        "SELECT set_config('work_mem', '7MB', false)",
        "SELECT pg_advisory_lock(4711)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "LISTEN x",
        "SET search_path = public",
    ] {
        bench.query(sql, vec![]).await.unwrap();
        clean(&bench).await;
    }
}

#[tokio::test]
async fn closing_waits_for_what_runs() {
    let bench = Bench::new("pool_close").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    let adapter = bench.adapter.clone();
    let closing = tokio::spawn(async move { adapter.close().await });
    eventually(async || bench.adapter.pool_status().closed, "it closes").await;
    assert_eq!(bench.query("SELECT 1", vec![]).await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(!closing.is_finished());
    transaction.commit().await.unwrap();
    closing.await.unwrap().unwrap();
    bench.adapter.close().await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 1);
    bench.until_no_session("true").await;
}
