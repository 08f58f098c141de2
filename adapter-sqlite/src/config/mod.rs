//! What an application states about its database: the file, and how connections are set up.

mod url;

use std::path::{Path, PathBuf};
use std::time::Duration;

use drivetrain_adapter_api::{Error, Result};

/// Where the database is and how its connections are set up.
///
/// ```
/// use std::time::Duration;
/// use drivetrain_adapter_sqlite::SqliteConfig;
///
/// let config = SqliteConfig::file("./dev.db").busy_timeout(Duration::from_secs(2)).readers(2);
/// assert_eq!(config, SqliteConfig::from_url("file:./dev.db?busy_timeout=2000&readers=2").unwrap());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteConfig {
    pub(crate) location: Location,
    pub(crate) mode: OpenMode,
    pub(crate) busy_timeout: Duration,
    pub(crate) acquire_timeout: Duration,
    pub(crate) foreign_keys: bool,
    pub(crate) journal_mode: Option<JournalMode>,
    pub(crate) synchronous: Option<Synchronous>,
    pub(crate) readers: usize,
    pub(crate) statement_cache: usize,
}

/// The file, or memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

/// What may be done with the database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Read only. The file must exist.
    ReadOnly,
    /// Read and write. The file must exist.
    ReadWrite,
    /// Read and write. The file is created if it does not exist; its folder is not.
    Create,
}

/// How SQLite keeps a transaction from being half done.
/// See <https://www.sqlite.org/pragma.html#pragma_journal_mode>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are SQLite's")]
pub enum JournalMode {
    Delete,
    Truncate,
    Persist,
    Memory,
    Wal,
    Off,
}

/// How often SQLite waits for the disk. See <https://www.sqlite.org/pragma.html#pragma_synchronous>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are SQLite's")]
pub enum Synchronous {
    Off,
    Normal,
    Full,
    Extra,
}

impl JournalMode {
    const ALL: [Self; 6] = [Self::Delete, Self::Truncate, Self::Persist, Self::Memory, Self::Wal, Self::Off];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::Persist => "persist",
            Self::Memory => "memory",
            Self::Wal => "wal",
            Self::Off => "off",
        }
    }
}

impl Synchronous {
    const ALL: [Self; 4] = [Self::Off, Self::Normal, Self::Full, Self::Extra];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Normal => "normal",
            Self::Full => "full",
            Self::Extra => "extra",
        }
    }
}

impl SqliteConfig {
    fn new(location: Location) -> Self {
        Self {
            location,
            mode: OpenMode::Create,
            busy_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(30),
            foreign_keys: true,
            journal_mode: None,
            synchronous: None,
            readers: 4,
            statement_cache: 128,
        }
    }

    /// The database in that file, which is created if it does not exist.
    ///
    /// Unless told otherwise: write-ahead log with `synchronous = normal`, foreign keys enforced, four readers, up to
    /// 5 seconds of waiting for the locks of other processes.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self::new(Location::File(path.as_ref().to_owned()))
    }

    /// A database of its own in memory, gone when the adapter is.
    ///
    /// It has one connection, on which everything runs one after the other: while a transaction, a session or a
    /// stream is open, other calls wait for its end.
    pub fn memory() -> Self {
        Self::new(Location::Memory)
    }

    /// Reads a URL: `sqlite:path`, `sqlite://path`, `sqlite::memory:` or `file:path`, where `path` is relative to the
    /// working directory unless it begins with `/`. A `%` in a path is written `%25`, a `?` is written `%3F`.
    ///
    /// Behind a `?`, joined by `&`:
    ///
    /// | key | values | default |
    /// |---|---|---|
    /// | `mode` | `ro`, `rw`, `rwc` (create), `memory` | `rwc` |
    /// | `busy_timeout` | milliseconds to wait for a lock of another process | 5000 |
    /// | `acquire_timeout` | milliseconds to wait for a connection that others of this process use, 1 or more | 30000 |
    /// | `foreign_keys` | `on`, `off` | `on` |
    /// | `journal_mode` | `wal`, `delete`, `truncate`, `persist`, `memory`, `off` | `wal`; in memory and read only: as it is |
    /// | `synchronous` | `off`, `normal`, `full`, `extra` | `normal` in WAL mode, else `full` |
    /// | `readers` | connections that only read, 0 to 64 | 4 |
    /// | `statement_cache` | statements each connection keeps prepared, 0 to 10000 | 128 |
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for another scheme, no path, an unknown key (with the
    /// nearest known one) and a value that the key does not take.
    pub fn from_url(url: &str) -> Result<Self> {
        url::parse(url)
    }

    /// What may be done with the file.
    #[must_use]
    pub const fn mode(mut self, mode: OpenMode) -> Self {
        self.mode = mode;
        self
    }

    /// How long to wait for a lock that another process, or a connection outside of this adapter, holds. Afterwards
    /// the answer is [`LockTimeout`](drivetrain_adapter_api::ErrorKind::LockTimeout).
    #[must_use]
    pub const fn busy_timeout(mut self, limit: Duration) -> Self {
        self.busy_timeout = limit;
        self
    }

    /// How long to wait for a connection that is in use within this process. Afterwards the answer is
    /// [`PoolTimeout`](drivetrain_adapter_api::ErrorKind::PoolTimeout). [`close`](drivetrain_adapter_api::Adapter::close)
    /// waits as long for open transactions, sessions and streams. Zero is refused when the database is opened.
    #[must_use]
    pub const fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.acquire_timeout = limit;
        self
    }

    /// Whether foreign keys are enforced.
    #[must_use]
    pub const fn foreign_keys(mut self, enforced: bool) -> Self {
        self.foreign_keys = enforced;
        self
    }

    /// The journal mode. SQLite keeps it in the file.
    #[must_use]
    pub const fn journal_mode(mut self, mode: JournalMode) -> Self {
        self.journal_mode = Some(mode);
        self
    }

    /// How often SQLite waits for the disk.
    #[must_use]
    pub const fn synchronous(mut self, level: Synchronous) -> Self {
        self.synchronous = Some(level);
        self
    }

    /// How many connections read beside the one that writes, at most. They are opened when they are needed. With 0
    /// the writer reads too. A database in memory has none.
    #[must_use]
    pub const fn readers(mut self, count: usize) -> Self {
        self.readers = count;
        self
    }

    /// How many statements each connection keeps prepared.
    #[must_use]
    pub const fn statement_cache(mut self, capacity: usize) -> Self {
        self.statement_cache = capacity;
        self
    }

    pub(crate) fn is_memory(&self) -> bool {
        self.location == Location::Memory
    }

    /// What the URL parser refuses, for what the builder let through.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |what: &str| Err(Error::config(format!("the SQLite configuration {what}")));
        if let Location::File(path) = &self.location {
            if path.as_os_str().is_empty() {
                return refuse("names no database file; give a path, or use SqliteConfig::memory()");
            }
            if path.as_os_str().as_encoded_bytes().contains(&0) {
                return refuse("names a file with the character NUL");
            }
        }
        if self.acquire_timeout.is_zero() {
            return refuse(
                "waits for a connection for no time at all (`acquire_timeout` is 0), and even one that is free takes a \
                 moment; give it a millisecond or more",
            );
        }
        if self.readers > url::MOST_READERS {
            return refuse("asks for more than 64 readers");
        }
        if self.statement_cache > url::MOST_STATEMENTS {
            return refuse("asks to keep more than 10000 statements");
        }
        if self.is_memory() && self.mode != OpenMode::Create {
            return refuse("asks for a database in memory that exists already; leave the mode out");
        }
        Ok(())
    }
}
