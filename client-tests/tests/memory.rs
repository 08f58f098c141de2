//! The scenarios on the adapter in memory, which has no SQL: what holds on a database holds in a unit test. It stands for
//! either dialect, with the plans that its capabilities lead to.

use std::sync::Arc;

use drivetrain::{Dialect, SharedAdapter};
use drivetrain_adapter_memory::{MemoryAdapter, MemoryConfig, tables_of};
use drivetrain_schema::{Provider, Schema, SourceFile};

/// An adapter with the tables of a schema.
struct Database {
    adapter: SharedAdapter,
}

fn with_tables(schema: &str, dialect: Dialect, provider: Provider) -> Database {
    let sources = [SourceFile::new("schema.prisma", schema)];
    let schema =
        Schema::parse_for(&sources, &[Provider::Sqlite, Provider::Postgresql]).expect("the schema is right");
    let config = MemoryConfig::new().dialect(dialect).runtime(drivetrain_env::default_runtime());
    let adapter = MemoryAdapter::new(config);
    let tables = tables_of(&schema, provider).expect("the schema has tables");
    adapter.define(tables).expect("the tables can be made");
    Database { adapter: Arc::new(adapter) }
}

async fn as_postgres(schema: &str) -> Database {
    with_tables(schema, Dialect::Postgres, Provider::Postgresql)
}

async fn as_sqlite(schema: &str) -> Database {
    with_tables(schema, Dialect::Sqlite, Provider::Sqlite)
}

mod postgres {
    drivetrain_client_tests::scenarios! { @without_sql crate::as_postgres }
}

mod sqlite {
    drivetrain_client_tests::scenarios! { @without_sql crate::as_sqlite }
}
