//! What the server says, as errors of the contract.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::wire::ServerError;

/// The answer's status is not that of success. Its body may repeat values: it is not shown.
pub(crate) fn of_status(status: u16) -> Error {
    let error = |kind, message: &str| Error::new(kind, format!("{message} (HTTP status {status})"));
    match status {
        401 | 403 => error(ErrorKind::AuthenticationFailed, "the server did not accept the token")
            .with_hint("check that the token is for this database and has not expired"),
        404 => error(ErrorKind::DatabaseNotFound, "there is no Hrana server or database at this URL"),
        413 => error(ErrorKind::RequestTooLarge, "the request is larger than the server takes"),
        429 => error(ErrorKind::RateLimited, "the server asks for fewer requests")
            .with_retry(RetryClass::SafeNow),
        300..=399 => error(ErrorKind::Config, "the server is at another URL, and redirects are not followed"),
        500.. => error(ErrorKind::ServerUnavailable, "the server could not answer")
            .with_retry(RetryClass::OutcomeUnknown),
        _ => error(ErrorKind::Protocol, "the server did not accept the request"),
    }
}

/// The answer is not of the protocol.
pub(crate) fn unreadable() -> Error {
    Error::new(ErrorKind::Protocol, "the answer is not of the Hrana protocol")
        .with_retry(RetryClass::OutcomeUnknown)
        .with_hint("check that the URL is that of a Hrana 3 server")
}

/// The server could not do what it was asked.
pub(crate) fn of_server(said: ServerError) -> Error {
    let code = said.code.as_deref().unwrap_or("");
    let text = said.message.strip_prefix("SQLite error: ").unwrap_or(&said.message);
    let error = constraint(text)
        .or_else(|| undefined(text))
        .or_else(|| refused(text))
        .or_else(|| of_code(code))
        .unwrap_or_else(|| Error::new(ErrorKind::Database, "the server could not run the statement"));
    error.with_server_message(said.message)
}

fn of_code(code: &str) -> Option<Error> {
    let new = |kind, message| Some(Error::new(kind, message));
    match code {
        "SQL_PARSE_ERROR" => new(ErrorKind::Syntax, "the statement cannot be parsed"),
        "SQL_MANY_STATEMENTS" => new(ErrorKind::Misuse, "the text has more than one statement")
            .map(|error| error.with_hint("send them as a batch or as a script")),
        "SQL_NO_STATEMENT" => new(ErrorKind::Misuse, "the text has no statement"),
        "ARGS_INVALID" => new(ErrorKind::ParameterCount, "the values are not those of the placeholders"),
        "STREAM_EXPIRED" => new(ErrorKind::ConnectionLost, "the server ended the stream of statements")
            .map(|error| error.with_retry(RetryClass::OutcomeUnknown)),
        "SQLITE_READONLY" => new(ErrorKind::ReadOnly, "the database cannot be written"),
        "SQLITE_AUTH" | "BLOCKED" => new(ErrorKind::InsufficientPrivilege, "the server does not allow this"),
        "SQLITE_FULL" | "SQLITE_TOOBIG" => {
            new(ErrorKind::LimitExceeded, "a limit of the database is reached")
        }
        "SQLITE_CORRUPT" | "SQLITE_NOTADB" => new(ErrorKind::Corrupt, "the database is damaged"),
        _ if code.starts_with("SQLITE_BUSY") || code == "SQLITE_LOCKED" => {
            new(ErrorKind::LockTimeout, "the database is locked by another writer")
                .map(|error| error.with_retry(RetryClass::SafeNow))
        }
        _ => None,
    }
}

