//! The keys of a URL's query.

use drivetrain_adapter_api::{Error, Result};
use drivetrain_postgres_core::session::StatementMode;
use drivetrain_postgres_core::url::keys::{
    NO_LIMIT, SWITCH, choice, number, quoted_schema, seconds, server_time, unknown,
};

use super::{NeonConfig, PipelineConnect, Tls, Transport, options};

const KEYS: &[&str] = &[
    "allow_insecure_endpoint",
    "application_name",
    "channel_binding",
    "connect_timeout",
    "connection_limit",
    "dbname",
    "endpoint",
    "host",
    "idle_in_transaction_session_timeout",
    "lock_timeout",
    "max_request_bytes",
    "max_response_bytes",
    "options",
    "password",
    "pgbouncer",
    "pipeline_connect",
    "pool_idle_timeout",
    "pool_max",
    "pool_max_lifetime",
    "pool_min",
    "pool_timeout",
    "port",
    "schema",
    "search_path",
    "server_version",
    "sslmode",
    "sslrootcert",
    "statement_cache_size",
    "statement_mode",
    "statement_timeout",
    "target_session_attrs",
    "transport",
    "user",
    "websocket_endpoint",
];

const TRANSPORTS: &[(&str, Transport)] =
    &[("auto", Transport::Auto), ("http", Transport::Http), ("websocket", Transport::WebSocket)];
const PIPELINES: &[(&str, PipelineConnect)] = &[
    ("auto", PipelineConnect::Auto),
    ("always", PipelineConnect::Always),
    ("never", PipelineConnect::Never),
];
const STATEMENT_MODES: &[(&str, StatementMode)] =
    &[("named", StatementMode::Named), ("unnamed", StatementMode::Unnamed)];
const SSL_MODES: &[(&str, Tls)] = &[
    ("disable", Tls::Never("sslmode=disable")),
    ("prefer", Tls::Any),
    ("require", Tls::Always("sslmode=require")),
    ("verify-ca", Tls::Always("sslmode=verify-ca")),
    ("verify-full", Tls::Always("sslmode=verify-full")),
];
/// What a bound authentication guards against, the verified certificate does.
const BINDINGS: &[(&str, Tls)] =
    &[("disable", Tls::Any), ("prefer", Tls::Any), ("require", Tls::Always("channel_binding=require"))];

pub(super) fn apply(config: &mut NeonConfig, key: &str, value: &str) -> Result<()> {
    let text = || Some(value.to_owned());
    let (session, pool) = (&mut config.session, &mut config.pool);
    match key {
        "endpoint" => config.endpoint = text(),
        "websocket_endpoint" => config.websocket_endpoint = text(),
        "allow_insecure_endpoint" => config.allow_insecure_endpoint = choice(key, value, SWITCH)?,
        "transport" => config.transport = choice(key, value, TRANSPORTS)?,
        "pipeline_connect" => config.pipeline_connect = choice(key, value, PIPELINES)?,
        "server_version" => {
            config.server_version = value.parse().map_err(|_| {
                Error::config("the URL's `server_version` is no version").with_hint("write it as 17 or 16.2")
            })?;
        }
        "max_request_bytes" => config.max_request_bytes = number(key, value)?,
        "max_response_bytes" => config.max_response_bytes = number(key, value)?,

        "application_name" => session.application_name = text(),
        "schema" => session.search_path = Some(quoted_schema(value)),
        "search_path" => session.search_path = text(),
        "options" => session.options = options::parse(value)?,
        "statement_timeout" => session.statement_timeout = Some(server_time(key, value)?),
        "lock_timeout" => session.lock_timeout = Some(server_time(key, value)?),
        "idle_in_transaction_session_timeout" => {
            session.idle_in_transaction_timeout = Some(server_time(key, value)?);
        }

        "sslmode" => set_tls(config, choice(key, value, SSL_MODES)?)?,
        "channel_binding" => set_tls(config, choice(key, value, BINDINGS)?)?,
        "sslrootcert" if value == "system" => {}
        "sslrootcert" | "sslcert" | "sslkey" => {
            return Err(Error::config(format!(
                "the URL has `{key}`: certificates are up to the HTTP transport that the adapter is given"
            ))
            .with_hint("give it a transport that trusts your authorities, such as ReqwestHttp::with_extra_authorities"));
        }
        "allow_insecure_password" => {
            return Err(Error::config(
                "the URL has `allow_insecure_password`: here the endpoint's TLS decides",
            )
            .with_hint("is `allow_insecure_endpoint` meant?"));
        }
        "keepalives" | "keepalives_idle" => {
            return Err(Error::config(format!(
                "the URL has `{key}`: connections are up to the HTTP transport"
            ))
            .with_hint("leave it out"));
        }
        "target_session_attrs" if value == "any" => {}
        "target_session_attrs" => {
            return Err(Error::config("the URL's `target_session_attrs` is not any: there is one endpoint")
                .with_hint("name the host that is meant"));
        }

        "connect_timeout" => pool.connect_timeout = seconds(key, value)?.unwrap_or(NO_LIMIT),
        "pool_max" | "connection_limit" => pool.max_size = number(key, value)?,
        "pool_min" => pool.min_size = number(key, value)?,
        "pool_timeout" => pool.acquire_timeout = seconds(key, value)?,
        "pool_idle_timeout" => pool.idle_timeout = seconds(key, value)?,
        "pool_max_lifetime" => pool.max_lifetime = seconds(key, value)?,
        "statement_mode" => config.mode = Some(choice(key, value, STATEMENT_MODES)?),
        "pgbouncer" => {
            if choice(key, value, SWITCH)? {
                config.mode = Some(StatementMode::Unnamed);
            }
        }
        "statement_cache_size" => config.cached_statements = number(key, value)?,
        _ => return Err(unknown(key, KEYS)),
    }
    Ok(())
}

/// Both keys may ask for TLS, or one of them for none.
fn set_tls(config: &mut NeonConfig, tls: Tls) -> Result<()> {
    match (config.tls, tls) {
        (_, Tls::Any) => {}
        (Tls::Never(one), Tls::Always(other)) | (Tls::Always(other), Tls::Never(one)) => {
            return Err(Error::config(format!("{other} needs TLS, and {one} says there is none")));
        }
        (_, tls) => config.tls = tls,
    }
    Ok(())
}
