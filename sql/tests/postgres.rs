//! The lowering against a real Postgres, which `TEST_POSTGRES_URL` names.

mod corpus;
mod support;

#[path = "postgres/json_rows.rs"]
mod json_rows;
#[path = "postgres/names.rs"]
mod names;
#[path = "postgres/scripts.rs"]
mod scripts;
#[path = "support/postgres.rs"]
#[allow(unreachable_pub, reason = "as the rest of the support")]
mod server;
#[path = "postgres/text_match.rs"]
mod text_match;

use drivetrain_adapter_api::statement::Body;
use drivetrain_adapter_api::{Dialect, Query, Statement, Value};
use drivetrain_sql::{Lowerer, Lowering};

use server::Postgres;
use support::{capabilities, fixture};

/// Statements of the corpus that the server is to refuse: they name what is not there, or mean no write that can be.
const REFUSED_BY_THE_SERVER: [&str; 4] = [
    "in a schema that is named",
    "a schema",
    "the next id of a column whose table is named as badly as can be",
    // A primary key is checked row by row.
    "each by the old value of the other",
];

fn lower(body: impl Into<Body>, params: Vec<Value>) -> Lowering {
    lowered(&Query::new(Statement::new(body), params))
}

fn lowered(query: &Query) -> Lowering {
    Lowerer::new(&capabilities(Dialect::Postgres)).lower(query).unwrap()
}

fn run_the_corpus(postgres: &Postgres) {
    let mut run = 0;
    for (group, cases) in corpus::groups() {
        for case in cases {
            let Ok(lowering) = case.lower(Dialect::Postgres) else { continue };
            let rows = postgres.taken_back(|| postgres.try_rows(&lowering));
            assert_eq!(
                rows.is_err(),
                REFUSED_BY_THE_SERVER.contains(&case.name),
                "{group}: {}: {rows:?}\n{}",
                case.name,
                lowering.text
            );
            if let Ok(rows) = rows {
                case.check(Dialect::Postgres, &support::shown(rows));
            }
            run += 1;
        }
    }
    assert!(run > 100, "{run}");
}

#[test]
fn every_statement_of_the_corpus_runs_and_gives_what_it_should() {
    run_the_corpus(&Postgres::with(&fixture::script(Dialect::Postgres)));
}

#[test]
fn so_it_does_where_backslashes_escape() {
    let postgres = Postgres::with(&fixture::script(Dialect::Postgres));
    postgres.run("SET LOCAL standard_conforming_strings = off; SET LOCAL escape_string_warning = off");
    run_the_corpus(&postgres);
}

#[test]
fn so_it_does_whatever_the_form_of_dates_and_floats() {
    let postgres = Postgres::with(&fixture::script(Dialect::Postgres));
    postgres.run(
        "SET LOCAL datestyle = 'SQL, DMY'; SET LOCAL extra_float_digits = -10; SET LOCAL intervalstyle = 'sql_standard';
         SET LOCAL bytea_output = 'escape'; SET LOCAL timezone = 'Asia/Kathmandu'",
    );
    run_the_corpus(&postgres);
}
