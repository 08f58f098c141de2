//! Reports in files.

use std::path::Path;

use super::{Report, html};

impl Report {
    /// Writes `conformance.json`, `junit.xml` and `report.html` into `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// Which file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        let json = serde_json::to_string_pretty(self).map_err(|error| failed(folder, &error))?;
        write(&folder.join("conformance.json"), &(json + "\n"))?;
        write(&folder.join("junit.xml"), &self.junit())?;
        write(&folder.join("report.html"), &html(std::slice::from_ref(self)))
    }

    /// Reads a `conformance.json`.
    ///
    /// # Errors
    /// Why the file cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| failed(path, &error))?;
        serde_json::from_str(&text).map_err(|error| failed(path, &error))
    }
}

/// Writes a file.
///
/// # Errors
/// Why it cannot be written, with its name.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
