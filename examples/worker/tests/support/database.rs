//! A database of a test's own on the server of `TEST_POSTGRES_URL`.

use tokio_postgres::NoTls;

/// The tables of the example's schema.
const TABLES: &str = "
    CREATE TABLE worker_users (
        id bigserial PRIMARY KEY,
        email text NOT NULL CONSTRAINT worker_users_email_key UNIQUE
    );
    CREATE TABLE worker_todos (
        id bigserial PRIMARY KEY,
        title text NOT NULL,
        done boolean NOT NULL DEFAULT false,
        weight numeric(65, 30) NOT NULL DEFAULT 1,
        \"userId\" bigint NOT NULL REFERENCES worker_users (id) ON DELETE CASCADE
    );";

/// A database with the example's tables.
#[derive(Debug)]
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    pub(crate) async fn new() -> Self {
        let server = std::env::var("TEST_POSTGRES_URL").expect(
            "TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, which starts a server",
        );
        static MADE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("worker_{}_{number}", std::process::id());
        execute(&server, &format!("DROP DATABASE IF EXISTS {name}")).await;
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        let database = Self { server, name };
        execute(&database.url(), TABLES).await;
        database
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        let (before, after) = self.server.rsplit_once('/').expect("a URL has a path");
        let parameters =
            after.split_once('?').map(|(_, parameters)| format!("?{parameters}")).unwrap_or_default();
        format!("{before}/{}{parameters}", self.name)
    }

    /// The same with another password.
    pub(crate) fn url_with_password(&self, password: &str) -> String {
        let url = self.url();
        let (login, place) = url.rsplit_once('@').expect("the URL has a login");
        let (scheme, login) = login.split_once("://").expect("a URL has a scheme");
        let user = login.split_once(':').map_or(login, |(user, _)| user);
        format!("{scheme}://{user}:{password}@{place}")
    }

    /// The first column of each row.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let (client, connection) =
            tokio_postgres::connect(&self.url(), NoTls).await.expect("the server can be reached");
        tokio::spawn(connection);
        let rows = client.query(sql, &[]).await.expect("the statement runs");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server can be reached");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("the statement runs");
    drop(client);
    connection.await.expect("no panic").expect("the connection ends in order");
}
