//! What cases cannot do, which have no threads: SQLite's connections dropped outside of any runtime, and runtimes that
//! end in the middle of a call.

mod threads;

use std::sync::Arc;

use drivetrain_adapter_api::SharedAdapter;
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};

async fn open() -> SharedAdapter {
    Arc::new(SqliteAdapter::open(SqliteConfig::memory()).await.unwrap())
}

const SLOW: &str = "with recursive c (n) as (select 1 union all select n + 1 from c where n < 100000000) select count(*) from c";

/// CAN-17
#[test]
fn a_runtime_that_ends_in_the_middle_of_a_query_ends() {
    threads::runtime_ends_mid_query(open, SLOW);
}

/// POOL-28
#[test]
fn connections_are_dropped_on_a_thread_without_a_runtime() {
    threads::dropped_elsewhere(open);
}
