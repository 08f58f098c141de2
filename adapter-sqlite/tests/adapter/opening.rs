//! Opening and closing: URLs, files that are not what they should be, and the end.

use std::fs;
use std::time::Duration;

use drivetrain_adapter_api::{
    Adapter, ErrorKind, Flavor, StreamOptions, TransactionOptions, TransactionSupport, Value,
};
use drivetrain_adapter_sqlite::{JournalMode, OpenMode, SqliteAdapter, SqliteConfig, Synchronous};
use futures_util::StreamExt;

use crate::support::{Fixture, cell, fails, raw, run};

#[test]
fn every_form_of_the_url_names_the_same_file() {
    let file = SqliteConfig::file("dev.db");
    for url in ["sqlite:dev.db", "sqlite://dev.db", "file:dev.db", "SQLITE:dev.db", "file:d%65v.db"] {
        assert_eq!(SqliteConfig::from_url(url).unwrap(), file, "{url}");
    }
    let absolute = SqliteConfig::file("/srv/dev.db");
    for url in ["sqlite:/srv/dev.db", "sqlite:///srv/dev.db", "file:/srv/dev.db", "file:///srv/dev.db"] {
        assert_eq!(SqliteConfig::from_url(url).unwrap(), absolute, "{url}");
    }
    for url in ["sqlite::memory:", "sqlite://:memory:", "file::memory:", "file:any?mode=memory"] {
        assert_eq!(SqliteConfig::from_url(url).unwrap(), SqliteConfig::memory(), "{url}");
    }
    let all = "file:x?mode=rw&busy_timeout=7&acquire_timeout=8&foreign_keys=off&journal_mode=DELETE&synchronous=extra\
               &readers=0&statement_cache=9";
    let built = SqliteConfig::file("x")
        .mode(OpenMode::ReadWrite)
        .busy_timeout(Duration::from_millis(7))
        .acquire_timeout(Duration::from_millis(8))
        .foreign_keys(false)
        .journal_mode(JournalMode::Delete)
        .synchronous(Synchronous::Extra)
        .readers(0)
        .statement_cache(9);
    assert_eq!(SqliteConfig::from_url(all).unwrap(), built);
}

