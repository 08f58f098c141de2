//! What the server says, as errors of the contract.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::codes;
use crate::wire::ServerError;

/// The answer's status is not that of success. Its body may repeat values: it is not shown.
pub(crate) fn of_status(status: u16, origin: &str) -> Error {
    let error = |kind, message: &str| Error::new(kind, format!("{message} (HTTP status {status})"));
    match status {
        401 | 403 => error(ErrorKind::AuthenticationFailed, "the server did not accept the token")
            .with_hint("check that the token is for this database and has not expired"),
        404 => {
            error(ErrorKind::DatabaseNotFound, &format!("there is no Hrana server or database at {origin}"))
        }
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

/// The server could not do what it was asked. Its words tell most; where they are not known, its code does.
/// No position is taken from them: `sqld` counts it in a text that it has written anew.
pub(crate) fn of_server(said: ServerError) -> Error {
    let code = said.code.as_deref().unwrap_or("");
    let text = said.message.split_once(" error: ").filter(|(who, _)| who.starts_with("SQLite"));
    let text = text.map_or(said.message.as_str(), |(_, text)| text);
    let text = text.rsplit_once(" (at offset ").map_or(text, |(text, _)| text);
    let error = constraint(text)
        .or_else(|| mismatch(text))
        .or_else(|| named(text))
        .or_else(|| refused(text))
        .or_else(|| codes::error(code))
        .unwrap_or_else(|| Error::new(ErrorKind::Database, "the server could not run the statement"));
    let error = match codes::number(code) {
        Some(number) => error.with_code(number),
        None => error,
    };
    error.with_server_message(said.message)
}

/// `UNIQUE constraint failed: t.a, t.b` and its like.
fn constraint(text: &str) -> Option<Error> {
    let (sort, rest) = text.split_once(" constraint failed")?;
    let place = rest.strip_prefix(": ").unwrap_or("");
    let (kind, message) = match sort {
        "UNIQUE" => (ErrorKind::UniqueViolation, codes::UNIQUE),
        "NOT NULL" => (ErrorKind::NotNullViolation, "the column takes no NULL"),
        "FOREIGN KEY" => (ErrorKind::ForeignKeyViolation, codes::FOREIGN_KEY),
        "CHECK" => {
            return Some(
                Error::new(ErrorKind::CheckViolation, "a check constraint was violated")
                    .with_constraint(place),
            );
        }
        _ => return None,
    };
    let error = Error::new(kind, message);
    if let Some(index) = place.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')) {
        return Some(error.with_constraint(index));
    }
    let names: Option<Vec<_>> = place.split(", ").map(|name| name.rsplit_once('.')).collect();
    Some(match names.as_deref() {
        Some(names @ [(table, _), ..]) => {
            error.with_table(*table).with_columns(names.iter().map(|(_, column)| *column))
        }
        _ => error,
    })
}

/// `cannot store TEXT value in INTEGER column t.a`, which only a strict table says.
fn mismatch(text: &str) -> Option<Error> {
    let (sorts, place) = text.strip_prefix("cannot store ")?.split_once(" column ")?;
    let error = Error::new(ErrorKind::TypeMismatch, "the value has another type than its column takes");
    let error = match sorts.rsplit_once(' ') {
        Some((_, ty)) => error.with_data_type(ty),
        None => error,
    };
    Some(match place.rsplit_once('.') {
        Some((table, column)) => error.with_table(table).with_columns([column]),
        None => error,
    })
}

/// What is not there, not alone, or there already.
fn named(text: &str) -> Option<Error> {
    let bare = |name: &str| name.trim_matches('"').to_owned();
    let last = |name: &str| bare(name.rsplit_once('.').map_or(name, |(_, last)| last));
    let new = |kind, message| Some(Error::new(kind, message));
    if let Some(name) = text.strip_prefix("no such table: ") {
        return new(ErrorKind::UndefinedTable, "there is no such table")
            .map(|error| error.with_table(last(name)));
    }
    if let Some(name) = text.strip_prefix("no such column: ") {
        let name = name.split(" - should this be").next().unwrap_or(name);
        let error = Error::new(ErrorKind::UndefinedColumn, "there is no such column");
        return Some(match name.rsplit_once('.') {
            Some((table, column)) => error.with_table(bare(table)).with_columns([bare(column)]),
            None => error.with_columns([bare(name)]),
        });
    }
    if let Some((table, column)) =
        text.strip_prefix("table ").and_then(|rest| rest.split_once(" has no column named "))
    {
        return new(ErrorKind::UndefinedColumn, "there is no such column")
            .map(|error| error.with_table(bare(table)).with_columns([bare(column)]));
    }
    if let Some(name) = text.strip_prefix("ambiguous column name: ") {
        return new(ErrorKind::AmbiguousColumn, "several columns have this name")
            .map(|error| error.with_columns([last(name)]));
    }
    if text.starts_with("no such function: ") || text.starts_with("wrong number of arguments to function ") {
        return new(ErrorKind::UndefinedFunction, "there is no such function, or not with those arguments");
    }
    if let Some(name) = text.strip_prefix("duplicate column name: ") {
        return new(ErrorKind::AlreadyExists, "a column of this name exists already")
            .map(|error| error.with_columns([bare(name)]));
    }
    let (sort, name) = text.strip_suffix(" already exists")?.split_once(' ')?;
    let error = Error::new(ErrorKind::AlreadyExists, "something of this name exists already");
    Some(match sort {
        "table" | "view" => error.with_table(bare(name)),
        _ => error.with_constraint(bare(name)),
    })
}

/// What SQLite tells by its words alone: its code for these is that of any error.
fn refused(text: &str) -> Option<Error> {
    let sorts: [(&[&str], _, _); 6] = [
        (&["no such savepoint: "], ErrorKind::NoSuchSavepoint, "there is no such savepoint"),
        (&["no such "], ErrorKind::UndefinedObject, "there is nothing of this name"),
        (&["integer overflow"], ErrorKind::OutOfRange, "a number is beyond SQLite's integers"),
        (
            &["malformed JSON", "bad JSON path"],
            ErrorKind::InvalidValue,
            "the text is not JSON, or no path in it",
        ),
        (&["too many SQL variables", "variable number must be"], ErrorKind::TooManyParameters, TOO_MANY),
        (
            &[
                "too many ",
                "Expression tree is too large",
                "parser stack overflow",
                "at most 64 tables in a join",
            ],
            ErrorKind::LimitExceeded,
            "a limit of the database is reached",
        ),
    ];
    let found = sorts.iter().find(|(words, ..)| words.iter().any(|word| text.starts_with(word)));
    found.map(|(_, kind, message)| Error::new(*kind, *message))
}

const TOO_MANY: &str = "the statement has more parameters than SQLite takes: split the operation";

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
                "SQLite input error: table \"t\" already exists (at offset 13)",
                "SQL_INPUT_ERROR",
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
        assert_eq!(of_status(429, "https://h").retry(), RetryClass::SafeNow);
        assert_eq!(of_status(502, "https://h").retry(), RetryClass::OutcomeUnknown);
        assert_eq!(of_status(401, "https://h").kind(), ErrorKind::AuthenticationFailed);
    }

    #[test]
    fn the_servers_words_are_kept_apart() {
        let error = said("odd canary", "ODD");
        assert_eq!((error.kind(), error.server_message()), (ErrorKind::Database, Some("odd canary")));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
