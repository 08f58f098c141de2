//! Rows in chunks.

use drivetrain_adapter_api::{Adapter as _, ErrorKind, StreamOptions, TransactionOptions};
use futures_util::StreamExt as _;

use crate::support::{adapter, all, committed, count_of, insert, product};

fn chunks_of(rows: usize) -> StreamOptions {
    let mut options = StreamOptions::default();
    options.chunk_rows = rows;
    options
}

#[tokio::test]
async fn all_rows_come_in_chunks_of_that_size() {
    let adapter = adapter();
    let mut stream = adapter.stream(product(7, 3), chunks_of(4)).await.unwrap();
    assert_eq!(stream.columns().len(), 2);
    let mut sizes = Vec::new();
    let mut rows = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.unwrap();
        sizes.push(chunk.len());
        rows.extend((0..chunk.len()).map(|row| (chunk.get(row, 0).unwrap(), chunk.get(row, 1).unwrap())));
    }
    assert_eq!(sizes, [4, 4, 4, 4, 4, 1]);
    let expected: Vec<(i32, i32)> = (0..7).flat_map(|a| (0..3).map(move |b| (a, b))).collect();
    assert_eq!(rows, expected);
}

/// All rows would take minutes and gigabytes.
#[tokio::test]
async fn the_first_rows_come_before_the_last_are_made() {
    let adapter = adapter();
    let mut stream = adapter.stream(product(1_000_000, 1000), chunks_of(10)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 10);
}

#[tokio::test]
async fn a_chunk_is_bounded_in_bytes_but_for_a_single_row() {
    let adapter = adapter();
    let mut options = chunks_of(100);
    options.chunk_bytes = 1;
    let mut stream = adapter.stream(product(2, 2), options).await.unwrap();
    let mut chunks = 0;
    while let Some(chunk) = stream.next().await {
        assert_eq!(chunk.unwrap().len(), 1);
        chunks += 1;
    }
    assert_eq!(chunks, 4);
}

#[tokio::test]
async fn a_stream_sees_one_state_and_holds_no_lock() {
    let adapter = adapter();
    adapter.query(insert(1)).await.unwrap();
    adapter.query(insert(2)).await.unwrap();
    let mut stream = adapter.stream(all(), chunks_of(1)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().get::<i32>(0, 0).unwrap(), 1);
    adapter.query(insert(3)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().get::<i32>(0, 0).unwrap(), 2);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn what_writes_is_done_when_the_stream_is_there() {
    let adapter = adapter();
    drop(adapter.stream(insert(1), StreamOptions::default()).await.unwrap());
    assert_eq!(committed(&adapter).await, [1]);
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    drop(transaction.stream(insert(2), StreamOptions::default()).await.unwrap());
    let mut stream = transaction.stream(count_of(product(2, 2)), StreamOptions::default()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().get::<i64>(0, 0).unwrap(), 4);
    drop(stream);
    transaction.commit().await.unwrap();
    assert_eq!(committed(&adapter).await, [1, 2]);
}

#[tokio::test]
async fn a_closed_adapter_ends_its_streams_with_an_error() {
    let adapter = adapter();
    let mut stream = adapter.stream(product(3, 1), chunks_of(1)).await.unwrap();
    stream.next().await.unwrap().unwrap();
    adapter.close().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert!(stream.next().await.is_none());
}
