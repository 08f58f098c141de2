//! Where settings come from: the variables of the process, and the files in the current folder and above it.

use std::path::{Path, PathBuf};

use drivetrain_adapter_api::Error;

use crate::dotenv::{self, Variables};
use crate::file::{self, Database};

/// Gives the value of a variable of the process.
type Lookup<'a> = &'a dyn Fn(&str) -> Result<Option<String>, Error>;

/// Variables of the process and of a `.env` file, and what `drivetrain.toml` says.
pub(crate) struct Surroundings<'a> {
    process: Lookup<'a>,
    dotenv: Variables,
    pub(crate) file: Option<(PathBuf, Database)>,
}

impl<'a> Surroundings<'a> {
    /// The variables alone.
    pub(crate) fn variables(process: Lookup<'a>) -> Self {
        Self { process, dotenv: Variables::new(), file: None }
    }

    /// The variables, and the files in `folder` or above it.
    pub(crate) fn of_folder(folder: &Path, process: Lookup<'a>) -> Result<Self, Error> {
        let mut found = Self::variables(process);
        if let Some((path, text)) = nearest_file(folder, ".env")? {
            // A variable that cannot be read is reported when it is asked for by its own name.
            found.dotenv = dotenv::parse(&path, &text, &|name| process(name).ok().flatten())?;
        }
        if let Some((path, text)) = nearest_file(folder, file::NAME)? {
            let database = file::parse(&path, &text)?;
            found.file = Some((path, database));
        }
        Ok(found)
    }

    /// The value of a variable: the process's own, or else that of `.env`. An empty one counts as not set.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<String>, Error> {
        let set = |value: &String| !value.trim().is_empty();
        if let Some(value) = (self.process)(name)?.filter(set) {
            return Ok(Some(value));
        }
        Ok(self.dotenv.get(name).filter(|value| set(value)).cloned())
    }
}

/// A variable of this process.
pub(crate) fn of_process(name: &str) -> Result<Option<String>, Error> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        // Its error shows the value.
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::config(format!("the environment variable {name} is not valid UTF-8")))
        }
    }
}

/// The file of that name in `folder`, or else in the nearest folder above.
fn nearest_file(folder: &Path, name: &str) -> Result<Option<(PathBuf, String)>, Error> {
    for folder in folder.ancestors() {
        let path = folder.join(name);
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Error::config(format!("{} cannot be read: {error}", path.display())))?;
        return Ok(Some((path, text)));
    }
    Ok(None)
}
