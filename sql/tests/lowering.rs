//! The lowerer apart from the text: values, limits, the cache, what is refused.

mod support;

use drivetrain_adapter_api::statement::{
    BinaryOperator, Delete, Expr, InList, InsertSource, JsonItem, JsonRows, RawSql, Select,
};
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{Capabilities, DbType, Dialect, Error, ErrorKind, Query, Statement, Value};
use drivetrain_sql::{Lowerer, quote_ident};

use support::build::*;
use support::capabilities;

const ALL: [Dialect; 3] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite];

fn lowerer(dialect: Dialect) -> Lowerer {
    Lowerer::new(&capabilities(dialect))
}

fn limited(dialect: Dialect, parameters: u64) -> Lowerer {
    Lowerer::new(&capabilities(dialect).with_max_parameters(Some(parameters)))
}

fn fail(dialect: Dialect, query: &Query) -> Error {
    lowerer(dialect).lower(query).unwrap_err()
}

fn in_floats(count: usize) -> Query {
    let floats = (0..count).map(|number| Value::Float64(number as f64)).collect();
    Query::new(
        Statement::new(filtered("t", &["a"], in_slot(col("a"), 0, Float64))),
        vec![array(Float64, floats)],
    )
}

#[test]
fn lists_of_many_lengths_need_few_texts() {
    for dialect in [Dialect::MySql, Dialect::Sqlite] {
        let lowerer = lowerer(dialect);
        let mut texts: Vec<_> =
            (1..=1000).map(|count| lowerer.lower(&in_floats(count)).unwrap().text).collect();
        texts.dedup();
        assert_eq!(texts.len(), 11, "1, 2, 4, ... 1024");
    }
}

#[test]
fn the_padding_is_the_last_element() {
    let lowering = lowerer(Dialect::MySql).lower(&in_floats(5)).unwrap();
    let values: Vec<_> = lowering.params.iter().map(|bound| bound.value.clone()).collect();
    assert_eq!(values, [0.0, 1.0, 2.0, 3.0, 4.0, 4.0, 4.0, 4.0].map(Value::Float64));
    assert!(lowering.params.iter().all(|bound| bound.ty == Float64));
}

#[test]
fn a_text_is_kept_and_serves_other_values() {
    for dialect in ALL {
        let lowerer = lowerer(dialect);
        let select = filtered("t", &["a"], col("a").equal(slot(0, Int32)));
        let first =
            lowerer.lower(&Query::new(Statement::new(select.clone()), vec![Value::Int32(1)])).unwrap();
        let second = lowerer.lower(&Query::new(Statement::new(select), vec![Value::Int32(2)])).unwrap();
        assert!(std::sync::Arc::ptr_eq(&first.text, &second.text));
        assert_eq!(second.params[0].value, Value::Int32(2));
    }
}

#[test]
fn a_kept_text_is_not_used_for_values_that_need_another() {
    let sqlite = lowerer(Dialect::Sqlite);
    let list = |value: Value| {
        Query::new(
            Statement::new(filtered("t", &["a"], in_slot(col("a"), 0, DbType::Unknown))),
            vec![array(DbType::Unknown, vec![value])],
        )
    };
    let text = |lowerer: &Lowerer, query: &Query| lowerer.lower(query).unwrap().text;
    let json = text(&sqlite, &list(Value::Int64(1)));
    assert!(json.contains("json_each"));
    let single = text(&sqlite, &list(Value::Float64(1.0)));
    assert!(single.contains("IN (?1)"));
    assert_eq!(text(&sqlite, &list(Value::Int64(1))), json);
    assert_eq!(text(&sqlite, &list(Value::Text("a\0".into()))), single);

    let postgres = lowerer(Dialect::Postgres);
    let raw = |value: Value| {
        let parts = vec![
            drivetrain_adapter_api::statement::RawPart::Text("SELECT ".into()),
            drivetrain_adapter_api::statement::RawPart::Value(0),
        ];
        Query::new(Statement::new(RawSql::Parts(parts)), vec![value])
    };
    assert_eq!(&*text(&postgres, &raw(Value::Int32(1))), "SELECT $1");
    assert_eq!(&*text(&postgres, &raw(Value::Bytes(vec![]))), "SELECT $1::bytea");
    assert_eq!(&*text(&postgres, &raw(Value::Null(DbType::Date))), "SELECT $1::date");
    assert_eq!(&*text(&postgres, &raw(Value::Int32(1))), "SELECT $1");
}

