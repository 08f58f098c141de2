//! What a pool of sessions is told about the way to the server.

use std::fmt::Debug;
use std::time::Duration;

use drivetrain_adapter_api::{Error, Result, async_trait};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::session::{CancelKey, Session, StatementMode};

/// Makes sessions, and cancels what they do: all that an adapter adds to [`SessionPool`](super::SessionPool).
///
/// Implement it under the attribute [`drivetrain_adapter_api::async_trait`].
#[async_trait]
pub trait Connector: Debug + Send + Sync + 'static {
    /// What sessions run over. It is `Send` on every target, so that a pool can keep it.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + Debug + 'static;
    /// Where a session is: to reach the same server again.
    type Origin: Send + Sync + Debug + 'static;

    /// The adapter's name, for errors and spans.
    fn name(&self) -> &'static str;

    /// How statements are prepared. Where it is [`Unnamed`](StatementMode::Unnamed) a pooler is taken to stand
    /// between: there are no sessions of the user's own, and nothing that a session leaves behind is undone.
    fn mode(&self) -> StatementMode;

    /// Makes a session. Dropping the future MUST abandon the attempt.
    ///
    /// It may be one whose start is [pipelined](Session::start_pipelined). Where the server refuses that,
    /// [`forgo_pipelining`](Self::forgo_pipelining) is called, and the session is made once more.
    ///
    /// # Errors
    /// Why there is none, with the retry class of a call that has not been sent.
    async fn connect(&self) -> Result<(Session<Self::Stream>, Self::Origin)>;

    /// Asks the server to cancel what a session is doing, and waits until it has been told.
    ///
    /// # Errors
    /// Why it cannot be told.
    async fn cancel(&self, origin: &Self::Origin, key: CancelKey) -> Result<()>;

    /// The server does not take a pipelined start: sessions from now on MUST be [started](Session::start) without.
    fn forgo_pipelining(&self) {}

    /// How long to wait before a call is made again whose session the server refused to start with that error, for the
    /// `attempt`th time beginning at 1: nothing of the call has been run. `None`, the default, if it is not made again.
    fn retry_start(&self, error: &Error, attempt: u32) -> Option<Duration> {
        let _ = (error, attempt);
        None
    }

    /// The error for a [`connect`](Self::connect) that took longer than `limit`.
    fn timed_out(&self, limit: Duration) -> Error;
}
