//! What ran and what could not, told at the end.

use std::fmt::Write as _;

use crate::counts::Counts;

/// The outcome of a run: parts that ran, parts that could not or were left out.
#[derive(Debug, Default)]
pub(crate) struct Report {
    ran: Vec<(String, Counts, bool)>,
    servers: Vec<String>,
    could_not: Vec<String>,
    left_out: Vec<String>,
}

impl Report {
    /// A part that ran, with its tests and whether its runner succeeded.
    pub(crate) fn ran(&mut self, what: &str, counts: Counts, succeeded: bool) {
        self.ran.push((what.to_owned(), counts, succeeded));
    }

    /// A server that the tests used.
    pub(crate) fn server(&mut self, what: String) {
        self.servers.push(what);
    }

    /// Something that should have run and could not: a failure.
    pub(crate) fn could_not(&mut self, what: String) {
        self.could_not.push(what);
    }

    /// Something that was left out because the user asked for less: no failure.
    pub(crate) fn left_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// All counts together. A runner that failed without a failed test, and a part that could not run, count as one
    /// failure each.
    pub(crate) fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for (_, counts, succeeded) in &self.ran {
            sum += *counts;
            if !succeeded && counts.failed == 0 {
                sum.failed += 1;
            }
        }
        sum.failed += self.could_not.len() as u64;
        sum
    }

    /// Whether everything that should have run did, and passed.
    pub(crate) fn succeeded(&self) -> bool {
        let counts = self.counts();
        counts.failed == 0 && self.ran.iter().all(|(_, _, succeeded)| *succeeded)
    }

    /// The report as text, without the closing line.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("\nWhat ran:\n");
        for (what, counts, succeeded) in &self.ran {
            let note = if !succeeded && counts.failed == 0 { " - and its runner failed" } else { "" };
            writeln!(text, "  {what}: {counts}{note}").ok();
        }
        if self.ran.is_empty() {
            text.push_str("  nothing\n");
        }
        for server in &self.servers {
            writeln!(text, "  on {server}").ok();
        }
        for what in &self.left_out {
            writeln!(text, "Left out: {what}").ok();
        }
        text.push_str("What could not run:\n");
        for what in &self.could_not {
            writeln!(text, "  {}", what.replace('\n', "\n    ")).ok();
        }
        if self.could_not.is_empty() {
            text.push_str("  nothing\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_could_not_run_is_a_failure() {
        let mut report = Report::default();
        report.ran("workspace tests", Counts { passed: 3, failed: 0, skipped: 0 }, true);
        assert!(report.succeeded());
        report.could_not("the tests that need Postgres: no server".into());
        assert!(!report.succeeded());
        assert_eq!(report.counts(), Counts { passed: 3, failed: 1, skipped: 0 });
        assert!(report.text().contains("What could not run:\n  the tests that need Postgres"));
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_a_failure() {
        let mut report = Report::default();
        report.ran("doc tests", Counts { passed: 1, failed: 0, skipped: 0 }, false);
        assert!(!report.succeeded());
        assert_eq!(report.counts().failed, 1);
    }

    #[test]
    fn what_was_left_out_is_told_and_is_no_failure() {
        let mut report = Report::default();
        report.left_out("--quick: a needs Postgres".into());
        assert!(report.succeeded());
        assert!(report.text().contains("Left out: --quick"));
    }
}