#[test]
fn rounding_up_never_makes_too_many_parameters() {
    let lowerer = limited(Dialect::Sqlite, 1000);
    assert_eq!(lowerer.lower(&in_floats(513)).unwrap().params.len(), 513);
    assert_eq!(lowerer.lower(&in_floats(1000)).unwrap().params.len(), 1000);
    assert_eq!(lowerer.lower(&in_floats(400)).unwrap().params.len(), 512);
    let error = lowerer.lower(&in_floats(1001)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyParameters);
    assert!(error.to_string().contains("1001 parameters"), "{error}");
}

#[test]
fn limits_hold_for_every_sort_of_query() {
    let bulk = insert(
        "t",
        &["a", "b"],
        InsertSource::Arrays(vec![bare_slot(0, list(Int32)), bare_slot(1, list(Int32))]),
    );
    let bulk = Query::new(Statement::new(bulk), vec![ints(0..6), ints(0..6)]);
    assert_eq!(limited(Dialect::MySql, 12).lower(&bulk).unwrap().params.len(), 12);
    assert_eq!(limited(Dialect::MySql, 11).lower(&bulk).unwrap_err().kind(), ErrorKind::TooManyParameters);
    assert_eq!(limited(Dialect::Postgres, 2).lower(&bulk).unwrap().params.len(), 2);

    let raw = Query::raw("SELECT $1, $2", vec![Value::Int32(1), Value::Int32(2)]);
    assert_eq!(limited(Dialect::Postgres, 1).lower(&raw).unwrap_err().kind(), ErrorKind::TooManyParameters);
    let short = Lowerer::new(&capabilities(Dialect::Postgres).with_max_statement_bytes(Some(10)));
    assert_eq!(short.lower(&raw).unwrap_err().kind(), ErrorKind::RequestTooLarge);
    let select = Query::new(Statement::new(select("a long name", &["a"])), vec![]);
    assert_eq!(short.lower(&select).unwrap_err().kind(), ErrorKind::RequestTooLarge);

    // A kept text is checked as a new one is.
    let seven = Lowerer::new(&capabilities(Dialect::MySql).with_max_parameters(Some(1)));
    assert!(seven.lower(&in_floats(1)).is_ok());
    assert!(seven.lower(&in_floats(2)).is_err());
}

#[test]
fn raw_sql_in_one_piece_is_passed_on() {
    for dialect in ALL {
        let sql = "SELECT '\0; -- $1 ?";
        let lowering = lowerer(dialect).lower(&Query::raw(sql, vec![Value::Bytes(vec![1])])).unwrap();
        assert_eq!(&*lowering.text, sql);
        assert_eq!(lowering.params[0].value, Value::Bytes(vec![1]));
        assert_eq!(lowering.to_lowered().parameters, [DbType::Unknown]);
    }
}

#[test]
fn values_of_the_wrong_sort_are_refused_by_their_number() {
    let not_a_list =
        Query::new(Statement::new(filtered("t", &["a"], in_slot(col("a"), 0, Int32))), vec![Value::Int32(1)]);
    for dialect in [Dialect::MySql, Dialect::Sqlite] {
        let error = fail(dialect, &not_a_list);
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
        assert!(error.to_string().contains("value 1 must be an array"), "{error}");
    }
    let search = matches(col("a"), drivetrain_adapter_api::statement::TextMatch::Contains, 0, false);
    let search = Query::new(Statement::new(filtered("t", &["a"], search)), vec![Value::Int32(1)]);
    for dialect in [Dialect::Postgres, Dialect::MySql] {
        assert_eq!(fail(dialect, &search).kind(), ErrorKind::TypeMismatch);
    }
    let few = Query::new(Statement::new(filtered("t", &["a"], col("a").equal(slot(0, Int32)))), vec![]);
    for dialect in ALL {
        assert_eq!(fail(dialect, &few).kind(), ErrorKind::ParameterCount);
    }
}

