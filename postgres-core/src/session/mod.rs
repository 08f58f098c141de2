//! A session with a Postgres server over any byte stream: protocol 3.0, exclusive, without tasks, sockets or clocks.
//!
//! A [`Session`] is driven by its `&mut self` calls alone. Each knows how it ended: the command tag, the rows
//! changed and the transaction status of ReadyForQuery. Writing and reading go on together, so no size of a request
//! or an answer makes both sides wait for one another.
//!
//! Parameters are sent as text with types for the server to infer; results are asked for in the format that
//! [`preferred_format`](crate::codec::preferred_format) says.
//!
//! A start can be [pipelined](Session::start_pipelined): then it leaves with the first call, whose error is the start's
//! if that fails.
//!
//! A call whose future is dropped leaves the session [in flight](Session::is_in_flight): what it sent goes on at the
//! server. Nothing else can be asked then before [`recover`](Session::recover) has read the answers.
//!
//! Source of the protocol's facts: the chapter "Frontend/Backend Protocol" of the PostgreSQL documentation.

mod auth;
mod batch;
mod encode;
mod group;
mod lru;
mod message;
mod portal;
mod query;
mod receive;
mod recover;
mod request;
mod shared;
mod simple;
mod startup;
mod status;
mod tag;
mod transaction;
mod wire;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use drivetrain_adapter_api::{Error, Result};

use crate::error::InFlight;
use lru::Lru;
use shared::Description;
use startup::Starting;
use wire::Wire;

pub use auth::{AuthMethod, ChannelBinding};
pub use batch::Atomicity;
pub use portal::Portal;
pub use query::Answer;
pub use request::Request;
pub use shared::Shared;
pub use startup::{Start, StartWatch, TlsAnswer, request_tls};
pub use status::{CancelKey, Notice, Notification, StatementMode, TransactionStatus};
pub use tag::CommandTag;
pub use transaction::{TransactionState, begin_sql};

/// How many notices and notifications are kept until they are taken; older ones go first.
const KEPT: usize = 256;

/// A session with a server, over the byte stream `S`.
pub struct Session<S> {
    wire: Wire<S>,
    status: TransactionStatus,
    parameters: BTreeMap<String, String>,
    cancel_key: Option<CancelKey>,
    notices: VecDeque<Notice>,
    notifications: VecDeque<Notification>,
    mode: StatementMode,
    /// The statements prepared under a name, by their text.
    statements: Lru<Prepared>,
    next_name: u64,
    /// Names to be closed with the next thing that is sent.
    closing: Vec<Arc<str>>,
    /// Names sent to be prepared, until the server confirms.
    unconfirmed: Vec<Arc<str>>,
    shared: Arc<Shared>,
    /// ReadyForQuery messages that are still to come.
    awaited: u32,
    /// Messages were put since the last Sync.
    unsynced: bool,
    /// What was sent last is of the simple query protocol.
    simple: bool,
    /// What is in flight should be let come to its end.
    finishing: bool,
    under_way: InFlight,
    /// A portal waits to be executed further: nothing runs on the server.
    suspended: bool,
    traces: bool,
    /// Statements that are not known yet are described on the way.
    eager: bool,
    method: AuthMethod,
    /// The server has not let us in yet, or never will.
    starting: Option<Starting>,
}

/// A statement prepared under a name.
#[derive(Debug, Clone)]
struct Prepared {
    name: Arc<str>,
    description: Arc<Description>,
}

impl<S> Session<S> {
    /// The transaction status as the server last told it.
    pub fn transaction_status(&self) -> TransactionStatus {
        self.status
    }

    /// A setting that the server reports, such as `server_version` or `TimeZone`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// What cancels a statement of this session, if the server gave it.
    pub fn cancel_key(&self) -> Option<CancelKey> {
        self.cancel_key
    }

