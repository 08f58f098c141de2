//! What goes through WebSockets, against the gateway in front of a real server: messages counted, errors delivered, nothing
//! left behind.

mod common;
mod websocket;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{eventually, first, raw};
use drivetrain_adapter_api::{
    Adapter, Batch, ErrorKind, Query, RetryClass, StreamOptions, TransactionOptions, Value,
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use websocket::dropping::DropsOptions;
use websocket::{Sockets, adapter, config, gateway};

#[tokio::test]
async fn from_a_cold_start_to_the_first_row_in_one_message() {
    let bench = Sockets::new("ws_cold").await;
    assert_eq!((bench.gateway.websockets(), bench.gateway.websocket_messages()), (0, 0), "on demand");
    let query = || Query::raw("SELECT $1::int8, 1.5::float8", vec![Value::Int64(42)]);
    let result = bench.adapter.query(query()).await.unwrap();
    assert_eq!(first::<i64>(&result), 42);
    assert_eq!((bench.gateway.websockets(), bench.gateway.websocket_messages()), (1, 1));
    let result = bench.adapter.query(query()).await.unwrap();
    assert_eq!((first::<i64>(&result), result.rows.get::<f64>(0, 1).unwrap()), (42, 1.5), "now in binary");
    assert_eq!((bench.gateway.websockets(), bench.gateway.websocket_messages()), (1, 2));
}

#[tokio::test]
async fn a_cold_batch_and_a_cold_transaction_are_no_longer_than_a_warm_one() {
    let bench = Sockets::new("ws_cold_transaction").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    assert_eq!(bench.gateway.websocket_messages(), 0);
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    assert_eq!(bench.gateway.websocket_messages(), 1, "start, password, BEGIN and the statement");
    transaction.query(raw("INSERT INTO t VALUES (2)")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((bench.gateway.websockets(), bench.gateway.websocket_messages()), (1, 3));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 2);

    let bench = Sockets::new("ws_cold_batch").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let insert = || raw("INSERT INTO t VALUES (1)");
    bench.adapter.batch(Batch::atomic(vec![insert(), insert()], TransactionOptions::new())).await.unwrap();
    assert_eq!((bench.gateway.websockets(), bench.gateway.websocket_messages()), (1, 1));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn a_server_that_asks_for_scram_is_found_out_once() {
    let gateway = gateway(|config| config.raw_websockets(true)).await;
    let adapter = adapter(config(&gateway, ""));
    adapter.query(raw("SELECT 1")).await.unwrap();
    assert_eq!(gateway.websockets(), 2, "one that was refused, and one that was not");
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SELECT 1")).await.unwrap();
    adapter.query(raw("SELECT 1")).await.unwrap();
    assert_eq!(gateway.websockets(), 3, "the third asked at once");
    transaction.rollback().await.unwrap();

    let before = gateway.websockets();
    let adapter = websocket::adapter(config(&gateway, "&pipeline_connect=never"));
    adapter.query(raw("SELECT 1")).await.unwrap();
    assert_eq!(gateway.websockets(), before + 1);
}

#[tokio::test]
async fn the_first_statement_of_a_transaction_is_run_once_on_a_server_with_scram() {
    let bench = Sockets::with("ws_scram_once", |config| config.raw_websockets(true)).await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((bench.count("SELECT count(*) FROM t").await, bench.gateway.websockets()), (1, 2));
}

#[tokio::test]
async fn errors_of_the_start_are_delivered_and_not_the_close() {
    for (raw_websockets, keys) in
        [(false, ""), (false, "&pipeline_connect=never"), (true, ""), (true, "&pipeline_connect=never")]
    {
        let gateway = gateway(|config| config.raw_websockets(raw_websockets)).await;
        let wrong = adapter(config(&gateway, keys).password("canary"));
        let error = wrong.query(raw("SELECT 1")).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::AuthenticationFailed, RetryClass::Never));
        assert!(!format!("{error} {error:?}").contains("canary"));
        // Where the password goes ahead, a transaction begins with its first statement.
        let error = match wrong.begin(TransactionOptions::new()).await {
            Ok(mut transaction) => transaction.query(raw("SELECT 1")).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);

        let nowhere = adapter(config(&gateway, &format!("{keys}&dbname=no_such_database")));
        let error = nowhere.query(raw("SELECT 1")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retry()),
            (ErrorKind::DatabaseNotFound, RetryClass::Never),
            "{error:?}"
        );
        assert_eq!(error.adapter(), Some("neon-http"));

        let nobody = adapter(config(&gateway, &format!("{keys}&user=no_such_user")));
        let error = nobody.query(raw("SELECT 1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{error:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_there() {
    let gateway = gateway(|config| config).await;
    let config = config(&gateway, "");
    gateway.shutdown().await;
    let error = adapter(config).query(raw("SELECT 1")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow), "{error:?}");
}

#[tokio::test]
async fn what_is_dropped_is_cancelled_by_a_second_websocket() {
    let bench = Sockets::new("ws_cancel").await;
    let sleep = raw("SELECT pg_sleep(30)").with_timeout(Some(Duration::from_millis(200)));
    let error = bench.adapter.query(sleep).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    bench.until_no_session("state <> 'idle'").await;
    bench.until_clean().await;
    assert_eq!(first::<i32>(&bench.adapter.query(raw("SELECT 1")).await.unwrap()), 1);
    assert_eq!(bench.gateway.websockets(), 2, "one to cancel; the first is used again");

    // A statement that was sent with the start, before there was a key to cancel it with.
    let cold = Sockets::new("ws_cancel_cold").await;
    for _ in 0..3 {
        let call = cold.adapter.query(raw("SELECT pg_sleep(30)"));
        assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err());
    }
    cold.until_no_session("state <> 'idle'").await;
    cold.until_clean().await;
    cold.adapter.query(raw("SELECT 1")).await.unwrap();
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    let bench = Sockets::new("ws_dropped").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    drop(transaction);
    bench.until_no_session("state <> 'idle'").await;
    bench.until_clean().await;
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);

    // One that was never used has sent nothing.
    let unused = Sockets::new("ws_dropped_unused").await;
    drop(unused.adapter.begin(TransactionOptions::new()).await.unwrap());
    let transaction = unused.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.commit().await.unwrap();
    unused.until_clean().await;
    assert_eq!(unused.gateway.websocket_messages(), 0);
}

