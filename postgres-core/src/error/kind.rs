//! From SQLSTATE to kind.

use drivetrain_adapter_api::ErrorKind;

use super::ErrorFields;

/// The kind of an error with that SQLSTATE; the fields decide where one SQLSTATE is for several things.
pub(super) fn of(code: &str, fields: &ErrorFields) -> ErrorKind {
    one(code, fields).unwrap_or_else(|| class(code))
}

/// SQLSTATEs whose kind is not that of their class.
fn one(code: &str, fields: &ErrorFields) -> Option<ErrorKind> {
    let said = |what: &str| fields.message.as_deref().is_some_and(|message| message.contains(what));
    let routine = |name: &str| fields.routine.as_deref() == Some(name);
    Some(match code {
        "08001" | "08004" => ErrorKind::Connect,
        "08007" => ErrorKind::CommitOutcomeUnknown,
        "08P01" if routine("exec_bind_message") || said("bind message supplies") => ErrorKind::ParameterCount,
        "08P01" => ErrorKind::Protocol,
        "0A000" if is_cached_plan(fields) => ErrorKind::StatementInvalidated,

        "22001" => ErrorKind::ValueTooLong,
        "22003" | "22008" | "22015" => ErrorKind::OutOfRange,
        "22012" => ErrorKind::DivisionByZero,

        "23001" | "23503" => ErrorKind::ForeignKeyViolation,
        "23502" => ErrorKind::NotNullViolation,
        "23505" => ErrorKind::UniqueViolation,
        "23514" | "44000" => ErrorKind::CheckViolation,
        "23P01" => ErrorKind::ExclusionViolation,

        "25006" => ErrorKind::ReadOnly,
        "25P02" => ErrorKind::TransactionAborted,
        "25P03" => ErrorKind::ConnectionLost,
        "25P04" => ErrorKind::Timeout,

        "40001" | "72000" => ErrorKind::SerializationFailure,
        "40002" => ErrorKind::Database,
        "40003" => ErrorKind::CommitOutcomeUnknown,
        "40P01" => ErrorKind::Deadlock,

        "42501" => ErrorKind::InsufficientPrivilege,
        "42601" | "42602" | "42611" | "42803" | "42P19" | "42P20" => ErrorKind::Syntax,
        "42622" => ErrorKind::LimitExceeded,
        "42701" | "42710" | "42712" | "42723" | "42P03" | "42P04" | "42P05" | "42P06" | "42P07" => {
            ErrorKind::AlreadyExists
        }
        "42702" | "42P09" => ErrorKind::AmbiguousColumn,
        "42703" => ErrorKind::UndefinedColumn,
        "42704" | "42P10" => ErrorKind::UndefinedObject,
        "42725" | "42883" => ErrorKind::UndefinedFunction,
        "42804" | "42846" | "42809" => ErrorKind::TypeMismatch,
        "42P01" => ErrorKind::UndefinedTable,
        "42P02" => ErrorKind::ParameterCount,
        "42P08" | "42P18" => ErrorKind::AmbiguousParameter,

        "53300" => ErrorKind::TooManyConnections,
        "55P03" => ErrorKind::LockTimeout,
        "57014" if is_timeout(fields) => ErrorKind::Timeout,
        "57014" => ErrorKind::Cancelled,
        "57P01" | "57P02" | "57P05" => ErrorKind::ConnectionLost,
        "57P03" => ErrorKind::ServerUnavailable,
        "57P04" => ErrorKind::DatabaseNotFound,
        "XX001" | "XX002" => ErrorKind::Corrupt,
        _ => return None,
    })
}

fn class(code: &str) -> ErrorKind {
    match code.get(..2).unwrap_or_default() {
        "08" => ErrorKind::ConnectionLost,
        "0A" => ErrorKind::Unsupported,
        "0B" | "24" | "25" | "2D" => ErrorKind::Misuse,
        "0L" | "0P" => ErrorKind::InsufficientPrivilege,
        "21" => ErrorKind::Cardinality,
        "22" => ErrorKind::InvalidValue,
        "26" => ErrorKind::StatementInvalidated,
        "28" => ErrorKind::AuthenticationFailed,
        "34" | "3F" => ErrorKind::UndefinedObject,
        "3B" => ErrorKind::NoSuchSavepoint,
        "3D" => ErrorKind::DatabaseNotFound,
        "40" => ErrorKind::TransactionRolledBack,
        "53" | "54" => ErrorKind::LimitExceeded,
        _ => ErrorKind::Database,
    }
}

/// The server replanned a prepared statement, and its columns have changed.
fn is_cached_plan(fields: &ErrorFields) -> bool {
    fields.routine.as_deref() == Some("RevalidateCachedQuery")
        || fields.message.as_deref() == Some("cached plan must not change result type")
}

/// One SQLSTATE is for the statement timeout and for a cancel request, and only the message tells which. A server
/// that writes in another language than English is taken to report a cancel.
fn is_timeout(fields: &ErrorFields) -> bool {
    fields.message.as_deref().is_some_and(|message| message.contains("timeout"))
}
