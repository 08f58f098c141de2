//! What Neon can do, by transport and by the configured version of the server.

use drivetrain_adapter_api::{Capabilities, TransactionSupport, Transport as Reached};
use drivetrain_postgres_core::capabilities::{LARGEST_MESSAGE, of_server};
use drivetrain_postgres_core::session::StatementMode;

use crate::config::{NeonConfig, Transport};

/// The capabilities of an adapter with that configuration.
pub(crate) fn of(config: &NeonConfig) -> Capabilities {
    let stateful = config.has_websockets();
    let by_http = config.transport != Transport::WebSocket;
    let limit = |bytes: usize| Some(u64::try_from(bytes).unwrap_or(u64::MAX)).filter(|_| by_http);
    of_server(config.server_version)
        .with_transport(if by_http { Reached::Http } else { Reached::WebSocket })
        .with_transactions(if stateful {
            TransactionSupport::Interactive { max_lifetime: None }
        } else {
            TransactionSupport::AtomicBatch
        })
        .with_max_request_bytes(limit(config.max_request_bytes).or(Some(LARGEST_MESSAGE)))
        .with_max_response_bytes(limit(config.max_response_bytes))
        // A pooler gives every transaction another connection.
        .with_sessions(stateful && config.prepared() == StatementMode::Named)
        .with_scripts(true)
        // Over HTTP, queries that each take effect by themselves are a request each.
        .with_pipelining(!by_http)
        .with_streaming(stateful)
        .with_server_cancel(true)
        .with_savepoints(stateful)
}

#[cfg(test)]
mod tests {
    use drivetrain_adapter_api::Version;

    use super::*;

    #[test]
    fn http_alone_has_no_state() {
        let of = |transport| of(&NeonConfig::new("h", "u", "d").transport(transport).max_request_bytes(9));
        let http = of(Transport::Http);
        assert!(http.transactions().has_atomic_batch() && !http.transactions().is_interactive());
        assert!(!http.sessions() && !http.streaming() && !http.savepoints() && !http.pipelining());
        assert_eq!(http.max_request_bytes(), Some(9));
        let both = of(Transport::Auto);
        assert_eq!(both.transport(), Reached::Http);
        assert!(both.transactions().is_interactive() && both.sessions() && both.streaming());
        let websocket = of(Transport::WebSocket);
        assert_eq!(websocket.transport(), Reached::WebSocket);
        assert!(websocket.pipelining());
        assert_eq!(websocket.max_response_bytes(), None);
        assert_eq!(websocket.max_request_bytes(), Some(LARGEST_MESSAGE));
    }

    #[test]
    fn the_server_is_the_configured_one_and_a_pooler_has_no_sessions() {
        let config =
            NeonConfig::new("ep-a-pooler.eu.aws.neon.tech", "u", "d").server_version(Version::new(17, 0, 0));
        let capabilities = of(&config);
        assert_eq!(capabilities.server().unwrap().version, Version::new(17, 0, 0));
        assert!(!capabilities.sessions());
    }
}
