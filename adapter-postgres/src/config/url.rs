//! Reads a `postgres://` URL.

use drivetrain_adapter_api::Result;
use drivetrain_postgres_core::url;

use super::{Host, Password, PostgresConfig, keys};

pub(super) fn parse(url: &str) -> Result<PostgresConfig> {
    let mut config = PostgresConfig::new("localhost", "", "");
    let target = url::parse(url, |key, value| keys::apply(&mut config, key, value))?;
    keys::check(&config)?;
    (config.user, config.database) = target.identity()?;
    config.hosts = target.hosts()?.iter().map(|(name, port)| Host::of(name, *port)).collect();
    config.password = target.password.map_or(Password::None, Password::Fixed);
    Ok(config)
}

#[cfg(test)]
mod tests;
