//! Column types and operator classes of PostgreSQL.

use drivetrain_schema::model::{Arity, NativeType, ScalarType};

use super::Dialect as _;
use super::postgres::{Postgres, type_name};
use crate::table::Column;

/// The type of a column, `[]` and all. One that numbers itself has a serial type.
pub(super) fn column_type(column: &Column<'_>) -> String {
    if column.is_autoincrement() {
        return match column.native_name() {
            Some("SmallInt") => "SMALLSERIAL",
            _ if *column.ty == ScalarType::BigInt => "BIGSERIAL",
            _ => "SERIAL",
        }
        .to_owned();
    }
    let list = if column.arity == Arity::List { "[]" } else { "" };
    format!("{}{list}", element_type(column))
}

/// The type of one value of a column.
pub(super) fn element_type(column: &Column<'_>) -> String {
    if let Some(native) = column.native {
        return native_type(native);
    }
    match column.ty {
        ScalarType::String => "TEXT",
        ScalarType::Boolean => "BOOLEAN",
        ScalarType::Int => "INTEGER",
        ScalarType::BigInt => "BIGINT",
        ScalarType::Float => "DOUBLE PRECISION",
        ScalarType::Decimal => "DECIMAL(65,30)",
        ScalarType::DateTime => "TIMESTAMP(3)",
        ScalarType::Json => "JSONB",
        ScalarType::Bytes => "BYTEA",
        ScalarType::Enum(_) => return column.of.map(|of| Postgres.name(type_name(of))).unwrap_or_default(),
        ScalarType::Unsupported(text) => text,
    }
    .to_owned()
}

fn native_type(native: &NativeType) -> String {
    let name = match &*native.name {
        "DoublePrecision" => "DOUBLE PRECISION".to_owned(),
        name => name.to_uppercase(),
    };
    let args: Vec<String> = native.args.iter().map(u32::to_string).collect();
    if args.is_empty() { name } else { format!("{name}({})", args.join(",")) }
}

/// `Int4MinMaxMultiOps` to `int4_minmax_multi_ops`: words are parted by underscores, some are one word to
/// Postgres.
pub(super) fn operator_class(name: &str) -> String {
    let joined =
        name.replace("MinMax", "Minmax").replace("TimestampTz", "Timestamptz").replace("TimeTz", "Timetz");
    let joined = joined.replace("VarBit", "Varbit");
    let mut out = String::with_capacity(joined.len() + 4);
    for (index, letter) in joined.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::operator_class;

    #[test]
    fn operator_classes_of_postgres() {
        for (name, class) in [
            ("JsonbPathOps", "jsonb_path_ops"),
            ("Int4MinMaxMultiOps", "int4_minmax_multi_ops"),
            ("TimestampTzBloomOps", "timestamptz_bloom_ops"),
            ("TimeTzMinMaxOps", "timetz_minmax_ops"),
            ("VarBitMinMaxOps", "varbit_minmax_ops"),
            ("BpcharBloomOps", "bpchar_bloom_ops"),
        ] {
            assert_eq!(operator_class(name), class);
        }
    }
}
