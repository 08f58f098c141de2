//! What Postgres can do, however it is reached.

use drivetrain_adapter_api::{
    AffectedRows, Capabilities, Dialect, Flavor, IsolationLevel, IsolationLevels, ServerInfo, Version,
};

/// The largest message of the protocol, in bytes: `PQ_LARGE_MESSAGE_LIMIT` in `libpq.h` of its sources.
pub const LARGEST_MESSAGE: u64 = (1 << 30) - 1;

/// What a server of that version, 12 or later, can do. Nothing is said of the transport, nor of what depends on it:
/// transactions, savepoints, sessions, scripts, streams, cancelling, and how large a request or an answer may be.
pub fn of_server(version: Version) -> Capabilities {
    // Postgres takes READ UNCOMMITTED and gives READ COMMITTED, which is stronger.
    let levels = IsolationLevels::of(&IsolationLevel::ALL);
    Capabilities::none(Dialect::Postgres)
        .with_server(ServerInfo { flavor: Flavor::PostgreSql, version })
        .with_isolation_levels(levels)
        .with_affected_rows(AffectedRows::Matched)
        .with_max_parameters(Some(65_535))
        .with_raw_sql(true)
        .with_read_only_transactions(true)
        .with_deferrable_transactions(true)
        .with_transactional_ddl(true)
        .with_returning_insert(true)
        .with_returning_update(true)
        .with_returning_delete(true)
        .with_upsert(true)
        .with_data_modifying_ctes(true)
        .with_lateral(true)
        .with_json_rows(true)
        .with_arrays(true)
        .with_distinct_on(true)
        .with_sequences(true)
        .with_row_locks(true)
        .with_skip_locked(true)
        .with_default_in_rows(true)
        .with_exact_decimals(true)
        .with_float_nan(true)
        .with_float_infinity(true)
        .with_temporal_infinity(true)
}
