//! How a case ends, and the checks that end it.

use std::fmt;

use drivetrain_adapter_api::{Error, ErrorKind};

/// What a case gives: nothing, if all is well.
pub type Outcome<T = ()> = Result<T, Stop>;

/// Why a case stopped.
#[derive(Debug, Clone)]
pub enum Stop {
    /// Something is not as it must be.
    Fail(String),
    /// The case could not be run; why.
    NotRun(String),
}

impl Stop {
    /// Something is not as it must be.
    pub fn fail(what: impl Into<String>) -> Self {
        Self::Fail(what.into())
    }

    /// The same, with where it happened in front.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Self {
        match self {
            Self::Fail(what) => Self::Fail(format!("{place}: {what}")),
            Self::NotRun(why) => Self::NotRun(why),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail(why) => f.write_str(why),
            Self::NotRun(why) => write!(f, "not run: {why}"),
        }
    }
}

/// An error of the adapter that the case did not expect.
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fail(format!("unexpected {:?}: {error}{}", error.kind(), in_its_own_words(&error)))
    }
}

/// The server's own message, for the author's eyes: the rows of the suite are the suite's own.
pub(crate) fn in_its_own_words(error: &Error) -> String {
    error.server_message().map(|message| format!(" [server: {message}]")).unwrap_or_default()
}

/// Adds where it happened to a failure.
pub trait Within<T> {
    /// The same outcome, with `place` in front of a failure.
    ///
    /// # Errors
    /// The same.
    fn within(self, place: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: Into<Stop>> Within<T> for Result<T, E> {
    fn within(self, place: impl fmt::Display) -> Outcome<T> {
        self.map_err(|stop| stop.into().within(place))
    }
}

/// Fails the case unless the condition holds: `ensure!(rows.len() == 1, "there are {} rows", rows.len())`.
macro_rules! ensure {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err($crate::Stop::Fail(format!($($why)+)));
        }
    };
}
pub(crate) use ensure;

/// Fails the case unless both are equal: `ensure_eq!(got, wanted, "what it is")`.
macro_rules! ensure_eq {
    ($got:expr, $wanted:expr, $($what:tt)+) => {
        match (&$got, &$wanted) {
            (got, wanted) => {
                if *got != *wanted {
                    return Err($crate::Stop::Fail(format!(
                        "{}: got {got:?}, expected {wanted:?}",
                        format_args!($($what)+)
                    )));
                }
            }
        }
    };
}
pub(crate) use ensure_eq;

/// The error of a call that must fail in one of those ways.
///
/// # Errors
/// A failure, if the call succeeded or failed in another way.
pub(crate) fn must_fail<T>(
    result: Result<T, Error>,
    kinds: &[ErrorKind],
    what: impl fmt::Display,
) -> Outcome<Error> {
    match result {
        Ok(_) => Err(Stop::fail(format!("{what}: succeeded, expected {kinds:?}"))),
        Err(error) if kinds.contains(&error.kind()) => Ok(error),
        Err(error) => Err(Stop::fail(format!(
            "{what}: {:?} ({error}){}, expected {kinds:?}",
            error.kind(),
            in_its_own_words(&error)
        ))),
    }
}
