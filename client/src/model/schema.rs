//! A schema as a whole.

use std::fmt::Debug;

use drivetrain_adapter_api::{Dialect, Error, Result};

/// A generated schema. Implemented by a generated marker type.
pub trait SchemaMeta: Debug + Send + Sync + 'static {
    /// The dialects the schema was checked for.
    const DIALECTS: &'static [Dialect];
}

/// Refuses a dialect that the schema was not made for.
pub(crate) fn check_dialect<S: SchemaMeta>(adapter: &str, dialect: Dialect) -> Result<()> {
    if S::DIALECTS.contains(&dialect) {
        return Ok(());
    }
    let known: Vec<_> = S::DIALECTS.iter().map(|dialect| dialect.provider()).collect();
    Err(Error::config(format!(
        "the schema is for {}, and the adapter `{adapter}` speaks {dialect}: add \"{}\" to `providers` in \
         drivetrain.toml and generate the client again, or choose another adapter",
        known.join(", "),
        dialect.provider(),
    )))
}