#[test]
fn a_wrong_url_is_refused_with_what_would_be_right() {
    for (url, part) in [
        ("", "sqlite:path"),
        ("dev.db", "sqlite:path"),
        ("postgres://u:canary@host/db", "not one of SQLite"),
        ("sqlite:", "names no file"),
        ("file:?mode=ro", "names no file"),
        ("file://host/dev.db", "file:///absolute/path"),
        ("file:x?busytimeout=1", "did you mean `busy_timeout`?"),
        ("file:x?cache=shared", "it takes mode, busy_timeout"),
        ("file:x?MODE=ro", "did you mean `mode`?"),
        ("file:x?mode=write", "`ro`, `rw`, `rwc` or `memory`"),
        ("file:x?mode=ro&mode=rw", "twice"),
        ("file:x?busy_timeout=5s", "whole number of milliseconds"),
        ("file:x?busy_timeout", "whole number of milliseconds"),
        ("file:x?foreign_keys=maybe", "`on` or `off`"),
        ("file:x?journal_mode=wall", "`wal`, `delete`"),
        ("file:x?synchronous=2", "`off`, `normal`"),
        ("file:x?readers=65", "0 to 64"),
        ("file:x?statement_cache=-1", "0 to 10000"),
        ("file:100%.db", "`%25`"),
        ("file:%ff", "UTF-8"),
        ("file:a%00b", "NUL"),
        ("sqlite::memory:?mode=ro", "in memory"),
    ] {
        let error = SqliteConfig::from_url(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{url}");
        assert!(error.to_string().contains(part), "{url}: {error}");
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named_with_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text.db"), "this is no database, and long enough to be taken for one".repeat(20))
        .unwrap();
    fs::create_dir(path("folder")).unwrap();
    let file = |name: &str| SqliteConfig::file(path(name));
    for (config, kind, name, mend) in [
        (file("none/dev.db"), ErrorKind::DatabaseNotFound, "none", "create it"),
        (file("none.db").mode(OpenMode::ReadWrite), ErrorKind::DatabaseNotFound, "none.db", "mode=rwc"),
        (file("none.db").mode(OpenMode::ReadOnly), ErrorKind::DatabaseNotFound, "none.db", "mode=rwc"),
        (file("text.db"), ErrorKind::Corrupt, "text.db", "path of a SQLite database"),
        (file("folder"), ErrorKind::Connect, "folder", "path of a file"),
        (SqliteConfig::file(""), ErrorKind::Config, "", "memory()"),
        (file("x.db").readers(65), ErrorKind::Config, "", "64"),
    ] {
        let error = SqliteAdapter::open(config).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(name) && error.to_string().contains(mend), "{error}");
        assert_eq!(error.adapter(), Some("sqlite"));
    }
    assert!(!path("none.db").exists(), "nothing was created");
}

#[tokio::test]
async fn a_damaged_database_is_told_from_a_mistake() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x TEXT)").await;
    db.run("INSERT INTO t VALUES (hex(zeroblob(50000)))").await;
    db.adapter.close().await.unwrap();
    let path = db.folder.path().join("test.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let adapter = SqliteAdapter::open(SqliteConfig::file(&path)).await.unwrap();
    assert_eq!(fails(&adapter, "SELECT * FROM t").await.kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn names_that_mean_something_to_sqlite_are_only_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:x?mode=memory", "a b#c%20d.db", "é😀.db"] {
        let adapter = SqliteAdapter::open(SqliteConfig::file(folder.path().join(name))).await.unwrap();
        run(&adapter, "CREATE TABLE t (x)").await;
        adapter.close().await.unwrap();
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[tokio::test]
async fn connections_are_set_up_as_configured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev.db");
    let setting = |adapter: &SqliteAdapter, name: &str| {
        let sql = format!("PRAGMA {name}");
        let query = adapter.query(raw(&sql));
        futures_executor::block_on(query).unwrap().rows.get::<Value>(0, 0).unwrap()
    };
    let adapter = SqliteAdapter::open(SqliteConfig::file(&path)).await.unwrap();
    assert_eq!(setting(&adapter, "journal_mode"), Value::Text("wal".into()));
    assert_eq!(setting(&adapter, "synchronous"), Value::Int64(1));
    assert_eq!(setting(&adapter, "foreign_keys"), Value::Int64(1));
    adapter.close().await.unwrap();
    let other = SqliteConfig::file(&path).journal_mode(JournalMode::Truncate).foreign_keys(false);
    let adapter = SqliteAdapter::open(other).await.unwrap();
    assert_eq!(setting(&adapter, "journal_mode"), Value::Text("truncate".into()));
    assert_eq!(setting(&adapter, "synchronous"), Value::Int64(2));
    assert_eq!(setting(&adapter, "foreign_keys"), Value::Int64(0));
    run(&adapter, "CREATE TABLE t (x)").await;
    // A reader reads through a connection that cannot write.
    assert_eq!(cell(&run(&adapter, "SELECT * FROM pragma_query_only").await, 0, 0), Value::Int64(1));
    adapter.close().await.unwrap();
    let memory = SqliteConfig::memory().journal_mode(JournalMode::Wal);
    assert_eq!(SqliteAdapter::open(memory).await.unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_database_that_is_opened_read_only_is_not_written() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x)").await;
    let config = SqliteConfig::file(db.folder.path().join("test.db")).mode(OpenMode::ReadOnly);
    let adapter = SqliteAdapter::open(config).await.unwrap();
    assert_eq!(fails(&adapter, "INSERT INTO t VALUES (1)").await.kind(), ErrorKind::ReadOnly);
    assert_eq!(fails(&adapter, "CREATE TABLE u (x)").await.kind(), ErrorKind::ReadOnly);
    let batch = drivetrain_adapter_api::Batch::new(vec![raw("INSERT INTO t VALUES (1)")]);
    assert_eq!(adapter.batch(batch).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    db.run("INSERT INTO t VALUES (2)").await;
    assert_eq!(run(&adapter, "SELECT * FROM t").await.rows.len(), 1);
    assert_eq!(cell(&run(&adapter, "PRAGMA journal_mode").await, 0, 0), Value::Text("wal".into()));
}

#[tokio::test]
async fn what_is_declared_is_what_this_library_can_do() {
    let db = Fixture::new().await;
    let capabilities = db.adapter.capabilities();
    let server = capabilities.server().unwrap();
    assert_eq!((server.flavor, server.version.to_string()), (Flavor::Sqlite, rusqlite::version().to_owned()));
    assert_eq!(capabilities.transactions(), TransactionSupport::Interactive { max_lifetime: None });
    assert!(capabilities.returning_insert() && capabilities.upsert() && capabilities.streaming());
    assert!(!capabilities.json_rows() && !capabilities.arrays() && !capabilities.data_modifying_ctes());
    assert_eq!(db.adapter.name(), "sqlite");
    let shown = format!("{:?}", db.adapter);
    assert!(shown.contains("SqliteAdapter"), "{shown}");
}

#[tokio::test]
async fn after_closing_everything_is_refused() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x)").await;
    db.adapter.close().await.unwrap();
    db.adapter.close().await.unwrap();
    let adapter = &db.adapter;
    let errors = [
        adapter.query(raw("SELECT 1")).await.map(drop),
        adapter.query(raw("INSERT INTO t VALUES (1)")).await.map(drop),
        adapter.batch(drivetrain_adapter_api::Batch::new(vec![raw("SELECT 1")])).await.map(drop),
        adapter.stream(raw("SELECT 1"), StreamOptions::default()).await.map(drop),
        adapter.begin(TransactionOptions::new()).await.map(drop),
        adapter.begin(TransactionOptions::new().read_only()).await.map(drop),
        adapter.session().await.map(drop),
        adapter.script("SELECT 1").await,
        adapter.health_check().await,
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.adapter()), (ErrorKind::Closed, Some("sqlite")), "{error}");
    }
    assert!(!db.folder.path().join("test.db-wal").exists(), "the last connection has cleaned up");
}

