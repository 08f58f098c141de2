//! The lowering against a real SQLite.

mod corpus;
mod support;

#[path = "support/sqlite.rs"]
mod server;

use drivetrain_adapter_api::Dialect;

use server::Sqlite;
use support::fixture;

/// Statements of the corpus that are about names that are not there: the server is to say so.
const REFUSED_BY_THE_SERVER: [&str; 3] =
    ["in a schema that is named", "a schema", "each by the old value of the other"];

#[test]
fn every_statement_of_the_corpus_runs_and_gives_what_it_should() {
    let sqlite = Sqlite::with(&fixture::script(Dialect::Sqlite));
    let mut run = 0;
    for (group, cases) in corpus::groups() {
        for case in cases {
            let Ok(lowering) = case.lower(Dialect::Sqlite) else { continue };
            match sqlite.taken_back(|| sqlite.try_rows(&lowering)) {
                Ok(rows) => case.check(Dialect::Sqlite, &shown(rows)),
                Err(error) => assert!(
                    REFUSED_BY_THE_SERVER.contains(&case.name),
                    "{group}: {}: {error}\n{}",
                    case.name,
                    lowering.text
                ),
            }
            run += 1;
        }
    }
    assert!(run > 90, "{run}");
}

fn shown(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter()
        .map(|row| row.into_iter().map(|cell| cell.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join("|"))
        .collect()
}
