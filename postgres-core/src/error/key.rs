//! The columns that an error is about.

use super::ErrorFields;

pub(super) fn columns(code: &str, fields: &ErrorFields) -> Vec<String> {
    if let Some(column) = fields.column.as_ref().filter(|column| !column.is_empty()) {
        return vec![column.clone()];
    }
    let Some(detail) = fields.detail.as_deref() else { return Vec::new() };
    match code {
        "23505" | "23P01" => key(detail).unwrap_or_default(),
        "23503" | "23001" if !is_of_parent(detail, fields.table.as_deref()) => {
            key(detail).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Whether the key in the detail is of the table referred to: a row of it could not be changed or deleted. The
/// table in the fields is the one that refers in either case.
fn is_of_parent(detail: &str, referring: Option<&str>) -> bool {
    let referenced = detail.rfind("referenced from table");
    let absent = detail.rfind("is not present in table");
    if referenced.is_some() || absent.is_some() {
        return referenced > absent;
    }
    // Another language: the detail ends with the other table's name, in whatever quotes.
    referring.is_none_or(|table| {
        detail.trim_end_matches(|character: char| !character.is_alphanumeric()).ends_with(table)
    })
}

/// The names in `Key (a, "B c")=(1, x) ...`. `None` if it is an expression, or cannot be told apart.
fn key(detail: &str) -> Option<Vec<String>> {
    let (_, mut rest) = detail.split_once('(')?;
    let mut names = Vec::new();
    loop {
        let name;
        (name, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_name(quoted)?,
            None => {
                let plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
                let (name, rest) = rest.split_at(rest.find(|character| !plain(character))?);
                (name.to_owned(), rest)
            }
        };
        if name.is_empty() {
            return None;
        }
        names.push(name);
        match rest.strip_prefix(", ") {
            Some(next) => rest = next,
            None => return rest.starts_with(")=(").then_some(names),
        }
    }
}

/// The name up to the closing quote, where a quote within is doubled, and what is behind it.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, behind) = rest.split_once('"')?;
        name.push_str(part);
        match behind.strip_prefix('"') {
            Some(next) => {
                name.push('"');
                rest = next;
            }
            None => return Some((name, behind)),
        }
    }
}
