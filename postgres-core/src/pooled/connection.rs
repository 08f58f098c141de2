//! A pooled connection: a session, and what cleans it up when a call was dropped.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::{Error, ErrorKind, MaybeSend, Result, RetryClass};

use super::Connector;
use crate::session::{Session, StatementMode, TransactionStatus};

/// How long a connection that goes on being used may take to become usable again after a dropped call.
const RECOVERY: Duration = Duration::from_secs(5);

/// How long a server that was told to cancel may take before it is told again; doubled each time.
const FIRST_PATIENCE: Duration = Duration::from_millis(250);

/// A connection of the pool.
#[derive(Debug)]
pub(super) struct Connection<C: Connector> {
    pub(super) session: Session<C::Stream>,
    origin: C::Origin,
    connector: Arc<C>,
    runtime: SharedRuntime,
    /// How long connecting may take.
    connect_limit: Duration,
    /// Its start has been made without pipelining.
    restarted: bool,
    /// How often the server has refused to start its session.
    refusals: u32,
    /// A transaction on it was dropped.
    pub(super) owes_rollback: bool,
}

impl<C: Connector> Connection<C> {
    pub(super) fn new(
        session: Session<C::Stream>,
        origin: C::Origin,
        connector: Arc<C>,
        runtime: SharedRuntime,
        connect_limit: Duration,
    ) -> Self {
        Self {
            session,
            origin,
            connector,
            runtime,
            connect_limit,
            restarted: false,
            refusals: 0,
            owes_rollback: false,
        }
    }

    /// Whether the call with that outcome is to be made again, because its session was never started and it has not been
    /// run. Then the session is a new one: where the server did not take the start that was sent ahead, one that is
    /// started without, once at most; where the server refused to start one for now, as often as the connector says.
    pub(super) async fn starts_again<T>(&mut self, outcome: &Result<T>) -> Result<bool> {
        let Err(error) = outcome else { return Ok(false) };
        if self.session.pipelining_refused() {
            if std::mem::replace(&mut self.restarted, true) {
                return Ok(false);
            }
            self.connector.forgo_pipelining();
        } else if self.session.start_refused() {
            self.refusals += 1;
            match self.connector.retry_start(error, self.refusals) {
                Some(wait) => self.runtime.sleep(wait).await,
                None => return Ok(false),
            }
        } else {
            return Ok(false);
        }
        let limit = self.connect_limit;
        let (session, origin) = with_timeout(&*self.runtime, limit, self.connector.connect())
            .await
            .unwrap_or_else(|| Err(self.connector.timed_out(limit)))?;
        let traces = self.session.has_traces();
        (self.session, self.origin) = (session, origin);
        if traces {
            self.session.mark_traces();
        }
        Ok(true)
    }

    /// Goes off when a start that leaves with the next call has taken longer than connecting may.
    pub(super) fn start_alarm(&self) -> impl Future<Output = ()> + MaybeSend + use<C> {
        let watch = self.session.start_watch();
        let (runtime, limit) = (Arc::clone(&self.runtime), self.connect_limit);
        async move {
            if let Some(watch) = watch {
                runtime.sleep(limit).await;
                if !watch.is_answered() {
                    return;
                }
            }
            std::future::pending::<()>().await;
        }
    }

    /// The error for a start that has taken too long. The session is broken then.
    pub(super) fn start_timed_out(&mut self) -> Error {
        self.session.give_up_start(self.connector.timed_out(self.connect_limit))
    }

    /// Reports the notices that came while it was used. Their text may repeat values of rows.
    pub(super) fn tell_notices(&mut self) {
        let connection = self.session.cancel_key().map(|key| key.process_id);
        for notice in self.session.take_notices() {
            tracing::info!(
                target: "drivetrain",
                adapter = self.connector.name(),
                db.connection = connection,
                severity = notice.severity,
                sqlstate = notice.code,
                "notice"
            );
        }
    }

    /// Whether the next user can have it as it is.
    pub(super) fn is_clean(&self) -> bool {
        !self.session.is_in_flight()
            && self.session.transaction_status() == TransactionStatus::Idle
            && !self.has_traces()
    }

