//! The suite's own options, among those of the test runner.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::Sweep;

/// What the suite is told on the command line or by the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Where reports are written: `--report DIR` or `CONFORMANCE_REPORT`.
    pub(super) report: Option<PathBuf>,
    /// `--sweep sampled|full` or `CONFORMANCE_SWEEP`.
    pub(super) sweep: Sweep,
    /// `--seed N` or `CONFORMANCE_SEED`.
    pub(super) seed: u64,
    /// The folder of the Chinook script: `--chinook DIR` or `CONFORMANCE_CHINOOK`.
    pub(super) chinook: Option<PathBuf>,
    /// In which order cases are run, if not in that of reports: `--shuffle N` or `CONFORMANCE_SHUFFLE`.
    pub(super) shuffle: Option<u64>,
    /// Whether adapters are reached in single bytes: `--network whole|sliced` or `CONFORMANCE_NETWORK`.
    pub(super) sliced: bool,
    /// What is left for the test runner.
    pub(super) rest: Vec<OsString>,
}

impl Arguments {
    /// Reads `arguments` (the first is the program), and `variable` for what they do not say.
    ///
    /// # Errors
    /// Which option is wrong, and how.
    pub(super) fn read(
        arguments: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, String> {
        let mut options =
            ["report", "sweep", "seed", "chinook", "shuffle", "network"].map(|name| (name, None));
        let mut rest = Vec::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy();
            let known = text.strip_prefix("--").and_then(|text| {
                let (name, value) =
                    text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
                let at = options.iter().position(|(known, _)| *known == name)?;
                Some((at, value.map(OsString::from)))
            });
            match known {
                None => rest.push(argument),
                Some((at, value)) => {
                    let value = value.or_else(|| arguments.next());
                    let name = options[at].0;
                    options[at].1 = Some(value.ok_or_else(|| format!("`--{name}` needs a value"))?);
                }
            }
        }
        for (name, value) in &mut options {
            if value.is_none() {
                *value = variable(&format!("CONFORMANCE_{}", name.to_uppercase()));
            }
        }
        let [report, sweep, seed, chinook, shuffle, network] = options.map(|(_, value)| value);
        let text = |value: OsString| value.to_string_lossy().into_owned();
        let number = |value: OsString| {
            let value = text(value);
            value.parse::<u64>().map_err(|_| format!("a seed is a number, not `{value}`"))
        };
        Ok(Self {
            report: report.map(PathBuf::from),
            sweep: sweep.map_or(Ok(Sweep::Sampled), |value| text(value).parse())?,
            seed: seed.map_or(Ok(1), number)?,
            shuffle: shuffle.map(number).transpose()?,
            chinook: chinook.map(PathBuf::from),
            sliced: match network.map(text).as_deref() {
                None | Some("whole") => false,
                Some("sliced") => true,
                Some(other) => return Err(format!("a network is `whole` or `sliced`, not `{other}`")),
            },
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, String> {
        let variable = |name: &str| (name == "CONFORMANCE_SEED").then(|| "7".into());
        Arguments::read(words.iter().map(OsString::from), variable)
    }

    #[test]
    fn its_own_options_are_taken_out() {
        let read = read(&["program", "--report", "out", "TX", "--sweep=full", "--list"]).unwrap();
        assert_eq!((read.report, read.sweep, read.seed), (Some("out".into()), Sweep::Full, 7));
        assert_eq!(read.rest, ["program", "TX", "--list"]);
    }

    #[test]
    fn wrong_ones_are_named() {
        assert_eq!(
            read(&["p", "--sweep", "some"]).unwrap_err(),
            "a sweep is `sampled` or `full`, not `some`"
        );
        assert_eq!(
            read(&["p", "--network", "slow"]).unwrap_err(),
            "a network is `whole` or `sliced`, not `slow`"
        );
        assert_eq!(read(&["p", "--report"]).unwrap_err(), "`--report` needs a value");
        assert_eq!(read(&["p", "--seed", "x"]).unwrap_err(), "a seed is a number, not `x`");
    }
}
