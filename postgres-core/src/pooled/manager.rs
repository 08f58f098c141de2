//! What the pool is told about connections.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{Error, async_trait};
use drivetrain_pool::{Manager, Returned, Reuse};

use super::Connector;
use super::connection::Connection;
use crate::session::Session;

/// After so long without use a connection is asked for a sign of life: what cuts silent connections may have cut it
/// without telling us.
const SILENCE: Duration = Duration::from_secs(60);

/// Makes and judges the connections of the pool.
#[derive(Debug)]
pub(super) struct SessionManager<C: Connector> {
    connector: Arc<C>,
    runtime: SharedRuntime,
    /// How long connecting may take.
    connect_limit: Duration,
    /// The connection that was made beforehand, until the pool asks for one.
    first: Mutex<Option<Connection<C>>>,
}

impl<C: Connector> SessionManager<C> {
    /// `first` is a session that was made beforehand.
    pub(super) fn new(
        connector: Arc<C>,
        runtime: SharedRuntime,
        connect_limit: Duration,
        first: Option<(Session<C::Stream>, C::Origin)>,
    ) -> Self {
        let manager = Self { connector, runtime, connect_limit, first: Mutex::new(None) };
        let first = first.map(|(session, origin)| manager.connection(session, origin));
        Self { first: Mutex::new(first), ..manager }
    }

    fn connection(&self, session: Session<C::Stream>, origin: C::Origin) -> Connection<C> {
        let (connector, runtime) = (Arc::clone(&self.connector), Arc::clone(&self.runtime));
        Connection::new(session, origin, connector, runtime, self.connect_limit)
    }
}

#[async_trait]
impl<C: Connector> Manager for SessionManager<C> {
    type Connection = Connection<C>;
    type Error = Error;

    async fn connect(&self) -> Result<Connection<C>, Error> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut first) = first
            && first.session.is_alive()
        {
            return Ok(first);
        }
        let (session, origin) = self.connector.connect().await?;
        Ok(self.connection(session, origin))
    }

    fn reuse(&self, connection: &mut Connection<C>, idle: Duration) -> Reuse {
        if !connection.session.is_alive() {
            Reuse::Never
        } else if idle >= SILENCE {
            Reuse::AfterCheck
        } else {
            Reuse::Now
        }
    }

    async fn check(&self, connection: &mut Connection<C>) -> Result<(), Error> {
        let outcome = connection.session.ping().await;
        if connection.session.pipelining_refused() {
            self.connector.forgo_pipelining();
        }
        outcome
    }

    fn returned(&self, connection: &mut Connection<C>) -> Returned {
        connection.tell_notices();
        if connection.session.is_broken() {
            Returned::Broken
        } else if connection.is_clean() {
            Returned::Clean
        } else {
            Returned::Dirty
        }
    }

    async fn recycle(&self, connection: &mut Connection<C>) -> Result<(), Error> {
        connection.clean().await
    }

    fn close(&self, connection: Connection<C>) {
        connection.close();
    }
}
