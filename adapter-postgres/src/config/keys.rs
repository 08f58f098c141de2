//! The keys of a URL's query.

use std::time::Duration;

use drivetrain_adapter_api::{Error, Result};
use drivetrain_postgres_core::session::StatementMode;
use drivetrain_postgres_core::url::keys::{
    NO_LIMIT, SWITCH, choice, number, quoted_schema, seconds, server_time, unknown,
};

use super::{BindingMode, PostgresConfig, Roots, SslMode, TargetSession};

const KEYS: &[&str] = &[
    "allow_insecure_password",
    "application_name",
    "channel_binding",
    "connect_timeout",
    "connection_limit",
    "dbname",
    "host",
    "idle_in_transaction_session_timeout",
    "keepalives",
    "keepalives_idle",
    "lock_timeout",
    "options",
    "password",
    "pgbouncer",
    "pool_idle_timeout",
    "pool_max",
    "pool_max_lifetime",
    "pool_min",
    "pool_timeout",
    "port",
    "schema",
    "search_path",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement_cache_size",
    "statement_mode",
    "statement_timeout",
    "target_session_attrs",
    "user",
];

pub(super) fn apply(config: &mut PostgresConfig, key: &str, value: &str) -> Result<()> {
    let text = || value.to_owned();
    match key {
        "sslmode" => config.tls.mode = choice(key, value, SSL_MODES)?,
        "sslrootcert" if value == "system" => config.tls.roots = Some(Roots::System),
        "sslrootcert" => config.tls.roots = Some(Roots::File(value.into())),
        "sslcert" => config.tls.certificate = Some(value.into()),
        "sslkey" => config.tls.key = Some(value.into()),
        "channel_binding" => config.tls.channel_binding = choice(key, value, BINDING_MODES)?,
        "allow_insecure_password" => config.allow_insecure_password = choice(key, value, SWITCH)?,

        "application_name" => config.session.application_name = Some(text()),
        "schema" => config.session.search_path = Some(quoted_schema(value)),
        "search_path" => config.session.search_path = Some(text()),
        "options" => config.session.options = Some(text()),
        "statement_timeout" => config.session.statement_timeout = Some(server_time(key, value)?),
        "lock_timeout" => config.session.lock_timeout = Some(server_time(key, value)?),
        "idle_in_transaction_session_timeout" => {
            config.session.idle_in_transaction_timeout = Some(server_time(key, value)?);
        }

        "connect_timeout" => config.pool.connect_timeout = seconds(key, value)?.unwrap_or(NO_LIMIT),
        "pool_max" | "connection_limit" => config.pool.max_size = number(key, value)?,
        "pool_min" => config.pool.min_size = number(key, value)?,
        "pool_timeout" => config.pool.acquire_timeout = seconds(key, value)?,
        "pool_idle_timeout" => config.pool.idle_timeout = seconds(key, value)?,
        "pool_max_lifetime" => config.pool.max_lifetime = seconds(key, value)?,
        "statement_mode" => config.mode = choice(key, value, STATEMENT_MODES)?,
        "pgbouncer" => {
            if choice(key, value, SWITCH)? {
                config.mode = StatementMode::Unnamed;
            }
        }
        "statement_cache_size" => config.cached_statements = number(key, value)?,
        "keepalives" => {
            if choice(key, value, &[("0", false), ("1", true)])? {
                config.keepalive = config.keepalive.or(Some(Duration::from_secs(60)));
            } else {
                config.keepalive = None;
            }
        }
        "keepalives_idle" => config.keepalive = seconds(key, value)?.or(config.keepalive),
        "target_session_attrs" => config.target = choice(key, value, TARGETS)?,
        _ => return Err(unknown(key, KEYS)),
    }
    Ok(())
}

/// Checks that the keys agree with one another.
pub(super) fn check(config: &PostgresConfig) -> Result<()> {
    let tls = &config.tls;
    if tls.certificate.is_some() != tls.key.is_some() {
        let (given, missing) = if tls.key.is_none() { ("sslcert", "sslkey") } else { ("sslkey", "sslcert") };
        return Err(Error::config(format!("the URL has `{given}` without `{missing}`: they go together")));
    }
    if tls.mode == SslMode::Disable && tls.channel_binding == BindingMode::Require {
        return Err(Error::config(
            "channel_binding=require needs TLS, and sslmode=disable says there is none",
        ));
    }
    // As in libpq: authorities that sign for anybody prove nothing where the name is not compared.
    if tls.roots == Some(Roots::System) && tls.mode != SslMode::VerifyFull {
        return Err(Error::config("sslrootcert=system proves nothing without sslmode=verify-full")
            .with_hint("add sslmode=verify-full"));
    }
    config.pool.check().map_err(|error| Error::config(error.to_string()))
}

const SSL_MODES: &[(&str, SslMode)] = &[
    ("disable", SslMode::Disable),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];
const BINDING_MODES: &[(&str, BindingMode)] =
    &[("disable", BindingMode::Disable), ("prefer", BindingMode::Prefer), ("require", BindingMode::Require)];
const STATEMENT_MODES: &[(&str, StatementMode)] =
    &[("named", StatementMode::Named), ("unnamed", StatementMode::Unnamed)];
const TARGETS: &[(&str, TargetSession)] = &[
    ("any", TargetSession::Any),
    ("read-write", TargetSession::ReadWrite),
    ("read-only", TargetSession::ReadOnly),
    ("primary", TargetSession::Primary),
    ("standby", TargetSession::Standby),
];
