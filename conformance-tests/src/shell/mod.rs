//! The shells around the suite: what needs threads, files and sockets.

mod arguments;
mod chinook;
#[cfg(feature = "command")]
pub mod command;
mod elsewhere;
mod libtest;
mod proxy;
mod session;
mod sliced;
#[cfg(feature = "tls-server")]
mod tls;

pub use libtest::{main, run};
pub use proxy::TokioProxies;
pub use sliced::Sliced;
