//! From a pool's errors to those of adapters, for managers that use the latter.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::{ConnectFailure, PoolError};

impl From<PoolError<Self>> for Error {
    /// Nothing has been sent in any of these cases, so what is worth trying again is safe to try again. The
    /// manager's own error is kept as it is.
    fn from(error: PoolError<Self>) -> Self {
        match error {
            PoolError::Connect(failure) => failure.into(),
            PoolError::Closed => Self::new(ErrorKind::Closed, error.to_string()),
            PoolError::Timeout { .. } => {
                let described =
                    Self::new(ErrorKind::PoolTimeout, error.to_string()).with_retry(RetryClass::SafeNow);
                match error {
                    PoolError::Timeout { last_failure: Some(failure), .. } => described.with_source(failure),
                    _ => described.with_hint("give connections back sooner, or allow the pool more of them"),
                }
            }
        }
    }
}

impl From<ConnectFailure<Self>> for Error {
    fn from(failure: ConnectFailure<Self>) -> Self {
        match failure {
            ConnectFailure::Failed(error) => error,
            ConnectFailure::TimedOut(_) => {
                Self::new(ErrorKind::Connect, failure.to_string()).with_retry(RetryClass::SafeNow)
            }
            ConnectFailure::Stopped => Self::new(ErrorKind::Misuse, failure.to_string()).with_hint(
                "keep the runtime that the adapter was made with alive for as long as the adapter",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Status;

    #[test]
    fn the_managers_error_is_kept() {
        let own = Error::new(ErrorKind::AuthenticationFailed, "the password was not accepted");
        let error = Error::from(PoolError::Connect(ConnectFailure::Failed(own)));
        assert_eq!((error.kind(), error.retry()), (ErrorKind::AuthenticationFailed, RetryClass::Never));
    }

    #[test]
    fn the_pools_own_errors_have_their_kinds() {
        let timeout = |last_failure| PoolError::<Error>::Timeout {
            waited: Duration::from_secs(3),
            status: Status { max_size: 2, size: 2, in_use: 2, ..Status::default() },
            last_failure,
        };
        let error = Error::from(timeout(None));
        assert_eq!((error.kind(), error.retry()), (ErrorKind::PoolTimeout, RetryClass::SafeNow));
        assert!(error.to_string().contains("within 3s (2 of 2 connections: 2 in use"), "{error}");
        let refused = Error::new(ErrorKind::Connect, "refused");
        let error = Error::from(timeout(Some(ConnectFailure::Failed(refused))));
        assert!(error.to_string().ends_with("the pool could not grow: refused"), "{error}");
        assert_eq!(Error::from(PoolError::<Error>::Closed).kind(), ErrorKind::Closed);
        let error = Error::from(ConnectFailure::<Error>::TimedOut(Duration::from_secs(1)));
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow));
    }
}
