//! The harness of the SQLite adapter: a file for each case.

use std::sync::Arc;

use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};

use crate::harness::{Harness, Namespace, Naming, Oracle, Setup, Unmade};
use crate::oracles::sqlite::SqliteFile;

/// The SQLite adapter, on a file of its own for each case.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteHarness;

#[async_trait]
impl Harness for SqliteHarness {
    fn name(&self) -> &str {
        "sqlite"
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let file =
            SqliteFile::new(label).map_err(|error| Error::config(format!("no temporary folder: {error}")))?;
        Ok(Box::new(SqliteNamespace { file }))
    }

    fn has_oracle(&self) -> bool {
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
        let mut config = SqliteConfig::file(self.file.path());
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
        if let Some((name, _)) = setup.settings.first() {
            return Err(Unmade::NotProvided(format!(
                "the adapter has no settings of sessions, such as `{name}`"
            )));
        }
        Ok(Arc::new(SqliteAdapter::open(config).await?))
    }

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        let oracle = self.file.oracle().map_err(Error::config)?;
        Ok(Box::new(oracle))
    }

    async fn remove(&self) -> Result<(), Error> {
        let folder = self.file.folder();
        std::fs::remove_dir_all(folder)
            .map_err(|error| Error::config(format!("{}: {error}", folder.display())))
    }
}
