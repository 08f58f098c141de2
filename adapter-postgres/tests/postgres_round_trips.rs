//! Round trips, counted by a proxy: how often the client speaks after the server has.

mod common;

use std::net::SocketAddr;
use std::sync::Arc;

use common::proxy::{self, Seen};
use common::{first, raw};
use drivetrain_adapter_api::{Adapter, Batch, Query, StreamOptions, TransactionOptions, Value};
use drivetrain_adapter_postgres::{Address, Host, PostgresAdapter, PostgresConfig, SslMode, StatementMode};
use futures_util::StreamExt;

/// An adapter behind a counting proxy.
struct Counted {
    adapter: PostgresAdapter,
    seen: Arc<Seen>,
}

impl Counted {
    async fn new(adjust: impl FnOnce(PostgresConfig) -> PostgresConfig) -> Self {
        let config = common::config();
        let Address::Name(name) = &config.hosts()[0].address else {
            panic!("the tests need a server by TCP")
        };
        let server: SocketAddr =
            tokio::net::lookup_host((&**name, config.hosts()[0].port)).await.unwrap().next().unwrap();
        let (address, seen) = proxy::start(server).await;
        let host = Host { address: Address::Name(address.ip().to_string()), port: address.port() };
        let config = config.with_hosts(vec![host]).ssl_mode(SslMode::Disable);
        Self { adapter: common::connect(adjust(config)).await, seen }
    }

    /// What `call` gives, and how many round trips it took.
    async fn count<T>(&self, call: impl Future<Output = T>) -> (T, usize) {
        let before = self.seen.round_trips();
        let output = call.await;
        (output, self.seen.round_trips() - before)
    }
}

fn number(n: i64) -> Query {
    Query::raw("SELECT $1::int8", vec![Value::Int64(n)])
}

#[tokio::test]
async fn a_statement_takes_two_round_trips_once_and_one_ever_after() {
    let counted = Counted::new(|config| config).await;
    for (n, expected) in [(1, 2), (2, 1), (3, 1)] {
        let (result, trips) = counted.count(counted.adapter.query(number(n))).await;
        assert_eq!(first::<i64>(&result.unwrap()), n);
        assert_eq!(trips, expected, "call {n}");
    }
}

#[tokio::test]
async fn a_statement_known_to_one_connection_takes_one_round_trip_on_the_others() {
    for mode in [StatementMode::Named, StatementMode::Unnamed] {
        let counted = Counted::new(|config| config.statement_mode(mode)).await;
        counted.adapter.query(number(1)).await.unwrap();
        // Hold the first connection, so that another is made.
        let mut held = counted.adapter.begin(TransactionOptions::new()).await.unwrap();
        held.query(raw("SELECT 1")).await.unwrap();
        counted.adapter.health_check().await.unwrap();
        let (result, trips) = counted.count(counted.adapter.query(number(2))).await;
        assert_eq!(first::<i64>(&result.unwrap()), 2);
        assert_eq!(trips, 1, "{mode:?}");
        assert_eq!(counted.adapter.pool_status().size, 2);
        held.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_batch_takes_one_round_trip_also_the_first_time() {
    for mode in [StatementMode::Named, StatementMode::Unnamed] {
        let counted = Counted::new(|config| config.statement_mode(mode)).await;
        let queries = || vec![number(1), raw("SELECT 'x'"), number(2), number(3)];
        for _ in 0..2 {
            for batch in [Batch::new(queries()), Batch::atomic(queries(), TransactionOptions::new())] {
                let (results, trips) = counted.count(counted.adapter.batch(batch)).await;
                assert_eq!(first::<i64>(&results.unwrap()[3]), 3);
                assert_eq!(trips, 1, "{mode:?}");
            }
        }
        assert_eq!(counted.count(counted.adapter.batch(Batch::new(vec![]))).await.1, 0);
    }
}

#[tokio::test]
async fn a_transaction_of_n_statements_takes_n_plus_one() {
    let counted = Counted::new(|config| config).await;
    counted.adapter.query(number(0)).await.unwrap();
    for n in [0, 1, 5] {
        let work = async {
            let mut transaction = counted.adapter.begin(TransactionOptions::new()).await.unwrap();
            for i in 0..n {
                transaction.query(number(i)).await.unwrap();
            }
            transaction.commit().await.unwrap();
        };
        let expected = if n == 0 { 0 } else { n + 1 };
        assert_eq!(counted.count(work).await.1, expected as usize, "{n} statements");
    }
    let work = async {
        let mut transaction = counted.adapter.begin(TransactionOptions::new()).await.unwrap();
        let savepoint = transaction.savepoint().await.unwrap();
        transaction.query(number(1)).await.unwrap();
        transaction.abandon(savepoint);
        transaction.query(number(2)).await.unwrap();
        transaction.commit().await.unwrap();
    };
    assert_eq!(counted.count(work).await.1, 4, "BEGIN and ROLLBACK TO ride along");
    let work = async {
        let mut transaction = counted.adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.batch(Batch::new(vec![number(1), number(2)])).await.unwrap();
        transaction.commit().await.unwrap();
    };
    assert_eq!(counted.count(work).await.1, 2);
}

#[tokio::test]
async fn types_of_the_database_are_asked_for_once() {
    let counted = Counted::new(|config| config.pool_max(1)).await;
    let schema = "dt_round_trips_types";
    let setup = format!(
        "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; \
         CREATE TYPE {schema}.kind AS ENUM ('a'); CREATE DOMAIN {schema}.small AS int4"
    );
    counted.adapter.script(&setup).await.unwrap();
    let query = || raw(&format!("SELECT 'a'::{schema}.kind, ARRAY['a']::{schema}.kind[], 1::{schema}.small"));
    let (result, trips) = counted.count(counted.adapter.query(query())).await;
    let rows = result.unwrap().rows;
    assert_eq!(rows.get::<Value>(0, 0).unwrap(), Value::Enum("a".into()));
    assert_eq!(rows.get::<i32>(0, 2).unwrap(), 1);
    assert_eq!(trips, 3);
    assert_eq!(counted.count(counted.adapter.query(query())).await.1, 1);
    // Another statement with the same types has nothing more to ask.
    let other = raw(&format!("SELECT 'a'::{schema}.kind AS other"));
    assert_eq!(counted.count(counted.adapter.query(other)).await.1, 2);
}

#[tokio::test]
async fn a_stream_takes_one_round_trip_for_a_chunk() {
    let counted = Counted::new(|config| config).await;
    let mut options = StreamOptions::default();
    options.chunk_rows = 10;
    let query = || raw("SELECT generate_series(1, 35)");
    counted.adapter.query(query()).await.unwrap();
    let read = async {
        let stream = counted.adapter.stream(query(), options).await.unwrap();
        stream.map(|chunk| chunk.unwrap().len()).fold(0, async |sum, rows| sum + rows).await
    };
    let (rows, trips) = counted.count(read).await;
    assert_eq!(rows, 35);
    assert_eq!(trips, 5, "four chunks, and the end");
}

#[tokio::test]
async fn an_error_costs_no_more_than_an_answer() {
    let counted = Counted::new(|config| config).await;
    let query = || Query::raw("SELECT 1 / $1::int8", vec![Value::Int64(0)]);
    counted.adapter.query(query()).await.unwrap_err();
    let (outcome, trips) = counted.count(counted.adapter.query(query())).await;
    outcome.unwrap_err();
    assert_eq!(trips, 1);
}
