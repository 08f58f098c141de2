//! Any name that is not refused is taken exactly as it is.

use std::cell::OnceCell;

use drivetrain_adapter_api::statement::{Expr, Projection, Select, Source};
use drivetrain_adapter_api::{Dialect, Query};
use drivetrain_sql::quote_ident;
use proptest::prelude::*;

use super::server::Postgres;
use super::{lower, lowered};
use crate::support::build::text;
use crate::support::proptests;

thread_local! {
    static POSTGRES: OnceCell<Postgres> = const { OnceCell::new() };
}

proptest! {
    #![proptest_config(proptests())]

    #[test]
    fn a_column_and_its_table_keep_their_names(name in "[^\\x00]{1,20}", table in "[\"'`.a;-]{1,10}") {
        prop_assume!(name.len() <= 63);
        POSTGRES.with(|postgres| {
            let postgres = postgres.get_or_init(|| Postgres::with(""));
            let quoted = |name: &str| quote_ident(Dialect::Postgres, name).unwrap();
            postgres.taken_back(|| {
                postgres.run(&format!("CREATE TABLE {} ({} int4 DEFAULT 7)", quoted(&table), quoted(&name)));
                postgres.run(&format!("INSERT INTO {} DEFAULT VALUES", quoted(&table)));
                let select = Select {
                    projections: vec![Projection::new(Expr::of(table.as_str(), name.as_str()))],
                    from: Some(Source::table(table.as_str())),
                    ..Select::default()
                };
                let rows = postgres.rows(&lower(select, vec![]));
                assert_eq!(rows, [[Some("7".to_owned())]]);
                let catalog = "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1";
                let kept = lowered(&Query::raw(catalog, vec![text(&quoted(&table))]));
                assert_eq!(postgres.rows(&kept), [[Some(name.clone())]]);
            });
        });
    }
}
