//! The options of the command.

use std::path::PathBuf;

use lexopt::prelude::*;

use super::pages::Pages;
use crate::builtin::NeonTransport;
use crate::shell::arguments::Arguments;

pub(super) const HELP: &str = "\
Proves that an adapter does what it declares.

usage: drivetrain-conformance --adapter NAME --url URL [options]
       drivetrain-conformance --list [--filter TEXT]...
       drivetrain-conformance pages REPORT.json... [--markdown FILE] [--html FILE]

  --adapter NAME      the adapter: neon-http, postgres, sqlite
  --url URL           the database; on SQLite the folder where files are made, as sqlite:FOLDER, or sqlite::memory:
                      for the folder for temporary files
  --oracle-url URL    the same database for the second path; without it, cases that need it are not run
  --endpoint URL      neon-http: where requests go, as http://HOST:PORT/sql; if not stated, where the host of the URL says
  --transport HOW     neon-http: auto (the default), http or websocket
  --filter TEXT       only cases whose level::group::id contains TEXT; may be repeated
  --list              prints the cases
  --report DIR        writes conformance.json, junit.xml and report.html there
  --sweep HOW         sampled (the default) or full: every byte and every poll
  --seed N            where chance begins; 1 if not stated
  --network whole|sliced  sliced: adapters are reached in single bytes
  --chinook DIR       the folder of Chinook_Sqlite.sql, for the cases on that data
  --jobs N            cases at a time; as many as there are cores if not stated
  --help              prints this

Every option but --filter, --list and --jobs can be a variable too: CONFORMANCE_URL, CONFORMANCE_ORACLE_URL, ... so that
no password stands on the command line.

Ends with 0 if no case failed, 1 if one did, 2 if the command could not be run.
";

/// What the command is to do.
#[derive(Debug)]
pub(super) enum Action {
    Help,
    List(Vec<String>),
    Pages(Pages),
    Run(Options),
}

/// How the suite is to be run.
pub(super) struct Options {
    pub(super) adapter: String,
    pub(super) url: String,
    pub(super) oracle_url: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) transport: NeonTransport,
    pub(super) filters: Vec<String>,
    pub(super) jobs: usize,
    pub(super) arguments: Arguments,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("adapter", &self.adapter)
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Read {
    adapter: Option<String>,
    url: Option<String>,
    oracle_url: Option<String>,
    endpoint: Option<String>,
    transport: Option<String>,
    filters: Vec<String>,
    jobs: Option<usize>,
    list: bool,
    pages: Option<Pages>,
    /// Those that the shells share.
    shared: Vec<std::ffi::OsString>,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub(super) fn read(mut parser: lexopt::Parser) -> Result<Action, String> {
        let mut read = Read::default();
        while let Some(argument) = parser.next().map_err(said)? {
            match argument {
                Long("help") | Short('h') => return Ok(Action::Help),
                Long("adapter") => read.adapter = Some(text(&mut parser)?),
                Long("url") => read.url = Some(text(&mut parser)?),
                Long("oracle-url") => read.oracle_url = Some(text(&mut parser)?),
                Long("endpoint") => read.endpoint = Some(text(&mut parser)?),
                Long("transport") => read.transport = Some(text(&mut parser)?),
                Long("filter") => read.filters.push(text(&mut parser)?),
                Long("list") => read.list = true,
                Long("jobs") => {
                    let jobs = parser.value().map_err(said)?.parse::<usize>().map_err(said)?;
                    read.jobs = Some(jobs.max(1));
                }
                Long(name @ ("report" | "sweep" | "seed" | "chinook" | "network")) => {
                    let name = format!("--{name}");
                    let value = parser.value().map_err(said)?;
                    read.shared.extend([name.into(), value]);
                }
                Long("markdown") if read.pages.is_some() => {
                    let file = PathBuf::from(parser.value().map_err(said)?);
                    read.pages.get_or_insert_default().markdown = Some(file);
                }
                Long("html") if read.pages.is_some() => {
                    let file = PathBuf::from(parser.value().map_err(said)?);
                    read.pages.get_or_insert_default().html = Some(file);
                }
                Value(word) if word == "pages" && read.pages.is_none() => read.pages = Some(Pages::default()),
                Value(file) if read.pages.is_some() => {
                    read.pages.get_or_insert_default().reports.push(file.into());
                }
                other => return Err(format!("{}; see --help", said(other.unexpected()))),
            }
        }
        read.finish()
    }
}

