//! One run of the suite in this process: each case in a tokio runtime of its own, and what became of each.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use drivetrain_adapter_api::runtime::SharedRuntime;

use super::arguments::Arguments;
use super::elsewhere::OwnThread;
use super::{Sliced, TokioProxies, chinook};
use crate::case::Places;
use crate::report::Report;
use crate::{Case, CaseReport, Environment, Harness, Level, Suite};

/// One run of the suite.
pub(super) struct Session {
    harness: Arc<dyn Harness>,
    environment: Box<dyn Fn() -> Environment + Send + Sync>,
    suite: OnceLock<Result<Suite, String>>,
    reports: Mutex<Vec<CaseReport>>,
}

impl Session {
    /// A run on `harness`; `runtime` is called within the tokio runtime of each case.
    ///
    /// # Errors
    /// Why the Chinook script cannot be read.
    pub(super) fn new(
        harness: Arc<dyn Harness>,
        runtime: fn() -> SharedRuntime,
        arguments: &Arguments,
    ) -> Result<Self, String> {
        let chinook = chinook::load(arguments.chinook.as_deref())?;
        let (seed, sweep) = (arguments.seed, arguments.sweep);
        let patience = if arguments.sliced { 6 } else { 1 };
        let environment = move || {
            let mut environment = Environment::new(runtime());
            environment.patience = patience;
            (environment.seed, environment.sweep) = (seed, sweep);
            environment.chinook.clone_from(&chinook);
            environment.proxies = Some(Arc::new(TokioProxies));
            #[cfg(feature = "tls-server")]
            {
                environment.tls_servers = Some(Arc::new(super::tls::OwnTlsServers));
            }
            environment.elsewhere = Some(Arc::new(OwnThread));
            environment
        };
        let harness = if arguments.sliced { Arc::new(Sliced::new(harness)?) } else { harness };
        Ok(Self {
            harness,
            environment: Box::new(environment),
            suite: OnceLock::new(),
            reports: Mutex::default(),
        })
    }

    /// The levels that the adapter is held to.
    pub(super) fn levels(&self) -> &[Level] {
        self.harness.levels()
    }

    /// Dialect and transport, where the harness knows them.
    pub(super) fn place(&self) -> Option<Places> {
        self.harness.place()
    }

    /// Runs a case and keeps what became of it.
    ///
    /// # Errors
    /// If no backend can be reached: then no case can be run.
    pub(super) fn run(&self, case: &'static Case) -> Result<CaseReport, String> {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let tokio = tokio.map_err(|error| format!("no tokio runtime: {error}"))?;
        let suite = self.suite()?;
        let report = tokio.block_on(async { suite.on((self.environment)()).run(case).await });
        self.reports.lock().map_err(|_| "another case panicked")?.push(report.clone());
        Ok(report)
    }

    /// The suite, prepared once. (Another thread that wants it meanwhile waits.)
    ///
    /// # Errors
    /// If no backend can be reached.
    pub(super) fn suite(&self) -> Result<&Suite, String> {
        let prepared = self.suite.get_or_init(|| {
            let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let tokio = tokio.map_err(|error| format!("no tokio runtime: {error}"))?;
            // The environment is made within the runtime: it may ask which one it is in.
            tokio
                .block_on(async { Suite::prepare(Arc::clone(&self.harness), (self.environment)()).await })
                .map_err(|error| format!("no reachable backend: {error}"))
        });
        prepared.as_ref().map_err(Clone::clone)
    }

    /// The report of what was run so far.
    ///
    /// # Errors
    /// If no backend could be reached.
    pub(super) fn report(&self) -> Result<Report, String> {
        let reports = self.reports.lock().map_err(|_| "a case panicked outside of its guard")?.clone();
        Ok(Report::new(self.suite()?, reports))
    }

    /// Writes the report of what was run into `folder`.
    ///
    /// # Errors
    /// Which file cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        self.report()?.write(folder)
    }
}
