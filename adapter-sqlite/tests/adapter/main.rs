//! The adapter on real SQLite; what it did is read on a second path, a plain connection of the SQLite library.

mod basics;
mod batches;
mod cancellation;
mod concurrency;
mod errors;
mod memory;
mod opening;
mod sessions;
mod streams;
mod support;
mod transactions;
mod values;
