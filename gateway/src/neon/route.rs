//! Which request is for what.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::oneshot;

use super::failure::Failure;
use super::log::Line;
use super::state::State;
use super::{respond, sql};
use crate::websocket;

/// The headers that scripts of other pages may send; `Neon-Batch-Deferrable` is missing on Neon too.
const ALLOWED_HEADERS: &str = "Authorization, Neon-Connection-String, Neon-Raw-Text-Output, Neon-Array-Mode, \
                               Neon-Pool-Opt-In, Neon-Batch-Read-Only, Neon-Batch-Isolation-Level";

/// Answers one request.
pub(crate) async fn handle(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut line = Line::new(state.log, request.method(), request.uri().path());
    // Whatever the path: clients have used several.
    let mut response = if websocket::is_upgrade(&request) {
        state.counters.websockets.increment();
        let response = websocket::upgrade(request, &state.websockets);
        line.finish(response.status());
        response
    } else {
        state.counters.requests.increment();
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/sql") => sql_in_a_task(&state, request, line).await,
            (&Method::OPTIONS, "/sql") => answered(options(), &mut line),
            _ => answered(respond::json(StatusCode::BAD_REQUEST, "\"query is not supported\""), &mut line),
        }
    };
    respond::identify(&mut response);
    Ok(response)
}

fn answered(response: Response<Full<Bytes>>, line: &mut Line) -> Response<Full<Bytes>> {
    line.finish(response.status());
    response
}

/// In a task of its own: hyper drops this future when the client goes away, and the statement is to be cancelled then.
async fn sql_in_a_task(
    state: &Arc<State>,
    request: Request<Incoming>,
    mut line: Line,
) -> Response<Full<Bytes>> {
    let (waiting, client) = oneshot::channel();
    let task = {
        let state = state.clone();
        state.tasks.clone().spawn(async move {
            let response = sql::answer(&state, request, client, &mut line).await;
            line.finish(response.status());
            response
        })
    };
    let response = task.await;
    drop::<oneshot::Sender<()>>(waiting);
    response.unwrap_or_else(|_| {
        let failure = Failure::internal();
        let mut response = respond::json(failure.status(), failure.json());
        respond::allow_any_origin(&mut response);
        response
    })
}

fn options() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static("OPTIONS, POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    respond::allow_any_origin(&mut response);
    response
}