impl Read {
    fn finish(self) -> Result<Action, String> {
        if let Some(pages) = self.pages {
            return Ok(Action::Pages(pages));
        }
        if self.list {
            return Ok(Action::List(self.filters));
        }
        let variable = |name: &str| std::env::var(format!("CONFORMANCE_{name}")).ok();
        let missing = |name: &str| format!("`--{name}` is missing; see --help");
        let adapter = self.adapter.or_else(|| variable("ADAPTER")).ok_or_else(|| missing("adapter"))?;
        let (endpoint, transport) = neon(
            &adapter,
            self.endpoint.or_else(|| variable("ENDPOINT")),
            self.transport.or_else(|| variable("TRANSPORT")).as_deref(),
        )?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Action::Run(Options {
            adapter,
            url: self.url.or_else(|| variable("URL")).ok_or_else(|| missing("url"))?,
            oracle_url: self.oracle_url.or_else(|| variable("ORACLE_URL")),
            endpoint,
            transport,
            filters: self.filters,
            jobs: self.jobs.unwrap_or(cores),
            arguments: Arguments::read(self.shared, |name| std::env::var_os(name))?,
        }))
    }
}

/// The options that are for one adapter only.
fn neon(
    adapter: &str,
    endpoint: Option<String>,
    transport: Option<&str>,
) -> Result<(Option<String>, NeonTransport), String> {
    if adapter != "neon-http" && (endpoint.is_some() || transport.is_some()) {
        return Err(format!("`--endpoint` and `--transport` are for neon-http, not for {adapter}"));
    }
    let transport = match transport {
        None | Some("auto") => NeonTransport::Auto,
        Some("http") => NeonTransport::Http,
        Some("websocket") => NeonTransport::WebSocket,
        Some(other) => return Err(format!("a transport is `auto`, `http` or `websocket`, not `{other}`")),
    };
    Ok((endpoint, transport))
}

fn text(parser: &mut lexopt::Parser) -> Result<String, String> {
    parser.value().and_then(ValueExt::string).map_err(said)
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn said(error: lexopt::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Action, String> {
        Options::read(lexopt::Parser::from_args(words.iter().map(|word| (*word).to_owned())))
    }

    #[test]
    fn a_run_is_read() {
        let words = [
            "--adapter",
            "sqlite",
            "--url=sqlite::memory:",
            "--filter",
            "TX",
            "--filter",
            "L0",
            "--seed",
            "7",
        ];
        let Ok(Action::Run(options)) = read(&words) else { panic!("it is a run") };
        assert_eq!(
            (options.adapter.as_str(), options.filters.len(), options.arguments.seed),
            ("sqlite", 2, 7)
        );
        assert!(!format!("{options:?}").contains("memory"), "a URL may hold a password");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        assert_eq!(read(&["--url", "x"]).unwrap_err(), "`--adapter` is missing; see --help");
        assert!(read(&["--adaptr", "x"]).unwrap_err().contains("--adaptr"));
        assert!(read(&["--adapter", "x", "--url", "y", "--sweep", "z"]).unwrap_err().contains("not `z`"));
        assert!(read(&["--adapter"]).unwrap_err().contains("--adapter"));
        let neon = |adapter, transport| {
            let words = ["--adapter", adapter, "--url", "y", "--endpoint", "z", "--transport", transport];
            read(&words).map(drop)
        };
        assert_eq!(neon("neon-http", "http"), Ok(()));
        assert!(neon("neon-http", "pigeon").unwrap_err().contains("not `pigeon`"));
        assert!(neon("sqlite", "http").unwrap_err().contains("not for sqlite"));
    }

    #[test]
    fn pages_are_made_of_reports() {
        let Ok(Action::Pages(pages)) = read(&["pages", "a.json", "b.json", "--html", "out.html"]) else {
            panic!("it is pages")
        };
        assert_eq!((pages.reports.len(), pages.html), (2, Some("out.html".into())));
    }
}
