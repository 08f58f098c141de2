//! `drivetrain.toml`: what it says about the schema and the generated client.
//!
//! ```toml
//! schema = "schema.prisma"              # a file, or a folder of files
//! providers = ["postgresql", "sqlite"]  # besides the datasource's own
//!
//! [types]
//! DateTime = "jiff::Timestamp"
//! ```
//!
//! Its table `[database]` is for the program that connects, and not read here.

use std::path::{Path, PathBuf};

use drivetrain_schema::Provider;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{Error, Options, TypeKey, suggest};

/// The keys of the file. `database` belongs to the program that connects.
const KEYS: [&str; 4] = ["database", "providers", "schema", "types"];

/// What a `drivetrain.toml` says about the schema and the generated client.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Config {
    /// `schema`: a file, or a folder of files, relative to the folder of the configuration.
    pub schema: Option<PathBuf>,
    /// `providers`: the kinds of database the schema must be right for, besides that of its `datasource`.
    pub providers: Vec<Provider>,
    /// `[types]`: the Rust types of fields.
    pub options: Options,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, and as [`parse`](Self::parse).
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::file("read", path, error))?;
        Self::parse(&path.to_string_lossy(), &text)
    }

    /// Reads the text of the file of that name.
    ///
    /// # Errors
    /// If it is not TOML, has a key that does not exist, or a value that means nothing. The error names file, line and column, and
    /// shows no line of the file, which may hold a connection string.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let file = File { name, text };
        let table = DeTable::parse(text).map_err(|error| {
            file.error(error.span().map_or(0, |span| span.start), "this is not valid TOML")
        })?;
        file.refuse_unknown(table.get_ref())?;
        let mut config = Self::default();
        if let Some(value) = table.get_ref().get("schema") {
            config.schema =
                Some(PathBuf::from(file.string(value, "`schema` is the path of a file or folder")?));
        }
        if let Some(value) = table.get_ref().get("providers") {
            config.providers = file.providers(value)?;
        }
        if let Some(value) = table.get_ref().get("types") {
            config.options = file.types(value)?;
        }
        Ok(config)
    }
}

struct File<'a> {
    name: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn error(&self, at: usize, what: impl AsRef<str>) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        Error::config(format!("{}:{line}:{column}", self.name), what.as_ref())
    }

    fn refuse_unknown(&self, table: &DeTable<'_>) -> Result<(), Error> {
        let unknown = table.keys().find(|key| !KEYS.contains(&&**key.get_ref()));
        unknown.map_or(Ok(()), |key| {
            let name = key.get_ref();
            Err(self
                .error(key.span().start, format!("there is no key `{name}`; {}", suggest::help(name, &KEYS))))
        })
    }

    fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>, wanted: &str) -> Result<&'v str, Error> {
        let text = value.get_ref().as_str().filter(|text| !text.is_empty());
        text.ok_or_else(|| self.error(value.span().start, format!("{wanted}: write a text in double quotes")))
    }

    fn providers(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<Provider>, Error> {
        let known = Provider::ALL.map(Provider::name);
        let wanted = "`providers` is a list of kinds of database, for example [\"postgresql\", \"sqlite\"]";
        let list = value.get_ref().as_array().ok_or_else(|| self.error(value.span().start, wanted))?;
        let provider = |value: &Spanned<DeValue<'_>>| {
            let name = self.string(value, wanted)?;
            name.parse::<Provider>().map_err(|_| {
                let what = format!("there is no provider `{name}`; {}", suggest::help(name, &known));
                self.error(value.span().start, what)
            })
        };
        list.iter().map(provider).collect()
    }

    fn types(&self, value: &Spanned<DeValue<'_>>) -> Result<Options, Error> {
        let wanted =
            "`types` is a table: write [types], and below it for example DateTime = \"jiff::Timestamp\"";
        let table = value.get_ref().as_table().ok_or_else(|| self.error(value.span().start, wanted))?;
        let mut options = Options::new();
        for (key, value) in table {
            let known: TypeKey = key
                .get_ref()
                .parse()
                .map_err(|error: Error| self.error(key.span().start, error.to_string()))?;
            let path = self.string(value, &format!("`{known}` is the path of a Rust type"))?;
            options = options
                .with_type(known, path)
                .map_err(|error| self.error(value.span().start, error.to_string()))?;
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Config::parse("drivetrain.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn everything_is_read() {
        let text = "schema = \"db\"\nproviders = [\"postgres\", \"sqlite\"]\n\n[types]\nJson = \"serde_json::Value\"\n\n\
                    [database]\nurl = \"env:DATABASE_URL\"\n";
        let config = Config::parse("drivetrain.toml", text).unwrap();
        assert_eq!(config.schema.as_deref(), Some(Path::new("db")));
        assert_eq!(config.providers, [Provider::Postgresql, Provider::Sqlite]);
        let chosen = config.options.chosen(TypeKey::Json).unwrap().to_string();
        assert_eq!(chosen.replace(' ', ""), "::serde_json::Value");
        assert!(Config::parse("drivetrain.toml", "").unwrap().schema.is_none());
    }

    #[test]
    fn mistakes_are_named_with_their_place_and_mend() {
        assert_eq!(
            error("\nprovider = []"),
            "drivetrain.toml:2:1: there is no key `provider`; did you mean `providers`?"
        );
        assert_eq!(
            error("providers = [\"sqlit\"]"),
            "drivetrain.toml:1:14: there is no provider `sqlit`; did you mean `sqlite`?"
        );
        assert_eq!(
            error("[types]\nDatetime = \"jiff::Timestamp\""),
            "drivetrain.toml:2:1: there is no choice of a type `Datetime`; did you mean `DateTime`?"
        );
        assert_eq!(
            error("[types]\nJson = \"Value\""),
            "drivetrain.toml:2:8: the type for `Json`: `Value` does not say which crate it is of: write for example \
             `crate::Value`"
        );
        assert!(error("types = 1").contains("`types` is a table"));
        assert!(error("schema = 1").contains("write a text in double quotes"));
        assert!(error("providers = \"sqlite\"").contains("is a list"));
    }

    #[test]
    fn a_file_that_is_no_toml_is_not_shown() {
        let text = "[database]\nurl = \"postgres://app:hunter2@host/app";
        let shown = error(text);
        assert!(shown.contains("not valid TOML") && !shown.contains("hunter2"), "{shown}");
    }
}
