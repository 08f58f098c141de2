//! The gauges of a pool.

use std::fmt;

/// How many connections a pool has, by what they are doing, at one moment.
///
/// `size = idle + in_use + connecting + recycling`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Status {
    /// The most there can be.
    pub max_size: usize,
    /// All that there are, those being made included.
    pub size: usize,
    /// Ready to be handed out.
    pub idle: usize,
    /// Handed out, or being checked for someone.
    pub in_use: usize,
    /// Being made.
    pub connecting: usize,
    /// Being tidied up or closed.
    pub recycling: usize,
    /// Acquires that wait.
    pub waiting: usize,
    /// Whether the pool has been closed.
    pub closed: bool,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { max_size, size, idle, in_use, connecting, recycling, waiting, .. } = self;
        write!(
            f,
            "{size} of {max_size} connections: {in_use} in use, {idle} idle, {connecting} connecting, \
             {recycling} recycling; {waiting} waiting"
        )
    }
}
