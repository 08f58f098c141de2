//! The conformance suite on this adapter: `cargo test --test conformance`.

#[path = "hrana/server.rs"]
#[allow(dead_code, reason = "the other tests look into the server; this one judges from outside")]
mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Adapter as _, Error, SharedAdapter, Version, async_trait};
use drivetrain_conformance_tests::Waiver;
use drivetrain_conformance_tests::case::{L, Level, Places};
use drivetrain_conformance_tests::harness::{Harness, Namespace, Naming, Oracle, Setup, Unmade};
use drivetrain_conformance_tests::oracles::sqlite::SqliteFile;
use drivetrain_conformance_tests::shell;
use rusqlite::Connection;
use server::Server;
use third_party_adapter::{HranaAdapter, HranaConfig};

const URL: &str = "libsql://db.example.com";
const TOKEN: &str = "canary-token";
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// That of the library in the server; SQLite counts 3.50.2 as 3050002.
fn version() -> Version {
    let number = rusqlite::version_number();
    let part = |by: i32| u16::try_from(number / by % 1000).unwrap_or_default();
    Version::new(part(1_000_000), part(1000), part(1))
}

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
        connection
            .pragma_update(None, "journal_mode", "wal")
            .map_err(|error| Error::config(error.to_string()))?;
        Ok(Box::new(HranaNamespace { server: Server::start(connection), file }))
    }

    /// What the guide promises. To be widened as the adapter is.
    fn levels(&self) -> &[Level] {
        &[Level::L0]
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

    /// What a database behind a server cannot be asked for.
    fn waivers(&self) -> Vec<Waiver> {
        vec![
            Waiver::new(
                "INFO-04.FILE",
                "has no scheme",
                "the case opens databases by path and in memory: this adapter reaches servers alone",
            ),
            Waiver::new(
                "INFO-19.FILE",
                "somebody holds the file",
                "the server keeps the database open, whoever has closed an adapter of its",
            ),
        ]
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

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        if let Some((name, _)) = setup.settings.first() {
            let why = format!("there are no sessions, and so none with `{name}` set");
            return Err(Unmade::NotProvided(why));
        }
        self.server.wait_for_locks(setup.lock_wait.unwrap_or(LOCK_WAIT));
        let other = setup.database.as_ref().map(|name| self.file.folder().join(name));
        let (url, server) = match (&setup.url, other) {
            (Some(url), _) => (url.as_str(), Arc::clone(&self.server)),
            (None, None) => (URL, Arc::clone(&self.server)),
            // A file that is there gets a server of its own; one that is not has a host that nobody knows.
            (None, Some(path)) if path.is_file() => {
                let connection = Connection::open(path).map_err(|error| Error::config(error.to_string()))?;
                (URL, Server::start(connection))
            }
            (None, Some(_)) => ("libsql://no-such-database.example.com", Arc::clone(&self.server)),
        };
        let config = HranaConfig::from_url(url)?.with_token(TOKEN).with_version(version());
        let adapter = HranaAdapter::new(config, server);
        if setup.database.is_some() {
            // Nothing is sent when the adapter is made: whether there is such a database shows at the first request.
            adapter.health_check().await?;
        }
        Ok(Arc::new(adapter))
    }

    fn url(&self) -> Option<String> {
        Some(URL.to_owned())
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
