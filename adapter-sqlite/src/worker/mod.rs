//! Threads that own connections, the queues before them, and the calls they answer.

pub(crate) mod call;
pub(crate) mod crew;
pub(crate) mod queue;
pub(crate) mod tenant;
pub(crate) mod watch;
