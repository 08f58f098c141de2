//! How large a pool is and how long things may take.

use std::fmt;
use std::time::Duration;

/// The settings of a [`Pool`](crate::Pool).
///
/// ```
/// use drivetrain_pool::Config;
/// use std::time::Duration;
///
/// let config = Config { max_size: 20, idle_timeout: Some(Duration::from_secs(60)), ..Config::default() };
/// assert!(config.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The most connections there are at one time, in whatever state. Default: 10.
    pub max_size: usize,
    /// The fewest connections that are kept open, made in the background. Default: 0.
    pub min_size: usize,
    /// How long an acquire waits for a connection, including a check of it. `None`: for ever. Default: 30 s.
    pub acquire_timeout: Option<Duration>,
    /// How long making one connection may take. Default: 10 s.
    pub connect_timeout: Duration,
    /// How long tidying up a returned connection may take before it is closed instead. Default: 5 s.
    pub recycle_timeout: Duration,
    /// Idle connections above `min_size` are closed after this. `None`: never. Default: 10 min.
    pub idle_timeout: Option<Duration>,
    /// Connections are closed at this age, less up to a tenth of it (so that those made together do not end
    /// together), when they are next not in use. `None`: never. Default: 30 min.
    pub max_lifetime: Option<Duration>,
    /// After a failure to connect, how long until the next attempt; doubles with each. Default: 100 ms.
    pub first_backoff: Duration,
    /// The longest time between two attempts to connect. Default: 2 s.
    pub max_backoff: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_size: 10,
            min_size: 0,
            acquire_timeout: Some(Duration::from_secs(30)),
            connect_timeout: Duration::from_secs(10),
            recycle_timeout: Duration::from_secs(5),
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: Some(Duration::from_secs(1800)),
            first_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
        }
    }
}

impl Config {
    /// Checks that the settings agree with one another.
    ///
    /// # Errors
    /// Names the setting that is wrong, and the mend.
    pub fn check(&self) -> Result<(), InvalidConfig> {
        if self.max_size == 0 {
            return Err(InvalidConfig("max_size is 0: a pool needs at least 1 connection".to_owned()));
        }
        if self.min_size > self.max_size {
            let (min, max) = (self.min_size, self.max_size);
            return Err(InvalidConfig(format!(
                "min_size is {min}, more than max_size, which is {max}: lower it"
            )));
        }
        let durations = [
            ("acquire_timeout", self.acquire_timeout),
            ("connect_timeout", Some(self.connect_timeout)),
            ("recycle_timeout", Some(self.recycle_timeout)),
            ("idle_timeout", self.idle_timeout),
            ("max_lifetime", self.max_lifetime),
            ("first_backoff", Some(self.first_backoff)),
            ("max_backoff", Some(self.max_backoff)),
        ];
        match durations.iter().find(|(_, duration)| *duration == Some(Duration::ZERO)) {
            Some((name, _)) => Err(InvalidConfig(format!("{name} is zero: nothing could happen within it"))),
            None => Ok(()),
        }
    }
}

/// Settings that contradict one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfig(String);

impl fmt::Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pool configuration: {}", self.0)
    }
}

impl std::error::Error for InvalidConfig {}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(config: &Config) -> String {
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_named() {
        assert!(complaint(&Config { max_size: 0, ..Config::default() }).contains("max_size is 0"));
        assert!(complaint(&Config { min_size: 11, ..Config::default() }).contains("min_size is 11"));
        let config = Config { idle_timeout: Some(Duration::ZERO), ..Config::default() };
        assert!(complaint(&config).contains("idle_timeout is zero"));
    }
}
