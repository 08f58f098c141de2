//! Why a pool gave no connection.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::Status;

/// Why an acquire failed. Converts to the [`Error`](drivetrain_adapter_api::Error) of adapters where the manager uses
/// that one.
#[derive(Debug, Clone)]
pub enum PoolError<E> {
    /// None became free in time.
    Timeout {
        /// How long the acquire waited.
        waited: Duration,
        /// What the pool was doing when the time was up.
        status: Status,
        /// Why the pool could not grow, if its last attempt to connect failed.
        last_failure: Option<ConnectFailure<E>>,
    },
    /// No connection could be made, and there was none to wait for.
    Connect(ConnectFailure<E>),
    /// The pool has been closed.
    Closed,
}

/// Why a connection was not made.
#[derive(Debug, Clone)]
pub enum ConnectFailure<E> {
    /// The manager's reason.
    Failed(E),
    /// It took longer than [`Config::connect_timeout`](crate::Config::connect_timeout), which is given.
    TimedOut(Duration),
    /// The runtime dropped the task that was connecting: it has ended.
    Stopped,
}

impl<E: fmt::Display> fmt::Display for PoolError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout { waited, status, last_failure } => {
                write!(f, "no pooled connection became free within {waited:?} ({status})")?;
                last_failure.iter().try_for_each(|failure| write!(f, "; the pool could not grow: {failure}"))
            }
            Self::Connect(failure) => failure.fmt(f),
            Self::Closed => f.write_str("the pool is closed"),
        }
    }
}

impl<E: fmt::Display> fmt::Display for ConnectFailure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::TimedOut(limit) => write!(f, "no connection was made within {limit:?}"),
            Self::Stopped => f.write_str("the runtime that was making the connection has ended"),
        }
    }
}

impl<E: Error + 'static> Error for PoolError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connect(failure) | Self::Timeout { last_failure: Some(failure), .. } => Some(failure),
            Self::Timeout { last_failure: None, .. } | Self::Closed => None,
        }
    }
}

impl<E: Error + 'static> Error for ConnectFailure<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // `Display` says what the manager's error says; its source comes next in the chain.
            Self::Failed(error) => error.source(),
            Self::TimedOut(_) | Self::Stopped => None,
        }
    }
}
