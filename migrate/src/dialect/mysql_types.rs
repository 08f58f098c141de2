//! Column types of MySQL.

use drivetrain_schema::model::{NativeType, ScalarType};

use super::mysql::Mysql;
use crate::table::Column;

pub(super) fn column_type(column: &Column<'_>) -> String {
    if let Some(native) = column.native {
        return native_type(native);
    }
    match column.ty {
        ScalarType::String => "VARCHAR(191)",
        ScalarType::Boolean => "BOOLEAN",
        ScalarType::Int => "INTEGER",
        ScalarType::BigInt => "BIGINT",
        ScalarType::Float => "DOUBLE",
        ScalarType::Decimal => "DECIMAL(65, 30)",
        ScalarType::DateTime => "DATETIME(3)",
        ScalarType::Json => "JSON",
        ScalarType::Bytes => "LONGBLOB",
        ScalarType::Enum(_) => {
            let labels = column.of.into_iter().flat_map(|of| &of.values);
            let labels: Vec<String> = labels.map(|value| Mysql::text(&value.db_name)).collect();
            return format!("ENUM({})", labels.join(", "));
        }
        ScalarType::Unsupported(text) => text,
    }
    .to_owned()
}

fn native_type(native: &NativeType) -> String {
    let unsigned = native.name.strip_prefix("Unsigned");
    let name = match unsigned.unwrap_or(&native.name) {
        "Int" => "INTEGER".to_owned(),
        name => name.to_uppercase(),
    };
    let args: Vec<String> = native.args.iter().map(u32::to_string).collect();
    let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
    let suffix = if unsigned.is_some() { " UNSIGNED" } else { "" };
    format!("{name}{args}{suffix}")
}

/// How many digits of a second's fraction a column keeps.
pub(super) fn fraction_digits(column: &Column<'_>) -> u32 {
    match column.native {
        Some(native) => native.args.first().copied().unwrap_or(0),
        None => 3,
    }
}
