//! The lowering against a real Postgres, which `TEST_POSTGRES_URL` names.

mod corpus;
mod support;

#[path = "support/postgres.rs"]
mod server;

use drivetrain_adapter_api::Dialect;

use server::Postgres;
use support::fixture;

/// Statements of the corpus that are about names that are not there: the server is to say so.
const REFUSED_BY_THE_SERVER: [&str; 4] = [
    "in a schema that is named",
    "a schema",
    "the next id of a column whose table is named as badly as can be",
    // Each row of a primary key is checked at once, also where the whole would fit.
    "each by the old value of the other",
];

#[test]
fn every_statement_of_the_corpus_runs_and_gives_what_it_should() {
    let postgres = Postgres::with(&fixture::script(Dialect::Postgres));
    let mut run = 0;
    for (group, cases) in corpus::groups() {
        for case in cases {
            let Ok(lowering) = case.lower(Dialect::Postgres) else { continue };
            let rows = postgres.taken_back(|| postgres.try_rows(&lowering));
            match rows {
                Ok(rows) => case.check(Dialect::Postgres, &shown(rows)),
                Err(error) => assert!(
                    REFUSED_BY_THE_SERVER.contains(&case.name),
                    "{group}: {}: {error:?}\n{}",
                    case.name,
                    lowering.text
                ),
            }
            run += 1;
        }
    }
    assert!(run > 100, "{run}");
}

fn shown(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter()
        .map(|row| row.into_iter().map(|cell| cell.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join("|"))
        .collect()
}
