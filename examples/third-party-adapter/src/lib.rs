//! An adapter as someone outside of the Drivetrain repository would write it.
//!
//! It reaches SQLite databases over HTTP by version 3 of the
//! [Hrana protocol](https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md), which `sqld` and Turso
//! speak. It is small and real: queries, batches (atomic ones too, in one request) and scripts; no interactive
//! transactions, no streams.
//!
//! What to look at, when writing an adapter of your own:
//!
//! - `adapter.rs`: the trait, under the `async_trait` attribute of `drivetrain-adapter-api`. There is no `cfg` in this
//!   crate; it builds for native targets and for `wasm32-unknown-unknown`.
//! - The HTTP transport is handed in: this crate does not know which one it is.
//! - `wire.rs`: the protocol as plain data, apart from transport.
//! - `values.rs`: every value is sent exactly, or refused before anything is sent; `columns.rs`: cells are read as what
//!   their column is declared as.
//! - `errors.rs` and `codes.rs`: what the server says becomes a kind and a retry class; its own words, which may repeat values, are
//!   kept apart.
//! - Only what is declared in the capabilities is there; everything else answers `Unsupported` by itself.
//!
//! ```
//! use std::sync::Arc;
//!
//! use drivetrain_adapter_api::http::SharedHttpTransport;
//! use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _};
//! use drivetrain_adapter_api::{Error, SharedAdapter};
//! use third_party_adapter::{HranaAdapter, HranaConfig};
//!
//! fn adapter(http: SharedHttpTransport, token: &str) -> Result<SharedAdapter, Error> {
//!     let config = HranaConfig::from_url("libsql://db.example.com")?.with_token(token);
//!     Ok(CapabilityCheck.layer(Arc::new(HranaAdapter::new(config, http))))
//! }
//! ```

mod adapter;
mod codes;
mod columns;
mod config;
mod errors;
mod json;
mod sql;
mod values;
mod wire;

pub use adapter::HranaAdapter;
pub use config::HranaConfig;
