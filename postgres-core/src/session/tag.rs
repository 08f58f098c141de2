//! Command tags: what the server says it did.

use std::fmt;

/// What the server says it did: `INSERT 0 5`, `COMMIT`, `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandTag(Box<str>);

impl CommandTag {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The tag as the server sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag without its numbers.
    pub fn command(&self) -> &str {
        self.0.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ')
    }

    /// How many rows the statement changed; `None` where it changes none by its nature.
    pub fn affected(&self) -> Option<u64> {
        match self.command() {
            "INSERT" | "UPDATE" | "DELETE" | "MERGE" => self.0.rsplit(' ').next()?.parse().ok(),
            _ => None,
        }
    }

    /// Whether the statement leaves something behind in its session: a setting, a name, a subscription.
    pub fn leaves_traces(&self) -> bool {
        matches!(
            self.command(),
            "SET"
                | "RESET"
                | "LISTEN"
                | "PREPARE"
                | "DEALLOCATE"
                | "DEALLOCATE ALL"
                | "DISCARD"
                | "DISCARD ALL"
                | "DISCARD PLANS"
                | "DISCARD TEMP"
                | "DISCARD SEQUENCES"
                | "DECLARE CURSOR"
                | "LOAD"
        )
    }
}

impl fmt::Display for CommandTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_of_changed_rows_only() {
        let affected = |tag: &str| CommandTag::new(tag).affected();
        assert_eq!(affected("INSERT 0 5"), Some(5));
        assert_eq!(affected("UPDATE 0"), Some(0));
        assert_eq!(affected("DELETE 4294967297"), Some(4_294_967_297));
        assert_eq!(affected("MERGE 3"), Some(3));
        for none in ["SELECT 7", "CREATE TABLE", "COMMIT", "FETCH 3", "", "DO"] {
            assert_eq!(affected(none), None, "{none}");
        }
        assert_eq!(CommandTag::new("INSERT 0 5").command(), "INSERT");
        assert_eq!(CommandTag::new("CREATE TABLE").command(), "CREATE TABLE");
    }
}
