//! Which cases are run, and on which adapter.

use std::sync::Arc;

use super::options::Options;
use crate::builtin::{NeonHarness, PostgresHarness, SqliteHarness};
use crate::{Case, Harness, Suite};

/// The cases that the filters leave.
///
/// # Errors
/// If there are none: a run of nothing proves nothing.
pub(super) fn cases(filters: &[String]) -> Result<Vec<&'static Case>, String> {
    let wanted = |case: &&Case| {
        filters.is_empty() || filters.iter().any(|filter| case.path().contains(filter.as_str()))
    };
    let cases: Vec<_> = Suite::cases().filter(wanted).collect();
    if cases.is_empty() { Err("no case has such a name; see --list".to_owned()) } else { Ok(cases) }
}

/// The harness of the adapter that is named.
///
/// # Errors
/// If there is no such adapter, or its URL cannot be read.
pub(super) fn harness(options: &Options) -> Result<Arc<dyn Harness>, String> {
    let said = |error: drivetrain_adapter_api::Error| error.to_string();
    Ok(match options.adapter.as_str() {
        "neon-http" => Arc::new(
            NeonHarness::new(
                &options.url,
                options.endpoint.as_deref(),
                options.transport,
                options.oracle_url.as_deref(),
            )
            .map_err(said)?,
        ),
        "postgres" => Arc::new(
            PostgresHarness::new(&options.url, options.oracle_url.as_deref())
                .and_then(|harness| harness.with_variables(|name| std::env::var(name).ok()))
                .map_err(said)?,
        ),
        "sqlite" => Arc::new(SqliteHarness::from_url(&options.url).map_err(said)?),
        other => {
            return Err(format!(
                "there is no adapter `{other}` in this build; there are: neon-http, postgres, sqlite"
            ));
        }
    })
}
