//! Oracles and namespaces for harnesses, by drivers that share nothing with the adapters.

#[cfg(feature = "oracle-postgres")]
pub mod postgres;
#[cfg(feature = "oracle-sqlite")]
pub mod sqlite;
