//! What a pool is told about the connections it holds.

use std::error::Error;
use std::time::Duration;

use drivetrain_adapter_api::async_trait;

/// Makes connections and judges their state.
///
/// Implement it under the attribute [`drivetrain_adapter_api::async_trait`]. The pool never calls it while holding a
/// lock, and may call it from several tasks at once.
#[async_trait]
pub trait Manager: Send + Sync + 'static {
    /// A connection. On `wasm32`, wrap what is not `Send`.
    type Connection: Send + 'static;
    /// Why a connection could not be made, checked or recycled. One failure may be told to everyone who waits.
    type Error: Error + Clone + Send + Sync + 'static;

    /// Makes a connection. Dropping the future MUST abandon the attempt.
    async fn connect(&self) -> Result<Self::Connection, Self::Error>;

    /// What to do with a connection that has been idle for that long, before it is handed out (zero for one just
    /// made or just given back). May be asked again for the same connection. Default: hand it out.
    fn reuse(&self, connection: &mut Self::Connection, idle: Duration) -> Reuse {
        let _ = (connection, idle);
        Reuse::Now
    }

    /// Finds out whether a connection still works, when [`reuse`](Self::reuse) asked for it. If it does not (an
    /// error, or the acquire was dropped meanwhile), the connection is closed and the next one is tried.
    async fn check(&self, connection: &mut Self::Connection) -> Result<(), Self::Error> {
        let _ = connection;
        Ok(())
    }

    /// What state a connection is in that its user is done with. Default: clean.
    fn returned(&self, connection: &mut Self::Connection) -> Returned {
        let _ = connection;
        Returned::Clean
    }

    /// Tidies up a connection, when [`returned`](Self::returned) asked for it. It runs in the background, within
    /// [`Config::recycle_timeout`](crate::Config::recycle_timeout); nobody is given the connection before it is done.
    /// If it fails, the connection is closed.
    async fn recycle(&self, connection: &mut Self::Connection) -> Result<(), Self::Error> {
        let _ = connection;
        Ok(())
    }

    /// Disposes of a connection that leaves the pool. Default: drops it. Must not block.
    fn close(&self, connection: Self::Connection) {
        drop(connection);
    }
}

/// Whether an idle connection can be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// As it is.
    Now,
    /// After [`Manager::check`].
    AfterCheck,
    /// No: close it and take another.
    Never,
}

/// The state of a connection its user is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Ready for the next user.
    Clean,
    /// Ready after [`Manager::recycle`].
    Dirty,
    /// Of no more use: close it.
    Broken,
}
