//! Whether what failed can be tried again.

use drivetrain_adapter_api::{ErrorKind, RetryClass};

use super::InFlight;

/// Whether the server ends the connection with this, or says that another one broke.
pub(super) fn loses_connection(code: &str) -> bool {
    matches!(code, "57P01" | "57P02" | "57P05" | "25P03" | "08000" | "08003" | "08006")
}

/// Whether the server ended the session for idling within a transaction: then it had not begun what was sent
/// meanwhile, and has rolled the transaction back.
pub(super) fn lost_while_idle(code: &str) -> bool {
    code == "25P03"
}

pub(super) fn of(kind: ErrorKind, code: &str, in_flight: InFlight) -> RetryClass {
    if loses_connection(code) {
        return match in_flight {
            InFlight::Connect | InFlight::Nothing | InFlight::Read => RetryClass::SafeNow,
            InFlight::Transaction => RetryClass::RetryTransaction,
            InFlight::Commit if lost_while_idle(code) => RetryClass::RetryTransaction,
            InFlight::Write | InFlight::Commit => RetryClass::OutcomeUnknown,
        };
    }
    match kind {
        ErrorKind::SerializationFailure | ErrorKind::Deadlock | ErrorKind::TransactionRolledBack => {
            RetryClass::RetryTransaction
        }
        ErrorKind::CommitOutcomeUnknown => RetryClass::OutcomeUnknown,
        ErrorKind::TooManyConnections | ErrorKind::ServerUnavailable => RetryClass::SafeNow,
        // The statement did nothing; but it has brought down the transaction it was in.
        ErrorKind::LockTimeout | ErrorKind::StatementInvalidated => match in_flight {
            InFlight::Transaction | InFlight::Commit => RetryClass::RetryTransaction,
            _ => RetryClass::SafeNow,
        },
        _ => RetryClass::Never,
    }
}
