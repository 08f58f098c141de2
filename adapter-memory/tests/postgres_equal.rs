//! The same statements in memory and on Postgres: all answers are equal, values and their types.

mod cases;

use cases::compare::{answers, assert_columns, assert_equal, from_postgres};
use drivetrain_adapter_api::{Adapter as _, Dialect};
use drivetrain_adapter_memory::{MemoryAdapter, MemoryConfig};
use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};

async fn postgres(schema: &str) -> PostgresAdapter {
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, which starts a server");
    let name = format!("memory_{}_{schema}", std::process::id());
    let config = PostgresConfig::from_url(&url).expect("the URL is right").schema(&name);
    let adapter = PostgresAdapter::connect(config, drivetrain_env::default_runtime())
        .await
        .expect("the server can be reached");
    let script = format!("drop schema if exists \"{name}\" cascade; create schema \"{name}\"");
    adapter.script(&script).await.expect("the schema is made");
    adapter
}

#[tokio::test]
async fn small_tables() {
    let memory = MemoryAdapter::new(MemoryConfig::new());
    memory.define(cases::tables::tables(Dialect::Postgres)).expect("the tables are defined");
    let postgres = postgres("small").await;
    postgres.script(&cases::tables::ddl(Dialect::Postgres)).await.expect("the tables are made");
    cases::tables::fill(&memory, Dialect::Postgres).await;
    cases::tables::fill(&postgres, Dialect::Postgres).await;
    let all = cases::all().into_iter().chain(cases::values::only_on_postgres()).collect::<Vec<_>>();
    assert!(all.len() >= 100, "there are {} statements", all.len());
    for case in &all {
        assert_equal(case, answers(&memory, case).await, answers(&postgres, case).await, from_postgres);
        assert_columns(case, &memory, &postgres).await;
    }
    postgres.close().await.expect("the adapter closes");
}

#[tokio::test]
async fn chinook() {
    let Some(chinook) = cases::chinook::load().await else {
        println!("the Chinook data is not here: ../shared/data/chinook");
        return;
    };
    let memory = MemoryAdapter::new(MemoryConfig::new());
    chinook.in_memory(&memory);
    let postgres = postgres("chinook").await;
    chinook.on_postgres(&postgres).await;
    for case in &cases::chinook::cases() {
        assert_equal(case, answers(&memory, case).await, answers(&postgres, case).await, from_postgres);
        assert_columns(case, &memory, &postgres).await;
    }
    postgres.close().await.expect("the adapter closes");
}
