//! Decides whether a pool may try to connect now: freely while it works, one at a time and ever more rarely while
//! it does not.

use std::time::Duration;

use crate::error::ConnectFailure;

/// Open while connecting works.
#[derive(Debug)]
pub(crate) struct Gate<E> {
    first: Duration,
    max: Duration,
    failing: Option<Failing<E>>,
}

#[derive(Debug)]
struct Failing<E> {
    /// Failed rounds in a row.
    rounds: u32,
    since: Duration,
    retry_at: Duration,
    last: ConnectFailure<E>,
}

impl<E> Gate<E> {
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Self { first, max, failing: None }
    }

    /// Whether an attempt may begin, with so many already under way.
    pub(crate) fn may_connect(&self, now: Duration, connecting: usize) -> bool {
        self.failing.as_ref().is_none_or(|failing| now >= failing.retry_at && connecting == 0)
    }

    /// The last failure, if nothing has succeeded since.
    pub(crate) fn failure(&self) -> Option<&ConnectFailure<E>> {
        self.failing.as_ref().map(|failing| &failing.last)
    }

    /// How long until an attempt may begin, if one has to wait.
    pub(crate) fn retry_in(&self, now: Duration) -> Option<Duration> {
        self.failing.as_ref().map(|failing| failing.retry_at.saturating_sub(now))
    }

    pub(crate) fn succeeded(&mut self) {
        self.failing = None;
    }

    /// An attempt begun at `started` has failed. Those that fail together count as one round.
    pub(crate) fn failed(&mut self, started: Duration, now: Duration, last: ConnectFailure<E>, salt: u64) {
        let rounds = match &mut self.failing {
            Some(failing) if started <= failing.since => {
                failing.last = last;
                return;
            }
            Some(failing) => failing.rounds.saturating_add(1),
            None => 1,
        };
        let retry_at = now + self.delay(rounds, salt);
        self.failing = Some(Failing { rounds, since: now, retry_at, last });
    }

    /// Doubles with each round up to the maximum, less up to a quarter, so that several pools do not keep step.
    fn delay(&self, rounds: u32, salt: u64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(rounds - 1)).min(self.max);
        doubled - less(doubled / 4, salt)
    }
}

/// A share of `span`, from none of it to all, that looks random and is the same for the same salt.
pub(crate) fn less(span: Duration, salt: u64) -> Duration {
    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    let mut x = salt.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    let share = (x >> 40) as f64 / f64::from(1_u32 << 24);
    span.mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn gate() -> Gate<&'static str> {
        Gate::new(100 * MS, 400 * MS)
    }

    #[test]
    fn while_failing_there_is_one_attempt_at_a_time_after_a_wait() {
        let mut gate = gate();
        assert!(gate.may_connect(Duration::ZERO, 7));
        gate.failed(Duration::ZERO, 10 * MS, ConnectFailure::Failed("no"), 1);
        assert!(!gate.may_connect(11 * MS, 0));
        assert!(gate.may_connect(110 * MS, 0));
        assert!(!gate.may_connect(110 * MS, 1));
        gate.succeeded();
        assert!(gate.may_connect(111 * MS, 7));
    }

    #[test]
    fn the_wait_doubles_up_to_the_maximum_and_is_reset_by_success() {
        let mut gate = gate();
        let mut now = 1000 * MS;
        for expected in [100, 200, 400, 400] {
            gate.failed(now, now, ConnectFailure::Failed("no"), 3);
            let wait = gate.retry_in(now).unwrap();
            assert!(wait <= expected * MS && wait >= expected * MS * 3 / 4, "{wait:?} for {expected}");
            now += wait;
        }
        gate.succeeded();
        assert_eq!(gate.retry_in(now), None);
    }

    #[test]
    fn attempts_that_fail_together_are_one_round() {
        let mut gate = gate();
        for at in [10, 11, 12] {
            gate.failed(Duration::ZERO, at * MS, ConnectFailure::Failed("no"), 3);
        }
        assert!(gate.retry_in(12 * MS).unwrap() < 100 * MS);
    }

    #[test]
    fn shares_stay_within_the_span_and_differ() {
        let shares: Vec<Duration> = (0..100).map(|salt| less(1000 * MS, salt)).collect();
        assert!(shares.iter().all(|share| *share <= 1000 * MS));
        assert!(shares.iter().any(|share| *share < 200 * MS) && shares.iter().any(|share| *share > 800 * MS));
    }
}
