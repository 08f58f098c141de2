//! The wait for a database that is not up yet, over whichever transport it is asked.

use std::time::Duration;

use crate::adapter::NAME;

/// How often it is asked where the caller sets no limit of time.
pub(crate) const ATTEMPTS: u32 = 6;

/// How long to wait before asking again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How long to wait after so many attempts, the first being 1.
pub(crate) fn wait_after(attempt: u32) -> Duration {
    LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(attempt - 1))
}

/// Reports that it is waited for.
pub(crate) fn tell(attempt: u32, wait: Duration) {
    tracing::debug!(
        target: "drivetrain",
        adapter = NAME,
        attempt,
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        "waiting for the database to be up"
    );
}
