//! `cargo xtask test`: every test, with the servers they need.

mod runner;
mod selection;

use crate::args::TestOptions;
use crate::report::Report;
use crate::servers::{Kind, Servers};
use crate::workspace;

/// Runs the tests and prints the report and the closing line. True when all that should have run did, and passed.
pub(crate) fn command(options: &TestOptions) -> Result<bool, String> {
    let mut report = Report::default();
    let mut servers = Servers::default();
    run(options, &mut servers, &mut report)?;
    drop(servers);
    print!("{}", report.text());
    println!("{}", report.counts());
    Ok(report.succeeded())
}

/// Runs the tests, starting the servers they need into `servers` and telling `report` what happened.
pub(crate) fn run(options: &TestOptions, servers: &mut Servers, report: &mut Report) -> Result<(), String> {
    let packages = workspace::select(workspace::packages()?, &options.packages)?;
    let mut excluded = Vec::new();
    for kind in Kind::ALL {
        let needing = selection::needing(&packages, kind);
        if needing.is_empty() {
            continue;
        }
        let listed = needing.join(", ");
        if options.quick {
            report.left_out(format!("tests that need {kind}, because of --quick: {listed}"));
            excluded.push(kind);
        } else if !servers.has(kind)
            && let Err(error) = servers.start(kind)
        {
            report.could_not(format!("tests that need {kind} ({listed}): {error}"));
            excluded.push(kind);
        }
    }
    servers.descriptions().into_iter().for_each(|server| report.server(server));

    let mut variables = servers.variables();
    variables.extend(workspace::chinook().map(|folder| ("CONFORMANCE_CHINOOK".to_owned(), folder)));
    let before = report.counts().run();
    for part in runner::parts(&packages, options, &excluded) {
        let (counts, succeeded) = runner::run(part.command, variables.clone(), part.skipped_are_excluded)?;
        report.ran(part.name, counts, succeeded);
    }
    if report.counts().run() == before {
        report.could_not(match options.filters.as_slice() {
            [] => "any test: the packages chosen have none".to_owned(),
            filters => format!("any test: none has a name that contains {}", filters.join(" or ")),
        });
    }
    Ok(())
}
