//! The temporary folder of a private server.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::user::User;

/// Makes an empty folder that goes when dropped. Its name is short: a Unix socket's path may have 103 bytes on macOS.
pub(crate) fn temporary() -> Result<TempDir, String> {
    let parent = std::env::temp_dir();
    tempfile::Builder::new()
        .prefix("drivetrain-")
        .tempdir_in(&parent)
        .map_err(|error| format!("cannot make a temporary folder in {}: {error}", parent.display()))
}

/// Makes a folder inside one.
pub(crate) fn inside(parent: &Path, name: &str) -> Result<PathBuf, String> {
    let path = parent.join(name);
    fs::create_dir(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
    Ok(path)
}

/// Writes a file that only its owner may read.
pub(crate) fn private_file(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o600)))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Gives a folder and all in it to the user, who alone may enter it; files that end in `.key` are for them alone.
pub(crate) fn hand_over(path: &Path, user: Option<&User>) -> Result<(), String> {
    let give = || -> std::io::Result<()> {
        if let Some(user) = user {
            std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid))?;
        }
        if path.extension().is_some_and(|extension| extension == "key") {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
        }
        Ok(())
    };
    give().map_err(|error| format!("cannot hand {} over: {error}", path.display()))?;
    if path.is_dir() {
        let entries =
            fs::read_dir(path).map_err(|error| format!("cannot list {}: {error}", path.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("cannot list {}: {error}", path.display()))?;
            hand_over(&entry.path(), user)?;
        }
    }
    Ok(())
}

/// Lets every user enter a folder and write to it, as a container's user must.
pub(crate) fn open_to_all(path: &Path) -> Result<(), String> {
    fs::set_permissions(path, Permissions::from_mode(0o777))
        .map_err(|error| format!("cannot open {} to all: {error}", path.display()))
}
