//! Tables as they are defined: by code, not by SQL.

mod check;
mod compiled;

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::statement::{Expr, Ident, TableName};
use drivetrain_adapter_api::{DbType, Value};

pub(crate) use check::compile;
pub(crate) use compiled::{Check, Definition, Foreign, Unique};

/// A table.
///
/// Names are compared exactly. The schema `public` of Postgres is the one that tables without a schema are in.
#[derive(Debug, Clone)]
#[must_use]
pub struct TableDef {
    pub(crate) name: TableName,
    pub(crate) columns: Vec<ColumnDef>,
    pub(crate) keys: Vec<KeyDef>,
    pub(crate) foreign_keys: Vec<ForeignKeyDef>,
    pub(crate) checks: Vec<(String, Expr)>,
}

/// A column.
#[derive(Debug, Clone)]
#[must_use]
pub struct ColumnDef {
    pub(crate) name: Ident,
    pub(crate) ty: DbType,
    pub(crate) nullable: bool,
    pub(crate) default: Option<ColumnDefault>,
    pub(crate) labels: Option<Arc<[Box<str>]>>,
}

/// What a column is given where an insert says nothing.
#[derive(Clone)]
pub(crate) enum ColumnDefault {
    Value(Value),
    Made(Arc<dyn Fn() -> Value + Send + Sync>),
    Autoincrement,
    Now,
}

/// A primary key or a unique constraint.
#[derive(Debug, Clone)]
pub(crate) struct KeyDef {
    pub(crate) name: String,
    pub(crate) columns: Vec<Ident>,
    pub(crate) primary: bool,
}

/// A foreign key.
#[derive(Debug, Clone)]
#[must_use]
pub struct ForeignKeyDef {
    pub(crate) name: String,
    pub(crate) columns: Vec<Ident>,
    pub(crate) target: TableName,
    pub(crate) references: Vec<Ident>,
    pub(crate) on_delete: Action,
    pub(crate) on_update: Action,
}

/// What happens to a row when the row it refers to is deleted, or its key changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Action {
    /// Refused, if a row still refers to it when the statement ends.
    #[default]
    NoAction,
    /// Refused.
    Restrict,
    /// The same happens to the row.
    Cascade,
    /// The columns of the foreign key become NULL.
    SetNull,
    /// The columns of the foreign key become their defaults.
    SetDefault,
}

impl TableDef {
    /// A table without columns.
    pub fn new(name: impl Into<TableName>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            keys: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// With one column more.
    pub fn column(mut self, column: ColumnDef) -> Self {
        self.columns.push(column);
        self
    }

    /// With a primary key named as Postgres names it: `Table_pkey`. Its columns take no NULL.
    pub fn primary_key(self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        let name = format!("{}_pkey", self.name.name.as_str());
        self.primary_key_named(name, columns)
    }

    /// With a primary key of that name.
    pub fn primary_key_named(
        mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.keys.push(KeyDef { name: name.into(), columns, primary: true });
        self
    }

    /// With a unique constraint. Rows with a NULL in it are never equal.
    pub fn unique(
        mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.keys.push(KeyDef { name: name.into(), columns, primary: false });
        self
    }

    /// With a foreign key.
    pub fn foreign_key(mut self, key: ForeignKeyDef) -> Self {
        self.foreign_keys.push(key);
        self
    }

    /// With a condition that no row may fail, over the table's columns and constants.
    pub fn check(mut self, name: impl Into<String>, condition: Expr) -> Self {
        self.checks.push((name.into(), condition));
        self
    }

    /// Its name.
    pub fn name(&self) -> &TableName {
        &self.name
    }

    /// Its columns, in order.
    pub fn columns(&self) -> &[ColumnDef] {
        &self.columns
    }
}

impl ColumnDef {
    /// A column that takes no NULL and has no default.
    pub fn new(name: impl Into<Ident>, ty: DbType) -> Self {
        Self { name: name.into(), ty, nullable: false, default: None, labels: None }
    }

    /// It takes NULL.
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Its default is that value.
    pub fn default(mut self, value: Value) -> Self {
        self.default = Some(ColumnDefault::Value(value));
        self
    }

    /// Its default is made for each row, such as a UUID.
    pub fn default_with(mut self, make: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.default = Some(ColumnDefault::Made(Arc::new(make)));
        self
    }

    /// Its default is the next number of a sequence of its own, which starts at 1. As on every database, a number that
    /// was drawn is not given back by a rollback.
    pub fn autoincrement(mut self) -> Self {
        self.default = Some(ColumnDefault::Autoincrement);
        self
    }

    /// Its default is the start of the transaction.
    pub fn default_now(mut self) -> Self {
        self.default = Some(ColumnDefault::Now);
        self
    }

    /// It takes these labels and no others, and is ordered as they are.
    pub fn labels(mut self, labels: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.labels = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Its type.
    pub fn ty(&self) -> &DbType {
        &self.ty
    }

    /// Whether it takes NULL.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }
}

impl ForeignKeyDef {
    /// A foreign key that refuses to leave rows without the row they refer to.
    pub fn new(
        name: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
        target: impl Into<TableName>,
        references: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> Self {
        Self {
            name: name.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            target: target.into(),
            references: references.into_iter().map(Into::into).collect(),
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
        }
    }

    /// What happens when the row it refers to is deleted.
    pub fn on_delete(mut self, action: Action) -> Self {
        self.on_delete = action;
        self
    }

    /// What happens when the key of the row it refers to changes.
    pub fn on_update(mut self, action: Action) -> Self {
        self.on_update = action;
        self
    }
}

impl fmt::Debug for ColumnDefault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(..)",
            Self::Made(_) => "Made(..)",
            Self::Autoincrement => "Autoincrement",
            Self::Now => "Now",
        })
    }
}
