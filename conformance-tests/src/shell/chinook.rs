//! Finds the Chinook scripts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use drivetrain_adapter_api::Dialect;

const FILES: [(Dialect, &str); 3] = [
    (Dialect::Postgres, "Chinook_PostgreSql.sql"),
    (Dialect::MySql, "Chinook_MySql.sql"),
    (Dialect::Sqlite, "Chinook_Sqlite.sql"),
];

/// The scripts in `folder`; none without a folder.
///
/// # Errors
/// Which file of a folder that was named cannot be read.
pub(super) fn load(folder: Option<&Path>) -> Result<BTreeMap<Dialect, Arc<str>>, String> {
    let Some(folder) = folder else { return Ok(BTreeMap::new()) };
    FILES
        .into_iter()
        .map(|(dialect, name)| {
            let path = folder.join(name);
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            // Some editions begin with a byte order mark.
            Ok((dialect, Arc::from(text.trim_start_matches('\u{feff}'))))
        })
        .collect()
}
