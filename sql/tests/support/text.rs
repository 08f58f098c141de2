//! Values in the text form of Postgres, which is how adapters for it send parameters.

use drivetrain_adapter_api::Value;

pub fn postgres(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null(_) => return None,
        Value::Bool(value) => value.to_string(),
        Value::Int16(value) => value.to_string(),
        Value::Int32(value) => value.to_string(),
        Value::Int64(value) => value.to_string(),
        Value::UInt64(value) => value.to_string(),
        Value::Float32(value) => format!("{value:?}"),
        Value::Float64(value) => format!("{value:?}"),
        Value::Decimal(value) => value.to_string(),
        Value::Text(value) | Value::Enum(value) | Value::OtherText { text: value, .. } => value.clone(),
        Value::Bytes(value) => format!("\\x{}", hex(value)),
        Value::Uuid(value) => value.to_string(),
        Value::Date(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::TimeTz(value) => value.to_string(),
        Value::Timestamp(value) => value.to_string(),
        Value::TimestampTz(value) => value.to_string(),
        Value::Interval(value) => value.to_string(),
        Value::Json(value) => value.to_string(),
        Value::Array(array) => {
            assert!(array.dimensions().len() < 2, "the tests send arrays of one dimension only");
            let elements: Vec<String> = array
                .values()
                .iter()
                .map(|value| match postgres(value) {
                    Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
                    None => "NULL".to_owned(),
                })
                .collect();
            format!("{{{}}}", elements.join(","))
        }
        other => panic!("no text form for {other:?}"),
    })
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
