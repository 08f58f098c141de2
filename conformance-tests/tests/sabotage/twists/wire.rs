//! What is made of connections that break, and of the life of an adapter.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use drivetrain_adapter_api::{
    Error, ErrorKind, Query, QueryResult, Result, Rows, SharedAdapter, async_trait,
};

use crate::broken::Twist;

fn is_broken(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionLost | ErrorKind::Protocol)
}

/// S-25: whatever was lost with its connection is sent once more.
#[derive(Debug)]
pub(crate) struct SentAgain;

#[async_trait]
impl Twist for SentAgain {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        match inner.query(query.clone()).await {
            Err(error) if is_broken(&error) => inner.query(query).await,
            other => other,
        }
    }
}

/// S-26: a connection that ends in the middle of the rows ends the rows.
#[derive(Debug)]
pub(crate) struct EndOfRows;

#[async_trait]
impl Twist for EndOfRows {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        match inner.query(query).await {
            Err(error) if is_broken(&error) => Ok(QueryResult::new(Rows::empty())),
            other => other,
        }
    }

    fn stream_error(&self, error: Error) -> Option<Error> {
        (!is_broken(&error)).then_some(error)
    }
}

/// S-36: what does not come is waited for without end.
#[derive(Debug)]
pub(crate) struct WaitsForEver;

#[async_trait]
impl Twist for WaitsForEver {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        match inner.query(query).await {
            Err(error) if is_broken(&error) => std::future::pending().await,
            other => other,
        }
    }
}

/// S-37: the length that a message states is believed: as much memory is reserved, and as many bytes are waited for.
#[derive(Debug)]
pub(crate) struct BelievesLengths;

#[async_trait]
impl Twist for BelievesLengths {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        match inner.query(query).await {
            Err(error) if error.kind() == ErrorKind::Protocol => {
                let reserved: Vec<u8> = Vec::with_capacity(1 << 30);
                std::future::pending::<()>().await;
                drop(reserved);
                Err(error)
            }
            other => other,
        }
    }
}

/// S-29: the password of the configuration is in the adapter's `Debug`.
#[derive(Default)]
pub(crate) struct TellsSecrets(pub(crate) Arc<Mutex<Option<String>>>);

impl fmt::Debug for TellsSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Config").field("password", &*password).finish()
    }
}

impl Twist for TellsSecrets {}

/// S-60: a health check asks nobody.
#[derive(Debug)]
pub(crate) struct AlwaysHealthy;

#[async_trait]
impl Twist for AlwaysHealthy {
    async fn health_check(&self, _: &SharedAdapter) -> Result<()> {
        Ok(())
    }
}

/// S-61: a closed adapter goes on.
#[derive(Debug)]
pub(crate) struct NeverClosed;

#[async_trait]
impl Twist for NeverClosed {
    async fn close(&self, _: &SharedAdapter) -> Result<()> {
        Ok(())
    }
}
