//! What can be given for a field of some type.

use drivetrain_adapter_api::decode::ArrayElement;
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{ToValue, Value};

/// Values that can be given for a field of type `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a field of type `{T}`",
    label = "the field is of type `{T}`"
)]
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> Value;
}

impl<T: ToValue> IntoValue<T> for T {
    fn into_value(self) -> Value {
        self.to_value()
    }
}

impl IntoValue<String> for &str {
    fn into_value(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl<T: ToValue + Clone> IntoValue<T> for &T {
    fn into_value(self) -> Value {
        self.clone().to_value()
    }
}

impl IntoValue<Vec<u8>> for &[u8] {
    fn into_value(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl<const N: usize> IntoValue<Vec<u8>> for &[u8; N] {
    fn into_value(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl<T: ToValue + ArrayElement, V: IntoValue<T>, const N: usize> IntoValue<Vec<T>> for [V; N] {
    fn into_value(self) -> Value {
        Value::Array(Array::new(T::db_type(), self.map(V::into_value).into()))
    }
}

/// Values that can be given for an optional field of type `T`: a value, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for an optional field of type `{T}`",
    label = "the field is of type `Option<{T}>`"
)]
pub trait IntoNullable<T> {
    /// The value, or NULL.
    fn into_nullable(self) -> Value;
}

impl<T: ToValue> IntoNullable<T> for T {
    fn into_nullable(self) -> Value {
        self.to_value()
    }
}

impl<T: ToValue> IntoNullable<T> for Option<T> {
    fn into_nullable(self) -> Value {
        self.to_value()
    }
}

impl IntoNullable<String> for &str {
    fn into_nullable(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl IntoNullable<String> for &String {
    fn into_nullable(self) -> Value {
        Value::Text(self.clone())
    }
}

impl IntoNullable<String> for Option<&String> {
    fn into_nullable(self) -> Value {
        self.cloned().to_value()
    }
}

impl IntoNullable<String> for Option<&str> {
    fn into_nullable(self) -> Value {
        self.map(str::to_owned).to_value()
    }
}

impl IntoNullable<Vec<u8>> for &[u8] {
    fn into_nullable(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}
