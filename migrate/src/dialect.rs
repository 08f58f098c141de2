//! The words of each database.

pub(crate) mod mysql;
mod mysql_types;
pub(crate) mod postgres;
mod postgres_types;
pub(crate) mod sqlite;

use drivetrain_schema::model::{Enum, Literal, SortOrder};

use crate::table::{Comparison, Filter, ForeignKey, IndexColumn, Name};

/// What the dialects write each in its own way.
trait Dialect {
    fn quote(&self, identifier: &str) -> String;
    fn literal(&self, literal: &Literal, of: Option<&Enum>) -> String;

    fn name(&self, name: Name<'_>) -> String {
        match name.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(name.name)),
            None => self.quote(name.name),
        }
    }

    fn list(&self, names: &[&str], separator: &str) -> String {
        let quoted: Vec<String> = names.iter().map(|name| self.quote(name)).collect();
        quoted.join(separator)
    }

    fn filter(&self, filter: &Filter<'_>) -> String {
        match filter {
            Filter::Raw(text) => (*text).to_owned(),
            Filter::All(all) => {
                let parts: Vec<String> = all.iter().map(|comparison| self.comparison(comparison)).collect();
                parts.join(" AND ")
            }
        }
    }

    fn comparison(&self, comparison: &Comparison<'_>) -> String {
        let column = self.quote(comparison.column);
        match (comparison.value, comparison.negated) {
            (None, false) => format!("{column} IS NULL"),
            (None, true) => format!("{column} IS NOT NULL"),
            (Some(value), false) => format!("{column} = {}", self.literal(value, comparison.of)),
            (Some(value), true) => format!("{column} != {}", self.literal(value, comparison.of)),
        }
    }

    /// `FOREIGN KEY (..) REFERENCES t(..) ON DELETE .. ON UPDATE ..`. `gap` stands between table and columns.
    fn foreign_key(&self, key: &ForeignKey<'_>, gap: &str) -> String {
        format!(
            "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {}{gap}({}) ON DELETE {} ON UPDATE {}",
            self.quote(&key.name),
            self.list(&key.columns, ", "),
            self.name(key.target),
            self.list(&key.references, ", "),
            key.on_delete.sql(),
            key.on_update.sql()
        )
    }
}

/// The order where it was said; ascending is every database's default.
fn order(column: &IndexColumn<'_>) -> &'static str {
    match column.options.sort {
        Some(SortOrder::Desc) => " DESC",
        Some(SortOrder::Asc) => " ASC",
        None => "",
    }
}

/// What the database stores for an enum's value.
fn enum_label<'e>(name: &'e str, of: Option<&'e Enum>) -> &'e str {
    of.and_then(|of| of.value(name)).map_or(name, |value| &value.db_name)
}

/// Between single quotes, those within doubled.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Between double quotes, those within doubled.
fn double_quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let written = write!(text, "{byte:02x}");
        written.expect("writing to a string never fails");
        text
    })
}

/// The text of a statement whose parts stand on lines of their own within parentheses.
fn parenthesised(head: &str, lines: &[String], tail: &str) -> String {
    format!("{head} (\n    {}\n){tail}", lines.join(",\n    "))
}
