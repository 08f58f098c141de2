//! Types: which are of one family, and which one several become together.

use drivetrain_adapter_api::{DbType, Dialect};

/// The type that values of `ty` have here: what it is carried in. Types that are only named (as in a cast that means
/// something on Postgres alone) are known by their names on Postgres.
pub(crate) fn concrete(ty: &DbType) -> DbType {
    match ty {
        DbType::Named(named) => match named.carrier.carrier() {
            DbType::Unknown if named.dialect == Dialect::Postgres => by_postgres_name(&named.name),
            DbType::Unknown => DbType::Unknown,
            _ => concrete(&named.carrier),
        },
        DbType::Array(element) => DbType::array(concrete(element)),
        other => other.clone(),
    }
}

fn by_postgres_name(name: &str) -> DbType {
    match name {
        "bool" | "boolean" => DbType::Bool,
        "int2" | "smallint" => DbType::Int16,
        "int4" | "int" | "integer" => DbType::Int32,
        "int8" | "bigint" | "oid" => DbType::Int64,
        "float4" | "real" => DbType::Float32,
        "float8" | "double precision" => DbType::Float64,
        "numeric" | "decimal" | "money" => DbType::Decimal,
        "text" | "varchar" | "character varying" | "bpchar" | "citext" | "xml" => DbType::Text,
        "bytea" => DbType::Bytes,
        "uuid" => DbType::Uuid,
        "date" => DbType::Date,
        "time" => DbType::Time,
        "timetz" => DbType::TimeTz,
        "timestamp" => DbType::Timestamp,
        "timestamptz" => DbType::TimestampTz,
        "interval" => DbType::Interval,
        "json" | "jsonb" => DbType::Json,
        _ => DbType::Unknown,
    }
}

pub(crate) fn is_integer(ty: &DbType) -> bool {
    matches!(ty, DbType::Int16 | DbType::Int32 | DbType::Int64 | DbType::UInt64)
}

pub(crate) fn is_float(ty: &DbType) -> bool {
    matches!(ty, DbType::Float32 | DbType::Float64)
}

/// Integers and decimals: exact numbers.
pub(crate) fn is_exact(ty: &DbType) -> bool {
    is_integer(ty) || *ty == DbType::Decimal
}

pub(crate) fn is_number(ty: &DbType) -> bool {
    is_exact(ty) || is_float(ty)
}

/// Texts and enum labels.
pub(crate) fn is_text(ty: &DbType) -> bool {
    matches!(ty, DbType::Text | DbType::Enum)
}

fn is_moment(ty: &DbType) -> bool {
    matches!(ty, DbType::Date | DbType::Timestamp | DbType::TimestampTz)
}

/// Whether values of two concrete types can be compared.
pub(crate) fn comparable(left: &DbType, right: &DbType) -> bool {
    left == right
        || is_number(left) && is_number(right)
        || is_text(left) && is_text(right)
        || is_moment(left) && is_moment(right)
        || matches!((left, right), (DbType::Array(a), DbType::Array(b)) if comparable(a, b))
}

/// Whether equal values of two concrete types have equal [keys](super::Key).
pub(crate) fn one_key(left: &DbType, right: &DbType) -> bool {
    left == right
        || is_exact(left) && is_exact(right)
        || is_float(left) && is_float(right)
        || is_text(left) && is_text(right)
}

/// The type of an operation on numbers, as Postgres has it.
pub(crate) fn arithmetic(left: &DbType, right: &DbType) -> Option<DbType> {
    let rank = |ty: &DbType| match ty {
        DbType::Int16 => Some(0),
        DbType::Int32 => Some(1),
        DbType::Int64 => Some(2),
        DbType::UInt64 => Some(3),
        DbType::Decimal => Some(4),
        DbType::Float32 | DbType::Float64 => Some(5),
        _ => None,
    };
    Some(match (rank(left)?, rank(right)?) {
        (5, 5) if *left == DbType::Float32 && *right == DbType::Float32 => DbType::Float32,
        (5, _) | (_, 5) => DbType::Float64,
        (a, b) if a >= b => left.clone(),
        _ => right.clone(),
    })
}

/// The type that values of two types become together, as in the arms of CASE.
pub(crate) fn common(left: &DbType, right: &DbType) -> Option<DbType> {
    let (a, b) = (concrete(left), concrete(right));
    if a == b {
        return Some(left.clone());
    }
    Some(match (&a, &b) {
        (DbType::Unknown, _) => right.clone(),
        (_, DbType::Unknown) => left.clone(),
        (DbType::Float32, other) | (other, DbType::Float32) if is_exact(other) => DbType::Float32,
        (a, b) if is_number(a) && is_number(b) => arithmetic(a, b)?,
        (a, b) if is_text(a) && is_text(b) => DbType::Text,
        (DbType::Date, other) | (other, DbType::Date) if is_moment(other) => other.clone(),
        (a, b) if is_moment(a) && is_moment(b) => DbType::TimestampTz,
        (DbType::Array(a), DbType::Array(b)) => DbType::array(common(a, b)?),
        _ => return None,
    })
}
