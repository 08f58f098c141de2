//! One request and its answer.

use bytes::Bytes;
use drivetrain_adapter_api::http::{HttpMethod, HttpRequest, HttpResponse};
use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass};

use super::{HttpSide, Until};
use crate::adapter::NAME;
use crate::waking;
use crate::wire::error::{Answered, Asked, Failure, failure};
use crate::wire::headers::{self, Header};

/// An error says no more than this; what is longer is not read.
const LARGEST_ERROR: usize = 1 << 20;

impl HttpSide {
    /// Posts a body, and gives that of an answer with status 200.
    ///
    /// A database that the endpoint cannot reach yet is asked again, since nothing of the request can have run: as long as
    /// the caller waits, or so many times.
    ///
    /// # Errors
    /// What the endpoint reports, and what the transport meets.
    pub(super) async fn post(
        &self,
        transaction: &[Header],
        body: Bytes,
        asked: Asked,
        until: Until,
    ) -> Result<Bytes> {
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(transaction, body.clone(), asked).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let wait = waking::wait_after(attempt);
            let again = match until.0 {
                Some(end) => self.runtime.monotonic() + wait < end,
                None => attempt < waking::ATTEMPTS,
            };
            if !(failure.waking && again) {
                return Err(failure.error);
            }
            waking::tell(attempt, wait);
            self.runtime.sleep(wait).await;
            attempt += 1;
        }
    }

    /// The same error, with where it was to if nobody was reached there.
    fn with_place(&self, error: Error) -> Error {
        if !matches!(error.kind(), ErrorKind::Connect | ErrorKind::Tls) {
            return error;
        }
        // Of the endpoint only what leads there: a path may be anything.
        let (scheme, rest) = self.endpoint.split_once("://").unwrap_or_default();
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let message = format!("{} (connecting to {scheme}://{authority})", error.message());
        let hint = "is the endpoint right, and does the server run? `endpoint` sets another one";
        match error.hint() {
            Some(_) => error.with_message(message),
            None => error.with_message(message).with_hint(hint),
        }
    }

    async fn attempt(&self, transaction: &[Header], body: Bytes, asked: Asked) -> Result<Bytes, Failure> {
        let plain = |error| Failure { error, waking: false };
        let mut headers = headers::base(self.config.connection_string().await.map_err(plain)?);
        if let Some(token) = self.config.token.get().await.map_err(plain)? {
            headers.push(headers::authorization(&token));
        }
        headers.extend_from_slice(transaction);
        let url = self.endpoint.clone();
        let request = HttpRequest { method: HttpMethod::Post, url, headers, body, timeout: None };
        let sent = self.transport.send(request).await;
        let response = sent.map_err(|error| plain(self.with_place(after_sending(error, asked))))?;
        let status = response.status;
        if status == 200 {
            let read = response.bytes(self.config.max_response_bytes).await;
            return read.map_err(|error| plain(while_reading(error, asked)));
        }
        tracing::debug!(
            target: "drivetrain",
            adapter = NAME,
            http.status = status,
            db.request_id = response.header("neon-request-id"),
            "the endpoint reported an error"
        );
        let retry_after = response.header("retry-after").map(str::to_owned);
        let body = error_body(response).await.map_err(|error| plain(after_sending(error, asked)))?;
        let answer = Answered { status, retry_after: retry_after.as_deref(), body: &body };
        Err(failure(&answer, asked, self.runtime.unix_time()))
    }
}

/// The body of an error; nothing of one that is too large to be an error.
async fn error_body(response: HttpResponse) -> Result<Bytes> {
    match response.bytes(LARGEST_ERROR).await {
        Err(error) if error.kind() == ErrorKind::ResponseTooLarge => Ok(Bytes::new()),
        body => body,
    }
}

/// The transport knows whether a byte was sent; here it is known whether that does harm.
fn after_sending(error: Error, asked: Asked) -> Error {
    if error.retry() == RetryClass::OutcomeUnknown { error.with_retry(asked.fate_unknown()) } else { error }
}

fn while_reading(error: Error, asked: Asked) -> Error {
    if error.kind() == ErrorKind::ResponseTooLarge {
        return error
            .with_hint("ask for fewer rows, stream them over a WebSocket, or raise max_response_bytes")
            .with_retry(asked.would_come_again());
    }
    error.with_retry(asked.fate_unknown())
}
