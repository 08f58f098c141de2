//! Makes an adapter of settings, with the usual layers around it.

use std::sync::Arc;

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _, Retry, Timeout, Tracing};
use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{Error, SharedAdapter};

use crate::Settings;
use crate::known::Kind;

/// Connects to the database that `settings` stand for.
///
/// From the outside in, the adapter is wrapped in [`Tracing`], [`Retry`], [`Timeout`] and [`CapabilityCheck`]. It runs
/// on the tokio runtime it is used in.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if no adapter fits the settings or is part of this build, and
/// what the adapter meets on its way to the database.
pub async fn connect(settings: Settings) -> Result<SharedAdapter, Error> {
    let kind = settings.kind()?;
    let runtime = drivetrain_env::default_runtime();
    let adapter = open(kind, &settings, &runtime).await?;
    Ok(layered(adapter, &runtime, &settings))
}

/// Connects to the database at that URL, by the adapter that its scheme stands for.
///
/// # Errors
/// As [`connect`].
pub async fn connect_url(url: &str) -> Result<SharedAdapter, Error> {
    connect(Settings::new(url)).await
}

/// Connects to the database that the surroundings name (see [`Settings::load`]), or else to that of `default_url`.
///
/// # Errors
/// As [`Settings::load_or`] and [`connect`].
pub async fn connect_with_default(default_url: &str) -> Result<SharedAdapter, Error> {
    connect(Settings::load_or(default_url)?).await
}

async fn open(kind: Kind, settings: &Settings, runtime: &SharedRuntime) -> Result<SharedAdapter, Error> {
    let url = settings.url.secret();
    if let (Some(endpoint), Kind::Postgres | Kind::Sqlite) = (&settings.endpoint, kind) {
        return Err(Error::config(format!(
            "there is an HTTP endpoint ({endpoint}), and the adapter uses none"
        ))
        .with_hint("name the adapter `neon-http`, or leave out DATABASE_ENDPOINT and `database.endpoint`"));
    }
    match kind {
        Kind::NeonHttp => neon_http(settings, runtime),
        Kind::Postgres => postgres(url, settings.namespace.as_deref(), runtime).await,
        Kind::Sqlite => sqlite(url).await,
    }
}

#[cfg(feature = "neon-http")]
fn neon_http(settings: &Settings, runtime: &SharedRuntime) -> Result<SharedAdapter, Error> {
    use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig};
    let endpoint = settings.endpoint.as_ref().map(crate::url::Url::secret);
    let mut config = NeonConfig::from_url_at(settings.url.secret(), endpoint)?;
    if let Some(namespace) = &settings.namespace {
        config = config.schema(namespace);
    }
    let (http, websocket) = (drivetrain_env::default_http()?, drivetrain_env::default_websocket()?);
    Ok(Arc::new(NeonAdapter::new(config, http, websocket, Arc::clone(runtime))?))
}

#[cfg(not(feature = "neon-http"))]
fn neon_http(_: &Settings, _: &SharedRuntime) -> Result<SharedAdapter, Error> {
    Err(left_out("neon-http"))
}

#[cfg(feature = "postgres")]
async fn postgres(
    url: &str,
    namespace: Option<&str>,
    runtime: &SharedRuntime,
) -> Result<SharedAdapter, Error> {
    use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};
    let mut config = PostgresConfig::from_url(url)?;
    if let Some(namespace) = namespace {
        config = config.schema(namespace);
    }
    Ok(Arc::new(PostgresAdapter::connect(config, Arc::clone(runtime)).await?))
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str, _: Option<&str>, _: &SharedRuntime) -> Result<SharedAdapter, Error> {
    Err(left_out("postgres"))
}

#[cfg(feature = "sqlite")]
async fn sqlite(url: &str) -> Result<SharedAdapter, Error> {
    use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};
    Ok(Arc::new(SqliteAdapter::open(SqliteConfig::from_url(url)?).await?))
}

#[cfg(not(feature = "sqlite"))]
async fn sqlite(_: &str) -> Result<SharedAdapter, Error> {
    Err(left_out("sqlite"))
}

/// The error for an adapter whose feature, of the same name, is off.
#[cfg(not(all(feature = "neon-http", feature = "postgres", feature = "sqlite")))]
fn left_out(name: &str) -> Error {
    Error::config(format!("the adapter `{name}` is not part of this build"))
        .with_hint(format!("turn on the feature `{name}` of drivetrain-adapters in Cargo.toml"))
}

fn layered(adapter: SharedAdapter, runtime: &SharedRuntime, settings: &Settings) -> SharedAdapter {
    let adapter = CapabilityCheck.layer(adapter);
    let timeout = Timeout::new(Arc::clone(runtime));
    let timeout = match settings.timeout {
        Some(limit) => timeout.with_default(limit),
        None => timeout,
    };
    let adapter = Retry::new(Arc::clone(runtime), settings.retry).layer(timeout.layer(adapter));
    match settings.statements_in_spans {
        Some(bytes) => Tracing::new().with_statements(bytes),
        None => Tracing::new(),
    }
    .layer(adapter)
}
