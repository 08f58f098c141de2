//! Connecting: TLS by every mode, authentication, and why a connection is not made.

mod common;

use std::time::Duration;

use common::{Bench, first, raw, url, url_with, variable};
use drivetrain_adapter_api::{Adapter, Error, ErrorKind, RetryClass};
use drivetrain_adapter_postgres::{Address, Host, PostgresAdapter, PostgresConfig, SslMode};

const CANARY: &str = "canary9Zq";

fn read(url: &str) -> PostgresConfig {
    PostgresConfig::from_url(url).unwrap()
}

async fn refused(config: PostgresConfig) -> Error {
    let outcome = PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await;
    let error = outcome.expect_err("no connection is made");
    let mut shown = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!shown.contains(CANARY), "{shown}");
    assert_eq!(error.adapter(), Some("postgres"));
    error
}

/// Whether the connection of that configuration is encrypted.
async fn is_encrypted(config: PostgresConfig) -> bool {
    let adapter = common::connect(config).await;
    first(&adapter.query(raw("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).await.unwrap())
}

fn on_host(config: PostgresConfig, name: &str) -> PostgresConfig {
    let port = config.hosts()[0].port;
    config.with_hosts(vec![Host { address: Address::Name(name.to_owned()), port }])
}

#[tokio::test]
async fn tls_is_used_as_the_mode_says() {
    assert!(!is_encrypted(read(&url_with("sslmode=disable"))).await);
    assert!(is_encrypted(read(&url_with("sslmode=prefer"))).await);
    assert!(is_encrypted(read(&url_with("sslmode=require"))).await);
    assert!(is_encrypted(read(&url())).await, "as if it were `prefer`");
}

#[tokio::test]
async fn the_right_authority_is_accepted() {
    let authority = variable("TEST_POSTGRES_CA");
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        let config = read(&url_with(&format!("sslmode={mode}&sslrootcert={authority}")));
        assert!(is_encrypted(config).await, "{mode}");
    }
    let config = read(&url_with(&format!("sslmode=verify-full&sslrootcert={authority}")));
    assert!(is_encrypted(on_host(config, "localhost")).await);
}

#[tokio::test]
async fn the_wrong_authority_is_refused_where_certificates_are_verified() {
    let authority = variable("TEST_POSTGRES_WRONG_CA");
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = refused(read(&url_with(&format!("sslmode={mode}&sslrootcert={authority}")))).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{mode}");
        assert!(error.message().contains("signed by nobody we trust"), "{error}");
        assert!(error.hint().unwrap().contains("sslrootcert"));
    }
    // Without authorities of its own the machine's are asked, which do not know the test's.
    let error = refused(read(&url_with("sslmode=verify-full"))).await;
    assert!(matches!(error.kind(), ErrorKind::Tls | ErrorKind::Config), "{error}");
}

#[tokio::test]
async fn another_name_is_refused_only_where_names_are_compared() {
    let authority = variable("TEST_POSTGRES_CA");
    // Another address of this machine's loopback, which the certificate is not made out to.
    let own = common::config();
    let Address::Name(name) = &own.hosts()[0].address else { panic!("the tests need a server by TCP") };
    let server = tokio::net::lookup_host((&**name, own.hosts()[0].port)).await.unwrap().next().unwrap();
    let (address, _) = common::proxy::start_on("127.0.0.2:0", server).await;
    let config = |mode: &str| {
        let config = read(&url_with(&format!("sslmode={mode}&sslrootcert={authority}")));
        config.with_hosts(vec![Host { address: Address::Name("127.0.0.2".to_owned()), port: address.port() }])
    };
    let error = refused(config("verify-full")).await;
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("made out to another host"), "{error}");
    assert!(is_encrypted(config("verify-ca")).await);
}

#[tokio::test]
async fn files_that_cannot_be_read_are_named() {
    for (keys, name) in [
        ("sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
        ("sslmode=require&sslcert=/nowhere/c.pem&sslkey=/nowhere/k.pem", "/nowhere/c.pem"),
    ] {
        let error = refused(read(&url_with(keys))).await;
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(name), "{error}");
    }
    let this = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let error = refused(read(&url_with(&format!("sslmode=verify-full&sslrootcert={this}")))).await;
    assert!(error.message().contains("no certificate"), "{error}");
}

