//! The quickstart on Postgres, its effects read with tokio-postgres.

mod support;

#[tokio::test]
async fn twice_in_a_namespace_of_its_own() {
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, which starts a server");
    let printed = support::run(&url);
    assert!(printed.starts_with("Connected through the adapter `postgres`.\n"), "{printed}");
    assert_eq!(support::run(&url), printed, "it can be run twice");

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