/// `UNIQUE constraint failed: t.a, t.b` and its like.
fn constraint(text: &str) -> Option<Error> {
    let (sort, rest) = text.split_once(" constraint failed")?;
    let place = rest.strip_prefix(": ").unwrap_or("");
    let (kind, message) = match sort {
        "UNIQUE" => (ErrorKind::UniqueViolation, "a record with this value exists already"),
        "NOT NULL" => (ErrorKind::NotNullViolation, "the column takes no NULL"),
        "FOREIGN KEY" => (ErrorKind::ForeignKeyViolation, "a record that is referred to does not exist"),
        "CHECK" => {
            return Some(
                Error::new(ErrorKind::CheckViolation, "a check constraint was violated")
                    .with_constraint(place),
            );
        }
        _ => return None,
    };
    let error = Error::new(kind, message);
    let names: Option<Vec<_>> = place.split(", ").map(|name| name.rsplit_once('.')).collect();
    Some(match names.as_deref() {
        Some(names @ [(table, _), ..]) => {
            error.with_table(*table).with_columns(names.iter().map(|(_, column)| *column))
        }
        _ => error,
    })
}

fn undefined(text: &str) -> Option<Error> {
    // Some servers name the statement's place behind the message.
    let name = |rest: &'_ str| rest.split([' ', ',']).next().unwrap_or("").to_owned();
    if let Some(rest) = text.strip_prefix("no such table: ") {
        return Some(Error::new(ErrorKind::UndefinedTable, "there is no such table").with_table(name(rest)));
    }
    let rest = text.strip_prefix("no such column: ")?;
    Some(Error::new(ErrorKind::UndefinedColumn, "there is no such column").with_columns([name(rest)]))
}

/// What SQLite tells by its words alone: its code for these is that of any error.
fn refused(text: &str) -> Option<Error> {
    let (kind, message) = if text.contains(" already exists") {
        (ErrorKind::AlreadyExists, "something of this name exists already")
    } else if text.starts_with("integer overflow") {
        (ErrorKind::OutOfRange, "a number is beyond SQLite's integers")
    } else if text.starts_with("too many columns") || text.starts_with("Expression tree is too large") {
        (ErrorKind::LimitExceeded, "a limit of the database is reached")
    } else {
        return None;
    };
    Some(Error::new(kind, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str, code: &str) -> Error {
        of_server(ServerError { message: message.to_owned(), code: Some(code.to_owned()) })
    }

    #[test]
    fn constraints_are_named() {
        let error =
            said("SQLite error: UNIQUE constraint failed: User.email, User.name", "SQLITE_CONSTRAINT");
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
        assert_eq!(
            (error.table(), error.columns()),
            (Some("User"), &["email".to_owned(), "name".to_owned()][..])
        );
        let error = said("FOREIGN KEY constraint failed", "SQLITE_CONSTRAINT_FOREIGNKEY");
        assert_eq!((error.kind(), error.table()), (ErrorKind::ForeignKeyViolation, None));
        let error = said("CHECK constraint failed: positive", "SQLITE_CONSTRAINT_CHECK");
        assert_eq!(error.constraint(), Some("positive"));
    }

    #[test]
    fn words_tell_where_the_code_does_not() {
        for (message, code, kind) in [
            (
                "table \"t\" already exists in create table t (id) at offset 13",
                "SQL_PARSE_ERROR",
                ErrorKind::AlreadyExists,
            ),
            ("SQLite error: integer overflow", "SQLITE_ERROR", ErrorKind::OutOfRange),
            ("SQLite error: too many columns on t", "SQLITE_ERROR", ErrorKind::LimitExceeded),
        ] {
            assert_eq!(said(message, code).kind(), kind, "{message}");
        }
    }

    #[test]
    fn classes_say_what_can_be_tried_again() {
        assert_eq!(said("database is locked", "SQLITE_BUSY").retry(), RetryClass::SafeNow);
        assert_eq!(said("expired", "STREAM_EXPIRED").retry(), RetryClass::OutcomeUnknown);
        assert_eq!(said("canary", "SQLITE_ERROR").retry(), RetryClass::Never);
        assert_eq!(of_status(429).retry(), RetryClass::SafeNow);
        assert_eq!(of_status(502).retry(), RetryClass::OutcomeUnknown);
        assert_eq!(of_status(401).kind(), ErrorKind::AuthenticationFailed);
    }

    #[test]
    fn the_servers_words_are_kept_apart() {
        let error = said("odd canary", "ODD");
        assert_eq!((error.kind(), error.server_message()), (ErrorKind::Database, Some("odd canary")));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