#[tokio::test]
async fn closing_waits_for_what_runs() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    let mut closing = db.adapter.close();
    assert!(futures_util::future::poll_immediate(&mut closing).await.is_none());
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    assert!(futures_util::future::poll_immediate(&mut closing).await.is_none());
    transaction.commit().await.unwrap();
    closing.await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 1);
}

#[tokio::test]
async fn closing_waits_for_open_handles_so_long_and_no_longer() {
    let db = Fixture::with(|config| config.acquire_timeout(Duration::from_millis(50))).await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    let mut session = db.adapter.session().await.unwrap();
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let mut stream = db.adapter.stream(raw(endless), StreamOptions::default()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    db.adapter.close().await.unwrap();
    assert_eq!(transaction.query(raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(session.query(raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::Closed);
    let end = loop {
        match stream.next().await {
            Some(Ok(_)) => {}
            other => break other,
        }
    };
    assert_eq!(end.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
}

#[tokio::test]
async fn dropping_the_adapter_lets_the_file_go() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    let mut session = db.adapter.session().await.unwrap();
    let Fixture { adapter, folder } = db;
    drop(adapter);
    // What is lent out outlives it.
    session.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    session.close().await.unwrap();
    let log = folder.path().join("test.db-wal");
    for _ in 0..500 {
        if !log.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a connection is still open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_open_a_new_file_at_the_same_moment() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.db");
        let opening = (0..8).map(|_| {
            let path = path.clone();
            tokio::spawn(async move {
                let adapter = SqliteAdapter::open(SqliteConfig::file(path)).await?;
                adapter.script("CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1)").await?;
                adapter.query(raw("SELECT * FROM t")).await?;
                adapter.close().await
            })
        });
        for opened in futures_util::future::join_all(opening).await {
            opened.unwrap().unwrap();
        }
        let adapter = SqliteAdapter::open(SqliteConfig::file(path)).await.unwrap();
        assert_eq!(run(&adapter, "SELECT * FROM t").await.rows.len(), 8);
    }
}
