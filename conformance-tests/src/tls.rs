//! TLS servers of the suite's own: in front of the server under test, with certificates that are wrong in a chosen way.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::async_trait;

use crate::harness::Upstream;

/// Makes TLS servers: handed in by the shell, since they need sockets and files.
#[async_trait]
pub trait TlsServers: fmt::Debug + Send + Sync + 'static {
    /// A server that answers Postgres's request for TLS by itself, shows that certificate, and passes on to `upstream`,
    /// unencrypted, what it decrypts. With `asks_client` it takes only clients who show a certificate of its authority.
    ///
    /// # Errors
    /// Why it cannot be set up.
    async fn open(
        &self,
        upstream: &Upstream,
        certificate: Certificate,
        asks_client: bool,
    ) -> Result<Arc<dyn TlsServer>, String>;
}

/// What a certificate is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Signed by the authority, valid, and made out to the address that the server listens at.
    Right,
    /// The same, but signed by itself.
    SelfSigned,
    /// The same, but made out to another host.
    OtherHost,
    /// The same, but no longer valid.
    Expired,
    /// The same, but not valid yet.
    NotYetValid,
}

/// A TLS server. It ends when it is dropped.
pub trait TlsServer: fmt::Debug + Send + Sync + 'static {
    /// Where it listens: host and port.
    fn address(&self) -> (String, u16);

    /// The PEM file of its authority.
    fn authority(&self) -> String;

    /// The PEM files of a client's certificate that the authority signed, and of its key.
    fn client(&self) -> (String, String);

    /// How many clients have said something after their handshake.
    fn sessions(&self) -> u64;
}
