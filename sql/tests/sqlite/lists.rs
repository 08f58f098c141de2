//! A list finds what its elements find one by one.

use std::cell::OnceCell;

use drivetrain_adapter_api::statement::Expr;
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{DbType, Value};
use proptest::prelude::*;

use super::lower;
use super::server::Sqlite;
use crate::support::build::{col, filtered, in_slot, slot};
use crate::support::proptests;

thread_local! {
    static SQLITE: OnceCell<Sqlite> = const { OnceCell::new() };
}

fn element() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Int64),
        (-3_i64..3).prop_map(Value::Int64),
        "[a\"\\\\\\x00é\\n1]{0,4}".prop_map(Value::Text),
        ".{0,6}".prop_map(Value::Text),
        any::<f64>().prop_filter("SQLite has no NaN", |number| !number.is_nan()).prop_map(Value::Float64),
        "[01]{0,3}".prop_map(|text| Value::Bytes(text.into_bytes())),
        any::<bool>().prop_map(Value::Bool),
    ]
}

proptest! {
    #![proptest_config(proptests())]

    #[test]
    fn of_any_values(stored in prop::collection::vec(element(), 1..6), others in prop::collection::vec(element(), 0..4)) {
        SQLITE.with(|sqlite| {
            let sqlite = sqlite.get_or_init(|| {
                Sqlite::with("CREATE TABLE \"t\" (\"integer\" INTEGER, \"text\" TEXT, \"none\" BLOB)")
            });
            sqlite.taken_back(|| {
                for value in &stored {
                    let row = (0..3).map(|_| slot(0, DbType::Unknown)).collect();
                    let source = drivetrain_adapter_api::statement::InsertSource::Rows(vec![row]);
                    let insert = crate::support::build::insert("t", &["integer", "text", "none"], source);
                    sqlite.rows(&lower(insert, vec![value.clone()]));
                }
                let elements: Vec<Value> = stored.iter().skip(1).chain(&others).cloned().collect();
                for column in ["integer", "text", "none"] {
                    let single = elements.iter().enumerate();
                    let alternatives =
                        single.map(|(at, _)| col(column).equal(slot(at as u32, DbType::Unknown))).collect();
                    let expected =
                        lower(filtered("t", &["rowid"], Expr::Or(alternatives)), elements.clone());
                    let list = Value::Array(Array::new(DbType::Unknown, elements.clone()));
                    let found = lower(filtered("t", &["rowid"], in_slot(col(column), 0, DbType::Unknown)), vec![list]);
                    assert_eq!(sqlite.rows(&found), sqlite.rows(&expected), "{column}: {}", found.text);
                }
            });
        });
    }
}

#[test]
fn a_list_uses_an_index() {
    let sqlite = Sqlite::with("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX i ON t (a)");
    let list = |column, value| {
        let list = Value::Array(Array::new(DbType::Unknown, vec![value]));
        lower(filtered("t", &["id"], in_slot(col(column), 0, DbType::Unknown)), vec![list])
    };
    let by_id = sqlite.plan(&list("id", Value::Int64(1)));
    assert!(by_id.contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"), "{by_id}");
    let by_text = sqlite.plan(&list("a", Value::Text("x".into())));
    assert!(by_text.contains("SEARCH t USING COVERING INDEX i (a=?)"), "{by_text}");
}
