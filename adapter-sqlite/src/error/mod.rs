//! SQLite's result codes as errors of the contract. The codes are those of <https://www.sqlite.org/rescode.html>.

mod message;

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use rusqlite::ffi;

/// The name of this adapter in errors.
pub(crate) const ADAPTER: &str = "sqlite";

const FOREIGN_KEY: &str =
    "a foreign key constraint failed: the record that is referred to does not exist, or is still referred to";

/// The error that `cause` is: of preparing a statement of that text, or of running one.
pub(crate) fn from_sqlite(cause: rusqlite::Error, sql: Option<&str>) -> Error {
    let error = match cause {
        rusqlite::Error::SqlInputError { error, msg, sql: part, offset } => {
            let found = from_code(error.extended_code, &msg, true);
            match sql.and_then(|whole| position(whole, &part, offset)) {
                Some(position) => found.with_position(position),
                None => found,
            }
        }
        rusqlite::Error::SqliteFailure(error, text) => {
            from_code(error.extended_code, text.as_deref().unwrap_or_default(), sql.is_some())
        }
        rusqlite::Error::MultipleStatement => several_statements(),
        rusqlite::Error::NulError(_) => nul(),
        other => {
            Error::new(ErrorKind::Database, "the SQLite library refused the call").with_source(Quiet(other))
        }
    };
    error.with_adapter(ADAPTER)
}

/// An error of the library whose words may hold text of a statement: they are not shown.
struct Quiet(rusqlite::Error);

impl std::fmt::Debug for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Display for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sort = match self.0 {
            rusqlite::Error::InvalidColumnIndex(_) => "a column that is not there",
            rusqlite::Error::InvalidParameterCount(..) => "a wrong number of parameters",
            rusqlite::Error::SqliteSingleThreadedMode => "a SQLite library built for a single thread",
            _ => "an error of the SQLite library",
        };
        f.write_str(sort)
    }
}

impl std::error::Error for Quiet {}

/// Text with more than one statement, where one was asked for.
pub(crate) fn several_statements() -> Error {
    Error::misuse("the text has more than one statement; none of it was run")
        .with_hint("send each by itself, or all of it as a script")
}

/// SQLite would end the text there.
pub(crate) fn nul() -> Error {
    Error::new(ErrorKind::Syntax, "the text of the statement has the character NUL")
}

/// The character, counted from 1, at byte `offset` of `part`, which `whole` ends with or is.
fn position(whole: &str, part: &str, offset: i32) -> Option<u32> {
    let offset = usize::try_from(offset).ok()?;
    let start = whole.rfind(part)?;
    let before = whole.get(..start.checked_add(offset)?)?;
    u32::try_from(before.chars().count() + 1).ok()
}

fn from_code(code: i32, text: &str, preparing: bool) -> Error {
    let constraint = |kind, said: &str| message::constraint(Error::new(kind, said), text);
    let plain = |kind, said: &str| Error::new(kind, said);
    let error = match code {
        ffi::SQLITE_ERROR => message::generic(text, preparing),
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            constraint(ErrorKind::UniqueViolation, "a record with this value exists already")
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            constraint(ErrorKind::NotNullViolation, "NULL in a column that takes none")
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => constraint(ErrorKind::ForeignKeyViolation, FOREIGN_KEY),
        // RESTRICT is a trigger of SQLite's own, which fails with the words of foreign keys.
        ffi::SQLITE_CONSTRAINT_TRIGGER if text == "FOREIGN KEY constraint failed" => {
            constraint(ErrorKind::ForeignKeyViolation, FOREIGN_KEY)
        }
        ffi::SQLITE_CONSTRAINT_CHECK => constraint(ErrorKind::CheckViolation, "a check constraint failed"),
        ffi::SQLITE_CONSTRAINT_DATATYPE => message::datatype(text),
        ffi::SQLITE_CONSTRAINT_TRIGGER => plain(ErrorKind::Database, "a trigger refused the change"),
        ffi::SQLITE_BUSY_SNAPSHOT => plain(
            ErrorKind::SerializationFailure,
            "the database was changed since the transaction first read from it, so that it cannot write",
        )
        .with_retry(RetryClass::RetryTransaction),
        _ => by_primary_code(code, text, preparing),
    };
    error.with_code(code.into()).with_server_message(text)
}

fn by_primary_code(code: i32, text: &str, preparing: bool) -> Error {
    let (kind, said) = match code & 0xff {
        ffi::SQLITE_ERROR => return message::generic(text, preparing),
        ffi::SQLITE_PERM => (ErrorKind::InsufficientPrivilege, "the database file may not be used that way"),
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_PROTOCOL => {
            return Error::new(ErrorKind::LockTimeout, "the database stayed locked by another connection")
                .with_retry(RetryClass::SafeNow);
        }
        ffi::SQLITE_NOMEM => (ErrorKind::LimitExceeded, "SQLite has no memory left"),
        ffi::SQLITE_READONLY => (ErrorKind::ReadOnly, "a write in a read-only database or transaction"),
        ffi::SQLITE_INTERRUPT => (ErrorKind::Cancelled, "the statement was cancelled"),
        ffi::SQLITE_CORRUPT => (ErrorKind::Corrupt, "the database file is damaged"),
        ffi::SQLITE_NOTADB => (ErrorKind::Corrupt, "the file is not a SQLite database, or it is encrypted"),
        ffi::SQLITE_FULL => (ErrorKind::LimitExceeded, "the disk or the database is full"),
        ffi::SQLITE_CANTOPEN => (ErrorKind::Connect, "the database file cannot be opened"),
        ffi::SQLITE_SCHEMA => {
            return Error::new(ErrorKind::StatementInvalidated, "the schema changed while the statement ran")
                .with_retry(RetryClass::SafeNow);
        }
        ffi::SQLITE_TOOBIG => {
            (ErrorKind::LimitExceeded, "a text, a byte string or the statement is larger than SQLite takes")
        }
        ffi::SQLITE_CONSTRAINT => (ErrorKind::Database, "a constraint failed"),
        ffi::SQLITE_MISMATCH => (
            ErrorKind::TypeMismatch,
            "the value has another type than its place, such as a key that is no integer",
        ),
        ffi::SQLITE_AUTH => (ErrorKind::InsufficientPrivilege, "the statement is not allowed"),
        ffi::SQLITE_RANGE => (ErrorKind::ParameterCount, "the statement has fewer parameters"),
        ffi::SQLITE_IOERR => (ErrorKind::Database, "reading or writing the database file failed"),
        ffi::SQLITE_NOLFS => (ErrorKind::LimitExceeded, "the file system does not take files that large"),
        _ => (ErrorKind::Database, "SQLite refused the statement"),
    };
    Error::new(kind, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_is_kept() {
        let error = from_code(28, "warning of somebody", false);
        assert_eq!(error.kind(), ErrorKind::Database);
        assert_eq!(error.code(), Some(28));
        assert_eq!(error.server_message(), Some("warning of somebody"));
    }

    #[test]
    fn a_position_counts_characters_of_the_whole_text() {
        assert_eq!(position("é; selec", "selec", 0), Some(4));
        assert_eq!(position("select ü, nope", "select ü, nope", 11), Some(11));
        assert_eq!(position("x", "x", -1), None);
        assert_eq!(position("ü", "ü", 1), None, "not the start of a character");
    }
}