#[tokio::test]
async fn a_stream_goes_no_faster_than_it_is_read() {
    let bench = Sockets::new("ws_stream").await;
    let rows = "SELECT n, repeat('x', 1000) FROM generate_series(1, 1000000) AS n";
    let mut options = StreamOptions::default();
    options.chunk_rows = 1000;
    let mut stream = bench.adapter.stream(raw(rows), options).await.unwrap();
    let mut expected = 1;
    for _ in 0..3 {
        let chunk = stream.next().await.unwrap().unwrap();
        for row in 0..chunk.len() {
            assert_eq!(chunk.get::<i32>(row, 0).unwrap(), expected);
            expected += 1;
        }
    }
    // The server waits for the next question, with most of the rows unsent.
    let waiting = async || bench.sessions("wait_event = 'ClientRead'").await == 1;
    eventually(waiting, "the server waits for the client").await;
    drop(stream);
    bench.until_no_session("state <> 'idle'").await;
    bench.until_clean().await;
    let all: Vec<_> = bench
        .adapter
        .stream(raw("SELECT n FROM generate_series(1, 2500) AS n"), options)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all.iter().map(drivetrain_adapter_api::Rows::len).collect::<Vec<_>>(), [1000, 1000, 500]);
}

#[tokio::test]
async fn a_session_keeps_its_state_and_leaves_none() {
    let bench = Sockets::new("ws_session").await;
    let mut session = bench.adapter.session().await.unwrap();
    session.query(raw("SET geqo_threshold = 7")).await.unwrap();
    let shown = session.query(raw("SHOW geqo_threshold")).await.unwrap();
    assert_eq!(first::<String>(&shown), "7");
    session.close().await.unwrap();
    bench.until_clean().await;
    let shown = bench.adapter.query(raw("SHOW geqo_threshold")).await.unwrap();
    assert_eq!((first::<String>(&shown), bench.gateway.websockets()), ("12".to_owned(), 1));
}

