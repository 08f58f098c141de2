//! What this adapter declares.

use drivetrain_adapter_api::{
    AffectedRows, Capabilities, Dialect, Flavor, IsolationLevel, IsolationLevels, ServerInfo,
    TransactionSupport, Transport, Version,
};

/// The version of the SQLite library in this program.
pub(crate) fn version() -> Version {
    // SQLite counts 3.50.2 as 3050002.
    let number = rusqlite::version_number();
    let part = |by: i32| u16::try_from(number / by % 1000).unwrap_or_default();
    Version::new(part(1_000_000), part(1000), part(1))
}

/// The capabilities, with the limits that a connection told.
pub(crate) fn declare(max_parameters: Option<u64>, max_statement_bytes: Option<u64>) -> Capabilities {
    let version = version();
    let returning = version >= Version::new(3, 35, 0);
    Capabilities::none(Dialect::Sqlite)
        .with_server(ServerInfo { flavor: Flavor::Sqlite, version })
        .with_transport(Transport::Embedded)
        .with_transactions(TransactionSupport::Interactive { max_lifetime: None })
        .with_isolation_levels(IsolationLevels::of(&[IsolationLevel::Serializable]))
        .with_affected_rows(AffectedRows::Matched)
        .with_raw_sql(true)
        .with_sessions(true)
        .with_scripts(true)
        .with_pipelining(true)
        .with_streaming(true)
        .with_server_cancel(true)
        .with_statement_timeout(true)
        .with_savepoints(true)
        .with_read_only_transactions(true)
        .with_transactional_ddl(true)
        .with_statement_errors_keep_transaction(true)
        .with_returning_insert(returning)
        .with_returning_update(returning)
        .with_returning_delete(returning)
        .with_upsert(version >= Version::new(3, 24, 0))
        .with_last_insert_id(true)
        .with_float_infinity(true)
        .with_nul_in_text(true)
        .with_max_parameters(max_parameters)
        .with_max_statement_bytes(max_statement_bytes)
}