    /// What a session leaves behind matters only where the next user gets the same one.
    fn has_traces(&self) -> bool {
        self.session.has_traces() && self.connector.mode() == StatementMode::Named
    }

    /// Makes it as if it were new: stops what runs, rolls back what is open, undoes what was left behind.
    pub(super) async fn clean(&mut self) -> Result<()> {
        let cancelled = self.stop().await?;
        if self.session.is_starting() {
            // Nothing has been asked of it.
            self.session.clear_traces();
            self.owes_rollback = false;
            return Ok(());
        }
        if self.session.transaction_status() != TransactionStatus::Idle {
            self.session.rollback().await?;
        } else if cancelled {
            // A signal still on its way has hit when this is answered.
            self.session.ping().await?;
        }
        if self.has_traces() {
            self.session.discard_all().await?;
        }
        self.owes_rollback = false;
        Ok(())
    }

    /// Makes it usable for the next call of the same user, if one of theirs was dropped.
    pub(super) async fn ready(&mut self) -> Result<()> {
        if !self.session.is_in_flight() && !self.owes_rollback {
            return Ok(());
        }
        let runtime = Arc::clone(&self.runtime);
        let work = async {
            let cancelled = self.stop().await?;
            if self.owes_rollback && self.session.transaction_status() != TransactionStatus::Idle {
                self.session.rollback().await?;
            } else if cancelled {
                self.session.ping().await?;
            }
            self.owes_rollback = false;
            Ok(())
        };
        with_timeout(&*runtime, RECOVERY, work).await.unwrap_or_else(|| {
            Err(Error::new(
                ErrorKind::ConnectionLost,
                "a statement that was dropped could not be stopped in time",
            )
            .with_retry(RetryClass::RetryTransaction))
        })
    }

    /// Stops what runs, and reads its answers. Whether anything had to be cancelled.
    async fn stop(&mut self) -> Result<bool> {
        if !self.session.is_in_flight() {
            return Ok(false);
        }
        if self.session.is_starting() {
            // What cancels it is told with the answers to the start.
            self.session.await_start().await?;
        }
        let Some(key) = self.session.cancel_key().filter(|_| self.session.is_worth_cancelling()) else {
            self.session.recover().await?;
            return Ok(false);
        };
        let runtime = Arc::clone(&self.runtime);
        let mut patience = FIRST_PATIENCE;
        loop {
            // If the server cannot be told, the statement comes to its end by itself, or the caller's time is up.
            let _ = self.connector.cancel(&self.origin, key).await;
            // A signal that came before the statement had been read has had no effect: then it is sent again.
            if let Some(recovered) = with_timeout(&*runtime, patience, self.session.recover()).await {
                return recovered.map(|()| true);
            }
            patience *= 2;
        }
    }

    /// Closes it in the background.
    pub(super) fn close(mut self) {
        let runtime = Arc::clone(&self.runtime);
        runtime.clone().spawn(Box::pin(async move {
            // A server that does not listen any more is not waited for.
            let _ = with_timeout(&*runtime, Duration::from_secs(1), self.session.terminate()).await;
        }));
    }
}

/// Makes a call on a connection, and makes it again where it was sent ahead with a start that the server did not take. A
/// start may take as long as connecting may.
macro_rules! call {
    ($connection:expr, $call:expr) => {
        call!($connection, $call, ())
    };
    ($connection:expr, $call:expr, $undo:expr) => {
        loop {
            let alarm = $connection.start_alarm();
            let outcome = {
                let (call, alarm) = (std::pin::pin!($call), std::pin::pin!(alarm));
                match futures_util::future::select(call, alarm).await {
                    futures_util::future::Either::Left((outcome, _)) => Some(outcome),
                    futures_util::future::Either::Right(((), _)) => None,
                }
            };
            let outcome = match outcome {
                Some(outcome) => outcome,
                None => Err($connection.start_timed_out()),
            };
            if !$connection.starts_again(&outcome).await? {
                break outcome;
            }
            $undo;
        }
    };
}
pub(super) use call;
