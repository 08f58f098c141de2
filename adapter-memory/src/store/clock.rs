//! What time it is.

use std::sync::atomic::{AtomicI64, Ordering};

use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::value::{Timestamp, TimestampTz};

/// A step of the clock that counts statements.
const STEP: i64 = 1_000;

/// The clock that was handed in, or one that counts statements.
#[derive(Debug)]
pub(crate) enum Clock {
    Runtime(SharedRuntime),
    /// Microseconds after 2000-01-01.
    Counting(AtomicI64),
}

/// The start of a transaction or of a statement by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(Timestamp);

impl Clock {
    pub(crate) fn new(runtime: Option<SharedRuntime>) -> Self {
        match runtime {
            Some(runtime) => Self::Runtime(runtime),
            None => Self::Counting(AtomicI64::new(0)),
        }
    }

    pub(crate) fn runtime(&self) -> Option<&SharedRuntime> {
        match self {
            Self::Runtime(runtime) => Some(runtime),
            Self::Counting(_) => None,
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(match self {
            Self::Counting(at) => Timestamp::from_y2k_microseconds(at.fetch_add(STEP, Ordering::Relaxed)),
            Self::Runtime(runtime) => {
                let micros = i64::try_from(runtime.unix_time().as_micros()).unwrap_or(i64::MAX);
                Timestamp::from_unix_microseconds(micros).unwrap_or(Timestamp::INFINITY)
            }
        })
    }
}

impl Moment {
    pub(crate) fn instant(self) -> TimestampTz {
        TimestampTz::from_utc(self.0)
    }

    pub(crate) fn utc(self) -> Timestamp {
        self.0
    }
}
