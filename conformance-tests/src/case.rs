//! Cases as data: what each is called, where it applies, what it needs, and which obligation it checks.

use std::fmt;
use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, Capabilities, Capability, Dialect, IsolationLevel, Transport};
use serde::{Deserialize, Serialize};

use crate::{Context, Outcome};

/// One case of the suite.
pub struct Case {
    /// Its name, such as `TX-05`. Cases of the reference keep their name for ever.
    pub id: &'static str,
    /// The group it belongs to.
    pub group: Group,
    /// The level it counts for.
    pub level: Level,
    /// On which dialects and transports it makes sense.
    pub places: Places,
    /// What must be there for it.
    pub needs: &'static [Need],
    /// The numbered obligations of the adapter's docs that it checks.
    pub obligations: &'static [&'static str],
    /// What is expected, in one line.
    pub title: &'static str,
    /// When it is given up; a case that takes longer has failed.
    pub deadline: Duration,
    /// The case itself.
    pub run: fn(Context) -> BoxFuture<'static, Outcome>,
}

/// When a case is given up, unless it states another limit.
pub const DEADLINE: Duration = Duration::from_secs(10);

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("id", &self.id).field("title", &self.title).finish_non_exhaustive()
    }
}

impl Case {
    /// The name by which runners list and filter it: level, group and id, such as `L1::transactions::TX-05`.
    pub fn path(&self) -> String {
        format!("{}::{}::{}", self.level.name(), self.group.name(), self.id)
    }

    /// The same case with another limit of time.
    #[must_use]
    pub(crate) const fn within_seconds(mut self, seconds: u64) -> Self {
        self.deadline = Duration::from_secs(seconds);
        self
    }
}

/// A row of a table of cases: id, group, level, places, needs, obligations, title and the async function that is run.
macro_rules! case {
    (
        $id:expr, $group:ident, $level:ident, $places:expr, [$($need:expr),* $(,)?], [$($obligation:literal),* $(,)?],
        $title:expr, $run:path $(,)?
    ) => {
        $crate::case::Case {
            id: $id,
            group: $crate::case::Group::$group,
            level: $crate::case::Level::$level,
            places: $places,
            needs: &[$($need),*],
            obligations: &[$($obligation),*],
            title: $title,
            deadline: $crate::case::DEADLINE,
            run: |cx| Box::pin($run(cx)),
        }
    };
}
pub(crate) use case;

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Group {
    /// Connecting, and what is known of the connection.
    Info,
    /// Values of every type, both ways.
    Values,
    /// NULL.
    Null,
    /// Parameters.
    Parameters,
    /// Rows and columns.
    Results,
    /// Counts, generated ids and batches.
    Counts,
    /// Transactions.
    Transactions,
    /// Anomalies at each isolation level.
    Isolation,
    /// Errors, field by field.
    Errors,
    /// Futures that are dropped.
    Cancellation,
    /// Pooled connections.
    Pool,
    /// Calls at the same time.
    Concurrency,
    /// What the wire does wrong.
    Faults,
    /// Secrets, injection, TLS.
    Security,
    /// Spans and events.
    Observability,
    /// Prepared statements and their caches.
    Statements,
    /// The same over two transports.
    Transports,
    /// Capabilities, both ways.
    Capabilities,
    /// Definitions and names.
    Definitions,
    /// What is left behind.
    Hygiene,
    /// Statements of no dialect.
    Abstract,
}

impl Group {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 21] = [
        Self::Info,
        Self::Values,
        Self::Null,
        Self::Parameters,
        Self::Results,
        Self::Counts,
        Self::Transactions,
        Self::Isolation,
        Self::Errors,
        Self::Cancellation,
        Self::Pool,
        Self::Concurrency,
        Self::Faults,
        Self::Security,
        Self::Observability,
        Self::Statements,
        Self::Transports,
        Self::Capabilities,
        Self::Definitions,
        Self::Hygiene,
        Self::Abstract,
    ];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Values => "values",
            Self::Null => "null",
            Self::Parameters => "parameters",
            Self::Results => "results",
            Self::Counts => "counts",
            Self::Transactions => "transactions",
            Self::Isolation => "isolation",
            Self::Errors => "errors",
            Self::Cancellation => "cancellation",
            Self::Pool => "pool",
            Self::Concurrency => "concurrency",
            Self::Faults => "faults",
            Self::Security => "security",
            Self::Observability => "observability",
            Self::Statements => "statements",
            Self::Transports => "transports",
            Self::Capabilities => "capabilities",
            Self::Definitions => "definitions",
            Self::Hygiene => "hygiene",
            Self::Abstract => "abstract",
        }
    }
}

/// What an adapter is certified for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Level {
    /// Core: information, values, parameters, results, errors, security.
    L0,
    /// Transactions.
    L1,
    /// Streaming, savepoints, isolation, cancellation, pools.
    L2,
    /// Resilience: faults of the wire.
    R,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::L0, Self::L1, Self::L2, Self::R];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::R => "R",
        }
    }
}