#[test]
fn rows_whose_columns_have_different_lengths_are_refused_everywhere() {
    let rows = Expr::In {
        expr: Box::new(Expr::Row(vec![col("a"), col("b")])),
        list: InList::Rows(vec![bare_slot(0, list(Int32)), bare_slot(1, list(Int32))]),
    };
    let rows = Query::new(Statement::new(filtered("t", &["a"], rows)), vec![ints([1]), ints([1, 2])]);
    for dialect in ALL {
        let error = fail(dialect, &rows);
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(error.to_string().contains("values 1 and 2"), "{error}");
    }
}

#[test]
fn statements_that_mean_nothing_are_refused() {
    let misuses: Vec<(&str, Statement)> = vec![
        ("an update without changes", Statement::new(update("t", vec![], col("a")))),
        ("an insert without rows", Statement::new(insert("t", &["a"], InsertSource::Rows(vec![])))),
        ("a short row", Statement::new(insert("t", &["a", "b"], InsertSource::Rows(vec![vec![int(1)]])))),
        ("defaults with columns", Statement::new(insert("t", &["a"], InsertSource::Defaults))),
        ("too few arrays", Statement::new(insert("t", &["a"], InsertSource::Arrays(vec![])))),
        ("an excluded value in a select", Statement::new(values(vec![Expr::Excluded("a".into())]))),
        (
            "a function without arguments",
            Statement::new(values(vec![call(drivetrain_adapter_api::statement::Function::Lower, vec![])])),
        ),
        (
            "a sum of nothing",
            Statement::new(values(vec![aggregate(
                drivetrain_adapter_api::statement::AggregateFunction::Sum,
                None,
            )])),
        ),
        (
            "a row in single values",
            Statement::new(filtered(
                "t",
                &["a"],
                Expr::In { expr: Box::new(Expr::Row(vec![col("a"), col("b")])), list: InList::Rows(vec![]) },
            )),
        ),
        (
            "encodings that do not fit",
            Statement::new(values(vec![Expr::JsonRows(Box::new(JsonRows {
                select: select("t", &["a", "b"]),
                items: vec![JsonItem::Nested],
            }))])),
        ),
    ];
    for (what, statement) in misuses {
        let query = Query::new(statement, vec![]);
        for dialect in ALL {
            assert_eq!(fail(dialect, &query).kind(), ErrorKind::Misuse, "{what} on {dialect}");
        }
    }
}

#[test]
fn mysql_assigns_a_column_after_all_values_that_read_it() {
    let more = |column: &str| binary(col(column), BinaryOperator::Add, int(1));
    let change =
        update("t", vec![set("a", more("b")), set("b", more("c")), set("c", int(0))], Expr::And(vec![]));
    let text = |update| lowerer(Dialect::MySql).lower(&Query::new(Statement::new(update), vec![]));
    assert_eq!(
        &*text(change.clone()).unwrap().text,
        "UPDATE `t` SET `a` = `b` + 1, `b` = `c` + 1, `c` = 0 WHERE TRUE"
    );
    let mut turned = change;
    turned.set.reverse();
    assert_eq!(
        &*text(turned).unwrap().text,
        "UPDATE `t` SET `a` = `b` + 1, `b` = `c` + 1, `c` = 0 WHERE TRUE"
    );
    let swap = update("t", vec![set("a", col("b")), set("b", col("a"))], Expr::And(vec![]));
    assert_eq!(text(swap).unwrap_err().kind(), ErrorKind::Unsupported);
    let itself = update("t", vec![set("a", more("a")), set("b", int(1))], Expr::And(vec![]));
    assert!(text(itself).is_ok());
}

#[test]
fn long_chains_of_conditions_stay_shallow_for_sqlite() {
    let chain = Expr::Or((0..5000).map(|number| col("a").equal(int(number))).collect());
    let query = Query::new(Statement::new(filtered("t", &["a"], chain)), vec![]);
    let text = lowerer(Dialect::Sqlite).lower(&query).unwrap().text;
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE t (a)").unwrap();
    connection.prepare(&text).unwrap();
}

