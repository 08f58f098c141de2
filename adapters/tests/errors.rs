//! What `connect` says where it cannot connect: each error names the thing and the mend, and shows no secret.

use drivetrain_adapter_api::{Error, ErrorKind};
use drivetrain_adapters::{Settings, connect};

async fn refused(settings: Settings) -> Error {
    let error = connect(settings).await.expect_err("there is nothing to connect to");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    error
}

#[tokio::test]
async fn mistakes_are_found_before_anything_is_contacted() {
    for (settings, says) in [
        (Settings::new("canary:canary@host/db"), "the database URL has no scheme"),
        (Settings::new("postgre://canary:canary@host/db"), "did you mean postgres://?"),
        (Settings::new("mysql://canary:canary@host/db"), "the adapter `mysql` is not part of this version"),
        (Settings::new("sqlite:dev.db").with_adapter("sqllite"), "did you mean `sqlite`?"),
        (
            Settings::new("postgres://canary:canary@db.example.com/canary").with_adapter("sqlite"),
            "the adapter `sqlite` takes sqlite: or file: URLs, and the database URL is postgres://db.example.com",
        ),
    ] {
        let error = refused(settings).await;
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn an_endpoint_is_refused_where_nothing_uses_it() {
    for url in ["postgres://canary:canary@h/db", "sqlite:canary.db"] {
        let error = refused(Settings::new(url).with_endpoint("https://u:canary@h/sql")).await;
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("neon-http"), "{error}");
    }
}

#[cfg(not(feature = "neon-http"))]
#[tokio::test]
async fn neon_names_its_feature_where_it_is_left_out() {
    let error =
        refused(Settings::new("postgres://canary:canary@host/canary").with_adapter("neon-http")).await;
    assert_eq!(
        error.to_string(),
        "the adapter `neon-http` is not part of this build; \
         turn on the feature `neon-http` of drivetrain-adapters in Cargo.toml"
    );
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn postgres_names_its_feature_where_it_is_left_out() {
    let error = refused(Settings::new("postgres://canary:canary@host/canary")).await;
    assert_eq!(
        error.to_string(),
        "the adapter `postgres` is not part of this build; \
         turn on the feature `postgres` of drivetrain-adapters in Cargo.toml"
    );
}

#[cfg(not(feature = "sqlite"))]
#[tokio::test]
async fn sqlite_names_its_feature_where_it_is_left_out() {
    let error = refused(Settings::new("sqlite:canary.db")).await;
    assert_eq!(
        error.to_string(),
        "the adapter `sqlite` is not part of this build; \
         turn on the feature `sqlite` of drivetrain-adapters in Cargo.toml"
    );
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_server_that_is_not_there() {
    // Port 1 of this machine: nothing listens there.
    let error = refused(Settings::new("postgres://app:canary@127.0.0.1:1/shop")).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_folder_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/missing/dev.db", folder.path().display());
    let error = connect(Settings::new(url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DatabaseNotFound, "{error}");
}
