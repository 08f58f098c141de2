//! The shells around the suite: what needs threads, files and sockets.

mod arguments;
mod chinook;
mod libtest;

pub use libtest::{main, run};
