//! The headers that say how queries are run and answered.

use hyper::header::{HeaderMap, HeaderValue};

use super::failure::Failure;

/// The headers of a request, but for who asks. Only the exact value `true` is true.
#[derive(Debug)]
pub(crate) struct Modes {
    pub(crate) raw: bool,
    pub(crate) array_mode: bool,
    pub(crate) pooled: bool,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) read_only: bool,
    pub(crate) deferrable: bool,
}

/// How a batch is isolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isolation {
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable,
}

const ISOLATION_LEVEL: &str = "neon-batch-isolation-level";
const READ_ONLY: &str = "neon-batch-read-only";
const DEFERRABLE: &str = "neon-batch-deferrable";

impl Modes {
    /// # Errors
    /// An isolation level that is none, for a single query too.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let is_true = |name| headers.get(name).is_some_and(|value| value.as_bytes() == b"true");
        let isolation = match headers.get(ISOLATION_LEVEL) {
            Some(value) => Some(
                Isolation::of(value.as_bytes()).ok_or_else(|| Failure::request("invalid isolation level"))?,
            ),
            None => None,
        };
        Ok(Self {
            raw: is_true("neon-raw-text-output"),
            array_mode: is_true("neon-array-mode"),
            pooled: is_true("neon-pool-opt-in"),
            isolation,
            read_only: is_true(READ_ONLY),
            deferrable: is_true(DEFERRABLE),
        })
    }

    /// The statement that begins a batch.
    pub(crate) fn start_transaction(&self) -> String {
        let mut parts = Vec::new();
        if let Some(isolation) = self.isolation {
            parts.push(isolation.sql());
        }
        if self.read_only {
            parts.push("READ ONLY");
        }
        if self.deferrable {
            parts.push("DEFERRABLE");
        }
        format!("START TRANSACTION {}", parts.join(", ")).trim_end().to_owned()
    }

    /// The headers that the answer to a batch repeats.
    pub(crate) fn echo(&self, headers: &mut HeaderMap) {
        if self.read_only {
            headers.insert(READ_ONLY, HeaderValue::from_static("true"));
        }
        if self.deferrable {
            headers.insert(DEFERRABLE, HeaderValue::from_static("true"));
        }
        if let Some(isolation) = self.isolation {
            headers.insert(ISOLATION_LEVEL, HeaderValue::from_static(isolation.name()));
        }
    }
}

impl Isolation {
    const ALL: [Self; 4] =
        [Self::ReadUncommitted, Self::ReadCommitted, Self::RepeatableRead, Self::Serializable];

    fn of(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name().as_bytes() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "ReadUncommitted",
            Self::ReadCommitted => "ReadCommitted",
            Self::RepeatableRead => "RepeatableRead",
            Self::Serializable => "Serializable",
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "ISOLATION LEVEL READ UNCOMMITTED",
            Self::ReadCommitted => "ISOLATION LEVEL READ COMMITTED",
            Self::RepeatableRead => "ISOLATION LEVEL REPEATABLE READ",
            Self::Serializable => "ISOLATION LEVEL SERIALIZABLE",
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderName;

    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Result<Modes, Failure> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Modes::of(&headers)
    }

    #[test]
    fn only_true_is_true() {
        assert!(of(&[("neon-raw-text-output", "true")]).unwrap().raw);
        for value in ["TRUE", "True", "1", " true"] {
            assert!(!of(&[("neon-raw-text-output", value)]).unwrap().raw, "{value}");
        }
    }

    #[test]
    fn transactions_start_as_the_headers_say() {
        assert_eq!(of(&[]).unwrap().start_transaction(), "START TRANSACTION");
        let all = [
            ("neon-batch-isolation-level", "RepeatableRead"),
            ("neon-batch-read-only", "true"),
            ("neon-batch-deferrable", "true"),
        ];
        let modes = of(&all).unwrap();
        assert_eq!(
            modes.start_transaction(),
            "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY, DEFERRABLE"
        );
        let mut echoed = HeaderMap::new();
        modes.echo(&mut echoed);
        for (name, value) in all {
            assert_eq!(echoed[name], value);
        }
        assert_eq!(
            of(&[("neon-batch-isolation-level", "serializable")]).unwrap_err().message(),
            "invalid isolation level"
        );
    }
}
