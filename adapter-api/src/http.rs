//! The HTTP transport that adapters over HTTP are handed: plain data in, a streamed body out.
//!
//! An adapter keeps its protocol apart from this; `drivetrain-env` implements it with reqwest and with `fetch`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::{BoxStream, Error};

/// Sends one HTTP request and streams its answer.
#[crate::async_trait]
pub trait HttpTransport: fmt::Debug + Send + Sync + 'static {
    /// Sends `request`; resolves when the status line and the headers have arrived.
    ///
    /// - The status is not judged: 4xx and 5xx are answers, not errors.
    /// - Redirects are not followed: the request carries credentials for one origin.
    /// - Dropping the future, or the body, aborts the request.
    /// - An error says in its [retry class](crate::RetryClass) whether the server can have acted: a connection
    ///   that was never made is [`SafeNow`](crate::RetryClass::SafeNow), one that broke after the first byte of the
    ///   request is [`OutcomeUnknown`](crate::RetryClass::OutcomeUnknown).
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error>;
}

/// A shared handle on the HTTP transport.
pub type SharedHttpTransport = Arc<dyn HttpTransport>;

/// The request method. Database endpoints use only these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpMethod {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// One HTTP request. Its `Debug` shows header names, never values, and the length of the body.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: HttpMethod,
    /// The absolute URL, without credentials.
    pub url: String,
    /// Header names and values, as sent. Values may be secrets.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
    /// The limit from sending to the last byte of the body; `None` waits as long as the caller does.
    pub timeout: Option<Duration>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// The answer: status and headers at once, the body as it comes.
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Header names (lower case) and values, in the order received.
    pub headers: Vec<(String, String)>,
    /// The chunks of the body. A body that ends early is an error, never a short body.
    pub body: BoxStream<'static, Result<Bytes, Error>>,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

impl HttpResponse {
    /// The first header of that name (compared without case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Reads the whole body, up to `limit` bytes.
    ///
    /// # Errors
    /// [`ResponseTooLarge`](crate::ErrorKind::ResponseTooLarge) past the limit, whatever `content-length` claims,
    /// and what the transport reports.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, Error> {
        use futures_util::StreamExt as _;
        let mut whole = Vec::new();
        while let Some(chunk) = self.body.next().await {
            let chunk = chunk?;
            if whole.len() + chunk.len() > limit {
                return Err(Error::new(
                    crate::ErrorKind::ResponseTooLarge,
                    format!("the server's answer is larger than the limit of {limit} bytes"),
                ));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }
}
