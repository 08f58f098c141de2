//! The first things first: one statement, its rows, its counts.

mod common;

use common::{Bench, first};
use drivetrain_adapter_api::{Adapter, ErrorKind, Value};

#[tokio::test]
async fn one_statement_and_its_rows() {
    let bench = Bench::new("one_statement").await;
    let result =
        bench.query("SELECT $1::int8 + 1 AS n, 'x'::text AS t", vec![Value::Int64(41)]).await.unwrap();
    assert_eq!(first::<i64>(&result), 42);
    assert_eq!(result.rows.get::<String>(0, 1).unwrap(), "x");
    assert_eq!(&*result.rows.columns()[0].name, "n");
    assert_eq!(result.affected, None);
    bench.adapter.health_check().await.unwrap();
    bench.adapter.close().await.unwrap();
    assert_eq!(bench.query("SELECT 1", vec![]).await.unwrap_err().kind(), ErrorKind::Closed);
}
