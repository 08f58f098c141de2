//! Raw SQL with typed rows.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::statement::{Ident, RawPart, RawSql, Statement};
use drivetrain_adapter_api::{
    Access, BoxFuture, Error, ErrorKind, FromCell, Query, QueryResult, Result, Rows, ToValue, Value,
};

use crate::engine::{Engine, Executor};

/// SQL text with values between its parts: placeholders are put in as the database writes them, so that the same
/// query serves every dialect that reads its text.
///
/// ```
/// use drivetrain::Sql;
///
/// let sql = Sql::new("select count(*) from ").ident("User").text(" where email = ").bind("ada@example.com");
/// # assert_eq!(format!("{sql:?}"), "Sql { parts: 4, values: 1 }");
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Sql {
    parts: Vec<RawPart>,
    values: Vec<Value>,
}

impl Sql {
    /// Beginning with that text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self::default().text(text)
    }

    /// Then this text, as it is. Nothing in it is taken for a placeholder. Never put users' input here.
    pub fn text(mut self, text: impl Into<Arc<str>>) -> Self {
        self.parts.push(RawPart::Text(text.into()));
        self
    }

    /// Then this value, as a parameter.
    pub fn bind(mut self, value: impl ToValue) -> Self {
        self.parts.push(RawPart::Value(self.values.len() as u32));
        self.values.push(value.to_value());
        self
    }

    /// Then this name, quoted.
    pub fn ident(mut self, name: impl Into<Ident>) -> Self {
        self.parts.push(RawPart::Ident(name.into()));
        self
    }

    fn into_query(self) -> Query {
        Query::new(Statement::new(RawSql::Parts(self.parts)), self.values)
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sql").field("parts", &self.parts.len()).field("values", &self.values.len()).finish()
    }
}

impl From<&str> for Sql {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// A query of raw SQL on a client or in a transaction.
#[must_use = "a query does nothing until it is run"]
pub struct SqlQuery<'a> {
    engine: &'a dyn Engine,
    query: Query,
}

impl fmt::Debug for SqlQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqlQuery").field(&self.query).finish()
    }
}

impl<'a> SqlQuery<'a> {
    pub(crate) fn new(engine: &'a dyn Engine, query: Query) -> Self {
        Self { engine, query }
    }

    /// Tells that it only reads: it can be tried again safely, and run by a reader.
    pub fn read_only(mut self) -> Self {
        self.query = self.query.with_access(Access::Read);
        self
    }

    /// Its rows, each as a `T`: a tuple, or a type that implements [`FromRow`].
    ///
    /// # Errors
    /// What the database reports, and if a row cannot be read as a `T`.
    pub async fn fetch<T: FromRow>(self) -> Result<Vec<T>> {
        let rows = self.engine.query(self.query).await?.rows;
        (0..rows.len()).map(|row| T::from_row(&rows, row)).collect()
    }

    /// Its only row.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch); [`NotFound`](ErrorKind::NotFound) and [`TooManyRows`](ErrorKind::TooManyRows).
    pub async fn fetch_one<T: FromRow>(self) -> Result<T> {
        self.fetch_optional()
            .await?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "the query gave no row where one was asked for"))
    }

    /// Its only row, if there is one.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch); [`TooManyRows`](ErrorKind::TooManyRows).
    pub async fn fetch_optional<T: FromRow>(self) -> Result<Option<T>> {
        let rows = self.engine.query(self.query).await?.rows;
        match rows.len() {
            0 => Ok(None),
            1 => T::from_row(&rows, 0).map(Some),
            many => Err(Error::new(
                ErrorKind::TooManyRows,
                format!("the query gave {many} rows where one was asked for"),
            )),
        }
    }

    /// How many rows it changed; 0 where the database does not count.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn execute(self) -> Result<u64> {
        Ok(self.result().await?.affected.unwrap_or(0))
    }

    /// Everything the adapter tells of it.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn result(self) -> Result<QueryResult> {
        self.engine.query(self.query).await
    }
}

impl<'a> IntoFuture for SqlQuery<'a> {
    type Output = Result<QueryResult>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.result())
    }
}

/// Types that a row of raw SQL can be read as: columns by position.
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// If a cell is not of the type asked for, or there are too few columns.
    fn from_row(rows: &Rows, row: usize) -> Result<Self>;
}

macro_rules! tuples {
    ($(($($ty:ident $at:tt),+))*) => {$(
        impl<$($ty: for<'a> FromCell<'a>),+> FromRow for ($($ty,)+) {
            fn from_row(rows: &Rows, row: usize) -> Result<Self> {
                Ok(($(rows.get::<$ty>(row, $at)?,)+))
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}

/// Raw SQL on a client or in a transaction.
pub trait RawExecutor: Executor {
    /// A query of raw SQL: text, or parts with values between them.
    ///
    /// ```
    /// # mod db { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sample/mod.rs")); }
    /// # use db::*;
    /// # async fn example(db: Client) -> drivetrain::Result<()> {
    /// let users: Vec<(i32, String)> = db
    ///     .sql(drivetrain::Sql::new("select id, email from \"User\" where id > ").bind(10))
    ///     .fetch()
    ///     .await?;
    /// # Ok(()) }
    /// # fn main() {}
    /// ```
    fn sql(&self, sql: impl Into<Sql>) -> SqlQuery<'_> {
        SqlQuery::new(self.engine(), sql.into().into_query())
    }

    /// A query of raw SQL with the database's own placeholders (`$1` on Postgres, `?1` on SQLite).
    fn sql_native(&self, sql: impl Into<Arc<str>>, values: Vec<Value>) -> SqlQuery<'_> {
        SqlQuery::new(self.engine(), Query::raw(sql, values))
    }
}

impl<E: Executor + ?Sized> RawExecutor for E {}
