//! The oracle on a SQLite file, by rusqlite.

use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use drivetrain_adapter_api::async_trait;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::Oracle;
use crate::faults::Damage;

/// A SQLite file of its own, removed with it.
#[derive(Debug)]
pub struct SqliteFile {
    folder: tempfile::TempDir,
}

impl SqliteFile {
    /// A place for a file in a new folder within `parent`, or the folder for temporary files. The file itself is made by whoever opens it first.
    ///
    /// # Errors
    /// Why the folder cannot be made.
    pub fn new(parent: Option<&Path>, label: &str) -> std::io::Result<Self> {
        let temporary = std::env::temp_dir();
        let parent = parent.unwrap_or(&temporary);
        Ok(Self { folder: tempfile::Builder::new().prefix(label).tempdir_in(parent)? })
    }

    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("case.db")
    }

    /// The folder that is removed with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Damages the file, whoever has it open.
    ///
    /// # Errors
    /// What the file system says.
    pub fn damage(&self, damage: Damage) -> std::io::Result<()> {
        let path = self.path();
        let open = || OpenOptions::new().write(true).open(&path);
        match damage {
            Damage::Header => open()?.write_all(&[0xff; 32]),
            Damage::Truncate => {
                let length = path.metadata()?.len();
                open()?.set_len(length / 2)
            }
            Damage::Page => {
                // Pages have 4096 bytes unless told otherwise.
                let page = path.metadata()?.len() / 4096 / 2;
                let mut file = open()?;
                file.seek(SeekFrom::Start(page * 4096))?;
                file.write_all(&[0xff; 4096])
            }
            Damage::Remove => std::fs::remove_file(&path),
            Damage::Replace => {
                let other = self.folder.path().join("other");
                std::fs::write(&other, b"This is no database.\n".repeat(1000))?;
                std::fs::rename(&other, &path)
            }
        }
    }

    /// An oracle on the file.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn oracle(&self) -> Result<SqliteOracle, String> {
        SqliteOracle::open(&self.path())
    }
}

/// A connection of rusqlite's.
///
/// Cells become text as SQLite's own `quote` would not change them: integers and texts as they are, floats with 17
/// digits, blobs as upper-case hex.
#[derive(Debug)]
pub struct SqliteOracle(Mutex<Connection>);

impl SqliteOracle {
    /// Opens the file, which is made if it is not there.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(path: &Path) -> Result<Self, String> {
        let connection = Connection::open(path).map_err(|error| error.to_string())?;
        connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(|error| error.to_string())?;
        connection.pragma_update(None, "foreign_keys", true).map_err(|error| error.to_string())?;
        Ok(Self(Mutex::new(connection)))
    }
}

#[async_trait]
impl Oracle for SqliteOracle {
    async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let connection = self.0.get_mut().map_err(|error| error.to_string())?;
        let read = || {
            let mut statement = connection.prepare(sql)?;
            let columns = statement.column_count();
            let rows =
                statement.query_map([], |row| (0..columns).map(|at| row.get_ref(at).map(text)).collect())?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| error.to_string())
    }

    async fn run(&mut self, sql: &str) -> Result<(), String> {
        let connection = self.0.get_mut().map_err(|error| error.to_string())?;
        connection.execute_batch(sql).map_err(|error| error.to_string())
    }
}

fn text(cell: ValueRef<'_>) -> Option<String> {
    match cell {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect()),
    }
}
