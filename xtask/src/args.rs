//! The command line of `cargo xtask`.

use lexopt::prelude::*;

use crate::ci::Step;

/// What `cargo xtask help` prints.
pub(crate) const USAGE: &str = "\
cargo xtask test [--quick] [-p CRATE]... [-- FILTER...]
    Start the database servers the tests need (installing them when absent), run every test, stop the servers.
    --quick       only what needs no server
    -p CRATE      only this package (may be repeated)
    -- FILTER...  only tests whose name contains a FILTER

cargo xtask serve [-- PROGRAM ARGUMENT...]
    Start the servers, print the variables that point the tests at them, wait for Ctrl-C.
    With a PROGRAM: run it with those variables set instead of waiting.

cargo xtask ci [STEP...]
    Everything continuous integration checks, or only the steps named:
    fmt test quickstart conformance clippy docs wasm features deny

TEST_POSTGRES_URL in the environment names a server to use instead of a private one.";

/// A parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print the usage.
    Help,
    /// Run tests.
    Test(TestOptions),
    /// Run servers, and the given program (empty: wait for Ctrl-C).
    Serve(Vec<String>),
    /// Run these steps of continuous integration, in order.
    Ci(Vec<Step>),
}

/// What `cargo xtask test` was asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct TestOptions {
    /// Leave out what needs a server.
    pub(crate) quick: bool,
    /// The packages to test; empty means all.
    pub(crate) packages: Vec<String>,
    /// Parts of test names; empty means all.
    pub(crate) filters: Vec<String>,
}

/// Parses a command line; the error says what is wrong with it.
pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Command, String> {
    command(&mut parser).map_err(|error| error.to_string())
}

fn command(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let Some(first) = parser.next()? else {
        return Err("which command?".into());
    };
    match first {
        Short('h') | Long("help") => Ok(Command::Help),
        Value(name) => match name.string()?.as_str() {
            "help" => Ok(Command::Help),
            "test" => test(parser).map(Command::Test),
            "serve" => program(parser).map(Command::Serve),
            "ci" => steps(parser).map(Command::Ci),
            other => Err(format!("no command is called {other:?}").into()),
        },
        other => Err(other.unexpected()),
    }
}

fn test(parser: &mut lexopt::Parser) -> Result<TestOptions, lexopt::Error> {
    let mut options = TestOptions::default();
    loop {
        if let Some(rest) = after_dashes(parser)? {
            options.filters = rest;
            return Ok(options);
        }
        match parser.next()? {
            Some(Long("quick")) => options.quick = true,
            Some(Short('p') | Long("package")) => options.packages.push(parser.value()?.string()?),
            Some(Value(filter)) => options.filters.push(filter.string()?),
            Some(other) => return Err(other.unexpected()),
            None => return Ok(options),
        }
    }
}

fn program(parser: &mut lexopt::Parser) -> Result<Vec<String>, lexopt::Error> {
    if let Some(rest) = after_dashes(parser)? {
        return Ok(rest);
    }
    match parser.next()? {
        None => Ok(Vec::new()),
        Some(other) => Err(other.unexpected()),
    }
}

fn steps(parser: &mut lexopt::Parser) -> Result<Vec<Step>, lexopt::Error> {
    let mut steps = Vec::new();
    while let Some(argument) = parser.next()? {
        let Value(name) = argument else { return Err(argument.unexpected()) };
        let name = name.string()?;
        let step = Step::ALL.iter().find(|step| step.name() == name);
        steps.push(*step.ok_or_else(|| format!("no step of ci is called {name:?}"))?);
    }
    Ok(if steps.is_empty() { Step::ALL.to_vec() } else { steps })
}

/// The arguments after `--`, when `--` comes next.
fn after_dashes(parser: &mut lexopt::Parser) -> Result<Option<Vec<String>>, lexopt::Error> {
    let Some(mut raw) = parser.try_raw_args() else { return Ok(None) };
    if raw.peek().is_none_or(|next| next != "--") {
        return Ok(None);
    }
    raw.next();
    raw.map(ValueExt::string).collect::<Result<Vec<_>, _>>().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn test_takes_packages_and_filters() {
        let expected = TestOptions {
            quick: true,
            packages: vec!["a".into(), "b".into()],
            filters: vec!["x".into(), "--y".into()],
        };
        assert_eq!(parsed("test --quick -p a --package=b -- x --y"), Ok(Command::Test(expected)));
        assert_eq!(parsed("test"), Ok(Command::Test(TestOptions::default())));
    }

    #[test]
    fn serve_takes_a_program() {
        assert_eq!(parsed("serve"), Ok(Command::Serve(vec![])));
        assert_eq!(
            parsed("serve -- psql -c x"),
            Ok(Command::Serve(vec!["psql".into(), "-c".into(), "x".into()]))
        );
    }

    #[test]
    fn ci_takes_steps_and_defaults_to_all() {
        assert_eq!(parsed("ci"), Ok(Command::Ci(Step::ALL.to_vec())));
        assert_eq!(parsed("ci fmt wasm"), Ok(Command::Ci(vec![Step::Fmt, Step::Wasm])));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed("tset").unwrap_err().contains("\"tset\""));
        assert!(parsed("test --slow").unwrap_err().contains("--slow"));
        assert!(parsed("ci clipy").unwrap_err().contains("\"clipy\""));
        assert!(parsed("").unwrap_err().contains("which command"));
    }

    #[test]
    fn usage_names_every_step() {
        for step in Step::ALL {
            assert!(USAGE.contains(step.name()), "{step:?} is missing from the usage");
        }
    }
}
