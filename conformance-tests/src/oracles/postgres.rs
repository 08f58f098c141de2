//! The oracle on Postgres, by tokio-postgres: schemas for namespaces, and sessions for the admin hook.

use drivetrain_adapter_api::{Error, ErrorKind, async_trait};
use futures_util::lock::Mutex;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::Oracle;
use crate::harness::{Admin, ServerSession};

/// How the oracle reaches the server. Without TLS.
///
/// It keeps a connection of its own for what it is asked itself, on the tokio runtime of its first use; a clone has its
/// own.
pub struct PostgresServer {
    config: tokio_postgres::Config,
    kept: Mutex<Option<PostgresOracle>>,
}

impl Clone for PostgresServer {
    fn clone(&self) -> Self {
        Self { config: self.config.clone(), kept: Mutex::new(None) }
    }
}

impl std::fmt::Debug for PostgresServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresServer").field("database", &self.config.get_dbname()).finish_non_exhaustive()
    }
}

impl PostgresServer {
    /// The server of that URL, as tokio-postgres reads URLs.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) for a URL that cannot be read; nothing of it is repeated.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let config = url.parse::<tokio_postgres::Config>();
        let mut config =
            config.map_err(|_| Error::config("the oracle's URL is not one that tokio-postgres can read"))?;
        config.application_name("conformance oracle");
        Ok(Self { config, kept: Mutex::new(None) })
    }

    /// A new connection.
    ///
    /// # Errors
    /// [`Connect`](ErrorKind::Connect).
    pub async fn oracle(&self) -> Result<PostgresOracle, Error> {
        let (client, connection) = self.config.connect(NoTls).await.map_err(|error| {
            Error::new(ErrorKind::Connect, format!("the oracle cannot connect: {}", said(&error)))
        })?;
        // It ends with the client; what ends it otherwise the client's next call reports.
        drop(tokio::spawn(connection));
        Ok(PostgresOracle { client })
    }

    /// Runs statements.
    ///
    /// # Errors
    /// What the server says.
    pub async fn run(&self, sql: &str) -> Result<(), Error> {
        let mut kept = self.kept.lock().await;
        let oracle = self.usable(&mut kept).await?;
        oracle.run(sql).await.map_err(|error| Error::new(ErrorKind::Database, error))
    }

    /// The kept connection, or a new one if it was lost.
    async fn usable<'a>(
        &self,
        kept: &'a mut Option<PostgresOracle>,
    ) -> Result<&'a mut PostgresOracle, Error> {
        if kept.as_ref().is_some_and(|oracle| oracle.client.is_closed()) {
            *kept = None;
        }
        match kept {
            Some(oracle) => Ok(oracle),
            none => Ok(none.insert(self.oracle().await?)),
        }
    }
}

/// A connection of tokio-postgres's. Cells are the text that the server prints.
pub struct PostgresOracle {
    client: Client,
}

impl std::fmt::Debug for PostgresOracle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOracle").finish_non_exhaustive()
    }
}

#[async_trait]
impl Oracle for PostgresOracle {
    async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let messages = self.client.simple_query(sql).await.map_err(|error| said(&error))?;
        Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
                }
                _ => None,
            })
            .collect())
    }

    async fn run(&mut self, sql: &str) -> Result<(), String> {
        self.client.batch_execute(sql).await.map_err(|error| said(&error))
    }
}

fn said(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |error| format!("{} {}", error.code().code(), error.message()))
}

impl PostgresServer {
    /// The sessions for which `condition` holds, an expression over `pg_stat_activity`.
    async fn sessions_where(&self, condition: &str) -> Result<Vec<ServerSession>, Error> {
        // Who waits is read from the locks, which are granted before whoever held them is answered; the wait that a
        // session reports of itself ends later.
        let sql = format!(
            "select pid, coalesce(xact_start is not null and state <> 'active' or state like 'idle in transaction%', false), \
             coalesce(state = 'active', false), \
             exists (select from pg_locks where pg_locks.pid = pg_stat_activity.pid and not granted), coalesce(query, '') \
             from pg_stat_activity where {condition} order by pid"
        );
        let mut kept = self.kept.lock().await;
        let rows = self.usable(&mut kept).await?.rows(&sql).await;
        let rows = rows.map_err(|error| Error::new(ErrorKind::Database, error))?;
        let sessions = rows.into_iter().map(|row| {
            let [id, in_transaction, running, waiting, statement] =
                <[Option<String>; 5]>::try_from(row).ok()?;
            Some(ServerSession {
                id: id?.parse().ok()?,
                in_transaction: in_transaction? == "t",
                running: running? == "t",
                waiting: waiting? == "t",
                statement: statement?,
            })
        });
        sessions
            .collect::<Option<_>>()
            .ok_or_else(|| Error::new(ErrorKind::Protocol, "the server's list of sessions has another form"))
    }

    /// The sessions that run a statement with that text in it, for adapters whose sessions have no name of their own: over
    /// HTTP, behind a proxy.
    ///
    /// # Errors
    /// What the server says.
    pub async fn sessions_that_run(&self, text: &str) -> Result<Vec<ServerSession>, Error> {
        let text = text.replace('\'', "''");
        let own = "pid <> pg_backend_pid() and application_name <> 'conformance oracle'";
        self.sessions_where(&format!("{own} and state = 'active' and position('{text}' in query) > 0")).await
    }
}

/// Postgres's sessions by `application_name`.
#[async_trait]
impl Admin for PostgresServer {
    async fn sessions(&self, marker: &str) -> Result<Vec<ServerSession>, Error> {
        self.sessions_where(&format!("application_name = '{}'", marker.replace('\'', "''"))).await
    }

    async fn kill(&self, session: i64) -> Result<(), Error> {
        self.run(&format!("select pg_terminate_backend({session}, 5000)")).await
    }
}
