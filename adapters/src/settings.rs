//! What an application states about its database.

use std::path::Path;
use std::time::Duration;

use drivetrain_adapter_api::Error;
use drivetrain_adapter_api::layer::RetryPolicy;

use crate::file::Source;
use crate::known::{self, Kind};
use crate::surroundings::{Surroundings, of_process};
use crate::url::Url;

const URL_VARIABLE: &str = "DATABASE_URL";
const ADAPTER_VARIABLE: &str = "DRIVETRAIN_ADAPTER";
const ENDPOINT_VARIABLE: &str = "DATABASE_ENDPOINT";

/// Which database to connect to, by which adapter, and how calls to it are treated.
///
/// Its `Debug` shows the scheme and the host of URLs, and nothing else of them.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) url: Url,
    pub(crate) adapter: Option<String>,
    pub(crate) endpoint: Option<Url>,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Option<Duration>,
    pub(crate) statements_in_spans: Option<usize>,
    pub(crate) namespace: Option<String>,
}

impl Settings {
    /// The database at that URL, by the adapter that its scheme stands for.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Url::new(url),
            adapter: None,
            endpoint: None,
            retry: RetryPolicy::default(),
            timeout: None,
            statements_in_spans: None,
            namespace: None,
        }
    }

    /// By the adapter of that name.
    #[must_use]
    pub fn with_adapter(mut self, name: impl Into<String>) -> Self {
        self.adapter = Some(name.into());
        self
    }

    /// Through that HTTP endpoint, for adapters that have one: where requests go instead of what follows from the URL.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Url::new(url));
        self
    }

    /// Tries again by that policy where it is safe.
    #[must_use]
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Ends calls that have no limit of their own after that time. There is none unless it is set.
    #[must_use]
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Puts the first `bytes` bytes of each statement's text into its span. It holds placeholders and no values,
    /// except for values that raw SQL holds.
    #[must_use]
    pub fn with_statements_in_spans(mut self, bytes: usize) -> Self {
        self.statements_in_spans = Some(bytes);
        self
    }

    /// Looks for tables, and makes new ones, in that namespace of the database: a schema on Postgres, which need not
    /// exist yet. An SQLite file is a namespace by itself, so that there is nothing to choose.
    #[must_use]
    pub fn with_namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = Some(name.into());
        self
    }

    /// What the variables `DATABASE_URL`, `DRIVETRAIN_ADAPTER` and `DATABASE_ENDPOINT` of this process say. No file is
    /// read.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if `DATABASE_URL` is not set or empty.
    pub fn from_env() -> Result<Self, Error> {
        Self::found(&Surroundings::variables(&of_process))?.ok_or_else(|| {
            Error::config(format!("the environment variable {URL_VARIABLE} is not set"))
                .with_hint("set it to the URL of the database, such as sqlite:./dev.db")
        })
    }

    /// What the variables of this process, the `.env` file and `drivetrain.toml` say; see the
    /// [crate's documentation](crate).
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if nothing says where the database is, or a file is not
    /// readable.
    pub fn load() -> Result<Self, Error> {
        Self::load_from(current_folder()?)
    }

    /// As [`load`](Self::load), looking for the files from that folder upwards.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_from(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let surroundings = Surroundings::of_folder(folder.as_ref(), &of_process)?;
        Self::found(&surroundings)?.ok_or_else(|| nothing_found(&surroundings))
    }

    /// As [`load`](Self::load), with a URL for where nothing says where the database is.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if a file is not readable, or names a variable that is
    /// not set.
    pub fn load_or(default_url: impl Into<String>) -> Result<Self, Error> {
        let surroundings = Surroundings::of_folder(&current_folder()?, &of_process)?;
        Self::found_or(&surroundings, default_url)
    }

    fn found_or(surroundings: &Surroundings<'_>, default_url: impl Into<String>) -> Result<Self, Error> {
        if let Some(found) = Self::found(surroundings)? {
            return Ok(found);
        }
        Self::new(default_url).through(surroundings)
    }

    /// The settings, if anything says where the database is.
    fn found(surroundings: &Surroundings<'_>) -> Result<Option<Self>, Error> {
        let Some(url) = url(surroundings)? else { return Ok(None) };
        Self::new(url).through(surroundings).map(Some)
    }

    /// The same by the adapter and the endpoint that are named, if any are.
    fn through(mut self, surroundings: &Surroundings<'_>) -> Result<Self, Error> {
        self.adapter = adapter(surroundings)?;
        self.endpoint = endpoint(surroundings)?.map(Url::new);
        Ok(self)
    }

    /// The name of the adapter, if one is named.
    pub fn adapter(&self) -> Option<&str> {
        self.adapter.as_deref()
    }

    /// The adapter that they stand for.
    pub(crate) fn kind(&self) -> Result<Kind, Error> {
        known::pick(&self.url, self.adapter.as_deref())
    }
}

fn url(surroundings: &Surroundings<'_>) -> Result<Option<String>, Error> {
    let in_file = surroundings.file.as_ref().and_then(|(path, file)| Some((path, file.url.as_ref()?)));
    match in_file {
        Some((path, Source::Variable(name))) => {
            let value = surroundings.variable(name)?.ok_or_else(|| {
                Error::config(format!(
                    "the environment variable {name}, which {} names for the database's URL, is not set",
                    path.display()
                ))
                .with_hint(format!("set {name}, here or in a file .env"))
            })?;
            Ok(Some(value))
        }
        Some((_, Source::Literal(url))) => {
            Ok(Some(surroundings.variable(URL_VARIABLE)?.unwrap_or_else(|| url.clone())))
        }
        None => surroundings.variable(URL_VARIABLE),
    }
}

fn adapter(surroundings: &Surroundings<'_>) -> Result<Option<String>, Error> {
    let in_file = || surroundings.file.as_ref().and_then(|(_, file)| file.adapter.clone());
    Ok(surroundings.variable(ADAPTER_VARIABLE)?.or_else(in_file))
}

fn endpoint(surroundings: &Surroundings<'_>) -> Result<Option<String>, Error> {
    let in_file = || surroundings.file.as_ref().and_then(|(_, file)| file.endpoint.clone());
    Ok(surroundings.variable(ENDPOINT_VARIABLE)?.or_else(in_file))
}

fn nothing_found(surroundings: &Surroundings<'_>) -> Error {
    let looked = match &surroundings.file {
        Some((path, _)) => format!("and {} has no `database.url`", path.display()),
        None => "and there is no drivetrain.toml in this folder or above it".to_owned(),
    };
    Error::config(format!(
        "nothing says where the database is: the environment variable {URL_VARIABLE} is not set, {looked}"
    ))
    .with_hint(format!("set {URL_VARIABLE}, here or in a file .env, such as sqlite:./dev.db"))
}

fn current_folder() -> Result<std::path::PathBuf, Error> {
    std::env::current_dir()
        .map_err(|error| Error::config(format!("the current folder cannot be determined: {error}")))
}

#[cfg(test)]
mod tests;
