//! Statements that define a database, in order.

use std::fmt;

/// What a [`DdlStatement`] does. The names are those of the comments in migration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// `CREATE SCHEMA`
    CreateSchema,
    /// `CREATE EXTENSION`
    CreateExtension,
    /// `CREATE TYPE .. AS ENUM`
    CreateEnum,
    /// `CREATE TABLE`
    CreateTable,
    /// `CREATE INDEX`
    CreateIndex,
    /// `ALTER TABLE .. ADD CONSTRAINT .. FOREIGN KEY`
    AddForeignKey,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CreateSchema => "CreateSchema",
            Self::CreateExtension => "CreateExtension",
            Self::CreateEnum => "CreateEnum",
            Self::CreateTable => "CreateTable",
            Self::CreateIndex => "CreateIndex",
            Self::AddForeignKey => "AddForeignKey",
        })
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DdlStatement {
    /// What it does.
    pub comment: Step,
    /// Its text, without a semicolon at the end.
    pub sql: String,
}

/// Statements to be run in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ddl {
    /// The statements.
    pub statements: Vec<DdlStatement>,
}

impl Ddl {
    pub(crate) fn push(&mut self, comment: Step, sql: String) {
        self.statements.push(DdlStatement { comment, sql });
    }

    /// The text of a migration file: each statement under a comment that says what it does, with a
    /// semicolon, an empty line between two.
    pub fn to_script(&self) -> String {
        let parts: Vec<String> = self
            .statements
            .iter()
            .map(|statement| format!("-- {}\n{};\n", statement.comment, statement.sql))
            .collect();
        parts.join("\n")
    }
}
