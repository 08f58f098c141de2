//! The lowering against a real SQLite.

mod corpus;
mod support;

#[path = "sqlite/json_rows.rs"]
mod json_rows;
#[path = "sqlite/lists.rs"]
mod lists;
#[path = "sqlite/names.rs"]
mod names;
#[path = "sqlite/scripts.rs"]
mod scripts;
#[path = "support/sqlite.rs"]
#[allow(unreachable_pub, reason = "as the rest of the support")]
mod server;
#[path = "sqlite/text_match.rs"]
mod text_match;

use drivetrain_adapter_api::statement::Body;
use drivetrain_adapter_api::{Dialect, Query, Statement, Value};
use drivetrain_sql::{Lowerer, Lowering};

use server::Sqlite;
use support::{capabilities, fixture};

/// Statements of the corpus that SQLite is to refuse: they name what is not there, or mean no write that can be.
const REFUSED_BY_SQLITE: [&str; 3] =
    ["in a schema that is named", "a schema", "each by the old value of the other"];

fn lower(body: impl Into<Body>, params: Vec<Value>) -> Lowering {
    let query = Query::new(Statement::new(body), params);
    Lowerer::new(&capabilities(Dialect::Sqlite)).lower(&query).unwrap()
}

#[test]
fn every_statement_of_the_corpus_runs_and_gives_what_it_should() {
    let sqlite = Sqlite::with(&fixture::script(Dialect::Sqlite));
    let mut run = 0;
    for (group, cases) in corpus::groups() {
        for case in cases {
            let Ok(lowering) = case.lower(Dialect::Sqlite) else { continue };
            let rows = sqlite.taken_back(|| sqlite.try_rows(&lowering));
            assert_eq!(
                rows.is_err(),
                REFUSED_BY_SQLITE.contains(&case.name),
                "{group}: {}: {rows:?}\n{}",
                case.name,
                lowering.text
            );
            if let Ok(rows) = rows {
                case.check(Dialect::Sqlite, &support::shown(rows));
            }
            run += 1;
        }
    }
    assert!(run > 90, "{run}");
}
