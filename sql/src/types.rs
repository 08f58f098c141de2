//! The names of types: for casts of parameters and of expressions.

use drivetrain_adapter_api::value::NamedType;
use drivetrain_adapter_api::{DbType, Dialect, Error};

use crate::ident::push_ident;

/// The name of the type on Postgres; `None` where the server is to infer it.
pub(crate) fn postgres(ty: &DbType) -> Result<Option<String>, Error> {
    Ok(Some(match ty {
        DbType::Unknown | DbType::Enum => return Ok(None),
        DbType::Array(element) => match postgres(element)? {
            Some(element) if element.ends_with(']') => element,
            Some(element) => element + "[]",
            None => return Ok(None),
        },
        DbType::Named(named) if named.dialect == Dialect::Postgres => postgres_named(named)?,
        DbType::Named(named) => return postgres(&named.carrier),
        DbType::Bool => "bool".to_owned(),
        DbType::Int16 => "int2".to_owned(),
        DbType::Int32 => "int4".to_owned(),
        DbType::Int64 => "int8".to_owned(),
        DbType::UInt64 | DbType::Decimal => "numeric".to_owned(),
        DbType::Float32 => "float4".to_owned(),
        DbType::Float64 => "float8".to_owned(),
        DbType::Text => "text".to_owned(),
        DbType::Bytes => "bytea".to_owned(),
        DbType::Uuid => "uuid".to_owned(),
        DbType::Date => "date".to_owned(),
        DbType::Time => "time".to_owned(),
        DbType::TimeTz => "timetz".to_owned(),
        DbType::Timestamp => "timestamp".to_owned(),
        DbType::TimestampTz => "timestamptz".to_owned(),
        DbType::Interval => "interval".to_owned(),
        DbType::Json => "jsonb".to_owned(),
        other => return Err(unknown(other)),
    }))
}

/// The names of the SQL standard that are grammar and not names of types: quoted, Postgres does not know them.
/// (`"char"` it knows, as another type, of one byte.)
fn postgres_named(named: &NamedType) -> Result<String, Error> {
    let name = match (&named.schema, &*named.name) {
        (None, "smallint") => "int2",
        (None, "int" | "integer") => "int4",
        (None, "bigint") => "int8",
        (None, "real") => "float4",
        (None, "double precision") => "float8",
        (None, "decimal") => "numeric",
        (None, "boolean") => "bool",
        (None, "char" | "character") => "bpchar",
        (None, "character varying") => "varchar",
        (None, "bit varying") => "varbit",
        (None, "time without time zone") => "time",
        (None, "time with time zone") => "timetz",
        (None, "timestamp without time zone") => "timestamp",
        (None, "timestamp with time zone") => "timestamptz",
        (_, name) => name,
    };
    let mut quoted = String::with_capacity(name.len() + 2);
    if let Some(schema) = &named.schema {
        push_ident(Dialect::Postgres, &mut quoted, schema)?;
        quoted.push('.');
    }
    push_ident(Dialect::Postgres, &mut quoted, name)?;
    Ok(quoted)
}

/// The name that MySQL's `CAST` takes; `None` for types that are not stated.
pub(crate) fn mysql_cast(ty: &DbType) -> Result<Option<&'static str>, Error> {
    Ok(Some(match ty.carrier() {
        DbType::Unknown | DbType::Enum => return Ok(None),
        DbType::Bool | DbType::Int16 | DbType::Int32 | DbType::Int64 => "SIGNED",
        DbType::UInt64 => "UNSIGNED",
        DbType::Float32 => "FLOAT",
        DbType::Float64 => "DOUBLE",
        DbType::Decimal => "DECIMAL(65,30)",
        DbType::Text | DbType::Uuid => "CHAR",
        DbType::Bytes => "BINARY",
        DbType::Date => "DATE",
        DbType::Time => "TIME(6)",
        DbType::Timestamp | DbType::TimestampTz => "DATETIME(6)",
        DbType::Json => "JSON",
        other => return Err(no_type(Dialect::MySql, other)),
    }))
}

/// The name that SQLite's `CAST` takes; `None` for types that are not stated.
pub(crate) fn sqlite_cast(ty: &DbType) -> Result<Option<&'static str>, Error> {
    Ok(Some(match ty.carrier() {
        DbType::Unknown | DbType::Enum => return Ok(None),
        DbType::Bool | DbType::Int16 | DbType::Int32 | DbType::Int64 | DbType::UInt64 => "INTEGER",
        DbType::Float32 | DbType::Float64 => "REAL",
        DbType::Decimal => "NUMERIC",
        DbType::Text
        | DbType::Uuid
        | DbType::Date
        | DbType::Time
        | DbType::TimeTz
        | DbType::Timestamp
        | DbType::TimestampTz
        | DbType::Json => "TEXT",
        DbType::Bytes => "BLOB",
        other => return Err(no_type(Dialect::Sqlite, other)),
    }))
}

fn no_type(dialect: Dialect, ty: &DbType) -> Error {
    Error::unsupported(format!("{dialect} has no type for: {ty}"))
}

fn unknown(ty: &DbType) -> Error {
    Error::unsupported(format!("the lowering does not know the type: {ty}"))
}
