//! The same statements in memory and on SQLite, as far as SQLite can: all answers are equal.

mod cases;

use cases::compare::{answers, assert_equal, from_sqlite, is_for};
use drivetrain_adapter_api::{Adapter as _, Dialect};
use drivetrain_adapter_memory::{MemoryAdapter, MemoryConfig};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};

#[tokio::test]
async fn small_tables() {
    let memory = MemoryAdapter::new(MemoryConfig::new().dialect(Dialect::Sqlite));
    memory.define(cases::tables::tables(Dialect::Sqlite)).expect("the tables are defined");
    let sqlite = SqliteAdapter::open(SqliteConfig::memory()).await.expect("SQLite opens");
    sqlite.script(&cases::tables::ddl(Dialect::Sqlite)).await.expect("the tables are made");
    cases::tables::fill(&memory, Dialect::Sqlite).await;
    cases::tables::fill(&sqlite, Dialect::Sqlite).await;
    let mut compared = 0;
    for case in cases::all().iter().filter(|case| is_for(&sqlite, case)) {
        assert_equal(case, answers(&memory, case).await, answers(&sqlite, case).await, from_sqlite);
        compared += 1;
    }
    assert!(compared >= 80, "{compared} statements were compared");
}

#[tokio::test]
async fn chinook() {
    let Some(chinook) = cases::chinook::load().await else {
        println!("the Chinook data is not here: ../shared/data/chinook");
        return;
    };
    let memory = MemoryAdapter::new(MemoryConfig::new().dialect(Dialect::Sqlite));
    chinook.in_memory(&memory);
    let mut compared = 0;
    for case in cases::chinook::cases().iter().filter(|case| is_for(&chinook.sqlite, case)) {
        assert_equal(case, answers(&memory, case).await, answers(&chinook.sqlite, case).await, from_sqlite);
        compared += 1;
    }
    assert!(compared >= 8, "{compared} statements were compared");
}
