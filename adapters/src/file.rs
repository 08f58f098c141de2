//! Reads what `drivetrain.toml` says about the database. Its other keys are for the schema and the generated client.

use std::path::Path;

use drivetrain_adapter_api::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::known::nearest;

/// The name of the file.
pub(crate) const NAME: &str = "drivetrain.toml";

const KEYS: [&str; 4] = ["database", "providers", "schema", "types"];
const DATABASE_KEYS: [&str; 3] = ["adapter", "endpoint", "url"];

/// What the file says about the database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Database {
    pub(crate) url: Option<Source>,
    pub(crate) adapter: Option<String>,
    pub(crate) endpoint: Option<String>,
}

/// Where the URL is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the variable of that name.
    Variable(String),
    /// In the file itself.
    Literal(String),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
            Self::Literal(_) => f.write_str("Literal(…)"),
        }
    }
}

/// Reads the text of the file at `path`.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Database, Error> {
    let file = File { path, text };
    let table = DeTable::parse(text).map_err(|error| {
        // Not its `Display`: that shows the line, which may hold the URL.
        file.error(error.span().map_or(0, |span| span.start), "it is not valid TOML")
            .with_hint("strings stand in double quotes, tables begin with [name]")
    })?;
    file.refuse_unknown(table.get_ref(), &KEYS, "")?;
    let Some(database) = table.get_ref().get("database") else { return Ok(Database::default()) };
    let DeValue::Table(entries) = database.get_ref() else {
        return Err(file
            .error(database.span().start, "`database` must be a table")
            .with_hint("write [database], and below it url = \"...\""));
    };
    file.refuse_unknown(entries, &DATABASE_KEYS, "database.")?;
    let url = file.string(entries, "url")?.map(|url| match url.strip_prefix("env:") {
        Some(name) => Source::Variable(name.trim().to_owned()),
        None => Source::Literal(url),
    });
    Ok(Database {
        url,
        adapter: file.string(entries, "adapter")?,
        endpoint: file.string(entries, "endpoint")?,
    })
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn error(&self, at: usize, what: &str) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Error::config(format!("{}, line {line}: {what}", self.path.display()))
    }

    fn refuse_unknown(&self, table: &DeTable<'_>, known: &[&str], prefix: &str) -> Result<(), Error> {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let what = format!("there is no key {:?}", format!("{prefix}{name}"));
            let keys = known.iter().map(|key| format!("`{prefix}{key}`")).collect::<Vec<_>>().join(", ");
            let hint = match (nearest(name, known), prefix) {
                (Some(near), _) => format!("did you mean `{prefix}{near}`? The keys are {keys}"),
                (None, "") if DATABASE_KEYS.contains(&name) => {
                    format!("did you mean `database.{name}`? It stands below [database]")
                }
                (None, _) => format!("the keys are {keys}"),
            };
            return Err(self.error(key.span().start, &what).with_hint(hint));
        }
        Ok(())
    }

    fn string(&self, table: &DeTable<'_>, key: &str) -> Result<Option<String>, Error> {
        let Some(value): Option<&Spanned<DeValue<'_>>> = table.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            DeValue::String(_) => Err(self.error(value.span().start, &format!("`database.{key}` is empty"))),
            other => Err(self.error(
                value.span().start,
                &format!("`database.{key}` must be a string, not {}", other.type_str()),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Database, Error> {
        parse(Path::new("app/drivetrain.toml"), text)
    }

    #[test]
    fn the_database_and_nothing_else_is_read() {
        let text = "
            schema = \"schema.prisma\"
            providers = [\"postgresql\", \"sqlite\"]
            [types]
            DateTime = \"chrono\"
            [database]
            url = \"env:APP_DATABASE\"
            adapter = \"postgres\"
            endpoint = \"https://localhost/sql\"
        ";
        let database = read(text).unwrap();
        assert_eq!(database.url, Some(Source::Variable("APP_DATABASE".into())));
        assert_eq!(database.adapter.as_deref(), Some("postgres"));
        assert_eq!(database.endpoint.as_deref(), Some("https://localhost/sql"));
        assert_eq!(read("").unwrap(), Database::default());
        assert_eq!(
            read("database.url = 'sqlite:dev.db'").unwrap().url,
            Some(Source::Literal("sqlite:dev.db".into()))
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
        for (text, says) in [
            ("schema = 'a'\nprovider = []", "app/drivetrain.toml, line 2: there is no key \"provider\""),
            ("provider = []", "did you mean `providers`?"),
            (
                "[database]\nulr = 'canary'",
                "line 2: there is no key \"database.ulr\"; did you mean `database.url`?",
            ),
            ("url = 'canary'", "did you mean `database.url`? It stands below [database]"),
            (
                "[database]\npassword = 'canary'",
                "the keys are `database.adapter`, `database.endpoint`, `database.url`",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_never_shown() {
        for (text, says) in [
            ("[database]\nurl = postgres://u:canary@h/db", "line 2: it is not valid TOML"),
            ("[database]\nurl = 'canary", "line 2: it is not valid TOML"),
            ("[database]\nurl = 'canary'\nurl = 'canary'", "it is not valid TOML"),
            ("[database]\nurl = 5", "`database.url` must be a string, not integer"),
            ("[database]\nurl = ''", "`database.url` is empty"),
            ("database = 'canary'", "`database` must be a table"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
        let literal = read("database.url = 'canary'").unwrap();
        assert!(!format!("{literal:?}").contains("canary"));
    }
}
