//! What Postgres can do, by the version of the server.

use drivetrain_adapter_api::{
    Capabilities, Error, ErrorKind, Result, TransactionSupport, Transport, Version,
};
use drivetrain_postgres_core::capabilities;
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
    Ok(capabilities::of_server(version)
        .with_transport(Transport::Socket)
        .with_transactions(TransactionSupport::Interactive { max_lifetime: None })
        .with_max_request_bytes(Some(capabilities::LARGEST_MESSAGE))
        // A pooler gives every transaction another connection.
        .with_sessions(mode == StatementMode::Named)
        .with_scripts(true)
        .with_pipelining(true)
        .with_streaming(true)
        .with_server_cancel(true)
        .with_savepoints(true))
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
