//! PostgreSQL.

use drivetrain_schema::Schema;
use drivetrain_schema::model::{Arity, DefaultValue, Enum, IndexAlgorithm, Literal, OperatorClass};

use super::postgres_types::{column_type, element_type, operator_class};
use super::{Dialect, double_quoted, enum_label, hex, order, parenthesised, quoted};
use crate::ddl::{Ddl, Step};
use crate::table::{Column, IndexColumn, Name, Table, TableIndex};
use crate::time;

pub(super) struct Postgres;

impl Dialect for Postgres {
    fn quote(&self, identifier: &str) -> String {
        double_quoted(identifier)
    }

    /// With `standard_conforming_strings`, on by default since 9.1, a backslash in a string is itself.
    fn literal(&self, literal: &Literal, of: Option<&Enum>) -> String {
        match literal {
            Literal::String(text) | Literal::Json(text) => quoted(text),
            Literal::Boolean(value) => value.to_string(),
            Literal::Int(value) => value.to_string(),
            Literal::Float(text) | Literal::Decimal(text) => text.clone(),
            Literal::DateTime(text) => format!("'{} +00:00'", time::utc(text)),
            Literal::Bytes(bytes) => format!("'\\x{}'", hex(bytes)),
            Literal::EnumValue(name) => quoted(enum_label(name, of)),
        }
    }
}

pub(crate) fn create(schema: &Schema, tables: &[Table<'_>]) -> Ddl {
    let mut ddl = Ddl::default();
    if let Some(datasource) = &schema.datasource {
        for name in &datasource.schemas {
            ddl.push(Step::CreateSchema, format!("CREATE SCHEMA IF NOT EXISTS {}", Postgres.quote(name)));
        }
        for extension in &datasource.extensions {
            let mut sql = format!("CREATE EXTENSION IF NOT EXISTS {}", Postgres.quote(&extension.db_name));
            if extension.schema.is_some() || extension.version.is_some() {
                sql.push_str(" WITH");
            }
            if let Some(name) = &extension.schema {
                sql.push_str(&format!(" SCHEMA {}", Postgres.quote(name)));
            }
            if let Some(version) = &extension.version {
                sql.push_str(&format!(" VERSION {}", Postgres.quote(version)));
            }
            ddl.push(Step::CreateExtension, sql);
        }
    }
    for new in &schema.enums {
        let labels: Vec<String> = new.values.iter().map(|value| quoted(&value.db_name)).collect();
        let sql = format!("CREATE TYPE {} AS ENUM ({})", Postgres.name(type_name(new)), labels.join(", "));
        ddl.push(Step::CreateEnum, sql);
    }
    for table in tables {
        ddl.push(Step::CreateTable, create_table(table));
    }
    for table in tables {
        for index in &table.indexes {
            ddl.push(Step::CreateIndex, create_index(table, index));
        }
    }
    for table in tables {
        for key in &table.foreign_keys {
            let constraint = Postgres.foreign_key(key, "");
            ddl.push(
                Step::AddForeignKey,
                format!("ALTER TABLE {} ADD {constraint}", Postgres.name(table.name)),
            );
        }
    }
    ddl
}

/// The name of an enum's type.
pub(super) fn type_name(of: &Enum) -> Name<'_> {
    Name { schema: of.db_schema.as_deref(), name: &of.db_name }
}

fn create_table(table: &Table<'_>) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(column).collect();
    if let Some(key) = &table.primary_key {
        let columns: Vec<String> = key.columns.iter().map(|column| Postgres.quote(column.name)).collect();
        let constraint =
            format!("CONSTRAINT {} PRIMARY KEY ({})", Postgres.quote(&key.name), columns.join(","));
        separate(&mut lines, constraint);
    }
    parenthesised(&format!("CREATE TABLE {}", Postgres.name(table.name)), &lines, "")
}

/// Adds a line after an empty one.
pub(super) fn separate(lines: &mut Vec<String>, line: String) {
    match lines.last_mut() {
        Some(last) => {
            last.push_str(",\n");
            last.push_str("\n    ");
            last.push_str(&line);
        }
        None => lines.push(line),
    }
}

fn column(column: &Column<'_>) -> String {
    let mut sql = format!("{} {}", Postgres.quote(column.name), column_type(column));
    // A list that is null is read as empty, so Prisma leaves it nullable.
    if column.arity == Arity::Required {
        sql.push_str(" NOT NULL");
    }
    if let Some(default) = column.default.and_then(|default| default_clause(column, default)) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    sql
}

fn default_clause(column: &Column<'_>, default: &DefaultValue) -> Option<String> {
    match default {
        DefaultValue::Literal(literal) => Some(Postgres.literal(literal, column.of)),
        DefaultValue::EnumValue(name) => Some(quoted(enum_label(name, column.of))),
        DefaultValue::List(items) => {
            let items: Vec<String> = items.iter().map(|item| Postgres.literal(item, column.of)).collect();
            Some(format!("ARRAY[{}]::{}[]", items.join(", "), element_type(column)))
        }
        DefaultValue::Now => Some("CURRENT_TIMESTAMP".to_owned()),
        DefaultValue::DbGenerated(expression) => expression.clone(),
        // The column's type says it.
        DefaultValue::Autoincrement => None,
        DefaultValue::Uuid(_)
        | DefaultValue::Cuid(_)
        | DefaultValue::Ulid
        | DefaultValue::Nanoid(_)
        | DefaultValue::Sequence
        | DefaultValue::Auto => None,
    }
}

fn create_index(table: &Table<'_>, index: &TableIndex<'_>) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let columns: Vec<String> = index.columns.iter().map(index_column).collect();
    let method = match index.algorithm {
        None | Some(IndexAlgorithm::BTree) => "",
        Some(IndexAlgorithm::Hash) => " USING HASH ",
        Some(IndexAlgorithm::Gist) => " USING GIST ",
        Some(IndexAlgorithm::Gin) => " USING GIN ",
        Some(IndexAlgorithm::SpGist) => " USING SPGIST ",
        Some(IndexAlgorithm::Brin) => " USING BRIN ",
    };
    let filter =
        index.filter.as_ref().map_or_else(String::new, |f| format!(" WHERE ({})", Postgres.filter(f)));
    format!(
        "CREATE {unique}INDEX {} ON {}{method}({}){filter}",
        Postgres.quote(&index.name),
        Postgres.name(table.name),
        columns.join(", ")
    )
}

fn index_column(column: &IndexColumn<'_>) -> String {
    let class = match &column.options.ops {
        None => String::new(),
        Some(OperatorClass::Raw(name)) => format!(" {name}"),
        Some(OperatorClass::Known(name)) => format!(" {}", operator_class(name)),
    };
    format!("{}{class}{}", Postgres.quote(column.name), order(column))
}
