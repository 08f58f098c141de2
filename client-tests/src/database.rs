//! A database of its own for each test, with the tables of a schema.

use std::sync::atomic::{AtomicU32, Ordering};

use drivetrain::{Adapter as _, SharedAdapter};
use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig, Transport};
use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};
use drivetrain_gateway::neon::{NeonConfig as GatewayConfig, NeonGateway};
use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema, SourceFile};

/// A database with the tables of a schema. Dropping it removes the files of SQLite.
#[derive(Debug)]
pub struct Database {
    /// The way to it.
    pub adapter: SharedAdapter,
    /// Where it is, for a second path to it: a file, or the name of a Postgres schema.
    pub place: String,
    /// What speaks Neon's protocol in front of the server, if that is the way.
    pub gateway: Option<NeonGateway>,
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
        gateway: None,
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
    let name = new_name();
    let config = PostgresConfig::from_url(url).expect("the URL is right").schema(&name);
    let adapter = PostgresAdapter::connect(config, drivetrain_env::default_runtime())
        .await
        .expect("the server can be reached");
    adapter.script(&anew(&name, schema)).await.expect("the tables can be made");
    Database { adapter: std::sync::Arc::new(adapter), place: name, gateway: None, _folder: None }
}

/// A new schema on the Postgres server, reached by Neon's protocol: HTTP, and a WebSocket for what needs one.
pub async fn neon(schema: &str) -> Database {
    neon_by(schema, Transport::Auto).await
}

/// The same by that transport.
pub async fn neon_by(schema: &str, transport: Transport) -> Database {
    let (url, name) = (postgres_url(), new_name());
    let gateway = GatewayConfig::new(&url).expect("the URL is right");
    let gateway = NeonGateway::start(gateway).await.expect("a port is free");
    let config =
        NeonConfig::from_url_at(&url, Some(&format!("{}/sql", gateway.url()))).expect("the URL is right");
    let adapter = NeonAdapter::new(
        config.schema(&name).transport(transport),
        drivetrain_env::default_http().expect("there are certificates"),
        drivetrain_env::default_websocket().expect("there are certificates"),
        drivetrain_env::default_runtime(),
    );
    let adapter = adapter.expect("the endpoint may be used");
    adapter.script(&anew(&name, schema)).await.expect("the tables can be made");
    Database { adapter: std::sync::Arc::new(adapter), place: name, gateway: Some(gateway), _folder: None }
}

/// The name of a new schema.
fn new_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("client_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// SQL that makes a schema anew, with the tables of that schema.
fn anew(name: &str, schema: &str) -> String {
    format!(
        "DROP SCHEMA IF EXISTS \"{name}\" CASCADE; CREATE SCHEMA \"{name}\"; {}",
        script(schema, Provider::Postgresql)
    )
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
    Database { adapter: std::sync::Arc::new(adapter), place: name, gateway: None, _folder: None }
}
