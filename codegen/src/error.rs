//! Why no client could be generated.

use std::fmt;
use std::path::PathBuf;

use drivetrain_schema::Diagnostics;

/// Why no client could be generated.
///
/// `Debug` shows the same text as `Display`, so that a build script whose `main` returns it shows something readable.
pub struct Error(Reason);

enum Reason {
    Schema(Diagnostics),
    Problems(Vec<String>),
    Config { file: String, message: String },
    File { action: &'static str, path: PathBuf, source: std::io::Error },
    Environment(String),
}

impl Error {
    pub(crate) fn schema(diagnostics: Diagnostics) -> Self {
        Self(Reason::Schema(diagnostics))
    }

    pub(crate) fn problems(problems: Vec<String>) -> Self {
        Self(Reason::Problems(problems))
    }

    pub(crate) fn problem(problem: impl Into<String>) -> Self {
        Self::problems(vec![problem.into()])
    }

    pub(crate) fn config(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Reason::Config { file: file.into(), message: message.into() })
    }

    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self(Reason::File { action, path: path.into(), source })
    }

    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self(Reason::Environment(message.into()))
    }

    /// What is wrong with the schema, if that is the reason.
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        match &self.0 {
            Reason::Schema(diagnostics) => Some(diagnostics),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Schema(diagnostics) => diagnostics.fmt(f),
            Reason::Problems(problems) => f.write_str(&problems.join("\n")),
            Reason::Config { file, message } => write!(f, "{file}: {message}"),
            Reason::File { action, path, source } => {
                write!(f, "cannot {action} `{}`: {source}", path.display())
            }
            Reason::Environment(message) => f.write_str(message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Reason::File { source, .. } => Some(source),
            _ => None,
        }
    }
}
