//! What cases cannot do, which have no threads: connections to Postgres dropped outside of any runtime, and runtimes
//! that end in the middle of a call.

mod threads;

use std::sync::Arc;

use drivetrain_adapter_api::SharedAdapter;
use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};

async fn open() -> SharedAdapter {
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests by `cargo xtask test`");
    let config = PostgresConfig::from_url(&url).unwrap().pool_max(2);
    Arc::new(PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await.unwrap())
}

/// CAN-17
#[test]
fn a_runtime_that_ends_in_the_middle_of_a_query_ends() {
    threads::runtime_ends_mid_query(open, "select pg_sleep(30)");
}

/// POOL-28
#[test]
fn connections_are_dropped_on_a_thread_without_a_runtime() {
    threads::dropped_elsewhere(open);
}
