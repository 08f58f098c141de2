//! Transactions: the handle that is given out, and what the connection's thread knows of it.

mod handle;
mod open;

pub(crate) use handle::SqliteTransaction;
pub(crate) use open::{Open, atomic_of, begin_of};
