//! Runs the suite as an ordinary test binary: filters, `--list` and the closing line are those of `cargo test`.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};

use drivetrain_adapter_api::runtime::SharedRuntime;
use libtest_mimic::{Completion, Trial};

use super::arguments::Arguments;
use super::chinook;
use crate::report::Report;
use crate::{CaseReport, Environment, Harness, Status, Suite};

/// The `main` of a conformance test (`harness = false`): reads the command line, and runs every case on `harness`, each
/// in a tokio runtime of its own.
///
/// `runtime` makes the [`Runtime`](drivetrain_adapter_api::runtime::Runtime) that is handed to the cases, within the
/// tokio runtime of the case.
pub fn main(harness: impl Harness, runtime: fn() -> SharedRuntime) -> ExitCode {
    match run(Arc::new(harness), runtime, std::env::args_os()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
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
    let chinook = chinook::load(arguments.chinook.as_deref())?;
    let environment = move || {
        let mut environment = Environment::new(runtime());
        environment.seed = arguments.seed;
        environment.sweep = arguments.sweep;
        environment.chinook.clone_from(&chinook);
        environment
    };
    let shared = Arc::new(Shared {
        harness,
        environment: Box::new(environment),
        suite: OnceLock::new(),
        reports: Mutex::default(),
    });
    let runner = libtest_mimic::Arguments::from_iter(&arguments.rest);
    let trials = Suite::cases().map(|case| {
        let shared = Arc::clone(&shared);
        Trial::ignorable_test(format!("{}::{}", case.group.name(), case.id), move || shared.trial(case))
            .with_kind(case.level.name())
    });
    let conclusion = libtest_mimic::run(&runner, trials.collect());
    if runner.list {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(folder) = &arguments.report {
        shared.report()?.write(folder)?;
    }
    Ok(conclusion.exit_code())
}

/// What the trials share.
struct Shared {
    harness: Arc<dyn Harness>,
    environment: Box<dyn Fn() -> Environment + Send + Sync>,
    suite: OnceLock<Result<Suite, String>>,
    reports: Mutex<Vec<CaseReport>>,
}

impl Shared {
    fn trial(&self, case: &'static crate::Case) -> Result<Completion, libtest_mimic::Failed> {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = tokio.block_on(async {
            let suite = self.suite()?.on((self.environment)());
            Ok::<_, String>(suite.run(case).await)
        })?;
        self.reports.lock().map_err(|_| "another case panicked")?.push(report.clone());
        let reason = || format!("{}: {}", report.title, report.reason.clone().unwrap_or_default());
        match report.status {
            Status::Pass | Status::NegativeVerified | Status::Xfail => Ok(Completion::Completed),
            Status::Fail => Err(reason().into()),
            Status::NotRun => Ok(Completion::ignored_with(format!("not run: {}", reason()))),
            Status::NotApplicable => Ok(Completion::ignored_with("not applicable")),
        }
    }

    /// The suite, prepared once; a backend that cannot be reached fails every case. (Another case that wants it
    /// meanwhile waits.)
    fn suite(&self) -> Result<Suite, String> {
        let prepared = self.suite.get_or_init(|| {
            let prepare = || {
                let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let tokio = tokio.map_err(|error| error.to_string())?;
                tokio
                    .block_on(Suite::prepare(Arc::clone(&self.harness), (self.environment)()))
                    .map_err(|error| format!("no reachable backend: {error}"))
            };
            // A runtime cannot be entered from within another.
            std::thread::scope(|scope| {
                scope
                    .spawn(prepare)
                    .join()
                    .unwrap_or_else(|_| Err("the first connection panicked".to_owned()))
            })
        });
        prepared.clone()
    }

    fn report(&self) -> Result<Report, String> {
        let reports = self.reports.lock().map_err(|_| "a case panicked outside of its guard")?.clone();
        Ok(Report::new(&self.suite()?, reports))
    }
}
