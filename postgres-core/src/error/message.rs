//! The one line for a person. It never repeats values of rows or parameters.

use drivetrain_adapter_api::ErrorKind;

use super::ErrorFields;

/// Longer messages of the server are cut: the whole is in the server's message.
const MAX_LENGTH: usize = 400;

pub(super) fn of(kind: ErrorKind, code: &str, fields: &ErrorFields) -> String {
    if let Some(words) = ours(kind, code, fields) {
        return words.to_owned();
    }
    let said = fields.message.as_deref().unwrap_or_default();
    let said = match code.get(..2) {
        Some("22") => without_values(said, fields),
        Some(class) if repeats_no_values(class, fields) => Some(said.to_owned()),
        _ => None,
    };
    match said.as_deref().map(one_line) {
        Some(line) if !line.is_empty() => line,
        _ => general(kind).to_owned(),
    }
}

/// Where our words say more than the server's, or its message may hold values.
fn ours(kind: ErrorKind, code: &str, fields: &ErrorFields) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::UniqueViolation => "a record with this value exists already",
        ErrorKind::ForeignKeyViolation => foreign_key(fields),
        ErrorKind::NotNullViolation => "the column takes no NULL",
        ErrorKind::CheckViolation => "a check is not fulfilled",
        ErrorKind::ExclusionViolation => "a record that excludes this one exists already",
        ErrorKind::AuthenticationFailed => "the server did not accept the user and the password",
        ErrorKind::CommitOutcomeUnknown => {
            "the connection broke during the commit: the transaction may have been committed or not"
        }
        ErrorKind::Timeout if code == "57014" => {
            "the statement ran longer than the server's time limit for it"
        }
        ErrorKind::Cancelled => "the statement was cancelled",
        ErrorKind::Database if is_raised(fields) || code.starts_with("P0") => {
            "a function in the database raised an error"
        }
        ErrorKind::TransactionAborted => "the transaction has failed before: only a rollback is possible",
        _ => return None,
    })
}

fn foreign_key(fields: &ErrorFields) -> &'static str {
    let detail = fields.detail.as_deref().unwrap_or_default();
    let referenced = detail.rfind("referenced from table");
    let absent = detail.rfind("is not present in table");
    if referenced > absent {
        "the record is still referred to by another one"
    } else if absent.is_some() {
        "the record that is referred to does not exist"
    } else {
        "a record refers to one that does not exist, or is still referred to"
    }
}

/// What Drivetrain or the server suggests. The server's hints are fixed texts, but for those of extensions.
pub(super) fn hint(kind: ErrorKind, code: &str, fields: &ErrorFields) -> Option<String> {
    let message = fields.message.as_deref().unwrap_or_default();
    if kind == ErrorKind::AuthenticationFailed && message.contains("pg_hba.conf") {
        return Some(
            "the server's pg_hba.conf has no entry that allows this host, user, database and encryption"
                .into(),
        );
    }
    if code.starts_with("XX") {
        return None;
    }
    fields.hint.as_deref().map(one_line).filter(|hint| !hint.is_empty())
}

/// Classes in which the server's message names objects, settings and limits only. Functions that users wrote can
/// raise any SQLSTATE with any text.
fn repeats_no_values(class: &str, fields: &ErrorFields) -> bool {
    !is_raised(fields)
        && matches!(
            class,
            "03" | "08"
                | "0A"
                | "0B"
                | "0L"
                | "0P"
                | "20"
                | "21"
                | "24"
                | "25"
                | "26"
                | "28"
                | "2B"
                | "2D"
                | "34"
                | "3B"
                | "3D"
                | "3F"
                | "40"
                | "42"
                | "53"
                | "54"
                | "55"
                | "57"
                | "58"
                | "72"
                | "F0"
        )
}

/// Whether a PL/pgSQL function raised it with `RAISE`.
fn is_raised(fields: &ErrorFields) -> bool {
    fields.routine.as_deref() == Some("exec_stmt_raise")
}

/// A message on invalid data, with `"..."` for all from the first quote to the last, and `...` for numbers: those
/// may be the data. `None` if it may hold data in another way.
fn without_values(message: &str, fields: &ErrorFields) -> Option<String> {
    // Every error of Postgres has its routine. Without one, it is from elsewhere.
    if fields.routine.is_none() || is_raised(fields) {
        return None;
    }
    let redacted = match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}\"...\"{}", &message[..first], &message[last + 1..])
        }
        (Some(_), _) => return None,
        _ => message.to_owned(),
    };
    // Other languages have other quotes.
    if !redacted.is_ascii() || redacted.contains('\'') {
        return None;
    }
    let is_number =
        |word: &str| word.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+'));
    let words = redacted.split_whitespace().map(|word| if is_number(word) { "..." } else { word });
    Some(words.collect::<Vec<_>>().join(" "))
}

fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(MAX_LENGTH) {
        line.truncate(cut);
        line.push_str("...");
    }
    line
}

fn general(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidValue => "a value is not of the form its type asks for",
        ErrorKind::OutOfRange => "a number or a time is outside of what its type holds",
        ErrorKind::ValueTooLong => "a value is too long for its type",
        ErrorKind::DivisionByZero => "division by zero",
        ErrorKind::ConnectionLost => "the server ended the connection",
        ErrorKind::Corrupt => "data of the server are damaged",
        _ => "the server reported an error",
    }
}
