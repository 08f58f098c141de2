//! The conformance suite on this adapter: `cargo test --test conformance`.

#[path = "hrana/server.rs"]
#[allow(dead_code, reason = "the other tests look into the server; this one judges from outside")]
mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};
use drivetrain_conformance_tests::case::{L, Places};
use drivetrain_conformance_tests::harness::{Harness, Namespace, Naming, Oracle, Setup, Unmade};
use drivetrain_conformance_tests::oracles::sqlite::SqliteFile;
use drivetrain_conformance_tests::shell;
use rusqlite::Connection;
use server::Server;
use third_party_adapter::{HranaAdapter, HranaConfig};

const TOKEN: &str = "canary-token";

#[derive(Debug)]
struct HranaHarness;

#[async_trait]
impl Harness for HranaHarness {
    fn name(&self) -> &str {
        "hrana"
    }

    /// A database file of its own for each case, with a server in front of it.
    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let file = SqliteFile::new(None, label).map_err(|error| Error::config(error.to_string()))?;
        let connection = Connection::open(file.path()).map_err(|error| Error::config(error.to_string()))?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(|error| Error::config(error.to_string()))?;
        Ok(Box::new(HranaNamespace { server: Server::start(connection), file }))
    }

    fn place(&self) -> Option<Places> {
        Some(L)
    }

    fn has_oracle(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }
}

#[derive(Debug)]
struct HranaNamespace {
    server: Arc<Server>,
    file: SqliteFile,
}

#[async_trait]
impl Namespace for HranaNamespace {
    fn naming(&self) -> Naming {
        Naming::default()
    }

    async fn adapter(&self, _: &Setup) -> Result<SharedAdapter, Unmade> {
        let config = HranaConfig::from_url("libsql://db.example.com")?.with_token(TOKEN);
        Ok(Arc::new(HranaAdapter::new(config, Arc::clone(&self.server) as _)))
    }

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        Ok(Box::new(self.file.oracle().map_err(Error::config)?))
    }

    async fn remove(&self) -> Result<(), Error> {
        let folder = self.file.folder();
        std::fs::remove_dir_all(folder)
            .map_err(|error| Error::config(format!("{}: {error}", folder.display())))
    }
}

fn main() -> ExitCode {
    shell::main(HranaHarness, drivetrain_env::default_runtime)
}
