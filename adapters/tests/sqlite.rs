//! SQLite, for real: a file is made, written and read through the layers.
#![cfg(feature = "sqlite")]

use drivetrain_adapter_api::{Batch, Dialect, ErrorKind, Query, StreamOptions, Value};
use drivetrain_adapters::{Settings, connect, connect_url};

#[tokio::test]
async fn a_file_is_made_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("dev.db").display());
    let adapter = connect_url(&url).await.unwrap();
    assert_eq!(adapter.name(), "sqlite");
    assert_eq!(adapter.capabilities().dialect(), Dialect::Sqlite);
    adapter.health_check().await.unwrap();
    adapter.query(Query::raw("create table t (id integer primary key, name text)", vec![])).await.unwrap();
    let insert =
        |name: &str| Query::raw("insert into t (name) values (?)", vec![Value::Text(name.to_owned())]);
    adapter.batch(Batch::new(vec![insert("a"), insert("b")])).await.unwrap();
    adapter.close().await.unwrap();
    assert!(folder.path().join("dev.db").is_file());

    let again = connect(Settings::new(url).with_adapter("sqlite")).await.unwrap();
    let result = again.query(Query::raw("select name from t order by id", vec![])).await.unwrap();
    let names: Vec<String> = (0..result.rows.len()).map(|row| result.rows.get(row, 0).unwrap()).collect();
    assert_eq!(names, ["a", "b"]);
    again.close().await.unwrap();
}

#[tokio::test]
async fn the_layers_are_around_it() {
    let adapter = connect_url("sqlite::memory:").await.unwrap();
    let nan = Query::raw("select ?", vec![Value::Float64(f64::NAN)]);
    let error = adapter.query(nan).await.unwrap_err();
    assert_eq!((error.kind(), error.adapter()), (ErrorKind::OutOfRange, Some("sqlite")));
    let shown = format!("{adapter:?}");
    for layer in ["Tracing", "Retry", "Timeout", "CapabilityCheck"] {
        assert!(shown.contains(layer), "{shown}");
    }
    drop(adapter.stream(Query::raw("select 1", vec![]), StreamOptions::default()).await.unwrap());
    adapter.close().await.unwrap();
}
