//! Reads how many tests ran out of the lines that cargo's test runners print.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed, failed and were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// How many tests were run.
    pub(crate) fn run(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// The counts in a closing line of `cargo test` or `cargo nextest`; `None` for any other line.
pub(crate) fn of_line(line: &str) -> Option<Counts> {
    let line = without_colour(line);
    // Indented it is what a failed test printed, as nextest shows it, which counts that test by itself.
    if let Some(rest) = line.strip_prefix("test result: ") {
        let (_, numbers) = rest.split_once(". ")?;
        return Some(sum(numbers.split("; "), &["filtered out", "measured"]));
    }
    let line = line.trim_start();
    // `Summary [  0.5s] 9/10 tests run: 7 passed (1 slow, 1 flaky), 1 failed, 1 timed out, 2 skipped`
    let (_, rest) = line.strip_prefix("Summary [")?.split_once("] ")?;
    let (_, numbers) = rest.split_once(" run: ")?;
    Some(sum(without_brackets(numbers).split(", "), &[]))
}

fn sum<'a>(parts: impl Iterator<Item = &'a str>, unrelated: &[&str]) -> Counts {
    let mut counts = Counts::default();
    for part in parts {
        let Some((number, what)) = part.trim().split_once(' ') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        match what.trim() {
            "passed" => counts.passed += number,
            "skipped" | "ignored" => counts.skipped += number,
            "failed" | "timed out" | "exec failed" => counts.failed += number,
            _ if unrelated.contains(&what.trim()) => {}
            // `finished in 0.1s` has no number first; anything else a runner counts is not a pass.
            _ => counts.failed += number,
        }
    }
    counts
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let kept = text.chars().filter(|&c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    });
    kept.collect()
}

/// The text without terminal colour codes (`ESC [ ... letter`).
fn without_colour(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            kept.push(c);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Option<Counts> {
        Some(Counts { passed, failed, skipped })
    }

    #[test]
    fn cargo_test_lines() {
        let line =
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s";
        assert_eq!(of_line(line), counts(3, 0, 1));
        let line = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.5s";
        assert_eq!(of_line(line), counts(3, 2, 0));
    }

    #[test]
    fn nextest_lines() {
        assert_eq!(of_line("     Summary [   0.012s] 3 tests run: 3 passed, 0 skipped"), counts(3, 0, 0));
        let line = "     Summary [  12.1s] 9/10 tests run: 6 passed (1 slow, 1 flaky), 1 failed, 2 timed out, 4 skipped";
        assert_eq!(of_line(line), counts(6, 3, 4));
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.012s] \u{1b}[1m3\u{1b}[0m tests run: \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(of_line(line), counts(3, 0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        let shown_by_nextest =
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out";
        for line in [
            shown_by_nextest,
            "",
            "test a::b ... ok",
            "running 3 tests",
            "Summary of changes",
            "1 passed, 2 failed",
        ] {
            assert_eq!(of_line(line), None, "{line:?}");
        }
    }

    #[test]
    fn the_closing_line_names_skipped_only_when_there_are_some() {
        assert_eq!(Counts { passed: 2, failed: 1, skipped: 0 }.to_string(), "2 passed, 1 failed");
        assert_eq!(Counts { passed: 2, failed: 0, skipped: 4 }.to_string(), "2 passed, 0 failed, 4 skipped");
    }
}
