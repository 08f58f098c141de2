//! Texts kept in files and compared with what the code makes now.

use std::path::{Path, PathBuf};

/// The folder of the tests.
pub(crate) fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Compares each text with the file of its path, or writes the files when `UPDATE_GOLDEN` is set.
pub(crate) fn compare(texts: impl IntoIterator<Item = (PathBuf, String)>) {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut differing = Vec::new();
    for (path, text) in texts {
        if update {
            std::fs::write(&path, &text).unwrap();
        } else {
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            if expected != text {
                differing.push(format!("{}:\n--- expected\n{expected}\n--- now\n{text}", path.display()));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
