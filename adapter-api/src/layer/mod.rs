//! Layers: behaviour put around any adapter.
//!
//! A [`Layer`] takes an adapter and gives one that behaves the same but for what the layer adds. Layers that look at
//! calls as they pass implement [`Hook`], which saves them from wrapping every method of three traits.
//!
//! The order matters. From the outside in: [`Tracing`] (sees what the caller sees), [`Retry`], [`Timeout`] (each
//! attempt by itself), [`CapabilityCheck`] (refuses before the adapter is reached).
//!
//! # A layer of your own
//!
//! Implement the methods of [`Hook`] that it needs, and wrap it in [`Hooked`]. This one counts rows and refuses
//! writes; it applies to queries in transactions and sessions just as to those on the adapter.
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicUsize, Ordering};
//!
//! use drivetrain_adapter_api::layer::{Hook, Hooked, Layer, Operation, Outcome};
//! use drivetrain_adapter_api::{
//!     Access, Adapter, BoxFuture, Capabilities, Dialect, Error, ErrorKind, Lowered, Query, QueryResult, Result,
//!     Rows, SharedAdapter, async_trait,
//! };
//!
//! #[derive(Debug)]
//! struct ReadsOnly {
//!     rows: Arc<AtomicUsize>,
//! }
//!
//! impl Hook for ReadsOnly {
//!     fn before(&self, _: &dyn Adapter, operation: &Operation<'_>) -> Result<()> {
//!         match operation {
//!             Operation::Query(query) if query.options.access != Access::Read => {
//!                 Err(Error::new(ErrorKind::ReadOnly, "this program only reads"))
//!             }
//!             _ => Ok(()),
//!         }
//!     }
//!
//!     fn around<'a, T: Outcome + 'a>(
//!         &'a self,
//!         _: &'a dyn Adapter,
//!         _: Operation<'a>,
//!         call: BoxFuture<'a, Result<T>>,
//!     ) -> BoxFuture<'a, Result<T>> {
//!         Box::pin(async move {
//!             let result = call.await?;
//!             self.rows.fetch_add(result.rows().unwrap_or(0), Ordering::Relaxed);
//!             Ok(result)
//!         })
//!     }
//! }
//!
//! # #[derive(Debug)]
//! # struct Empty(Capabilities);
//! # #[async_trait]
//! # impl Adapter for Empty {
//! #     fn name(&self) -> &str { "empty" }
//! #     fn capabilities(&self) -> &Capabilities { &self.0 }
//! #     fn lower(&self, _: &Query) -> Result<Lowered> { Ok(Lowered::new("", vec![])) }
//! #     async fn query(&self, _: Query) -> Result<QueryResult> { Ok(QueryResult::new(Rows::empty())) }
//! #     async fn health_check(&self) -> Result<()> { Ok(()) }
//! #     async fn close(&self) -> Result<()> { Ok(()) }
//! # }
//! # let adapter: SharedAdapter = Arc::new(Empty(Capabilities::none(Dialect::Sqlite)));
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let rows = Arc::new(AtomicUsize::new(0));
//! let adapter = Hooked::new(ReadsOnly { rows: Arc::clone(&rows) }).layer(adapter);
//!
//! adapter.query(Query::raw("select 1", vec![]).with_access(Access::Read)).await?;
//! let refused = adapter.query(Query::raw("delete from t", vec![])).await.unwrap_err();
//! assert_eq!(refused.kind(), ErrorKind::ReadOnly);
//! # Ok::<(), Error>(())
//! # }).unwrap();
//! ```
//!
//! A layer that may begin a call anew, as [`Retry`] does, implements
//! [`around_repeatable`](Hook::around_repeatable) as well.

mod capability_check;
mod hook;
mod hooked;
mod operation;
mod retry;
mod timeout;
mod tracing;

pub use capability_check::CapabilityCheck;
pub use hook::{Hook, Hooked, Outcome, Repeatable};
pub use operation::{Operation, OperationKind};
pub use retry::{Retry, RetryPolicy};
pub use timeout::Timeout;
pub use tracing::Tracing;

use crate::SharedAdapter;

/// Puts behaviour around an adapter.
pub trait Layer {
    /// The adapter with the layer around it.
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter;
}

impl<F: Fn(SharedAdapter) -> SharedAdapter> Layer for F {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        self(inner)
    }
}
