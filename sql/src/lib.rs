//! Lowers Drivetrain's abstract statements to SQL text for Postgres, MySQL and SQLite, and splits scripts into
//! statements.
//!
//! An adapter keeps one [`Lowerer`], made of its [`Capabilities`](drivetrain_adapter_api::Capabilities), and asks it
//! for the [`Lowering`] of each [`Query`](drivetrain_adapter_api::Query): the text, and the list of the parameters
//! in the order in which they are sent. Texts are kept, so that a statement is written once.
//!
//! ```
//! use drivetrain_adapter_api::statement::{Expr, Projection, Select, Source, Statement};
//! use drivetrain_adapter_api::{Capabilities, DbType, Dialect, Query, Value};
//! use drivetrain_sql::Lowerer;
//!
//! let statement = Statement::new(Select {
//!     projections: vec![Projection::new(Expr::column("name"))],
//!     from: Some(Source::table("User")),
//!     filter: Some(Expr::column("id").equal(Expr::slot(0, DbType::Int32))),
//!     ..Select::default()
//! });
//! let query = Query::new(statement, vec![Value::Int32(7)]);
//! let lowerer = Lowerer::new(&Capabilities::none(Dialect::Postgres));
//! let lowering = lowerer.lower(&query)?;
//! assert_eq!(&*lowering.text, r#"SELECT "name" FROM "User" WHERE "id" = $1::int4"#);
//! assert_eq!(lowering.params[0].value, Value::Int32(7));
//! # Ok::<(), drivetrain_adapter_api::Error>(())
//! ```
//!
//! Nothing here does I/O, reads a clock or starts a thread.

mod bind;
mod cache;
mod form;
mod ident;
mod json_list;
mod lowerer;
pub mod script;
mod template;
mod types;
mod writer;

pub use ident::quote_ident;
pub use lowerer::{Bound, Lowerer, Lowering};