#[test]
fn debug_shows_no_values() {
    let query = Query::new(
        Statement::new(filtered("t", &["a"], col("a").equal(slot(0, Text)))),
        vec![text("canary")],
    );
    let lowerer = lowerer(Dialect::Postgres);
    let lowering = lowerer.lower(&query).unwrap();
    let shown = format!("{lowering:?} {:?} {lowerer:?}", lowering.params);
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("WHERE"));
}

#[test]
fn an_array_within_a_list_is_refused_where_there_are_none() {
    let nested = Value::Array(Array::new(list(Int32), vec![ints([1])]));
    let bulk = insert("t", &["a"], InsertSource::Arrays(vec![bare_slot(0, list(list(Int32)))]));
    let query = Query::new(Statement::new(bulk), vec![nested]);
    for dialect in ALL {
        assert_eq!(fail(dialect, &query).kind(), ErrorKind::Unsupported, "{dialect}");
    }
}

#[test]
fn names_are_quoted_or_refused() {
    assert_eq!(quote_ident(Dialect::Postgres, "a\"b").unwrap(), "\"a\"\"b\"");
    assert_eq!(quote_ident(Dialect::MySql, "a`b\"").unwrap(), "`a``b\"`");
    for dialect in ALL {
        assert_eq!(quote_ident(dialect, "a\0b").unwrap_err().kind(), ErrorKind::InvalidValue);
        assert!(quote_ident(dialect, "").is_err());
    }
    // 63 bytes on Postgres: 31 letters of two bytes and one more.
    assert!(quote_ident(Dialect::Postgres, &("ü".repeat(31) + "a")).is_ok());
    let error = quote_ident(Dialect::Postgres, &"ü".repeat(32)).unwrap_err();
    assert!(error.to_string().contains("64 bytes"), "{error}");
    assert!(quote_ident(Dialect::MySql, &"ü".repeat(64)).is_ok());
    assert!(quote_ident(Dialect::MySql, &"ü".repeat(65)).is_err());
    assert!(quote_ident(Dialect::Sqlite, &"ü".repeat(1000)).is_ok());
}

#[test]
fn a_lowerer_is_shared_by_threads() {
    fn shared<T: Send + Sync + std::fmt::Debug>() {}
    shared::<Lowerer>();
    let lowerer = Lowerer::new(&Capabilities::none(Dialect::MySql));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for count in 1..200 {
                    let lowering = lowerer.lower(&in_floats(count)).unwrap();
                    assert_eq!(lowering.params.len(), count.next_power_of_two());
                }
            });
        }
    });
}

#[test]
fn a_delete_of_everything_says_so() {
    let delete = Delete { with: vec![], table: "t".into(), filter: None, returning: vec![] };
    let lowering = lowerer(Dialect::Sqlite).lower(&Query::new(Statement::new(delete), vec![])).unwrap();
    assert_eq!(&*lowering.text, "DELETE FROM \"t\"");
    let none: Select = Select::default();
    assert_eq!(
        &*lowerer(Dialect::Postgres).lower(&Query::new(Statement::new(none), vec![])).unwrap().text,
        "SELECT"
    );
}

#[test]
fn a_condition_that_is_left_out_takes_its_parameters_along() {
    let sum = binary(col("a"), BinaryOperator::Add, slot(0, Int32));
    let none = Expr::In {
        expr: Box::new(Expr::Row(vec![sum, col("b")])),
        list: InList::Rows(vec![bare_slot(1, list(Int32)), bare_slot(2, list(Int32))]),
    };
    let filter = Expr::And(vec![none, col("a").equal(slot(3, Int32)), col("b").equal(slot(0, Int32))]);
    let params = vec![Value::Int32(7), ints([]), ints([]), Value::Int32(8)];
    let query = Query::new(Statement::new(filtered("t", &["a"], filter)), params);
    let lowering = lowerer(Dialect::Sqlite).lower(&query).unwrap();
    assert_eq!(&*lowering.text, r#"SELECT "a" FROM "t" WHERE 0 AND "a" = ?1 AND "b" = ?2"#);
    let values: Vec<_> = lowering.params.into_iter().map(|bound| bound.value).collect();
    assert_eq!(values, [Value::Int32(8), Value::Int32(7)]);
}
