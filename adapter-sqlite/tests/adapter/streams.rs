//! Rows in chunks.

use drivetrain_adapter_api::{
    Access, Adapter, Error, ErrorKind, RowStream, StreamOptions, TransactionOptions, Value,
};
use futures_util::StreamExt;
use std::time::Duration;

use crate::support::{Fixture, raw, raw_with};

fn options(rows: usize, bytes: usize) -> StreamOptions {
    let mut options = StreamOptions::default();
    options.chunk_rows = rows;
    options.chunk_bytes = bytes;
    options
}

fn numbers(count: i64) -> drivetrain_adapter_api::Query {
    raw_with(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'text ' || i FROM n",
        vec![Value::Int64(count)],
    )
}

async fn lengths(mut stream: RowStream<'_>) -> Result<Vec<usize>, Error> {
    let mut lengths = Vec::new();
    let mut expected = 1;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        for row in 0..chunk.len() {
            assert_eq!(chunk.get::<i64>(row, 0)?, expected);
            assert_eq!(chunk.get::<&str>(row, 1)?, format!("text {expected}"));
            expected += 1;
        }
        lengths.push(chunk.len());
    }
    assert!(stream.next().await.is_none(), "the end stays the end");
    Ok(lengths)
}

#[tokio::test]
async fn chunks_are_as_large_as_asked_for_and_hold_every_row() {
    let db = Fixture::new().await;
    for (count, rows, bytes, expected) in [
        (10, 3, 1 << 20, vec![3, 3, 3, 1]),
        (9, 3, 1 << 20, vec![3, 3, 3]),
        (3, 0, 1 << 20, vec![1, 1, 1]),
        (3, 100, 0, vec![1, 1, 1]),
        (4, 100, 80, vec![2, 2]),
        (1, 100, 1 << 20, vec![1]),
    ] {
        let stream = db.adapter.stream(numbers(count), options(rows, bytes)).await.unwrap();
        assert_eq!(stream.columns().len(), 2);
        assert_eq!(lengths(stream).await.unwrap(), expected, "{count} rows by {rows} and {bytes}");
    }
    let stream = db.adapter.stream(numbers(20_000), StreamOptions::default()).await.unwrap();
    assert_eq!(lengths(stream).await.unwrap(), vec![1000; 20]);
}

#[tokio::test]
async fn columns_come_without_rows_and_errors_at_once() {
    let db = Fixture::new().await;
    let empty = db.adapter.stream(raw("SELECT 1 AS a WHERE 0"), StreamOptions::default()).await.unwrap();
    assert_eq!(&*empty.columns()[0].name, "a");
    assert_eq!(empty.count().await, 0);
    let nothing = db.adapter.stream(raw("CREATE TABLE t (x)"), StreamOptions::default()).await.unwrap();
    assert_eq!((nothing.columns().len(), nothing.count().await), (0, 0));
    for (sql, kind) in [
        ("SELECT nope", ErrorKind::UndefinedColumn),
        ("SELECT 1; SELECT 2", ErrorKind::Misuse),
        ("COMMIT", ErrorKind::Misuse),
    ] {
        let error = db.adapter.stream(raw(sql), StreamOptions::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.adapter()), (kind, Some("sqlite")), "{sql}");
    }
}

#[tokio::test]
async fn a_failure_after_the_first_rows_ends_the_stream_with_an_error() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x TEXT)").await;
    db.run("INSERT INTO t VALUES ('{}'), ('[]'), ('no json')").await;
    let mut stream = db.adapter.stream(raw("SELECT json(x) FROM t"), options(1, 1 << 20)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().get::<&str>(0, 0).unwrap(), "{}");
    assert_eq!(stream.next().await.unwrap().unwrap().get::<&str>(0, 0).unwrap(), "[]");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.adapter()), (ErrorKind::InvalidValue, Some("sqlite")));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_reads_the_state_of_its_beginning_and_holds_up_nobody() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (i INTEGER)").await;
    db.run("INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n").await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = db.adapter.stream(raw("SELECT i FROM t"), options(1, 1 << 20)).await.unwrap();
        stream.next().await.unwrap().unwrap();
        streams.push(stream);
    }
    db.run("DELETE FROM t").await;
    assert_eq!(db.run("SELECT * FROM t").await.rows.len(), 0);
    for stream in streams {
        assert_eq!(stream.count().await, 9);
    }
}

#[tokio::test]
async fn a_dropped_stream_stops_and_frees_its_connection() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (i INTEGER)").await;
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    for after in 0..4 {
        let mut stream = db.adapter.stream(raw(endless), options(10, 1 << 20)).await.unwrap();
        for _ in 0..after {
            assert_eq!(stream.next().await.unwrap().unwrap().len(), 10);
        }
        drop(stream);
    }
    // In WAL mode a checkpoint can only be complete when nobody reads an older state.
    db.run("INSERT INTO t VALUES (1)").await;
    db.adapter.close().await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 1);
}

#[tokio::test]
async fn statements_that_write_stream_from_the_writer() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (i INTEGER)").await;
    let sql = "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n RETURNING i, 'text ' || i";
    let stream = db.adapter.stream(raw(sql), options(2, 1 << 20)).await.unwrap();
    assert_eq!(lengths(stream).await.unwrap(), [2, 2, 1]);
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 5);
    let with = "WITH x AS (SELECT 7 AS i) INSERT INTO t SELECT i FROM x RETURNING i";
    let mut stream = db.adapter.stream(raw(with), options(2, 1 << 20)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().get::<i64>(0, 0).unwrap(), 7);
    drop(stream);
    db.run("INSERT INTO t VALUES (8)").await;
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 7);
    let read_only = raw(with).with_access(Access::Read);
    let error = db.adapter.stream(read_only, StreamOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
}

#[tokio::test]
async fn a_stream_within_a_transaction_is_part_of_it() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (i INTEGER)").await;
    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n")).await.unwrap();
    let mut stream =
        transaction.stream(raw("SELECT i FROM t ORDER BY i"), options(7, 1 << 20)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 7);
    drop(stream);
    let stream =
        transaction.stream(raw("SELECT i, 'text ' || i FROM t ORDER BY i"), options(60, 1 << 20)).await;
    assert_eq!(lengths(stream.unwrap()).await.unwrap(), [60, 40]);
    let error = transaction.stream(raw("COMMIT"), StreamOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    transaction.commit().await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 100);
}

#[tokio::test]
async fn the_limit_of_time_goes_to_the_last_row() {
    let db = Fixture::new().await;
    let query = numbers(1_000_000).with_timeout(Some(Duration::from_millis(30)));
    let mut stream = db.adapter.stream(query, options(1, 1 << 20)).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let last = loop {
        match stream.next().await {
            Some(Ok(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            Some(Err(error)) => break error,
            None => panic!("the stream came to its end"),
        }
    };
    assert_eq!(last.kind(), ErrorKind::Timeout, "{last}");
    assert!(stream.next().await.is_none());
}
