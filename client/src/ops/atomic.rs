//! Several operations together: all take effect or none, in one round trip where each is one statement.

use std::fmt;

use drivetrain_adapter_api::{
    Batch, BoxFuture, Capabilities, Error, ErrorKind, MaybeSend, Query, QueryResult, Result,
    TransactionOptions,
};

use crate::client::Client;
use crate::engine::{Engine, Executor as _};
use crate::error::in_words_of;
use crate::model::{ModelMeta, SchemaMeta};

/// Reads the result of an operation's only query.
#[cfg(not(target_arch = "wasm32"))]
type Read<T> = Box<dyn FnOnce(QueryResult) -> Result<T> + Send>;
/// Reads the result of an operation's only query.
#[cfg(target_arch = "wasm32")]
type Read<T> = Box<dyn FnOnce(QueryResult) -> Result<T>>;

/// Runs an operation that takes several queries.
#[cfg(not(target_arch = "wasm32"))]
type Steps<T> = Box<dyn for<'e> FnOnce(&'e dyn Engine) -> BoxFuture<'e, Result<T>> + Send>;
/// Runs an operation that takes several queries.
#[cfg(target_arch = "wasm32")]
type Steps<T> = Box<dyn for<'e> FnOnce(&'e dyn Engine) -> BoxFuture<'e, Result<T>>>;

/// An operation, planned for one database.
#[doc(hidden)]
pub struct Planned<T> {
    models: Vec<&'static ModelMeta>,
    how: How<T>,
}

enum How<T> {
    Query(Query, Read<T>),
    Steps(Steps<T>),
}

impl<T> fmt::Debug for Planned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.how {
            How::Query(query, _) => query.fmt(f),
            How::Steps(_) => f.write_str("Steps"),
        }
    }
}

impl<T> Planned<T> {
    /// An operation that is one query, and how its result is read.
    pub(super) fn query(
        models: Vec<&'static ModelMeta>,
        query: Query,
        read: impl FnOnce(QueryResult) -> Result<T> + MaybeSend + 'static,
    ) -> Self {
        Self { models, how: How::Query(query, Box::new(read)) }
    }

    /// An operation that takes several queries.
    pub(super) fn steps(
        steps: impl for<'e> FnOnce(&'e dyn Engine) -> BoxFuture<'e, Result<T>> + MaybeSend + 'static,
    ) -> Self {
        Self { models: Vec::new(), how: How::Steps(Box::new(steps)) }
    }

    fn words(&self) -> impl Fn(Error) -> Error + use<T> {
        let models = self.models.clone();
        move |error| in_words_of(error, &models)
    }

    async fn run(self, engine: &dyn Engine) -> Result<T> {
        let words = self.words();
        match self.how {
            How::Query(query, read) => read(engine.query(query).await.map_err(&words)?).map_err(words),
            How::Steps(steps) => steps(engine).await,
        }
    }
}

/// An operation that can be part of [`Client::atomic`].
pub trait Operation {
    /// What it gives.
    type Output;

    /// Plans it for a database with those capabilities.
    #[doc(hidden)]
    fn plan(self, capabilities: &Capabilities) -> Result<Planned<Self::Output>>;
}

/// Several operations of any sorts: a tuple, or a `Vec` of one sort.
pub trait Operations: Sized {
    /// What they give, in the same order.
    type Output;

    /// Runs them together. For the client.
    #[doc(hidden)]
    fn run<S: SchemaMeta>(
        self,
        client: &Client<S>,
        options: TransactionOptions,
    ) -> impl Future<Output = Result<Self::Output>> + MaybeSend;
}

/// The results of a batch, one by one.
struct Results(std::vec::IntoIter<QueryResult>);

impl Results {
    fn next(&mut self) -> Result<QueryResult> {
        self.0
            .next()
            .ok_or_else(|| Error::new(ErrorKind::Protocol, "a batch gave fewer results than it had queries"))
    }
}

/// The batch as a whole, whose failure is put into the words of the operation that failed.
async fn together<S: SchemaMeta>(
    client: &Client<S>,
    queries: Vec<Query>,
    models: Vec<Vec<&'static ModelMeta>>,
    options: TransactionOptions,
) -> Result<Results> {
    let results = client.engine().batch(Batch::atomic(queries, options)).await.map_err(|error| {
        let failed = error.batch_index().and_then(|index| models.get(index)).cloned();
        in_words_of(error, &failed.unwrap_or_else(|| models.concat()))
    })?;
    Ok(Results(results.into_iter()))
}

