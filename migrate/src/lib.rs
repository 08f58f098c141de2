//! Turns a checked schema into the tables of a database.
//!
//! [`create_ddl`] gives the statements that make an empty database hold what a schema describes. Names of
//! tables, constraints and indexes, column types, defaults and foreign key actions are those of Prisma's
//! migrations, so that both can work on one database.
//!
//! ```
//! use drivetrain_schema::{Provider, Schema};
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
//! let ddl = drivetrain_migrate::create_ddl(&schema, Provider::Sqlite)?;
//! assert_eq!(
//!     ddl.to_script(),
//!     r#"-- CreateTable
//! CREATE TABLE "User" (
//!     "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
//!     "email" TEXT NOT NULL
//! );
//!
//! -- CreateIndex
//! CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
//! "#
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ddl;
mod dialect;
mod error;
mod table;
mod tables;
mod time;

pub use ddl::{Ddl, DdlStatement, Step};
pub use error::Error;

use drivetrain_schema::{Provider, Schema};

/// The statements that create everything `schema` describes in an empty database of kind `provider`.
///
/// Ignored models and fields are created too; views are not, for what they show is known to the database
/// alone. Native types (`@db.X`) apply only where `provider` is that of the schema's `datasource`;
/// elsewhere a column has the type its scalar has by default. A value only the client makes (`uuid()`,
/// `cuid()`, ..) is no default of the column.
///
/// Differences from what Prisma writes, each where that fails or stores something else: defaults of
/// `DateTime` are written in UTC; on SQLite, bytes and JSON are written as such, expressions of
/// `dbgenerated` stand in parentheses, an enum's column has a `CHECK`, and a `BigInt` that numbers itself
/// is declared `INTEGER`, the only type SQLite numbers. `CREATE SCHEMA` is written only for the schemas a
/// `datasource` lists.
///
/// # Errors
/// [`Error::UncheckedProvider`] if the schema was not checked for `provider`.
pub fn create_ddl(schema: &Schema, provider: Provider) -> Result<Ddl, Error> {
    if !schema.providers.contains(&provider) {
        return Err(Error::UncheckedProvider { provider, checked: schema.providers.clone() });
    }
    let tables = tables::tables(schema, provider);
    Ok(match provider {
        Provider::Postgresql => dialect::postgres::create(schema, &tables),
        Provider::Mysql => dialect::mysql::create(&tables),
        Provider::Sqlite => dialect::sqlite::create(&tables),
    })
}
