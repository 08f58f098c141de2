//! Runs the suite as an ordinary test binary: filters, `--list` and the closing line are those of `cargo test`.

use std::process::ExitCode;
use std::sync::Arc;

use drivetrain_adapter_api::runtime::SharedRuntime;
use libtest_mimic::{Completion, Failed, Trial};

use super::arguments::Arguments;
use super::session::Session;
use crate::{Case, Harness, Random, Status, Suite};

/// The `main` of a conformance test (`harness = false`): reads the command line, and runs every case on `harness`, each
/// in a tokio runtime of its own.
///
/// `runtime` makes the [`Runtime`](drivetrain_adapter_api::runtime::Runtime) that is handed to the cases, within the
/// tokio runtime of the case. Beside the options of the test runner there are these, or environment variables:
///
/// | option | variable | meaning |
/// |---|---|---|
/// | `--report DIR` | `CONFORMANCE_REPORT` | where `conformance.json`, `junit.xml` and `report.html` are written |
/// | `--sweep sampled` or `full` | `CONFORMANCE_SWEEP` | how much of the sweeps over bytes and polls is run |
/// | `--seed N` | `CONFORMANCE_SEED` | where chance begins |
/// | `--shuffle N` | `CONFORMANCE_SHUFFLE` | cases are run in another order for each `N` |
/// | `--network whole` or `sliced` | `CONFORMANCE_NETWORK` | whether adapters are reached in single bytes |
/// | `--chinook DIR` | `CONFORMANCE_CHINOOK` | the folder of `Chinook_Sqlite.sql`, for the cases on that data |
pub fn main(harness: impl Harness, runtime: fn() -> SharedRuntime) -> ExitCode {
    run(Arc::new(harness), runtime, std::env::args_os()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

/// The same, with the command line that is given.
///
/// # Errors
/// What is wrong with the command line, or why the report cannot be written.
pub fn run(
    harness: Arc<dyn Harness>,
    runtime: fn() -> SharedRuntime,
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
) -> Result<ExitCode, String> {
    let arguments = Arguments::read(arguments, |name| std::env::var_os(name))?;
    let session = Arc::new(Session::new(harness, runtime, &arguments)?);
    let runner = libtest_mimic::Arguments::from_iter(&arguments.rest);
    let place = session.place();
    let levels = session.levels();
    let applies =
        |case: &&Case| levels.contains(&case.level) && place.is_none_or(|place| case.places.contains(place));
    let mut cases: Vec<_> = Suite::cases().filter(applies).collect();
    if let Some(seed) = arguments.shuffle {
        shuffle(&mut cases, &mut Random::new(seed));
    }
    let trials = cases.into_iter().map(|case| {
        let session = Arc::clone(&session);
        Trial::ignorable_test(case.path(), move || trial(&session, case)).with_kind(case.level.name())
    });
    let conclusion = libtest_mimic::run(&runner, trials.collect());
    if let Some(folder) = arguments.report.filter(|_| !runner.list) {
        for case in Suite::cases().filter(|case| !applies(case)) {
            session.run(case)?;
        }
        session.write(&folder)?;
    }
    Ok(conclusion.exit_code())
}

/// Puts `items` into an order that chance decides (Fisher and Yates).
fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for last in (1..items.len()).rev() {
        let other = random.below(last as u64 + 1);
        items.swap(last, usize::try_from(other).unwrap_or(last));
    }
}

fn trial(session: &Session, case: &'static Case) -> Result<Completion, Failed> {
    let report = session.run(case)?;
    let reason = || format!("{}: {}", report.title, report.reason.clone().unwrap_or_default());
    match report.status {
        Status::Pass | Status::NegativeVerified | Status::Xfail => Ok(Completion::Completed),
        Status::Fail => Err(reason().into()),
        Status::NotRun => Ok(Completion::ignored_with(format!("not run: {}", reason()))),
        Status::NotApplicable => Ok(Completion::ignored_with("not applicable")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_seed_is_an_order_that_loses_nothing() {
        let order = |seed| {
            let mut items: Vec<_> = (0..50).collect();
            shuffle(&mut items, &mut Random::new(seed));
            items
        };
        let mut one = order(3);
        assert!(one == order(3) && one != order(4));
        one.sort_unstable();
        assert_eq!(one, (0..50).collect::<Vec<_>>());
    }
}
