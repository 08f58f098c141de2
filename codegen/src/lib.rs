//! Generates the typed Drivetrain client from a checked schema.
//!
//! A build script calls [`build::Builder`]; whoever has a schema already calls [`generate`]:
//!
//! ```
//! use drivetrain_codegen::{Options, TypeKey, generate};
//! use drivetrain_schema::Schema;
//!
//! let schema = Schema::parse(
//!     "schema.prisma",
//!     r#"
//!     datasource db {
//!       provider = "sqlite"
//!     }
//!
//!     /// Somebody who writes.
//!     model Author {
//!       id    Int      @id @default(autoincrement())
//!       name  String   @unique
//!       born  DateTime
//!     }
//!     "#,
//! )?;
//! let options = Options::new().with_type(TypeKey::DateTime, "jiff::Timestamp")?;
//! let source = generate(&schema, &options)?;
//! assert!(source.contains("/// Somebody who writes.\n"));
//! assert!(source.contains("pub struct Author {"));
//! assert!(source.contains("pub born: ::jiff::Timestamp,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is generated
//!
//! The contents of a module, here called `db`, to be used with `use db::*`:
//!
//! - `Client` and `Tx`: the client and its transactions, typed by the schema; `Models`: a method of both for each model.
//! - For each enum of the schema an enum.
//! - For each model a struct, `User`, whose type parameters say which relations are loaded; a macro of the same name that names the
//!   struct with relations loaded, `User![todos[owner]]`; and a module, `user`, with its fields as constants, its relations
//!   as types, `new()` to begin a new record, and a function for each key of several fields.
//!
//! Views have no `new()`. Neither have models with a required field that the client does not have: fields with `@ignore` and of
//! `Unsupported` types are left out, as are models with `@@ignore`, and keys over such fields.
//!
//! # Names
//!
//! Types are `UpperCamelCase` and everything else is `snake_case`, whatever the schema has. Keywords are raw identifiers. Where two
//! names would become one, or hide a name that Rust or the generated code needs (a model `Option` or `Client`, a field
//! `new`), the later one gets an underscore at its end: `userId` and `user_id` become `user_id` and `user_id_`.
//!
//! # Types
//!
//! | in the schema | in Rust |
//! |---|---|
//! | `String`, `Boolean`, `Int`, `BigInt`, `Float` | `String`, `bool`, `i32`, `i64`, `f64` |
//! | `Bytes` | `Vec<u8>` |
//! | `Decimal`, `DateTime`, `Json` | `drivetrain::Decimal`, `drivetrain::DateTime`, `drivetrain::Json`, or as [chosen](TypeKey) |
//! | `@db.Date`, `@db.Time`, `@db.Timetz`, `@db.Uuid` | `drivetrain::Date`, `Time`, `TimeTz`, `Uuid`, or as [chosen](TypeKey) |
//! | `@db.Real`, `@db.Oid` | `f32`, `u32` |
//! | an enum | the generated enum |
//! | `T?`, `T[]` | `Option<T>`, `Vec<T>` |
//!
//! A field can have a type of its own: a line `/// @rust(crate::Money)` above it gives the type of its values, without `Option` or
//! `Vec`. [`Options::with_type`] says what such a type must implement.

pub mod build;
mod config;
mod emit;
mod error;
mod names;
mod options;
mod resolve;
mod rust_type;
mod suggest;

pub use config::Config;
pub use error::Error;
pub use options::{Options, TypeKey};

use drivetrain_schema::Schema;

/// The Rust source of the typed client for a schema: the contents of a module, formatted, without warnings of rustc and clippy.
///
/// It is for the kinds of database that the schema was [checked for](Schema::providers). The same schema and options give
/// the same text, in which no path of this machine stands.
///
/// # Errors
/// If a type chosen in the schema is not the full path of a type, or a relation needs a column that the client does not have.
pub fn generate(schema: &Schema, options: &Options) -> Result<String, Error> {
    emit::file(&resolve::resolve(schema, options)?, options)
}
