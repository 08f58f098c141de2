//! Models, columns, keys and relations as static data.

use drivetrain_adapter_api::statement::TableName;
use drivetrain_adapter_api::{DbType, Dialect};

/// A table and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableMeta {
    /// The schema it is in, if it must be named.
    pub schema: Option<&'static str>,
    /// Its name.
    pub name: &'static str,
}

impl TableMeta {
    pub(crate) fn to_name(self) -> TableName {
        TableName { schema: self.schema.map(Into::into), name: self.name.into() }
    }
}

/// A model.
#[derive(Debug)]
pub struct ModelMeta {
    /// Its name in the schema.
    pub name: &'static str,
    /// Its table.
    pub table: TableMeta,
    /// Its columns, in the order of the fields of its row type.
    pub columns: &'static [ColumnMeta],
    /// Its relations, in the order of the fields of its row type.
    pub relations: &'static [RelationMeta],
    /// The primary key and the unique keys; the primary key first, if there is one.
    pub keys: &'static [KeyMeta],
}

/// A column.
#[derive(Debug)]
pub struct ColumnMeta {
    /// The field's name in the schema.
    pub field: &'static str,
    /// The column's name.
    pub column: &'static str,
    /// Its type.
    pub ty: TypeMeta,
    /// Whether it can be NULL.
    pub nullable: bool,
    /// What it is where nothing is given.
    pub default: DefaultMeta,
    /// Whether it is set to the current time by every update.
    pub updated_at: bool,
}

/// What a column is where a create gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultMeta {
    /// NULL, or an error.
    None,
    /// What the database puts in: a constant or an expression.
    Database,
    /// The next number of the column's sequence.
    Autoincrement,
    /// The current time.
    Now,
    /// A random UUID, version 4, made by the client.
    UuidV4,
    /// A time-ordered UUID, version 7, made by the client.
    UuidV7,
    /// A CUID, made by the client.
    Cuid,
    /// A CUID of version 2, made by the client.
    Cuid2,
    /// A ULID, made by the client.
    Ulid,
    /// A Nano ID of that many characters, made by the client.
    Nanoid(u8),
}

/// A type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the type of the same name in `DbType`")]
pub enum TypeMeta {
    Bool,
    Int16,
    Int32,
    Int64,
    UInt64,
    Float32,
    Float64,
    Decimal,
    Text,
    Bytes,
    Uuid,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Json,
    /// An enum of the schema.
    Enum(&'static EnumMeta),
    /// A list.
    List(&'static Self),
    /// A type that one dialect has another name for.
    Native {
        /// The dialect.
        dialect: Dialect,
        /// Its name, without length or precision.
        name: &'static str,
        /// The type elsewhere, and the one that values are carried in.
        carrier: &'static Self,
    },
}

/// An enum.
#[derive(Debug, PartialEq, Eq)]
pub struct EnumMeta {
    /// The schema its type is in, on Postgres, if it must be named.
    pub schema: Option<&'static str>,
    /// The name of its type, on Postgres.
    pub name: &'static str,
}

impl TypeMeta {
    pub(crate) fn to_db_type(self) -> DbType {
        match self {
            Self::Bool => DbType::Bool,
            Self::Int16 => DbType::Int16,
            Self::Int32 => DbType::Int32,
            Self::Int64 => DbType::Int64,
            Self::UInt64 => DbType::UInt64,
            Self::Float32 => DbType::Float32,
            Self::Float64 => DbType::Float64,
            Self::Decimal => DbType::Decimal,
            Self::Text => DbType::Text,
            Self::Bytes => DbType::Bytes,
            Self::Uuid => DbType::Uuid,
            Self::Date => DbType::Date,
            Self::Time => DbType::Time,
            Self::TimeTz => DbType::TimeTz,
            Self::Timestamp => DbType::Timestamp,
            Self::TimestampTz => DbType::TimestampTz,
            Self::Json => DbType::Json,
            Self::Enum(meta) => DbType::named(Dialect::Postgres, meta.schema, meta.name, DbType::Enum),
            Self::List(element) => DbType::array(element.to_db_type()),
            Self::Native { dialect, name, carrier } => {
                DbType::named(dialect, None, name, carrier.to_db_type())
            }
        }
    }
}

/// The columns that identify a record.
#[derive(Debug)]
pub struct KeyMeta {
    /// The name of the constraint.
    pub constraint: &'static str,
    /// Positions in [`ModelMeta::columns`].
    pub columns: &'static [usize],
    /// Whether it is the primary key.
    pub primary: bool,
}

/// A relation field.
#[derive(Debug)]
pub struct RelationMeta {
    /// The field's name in the schema.
    pub field: &'static str,
    /// The model it refers to.
    pub target: fn() -> &'static ModelMeta,
    /// Whether it refers to any number of records.
    pub list: bool,
    /// The columns of this model that take part: positions in its columns.
    pub local: &'static [usize],
    /// The columns of the target, one for each of `local`.
    pub foreign: &'static [usize],
    /// Whether the foreign key is in this model (and `local` are its columns).
    pub owning: bool,
    /// The table between, for many-to-many.
    pub join_table: Option<JoinTableMeta>,
}

/// The table of an implicit many-to-many relation.
#[derive(Debug, Clone, Copy)]
pub struct JoinTableMeta {
    /// The table.
    pub table: TableMeta,
    /// The column that refers to this model.
    pub local: &'static str,
    /// The column that refers to the target.
    pub foreign: &'static str,
}

impl ModelMeta {
    /// The primary key's columns, or those of the first unique key.
    pub(crate) fn identity(&self) -> &'static [usize] {
        self.keys.first().map_or(&[], |key| key.columns)
    }

    pub(crate) fn column_types(&self) -> Vec<DbType> {
        self.columns.iter().map(|column| column.ty.to_db_type()).collect()
    }
}
