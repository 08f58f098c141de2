//! Tables as a database shall have them, still without the words of a dialect.

use std::borrow::Cow;

use drivetrain_schema::model::{
    Arity, ColumnOptions, DefaultValue, Enum, IndexAlgorithm, IndexKind, Literal, NativeType,
    ReferentialAction, ScalarType,
};

/// A table's or type's name with its database schema.
#[derive(Clone, Copy)]
pub(crate) struct Name<'s> {
    pub(crate) schema: Option<&'s str>,
    pub(crate) name: &'s str,
}

pub(crate) struct Table<'s> {
    pub(crate) name: Name<'s>,
    pub(crate) columns: Vec<Column<'s>>,
    pub(crate) primary_key: Option<PrimaryKey<'s>>,
    pub(crate) indexes: Vec<TableIndex<'s>>,
    pub(crate) foreign_keys: Vec<ForeignKey<'s>>,
}

pub(crate) struct Column<'s> {
    pub(crate) name: &'s str,
    pub(crate) ty: &'s ScalarType,
    /// The enum `ty` names.
    pub(crate) of: Option<&'s Enum>,
    /// Stated and of this database.
    pub(crate) native: Option<&'s NativeType>,
    pub(crate) arity: Arity,
    pub(crate) default: Option<&'s DefaultValue>,
}

impl Column<'_> {
    pub(crate) fn is_autoincrement(&self) -> bool {
        self.default == Some(&DefaultValue::Autoincrement)
    }

    pub(crate) fn native_name(&self) -> Option<&str> {
        self.native.map(|native| &*native.name)
    }
}

pub(crate) struct PrimaryKey<'s> {
    pub(crate) name: Cow<'s, str>,
    pub(crate) columns: Vec<IndexColumn<'s>>,
}

pub(crate) struct TableIndex<'s> {
    pub(crate) name: Cow<'s, str>,
    pub(crate) unique: bool,
    pub(crate) kind: IndexKind,
    pub(crate) algorithm: Option<IndexAlgorithm>,
    pub(crate) columns: Vec<IndexColumn<'s>>,
    pub(crate) filter: Option<Filter<'s>>,
}

pub(crate) struct IndexColumn<'s> {
    pub(crate) name: &'s str,
    /// Default where nothing was said.
    pub(crate) options: ColumnOptions,
}

/// The condition of a partial index.
pub(crate) enum Filter<'s> {
    Raw(&'s str),
    All(Vec<Comparison<'s>>),
}

pub(crate) struct Comparison<'s> {
    pub(crate) column: &'s str,
    pub(crate) of: Option<&'s Enum>,
    pub(crate) negated: bool,
    pub(crate) value: Option<&'s Literal>,
}

pub(crate) struct ForeignKey<'s> {
    pub(crate) name: Cow<'s, str>,
    pub(crate) columns: Vec<&'s str>,
    pub(crate) target: Name<'s>,
    pub(crate) references: Vec<&'s str>,
    pub(crate) on_delete: ReferentialAction,
    pub(crate) on_update: ReferentialAction,
}
