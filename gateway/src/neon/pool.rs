//! Sessions that are kept for the next request of the same user, for clients that opt in.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::session::Session;
use super::state::State;
use crate::backend::Login;

/// How many sessions are kept at most, as by Neon for one endpoint.
const MOST: usize = 20;

/// How long a session is kept, as by Neon.
const IDLE: Duration = Duration::from_secs(300);

/// How long the server may take to reset a session.
const RESET_TIME: Duration = Duration::from_secs(10);

/// What makes a session as new, as by Neon.
const RESET: &str = "ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *; \
                     SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;";

/// Whose sessions: the password belongs to it, so that a wrong one finds none and is left to the server to refuse.
#[derive(PartialEq, Eq, Hash, Clone)]
pub(crate) struct Key {
    user: String,
    database: String,
    password: Option<[u8; 32]>,
}

impl Key {
    pub(crate) fn of(login: &Login) -> Self {
        let digest = |password: &String| Sha256::digest(password.as_bytes()).into();
        Self {
            user: login.user.clone(),
            database: login.database.clone(),
            password: login.password.as_ref().map(digest),
        }
    }
}

/// The sessions that wait, newest last. Each is held by a task of its own, which answers for it.
#[derive(Default)]
pub(crate) struct Pool(Mutex<HashMap<Key, Vec<Waiting>>>);

/// Asks the task for its session.
type Waiting = oneshot::Sender<oneshot::Sender<Session>>;

impl Pool {
    /// The session of this key that was used last, if one is left.
    pub(crate) async fn take(&self, key: &Key) -> Option<Session> {
        loop {
            let waiting = self.pop(key)?;
            let (give, session) = oneshot::channel();
            if waiting.send(give).is_ok()
                && let Ok(session) = session.await
            {
                return Some(session);
            }
        }
    }

    fn pop(&self, key: &Key) -> Option<Waiting> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = idle.get_mut(key)?;
        let last = sessions.pop();
        if sessions.is_empty() {
            idle.remove(key);
        }
        last
    }

    /// A place for one more session, if there is one.
    fn push(&self, key: Key) -> Option<oneshot::Receiver<oneshot::Sender<Session>>> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sessions in idle.values_mut() {
            sessions.retain(|waiting| !waiting.is_closed());
        }
        idle.retain(|_, sessions| !sessions.is_empty());
        if idle.values().map(Vec::len).sum::<usize>() >= MOST {
            return None;
        }
        let (waiting, asked) = oneshot::channel();
        idle.entry(key).or_default().push(waiting);
        Some(asked)
    }
}

/// Keeps a session that served a request without an error: resets it, and holds it until it is asked for, is lost, or
/// has waited long enough.
pub(crate) async fn keep(state: &State, key: Key, mut session: Session) {
    if state.closing.is_cancelled() {
        return session.close().await;
    }
    let Some(asked) = state.pool.push(key) else {
        return session.close().await;
    };
    // A session that cannot be reset is dropped, and so is the place: whoever asks for it gets another.
    if !matches!(timeout(RESET_TIME, session.simple(RESET)).await, Ok(Ok(()))) {
        return;
    }
    tokio::select! {
        Ok(give) = asked => {
            // Who asked may have gone away meanwhile; the session is as new all the same, but has lost its place.
            if let Err(session) = give.send(session) {
                session.close().await;
            }
        }
        () = session.lost() => {}
        () = sleep(IDLE) => session.close().await,
        () = state.closing.cancelled() => session.close().await,
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}
