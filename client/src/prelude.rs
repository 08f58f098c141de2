//! The traits behind the methods of relations and executors. Generated modules hand them on.

pub use crate::engine::Executor as _;
pub use crate::error::DatabaseError as _;
pub use crate::filter::{ToManyRelation as _, ToOneRelation as _};
pub use crate::include::{ManyRelationExt as _, RelationExt as _};
pub use crate::loaded::Loaded as _;
pub use crate::raw::RawExecutor as _;
