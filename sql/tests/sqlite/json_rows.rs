//! Relations as JSON on SQLite. The adapter does not declare them, since SQLite's JSON is not made for floats and
//! bytes; what is lowered is right all the same.

use drivetrain_adapter_api::decode::json;
use drivetrain_adapter_api::statement::{Expr, JsonItem, JsonRows, OrderBy, Select};
use drivetrain_adapter_api::{DbType, Value};

use super::lower;
use super::server::Sqlite;
use crate::support::build::{col, select, values};

fn read(sqlite: &Sqlite, select: Select, types: &[DbType]) -> Vec<Vec<Value>> {
    let items = types.iter().cloned().map(JsonItem::Scalar).collect();
    let rows = Expr::JsonRows(Box::new(JsonRows { select, items }));
    let text = sqlite.rows(&lower(values(vec![rows]), vec![]))[0][0].clone().unwrap();
    json::rows(&text)
        .unwrap()
        .iter()
        .map(|row| row.iter().zip(types).map(|(cell, ty)| cell.to_value(ty).unwrap()).collect())
        .collect()
}

#[test]
fn values_of_every_class_are_kept() {
    let sqlite = Sqlite::with(
        r#"CREATE TABLE "t" ("i" INTEGER, "f" REAL, "t" TEXT, "b" BLOB);
           INSERT INTO "t" VALUES (9223372036854775807, 0.1, 'a"\' || char(10) || '😀', x'00ff'),
           (NULL, NULL, NULL, NULL), (-1, -2.5, '[1]', x''), (0, 1e300, '', x'5c'), (1, 5e-324, '1', x'00'),
           (2, 9e999, '2', x'01')"#,
    );
    let rows = read(
        &sqlite,
        select("t", &["i", "f", "t", "b"]),
        &[DbType::Int64, DbType::Float64, DbType::Text, DbType::Bytes],
    );
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        rows,
        [
            vec![Value::Int64(i64::MAX), Value::Float64(0.1), text("a\"\\\n😀"), Value::Bytes(vec![0, 255])],
            vec![Value::NULL; 4],
            vec![Value::Int64(-1), Value::Float64(-2.5), text("[1]"), Value::Bytes(vec![])],
            vec![Value::Int64(0), Value::Float64(1e300), text(""), Value::Bytes(vec![0x5c])],
            vec![Value::Int64(1), Value::Float64(5e-324), text("1"), Value::Bytes(vec![0])],
            vec![Value::Int64(2), Value::Float64(f64::INFINITY), text("2"), Value::Bytes(vec![1])],
        ]
    );
}

#[test]
fn a_hundred_and_twenty_columns_and_more_are_read() {
    for width in [100, 120, 300] {
        let columns: Vec<String> = (0..width).map(|at| format!("\"c{at}\" INTEGER DEFAULT {at}")).collect();
        let sqlite = Sqlite::with(&format!(
            "CREATE TABLE \"wide\" ({}); INSERT INTO \"wide\" (c0) VALUES (0), (7)",
            columns.join(", ")
        ));
        let names: Vec<String> = (0..width).map(|at| format!("c{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = Select { order_by: vec![OrderBy::descending(col("c0"))], ..select("wide", &names) };
        let rows = read(&sqlite, rows, &vec![DbType::Int64; width]);
        let expected = |first| -> Vec<Value> {
            (0..width as i64).map(|at| Value::Int64(if at == 0 { first } else { at })).collect()
        };
        assert_eq!(rows, [expected(7), expected(0)]);
    }
}