#[tokio::test]
async fn what_somebody_put_between_is_not_believed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // Behind the answer to the request for TLS, the beginning of a session in clear text (CVE-2021-23222).
    let welcome = b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
    for (answer, kind) in [
        (&welcome[..], ErrorKind::Tls),
        (b"N", ErrorKind::Tls),
        (b"E", ErrorKind::Tls),
        (b"H", ErrorKind::Protocol),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            client.read_exact(&mut request).await.unwrap();
            client.write_all(answer).await.unwrap();
            let mut heard = Vec::new();
            // The client hangs up.
            let _ = client.read_to_end(&mut heard).await;
            heard
        });
        let error =
            refused(read(&format!("postgres://u:canary9Zq@127.0.0.1:{port}/d?sslmode=require"))).await;
        assert_eq!(error.kind(), kind, "{error:?}");
        let heard = server.await.unwrap();
        assert!(
            !String::from_utf8_lossy(&heard).contains("user"),
            "nothing of the session is sent in clear text"
        );
    }
}

#[tokio::test]
async fn unix_sockets() {
    let (folder, port) = (variable("TEST_POSTGRES_SOCKET_DIR"), variable("TEST_POSTGRES_PORT"));
    let own = read(&url());
    let url = format!("postgres://{}@/{}?host={folder}&port={port}", own.user(), own.database());
    let adapter = common::connect(read(&url)).await;
    let address = adapter.query(raw("SELECT inet_server_addr() IS NULL")).await.unwrap();
    assert!(first::<bool>(&address));
    let slow = raw("SELECT pg_sleep(100)").with_timeout(Some(Duration::from_millis(50)));
    assert_eq!(adapter.query(slow).await.unwrap_err().kind(), ErrorKind::Timeout, "cancelled over a socket");
    common::eventually(async || adapter.pool_status().idle == 1, "the same connection is usable again").await;
    adapter.query(raw("SELECT 1")).await.unwrap();

    let error = refused(read(&format!("postgres://u@/d?host={folder}&port=1"))).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains(".s.PGSQL.1"), "{error}");
}

#[tokio::test]
async fn every_way_of_authentication() {
    let bench = Bench::new("connecting_auth").await;
    bench
        .setup("DROP ROLE IF EXISTS dt_scram; CREATE ROLE dt_scram LOGIN PASSWORD 'right \u{e9} canary9Zq'")
        .await;
    let base = || common::config();
    let named = |password: &str| {
        PostgresConfig::new("127.0.0.1", "dt_scram", base().database().to_owned())
            .with_hosts(base().hosts().to_vec())
            .password(password)
    };
    for mode in [SslMode::Disable, SslMode::Require] {
        let adapter = common::connect(named("right \u{e9} canary9Zq").ssl_mode(mode)).await;
        let user = adapter.query(raw("SELECT current_user::text")).await.unwrap();
        assert_eq!(first::<String>(&user), "dt_scram");
        let error = refused(named("wrong canary9Zq").ssl_mode(mode)).await;
        assert_eq!((error.kind(), error.retry()), (ErrorKind::AuthenticationFailed, RetryClass::Never));
        assert_eq!(error.sqlstate().unwrap().as_str(), "28P01");
        assert!(error.message().contains("`dt_scram`"), "{error}");
    }
    use drivetrain_adapter_postgres::BindingMode;
    let bound = |mode| named("right \u{e9} canary9Zq").ssl_mode(SslMode::Require).channel_binding(mode);
    for mode in [BindingMode::Disable, BindingMode::Prefer, BindingMode::Require] {
        common::connect(bound(mode)).await;
    }
    let error = refused(bound(BindingMode::Require).ssl_mode(SslMode::Disable)).await;
    assert_eq!(error.kind(), ErrorKind::AuthenticationUnsupported);

    let error =
        refused(PostgresConfig::new("127.0.0.1", "dt_scram", "postgres").with_hosts(base().hosts().to_vec()))
            .await;
    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
    assert!(error.message().contains("none is configured"), "{error}");
    let nobody =
        PostgresConfig::new("127.0.0.1", "dt_nobody", "postgres").with_hosts(base().hosts().to_vec());
    let error = refused(nobody.password(CANARY)).await;
    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
}

