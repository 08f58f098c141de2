//! The harness of the SQLite adapter: a file for each case.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};
use drivetrain_adapter_sqlite::{JournalMode, SqliteAdapter, SqliteConfig};

use crate::case::{L, Places};
use crate::faults::Damage;
use crate::harness::{Harness, Namespace, Naming, Oracle, Setup, Unmade};
use crate::oracles::sqlite::SqliteFile;

/// The SQLite adapter, on a file of its own for each case.
#[derive(Debug, Clone, Default)]
pub struct SqliteHarness {
    folder: Option<PathBuf>,
}

impl SqliteHarness {
    /// Files in the folder for temporary files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Files in the folder that is named as `sqlite:FOLDER`; for `sqlite::memory:` in the folder for temporary files,
    /// since the second path must reach the same database.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if it is not written so, or there is no such folder.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return Err(Error::config("the URL of SQLite is `sqlite:FOLDER` here, or `sqlite::memory:`"));
        };
        let folder = Path::new(rest.strip_prefix("//").unwrap_or(rest));
        match rest {
            ":memory:" => Ok(Self::new()),
            _ if folder.is_dir() => Ok(Self { folder: Some(folder.to_owned()) }),
            _ => Err(Error::config(format!("there is no folder {}", folder.display()))
                .with_hint("name an existing folder: each case makes a file of its own in it")),
        }
    }
}

#[async_trait]
impl Harness for SqliteHarness {
    fn name(&self) -> &str {
        "sqlite"
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let file = SqliteFile::new(self.folder.as_deref(), label)
            .map_err(|error| Error::config(format!("no temporary folder: {error}")))?;
        Ok(Box::new(SqliteNamespace { file }))
    }

    fn place(&self) -> Option<Places> {
        Some(L)
    }

    fn has_oracle(&self) -> bool {
        true
    }

    fn has_url(&self) -> bool {
        true
    }

    fn has_file(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct SqliteNamespace {
    file: SqliteFile,
}

#[async_trait]
impl Namespace for SqliteNamespace {
    fn naming(&self) -> Naming {
        Naming::default()
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        let mut config = match (&setup.url, &setup.database) {
            (Some(url), _) => SqliteConfig::from_url(url)?,
            (None, Some(other)) => SqliteConfig::file(self.file.folder().join(other)),
            (None, None) => SqliteConfig::file(self.file.path()),
        };
        if let Some(limit) = setup.pool_timeout {
            config = config.acquire_timeout(limit);
        }
        if let Some(limit) = setup.lock_wait {
            config = config.busy_timeout(limit);
        }
        if let Some(statements) = setup.statement_cache {
            config = config.statement_cache(statements);
        }
        if let Some(connections) = setup.pool_max {
            config = config.readers(connections.saturating_sub(1));
        }
        if setup.pool_min.is_some() {
            return Err(Unmade::NotProvided("the adapter opens connections when they are needed".to_owned()));
        }
        for (name, value) in &setup.settings {
            config = match (name.as_str(), value.as_str()) {
                ("journal_mode", "wal") => config.journal_mode(JournalMode::Wal),
                ("journal_mode", "delete") => config.journal_mode(JournalMode::Delete),
                _ => {
                    return Err(Unmade::NotProvided(format!(
                        "the adapter has no setting of sessions such as `{name} = {value}`"
                    )));
                }
            };
        }
        Ok(Arc::new(SqliteAdapter::open(config).await?))
    }

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        let oracle = self.file.oracle().map_err(Error::config)?;
        Ok(Box::new(oracle))
    }

    fn url(&self) -> Option<String> {
        let path = self.file.path().to_string_lossy().replace('%', "%25").replace('?', "%3F");
        Some(format!("sqlite:{path}"))
    }

    async fn damage(&self, damage: Damage) -> Result<(), Unmade> {
        let damaged = self.file.damage(damage);
        damaged.map_err(|error| Error::config(format!("{}: {error}", self.file.path().display())).into())
    }

    async fn remove(&self) -> Result<(), Error> {
        let folder = self.file.folder();
        std::fs::remove_dir_all(folder)
            .map_err(|error| Error::config(format!("{}: {error}", folder.display())))
    }
}
