//! The few places where a layer looks at calls as they pass.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Layer, Operation, hooked::HookedAdapter};
use crate::{Adapter, BoxFuture, MaybeSend, QueryResult, Result, SharedAdapter};

/// What a layer does to the calls that pass through it. Each method has a default that does nothing.
pub trait Hook: Debug + Send + Sync + 'static {
    /// Called before anything is sent; an error refuses the call.
    ///
    /// # Errors
    /// Why the call is refused.
    fn before(&self, adapter: &dyn Adapter, operation: &Operation<'_>) -> Result<()> {
        let _ = (adapter, operation);
        Ok(())
    }

    /// Runs a call that can be run once only, because it is part of a transaction or a session.
    fn around<'a, T: Outcome + 'a>(
        &'a self,
        adapter: &'a dyn Adapter,
        operation: Operation<'a>,
        call: BoxFuture<'a, Result<T>>,
    ) -> BoxFuture<'a, Result<T>> {
        let _ = (adapter, operation);
        call
    }

    /// Runs a call on the adapter itself; calling `call` again begins it anew.
    fn around_repeatable<'a, T: Outcome + 'a>(
        &'a self,
        adapter: &'a dyn Adapter,
        operation: Operation<'a>,
        call: Repeatable<'a, T>,
    ) -> BoxFuture<'a, Result<T>> {
        self.around(adapter, operation, call())
    }
}

/// A call that can be begun anew.
#[cfg(not(target_arch = "wasm32"))]
pub type Repeatable<'a, T> = Box<dyn Fn() -> BoxFuture<'a, Result<T>> + Send + 'a>;
/// A call that can be begun anew.
#[cfg(target_arch = "wasm32")]
pub type Repeatable<'a, T> = Box<dyn Fn() -> BoxFuture<'a, Result<T>> + 'a>;

/// What layers can know of a call's result.
pub trait Outcome: MaybeSend {
    /// How many rows were given.
    fn rows(&self) -> Option<usize> {
        None
    }

    /// How many rows were changed.
    fn affected(&self) -> Option<u64> {
        None
    }
}

impl Outcome for () {}
impl Outcome for crate::Savepoint {}
impl Outcome for crate::RowStream<'_> {}
impl Outcome for Box<dyn crate::Transaction + '_> {}
impl Outcome for Box<dyn crate::Session> {}

impl Outcome for QueryResult {
    fn rows(&self) -> Option<usize> {
        Some(self.rows.len())
    }

    fn affected(&self) -> Option<u64> {
        self.affected
    }
}

impl Outcome for Vec<QueryResult> {
    fn rows(&self) -> Option<usize> {
        Some(self.iter().map(|result| result.rows.len()).sum())
    }

    fn affected(&self) -> Option<u64> {
        self.iter().filter_map(|result| result.affected).reduce(u64::saturating_add)
    }
}

/// A layer made of a hook.
#[derive(Debug)]
pub struct Hooked<H>(Arc<H>);

impl<H: Hook> Hooked<H> {
    /// The layer that calls `hook`.
    pub fn new(hook: H) -> Self {
        Self(Arc::new(hook))
    }
}

impl<H: Hook> Layer for Hooked<H> {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        Arc::new(HookedAdapter::new(inner, Arc::clone(&self.0)))
    }
}
