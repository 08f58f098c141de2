//! What the adapter declares.

use drivetrain_adapter_api::{
    AffectedRows, Capabilities, Dialect, IsolationLevel, IsolationLevels, TransactionSupport, Transport,
};

/// All of the statement language, and nothing that needs SQL text or a server.
///
/// Not `skip_locked`: who waits for a lock waits for the whole database, so no row is ever found locked.
pub(crate) fn declare(dialect: Dialect) -> Capabilities {
    Capabilities::none(dialect)
        .with_transport(Transport::Embedded)
        .with_transactions(TransactionSupport::Interactive { max_lifetime: None })
        .with_isolation_levels(IsolationLevels::of(&[IsolationLevel::Serializable]))
        .with_affected_rows(AffectedRows::Matched)
        .with_pipelining(true)
        .with_streaming(true)
        .with_savepoints(true)
        .with_read_only_transactions(true)
        .with_deferrable_transactions(true)
        .with_statement_errors_keep_transaction(true)
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
        .with_default_in_rows(true)
        .with_last_insert_id(true)
        .with_exact_decimals(true)
        .with_unsigned_integers(true)
        .with_float_nan(true)
        .with_float_infinity(true)
        .with_temporal_infinity(true)
        .with_nul_in_text(true)
}
