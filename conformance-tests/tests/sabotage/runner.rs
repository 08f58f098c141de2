//! Runs one case on one adapter, broken or not.

use std::sync::{Arc, Mutex, PoisonError};

use drivetrain_conformance_tests::shell::TokioProxies;
use drivetrain_conformance_tests::{CaseReport, Environment, Harness, Layered, Setup, Status, Suite};
use libtest_mimic::{Conclusion, Failed, Trial};

use crate::broken::{Breaking, SharedTwist, Straight};
use crate::table::{On, Row, Sabotage, SharedChange, Surroundings, rows};

/// A case by its name.
///
/// # Errors
/// If there is none.
fn case(id: &str) -> Result<&'static drivetrain_conformance_tests::Case, String> {
    Suite::cases().find(|case| case.id == id).ok_or_else(|| format!("the suite has no case {id}"))
}

/// Runs a case on a harness, in a tokio runtime of its own.
///
/// # Errors
/// If no backend can be reached.
pub(crate) fn run(harness: Arc<dyn Harness>, id: &str) -> Result<CaseReport, String> {
    let case = case(id)?;
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tokio = tokio.map_err(|error| format!("no tokio runtime: {error}"))?;
    let report = tokio.block_on(async {
        let mut environment = Environment::new(drivetrain_env::default_runtime());
        environment.proxies = Some(Arc::new(TokioProxies));
        let suite = Suite::prepare(harness, environment).await;
        let suite = suite.map_err(|error| format!("no reachable backend: {error}"))?;
        Ok::<_, String>(suite.run(case).await)
    });
    // What a sabotage left behind must not keep the test.
    tokio.shutdown_background();
    report
}

/// The harness with the sabotage of the row, or with the same layer and none.
fn layered<H: Harness + Clone>(
    row: &'static Row,
    around: &Surroundings,
    harness: &H,
    broken: bool,
) -> Arc<dyn Harness> {
    let name = format!("{} with {}", row.on.name(), if broken { row.id } else { "a layer" });
    let straight = || -> SharedTwist { Arc::new(Straight) };
    let (twist, change): (SharedTwist, Option<SharedChange>) = match row.sabotage {
        _ if !broken => (straight(), None),
        Sabotage::Twist(twist) => (twist(), None),
        Sabotage::Seen(twist) => {
            let (twist, change) = twist();
            (twist, Some(change))
        }
        Sabotage::Setup(change) => {
            let around = around.clone();
            (straight(), Some(Arc::new(move |setup: &mut Setup| change(&around, setup))))
        }
    };
    let layered = Layered::new(name, harness.clone(), Arc::new(Breaking(twist)));
    match change {
        None => Arc::new(layered),
        Some(change) => Arc::new(layered.with_setup(move |setup| change(setup))),
    }
}

fn prove<H: Harness + Clone>(row: &'static Row, around: &Surroundings, harness: &H) -> Result<(), Failed> {
    let told = |report: &CaseReport| {
        format!("{}: {}", report.status.name(), report.reason.clone().unwrap_or_default())
    };
    let straight = run(layered(row, around, harness, false), row.case)?;
    if !matches!(straight.status, Status::Pass | Status::NegativeVerified) {
        return Err(format!("{} does not pass without the sabotage: {}", row.case, told(&straight)).into());
    }
    let broken = run(layered(row, around, harness, true), row.case)?;
    if broken.status != Status::Fail {
        return Err(format!(
            "{} does not catch that {} ({}): {}",
            row.case,
            row.what,
            row.how,
            told(&broken)
        )
        .into());
    }
    let reason = broken.reason.unwrap_or_default();
    let said: String = reason.lines().next().unwrap_or_default().chars().take(120).collect();
    CAUGHT.lock().unwrap_or_else(PoisonError::into_inner).push((row, said));
    Ok(())
}

/// The rows that were proved, and what the case said.
static CAUGHT: Mutex<Vec<(&'static Row, String)>> = Mutex::new(Vec::new());

/// The rows that were proved, as a table.
fn summary() {
    let mut caught = CAUGHT.lock().unwrap_or_else(PoisonError::into_inner);
    caught.sort_by_key(|(row, _)| row.id);
    for (row, said) in &*caught {
        println!("{:5} {:8} {:32} {}", row.id, row.on.name(), row.case, said);
    }
    println!("{} sabotages caught", caught.len());
}

/// A trial for each row about that adapter, and what else is given.
pub(crate) fn conclude<H: Harness + Clone>(
    on: On,
    around: &Surroundings,
    harness: &H,
    others: Vec<Trial>,
) -> Conclusion {
    let arguments = libtest_mimic::Arguments::from_args();
    let rows = rows().into_iter().filter(|row| row.on == on);
    let proofs = rows.map(|row| {
        let (around, harness) = (around.clone(), harness.clone());
        Trial::test(format!("{} is caught by {}", row.id, row.case), move || prove(row, &around, &harness))
    });
    let trials = proofs.chain(others).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        summary();
    }
    conclusion
}
