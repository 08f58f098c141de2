//! What the server says of the session itself.

use drivetrain_adapter_api::Result;

use super::message;

/// Whether the session is in a transaction: the status byte of ReadyForQuery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// In none.
    Idle,
    /// In one that takes statements.
    Open,
    /// In one that has failed and takes nothing but its end.
    Failed,
}

impl TransactionStatus {
    pub(crate) fn from_byte(byte: u8) -> Result<Self> {
        match byte {
            b'I' => Ok(Self::Idle),
            b'T' => Ok(Self::Open),
            b'E' => Ok(Self::Failed),
            other => Err(message::violation(format!("the transaction status 0x{other:02x}"))),
        }
    }
}

/// How statements are prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatementMode {
    /// Under a name, kept on the connection: parsed and planned once.
    #[default]
    Named,
    /// Without a name, each time anew: for poolers that hand the server's connection to others in between.
    Unnamed,
}

/// A notice or warning of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// `WARNING`, `NOTICE`, `INFO`, ...
    pub severity: String,
    /// The SQLSTATE.
    pub code: String,
    /// The text. It may repeat values of rows.
    pub message: String,
}

/// A message of `NOTIFY`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The process that sent it.
    pub process_id: i32,
    /// The channel.
    pub channel: String,
    /// What it says.
    pub payload: String,
}

/// What identifies a session to the server when one of its statements is to be cancelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CancelKey {
    /// The process that serves the session.
    pub process_id: i32,
    pub(crate) secret: i32,
}

impl CancelKey {
    /// The CancelRequest message, to be sent on a connection of its own. The server answers by closing it.
    pub fn request(&self) -> bytes::Bytes {
        let mut message = bytes::BytesMut::new();
        postgres_protocol::message::frontend::cancel_request(self.process_id, self.secret, &mut message);
        message.freeze()
    }
}

impl std::fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelKey").field("process_id", &self.process_id).finish_non_exhaustive()
    }
}
