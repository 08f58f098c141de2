//! Opens connections and sets them up, and says what is wrong where that fails.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use drivetrain_adapter_api::{Error, ErrorKind, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Link, Role, facts};
use crate::config::{JournalMode, Location, OpenMode, SqliteConfig, Synchronous};
use crate::error;
use crate::worker::watch::Watch;

/// Opens the connections of an adapter.
#[derive(Debug)]
pub(crate) struct Opener {
    config: SqliteConfig,
    /// Absolute, so that it stays the same file and cannot be taken for one of SQLite's special names.
    path: Option<PathBuf>,
    /// Whether the file has been opened once: from then on it is never created again.
    opened: AtomicBool,
    /// Which file that was.
    file: OnceLock<FileId>,
}

/// What tells a file from another that has its path later: device and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    /// That of the file at `path`, where there is one and the system tells.
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).ok().map(|file| Self(file.dev(), file.ino()))
    }

    #[cfg(not(unix))]
    fn of(_: &Path) -> Option<Self> {
        None
    }
}

impl Opener {
    /// An opener for the database of `config`. Nothing is opened yet.
    pub(crate) fn new(config: SqliteConfig) -> Result<Self> {
        config.check()?;
        let path = match &config.location {
            Location::Memory => None,
            Location::File(path) => Some(std::path::absolute(path).map_err(|error| {
                Error::config(format!(
                    "the path `{}` cannot be made absolute: {}",
                    path.display(),
                    error.kind()
                ))
            })?),
        };
        Ok(Self { config, path, opened: AtomicBool::new(false), file: OnceLock::new() })
    }

    pub(crate) fn config(&self) -> &SqliteConfig {
        &self.config
    }

    /// Opens a connection for that role.
    pub(crate) fn open(self: &Arc<Self>, role: Role) -> Result<Link> {
        let mut connection = self.connect()?;
        let broken = |error| self.explain(error);
        let watch = Watch::install(&mut connection, self.config.busy_timeout).map_err(broken)?;
        self.set_up(&connection, role)?;
        connection.set_prepared_statement_cache_capacity(self.config.statement_cache);
        let noted = facts::install(&mut connection).map_err(broken)?;
        if let Some(file) = self.path.as_deref().and_then(FileId::of) {
            // The first counts: what was opened later was compared with it.
            let _ = self.file.set(file);
        }
        self.opened.store(true, Ordering::Release);
        Ok(Link {
            role,
            connection,
            watch,
            noted,
            known: HashMap::new(),
            capacity: self.config.statement_cache,
            limit: None,
            dirty: false,
            only_one: self.config.is_memory(),
            opener: Arc::clone(self),
        })
    }

    fn connect(&self) -> Result<Connection> {
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let Some(path) = &self.path else {
            flags |= OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            return Connection::open_in_memory_with_flags(flags)
                .map_err(|error| error::from_sqlite(error, None));
        };
        flags |= match self.config.mode {
            OpenMode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
            OpenMode::Create if !self.opened.load(Ordering::Acquire) => {
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
            }
            OpenMode::ReadWrite | OpenMode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let connection = Connection::open_with_flags(path, flags).map_err(|error| self.explain(error))?;
        self.check_same(path)?;
        Ok(connection)
    }

    /// Refuses another file than the one that the adapter's other connections have open: some would read what the others
    /// never see.
    fn check_same(&self, path: &Path) -> Result<()> {
        match (self.file.get(), FileId::of(path)) {
            (Some(first), Some(now)) if *first != now => Err(Error::new(
                ErrorKind::Connect,
                format!("the database file `{}` has been replaced since it was opened", path.display()),
            )
            .with_hint("open the adapter anew; to replace a database, close what has it open first")),
            _ => Ok(()),
        }
    }

    fn set_up(&self, connection: &Connection, role: Role) -> Result<()> {
        let broken = |error| self.explain(error);
        // Reads the file's header: whether it is a database shows here.
        connection.query_row("PRAGMA schema_version", [], |_| Ok(())).map_err(broken)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(broken)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false).map_err(broken)?;
        if role != Role::Reader {
            self.set_journal_mode(connection)?;
        }
        self.settings(connection).map_err(broken)?;
        if role == Role::Reader {
            connection.execute_batch("PRAGMA query_only = ON").map_err(broken)?;
        }
        Ok(())
    }

    fn set_journal_mode(&self, connection: &Connection) -> Result<()> {
        let wanted = match self.config.journal_mode {
            Some(mode) => mode,
            None if self.config.is_memory() || self.config.mode == OpenMode::ReadOnly => return Ok(()),
            None => JournalMode::Wal,
        };
        let got = self.switch(connection, wanted).map_err(|error| self.explain(error))?;
        if self.config.journal_mode.is_some() && !got.eq_ignore_ascii_case(wanted.name()) {
            return Err(Error::config(format!(
                "the database does not take the journal mode `{}`; it stays at `{got}`",
                wanted.name()
            ))
            .with_hint("leave `journal_mode` out"));
        }
        Ok(())
    }

