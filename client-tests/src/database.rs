//! A database of its own for each test, with the tables of a schema.

use std::sync::atomic::{AtomicU32, Ordering};

use drivetrain::{Adapter as _, SharedAdapter};
use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};
use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema, SourceFile};

/// A database with the tables of a schema. Dropping it removes the files of SQLite.
#[derive(Debug)]
pub struct Database {
    /// The way to it.
    pub adapter: SharedAdapter,
    /// Where it is, for a second path to it: a file, or the name of a Postgres schema.
    pub place: String,
    _folder: Option<tempfile::TempDir>,
}

fn script(schema: &str, provider: Provider) -> String {
    let sources = [SourceFile::new("schema.prisma", schema)];
    let schema =
        Schema::parse_for(&sources, &[Provider::Sqlite, Provider::Postgresql]).expect("the schema is right");
    create_ddl(&schema, provider).expect("the schema has tables").to_script()
}

/// A new SQLite file with the tables of that schema.
pub async fn sqlite(schema: &str) -> Database {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("test.db");
    let adapter = SqliteAdapter::open(SqliteConfig::file(&path)).await.expect("the file can be opened");
    adapter.script(&script(schema, Provider::Sqlite)).await.expect("the tables can be made");
    Database {
        adapter: std::sync::Arc::new(adapter),
        place: path.display().to_string(),
        _folder: Some(folder),
    }
}

/// The server that the test command started.
///
/// # Panics
/// Without one: a missing server is a failure.
pub fn postgres_url() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, which starts a server")
}

/// A new schema on the Postgres server with the tables of that schema.
pub async fn postgres(schema: &str) -> Database {
    postgres_at(&postgres_url(), schema).await
}

/// The same, reached by another URL, such as that of a proxy.
pub async fn postgres_at(url: &str, schema: &str) -> Database {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("client_{}_{number}", std::process::id());
    let config = PostgresConfig::from_url(url).expect("the URL is right").schema(&name);
    let adapter = PostgresAdapter::connect(config, drivetrain_env::default_runtime())
        .await
        .expect("the server can be reached");
    let tables = format!(
        "DROP SCHEMA IF EXISTS \"{name}\" CASCADE; CREATE SCHEMA \"{name}\"; {}",
        script(schema, Provider::Postgresql)
    );
    adapter.script(&tables).await.expect("the tables can be made");
    Database { adapter: std::sync::Arc::new(adapter), place: name, _folder: None }
}

/// A new database on the Postgres server with the tables of that schema, for schemas that name schemas of Postgres.
pub async fn postgres_database(schema: &str) -> Database {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("client_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let url = postgres_url();
    let connect = async |config: PostgresConfig| {
        PostgresAdapter::connect(config, drivetrain_env::default_runtime())
            .await
            .expect("the server can be reached")
    };
    let server = connect(PostgresConfig::from_url(&url).expect("the URL is right")).await;
    for sql in [format!("DROP DATABASE IF EXISTS \"{name}\""), format!("CREATE DATABASE \"{name}\"")] {
        server
            .query(drivetrain::adapter_api::Query::raw(sql, Vec::new()))
            .await
            .expect("a database can be made");
    }
    let (place, database) = url.rsplit_once('/').expect("the URL names a database");
    let options = database.split_once('?').map_or(String::new(), |(_, options)| format!("?{options}"));
    let url = format!("{place}/{name}{options}");
    let adapter = connect(PostgresConfig::from_url(&url).expect("the URL is right")).await;
    let schema = Schema::parse("schema.prisma", schema).expect("the schema is right");
    let tables = create_ddl(&schema, Provider::Postgresql).expect("the schema has tables").to_script();
    adapter.script(&tables).await.expect("the tables can be made");
    Database { adapter: std::sync::Arc::new(adapter), place: name, _folder: None }
}
