//! The suite is itself tested: adapters on SQLite that are broken on purpose, each caught by the case that is named.

mod broken;
mod page;
mod runner;
mod table;
mod twists;

use std::collections::HashSet;

use drivetrain_conformance_tests::builtin::SqliteHarness;
use libtest_mimic::{Failed, Trial};

use self::table::{On, Surroundings, rows};

fn main() {
    let others = vec![
        Trial::test("the page is that of the table", || page::check().map_err(Failed::from)),
        Trial::test("the table is complete", || complete().map_err(Failed::from)),
    ];
    runner::conclude(On::Sqlite, &Surroundings::default(), &SqliteHarness::default(), others).exit();
}

/// At least 40 sabotages, each once, among them those of the plan that need neither HTTP nor MySQL.
fn complete() -> Result<(), String> {
    let rows = rows();
    let ids: HashSet<_> = rows.iter().map(|row| row.id).collect();
    if ids.len() != rows.len() || rows.len() < 40 {
        return Err(format!("{} rows with {} names", rows.len(), ids.len()));
    }
    let planned =
        (1..=40).filter(|number| ![27, 28, 33, 39].contains(number)).map(|number| format!("S-{number:02}"));
    let missing: Vec<_> = planned.filter(|id| !ids.contains(&**id)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("there is no {}", missing.join(", "))) }
}