    /// The notices since the last call, oldest first; the last 256 are kept.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.notices.drain(..).collect()
    }

    /// The notifications since the last call, oldest first; the last 256 are kept.
    pub fn take_notifications(&mut self) -> Vec<Notification> {
        self.notifications.drain(..).collect()
    }

    /// Whether answers are still to come of a call that was dropped.
    pub fn is_in_flight(&self) -> bool {
        self.awaited > 0 || self.unsynced || (self.wire.is_writing() && !self.is_unsent())
    }

    /// Whether answers to the [pipelined](Self::start_pipelined) start are still to come. It stays so where it failed.
    pub fn is_starting(&self) -> bool {
        self.starting.is_some()
    }

    /// Whether the server did not ask for the password in clear text that the [pipelined](Self::start_pipelined) start
    /// had sent ahead. The session is of no use then, and the call that was sent with the start has not been run: it can
    /// be repeated on a session that is [started](Self::start) without pipelining.
    pub fn pipelining_refused(&self) -> bool {
        self.starting.as_ref().is_some_and(|starting| starting.refused)
    }

    /// Whether the server answered the [pipelined](Self::start_pipelined) start with an error. The session is of no use
    /// then, and the call that was sent with the start has not been run.
    pub fn start_refused(&self) -> bool {
        self.starting.as_ref().is_some_and(|starting| starting.failed)
    }

    /// Whether a [pipelined](Self::start_pipelined) start has been answered in full, for those who watch while a call goes on.
    pub fn start_watch(&self) -> Option<StartWatch> {
        self.starting.as_ref().map(|starting| StartWatch(Arc::clone(&starting.answered)))
    }

    /// How the server had us prove who we are, as far as is known.
    pub fn auth_method(&self) -> AuthMethod {
        self.method
    }

    /// Whether the start has been put into the buffer, and nothing has been sent.
    fn is_unsent(&self) -> bool {
        self.starting.is_some() && !self.wire.has_begun()
    }

    /// Whether a statement may be running at the server that is worth cancelling: not a COMMIT, which should come
    /// to its end.
    pub fn is_worth_cancelling(&self) -> bool {
        self.is_in_flight() && !self.finishing && !self.suspended
    }

    /// Whether the connection is of no more use.
    pub fn is_broken(&self) -> bool {
        self.wire.is_dead()
    }

    /// Whether a statement has run that leaves something behind in the session (settings, names, subscriptions).
    pub fn has_traces(&self) -> bool {
        self.traces
    }

    /// States that something was left behind that no command tag tells of, such as an advisory lock.
    pub fn mark_traces(&mut self) {
        self.traces = true;
    }

    /// States that nothing is left behind after all, such as by a setting that was local to its transaction.
    pub fn clear_traces(&mut self) {
        self.traces = false;
    }

    /// How many statements are prepared under a name.
    pub fn prepared_statements(&self) -> usize {
        self.statements.len()
    }

    /// Whether a statement that is not known yet is described on the way, its rows as text: not where settings may have
    /// changed how the server writes values. (It tells DateStyle, and not extra_float_digits, which drops digits.)
    fn is_eager(&self) -> bool {
        let iso = || self.parameter("DateStyle").is_none_or(|style| style.starts_with("ISO"));
        self.eager && !self.traces && iso()
    }

    /// Refuses a call while an earlier one is in flight.
    fn check_ready(&self) -> Result<()> {
        if self.wire.is_dead() {
            return Err(wire::lost("the connection is closed"));
        }
        if self.is_in_flight() {
            return Err(Error::misuse(
                "an earlier call on this session was dropped before it ended; recover it first",
            ));
        }
        Ok(())
    }

    /// Every statement prepared under a name is gone.
    fn forget_statements(&mut self) {
        self.statements.clear();
        self.closing.clear();
        self.unconfirmed.clear();
    }
}

impl<S> std::fmt::Debug for Session<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("status", &self.status)
            .field("cancel_key", &self.cancel_key)
            .field("statements", &self.statements.len())
            .field("in_flight", &self.is_in_flight())
            .field("wire", &self.wire)
            .finish_non_exhaustive()
    }
}
