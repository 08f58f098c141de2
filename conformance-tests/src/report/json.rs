//! Writes a report into a folder.

use std::path::Path;

use super::Report;

impl Report {
    /// Writes `conformance.json` into `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// Which file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        let path = folder.join("conformance.json");
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(&path, &error))?;
        std::fs::write(&path, text + "\n").map_err(|error| failed(&path, &error))
    }
}
