//! The report of a run as data: what `conformance.json` holds.

use drivetrain_adapter_api::{Capabilities, Capability};
use serde::{Deserialize, Serialize};

use crate::{CaseReport, Level, Status, Suite, Sweep};

/// What one run of the suite found on one adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of the suite.
    pub suite_version: String,
    /// The adapter.
    pub adapter: String,
    /// Dialect and transport.
    pub transport: String,
    /// Product and version of the server, where they are known.
    pub server: Option<String>,
    /// What the adapter declares.
    pub capabilities: Vec<String>,
    /// How much of the sweeps was run.
    pub sweep: Sweep,
    /// Where chance began.
    pub seed: u64,
    /// Whether every case is in it: no filter was set.
    pub complete: bool,
    /// Every case and what became of it.
    pub cases: Vec<CaseReport>,
}

/// Whether an adapter is certified for a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certification {
    /// Every case of the level is accounted for, and none failed or was not run.
    Certified,
    /// A case failed, was not run, or is missing.
    Not,
}

impl Report {
    /// The report of `cases` that `suite` ran.
    pub fn new(suite: &Suite, mut cases: Vec<CaseReport>) -> Self {
        let order: std::collections::HashMap<&str, usize> =
            Suite::cases().enumerate().map(|(at, case)| (case.id, at)).collect();
        cases.sort_by_key(|case| order.get(case.id.as_str()).copied());
        let subject = suite.subject();
        let server =
            subject.capabilities.server().map(|server| format!("{:?} {}", server.flavor, server.version));
        Self {
            suite_version: env!("CARGO_PKG_VERSION").to_owned(),
            adapter: subject.name.clone(),
            transport: subject.place.to_string(),
            server,
            capabilities: declared(&subject.capabilities),
            sweep: suite.environment().sweep,
            seed: suite.environment().seed,
            complete: cases.len() == order.len(),
            cases,
        }
    }

    /// How many cases ended like this.
    pub fn count(&self, status: Status) -> usize {
        self.cases.iter().filter(|case| case.status == status).count()
    }

    /// Whether the adapter is certified for `level`.
    pub fn certification(&self, level: Level) -> Certification {
        let mut cases = self.cases.iter().filter(|case| case.level == level);
        if self.complete && cases.all(|case| !matches!(case.status, Status::Fail | Status::NotRun)) {
            Certification::Certified
        } else {
            Certification::Not
        }
    }
}

fn declared(capabilities: &Capabilities) -> Vec<String> {
    let flags = Capability::FLAGS
        .iter()
        .filter(|flag| capabilities.declares(**flag))
        .map(|flag| flag.name().to_owned());
    let levels = capabilities.isolation_levels().iter().map(|level| format!("isolation level {level}"));
    let limits = [
        ("max_parameters", capabilities.max_parameters()),
        ("max_statement_bytes", capabilities.max_statement_bytes()),
        ("max_request_bytes", capabilities.max_request_bytes()),
        ("max_response_bytes", capabilities.max_response_bytes()),
    ];
    let limits = limits.into_iter().filter_map(|(name, limit)| Some(format!("{name} {}", limit?)));
    let rest = [
        format!("transactions {:?}", capabilities.transactions()),
        format!("affected_rows {:?}", capabilities.affected_rows()),
    ];
    rest.into_iter().chain(flags).chain(levels).chain(limits).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Group;

    /// A report with a case of each status.
    pub(in crate::report) fn report() -> Report {
        let case = |id: &str, group, level, status, reason: Option<&str>| CaseReport {
            id: id.to_owned(),
            group,
            level,
            title: if id == "A-1" { "is <so>" } else { "is" }.to_owned(),
            status,
            reason: reason.map(str::to_owned),
            ms: 12,
        };
        Report {
            suite_version: "0".to_owned(),
            adapter: "x".to_owned(),
            transport: "SQLite".to_owned(),
            server: Some("Sqlite 3.50.2".to_owned()),
            capabilities: vec![],
            sweep: Sweep::Sampled,
            seed: 1,
            complete: true,
            cases: vec![
                case("A-1", Group::Info, Level::L0, Status::Pass, None),
                case("A-2", Group::Info, Level::L0, Status::Fail, Some("got \"1\"\n\u{1}")),
                case("A-3", Group::Info, Level::L0, Status::NotRun, Some("no oracle")),
                case("A-4", Group::Info, Level::L0, Status::NegativeVerified, Some("refused")),
                case("B-1", Group::Faults, Level::L2, Status::NotApplicable, Some("</script>")),
                case("D-1", Group::Transactions, Level::L1, Status::Xfail, Some("the server cannot")),
            ],
        }
    }

    #[test]
    fn a_level_is_certified_only_without_failures_and_gaps() {
        let mut report = report();
        assert_eq!(report.certification(Level::L0), Certification::Not);
        assert_eq!(report.certification(Level::L1), Certification::Certified);
        report.complete = false;
        assert_eq!(report.certification(Level::L1), Certification::Not, "a filter was set");
    }
}