/// What must be there for a case. Where a hook of the harness is missing the case is `not-run`; where a capability is
/// not declared, its negative twin runs instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// An independent second path to the database.
    Oracle,
    /// A view on the adapter's sessions at the server, and the right to end them.
    Admin,
    /// The same, where the adapter has sessions at a server at all: not embedded, and not over HTTP.
    AdminOfServer,
    /// A proxy between the adapter and the server.
    Faults,
    /// The same, with traffic that is not encrypted, so that messages can be rewritten.
    PlainFaults,
    /// A second adapter on the same database over another transport.
    Peer,
    /// A configuration by URL.
    Url,
    /// A database that is a file, and the right to damage it.
    File,
    /// A second runtime beside the one that the case runs in.
    SecondRuntime,
    /// The Chinook data.
    Chinook,
    /// A server with TLS, and certificates that are right and wrong for it.
    Tls,
    /// A TLS server of the suite's own in front of the server, whose certificates are wrong in a chosen way.
    TlsServer,
    /// Transactions begun statement by statement.
    Interactive,
    /// Batches that are atomic.
    AtomicBatch,
    /// A capability that is declared or not.
    Capability(Capability),
    /// An isolation level.
    Isolation(IsolationLevel),
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oracle => f.write_str("an oracle"),
            Self::Admin | Self::AdminOfServer => f.write_str("an admin hook"),
            Self::Faults => f.write_str("a fault proxy"),
            Self::PlainFaults => f.write_str("a fault proxy on unencrypted traffic"),
            Self::Peer => f.write_str("a second transport"),
            Self::Url => f.write_str("a configuration by URL"),
            Self::File => f.write_str("a file to damage"),
            Self::SecondRuntime => f.write_str("a second runtime"),
            Self::Chinook => f.write_str("the Chinook data"),
            Self::Tls => f.write_str("a server with TLS and test certificates"),
            Self::TlsServer => f.write_str("a TLS server of the suite's own"),
            Self::Interactive => f.write_str("interactive transactions"),
            Self::AtomicBatch => f.write_str("atomic batches"),
            Self::Capability(capability) => write!(f, "the capability `{}`", capability.name()),
            Self::Isolation(level) => write!(f, "the isolation level {level}"),
        }
    }
}

impl Need {
    /// Whether it is a claim of the adapter's, proved or refuted by a twin, and not a hook of the harness.
    pub const fn is_claim(self) -> bool {
        matches!(self, Self::Interactive | Self::AtomicBatch | Self::Capability(_) | Self::Isolation(_))
    }

    /// Whether `capabilities` make the claim. True for hooks.
    pub const fn declared(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Interactive => capabilities.transactions().is_interactive(),
            Self::AtomicBatch => capabilities.transactions().has_atomic_batch(),
            Self::Capability(capability) => capabilities.declares(capability),
            Self::Isolation(level) => capabilities.isolation_levels().contains(level),
            _ => true,
        }
    }
}

/// Dialects and transports, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places(u8);

/// Postgres over a socket.
pub const P: Places = Places(1);
/// Postgres over WebSocket.
pub const W: Places = Places(1 << 1);
/// Postgres over HTTP.
pub const N: Places = Places(1 << 2);
/// MySQL over a socket.
pub const T: Places = Places(1 << 3);
/// MySQL over HTTP.
pub const H: Places = Places(1 << 4);
/// SQLite, however it is reached.
pub const L: Places = Places(1 << 5);
/// MySQL, however it is reached.
pub const M: Places = T.or(H);
/// Postgres, however it is reached.
pub const PG: Places = P.or(W).or(N);
/// Everything that is reached over a network.
pub const NET: Places = PG.or(M);
/// Everything that is reached over HTTP.
pub const HTTP: Places = N.or(H);
/// Where a connection keeps its state from call to call.
pub const STATEFUL: Places = P.or(W).or(T).or(L);
/// Everywhere.
pub const ALL: Places = NET.or(L);

impl Places {
    /// Both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in it.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a connection keeps its state from call to call there.
    pub const fn is_stateful(self) -> bool {
        STATEFUL.contains(self)
    }

    /// The place of an adapter with those capabilities; `None` for one that no case knows.
    pub fn of(capabilities: &Capabilities) -> Option<Self> {
        match (capabilities.dialect(), capabilities.transport()) {
            (Dialect::Postgres, Transport::WebSocket) => Some(W),
            (Dialect::Postgres, Transport::Http) => Some(N),
            (Dialect::Postgres, _) => Some(P),
            (Dialect::MySql, Transport::Http) => Some(H),
            (Dialect::MySql, _) => Some(T),
            (Dialect::Sqlite, _) => Some(L),
            _ => None,
        }
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == ALL {
            return f.write_str("everywhere");
        }
        const NAMES: [&str; 6] = [
            "Postgres over sockets",
            "Postgres over WebSocket",
            "Postgres over HTTP",
            "MySQL over sockets",
            "MySQL over HTTP",
            "SQLite",
        ];
        let names: Vec<_> = NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| *name)
            .collect();
        f.write_str(&names.join(", "))
    }
}