#[tokio::test]
async fn a_password_can_be_asked_for_each_time() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let bench = Bench::new("connecting_provider").await;
    bench.setup("DROP ROLE IF EXISTS dt_rotating; CREATE ROLE dt_rotating LOGIN PASSWORD 'first'").await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let config = PostgresConfig::new("127.0.0.1", "dt_rotating", "postgres")
        .with_hosts(common::config().hosts().to_vec())
        .password_from(move || {
            let time = count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { Ok(if time == 0 { "first" } else { "second" }.to_owned()) })
        });
    let adapter = common::connect(config).await;
    bench.setup("ALTER ROLE dt_rotating PASSWORD 'second'").await;
    let held = adapter.begin(drivetrain_adapter_api::TransactionOptions::new()).await.unwrap();
    adapter.query(raw("SELECT 1")).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    drop(held);
}

#[tokio::test]
async fn what_cannot_be_reached_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refused(read(&format!("postgres://u:canary9Zq@127.0.0.1:{closed}/shop"))).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow));
    let shown = error.to_string();
    for part in [&format!("127.0.0.1:{closed}"), "`shop`", "`u`", "refused", "is the server running"] {
        assert!(shown.contains(part), "{shown}");
    }
    let error = refused(read("postgres://u:canary9Zq@no-such-host.invalid/d")).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains("no-such-host.invalid"), "{error}");

    // A host that says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = read(&format!("postgres://u:canary9Zq@127.0.0.1:{port}/d?connect_timeout=0.2"));
    let error = refused(config).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow));
    assert!(error.message().contains("within 200ms"), "{error}");
}

#[tokio::test]
async fn what_the_server_says_at_the_door() {
    let own = common::config();
    let error = refused(read(&url().replace(&format!("/{}", own.database()), "/dt_nowhere"))).await;
    assert_eq!(error.kind(), ErrorKind::DatabaseNotFound);
    assert!(error.message().contains("dt_nowhere"), "{error}");

    let bench = Bench::new("connecting_door").await;
    bench.setup("DROP ROLE IF EXISTS dt_one; CREATE ROLE dt_one LOGIN PASSWORD 'x' CONNECTION LIMIT 1").await;
    let config =
        || PostgresConfig::new("", "dt_one", "postgres").with_hosts(own.hosts().to_vec()).password("x");
    let _first = common::connect(config()).await;
    let error = refused(config()).await;
    assert_eq!(error.kind(), ErrorKind::TooManyConnections, "{error}");

    let error = refused(read(&url_with("application_name=x&options=-c%20nonsense%3D1"))).await;
    assert!(error.sqlstate().is_some(), "{error:?}");
}

#[tokio::test]
async fn hosts_are_tried_in_order() {
    let own = common::config();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut hosts = vec![Host { address: Address::Name("127.0.0.1".to_owned()), port: closed }];
    hosts.extend(own.hosts().to_vec());
    common::connect(own.clone().with_hosts(hosts)).await;

    common::connect(read(&url_with("target_session_attrs=primary"))).await;
    common::connect(read(&url_with("target_session_attrs=read-write"))).await;
    for wanted in ["standby", "read-only"] {
        let error = refused(read(&url_with(&format!("target_session_attrs={wanted}")))).await;
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.message().contains("target_session_attrs"), "{error}");
    }
}

#[tokio::test]
async fn the_adapter_shows_no_secret() {
    let bench = Bench::new("connecting_secret").await;
    bench.setup("DROP ROLE IF EXISTS dt_secret; CREATE ROLE dt_secret LOGIN PASSWORD 'canary9Zq'").await;
    let config = PostgresConfig::new("", "dt_secret", "postgres")
        .with_hosts(common::config().hosts().to_vec())
        .password(CANARY);
    let adapter = common::connect(config).await;
    let mut session = adapter.session().await.unwrap();
    let mut transaction = adapter.begin(drivetrain_adapter_api::TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SELECT 1")).await.unwrap();
    session.query(raw("SELECT 1")).await.unwrap();
    let shown = format!("{adapter:?} {adapter:#?} {session:?} {transaction:?}");
    assert!(!shown.contains(CANARY), "{shown}");

    let value = drivetrain_adapter_api::Value::Text(CANARY.to_owned());
    for sql in ["SELECT $1::int4", "SELECT ($1::text)::int4", "SELECT 1 / length($1::text) - 1 / 0"] {
        let query = drivetrain_adapter_api::Query::raw(sql, vec![value.clone()]);
        let error = adapter.query(query).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    }
}
