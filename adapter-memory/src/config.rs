//! How an adapter in memory is set up.

use drivetrain_adapter_api::Dialect;
use drivetrain_adapter_api::runtime::SharedRuntime;

/// The configuration of a [`MemoryAdapter`](crate::MemoryAdapter).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MemoryConfig {
    /// The dialect that the adapter says it has, for clients that are generated for some dialects only.
    ///
    /// What statements give is the same under each, but for these: where NULLs go in an order that does not say (last
    /// under Postgres when ascending, first elsewhere), whether numbers drawn for new rows pass over those that rows
    /// have brought themselves, and whether NULL asks for such a number (neither under Postgres).
    pub dialect: Dialect,
    /// Clocks and tasks. Without a runtime, limits of time are refused, and time is one millisecond more for every
    /// statement, from 2000-01-01 00:00:00 UTC on: tests see the same times in every run.
    pub runtime: Option<SharedRuntime>,
}

impl Default for MemoryConfig {
    /// Postgres, without a runtime.
    fn default() -> Self {
        Self { dialect: Dialect::Postgres, runtime: None }
    }
}

impl MemoryConfig {
    /// Stands for Postgres, without a runtime.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stands for that dialect.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// With clocks and tasks.
    #[must_use]
    pub fn runtime(mut self, runtime: SharedRuntime) -> Self {
        self.runtime = Some(runtime);
        self
    }
}
