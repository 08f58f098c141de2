//! Finds the Chinook data.

use std::path::Path;
use std::sync::Arc;

use crate::dataset::Chinook;

/// The script whose rows are read, whatever the dialect: all have the same.
const FILE: &str = "Chinook_Sqlite.sql";

/// The rows of the script in `folder`; none without a folder.
///
/// # Errors
/// Why the script of a folder that was named cannot be read.
pub(super) fn load(folder: Option<&Path>) -> Result<Option<Arc<Chinook>>, String> {
    let Some(folder) = folder else { return Ok(None) };
    let path = folder.join(FILE);
    let script = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Chinook::parse(&script).map(|chinook| Some(Arc::new(chinook)))
}
