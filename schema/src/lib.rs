//! The data model language of `schema.prisma`: parser, checked model and diagnostics.
//!
//! ```
//! use drivetrain_schema::Schema;
//!
//! let schema = Schema::parse(
//!     "schema.prisma",
//!     r#"
//!     datasource db {
//!       provider = "sqlite"
//!     }
//!
//!     model User {
//!       id    Int    @id @default(autoincrement())
//!       email String @unique
//!     }
//!     "#,
//! )?;
//! let user = schema.model("User").ok_or("no model")?;
//! assert_eq!(user.keys().count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The way from text to model has two steps that can be taken apart: [`parse()`] makes a syntax tree and
//! keeps what was written, comments included; [`check()`] resolves names and holds the rules. Both report
//! all they find. Nothing here does any I/O or panics on any input.

pub mod ast;
mod check;
mod diagnostic;
mod lexer;
pub mod model;
mod names;
mod parser;
mod source;
mod suggest;

pub use check::check;
pub use diagnostic::{Diagnostic, Diagnostics, Label, RenderOptions, Rule, Severity};
pub use model::{Provider, Schema};
pub use parser::parse;
pub use source::{SourceFile, SourceId, Span};

impl Schema {
    /// Reads a schema of one file. `source_name` is what diagnostics call it.
    ///
    /// # Errors
    /// All mistakes, warnings among them. Where there are only warnings, use [`parse_with_warnings`](Self::parse_with_warnings) to see them.
    pub fn parse(source_name: impl Into<String>, text: impl Into<String>) -> Result<Self, Diagnostics> {
        Self::parse_for(&[SourceFile::new(source_name, text)], &[])
    }

    /// Reads a schema of any number of files and holds it against each of `providers` besides that of its
    /// `datasource`.
    ///
    /// # Errors
    /// All mistakes, warnings among them.
    pub fn parse_for(sources: &[SourceFile], providers: &[Provider]) -> Result<Self, Diagnostics> {
        Self::parse_with_warnings(sources, providers).map(|(schema, _)| schema)
    }

    /// As [`parse_for`](Self::parse_for), and hands over the warnings of a schema without errors.
    ///
    /// # Errors
    /// All mistakes, warnings among them.
    pub fn parse_with_warnings(
        sources: &[SourceFile],
        providers: &[Provider],
    ) -> Result<(Self, Diagnostics), Diagnostics> {
        let (ast, mut findings) = parse(sources);
        let (schema, more) = check(&ast, providers);
        findings.extend(more);
        let diagnostics = Diagnostics::new(sources.to_vec(), findings);
        match schema {
            Some(schema) if !diagnostics.has_errors() => Ok((schema, diagnostics)),
            _ => Err(diagnostics),
        }
    }
}
