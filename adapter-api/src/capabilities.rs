//! What an adapter claims to be able to do.
//!
//! Capabilities are claims, and the conformance suite proves each both ways: what is declared works, and what is
//! not declared is refused by the shared [check](crate::check) before a byte is sent. They do not change during an
//! adapter's life.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::{Dialect, IsolationLevels, ServerInfo, Transport};

/// How an adapter can group statements into one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionSupport {
    /// Not at all.
    None,
    /// As a batch that is known as a whole beforehand.
    AtomicBatch,
    /// Statement by statement; atomic batches too.
    Interactive {
        /// After which the server ends a transaction whatever it does.
        max_lifetime: Option<Duration>,
    },
}

impl TransactionSupport {
    /// Whether `begin` works.
    pub const fn is_interactive(self) -> bool {
        matches!(self, Self::Interactive { .. })
    }

    /// Whether atomic batches work.
    pub const fn has_atomic_batch(self) -> bool {
        !matches!(self, Self::None)
    }
}

/// What the count of affected rows counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AffectedRows {
    /// There is no count.
    None,
    /// Rows that the statement found.
    Matched,
    /// Rows that the statement made different.
    Changed,
}

macro_rules! capabilities {
    (
        flags { $($(#[$flag_doc:meta])* $flag:ident / $with_flag:ident / $Flag:ident;)* }
        limits { $($(#[$limit_doc:meta])* $limit:ident / $with_limit:ident / $Limit:ident;)* }
    ) => {
        /// What an adapter can do. Everything starts undeclared with [`none`](Self::none) and is declared by setters,
        /// so that a capability added later is not declared by adapters that do not know it.
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct Capabilities {
            dialect: Dialect,
            server: Option<ServerInfo>,
            transport: Transport,
            transactions: TransactionSupport,
            isolation_levels: IsolationLevels,
            affected_rows: AffectedRows,
            $($flag: bool,)*
            $($limit: Option<u64>,)*
        }

        /// The names of the capabilities that are declared or not, or have a limit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Capability {
            /// [`Capabilities::transactions`].
            Transactions,
            /// [`Capabilities::isolation_levels`].
            IsolationLevels,
            $(#[doc = concat!("[`Capabilities::", stringify!($flag), "`].")] $Flag,)*
            $(#[doc = concat!("[`Capabilities::", stringify!($limit), "`].")] $Limit,)*
        }

        impl Capability {
            /// The capabilities that are either declared or not.
            pub const FLAGS: &[Self] = &[$(Self::$Flag),*];

            /// The name, as the accessor is called.
            pub const fn name(self) -> &'static str {
                match self {
                    Self::Transactions => "transactions",
                    Self::IsolationLevels => "isolation_levels",
                    $(Self::$Flag => stringify!($flag),)*
                    $(Self::$Limit => stringify!($limit),)*
                }
            }
        }

        impl Capabilities {
            /// Nothing declared but the dialect: embedded transport, no limits, no transactions.
            pub const fn none(dialect: Dialect) -> Self {
                Self {
                    dialect,
                    server: None,
                    transport: Transport::Embedded,
                    transactions: TransactionSupport::None,
                    isolation_levels: IsolationLevels::NONE,
                    affected_rows: AffectedRows::None,
                    $($flag: false,)*
                    $($limit: None,)*
                }
            }

            /// Whether a capability that is either declared or not is declared; for the others, whether there is any
            /// support or any limit.
            pub const fn declares(&self, capability: Capability) -> bool {
                match capability {
                    Capability::Transactions => self.transactions.has_atomic_batch(),
                    Capability::IsolationLevels => {
                        let mut at = 0;
                        let mut any = false;
                        while at < crate::IsolationLevel::ALL.len() {
                            any |= self.isolation_levels.contains(crate::IsolationLevel::ALL[at]);
                            at += 1;
                        }
                        any
                    }
                    $(Capability::$Flag => self.$flag,)*
                    $(Capability::$Limit => self.$limit.is_some(),)*
                }
            }

            $(
                $(#[$flag_doc])*
                pub const fn $flag(&self) -> bool {
                    self.$flag
                }

                #[doc = concat!("Declares [`", stringify!($flag), "`](Self::", stringify!($flag), "), or not.")]
                #[must_use]
                pub const fn $with_flag(mut self, declared: bool) -> Self {
                    self.$flag = declared;
                    self
                }
            )*
            $(
                $(#[$limit_doc])*
                pub const fn $limit(&self) -> Option<u64> {
                    self.$limit
                }

                #[doc = concat!("Sets [`", stringify!($limit), "`](Self::", stringify!($limit), ").")]
                #[must_use]
                pub const fn $with_limit(mut self, limit: Option<u64>) -> Self {
                    self.$limit = limit;
                    self
                }
            )*
        }

        impl fmt::Debug for Capabilities {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut out = f.debug_struct("Capabilities");
                out.field("dialect", &self.dialect)
                    .field("server", &self.server)
                    .field("transport", &self.transport)
                    .field("transactions", &self.transactions)
                    .field("isolation_levels", &self.isolation_levels.iter().collect::<Vec<_>>())
                    .field("affected_rows", &self.affected_rows);
                $(if self.$flag { out.field(stringify!($flag), &true); })*
                $(if let Some(limit) = self.$limit { out.field(stringify!($limit), &limit); })*
                out.finish()
            }
        }
    };
}

capabilities! {
    flags {
        /// SQL text of the caller's own, and not only abstract statements. An adapter that evaluates statements by itself
        /// has none.
        raw_sql / with_raw_sql / RawSql;
        /// `session` gives a pinned connection that keeps what `SET` does.
        sessions / with_sessions / Sessions;
        /// `script` runs several statements of text.
        scripts / with_scripts / Scripts;
        /// `batch` sends several queries in one round trip.
        pipelining / with_pipelining / Pipelining;
        /// `stream` gives the first rows before the last are made, within its byte bound.
        streaming / with_streaming / Streaming;
        /// Dropping a future stops its statement on the server.
        server_cancel / with_server_cancel / ServerCancel;
        /// A query's limit of time is enforced by the server too.
        statement_timeout / with_statement_timeout / StatementTimeout;
        /// Transactions have savepoints.
        savepoints / with_savepoints / Savepoints;
        /// Transactions can refuse writes.
        read_only_transactions / with_read_only_transactions / ReadOnlyTransactions;
        /// Serializable read-only transactions can wait for a safe snapshot.
        deferrable_transactions / with_deferrable_transactions / DeferrableTransactions;
        /// A rollback undoes DDL.
        transactional_ddl / with_transactional_ddl / TransactionalDdl;
        /// A statement that fails leaves its transaction usable.
        statement_errors_keep_transaction / with_statement_errors_keep_transaction / StatementErrorsKeepTransaction;
        /// `INSERT` gives back what it wrote.
        returning_insert / with_returning_insert / ReturningInsert;
        /// `UPDATE` gives back what it wrote.
        returning_update / with_returning_update / ReturningUpdate;
        /// `DELETE` gives back what it removed.
        returning_delete / with_returning_delete / ReturningDelete;
        /// An insert that meets a row with the same unique values can leave it or change it.
        upsert / with_upsert / Upsert;
        /// Common table expressions that write.
        data_modifying_ctes / with_data_modifying_ctes / DataModifyingCtes;
        /// Lateral joins.
        lateral / with_lateral / Lateral;
        /// Relations in one statement, through JSON, without loss.
        json_rows / with_json_rows / JsonRows;
        /// Arrays as values, sources and columns.
        arrays / with_arrays / Arrays;
        /// `DISTINCT ON`.
        distinct_on / with_distinct_on / DistinctOn;
        /// Generated numbers can be drawn before the row is inserted.
        sequences / with_sequences / Sequences;
        /// Rows can be locked by a select.
        row_locks / with_row_locks / RowLocks;
        /// Locked rows can be left out.
        skip_locked / with_skip_locked / SkipLocked;
        /// `DEFAULT` among the values of a row of an insert.
        default_in_rows / with_default_in_rows / DefaultInRows;
        /// The id generated for an inserted row is reported.
        last_insert_id / with_last_insert_id / LastInsertId;
        /// Decimals of any size keep every digit in a decimal column.
        exact_decimals / with_exact_decimals / ExactDecimals;
        /// Unsigned 64-bit integers beyond the signed ones.
        unsigned_integers / with_unsigned_integers / UnsignedIntegers;
        /// NaN as a value of floats.
        float_nan / with_float_nan / FloatNan;
        /// The infinities as values of floats.
        float_infinity / with_float_infinity / FloatInfinity;
        /// The infinities as values of dates and timestamps.
        temporal_infinity / with_temporal_infinity / TemporalInfinity;
        /// The character NUL within text.
        nul_in_text / with_nul_in_text / NulInText;
    }
    limits {
        /// Parameters of one statement, at most.
        max_parameters / with_max_parameters / MaxParameters;
        /// Bytes of one statement's text, at most.
        max_statement_bytes / with_max_statement_bytes / MaxStatementBytes;
        /// Bytes of one request, at most.
        max_request_bytes / with_max_request_bytes / MaxRequestBytes;
        /// Bytes of one answer, at most.
        max_response_bytes / with_max_response_bytes / MaxResponseBytes;
    }
}

impl Capabilities {
    /// The dialect.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Product and version of the server, where they are known.
    pub const fn server(&self) -> Option<ServerInfo> {
        self.server
    }

    /// How the database is reached.
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// How statements can be grouped.
    pub const fn transactions(&self) -> TransactionSupport {
        self.transactions
    }

    /// The isolation levels that transactions can be begun at. Each is at least as strong as its name says.
    pub const fn isolation_levels(&self) -> IsolationLevels {
        self.isolation_levels
    }

    /// What the count of affected rows counts.
    pub const fn affected_rows(&self) -> AffectedRows {
        self.affected_rows
    }

    /// States product and version.
    #[must_use]
    pub const fn with_server(mut self, server: ServerInfo) -> Self {
        self.server = Some(server);
        self
    }

    /// States the transport.
    #[must_use]
    pub const fn with_transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Declares transactions.
    #[must_use]
    pub const fn with_transactions(mut self, support: TransactionSupport) -> Self {
        self.transactions = support;
        self
    }

    /// Declares isolation levels.
    #[must_use]
    pub const fn with_isolation_levels(mut self, levels: IsolationLevels) -> Self {
        self.isolation_levels = levels;
        self
    }

    /// States what is counted.
    #[must_use]
    pub const fn with_affected_rows(mut self, counted: AffectedRows) -> Self {
        self.affected_rows = counted;
        self
    }

    /// A number that differs for capabilities that differ: with a statement's shape, the key of cached SQL.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = siphasher::sip::SipHasher13::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_declared_until_it_is() {
        let none = Capabilities::none(Dialect::Postgres);
        assert!(Capability::FLAGS.iter().all(|flag| !none.declares(*flag)));
        let some = none.clone().with_upsert(true);
        assert!(some.declares(Capability::Upsert) && some.upsert());
        assert_ne!(none.fingerprint(), some.fingerprint());
        assert_eq!(Capability::Upsert.name(), "upsert");
    }

    #[test]
    fn debug_shows_what_is_declared() {
        let shown = format!("{:?}", Capabilities::none(Dialect::Sqlite).with_max_parameters(Some(9)));
        assert!(shown.contains("max_parameters: 9") && !shown.contains("upsert"), "{shown}");
    }
}
