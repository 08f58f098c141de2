//! What a raw statement begins with: enough to refuse what calls are there for, and to know what it leaves behind.

use drivetrain_adapter_api::{Error, Result};

/// Where a statement is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// By itself, on whatever connection.
    Alone,
    /// In a transaction that a handle stands for, or in an atomic batch.
    Transaction,
    /// On a connection of the user's own.
    Session,
}

/// Refuses statements that would end or begin a transaction behind the back of the handle that stands for it, and
/// those that copy from or to the client.
///
/// Only the words that the statement begins with are looked at, comments passed over.
///
/// # Errors
/// [`Misuse`](drivetrain_adapter_api::ErrorKind::Misuse) for BEGIN, COMMIT and their like,
/// [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported) for COPY from or to the client.
pub fn check(sql: &str, place: Place) -> Result<()> {
    let [first, second] = leading_words(sql);
    let (first, second) = (first.to_ascii_uppercase(), second.to_ascii_uppercase());
    if first == "COPY" && (has_word(sql, "stdin") || has_word(sql, "stdout")) {
        return Err(Error::unsupported("COPY from or to the client is not supported")
            .with_hint("insert rows, or select them"));
    }
    let refused = match (place, &*first, &*second) {
        (Place::Session, ..) => false,
        (Place::Alone, "COMMIT" | "ROLLBACK", "PREPARED") => false,
        // Savepoints of the user's own are possible where there is a transaction for them.
        (Place::Transaction, "ROLLBACK", _) => !rolls_back_to(sql),
        (Place::Alone, "SAVEPOINT" | "RELEASE", _) => true,
        (_, "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT", _) => true,
        (_, "PREPARE", "TRANSACTION") => true,
        _ => false,
    };
    if refused {
        return Err(Error::misuse(format!(
            "`{first}` as a statement of its own is refused here: it begins or ends a transaction"
        ))
        .with_hint("use begin, commit, rollback and savepoint"));
    }
    Ok(())
}

/// `ROLLBACK [WORK | TRANSACTION] TO ...`
fn rolls_back_to(sql: &str) -> bool {
    let mut words = words(sql).map(str::to_ascii_uppercase).skip(1);
    match words.next().as_deref() {
        Some("TO") => true,
        Some("WORK" | "TRANSACTION") => words.next().as_deref() == Some("TO"),
        _ => false,
    }
}

/// Whether the statement leaves something behind in its session that its command tag does not tell of: a temporary
/// table, an advisory lock, a setting. It is asked of raw SQL only, and may say yes too often.
pub fn leaves_traces(sql: &str) -> bool {
    let mut leading = words(sql);
    let creates = leading.next().is_some_and(|word| word.eq_ignore_ascii_case("CREATE"));
    let temporary = |word: &str| ["TEMP", "TEMPORARY"].iter().any(|name| word.eq_ignore_ascii_case(name));
    if creates && leading.take(3).any(temporary) {
        return true;
    }
    let lower = sql.to_ascii_lowercase();
    lower.contains("advisory_lock")
        || (lower.contains("set_config") && !lower.replace(char::is_whitespace, "").contains(",true)"))
        || has_word(sql, "into") && (has_word(sql, "temp") || has_word(sql, "temporary"))
}

/// Whether the statement sets something for its transaction only, which its command tag does not tell.
pub fn sets_locally(sql: &str) -> bool {
    let [first, second] = leading_words(sql);
    first.eq_ignore_ascii_case("SET")
        && ["LOCAL", "TRANSACTION"].iter().any(|word| second.eq_ignore_ascii_case(word))
}

/// Whether the statement is worth keeping prepared: it reads or writes rows.
pub fn is_worth_preparing(sql: &str) -> bool {
    let [first, _] = leading_words(sql);
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE", "MERGE"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word))
}

fn has_word(sql: &str, word: &str) -> bool {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|found| found.eq_ignore_ascii_case(word))
}

fn leading_words(sql: &str) -> [&str; 2] {
    let mut words = words(sql);
    [words.next().unwrap_or_default(), words.next().unwrap_or_default()]
}

/// The words that a statement begins with, comments passed over, up to the first that is no word.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.0 = skip(self.0);
        let end = self.0.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }
}

/// The words that a statement begins with, brackets around it passed over.
fn words(mut sql: &str) -> Words<'_> {
    loop {
        sql = skip(sql);
        match sql.strip_prefix('(') {
            Some(rest) => sql = rest,
            None => return Words(sql),
        }
    }
}

/// Passes over space, semicolons and comments, which nest in Postgres.
fn skip(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == '\u{feff}');
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.split_once(['\n', '\r']).map_or("", |(_, rest)| rest);
        } else if let Some(mut comment) = sql.strip_prefix("/*") {
            let mut depth = 1;
            while depth > 0 {
                match (comment.find("/*"), comment.find("*/")) {
                    (Some(open), Some(close)) if open < close => {
                        depth += 1;
                        comment = &comment[open + 2..];
                    }
                    (_, Some(close)) => {
                        depth -= 1;
                        comment = &comment[close + 2..];
                    }
                    (_, None) => return "",
                }
            }
            sql = comment;
        } else {
            return sql;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_control_is_found_behind_whatever_precedes_it() {
        for sql in [
            "COMMIT",
            " ;; commit work",
            "-- a comment\nRollback",
            "/* one /* within */ another */ END",
            "start transaction",
            "abort;",
            "PREPARE TRANSACTION 'x'",
            "rollback and chain",
        ] {
            assert!(check(sql, Place::Transaction).is_err(), "{sql}");
            assert!(check(sql, Place::Alone).is_err(), "{sql}");
            assert!(check(sql, Place::Session).is_ok(), "{sql}");
        }
        for sql in [
            "SELECT 'COMMIT'",
            "/* COMMIT */ SELECT 1",
            "rollback to savepoint a",
            "ROLLBACK WORK TO a",
            "prepare a as select 1",
            "SAVEPOINT a",
            "/* not ended",
            "",
        ] {
            assert!(check(sql, Place::Transaction).is_ok(), "{sql}");
        }
        assert!(check("SAVEPOINT a", Place::Alone).is_err());
        assert!(check("COMMIT PREPARED 'x'", Place::Alone).is_ok());
    }

    #[test]
    fn copy_is_refused_only_from_and_to_the_client() {
        assert!(check("copy t from stdin", Place::Session).is_err());
        assert!(check("COPY t TO STDOUT (FORMAT csv)", Place::Alone).is_err());
        assert!(check("copy t from '/data/t.csv'", Place::Alone).is_ok());
    }

    #[test]
    fn traces_that_no_tag_tells_of() {
        for sql in [
            "create temp table t ()",
            "CREATE GLOBAL TEMPORARY TABLE t ()",
            "create or replace temporary view v as select 1",
            "select pg_advisory_lock(1)",
            "select set_config('a.b', $1, false)",
            "select 1 into temp t",
        ] {
            assert!(leaves_traces(sql), "{sql}");
        }
        for sql in ["create table t (temp int)", "select set_config('a.b', $1,  TRUE)", "select 1"] {
            assert!(!leaves_traces(sql), "{sql}");
        }
        assert!(!leaves_traces("select temp from t"));
        assert!(sets_locally("set /* c */ local role x") && sets_locally("SET TRANSACTION READ ONLY"));
        assert!(!sets_locally("SET local_setting.x = 1") && !sets_locally("SET SESSION CHARACTERISTICS"));
    }
}
