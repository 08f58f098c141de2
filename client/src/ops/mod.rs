//! The operations on the records of a model, as builders that are awaited.

mod atomic;
mod count;
mod create;
mod delete;
mod find;
mod page;
mod update;
mod upsert;

pub use atomic::{Operation, Operations};
pub use count::Count;
pub use create::{Create, CreateMany};
pub use delete::{Delete, DeleteMany};
pub use find::{FindFirst, FindMany, FindUnique, Required};
pub use page::{Page, PageQuery};
pub use update::{Update, UpdateMany};
pub use upsert::Upsert;

use std::fmt;
use std::marker::PhantomData;

use crate::create::{Complete, CreateData};
use crate::engine::Engine;
use crate::filter::{Assignment, IntoFilter, IntoUnique};
use crate::model::{Model, Writable};
use crate::plan::Selection;

/// The records of the model `M`: where every operation begins.
///
/// # Errors
/// Every operation gives, when it is awaited, what the database reports, in the words of the schema: the model and
/// its fields ([`DatabaseError`](crate::DatabaseError)). What the adapter cannot do is refused with
/// [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported) before anything is sent, and so is a value that its
/// column's type does not hold, with [`OutOfRange`](drivetrain_adapter_api::ErrorKind::OutOfRange).
pub struct Records<'a, M> {
    engine: &'a dyn Engine,
    model: PhantomData<fn() -> M>,
}

impl<M> Clone for Records<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Records<'_, M> {}

impl<M: Model> fmt::Debug for Records<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Records<{}>", M::META.name)
    }
}

impl<'a, M: Model> Records<'a, M> {
    /// The records of the model, reached through that client or transaction. For generated code.
    #[doc(hidden)]
    pub fn new(engine: &'a dyn Engine) -> Self {
        Self { engine, model: PhantomData }
    }

    /// All records; narrow it down with [`filter`](FindMany::filter), [`take`](FindMany::take) and the like.
    pub fn find_many(self) -> FindMany<'a, M> {
        FindMany::new(self.engine, Selection::new(M::META))
    }

    /// The first record in the order asked for, or by primary key.
    pub fn find_first(self) -> FindFirst<'a, M> {
        FindFirst::new(self.engine, Selection::new(M::META))
    }

    /// The record with that key, if there is one.
    pub fn find_unique(self, key: impl IntoUnique<M>) -> FindUnique<'a, M> {
        let mut selection = Selection::new(M::META);
        selection.filter(key.into_unique().into_node());
        FindUnique::new(self.engine, selection)
    }

    /// Creates a record, and those given with it, as a whole or not at all. Fields that are not given have the default
    /// of the schema.
    ///
    /// Awaiting it gives a [`Misuse`](drivetrain_adapter_api::ErrorKind::Misuse) error if a record among its children is
    /// given a foreign key that its parent fills in.
    pub fn create(self, record: impl Complete<M>) -> Create<'a, M> {
        Create::new(self.engine, record.into_data())
    }

    /// Creates several records, as a whole or not at all, and gives their number.
    ///
    /// Awaiting it gives a [`Misuse`](drivetrain_adapter_api::ErrorKind::Misuse) error if one of them has others to be
    /// created with it.
    pub fn create_many<C: Complete<M>>(self, records: impl IntoIterator<Item = C>) -> CreateMany<'a, M> {
        let records: Vec<CreateData> = records.into_iter().map(Complete::into_data).collect();
        CreateMany::new(self.engine, records)
    }

    /// Changes the record with that key, and gives it as it is afterwards. Of two changes of one field the later holds;
    /// no changes leave the record as it is, `@updatedAt` too.
    pub fn update(
        self,
        key: impl IntoUnique<M>,
        changes: impl IntoIterator<Item = Assignment<M>>,
    ) -> Update<'a, M>
    where
        M: Writable,
    {
        Update::new(self.engine, key.into_unique(), changes)
    }

    /// Changes all records that fulfil the condition, and gives their number, also of those that were so before.
    pub fn update_many(
        self,
        filter: impl IntoFilter<M>,
        changes: impl IntoIterator<Item = Assignment<M>>,
    ) -> UpdateMany<'a, M>
    where
        M: Writable,
    {
        UpdateMany::new(self.engine, filter.into_filter(), changes)
    }

    /// Creates the record, or changes the one that has that key already; gives it as it is afterwards. See [`Upsert`] for
    /// what happens when others do the same at once.
    pub fn upsert(
        self,
        key: impl IntoUnique<M>,
        record: impl Complete<M>,
        changes: impl IntoIterator<Item = Assignment<M>>,
    ) -> Upsert<'a, M> {
        Upsert::new(self.engine, key.into_unique(), record.into_data(), changes)
    }

    /// Deletes the record with that key, and gives it as it was.
    pub fn delete(self, key: impl IntoUnique<M>) -> Delete<'a, M>
    where
        M: Writable,
    {
        Delete::new(self.engine, key.into_unique())
    }

    /// Deletes all records that fulfil the condition, and gives their number.
    pub fn delete_many(self, filter: impl IntoFilter<M>) -> DeleteMany<'a, M>
    where
        M: Writable,
    {
        DeleteMany::new(self.engine, filter.into_filter())
    }

    /// How many records there are; narrow it down with [`filter`](Count::filter).
    pub fn count(self) -> Count<'a, M> {
        Count::new(self.engine)
    }
}

/// Makes a builder awaitable through its `run`.
macro_rules! awaitable {
    ([$lifetime:lifetime $(, $generic:ident : $bound:path)*] $builder:ty => $output:ty) => {
        impl<$lifetime $(, $generic: $bound)*> IntoFuture for $builder {
            type Output = drivetrain_adapter_api::Result<$output>;
            type IntoFuture = drivetrain_adapter_api::BoxFuture<$lifetime, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.run())
            }
        }
    };
}
pub(crate) use awaitable;
