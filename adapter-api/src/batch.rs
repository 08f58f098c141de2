//! Several queries sent together.

use crate::{Query, TransactionOptions};

/// Several queries, sent in as few round trips as the transport allows.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Batch {
    /// The queries, run in this order.
    pub queries: Vec<Query>,
    /// With options: all of them in one transaction of that kind, or none. Without: each by itself, and what ran
    /// before a failure stays.
    pub atomic: Option<TransactionOptions>,
}

impl Batch {
    /// Queries that take effect each by itself.
    pub fn new(queries: Vec<Query>) -> Self {
        Self { queries, atomic: None }
    }

    /// Queries that take effect together or not at all.
    pub fn atomic(queries: Vec<Query>, options: TransactionOptions) -> Self {
        Self { queries, atomic: Some(options) }
    }
}
