//! What the command prints.

use crate::report::{Certification, Report};
use crate::{CaseReport, Level, Status, Subject};

pub(super) fn header(subject: &Subject, cases: usize) {
    let server = subject.capabilities.server();
    let server = server.map_or_else(
        || "an unknown server".to_owned(),
        |server| format!("{:?} {}", server.flavor, server.version),
    );
    println!("{cases} cases on {} ({}, {server})\n", subject.name, subject.place);
}

/// One line for a case; nothing for those that do not apply.
pub(super) fn case(report: &CaseReport) {
    if report.status != Status::NotApplicable {
        let reason = report.reason.as_deref().map(|reason| format!("\n    {reason}")).unwrap_or_default();
        println!(
            "{:<18} {:<12} {:>5} ms  {}{reason}",
            report.status.name(),
            report.id,
            report.ms,
            report.title
        );
    }
}

pub(super) fn summary(report: &Report) {
    println!();
    for level in Level::ALL {
        let applies = |case: &&CaseReport| case.level == level && case.status != Status::NotApplicable;
        let cases = report.cases.iter().filter(applies).count();
        let word = match report.certification(level) {
            _ if !report.complete => "not certified: not every case was run",
            _ if cases == 0 => "nothing applies",
            Certification::Certified => "certified",
            Certification::Not => "not certified",
        };
        println!("{:<3} {cases:>4} cases  {word}", level.name());
    }
    let counts: Vec<_> =
        Status::ALL.iter().map(|status| format!("{} {}", report.count(*status), status.name())).collect();
    println!("\n{}", counts.join("; "));
}
