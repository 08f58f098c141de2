//! A report as JUnit XML, which build servers read.

use std::fmt::Write as _;

use super::Report;
use crate::{CaseReport, Group, Status};

impl Report {
    /// The report as JUnit XML: a test suite for each group; cases that could not be run, do not apply or are waived
    /// are `skipped` with their reason.
    pub fn junit(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let failures = self.count(Status::Fail);
        line(
            &mut out,
            format_args!(
                "<testsuites name=\"{}\" tests=\"{}\" failures=\"{failures}\">",
                escaped(&self.adapter),
                self.cases.len()
            ),
        );
        for group in Group::ALL {
            let cases: Vec<_> = self.cases.iter().filter(|case| case.group == group).collect();
            if !cases.is_empty() {
                suite(&mut out, &self.adapter, group, &cases);
            }
        }
        out.push_str("</testsuites>\n");
        out
    }
}

fn suite(out: &mut String, adapter: &str, group: Group, cases: &[&CaseReport]) {
    let count = |statuses: &[Status]| cases.iter().filter(|case| statuses.contains(&case.status)).count();
    line(
        out,
        format_args!(
            "  <testsuite name=\"{}.{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
            escaped(adapter),
            group.name(),
            cases.len(),
            count(&[Status::Fail]),
            count(&[Status::NotRun, Status::NotApplicable, Status::Xfail])
        ),
    );
    for case in cases {
        let seconds = case.ms / 1000;
        let rest = case.ms % 1000;
        let start = format!(
            "    <testcase classname=\"{}.{}\" name=\"{} {}\" time=\"{seconds}.{rest:03}\"",
            escaped(adapter),
            group.name(),
            escaped(&case.id),
            escaped(&case.title)
        );
        let reason = escaped(case.reason.as_deref().unwrap_or_default());
        match case.status {
            Status::Pass | Status::NegativeVerified => line(out, format_args!("{start}/>")),
            Status::Fail => {
                line(out, format_args!("{start}><failure message=\"{reason}\"/></testcase>"));
            }
            other => line(
                out,
                format_args!("{start}><skipped message=\"{}: {reason}\"/></testcase>", other.name()),
            ),
        }
    }
    line(out, format_args!("  </testsuite>"));
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a String takes everything");
}

/// The text as it stands in an XML attribute; characters that XML cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            other if (other as u32) < 0x20 || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::super::data::tests::report;

    #[test]
    fn each_case_is_a_testcase_and_its_reason_is_escaped() {
        let xml = report().junit();
        assert!(xml.contains("<testsuites name=\"x\" tests=\"6\" failures=\"1\">"), "{xml}");
        assert!(xml.contains("name=\"A-1 is &lt;so&gt;\" time=\"0.012\"/>"), "{xml}");
        assert!(xml.contains("<failure message=\"got &quot;1&quot;&#10;\u{fffd}\"/>"), "{xml}");
        assert!(xml.contains("<skipped message=\"not-run: no oracle\"/>"), "{xml}");
    }
}
