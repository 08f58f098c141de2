//! Streams: chunks within bounds, ended early, failing in the middle.

mod common;

use common::{Bench, eventually, raw};
use drivetrain_adapter_api::{Adapter, ErrorKind, Query, StreamOptions, TransactionOptions, Value};
use futures_util::StreamExt;

fn chunks(rows: usize, bytes: usize) -> StreamOptions {
    let mut options = StreamOptions::default();
    options.chunk_rows = rows;
    options.chunk_bytes = bytes;
    options
}

#[tokio::test]
async fn all_rows_come_in_order_in_chunks_within_their_bounds() {
    let bench = Bench::new("stream_all").await;
    let query =
        Query::raw("SELECT i, 'row ' || i FROM generate_series(1, $1::int) i", vec![Value::Int32(100_000)]);
    let mut stream = bench.adapter.stream(query, chunks(700, 1 << 20)).await.unwrap();
    assert_eq!(&*stream.columns()[0].name, "i");
    let mut next = 1;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.unwrap();
        assert!(chunk.len() <= 700 && !chunk.is_empty());
        for row in 0..chunk.len() {
            assert_eq!(chunk.get::<i32>(row, 0).unwrap(), next);
            assert_eq!(chunk.get::<String>(row, 1).unwrap(), format!("row {next}"));
            next += 1;
        }
    }
    assert_eq!(next, 100_001);
    drop(stream);
    bench.assert_usable().await;
    assert_eq!(bench.adapter.pool_status().size, 1);
}

#[tokio::test]
async fn no_rows_and_exactly_a_chunk_of_rows() {
    let bench = Bench::new("stream_edges").await;
    for count in [0, 1, 9, 10, 11, 20] {
        let query = Query::raw("SELECT generate_series(1, $1::int)", vec![Value::Int32(count)]);
        let stream = bench.adapter.stream(query, chunks(10, 1 << 20)).await.unwrap();
        let sizes: Vec<usize> = stream.map(|chunk| chunk.unwrap().len()).collect().await;
        assert_eq!(sizes.iter().sum::<usize>(), count as usize, "{sizes:?}");
    }
    let insert = raw("CREATE TABLE t (id int)");
    let stream = bench.adapter.stream(insert, StreamOptions::default()).await.unwrap();
    assert_eq!(stream.count().await, 0);
    let insert = raw("INSERT INTO t VALUES (1), (2) RETURNING id");
    let stream = bench.adapter.stream(insert, StreamOptions::default()).await.unwrap();
    assert_eq!(stream.map(|chunk| chunk.unwrap().len()).collect::<Vec<_>>().await, [2]);
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn the_bound_on_bytes_holds_unless_a_row_is_larger() {
    let bench = Bench::new("stream_bytes").await;
    let query =
        raw("SELECT repeat('x', CASE WHEN i = 50 THEN 5000 ELSE 100 END) FROM generate_series(1, 100) i");
    let stream = bench.adapter.stream(query, chunks(1000, 1000)).await.unwrap();
    let lengths: Vec<Vec<usize>> = stream
        .map(|chunk| {
            let chunk = chunk.unwrap();
            (0..chunk.len()).map(|row| chunk.get::<&str>(row, 0).unwrap().len()).collect()
        })
        .collect()
        .await;
    assert_eq!(lengths.iter().map(Vec::len).sum::<usize>(), 100);
    for chunk in &lengths {
        assert!(chunk.iter().sum::<usize>() <= 1000 || chunk == &[5000], "{chunk:?}");
    }
}

#[tokio::test]
async fn a_stream_dropped_early_stops_its_statement() {
    let bench = Bench::new("stream_dropped").await;
    for read in 0..3 {
        let query = raw("SELECT generate_series(1, 100000000), repeat('x', 1000)");
        let mut stream = bench.adapter.stream(query, chunks(100, 1 << 20)).await.unwrap();
        for _ in 0..read {
            stream.next().await.unwrap().unwrap();
        }
        drop(stream);
        bench.until_no_session("state <> 'idle'").await;
        bench.until_clean().await;
        bench.assert_usable().await;
    }
    assert_eq!(bench.adapter.pool_status().size, 1, "the same connection");
}

#[tokio::test]
async fn a_failure_in_the_middle_ends_the_stream_with_an_error() {
    let bench = Bench::new("stream_failure").await;
    let query = raw("SELECT 100 / (2500 - i) FROM generate_series(1, 10000) i");
    let mut stream = bench.adapter.stream(query, chunks(1000, 1 << 20)).await.unwrap();
    let mut rows = 0;
    let error = loop {
        match stream.next().await.expect("it does not end well") {
            Ok(chunk) => rows += chunk.len(),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.adapter()), (ErrorKind::DivisionByZero, Some("postgres")));
    assert_eq!(rows, 2000);
    assert!(stream.next().await.is_none());
    drop(stream);
    bench.assert_usable().await;

    let error = bench.adapter.stream(raw("SELECT nope"), StreamOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UndefinedColumn, "at once");
}

#[tokio::test]
async fn a_slow_reader_makes_the_server_wait() {
    let bench = Bench::new("stream_slow").await;
    let query = raw("SELECT repeat('x', 100000) FROM generate_series(1, 100000)");
    let mut stream = bench.adapter.stream(query, chunks(10, 1 << 20)).await.unwrap();
    stream.next().await.unwrap().unwrap();
    // After a chunk that is fetched ahead the server waits for us.
    bench.until("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dt_stream_slow' AND wait_event = 'ClientRead'", 1).await;
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 10);
}

#[tokio::test]
async fn within_a_transaction_a_stream_can_be_given_up_without_failing_it() {
    let bench = Bench::new("stream_transaction").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    for read in 0..3 {
        let many = raw("SELECT generate_series(1, 100000)");
        let mut stream = transaction.stream(many, chunks(100, 1 << 20)).await.unwrap();
        for _ in 0..read {
            stream.next().await.unwrap().unwrap();
        }
        drop(stream);
        if read == 0 {
            // Nothing was asked for yet: the first chunk was on its way, and is given up with the statement.
            transaction.rollback().await.unwrap();
            transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
            continue;
        }
        transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    }
    let whole = transaction.stream(raw("SELECT id FROM t"), StreamOptions::default()).await.unwrap();
    assert_eq!(whole.map(|chunk| chunk.unwrap().len()).collect::<Vec<_>>().await, [2]);
    transaction.commit().await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn a_stream_of_a_session_is_given_up_in_the_background() {
    let bench = Bench::new("stream_session").await;
    let mut session = bench.adapter.session().await.unwrap();
    let mut stream =
        session.stream(raw("SELECT generate_series(1, 100000000)"), chunks(100, 1 << 20)).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    bench.until_no_session("state <> 'idle'").await;
    session.query(raw("SELECT 1")).await.unwrap();
    session.close().await.unwrap();
    eventually(async || bench.adapter.pool_status().idle == 1, "the connection is idle").await;
}
