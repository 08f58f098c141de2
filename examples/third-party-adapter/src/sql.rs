//! The little that must be known of raw SQL: what a statement begins with.

/// The first word of a statement in lower case, behind spaces and comments. Empty if there is none.
pub(crate) fn first_word(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        };
        rest = after.trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    rest[..end].to_ascii_lowercase()
}

/// Whether the statement begins or ends a transaction, or a part of one.
pub(crate) fn is_transaction_control(sql: &str) -> bool {
    matches!(first_word(sql).as_str(), "begin" | "commit" | "end" | "rollback" | "savepoint" | "release")
}

/// Whether the count of changed rows that SQLite keeps is this statement's. With `WITH` in front it is so where the
/// statement gives no rows.
pub(crate) fn counts_changes(sql: &str, gives_rows: bool) -> bool {
    match first_word(sql).as_str() {
        "insert" | "update" | "delete" | "replace" => true,
        "with" => !gives_rows,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_behind_comments() {
        assert_eq!(first_word(" -- a\n/* b */ Select(1)"), "select");
        assert_eq!(first_word("/* open"), "");
        assert_eq!(first_word("-- all"), "");
        assert_eq!(first_word("\"begin\""), "");
        assert!(is_transaction_control("/**/COMMIT"));
        assert!(!is_transaction_control("select 'commit'"));
        assert!(!is_transaction_control("commitment"));
    }
}
