//! Sessions that are kept between requests, and who may use them.

mod http;

use http::{Bench, ENCODED_PASSWORD, eventually};
use serde_json::{Value, json};

const POOLED: [(&str, &str); 1] = [("neon-pool-opt-in", "true")];

async fn process(bench: &Bench) -> Value {
    bench.rows(&POOLED, "select pg_backend_pid()").await[0][0].clone()
}

#[tokio::test]
async fn a_session_is_kept_for_those_who_opt_in() {
    let bench = Bench::new("pool_opt_in").await;
    let first = process(&bench).await;
    assert_eq!(process(&bench).await, first);
    let query = "select pg_backend_pid()";
    assert_ne!(bench.rows(&[], query).await[0][0], first);
    assert_ne!(bench.rows(&[("neon-pool-opt-in", "TRUE")], query).await[0][0], first);
    assert_eq!(process(&bench).await, first);
}

#[tokio::test]
async fn nothing_of_a_request_is_left_for_the_next() {
    let bench = Bench::new("pool_reset").await;
    for query in [
        "set application_name = 'leak'",
        "set search_path = 'nowhere'",
        "create temp table leak (v int)",
        "prepare leak as select 1",
        "select pg_advisory_lock(42)",
        "listen leak",
        "declare leak cursor with hold for select 1",
        "begin",
    ] {
        let first = process(&bench).await;
        bench.rows(&POOLED, query).await;
        let left = "select pg_backend_pid(), current_setting('application_name'), current_setting('search_path'), \
                    to_regclass('pg_temp.leak'), (select count(*) from pg_prepared_statements), \
                    (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()), \
                    (select count(*) from pg_listening_channels()), \
                    (select count(*) from pg_cursors where name = 'leak')";
        let rows = bench.rows(&POOLED, left).await;
        let expected = json!([[first, "", "\"$user\", public", null, "0", "0", "0", "0"]]);
        assert_eq!(rows, expected, "after {query}");
        // No transaction is open. The error takes the session with it, so that the next round begins with a new one.
        let error = bench.post(&POOLED, r#"{"query":"savepoint s"}"#).await;
        assert_eq!(error.json()["code"], "25P01", "after {query}");
    }
}

#[tokio::test]
async fn a_session_is_not_used_again_after_an_error() {
    let bench = Bench::new("pool_errors").await;
    for body in [
        r#"{"query":"select 1/0"}"#,
        r#"{"query":"copy (select 1) to stdout"}"#,
        r#"{"queries":[{"query":"x"}]}"#,
    ] {
        let first = process(&bench).await;
        assert_eq!(bench.post(&POOLED, body).await.status, 400);
        assert_ne!(process(&bench).await, first, "{body}");
    }
}

#[tokio::test]
async fn a_session_that_the_server_closed_is_not_handed_out() {
    let bench = Bench::new("pool_lost").await;
    let first = process(&bench).await;
    let pid: i32 = first.as_str().unwrap().parse().unwrap();
    bench.oracle.query_one("SELECT pg_terminate_backend($1)", &[&pid]).await.unwrap();
    eventually(async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
        bench.oracle.query_one(sql, &[&pid]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
    assert_ne!(process(&bench).await, first);
}

#[tokio::test]
async fn a_wrong_password_is_refused_also_when_a_session_waits() {
    let bench = Bench::new("pool_password").await;
    let refused = format!("password authentication failed for user '{}'", bench.name);
    for round in 0..3 {
        for pooled in ["true", "false"] {
            let wrong = format!("postgres://{0}:wrong@localhost/{0}", bench.name);
            let headers = [("neon-connection-string", wrong.as_str()), ("neon-pool-opt-in", pooled)];
            let answer = bench.post(&headers, r#"{"query":"select 1"}"#).await;
            assert_eq!((answer.status.as_u16(), answer.message()), (400, refused.clone()), "{round}");
            assert_eq!(answer.json()["code"], "");
        }
        // Now a session waits that the right password opened.
        process(&bench).await;
    }
    // The same for a user that there is not, and the same words.
    let unknown = format!("postgres://nobody_at_all:{ENCODED_PASSWORD}@localhost/{}", bench.name);
    let answer = bench.post(&[("neon-connection-string", &unknown)], r#"{"query":"select 1"}"#).await;
    assert_eq!(answer.message(), "password authentication failed for user 'nobody_at_all'");
}

#[tokio::test]
async fn a_session_is_kept_for_its_user_and_database_alone() {
    let bench = Bench::new("pool_keys").await;
    let first = process(&bench).await;
    let other = bench.connection_string_to("postgres");
    let headers = [("neon-connection-string", other.as_str()), POOLED[0]];
    let rows = bench.rows(&headers, "select current_database(), pg_backend_pid()").await;
    assert_eq!(rows[0][0], "postgres");
    assert_ne!(rows[0][1], first);
    assert_eq!(process(&bench).await, first);
}

#[tokio::test]
async fn sessions_end_with_the_gateway() {
    let bench = Bench::new("pool_shutdown").await;
    process(&bench).await;
    let Bench { gateway, oracle, name } = bench;
    tokio::time::timeout(http::DEADLINE, gateway.shutdown()).await.unwrap();
    eventually(async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        oracle.query_one(sql, &[&name]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
}
