//! The headers of requests.

use drivetrain_adapter_api::{Error, IsolationLevel, Result, TransactionOptions};

/// A header: its name and its value.
pub type Header = (&'static str, String);

/// The headers that every request has: rows as arrays, so that columns of the same name stay apart; cells as the text
/// that Postgres writes; a connection of the server's own pool.
pub fn base(connection_string: String) -> Vec<Header> {
    vec![
        ("Content-Type", "application/json".to_owned()),
        ("Neon-Connection-String", connection_string),
        ("Neon-Raw-Text-Output", "true".to_owned()),
        ("Neon-Array-Mode", "true".to_owned()),
        ("Neon-Pool-Opt-In", "true".to_owned()),
    ]
}

/// The header for a token.
pub fn authorization(token: &str) -> Header {
    ("Authorization", format!("Bearer {token}"))
}

/// The headers that say which transaction a batch is.
///
/// # Errors
/// [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported) for an isolation level that the protocol has no name
/// for.
pub fn transaction(options: &TransactionOptions) -> Result<Vec<Header>> {
    let mut headers = Vec::new();
    if let Some(level) = options.isolation {
        let name = match level {
            IsolationLevel::ReadUncommitted => "ReadUncommitted",
            IsolationLevel::ReadCommitted => "ReadCommitted",
            IsolationLevel::RepeatableRead => "RepeatableRead",
            IsolationLevel::Serializable => "Serializable",
            other => return Err(Error::unsupported(format!("the endpoint has no isolation level {other}"))),
        };
        headers.push(("Neon-Batch-Isolation-Level", name.to_owned()));
    }
    if options.read_only {
        headers.push(("Neon-Batch-Read-Only", "true".to_owned()));
    }
    if options.deferrable {
        headers.push(("Neon-Batch-Deferrable", "true".to_owned()));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_sent() {
        assert!(transaction(&TransactionOptions::new()).unwrap().is_empty());
        let all = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
        let shown: Vec<String> =
            transaction(&all).unwrap().into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            shown,
            [
                "Neon-Batch-Isolation-Level: Serializable",
                "Neon-Batch-Read-Only: true",
                "Neon-Batch-Deferrable: true"
            ]
        );
    }
}
