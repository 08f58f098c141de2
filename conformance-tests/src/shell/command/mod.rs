//! The command `drivetrain-conformance`.

mod options;
mod pages;
mod progress;
mod select;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::options::{Action, Options};
use super::session::Session;
use crate::{CaseReport, Status};

/// Runs the command with the arguments of this process.
pub fn main() -> ExitCode {
    let done = Options::read(lexopt::Parser::from_env()).and_then(|action| match action {
        Action::Help => {
            print!("{}", options::HELP);
            Ok(true)
        }
        Action::List(filters) => list(&filters),
        Action::Pages(pages) => pages.write().map(|()| true),
        Action::Run(options) => run(&options),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn list(filters: &[String]) -> Result<bool, String> {
    for case in select::cases(filters)? {
        println!("{:<14} {:<14} {:<3} {}", case.id, case.group.name(), case.level.name(), case.title);
    }
    Ok(true)
}

/// Runs the cases on as many threads as asked for; whether none failed.
fn run(options: &Options) -> Result<bool, String> {
    let cases = select::cases(&options.filters)?;
    let harness = select::harness(options)?;
    let session = Session::new(harness, drivetrain_env::default_runtime, &options.arguments)?;
    progress::header(session.suite()?.subject(), cases.len());
    let next = AtomicUsize::new(0);
    let worker = || -> Result<Vec<CaseReport>, String> {
        let mut done = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = session.run(case)?;
            progress::case(&report);
            done.push(report);
        }
        Ok(done)
    };
    let finished: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..options.jobs).map(|_| scope.spawn(worker)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a worker panicked".to_owned())))
            .collect()
    });
    for done in finished {
        done?;
    }
    let report = session.report()?;
    if let Some(folder) = &options.arguments.report {
        report.write(folder)?;
        println!("\nreports are in {}", folder.display());
    }
    progress::summary(&report);
    Ok(report.count(Status::Fail) == 0)
}