impl<O: Operation> Operations for Vec<O>
where
    O: MaybeSend,
    O::Output: MaybeSend,
{
    type Output = Vec<O::Output>;

    async fn run<S: SchemaMeta>(
        self,
        client: &Client<S>,
        options: TransactionOptions,
    ) -> Result<Self::Output> {
        let capabilities = client.engine().capabilities();
        let planned =
            self.into_iter().map(|operation| operation.plan(capabilities)).collect::<Result<Vec<_>>>()?;
        if planned.is_empty() {
            return Ok(Vec::new());
        }
        let mut outputs = Vec::with_capacity(planned.len());
        if planned.iter().any(|planned| matches!(planned.how, How::Steps(_))) {
            let tx = client.begin_with(options).await?;
            for planned in planned {
                outputs.push(planned.run(tx.engine()).await?);
            }
            tx.commit().await?;
            return Ok(outputs);
        }
        let models = planned.iter().map(|planned| planned.models.clone()).collect();
        let mut queries = Vec::new();
        let mut reads = Vec::new();
        for planned in planned {
            let words = planned.words();
            if let How::Query(query, read) = planned.how {
                queries.push(query);
                reads.push((read, words));
            }
        }
        let mut results = together(client, queries, models, options).await?;
        for (read, words) in reads {
            outputs.push(read(results.next()?).map_err(words)?);
        }
        Ok(outputs)
    }
}

macro_rules! tuples {
    ($(($($name:ident $part:ident),+))*) => {$(
        impl<$($name: Operation),+> Operations for ($($name,)+)
        where
            $($name: MaybeSend, $name::Output: MaybeSend,)+
        {
            type Output = ($($name::Output,)+);

            async fn run<S: SchemaMeta>(
                self,
                client: &Client<S>,
                options: TransactionOptions,
            ) -> Result<Self::Output> {
                let capabilities = client.engine().capabilities();
                let ($($part,)+) = self;
                $(let $part = $part.plan(capabilities)?;)+
                if $(matches!($part.how, How::Steps(_)))||+ {
                    let tx = client.begin_with(options).await?;
                    let outputs = ($($part.run(tx.engine()).await?,)+);
                    tx.commit().await?;
                    return Ok(outputs);
                }
                let models = vec![$($part.models.clone()),+];
                let mut queries = Vec::new();
                $(
                    let words = $part.words();
                    let How::Query(query, read) = $part.how else {
                        return Err(Error::new(ErrorKind::Misuse, "an operation of several steps stands in a batch"));
                    };
                    queries.push(query);
                    let $part = (read, words);
                )+
                let mut results = together(client, queries, models, options).await?;
                Ok(($($part.0(results.next()?).map_err($part.1)?,)+))
            }
        }
    )*};
}

tuples! {
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
    (A a, B b, C c, D d, E e)
    (A a, B b, C c, D d, E e, F f)
    (A a, B b, C c, D d, E e, F f, G g)
    (A a, B b, C c, D d, E e, F f, G g, H h)
}

impl<S: SchemaMeta> Client<S> {
    /// Runs independent operations together: all take effect, in the order given, or none.
    ///
    /// Where each is one statement they are sent in one round trip, if the transport can; otherwise they are run in a
    /// transaction. `update` and `delete` of one record are always run in a transaction, since a record that is not
    /// there undoes the others too; `update_many` and `delete_many` are one statement.
    ///
    /// ```
    /// # mod db { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sample/mod.rs")); }
    /// # use db::*;
    /// # async fn example(db: Client) -> drivetrain::Result<()> {
    /// let (user, todos) = db
    ///     .atomic((
    ///         db.user().create(user::new().email("ada@example.com")),
    ///         db.todo().update_many(todo::done.equals(false), [todo::done.set(true)]),
    ///     ))
    ///     .await?;
    /// # Ok(()) }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// That of the first operation that fails; none of them has taken effect then.
    pub async fn atomic<O: Operations>(&self, operations: O) -> Result<O::Output> {
        operations.run(self, TransactionOptions::new()).await
    }

    /// The same with options: isolation level, read-only.
    ///
    /// # Errors
    /// As [`atomic`](Self::atomic).
    pub async fn atomic_with<O: Operations>(
        &self,
        options: TransactionOptions,
        operations: O,
    ) -> Result<O::Output> {
        operations.run(self, options).await
    }
}
