//! `POST /sql`: from the request to its answer.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Request, Response, StatusCode};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::connection_string;
use super::failure::Failure;
use super::log::Line;
use super::modes::Modes;
use super::payload::{self, Payload, Query};
use super::pool::{self, Key};
use super::query::{self, Output};
use super::respond;
use super::session::Session;
use super::state::State;
use crate::backend::{self, Login};

/// How long a statement has to end once it was cancelled; then its connection is dropped.
const CANCEL_TIME: Duration = Duration::from_millis(100);

/// Answers a request. `client` resolves when nobody waits for the answer any more: the statement is cancelled then.
pub(crate) async fn answer(
    state: &Arc<State>,
    request: Request<Incoming>,
    mut client: oneshot::Receiver<()>,
    line: &mut Line,
) -> Response<Full<Bytes>> {
    let mut headers = HeaderMap::new();
    let mut response = match respond_to(state, request, &mut client, line, &mut headers).await {
        Ok(body) => respond::json(StatusCode::OK, body),
        Err(failure) => {
            headers.clear();
            respond::json(failure.status(), failure.json())
        }
    };
    response.headers_mut().extend(headers);
    respond::allow_any_origin(&mut response);
    response
}

async fn respond_to(
    state: &Arc<State>,
    request: Request<Incoming>,
    client: &mut oneshot::Receiver<()>,
    line: &mut Line,
    headers: &mut HeaderMap,
) -> Result<Vec<u8>, Failure> {
    let login = connection_string::login(request.headers())?;
    line.login(&login);
    let modes = Modes::of(request.headers())?;
    let payload = payload::read(request.into_body(), state.limits.request).await?;
    if matches!(payload, Payload::Batch { .. }) {
        modes.echo(headers);
    }
    let key = modes.pooled.then(|| Key::of(&login));
    let mut session = tokio::select! {
        session = session(state, &login, key.as_ref()) => session?,
        () = over(state, client) => return Err(Failure::cancelled()),
    };
    let canceller = session.canceller();
    let result = {
        let output = Output { raw: modes.raw, array_mode: modes.array_mode, max: state.limits.response };
        let mut run = pin!(run(&mut session, payload, &modes, output));
        tokio::select! {
            result = &mut run => result,
            () = over(state, client) => {
                if let Err(error) = canceller.cancel().await {
                    line.note(format_args!("the statement could not be cancelled: {error}"));
                }
                // Whatever it comes to is nobody's any more.
                let _ = timeout(CANCEL_TIME, run).await;
                return Err(Failure::cancelled());
            }
        }
    };
    let state = state.clone();
    match key {
        Some(key) if result.is_ok() => {
            let tasks = state.tasks.clone();
            tasks.spawn(async move { pool::keep(&state, key, session).await });
        }
        // Its own time to say goodbye, which is none of the client's.
        _ => drop(state.tasks.spawn(session.close())),
    }
    result
}

/// Resolves when the client has gone, or the gateway ends.
async fn over(state: &State, client: &mut oneshot::Receiver<()>) {
    tokio::select! {
        _ = client => {}
        () = state.ending.cancelled() => {}
    }
}

async fn session(state: &State, login: &Login, key: Option<&Key>) -> Result<Session, Failure> {
    if let Some(key) = key
        && let Some(session) = state.pool.take(key).await
    {
        return Ok(session);
    }
    let connection = backend::connect(&state.upstream, login)
        .await
        .map_err(|error| Failure::connect(&error, &login.user))?;
    Ok(Session::new(connection))
}

async fn run(
    session: &mut Session,
    payload: Payload,
    modes: &Modes,
    output: Output,
) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let result = match payload {
        Payload::Single(query) => query::run(session, query, output, &mut out).await,
        Payload::Batch { queries } => batch(session, queries, modes, output, &mut out).await,
    };
    match result {
        Ok(()) => Ok(out),
        Err(failure) => {
            if failure.is_of_postgres() {
                // A session that breaks here is rolled back by the server; the first error is the one to report.
                let _ = session.roll_back().await;
            }
            Err(failure)
        }
    }
}

/// Runs a batch in one transaction: each query is awaited, the first error is the answer. What a query does to the
/// transaction itself is not prevented.
async fn batch(
    session: &mut Session,
    queries: Vec<Query>,
    modes: &Modes,
    output: Output,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    session.simple(&modes.start_transaction()).await?;
    out.extend_from_slice(b"{\"results\":[");
    for (index, query) in queries.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        query::run(session, query, output, out).await?;
    }
    out.extend_from_slice(b"]}");
    session.simple("COMMIT").await
}
