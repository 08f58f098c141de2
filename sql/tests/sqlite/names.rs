//! Any name that is not refused is taken exactly as it is.

use std::cell::OnceCell;

use drivetrain_adapter_api::Dialect;
use drivetrain_adapter_api::statement::{Expr, Projection, Select, Source};
use drivetrain_sql::quote_ident;
use proptest::prelude::*;

use super::lower;
use super::server::Sqlite;
use crate::support::proptests;

thread_local! {
    static SQLITE: OnceCell<Sqlite> = const { OnceCell::new() };
}

proptest! {
    #![proptest_config(proptests())]

    #[test]
    fn a_column_and_its_table_keep_their_names(name in "[^\\x00]{1,20}", table in "[\"'`.\\[\\]a;-]{1,10}") {
        SQLITE.with(|sqlite| {
            let sqlite = sqlite.get_or_init(|| Sqlite::with(""));
            let quoted = |name: &str| quote_ident(Dialect::Sqlite, name).unwrap();
            sqlite.taken_back(|| {
                sqlite.run(&format!("CREATE TABLE {0} ({1} DEFAULT 7); INSERT INTO {0} DEFAULT VALUES", quoted(&table), quoted(&name)));
                let select = Select {
                    projections: vec![Projection::new(Expr::of(table.as_str(), name.as_str()))],
                    from: Some(Source::table(table.as_str())),
                    ..Select::default()
                };
                assert_eq!(sqlite.rows(&lower(select, vec![])), [[Some("7".to_owned())]]);
                assert_eq!(sqlite.columns(&format!("SELECT * FROM {}", quoted(&table))), [name.as_str()]);
            });
        });
    }
}

#[test]
fn a_name_that_is_not_there_is_an_error() {
    let sqlite = Sqlite::with("CREATE TABLE t (a)");
    let select = crate::support::build::select("t", &["nope"]);
    assert!(sqlite.try_rows(&lower(select, vec![])).is_err());
}
