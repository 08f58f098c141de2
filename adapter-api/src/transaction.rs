//! What a transaction is asked to be.

use std::fmt;
use std::time::Duration;

/// How far concurrent transactions are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// `READ UNCOMMITTED`
    ReadUncommitted,
    /// `READ COMMITTED`
    ReadCommitted,
    /// `REPEATABLE READ`
    RepeatableRead,
    /// `SERIALIZABLE`
    Serializable,
}

impl IsolationLevel {
    /// All levels, weakest first.
    pub const ALL: [Self; 4] =
        [Self::ReadUncommitted, Self::ReadCommitted, Self::RepeatableRead, Self::Serializable];

    /// The level in SQL's words.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

impl fmt::Display for IsolationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql())
    }
}

/// A set of isolation levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct IsolationLevels(u8);

impl IsolationLevels {
    /// No level.
    pub const NONE: Self = Self(0);

    /// The set with exactly those levels.
    pub const fn of(levels: &[IsolationLevel]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < levels.len() {
            bits |= 1 << levels[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    /// Whether `level` is in it.
    pub const fn contains(self, level: IsolationLevel) -> bool {
        self.0 & (1 << level as u8) != 0
    }

    /// The levels, weakest first.
    pub fn iter(self) -> impl Iterator<Item = IsolationLevel> {
        IsolationLevel::ALL.into_iter().filter(move |level| self.contains(*level))
    }
}

/// How a transaction is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// The isolation level; `None` is the database's default.
    pub isolation: Option<IsolationLevel>,
    /// Refuse writes.
    pub read_only: bool,
    /// Wait for a snapshot that cannot fail (Postgres, serializable and read-only).
    pub deferrable: bool,
    /// How long the transaction may live. Afterwards it is rolled back, and its handle says so.
    pub timeout: Option<Duration>,
}

impl TransactionOptions {
    /// The database's defaults.
    pub const fn new() -> Self {
        Self { isolation: None, read_only: false, deferrable: false, timeout: None }
    }

    /// At that isolation level.
    #[must_use]
    pub const fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Refusing writes.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Waiting for a safe snapshot.
    #[must_use]
    pub const fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// Living for `limit` at most.
    #[must_use]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }
}

/// A savepoint within one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Savepoint(u32);

impl Savepoint {
    /// The savepoint with that number. Adapters number them within a transaction.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Savepoint {
    /// The name it has in SQL: an identifier that needs no quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drivetrain_sp_{}", self.0)
    }
}
