//! SQLite.

use drivetrain_schema::model::{Arity, DefaultValue, Enum, Literal, ScalarType};

use super::postgres::separate;
use super::{Dialect, double_quoted, enum_label, hex, order, parenthesised, quoted};
use crate::ddl::{Ddl, Step};
use crate::table::{Column, Table, TableIndex};
use crate::time;

struct Sqlite;

impl Dialect for Sqlite {
    fn quote(&self, identifier: &str) -> String {
        double_quoted(identifier)
    }

    fn literal(&self, literal: &Literal, of: Option<&Enum>) -> String {
        match literal {
            Literal::String(text) | Literal::Json(text) => quoted(text),
            Literal::Boolean(value) => value.to_string(),
            Literal::Int(value) => value.to_string(),
            Literal::Float(text) | Literal::Decimal(text) => text.clone(),
            Literal::DateTime(text) => format!("'{} +00:00'", time::utc(text)),
            Literal::Bytes(bytes) => format!("X'{}'", hex(bytes)),
            Literal::EnumValue(name) => quoted(enum_label(name, of)),
        }
    }
}

/// Foreign keys stand in their tables: SQLite cannot add one later, and lets a table refer to one that
/// comes after it.
pub(crate) fn create(tables: &[Table<'_>]) -> Ddl {
    let mut ddl = Ddl::default();
    for table in tables {
        ddl.push(Step::CreateTable, create_table(table));
    }
    for table in tables {
        for index in &table.indexes {
            ddl.push(Step::CreateIndex, create_index(table, index));
        }
    }
    ddl
}

fn create_table(table: &Table<'_>) -> String {
    let key = table.primary_key.as_ref().map_or(&[][..], |key| &key.columns);
    let alone = match key {
        [column] => Some(column.name),
        _ => None,
    };
    let mut lines: Vec<String> =
        table.columns.iter().map(|new| column(new, alone == Some(new.name))).collect();
    if key.len() > 1 {
        let names: Vec<&str> = key.iter().map(|column| column.name).collect();
        separate(&mut lines, format!("PRIMARY KEY ({})", Sqlite.list(&names, ", ")));
    }
    lines.extend(table.foreign_keys.iter().map(|key| Sqlite.foreign_key(key, " ")));
    parenthesised(&format!("CREATE TABLE {}", Sqlite.quote(table.name.name)), &lines, "")
}

fn column(column: &Column<'_>, is_key: bool) -> String {
    let name = Sqlite.quote(column.name);
    // Only a column declared INTEGER is the row's number.
    let numbered = is_key && (*column.ty == ScalarType::Int || column.is_autoincrement());
    let ty = if numbered { "INTEGER" } else { column_type(column.ty) };
    let mut sql = format!("{name} {ty}");
    if column.arity == Arity::Required {
        sql.push_str(" NOT NULL");
    }
    if let Some(default) = column.default.and_then(|default| default_clause(column, default)) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if is_key {
        sql.push_str(" PRIMARY KEY");
    }
    if numbered {
        sql.push_str(" AUTOINCREMENT");
    }
    if let Some(of) = column.of {
        let labels: Vec<String> = of.values.iter().map(|value| quoted(&value.db_name)).collect();
        sql.push_str(&format!(" CHECK ({name} IN ({}))", labels.join(", ")));
    }
    sql
}

fn column_type(ty: &ScalarType) -> &str {
    match ty {
        ScalarType::String | ScalarType::Enum(_) => "TEXT",
        ScalarType::Boolean => "BOOLEAN",
        ScalarType::Int => "INTEGER",
        ScalarType::BigInt => "BIGINT",
        ScalarType::Float => "REAL",
        ScalarType::Decimal => "DECIMAL",
        ScalarType::DateTime => "DATETIME",
        ScalarType::Json => "JSONB",
        ScalarType::Bytes => "BLOB",
        ScalarType::Unsupported(text) => text,
    }
}

fn default_clause(column: &Column<'_>, default: &DefaultValue) -> Option<String> {
    match default {
        DefaultValue::Literal(literal) => Some(Sqlite.literal(literal, column.of)),
        DefaultValue::EnumValue(name) => Some(quoted(enum_label(name, column.of))),
        DefaultValue::Now => Some("CURRENT_TIMESTAMP".to_owned()),
        DefaultValue::DbGenerated(expression) => expression.as_deref().map(in_parentheses),
        DefaultValue::Autoincrement
        | DefaultValue::List(_)
        | DefaultValue::Uuid(_)
        | DefaultValue::Cuid(_)
        | DefaultValue::Ulid
        | DefaultValue::Nanoid(_)
        | DefaultValue::Sequence
        | DefaultValue::Auto => None,
    }
}

/// SQLite asks for parentheses around all but constants.
fn in_parentheses(expression: &str) -> String {
    let expression = expression.trim();
    let whole = expression.starts_with('(') && closes_at_end(expression);
    if whole { expression.to_owned() } else { format!("({expression})") }
}

/// Whether the first parenthesis is closed by the last character. Quotes are passed over.
fn closes_at_end(expression: &str) -> bool {
    let (mut depth, mut quote) = (0_usize, None);
    for (index, character) in expression.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1 == expression.len();
                }
            }
            (None, _) => {}
        }
    }
    false
}

fn create_index(table: &Table<'_>, index: &TableIndex<'_>) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|column| format!("{}{}", Sqlite.quote(column.name), order(column)))
        .collect();
    let filter = index.filter.as_ref().map_or_else(String::new, |f| format!(" WHERE {}", Sqlite.filter(f)));
    format!(
        "CREATE {unique}INDEX {} ON {}({}){filter}",
        Sqlite.quote(&index.name),
        Sqlite.quote(table.name.name),
        columns.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::in_parentheses;

    #[test]
    fn expressions_get_parentheses_once() {
        assert_eq!(in_parentheses("(a + b)"), "(a + b)");
        assert_eq!(in_parentheses("(a) + (b)"), "((a) + (b))");
        assert_eq!(in_parentheses("lower(')')"), "(lower(')'))");
        assert_eq!(in_parentheses("(lower(')'))"), "(lower(')'))");
        assert_eq!(in_parentheses("'('"), "('(')");
    }
}
