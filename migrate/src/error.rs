//! Why no statements can be made.

use std::fmt;

use drivetrain_schema::Provider;

/// Why no statements can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The schema was checked for other kinds of database only.
    UncheckedProvider {
        /// The kind asked for.
        provider: Provider,
        /// The kinds it was checked for.
        checked: Vec<Provider>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UncheckedProvider { provider, checked } => {
                let checked: Vec<&str> = checked.iter().map(|provider| provider.name()).collect();
                write!(
                    f,
                    "the schema is for {}, not for {provider}; add \"{provider}\" to the providers it is checked for",
                    checked.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for Error {}
