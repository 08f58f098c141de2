//! What the tests stand on: the worker as a file, the runtime that runs it, and the database behind it.

mod build;
mod database;
mod worker;

pub(crate) use database::Database;
pub(crate) use worker::Worker;
