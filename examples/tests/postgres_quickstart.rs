//! The quickstart on Postgres, by its own protocol and by Neon's, its effects read with tokio-postgres.

mod support;

/// The same server through a gateway, by configuration alone.
async fn by_neon(url: &str) -> String {
    let config = drivetrain_gateway::neon::NeonConfig::new(url).unwrap();
    let gateway = drivetrain_gateway::neon::NeonGateway::start(config).await.unwrap();
    let endpoint = format!("{}/sql", gateway.url());
    let url = url.to_owned();
    let printed = tokio::task::spawn_blocking(move || {
        support::run_with(&url, &[("DRIVETRAIN_ADAPTER", "neon-http"), ("DATABASE_ENDPOINT", &endpoint)])
    });
    let printed = printed.await.unwrap();
    assert!(gateway.requests() > 10, "{} requests", gateway.requests());
    assert_eq!(gateway.websockets(), 1, "for scripts and transactions");
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_in_a_namespace_of_its_own() {
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, which starts a server");
    let printed = support::run(&url);
    assert!(printed.starts_with("Connected through the adapter `postgres`.\n"), "{printed}");
    assert_eq!(support::run(&url), printed, "it can be run twice");
    let expected = printed.replace("adapter `postgres`", "adapter `neon-http`");
    assert_eq!(by_neon(&url).await, expected, "the same by Neon's protocol");

    let (second, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let schema = "drivetrain_quickstart";
    let users = second
        .query(&format!("SELECT id, email, name FROM {schema}.quickstart_users ORDER BY id"), &[])
        .await
        .unwrap();
    assert_eq!(users.len(), support::LEFT.len());
    for (user, (email, name, todos)) in users.iter().zip(support::LEFT) {
        assert_eq!((user.get::<_, &str>(1), user.get::<_, Option<&str>>(2)), (email, name));
        let found = second
            .query(
                &format!(
                    "SELECT title, done FROM {schema}.quickstart_todos WHERE \"userId\" = $1 ORDER BY id"
                ),
                &[&user.get::<_, i32>(0)],
            )
            .await
            .unwrap();
        let found: Vec<(&str, bool)> = found.iter().map(|row| (row.get(0), row.get(1))).collect();
        assert_eq!(found, todos);
    }
}
