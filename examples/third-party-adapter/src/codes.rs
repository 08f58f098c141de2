//! SQLite's result codes, by the names that servers send: what they mean, and their numbers
//! (<https://www.sqlite.org/rescode.html>). Servers name the primary code or the extended one.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use ErrorKind as Kind;

/// Name, number, kind, and what is said of it. A name that is not here is looked up by its beginning.
const CODES: &[(&str, i64, ErrorKind, &str)] = &[
    ("SQLITE_ERROR", 1, Kind::Database, "the server could not run the statement"),
    // `sqld` gives errors that have a place in the statement a name of its own; SQLite's code for them is 1.
    ("SQL_INPUT_ERROR", 1, Kind::Syntax, "the statement cannot be parsed"),
    ("SQLITE_PERM", 3, Kind::InsufficientPrivilege, "the database may not be used that way"),
    ("SQLITE_BUSY", 5, Kind::LockTimeout, "the database is locked by another writer"),
    ("SQLITE_LOCKED", 6, Kind::LockTimeout, "the database is locked by another writer"),
    ("SQLITE_NOMEM", 7, Kind::LimitExceeded, "the server has no memory left"),
    ("SQLITE_READONLY", 8, Kind::ReadOnly, "the database cannot be written"),
    ("SQLITE_INTERRUPT", 9, Kind::Cancelled, "the statement was interrupted"),
    ("SQLITE_IOERR", 10, Kind::Database, "the server could not read or write the database"),
    ("SQLITE_CORRUPT", 11, Kind::Corrupt, "the database is damaged"),
    ("SQLITE_FULL", 13, Kind::LimitExceeded, "the database is full"),
    ("SQLITE_CANTOPEN", 14, Kind::Connect, "the server cannot open the database"),
    ("SQLITE_TOOBIG", 18, Kind::LimitExceeded, "a value or the statement is larger than SQLite takes"),
    ("SQLITE_CONSTRAINT", 19, Kind::Database, "a constraint was violated"),
    ("SQLITE_CONSTRAINT_CHECK", 275, Kind::CheckViolation, "a check constraint was violated"),
    ("SQLITE_CONSTRAINT_FOREIGNKEY", 787, Kind::ForeignKeyViolation, FOREIGN_KEY),
    ("SQLITE_CONSTRAINT_NOTNULL", 1299, Kind::NotNullViolation, "the column takes no NULL"),
    ("SQLITE_CONSTRAINT_PRIMARYKEY", 1555, Kind::UniqueViolation, UNIQUE),
    ("SQLITE_CONSTRAINT_TRIGGER", 1811, Kind::Database, "a trigger refused the change"),
    ("SQLITE_CONSTRAINT_UNIQUE", 2067, Kind::UniqueViolation, UNIQUE),
    ("SQLITE_CONSTRAINT_ROWID", 2579, Kind::UniqueViolation, UNIQUE),
    ("SQLITE_CONSTRAINT_DATATYPE", 3091, Kind::TypeMismatch, TYPE),
    ("SQLITE_MISMATCH", 20, Kind::TypeMismatch, TYPE),
    ("SQLITE_AUTH", 23, Kind::InsufficientPrivilege, "the server does not allow this"),
    ("SQLITE_RANGE", 25, Kind::ParameterCount, "the values are not those of the placeholders"),
    ("SQLITE_NOTADB", 26, Kind::Corrupt, "what the server has there is no SQLite database"),
];

pub(crate) const FOREIGN_KEY: &str = "a record that is referred to does not exist, or is still referred to";
pub(crate) const UNIQUE: &str = "a record with this value exists already";
const TYPE: &str = "the value has another type than its place takes";

/// The number of a code. An extended code that the table does not have is taken for its primary one.
pub(crate) fn number(code: &str) -> Option<i64> {
    find(code).map(|(_, number, ..)| *number)
}

/// What a code says by itself: SQLite's, and those that the server adds.
pub(crate) fn error(code: &str) -> Option<Error> {
    let new = |kind, message| Some(Error::new(kind, message));
    match code {
        "SQL_PARSE_ERROR" => new(Kind::Syntax, "the statement cannot be parsed"),
        "SQL_MANY_STATEMENTS" => new(Kind::Misuse, "the text has more than one statement")
            .map(|error| error.with_hint("send them as a batch or as a script")),
        "SQL_NO_STATEMENT" => new(Kind::Misuse, "the text has no statement"),
        "ARGS_INVALID" => new(Kind::ParameterCount, "the values are not those of the placeholders"),
        "STREAM_EXPIRED" => new(Kind::ConnectionLost, "the server ended the stream of statements")
            .map(|error| error.with_retry(RetryClass::OutcomeUnknown)),
        "BLOCKED" => new(Kind::InsufficientPrivilege, "the server does not allow this"),
        _ => find(code).map(|(_, _, kind, message)| {
            let error = Error::new(*kind, *message);
            if *kind == Kind::LockTimeout { error.with_retry(RetryClass::SafeNow) } else { error }
        }),
    }
}

fn find(code: &str) -> Option<&'static (&'static str, i64, ErrorKind, &'static str)> {
    let primary =
        || CODES.iter().find(|(name, ..)| code.strip_prefix(name).is_some_and(|rest| rest.starts_with('_')));
    CODES.iter().find(|(name, ..)| *name == code).or_else(primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_are_found_by_themselves_or_by_their_beginning() {
        for (code, expected) in [
            ("SQLITE_CONSTRAINT_UNIQUE", Some(2067)),
            ("SQLITE_CONSTRAINT_VTAB", Some(19)),
            ("SQLITE_BUSY_SNAPSHOT", Some(5)),
            ("SQLITE_BUSYBODY", None),
            ("STREAM_EXPIRED", None),
        ] {
            assert_eq!(number(code), expected, "{code}");
        }
        assert_eq!(error("SQLITE_BUSY_TIMEOUT").map(|error| error.retry()), Some(RetryClass::SafeNow));
        assert!(error("ODD").is_none());
    }
}
