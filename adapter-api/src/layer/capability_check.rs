//! Refuses what the adapter does not declare, before anything is sent.

use super::{Hook, Hooked, Layer, Operation};
use crate::{Adapter, Capability, Result, SharedAdapter, check};

/// The layer that applies the shared [check] to every call.
#[derive(Debug, Clone, Copy, Default)]
pub struct CapabilityCheck;

impl Layer for CapabilityCheck {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        Hooked::new(*self).layer(inner)
    }
}

impl Hook for CapabilityCheck {
    fn before(&self, adapter: &dyn Adapter, operation: &Operation<'_>) -> Result<()> {
        let capabilities = adapter.capabilities();
        let declared = |capability, what| check::operation(capabilities, capability, what);
        match operation {
            Operation::Query(query) => check::query(capabilities, query),
            Operation::Stream(query) => declared(Capability::Streaming, "rows cannot be streamed")
                .and_then(|()| check::query(capabilities, query)),
            Operation::Batch(batch) => check::batch(capabilities, batch),
            Operation::Begin(options) => check::begin(capabilities, options),
            Operation::Session => declared(Capability::Sessions, "a session cannot be opened"),
            Operation::Script(_) => declared(Capability::Scripts, "scripts cannot be run"),
            Operation::Savepoint => declared(Capability::Savepoints, "a savepoint cannot be set"),
            Operation::Release => declared(Capability::Savepoints, "a savepoint cannot be kept"),
            Operation::RollbackTo => declared(Capability::Savepoints, "a savepoint cannot be undone"),
            _ => Ok(()),
        }
        .map_err(|error| error.with_adapter(adapter.name()))
    }
}
