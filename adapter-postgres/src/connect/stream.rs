//! The byte streams that sessions run over.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use drivetrain_postgres_core::session::ChannelBinding;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_rustls::client::TlsStream;

use super::digest;
use crate::config::BindingMode;

/// A byte stream to a server.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self::Tls(Box::new(stream))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Whether nobody else can read it.
    pub(super) fn is_confidential(&self) -> bool {
        !matches!(self, Self::Tcp(_))
    }

    /// What the authentication can be bound to.
    pub(super) fn channel_binding(&self, mode: BindingMode) -> ChannelBinding {
        let digest = || match self {
            Self::Tls(stream) => {
                let certificates = stream.get_ref().1.peer_certificates()?;
                digest::of_certificate(certificates.first()?)
            }
            _ => None,
        };
        match mode {
            BindingMode::Disable => ChannelBinding::Disabled,
            BindingMode::Prefer => digest().map_or(ChannelBinding::Unavailable, ChannelBinding::Preferred),
            BindingMode::Require => digest().map_or(ChannelBinding::Unavailable, ChannelBinding::Required),
        }
    }
}

macro_rules! each {
    ($self:expr, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Self::Tcp($stream) => $call,
            #[cfg(unix)]
            Self::Unix($stream) => $call,
            Self::Tls($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_read(context, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, stream => Pin::new(stream).poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_shutdown(context))
    }
}
