//! MySQL and MariaDB.

use drivetrain_schema::model::{Arity, DefaultValue, Enum, IndexKind, Literal, ScalarType};

use super::mysql_types::{column_type, fraction_digits};
use super::postgres::separate;
use super::{Dialect, enum_label, hex, order, parenthesised};
use crate::ddl::{Ddl, Step};
use crate::table::{Column, IndexColumn, Table, TableIndex};
use crate::time;

pub(super) struct Mysql;

impl Mysql {
    /// Unless `NO_BACKSLASH_ESCAPES` is set, which it is not by default, a backslash begins an escape.
    pub(super) fn text(text: &str) -> String {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
    }
}

impl Dialect for Mysql {
    fn quote(&self, identifier: &str) -> String {
        format!("`{}`", identifier.replace('`', "``"))
    }

    fn literal(&self, literal: &Literal, of: Option<&Enum>) -> String {
        match literal {
            Literal::String(text) | Literal::Json(text) => Self::text(text),
            Literal::Boolean(value) => value.to_string(),
            Literal::Int(value) => value.to_string(),
            Literal::Float(text) | Literal::Decimal(text) => text.clone(),
            Literal::DateTime(text) => format!("'{}'", time::utc(text)),
            Literal::Bytes(bytes) => format!("X'{}'", hex(bytes)),
            Literal::EnumValue(name) => Self::text(enum_label(name, of)),
        }
    }
}

pub(crate) fn create(tables: &[Table<'_>]) -> Ddl {
    let mut ddl = Ddl::default();
    for table in tables {
        ddl.push(Step::CreateTable, create_table(table));
    }
    for table in tables {
        for key in &table.foreign_keys {
            let constraint = Mysql.foreign_key(key, "");
            ddl.push(Step::AddForeignKey, format!("ALTER TABLE {} ADD {constraint}", Mysql.name(table.name)));
        }
    }
    ddl
}

/// Indexes stand in their table.
fn create_table(table: &Table<'_>) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(column).collect();
    let indexes = table.indexes.iter().map(table_index);
    let key = table.primary_key.as_ref().map(|key| format!("PRIMARY KEY ({})", index_columns(&key.columns)));
    for (position, line) in indexes.chain(key).enumerate() {
        if position == 0 {
            separate(&mut lines, line);
        } else {
            lines.push(line);
        }
    }
    parenthesised(
        &format!("CREATE TABLE {}", Mysql.name(table.name)),
        &lines,
        " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    )
}

fn table_index(index: &TableIndex<'_>) -> String {
    let kind = match index.kind {
        IndexKind::Fulltext => "FULLTEXT ",
        IndexKind::Normal | IndexKind::PartialUnique if index.unique => "UNIQUE ",
        IndexKind::Normal | IndexKind::PartialUnique => "",
    };
    format!("{kind}INDEX {}({})", Mysql.quote(&index.name), index_columns(&index.columns))
}

fn index_columns(columns: &[IndexColumn<'_>]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| {
            let length = column.options.length.map_or_else(String::new, |length| format!("({length})"));
            format!("{}{length}{}", Mysql.quote(column.name), order(column))
        })
        .collect();
    columns.join(", ")
}

fn column(column: &Column<'_>) -> String {
    let null = if column.arity == Arity::Required { "NOT NULL" } else { "NULL" };
    let mut sql = format!("{} {} {null}", Mysql.quote(column.name), column_type(column));
    if column.is_autoincrement() {
        sql.push_str(" AUTO_INCREMENT");
    }
    if let Some(default) = column.default.and_then(|default| default_clause(column, default)) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    sql
}

/// Columns that can have no constant as default.
fn takes_no_default(column: &Column<'_>) -> bool {
    match column.native_name() {
        Some(name) => name.ends_with("Text") || name.ends_with("Blob") || name == "Json",
        None => matches!(column.ty, ScalarType::Json | ScalarType::Bytes),
    }
}

fn default_clause(column: &Column<'_>, default: &DefaultValue) -> Option<String> {
    match default {
        DefaultValue::Literal(_) if takes_no_default(column) => None,
        DefaultValue::Literal(Literal::DateTime(text)) => Some(format!("'{}'", point_in_time(column, text))),
        DefaultValue::Literal(literal) => Some(Mysql.literal(literal, column.of)),
        DefaultValue::EnumValue(name) => Some(Mysql::text(enum_label(name, column.of))),
        DefaultValue::Now => Some(now(column)),
        DefaultValue::DbGenerated(expression) => expression.clone(),
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

/// As much of a point in time as the column keeps: more is an error in strict mode.
fn point_in_time(column: &Column<'_>, rfc3339: &str) -> String {
    let text = time::utc(rfc3339);
    match (column.native_name(), text.split_once(' ')) {
        (Some("Date"), Some((date, _))) => date.to_owned(),
        (Some("Time"), Some((_, time))) => time.to_owned(),
        _ => text,
    }
}

/// The current time with as many digits as the column keeps, as MySQL asks for.
fn now(column: &Column<'_>) -> String {
    match column.native_name() {
        Some("Date") => "(CURRENT_DATE)".to_owned(),
        Some("Time") => format!("(CURRENT_TIME({}))", fraction_digits(column)),
        _ => match fraction_digits(column) {
            0 => "CURRENT_TIMESTAMP".to_owned(),
            digits => format!("CURRENT_TIMESTAMP({digits})"),
        },
    }
}
