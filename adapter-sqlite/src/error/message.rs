//! Names out of SQLite's messages. The forms are those of SQLite's sources; where a message has another form, the
//! kind is coarser and no name is guessed.

use drivetrain_adapter_api::{Error, ErrorKind};

/// `UNIQUE constraint failed: t.a, t.b`, `NOT NULL constraint failed: t.n`, `CHECK constraint failed: name`.
pub(super) fn constraint(error: Error, text: &str) -> Error {
    let Some((_, rest)) = text.split_once("constraint failed: ") else { return error };
    if let Some(index) = rest.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')) {
        return error.with_constraint(index);
    }
    if error.kind() == ErrorKind::CheckViolation {
        return error.with_constraint(rest);
    }
    let mut table = None;
    let mut columns = Vec::new();
    for place in rest.split(", ") {
        match place.rsplit_once('.') {
            Some((of, column)) => {
                table = Some(of);
                columns.push(column);
            }
            None => return error,
        }
    }
    match table {
        Some(table) => error.with_table(table).with_columns(columns),
        None => error,
    }
}

/// `cannot store TEXT value in INTEGER column t.a`.
pub(super) fn datatype(text: &str) -> Error {
    let error = Error::new(ErrorKind::TypeMismatch, "the value has another type than its column takes");
    let Some((sorts, place)) = text.split_once(" column ") else { return error };
    let error = match sorts.rsplit_once(' ') {
        Some((_, ty)) => error.with_data_type(ty),
        None => error,
    };
    match place.rsplit_once('.') {
        Some((table, column)) => error.with_table(table).with_columns([column]),
        None => error,
    }
}

/// Messages of the code 1, which stands for everything that has no code of its own.
/// Of preparing a statement, or of running one.
pub(super) fn generic(text: &str, preparing: bool) -> Error {
    let known = named(text).or_else(|| limit(text)).or_else(|| transaction(text)).or_else(|| value(text));
    known.unwrap_or_else(|| {
        if preparing {
            syntax(text)
        } else {
            Error::new(ErrorKind::Database, "SQLite could not run the statement")
        }
    })
}

fn named(text: &str) -> Option<Error> {
    if let Some(name) = text.strip_prefix("no such table: ") {
        return Some(Error::new(ErrorKind::UndefinedTable, "there is no such table").with_table(last(name)));
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
        return Some(
            Error::new(ErrorKind::UndefinedColumn, "there is no such column")
                .with_table(table)
                .with_columns([column]),
        );
    }
    if let Some(name) = text.strip_prefix("ambiguous column name: ") {
        return Some(
            Error::new(ErrorKind::AmbiguousColumn, "the name can mean several columns")
                .with_columns([last(name)]),
        );
    }
    if let Some(name) = text.strip_prefix("no such function: ") {
        return Some(Error::new(ErrorKind::UndefinedFunction, format!("there is no function `{name}`")));
    }
    if let Some(name) = text.strip_prefix("wrong number of arguments to function ") {
        return Some(Error::new(
            ErrorKind::UndefinedFunction,
            format!("the function `{}` takes another number of arguments", name.trim_end_matches("()")),
        ));
    }
    if text.starts_with("no such savepoint: ") {
        return Some(Error::new(ErrorKind::NoSuchSavepoint, "there is no such savepoint"));
    }
    for sort in ["index", "trigger", "view", "module", "collation sequence", "database", "window"] {
        let rest = text.strip_prefix("no such ").and_then(|rest| rest.strip_prefix(sort));
        if let Some(name) = rest.and_then(|rest| rest.strip_prefix(": ")) {
            return Some(Error::new(ErrorKind::UndefinedObject, format!("there is no {sort} `{name}`")));
        }
    }
    if let Some(name) = text.strip_prefix("duplicate column name: ") {
        return Some(Error::new(ErrorKind::AlreadyExists, "the column exists already").with_columns([name]));
    }
    if let Some(rest) = text.strip_suffix(" already exists") {
        let (sort, name) = rest.split_once(' ').unwrap_or(("object", rest));
        let error = Error::new(ErrorKind::AlreadyExists, format!("the {sort} exists already"));
        return Some(if sort == "table" || sort == "view" {
            error.with_table(bare(name))
        } else {
            error.with_constraint(bare(name))
        });
    }
    if text.starts_with("there is already ") {
        return Some(Error::new(ErrorKind::AlreadyExists, "an object of this name exists already"));
    }
    None
}

fn limit(text: &str) -> Option<Error> {
    if text.contains("too many SQL variables") || text.contains("variable number must be between") {
        return Some(Error::new(
            ErrorKind::TooManyParameters,
            "the statement has more parameters than SQLite takes: split the operation",
        ));
    }
    let limits = [
        "too many columns",
        "too many terms",
        "too many arguments",
        "too many attached databases",
        "too many FROM clause terms",
        "too many levels of trigger recursion",
        "Expression tree is too large",
        "parser stack overflow",
        "tables in a join",
        "Recursion limit",
    ];
    limits.iter().any(|limit| text.contains(limit)).then(|| {
        Error::new(ErrorKind::LimitExceeded, "the statement exceeds a limit of SQLite").with_hint(text)
    })
}

fn transaction(text: &str) -> Option<Error> {
    let misuse = [
        "cannot start a transaction within a transaction",
        "cannot commit - no transaction is active",
        "cannot rollback - no transaction is active",
        "cannot VACUUM from within a transaction",
        "cannot change into wal mode from within a transaction",
        "cannot change out of wal mode from within a transaction",
        "Safety level may not be changed inside a transaction",
    ];
    misuse.contains(&text).then(|| Error::misuse(text))
}

fn value(text: &str) -> Option<Error> {
    if text == "integer overflow" {
        return Some(Error::new(ErrorKind::OutOfRange, "an integer grew beyond 64 bits"));
    }
    (text == "malformed JSON" || text.starts_with("bad JSON path"))
        .then(|| Error::new(ErrorKind::InvalidValue, "the text is not JSON, or not a path into JSON"))
}

fn syntax(text: &str) -> Error {
    if let Some(token) = text.strip_prefix("near \"").and_then(|rest| rest.strip_suffix("\": syntax error")) {
        return Error::new(
            ErrorKind::Syntax,
            match shown(token) {
                Some(token) => format!("the statement cannot be parsed near `{token}`"),
                None => "the statement cannot be parsed".to_owned(),
            },
        );
    }
    let said = match text {
        "incomplete input" => "the statement is not complete",
        _ => "the statement is not valid SQL for SQLite",
    };
    Error::new(ErrorKind::Syntax, said)
}

/// The token, if it is a word or a sign: a literal may be a value.
fn shown(token: &str) -> Option<&str> {
    let first = token.chars().next()?;
    let literal = first == '\'' || first.is_ascii_digit() || token.len() > 64;
    (!literal).then_some(token)
}

/// The part behind the last point, without quotes.
fn last(name: &str) -> &str {
    bare(name.rsplit_once('.').map_or(name, |(_, last)| last))
}

fn bare(name: &str) -> &str {
    name.trim_matches('"')
}