    /// Switches the journal mode, and gives the one that is there then. SQLite does not wait for the locks it needs for
    /// that, as when several open a new file at the same moment: so it is tried again.
    fn switch(&self, connection: &Connection, wanted: JournalMode) -> rusqlite::Result<String> {
        let start = Instant::now();
        loop {
            let there: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
            if there.eq_ignore_ascii_case(wanted.name()) {
                return Ok(there);
            }
            let sql = format!("PRAGMA journal_mode = {}", wanted.name());
            match connection.query_row(&sql, [], |row| row.get(0)) {
                Err(error)
                    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                        && start.elapsed() < self.config.busy_timeout =>
                {
                    thread::sleep(Duration::from_millis(5));
                }
                other => return other,
            }
        }
    }

    /// What every connection is set to, and set back to.
    fn settings(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        let synchronous = self.config.synchronous.unwrap_or(if mode.eq_ignore_ascii_case("wal") {
            Synchronous::Normal
        } else {
            Synchronous::Full
        });
        let foreign_keys = if self.config.foreign_keys { "ON" } else { "OFF" };
        connection.execute_batch(&format!(
            "PRAGMA synchronous = {}; PRAGMA foreign_keys = {foreign_keys}",
            synchronous.name()
        ))
    }

    /// Sets back what a user of the only connection changed: settings, temporary tables, attached databases.
    pub(super) fn restore(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        connection.execute_batch(
            "PRAGMA query_only = OFF; PRAGMA ignore_check_constraints = OFF; PRAGMA defer_foreign_keys = OFF; \
             PRAGMA recursive_triggers = OFF; PRAGMA case_sensitive_like = OFF; PRAGMA writable_schema = OFF; \
             PRAGMA read_uncommitted = OFF; PRAGMA reverse_unordered_selects = OFF; PRAGMA count_changes = OFF; \
             PRAGMA full_column_names = OFF; PRAGMA short_column_names = ON; PRAGMA legacy_alter_table = OFF",
        )?;
        self.settings(connection)?;
        let temporary = listed(
            connection,
            "SELECT type, name FROM temp.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
             ESCAPE '\\'",
        )?;
        for (sort, name) in temporary {
            connection.execute_batch(&format!("DROP {sort} temp.{}", quoted(&name)))?;
        }
        let attached = listed(
            connection,
            "SELECT '', name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')",
        )?;
        for (_, name) in attached {
            connection.execute_batch(&format!("DETACH {}", quoted(&name)))?;
        }
        Ok(())
    }

    /// The error with the path and the mend, where the file is the cause.
    fn explain(&self, cause: rusqlite::Error) -> Error {
        let found = error::from_sqlite(cause, None);
        let Some(path) = &self.path else { return found };
        let shown = path.display();
        match found.kind() {
            ErrorKind::Connect => self.why_not_opened(path, found),
            ErrorKind::Corrupt => found
                .with_message(format!(
                    "the file `{shown}` is not a SQLite database, or it is damaged or encrypted"
                ))
                .with_hint("give the path of a SQLite database, or of a file that does not exist yet"),
            ErrorKind::ReadOnly => {
                found.with_message(format!("the database `{shown}` cannot be written")).with_hint(
                    "give this user the right to write the file and its folder, or open it with `mode=ro`",
                )
            }
            ErrorKind::LockTimeout => found
                .with_message(format!("the database `{shown}` stayed locked by another connection"))
                .with_hint("end what holds it, or raise `busy_timeout`"),
            _ => found,
        }
    }

    fn why_not_opened(&self, path: &Path, found: Error) -> Error {
        let shown = path.display();
        let folder = path.parent().unwrap_or(path);
        match fs::metadata(path) {
            Ok(file) if file.is_dir() => found
                .with_message(format!("`{shown}` is a folder, not a database file"))
                .with_hint("give the path of a file in it"),
            Ok(_) => match fs::File::open(path) {
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    found.with_kind(ErrorKind::InsufficientPrivilege).with_message(format!(
                        "the database file `{shown}` may not be read by this user"
                    ))
                }
                _ => found.with_message(format!("the database file `{shown}` cannot be opened")).with_hint(
                    "SQLite needs the right to write the file and to create files beside it, unless it is opened \
                     with `mode=ro`",
                ),
            },
            Err(_) if !folder.is_dir() => found
                .with_kind(ErrorKind::DatabaseNotFound)
                .with_message(format!("the folder `{}` of the database file does not exist", folder.display()))
                .with_hint("create it, or correct the path"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if self.config.mode == OpenMode::Create && !self.opened.load(Ordering::Acquire) {
                    return found
                        .with_kind(ErrorKind::InsufficientPrivilege)
                        .with_message(format!("the database file `{shown}` cannot be created"))
                        .with_hint("give this user the right to write the folder");
                }
                found
                    .with_kind(ErrorKind::DatabaseNotFound)
                    .with_message(format!("the database file `{shown}` does not exist"))
                    .with_hint("correct the path, or open it with `mode=rwc` to create it")
            }
            Err(error) => found.with_message(format!(
                "the database file `{shown}` cannot be opened: {}",
                error.kind()
            )),
        }
    }
}

fn listed(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
