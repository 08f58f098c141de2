//! The adapter by itself: tables, transactions, batches, streams, and what it refuses.

mod batches;
mod streams;
mod support;
mod tables;
mod transactions;
