//! The operator classes of Postgres the language has names for.

use crate::model::{Arity, IndexAlgorithm, ScalarField, ScalarType};

/// Their names. Those that end in `BloomOps`, `MinMaxOps`, `MinMaxMultiOps` and `InclusionOps` are of BRIN.
pub(super) const OPERATOR_CLASSES: &[&str] = &[
    "ArrayOps",
    "BitMinMaxOps",
    "BpcharBloomOps",
    "BpcharMinMaxOps",
    "ByteaBloomOps",
    "ByteaMinMaxOps",
    "DateBloomOps",
    "DateMinMaxMultiOps",
    "DateMinMaxOps",
    "Float4BloomOps",
    "Float4MinMaxMultiOps",
    "Float4MinMaxOps",
    "Float8BloomOps",
    "Float8MinMaxMultiOps",
    "Float8MinMaxOps",
    "InetBloomOps",
    "InetInclusionOps",
    "InetMinMaxMultiOps",
    "InetMinMaxOps",
    "InetOps",
    "Int2BloomOps",
    "Int2MinMaxMultiOps",
    "Int2MinMaxOps",
    "Int4BloomOps",
    "Int4MinMaxMultiOps",
    "Int4MinMaxOps",
    "Int8BloomOps",
    "Int8MinMaxMultiOps",
    "Int8MinMaxOps",
    "JsonbOps",
    "JsonbPathOps",
    "NumericBloomOps",
    "NumericMinMaxMultiOps",
    "NumericMinMaxOps",
    "OidBloomOps",
    "OidMinMaxMultiOps",
    "OidMinMaxOps",
    "TextBloomOps",
    "TextMinMaxOps",
    "TextOps",
    "TimeBloomOps",
    "TimeMinMaxMultiOps",
    "TimeMinMaxOps",
    "TimeTzBloomOps",
    "TimeTzMinMaxMultiOps",
    "TimeTzMinMaxOps",
    "TimestampBloomOps",
    "TimestampMinMaxMultiOps",
    "TimestampMinMaxOps",
    "TimestampTzBloomOps",
    "TimestampTzMinMaxMultiOps",
    "TimestampTzMinMaxOps",
    "UuidBloomOps",
    "UuidMinMaxMultiOps",
    "UuidMinMaxOps",
    "VarBitMinMaxOps",
];

/// The types of index a class is for.
pub(super) fn algorithms(class: &str) -> &'static [IndexAlgorithm] {
    match class {
        "ArrayOps" | "JsonbOps" | "JsonbPathOps" => &[IndexAlgorithm::Gin],
        "InetOps" => &[IndexAlgorithm::Gist, IndexAlgorithm::SpGist],
        "TextOps" => &[IndexAlgorithm::SpGist],
        _ => &[IndexAlgorithm::Brin],
    }
}

/// Whether a class is for columns like this one.
pub(super) fn fits(class: &str, scalar: &ScalarField, arity: Arity) -> bool {
    if matches!(scalar.ty, ScalarType::Unsupported(_)) {
        return true;
    }
    let native = scalar.native.as_ref().map(|native| &*native.name);
    let list = arity == Arity::List;
    let holds =
        |ty: ScalarType, natives: &[Option<&str>]| !list && scalar.ty == ty && natives.contains(&native);
    let prefix = ["BloomOps", "MinMaxMultiOps", "MinMaxOps", "InclusionOps", "PathOps", "Ops"]
        .iter()
        .find_map(|suffix| class.strip_suffix(suffix))
        .unwrap_or(class);
    match prefix {
        "Array" => list,
        "Jsonb" => holds(ScalarType::Json, &[None, Some("JsonB")]),
        "Inet" => holds(ScalarType::String, &[Some("Inet")]),
        "Text" => holds(ScalarType::String, &[None, Some("Text"), Some("VarChar"), Some("Citext")]),
        "Bpchar" => holds(ScalarType::String, &[Some("Char")]),
        "Bit" => holds(ScalarType::String, &[Some("Bit")]),
        "VarBit" => holds(ScalarType::String, &[Some("VarBit")]),
        "Uuid" => holds(ScalarType::String, &[Some("Uuid")]),
        "Bytea" => holds(ScalarType::Bytes, &[None, Some("ByteA")]),
        "Date" => holds(ScalarType::DateTime, &[Some("Date")]),
        "Time" => holds(ScalarType::DateTime, &[Some("Time")]),
        "TimeTz" => holds(ScalarType::DateTime, &[Some("Timetz")]),
        "Timestamp" => holds(ScalarType::DateTime, &[None, Some("Timestamp")]),
        "TimestampTz" => holds(ScalarType::DateTime, &[Some("Timestamptz")]),
        "Float4" => holds(ScalarType::Float, &[Some("Real")]),
        "Float8" => holds(ScalarType::Float, &[None, Some("DoublePrecision")]),
        "Int2" => holds(ScalarType::Int, &[Some("SmallInt")]),
        "Int4" => holds(ScalarType::Int, &[None, Some("Integer")]),
        "Int8" => holds(ScalarType::BigInt, &[None, Some("BigInt")]),
        "Oid" => holds(ScalarType::Int, &[Some("Oid")]),
        "Numeric" => holds(ScalarType::Decimal, &[None, Some("Decimal")]),
        _ => false,
    }
}