#[tokio::test]
async fn settings_reach_the_database() {
    let keys = "&statement_timeout=5s&lock_timeout=7000&search_path=%22a%20b%5Cc%22%2Cpublic&options=-c%20app.name%3Dx%5C%20y";
    for keys in [keys.to_owned(), format!("{keys}&statement_mode=unnamed")] {
        let gateway = gateway(|config| config).await;
        let adapter = adapter(config(&gateway, &keys));
        let sql = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), \
                   current_setting('search_path'), current_setting('app.name')";
        let result = adapter.query(raw(sql)).await.unwrap();
        let cells: Vec<String> = (0..4).map(|column| result.rows.get(0, column).unwrap()).collect();
        assert_eq!(cells, ["5s", "7s", r#""a b\c",public"#, "x y"]);
    }
}

#[tokio::test]
async fn settings_that_a_pooler_drops_are_an_error() {
    let gateway = gateway(|config| config).await;
    let through = |keys: &str| websocket::adapter_by(config(&gateway, keys), Arc::new(DropsOptions::new()));
    let error =
        through("&statement_timeout=5s&statement_mode=unnamed").query(raw("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("statement_timeout"), "{error}");
    // Where there is nothing to be dropped, nothing is asked.
    through("&statement_mode=unnamed").query(raw("SELECT 1")).await.unwrap();
}

#[tokio::test]
async fn a_setting_that_the_server_refuses_is_an_error() {
    let gateway = gateway(|config| config).await;
    let adapter = adapter(config(&gateway, "&options=-c%20no_such_setting%3D1"));
    let error = adapter.query(raw("SELECT 1")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Config, RetryClass::Never), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_ends_is_replaced() {
    let bench = Sockets::new("ws_ended").await;
    bench.adapter.query(raw("SELECT 1")).await.unwrap();
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{}'",
        bench.schema
    );
    assert_eq!(bench.count(&end).await, 1);
    bench.until_no_session("true").await;
    let again = async || bench.adapter.query(raw("SELECT 1")).await.is_ok();
    eventually(again, "another WebSocket is opened").await;
}

#[tokio::test]
async fn what_is_longer_than_a_message_arrives_whole() {
    let bench = Sockets::new("ws_long").await;
    let long = "ä".repeat(1 << 20);
    let query = Query::raw("SELECT $1::text || '!'", vec![Value::Text(long.clone())]);
    let result = bench.adapter.query(query).await.unwrap();
    assert!(first::<String>(&result) == format!("{long}!"));
    assert!(bench.gateway.websocket_messages() > 1);
}

#[tokio::test]
async fn a_password_that_is_asked_for_is_asked_for_each_time() {
    let gateway = gateway(|config| config).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let (counter, password) = (Arc::clone(&asked), websocket::password());
    let config = config(&gateway, "").password_from(move || {
        counter.fetch_add(1, Ordering::AcqRel);
        let password = password.clone();
        Box::pin(async move { Ok(password) })
    });
    let adapter = adapter(config);
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SELECT 1")).await.unwrap();
    adapter.query(raw("SELECT 1")).await.unwrap();
    adapter.query(raw("SELECT 1")).await.unwrap();
    assert_eq!(asked.load(Ordering::Acquire), 2);
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn a_server_that_takes_no_more_connections_says_so_and_those_there_are_go_on() {
    let bench = Sockets::new("ws_full").await;
    let role = &bench.schema;
    let renew = format!(
        "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'of-the-test' CONNECTION LIMIT 2"
    );
    bench.setup(&renew).await;
    let adapter = adapter(config(&bench.gateway, &format!("&user={role}")).password("of-the-test"));
    for round in 0..3 {
        let slow = raw("SELECT 1 FROM pg_sleep(0.03)");
        let calls = (0..8).map(|_| adapter.query(slow.clone()));
        let mut answered = 0;
        for outcome in futures_util::future::join_all(calls).await {
            match outcome {
                Ok(_) => answered += 1,
                Err(error) => {
                    assert_eq!(
                        (error.kind(), error.retry()),
                        (ErrorKind::TooManyConnections, RetryClass::SafeNow)
                    );
                    assert_eq!(error.sqlstate().unwrap().as_str(), "53300");
                }
            }
        }
        assert!(answered >= 2, "{answered} in round {round}");
        for _ in 0..10 {
            adapter.query(raw("SELECT 1")).await.unwrap();
        }
    }
    adapter.close().await.unwrap();
    bench.setup(&format!("DROP ROLE {role}")).await;
}
