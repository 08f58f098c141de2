//! What Postgres can do, by the version of the server.

use drivetrain_adapter_api::{
    AffectedRows, Capabilities, Dialect, Error, ErrorKind, Flavor, IsolationLevel, IsolationLevels, Result,
    ServerInfo, TransactionSupport, Transport, Version,
};
use drivetrain_postgres_core::session::StatementMode;

/// The oldest major version that is supported.
const OLDEST: u16 = 12;

/// # Errors
/// [`UnsupportedServer`](ErrorKind::UnsupportedServer).
pub(crate) fn of(server_version: Option<&str>, mode: StatementMode) -> Result<Capabilities> {
    let unsupported = |what: String| {
        Error::new(ErrorKind::UnsupportedServer, what)
            .with_hint(format!("Postgres {OLDEST} and later are supported"))
    };
    let version: Version = server_version
        .ok_or_else(|| unsupported("the server does not tell its version".to_owned()))?
        .parse()
        .map_err(|_| unsupported("the server's version cannot be read".to_owned()))?;
    if version.major < OLDEST {
        return Err(unsupported(format!("the server is Postgres {version}")));
    }
    // Postgres takes READ UNCOMMITTED and gives READ COMMITTED, which is stronger.
    let levels = IsolationLevels::of(&IsolationLevel::ALL);
    Ok(Capabilities::none(Dialect::Postgres)
        .with_server(ServerInfo { flavor: Flavor::PostgreSql, version })
        .with_transport(Transport::Socket)
        .with_transactions(TransactionSupport::Interactive { max_lifetime: None })
        .with_isolation_levels(levels)
        .with_affected_rows(AffectedRows::Matched)
        .with_max_parameters(Some(65_535))
        .with_max_request_bytes(Some((1 << 30) - 1))
        .with_raw_sql(true)
        // A pooler gives every transaction another connection.
        .with_sessions(mode == StatementMode::Named)
        .with_scripts(true)
        .with_pipelining(true)
        .with_streaming(true)
        .with_server_cancel(true)
        .with_savepoints(true)
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
        .with_temporal_infinity(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_unknown_servers_are_refused() {
        for version in [None, Some("11.22"), Some("9.6.24"), Some("Redshift")] {
            let error = of(version, StatementMode::Named).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnsupportedServer, "{version:?}");
        }
        let capabilities = of(Some("15.18 (Debian 15.18-0+deb12u1)"), StatementMode::Named).unwrap();
        assert_eq!(capabilities.server().map(|server| server.version), Some(Version::new(15, 18, 0)));
        assert!(capabilities.sessions());
        assert!(!of(Some("18beta1"), StatementMode::Unnamed).unwrap().sessions());
    }
}
