//! Bad input on Postgres: one clear error each, without secrets, and the connection as usable as before.

use std::time::Duration;

use drivetrain::{Error, ErrorKind, RawExecutor as _, SharedAdapter, Value};
use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};
use drivetrain_client_tests::database;

/// A table whose columns hold little.
const SMALL: &str = r#"
datasource db {
  provider = "postgresql"
}

model Small {
  code   String @id @db.VarChar(3)
  number Int?   @db.SmallInt

  @@map("small")
}
"#;

const CANARY: &str = "canary-secret";

async fn connect(url: &str) -> Result<SharedAdapter, Error> {
    let config = PostgresConfig::from_url(url)?;
    let adapter = PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await?;
    Ok(std::sync::Arc::new(adapter))
}

/// The server's URL with another password, database, host and port.
fn url(password: Option<&str>, database: Option<&str>, server: Option<&str>) -> String {
    let given = database::postgres_url();
    let (head, place) = given.rsplit_once('@').expect("the URL has a user");
    let (user, known_password) = head.rsplit_once(':').expect("the URL has a password");
    let (known_server, known_database) = place.split_once('/').expect("the URL has a database");
    format!(
        "{user}:{}@{}/{}",
        password.unwrap_or(known_password),
        server.unwrap_or(known_server),
        database.unwrap_or(known_database)
    )
}

/// The error of connecting, which names all of `parts` and shows no secret.
async fn refused(url: &str, kind: ErrorKind, parts: &[&str]) {
    let error = connect(url).await.expect_err("it must be refused");
    let shown = format!("{error} {error:?}");
    assert_eq!(error.kind(), kind, "{shown}");
    for part in parts {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    assert!(!shown.contains(CANARY), "{shown}");
    let secret = database::postgres_url();
    let secret =
        secret.rsplit_once('@').and_then(|(head, _)| head.rsplit_once(':')).map_or("", |(_, secret)| secret);
    assert!(!shown.contains(secret), "{shown}");
}

#[tokio::test]
async fn what_cannot_be_connected_to() {
    refused("postgres//nope", ErrorKind::Config, &[]).await;
    refused(
        &format!("postgres://u:{CANARY}@h/d?sslmoed=require"),
        ErrorKind::Config,
        &["sslmoed", "sslmode"],
    )
    .await;
    refused(
        &format!("postgres://u:{CANARY}@h/d?sslmode=perhaps"),
        ErrorKind::Config,
        &["sslmode", "require"],
    )
    .await;
    refused(&url(Some(CANARY), None, None), ErrorKind::AuthenticationFailed, &["password"]).await;
    refused(&url(None, Some("nodb"), None), ErrorKind::DatabaseNotFound, &["nodb"]).await;
    refused(&url(None, None, Some("127.0.0.1:1")), ErrorKind::Connect, &["127.0.0.1", "refused"]).await;
    refused(
        &url(None, None, Some("no-such-host.invalid:5432")),
        ErrorKind::Connect,
        &["no-such-host.invalid"],
    )
    .await;
}

#[tokio::test]
async fn what_tls_cannot_verify() {
    let wrong =
        std::env::var("TEST_POSTGRES_WRONG_CA").expect("TEST_POSTGRES_WRONG_CA is set by `cargo xtask test`");
    let unknown = format!("{}?sslmode=verify-full&sslrootcert={wrong}", database::postgres_url());
    refused(&unknown, ErrorKind::Tls, &["certificate"]).await;
    let missing = format!("{}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem", database::postgres_url());
    refused(&missing, ErrorKind::Config, &["/nowhere/ca.pem"]).await;
}

#[tokio::test]
async fn what_the_tables_do_not_take() {
    use drivetrain_client_tests::blog::Client;
    let database = database::postgres(SMALL).await;
    let db = Client::new(database.adapter.clone()).unwrap();
    let kinds = async |sql: &str| db.sql(sql).execute().await.map_err(|error| error.kind());
    assert_eq!(kinds("insert into small values ('long', 1)").await, Err(ErrorKind::ValueTooLong));
    assert_eq!(kinds("insert into small values (null, 1)").await, Err(ErrorKind::NotNullViolation));
    assert_eq!(kinds("insert into small values ('a', 70000)").await, Err(ErrorKind::OutOfRange));
    assert_eq!(kinds("selec 1").await, Err(ErrorKind::Syntax));
    let many: Vec<Value> = (0..65_536).map(Value::Int32).collect();
    let placeholders: Vec<String> = (1..=many.len()).map(|number| format!("(${number}::int4)")).collect();
    let sql = format!("select count(*) from (values {}) as v(x)", placeholders.join(","));
    let error = db.sql_native(sql, many).await.expect_err("65535 is the limit");
    assert_eq!(error.kind(), ErrorKind::TooManyParameters);
    assert!(error.to_string().contains("65535"), "{error}");
    // All of it on connections that are as usable as before.
    assert_eq!(db.sql("select 7").fetch_one::<(i32,)>().await.unwrap(), (7,));
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_replaced() {
    use drivetrain_client_tests::blog::Client;
    let database = database::postgres(drivetrain_client_tests::BLOG).await;
    let db = Client::new(database.adapter.clone()).unwrap();
    let (pid,): (i32,) = db.sql("select pg_backend_pid()").fetch_one().await.unwrap();
    let other = database::postgres(drivetrain_client_tests::BLOG).await;
    let other = Client::new(other.adapter.clone()).unwrap();
    other.sql(drivetrain::Sql::new("select pg_terminate_backend(").bind(pid).text(")")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (again,): (i32,) = db.sql("select pg_backend_pid()").fetch_one().await.unwrap();
    assert_ne!(pid, again);
}
