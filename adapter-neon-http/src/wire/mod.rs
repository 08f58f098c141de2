//! Neon's SQL-over-HTTP protocol as bytes: requests, responses and errors, without I/O.
//!
//! The protocol is what Neon's proxy speaks (`proxy/src/serverless/sql_over_http.rs` in `neondatabase/neon`), and what
//! PlanetScale speaks for Postgres. A request is a POST of JSON. Parameters are the text form of a value, or null; the
//! response gives cells the same way, since every request asks for it ([`headers::base`]). So no value passes through a
//! JSON number.
//!
//! Everything here is strict about what it takes for an answer: a key that is missing or stands there twice, a row of
//! another length, something behind the end are errors of the kind [`Protocol`](drivetrain_adapter_api::ErrorKind).
//! Unknown keys are passed over. No error repeats what stands in an answer, which may be the values of rows.

mod body;
pub mod error;
pub mod headers;
pub mod request;
pub mod response;
mod rows;

pub use error::{Answered, Failure};
pub use request::Statement;
pub use response::{Field, Response};
pub use rows::RowData;
