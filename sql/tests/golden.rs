//! The SQL of every statement of the corpus, for every dialect, compared with `tests/snapshots`.
//!
//! `INSTA_UPDATE=always cargo test -p drivetrain-sql --test golden` writes them anew.

mod corpus;
mod support;

use std::fmt::Write as _;

use drivetrain_adapter_api::{Dialect, Error, Flavor, Query, Value, Version};
use drivetrain_sql::{Lowerer, Lowering};

use support::{capabilities, server, text};

fn describe(out: &mut String, name: &str, lowered: Result<Lowering, Error>) {
    match lowered {
        Ok(lowering) => {
            writeln!(out, "{name}: {}", lowering.text).unwrap();
            for (at, bound) in lowering.params.iter().enumerate() {
                let value = match &bound.value {
                    Value::Null(_) => "NULL".to_owned(),
                    value => format!("{:?}", text::postgres(value).unwrap()),
                };
                writeln!(out, "    {} = {value} ({})", at + 1, bound.ty).unwrap();
            }
        }
        Err(error) => writeln!(out, "{name}: {:?}: {error}", error.kind()).unwrap(),
    }
}

#[test]
fn every_statement_is_lowered_as_it_was() {
    for (group, cases) in corpus::groups() {
        let mut out = String::new();
        for case in cases {
            writeln!(out, "## {}", case.name).unwrap();
            for (name, dialect) in
                [("postgres", Dialect::Postgres), ("sqlite", Dialect::Sqlite), ("mysql", Dialect::MySql)]
            {
                describe(&mut out, name, case.lower(dialect));
            }
            out.push('\n');
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(group, out);
        });
    }
}

/// Where servers of the MySQL dialect differ from MySQL 8.4.
#[test]
fn other_servers_of_mysql_are_lowered_as_they_were() {
    let servers = [
        ("MariaDB 11.4", server(Dialect::MySql, Flavor::MariaDb, Version::new(11, 4, 0), 65_535)),
        ("MySQL 8.0.18", server(Dialect::MySql, Flavor::MySql, Version::new(8, 0, 18), 65_535)),
        ("Vitess", server(Dialect::MySql, Flavor::Vitess, Version::new(22, 0, 0), 65_535)),
    ];
    let mut out = String::new();
    let usual = Lowerer::new(&capabilities(Dialect::MySql));
    for (group, cases) in corpus::groups() {
        for case in cases {
            let lower = |lowerer: &Lowerer, query: &Query| {
                let mut shown = String::new();
                describe(&mut shown, "", lowerer.lower(query));
                shown
            };
            let expected = lower(&usual, &case.query);
            for (name, capabilities) in &servers {
                let shown = lower(&Lowerer::new(capabilities), &case.query);
                if shown != expected {
                    writeln!(out, "## {group}: {}\n{name}{shown}", case.name).unwrap();
                }
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("mysql_servers", out);
    });
}
