//! How the gateway reaches its database: TLS, Unix sockets, and what goes wrong.

mod wire;

use drivetrain_gateway::neon::{NeonConfig, NeonGateway};
use wire::{Client, login, password, startup, tags};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with `cargo xtask test`, or set it to point at a Postgres server")
    })
}

/// The messages that answer a log-in through a gateway in front of this URL, and the connection.
async fn log_in(url: &str, secret: &str) -> (String, String, Client, NeonGateway) {
    let gateway = NeonGateway::start(NeonConfig::new(url).unwrap()).await.unwrap();
    let (user, _, database) = login();
    let mut client = Client::open(&gateway, "/v2").await;
    client.send(&[startup(&[("user", &user), ("database", &database)]), password(secret)].concat()).await;
    let mut answers = Vec::new();
    while let Ok(answer) = client.next().await {
        answers.push(answer);
        if answers.last().is_some_and(|answer| answer.tag == 'Z') {
            break;
        }
    }
    let error = answers.iter().find(|answer| answer.tag == 'E').map(|answer| answer.fields()[2].clone());
    (tags(&answers), error.unwrap_or_default(), client, gateway)
}

fn url(host: &str, parameters: &str) -> String {
    format!("postgres://{host}:{}/?{parameters}", variable("TEST_POSTGRES_PORT"))
}

const ENCRYPTED: &str = "select ssl::text from pg_stat_ssl where pid = pg_backend_pid()";

#[tokio::test]
async fn the_way_is_encrypted_as_the_url_says() {
    let (_, secret, _) = login();
    let authority = variable("TEST_POSTGRES_CA");
    for (parameters, encrypted) in [
        ("sslmode=disable".to_owned(), "false"),
        (String::new(), "true"),
        ("sslmode=require".to_owned(), "true"),
        (format!("sslmode=verify-full&sslrootcert={authority}"), "true"),
    ] {
        let (_, error, mut client, _gateway) = log_in(&url("localhost", &parameters), &secret).await;
        assert_eq!(error, "", "{parameters}");
        assert_eq!(client.value(ENCRYPTED).await, encrypted, "{parameters}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_trusted_signed_is_refused() {
    let (_, secret, _) = login();
    let authority = variable("TEST_POSTGRES_WRONG_CA");
    let parameters = format!("sslmode=verify-full&sslrootcert={authority}");
    let (answers, error, _client, _gateway) = log_in(&url("localhost", &parameters), &secret).await;
    assert_eq!(answers, "RRE");
    assert!(error.contains("TLS") && error.contains("UnknownIssuer"), "{error}");
}

#[tokio::test]
async fn a_unix_socket_is_reached_by_its_folder() {
    let folder = variable("TEST_POSTGRES_SOCKET_DIR");
    let port = variable("TEST_POSTGRES_PORT");
    let encoded = folder.replace('/', "%2F");
    for url in [format!("postgres://{encoded}:{port}"), format!("postgres:///?host={folder}&port={port}")] {
        // The socket trusts everybody, whatever the password.
        let (_, error, mut client, _gateway) = log_in(&url, "anything").await;
        assert_eq!(error, "", "{url}");
        assert_eq!(client.value("select (inet_server_addr() is null)::text").await, "true");
    }
}
